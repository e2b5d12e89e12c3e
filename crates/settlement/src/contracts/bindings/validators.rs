//! Stake and attestations.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IStaking {
        struct Validator {
            uint128 stakeWei;
            uint128 shares;
            uint128 unbondingWei;
            uint128 unbondingShares;
            uint32 commissionPpm;
            uint32 pendingSlashes;
            bool isListed;
        }

        struct Ticket {
            address owner;
            uint64 readyS;
            address validator;
            uint128 unbondingShares;
        }

        struct Slash {
            address validator;
            uint64 executableS;
            uint8 status;
            address challenger;
            uint32 slashPpm;
            uint32 challengerPpm;
            bytes32 evidence;
        }

        error NotAttestations(address caller);
        error MayNotVeto(address caller);
        error CommissionTooHigh(uint32 mostPpm, uint32 commissionPpm);
        error AlreadyListed(address validator);
        error ListFull(uint256 most);
        error StakeTooSmall(uint256 leastWei, uint256 stakeWei);
        error NotListed(address validator);
        error NothingMoved();
        error TooFewShares(uint256 shares, uint256 wanted);
        error NotTicketOwner(uint64 ticket, address caller);
        error TooEarly(uint64 earliestS);
        error TooLate(uint64 latestS);
        error SlashPending(address validator);
        error SlashNotPending(uint64 id);
        error NothingToWithdraw(address account);

        event Unbonding(
            address indexed owner,
            address indexed validator,
            uint64 indexed ticket,
            uint256 amountWei,
            uint256 shares,
            uint64 readyS
        );

        function PARAMETERS() external view returns (address);
        function ATTESTATIONS() external view returns (address);
        function register(uint32 commissionPpm) external payable;
        function delegate(address validator) external payable returns (uint128 shares);
        function unbond(address validator, uint128 shares) external returns (uint64 ticket);
        function withdraw(uint64 ticket) external;
        function withdrawReward(address account) external;
        function executeSlash(uint64 id) external;
        function veto(uint64 id) external;
        function validators() external view returns (address[]);
        function validator(address account) external view returns (Validator);
        function weightWei(address validator) external view returns (uint128);
        function position(address validator, address owner) external view returns (uint128);
        function weiOf(address validator, address owner) external view returns (uint128);
        function ticket(uint64 id) external view returns (Ticket);
        function slash(uint64 id) external view returns (Slash);
        function withdrawableWei(address account) external view returns (uint128);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IAttestations {
        error NotPending(uint64 period);
        error AlreadyDrawn(bytes32 payoutId);
        error NoValidators();
        error Unpunished(bytes32 payoutId);
        error NotDrawn(uint64 period, bytes32 payoutId);
        error NotAssigned(bytes32 payoutId, address validator);
        error AlreadyAttested(bytes32 payoutId, address validator);
        error NotAttested(bytes32 payoutId, address validator);
        error NotActive(uint64 period);
        error NothingToDistribute(uint64 period);
        error NotFraud(bytes32 payoutId);

        function draw(uint64 period) external;
        function attest(uint64 period, bytes32 payoutId) external;
        function distribute(uint64 period) external;
        function punish(uint64 period, bytes32 payoutId, address validator) external;
        function assigned(uint64 period, bytes32 payoutId)
            external view returns (address[]);
        function hasAttested(uint64 period, bytes32 payoutId, address validator)
            external view returns (bool);
        function PAYOUTS() external view returns (address);
        function STAKING() external view returns (address);
        function DISPUTES() external view returns (address);
        function PARAMETERS() external view returns (address);
    }
}
