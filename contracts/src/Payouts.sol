// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IPayouts} from "./interfaces/IPayouts.sol";
import {MerkleTree} from "./libraries/MerkleTree.sol";
import {Payout} from "./types/Records.sol";

/// @title Payouts
contract Payouts is IPayouts, Ownable2Step, ReentrancyGuardTransient {
    using SafeCast for uint256;

    bytes32 private constant LEAF_DOMAIN = keccak256("openledger.payout.v1");
    /// @dev Enough for a contract wallet behind a proxy; bounds what one account costs the others.
    uint256 private constant PAYMENT_GAS = 100_000;

    /// @inheritdoc IPayouts
    uint128 public fundedWei;
    /// @inheritdoc IPayouts
    uint128 public totalWei;
    /// @inheritdoc IPayouts
    uint128 public claimedTotalWei;
    /// @inheritdoc IPayouts
    uint64 public period;
    /// @inheritdoc IPayouts
    bytes32 public payoutId;
    /// @inheritdoc IPayouts
    bytes32 public root;
    /// @inheritdoc IPayouts
    mapping(address account => uint128) public claimedWei;

    /// @param poster Who posts the payouts; hands over in two steps (Ownable2Step).
    constructor(address poster) Ownable(poster) {}

    /// @inheritdoc IPayouts
    function fund() external payable {
        if (msg.value == 0) revert NothingFunded();
        fundedWei += msg.value.toUint128();
        emit Funded(msg.sender, msg.value, fundedWei);
    }

    /// @inheritdoc IPayouts
    function post(Payout calldata payout, bytes32 dataDigest)
        external
        onlyOwner
        returns (bytes32 id)
    {
        if (payout.period != period + 1) revert PeriodNotNext(period + 1, payout.period);
        if (payout.parent != payoutId) revert ParentNotLast(payoutId, payout.parent);
        if (payout.totalWei < totalWei) revert TotalLowered(totalWei, payout.totalWei);
        if (payout.totalWei > fundedWei) revert Unfunded(fundedWei, payout.totalWei);
        id = payout.id();
        (period, totalWei) = (payout.period, payout.totalWei);
        (payoutId, root) = (id, payout.root);
        emit Posted(payout.period, id, payout.root, payout.totalWei, dataDigest);
    }

    /// @inheritdoc IPayouts
    function claim(
        address account,
        uint128 cumulativeWei,
        uint256 index,
        bytes32[] calldata siblings
    ) external nonReentrant {
        _checkProof(account, cumulativeWei, index, siblings);
        uint128 amountWei = _book(account, cumulativeWei);
        if (amountWei == 0) revert NothingToClaim(account, claimedWei[account]);
        emit Claimed(account, payoutId, amountWei, cumulativeWei);
        Address.sendValue(payable(account), amountWei);
    }

    /// @inheritdoc IPayouts
    function claimMany(Entitlement[] calldata entitlements) external nonReentrant {
        for (uint256 position = 0; position < entitlements.length; ++position) {
            Entitlement calldata item = entitlements[position];
            _checkProof(item.account, item.cumulativeWei, item.index, item.siblings);
            uint128 amountWei = _book(item.account, item.cumulativeWei);
            if (amountWei == 0) continue;
            if (_pay(item.account, amountWei)) {
                emit Claimed(item.account, payoutId, amountWei, item.cumulativeWei);
            } else {
                claimedWei[item.account] -= amountWei;
                claimedTotalWei -= amountWei;
                emit PaymentRefused(item.account, amountWei);
            }
        }
    }

    /// @notice Refuses: without a poster nobody would ever be paid again.
    function renounceOwnership() public pure override {
        revert PosterRequired();
    }

    function _checkProof(
        address account,
        uint128 cumulativeWei,
        uint256 index,
        bytes32[] calldata siblings
    ) private view {
        bytes memory data = abi.encode(block.chainid, address(this), account, cumulativeWei);
        bytes32 leaf = MerkleTree.leaf(LEAF_DOMAIN, data);
        if (!MerkleTree.verify(root, leaf, index, siblings)) revert WrongProof(account, index);
    }

    /// @dev Books `account` as paid up to `cumulativeWei`; zero when it is already.
    function _book(address account, uint128 cumulativeWei) private returns (uint128 amountWei) {
        uint128 beforeWei = claimedWei[account];
        if (cumulativeWei <= beforeWei) return 0;
        amountWei = cumulativeWei - beforeWei;
        if (amountWei > totalWei - claimedTotalWei) revert AboveTotal(account, amountWei);
        claimedWei[account] = cumulativeWei;
        claimedTotalWei += amountWei;
    }

    /// @dev Sends without copying return data, so that no account can make the others pay for it.
    function _pay(address account, uint256 amountWei) private returns (bool paid) {
        assembly ("memory-safe") {
            paid := call(PAYMENT_GAS, account, amountWei, 0, 0, 0, 0)
        }
    }
}
