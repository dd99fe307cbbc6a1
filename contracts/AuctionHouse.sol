// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {BackstopPool} from "./BackstopPool.sol";
import {IAuctionCallback} from "./interfaces/IAuctionCallback.sol";
import {AuctionTerms, IAuctionHouse, LotView, Tab} from "./interfaces/IAuctionHouse.sol";
import {IBackstopPool} from "./interfaces/IBackstopPool.sol";
import {ICircuitBreaker} from "./interfaces/ICircuitBreaker.sol";
import {ILendingPool} from "./interfaces/ILendingPool.sol";
import {IOracleGuard} from "./interfaces/IOracleGuard.sol";
import {IRiskConfig} from "./interfaces/IRiskConfig.sol";
import {IVaultEngine} from "./interfaces/IVaultEngine.sol";
import {AuctionMath} from "./libraries/AuctionMath.sol";
import {AuctionRules} from "./libraries/AuctionRules.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {FixedPoint} from "./libraries/FixedPoint.sol";
import {HealthMath} from "./libraries/HealthMath.sol";
import {IdList} from "./libraries/IdList.sol";
import {Action} from "./types/Action.sol";
import {AssetSet} from "./types/AssetSet.sol";
import {Price, Status} from "./types/Price.sol";
import {VaultKey} from "./types/VaultKey.sol";

/// @title AuctionHouse
/// @notice See `IAuctionHouse`, which is the specification.
contract AuctionHouse is IAuctionHouse, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using IdList for IdList.Ids;

    /// @notice Most absorptions that are valued one by one: beyond it a valuation could outgrow a transaction. They are the first of
    /// the list; one that joins later and has more left to pay than the least of them takes its place.
    uint256 public constant MAX_VALUED = 64;
    /// @notice Restarts of a lot that the backstop pays for.
    uint256 public constant PAID_RESTARTS = 3;

    uint256 private constant REMNANTS = 0;
    uint256 private constant ASSETS = 64;

    /// @notice What holds the collateral and hands it out.
    IVaultEngine public immutable engine;
    /// @inheritdoc IAuctionHouse
    IBackstopPool public immutable backstop;

    ILendingPool private immutable _pool;
    IOracleGuard private immutable _oracle;
    IRiskConfig private immutable _riskConfig;
    ICircuitBreaker private immutable _breaker;
    IERC20 private immutable _debtAsset;

    /// @dev Two words. `left`: of debt + penalty + tip.
    struct Absorption {
        address owner;
        uint96 left;
        address keeper;
        uint96 debt;
    }

    /// @dev One word. `checkpoint` is in time that bidding was open, `credit` what may count from there [s]. The last two only
    /// matter in the first lot of an absorption: how many lots it has, and where it is in the list.
    struct Lot {
        uint120 amount;
        uint40 checkpoint;
        uint16 elapsed;
        uint16 credit;
        uint8 asset;
        uint8 restarts;
        uint16 terms;
        uint8 lots;
        uint24 position;
    }

    /// @dev One word.
    struct Book {
        uint128 penalties;
        uint32 lastId;
        uint24 count;
        uint16 terms;
    }

    /// @dev What a take is about to do. `at`: which lot it is.
    struct Sale {
        uint256 at;
        Lot lot;
        address keeper;
        Tab left;
        uint256 price;
        uint256 dust;
        uint256 amount;
        uint256 cost;
    }

    Book private _book;
    IdList.Ids private _open;
    mapping(uint256 version => AuctionTerms) private _terms;
    mapping(uint256 id => Absorption) private _absorptions;
    mapping(uint256 id => mapping(uint256 at => Lot)) private _lots;
    mapping(uint256 id => mapping(uint256 at => uint256)) private _frozenPrices;
    /// @inheritdoc IAuctionHouse
    mapping(address owner => mapping(uint8 asset => uint256)) public claims;
    /// @inheritdoc IAuctionHouse
    mapping(address keeper => uint256) public tips;

    modifier onlyEngine() {
        if (msg.sender != address(engine)) revert OnlyEngine(msg.sender, address(engine));
        _;
    }

    constructor(address authority, IVaultEngine engine_, AuctionTerms memory terms_) AccessManaged(authority) {
        engine = engine_;
        (_pool, _oracle) = (engine_.pool(), engine_.oracle());
        (_riskConfig, _breaker) = (engine_.riskConfig(), engine_.breaker());
        _debtAsset = IERC20(engine_.debtAsset());
        backstop = new BackstopPool(IERC20Metadata(engine_.debtAsset()), engine_.pool());
        _setTerms(terms_);
    }

    // ------------------------------------------------------------------ engine

    /// @inheritdoc IAuctionHouse
    function open(
        VaultKey vault,
        uint256 debt,
        AssetSet assets,
        uint256[] calldata amounts,
        address keeper
    ) external nonReentrant onlyEngine returns (uint256 id) {
        Book memory book = _book;
        AuctionTerms memory t = _terms[book.terms];
        Tab memory tab = AuctionMath.tabDown(t, debt);
        uint256 left = AuctionMath.sum(tab);
        if (left > type(uint96).max) revert AmountTooLarge(left, type(uint96).max);

        id = book.lastId + 1;
        Absorption storage a = _absorptions[id];
        (a.owner, a.left) = (vault.ownerOf(), uint96(left));
        (a.keeper, a.debt) = (keeper, uint96(debt));
        uint24 position = _place(id, left, book.count);
        Lot memory lot_ = Lot(0, uint40(_bidTime()), 0, 0, 0, 0, book.terms, uint8(amounts.length), position);
        emit AbsorptionOpened(id, vault, keeper, debt, left, assets, amounts);
        for (uint256 i = 0; i < amounts.length; ++i) {
            lot_.asset = assets.lowest();
            lot_.amount = _bounded(amounts[i]);
            _start(lot_, t, id, i);
            assets = assets.without(lot_.asset);
        }
        (_book.penalties, _book.lastId, _book.count) = (
            book.penalties + uint128(tab.penalty),
            uint32(id),
            book.count + 1
        );
        // Without a debt there is nothing to sell for, without collateral nothing to sell.
        if (left == 0 || amounts.length == 0) _close(id, lot_, tab);
    }

    /// @inheritdoc IAuctionHouse
    function abandon(
        VaultKey vault,
        uint256 debt,
        AssetSet assets,
        uint256[] calldata amounts
    ) external nonReentrant onlyEngine {
        emit Abandoned(vault, debt, assets, amounts);
        for (uint256 i = 0; !assets.isEmpty(); ++i) {
            uint8 asset = assets.lowest();
            if (amounts[i] != 0) _addRemnant(asset, amounts[i]);
            assets = assets.without(asset);
        }
        _bookShortfall(debt);
    }

    // ------------------------------------------------------------------ bidders

    /// @inheritdoc IAuctionHouse
    function take(
        uint256 id,
        uint8 asset,
        uint256 maxAmount,
        uint256 maxPrice,
        address receiver,
        bytes calldata data
    ) external nonReentrant returns (uint256 amount, uint256 cost) {
        Sale memory s = _sale(id, asset, maxAmount);
        if (s.price > maxPrice) revert PriceAboveMax(s.price, maxPrice);
        (amount, cost) = (s.amount, s.cost);
        if (amount == 0) return (0, 0);

        s.lot.amount -= uint120(amount);
        _write(id, s.at, s.lot);
        Tab memory paid = AuctionMath.split(s.left, cost);
        emit Taken(id, asset, msg.sender, amount, cost, s.price, AuctionMath.sum(s.left) - cost);
        if (id != REMNANTS) _collect(id, s, paid);

        engine.release(asset, amount, receiver);
        if (data.length != 0) IAuctionCallback(msg.sender).onTake(id, asset, amount, cost, data);
        if (id == REMNANTS) {
            ExactTransfer.pull(_debtAsset, msg.sender, address(this), cost);
            _debtAsset.forceApprove(address(_pool), cost);
            _pool.donate(cost);
        } else {
            _pay(paid);
        }
    }

    /// @inheritdoc IAuctionHouse
    function checkpoint(uint256 id, uint8 asset) external nonReentrant returns (uint256 elapsed) {
        (uint256 at, Lot memory lot_, AuctionTerms memory t) = _running(id, asset, _bidTime());
        (, uint256 expiresAt) = _oracle.priceAndExpiry(asset);
        _mark(lot_, t, expiresAt);
        _write(id, at, lot_);
        elapsed = lot_.elapsed;
        emit Checkpointed(id, asset, elapsed);
    }

    /// @inheritdoc IAuctionHouse
    function restart(uint256 id, uint8 asset) external nonReentrant {
        (uint256 at, Lot memory lot_, AuctionTerms memory t) = _running(id, asset, _bidTime());
        if (lot_.elapsed < t.tail) revert LotRunning(lot_.elapsed, t.tail);
        lot_.elapsed = 0;
        if (lot_.restarts != type(uint8).max) ++lot_.restarts;
        Price memory p = _start(lot_, t, id, at);
        if (p.status == Status.Dead) revert PriceDead(asset);
        emit Restarted(id, asset, msg.sender);
        if (id == REMNANTS || lot_.restarts > PAID_RESTARTS) return;
        bool worthwhile = HealthMath.valueDown(lot_.amount, p.liq) >= _riskConfig.systemRisk().dust;
        if (worthwhile) _tip(msg.sender, backstop.payTip(t.flatTip));
    }

    /// @inheritdoc IAuctionHouse
    function giveUp(uint256 id) external nonReentrant {
        (, , Tab memory left, Lot memory first) = _load(id);
        uint256 value = _valueHigh(id, first.lots);
        uint256 dust = _riskConfig.systemRisk().dust;
        if (!AuctionMath.isHopeless(left, value, dust)) revert NotHopeless(value, AuctionMath.sum(left), dust);
        _close(id, first, left);
    }

    // ------------------------------------------------------------------ what is left over

    /// @inheritdoc IAuctionHouse
    function claim(uint8 asset, address to) external nonReentrant returns (uint256 amount) {
        amount = claims[msg.sender][asset];
        if (amount == 0) return 0;
        claims[msg.sender][asset] = 0;
        emit Claimed(msg.sender, asset, to, amount);
        engine.release(asset, amount, to);
    }

    /// @inheritdoc IAuctionHouse
    function claimTip(address to) external nonReentrant returns (uint256 amount) {
        amount = tips[msg.sender];
        if (amount == 0) return 0;
        tips[msg.sender] = 0;
        emit TipClaimed(msg.sender, to, amount);
        _debtAsset.safeTransfer(to, amount);
    }

    /// @inheritdoc IAuctionHouse
    function setTerms(AuctionTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IAuctionHouse
    function quoteTake(
        uint256 id,
        uint8 asset,
        uint256 maxAmount
    ) external view nonReentrantView returns (uint256 amount, uint256 cost, uint256 price) {
        Sale memory s = _sale(id, asset, maxAmount);
        return (s.amount, s.cost, s.price);
    }

    /// @inheritdoc IAuctionHouse
    function shortfall() external view nonReentrantView returns (uint256 low, uint256 high) {
        uint256 count = _book.count;
        if (count > MAX_VALUED) {
            // Of the others nothing counts for who leaves, tips included, and everything for who enters.
            (low, count) = (uint256(_pool.poolState().auctionDebt) + _book.penalties, MAX_VALUED);
        }
        bool partly = low != 0;
        Price[] memory prices = new Price[](ASSETS);
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = _open.get(i);
            (, , Tab memory left, Lot memory first) = _load(id);
            (uint256 valueLow, uint256 valueHigh) = (0, 0);
            for (uint256 at = 0; at < first.lots; ++at) {
                Lot memory lot_ = at == 0 ? first : _lots[id][at];
                Price memory p = prices[lot_.asset];
                if (p.high == 0) (p = _oracle.price(lot_.asset), prices[lot_.asset] = p);
                valueLow += HealthMath.valueDown(lot_.amount, p.low);
                valueHigh += HealthMath.valueDown(lot_.amount, p.high);
            }
            if (partly) low -= left.debt + left.penalty;
            low += FixedPoint.subFloor(left.debt, valueLow) + AuctionMath.tipShort(left, valueLow);
            high += FixedPoint.subFloor(left.debt, valueHigh);
        }
    }

    /// @inheritdoc IAuctionHouse
    function expectedPenalties() external view nonReentrantView returns (uint256) {
        return _book.penalties;
    }

    /// @inheritdoc IAuctionHouse
    function openCount() external view nonReentrantView returns (uint256) {
        return _book.count;
    }

    /// @inheritdoc IAuctionHouse
    function absorptions(uint256 from, uint256 to) external view nonReentrantView returns (uint256[] memory words) {
        to = FixedPoint.min(to, _book.count);
        uint256 length;
        for (uint256 i = from; i < to; ++i) length += 6 + 3 * uint256(_lots[_open.get(i)][0].lots);
        words = new uint256[](length);
        uint256 at;
        for (uint256 i = from; i < to; ++i) {
            uint256 id = _open.get(i);
            (Absorption memory a, AuctionTerms memory t, Tab memory left, Lot memory first) = _load(id);
            (words[at], words[at + 1], words[at + 2]) = (id, uint160(a.owner), uint160(a.keeper));
            (words[at + 3], words[at + 4], words[at + 5]) = (left.debt, a.left, first.lots);
            at += 6;
            for (uint256 k = 0; k < first.lots; ++k) {
                Lot memory lot_ = _lots[id][k];
                (words[at], words[at + 1], words[at + 2]) = (lot_.asset, lot_.amount, _elapsed(lot_, t));
                at += 3;
            }
        }
    }

    /// @inheritdoc IAuctionHouse
    function absorption(
        uint256 id
    ) external view nonReentrantView returns (address owner, address keeper, Tab memory tab) {
        if (_absorptions[id].left == 0) return (owner, keeper, tab);
        Absorption memory a;
        (a, , tab, ) = _load(id);
        return (a.owner, a.keeper, tab);
    }

    /// @inheritdoc IAuctionHouse
    function lot(uint256 id, uint8 asset) external view nonReentrantView returns (LotView memory) {
        uint256 at = id == REMNANTS ? asset : _find(id, asset);
        Lot memory lot_ = _lots[id][at];
        AuctionTerms memory t = _terms[lot_.terms];
        uint256 elapsed = _elapsed(lot_, t);
        if (lot_.asset != asset || t.step == 0) return LotView(0, 0, 0, 0);
        return LotView(lot_.amount, elapsed, AuctionMath.multiplierUp(t, elapsed), lot_.restarts);
    }

    /// @inheritdoc IAuctionHouse
    function terms() external view returns (AuctionTerms memory) {
        return _terms[_book.terms];
    }

    // ------------------------------------------------------------------ clock and price

    /// @dev Time in which bidding was open, up to now [s], whether it may be closed now, and the system's dust. The breaker is asked
    /// only if it may: else the risk configuration knows what it would say.
    function _bidding() private view returns (uint256 time, bool guarded, uint256 dust) {
        uint256 closed;
        (dust, guarded, closed) = _riskConfig.bidTerms();
        if (guarded) closed = _breaker.pausedSeconds(Action.Bid);
        time = block.timestamp - closed;
    }

    function _bidTime() private view returns (uint256 time) {
        (time, , ) = _bidding();
    }

    function _elapsed(Lot memory lot_, AuctionTerms memory t) private view returns (uint256) {
        return AuctionMath.elapsedAt(lot_.elapsed, lot_.checkpoint, lot_.credit, _bidTime(), t.tail);
    }

    /// @dev Makes now a checkpoint of an advanced lot.
    function _mark(Lot memory lot_, AuctionTerms memory t, uint256 expiresAt) private view {
        lot_.credit = uint16(AuctionMath.creditOf(expiresAt, block.timestamp, t.maxGap));
    }

    /// @dev Writes a lot whose clock begins now.
    function _start(Lot memory lot_, AuctionTerms memory t, uint256 id, uint256 at) private returns (Price memory p) {
        uint256 expiresAt;
        (p, expiresAt) = _oracle.priceAndExpiry(lot_.asset);
        _mark(lot_, t, expiresAt);
        if (t.frozen) _frozenPrices[id][at] = p.status == Status.Dead ? 0 : p.liq;
        _write(id, at, lot_);
    }

    /// @dev Every write of a lot goes through here, one storage write each: were a field written elsewhere, the compiler would share
    /// what writes it, and split the word into three.
    function _write(uint256 id, uint256 at, Lot memory lot_) private {
        _lots[id][at] = lot_;
    }

    /// @dev Where the lot of `asset` is; 0 if there is none.
    function _find(uint256 id, uint8 asset) private view returns (uint256) {
        uint256 lots = _lots[id][0].lots;
        for (uint256 at = 1; at < lots; ++at) {
            if (_lots[id][at].asset == asset) return at;
        }
        return 0;
    }

    /// @dev A lot with something left, its clock brought up to `time`, which is now.
    function _running(
        uint256 id,
        uint8 asset,
        uint256 time
    ) private view returns (uint256 at, Lot memory lot_, AuctionTerms memory t) {
        at = id == REMNANTS ? asset : 0;
        lot_ = _lots[id][at];
        if (lot_.asset != asset) {
            at = _find(id, asset);
            lot_ = _lots[id][at];
        }
        if (lot_.asset != asset || lot_.amount == 0) revert NothingToSell(id, asset);
        t = _terms[lot_.terms];
        lot_.elapsed = uint16(AuctionMath.elapsedAt(lot_.elapsed, lot_.checkpoint, lot_.credit, time, t.tail));
        lot_.checkpoint = uint40(time);
    }

    /// @dev What a take would do now. The lot in it is advanced and marked.
    function _sale(uint256 id, uint8 asset, uint256 maxAmount) private view returns (Sale memory s) {
        (uint256 time, bool guarded, uint256 dust) = _bidding();
        if (guarded) _breaker.check(Action.Bid, 0, 0);
        AuctionTerms memory t;
        (s.at, s.lot, t) = _running(id, asset, time);
        (Price memory p, uint256 expiresAt) = _oracle.priceAndExpiry(asset);
        if (p.status == Status.Dead) revert PriceDead(asset);
        if (s.lot.elapsed >= t.tail) revert LotExpired(s.lot.elapsed, t.tail);
        _mark(s.lot, t, expiresAt);
        if (id == REMNANTS) {
            s.left.debt = type(uint256).max;
        } else {
            Absorption storage a = _absorptions[id];
            s.keeper = a.keeper;
            s.left = AuctionMath.remaining(AuctionMath.tabDown(t, a.debt), a.left);
        }
        uint256 base = p.liq;
        if (t.frozen && _frozenPrices[id][s.at] != 0) base = _frozenPrices[id][s.at];
        s.price = AuctionMath.priceUp(base, AuctionMath.multiplierUp(t, s.lot.elapsed));
        s.dust = dust;
        (s.amount, s.cost) = AuctionMath.sale(s.lot.amount, s.price, AuctionMath.sum(s.left), maxAmount, dust);
    }

    // ------------------------------------------------------------------ money

    /// @dev Books what a take pays, and ends the absorption where nothing is left to pay, or to sell for it.
    function _collect(uint256 id, Sale memory s, Tab memory paid) private {
        if (paid.penalty != 0) _book.penalties -= uint128(paid.penalty);
        if (paid.tip != 0) _tip(s.keeper, paid.tip);
        Tab memory left = Tab(s.left.debt - paid.debt, s.left.penalty - paid.penalty, s.left.tip - paid.tip);
        uint256 sum = AuctionMath.sum(left);
        _absorptions[id].left = uint96(sum);
        if (sum != 0 && s.lot.amount != 0) return;
        Lot memory first = s.at == 0 ? s.lot : _lots[id][0];
        if (sum != 0 && first.lots > 1) {
            uint256 value = _valueHigh(id, first.lots);
            if (!AuctionMath.isHopeless(left, value, s.dust)) return;
        }
        _close(id, first, left);
    }

    /// @dev Takes a payment from the caller to whom it belongs.
    function _pay(Tab memory paid) private {
        ExactTransfer.pull(_debtAsset, msg.sender, address(_pool), paid.debt);
        if (paid.debt != 0) _pool.bookSale(paid.debt, 0);
        if (paid.penalty != 0) {
            ExactTransfer.pull(_debtAsset, msg.sender, address(backstop), paid.penalty);
            backstop.earn(paid.penalty);
        }
        ExactTransfer.pull(_debtAsset, msg.sender, address(this), paid.tip);
    }

    /// @dev Forgets an absorption. With its tab paid what is left of its lots is its owner's; else it joins the remnants, and what is
    /// missing goes down the waterfall.
    function _close(uint256 id, Lot memory first, Tab memory left) private {
        (address owner, address keeper) = (_absorptions[id].owner, _absorptions[id].keeper);
        bool covered = AuctionMath.sum(left) == 0;
        for (uint256 at = 0; at < first.lots; ++at) {
            (uint8 asset, uint256 amount) = (_lots[id][at].asset, _lots[id][at].amount);
            delete _lots[id][at];
            if (_terms[first.terms].frozen) delete _frozenPrices[id][at];
            if (amount == 0) continue;
            if (covered) {
                claims[owner][asset] += amount;
                emit Claimable(owner, asset, amount);
            } else {
                _addRemnant(asset, amount);
            }
        }
        delete _absorptions[id];
        Book memory book = _book;
        uint256 last = _open.get(--book.count);
        if (last != id) {
            _open.set(first.position, last);
            Lot memory moved = _lots[last][0];
            moved.position = first.position;
            _write(last, 0, moved);
        }
        if (left.penalty != 0) book.penalties -= uint128(left.penalty);
        _book = book;
        emit AbsorptionClosed(id, owner, left.debt);
        if (left.debt != 0) _bookShortfall(left.debt);
        if (left.tip != 0) _tip(keeper, backstop.payTip(left.tip));
    }

    function _bookShortfall(uint256 debt) private {
        uint256 covered = backstop.cover(debt);
        emit ShortfallBooked(debt, covered);
        _pool.bookSale(covered, debt - covered);
    }

    function _tip(address keeper, uint256 amount) private {
        if (amount == 0) return;
        tips[keeper] += amount;
        emit TipEarned(keeper, amount);
    }

    /// @dev Remnants of an asset share a lot. Its clock begins anew when more joins than is there, so that nobody buys what is fresh
    /// at the price of a little that is old.
    function _addRemnant(uint8 asset, uint256 amount) private {
        Lot memory lot_ = _lots[REMNANTS][asset];
        bool fresh = amount > lot_.amount;
        lot_.amount = _bounded(lot_.amount + amount);
        emit RemnantAdded(asset, amount);
        if (!fresh) return _write(REMNANTS, asset, lot_);
        uint16 version = _book.terms;
        lot_ = Lot(lot_.amount, uint40(_bidTime()), 0, 0, asset, 0, version, 0, 0);
        _start(lot_, _terms[version], REMNANTS, asset);
    }

    /// @dev Puts a new absorption at the end of the list of `count`, or in the place of the one with the least left of those that
    /// are valued, if that has less left: many small ones never hide a large one.
    function _place(uint256 id, uint256 left, uint256 count) private returns (uint24 position) {
        position = uint24(count);
        for (uint256 i = 0; count >= MAX_VALUED && i < MAX_VALUED; ++i) {
            uint256 other = _absorptions[_open.get(i)].left;
            if (other < left) (left, position) = (other, uint24(i));
        }
        if (position != count) {
            uint256 other = _open.get(position);
            _open.set(count, other);
            Lot memory moved = _lots[other][0];
            moved.position = uint24(count);
            _write(other, 0, moved);
        }
        _open.set(position, id);
    }

    // ------------------------------------------------------------------ internals

    function _load(
        uint256 id
    ) private view returns (Absorption memory a, AuctionTerms memory t, Tab memory left, Lot memory first) {
        (a, first) = (_absorptions[id], _lots[id][0]);
        if (a.left == 0) revert NotOpen(id);
        t = _terms[first.terms];
        left = AuctionMath.remaining(AuctionMath.tabDown(t, a.debt), a.left);
    }

    /// @dev What the lots of an absorption are worth at the highest of the usable prices [debt units].
    function _valueHigh(uint256 id, uint256 lots) private view returns (uint256 value) {
        for (uint256 at = 0; at < lots; ++at) {
            Lot memory lot_ = _lots[id][at];
            if (lot_.amount != 0) value += HealthMath.valueDown(lot_.amount, _oracle.price(lot_.asset).high);
        }
    }

    function _setTerms(AuctionTerms memory terms_) private {
        AuctionRules.check(terms_);
        uint16 version = _book.terms + 1;
        _book.terms = version;
        _terms[version] = terms_;
        emit TermsSet(version, terms_);
    }

    function _bounded(uint256 amount) private pure returns (uint120) {
        if (amount > type(uint120).max) revert AmountTooLarge(amount, type(uint120).max);
        return uint120(amount);
    }
}
