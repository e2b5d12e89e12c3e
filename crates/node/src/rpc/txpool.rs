//! What waits: ready transactions are `pending`, those behind a gap in the nonces `queued`.

use std::collections::BTreeMap;

use alloy_consensus::Transaction as _;
use alloy_primitives::Address;
use alloy_rpc_types_eth::Transaction;
use serde_json::{Map, Value, json};

use super::{
    Server,
    message::{RpcError, quantity},
    params::Params,
    transactions,
};

type ByNonce = BTreeMap<u64, Transaction>;
type BySender = BTreeMap<Address, ByNonce>;

/// Everything that waits.
pub(super) fn content(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let content = server.chain().pool_content();
    let shown = |part: BySender| by_sender(part, transactions::shown);
    Ok(json!({ "pending": shown(content.pending)?, "queued": shown(content.queued)? }))
}

/// What waits of one sender.
pub(super) fn content_from(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let sender = params.address(0)?;
    let mut content = server.chain().pool_content_from(sender);
    let shown = |part: &mut BySender| {
        by_nonce(part.remove(&sender).unwrap_or_default(), transactions::shown)
    };
    Ok(json!({ "pending": shown(&mut content.pending)?, "queued": shown(&mut content.queued)? }))
}

/// Everything that waits, a line for each.
pub(super) fn inspect(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let content = server.chain().pool_content();
    let shown = |part: BySender| by_sender(part, |waiting| Ok(line(&waiting)));
    Ok(json!({ "pending": shown(content.pending)?, "queued": shown(content.queued)? }))
}

fn line(waiting: &Transaction) -> Value {
    let to = waiting.to().map_or_else(|| "contract creation".to_owned(), |to| to.to_string());
    let (value, gas, fee) = (waiting.value(), waiting.gas_limit(), waiting.max_fee_per_gas());
    Value::String(format!("{to}: {value} wei + {gas} gas × {fee} wei"))
}

/// How many wait.
pub(super) fn status(server: &Server) -> Value {
    let status = server.chain().pool_status();
    json!({ "pending": quantity(status.pending), "queued": quantity(status.queued) })
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
    queue: ByNonce,
    shown: impl Fn(Transaction) -> Result<Value, RpcError>,
) -> Result<Value, RpcError> {
    let shown = queue.into_iter().map(|(nonce, waiting)| Ok((nonce.to_string(), shown(waiting)?)));
    Ok(shown.collect::<Result<Map<_, _>, RpcError>>()?.into())
}
