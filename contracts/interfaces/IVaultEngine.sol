// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PausableAction} from "../types/PausableAction.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Status} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";
import {IAuctionHouse} from "./IAuctionHouse.sol";
import {ICircuitBreaker} from "./ICircuitBreaker.sol";
import {ILendingPool} from "./ILendingPool.sol";
import {IOracleGuard} from "./IOracleGuard.sol";
import {IRiskConfig} from "./IRiskConfig.sol";
import {IPortfolioMargin} from "./IPortfolioMargin.sol";

/// @notice The policy contracts an engine is deployed with. They cannot be replaced.
struct Policies {
    IRiskConfig riskConfig;
    IOracleGuard oracle;
    ICircuitBreaker breaker;
    IPortfolioMargin volatility;
}

/// @notice One liquidation request.
struct LiquidationCall {
    VaultKey vault;
    /// Id of the collateral to seize.
    uint8 asset;
    /// Most to repay [debt units]; the largest word for no limit. Lowered further where the
    /// repayment would leave dust.
    uint256 maxRepay;
    /// Most to seize [collateral units]; the largest word for no limit.
    uint256 maxSeize;
    /// Least to seize [collateral units]; the call reverts below it.
    uint256 minSeize;
    /// Last second at which the call is valid [s].
    uint256 deadline;
    /// Receives the collateral.
    address receiver;
    /// If not empty, the caller is called back between seizing and paying (`ILiquidationCallback`).
    bytes data;
}

/// @title Vaults
/// @notice The only contract that holds collateral and vault debt. A vault is named by its owner
/// and an index (`VaultKey`), holds up to eight collaterals and owes one debt asset. It is
/// liquidatable if and only if its health factor, the sum of value * liquidationThreshold over
/// debt, is below 1.
///
/// Collateral amounts are in token units, debt amounts in debt-asset units. Debts round up, values
/// round down. An amount that another transaction may change is clamped instead of refused:
/// `withdraw` to the balance, `repay` to the debt, `liquidate` to what the rules allow. A token
/// transfer must move exactly the stated amount. Tokens sent here directly belong to nobody.
///
/// Assumptions about a listed token:
/// - it does not rebase and charges no fee on transfers (such a transfer reverts);
/// - it has at most 24 decimals;
/// - it allows a transfer of zero (otherwise its auctions stay at their first price);
/// - if it calls back, it reaches only functions that are locked here.
interface IVaultEngine {
    /// @notice Collateral was added to a vault.
    /// @param amount collateral added [token units]
    /// @param balance the vault's new balance of `asset` [token units]
    event Deposited(VaultKey indexed vault, uint8 indexed asset, address payer, uint256 amount, uint256 balance);
    /// @notice Collateral was withdrawn from a vault.
    /// @param amount collateral withdrawn [token units]
    /// @param balance the vault's new balance of `asset` [token units]
    event Withdrawn(VaultKey indexed vault, uint8 indexed asset, address to, uint256 amount, uint256 balance);
    /// @notice A vault borrowed from the lending pool.
    /// @param amount amount borrowed [debt units]
    /// @param scaledDebt the vault's new scaled debt
    event Borrowed(VaultKey indexed vault, address to, uint256 amount, uint256 scaledDebt);
    /// @notice Debt of a vault was repaid.
    /// @param amount amount repaid [debt units]
    /// @param scaledDebt the vault's new scaled debt
    event Repaid(VaultKey indexed vault, address payer, uint256 amount, uint256 scaledDebt);
    /// @notice Collateral of a vault was seized against a repayment.
    /// @param repaid amount repaid [debt units]
    /// @param seized collateral seized [collateral units]
    /// @param bonus liquidation bonus [WAD]
    /// @param scaledDebt the vault's scaled debt after the liquidation
    /// @param balance the vault's balance of `asset` after the liquidation [collateral units]
    event Liquidated(
        VaultKey indexed vault,
        uint8 indexed asset,
        address indexed liquidator,
        uint256 repaid,
        uint256 seized,
        uint256 bonus,
        uint256 scaledDebt,
        uint256 balance
    );
    /// @notice An owner or operator repaid debt with collateral of the vault itself.
    /// @param repaid amount repaid [debt units]
    /// @param sold collateral taken out [collateral units]
    /// @param scaledDebt the vault's scaled debt after the call
    /// @param balance the vault's balance of `asset` after the call [collateral units]
    event Deleveraged(
        VaultKey indexed vault,
        uint8 indexed asset,
        address indexed operator,
        uint256 repaid,
        uint256 sold,
        uint256 scaledDebt,
        uint256 balance
    );
    /// @notice The rest of a vault's debt was written off, and the vault is empty.
    /// @dev In the same transaction the backstop and the pool report who bears the loss, and the
    /// auction house reports where the remaining collateral goes.
    /// @param debt debt written off [debt units]
    event BadDebtRealized(VaultKey indexed vault, uint256 debt);
    /// @notice A stuck vault was flagged.
    /// @dev Unless it recovers, it may be absorbed from one flag age after `flaggedAt` to two.
    /// @param flaggedAt time of the flag [s]
    event Flagged(VaultKey indexed vault, address indexed by, uint256 flaggedAt);
    /// @notice The flag of a vault that is no longer stuck was cleared.
    event Unflagged(VaultKey indexed vault);
    /// @notice The debt and collateral of a vault moved to the auction house, and the vault is
    /// empty.
    /// @param keeper receives the tip
    /// @param debt debt that moved [debt units]
    event Absorbed(VaultKey indexed vault, address indexed keeper, uint256 debt);
    /// @notice Auctioned collateral was sent out.
    /// @param amount collateral sent [token units]
    event Released(uint8 indexed asset, address to, uint256 amount);
    /// @notice An owner approved or revoked an operator.
    event OperatorUpdated(address indexed owner, address indexed operator, bool approved);

    /// @notice The caller is neither the vault's owner nor one of its operators.
    error NotAuthorised(address caller, address owner);
    /// @notice The amount is zero.
    error ZeroAmount();
    /// @notice The deposits of all vaults would exceed the asset's supply cap [token units].
    error SupplyCapExceeded(uint256 total, uint256 cap);
    /// @notice The debt of all vaults would exceed the borrow cap [debt units].
    error BorrowCapExceeded(uint256 total, uint256 cap);
    /// @notice The vault already holds the largest number of different collaterals.
    error TooManyCollaterals(uint256 max);
    /// @notice The remaining debt would be too small to be worth liquidating [debt units].
    error DebtBelowDust(uint256 debt, uint256 dust);
    /// @notice The collateral does not cover the debt at the initial margin.
    /// @param adjustedCollateral borrowing power of the collateral [debt units * bps]
    /// @param needed debt * 1e4 [debt units * bps]
    error NotEnoughCollateral(uint256 adjustedCollateral, uint256 needed);
    /// @notice A collateral of a vault that takes risk has no Good price.
    error PriceNotGood(uint8 asset, Status status);
    /// @notice The asset has no usable price, so it cannot be seized or sold.
    error PriceDead(uint8 asset);
    /// @notice The health factor is at least 1.
    /// @param adjustedCollateral sum of value * liquidationThreshold [debt units * bps]
    /// @param needed debt * 1e4 [debt units * bps]
    error VaultHealthy(uint256 adjustedCollateral, uint256 needed);
    /// @notice The vault does not hold this asset.
    error AssetNotHeld(VaultKey vault, uint8 asset);
    /// @notice Seizing this asset could lower health, because its threshold exceeds the health
    /// factor.
    /// @param threshold liquidation threshold of the asset [bps]
    /// @param healthFactor health factor of the vault [WAD]
    error AssetNotSeizable(uint8 asset, uint256 threshold, uint256 healthFactor);
    /// @notice The collateral seized is below the caller's minimum [collateral units].
    error SeizedTooLittle(uint256 seized, uint256 min);
    /// @notice The call arrived after its deadline [s].
    error DeadlinePassed(uint256 timestamp, uint256 deadline);
    /// @notice The amount does not fit in 128 bits.
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice The oracle guard uses another risk configuration or another number of debt-asset
    /// decimals.
    error OracleOfAnotherSystem(address oracle);
    /// @notice `multicall` was called inside `multicall`.
    error NestedMulticall();
    /// @notice The vault's collateral ratio is not below 1.02, and the vault is not stuck with a
    /// flag of the right age.
    /// @param value collateral value [debt units]
    /// @param debt debt of the vault [debt units]
    /// @param healthFactor health factor of the vault [WAD]
    /// @param stuckHealth health below which a vault is stuck [bps]
    /// @param ripeFrom first second at which the flag allows absorption, for one flag age [s]; 0 if
    /// not flagged
    error NotAbsorbable(uint256 value, uint256 debt, uint256 healthFactor, uint256 stuckHealth, uint256 ripeFrom);
    /// @notice The deleveraging would lower the health factor [WAD].
    error HealthWouldFall(uint256 healthBefore, uint256 healthAfter);
    /// @notice The deleveraging would lower the collateral ratio of a solvent vault or widen the
    /// shortfall of an insolvent one [debt units].
    error SolvencyWouldFall(uint256 valueBefore, uint256 debtBefore, uint256 valueAfter, uint256 debtAfter);
    /// @notice The collateral taken out is worth more than the repayment plus the asset's largest
    /// bonus [debt units].
    error SaleTooExpensive(uint256 value, uint256 most);
    /// @notice The caller is not the auction house.
    error OnlyAuctionHouse(address caller, address auctionHouse);
    /// @notice The auction house is already set; it can be set only once.
    error AuctionHouseAlreadySet(address auctionHouse);

    // ------------------------------------------------------------------ owners

    /// @notice Adds `amount` of `asset` to a vault, taken from the caller.
    /// @dev The owner or an operator may add any listed asset; anyone may top up an asset the vault
    /// already holds. Reverts without a Good price of `asset`. The supply cap limits growth only: a
    /// vault below target health may exceed it by the amount that restores that health
    /// (`VaultRules.restoringAmountUp`).
    /// @param amount collateral to add [token units], not 0
    function deposit(VaultKey vault, uint8 asset, uint256 amount) external;

    /// @notice Sends `amount` of `asset` to `to`, or the whole balance if that is less.
    /// @dev Owner or operator. Reads no price if the vault has no debt. With debt, reverts if the
    /// breaker has closed the action, unless every collateral has a Good price, and unless the
    /// remaining collateral covers the debt at the initial margin: `low` prices and effective ltvs,
    /// or the portfolio margin if it credits more.
    /// @param amount most to withdraw [token units]
    /// @return withdrawn amount sent [token units]
    function withdraw(VaultKey vault, uint8 asset, uint256 amount, address to) external returns (uint256 withdrawn);

    /// @notice Borrows `amount` and sends it to `to`.
    /// @dev Owner or operator. Reverts if the breaker has closed the action, unless every
    /// collateral has a Good price, unless the collateral covers the new debt at the initial margin
    /// (see `withdraw`), below dust, and above the borrow cap.
    /// @param amount amount to borrow [debt units], not 0
    function borrow(VaultKey vault, uint256 amount, address to) external;

    /// @notice Deposits `amount` of `asset` and borrows `debt` to `to` in one call.
    /// @dev Owner or operator. The conditions of `deposit` and `borrow` apply, at one price.
    /// Cheaper than a `multicall` of both.
    /// @param amount collateral to add [token units], not 0
    /// @param debt amount to borrow [debt units], not 0
    function open(VaultKey vault, uint8 asset, uint256 amount, uint256 debt, address to) external;

    /// @notice Repays `amount` of a vault's debt from the caller, or all of it if that is less.
    /// @dev Anyone may call; no price can block a repayment. A partial repayment is lowered so that
    /// it leaves no debt below dust.
    /// @param amount most to repay [debt units]
    /// @return repaid amount taken from the caller [debt units]
    function repay(VaultKey vault, uint256 amount) external returns (uint256 repaid);

    /// @notice Repays debt with the vault's own collateral: sends collateral to `receiver`, calls
    /// the caller back if `data` is not empty (`IDeleverageCallback`), and takes the repayment from
    /// the caller.
    /// @dev Owner or operator. Works at Good and Doubtful prices. Reverts if, at liquidation
    /// prices,
    /// - the health factor would fall;
    /// - the collateral ratio of a solvent vault would fall, or the shortfall of an insolvent one
    ///   would grow;
    /// - the collateral taken out is worth more than the repayment plus the asset's largest bonus.
    ///
    /// If it is worth over 1 % more than the repayment (above market cost), solvency must not fall
    /// at conservative values either: each collateral at its lowest usable price, a dead one at
    /// zero.
    /// @param amount most to take out [collateral units]
    /// @param repay most to repay [debt units]
    /// @return repaid amount taken from the caller [debt units]
    /// @return sold collateral sent to `receiver` [collateral units]
    function deleverage(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        uint256 repay,
        address receiver,
        bytes calldata data
    ) external returns (uint256 repaid, uint256 sold);

    /// @notice Approves `operator` to act for all vaults of the caller, or revokes the approval.
    function setOperator(address operator, bool approved) external;

    /// @notice Uses the caller's ERC-2612 permit for this engine.
    /// @dev A failing permit is ignored, because someone may have submitted it first: the allowance
    /// is then in place. If it is not, the transfer fails.
    /// @param value allowance [token units]
    /// @param deadline last second at which the permit is valid [s]
    function permit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Runs several calls to this contract as one and reads each price once.
    /// @dev Reverts with the first call that reverts. Cannot be nested.
    /// @param calls encoded calls to this contract
    /// @return results return data of each call, in order
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results);

    // ------------------------------------------------------------------ liquidators

    /// @notice Liquidates a vault with a health factor below 1 towards the target health.
    /// @dev Anyone may call. docs/concepts/liquidation.md describes the decision. If the caller's
    /// limits did not bind and the remaining collateral is worth less than dust and less than the
    /// debt, the rest of the debt is written off: the backstop pays first, then the reserve, then
    /// the lenders. Reverts if liquidating is paused, the deadline has passed, the vault is
    /// healthy, the asset is not seizable, or less than `minSeize` would be seized.
    /// @return repaid amount taken from the caller [debt units]; 0 if nothing could be done within
    /// the limits
    /// @return seized collateral sent to the receiver [collateral units]
    function liquidate(LiquidationCall calldata call) external returns (uint256 repaid, uint256 seized);

    /// @notice Flags a vault whose health factor is below `stuckHealth`, or clears the flag of one
    /// that has recovered.
    /// @dev Anyone may call. Unless the vault recovers, it may be absorbed from one hour after the
    /// flag until two hours after it. Every call that leaves the vault at or above `stuckHealth`
    /// clears the flag too. Flagging again within two hours changes nothing. A flag's age does not
    /// count time before the end of the last pause of liquidations and the grace period after it.
    /// @return flaggedAt time of the flag [s]; 0 if the vault is not stuck
    function flag(VaultKey vault) external returns (uint256 flaggedAt);

    /// @notice Moves an unliquidated vault to the auction house: its collateral to auction, its
    /// debt to the auction debt in the pool, guaranteed by the backstop.
    /// @dev Anyone may call. Reverts unless the health factor is below 1 and either the collateral
    /// ratio is below 1.02, or the health factor is below `stuckHealth` and the vault was flagged
    /// one to two hours ago. Dead assets count as in a liquidation. Reverts if liquidating is
    /// paused.
    /// @param keeper receives the tip
    /// @return id id of the absorption
    function absorb(VaultKey vault, address keeper) external returns (uint256 id);

    // ------------------------------------------------------------------ auction house

    /// @notice Sends auctioned collateral to `to`. Auction house only.
    /// @param amount collateral to send [token units]
    function release(uint8 asset, uint256 amount, address to) external;

    /// @notice Whether `asset` can be transferred now, tested with a transfer of zero. Auction
    /// house only.
    function canRelease(uint8 asset) external returns (bool);

    /// @notice Sets the auction house. Restricted; works only once.
    /// @dev Before that, no vault can be absorbed and no debt written off.
    function setAuctionHouse(IAuctionHouse auctionHouse) external;

    // ------------------------------------------------------------------ views

    /// @notice The stored state of a vault, without interest or prices.
    /// @return scaledDebt scaled debt of the vault
    /// @return collaterals ids of its collaterals
    /// @return flaggedAt time of the flag [s]; 0 if not flagged
    function vaultState(
        VaultKey vault
    ) external view returns (uint256 scaledDebt, AssetSet collaterals, uint256 flaggedAt);

    /// @notice The stored state of many vaults as one flat list; reads no price.
    /// @dev A flat list decodes quickly.
    /// @return words for each vault a header word (scaled debt in the low 128 bits, set of
    /// collaterals in the next 64, time of the flag [s] above), then one balance [token units] per
    /// collateral, ids ascending
    function records(VaultKey[] calldata vaults) external view returns (uint256[] memory words);

    /// @notice The vault's balance of `asset` [token units].
    function collateralOf(VaultKey vault, uint8 asset) external view returns (uint256);

    /// @notice Totals of `asset` held by this contract.
    /// @return deposited collateral of all vaults [token units]
    /// @return auctioned collateral the auction house disposes of [token units]
    function assetTotals(uint8 asset) external view returns (uint256 deposited, uint256 auctioned);

    /// @notice Reverts if the circuit breaker has closed `action`.
    function requireOpen(PausableAction action) external view;

    /// @notice Whether `operator` may act for `owner`.
    function isOperator(address owner, address operator) external view returns (bool);

    /// @notice The lending pool, created by this engine.
    function pool() external view returns (ILendingPool);

    /// @notice The source of risk parameters.
    function riskConfig() external view returns (IRiskConfig);

    /// @notice The source of prices.
    function oracle() external view returns (IOracleGuard);

    /// @notice The circuit breaker; zero if there is none.
    function breaker() external view returns (ICircuitBreaker);

    /// @notice The model that computes the borrowing power of several collaterals together.
    function volatility() external view returns (IPortfolioMargin);

    /// @notice The contract that auctions the collateral of absorbed vaults; zero until it is set.
    function auctionHouse() external view returns (IAuctionHouse);

    /// @notice The token that vaults borrow.
    function debtAsset() external view returns (address);
}
