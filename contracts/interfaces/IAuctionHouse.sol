// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";
import {VaultKey} from "../types/VaultKey.sol";
import {IBackstopPool} from "./IBackstopPool.sol";

/// @notice How lots are priced and what an absorption costs. One word. An absorption keeps the terms it was opened with.
struct AuctionTerms {
    /// Multiplier of the oracle price at the start [bps], at least 1e4.
    uint16 start;
    /// What each step takes off the multiplier [bps of it].
    uint16 cut;
    /// Length of a step [s].
    uint16 step;
    /// The multiplier never falls below this [bps]: the reserve price.
    uint16 floor;
    /// After this much time in which bidding was possible a lot has to be restarted [s].
    uint16 tail;
    /// The most that the time between two checkpoints counts [s], at most `tail`: what an outage of the chain can cost.
    uint16 maxGap;
    /// Penalty on the debt, for the backstop [bps].
    uint16 penalty;
    /// Tip of whoever absorbs: flat part [debt units], part of the debt [bps], and its bound [bps of the debt].
    uint16 tip;
    uint16 maxTip;
    uint96 flatTip;
    /// Whether a lot is priced from the oracle price at its (re)start instead of the live one.
    bool frozen;
}

/// @notice What an open absorption still has to bring in [debt units], in the order of payment.
struct Tab {
    /// Owed to the lenders' pool.
    uint256 debt;
    /// Owed to the backstop.
    uint256 penalty;
    /// Owed to whoever absorbed.
    uint256 tip;
}

/// @notice A lot as of now.
struct LotView {
    /// What is left of it [token units].
    uint256 amount;
    /// Time of its clock [s]; it has expired if this has reached the terms' tail.
    uint256 elapsed;
    /// Multiplier of the price [RAY], rounded up.
    uint256 multiplier;
    /// How often it was restarted.
    uint256 restarts;
}

/// @title Auctions of absorbed collateral
/// @notice An absorption is one vault's debt and collateral: one lot per asset. Its tab is the debt (for the lenders' pool), then
/// a penalty (for the backstop), then a tip (for whoever absorbed); proceeds are paid in that order. Anyone may take any
/// part of a lot at multiplier * oracle price; the multiplier starts above 1 and falls with the lot's clock. As soon as the tab is
/// paid, what is left belongs to the vault's owner, who claims it. If the lots are sold and the debt is not covered, the backstop
/// pays, then the pool's reserve, then the lenders, in the same transaction.
///
/// The clock of a lot counts only time in which bidding was possible: not while the breaker has closed bidding, not beyond
/// the moment at which the price known at the last checkpoint expired, and at most `maxGap` after a checkpoint. Every
/// take and restart is a checkpoint, and anyone may set one. A clock goes on from one only if the collateral can be moved then, which is
/// tried; so it is when the auction opens.
///
/// Absorption 0 stands for the residuals: collateral too small for an auction of its own, one lot per asset, without debt; what it brings
/// in goes to the pool's reserve.
///
/// Amounts of collateral are in token units and stay in the engine until they are handed out; amounts of debt in debt units; prices
/// are scaled by 1e36. Costs and prices round up. While somebody is called back in a take, everything here is locked, views included.
interface IAuctionHouse {
    /// @notice A vault's collateral is for sale. `tab` is debt + penalty + tip [debt units]; `amounts` of `assets`, ids ascending.
    event AbsorptionOpened(
        uint256 indexed id,
        VaultKey indexed vault,
        address indexed keeper,
        uint256 debt,
        uint256 tab,
        AssetSet assets,
        uint256[] amounts
    );
    /// @notice `amount` of `asset` was sold for `cost` at `price`. `tab` is what is left to bring in;
    /// it means nothing for residuals.
    event Taken(
        uint256 indexed id,
        uint8 indexed asset,
        address indexed taker,
        uint256 amount,
        uint256 cost,
        uint256 price,
        uint256 tab
    );
    /// @notice An absorption ended. `shortfall` is the debt its lots did not cover [debt units], 0 if they did.
    event AbsorptionClosed(uint256 indexed id, address indexed owner, uint256 shortfall);
    /// @notice A debt nobody will pay went down the waterfall: `covered` by the backstop, the rest by the pool's reserve and lenders.
    event ShortfallRealized(uint256 shortfall, uint256 covered);
    /// @notice A vault was given up: its debt went down the waterfall, what was left of it joined the residuals.
    event VaultWrittenOff(VaultKey indexed vault, uint256 debt, AssetSet assets, uint256[] amounts);
    /// @notice `amount` of `asset` joined the residuals, whose clock begins anew.
    event ResidualAdded(uint8 indexed asset, uint256 amount);
    /// @notice `amount` of `asset` is `owner`'s to claim.
    event Claimable(address indexed owner, uint8 indexed asset, uint256 amount);
    /// @notice `amount` of `asset` was claimed.
    event Claimed(address indexed owner, uint8 indexed asset, address to, uint256 amount);
    /// @notice A tip was earned by absorbing [debt units].
    event TipEarned(address indexed keeper, uint256 amount);
    /// @notice Tips were paid out [debt units].
    event TipClaimed(address indexed keeper, address to, uint256 amount);
    /// @notice An expired lot begins again.
    event Restarted(uint256 indexed id, uint8 indexed asset, address indexed by);
    /// @notice The clock of a lot was brought up to now [s].
    event Checkpointed(uint256 indexed id, uint8 indexed asset, uint256 elapsed);
    /// @notice Terms of absorptions opened from now on.
    event TermsUpdated(uint256 indexed version, AuctionTerms terms);

    /// @notice Only the engine may call this.
    error OnlyEngine(address caller, address engine);
    /// @notice No such lot, or nothing is left of it.
    error NothingToSell(uint256 id, uint8 asset);
    /// @notice The asset has no usable price.
    error PriceDead(uint8 asset);
    /// @notice The price has not yet fallen to the caller's limit [1e36-scaled].
    error PriceAboveMax(uint256 price, uint256 max);
    /// @notice The lot must be restarted before it can be taken [s].
    error LotExpired(uint256 elapsed, uint256 tail);
    /// @notice The lot can still be taken [s].
    error LotRunning(uint256 elapsed, uint256 tail);
    /// @notice What is left is worth an auction [debt units].
    error NotUneconomic(uint256 value, uint256 debt, uint256 dust);
    /// @notice No such absorption.
    error NotOpen(uint256 id);
    /// @notice A number does not fit its place.
    error AmountTooLarge(uint256 amount, uint256 max);

    // ------------------------------------------------------------------ engine

    /// @notice Auctions the collateral of an absorbed vault for its debt, the penalty and `keeper`'s tip. Engine only.
    /// @param debt what the pool is owed [debt units]
    /// @param amounts what the vault held of `assets`, ids ascending [token units]; the engine keeps the tokens
    /// @param movable those of `assets` that could be handed out now: the clocks of their lots begin
    /// @return id of the absorption
    function open(
        VaultKey vault,
        uint256 debt,
        AssetSet assets,
        uint256[] calldata amounts,
        AssetSet movable,
        address keeper
    ) external returns (uint256 id);

    /// @notice Books a debt whose collateral is not worth an auction of its own: the shortfall goes down the waterfall at once, and
    /// what is left is sold for the reserve. Engine only.
    function writeOffVault(VaultKey vault, uint256 debt, AssetSet assets, uint256[] calldata amounts) external;

    // ------------------------------------------------------------------ bidders

    /// @notice Buys up to `maxAmount` of a lot: sends it to `receiver`, calls the caller back if `data` is not empty
    /// (`IAuctionCallback`), and takes `cost` on its allowance to this contract. Anyone may call. Never sells more than the tab
    /// needs. What would leave less than dust to sell is lowered so that it does not, down to nothing: take more then.
    /// Reverts if bidding is closed, the price is dead or above `maxPrice`, or the lot is expired or gone.
    /// @param id absorption; 0 for residuals
    /// @param maxPrice most to pay [1e36-scaled]; the largest word for no limit
    /// @return amount what was sent [token units]
    /// @return cost what was taken [debt units]
    function take(
        uint256 id,
        uint8 asset,
        uint256 maxAmount,
        uint256 maxPrice,
        address receiver,
        bytes calldata data
    ) external returns (uint256 amount, uint256 cost);

    /// @notice Brings the clock of a lot up to now. Anyone may call.
    /// @return elapsed [s]
    function checkpoint(uint256 id, uint8 asset) external returns (uint256 elapsed);

    /// @notice Starts an expired lot again, at the start multiplier. Anyone may call, unpaid: whoever wants the lot gains by it. Reverts
    /// without a usable price.
    function restart(uint256 id, uint8 asset) external;

    /// @notice Ends an absorption whose lots together are worth less than dust and less than the debt left (or, the debt being paid, than the
    /// tab), at the highest of the usable prices: the shortfall is booked, the lots join the residuals. Anyone may call.
    function writeOff(uint256 id) external;

    // ------------------------------------------------------------------ what is left over

    /// @notice Sends the caller's claim on `asset` to `to`. Cannot be paused.
    /// @return amount [token units]
    function claim(uint8 asset, address to) external returns (uint256 amount);

    /// @notice Sends the caller's tips to `to`.
    /// @return amount [debt units]
    function claimTip(address to) external returns (uint256 amount);

    /// @notice Sets the terms of absorptions opened from now on. Restricted. See `AuctionRules` for what is refused.
    function setTerms(AuctionTerms calldata terms) external;

    // ------------------------------------------------------------------ views

    /// @notice What `take` would do now; reverts where it would.
    function quoteTake(
        uint256 id,
        uint8 asset,
        uint256 maxAmount
    ) external view returns (uint256 amount, uint256 cost, uint256 price);

    /// @notice What open absorptions would fall short of if their lots were sold now [debt units]: the sum, over absorptions, of the
    /// debt beyond what the lots bring in. `low`: at the lowest of the usable prices, or at what `take` asks now if that is less (of a
    /// lot that was restarted, at the least it ever asked), or at nothing where anyone may give it up, and with the tips the backstop would
    /// owe; for who leaves. `high`: at the highest of the usable prices; for who enters.
    /// At most 64 are valued, those with the most left to pay when they were opened, or when one that was valued closed; of the others
    /// `low` counts all debt and penalties and `high` nothing.
    function shortfall() external view returns (uint256 low, uint256 high);

    /// @notice All penalties that open absorptions may still bring in [debt units].
    function expectedPenalties() external view returns (uint256);

    /// @notice How many absorptions are open.
    function openCount() external view returns (uint256);

    /// @notice Open absorptions number `from` to `to` - 1, in no order, as one flat list which decodes quickly. Each has six words:
    /// id, owner, keeper, debt left, tab left [debt units], number of lots; and then three per lot: asset, amount [token units],
    /// time of its clock now [s].
    function absorptions(uint256 from, uint256 to) external view returns (uint256[] memory words);

    /// @notice Whose collateral it was, who absorbed it, and what it still has to bring in. Zeros if it is not open.
    function absorption(uint256 id) external view returns (address owner, address keeper, Tab memory tab);

    /// @notice A lot as of now. Zeros if there is none.
    function lot(uint256 id, uint8 asset) external view returns (LotView memory);

    /// @notice What `owner` may claim of `asset` [token units].
    function claims(address owner, uint8 asset) external view returns (uint256);

    /// @notice What `keeper` has earned and not claimed [debt units].
    function tips(address keeper) external view returns (uint256);

    /// @notice Whether somebody is being called back, so that everything here but this is locked.
    function isLocked() external view returns (bool);

    /// @notice The terms of absorptions opened now.
    function terms() external view returns (AuctionTerms memory);

    /// @notice The first-loss capital behind the auctions, created by this contract.
    function backstop() external view returns (IBackstopPool);
}
