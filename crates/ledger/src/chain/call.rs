//! Execution that changes nothing: calls, gas estimates, access lists.

use std::collections::BTreeMap;

use alloy_eips::BlockId;
use alloy_evm::{
    Evm as _, EvmEnv, EvmFactory as _,
    eth::EthEvmFactory,
    overrides::{StateOverrideError, apply_state_overrides},
    rpc::TryIntoTxEnv as _,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::{AccessList, AccessListItem, TransactionRequest, state::StateOverride};
use revm::{
    context::{
        TxEnv,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, ResultAndState},
    },
    database::CacheDB,
    state::EvmState,
};

use super::{Chain, reads::resolve};
use crate::{
    error::{CallError, ReadError, StoreError},
    executor::next_header,
    state::StateAt,
    store::Reader,
};

/// Gas of a transfer to an account without code.
const TRANSFER_GAS: u64 = 21_000;
/// Gas that a call with value brings along (EIP-150 stipend).
const CALL_STIPEND: u64 = 2_300;

/// What a call returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallResult {
    /// Returned bytes, or the code that a creation would store.
    pub output: Bytes,
    /// Gas used, refunds deducted.
    pub gas_used: u64,
}

type CallDatabase<'r> = CacheDB<StateAt<'r>>;

/// A request on a state, ready to run any number of times.
struct Simulation<'r> {
    database: CallDatabase<'r>,
    environment: EvmEnv,
    transaction: TxEnv,
}

impl Chain {
    /// Runs a request on the state after a block and returns its output.
    ///
    /// Nonce and signature do not count; fees count only when the request names a gas price.
    ///
    /// # Errors
    ///
    /// [`CallError::Reverted`] with the returned bytes, [`CallError::Halted`],
    /// [`CallError::Invalid`] for a request that cannot run, [`CallError::Read`] for an unknown
    /// block.
    pub fn call(
        &self,
        request: TransactionRequest,
        block: BlockId,
    ) -> Result<CallResult, CallError> {
        self.call_on(request, block, StateOverride::default())
    }

    /// As [`Self::call`], on a state with these changes.
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub fn call_on(
        &self,
        request: TransactionRequest,
        block: BlockId,
        overrides: StateOverride,
    ) -> Result<CallResult, CallError> {
        let reader = self.store.reader()?;
        let mut simulation = self.simulation(&reader, request, block, overrides)?;
        simulation.cap_gas_by_balance()?;
        result_of(simulation.run()?.result)
    }

    /// The least gas limit, give or take 1.5 %, with which the request succeeds.
    ///
    /// A contract may give only 63/64 of its gas to a call (EIP-150), so the gas that was used is
    /// a lower bound and the limit is searched for by bisection, as geth does.
    ///
    /// # Errors
    ///
    /// As [`Self::call`], and [`CallError::GasAllowance`] when no affordable limit suffices.
    pub fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: BlockId,
        overrides: StateOverride,
    ) -> Result<u64, CallError> {
        let reader = self.store.reader()?;
        let mut simulation = self.simulation(&reader, request, block, overrides)?;
        simulation.cap_gas_by_balance()?;
        if simulation.is_plain_transfer()? {
            let highest = std::mem::replace(&mut simulation.transaction.gas_limit, TRANSFER_GAS);
            if simulation.run().is_ok_and(|outcome| outcome.result.is_success()) {
                return Ok(TRANSFER_GAS);
            }
            simulation.transaction.gas_limit = highest;
        }
        simulation.search()
    }

    /// The accounts and slots that the request touches beyond the free ones (EIP-2930), and the
    /// gas it uses with that list.
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub fn access_list(
        &self,
        request: TransactionRequest,
        block: BlockId,
    ) -> Result<(AccessList, u64), CallError> {
        let reader = self.store.reader()?;
        let mut simulation = self.simulation(&reader, request, block, StateOverride::default())?;
        simulation.cap_gas_by_balance()?;
        loop {
            let outcome = simulation.run()?;
            let gas_used = outcome.result.tx_gas_used();
            let list = simulation.touched(&outcome.state);
            if list == simulation.transaction.access_list {
                result_of(outcome.result)?;
                return Ok((list, gas_used));
            }
            simulation.transaction.access_list = list;
        }
    }

    fn simulation<'r>(
        &self,
        reader: &'r Reader,
        request: TransactionRequest,
        block: BlockId,
        overrides: StateOverride,
    ) -> Result<Simulation<'r>, CallError> {
        let number = resolve(reader, block)?;
        let header = reader.header(number)?.ok_or(ReadError::UnknownBlock)?;
        let mut environment = if block.is_pending() {
            let time = header.timestamp.saturating_add(1);
            let to = self.options.fee_recipient;
            let next = next_header(&self.rules, &header, time, to, self.options.block_gas_limit);
            self.rules.environment(&next)
        } else {
            self.rules.environment(header.inner())
        };
        let allowed = &mut environment.cfg_env;
        allowed.disable_eip3607 = true;
        allowed.disable_base_fee = true;
        allowed.disable_nonce_check = true;
        allowed.disable_block_gas_limit = true;
        allowed.tx_gas_limit_cap = Some(u64::MAX);
        let mut database = CacheDB::new(StateAt::new(reader, number));
        apply_state_overrides(overrides, &mut database).map_err(override_error)?;
        let mut transaction: TxEnv = request
            .try_into_tx_env(&environment)
            .map_err(|error| CallError::Invalid { reason: error.to_string() })?;
        let limit = self.options.call_gas_limit;
        transaction.gas_limit = transaction.gas_limit.min(limit);
        Ok(Simulation { database, environment, transaction })
    }
}

impl Simulation<'_> {
    fn run(&mut self) -> Result<ResultAndState, CallError> {
        let mut evm =
            EthEvmFactory::default().create_evm(&mut self.database, self.environment.clone());
        evm.transact_raw(self.transaction.clone()).map_err(execution_error)
    }

    fn balance(&mut self, address: Address) -> Result<U256, CallError> {
        let account = self.database.load_account(address)?;
        Ok(account.info.balance)
    }

    /// With a gas price, the gas limit cannot exceed what the sender can pay.
    fn cap_gas_by_balance(&mut self) -> Result<(), CallError> {
        let price = U256::from(self.transaction.gas_price);
        if price.is_zero() {
            return Ok(());
        }
        let balance = self.balance(self.transaction.caller)?;
        let rest = balance.checked_sub(self.transaction.value).ok_or_else(|| {
            CallError::Invalid { reason: "insufficient funds for gas * price + value".to_owned() }
        })?;
        let affordable = rest.checked_div(price).unwrap_or_default().saturating_to::<u64>();
        self.transaction.gas_limit = self.transaction.gas_limit.min(affordable);
        Ok(())
    }

    fn is_plain_transfer(&mut self) -> Result<bool, CallError> {
        let transaction = &self.transaction;
        let Some(to) = transaction.kind.to().copied() else { return Ok(false) };
        if !transaction.data.is_empty()
            || !transaction.access_list.is_empty()
            || !transaction.authorization_list.is_empty()
        {
            return Ok(false);
        }
        Ok(self.database.load_account(to)?.info.is_empty_code_hash())
    }

    /// Bisection between the gas used and the highest allowed limit.
    fn search(&mut self) -> Result<u64, CallError> {
        let mut highest = self.transaction.gas_limit;
        let first = self.run();
        let outcome = first.map_err(|error| too_little_gas(error, highest))?.result;
        if !outcome.is_success() {
            let allowance = highest;
            return Err(match outcome {
                ExecutionResult::Halt { reason: HaltReason::OutOfGas(_), .. } => {
                    CallError::GasAllowance { allowance }
                }
                outcome => match result_of(outcome) {
                    Err(error) => error,
                    Ok(_) => CallError::GasAllowance { allowance },
                },
            });
        }
        let gas = *outcome.gas();
        let mut lowest = gas.tx_gas_used().saturating_sub(1);
        let likely = gas.total_gas_spent().saturating_add(CALL_STIPEND).saturating_mul(64) / 63;
        let likely = likely.max(gas.tx_gas_used());
        if likely < highest {
            if self.succeeds_with(likely)? { highest = likely } else { lowest = likely }
        }
        while highest.saturating_sub(lowest) > 1 {
            // Wallets add a margin anyway: within 1.5 % the search is over.
            if highest.saturating_sub(lowest).saturating_mul(200) < highest.saturating_mul(3) {
                break;
            }
            // The need is usually near the lower end.
            let middle = lowest.midpoint(highest).min(lowest.saturating_mul(2));
            if self.succeeds_with(middle)? { highest = middle } else { lowest = middle }
        }
        Ok(highest)
    }

    fn succeeds_with(&mut self, gas_limit: u64) -> Result<bool, CallError> {
        self.transaction.gas_limit = gas_limit;
        match self.run() {
            Ok(outcome) => Ok(outcome.result.is_success()),
            Err(CallError::Invalid { .. } | CallError::GasAllowance { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Accounts with slots, and accounts that are not free anyway: sender, recipient, precompiles.
    fn touched(&self, state: &EvmState) -> AccessList {
        let caller = self.transaction.caller;
        let recipient = match self.transaction.kind.to() {
            Some(to) => *to,
            None => caller.create(self.transaction.nonce),
        };
        let beneficiary = self.environment.block_env.beneficiary;
        let free = |address: &Address| {
            [caller, recipient, beneficiary].contains(address) || is_precompile(address)
        };
        let slots: BTreeMap<Address, Vec<B256>> = state
            .iter()
            .map(|(address, account)| {
                let mut keys: Vec<_> = account.storage.keys().map(|key| B256::from(*key)).collect();
                keys.sort_unstable();
                (*address, keys)
            })
            .filter(|(address, keys)| !keys.is_empty() || !free(address))
            .collect();
        let items = slots
            .into_iter()
            .map(|(address, storage_keys)| AccessListItem { address, storage_keys });
        AccessList(items.collect())
    }
}

/// Addresses 0x01 to 0x11, and 0x100 (EIP-7951).
fn is_precompile(address: &Address) -> bool {
    let number = U256::from_be_slice(address.as_slice());
    number <= U256::from(0x11) && !number.is_zero() || number == U256::from(0x100)
}

fn result_of(result: ExecutionResult) -> Result<CallResult, CallError> {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { output, .. } => {
            Ok(CallResult { output: output.into_data(), gas_used })
        }
        ExecutionResult::Revert { output, .. } => Err(CallError::Reverted { output }),
        ExecutionResult::Halt { reason, .. } => Err(CallError::Halted { reason: halt(&reason) }),
    }
}

fn halt(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".to_owned(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode => "invalid opcode".to_owned(),
        reason => reason.to_string(),
    }
}

fn execution_error(error: EVMError<StoreError>) -> CallError {
    match error {
        EVMError::Database(error) => error.into(),
        EVMError::Transaction(InvalidTransaction::LackOfFundForMaxFee { fee, balance }) => {
            let reason =
                format!("insufficient funds for gas * price + value: have {balance} want {fee}");
            CallError::Invalid { reason }
        }
        EVMError::Transaction(
            InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit }
            | InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor: initial_gas, gas_limit },
        ) => {
            let reason = format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}");
            CallError::Invalid { reason }
        }
        error => CallError::Invalid { reason: error.to_string() },
    }
}

/// A limit below the intrinsic gas means that the sender cannot afford the transaction.
fn too_little_gas(error: CallError, allowance: u64) -> CallError {
    match error {
        CallError::Invalid { reason } if reason.starts_with("intrinsic gas") => {
            CallError::GasAllowance { allowance }
        }
        error => error,
    }
}

fn override_error(error: StateOverrideError<StoreError>) -> CallError {
    match error {
        StateOverrideError::Database(error) => error.into(),
        error => CallError::Invalid { reason: error.to_string() },
    }
}
