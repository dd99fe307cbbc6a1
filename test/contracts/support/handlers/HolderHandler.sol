// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {IBackstopPool} from "../../../../contracts/interfaces/IBackstopPool.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {AgentHandler} from "./AgentHandler.sol";

/// @notice What holders of shares and of the debt asset may do without entering or leaving.
abstract contract HolderHandler is AgentHandler {
    bytes32 private constant PERMIT = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    /// @dev Transfers shares of either pool, by their owner or an approved account. Shares in an
    /// exit request stay.
    function moveShares(uint256 from, uint256 to, uint256 amount, bool ofBackstop, bool byOther) external {
        IERC20 shares = IERC20(ofBackstop ? address(sys.backstop) : address(sys.pool));
        uint256 balance = shares.balanceOf(_actor(from));
        amount = amount % 2 == 0 ? _bound(amount, 0, balance) : balance;
        Snapshot memory s = _snapshot();
        (uint256 supply, uint256 backing) = (shares.totalSupply(), sys.backstop.totalAssets());
        _moveShares(shares, _actor(from), _actor(to), amount, byOther);
        assertEq(shares.totalSupply(), supply, "a transfer made or burned shares");
        assertEq(sys.backstop.totalAssets(), backing, "a transfer moved cash");
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function _moveShares(IERC20 shares, address giver, address taker, uint256 amount, bool byOther) private {
        uint256 balance = shares.balanceOf(giver);
        bytes memory data = abi.encodeCall(shares.transfer, (taker, amount));
        if (byOther) {
            vm.prank(giver);
            shares.approve(taker, amount);
            data = abi.encodeCall(shares.transferFrom, (giver, taker, amount));
        }
        vm.prank(byOther ? taker : giver);
        (bool ok, bytes memory err) = address(shares).call(data);
        uint256 requested;
        if (address(shares) == address(sys.backstop)) (requested, , , ) = sys.backstop.exitOf(giver);
        if (!ok) {
            assertEq(bytes4(err), IBackstopPool.SharesNotFree.selector, "undocumented revert");
            assertGt(amount + requested, balance, "free shares were held back");
            ++done["holdBackShares"];
        } else if (giver != taker) {
            assertEq(shares.balanceOf(giver), balance - amount, "another amount moved");
            assertGe(balance - amount, requested, "requested shares left");
            if (amount != 0) ++done["moveShares"];
        }
    }

    /// @dev A signed permit works once, for exactly the signed amount. Through the engine it works
    /// once and never reverts.
    function permit(uint256 ownerSeed, uint256 value, uint256 way) external {
        address owner = _actor(ownerSeed);
        address[3] memory permitting = [address(sys.debtToken), address(sys.pool), address(sys.backstop)];
        IERC20Permit token = IERC20Permit(permitting[way % 3]);
        address spender = way % 3 == 0 ? address(sys.engine) : keeper;
        uint256 nonce = token.nonces(owner);
        (uint8 v, bytes32 r, bytes32 s) = _sign(token, owner, spender, value, nonce);
        for (uint256 i = 0; i < 2; ++i) {
            if (way % 3 == 0) {
                vm.prank(owner);
                sys.engine.permit(address(token), value, type(uint256).max, v, r, s);
            } else {
                try token.permit(owner, spender, value, type(uint256).max, v, r, s) {
                    assertEq(i, 0, "a permit worked twice");
                } catch {
                    assertEq(i, 1, "a good permit was refused");
                }
            }
        }
        assertEq(token.nonces(owner), nonce + 1, "a permit did not work once");
        assertEq(IERC20(address(token)).allowance(owner, spender), value, "another allowance than signed");
        // The campaign's actors pay from unlimited allowances.
        vm.prank(owner);
        IERC20(address(token)).approve(spender, spender == keeper ? 0 : type(uint256).max);
        ++done["permit"];
    }

    function donateToBackstop(uint256 actorSeed, uint256 amount) external {
        address who = _actor(actorSeed);
        amount = _bound(amount, 0, 1_000 * unit);
        _mintDebt(who, amount);
        Snapshot memory s = _snapshot();
        uint256 cash = sys.backstop.totalAssets();
        vm.prank(who);
        sys.backstop.donate(amount);
        assertEq(sys.backstop.totalAssets(), cash + amount, "a donation did not arrive");
        if (amount != 0) ++done["donateToBackstop"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function _sign(
        IERC20Permit token,
        address owner,
        address spender,
        uint256 value,
        uint256 nonce
    ) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 inner = keccak256(abi.encode(PERMIT, owner, spender, value, nonce, type(uint256).max));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), inner));
        return vm.sign(keyOf[owner], digest);
    }
}
