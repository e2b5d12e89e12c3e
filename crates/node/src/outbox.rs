//! Sending transactions so that each happens once, whenever the node is killed.
//!
//! The signed bytes are stored before they are sent for the first time. After a crash the same bytes
//! are sent again, which a chain takes as the same transaction.

use std::sync::Mutex;
use std::time::Duration;

use primitives::{B256, Bytes, Key};
use settlement::{ChainClient, ChainError, ContractCall, SignedTransaction, Terms};
use storage::{StorageError, Store, Writer};

use crate::chain::Producer;
use crate::error::ApiError;
use crate::keys::lock;
use crate::tables::{OUTBOX, StoredTransaction};

/// Longest wait for a block; the embedded chain needs a fraction of a second.
const WAIT: Duration = Duration::from_mins(1);

/// A stored transaction that the chain does not take.
#[derive(Debug, thiserror::Error)]
#[error("the stored transaction {hash} ({purpose}) is not taken")]
struct OutboxError {
    purpose: String,
    hash: B256,
    #[source]
    source: ChainError,
}

/// Gives out nonces: from looking one up until its transaction is in the pool, nobody else may.
#[derive(Debug, Default)]
pub(crate) struct Outbox(Mutex<()>);

impl Outbox {
    /// Sends these calls of one account, in order, and waits for their blocks. What `note` writes
    /// is durable exactly if the transactions are.
    pub(crate) fn send(
        &self,
        store: &Store,
        chain: &Producer,
        (key, calls): (&Key, &[ContractCall]),
        purpose: &str,
        note: impl FnOnce(&[SignedTransaction], &mut Writer) -> Result<(), StorageError>,
    ) -> Result<Vec<B256>, ApiError> {
        let (numbers, signed) = {
            let _turn = lock(&self.0);
            let signed = sign(chain, key, calls)?;
            let numbers = store_all(store, &signed, purpose, note)?;
            for transaction in &signed {
                ChainClient::submit(chain, &transaction.raw).map_err(ApiError::internal)?;
            }
            (numbers, signed)
        };
        let hashes: Vec<B256> = signed.iter().map(|transaction| transaction.hash).collect();
        wait_all(chain, &hashes)?;
        remove_all(store, &numbers)?;
        check_all(chain, &hashes, purpose)?;
        Ok(hashes)
    }

    /// Sends again what may not have arrived, and waits for it.
    pub(crate) fn resume(&self, store: &Store, chain: &Producer) -> Result<usize, ApiError> {
        let _turn = lock(&self.0);
        let rows = store
            .tables()
            .read(|tables| tables.scan(&OUTBOX, .., usize::MAX))
            .map_err(ApiError::internal)?;
        for (number, row) in &rows {
            tracing::info!(number, purpose = row.purpose, "sending a transaction again");
            let hash = ChainClient::submit(chain, &row.raw).map_err(|source| {
                let (purpose, hash) = (row.purpose.clone(), row.hash);
                ApiError::internal(OutboxError { purpose, hash, source })
            })?;
            wait_all(chain, &[hash])?;
        }
        let numbers: Vec<u64> = rows.iter().map(|(number, _)| *number).collect();
        remove_all(store, &numbers)?;
        Ok(rows.len())
    }
}

fn sign(
    chain: &Producer,
    key: &Key,
    calls: &[ContractCall],
) -> Result<Vec<SignedTransaction>, ApiError> {
    let from = key.address();
    // Later calls may rest on the first, so only that can be tried out beforehand.
    if let Some(call) = calls.first() {
        chain.simulate(from, call).map_err(refused)?;
    }
    let first = chain.nonce(from).map_err(ApiError::internal)?;
    let fees = chain.fees().map_err(ApiError::internal)?;
    let chain_id = chain.chain.chain_id();
    let signed = calls.iter().zip(first..).map(|(call, nonce)| {
        call.sign(key, &Terms { chain_id, nonce, fees }).map_err(ApiError::internal)
    });
    signed.collect()
}

fn store_all(
    store: &Store,
    signed: &[SignedTransaction],
    purpose: &str,
    note: impl FnOnce(&[SignedTransaction], &mut Writer) -> Result<(), StorageError>,
) -> Result<Vec<u64>, ApiError> {
    let rows = signed.iter().map(|transaction| StoredTransaction {
        hash: transaction.hash,
        raw: Bytes::clone(&transaction.raw),
        purpose: purpose.to_owned(),
    });
    let rows: Vec<StoredTransaction> = rows.collect();
    store
        .tables()
        .write(|tables| {
            note(signed, tables)?;
            rows.iter().map(|row| tables.append(&OUTBOX, row)).collect()
        })
        .map_err(|error: StorageError| ApiError::internal(error))
}

fn remove_all(store: &Store, numbers: &[u64]) -> Result<(), ApiError> {
    store
        .tables()
        .write(|tables| numbers.iter().try_for_each(|number| tables.remove(&OUTBOX, number)))
        .map_err(|error: StorageError| ApiError::internal(error))
}

pub(crate) fn wait_all(chain: &Producer, hashes: &[B256]) -> Result<(), ApiError> {
    for hash in hashes {
        if !chain.wait(*hash, WAIT) {
            let message =
                "the transaction waits for a block; it will be sent again at the next start";
            return Err(ApiError::busy(message).detail("transaction", crate::hex::hex(hash)));
        }
    }
    Ok(())
}

fn check_all(chain: &Producer, hashes: &[B256], purpose: &str) -> Result<(), ApiError> {
    for hash in hashes {
        let outcome = chain.outcome(*hash).map_err(ApiError::internal)?;
        if !outcome.is_some_and(|outcome| outcome.succeeded) {
            let message = format!("the contract refused: {purpose}");
            return Err(ApiError::conflict("refused_on_chain", message)
                .detail("transaction", crate::hex::hex(hash)));
        }
    }
    Ok(())
}

pub(crate) fn refused(error: ChainError) -> ApiError {
    match error {
        ChainError::Refused(refusal) => ApiError::conflict("refused_on_chain", refusal.to_string()),
        error => ApiError::internal(error),
    }
}
