//! Log queries, and filters that a client polls. Filters live in memory, have ids that nobody can
//! guess, and end when nobody asks for five minutes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::U128;
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};
use ledger::{Chain, ReadError};
use serde_json::{Value, json};

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::Params,
    transactions,
};
use crate::clock::Stopwatch;

/// Most filters at a time.
const FILTERS_MAX: usize = 1000;
/// How long a filter lives without being asked.
const IDLE_MAX: Duration = Duration::from_mins(5);
/// Positions of topics in a log.
const TOPICS_MAX: usize = 4;
/// Most addresses, and most topics of one position, in a filter.
const ALTERNATIVES_MAX: usize = 1000;

/// The installed filters.
#[derive(Debug, Default)]
pub(super) struct Filters {
    by_id: Mutex<BTreeMap<U128, Polled>>,
}

#[derive(Debug)]
struct Polled {
    kind: Kind,
    /// First block that was not reported yet.
    next_block: u64,
    /// Serial number of the first arrival that was not reported yet.
    next_arrival: u64,
    idle: Stopwatch,
}

#[derive(Clone, Debug)]
enum Kind {
    Blocks,
    Logs(Box<Filter>),
    /// Waiting transactions, whole or as hashes.
    Waiting {
        full: bool,
    },
}

/// `eth_getLogs`.
pub(super) fn query(server: &Server, params: &Params) -> Result<Value, RpcError> {
    json_of(selected(server.chain(), &filter(params, 0)?)?)
}

/// Reads a filter with go-ethereum's limits; what it does not know is ignored.
pub(super) fn filter(params: &Params, index: usize) -> Result<Filter, RpcError> {
    let mut wanted: serde_json::Map<String, Value> = params.required(index)?;
    wanted.retain(|key, _| {
        ["fromBlock", "toBlock", "blockHash", "address", "topics"].contains(&key.as_str())
    });
    let alternatives = |value: &Value| value.as_array().map_or(1, Vec::len);
    let topics = wanted.get("topics").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if topics.len() > TOPICS_MAX {
        return Err(RpcError::invalid_params("exceed max topics"));
    }
    if topics.iter().chain(wanted.get("address")).any(|one| alternatives(one) > ALTERNATIVES_MAX) {
        let message = "exceed max addresses or topics per search position";
        return Err(RpcError::invalid_params(message));
    }
    let filter = serde_json::from_value::<Filter>(wanted.into());
    filter.map_err(|error| RpcError::invalid_params(format!("invalid argument {index}: {error}")))
}

fn selected(chain: &Chain, filter: &Filter) -> Result<Vec<Log>, RpcError> {
    if let FilterBlockOption::Range { from_block, to_block } = filter.block_option
        && [from_block, to_block].contains(&Some(BlockNumberOrTag::Pending))
    {
        return Err(RpcError::invalid_params("pending logs are not supported"));
    }
    chain.logs(filter).map_err(|error| match error {
        ReadError::UnknownBlock => RpcError::server("unknown block"),
        ReadError::RangeTooWide { .. } => RpcError::invalid_params(error.to_string()),
        // EIP-1474: limit exceeded.
        ReadError::TooManyLogs { .. } => RpcError::coded(-32_005, error.to_string()),
        error => error.into(),
    })
}

pub(super) fn new_block_filter(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    install(server, Kind::Blocks)
}

pub(super) fn new_log_filter(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let filter = filter(params, 0)?;
    if let FilterBlockOption::Range { from_block, to_block } = filter.block_option {
        let number = |end: Option<BlockNumberOrTag>| end.and_then(|end| end.as_number());
        if number(from_block).zip(number(to_block)).is_some_and(|(from, to)| from > to) {
            return Err(ReadError::InvalidRange.into());
        }
    }
    install(server, Kind::Logs(Box::new(filter)))
}

pub(super) fn new_waiting_filter(server: &Server, params: &Params) -> Result<Value, RpcError> {
    install(server, Kind::Waiting { full: params.optional(0)?.unwrap_or(false) })
}

fn install(server: &Server, kind: Kind) -> Result<Value, RpcError> {
    let polled = Polled {
        kind,
        next_block: server.chain().head().number.saturating_add(1),
        next_arrival: server.producer.arrivals.count(),
        idle: Stopwatch::start(),
    };
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        tracing::error!(%error, "no randomness for a filter's id");
        RpcError::internal()
    })?;
    let id = U128::from_be_bytes(random);
    let mut by_id = server.filters.lock();
    by_id.retain(|_, polled| polled.idle.elapsed() < IDLE_MAX);
    if by_id.len() >= FILTERS_MAX {
        return Err(RpcError::server(format!("too many filters, limit {FILTERS_MAX}")));
    }
    by_id.insert(id, polled);
    Ok(quantity(id))
}

pub(super) fn uninstall(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let id = id(params)?;
    Ok(json!(server.filters.lock().remove(&id).is_some()))
}

/// What happened since the last question.
pub(super) fn changes(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (id, chain) = (id(params)?, server.chain());
    let head = chain.head().number;
    let (kind, first, arrived) = {
        let mut by_id = server.filters.lock();
        let polled = by_id.get_mut(&id).ok_or_else(not_found)?;
        polled.idle = Stopwatch::start();
        let first = std::mem::replace(&mut polled.next_block, head.saturating_add(1));
        let (arrived, next, _) = server.producer.arrivals.since(polled.next_arrival);
        polled.next_arrival = next;
        (polled.kind.clone(), first, arrived)
    };
    // The chain is read without holding the lock.
    match kind {
        Kind::Blocks => {
            let headers = (first..=head).map(|number| chain.header(BlockId::number(number)));
            let headers: Vec<_> = headers.collect::<Result<_, _>>()?;
            let hashes = headers.iter().flatten().map(alloy_primitives::Sealed::hash);
            Ok(json!(hashes.collect::<Vec<_>>()))
        }
        Kind::Logs(filter) => match since(&filter, first, head) {
            Some(filter) => json_of(selected(chain, &filter)?),
            None => Ok(json!([])),
        },
        Kind::Waiting { full: false } => Ok(json!(arrived)),
        Kind::Waiting { full: true } => {
            let mut shown = Vec::new();
            for hash in arrived {
                shown.extend(chain.transaction(hash)?.map(transactions::shown).transpose()?);
            }
            Ok(shown.into())
        }
    }
}

/// Everything that a log filter selects.
pub(super) fn logs(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let kind = server.filters.lock().get(&id(params)?).map(|polled| polled.kind.clone());
    match kind {
        Some(Kind::Logs(filter)) => json_of(selected(server.chain(), &filter)?),
        _ => Err(not_found()),
    }
}

impl Filters {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<U128, Polled>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The filter on the blocks from `first` to `head`, if it selects any of them.
fn since(filter: &Filter, first: u64, head: u64) -> Option<Filter> {
    let FilterBlockOption::Range { from_block, to_block } = filter.block_option else {
        return None;
    };
    let number = |end: Option<BlockNumberOrTag>| end.and_then(|end| end.as_number());
    let first = number(from_block).map_or(first, |from| from.max(first));
    let last = number(to_block).map_or(head, |to| to.min(head));
    (first <= last).then(|| filter.clone().from_block(first).to_block(last))
}

fn id(params: &Params) -> Result<U128, RpcError> {
    params.required(0)
}

fn not_found() -> RpcError {
    RpcError::server("filter not found")
}

/// The logs of one block that a subscription selects.
pub(super) fn logs_of_block(
    chain: &Chain,
    filter: &Filter,
    number: u64,
) -> Result<Vec<Log>, ReadError> {
    chain.logs(&filter.clone().from_block(number).to_block(number))
}
