// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {BackstopPool} from "./BackstopPool.sol";
import {IAuctionCallback} from "../interfaces/callbacks/IAuctionCallback.sol";
import {AuctionTerms, IAuctionHouse, LotView, Tab} from "../interfaces/IAuctionHouse.sol";
import {IBackstopPool} from "../interfaces/IBackstopPool.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {ILendingPool} from "../interfaces/ILendingPool.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../interfaces/IVaultEngine.sol";
import {AuctionMath} from "../libraries/math/AuctionMath.sol";
import {ExactTransfer} from "../libraries/integration/ExactTransfer.sol";
import {AuctionStorage} from "../storage/AuctionStorage.sol";
import {AuctionValuation} from "../storage/AuctionValuation.sol";
import {PausableAction} from "../types/PausableAction.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @title AuctionHouse
/// @notice See `IAuctionHouse`, which is the specification.
contract AuctionHouse is IAuctionHouse, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using AuctionStorage for AuctionStorage.Book;
    using AuctionValuation for AuctionStorage.Book;

    /// @notice Most absorptions that are valued one by one; more could make a valuation outgrow a
    /// transaction.
    /// @dev They are the first of the list. A new absorption with a larger open tab replaces the
    /// smallest of them. When one closes, the largest of the next 64 takes its slot.
    uint256 public constant MAX_VALUED = AuctionStorage.MAX_VALUED;

    uint256 private constant RESIDUALS = AuctionStorage.RESIDUALS;

    /// @notice The engine, which holds the collateral and sends it out.
    IVaultEngine public immutable engine;
    /// @inheritdoc IAuctionHouse
    IBackstopPool public immutable backstop;

    ILendingPool private immutable _pool;
    IOracleGuard private immutable _oracle;
    IRiskConfig private immutable _riskConfig;
    ICircuitBreaker private immutable _breaker;
    IERC20 private immutable _debtAsset;

    /// @dev A take before it is executed. `at` is the position of its lot.
    struct Sale {
        uint256 at;
        AuctionStorage.Lot lot;
        address keeper;
        Tab left;
        uint256 price;
        uint256 dust;
        uint256 amount;
        uint256 cost;
    }

    AuctionStorage.Book private _book;
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
        AssetSet movable,
        address keeper
    ) external nonReentrant onlyEngine returns (uint256 id) {
        AuctionStorage.Head memory head = _book.head;
        AuctionTerms memory t = _book.terms[head.terms];
        Tab memory tab = AuctionMath.tabDown(t, debt);
        uint256 left = AuctionMath.sum(tab);

        uint24 position;
        (id, position) = _book.add(head, vault.ownerOf(), keeper, tab, left);
        uint40 now_ = uint40(block.timestamp);
        AuctionStorage.Lot memory lot_ = AuctionStorage.Lot(
            0,
            now_,
            0,
            0,
            0,
            0,
            head.terms,
            uint8(amounts.length),
            position
        );
        emit AbsorptionOpened(id, vault, keeper, debt, left, assets, amounts);
        for (uint256 i = 0; i < amounts.length; ++i) {
            lot_.asset = assets.lowest();
            lot_.amount = _bounded(amounts[i]);
            _start(lot_, t, id, i, movable.contains(lot_.asset));
            assets = assets.without(lot_.asset);
        }
        // Close at once if there is no debt to cover or no collateral to sell.
        if (left == 0 || amounts.length == 0) _close(id, lot_, tab);
    }

    /// @inheritdoc IAuctionHouse
    function writeOffVault(
        VaultKey vault,
        uint256 debt,
        AssetSet assets,
        uint256[] calldata amounts
    ) external nonReentrant onlyEngine {
        emit VaultWrittenOff(vault, debt, assets, amounts);
        for (uint256 i = 0; !assets.isEmpty(); ++i) {
            uint8 asset = assets.lowest();
            if (amounts[i] != 0) _addResidual(asset, amounts[i]);
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
        _book.write(id, s.at, s.lot);
        Tab memory paid = AuctionMath.split(s.left, cost);
        emit Taken(id, asset, msg.sender, amount, cost, s.price, AuctionMath.sum(s.left) - cost);
        if (id != RESIDUALS) _collect(id, s, paid);

        engine.release(asset, amount, receiver);
        if (data.length != 0) IAuctionCallback(msg.sender).onTake(id, asset, amount, cost, data);
        if (id == RESIDUALS) {
            ExactTransfer.pull(_debtAsset, msg.sender, address(this), cost);
            _debtAsset.forceApprove(address(_pool), cost);
            _pool.donate(cost);
        } else {
            _pay(paid);
        }
    }

    /// @inheritdoc IAuctionHouse
    function checkpoint(uint256 id, uint8 asset) external nonReentrant returns (uint256 elapsed) {
        (uint256 at, AuctionStorage.Lot memory lot_, AuctionTerms memory t) = _book.activeLot(id, asset, _clock());
        (, uint256 expiresAt) = _oracle.priceAndExpiry(asset);
        _mark(lot_, t, expiresAt);
        _book.write(id, at, lot_);
        elapsed = lot_.elapsed;
        emit Checkpointed(id, asset, elapsed);
    }

    /// @inheritdoc IAuctionHouse
    function restart(uint256 id, uint8 asset) external nonReentrant {
        (uint256 at, AuctionStorage.Lot memory lot_, AuctionTerms memory t) = _book.activeLot(id, asset, _clock());
        if (lot_.elapsed < t.tail) revert LotRunning(lot_.elapsed, t.tail);
        lot_.elapsed = 0;
        if (lot_.restarts != type(uint8).max) ++lot_.restarts;
        (Price memory p, uint256 expiresAt) = _oracle.priceAndExpiry(asset);
        if (p.status == Status.Dead) revert PriceDead(asset);
        _mark(lot_, t, expiresAt);
        if (t.frozen) _book.frozenPrices[id][at] = p.liquidation;
        _book.write(id, at, lot_);
        emit Restarted(id, asset, msg.sender);
    }

    /// @inheritdoc IAuctionHouse
    function writeOff(uint256 id) external nonReentrant {
        (, , Tab memory left, AuctionStorage.Lot memory first) = _book.load(id);
        uint256 value = _book.valueHigh(id, first.lots, _oracle);
        uint256 dust = _riskConfig.systemRisk().dust;
        if (!AuctionMath.isUneconomic(left, value, dust)) revert NotUneconomic(value, AuctionMath.sum(left), dust);
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
        if (_book.head.count == 0) return (0, 0);
        (AuctionStorage.Clock memory clock, , uint256 dust) = _bidding();
        return _book.shortfall(_oracle, _pool, clock, dust);
    }

    /// @inheritdoc IAuctionHouse
    function expectedPenalties() external view nonReentrantView returns (uint256) {
        return _book.head.penalties;
    }

    /// @inheritdoc IAuctionHouse
    function openCount() external view nonReentrantView returns (uint256) {
        return _book.head.count;
    }

    /// @inheritdoc IAuctionHouse
    function absorptions(uint256 from, uint256 to) external view nonReentrantView returns (uint256[] memory words) {
        return _book.records(from, to, _clock());
    }

    /// @inheritdoc IAuctionHouse
    function absorption(
        uint256 id
    ) external view nonReentrantView returns (address owner, address keeper, Tab memory tab) {
        if (_book.absorptions[id].left == 0) return (owner, keeper, tab);
        AuctionStorage.Absorption memory a;
        (a, , tab, ) = _book.load(id);
        return (a.owner, a.keeper, tab);
    }

    /// @inheritdoc IAuctionHouse
    function lot(uint256 id, uint8 asset) external view nonReentrantView returns (LotView memory) {
        AuctionStorage.Lot memory lot_ = _book.lots[id][_book.find(id, asset)];
        AuctionTerms memory t = _book.terms[lot_.terms];
        uint256 elapsed = AuctionStorage.elapsedAt(lot_, t, _clock());
        if (lot_.asset != asset || t.step == 0) return LotView(0, 0, 0, 0);
        return LotView(lot_.amount, elapsed, AuctionMath.multiplierUp(t, elapsed), lot_.restarts);
    }

    /// @inheritdoc IAuctionHouse
    function isLocked() external view returns (bool) {
        return _reentrancyGuardEntered();
    }

    /// @inheritdoc IAuctionHouse
    function terms() external view returns (AuctionTerms memory) {
        return _book.terms[_book.head.terms];
    }

    // ------------------------------------------------------------------ clock and price

    /// @dev The inputs of lot clocks, whether bidding may be closed now, and the system's dust.
    /// Calls the breaker only if bidding is gated; otherwise the risk configuration knows its
    /// answer.
    function _bidding() private view returns (AuctionStorage.Clock memory clock, bool gated, uint256 dust) {
        (clock.timestamp, clock.breaker) = (block.timestamp, _breaker);
        (dust, gated, clock.closedUntil) = _riskConfig.bidTerms();
        // Without a breaker nothing is closed, whatever the bits say.
        if (address(_breaker) == address(0)) (gated, clock.closedUntil) = (false, 0);
        if (gated) clock.closedUntil = _breaker.pausedUntil(PausableAction.Bid);
    }

    function _clock() private view returns (AuctionStorage.Clock memory clock) {
        (clock, , ) = _bidding();
    }

    /// @dev Writes a lot. Its clock starts now if its collateral is `movable`, otherwise at the
    /// next checkpoint.
    function _start(
        AuctionStorage.Lot memory lot_,
        AuctionTerms memory t,
        uint256 id,
        uint256 at,
        bool movable
    ) private {
        (Price memory p, uint256 expiresAt) = _oracle.priceAndExpiry(lot_.asset);
        AuctionStorage.grantCredit(lot_, t, movable ? expiresAt : 0);
        if (t.frozen) _book.frozenPrices[id][at] = p.status == Status.Dead ? 0 : p.liquidation;
        _book.write(id, at, lot_);
    }

    /// @dev Makes now a checkpoint of an advanced lot. The clock runs on only if the collateral can
    /// be moved: a lot that cannot be bought must not get cheaper.
    function _mark(AuctionStorage.Lot memory lot_, AuctionTerms memory t, uint256 expiresAt) private {
        AuctionStorage.grantCredit(lot_, t, engine.canRelease(lot_.asset) ? expiresAt : 0);
    }

    /// @dev A take at the current price. Its lot is advanced and has a checkpoint now.
    function _sale(uint256 id, uint8 asset, uint256 maxAmount) private view returns (Sale memory s) {
        (AuctionStorage.Clock memory clock, bool gated, uint256 dust) = _bidding();
        if (gated) _breaker.requireOpen(PausableAction.Bid, 0, 0);
        AuctionTerms memory t;
        (s.at, s.lot, t) = _book.activeLot(id, asset, clock);
        (Price memory p, uint256 expiresAt) = _oracle.priceAndExpiry(asset);
        if (p.status == Status.Dead) revert PriceDead(asset);
        if (s.lot.elapsed >= t.tail) revert LotExpired(s.lot.elapsed, t.tail);
        AuctionStorage.grantCredit(s.lot, t, expiresAt);
        if (id == RESIDUALS) {
            s.left.debt = type(uint256).max;
        } else {
            AuctionStorage.Absorption storage a = _book.absorptions[id];
            s.keeper = a.keeper;
            s.left = AuctionMath.remaining(AuctionMath.tabDown(t, a.debt), a.left);
        }
        uint256 base = p.liquidation;
        if (t.frozen && _book.frozenPrices[id][s.at] != 0) base = _book.frozenPrices[id][s.at];
        s.price = AuctionMath.priceUp(base, AuctionMath.multiplierUp(t, s.lot.elapsed));
        s.dust = dust;
        (s.amount, s.cost) = AuctionMath.sale(s.lot.amount, s.price, AuctionMath.sum(s.left), maxAmount, dust);
    }

    // ------------------------------------------------------------------ money

    /// @dev Books the payment of a take. Ends the absorption once nothing is left to pay or to
    /// sell, or once it is uneconomic.
    function _collect(uint256 id, Sale memory s, Tab memory paid) private {
        if (paid.tip != 0) _tip(s.keeper, paid.tip);
        Tab memory left = Tab(s.left.debt - paid.debt, s.left.penalty - paid.penalty, s.left.tip - paid.tip);
        uint256 sum = AuctionMath.sum(left);
        _book.reduce(id, sum, paid.penalty);
        if (sum != 0 && s.lot.amount != 0) return;
        AuctionStorage.Lot memory first = s.at == 0 ? s.lot : _book.lots[id][0];
        if (sum != 0 && first.lots > 1) {
            uint256 value = _book.valueHigh(id, first.lots, _oracle);
            if (!AuctionMath.isUneconomic(left, value, s.dust)) return;
        }
        _close(id, first, left);
    }

    /// @dev Transfers a payment from the caller to the pool, the backstop and, for tips, this
    /// contract.
    function _pay(Tab memory paid) private {
        ExactTransfer.pull(_debtAsset, msg.sender, address(_pool), paid.debt);
        if (paid.debt != 0) _pool.bookSale(paid.debt, 0);
        if (paid.penalty != 0) {
            ExactTransfer.pull(_debtAsset, msg.sender, address(backstop), paid.penalty);
            backstop.bookPenalty(paid.penalty);
        }
        ExactTransfer.pull(_debtAsset, msg.sender, address(this), paid.tip);
    }

    /// @dev Removes an absorption. If its tab is paid, the owner may claim the remaining
    /// collateral. Otherwise it joins the residuals and the unpaid debt is booked as a shortfall.
    function _close(uint256 id, AuctionStorage.Lot memory first, Tab memory left) private {
        AuctionStorage.Absorption memory a = _book.absorptions[id];
        AuctionTerms memory t = _book.terms[first.terms];
        bool covered = AuctionMath.sum(left) == 0;
        for (uint256 at = 0; at < first.lots; ++at) {
            (uint8 asset, uint256 amount) = _book.drop(id, at, t.frozen);
            if (amount == 0) continue;
            if (covered) {
                claims[a.owner][asset] += amount;
                emit Claimable(a.owner, asset, amount);
            } else {
                _addResidual(asset, amount);
            }
        }
        _book.remove(id, first.position, left.penalty);
        emit AbsorptionClosed(id, a.owner, left.debt);
        if (left.debt != 0) _bookShortfall(left.debt);
        if (left.tip == 0) return;
        uint256 owed = AuctionMath.tipOwed(left, AuctionMath.tabDown(t, a.debt).penalty, 0);
        if (owed != 0) _tip(a.keeper, backstop.payTip(owed));
    }

    function _bookShortfall(uint256 debt) private {
        uint256 covered = backstop.cover(debt);
        emit ShortfallRealized(debt, covered);
        _pool.bookSale(covered, debt - covered);
    }

    function _tip(address keeper, uint256 amount) private {
        if (amount == 0) return;
        tips[keeper] += amount;
        emit TipEarned(keeper, amount);
    }

    /// @dev Residuals of an asset share one lot. Its clock restarts at every addition, so that new
    /// collateral is not sold at the price of old, and stands still until a checkpoint.
    function _addResidual(uint8 asset, uint256 amount) private {
        uint120 total = _bounded(_book.lots[RESIDUALS][asset].amount + amount);
        emit ResidualAdded(asset, amount);
        uint16 version = _book.head.terms;
        AuctionStorage.Lot memory lot_ = AuctionStorage.Lot(
            total,
            uint40(block.timestamp),
            0,
            0,
            asset,
            0,
            version,
            0,
            0
        );
        _start(lot_, _book.terms[version], RESIDUALS, asset, false);
    }

    // ------------------------------------------------------------------ internals

    function _setTerms(AuctionTerms memory terms_) private {
        uint16 version = _book.setTerms(terms_);
        emit TermsUpdated(version, terms_);
    }

    function _bounded(uint256 amount) private pure returns (uint120) {
        if (amount > type(uint120).max) revert AmountTooLarge(amount, type(uint120).max);
        return uint120(amount);
    }
}
