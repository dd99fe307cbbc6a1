// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {BreakerMath} from "../../../../contracts/libraries/math/BreakerMath.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetRiskFields} from "../../../../contracts/types/AssetRisk.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {SystemHandler} from "./SystemHandler.sol";

/// @notice Pauses by the guardian, pokes of the breaker, and thresholds on their ramps.
abstract contract BreakerHandler is SystemHandler {
    // ------------------------------------------------------------------ breaker and ramps

    /// @dev The handler is the guardian.
    function pause(uint8 action, uint256 duration, bool ends) external {
        PausableAction a = PausableAction(action % 5);
        duration = _bound(duration, 1, 1 hours);
        Snapshot memory s = _snapshot();
        if (ends) {
            try sys.breaker.unpause(a) {
                ++done["unpause"];
            } catch (bytes memory err) {
                assertEq(bytes4(err), ICircuitBreaker.NotPaused.selector);
            }
        } else {
            try sys.breaker.pause(a, duration) {
                ++done["pause"];
            } catch (bytes memory err) {
                bytes4 none;
                bytes4[2] memory refusals = [BreakerMath.PauseTooLong.selector, BreakerMath.PauseTooSoon.selector];
                _assertDocumented(err, [refusals[0], refusals[1], none, none, none]);
            }
            sys.breaker.refresh();
        }
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function pokeBreaker(uint8 asset) external {
        Snapshot memory s = _snapshot();
        uint256[2] memory exits = _exits();
        if (sys.breaker.poke(uint8(asset % ASSETS))) ++done["trip"];
        _assertNoDodge(exits);
        _assertHarmless(s, VaultKey.wrap(0));
    }

    /// @dev A threshold starts down its ramp: nobody becomes liquidatable by the call itself.
    function rampDown(uint8 asset, uint256 by) external {
        asset = uint8(asset % ASSETS);
        Snapshot memory s = _snapshot();
        (AssetRiskFields memory risk, uint128 cap) = sys.riskConfig.assetRisk(asset);
        if (risk.liquidationThreshold > 5_000) {
            risk.liquidationThreshold -= uint16(_bound(by, 1, 100));
            risk.ltv = risk.liquidationThreshold - 300;
            sys.riskConfig.setAsset(asset, risk, cap);
            ++done["rampDown"];
        }
        uint256[2] memory exits = _exits();
        sys.riskConfig.settleThreshold(asset);
        _assertNoDodge(exits);
        _assertHarmless(s, VaultKey.wrap(0));
    }
}
