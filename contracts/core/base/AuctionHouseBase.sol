// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BackstopPool} from "../BackstopPool.sol";
import {AuctionTerms, IAuctionHouse, Tab} from "../../interfaces/IAuctionHouse.sol";
import {IBackstopPool} from "../../interfaces/IBackstopPool.sol";
import {ICircuitBreaker} from "../../interfaces/ICircuitBreaker.sol";
import {ILendingPool} from "../../interfaces/ILendingPool.sol";
import {IOracleGuard} from "../../interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../../interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../../interfaces/IVaultEngine.sol";
import {AuctionMath} from "../../libraries/math/AuctionMath.sol";
import {ExactTransfer} from "../../libraries/integration/ExactTransfer.sol";
import {AuctionStorage} from "../../storage/AuctionStorage.sol";
import {AuctionValuation} from "../../storage/AuctionValuation.sol";
import {PausableAction} from "../../types/PausableAction.sol";
import {Price, Status} from "../../types/Price.sol";

/// @title AuctionHouseBase
/// @notice What the auction house keeps, and the steps that its operations share.
abstract contract AuctionHouseBase is IAuctionHouse, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using AuctionStorage for AuctionStorage.Book;
    using AuctionValuation for AuctionStorage.Book;

    /// @notice Most absorptions that are valued one by one; more could make a valuation outgrow a
    /// transaction.
    /// @dev They are the first of the list. A new absorption with a larger open tab replaces the
    /// smallest of them. When one closes, the largest of the next 64 takes its slot.
    uint256 public constant MAX_VALUED = AuctionStorage.MAX_VALUED;

    uint256 internal constant RESIDUALS = AuctionStorage.RESIDUALS;

    /// @notice The engine, which holds the collateral and sends it out.
    IVaultEngine public immutable engine;
    /// @inheritdoc IAuctionHouse
    IBackstopPool public immutable backstop;

    ILendingPool internal immutable _pool;
    IOracleGuard internal immutable _oracle;
    IRiskConfig internal immutable _riskConfig;
    ICircuitBreaker internal immutable _breaker;
    IERC20 internal immutable _debtAsset;

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

    AuctionStorage.Book internal _book;
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

    // ------------------------------------------------------------------ clock and price

    /// @dev The inputs of lot clocks, whether bidding may be closed now, and the system's dust.
    /// Calls the breaker only if bidding is gated; otherwise the risk configuration knows its
    /// answer.
    function _bidding() internal view returns (AuctionStorage.Clock memory clock, bool gated, uint256 dust) {
        (clock.timestamp, clock.breaker) = (block.timestamp, _breaker);
        (dust, gated, clock.closedUntil) = _riskConfig.bidTerms();
        // Without a breaker nothing is closed, whatever the bits say.
        if (address(_breaker) == address(0)) (gated, clock.closedUntil) = (false, 0);
        if (gated) clock.closedUntil = _breaker.pausedUntil(PausableAction.Bid);
    }

    function _clock() internal view returns (AuctionStorage.Clock memory clock) {
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
    ) internal {
        (Price memory p, uint256 expiresAt) = _oracle.priceAndExpiry(lot_.asset);
        AuctionStorage.grantCredit(lot_, t, movable ? expiresAt : 0);
        if (t.frozen) _book.frozenPrices[id][at] = p.status == Status.Dead ? 0 : p.liquidation;
        _book.write(id, at, lot_);
    }

    /// @dev Makes now a checkpoint of an advanced lot. The clock runs on only if the collateral can
    /// be moved: a lot that cannot be bought must not get cheaper.
    function _mark(AuctionStorage.Lot memory lot_, AuctionTerms memory t, uint256 expiresAt) internal {
        AuctionStorage.grantCredit(lot_, t, engine.canRelease(lot_.asset) ? expiresAt : 0);
    }

    /// @dev A take at the current price. Its lot is advanced and has a checkpoint now.
    function _sale(uint256 id, uint8 asset, uint256 maxAmount) internal view returns (Sale memory s) {
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
    function _collect(uint256 id, Sale memory s, Tab memory paid) internal {
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
    function _pay(Tab memory paid) internal {
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
    function _close(uint256 id, AuctionStorage.Lot memory first, Tab memory left) internal {
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

    function _bookShortfall(uint256 debt) internal {
        uint256 covered = backstop.cover(debt);
        emit ShortfallRealized(debt, covered);
        _pool.bookSale(covered, debt - covered);
    }

    function _tip(address keeper, uint256 amount) internal {
        if (amount == 0) return;
        tips[keeper] += amount;
        emit TipEarned(keeper, amount);
    }

    /// @dev Residuals of an asset share one lot. Its clock restarts at every addition, so that new
    /// collateral is not sold at the price of old, and stands still until a checkpoint.
    function _addResidual(uint8 asset, uint256 amount) internal {
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

    function _setTerms(AuctionTerms memory terms_) internal {
        uint16 version = _book.setTerms(terms_);
        emit TermsUpdated(version, terms_);
    }

    function _bounded(uint256 amount) internal pure returns (uint120) {
        if (amount > type(uint120).max) revert AmountTooLarge(amount, type(uint120).max);
        return uint120(amount);
    }
}
