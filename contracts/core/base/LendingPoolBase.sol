// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {IAuctionHouse} from "../../interfaces/IAuctionHouse.sol";
import {ILendingPool, PoolState, PoolTerms} from "../../interfaces/ILendingPool.sol";
import {DebtMath} from "../../libraries/math/DebtMath.sol";
import {BPS, FixedPoint, RAY, WAD} from "../../libraries/math/FixedPoint.sol";
import {InterestMath} from "../../libraries/math/InterestMath.sol";

/// @title LendingPoolBase
/// @notice What the pool keeps, and how interest grows and is divided.
abstract contract LendingPoolBase is ILendingPool, ERC4626, ERC20Permit, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using TransientSlot for *;

    /// @dev 10^6 virtual shares per asset unit, so that inflating the first share costs a million
    /// times its gain.
    uint8 internal constant DECIMALS_OFFSET = 6;
    /// @dev Units of the terms, in RAY per second and in WAD.
    uint256 internal constant RATE_UNIT = 1e9;
    uint256 internal constant KINK_ONE = 1e9;
    bytes32 internal constant FLASH_ANSWER = keccak256("ERC3156FlashBorrower.onFlashLoan");
    bytes32 internal constant FLASHING = keccak256("breakwater.LendingPool.flashing");

    /// @inheritdoc ILendingPool
    address public immutable engine;

    PoolState internal _state;
    PoolTerms internal _terms;
    IAuctionHouse internal _auctionHouse;

    modifier onlyEngine() {
        if (msg.sender != engine) revert OnlyEngine(msg.sender, engine);
        _;
    }

    modifier onlyAuctionHouse() {
        if (msg.sender != address(_auctionHouse)) revert OnlyAuctionHouse(msg.sender, address(_auctionHouse));
        _;
    }

    modifier notFlashing() {
        if (FLASHING.asBoolean().tload()) revert FlashLoanRunning();
        _;
    }

    /// @dev Created by the engine, which alone may disburse and reduce debts.
    constructor(
        IERC20Metadata debtAsset,
        address authority,
        PoolTerms memory terms_
    )
        ERC20(string.concat("Breakwater ", debtAsset.name()), string.concat("bw", debtAsset.symbol()))
        ERC20Permit(string.concat("Breakwater ", debtAsset.name()))
        ERC4626(debtAsset)
        AccessManaged(authority)
    {
        engine = msg.sender;
        (_state.index, _state.accruedAt) = (uint112(RAY), uint40(block.timestamp));
        _setTerms(terms_);
    }

    /// @inheritdoc ERC4626
    function decimals() public view override(ERC20, ERC4626, IERC20Metadata) returns (uint8) {
        return super.decimals();
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(ERC20Permit, IERC20Permit) returns (uint256) {
        return super.nonces(owner);
    }

    // ------------------------------------------------------------------ interest

    function _accrue() internal returns (uint256 index) {
        uint256 interest;
        uint256 fees;
        (index, interest, fees) = _accrued();
        if (block.timestamp == _state.accruedAt) return index;
        (_state.index, _state.accruedAt, _state.fees) = (uint112(index), uint40(block.timestamp), uint104(fees));
        if (interest != 0) emit Accrued(index, interest, fees);
    }

    /// @dev Index, interest since the last accrual, and fees as of now. Utilisation has not changed
    /// since then, so today's rate applied throughout.
    function _accrued() internal view returns (uint256 index, uint256 interest, uint256 fees) {
        (index, fees) = (_state.index, _state.fees);
        uint256 elapsed = block.timestamp - _state.accruedAt;
        if (elapsed == 0) return (index, 0, fees);
        (uint256 scaled, uint256 cash) = (_state.totalScaledDebt, _state.cash);
        if (scaled == 0) return (index, 0, fees);
        uint256 debt = DebtMath.debtDown(scaled, index);
        index = InterestMath.grownIndexDown(index, _rateUp(cash, debt), elapsed);
        interest = DebtMath.debtDown(scaled, index) - debt;
        uint256 kept = (interest * (uint256(_terms.reserveFactor) + _terms.backstopFactor)) / BPS;
        fees = FixedPoint.min(fees + kept, type(uint104).max);
    }

    /// @dev The reserve's part of undivided fees [debt units], rounded down.
    function _reservePart(uint256 fees) internal view returns (uint256) {
        (uint256 r, uint256 b) = (_terms.reserveFactor, _terms.backstopFactor);
        return r + b == 0 ? fees : FixedPoint.mulDivDown(fees, r, r + b);
    }

    /// @dev Divides the undivided fees between reserve and backstop. Requires an accrued pool.
    function _divideFees() internal returns (uint256 reserve) {
        uint256 fees = _state.fees;
        uint256 part = _reservePart(fees);
        reserve = _bounded(_state.reserve + part);
        _state.fees = 0;
        (_state.reserve, _state.backstopDue) = (uint128(reserve), uint128(_bounded(_state.backstopDue + fees - part)));
    }

    function _setTerms(PoolTerms memory t) internal {
        if (uint256(t.reserveFactor) + t.backstopFactor > BPS) {
            revert FactorsTooHigh(t.reserveFactor, t.backstopFactor, BPS);
        }
        bool valid = t.kink != 0 && t.kink < KINK_ONE && t.max * RATE_UNIT <= InterestMath.MAX_RATE;
        if (!valid) revert InvalidCurve(t.kink, t.max);
        _terms = t;
        emit TermsUpdated(t);
    }

    /// @dev The rate at this cash and debt [debt units], rounded up [RAY per second].
    function _rateUp(uint256 cash, uint256 debt) internal view returns (uint256) {
        PoolTerms storage t = _terms;
        InterestMath.Curve memory curve = InterestMath.Curve({
            base: t.base * RATE_UNIT,
            kink: t.kink * (WAD / KINK_ONE),
            slopeBelow: t.slopeBelow * RATE_UNIT,
            slopeAbove: t.slopeAbove * RATE_UNIT,
            max: t.max * RATE_UNIT
        });
        return InterestMath.rateUp(curve, InterestMath.utilisationUp(cash, debt));
    }

    function _bounded(uint256 amount) internal pure returns (uint256) {
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        return amount;
    }
}
