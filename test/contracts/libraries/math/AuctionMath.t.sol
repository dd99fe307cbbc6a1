// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

import {AuctionTerms, Tab} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {AuctionMath} from "../../../../contracts/libraries/math/AuctionMath.sol";
import {AuctionRules} from "../../../../contracts/libraries/rules/AuctionRules.sol";
import {BPS, FixedPoint, PRICE_ONE, RAY} from "../../../../contracts/libraries/math/FixedPoint.sol";

contract AuctionMathTest is Test {
    function _terms() private pure returns (AuctionTerms memory) {
        return AuctionTerms(10_500, 100, 90, 7_500, 7_200, 900, 500, 10, 100, 1e6, false);
    }

    /// @dev Terms anybody could be allowed to set.
    function _anyTerms(uint256 seed) private pure returns (AuctionTerms memory t) {
        t.start = uint16(10_000 + (seed % 10_001));
        t.floor = uint16(1_000 + ((seed >> 16) % 9_001));
        t.cut = uint16(1 + ((seed >> 32) % 9_999));
        t.tail = uint16(1 + ((seed >> 48) % 57_600));
        t.step = uint16(1 + ((seed >> 64) % t.tail));
        t.maxGap = uint16(1 + ((seed >> 80) % t.tail));
        t.penalty = uint16((seed >> 96) % 2_001);
        t.maxTip = uint16((seed >> 112) % (FixedPoint.min(t.penalty, 200) + 1));
        t.tip = uint16(seed >> 128);
        t.flatTip = uint96(seed >> 144);
        AuctionRules.check(t);
    }

    // ------------------------------------------------------------------ multiplier

    function testFuzz_multiplier_fallsFromStartToFloorAndNeverRises(uint256 seed, uint16 a, uint16 b) public pure {
        AuctionTerms memory t = _anyTerms(seed);
        if (a > b) (a, b) = (b, a);
        uint256 early = AuctionMath.multiplierUp(t, a);
        uint256 late = AuctionMath.multiplierUp(t, b);
        assertLe(late, early);
        assertGe(late, (t.floor * RAY) / BPS);
        assertEq(AuctionMath.multiplierUp(t, 0), (t.start * RAY) / BPS);
        assertEq(AuctionMath.multiplierUp(t, t.step - 1), (t.start * RAY) / BPS, "a step takes its time");
    }

    /// @dev Up to six steps the power is a whole number of RAY, so that only the last product is
    /// rounded.
    function testFuzz_multiplier_isTheLeastThatIsNotBelowTheExactPower(
        uint256 seed,
        uint256 cut,
        uint256 steps,
        uint256 rest
    ) public pure {
        AuctionTerms memory t = _anyTerms(seed);
        (t.cut, t.floor) = (uint16(bound(cut, 1, 2_000)), 1_000);
        steps = bound(steps, 0, 6);
        uint256 multiplier = AuctionMath.multiplierUp(t, steps * t.step + (rest % t.step));
        uint256 exact = (BPS - t.cut) ** steps * t.start * RAY;
        uint256 one = BPS ** (steps + 1);
        assertGe(multiplier * one, exact);
        assertLt((multiplier - 1) * one, exact);
    }

    /// @dev Squaring gives the result of repeated multiplication, rounded up by less than one unit
    /// in 10^20.
    function testFuzz_power_isTheProductRoundedUp(uint16 cut, uint8 n) public pure {
        uint256 base = ((BPS - bound(cut, 1, 500)) * RAY) / BPS;
        uint256 down = RAY;
        for (uint256 i = 0; i < n; ++i) down = (down * base) / RAY;
        uint256 power = AuctionMath.powUp(base, n);
        assertGe(power, down);
        assertLe(power - down, RAY / 1e20 + 1);
    }

    function test_power_ofOneHalfIsExactAsLongAsItHasAWholeNumberOfRay() public pure {
        for (uint256 n = 0; n <= 27; ++n) assertEq(AuctionMath.powUp(RAY / 2, n) << n, RAY);
    }

    /// @dev The product of two such bases leaves a remainder of 1, the least that is rounded.
    function testFuzz_power_ofTheLargestBaseBelowOneIsRoundedUpToIt(uint64 n) public pure {
        vm.assume(n != 0);
        assertEq(AuctionMath.powUp(RAY - 1, n), RAY - 1);
        assertEq(AuctionMath.powUp(RAY - 1, 3), RAY - 1);
    }

    function testFuzz_price_isTheProductRoundedUp(uint128 oraclePrice, uint256 multiplier) public pure {
        multiplier = bound(multiplier, RAY / 10, 2 * RAY);
        uint256 price = AuctionMath.priceUp(oraclePrice, multiplier);
        uint256 exact = oraclePrice * multiplier;
        assertGe(price * RAY, exact);
        assertLt(price * RAY, exact + RAY);
    }

    /// @dev 1.3 times a price that stands still, 1 % off each 90 s: par after 39 minutes, 0.4 of
    /// the start after 137.
    function test_multiplier_reproducesMakersClockInAFlatMarket() public pure {
        AuctionTerms memory t = _makers();
        assertApproxEqRel(AuctionMath.multiplierUp(t, 39 minutes), RAY, 0.002e18);
        assertGt(AuctionMath.multiplierUp(t, 39 minutes), RAY);
        assertLt(AuctionMath.multiplierUp(t, 39 minutes + t.step), RAY);
        uint256 start = AuctionMath.multiplierUp(t, 0);
        assertApproxEqRel(AuctionMath.multiplierUp(t, 137 minutes), (start * 4) / 10, 0.002e18);
    }

    /// @dev The same clock from a price frozen at the start, while the market falls 20 % an hour.
    /// The ask stays above the market for 88 minutes (steps add up to one and a half), and then
    /// meets it at 0.72 of the starting price.
    function test_multiplier_frozenAtTheStartChasesAFallingMarket() public pure {
        AuctionTerms memory t = _makers();
        uint256 minute;
        uint256 market = RAY;
        // 0.8^(1/60), the fall of one minute.
        uint256 fall = 0.996287873e27;
        while (AuctionMath.multiplierUp(t, minute * 60) > market) {
            ++minute;
            market = (market * fall) / RAY;
        }
        assertApproxEqAbs(minute, 88, 2);
        assertApproxEqRel(market, 0.72e27, 0.01e18);
    }

    function _makers() private pure returns (AuctionTerms memory t) {
        t = _terms();
        (t.start, t.cut, t.step, t.floor, t.tail, t.frozen) = (13_000, 100, 90, 1_000, 8_400, true);
    }

    // ------------------------------------------------------------------ clock

    function testFuzz_countedUntil_theEndOfTheCreditOrNow(
        uint40 checkpoint,
        uint16 credit,
        uint40 timestamp
    ) public pure {
        timestamp = uint40(bound(timestamp, checkpoint, type(uint40).max));
        uint256 until = AuctionMath.countedUntil(checkpoint, credit, timestamp);
        assertTrue(until >= checkpoint && until <= timestamp && until <= uint256(checkpoint) + credit);
        assertTrue(until == timestamp || until == uint256(checkpoint) + credit);
    }

    function testFuzz_credit_reachesToTheExpiryButNoFurtherThanTheLargestGap(
        uint16 expiresAt,
        uint16 timestamp,
        uint16 maxGap
    ) public pure {
        uint256 credit = AuctionMath.creditOf(expiresAt, timestamp, maxGap);
        assertLe(credit, maxGap);
        if (timestamp >= expiresAt) assertEq(credit, 0);
        else assertLe(timestamp + credit, expiresAt);
        assertTrue(credit == maxGap || timestamp >= expiresAt || timestamp + credit == expiresAt);
    }

    // ------------------------------------------------------------------ tab

    /// @dev Paid in parts or at once, everybody gets the same.
    function testFuzz_tab_isPaidInTheSameOrderHoweverItIsSplit(
        uint256 seed,
        uint96 debt,
        uint256 a,
        uint256 b
    ) public pure {
        AuctionTerms memory t = _anyTerms(seed);
        Tab memory tab = AuctionMath.tabDown(t, debt);
        assertEq(tab.debt, debt);
        assertLe(tab.tip, (uint256(debt) * t.maxTip) / BPS);
        uint256 total = AuctionMath.sum(tab);
        a = bound(a, 0, total);
        b = bound(b, 0, total - a);
        Tab memory first = AuctionMath.split(tab, a);
        Tab memory left = AuctionMath.remaining(tab, total - a);
        Tab memory second = AuctionMath.split(left, b);
        Tab memory once = AuctionMath.split(tab, a + b);
        assertEq(first.debt + second.debt, once.debt);
        assertEq(first.penalty + second.penalty, once.penalty);
        assertEq(first.tip + second.tip, once.tip);
        assertEq(abi.encode(left), abi.encode(tab.debt - first.debt, tab.penalty - first.penalty, tab.tip - first.tip));
        assertTrue(once.penalty == 0 || once.debt == tab.debt, "the debt first");
        assertTrue(once.tip == 0 || once.penalty == tab.penalty, "the tip last");
        // The backstop tops up the tip without limit if the debt is not covered, otherwise with at
        // most the penalty that this absorption paid.
        uint256 owed = AuctionMath.tipOwed(left, tab.penalty, b);
        uint256 exact = FixedPoint.min(left.tip, tab.penalty - left.penalty);
        assertEq(AuctionMath.tipOwed(left, tab.penalty, left.debt), exact, "covered to the unit");
        if (once.debt < tab.debt) assertEq(owed, left.tip);
        else assertEq(owed, FixedPoint.min(left.tip - second.tip, once.penalty));
    }

    function testFuzz_tab_asksForTheMostThatItsTermsAllow(
        uint256 debt,
        uint256 penalty,
        uint256 maxTip,
        uint256 tip,
        uint256 flatTip
    ) public pure {
        AuctionTerms memory t = _terms();
        debt = bound(debt, 0, type(uint96).max);
        t.penalty = uint16(bound(penalty, 0, 2_000));
        t.maxTip = uint16(bound(maxTip, 0, t.penalty < 200 ? t.penalty : 200));
        t.tip = uint16(bound(tip, 0, t.maxTip));
        t.flatTip = uint96(bound(flatTip, 0, debt / 50));
        Tab memory tab = AuctionMath.tabDown(t, debt);
        assertLe(tab.penalty * BPS, debt * t.penalty);
        assertGt((tab.penalty + 1) * BPS, debt * t.penalty);
        assertTrue(_tipAllowed(t, debt, tab.tip));
        assertFalse(_tipAllowed(t, debt, tab.tip + 1));
    }

    function _tipAllowed(AuctionTerms memory t, uint256 debt, uint256 tip) private pure returns (bool) {
        return tip * BPS <= t.flatTip * BPS + debt * t.tip && tip * BPS <= debt * t.maxTip;
    }

    // ------------------------------------------------------------------ proceeds

    /// @dev The conservative proceeds of a lot are the lower of its ask and its value at the low
    /// price. They never exceed the cost of taking the whole lot.
    function testFuzz_proceeds_areTheLessOfWorthAndWhatIsAsked(
        uint120 amount,
        uint96 low,
        uint96 base,
        uint256 multiplier
    ) public pure {
        multiplier = bound(multiplier, 0, 6.5535e27);
        (uint256 scaledLow, uint256 scaledBase) = (uint256(low) * 1e18, uint256(base) * 1e18);
        uint256 proceeds = AuctionMath.proceedsDown(amount, scaledLow, scaledBase, multiplier);
        uint256 asked = (scaledBase * multiplier) / 1e27;
        assertEq(proceeds, Math.mulDiv(amount, asked < scaledLow ? asked : scaledLow, 1e36));
        assertLe(proceeds, AuctionMath.costUp(amount, AuctionMath.priceUp(scaledBase, multiplier)));
    }

    // ------------------------------------------------------------------ sale

    /// forge-config: default.fuzz.runs = 2000
    function testFuzz_sale_neverSellsBelowThePriceNorLeavesDust(
        uint120 amount,
        uint256 price,
        uint96 left,
        uint256 wanted,
        uint96 dust
    ) public pure {
        amount = uint120(bound(amount, 1, 1e30));
        price = bound(price, 1e6, 1e50);
        left = uint96(bound(left, 1, type(uint96).max));
        if (wanted % 4 != 0) wanted = bound(wanted, 0, amount);
        (uint256 sold, uint256 cost) = AuctionMath.sale(amount, price, left, wanted, dust);
        (uint256 most, uint256 whole) = AuctionMath.sale(amount, price, left, type(uint256).max, dust);
        assertLe(sold, FixedPoint.min(amount, wanted));
        assertLe(cost, left);
        assertTrue(most == amount || whole == left, "the whole sale is all of the lot or all of the tab");
        assertGe(FixedPoint.mulDivUp(most, price, PRICE_ONE), whole);
        if (most != 0)
            assertLe(FixedPoint.mulDivDown(most - 1, price, PRICE_ONE), whole, "the fewest units worth the tab");
        if (sold == most) {
            assertEq(cost, whole);
        } else {
            assertEq(cost, FixedPoint.mulDivUp(sold, price, PRICE_ONE), "rounded up");
            assertTrue(sold == 0 || whole - cost >= dust, "what is left is worth its gas");
        }
        if (wanted < most && FixedPoint.mulDivUp(wanted, price, PRICE_ONE) + dust <= whole) assertEq(sold, wanted);
    }

    /// @dev Rounding up may make the last unit of the tab worth more than the lot has.
    function testFuzz_sale_ofALotWorthExactlyTheTabIsOfThatLot(uint120 amount, uint256 price, uint96 dust) public pure {
        price = bound(price, 1, 1e40);
        amount = uint120(bound(amount, 1, 1e30));
        uint256 left = FixedPoint.mulDivUp(amount, price, PRICE_ONE);
        (uint256 sold, uint256 cost) = AuctionMath.sale(amount, price, left, type(uint256).max, dust);
        assertEq(sold, amount);
        assertEq(cost, left);
    }

    function testFuzz_sale_ofLessThanTheWholeIsTheMostThatLeavesDust(
        uint120 amount,
        uint256 price,
        uint96 left,
        uint256 dust
    ) public pure {
        amount = uint120(bound(amount, 1, 1e30));
        price = bound(price, 1e30, 1e40);
        left = uint96(bound(left, 1, type(uint96).max));
        (uint256 most, uint256 whole) = AuctionMath.sale(amount, price, left, type(uint256).max, 0);
        dust = bound(dust, 0, whole);
        (uint256 sold, uint256 cost) = AuctionMath.sale(amount, price, left, most, dust);
        assertEq(sold, most, "the whole leaves nothing");
        assertEq(cost, whole);
        (sold, cost) = AuctionMath.sale(amount, price, left, most - 1, dust);
        assertTrue(sold == 0 || cost + dust <= whole);
        if (sold < most - 1) assertGt(FixedPoint.mulDivUp(sold + 1, price, PRICE_ONE) + dust, whole);
    }

    function testFuzz_hopeless_onlyBelowDustAndBelowWhatIsOwed(Tab memory left, uint96 value, uint96 dust) public pure {
        (left.debt, left.penalty, left.tip) = (left.debt % 1e30, left.penalty % 1e30, left.tip % 1e30);
        bool hopeless = AuctionMath.isUneconomic(left, value, dust);
        if (hopeless) {
            assertLt(value, dust);
            assertLt(value, left.debt + left.penalty + left.tip);
            assertTrue(left.debt == 0 || value < left.debt, "a debt that lots can pay is not given up");
        } else if (value < dust) {
            assertGe(value, left.debt == 0 ? left.penalty + left.tip : left.debt);
        }
    }

    function testFuzz_hopeless_endsExactlyWhereDustOrTheDebtBegins(Tab memory left, uint96 dust) public pure {
        (left.debt, left.penalty, left.tip) = (bound(left.debt, 1, 1e30), left.penalty % 1e30, left.tip % 1e30);
        vm.assume(dust != 0);
        uint256 edge = FixedPoint.min(left.debt, dust);
        assertTrue(AuctionMath.isUneconomic(left, edge - 1, dust));
        assertFalse(AuctionMath.isUneconomic(left, edge, dust));
    }

    function testFuzz_hopeless_afterTheDebtEndsWhereDustOrPenaltyAndTipBegin(
        uint96 penalty,
        uint96 tip,
        uint96 dust
    ) public pure {
        vm.assume(tip != 0 && dust != 0);
        Tab memory left = Tab(0, penalty, tip);
        uint256 edge = FixedPoint.min(uint256(penalty) + tip, dust);
        assertTrue(AuctionMath.isUneconomic(left, edge - 1, dust));
        assertFalse(AuctionMath.isUneconomic(left, edge, dust));
    }

    // ------------------------------------------------------------------ rules

    function testFuzz_rules_refuseWhatDoesNotFallOrCostsTooMuch(AuctionTerms memory t) public {
        bool fine = t.start >= 1e4 && t.start <= 2e4 && t.floor >= 1e3 && t.floor <= 1e4;
        fine = fine && t.cut != 0 && t.cut < 1e4 && t.step != 0 && t.step <= t.tail;
        fine = fine && t.maxGap != 0 && t.maxGap <= t.tail && t.maxTip <= t.penalty && t.penalty <= 2_000;
        fine = fine && t.tail <= 16 hours && t.maxTip <= 200;
        if (!fine) vm.expectRevert();
        this.check(t);
    }

    function test_rules_acceptTheDefaultsAndMakers() public pure {
        AuctionRules.check(_terms());
        AuctionRules.check(_makers());
    }

    function check(AuctionTerms memory t) external pure {
        AuctionRules.check(t);
    }
}
