// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAttestations} from "../src/interfaces/IAttestations.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {IStaking} from "../src/interfaces/IStaking.sol";
import {Economy} from "./utils/Economy.sol";

contract AttestationsTest is Economy {
    bytes32 private id;

    function setUp() public {
        deployEconomy();
        for (uint256 number = 1; number <= 5; ++number) {
            _register(user(number), STAKE_WEI * number);
        }
        pass(2 * WINDOW_S);
        id = postNext();
    }

    function _register(address account, uint256 amountWei) private {
        vm.deal(account, amountWei);
        vm.prank(account);
        staking.register{value: amountWei}(0);
    }

    function _draw() private returns (address[] memory) {
        vm.roll(102);
        attestations.draw(1);
        return attestations.assigned(1, id);
    }

    function _attest(address validator) private {
        vm.prank(validator);
        attestations.attest(1, id);
    }

    /// @dev Marks the pending period as fraud, as the disputes do.
    function _fraud() private {
        vm.deal(challenger, DEMAND_WEI);
        vm.prank(challenger);
        disputes.demand{value: DEMAND_WEI}(1, 0);
        pass(REVEAL_S + 1);
        disputes.expire(id, 1, 0);
    }

    function testFuzz_noneIsDrawnTwice(bytes32 seed) public {
        vm.roll(102);
        vm.setBlockhash(101, seed == 0 ? bytes32(uint256(1)) : seed);
        attestations.draw(1);
        address[] memory drawn = attestations.assigned(1, id);
        assertEq(drawn.length, 3);
        for (uint256 place = 0; place < 3; ++place) {
            assertTrue(staking.validator(drawn[place]).isListed);
            assertTrue(drawn[place] != drawn[(place + 1) % 3]);
            assertTrue(!attestations.hasAttested(1, id, drawn[place]));
        }
    }

    /// @notice Stake decides how often: over many draws of one, as often as its part of the stake.
    function test_drawsAreByStake() public {
        vm.prank(governance);
        parameters.set(IParameters.Key.AttestersDrawn, 2);
        pass(COOLDOWN_S);
        vm.prank(governance);
        parameters.set(IParameters.Key.AttestersDrawn, 1);
        uint256[6] memory times;
        uint256 rounds = 600;
        for (uint256 round = 0; round < rounds; ++round) {
            pass(1);
            bytes32 posted = postNext();
            vm.roll(200 + 10 * round + 5);
            uint64 number = payouts.posted();
            vm.setBlockhash(payouts.period(number).postedBlock + 1, keccak256(abi.encode(round)));
            attestations.draw(number);
            address drawn = attestations.assigned(number, posted)[0];
            for (uint256 who = 1; who <= 5; ++who) {
                if (drawn == user(who)) ++times[who];
            }
            vm.prank(guardian);
            payouts.disable(number);
        }
        for (uint256 who = 1; who <= 5; ++who) {
            uint256 expected = rounds * who / 15;
            assertTrue(times[who] * 3 > expected * 2 && times[who] * 2 < expected * 3);
        }
    }

    function test_aDrawWaitsForTheBlockAfterThePosting() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestations.TooEarly.selector, 101));
        attestations.draw(1);
        vm.roll(101);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.TooEarly.selector, 101));
        attestations.draw(1);
        _draw();
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyDrawn.selector, id));
        attestations.draw(1);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotPending.selector, 2));
        attestations.draw(2);
    }

    function test_aLateDrawRestsOnALaterBlock() public {
        vm.roll(101 + 257);
        attestations.draw(1);
        assertEq(attestations.assigned(1, id).length, 0);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.TooEarly.selector, 359));
        attestations.draw(1);
        vm.roll(360);
        attestations.draw(1);
        assertEq(attestations.assigned(1, id).length, 3);
    }

    function test_aDrawComesWithinTheFirstWindow() public {
        vm.prank(address(disputes));
        payouts.extend(1, uint64(block.timestamp) + 2 * WINDOW_S);
        vm.roll(102);
        pass(WINDOW_S);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.TooLate.selector, block.timestamp));
        attestations.draw(1);
    }

    function test_withoutStakeNobodyIsDrawn() public {
        for (uint256 number = 1; number <= 5; ++number) {
            vm.prank(user(number));
            staking.unbond(user(number), uint128(STAKE_WEI * number));
        }
        vm.roll(102);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NoValidators.selector));
        attestations.draw(1);
    }

    function test_fewerThanAskedForAreDrawn() public {
        for (uint256 number = 1; number <= 3; ++number) {
            vm.prank(user(number));
            staking.unbond(user(number), uint128(STAKE_WEI * number));
        }
        assertEq(_draw().length, 2);
    }

    function test_onlyTheDrawnAttestAndOnlyOnce() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotDrawn.selector, 1, id));
        _attest(user(1));
        address[] memory drawn = _draw();
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotAssigned.selector, id, challenger));
        _attest(challenger);
        _attest(drawn[1]);
        assertTrue(attestations.hasAttested(1, id, drawn[1]));
        assertTrue(!attestations.hasAttested(1, id, drawn[0]));
        vm.expectRevert(
            abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, id, drawn[1])
        );
        _attest(drawn[1]);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestations.NotDrawn.selector, 1, bytes32("other"))
        );
        vm.prank(drawn[0]);
        attestations.attest(1, "other");
        pass(WINDOW_S);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotPending.selector, 1));
        _attest(drawn[0]);
    }

    function test_whatWasDrawnForADisabledPayoutAttestsNoOther() public {
        address[] memory drawn = _draw();
        vm.prank(guardian);
        payouts.disable(1);
        vm.roll(103);
        earn(user(50), 1);
        fund(1);
        bytes32 next = postNext();
        assertTrue(next != id);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotDrawn.selector, 1, id));
        _attest(drawn[0]);
        assertEq(attestations.assigned(1, next).length, 0);
    }

    function testFuzz_thePotIsSharedAmongThoseWhoAttested(uint96 pot, uint8 who) public {
        uint256 potWei = bound(pot, 3, type(uint96).max);
        address[] memory drawn = _draw();
        uint256 count = 0;
        for (uint256 place = 0; place < 3; ++place) {
            if ((who >> place) & 1 == 0) continue;
            _attest(drawn[place]);
            ++count;
        }
        vm.deal(address(this), potWei);
        (bool sent,) = address(attestations).call{value: potWei}("");
        assertTrue(sent);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotActive.selector, 1));
        attestations.distribute(1);
        pass(WINDOW_S);
        if (count == 0) {
            vm.expectRevert(abi.encodeWithSelector(IAttestations.NothingToDistribute.selector, 1));
            attestations.distribute(1);
            return;
        }
        uint256 beforeWei = address(staking).balance;
        attestations.distribute(1);
        assertEq(address(staking).balance - beforeWei, potWei / count * count);
        assertEq(address(attestations).balance, potWei % count);
        vm.deal(address(attestations), 100);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NothingToDistribute.selector, 1));
        attestations.distribute(1);
    }

    function test_onlyWhatWasDrawnIsDistributed() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotActive.selector, 0));
        attestations.distribute(0);
        pass(WINDOW_S);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotDrawn.selector, 1, id));
        attestations.distribute(1);
    }

    function test_whoAttestsAFraudIsSlashed() public {
        address[] memory drawn = _draw();
        _attest(drawn[0]);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotFraud.selector, id));
        attestations.punish(1, id, drawn[0]);
        _fraud();
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotAttested.selector, id, drawn[1]));
        attestations.punish(1, id, drawn[1]);
        vm.prank(challenger);
        attestations.punish(1, id, drawn[0]);
        IStaking.Slash memory slash = staking.slash(1);
        assertEq(slash.validator, drawn[0]);
        assertEq(slash.challenger, challenger);
        assertEq(slash.evidence, id);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotAttested.selector, id, drawn[0]));
        attestations.punish(1, id, drawn[0]);
        pass(VETO_S);
        uint256 beforeWei = staking.validator(drawn[0]).stakeWei;
        staking.executeSlash(1);
        assertEq(staking.validator(drawn[0]).stakeWei, beforeWei * 9 / 10);
    }

    /// @notice A slot of the ring is not used again before everybody in it who attested a fraud is
    /// punished; whether the payout was merely disabled does not matter.
    function test_aFraudIsNotForgotten() public {
        address[] memory drawn = _draw();
        _attest(drawn[2]);
        _fraud();
        vm.roll(103);
        bytes32 next = postNext();
        vm.roll(105);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.Unpunished.selector, id));
        attestations.draw(1);
        attestations.punish(1, id, drawn[2]);
        attestations.draw(1);
        assertEq(attestations.assigned(1, id).length, 0);
        assertEq(attestations.assigned(1, next).length, 3);
        _attestNext(next);
        vm.prank(guardian);
        payouts.disable(1);
        vm.roll(106);
        pass(1);
        postNext();
        vm.roll(108);
        attestations.draw(1);
    }

    function _attestNext(bytes32 next) private {
        address first = attestations.assigned(1, next)[0];
        vm.prank(first);
        attestations.attest(1, next);
    }
}
