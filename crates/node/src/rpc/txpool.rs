//! What waits: ready transactions are `pending`, those behind a gap in the nonces `queued`.

use std::collections::BTreeMap;

use alloy_consensus::Transaction as _;
use alloy_eips::BlockId;
use alloy_primitives::Address;
use alloy_rpc_types_eth::Transaction;
use serde_json::{Map, Value, json};

use super::{
    Server,
    message::{RpcError, quantity},
    params::Params,
    transactions,
};

/// Transactions of each sender by nonce.
type BySender = BTreeMap<Address, BTreeMap<u64, Transaction>>;

/// The pool, ready transactions first.
fn parts(server: &Server) -> Result<(BySender, BySender), RpcError> {
    let (mut pending, mut queued) = (BySender::new(), BySender::new());
    let mut of_sender: BySender = BTreeMap::new();
    for transaction in server.chain().waiting() {
        let queue = of_sender.entry(transaction.inner.signer()).or_default();
        queue.insert(transaction.nonce(), transaction);
    }
    for (sender, queue) in of_sender {
        let mut expected = server.chain().account(sender, BlockId::latest())?.nonce;
        for (nonce, transaction) in queue {
            let is_ready = nonce == expected;
            expected = expected.saturating_add(u64::from(is_ready));
            let part = if is_ready { &mut pending } else { &mut queued };
            part.entry(sender).or_default().insert(nonce, transaction);
        }
    }
    Ok((pending, queued))
}

/// Everything that waits.
pub(super) fn content(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let (pending, queued) = parts(server)?;
    let shown = |part: BySender| by_sender(part, transactions::shown);
    Ok(json!({ "pending": shown(pending)?, "queued": shown(queued)? }))
}

/// What waits of one sender.
pub(super) fn content_from(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let sender = params.address(0)?;
    let (mut pending, mut queued) = parts(server)?;
    let shown = |part: &mut BySender| {
        by_nonce(part.remove(&sender).unwrap_or_default(), transactions::shown)
    };
    Ok(json!({ "pending": shown(&mut pending)?, "queued": shown(&mut queued)? }))
}

/// Everything that waits, a line for each.
pub(super) fn inspect(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let (pending, queued) = parts(server)?;
    let line = |transaction: Transaction| {
        let to =
            transaction.to().map_or_else(|| "contract creation".to_owned(), |to| to.to_string());
        Ok(Value::String(format!(
            "{to}: {} wei + {} gas × {} wei",
            transaction.value(),
            transaction.gas_limit(),
            transaction.max_fee_per_gas()
        )))
    };
    Ok(json!({ "pending": by_sender(pending, line)?, "queued": by_sender(queued, line)? }))
}

/// How many wait.
pub(super) fn status(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let (pending, queued) = parts(server)?;
    let count = |part: BySender| quantity(part.values().map(BTreeMap::len).sum::<usize>());
    Ok(json!({ "pending": count(pending), "queued": count(queued) }))
}

fn by_sender(
    part: BySender,
    shown: impl Fn(Transaction) -> Result<Value, RpcError>,
) -> Result<Value, RpcError> {
    let senders = part.into_iter();
    let shown = senders.map(|(sender, queue)| Ok((sender.to_string(), by_nonce(queue, &shown)?)));
    Ok(shown.collect::<Result<Map<_, _>, RpcError>>()?.into())
}

fn by_nonce(
    queue: BTreeMap<u64, Transaction>,
    shown: impl Fn(Transaction) -> Result<Value, RpcError>,
) -> Result<Value, RpcError> {
    let shown = queue.into_iter().map(|(nonce, waiting)| Ok((nonce.to_string(), shown(waiting)?)));
    Ok(shown.collect::<Result<Map<_, _>, RpcError>>()?.into())
}
