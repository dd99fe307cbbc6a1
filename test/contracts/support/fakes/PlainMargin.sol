// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRiskConfig} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {IPortfolioMargin} from "../../../../contracts/interfaces/IPortfolioMargin.sol";
import {AssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";

/// @notice A volatility model without diversification: every asset counts at its effective ltv.
contract PlainMargin is IPortfolioMargin {
    IRiskConfig private immutable _riskConfig;

    constructor(IRiskConfig riskConfig) {
        _riskConfig = riskConfig;
    }

    function borrowingPowerDown(AssetSet assets, uint256[] calldata values) external view returns (uint256 power) {
        (AssetRisk[] memory risks, ) = _riskConfig.vaultTerms(assets);
        for (uint256 i = 0; i < values.length; ++i) power += values[i] * risks[i].effectiveLtv();
    }
}
