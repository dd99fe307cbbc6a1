// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAuctionCallback} from "../interfaces/callbacks/IAuctionCallback.sol";
import {AuctionTerms, IAuctionHouse, LotView, Tab} from "../interfaces/IAuctionHouse.sol";
import {IVaultEngine} from "../interfaces/IVaultEngine.sol";
import {AuctionMath} from "../libraries/math/AuctionMath.sol";
import {ExactTransfer} from "../libraries/integration/ExactTransfer.sol";
import {AuctionStorage} from "../storage/AuctionStorage.sol";
import {AuctionValuation} from "../storage/AuctionValuation.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";
import {AuctionHouseBase} from "./base/AuctionHouseBase.sol";

/// @title AuctionHouse
/// @notice See `IAuctionHouse`, which is the specification.
contract AuctionHouse is AuctionHouseBase {
    using SafeERC20 for IERC20;
    using AuctionStorage for AuctionStorage.Book;
    using AuctionValuation for AuctionStorage.Book;

    constructor(
        address authority,
        IVaultEngine engine_,
        AuctionTerms memory terms_
    ) AuctionHouseBase(authority, engine_, terms_) {}

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
}
