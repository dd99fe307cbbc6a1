// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VolatilityModel} from "../../../contracts/policy/VolatilityModel.sol";
import {VolatilityParameters} from "../../../contracts/interfaces/IVolatilityGauge.sol";
import {IVolatilityModel} from "../../../contracts/interfaces/IVolatilityModel.sol";
import {SystemFixture} from "./SystemFixture.sol";

/// @notice The whole system with the real volatility model, which its engine asks for margins.
abstract contract VolatilityFixture is SystemFixture {
    uint88 internal constant PRIOR = 3.2e19;

    VolatilityModel internal model;

    function _deployMargin() internal virtual override returns (IVolatilityModel) {
        model = _newModel();
        return model;
    }

    /// @dev A model that may set haircuts.
    function _newModel() internal returns (VolatilityModel created) {
        created = VolatilityModel(
            deployCode(
                "contracts/policy/VolatilityModel.sol:VolatilityModel",
                abi.encode(manager, oracle, riskConfig, _parameters())
            )
        );
        _allow(address(riskConfig), riskConfig.setHaircut.selector, address(created));
    }

    /// @dev A half-life of a day, three deviations over four hours, at most 50 %.
    function _parameters() internal pure returns (VolatilityParameters memory) {
        return VolatilityParameters(1 days, 4 hours, 3e18, 0, 5_000, PRIOR);
    }
}
