// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {MerkleTree} from "../src/libraries/MerkleTree.sol";
import {Payout} from "../src/types/Records.sol";
import {Answers} from "./utils/Answers.sol";

/// @notice What the frequent transactions cost, all in: 21,000, calldata and execution, every call in a
/// transaction of its own. `.gas-snapshot` holds the figures; these are the bounds.
/// forge-config: default.isolate = true
contract GasTest is Answers {
    function setUp() public {
        deployAnswers();
        fund(1000 ether);
    }

    function _used() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function _assertAtMost(uint256 most) private view {
        uint256 used = _used();
        if (used > most) revert NotEqual(used, most);
    }

    function test_provingAScoreOf1024Dimensions() public {
        (Case memory made, IDisputes.RowProof memory row) = largeCase(1024);
        vm.prank(challenger);
        disputes.proveScore(made.proof, made.receipt, 0, row);
        _assertAtMost(250_000);
        assertTrue(disputes.isFraud(payoutsId()));
    }

    function payoutsId() private view returns (bytes32) {
        return payouts.period(1).payoutId;
    }

    function _payout(uint32 many, uint128 totalWei) private view returns (Payout memory payout) {
        payout = payoutOf("root", totalWei, "answers");
        payout.accounts = many;
    }

    function _postAndActivate(uint32 many) private returns (uint256 used) {
        Payout memory payout = _payout(many, 1 ether);
        vm.deal(poster, BOND_WEI);
        vm.prank(poster);
        payouts.post{value: BOND_WEI}(payout, keccak256("data"));
        used = _used();
        pass(WINDOW_S);
        payouts.activate();
        used += _used();
    }

    /// @notice One account or a million: posting and activating a period costs the same, but for the
    /// number itself in the calldata.
    function test_postingDoesNotDependOnTheNumberOfAccounts() public {
        // Once around the ring and one more: every slot has been used before.
        for (uint256 count = 0; count < 17; ++count) {
            _postAndActivate(1);
        }
        uint256 one = _postAndActivate(1);
        uint256 million = _postAndActivate(1_000_000);
        // 1,000,000 has two bytes more that are not zero; hashes differ in theirs by a few.
        assertTrue(million <= one + 100 && one <= million + 100);
        assertTrue(one <= 120_000);
    }

    /// @dev A claim with a proof of 20 siblings.
    function _claimable(uint128 amountWei) private returns (IPayouts.Entitlement memory item) {
        IPayouts.SumSibling[] memory siblings = new IPayouts.SumSibling[](20);
        bytes memory data = abi.encode(block.chainid, address(payouts), user(1), amountWei);
        bytes32 hash = MerkleTree.leaf(keccak256("openledger.payout.v1"), data);
        uint128 sumWei = amountWei;
        for (uint256 height = 0; height < 20; ++height) {
            siblings[height] = IPayouts.SumSibling(keccak256(abi.encode(height)), 1 ether);
            hash = keccak256(
                abi.encodePacked(
                    bytes1(0x02), hash, sumWei, siblings[height].hash, uint128(1 ether)
                )
            );
            sumWei += 1 ether;
        }
        post(payoutOf(hash, sumWei, "answers"));
        pass(WINDOW_S);
        return IPayouts.Entitlement(user(1), amountWei, 0, siblings);
    }

    function test_claimingForTheFirstTime() public {
        IPayouts.Entitlement memory item = _claimable(1 ether);
        payouts.claim(item);
        _assertAtMost(145_000);
    }

    function test_claimingAgain() public {
        payouts.claim(_claimable(1 ether));
        IPayouts.Entitlement memory item = _claimable(2 ether);
        payouts.activate();
        payouts.claim(item);
        _assertAtMost(95_000);
    }

    function test_redeemingAChannel() public {
        (IEscrow.Redemption[] memory first, IEscrow.Redemption[] memory second) =
            (_redemption(1 ether), _redemption(2 ether));
        vm.prank(host);
        escrow.redeem(first);
        vm.prank(host);
        escrow.redeem(second);
        _assertAtMost(70_000);
    }

    function _redemption(uint128 cumulativeWei)
        private
        returns (IEscrow.Redemption[] memory redemptions)
    {
        address payer = vm.addr(0xa11ce);
        vm.deal(payer, 10 ether);
        vm.prank(payer);
        escrow.deposit{value: 10 ether}();
        IEscrow.Voucher memory voucher =
            IEscrow.Voucher(address(escrow), payer, host, 10 ether, NOW_S + 1 days);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId)"),
                keccak256("OpenLedger"),
                keccak256("1"),
                block.chainid
            )
        );
        bytes32 kind = keccak256(
            "Voucher(address escrow,address payer,address host,uint128 limitWei,uint64 expiresS)"
        );
        bytes32 hash =
            keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(kind, voucher))));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xa11ce, hash);
        redemptions = new IEscrow.Redemption[](1);
        redemptions[0] = IEscrow.Redemption(voucher, abi.encodePacked(r, s, v), cumulativeWei);
    }
}
