// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IRiskConfig} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {IVolatilityModel, VolatilityParameters} from "../../../../contracts/interfaces/IVolatilityModel.sol";
import {CorrelationMath} from "../../../../contracts/libraries/math/CorrelationMath.sol";
import {AssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {AssetSet, singleton} from "../../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {VolatilityFixture} from "../../support/fixtures/VolatilityFixture.sol";

/// @notice What follows from the state: haircuts, correlations, margins.
contract VolatilityMarginTest is VolatilityFixture {
    uint256 private constant NOW = START + 40 hours;

    function setUp() public override {
        super.setUp();
        _live();
    }

    /// @dev A day and more of hourly prices: WBTC moves as WETH does, WETH against GOLD.
    function _live() private {
        for (uint8 a = 0; a < 3; ++a) model.poke(a);
        for (uint256 i = 1; i <= 40; ++i) {
            vm.warp(START + 1 hours * i);
            int256 move = int256(uint256(keccak256(abi.encode(i))) % 200) - 100;
            feeds[WETH].setAnswer(2_000e8 + move * 1e8);
            feeds[WBTC].setAnswer(60_000e8 + move * 30e8);
            feeds[GOLD].setAnswer(1e8 - move * 1e5);
            for (uint8 a = 0; a < 3; ++a) model.poke(a);
        }
        model.pokeCorrelation(WETH, WBTC);
        model.pokeCorrelation(GOLD, WETH);
    }

    function _haircut(uint8 asset) private view returns (uint256) {
        (AssetRisk risk, ) = riskConfig.depositTerms(asset);
        return risk.haircut();
    }

    // ------------------------------------------------------------------ haircut

    /// @dev A wick of 12 % that opened and closed within an hour lowers the initial margin at once,
    /// and no threshold.
    function test_haircut_followsAWickAndNeverTouchesTheThreshold() public {
        model = _newModel();
        model.poke(WETH);
        (AssetRisk before, ) = riskConfig.depositTerms(WETH);
        // 100 % a year over four hours, three times: 6.44 % off the threshold of 80 %.
        assertEq(before.haircut(), 644);
        assertEq(before.effectiveLtv(), 7_484);
        vm.warp(NOW + 10 minutes);
        feeds[WETH].setAnswer(1_760e8);
        vm.warp(NOW + 20 minutes);
        feeds[WETH].setAnswer(2_000e8);
        model.poke(WETH);
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertGt(risk.haircut(), 1_000);
        assertLt(risk.effectiveLtv(), 7_200);
        assertEq(risk.liquidationThreshold(), before.liquidationThreshold());
    }

    /// @dev For any prices the haircut set is the one that follows from the state, and lies within
    /// its bounds.
    function testFuzz_haircut_isPushedAsItFollowsFromTheState(uint64[6] memory answers, uint16[6] memory gaps) public {
        (AssetRisk before, ) = riskConfig.depositTerms(WETH);
        uint256 at = NOW;
        for (uint256 i = 0; i < 6; ++i) {
            at += gaps[i];
            vm.warp(at);
            feeds[WETH].setAnswer(int256(uint256(answers[i])));
            model.poke(WETH);
            assertEq(_haircut(WETH), model.haircutOf(WETH));
            assertLe(_haircut(WETH), 5_000);
        }
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertEq(AssetRisk.unwrap(risk.withHaircut(0)), AssetRisk.unwrap(before.withHaircut(0)));
    }

    function test_haircut_thatDidNotChangeIsNotSetAgain() public {
        model.poke(WETH);
        vm.recordLogs();
        model.poke(WETH);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    /// @dev The largest haircut changes what may be borrowed, not what may be liquidated.
    function test_haircut_makesNoVaultLiquidatable() public {
        riskConfig.setHaircut(WETH, 0);
        _open(alice, 1_490e6);
        VaultKey[] memory keys = new VaultKey[](1);
        keys[0] = _key(alice);
        bytes memory before = abi.encode(lens.health(keys));
        riskConfig.setHaircut(WETH, 10_000);
        assertEq(abi.encode(lens.health(keys)), before);
        assertFalse(lens.health(keys)[0].liquidatable);
        vm.prank(alice);
        vm.expectPartialRevert(IVaultEngine.NotEnoughCollateral.selector);
        engine.borrow(keys[0], 1e6, alice);
    }

    // ------------------------------------------------------------------ correlation and margin

    function test_correlation_isOneUntilMeasuredAndNeverBelowTheFloor() public {
        assertEq(_newModel().correlation(WETH, GOLD), 1e18);
        assertEq(model.correlation(WETH, WBTC), 1e18);
        assertEq(model.correlation(WETH, GOLD), 0.8e18);
        assertEq(model.correlation(GOLD, WETH), 0.8e18);
        assertEq(model.correlation(WBTC, GOLD), 1e18);
    }

    /// @dev An hour counts only when both assets are past it, whichever is poked first.
    function test_pokePair_waitsForTheSlowerAsset() public {
        model = _newModel();
        model.poke(WETH);
        model.poke(WBTC);
        for (uint256 i = 1; i <= 5; ++i) {
            vm.warp(NOW + 1 hours * i);
            feeds[WETH].setAnswer(int256(2_000e8 + i * 1e8));
            model.poke(WETH);
        }
        assertTrue(model.pokeCorrelation(WETH, WBTC));
        assertEq(model.pairOf(WETH, WBTC).nextA, 0);
        feeds[WBTC].setAnswer(61_000e8);
        model.poke(WBTC);
        model.pokeCorrelation(WBTC, WETH);
        CorrelationMath.Pair memory p = model.pairOf(WETH, WBTC);
        assertEq(p.nextA, 5);
        assertEq(p.nextB, 1);
    }

    function testFuzz_pair_mustBeTwoAssets(uint8 a, uint8 b) public {
        bool valid = a != b && a < 64 && b < 64;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IVolatilityModel.NotAPair.selector, a, b));
        model.pokeCorrelation(a, b);
    }

    /// @dev The model reads its own correlations and the thresholds in force. One asset has the
    /// same power as in the engine.
    function testFuzz_power_liesBetweenEffectiveAndConfiguredMargin(
        uint128[3] memory amounts,
        uint8 members
    ) public view {
        AssetSet set = AssetSet.wrap(1 + (members % 7));
        (AssetRisk[] memory risks, ) = riskConfig.vaultTerms(set);
        uint256[] memory values = new uint256[](risks.length);
        uint256 effective;
        uint256 initial;
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = amounts[i];
            effective += values[i] * risks[i].effectiveLtv();
            initial += values[i] * risks[i].ltv();
        }
        uint256 power = model.borrowingPowerDown(set, values);
        assertGe(power, effective);
        assertLe(power, initial);
        if (values.length == 1) assertEq(power, effective);
    }

    function test_power_creditsUncorrelatedCollateralOnly() public {
        for (uint8 a = 0; a < 3; ++a) riskConfig.setHaircut(a, 3_000);
        uint256[] memory values = new uint256[](2);
        (values[0], values[1]) = (1e12, 1e12);
        // 0.7 of each threshold, nothing more.
        assertEq(model.borrowingPowerDown(AssetSet.wrap(3), values), 1e12 * (5_600 + 5_040));
        assertGt(model.borrowingPowerDown(AssetSet.wrap(5), values), 1e12 * (5_600 + 6_440));
        // Assets 1 and 2 were never measured together.
        assertEq(model.borrowingPowerDown(AssetSet.wrap(6), values), 1e12 * (5_040 + 6_440));
    }

    function test_power_needsAValuePerAsset() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilityModel.LengthMismatch.selector, 1, 2));
        model.borrowingPowerDown(singleton(WETH), new uint256[](2));
    }

    /// @dev As the engine asks: it has read the risks before, the model is cold.
    function test_power_ofTwoAssetsCostsLittleGas() public {
        uint256[] memory values = new uint256[](2);
        (values[0], values[1]) = (1e12, 2e12);
        vm.cool(address(riskConfig));
        riskConfig.vaultTerms(AssetSet.wrap(5));
        vm.cool(address(model));
        // Encoded and decoded outside of what is measured: that is the caller's own code.
        bytes memory call_ = abi.encodeCall(model.borrowingPowerDown, (AssetSet.wrap(5), values));
        address target = address(model);
        uint256 before = gasleft();
        (bool ok, ) = target.staticcall(call_);
        uint256 used = before - gasleft();
        assertTrue(ok);
        assertLt(used, 19_000);
    }

    // ------------------------------------------------------------------ floors and new feeds

    function _storm(uint256 from) private returns (uint16 haircut) {
        for (uint256 i = 1; i <= 3; ++i) {
            vm.warp(from + 10 minutes * i);
            feeds[WETH].setAnswer(i % 2 == 1 ? int256(1_000e8) : int256(2_000e8));
        }
        model.poke(WETH);
        haircut = uint16(model.haircutOf(WETH));
    }

    /// @dev A haircut found while a floor is at or above it is in force once the floor is gone.
    function testFuzz_poke_underAFloorIsInForceOnceTheFloorIsGone(uint16 floor) public {
        model.poke(WETH);
        uint256 calm = _haircut(WETH);
        uint256 before = vm.snapshotState();
        uint16 storm = _storm(NOW);
        assertGt(storm, calm);
        vm.revertToState(before);
        riskConfig.raiseHaircutFloor(WETH, floor % 2 == 0 ? storm : floor % 10_000);
        _storm(NOW);
        riskConfig.setHaircutFloor(WETH, 0);
        assertEq(_haircut(WETH), storm);
    }

    /// @dev Two assets move as one until one's feed dies and is replaced or starts anew. The hours
    /// in between are unknown and do not count as quiet. A query before the new feed has closed an
    /// hour gives no lower correlation.
    function test_pair_unknownHoursAreNotQuietOnes() public {
        uint256[4] memory silences = [uint256(1), 7, 24, 60];
        for (uint256 i = 0; i < 8; ++i) {
            uint256 state = vm.snapshotState();
            _assertUnknownHoursAreNotQuiet(silences[i / 2], i % 2 == 0);
            vm.revertToState(state);
        }
    }

    function _assertUnknownHoursAreNotQuiet(uint256 silent, bool replaced) private {
        model = _newModel();
        model.poke(WETH);
        model.poke(WBTC);
        for (uint256 i = 1; i <= 120; ++i) {
            vm.warp(NOW + 1 hours * i);
            int256 move = int256(uint256(keccak256(abi.encode(i))) % 200) - 100;
            if (i <= 120 - silent) feeds[WETH].setAnswer(2_000e8 + move * 1e8);
            feeds[WBTC].setAnswer(60_000e8 + move * 30e8);
            model.poke(WBTC);
        }
        model.poke(WETH);
        if (replaced) oracle.setAssetSources(WETH, _source(_newFeed(8, 2_000e8)), _noSource(), 0, false);
        else {
            model.resetSeries(WETH);
            feeds[WETH].setAnswer(2_000e8);
        }
        model.poke(WETH);
        model.pokeCorrelation(WETH, WBTC);
        assertEq(model.correlation(WETH, WBTC), 1e18);
    }

    /// @dev There are more unknown hours than one call folds in, before the hour in which the new
    /// feed restarts the pair. A call that stops half way gives no lower correlation.
    function test_pair_halfWayThroughUnknownHoursIsNotLessCorrelated() public {
        model = _newModel();
        model.poke(WETH);
        model.poke(WBTC);
        for (uint256 i = 1; i <= 320; ++i) {
            vm.warp(NOW + 1 hours * i);
            int256 move = int256(uint256(keccak256(abi.encode(i))) % 200) - 100;
            if (i <= 60) feeds[WETH].setAnswer(2_000e8 + move * 1e8);
            feeds[WBTC].setAnswer(60_000e8 + move * 30e8);
            model.poke(WBTC);
        }
        model.poke(WETH);
        MockPriceFeed fresh = _newFeed(8, 2_000e8);
        oracle.setAssetSources(WETH, _source(fresh), _noSource(), 0, false);
        for (uint256 i = 321; i <= 323; ++i) {
            model.poke(WETH);
            vm.warp(NOW + 1 hours * i);
            fresh.setAnswer(2_000e8);
            feeds[WBTC].setAnswer(60_000e8);
            model.poke(WBTC);
        }
        model.poke(WETH);
        assertFalse(model.pokeCorrelation(WETH, WBTC));
        assertEq(model.correlation(WETH, WBTC), 1e18);
        assertTrue(model.pokeCorrelation(WETH, WBTC));
        assertEq(model.correlation(WETH, WBTC), 1e18);
    }

    // ------------------------------------------------------------------ parameters

    function test_parameters_areSetByGovernanceOnly() public {
        VolatilityParameters memory p = _parameters();
        p.horizon = 1 days;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        model.setParameters(p);
        model.poke(WETH);
        uint256 before = _haircut(WETH);
        model.setParameters(p);
        assertEq(abi.encode(model.volatilityParameters()), abi.encode(p));
        // The setter reads no oracle and sets no haircut. The next poke does, even without a new
        // round.
        assertEq(_haircut(WETH), before);
        model.poke(WETH);
        assertGt(_haircut(WETH), 2 * before);
    }

    function testFuzz_parameters_areAcceptedExactlyWithinTheirBounds(VolatilityParameters memory p) public {
        if (p.halfLife % 2 == 0) p.halfLife %= 400 days;
        if (p.horizon % 2 == 0) p.horizon %= 31 days;
        (p.floor, p.ceiling) = (p.floor % 9_000, p.ceiling % 9_000);
        bytes memory err;
        if (p.halfLife < 1 hours || p.halfLife > 365 days) {
            err = abi.encodeWithSelector(IVolatilityModel.HalfLifeOutOfRange.selector, p.halfLife, 1 hours, 365 days);
        } else if (p.horizon == 0 || p.horizon > 30 days) {
            err = abi.encodeWithSelector(IVolatilityModel.HorizonOutOfRange.selector, p.horizon, 1, 30 days);
        } else if (p.floor > p.ceiling || p.ceiling > 8_000) {
            err = abi.encodeWithSelector(IVolatilityModel.HaircutBoundsInvalid.selector, p.floor, p.ceiling, 8_000);
        }
        if (err.length != 0) vm.expectRevert(err);
        model.setParameters(p);
    }
}
