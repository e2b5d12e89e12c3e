// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IValidation} from "../src/interfaces/IValidation.sol";
import {Registries} from "./utils/Registries.sol";

contract ValidationTest is Registries {
    uint256 private constant NOW_S = 1_800_000_000;
    uint256 private agentId;
    address private validator = user(40);

    function setUp() public {
        vm.warp(NOW_S);
        setUpRegistries(user(9));
        vm.prank(owner);
        agentId = agents.register("ipfs://file");
    }

    function _request(address whom, bytes32 requestHash) private {
        vm.prank(owner);
        validation.validationRequest(whom, agentId, "ipfs://request", requestHash);
    }

    function _respond(address who, bytes32 requestHash, uint8 response, string memory tag) private {
        vm.prank(who);
        validation.validationResponse(requestHash, response, "ipfs://response", "evidence", tag);
    }

    function testFuzz_aRequestIsAnsweredAsOftenAsTheValidatorLikes(uint8 first, uint8 second)
        public
    {
        first = uint8(bound(first, 0, 100));
        second = uint8(bound(second, 0, 100));
        vm.expectEmit(true, true, true, true);
        emit IValidation.ValidationRequest(validator, agentId, "ipfs://request", "r");
        _request(validator, "r");
        (uint256 count,) = validation.getSummary(agentId, new address[](0), "");
        assertEq(count, 0);
        vm.warp(NOW_S + 5);
        _respond(validator, "r", first, "soft");
        vm.expectEmit(true, true, true, true);
        emit IValidation.ValidationResponse(
            validator, agentId, "r", second, "ipfs://response", "evidence", "hard"
        );
        _respond(validator, "r", second, "hard");
        (
            address whom,
            uint256 about,
            uint8 response,
            bytes32 evidence,
            string memory tag,
            uint256 lastS
        ) = validation.getValidationStatus("r");
        assertEq(whom, validator);
        assertEq(about, agentId);
        assertEq(response, second);
        assertEq(evidence, "evidence");
        assertEq(keccak256(bytes(tag)), keccak256("hard"));
        assertEq(lastS, NOW_S + 5);
        assertEq(validation.getAgentValidations(agentId)[0], "r");
        assertEq(validation.getValidatorRequests(validator)[0], "r");
        assertEq(validation.getIdentityRegistry(), address(agents));
    }

    function test_summariesAreFilteredByValidatorAndTag() public {
        _request(validator, "a");
        _request(validator, "b");
        _request(user(41), "c");
        _request(user(41), "unanswered");
        _respond(validator, "a", 100, "x");
        _respond(validator, "b", 51, "y");
        _respond(user(41), "c", 0, "x");
        address[] memory only = new address[](2);
        (only[0], only[1]) = (user(99), validator);
        _assertSummary(new address[](0), "", 3, 50);
        _assertSummary(only, "", 2, 75);
        _assertSummary(only, "x", 1, 100);
        _assertSummary(new address[](0), "x", 2, 50);
        _assertSummary(new address[](0), "z", 0, 0);
    }

    function _assertSummary(
        address[] memory validators,
        string memory tag,
        uint256 count,
        uint256 average
    ) private view {
        (uint256 countFound, uint256 averageFound) = validation.getSummary(agentId, validators, tag);
        assertEq(countFound, count);
        assertEq(averageFound, average);
    }

    function testFuzz_onlyTheAgentAsksAndOnlyTheValidatorAnswers(address stranger) public {
        vm.assume(stranger != owner && stranger != validator);
        vm.expectRevert(
            abi.encodeWithSelector(IValidation.NotAgentOperator.selector, agentId, stranger)
        );
        vm.prank(stranger);
        validation.validationRequest(validator, agentId, "", "r");
        _request(validator, "r");
        vm.expectRevert(
            abi.encodeWithSelector(IValidation.NotValidator.selector, validator, stranger)
        );
        _respond(stranger, "r", 100, "");
    }

    function test_wrongRequestsAndResponsesAreNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IValidation.ValidatorMissing.selector));
        _request(address(0), "r");
        _request(validator, "r");
        vm.expectRevert(abi.encodeWithSelector(IValidation.RequestExists.selector, bytes32("r")));
        _request(validator, "r");
        vm.expectRevert(abi.encodeWithSelector(IValidation.ResponseTooLarge.selector, 101));
        _respond(validator, "r", 101, "");
        vm.expectRevert(
            abi.encodeWithSelector(IValidation.RequestUnknown.selector, bytes32("unknown"))
        );
        _respond(validator, "unknown", 1, "");
        vm.expectRevert(
            abi.encodeWithSelector(IValidation.RequestUnknown.selector, bytes32("unknown"))
        );
        validation.getValidationStatus("unknown");
    }
}
