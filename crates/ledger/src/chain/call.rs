//! Execution that changes nothing: calls, gas estimates, access lists.

use alloy_consensus::Header;
use alloy_eips::BlockId;
use alloy_evm::{Evm as _, EvmEnv, eth::EthEvmContext};
use alloy_primitives::{Bytes, U256};
use alloy_rpc_types_eth::{AccessList, TransactionRequest};
use revm::{
    Inspector,
    context::{
        TxEnv,
        result::{ExecutionResult, HaltReason, ResultAndState},
    },
    context_interface::Transaction as _,
    inspector::NoOpInspector,
    primitives::hardfork::SpecId,
};
use revm_inspectors::access_list::AccessListInspector;

use super::{
    Chain,
    failure::{execution_error, result_of},
    overlay::Overlay,
    overrides::{self, Accounts, Overrides},
    reads::resolve,
    request::{self, Defaults},
};
use crate::{
    error::{CallError, ReadError},
    executor::next_header,
    state::StateAt,
    store::Reader,
};

/// Gas of a transfer to an account without code.
const TRANSFER_GAS: u64 = 21_000;
/// Most tries until an access list must be the one that it was made with: code can look at the
/// gas that it has left and touch another slot each time.
const ACCESS_LIST_ROUNDS_MAX: usize = 16;
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

/// What a request touches beyond what is free anyway (EIP-2930).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessListResult {
    /// Accounts and slots.
    pub list: AccessList,
    /// Gas used with that list, refunds deducted.
    pub gas_used: u64,
    /// Why the execution failed with that list, if it did.
    pub failure: Option<String>,
}

/// A request on a state, ready to run any number of times.
pub(super) struct Simulation<'r> {
    pub(super) overlay: Overlay<'r>,
    pub(super) environment: EvmEnv,
    pub(super) accounts: Accounts,
    pub(super) transaction: TxEnv,
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
        self.call_on(request, block, Overrides::default())
    }

    /// As [`Self::call`], with other accounts or in another block.
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub fn call_on(
        &self,
        request: TransactionRequest,
        block: BlockId,
        overrides: Overrides,
    ) -> Result<CallResult, CallError> {
        let reader = self.store.reader()?;
        let mut simulation = self.simulation(&reader, request, block, overrides)?;
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
        overrides: Overrides,
    ) -> Result<u64, CallError> {
        let reader = self.store.reader()?;
        let asked = request.gas.filter(|gas| *gas >= TRANSFER_GAS);
        let mut simulation = self.simulation(&reader, request, block, overrides)?;
        simulation.limit_gas(asked, self.options.call_gas_limit)?;
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
    /// As [`Self::call`], but an execution that fails has a list, too.
    pub fn access_list(
        &self,
        request: TransactionRequest,
        block: BlockId,
        overrides: Overrides,
    ) -> Result<AccessListResult, CallError> {
        let reader = self.store.reader()?;
        let mut simulation = self.simulation(&reader, request, block, overrides)?;
        if simulation.transaction.tx_type == 0 {
            // A legacy transaction has no place for the list.
            simulation.transaction.tx_type = 1;
            simulation.transaction.chain_id = Some(self.rules.chain_id());
        }
        for _ in 0..ACCESS_LIST_ROUNDS_MAX {
            let known = simulation.transaction.access_list.clone();
            let mut inspector = AccessListInspector::new(known);
            let outcome = simulation.inspect(&mut inspector)?;
            let list = inspector.into_access_list();
            if list == simulation.transaction.access_list {
                let gas_used = outcome.result.tx_gas_used();
                let failure = result_of(outcome.result).err().map(|error| error.to_string());
                return Ok(AccessListResult { list, gas_used, failure });
            }
            simulation.transaction.access_list = list;
        }
        Err(CallError::Invalid { reason: "access list changes with every try".to_owned() })
    }

    /// Everything that a call needs, fees and gas limit as geth's `eth_call` has them.
    pub(super) fn simulation<'r>(
        &self,
        reader: &'r Reader,
        request: TransactionRequest,
        block: BlockId,
        overrides: Overrides,
    ) -> Result<Simulation<'r>, CallError> {
        let number = resolve(reader, block)?;
        let mut header = self.header_of_call(reader, number, block.is_pending())?;
        overrides::apply_header(&mut header, &overrides.block);
        let blob_base_fee = overrides.block.blob_base_fee;
        let environment = overrides::environment(&self.rules, &header, blob_base_fee);
        let overlay = Overlay::new(StateAt::new(reader, number));
        self.simulation_in(overlay, environment, request, overrides)
    }

    /// As [`Self::simulation`], on a state and in a block that are there already.
    pub(super) fn simulation_in<'r>(
        &self,
        mut overlay: Overlay<'r>,
        mut environment: EvmEnv,
        request: TransactionRequest,
        overrides: Overrides,
    ) -> Result<Simulation<'r>, CallError> {
        environment.cfg_env.disable_nonce_check = true;
        for (number, hash) in overrides.block.block_hash.into_iter().flatten() {
            overlay.set_hash(number, hash);
        }
        let accounts: Accounts = overrides.state.into_iter().collect();
        overrides::apply_accounts(&mut overlay, &accounts)?;
        let from = request.from.unwrap_or_default();
        let defaults = Defaults {
            nonce: overlay.info(from)?.unwrap_or_default().nonce,
            gas_limit: self.options.call_gas_limit,
            has_base_fee: true,
            chain_id: self.rules.chain_id(),
        };
        let typed = request::typed(request, defaults)?;
        let mut transaction = request::environment(&typed, from);
        transaction.gas_limit = transaction.gas_limit.min(self.options.call_gas_limit);
        transaction.nonce = transaction.nonce.min(request::NONCE_MAX);
        forgive_fees(&mut environment, &transaction);
        Ok(Simulation { overlay, environment, accounts, transaction })
    }

    fn header_of_call(
        &self,
        reader: &Reader,
        number: u64,
        is_pending: bool,
    ) -> Result<Header, ReadError> {
        let header = reader.header(number)?.ok_or(ReadError::UnknownBlock)?;
        if !is_pending {
            return Ok(header.into_inner());
        }
        let time = header.timestamp.saturating_add(1);
        let to = self.options.fee_recipient;
        Ok(next_header(&self.rules, &header, time, to, self.options.block_gas_limit))
    }
}

/// Without a price the block has no base fee either, so that contracts see a consistent world.
fn forgive_fees(environment: &mut EvmEnv, transaction: &TxEnv) {
    if transaction.gas_price == 0 {
        environment.block_env.basefee = 0;
    }
    if let Some(blobs) = &mut environment.block_env.blob_excess_gas_and_price
        && transaction.max_fee_per_blob_gas == 0
    {
        blobs.blob_gasprice = 0;
    }
}

impl<'r> Simulation<'r> {
    fn run(&mut self) -> Result<ResultAndState, CallError> {
        self.inspect(&mut NoOpInspector)
    }

    /// Runs once and leaves the state as it was.
    pub(super) fn inspect<'o, I>(
        &'o mut self,
        inspector: &'o mut I,
    ) -> Result<ResultAndState, CallError>
    where
        I: Inspector<EthEvmContext<&'o mut Overlay<'r>>>,
    {
        let environment = self.environment.clone();
        let mut evm = overrides::evm(&mut self.overlay, environment, inspector, &self.accounts)?;
        evm.transact_raw(self.transaction.clone()).map_err(execution_error)
    }

    /// The highest limit that makes sense: what was asked or fits a block, what one transaction
    /// may have (EIP-7825), what the sender can pay for.
    fn limit_gas(&mut self, asked: Option<u64>, call_gas_limit: u64) -> Result<(), CallError> {
        let mut highest = asked.unwrap_or(self.environment.block_env.gas_limit);
        if self.environment.cfg_env.spec().is_enabled_in(SpecId::OSAKA) {
            highest = highest.min(alloy_eips::eip7825::MAX_TX_GAS_LIMIT_OSAKA);
        }
        highest = highest.min(call_gas_limit);
        let price = U256::from(self.transaction.gas_price);
        if !price.is_zero() {
            let balance = self.overlay.info(self.transaction.caller)?.unwrap_or_default().balance;
            let blobs = U256::from(self.transaction.total_blob_gas())
                .saturating_mul(U256::from(self.transaction.max_fee_per_blob_gas));
            let spent = self.transaction.value.saturating_add(blobs);
            let rest = balance.checked_sub(spent).ok_or_else(|| CallError::Invalid {
                reason: "insufficient funds for gas * price + value".to_owned(),
            })?;
            let affordable = rest.checked_div(price).unwrap_or_default().saturating_to::<u64>();
            highest = highest.min(affordable);
        }
        self.transaction.gas_limit = highest;
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
        Ok(self.overlay.info(to)?.is_none_or(|info| info.is_empty_code_hash()))
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
