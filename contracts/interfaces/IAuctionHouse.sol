// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";
import {VaultKey} from "../types/VaultKey.sol";
import {IBackstopPool} from "./IBackstopPool.sol";

/// @notice How lots are priced and what an absorption costs, in one word. An absorption keeps the
/// terms it was opened with.
struct AuctionTerms {
    /// Initial multiplier of the oracle price [bps], at least 1e4.
    uint16 start;
    /// Reduction of the multiplier at each step [bps of the multiplier].
    uint16 cut;
    /// Length of a step [s].
    uint16 step;
    /// Least multiplier [bps]: the reserve price.
    uint16 floor;
    /// Bidding time after which a lot expires and must be restarted [s].
    uint16 tail;
    /// Most that the time after a checkpoint counts [s], at most `tail`. Bounds the cost of a chain
    /// outage.
    uint16 maxGap;
    /// Penalty on the debt, paid to the backstop [bps].
    uint16 penalty;
    /// Tip of the absorbing keeper: proportional part [bps of the debt], bound [bps of the debt],
    /// and flat part [debt units].
    uint16 tip;
    uint16 maxTip;
    uint96 flatTip;
    /// Whether a lot is priced from the oracle price at its start or restart instead of the live
    /// one.
    bool frozen;
}

/// @notice Amounts an open absorption still has to bring in [debt units], in the order of payment.
struct Tab {
    /// Owed to the lending pool.
    uint256 debt;
    /// Owed to the backstop.
    uint256 penalty;
    /// Owed to the absorbing keeper.
    uint256 tip;
}

/// @notice A lot as of now.
struct LotView {
    /// Remaining collateral [token units].
    uint256 amount;
    /// Time on its clock [s]; the lot has expired once this reaches the `tail` of its terms.
    uint256 elapsed;
    /// Multiplier of the price [RAY], rounded up.
    uint256 multiplier;
    /// Number of restarts.
    uint256 restarts;
}

/// @title Auctions of absorbed collateral
/// @notice An absorption is the debt and collateral of one vault, with one lot per asset. Its tab
/// is the debt (owed to the lending pool), a penalty (owed to the backstop) and a tip (owed to the
/// keeper that absorbed); proceeds are paid in that order. Anyone may take any part of a lot at
/// multiplier * oracle price; the multiplier starts at 1 or above and falls with the lot's clock.
/// Once the tab is paid, the remaining collateral belongs to the vault's owner, who claims it. If
/// the lots are sold and the debt is not covered, the backstop pays, then the pool's reserve, then
/// the lenders, in the same transaction.
///
/// A lot's clock counts only time in which bidding was possible:
/// - not while the breaker has closed bidding;
/// - not after the price known at the last checkpoint has expired;
/// - at most `maxGap` after a checkpoint.
///
/// Every take and restart is a checkpoint, and anyone may set one. A lot whose collateral cannot be
/// moved must not get cheaper: the clock runs on from a checkpoint, and from the opening, only if
/// the collateral can be moved at that time, which a sale proves and a test transfer tests.
///
/// Absorption 0 holds the residuals: collateral too small for an auction of its own, in one lot per
/// asset, without debt. Its proceeds go to the pool's reserve.
///
/// Collateral amounts are in token units and stay in the engine until they are sent out; debt
/// amounts are in debt units; prices are 1e36-scaled. Costs and prices round up. While a taker is
/// called back, the actions here are locked, and so are the views of lots and absorptions.
interface IAuctionHouse {
    /// @notice The collateral of an absorbed vault went up for auction.
    /// @param debt debt owed to the lending pool [debt units]
    /// @param tab debt + penalty + tip [debt units]
    /// @param amounts collateral of each of `assets`, ids ascending [token units]
    event AbsorptionOpened(
        uint256 indexed id,
        VaultKey indexed vault,
        address indexed keeper,
        uint256 debt,
        uint256 tab,
        AssetSet assets,
        uint256[] amounts
    );
    /// @notice Part of a lot was sold.
    /// @param amount collateral sold [token units]
    /// @param cost amount paid [debt units]
    /// @param price price paid [1e36-scaled]
    /// @param tab remaining tab [debt units]; meaningless for residuals
    event Taken(
        uint256 indexed id,
        uint8 indexed asset,
        address indexed taker,
        uint256 amount,
        uint256 cost,
        uint256 price,
        uint256 tab
    );
    /// @notice An absorption ended.
    /// @param shortfall debt its lots did not cover [debt units], 0 if they did
    event AbsorptionClosed(uint256 indexed id, address indexed owner, uint256 shortfall);
    /// @notice A loss was booked; the reserve and the lenders bear the part that is not covered.
    /// @param shortfall debt that nobody will pay [debt units]
    /// @param covered part paid by the backstop [debt units]
    event ShortfallRealized(uint256 shortfall, uint256 covered);
    /// @notice A vault was written off: its debt was booked as a loss and its collateral joined the
    /// residuals.
    /// @param debt debt of the vault [debt units]
    /// @param amounts collateral of each of `assets`, ids ascending [token units]
    event VaultWrittenOff(VaultKey indexed vault, uint256 debt, AssetSet assets, uint256[] amounts);
    /// @notice Collateral joined the residuals of its asset, whose clock starts again.
    /// @param amount collateral added [token units]
    event ResidualAdded(uint8 indexed asset, uint256 amount);
    /// @notice The owner of an absorbed vault may claim collateral.
    /// @param amount collateral added to the claim [token units]
    event Claimable(address indexed owner, uint8 indexed asset, uint256 amount);
    /// @notice Collateral was claimed.
    /// @param amount collateral sent [token units]
    event Claimed(address indexed owner, uint8 indexed asset, address to, uint256 amount);
    /// @notice A keeper earned a tip by absorbing.
    /// @param amount tip [debt units]
    event TipEarned(address indexed keeper, uint256 amount);
    /// @notice A keeper claimed its tips.
    /// @param amount amount sent [debt units]
    event TipClaimed(address indexed keeper, address to, uint256 amount);
    /// @notice An expired lot was restarted.
    event Restarted(uint256 indexed id, uint8 indexed asset, address indexed by);
    /// @notice The clock of a lot was brought up to now.
    /// @param elapsed time on the clock [s]
    event Checkpointed(uint256 indexed id, uint8 indexed asset, uint256 elapsed);
    /// @notice The terms of absorptions opened from now on changed.
    event TermsUpdated(uint256 indexed version, AuctionTerms terms);

    /// @notice The caller is not the engine.
    error OnlyEngine(address caller, address engine);
    /// @notice The lot does not exist, or nothing is left of it.
    error NothingToSell(uint256 id, uint8 asset);
    /// @notice The asset has no usable price.
    error PriceDead(uint8 asset);
    /// @notice The price is still above the caller's limit [1e36-scaled].
    error PriceAboveMax(uint256 price, uint256 max);
    /// @notice The lot has expired and must be restarted before it can be taken [s].
    error LotExpired(uint256 elapsed, uint256 tail);
    /// @notice The lot has not expired yet [s].
    error LotRunning(uint256 elapsed, uint256 tail);
    /// @notice The remaining lots are worth an auction [debt units].
    error NotUneconomic(uint256 value, uint256 debt, uint256 dust);
    /// @notice No absorption with this id is open.
    error NotOpen(uint256 id);
    /// @notice A figure does not fit in its storage field.
    error AmountTooLarge(uint256 amount, uint256 max);

    // ------------------------------------------------------------------ engine

    /// @notice Auctions the collateral of an absorbed vault for its debt, the penalty and the
    /// keeper's tip. Engine only.
    /// @param debt debt owed to the lending pool [debt units]
    /// @param amounts collateral of each of `assets`, ids ascending [token units]; the engine keeps
    /// the tokens
    /// @param movable those of `assets` that could be transferred just now; the clocks of their
    /// lots start
    /// @param keeper receives the tip
    /// @return id id of the absorption
    function open(
        VaultKey vault,
        uint256 debt,
        AssetSet assets,
        uint256[] calldata amounts,
        AssetSet movable,
        address keeper
    ) external returns (uint256 id);

    /// @notice Writes off a vault whose collateral is not worth an auction of its own. Engine only.
    /// @dev The debt is booked as a loss at once: backstop, then reserve, then lenders. The
    /// collateral joins the residuals, whose proceeds go to the reserve.
    /// @param debt debt of the vault [debt units]
    /// @param amounts collateral of each of `assets`, ids ascending [token units]
    function writeOffVault(VaultKey vault, uint256 debt, AssetSet assets, uint256[] calldata amounts) external;

    // ------------------------------------------------------------------ bidders

    /// @notice Buys up to `maxAmount` of a lot: sends the collateral to `receiver`, calls the
    /// caller back if `data` is not empty (`IAuctionCallback`), and takes `cost` from the caller's
    /// allowance to this contract.
    /// @dev Anyone may call. Never sells more than the tab needs. A partial purchase is lowered,
    /// possibly to zero, so that it leaves at least dust to sell; to avoid that, take more. Reverts
    /// if bidding is closed, if the price is dead or above `maxPrice`, or if the lot is expired or
    /// empty.
    /// @param id absorption; 0 for residuals
    /// @param maxAmount most to buy [token units]
    /// @param maxPrice highest price to pay [1e36-scaled]; the largest word for no limit
    /// @return amount collateral sent [token units]
    /// @return cost amount taken [debt units], rounded up
    function take(
        uint256 id,
        uint8 asset,
        uint256 maxAmount,
        uint256 maxPrice,
        address receiver,
        bytes calldata data
    ) external returns (uint256 amount, uint256 cost);

    /// @notice Brings the clock of a lot up to now. Anyone may call.
    /// @return elapsed time on the clock [s]
    function checkpoint(uint256 id, uint8 asset) external returns (uint256 elapsed);

    /// @notice Restarts an expired lot at the start multiplier. Anyone may call.
    /// @dev Pays nothing, because a prospective buyer gains by it. Reverts if the lot has not
    /// expired or has no usable price.
    function restart(uint256 id, uint8 asset) external;

    /// @notice Ends an uneconomic absorption: books the shortfall and moves its lots to the
    /// residuals. Anyone may call.
    /// @dev Uneconomic: at the highest usable prices all lots together are worth less than dust and
    /// less than the remaining debt (or, once the debt is paid, than the remaining tab). Reverts
    /// otherwise.
    function writeOff(uint256 id) external;

    // ------------------------------------------------------------------ what is left over

    /// @notice Sends the caller's claim on `asset` to `to`. Cannot be paused.
    /// @return amount collateral sent [token units]
    function claim(uint8 asset, address to) external returns (uint256 amount);

    /// @notice Sends the caller's tips to `to`.
    /// @return amount amount sent [debt units]
    function claimTip(address to) external returns (uint256 amount);

    /// @notice Sets the terms of absorptions opened from now on. Restricted.
    /// @dev Reverts for terms that `AuctionRules` refuses.
    function setTerms(AuctionTerms calldata terms) external;

    // ------------------------------------------------------------------ views

    /// @notice The result of a `take` now; reverts where `take` would.
    /// @return amount collateral that would be sent [token units]
    /// @return cost amount that would be taken [debt units]
    /// @return price price per unit [1e36-scaled]
    function quoteTake(
        uint256 id,
        uint8 asset,
        uint256 maxAmount
    ) external view returns (uint256 amount, uint256 cost, uint256 price);

    /// @notice Debt of open absorptions that their lots would not cover if sold now [debt units]:
    /// the sum, over absorptions, of the debt beyond the lots' value.
    /// @dev At most 64 absorptions are valued: those with the largest tabs when they were opened,
    /// or when a valued one closed. For the others, `low` counts all debt and penalties and `high`
    /// nothing.
    /// @return low for exit pricing. A lot counts at the lower of the lowest usable price and the
    /// current ask; after a restart, at the ask of an expired lot; at zero if anyone may write its
    /// absorption off. Includes the tips the backstop would owe.
    /// @return high for entry pricing. A lot counts at the highest usable price.
    function shortfall() external view returns (uint256 low, uint256 high);

    /// @notice Penalties that open absorptions may still bring in [debt units].
    function expectedPenalties() external view returns (uint256);

    /// @notice The number of open absorptions.
    function openCount() external view returns (uint256);

    /// @notice The open absorptions at positions `from` to `to` - 1, in no particular order, as one
    /// flat list.
    /// @dev A flat list decodes quickly.
    /// @return words for each absorption six words (id, owner, keeper, remaining debt and remaining
    /// tab [debt units], number of lots), then three words per lot (asset, amount [token units],
    /// time on its clock now [s])
    function absorptions(uint256 from, uint256 to) external view returns (uint256[] memory words);

    /// @notice One open absorption; zeros if it is not open.
    /// @return owner owner of the absorbed vault
    /// @return keeper receiver of the tip
    /// @return tab amounts it still has to bring in [debt units]
    function absorption(uint256 id) external view returns (address owner, address keeper, Tab memory tab);

    /// @notice A lot as of now; zeros if there is none.
    function lot(uint256 id, uint8 asset) external view returns (LotView memory);

    /// @notice Collateral that `owner` may claim of `asset` [token units].
    function claims(address owner, uint8 asset) external view returns (uint256);

    /// @notice Tips that `keeper` has earned and not claimed [debt units].
    function tips(address keeper) external view returns (uint256);

    /// @notice Whether this contract is locked, for example because a taker is being called back.
    /// @dev While it is, its actions and the views of lots and absorptions revert.
    function isLocked() external view returns (bool);

    /// @notice The terms of absorptions opened from now on.
    function terms() external view returns (AuctionTerms memory);

    /// @notice The first-loss capital behind the auctions, created by this contract.
    function backstop() external view returns (IBackstopPool);
}
