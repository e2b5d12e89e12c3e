// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IParameters} from "./interfaces/IParameters.sol";
import {IPayouts} from "./interfaces/IPayouts.sol";
import {FeeSplit} from "./libraries/FeeSplit.sol";
import {MerkleSumTree} from "./libraries/MerkleSumTree.sol";
import {MerkleTree} from "./libraries/MerkleTree.sol";
import {Payout} from "./types/Records.sol";

/// @title Payouts
contract Payouts is IPayouts, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @dev Five words, so that a slot of the ring is cheap to use again. Bonds are at most 10⁶ OPEN,
    /// below 2⁸⁰ wei; windows at most a week, below 2²⁴ s.
    struct Slot {
        bytes32 payoutId;
        bytes32 root;
        bytes32 answers;
        uint128 totalWei;
        uint80 bondWei;
        uint40 postedBlock;
        bool isDisabled;
        address poster;
        uint40 postedS;
        uint24 windowS;
        uint24 delayS;
    }

    /// @dev The account's own choice counts from `fromS` on, until then `current` does.
    struct Redirect {
        address next;
        uint64 fromS;
        address current;
    }

    bytes32 private constant LEAF_DOMAIN = keccak256("openledger.payout.v1");
    /// @dev Enough for a contract wallet behind a proxy; bounds what one account costs the others.
    uint256 private constant PAYMENT_GAS = 100_000;
    uint256 private constant WHOLE_PPM = 1_000_000;
    /// @inheritdoc IPayouts
    uint256 public constant RING = 16;

    /// @inheritdoc IPayouts
    IParameters public immutable PARAMETERS;
    /// @inheritdoc IPayouts
    address public immutable DISPUTES;
    /// @inheritdoc IPayouts
    uint64 public immutable PAYEE_DELAY_S;

    /// @inheritdoc IPayouts
    uint128 public fundedWei;
    /// @inheritdoc IPayouts
    uint128 public claimedTotalWei;
    /// @inheritdoc IPayouts
    uint64 public posted;
    /// @dev The active period as far as noted; the true one may be later, see {_active}.
    uint64 private noted;
    /// @dev What {BURN} can withdraw; in the same word as what changes with it.
    uint128 private unburntWei;
    Slot[RING] private slots;
    mapping(address account => Redirect) private redirects;
    /// @inheritdoc IPayouts
    mapping(address account => uint128) public claimedWei;
    mapping(address account => uint128) private withdrawable;

    /// @param parameters Where poster, guardian and numbers come from.
    /// @param disputes Who judges fraud proofs.
    /// @param payeeDelayS How long a change of payee waits, in seconds.
    constructor(IParameters parameters, address disputes, uint64 payeeDelayS) {
        (PARAMETERS, DISPUTES, PAYEE_DELAY_S) = (parameters, disputes, payeeDelayS);
    }

    /// @inheritdoc IPayouts
    function fund() external payable {
        if (msg.value == 0) revert NothingFunded();
        fundedWei += msg.value.toUint128();
        emit Funded(msg.sender, msg.value, fundedWei);
    }

    /// @inheritdoc IPayouts
    function post(Payout calldata payout, bytes32 dataDigest)
        external
        payable
        returns (bytes32 id)
    {
        _checkPosting(payout);
        uint64 number = payout.period;
        if (number - activate() >= RING) revert RingFull(number);
        id = payout.id();
        Slot storage slot = _slot(number);
        if (slot.bondWei > 0) _giveBack(number - uint64(RING), slot);
        uint256 windowS = PARAMETERS.value(IParameters.Key.ChallengeWindowS);
        posted = number;
        (slot.payoutId, slot.root, slot.answers) = (id, payout.root, payout.answers);
        (slot.totalWei, slot.bondWei) = (payout.totalWei, msg.value.toUint80());
        (slot.postedBlock, slot.poster) = (uint40(block.number), msg.sender);
        (slot.postedS, slot.isDisabled) = (uint40(block.timestamp), false);
        (slot.windowS, slot.delayS) = (windowS.toUint24(), windowS.toUint24());
        uint64 activatesS = uint64(block.timestamp + windowS);
        (bytes32 root, bytes32 answers) = (payout.root, payout.answers);
        emit Posted(number, id, root, answers, payout.totalWei, dataDigest, activatesS);
    }

    /// @inheritdoc IPayouts
    function activate() public returns (uint64 number) {
        uint64 before = noted;
        number = _active();
        if (number == before) return number;
        noted = number;
        for (uint64 period_ = before + 1; period_ <= number; ++period_) {
            emit Activated(period_, _slot(period_).payoutId);
        }
    }

    /// @inheritdoc IPayouts
    function disable(uint64 number) external {
        if (msg.sender != PARAMETERS.guardian()) revert NotGuardian(msg.sender);
        _disableFrom(number);
        _giveBack(number, _slot(number));
    }

    /// @inheritdoc IPayouts
    function disableForFraud(uint64 number, address challenger) external {
        if (msg.sender != DISPUTES) revert NotDisputes(msg.sender);
        _disableFrom(number);
        Slot storage slot = _slot(number);
        uint256 bondWei = slot.bondWei;
        slot.bondWei = 0;
        uint256 rewardWei = bondWei * PARAMETERS.value(IParameters.Key.ChallengerPpm) / WHOLE_PPM;
        withdrawable[challenger] += uint128(rewardWei);
        unburntWei += uint128(bondWei - rewardWei);
        emit BondLost(number, challenger, rewardWei, bondWei - rewardWei);
    }

    /// @inheritdoc IPayouts
    function extend(uint64 number, uint64 untilS) external {
        if (msg.sender != DISPUTES) revert NotDisputes(msg.sender);
        if (!_isPending(number)) revert NotPending(number);
        Slot storage slot = _slot(number);
        uint64 latestS = slot.postedS + 2 * uint64(slot.windowS);
        if (untilS > latestS) revert ExtendedTooFar(latestS, untilS);
        if (untilS <= slot.postedS + slot.delayS) return;
        slot.delayS = uint256(untilS - slot.postedS).toUint24();
        emit Extended(number, untilS);
    }

    /// @inheritdoc IPayouts
    function release(uint64 number) external {
        bool isActive = number > 0 && number <= activate() && number + RING > posted;
        Slot storage slot = _slot(number);
        if (!isActive || slot.bondWei == 0) revert NothingToRelease(number);
        _giveBack(number, slot);
    }

    /// @inheritdoc IPayouts
    function withdraw(address account) external nonReentrant {
        uint128 amountWei = withdrawableWei(account);
        if (amountWei == 0) revert NothingToWithdraw(account);
        withdrawable[account] = 0;
        if (account == FeeSplit.BURN) unburntWei = 0;
        emit Withdrawn(account, amountWei);
        Address.sendValue(payable(account), amountWei);
    }

    /// @inheritdoc IPayouts
    function claim(Entitlement calldata entitlement) external nonReentrant {
        Slot storage slot = _slot(activate());
        (address account, uint128 cumulativeWei) = (entitlement.account, entitlement.cumulativeWei);
        uint128 amountWei = _book(slot, entitlement);
        if (amountWei == 0) revert NothingToClaim(account, claimedWei[account]);
        address payee = payeeOf(account);
        emit Claimed(account, slot.payoutId, payee, amountWei, cumulativeWei);
        Address.sendValue(payable(payee), amountWei);
    }

    /// @inheritdoc IPayouts
    function claimMany(Entitlement[] calldata entitlements) external nonReentrant {
        Slot storage slot = _slot(activate());
        for (uint256 position = 0; position < entitlements.length; ++position) {
            Entitlement calldata item = entitlements[position];
            uint128 amountWei = _book(slot, item);
            if (amountWei == 0) continue;
            address payee = payeeOf(item.account);
            if (_pay(payee, amountWei)) {
                emit Claimed(item.account, slot.payoutId, payee, amountWei, item.cumulativeWei);
            } else {
                claimedWei[item.account] -= amountWei;
                claimedTotalWei -= amountWei;
                emit PaymentRefused(item.account, amountWei);
            }
        }
    }

    /// @inheritdoc IPayouts
    function setPayee(address payee) external {
        if (payee == address(0)) revert PayeeMissing();
        address current = payeeOf(msg.sender);
        uint64 fromS = uint64(block.timestamp) + PAYEE_DELAY_S;
        redirects[msg.sender] = Redirect({next: payee, fromS: fromS, current: current});
        emit PayeeSet(msg.sender, payee, fromS);
    }

    /// @inheritdoc IPayouts
    function cancelPayee() external {
        Redirect storage redirect = redirects[msg.sender];
        if (block.timestamp >= redirect.fromS) revert NothingToCancel(msg.sender);
        (address current, uint64 nowS) = (redirect.current, uint64(block.timestamp));
        (redirect.next, redirect.fromS) = (current, nowS);
        emit PayeeSet(msg.sender, current, nowS);
    }

    /// @inheritdoc IPayouts
    function payeeOf(address account) public view returns (address) {
        Redirect storage redirect = redirects[account];
        (address next, uint64 fromS) = (redirect.next, redirect.fromS);
        if (fromS == 0) return account;
        return block.timestamp >= fromS ? next : redirect.current;
    }

    /// @inheritdoc IPayouts
    function pendingPayee(address account) external view returns (address payee, uint64 fromS) {
        Redirect memory redirect = redirects[account];
        if (block.timestamp < redirect.fromS) return (redirect.next, redirect.fromS);
    }

    /// @inheritdoc IPayouts
    function period(uint64 number) external view returns (PeriodState memory state) {
        Slot memory slot = _slot(number);
        // A disabled period is past the last one until its slot is used again.
        bool isKept = slot.isDisabled
            ? number > posted && number < posted + RING
            : number > 0 && number <= posted && number + RING > posted;
        if (!isKept) return state;
        state.payoutId = slot.payoutId;
        (state.root, state.answers) = (slot.root, slot.answers);
        (state.totalWei, state.bondWei) = (slot.totalWei, slot.bondWei);
        (state.poster, state.postedBlock) = (slot.poster, slot.postedBlock);
        (state.postedS, state.windowS) = (slot.postedS, slot.windowS);
        state.activatesS = slot.postedS + slot.delayS;
        state.status = _status(number, slot);
    }

    /// @inheritdoc IPayouts
    function active()
        external
        view
        returns (uint64 number, bytes32 id, bytes32 root, uint128 activeWei)
    {
        number = _active();
        if (number == 0) return (0, 0, 0, 0);
        Slot storage slot = _slot(number);
        return (number, slot.payoutId, slot.root, slot.totalWei);
    }

    /// @inheritdoc IPayouts
    function payoutId() public view returns (bytes32) {
        return posted == 0 ? bytes32(0) : _slot(posted).payoutId;
    }

    /// @inheritdoc IPayouts
    function totalWei() public view returns (uint128) {
        return posted == 0 ? 0 : _slot(posted).totalWei;
    }

    /// @inheritdoc IPayouts
    function withdrawableWei(address account) public view returns (uint128) {
        return account == FeeSplit.BURN ? withdrawable[account] + unburntWei : withdrawable[account];
    }

    function _slot(uint64 number) private view returns (Slot storage) {
        return slots[number % RING];
    }

    /// @dev The last period before which, itself included, no window is open.
    function _active() private view returns (uint64 number) {
        number = noted;
        uint64 last = posted;
        while (number < last) {
            Slot storage next = _slot(number + 1);
            if (block.timestamp < next.postedS + next.delayS) return number;
            ++number;
        }
    }

    function _isPending(uint64 number) private view returns (bool) {
        return number > _active() && number <= posted;
    }

    function _status(uint64 number, Slot memory slot) private view returns (Status) {
        if (slot.isDisabled) return Status.Disabled;
        if (number > _active()) return Status.Pending;
        return slot.bondWei > 0 ? Status.Active : Status.Released;
    }

    function _checkPosting(Payout calldata payout) private view {
        if (PARAMETERS.paused()) revert PostingPaused();
        if (msg.sender != PARAMETERS.poster()) revert NotPoster(msg.sender);
        uint256 bondWei = PARAMETERS.value(IParameters.Key.PosterBondWei);
        if (msg.value != bondWei) revert WrongBond(bondWei, msg.value);
        if (payout.period != posted + 1) revert PeriodNotNext(posted + 1, payout.period);
        (bytes32 lastId, uint128 lastWei) = (payoutId(), totalWei());
        if (payout.parent != lastId) revert ParentNotLast(lastId, payout.parent);
        if (payout.totalWei < lastWei) revert TotalLowered(lastWei, payout.totalWei);
        if (payout.totalWei > fundedWei) revert Unfunded(fundedWei, payout.totalWei);
    }

    /// @dev Disables a pending period and all after it; gives the bonds of those after it back.
    function _disableFrom(uint64 number) private {
        if (!_isPending(number)) revert NotPending(number);
        for (uint64 later = posted; later >= number; --later) {
            Slot storage slot = _slot(later);
            slot.isDisabled = true;
            emit Disabled(later, slot.payoutId);
            if (later > number) _giveBack(later, slot);
        }
        posted = number - 1;
    }

    function _giveBack(uint64 number, Slot storage slot) private {
        uint128 amountWei = slot.bondWei;
        slot.bondWei = 0;
        withdrawable[slot.poster] += amountWei;
        emit Released(number, slot.poster, amountWei);
    }

    /// @dev Checks the proof and books the account as paid; zero when it already is.
    function _book(Slot storage slot, Entitlement calldata item)
        private
        returns (uint128 amountWei)
    {
        (address account, uint128 cumulativeWei) = (item.account, item.cumulativeWei);
        uint128 activeWei = slot.totalWei;
        bytes memory data = abi.encode(block.chainid, address(this), account, cumulativeWei);
        bytes32 leaf = MerkleTree.leaf(LEAF_DOMAIN, data);
        if (!MerkleSumTree.verify(
                slot.root, activeWei, leaf, cumulativeWei, item.index, item.siblings
            )) revert WrongProof(account, item.index);
        uint128 beforeWei = claimedWei[account];
        if (cumulativeWei <= beforeWei) return 0;
        amountWei = cumulativeWei - beforeWei;
        if (amountWei > activeWei - claimedTotalWei) revert AboveTotal(account, amountWei);
        claimedWei[account] = cumulativeWei;
        claimedTotalWei += amountWei;
    }

    /// @dev Sends without copying return data, so that no account can make the others pay for it.
    function _pay(address payee, uint256 amountWei) private returns (bool paid) {
        assembly ("memory-safe") {
            paid := call(PAYMENT_GAS, payee, amountWei, 0, 0, 0, 0)
        }
    }
}
