//! What an account does on the chain: planned, tried out on the latest state, sent once.

mod plan;

use primitives::{Address, B256, Key, U256, Wei};
use serde_json::{Map, Value};
use settlement::{ChainClient as _, ContractCall, SignedTransaction, Terms};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, unhex, wei};
use crate::keys::lock;
use crate::outbox::refused;
use crate::tables::{ACTIONS, StoredReply};
use crate::wire::{Action, Outcome, RawTransaction, SigningTerms, Step, Submit, TransactionResult};

pub(crate) use plan::shown_id;

use plan::Plan;

/// Longest idempotency key.
const KEY_BYTES_MAX: usize = 256;

impl Core {
    /// Tries an action out, or does it.
    pub(crate) fn act(&self, request: &Submit) -> Result<Outcome, ApiError> {
        self.tick()?;
        let account = self.keys.resolve(&request.account)?;
        if request.dry_run {
            let plan = self.plan(account, &request.action)?;
            return self.try_out(account, &plan);
        }
        let key = self.keys.require(&request.account)?;
        let Some(once) = &request.idempotency_key else { return self.do_once(&key, request, None) };
        if once.is_empty() || once.len() > KEY_BYTES_MAX {
            let message = format!("an idempotency key has 1 to {KEY_BYTES_MAX} bytes");
            return Err(
                ApiError::bad_input("bad_value", message).detail("param", "idempotency_key")
            );
        }
        let once = primitives::keccak256([account.as_slice(), once.as_bytes()].concat());
        let _turn = lock(&self.acting);
        match self.read(|tables| tables.get(&ACTIONS, &once))? {
            Some(known) => {
                let outcome = serde_json::from_str(&known.reply).map_err(ApiError::internal)?;
                self.completed(outcome, &request.action)
            }
            None => self.do_once(&key, request, Some(once)),
        }
    }

    fn do_once(
        &self,
        key: &Key,
        request: &Submit,
        once: Option<B256>,
    ) -> Result<Outcome, ApiError> {
        let account = key.address();
        let plan = self.plan(account, &request.action)?;
        let outcome = self.try_out(account, &plan)?;
        if let Some(refusal) = outcome.refusal {
            return Err(plan::refusal(refusal, &request.action));
        }
        self.remember_plan(account, &plan)?;
        let outcome = Outcome { dry_run: false, terms: None, ..outcome };
        let calls: Vec<ContractCall> = plan.steps.iter().map(|(_, call)| call.clone()).collect();
        let mut noted = Ok(outcome);
        let purpose = plan.steps.first().map_or("act", |(what, _)| what.as_str());
        self.send_noted(key, &calls, purpose, |signed, tables| {
            if let Ok(outcome) = &mut noted {
                name_transactions(outcome, signed);
                let reply = serde_json::to_string(outcome).unwrap_or_default();
                if let Some(once) = once {
                    tables.insert(&ACTIONS, &once, &StoredReply { reply })?;
                }
            }
            Ok(())
        })?;
        if matches!(request.action, Action::Deposit { .. } | Action::Fund { .. }) {
            self.refresh_payer(account, Wei::ZERO)?;
        }
        noted.and_then(|outcome| self.completed(outcome, &request.action))
    }

    /// Runs a plan on the latest state; nothing is sent.
    fn try_out(&self, account: Address, plan: &Plan) -> Result<Outcome, ApiError> {
        let mut outcome = Outcome {
            account: hex(account),
            name: self.keys.name_of(account),
            dry_run: true,
            facts: plan.facts.clone(),
            terms: Some(self.signing_terms(account)?),
            ..Outcome::default()
        };
        let mut value = Wei::ZERO;
        let mut gas = 0_u64;
        for (what, call) in &plan.steps {
            value = value.checked_add(call.value).map_err(ApiError::internal)?;
            self.check_balance(account, value)?;
            let tried = match self.chain.simulate(account, call) {
                Ok(tried) => tried,
                Err(settlement::ChainError::Refused(refusal)) => {
                    outcome.refusal.get_or_insert_with(|| refusal.to_string());
                    continue;
                }
                Err(error) => return Err(refused(error)),
            };
            gas = gas.saturating_add(tried.gas_used);
            if plan.gives_ticket {
                let ticket = U256::try_from_be_slice(&tried.output).unwrap_or_default();
                outcome.facts.insert("ticket".to_owned(), ticket.saturating_to::<u64>().into());
            }
            outcome.steps.push(Step {
                what: what.clone(),
                to: call.to.to().map_or_else(String::new, hex),
                value_wei: wei(call.value),
                data: hex(&call.data),
                gas_limit: call.gas_limit,
                gas_used: tried.gas_used,
                transaction: None,
            });
        }
        outcome.gas_wei = self.gas_cost(gas).to_string();
        outcome.value_wei = wei(value);
        Ok(outcome)
    }

    /// What gas costs now, in wei.
    pub(crate) fn gas_cost(&self, gas: u64) -> u128 {
        u128::from(gas).saturating_mul(self.chain.gas_price_wei())
    }

    fn check_balance(&self, account: Address, value: Wei) -> Result<(), ApiError> {
        let balance = self.balance_of(account)?;
        if value == Wei::ZERO || balance > value {
            return Ok(());
        }
        let name = self.keys.name_of(account);
        let message = format!("{name} has {balance}, which does not cover {value} and the gas");
        let status = axum::http::StatusCode::PAYMENT_REQUIRED;
        Err(ApiError::new(status, "insufficient_balance", message)
            .detail("needed_wei", wei(value))
            .detail("available_wei", wei(balance))
            .hint("use less, or send the account OPEN first: openledger account send"))
    }

    /// The outcome with what the chain says of its transactions, and what came of the action.
    fn completed(&self, mut outcome: Outcome, action: &Action) -> Result<Outcome, ApiError> {
        let mut gas_wei = U256::ZERO;
        for step in &mut outcome.steps {
            let Some(hash) = step.transaction.as_deref() else { continue };
            let hash = crate::hex::parse_id("transaction", hash)?;
            let receipt = self.chain.chain.receipt(hash).map_err(ApiError::internal)?;
            let Some(receipt) = receipt else { continue };
            step.gas_used = receipt.gas_used;
            gas_wei += U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        }
        outcome.gas_wei = gas_wei.to_string();
        self.add_facts(&mut outcome.facts, action, &outcome.account)?;
        Ok(outcome)
    }

    /// What a transaction of `account` must be bound to.
    pub(crate) fn signing_terms(&self, account: Address) -> Result<SigningTerms, ApiError> {
        let fees = self.chain.fees().map_err(ApiError::internal)?;
        Ok(SigningTerms {
            chain_id: self.config.chain_id,
            nonce: self.chain.nonce(account).map_err(ApiError::internal)?,
            max_fee_per_gas_wei: fees.max_fee_per_gas_wei.to_string(),
            max_priority_fee_per_gas_wei: fees.max_priority_fee_per_gas_wei.to_string(),
        })
    }

    /// Hands over a transaction that somebody else signed, and waits for its block. Sending it
    /// again does nothing.
    pub(crate) fn take_transaction(
        &self,
        request: &RawTransaction,
    ) -> Result<TransactionResult, ApiError> {
        let raw = unhex(&request.raw).ok_or_else(|| {
            ApiError::bad_input("bad_value", "raw is not 0x-hex").detail("param", "raw")
        })?;
        let hash = settlement::ChainClient::submit(&*self.chain, &raw.into()).map_err(|error| {
            ApiError::bad_input("bad_transaction", crate::error::chain(&error))
                .hint("a dry run tells the nonce and the fees to sign with")
        })?;
        crate::outbox::wait_all(&self.chain, &[hash])?;
        let outcome = self.chain.outcome(hash).map_err(ApiError::internal)?;
        let outcome =
            outcome.ok_or_else(|| ApiError::internal("a sealed transaction has no receipt"))?;
        Ok(TransactionResult {
            transaction: hex(hash),
            succeeded: outcome.succeeded,
            block: outcome.block_number,
            gas_used: outcome.gas_used,
        })
    }
}

fn name_transactions(outcome: &mut Outcome, signed: &[SignedTransaction]) {
    for (step, transaction) in outcome.steps.iter_mut().zip(signed) {
        step.transaction = Some(hex(transaction.hash));
    }
}

/// Signs the steps of a dry run with a key that no node knows; to be handed to
/// `POST /api/v1/transactions` in this order.
///
/// # Errors
/// [`ApiError`] for an outcome that is no dry run, or another account's.
pub fn signed_steps(outcome: &Outcome, key: &Key) -> Result<Vec<String>, ApiError> {
    let missing = || ApiError::bad_input("bad_value", "the outcome is not that of a dry run");
    let terms = outcome.terms.as_ref().ok_or_else(missing)?;
    let number = |text: &str| text.parse::<u128>().map_err(|_no_number| missing());
    let fees = settlement::Fees {
        max_fee_per_gas_wei: number(&terms.max_fee_per_gas_wei)?,
        max_priority_fee_per_gas_wei: number(&terms.max_priority_fee_per_gas_wei)?,
    };
    if hex(key.address()) != outcome.account {
        let message = format!("the key is that of {}, not of {}", key.address(), outcome.account);
        return Err(ApiError::bad_input("bad_key", message));
    }
    let signed = outcome.steps.iter().zip(terms.nonce..).map(|(step, nonce)| {
        let call = ContractCall {
            to: primitives_call(&step.to)?,
            value: Wei::new(number(&step.value_wei)?),
            data: unhex(&step.data).ok_or_else(missing)?.into(),
            gas_limit: step.gas_limit,
        };
        let signed = call.sign(key, &Terms { chain_id: terms.chain_id, nonce, fees });
        Ok(hex(&signed.map_err(ApiError::internal)?.raw))
    });
    signed.collect()
}

fn primitives_call(to: &str) -> Result<alloy_primitives::TxKind, ApiError> {
    Ok(alloy_primitives::TxKind::Call(crate::hex::parse_address("to", to)?))
}

/// Facts by name.
type Facts = Map<String, Value>;
