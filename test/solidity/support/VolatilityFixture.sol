// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VolatilityModel} from "../../../contracts/VolatilityModel.sol";
import {IRiskConfig} from "../../../contracts/interfaces/IRiskConfig.sol";
import {VolatilityParameters} from "../../../contracts/interfaces/IVolatilityGauge.sol";
import {SystemFixture} from "./SystemFixture.sol";

/// @notice The whole system beside a volatility model that may set haircuts. Its own engine does not ask it for margins.
abstract contract VolatilityFixture is SystemFixture {
    uint64 internal constant SETTER = 7;
    uint88 internal constant PRIOR = 3.2e19;

    VolatilityModel internal model;

    function setUp() public virtual override {
        super.setUp();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IRiskConfig.setHaircut.selector;
        manager.setTargetFunctionRole(address(riskConfig), selectors, SETTER);
        model = _newModel();
    }

    function _newModel() internal returns (VolatilityModel created) {
        created = VolatilityModel(
            deployCode(
                "contracts/VolatilityModel.sol:VolatilityModel",
                abi.encode(manager, oracle, riskConfig, _parameters())
            )
        );
        manager.grantRole(SETTER, address(created), 0);
    }

    /// @dev A half-life of a day, three deviations over four hours, at most 50 %.
    function _parameters() internal pure returns (VolatilityParameters memory) {
        return VolatilityParameters(1 days, 4 hours, 3e18, 0, 5_000, PRIOR);
    }
}
