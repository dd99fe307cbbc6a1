// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ILiquidationCallback} from "../../../../contracts/interfaces/callbacks/ILiquidationCallback.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../../contracts/interfaces/IVaultLens.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice A liquidator without capital. It mints the debt asset in the callback, where a real one
/// would sell the collateral.
contract Flash is ILiquidationCallback {
    IVaultEngine private immutable _engine;
    TestToken private immutable _debtToken;
    uint256 public seen;
    bytes[] private _probes;

    constructor(IVaultEngine engine, TestToken debtToken) {
        (_engine, _debtToken) = (engine, debtToken);
    }

    function setProbes(bytes[] memory probes) external {
        _probes = probes;
    }

    function liquidate(LiquidationCall calldata c) external returns (uint256, uint256) {
        return _engine.liquidate(c);
    }

    function onLiquidate(VaultKey, uint8, uint256 seized, uint256 repaid, bytes calldata data) external {
        seen = seized;
        for (uint256 i = 0; i < _probes.length; ++i) {
            (bool ok, bytes memory err) = address(_engine).call(_probes[i]);
            require(!ok && bytes4(err) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "not locked");
        }
        if (data[0] == 0x01) {
            _debtToken.mint(address(this), repaid);
            _debtToken.approve(address(_engine), repaid);
        }
    }
}

contract LiquidateTest is SystemFixture {
    // ------------------------------------------------------------------ the decision, end to end

    function test_liquidate_workedExample() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        uint256 seizedExpected = uint256(563_429_752e12) / 1_800;
        _fundDebt(liquidator, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.receiver = bob;
        vm.expectEmit(address(engine));
        emit IVaultEngine.Liquidated(
            _key(alice),
            WETH,
            liquidator,
            557_851_240,
            seizedExpected,
            0.01e18,
            1_500e6 - 557_851_240,
            1e18 - seizedExpected
        );
        vm.prank(liquidator);
        (uint256 repaid, uint256 seized) = engine.liquidate(c);
        assertEq(repaid, 557_851_240);
        assertEq(seized, seizedExpected);
        assertEq(tokens[WETH].balanceOf(bob), seized);
        assertEq(debtToken.balanceOf(liquidator), 1_000e6 - repaid);
        assertApproxEqAbs(_health(_key(alice)).healthFactor, 1.05e18, 1e11);
    }

    function test_liquidate_atHealthExactlyOneIsRefused() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_875e8);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, 1.5e13, 1.5e13));
        engine.liquidate(c);
        _setPrice(WETH, 1_875e8 - 1);
        _liquidate(_key(alice), WETH);
    }

    function test_liquidate_afterInterestMadeTheVaultUnhealthy() public {
        _open(alice, 1_500e6);
        _pass(5 * 365 days);
        assertTrue(_health(_key(alice)).liquidatable);
        _liquidate(_key(alice), WETH);
        assertFalse(_health(_key(alice)).liquidatable);
    }

    function testFuzz_liquidate_matchesTheQuoteForEveryDecimals(
        uint8 asset,
        uint256 fall,
        uint256 maxRepay,
        uint256 maxSeize
    ) public {
        asset %= 3;
        _lend(lender, 1e6 * 1e6);
        uint256[3] memory amounts = [uint256(10e18), 5e7, 25_000e6];
        _deposit(alice, asset, amounts[asset]);
        (, int256 answer, , , ) = feeds[asset].latestRoundData();
        uint16[3] memory ltvs = [uint16(7_500), 6_500, 8_800];
        uint256 debt = (_health(_key(alice)).value * ltvs[asset]) / 10_000;
        _borrow(alice, debt);
        _setPrice(asset, (answer * int256(bound(fall, 3_000, 9_999))) / 10_000);
        maxRepay = bound(maxRepay, 0, debt + 1);
        maxSeize = bound(maxSeize, 0, amounts[asset] + 1);
        if (!_health(_key(alice)).liquidatable) return;
        IVaultLens.Quote memory q = lens.quoteLiquidation(_key(alice), asset, maxRepay, maxSeize);
        _fundDebt(liquidator, maxRepay);
        LiquidationCall memory c = _call(_key(alice), asset);
        (c.maxRepay, c.maxSeize) = (maxRepay, maxSeize);
        vm.prank(liquidator);
        (uint256 repaid, uint256 seized) = engine.liquidate(c);
        assertEq(repaid, q.repaid);
        assertEq(seized, q.seized);
        assertEq(q.executable, repaid != 0);
        assertLe(repaid, maxRepay);
        assertLe(seized, maxSeize);
        assertEq(debtToken.balanceOf(liquidator), maxRepay - repaid);
        if (q.writtenOff != 0) assertEq(_scaled(_key(alice)), 0);
    }

    /// @dev Anyone may repay a little first: the liquidation is clamped, not refused.
    function testFuzz_liquidate_cannotBeBlockedByASmallRepayment(uint256 amount) public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_700e8);
        IVaultLens.Quote memory q = lens.quoteLiquidation(_key(alice), WETH, MAX, MAX);
        _fundDebt(bob, 100e6);
        vm.prank(bob);
        engine.repay(_key(alice), bound(amount, 1, 100e6));
        _fundDebt(liquidator, q.repaid);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = q.repaid;
        vm.prank(liquidator);
        (uint256 repaid, ) = engine.liquidate(c);
        assertLe(repaid, q.repaid);
    }

    function test_liquidate_oneOfSeveralCollateralsMayBeEnough() public {
        _threeCollaterals();
        _setPrice(WBTC, 50_000e8);
        _setPrice(WETH, 1_800e8);
        _liquidate(_key(alice), WBTC);
        assertApproxEqAbs(_health(_key(alice)).healthFactor, 1.05e18, 1e11);
    }

    /// @dev C = 39,000 against D = 38,900: every collateral is seized, lowest threshold first, and
    /// health never falls.
    function test_liquidate_severalCollateralsOneAfterTheOther() public {
        _threeCollaterals();
        _setPrice(WBTC, 40_000e8);
        _setPrice(WETH, 1_400e8);
        uint256 health = _health(_key(alice)).healthFactor;
        uint8[3] memory order = [WBTC, WETH, GOLD];
        for (uint256 i = 0; i < 3 && _health(_key(alice)).liquidatable; ++i) {
            _liquidate(_key(alice), order[i]);
            assertGe(_health(_key(alice)).healthFactor, health);
            health = _health(_key(alice)).healthFactor;
        }
        assertFalse(_health(_key(alice)).liquidatable);
        assertEq(pool.totalAssets(), 1e12);
    }

    function _threeCollaterals() private {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 10e18);
        _deposit(alice, WBTC, 5e7);
        _deposit(alice, GOLD, 5_000e6);
        _borrow(alice, 38_900e6);
    }

    function test_liquidate_theOwnerMayLiquidateItself() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        _fundDebt(alice, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.prank(alice);
        engine.liquidate(c);
        assertFalse(_health(_key(alice)).liquidatable);
    }

    // ------------------------------------------------------------------ refusals

    function test_liquidate_revertsAfterTheDeadline() public {
        _open(alice, 1_500e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.deadline = block.timestamp - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.DeadlinePassed.selector, block.timestamp, block.timestamp - 1)
        );
        engine.liquidate(c);
    }

    function test_liquidate_revertsForAnAssetNotHeld() public {
        _open(alice, 1_500e6);
        LiquidationCall memory c = _call(_key(alice), GOLD);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.AssetNotHeld.selector, _key(alice), GOLD));
        engine.liquidate(c);
    }

    /// @dev C = 1,500 + 500, D = 1,900, adjustedCollateral = 1,200 + 460: health 0.8736 is below
    /// gold's threshold of 0.92.
    function test_liquidate_ofTheAssetThatWouldLowerHealthIsRefused() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, GOLD, 500e6);
        _borrow(alice, 1_900e6);
        _setPrice(WETH, 1_500e8);
        LiquidationCall memory c = _call(_key(alice), GOLD);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.AssetNotSeizable.selector, GOLD, 9_200, 873_684_210_526_315_789)
        );
        engine.liquidate(c);
        _liquidate(_key(alice), WETH);
    }

    function test_liquidate_revertsBelowTheCallersMinimum() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        IVaultLens.Quote memory q = lens.quoteLiquidation(_key(alice), WETH, MAX, MAX);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.minSeize = q.seized + 1;
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SeizedTooLittle.selector, q.seized, q.seized + 1));
        engine.liquidate(c);
        c.minSeize = q.seized;
        _fundDebt(liquidator, q.repaid);
        vm.prank(liquidator);
        engine.liquidate(c);
    }

    function test_liquidate_withoutPayingIsRefused() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectRevert();
        vm.prank(liquidator);
        engine.liquidate(c);
        assertEq(engine.collateralOf(_key(alice), WETH), 1e18);
    }

    function test_liquidate_withLimitsTooSmallDoesNothing() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = 0;
        (uint256 repaid, uint256 seized) = engine.liquidate(c);
        assertEq(repaid + seized, 0);
        assertEq(_debt(_key(alice)), 1_500e6);
    }

    // ------------------------------------------------------------------ callback

    function _flash() private returns (Flash flash, LiquidationCall memory c) {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        flash = new Flash(engine, debtToken);
        c = _call(_key(alice), WETH);
        (c.receiver, c.data) = (address(flash), hex"01");
    }

    function test_callback_liquidatesWithoutCapital() public {
        (Flash flash, LiquidationCall memory c) = _flash();
        (uint256 repaid, uint256 seized) = flash.liquidate(c);
        assertEq(repaid, 557_851_240);
        assertEq(flash.seen(), seized);
        assertEq(tokens[WETH].balanceOf(address(flash)), seized);
    }

    function test_callback_thatDoesNotPayLeavesEverythingAsItWas() public {
        (Flash flash, LiquidationCall memory c) = _flash();
        c.data = hex"00";
        vm.expectRevert();
        flash.liquidate(c);
        assertEq(engine.collateralOf(_key(alice), WETH), 1e18);
    }

    function test_callback_isNotMadeWithoutData() public {
        (Flash flash, LiquidationCall memory c) = _flash();
        c.data = "";
        debtToken.mint(address(flash), 1_000e6);
        vm.prank(address(flash));
        debtToken.approve(address(engine), MAX);
        flash.liquidate(c);
        assertEq(flash.seen(), 0);
    }

    /// @dev Nothing in the engine may be called or even read between the seizure and the payment.
    function test_callback_findsEverythingLocked() public {
        (Flash flash, LiquidationCall memory c) = _flash();
        VaultKey vault = _key(alice);
        bytes[] memory probes = new bytes[](14);
        probes[0] = abi.encodeCall(IVaultEngine.deposit, (vault, WETH, 1));
        probes[1] = abi.encodeCall(IVaultEngine.withdraw, (_key(address(flash)), WETH, 1, bob));
        probes[2] = abi.encodeCall(IVaultEngine.borrow, (_key(address(flash)), 1, bob));
        probes[3] = abi.encodeCall(IVaultEngine.repay, (vault, 1));
        probes[4] = abi.encodeCall(IVaultEngine.liquidate, (c));
        probes[5] = abi.encodeCall(IVaultEngine.multicall, (new bytes[](0)));
        probes[6] = abi.encodeCall(IVaultEngine.permit, (address(debtToken), 1, 1, 1, 0, 0));
        probes[7] = abi.encodeCall(IVaultEngine.flag, (vault));
        probes[8] = abi.encodeCall(IVaultEngine.vaultState, (vault));
        probes[9] = abi.encodeCall(IVaultEngine.collateralOf, (vault, WETH));
        probes[10] = abi.encodeCall(IVaultEngine.assetTotals, (WETH));
        probes[11] = abi.encodeCall(IVaultEngine.absorb, (vault, bob));
        probes[12] = abi.encodeCall(IVaultEngine.deleverage, (_key(address(flash)), WETH, 1, 1, bob, ""));
        probes[13] = abi.encodeCall(IVaultEngine.records, (new VaultKey[](0)));
        flash.setProbes(probes);
        flash.liquidate(c);
        assertGt(flash.seen(), 0);
    }
}
