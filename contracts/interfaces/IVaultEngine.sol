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

/// @notice The policies an engine is built on, fixed for its life.
struct Policies {
    IRiskConfig riskConfig;
    IOracleGuard oracle;
    ICircuitBreaker breaker;
    IPortfolioMargin volatility;
}

/// @notice What a liquidator asks for.
struct LiquidationCall {
    VaultKey vault;
    /// Id of the collateral to seize.
    uint8 asset;
    /// Most to pay [debt units]; the largest word for no limit. Lowered further where it would leave dust.
    uint256 maxRepay;
    /// Most to take [collateral units]; the largest word for no limit.
    uint256 maxSeize;
    /// Least to take, or the call reverts [collateral units].
    uint256 minSeize;
    /// Last second at which the call is good [s].
    uint256 deadline;
    /// Who receives the collateral.
    address receiver;
    /// Not empty: the caller is an `ILiquidationCallback` and is called between seizing and paying.
    bytes data;
}

/// @title Vaults
/// @notice The only contract that holds collateral and vault debt. A vault is named by its owner and an index
/// (`VaultKey`), holds up to eight collaterals and owes one debt asset. Liquidatable if and only if its health factor,
/// the sum of value * liquidationThreshold over debt, is below 1.
///
/// Amounts of collateral are in token units, amounts of debt in debt-asset units. Amounts that another transaction may
/// change are clamped, not refused: `withdraw` to the balance, `repay` to the debt, `liquidate` to what the rules allow.
/// Debts round up, values down. Tokens must move exactly what they say; tokens sent here directly belong to nobody.
///
/// Assumptions: a listed token neither rebases nor charges fees (such a transfer reverts), has at most 24 decimals,
/// allows a transfer of nothing (an auction of one that does not stays at its first price), and calls back at most into what is locked here.
interface IVaultEngine {
    /// @notice `amount` of `asset` was added. `balance` is the vault's new balance of it.
    event Deposited(VaultKey indexed vault, uint8 indexed asset, address payer, uint256 amount, uint256 balance);
    /// @notice `amount` of `asset` was taken out.
    event Withdrawn(VaultKey indexed vault, uint8 indexed asset, address to, uint256 amount, uint256 balance);
    /// @notice `amount` was borrowed. `scaledDebt` is the vault's new scaled debt.
    event Borrowed(VaultKey indexed vault, address to, uint256 amount, uint256 scaledDebt);
    /// @notice `amount` was repaid.
    event Repaid(VaultKey indexed vault, address payer, uint256 amount, uint256 scaledDebt);
    /// @notice `seized` of `asset` was taken against `repaid` at `bonus` [WAD]. Last two: what the vault is left with.
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
    /// @notice A vault was deleveraged by its owner or an operator: `sold` of `asset` was taken out against `repaid`. Last two:
    /// what the vault is left with.
    event Deleveraged(
        VaultKey indexed vault,
        uint8 indexed asset,
        address indexed operator,
        uint256 repaid,
        uint256 sold,
        uint256 scaledDebt,
        uint256 balance
    );
    /// @notice The rest of a vault's debt was given up and the vault is empty. Backstop and pool say in the same transaction
    /// who paid, the auction house what becomes of the collateral left.
    event BadDebtRealized(VaultKey indexed vault, uint256 debt);
    /// @notice A stuck vault may be absorbed from one flag age after `flaggedAt` to two, unless it recovers.
    event Flagged(VaultKey indexed vault, address indexed by, uint256 flaggedAt);
    /// @notice A flagged vault is no longer stuck.
    event Unflagged(VaultKey indexed vault);
    /// @notice A vault's whole debt and collateral went to the auction house; the vault is empty.
    event Absorbed(VaultKey indexed vault, address indexed keeper, uint256 debt);
    /// @notice Auctioned collateral was handed out.
    event Released(uint8 indexed asset, address to, uint256 amount);
    /// @notice `operator` may or may no longer act for `owner`.
    event OperatorUpdated(address indexed owner, address indexed operator, bool approved);

    /// @notice Neither the vault's owner nor one of its operators.
    error NotAuthorised(address caller, address owner);
    /// @notice Nothing to move.
    error ZeroAmount();
    /// @notice The collateral would exceed its cap [token units].
    error SupplyCapExceeded(uint256 total, uint256 cap);
    /// @notice The debt of all vaults would exceed its cap [debt units].
    error BorrowCapExceeded(uint256 total, uint256 cap);
    /// @notice A vault may hold eight collaterals.
    error TooManyCollaterals(uint256 max);
    /// @notice The debt left would be too small to be worth liquidating [debt units].
    error DebtBelowDust(uint256 debt, uint256 dust);
    /// @notice Collateral at the initial margin does not cover the debt [debt units * bps; debt * 1e4].
    error NotEnoughCollateral(uint256 adjustedCollateral, uint256 needed);
    /// @notice Taking risk needs a Good price of every collateral in the vault.
    error PriceNotGood(uint8 asset, Status status);
    /// @notice A dead asset cannot be seized.
    error PriceDead(uint8 asset);
    /// @notice Health is at least 1 [debt units * bps; debt * 1e4].
    error VaultHealthy(uint256 adjustedCollateral, uint256 needed);
    /// @notice The vault does not hold this asset.
    error AssetNotHeld(VaultKey vault, uint8 asset);
    /// @notice Seizing this asset could lower health: its threshold [bps] exceeds the health factor [WAD].
    error AssetNotSeizable(uint8 asset, uint256 threshold, uint256 healthFactor);
    /// @notice The caller's minimum is not met [collateral units].
    error SeizedTooLittle(uint256 seized, uint256 min);
    /// @notice Too late [s].
    error DeadlinePassed(uint256 timestamp, uint256 deadline);
    /// @notice A balance left 128 bits.
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice The oracle guard belongs to another risk configuration or another debt asset's decimals.
    error OracleOfAnotherSystem(address oracle);
    /// @notice `multicall` inside `multicall`.
    error NestedMulticall();
    /// @notice Neither is the vault's collateral ratio below 1.02 [debt units], nor is it stuck [WAD, bps] with a flag of the right age,
    /// which it has for a flag age from `ripeFrom` on [s; 0: not flagged].
    error NotAbsorbable(uint256 value, uint256 debt, uint256 healthFactor, uint256 stuckHealth, uint256 ripeFrom);
    /// @notice Deleveraging would lower the health factor [WAD].
    error HealthWouldFall(uint256 healthBefore, uint256 healthAfter);
    /// @notice Deleveraging would lower the collateral ratio of a solvent vault, or widen the shortfall of another [debt units].
    error SolvencyWouldFall(uint256 valueBefore, uint256 debtBefore, uint256 valueAfter, uint256 debtAfter);
    /// @notice Deleveraging would take out more than it repays and the asset's largest bonus [debt units].
    error SaleTooExpensive(uint256 value, uint256 most);
    /// @notice Only the auction house may call this.
    error OnlyAuctionHouse(address caller, address auctionHouse);
    /// @notice The auction house is set once and for all.
    error AuctionHouseAlreadySet(address auctionHouse);

    // ------------------------------------------------------------------ owners

    /// @notice Adds `amount` of `asset`, taken from the caller. The owner or an operator may add any listed asset; anyone
    /// may top up one the vault holds already. Needs a Good price of `asset`. The supply cap binds growth only: a vault
    /// below target health may exceed it by what restores that health.
    function deposit(VaultKey vault, uint8 asset, uint256 amount) external;

    /// @notice Sends `amount` of `asset`, or all of it if that is less, to `to`. Owner or operator. Without debt no price is
    /// read; with debt every collateral must have a Good price and what stays must cover the debt at `low` and `ltv`.
    /// @return withdrawn what was sent [token units]
    function withdraw(VaultKey vault, uint8 asset, uint256 amount, address to) external returns (uint256 withdrawn);

    /// @notice Borrows `amount` to `to`. Owner or operator. Every collateral must have a Good price and cover the new debt
    /// at `low` and `ltv`; the debt must reach dust and respect the borrow cap.
    function borrow(VaultKey vault, uint256 amount, address to) external;

    /// @notice `deposit` of `amount` of `asset` and `borrow` of `debt` to `to` in one call, with what either demands and at one price;
    /// cheaper than a `multicall` of both. Owner or operator.
    function open(VaultKey vault, uint8 asset, uint256 amount, uint256 debt, address to) external;

    /// @notice Repays `amount`, or all debt if that is less, from the caller. Anyone may call, whatever prices do. A partial
    /// repayment is lowered so that it leaves no debt below dust.
    /// @return repaid what was taken [debt units]
    function repay(VaultKey vault, uint256 amount) external returns (uint256 repaid);

    /// @notice Repays with the vault's own collateral: sends `amount` of `asset`, or all of it, to `receiver`, calls the caller
    /// back if `data` is not empty (`IDeleverageCallback`), and takes `repay` [debt units], at most the debt, from the caller.
    /// Owner or operator, at Good and Doubtful prices. Reverts if at liquidation prices the health factor would fall, or the
    /// collateral ratio of a vault worth its debt, or if the shortfall of another would grow, or if what is taken out is worth more than
    /// what is repaid and the asset's largest bonus. Where it is worth over 1 % more than what is repaid, the vault must not be poorer by
    /// what is sure of its collateral either (each at the lowest usable price, what is dead nothing).
    /// @return repaid what was taken from the caller [debt units]
    /// @return sold what was sent [collateral units]
    function deleverage(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        uint256 repay,
        address receiver,
        bytes calldata data
    ) external returns (uint256 repaid, uint256 sold);

    /// @notice Lets `operator` act for all vaults of the caller, or no longer.
    function setOperator(address operator, bool approved) external;

    /// @notice Uses an ERC-2612 permit of the caller for this engine. A permit that fails, because somebody used it first,
    /// is ignored: the allowance it gave is there, and if not, the transfer fails.
    function permit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Runs several calls of this contract as one; prices are read once. Reverts with the first that reverts.
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results);

    // ------------------------------------------------------------------ liquidators

    /// @notice Liquidates a vault whose health factor is below 1 towards the target health; see docs/liquidation.md for the
    /// decision. Anyone may call. If the caller's limits did not bind and what then remains is worth less than dust and less
    /// than the debt, the rest of the debt is booked as bad: backstop first, then reserve, then lenders.
    /// @return repaid what was taken from the caller [debt units]; 0 if nothing could be done within the limits
    /// @return seized what was sent to the receiver [collateral units]
    function liquidate(LiquidationCall calldata call) external returns (uint256 repaid, uint256 seized);

    /// @notice Flags a vault whose health factor is below `stuckHealth`, so that it may be absorbed from an hour later on, for an
    /// hour, if it has not recovered. Clears the flag of one that has: at or above `stuckHealth`. So does every call that leaves it there.
    /// Anyone may call; flagging again earlier than after two hours changes nothing. Time in which liquidating was paused, or
    /// borrowers were in grace, and all before it, adds nothing to a flag's age.
    /// @return flaggedAt when it was flagged [s]; 0 if it is not stuck
    function flag(VaultKey vault) external returns (uint256 flaggedAt);

    /// @notice Takes over a vault nobody liquidates: its collateral goes to auction, its debt to the auctions' account in the
    /// pool, guaranteed by the backstop. Anyone may call, if the health factor is below 1 and either the collateral ratio is
    /// below 1.02, or the health factor is below `stuckHealth` and the vault has been flagged for one to two hours. Dead assets
    /// count as in a liquidation.
    /// @param keeper who gets the tip
    /// @return id of the absorption
    function absorb(VaultKey vault, address keeper) external returns (uint256 id);

    // ------------------------------------------------------------------ auction house

    /// @notice Hands out auctioned collateral. Auction house only.
    function release(uint8 asset, uint256 amount, address to) external;

    /// @notice Whether `asset` can be handed out now: tries it with a transfer of nothing. Auction house only.
    function canRelease(uint8 asset) external returns (bool);

    /// @notice Sets the auction house, once and for all. Restricted. Until then nothing can be absorbed or given up.
    function setAuctionHouse(IAuctionHouse auctionHouse) external;

    // ------------------------------------------------------------------ views

    /// @notice The debt, scaled, the collaterals of a vault, and when it was flagged [s], 0 if it is not.
    function vaultState(
        VaultKey vault
    ) external view returns (uint256 scaledDebt, AssetSet collaterals, uint256 flaggedAt);

    /// @notice The stored state of many vaults as one flat list, which decodes quickly; no price is read. Each vault has a
    /// header word, scaled debt in the low 128 bits, the set of its collaterals in the next 64, when it was flagged [s] above,
    /// and then one word per collateral: its balance [token units], ids ascending.
    function records(VaultKey[] calldata vaults) external view returns (uint256[] memory words);

    /// @notice A vault's balance of `asset` [token units].
    function collateralOf(VaultKey vault, uint8 asset) external view returns (uint256);

    /// @notice What all vaults hold of `asset`, and what the auction house disposes of [token units].
    function assetTotals(uint8 asset) external view returns (uint256 deposited, uint256 auctioned);

    /// @notice Reverts if the circuit breaker has closed `action`.
    function requireOpen(PausableAction action) external view;

    /// @notice Whether `operator` may act for `owner`.
    function isOperator(address owner, address operator) external view returns (bool);

    /// @notice The lenders' pool, created by this engine.
    function pool() external view returns (ILendingPool);

    /// @notice Where risk parameters come from.
    function riskConfig() external view returns (IRiskConfig);

    /// @notice Where prices come from.
    function oracle() external view returns (IOracleGuard);

    /// @notice What may pause actions.
    function breaker() external view returns (ICircuitBreaker);

    /// @notice What knows how risky collaterals are together.
    function volatility() external view returns (IPortfolioMargin);

    /// @notice What sells the collateral of absorbed vaults.
    function auctionHouse() external view returns (IAuctionHouse);

    /// @notice The token that is borrowed.
    function debtAsset() external view returns (address);
}
