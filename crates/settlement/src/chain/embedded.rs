//! The chain inside the process.

use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use ledger::{CallError, Chain, SubmitError};

use super::{ChainClient, Fees, TransactionOutcome};
use crate::contracts::Refusal;
use crate::error::ChainError;

/// What the producer of an embedded block gets per gas, in wei.
const PRIORITY_FEE_WEI: u128 = 1_000_000;

/// Transactions wait in the pool until whoever owns the chain seals a block.
impl ChainClient for Chain {
    fn chain_id(&self) -> Result<u64, ChainError> {
        Ok(self.chain_id())
    }

    fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, ChainError> {
        let input = TransactionInput::new(data);
        let request = TransactionRequest { input, ..TransactionRequest::default() };
        match self.call(request.from(from).to(to), BlockId::latest()) {
            Ok(result) => Ok(result.output),
            Err(CallError::Reverted { output }) => {
                Err(ChainError::Refused(Refusal::decode(&output)))
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.code(address, BlockId::latest()).map_err(unavailable)
    }

    fn nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.next_nonce(account).map_err(unavailable)
    }

    /// Twice the next block's base fee: enough for five full blocks in between.
    fn fees(&self) -> Result<Fees, ChainError> {
        let base_fee_wei = u128::from(self.next_base_fee_wei());
        Ok(Fees {
            max_fee_per_gas_wei: base_fee_wei.saturating_mul(2).saturating_add(PRIORITY_FEE_WEI),
            max_priority_fee_per_gas_wei: PRIORITY_FEE_WEI,
        })
    }

    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError> {
        match self.submit(raw) {
            Ok(hash) | Err(SubmitError::AlreadyKnown { hash }) => Ok(hash),
            Err(error) => {
                let hash = keccak256(raw);
                let is_sealed = self.receipt(hash).map_err(unavailable)?.is_some();
                if is_sealed { Ok(hash) } else { Err(unavailable(error)) }
            }
        }
    }

    fn outcome(&self, transaction: B256) -> Result<Option<TransactionOutcome>, ChainError> {
        let receipt = self.receipt(transaction).map_err(unavailable)?;
        Ok(receipt.map(|receipt| TransactionOutcome {
            succeeded: receipt.status(),
            block_number: receipt.block_number.unwrap_or_default(),
            gas_used: receipt.gas_used,
        }))
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ChainError {
    ChainError::Unavailable(Box::new(error))
}
