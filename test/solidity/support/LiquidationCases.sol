// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {DebtMath} from "../../../contracts/libraries/math/DebtMath.sol";
import {BPS, RAY} from "../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../contracts/libraries/math/HealthMath.sol";
import {LiquidationMath as L} from "../../../contracts/libraries/math/LiquidationMath.sol";

/// @notice Draws vaults for the liquidation properties: the seized asset, the rest of the vault as one other asset, a debt
/// that puts health where it is interesting, and limits. Sizes are drawn by order of magnitude.
abstract contract LiquidationCases is Test {
    struct Seed {
        uint256 amount;
        uint256 price;
        uint256 rest;
        uint256 threshold;
        uint256 restThreshold;
        uint256 health;
        uint256 index;
        uint256 bonus;
        uint256 target;
        uint256 dust;
        uint256 maxRepay;
        uint256 maxSeize;
    }

    struct Case {
        L.Position p;
        L.Asset a;
        L.Limits l;
        L.Outcome o;
        uint256 debt;
        uint256 assetValue;
        uint256 debtAfter;
        uint256 assetAfter;
        uint256 valueAfter;
        uint256 weightedAfter;
    }

    uint256 internal constant MAX = type(uint256).max;

    function _sized(uint256 seed, uint256 bits) internal pure returns (uint256) {
        return (seed >> 8) % (1 << ((seed % bits) + 1));
    }

    function _draw(Seed memory s) internal pure returns (Case memory c) {
        c.a.amount = _sized(s.amount, 112);
        uint256 cap = c.a.amount == 0 ? 1e58 : (uint256(1) << 127) / c.a.amount;
        cap =
            cap > 1e22
                ? 1e58
                : cap == 0
                    ? 1e36
                    : cap * 1e36;
        c.a.price = _bound(_sized(s.price, 193), 1e6, cap);
        c.assetValue = HealthMath.valueDown(c.a.amount, c.a.price);
        c.a.threshold = _bound(s.threshold, 1, BPS - 1);
        _drawBonus(c.a, s.bonus);

        uint256 rest = s.rest % 3 == 0 ? 0 : _sized(s.rest, 126);
        uint256 restThreshold = _bound(s.restThreshold, 1, BPS - 1);
        c.p.value = c.assetValue + rest;
        c.p.weighted = c.assetValue * c.a.threshold + rest * restThreshold;
        c.p.index = s.index % 4 == 0 ? RAY : _bound(s.index, RAY, 1_000 * RAY);
        uint256 debt = c.p.weighted / _bound(s.health, 2_000, 10_200);
        c.p.scaledDebt = DebtMath.scaledUp(debt == 0 ? 1 : debt, c.p.index);
        c.debt = DebtMath.debtUp(c.p.scaledDebt, c.p.index);

        c.l.target = _bound(s.target, 10_100, 15_000);
        c.l.dust = s.dust % 4 == 0 ? _bound(s.dust, 1, 2 * c.debt) : _bound(s.dust, 1, c.debt / 20 + 1);
        c.l.maxRepay =
            s.maxRepay % 2 == 0
                ? MAX
                : s.maxRepay % 5 == 0
                    ? s.maxRepay
                    : _bound(s.maxRepay, 0, 2 * c.debt);
        c.l.maxSeize =
            s.maxSeize % 2 == 0
                ? MAX
                : s.maxSeize % 5 == 0
                    ? s.maxSeize
                    : _bound(s.maxSeize, 0, 2 * c.a.amount);
    }

    function _drawBonus(L.Asset memory a, uint256 seed) private pure {
        uint256 most = (BPS * BPS - 1) / a.threshold - BPS;
        a.maxBonus = _bound(seed, 0, most < 2_000 ? most : 2_000);
        a.minBonus = _bound(seed >> 16, 0, a.maxBonus);
        a.slope = uint16(seed >> 32);
    }

    function _decide(Case memory c) internal pure returns (Case memory) {
        c.o = L.decide(c.p, c.a, c.l);
        c.debtAfter = DebtMath.debtUp(c.p.scaledDebt - c.o.scaledRepaid, c.p.index);
        c.assetAfter = HealthMath.valueDown(c.a.amount - c.o.seized, c.a.price);
        uint256 lost = c.assetValue - c.assetAfter;
        c.valueAfter = c.p.value - lost;
        c.weightedAfter = c.p.weighted - lost * c.a.threshold;
        return c;
    }

    function _run(Seed memory s) internal pure returns (Case memory) {
        return _decide(_draw(s));
    }

    function _runUnlimited(Seed memory s) internal pure returns (Case memory c) {
        c = _draw(s);
        (c.l.maxRepay, c.l.maxSeize) = (MAX, MAX);
        return _decide(c);
    }

    function _acted(Case memory c) internal pure returns (bool) {
        return c.o.verdict == L.Verdict.Executable;
    }
}
