//! What an account does on the chain: asked for, tried out, sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Asks for an action of one account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Name of the account that acts; with `dry_run` also an address.
    pub account: String,
    /// What it does.
    pub action: Action,
    /// Try it out on the latest state, tell what would happen, send nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// A request repeated with the same key is done once and answered as the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// What an account can do on the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Sends OPEN.
    Send {
        /// To whom, name or address.
        to: String,
        /// How much.
        amount_wei: String,
    },
    /// Puts OPEN into the fee escrow and raises what a host may capture by as much.
    Deposit {
        /// How much.
        amount_wei: String,
        /// The host; default: this node.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
    },
    /// Puts OPEN into the fee escrow for a prepaid channel; vouchers say who may take of it.
    Fund {
        /// How much.
        amount_wei: String,
    },
    /// Asks deposited OPEN back; it can be taken out after the withdrawal delay.
    RequestWithdrawal {
        /// How much.
        amount_wei: String,
    },
    /// Takes out what was asked back long enough ago.
    ExecuteWithdrawal {},
    /// Names who receives the account's claims from the payee delay on.
    SetPayee {
        /// Name or address.
        payee: String,
    },
    /// Registers the account as a validator with its own stake.
    RegisterValidator {
        /// What it keeps of its delegators' rewards.
        commission_ppm: u32,
        /// Its own first stake.
        amount_wei: String,
    },
    /// Stakes OPEN with a validator.
    Stake {
        /// Name or address; default: the account itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validator: Option<String>,
        /// How much.
        amount_wei: String,
    },
    /// Takes stake out of a validator; it can be withdrawn after the unbonding delay.
    Unbond {
        /// Name or address; default: the account itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validator: Option<String>,
        /// How much; default: everything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_wei: Option<String>,
    },
    /// Withdraws unbonded stake.
    WithdrawStake {
        /// The ticket that unbonding gave.
        ticket: u64,
    },
    /// Wraps OPEN into votes.
    Wrap {
        /// How much.
        amount_wei: String,
    },
    /// Turns votes back into OPEN.
    Unwrap {
        /// How much.
        amount_wei: String,
    },
    /// Lets somebody vote with the account's votes.
    Delegate {
        /// Name or address; the account itself to vote on its own.
        to: String,
        /// OPEN to turn into votes before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_wei: Option<String>,
    },
    /// A validator's word for a pending period.
    Attest {
        /// The period.
        period: u64,
        /// Which step of it.
        step: AttestStep,
    },
    /// Proposes a change to everybody who votes.
    Propose {
        /// What to change.
        change: Change,
        /// Why, for the voters.
        description: String,
    },
    /// Votes on a proposal.
    Vote {
        /// The proposal's number or id.
        proposal: String,
        /// For, against or neither.
        support: Support,
    },
    /// Queues a proposal that won.
    Queue {
        /// The proposal's number or id.
        proposal: String,
    },
    /// Executes a queued proposal whose delay is over.
    Execute {
        /// The proposal's number or id.
        proposal: String,
    },
    /// Takes rewards and bonds that are the account's own.
    WithdrawRewards {},
    /// Disables a pending period and all after it; the guardian's alone.
    Disable {
        /// The period.
        period: u64,
    },
    /// Sends a fraud proof, as `openledger dispute prove` makes it.
    Prove {
        /// ABI-encoded call of the disputes contract, 0x-hex.
        call: String,
    },
}

/// A step of attesting a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttestStep {
    /// Draw the validators, by stake; anybody may.
    Draw,
    /// Attest to have recomputed the period; a drawn validator's alone.
    Attest,
    /// Share the validators' part of the fees among those who attested; anybody may.
    Distribute,
}

/// A vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// Against it.
    Against,
    /// For it.
    For,
    /// Neither, but counted for the quorum.
    Abstain,
}

/// What a proposal changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// How fees are divided from then on; parts not named stay.
    Split {
        /// To the contributors.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contributors_ppm: Option<u32>,
        /// To the adapter's owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_ppm: Option<u32>,
        /// To the host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host_ppm: Option<u32>,
        /// To the validators.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validators_ppm: Option<u32>,
        /// To the treasury.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        treasury_ppm: Option<u32>,
        /// Burnt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        burn_ppm: Option<u32>,
    },
    /// One parameter.
    Setting {
        /// Its name, as `openledger parameters show` has it.
        key: String,
        /// Its new value: an amount in wei, seconds or parts per million.
        value: String,
    },
    /// Any call of any contract, in the name of the timelock.
    Call {
        /// The contract.
        to: String,
        /// OPEN of the treasury sent along.
        #[serde(default)]
        value_wei: String,
        /// Selector and arguments, 0x-hex.
        data: String,
    },
}

/// What an action did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Address of the account that acts.
    pub account: String,
    /// Its name here, or its address.
    pub name: String,
    /// Whether nothing was sent.
    pub dry_run: bool,
    /// Why the contract refuses; only with `dry_run`, an error otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// One transaction each, in order.
    pub steps: Vec<Step>,
    /// What all of them cost in gas, in wei; with `dry_run` at the present price.
    pub gas_wei: String,
    /// The OPEN that goes along, in wei.
    pub value_wei: String,
    /// What came of it: for example `proposal`, `ticket`, `shares`, `withdrawable_s`.
    #[serde(default)]
    pub facts: Map<String, Value>,
    /// What an external signer needs besides the steps; only with `dry_run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<SigningTerms>,
}

/// One transaction of an action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it does, in a few words.
    pub what: String,
    /// The contract or account called.
    pub to: String,
    /// OPEN sent along, in wei.
    pub value_wei: String,
    /// Selector and arguments, 0x-hex.
    pub data: String,
    /// The most gas that it may use.
    pub gas_limit: u64,
    /// The gas that it used or would use.
    pub gas_used: u64,
    /// Its hash; absent with `dry_run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
}

/// What a transaction's signature binds it to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningTerms {
    /// EIP-155 id of the chain.
    pub chain_id: u64,
    /// The sender's next nonce; later steps take the following ones.
    pub nonce: u64,
    /// The most that is paid per gas, in wei.
    pub max_fee_per_gas_wei: String,
    /// Of it, the most that goes to the block's producer, in wei.
    pub max_priority_fee_per_gas_wei: String,
}

/// A transaction that somebody else signed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTransaction {
    /// EIP-2718 encoding, 0x-hex.
    pub raw: String,
}

/// What became of a transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransactionResult {
    /// Its hash.
    pub transaction: String,
    /// Whether it did what it should.
    pub succeeded: bool,
    /// The block that holds it.
    pub block: u64,
    /// The gas that it used.
    pub gas_used: u64,
}
