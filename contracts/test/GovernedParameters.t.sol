// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Contributions} from "../src/Contributions.sol";
import {Parameters} from "../src/Parameters.sol";
import {IDatanets} from "../src/interfaces/IDatanets.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {Governed} from "./utils/Governed.sol";

/// @notice The economy's numbers, changed by those who hold GOPEN and by nobody else.
contract GovernedParametersTest is Governed {
    address private guardian = user(200);
    Parameters private parameters;

    function setUp() public {
        setUpGovernance();
        uint128[] memory values = new uint128[](12);
        for (uint256 index = 0; index < 12; ++index) {
            values[index] = 1 hours;
        }
        values[uint256(IParameters.Key.ChallengerPpm)] = 400_000;
        values[uint256(IParameters.Key.SlashPpm)] = 100_000;
        values[uint256(IParameters.Key.AttestersDrawn)] = 3;
        values[uint256(IParameters.Key.CommitmentBondWei)] = 1 ether;
        parameters = new Parameters(
            address(timelock), user(201), guardian, 7 days, _split(70_000, 10_000), values
        );
    }

    function _split(uint32 treasuryPpm, uint32 burnPpm)
        private
        pure
        returns (IParameters.Split memory)
    {
        return IParameters.Split({
            contributorsPpm: 780_000 - treasuryPpm - burnPpm,
            ownerPpm: 100_000,
            hostPpm: 100_000,
            validatorsPpm: 20_000,
            treasuryPpm: treasuryPpm,
            burnPpm: burnPpm
        });
    }

    function _decideSplit(uint32 treasuryPpm, string memory why) private {
        decide(
            address(parameters),
            0,
            abi.encodeCall(IParameters.setSplit, (_split(treasuryPpm, 10_000))),
            why
        );
    }

    function test_votersChangeTheTreasurysShareStepByStep() public {
        _decideSplit(84_000, "a fifth more");
        (uint32 version, IParameters.Split memory parts) = parameters.currentSplit();
        assertEq(version, 2);
        assertEq(parts.treasuryPpm, 84_000);
        assertEq(parts.contributorsPpm, 686_000);
        (IParameters.Split memory former,) = parameters.split(1);
        assertEq(former.treasuryPpm, 70_000);
        _decideSplit(100_000, "and more");
        (, parts) = parameters.currentSplit();
        assertEq(parts.treasuryPpm, 100_000);
    }

    /// @notice Even a decision of all voters moves a number by one step only.
    function test_noMajorityLeapsOverTheBounds() public {
        bytes memory leap =
            abi.encodeCall(IParameters.set, (IParameters.Key.CommitmentBondWei, 2 ether));
        uint256 proposalId = propose(address(parameters), 0, leap, "twice the bond");
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, FOR);
        vote(minority, proposalId, FOR);
        pass(VOTING_PERIOD_S);
        governor.queue(proposalId);
        pass(TIMELOCK_S);
        vm.expectRevert(
            abi.encodeWithSelector(IParameters.StepTooLarge.selector, 1 ether, 0.2 ether, 2 ether)
        );
        governor.execute(proposalId);
        assertState(proposalId, IGovernor.ProposalState.Queued);
    }

    function test_aNewBondHoldsForLaterCommitmentsOnly() public {
        Contributions contributions =
            new Contributions(parameters, IDatanets(address(0)), address(timelock));
        vm.deal(user(5), 10 ether);
        vm.prank(user(5));
        contributions.commit{value: 1 ether}("before");
        decide(
            address(parameters),
            0,
            abi.encodeCall(IParameters.set, (IParameters.Key.CommitmentBondWei, 1.2 ether)),
            "a fifth more bond"
        );
        vm.prank(user(5));
        contributions.commit{value: 1.2 ether}("after");
        (,,, uint128 bondWei) = contributions.commitmentState(user(5), "before");
        assertEq(bondWei, 1 ether);
        // Nobody revealed: the first bond is the treasury's.
        contributions.forfeit(user(5), "before");
        assertEq(address(timelock).balance, 1 ether);
    }

    function test_theGuardianPausesAndOnlyVotersGoOnOrReplaceIt() public {
        vm.prank(guardian);
        parameters.pause();
        vm.expectRevert(abi.encodeWithSelector(IParameters.NotGovernance.selector, guardian));
        vm.prank(guardian);
        parameters.unpause();
        vm.expectRevert(abi.encodeWithSelector(IParameters.NotGovernance.selector, guardian));
        vm.prank(guardian);
        parameters.set(IParameters.Key.CommitmentBondWei, 1.1 ether);
        decide(
            address(parameters), 0, abi.encodeCall(IParameters.setGuardian, (user(202))), "another"
        );
        assertEq(parameters.guardian(), user(202));
        // Votes and delays took longer than the pause may.
        assertTrue(!parameters.paused());
    }

    function testFuzz_nobodyElseChangesANumber(address stranger, uint128 newValue) public {
        vm.assume(stranger != address(timelock));
        bytes memory refused = abi.encodeWithSelector(IParameters.NotGovernance.selector, stranger);
        for (uint256 key = 0; key < 12; ++key) {
            vm.expectRevert(refused);
            vm.prank(stranger);
            parameters.set(IParameters.Key(key), newValue);
        }
        vm.expectRevert(refused);
        vm.prank(stranger);
        parameters.setSplit(_split(70_000, 10_000));
    }
}
