// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Parameters} from "../src/Parameters.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {Economy} from "./utils/Economy.sol";

contract ParametersTest is Economy {
    function setUp() public {
        deployEconomy();
    }

    function _setSplit(IParameters.Split memory parts) private {
        vm.prank(governance);
        parameters.setSplit(parts);
    }

    function _refused(IParameters.Split memory parts, bytes memory reason) private {
        vm.expectRevert(reason);
        _setSplit(parts);
    }

    function test_itStartsAsConstructed() public view {
        assertEq(parameters.splitVersion(), 1);
        (IParameters.Split memory parts, uint64 fromS) = parameters.split(1);
        assertEq(parts.contributorsPpm, 700_000);
        assertEq(fromS, NOW_S);
        assertEq(parameters.GOVERNANCE(), governance);
        assertEq(parameters.COOLDOWN_S(), COOLDOWN_S);
        uint128[] memory values = firstValues();
        for (uint256 index = 0; index < values.length; ++index) {
            IParameters.Setting memory setting = parameters.setting(IParameters.Key(index));
            assertEq(setting.value, values[index]);
            assertEq(parameters.value(IParameters.Key(index)), values[index]);
            assertEq(setting.changedS, 0);
            assertTrue(setting.min >= 1 && setting.min < setting.max);
        }
    }

    function test_wrongConstructionIsRefused() public {
        uint128[] memory values = firstValues();
        vm.expectRevert(abi.encodeWithSelector(IParameters.AccountMissing.selector));
        new Parameters(address(0), poster, guardian, 0, firstSplit(), values);
        vm.expectRevert(abi.encodeWithSelector(IParameters.AccountMissing.selector));
        new Parameters(governance, address(0), guardian, 0, firstSplit(), values);
        vm.expectRevert(abi.encodeWithSelector(IParameters.WrongCount.selector, 12, 3));
        new Parameters(governance, poster, guardian, 0, firstSplit(), new uint128[](3));
        values[uint256(IParameters.Key.AttestersDrawn)] = 17;
        vm.expectRevert(
            abi.encodeWithSelector(
                IParameters.OutOfBounds.selector, IParameters.Key.AttestersDrawn, 1, 16, 17
            )
        );
        new Parameters(governance, poster, guardian, 0, firstSplit(), values);
    }

    function test_theSplitChangesByVersions() public {
        pass(1 hours);
        _setSplit(IParameters.Split(690_000, 100_000, 100_000, 20_000, 80_000, 10_000));
        (uint32 version, IParameters.Split memory parts) = parameters.currentSplit();
        assertEq(version, 2);
        assertEq(parts.treasuryPpm, 80_000);
        (, uint64 fromS) = parameters.split(2);
        assertEq(fromS, NOW_S + 1 hours);
        (parts,) = parameters.split(1);
        assertEq(parts.treasuryPpm, 70_000);
        // The first change is free, the second waits.
        IParameters.Split memory next =
            IParameters.Split(680_000, 100_000, 100_000, 20_000, 90_000, 10_000);
        pass(COOLDOWN_S - 1);
        _refused(
            next, abi.encodeWithSelector(IParameters.TooSoon.selector, NOW_S + 1 hours + COOLDOWN_S)
        );
        pass(1);
        _setSplit(next);
        assertEq(parameters.splitVersion(), 3);
    }

    function testFuzz_unknownVersionsAreNamed(uint32 version) public {
        vm.assume(version != 1);
        vm.expectRevert(abi.encodeWithSelector(IParameters.VersionUnknown.selector, version));
        parameters.split(version);
    }

    function testFuzz_partsSumToTheWhole(uint32[6] memory p) public {
        uint256 sum = uint256(p[0]) + p[1] + p[2] + p[3] + p[4] + p[5];
        vm.assume(sum != 1_000_000);
        _refused(
            IParameters.Split(p[0], p[1], p[2], p[3], p[4], p[5]),
            abi.encodeWithSelector(IParameters.PartsNotWhole.selector, sum)
        );
    }

    function test_treasuryAndBurnKeepTheirLeast() public {
        _refused(
            IParameters.Split(740_000, 100_000, 100_000, 20_000, 30_000, 10_000),
            abi.encodeWithSelector(IParameters.LeastNotKept.selector, 50_000, 40_000)
        );
    }

    /// @notice Each part moves by at most a fifth of itself or one percent of the fee.
    function testFuzz_partsMoveInSteps(uint8 from, uint8 to, uint32 moved) public {
        uint256[6] memory parts = [uint256(700_000), 100_000, 100_000, 20_000, 70_000, 10_000];
        uint256 giver = bound(from, 0, 5);
        uint256 taker = bound(to, 0, 5);
        vm.assume(giver != taker);
        uint256 amount = bound(moved, 0, parts[giver]);
        uint256 mostOfGiver = parts[giver] / 5 > 10_000 ? parts[giver] / 5 : 10_000;
        uint256 mostOfTaker = parts[taker] / 5 > 10_000 ? parts[taker] / 5 : 10_000;
        parts[giver] -= amount;
        parts[taker] += amount;
        bool isRefused =
            amount > mostOfGiver || amount > mostOfTaker || parts[4] + parts[5] < 50_000;
        vm.prank(governance);
        (bool done,) = address(parameters)
            .call(
                abi.encodeCall(
                    IParameters.setSplit,
                    (IParameters.Split(
                            uint32(parts[0]),
                            uint32(parts[1]),
                            uint32(parts[2]),
                            uint32(parts[3]),
                            uint32(parts[4]),
                            uint32(parts[5])
                        ))
                )
            );
        assertTrue(done != isRefused);
    }

    function testFuzz_everyNumberMovesInSteps(uint8 which, uint128 next) public {
        IParameters.Key key = IParameters.Key(bound(which, 0, 11));
        IParameters.Setting memory now_ = parameters.setting(key);
        uint256 most = now_.value / 5;
        uint256 next_ = bound(next, now_.min, now_.max);
        uint256 moved = next_ > now_.value ? next_ - now_.value : now_.value - next_;
        vm.prank(governance);
        (bool done,) =
            address(parameters).call(abi.encodeCall(IParameters.set, (key, uint128(next_))));
        if (moved <= most) assertTrue(done);
        if (done) {
            assertEq(parameters.value(key), next_);
            assertEq(parameters.setting(key).changedS, block.timestamp);
            assertTrue(moved <= most || moved <= 0.001 ether);
        }
        if (!done) assertEq(parameters.value(key), now_.value);
    }

    function _set(IParameters.Key key, uint128 value) private {
        vm.prank(governance);
        parameters.set(key, value);
    }

    function test_numbersChangeOncePerCooldown() public {
        _set(IParameters.Key.AttestersDrawn, 4);
        vm.expectRevert(abi.encodeWithSelector(IParameters.TooSoon.selector, NOW_S + COOLDOWN_S));
        _set(IParameters.Key.AttestersDrawn, 5);
        // Another number has a cooldown of its own.
        _set(IParameters.Key.SlashPpm, 110_000);
        pass(COOLDOWN_S);
        _set(IParameters.Key.AttestersDrawn, 3);
        pass(COOLDOWN_S);
        vm.expectRevert(abi.encodeWithSelector(IParameters.StepTooLarge.selector, 3, 1, 5));
        _set(IParameters.Key.AttestersDrawn, 5);
    }

    function test_boundsHold() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IParameters.OutOfBounds.selector,
                IParameters.Key.ChallengerPpm,
                100_000,
                900_000,
                900_001
            )
        );
        _set(IParameters.Key.ChallengerPpm, 900_001);
        vm.expectRevert(
            abi.encodeWithSelector(
                IParameters.OutOfBounds.selector, IParameters.Key.SlashPpm, 10_000, 500_000, 0
            )
        );
        _set(IParameters.Key.SlashPpm, 0);
    }

    function testFuzz_onlyGovernanceChangesAnything(address stranger) public {
        vm.assume(stranger != governance);
        bytes memory reason = abi.encodeWithSelector(IParameters.NotGovernance.selector, stranger);
        IParameters.Split memory parts = firstSplit();
        vm.expectRevert(reason);
        vm.prank(stranger);
        parameters.setSplit(parts);
        vm.expectRevert(reason);
        vm.prank(stranger);
        parameters.set(IParameters.Key.SlashPpm, 100_000);
        vm.expectRevert(reason);
        vm.prank(stranger);
        parameters.setPoster(stranger);
        vm.expectRevert(reason);
        vm.prank(stranger);
        parameters.setGuardian(stranger);
        vm.expectRevert(reason);
        vm.prank(stranger);
        parameters.unpause();
    }

    function testFuzz_onlyTheGuardianPauses(address stranger) public {
        vm.assume(stranger != guardian);
        vm.expectRevert(abi.encodeWithSelector(IParameters.NotGuardian.selector, stranger));
        vm.prank(stranger);
        parameters.pause();
    }

    function test_aPauseEndsByItself() public {
        vm.expectRevert(abi.encodeWithSelector(IParameters.NotPaused.selector));
        vm.prank(governance);
        parameters.unpause();
        vm.prank(guardian);
        parameters.pause();
        assertTrue(parameters.paused());
        pass(14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IParameters.AlreadyPaused.selector, NOW_S + 14 days));
        vm.prank(guardian);
        parameters.pause();
        assertTrue(parameters.paused());
        pass(1);
        assertTrue(!parameters.paused());
        vm.prank(guardian);
        parameters.pause();
        vm.prank(governance);
        parameters.unpause();
        assertTrue(!parameters.paused());
    }

    function test_posterAndGuardianAreReplaced() public {
        vm.expectRevert(abi.encodeWithSelector(IParameters.AccountMissing.selector));
        vm.prank(governance);
        parameters.setPoster(address(0));
        vm.prank(governance);
        parameters.setPoster(user(1));
        vm.prank(governance);
        parameters.setGuardian(address(0));
        assertEq(parameters.poster(), user(1));
        assertEq(parameters.guardian(), address(0));
    }
}
