//! The embedded chain as `settlement` sees it.

use std::error::Error;

use alloy_eips::BlockId;
use alloy_rpc_types_eth::TransactionRequest;
use ledger::{CallError, CallResult, SubmitError};
use primitives::{Address, B256, Bytes};
use settlement::{ChainClient, ChainError, ContractCall, Fees, Refusal, TransactionOutcome};

use crate::chain::Producer;

/// Priority fee; one producer needs no bids.
const TIP_WEI: u128 = 1;
/// Times the present base fee that a transaction may pay.
const BASE_FEE_HEADROOM: u128 = 16;

impl ChainClient for Producer {
    fn chain_id(&self) -> Result<u64, ChainError> {
        Ok(self.chain.chain_id())
    }

    fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, ChainError> {
        let request = TransactionRequest::default().from(from).to(to).input(data.into());
        self.chain.call(request, BlockId::latest()).map(|result| result.output).map_err(refused)
    }

    fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.chain.code(address, BlockId::latest()).map_err(unavailable)
    }

    fn nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.chain.next_nonce(account).map_err(unavailable)
    }

    fn fees(&self) -> Result<Fees, ChainError> {
        let base_fee = u128::from(self.chain.next_base_fee_wei());
        Ok(Fees {
            max_fee_per_gas_wei: base_fee.saturating_mul(BASE_FEE_HEADROOM).saturating_add(TIP_WEI),
            max_priority_fee_per_gas_wei: TIP_WEI,
        })
    }

    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError> {
        match Self::submit(self, raw) {
            Ok(hash) | Err(SubmitError::AlreadyKnown { hash }) => Ok(hash),
            // A transaction that is in a block already has used its nonce.
            Err(SubmitError::NonceTooLow { .. }) if self.is_in_block(raw)? => {
                Ok(primitives::keccak256(raw))
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    fn outcome(&self, transaction: B256) -> Result<Option<TransactionOutcome>, ChainError> {
        let receipt = self.chain.receipt(transaction).map_err(unavailable)?;
        Ok(receipt.map(|receipt| TransactionOutcome {
            succeeded: receipt.status(),
            block_number: receipt.block_number.unwrap_or_default(),
            gas_used: receipt.gas_used,
        }))
    }
}

impl Producer {
    /// Runs `call` without changing anything, so that what would fail is refused before it is signed.
    pub(crate) fn simulate(
        &self,
        from: Address,
        call: &ContractCall,
    ) -> Result<CallResult, ChainError> {
        let mut request = TransactionRequest::default()
            .from(from)
            .value(call.value.to_u256())
            .input(call.data.clone().into());
        request.to = Some(call.to);
        request.gas = Some(call.gas_limit);
        self.chain.call(request, BlockId::latest()).map_err(refused)
    }

    /// What a unit of gas costs in the next block, in wei.
    pub(crate) fn gas_price_wei(&self) -> u128 {
        u128::from(self.chain.next_base_fee_wei()).saturating_add(TIP_WEI)
    }

    /// What an account holds, in wei.
    pub(crate) fn balance(&self, account: Address) -> Result<primitives::U256, ChainError> {
        let account = self.chain.account(account, BlockId::latest());
        account.map(|account| account.balance).map_err(unavailable)
    }

    fn is_in_block(&self, raw: &Bytes) -> Result<bool, ChainError> {
        Ok(self.outcome(primitives::keccak256(raw))?.is_some())
    }
}

fn refused(error: CallError) -> ChainError {
    match error {
        CallError::Reverted { output } => ChainError::Refused(Refusal::decode(&output)),
        error => unavailable(error),
    }
}

fn unavailable(error: impl Error + Send + Sync + 'static) -> ChainError {
    ChainError::Unavailable(Box::new(error))
}
