//! Which calls an action makes, and what came of it.

use primitives::{Address, SharePpm, U256, Wei};
use serde_json::json;
use settlement::{ContractCall, Parameter, Proposal, SplitOptions, Vote};

use super::Facts;
use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, parse_address, parse_wei, unhex, wei};
use crate::tables::{StoredProposal, StoredTicket, TICKETS};
use crate::wire::{Action, Change, Support};

/// How long a host may rely on an authorization, in seconds.
const AUTHORIZED_S: u64 = 10 * 365 * 24 * 60 * 60;
/// Gas of a call that a proposal makes; the timelock pays none of it.
const GAS_PROPOSED: u64 = 2_000_000;
const GAS_PROVE: u64 = 8_000_000;
/// Tickets that may be drawn between trying an unbonding out and doing it.
const TICKETS_BETWEEN: u64 = 16;

/// What an action does: calls that do not rest on each other, and what is known of it beforehand.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<(String, ContractCall)>,
    pub(super) facts: Facts,
    /// Whether its call returns the number of a ticket.
    pub(super) gives_ticket: bool,
    /// To be remembered before the proposal is sent.
    proposal: Option<StoredProposal>,
}

impl Plan {
    fn one(what: impl Into<String>, call: ContractCall) -> Self {
        Self { steps: vec![(what.into(), call)], ..Self::default() }
    }

    fn with(mut self, name: &str, fact: impl Into<serde_json::Value>) -> Self {
        self.facts.insert(name.to_owned(), fact.into());
        self
    }
}

impl Core {
    /// The calls of an action by `account`.
    pub(super) fn plan(&self, account: Address, action: &Action) -> Result<Plan, ApiError> {
        match action {
            Action::Send { to, amount_wei } => {
                let (to, amount) = (self.keys.resolve(to)?, positive(amount_wei)?);
                let call = ContractCall::transfer(to, amount);
                Ok(Plan::one(format!("send {amount} to {}", self.keys.name_of(to)), call))
            }
            Action::Deposit { .. }
            | Action::Fund { .. }
            | Action::RequestWithdrawal { .. }
            | Action::ExecuteWithdrawal {}
            | Action::SetPayee { .. } => self.plan_money(account, action),
            Action::RegisterValidator { .. }
            | Action::Stake { .. }
            | Action::Unbond { .. }
            | Action::WithdrawStake { .. }
            | Action::Attest { .. } => self.plan_stake(account, action),
            Action::Prove { call } => {
                let data = unhex(call).ok_or_else(|| {
                    ApiError::bad_input("bad_value", "call is not 0x-hex").detail("param", "call")
                })?;
                let to = alloy_primitives::TxKind::Call(self.contracts.disputes);
                let (value, gas_limit) = (Wei::ZERO, GAS_PROVE);
                let call = ContractCall { to, value, data: data.into(), gas_limit };
                Ok(Plan::one("prove a wrong", call))
            }
            Action::Disable { period } => {
                let call = self.contracts.disable(*period);
                Ok(Plan::one(format!("disable period {period}"), call))
            }
            Action::WithdrawRewards {} => self.plan_withdrawal(account),
            _ => self.plan_vote(account, action),
        }
    }

    /// Takes what waits for an account in the contracts that owe rewards and bonds.
    fn plan_withdrawal(&self, account: Address) -> Result<Plan, ApiError> {
        let owed =
            self.contracts.withdrawable(&*self.chain, account).map_err(ApiError::internal)?;
        let mut plan = Plan::default();
        if owed > Wei::ZERO {
            let call = self.contracts.withdraw_bonds(account);
            plan.steps.push((format!("take {owed} of rewards and bonds"), call));
        }
        for (what, call) in [
            ("take rewards of slashes", self.contracts.withdraw_reward(account)),
            ("take bonds of demands", self.contracts.withdraw_demands(account)),
        ] {
            if self.chain.simulate(account, &call).is_ok() {
                plan.steps.push((what.to_owned(), call));
            }
        }
        if plan.steps.is_empty() {
            let message = format!("nothing waits for {}", self.keys.name_of(account));
            return Err(ApiError::conflict("nothing_to_withdraw", message)
                .hint("rewards come with `openledger dispute prove`"));
        }
        Ok(plan)
    }

    fn plan_money(&self, account: Address, action: &Action) -> Result<Plan, ApiError> {
        let contracts = &self.contracts;
        match action {
            Action::Deposit { amount_wei, host } => {
                let amount = positive(amount_wei)?;
                let host = host.as_deref().map(|host| self.keys.resolve(host)).transpose()?;
                let host = host.unwrap_or_else(|| self.keys.host());
                let before = contracts.account(&*self.chain, account, host);
                let before = before.map_err(ApiError::internal)?;
                let limit = before.limit.checked_add(amount).map_err(ApiError::internal)?;
                let expires_s = now_s().saturating_add(AUTHORIZED_S);
                let mut plan = Plan::one(
                    format!("put {amount} into escrow"),
                    contracts.deposit_for(account, amount),
                );
                let what = format!("let {} capture up to {limit}", self.keys.name_of(host));
                plan.steps.push((what, contracts.authorize(host, limit, expires_s)));
                Ok(plan)
            }
            Action::Fund { amount_wei } => {
                let amount = positive(amount_wei)?;
                let call = contracts.deposit_for(account, amount);
                Ok(Plan::one(format!("put {amount} into escrow"), call))
            }
            Action::RequestWithdrawal { amount_wei } => {
                let amount = positive(amount_wei)?;
                let call = contracts.request_withdrawal(amount);
                Ok(Plan::one(format!("ask {amount} back from escrow"), call))
            }
            Action::SetPayee { payee } => {
                let payee = self.keys.resolve(payee)?;
                let what = format!("let {} receive the claims", self.keys.name_of(payee));
                Ok(Plan::one(what, contracts.set_payee(payee)).with("payee", hex(payee)))
            }
            _ => Ok(Plan::one("take out what was asked back", contracts.execute_withdrawal())),
        }
    }

    fn plan_stake(&self, account: Address, action: &Action) -> Result<Plan, ApiError> {
        let contracts = &self.contracts;
        let resolved = |validator: &Option<String>| match validator {
            Some(validator) => self.keys.resolve(validator),
            None => Ok(account),
        };
        match action {
            Action::RegisterValidator { commission_ppm, amount_wei } => {
                let commission = SharePpm::new(*commission_ppm).map_err(|error| {
                    ApiError::bad_input("bad_value", error.to_string())
                        .detail("param", "commission_ppm")
                })?;
                let amount = positive(amount_wei)?;
                let what = format!("register as a validator with {amount}");
                Ok(Plan::one(what, contracts.register_validator(commission, amount)))
            }
            Action::Stake { validator, amount_wei } => {
                let (validator, amount) = (resolved(validator)?, positive(amount_wei)?);
                let what = format!("stake {amount} with {}", self.keys.name_of(validator));
                let plan = Plan::one(what, contracts.delegate(validator, amount));
                Ok(plan.with("validator", hex(validator)))
            }
            Action::Unbond { validator, amount_wei } => {
                let validator = resolved(validator)?;
                let held = contracts.position(&*self.chain, validator, account);
                let held = held.map_err(ApiError::internal)?;
                let amount =
                    amount_wei.as_deref().map(positive).transpose()?.unwrap_or(held.amount);
                let shares = shares_of(amount, held.amount, held.shares).ok_or_else(|| {
                    too_little_stake(&self.keys.name_of(validator), amount, held.amount)
                })?;
                let what = format!("unbond {amount} from {}", self.keys.name_of(validator));
                let mut plan = Plan::one(what, contracts.unbond(validator, shares));
                plan.gives_ticket = true;
                Ok(plan.with("validator", hex(validator)).with("amount_wei", wei(amount)))
            }
            Action::Attest { period, step } => {
                let (what, call) = self.attestation(*period, *step)?;
                Ok(Plan::one(what, call))
            }
            Action::WithdrawStake { ticket } => {
                let call = contracts.withdraw_stake(*ticket);
                Ok(Plan::one(format!("withdraw ticket {ticket}"), call))
            }
            _ => Err(ApiError::internal("no action of stake")),
        }
    }

    fn plan_vote(&self, account: Address, action: &Action) -> Result<Plan, ApiError> {
        let contracts = &self.contracts;
        let named = |proposal: &str| self.proposal_id(proposal);
        let about = |plan: Plan, id: U256| plan.with("proposal", shown_id(id));
        match action {
            Action::Wrap { amount_wei } => {
                let amount = positive(amount_wei)?;
                Ok(Plan::one(format!("turn {amount} into votes"), contracts.wrap_votes(amount)))
            }
            Action::Unwrap { amount_wei } => {
                let amount = positive(amount_wei)?;
                Ok(Plan::one(
                    format!("turn {amount} of votes back"),
                    contracts.unwrap_votes(amount),
                ))
            }
            Action::Delegate { to, amount_wei } => {
                let to = self.keys.resolve(to)?;
                let what = format!("let {} vote", self.keys.name_of(to));
                let mut plan = Plan::one(what, contracts.delegate_votes(to));
                if let Some(amount) = amount_wei.as_deref().map(positive).transpose()? {
                    let call = contracts.wrap_votes(amount);
                    plan.steps.insert(0, (format!("turn {amount} into votes"), call));
                }
                Ok(plan.with("delegate", hex(to)))
            }
            Action::Propose { change, description } => {
                self.plan_proposal(account, change, description)
            }
            Action::Vote { proposal, support } => {
                let id = named(proposal)?;
                let vote = match support {
                    Support::Against => Vote::Against,
                    Support::For => Vote::For,
                    Support::Abstain => Vote::Abstain,
                };
                Ok(about(Plan::one(format!("vote {support:?}"), contracts.cast_vote(id, vote)), id))
            }
            Action::Queue { proposal } => {
                let id = named(proposal)?;
                Ok(about(Plan::one("queue the proposal", contracts.queue_proposal(id)), id))
            }
            Action::Execute { proposal } => {
                let id = named(proposal)?;
                Ok(about(Plan::one("execute the proposal", contracts.execute_proposal(id)), id))
            }
            _ => Err(ApiError::internal("no action of voters")),
        }
    }

    fn plan_proposal(
        &self,
        account: Address,
        change: &Change,
        description: &str,
    ) -> Result<Plan, ApiError> {
        let (shown, call) = self.changing(change)?;
        let proposal = Proposal { calls: vec![call], description: description.to_owned() };
        let id = proposal.id();
        let row = StoredProposal {
            id: id.into(),
            proposer: account,
            description: description.to_owned(),
            calls: vec![shown.clone()],
            timeS: self.chain_now_s(),
        };
        let mut plan = Plan::one(format!("propose: {shown}"), self.contracts.propose(&proposal));
        plan.proposal = Some(row);
        Ok(plan.with("proposal", shown_id(id)).with("change", shown))
    }

    /// A change in words, and the call that makes it.
    fn changing(&self, change: &Change) -> Result<(String, ContractCall), ApiError> {
        match change {
            Change::Split { .. } => {
                let now = self.contracts.current_split(&*self.chain).map_err(ApiError::internal)?;
                let (shown, split) = changed_split(&now.options, change)?;
                Ok((shown, self.contracts.set_split(&split)))
            }
            Change::Setting { key, value } => {
                let parameter = Parameter::named(key).ok_or_else(|| {
                    ApiError::bad_input(
                        "no_such_parameter",
                        format!("there is no parameter {key:?}"),
                    )
                    .hint("`openledger parameters show` lists all")
                })?;
                let value = parse_wei("value", value)?.get();
                Ok((format!("{key} = {value}"), self.contracts.set_parameter(parameter, value)))
            }
            Change::Call { to, value_wei, data } => {
                let value_wei = if value_wei.is_empty() { "0" } else { value_wei };
                let target = parse_address("to", to)?;
                let bytes = unhex(data).ok_or_else(|| {
                    ApiError::bad_input("bad_value", "data is not 0x-hex").detail("param", "data")
                })?;
                let call = ContractCall {
                    to: alloy_primitives::TxKind::Call(target),
                    value: parse_wei("value_wei", value_wei)?,
                    data: bytes.into(),
                    gas_limit: GAS_PROPOSED,
                };
                Ok((format!("call {to} with {data}"), call))
            }
        }
    }

    /// Writes down what a proposal says before it is sent.
    pub(super) fn remember_plan(&self, account: Address, plan: &Plan) -> Result<(), ApiError> {
        plan.proposal.as_ref().map_or(Ok(()), |row| self.remember_proposal(account, row))
    }

    /// What came of an action, as the chain has it now.
    pub(super) fn add_facts(
        &self,
        facts: &mut Facts,
        action: &Action,
        account: &str,
    ) -> Result<(), ApiError> {
        let account = parse_address("account", account)?;
        if let Some(id) = facts.get("proposal").and_then(|id| id.as_str()).map(str::to_owned) {
            let shown = self.show_proposal(&id)?;
            facts.insert("number".to_owned(), shown.number.into());
            facts.insert("state".to_owned(), shown.state.into());
            facts.insert("voting_from_s".to_owned(), shown.voting_from_s.into());
            facts.insert("voting_until_s".to_owned(), shown.voting_until_s.into());
            if let Some(executable_s) = shown.executable_s {
                facts.insert("executable_s".to_owned(), executable_s.into());
            }
        }
        match action {
            Action::Unbond { .. } => self.add_ticket(facts, account),
            Action::RequestWithdrawal { .. } => {
                let escrow = self.escrow_of(account)?;
                facts.insert("executable_s".to_owned(), escrow.executable_s.into());
                Ok(())
            }
            Action::SetPayee { .. } => {
                let payee = self.contracts.payee(&*self.chain, account);
                let payee = payee.map_err(ApiError::internal)?;
                facts.insert("from_s".to_owned(), payee.from_s.into());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The ticket that an unbonding gave: the one foreseen, or one of the next.
    fn add_ticket(&self, facts: &mut Facts, account: Address) -> Result<(), ApiError> {
        let foreseen = facts.get("ticket").and_then(serde_json::Value::as_u64).unwrap_or_default();
        let known = self.read(|tables| tables.scan(&TICKETS, .., usize::MAX))?;
        for id in foreseen..foreseen.saturating_add(TICKETS_BETWEEN) {
            let ticket = self.contracts.ticket(&*self.chain, id).map_err(ApiError::internal)?;
            let is_new = known.iter().all(|(known, _)| *known != id) || id == foreseen;
            if ticket.owner == account && is_new {
                let amount = facts.get("amount_wei").and_then(|amount| amount.as_str());
                let amount = amount.and_then(|amount| amount.parse().ok()).unwrap_or_default();
                let validator = ticket.validator;
                let row = StoredTicket { owner: account, validator, amountWei: amount };
                self.write(|tables| tables.insert(&TICKETS, &id, &row))?;
                facts.insert("ticket".to_owned(), json!(id));
                facts.insert("withdrawable_s".to_owned(), json!(ticket.ready_s));
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The split after a change: parts not named stay.
fn changed_split(now: &SplitOptions, change: &Change) -> Result<(String, SplitOptions), ApiError> {
    let Change::Split {
        contributors_ppm,
        owner_ppm,
        host_ppm,
        validators_ppm,
        treasury_ppm,
        burn_ppm,
    } = change
    else {
        return Err(ApiError::internal("no change of the split"));
    };
    let part = |given: &Option<u32>, now: SharePpm| match given {
        Some(ppm) => SharePpm::new(*ppm).map_err(|error| {
            ApiError::bad_input("bad_value", error.to_string()).detail("param", "change")
        }),
        None => Ok(now),
    };
    let split = SplitOptions {
        contributors_ppm: part(contributors_ppm, now.contributors_ppm)?,
        owner_ppm: part(owner_ppm, now.owner_ppm)?,
        host_ppm: part(host_ppm, now.host_ppm)?,
        validators_ppm: part(validators_ppm, now.validators_ppm)?,
        treasury_ppm: part(treasury_ppm, now.treasury_ppm)?,
        burn_ppm: part(burn_ppm, now.burn_ppm)?,
    };
    let parts = [
        ("contributors", split.contributors_ppm),
        ("owner", split.owner_ppm),
        ("host", split.host_ppm),
        ("validators", split.validators_ppm),
        ("treasury", split.treasury_ppm),
        ("burn", split.burn_ppm),
    ];
    let sum: u64 = parts.iter().map(|(_, part)| u64::from(part.get())).sum();
    if sum != 1_000_000 {
        let message = format!("the six parts sum to {sum} parts per million, not 1000000");
        return Err(ApiError::bad_input("bad_split", message)
            .detail("sum_ppm", sum)
            .hint("take from one part what you give to another"));
    }
    let shown: Vec<String> =
        parts.iter().map(|(name, part)| format!("{name} {}", part.get())).collect();
    Ok((format!("split = {}", shown.join(", ")), split))
}

/// `⌊shares · amount / whole⌋`; none when the amount is above the whole or nothing.
fn shares_of(amount: Wei, whole: Wei, shares: u128) -> Option<u128> {
    if amount > whole || amount == Wei::ZERO {
        return None;
    }
    let part = U256::from(shares).checked_mul(amount.to_u256())? / whole.to_u256();
    u128::try_from(part).ok()
}

fn too_little_stake(validator: &str, amount: Wei, held: Wei) -> ApiError {
    let message = format!("{amount} cannot be unbonded from {validator}: {held} is staked there");
    ApiError::conflict("too_little_stake", message)
        .detail("staked_wei", wei(held))
        .hint("`openledger stake show ACCOUNT` lists what it has staked, and with whom")
}

fn positive(amount_wei: &str) -> Result<Wei, ApiError> {
    let amount = parse_wei("amount_wei", amount_wei)?;
    if amount == Wei::ZERO {
        return Err(
            ApiError::bad_input("bad_value", "nothing is no amount").detail("param", "amount_wei")
        );
    }
    Ok(amount)
}

/// A proposal's id as the wire shows it.
pub(crate) fn shown_id(id: U256) -> String {
    hex(id.to_be_bytes::<32>())
}

/// A refusal of an action, with the next step where it is known.
pub(super) fn refusal(message: String, action: &Action) -> ApiError {
    let has = |name: &str| message.contains(name);
    let hint = match action {
        _ if has("GovernorAlreadyCastVote") => "this account has voted; nothing more to do",
        _ if has("GovernorNonexistentProposal") => "`openledger proposal list` shows all",
        _ if has("GovernorInsufficientProposerVotes") => {
            "get votes first: openledger delegate ACCOUNT --amount 100; they count from the next second on"
        }
        _ if has("GovernorUnexpectedProposalState") || has("TimelockUnexpectedOperationState") => {
            "`openledger proposal show` tells what the proposal waits for"
        }
        _ if has("TooEarly") || has("executed from second") => "wait until then; nothing is lost",
        _ if has("StakeTooSmall") => "`openledger stake show` tells the least stake",
        _ if has("AlreadyListed") => "it is a validator; add stake with `openledger stake deposit`",
        _ if has("NotListed") => "`openledger stake show` lists the validators",
        _ if has("NotTicketOwner") => "it was withdrawn, or belongs to somebody else",
        _ if has("NothingWrong") => "what the proof is about is true; nothing was lost but gas",
        _ if has("NotPending") => "only a period that is not active yet can be disputed",
        _ => "`--dry-run` tries it without sending anything",
    };
    ApiError::conflict("refused_on_chain", message).hint(hint)
}
