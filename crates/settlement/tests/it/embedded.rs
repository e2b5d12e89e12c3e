//! The embedded chain as a client of it sees it: blocks are sealed by whoever owns it.

use alloy_eips::BlockId;
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use ledger::{CallError, Chain, SubmitError};
use primitives::{Address, B256, Bytes, keccak256};
use settlement::{ChainClient, ChainError, ContractCall, Fees, Refusal, TransactionOutcome};

/// What the producer of a block gets per gas, in wei.
const PRIORITY_FEE_WEI: u128 = 1_000_000;

/// A chain in this process.
pub(crate) struct Embedded(pub(crate) Chain);

impl Embedded {
    /// Runs a call with its value on the latest state.
    pub(crate) fn try_call(&self, from: Address, call: &ContractCall) -> Result<(), ChainError> {
        let request = TransactionRequest {
            to: Some(call.to),
            input: TransactionInput::new(call.data.clone()),
            value: Some(call.value.to_u256()),
            ..TransactionRequest::default()
        };
        match self.0.call(request.from(from), BlockId::latest()) {
            Ok(_) => Ok(()),
            Err(CallError::Reverted { output }) => {
                Err(ChainError::Refused(Refusal::decode(&output)))
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl ChainClient for Embedded {
    fn chain_id(&self) -> Result<u64, ChainError> {
        Ok(self.0.chain_id())
    }

    fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, ChainError> {
        let input = TransactionInput::new(data);
        let request = TransactionRequest { input, ..TransactionRequest::default() };
        match self.0.call(request.from(from).to(to), BlockId::latest()) {
            Ok(result) => Ok(result.output),
            Err(CallError::Reverted { output }) => {
                Err(ChainError::Refused(Refusal::decode(&output)))
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.0.code(address, BlockId::latest()).map_err(unavailable)
    }

    fn nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.0.next_nonce(account).map_err(unavailable)
    }

    fn fees(&self) -> Result<Fees, ChainError> {
        let base_fee_wei = u128::from(self.0.next_base_fee_wei());
        Ok(Fees {
            max_fee_per_gas_wei: 2 * base_fee_wei + PRIORITY_FEE_WEI,
            max_priority_fee_per_gas_wei: PRIORITY_FEE_WEI,
        })
    }

    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError> {
        match self.0.submit(raw) {
            Ok(hash) | Err(SubmitError::AlreadyKnown { hash }) => Ok(hash),
            Err(error) => {
                let hash = keccak256(raw);
                self.outcome(hash)?.map(|_sealed| hash).ok_or_else(|| unavailable(error))
            }
        }
    }

    fn outcome(&self, transaction: B256) -> Result<Option<TransactionOutcome>, ChainError> {
        let receipt = self.0.receipt(transaction).map_err(unavailable)?;
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
