//! The EVM alone: transactions without signatures, gas that costs nothing, one block each.

use std::cell::RefCell;
use std::collections::BTreeMap;

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::{SignerRecoverable as _, Transaction as _};
use alloy_eips::eip2718::Decodable2718 as _;
use primitives::{Address, B256, Bytes, U256};
use revm::context::result::{ExecutionResult, Output};
use revm::context::{CfgEnv, Context, TxEnv};
use revm::database::InMemoryDB;
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::TxKind;
use revm::primitives::hardfork::SpecId;
use revm::state::AccountInfo;
use revm::{
    Database as _, ExecuteCommitEvm as _, ExecuteEvm as _, MainBuilder as _, MainContext as _,
};
use settlement::{
    ChainClient, ChainError, ContractCall, Deployment, Fees, Refusal, TransactionOutcome,
};

/// More than any call needs.
const GAS_LIMIT: u64 = 1 << 40;

/// A state, and the EVM on it.
pub(crate) struct Evm {
    inner: RefCell<MainnetEvm<MainnetContext<InMemoryDB>>>,
    chain_id: u64,
}

impl Evm {
    /// A chain on which these accounts hold this.
    pub(crate) fn new(chain_id: u64, start_s: u64, balances: &BTreeMap<Address, u128>) -> Self {
        let mut database = InMemoryDB::default();
        for (account, wei) in balances {
            let info = AccountInfo { balance: U256::from(*wei), ..AccountInfo::default() };
            database.insert_account_info(*account, info);
        }
        let mut settings = CfgEnv::new_with_spec(SpecId::OSAKA);
        settings.chain_id = chain_id;
        settings.disable_nonce_check = true;
        settings.disable_eip3607 = true;
        settings.tx_gas_limit_cap = Some(GAS_LIMIT);
        let mut context = Context::mainnet().with_db(database).with_cfg(settings);
        context.block.gas_limit = GAS_LIMIT;
        context.block.timestamp = U256::from(start_s);
        context.block.number = U256::from(1);
        Self { inner: RefCell::new(context.build_mainnet()), chain_id }
    }

    /// Puts code at an address.
    pub(crate) fn place(&self, address: Address, code: Bytes) {
        let code = revm::state::Bytecode::new_raw(code);
        let info = AccountInfo::from_bytecode(code);
        self.inner.borrow_mut().ctx.journaled_state.database.insert_account_info(address, info);
    }

    /// Deploys our contracts with the deployer's first nonces.
    pub(crate) fn deploy(&self, deployment: &Deployment, deployer: &primitives::Key) {
        let fees = self.fees().expect("no fees");
        for transaction in deployment.missing(self, deployer, fees).expect("a new chain") {
            self.submit(&transaction.raw).expect("a creation");
        }
        deployment.verify(self).expect("just deployed");
    }

    pub(crate) fn now_s(&self) -> u64 {
        self.inner.borrow().ctx.block.timestamp.to()
    }

    /// Begins the next block.
    pub(crate) fn next_block(&self, later_s: u64) {
        let block = &mut self.inner.borrow_mut().ctx.block;
        block.timestamp += U256::from(later_s);
        block.number += U256::from(1);
    }

    /// Executes a call; what it returned, or why it was refused.
    pub(crate) fn send(&self, from: Address, call: &ContractCall) -> Result<Bytes, Refusal> {
        let transaction = self.transaction(from, call);
        let mut inner = self.inner.borrow_mut();
        output(inner.transact_commit(transaction).expect("a valid transaction"))
    }

    pub(crate) fn balance(&self, account: Address) -> u128 {
        let mut inner = self.inner.borrow_mut();
        let info = inner.ctx.journaled_state.database.basic(account).expect("memory");
        info.map_or(0, |info| info.balance.to())
    }

    /// What everybody holds together.
    pub(crate) fn supply(&self) -> U256 {
        let inner = self.inner.borrow();
        let accounts = inner.ctx.journaled_state.database.cache.accounts.values();
        accounts.map(|account| account.info.balance).sum()
    }

    fn transaction(&self, from: Address, call: &ContractCall) -> TxEnv {
        TxEnv {
            caller: from,
            kind: call.to,
            value: call.value.to_u256(),
            data: call.data.clone(),
            gas_limit: GAS_LIMIT,
            chain_id: Some(self.chain_id),
            ..TxEnv::default()
        }
    }
}

fn output(result: ExecutionResult) -> Result<Bytes, Refusal> {
    match result {
        ExecutionResult::Success { output: Output::Call(bytes), .. } => Ok(bytes),
        ExecutionResult::Success { .. } => Ok(Bytes::new()),
        ExecutionResult::Revert { output, .. } => Err(Refusal::decode(&output)),
        ExecutionResult::Halt { reason, .. } => Err(Refusal::Words(format!("{reason:?}"))),
    }
}

impl ChainClient for Evm {
    fn chain_id(&self) -> Result<u64, ChainError> {
        Ok(self.chain_id)
    }

    fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, ChainError> {
        let kind = TxKind::Call(to);
        let call = ContractCall { to: kind, value: primitives::Wei::ZERO, data, gas_limit: 0 };
        let transaction = self.transaction(from, &call);
        let mut inner = self.inner.borrow_mut();
        let outcome = inner.transact(transaction).expect("a valid transaction");
        output(outcome.result).map_err(ChainError::Refused)
    }

    fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        let mut inner = self.inner.borrow_mut();
        let database = &mut inner.ctx.journaled_state.database;
        let Some(info) = database.basic(address).expect("memory") else { return Ok(Bytes::new()) };
        let code = database.code_by_hash(info.code_hash).expect("memory");
        Ok(code.original_bytes())
    }

    fn nonce(&self, account: Address) -> Result<u64, ChainError> {
        let mut inner = self.inner.borrow_mut();
        let info = inner.ctx.journaled_state.database.basic(account).expect("memory");
        Ok(info.map_or(0, |info| info.nonce))
    }

    fn fees(&self) -> Result<Fees, ChainError> {
        Ok(Fees { max_fee_per_gas_wei: 0, max_priority_fee_per_gas_wei: 0 })
    }

    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError> {
        let envelope = TxEnvelope::decode_2718(&mut raw.as_ref()).expect("our own encoding");
        let from = envelope.recover_signer().expect("our own signature");
        let call = ContractCall {
            to: envelope.kind(),
            value: primitives::Wei::from_u256(envelope.value()).expect("an amount"),
            data: envelope.input().clone(),
            gas_limit: envelope.gas_limit(),
        };
        self.send(from, &call).map_err(ChainError::Refused)?;
        self.next_block(1);
        Ok(*envelope.tx_hash())
    }

    fn outcome(&self, _transaction: B256) -> Result<Option<TransactionOutcome>, ChainError> {
        Ok(None)
    }
}

/// Numbers from a seed (`SplitMix64`; Steele, Lea, Flood, 2014).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is above zero.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.word() % end
    }

    /// Below `end`, which is above zero.
    pub(crate) fn amount(&mut self, end: u128) -> u128 {
        ((u128::from(self.word()) << 64) | u128::from(self.word())) % end
    }

    /// A place in a list.
    pub(crate) fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).expect("below a length")
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.place(from.len())]
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let words = length.div_ceil(8);
        (0..words).flat_map(|_| self.word().to_le_bytes()).take(length).collect()
    }

    pub(crate) fn hash(&mut self) -> B256 {
        B256::from_slice(&self.bytes(32))
    }

    pub(crate) fn address(&mut self) -> Address {
        Address::from_slice(&self.bytes(20))
    }
}
