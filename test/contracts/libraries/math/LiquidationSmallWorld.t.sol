// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {PRICE_ONE, RAY, WAD} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {LiquidationMath as L} from "../../../../contracts/libraries/math/LiquidationMath.sol";

/// @notice Checks `decide` against docs/concepts/liquidation.md by search. In a world of a few
/// units every amount is the largest or smallest number with a property, found by trying them all.
/// Nothing here rounds. The results differ if the library rounds the other way or compares with <
/// instead of <=. Amounts are a few units, because there one unit is a large part of everything.
contract LiquidationSmallWorldTest is Test {
    uint256 private constant CASES = 16;
    uint256 private constant MAX = type(uint256).max;

    struct World {
        L.Position p;
        L.Asset a;
        L.Limits l;
        uint256 debt;
        uint256 assetValue;
        uint256 factor;
    }

    /// @dev Smallest n with n * d >= x.
    function _least(uint256 x, uint256 d) private pure returns (uint256 n) {
        while (n * d < x) ++n;
    }

    /// @dev Largest n with n * d <= x.
    function _most(uint256 x, uint256 d) private pure returns (uint256 n) {
        while ((n + 1) * d <= x) ++n;
    }

    function _pick(uint256 seed, uint256 at, uint256 from, uint256 to) private pure returns (uint256) {
        return from + (uint256(keccak256(abi.encode(seed, at))) % (to - from + 1));
    }

    function _draw(uint256 seed) private pure returns (World memory w) {
        uint256[3] memory indices = [RAY, (4 * RAY) / 3, (5 * RAY) / 2];
        uint256[4] memory prices = [PRICE_ONE / 3, PRICE_ONE, (5 * PRICE_ONE) / 2, 7 * PRICE_ONE];
        uint256[5] memory thresholds = [uint256(0), 1, 5_000, 8_000, 9_999];
        w.p.scaledDebt = _pick(seed, 0, 1, 12);
        w.p.index = indices[_pick(seed, 1, 0, 2)];
        w.debt = _least(w.p.scaledDebt * w.p.index, RAY);
        w.a.amount = _pick(seed, 2, 0, 16);
        w.a.price = prices[_pick(seed, 3, 0, 3)];
        w.a.threshold = thresholds[_pick(seed, 4, 0, 4)];
        w.assetValue = _most(w.a.amount * w.a.price, PRICE_ONE);
        uint256 rest = _pick(seed, 5, 0, 2) == 0 ? 0 : _pick(seed, 6, 0, 24);
        w.p.value = w.assetValue + rest;
        w.p.adjustedCollateral = w.assetValue * w.a.threshold + rest * _pick(seed, 7, 1, 9_500);
        (w.a.minBonus, w.a.maxBonus) = (_pick(seed, 8, 0, 3_000), 5_000);
        w.a.slope = _pick(seed, 9, 0, 1) * 20_000;
        w.l.target = _pick(seed, 10, 10_100, 15_000);
        w.l.dust = _pick(seed, 11, 0, 8);
        w.l.maxRepay = _pick(seed, 12, 0, 1) == 0 ? MAX : _pick(seed, 13, 0, w.debt + 1);
        w.l.maxSeize = _pick(seed, 14, 0, 1) == 0 ? MAX : _pick(seed, 15, 0, w.a.amount + 1);
    }

    function _left(World memory w, uint256 scaled) private pure returns (uint256) {
        return _least((w.p.scaledDebt - scaled) * w.p.index, RAY);
    }

    /// @dev What is left of the asset's value once `repaid` and the bonus are taken.
    function _assetLeft(World memory w, uint256 repaid) private pure returns (uint256) {
        uint256 taken = _most(repaid * w.factor, WAD);
        return taken >= w.assetValue ? 0 : w.assetValue - taken;
    }

    /// @dev Smallest repayment that the whole asset is worth.
    function _assetRepay(World memory w) private pure returns (uint256) {
        return _least(w.assetValue * WAD, w.factor);
    }

    /// @dev Steps 3 to 5 of the order: scaled debt to remove before the caller's limits.
    function _wanted(World memory w) private pure returns (uint256 scaled) {
        uint256 missing = w.debt * w.l.target - w.p.adjustedCollateral;
        uint256 repay = 0;
        while (repay < w.debt && repay * (w.l.target * WAD - w.factor * w.a.threshold) < missing * WAD) ++repay;
        if (repay > _assetRepay(w)) repay = _assetRepay(w);
        scaled = _scaledFor(w, repay);
        uint256 left = _left(w, scaled);
        if (left == 0) return scaled;
        if (left < w.l.dust && _most(w.debt * w.factor, WAD) <= w.assetValue) return w.p.scaledDebt;
        if (_assetLeft(w, w.debt - left) < w.l.dust) return _scaledFor(w, _assetRepay(w));
    }

    /// @dev Smallest scaled debt worth at least `repay`, at most all.
    function _scaledFor(World memory w, uint256 repay) private pure returns (uint256 scaled) {
        while (scaled < w.p.scaledDebt && scaled * w.p.index < repay * RAY) ++scaled;
    }

    /// @dev Step 6: lowered to the caller's limits, and further where that leaves dust.
    function _allowed(World memory w, uint256 wanted) private pure returns (uint256 scaled) {
        uint256 limit = w.l.maxRepay;
        if (w.l.maxSeize < w.a.amount) {
            uint256 worth = _most(w.l.maxSeize * w.a.price, PRICE_ONE);
            uint256 most = _most(worth * WAD, w.factor);
            if (most < limit) limit = most;
        }
        if (_least(wanted * w.p.index, RAY) <= limit) return wanted;

        scaled = _most(limit * RAY, w.p.index);
        if (_left(w, scaled) < w.l.dust) {
            uint256 kept = _least(w.l.dust * RAY, w.p.index);
            scaled = w.p.scaledDebt > kept ? w.p.scaledDebt - kept : 0;
        }
        if (_assetLeft(w, _least(scaled * w.p.index, RAY)) < w.l.dust) {
            uint256 spare = w.assetValue > w.l.dust ? w.assetValue - w.l.dust : 0;
            uint256 most = _most(_most(spare * WAD, w.factor) * RAY, w.p.index);
            if (most < scaled) scaled = most;
        }
    }

    function testFuzz_decide_isWhatTheSearchFinds(uint256 seed) public pure {
        for (uint256 i = 0; i < CASES; ++i) {
            World memory w = _draw(uint256(keccak256(abi.encode(seed, i))));
            L.Outcome memory o = L.decide(w.p, w.a, w.l);
            if (o.verdict == L.Verdict.Healthy || o.verdict == L.Verdict.AssetNotSeizable) continue;
            w.factor = WAD + o.bonus;
            uint256 wanted = _wanted(w);
            uint256 scaled = _allowed(w, wanted);
            assertEq(o.limited, scaled < wanted);
            assertEq(o.scaledRepaid, scaled);
            assertEq(o.verdict == L.Verdict.Executable, scaled != 0);
            if (scaled == 0) continue;
            assertEq(o.repaid, _least(scaled * w.p.index, RAY));
            uint256 removed = w.debt - _left(w, scaled);
            uint256 seized =
                removed >= _assetRepay(w) ? w.a.amount : _most(_most(removed * w.factor, WAD) * PRICE_ONE, w.a.price);
            if (seized > w.a.amount) seized = w.a.amount;
            assertEq(o.seized, seized < w.l.maxSeize ? seized : w.l.maxSeize);
        }
    }
}
