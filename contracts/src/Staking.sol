// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IParameters} from "./interfaces/IParameters.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {FeeSplit} from "./libraries/FeeSplit.sol";

/// @title Staking
contract Staking is IStaking, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @dev Four words. `place` is one above the position in the list, zero when not listed. Stake that
    /// was added since `freshS` is `freshWei`, in the period of equal length before it `olderWei`;
    /// neither counts in draws.
    struct Pool {
        uint128 stakeWei;
        uint128 shares;
        uint128 unbondingWei;
        uint128 unbondingShares;
        uint96 leastOwnWei;
        uint32 commissionPpm;
        uint32 pendingSlashes;
        uint8 place;
        uint40 freshS;
        uint128 freshWei;
        uint128 olderWei;
    }

    /// @dev Two words: the shares of one ticket stay below 2⁹⁶, who holds more unbonds in parts.
    struct Stub {
        address owner;
        uint64 readyS;
        address validator;
        uint96 unbondingShares;
    }

    uint256 private constant WHOLE_PPM = 1_000_000;
    uint256 private constant VALIDATORS_MOST = 128;

    /// @inheritdoc IStaking
    IParameters public immutable PARAMETERS;
    /// @inheritdoc IStaking
    address public immutable ATTESTATIONS;

    uint64 private tickets;
    uint64 private slashes;
    address[] private listed;
    mapping(address validator => Pool) private pools;
    /// @inheritdoc IStaking
    mapping(address validator => mapping(address owner => uint128)) public position;
    mapping(uint64 ticketId => Stub) private stubs;
    mapping(uint64 slashId => Slash) private slashOf;
    /// @inheritdoc IStaking
    mapping(address account => uint128) public withdrawableWei;

    modifier onlyAttestations() {
        if (msg.sender != ATTESTATIONS) revert NotAttestations(msg.sender);
        _;
    }

    /// @param parameters Where the numbers come from.
    /// @param attestations Who rewards and proposes slashes.
    constructor(IParameters parameters, address attestations) {
        (PARAMETERS, ATTESTATIONS) = (parameters, attestations);
    }

    /// @inheritdoc IStaking
    function register(uint32 commissionPpm) external payable {
        Pool storage pool = pools[msg.sender];
        if (pool.place != 0) revert AlreadyListed(msg.sender);
        if (listed.length == VALIDATORS_MOST) revert ListFull(VALIDATORS_MOST);
        uint256 mostPpm = pool.shares == 0 ? WHOLE_PPM : pool.commissionPpm;
        if (commissionPpm > mostPpm) revert CommissionTooHigh(uint32(mostPpm), commissionPpm);
        if (pool.pendingSlashes > 0) revert SlashPending(msg.sender);
        uint128 leastWei = PARAMETERS.value(IParameters.Key.StakeMinWei);
        pool.commissionPpm = commissionPpm;
        pool.leastOwnWei = uint256(leastWei).toUint96();
        listed.push(msg.sender);
        pool.place = uint8(listed.length);
        emit Registered(msg.sender, commissionPpm);
        if (msg.value > 0) _add(pool, msg.sender);
        uint128 ownWei = weiOf(msg.sender, msg.sender);
        if (ownWei < leastWei) revert StakeTooSmall(leastWei, ownWei);
    }

    /// @inheritdoc IStaking
    function delegate(address account) external payable returns (uint128 shares) {
        Pool storage pool = pools[account];
        if (pool.place == 0) revert NotListed(account);
        if (pool.pendingSlashes > 0) revert SlashPending(account);
        return _add(pool, account);
    }

    /// @inheritdoc IStaking
    function unbond(address account, uint128 shares) external returns (uint64 id) {
        Pool storage pool = pools[account];
        uint128 held = position[account][msg.sender];
        if (shares > held) revert TooFewShares(held, shares);
        uint128 amountWei = _worth(shares, pool.stakeWei, pool.shares);
        if (amountWei == 0) revert NothingMoved();
        position[account][msg.sender] = held - shares;
        pool.stakeWei -= amountWei;
        pool.shares -= shares;
        _unfreshen(pool, amountWei);
        uint128 minted = _buys(amountWei, pool.unbondingWei, pool.unbondingShares);
        pool.unbondingWei += amountWei;
        pool.unbondingShares += minted;
        id = ++tickets;
        uint64 delayS = uint256(PARAMETERS.value(IParameters.Key.UnbondingDelayS)).toUint64();
        uint64 readyS = uint64(block.timestamp) + delayS;
        stubs[id] = Stub(msg.sender, readyS, account, uint256(minted).toUint96());
        emit Unbonding(msg.sender, account, id, amountWei, shares, readyS);
        if (msg.sender == account) _delistIfBelow(pool, account);
    }

    /// @inheritdoc IStaking
    function withdraw(uint64 id) external nonReentrant {
        Stub memory stub = stubs[id];
        if (stub.owner != msg.sender) revert NotTicketOwner(id, msg.sender);
        if (block.timestamp < stub.readyS) revert TooEarly(stub.readyS);
        Pool storage pool = pools[stub.validator];
        if (pool.pendingSlashes > 0) revert SlashPending(stub.validator);
        uint128 amountWei = _worth(stub.unbondingShares, pool.unbondingWei, pool.unbondingShares);
        delete stubs[id];
        pool.unbondingWei -= amountWei;
        pool.unbondingShares -= stub.unbondingShares;
        emit Withdrawn(msg.sender, amountWei);
        Address.sendValue(payable(msg.sender), amountWei);
    }

    /// @inheritdoc IStaking
    function withdrawReward(address account) external nonReentrant {
        uint128 amountWei = withdrawableWei[account];
        if (amountWei == 0) revert NothingToWithdraw(account);
        withdrawableWei[account] = 0;
        emit Withdrawn(account, amountWei);
        Address.sendValue(payable(account), amountWei);
    }

    /// @inheritdoc IStaking
    function reward(address account) external payable onlyAttestations {
        Pool storage pool = pools[account];
        uint128 amountWei = msg.value.toUint128();
        // Nobody to share with: all of it becomes the validator's own.
        uint128 commissionWei = pool.shares == 0
            ? amountWei
            : uint128(uint256(amountWei) * pool.commissionPpm / WHOLE_PPM);
        pool.stakeWei += amountWei - commissionWei;
        uint128 shares = _buys(commissionWei, pool.stakeWei, pool.shares);
        pool.stakeWei += commissionWei;
        pool.shares += shares;
        position[account][account] += shares;
        emit Rewarded(account, amountWei, commissionWei);
    }

    /// @inheritdoc IStaking
    function proposeSlash(address account, bytes32 evidence, address challenger)
        external
        onlyAttestations
        returns (uint64 id)
    {
        id = ++slashes;
        uint64 delayS = uint256(PARAMETERS.value(IParameters.Key.VetoDelayS)).toUint64();
        uint64 executableS = uint64(block.timestamp) + delayS;
        slashOf[id] = Slash({
            validator: account,
            executableS: executableS,
            status: SlashStatus.Pending,
            challenger: challenger,
            slashPpm: uint256(PARAMETERS.value(IParameters.Key.SlashPpm)).toUint32(),
            challengerPpm: uint256(PARAMETERS.value(IParameters.Key.ChallengerPpm)).toUint32(),
            evidence: evidence
        });
        ++pools[account].pendingSlashes;
        emit SlashProposed(id, account, evidence, executableS);
    }

    /// @inheritdoc IStaking
    function executeSlash(uint64 id) external {
        Slash storage found = _pending(id);
        if (block.timestamp < found.executableS) revert TooEarly(found.executableS);
        found.status = SlashStatus.Executed;
        address account = found.validator;
        Pool storage pool = pools[account];
        --pool.pendingSlashes;
        uint128 stakeWei = uint128(uint256(pool.stakeWei) * found.slashPpm / WHOLE_PPM);
        uint128 unbondingWei = uint128(uint256(pool.unbondingWei) * found.slashPpm / WHOLE_PPM);
        pool.stakeWei -= stakeWei;
        pool.unbondingWei -= unbondingWei;
        uint128 amountWei = stakeWei + unbondingWei;
        uint128 rewardWei = uint128(uint256(amountWei) * found.challengerPpm / WHOLE_PPM);
        withdrawableWei[found.challenger] += rewardWei;
        withdrawableWei[FeeSplit.BURN] += amountWei - rewardWei;
        emit SlashExecuted(id, account, amountWei);
        _delistIfBelow(pool, account);
    }

    /// @inheritdoc IStaking
    function veto(uint64 id) external {
        Slash storage found = _pending(id);
        bool mayVeto = msg.sender == PARAMETERS.guardian() || msg.sender == PARAMETERS.GOVERNANCE();
        if (!mayVeto) revert MayNotVeto(msg.sender);
        if (block.timestamp >= found.executableS) revert TooLate(found.executableS);
        found.status = SlashStatus.Vetoed;
        --pools[found.validator].pendingSlashes;
        emit SlashVetoed(id, found.validator);
    }

    /// @inheritdoc IStaking
    function validators() external view returns (address[] memory) {
        return listed;
    }

    /// @inheritdoc IStaking
    function validator(address account) external view returns (Validator memory) {
        Pool storage pool = pools[account];
        return Validator({
            stakeWei: pool.stakeWei,
            shares: pool.shares,
            unbondingWei: pool.unbondingWei,
            unbondingShares: pool.unbondingShares,
            commissionPpm: pool.commissionPpm,
            pendingSlashes: pool.pendingSlashes,
            isListed: pool.place != 0
        });
    }

    /// @inheritdoc IStaking
    function weightWei(address account) external view returns (uint128) {
        Pool storage pool = pools[account];
        (, uint128 freshWei, uint128 olderWei) = _freshness(pool);
        return uint128(Math.saturatingSub(pool.stakeWei, uint256(freshWei) + olderWei));
    }

    /// @inheritdoc IStaking
    function weiOf(address account, address owner) public view returns (uint128) {
        Pool storage pool = pools[account];
        return _worth(position[account][owner], pool.stakeWei, pool.shares);
    }

    /// @inheritdoc IStaking
    function ticket(uint64 id) external view returns (Ticket memory) {
        Stub memory stub = stubs[id];
        return Ticket(stub.owner, stub.readyS, stub.validator, stub.unbondingShares);
    }

    /// @inheritdoc IStaking
    function slash(uint64 id) external view returns (Slash memory) {
        return slashOf[id];
    }

    /// @dev Adds the value sent to the caller's stake with `account`.
    function _add(Pool storage pool, address account) private returns (uint128 shares) {
        uint128 amountWei = msg.value.toUint128();
        shares = _buys(amountWei, pool.stakeWei, pool.shares);
        if (shares == 0) revert NothingMoved();
        (uint40 freshS, uint128 freshWei, uint128 olderWei) = _freshness(pool);
        (pool.freshS, pool.freshWei, pool.olderWei) = (freshS, freshWei + amountWei, olderWei);
        pool.stakeWei += amountWei;
        pool.shares += shares;
        position[account][msg.sender] += shares;
        emit Delegated(msg.sender, account, amountWei, shares);
    }

    /// @dev What was added in the present stretch and in the one before it. A stretch begins with the
    /// first addition after the last stretch and lasts at least a challenge window.
    function _freshness(Pool storage pool)
        private
        view
        returns (uint40 freshS, uint128 freshWei, uint128 olderWei)
    {
        uint256 windowS = PARAMETERS.value(IParameters.Key.ChallengeWindowS);
        uint256 sinceS = block.timestamp - pool.freshS;
        if (sinceS < windowS) return (pool.freshS, pool.freshWei, pool.olderWei);
        return (uint40(block.timestamp), 0, sinceS < 2 * windowS ? pool.freshWei : 0);
    }

    /// @dev What leaves is taken from what was added last, so that adding and unbonding stake does not
    /// lower a validator's weight.
    function _unfreshen(Pool storage pool, uint128 amountWei) private {
        (uint40 freshS, uint128 freshWei, uint128 olderWei) = _freshness(pool);
        if (freshWei + olderWei == 0) return;
        uint128 freshLessWei = uint128(Math.min(amountWei, freshWei));
        uint128 olderLessWei = uint128(Math.min(amountWei - freshLessWei, olderWei));
        pool.freshS = freshS;
        (pool.freshWei, pool.olderWei) = (freshWei - freshLessWei, olderWei - olderLessWei);
    }

    /// @dev Takes a validator off the list when its own stake is below the least of its registration.
    function _delistIfBelow(Pool storage pool, address account) private {
        uint256 place = pool.place;
        if (place == 0 || weiOf(account, account) >= pool.leastOwnWei) return;
        address last = listed[listed.length - 1];
        listed[place - 1] = last;
        pools[last].place = uint8(place);
        pool.place = 0;
        listed.pop();
        emit Delisted(account);
    }

    function _pending(uint64 id) private view returns (Slash storage found) {
        found = slashOf[id];
        if (found.status != SlashStatus.Pending) revert SlashNotPending(id);
    }

    /// @dev What `shares` of a pool are worth, rounded down.
    function _worth(uint128 shares, uint128 poolWei, uint128 poolShares)
        private
        pure
        returns (uint128)
    {
        if (shares == 0) return 0;
        return uint128(uint256(shares) * poolWei / poolShares);
    }

    /// @dev Shares that an amount buys, rounded down; one per wei in an empty pool.
    function _buys(uint128 amountWei, uint128 poolWei, uint128 poolShares)
        private
        pure
        returns (uint128)
    {
        if (poolShares == 0) return amountWei;
        return (uint256(amountWei) * poolShares / poolWei).toUint128();
    }
}
