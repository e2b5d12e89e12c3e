//! Filters that a client polls. They live in memory and end when nobody asks for five minutes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::{Filter, FilterBlockOption};
use ledger::{Chain, ReadError};
use serde_json::{Value, json};

use super::{
    Server,
    message::{Params, RpcError, json_of, quantity},
};
use crate::clock::Stopwatch;

/// Most filters at a time.
const FILTERS_MAX: usize = 1000;
/// How long a filter lives without being asked.
const IDLE_MAX: Duration = Duration::from_mins(5);

/// The installed filters.
#[derive(Debug, Default)]
pub(super) struct Filters {
    installed: Mutex<Installed>,
}

#[derive(Debug, Default)]
struct Installed {
    by_id: BTreeMap<u64, Polled>,
    last_id: u64,
}

#[derive(Debug)]
struct Polled {
    kind: Kind,
    /// First block that was not reported yet.
    next_block: u64,
    idle: Stopwatch,
}

#[derive(Clone, Debug)]
enum Kind {
    Blocks,
    Logs(Box<Filter>),
    /// With the hashes that were reported.
    Waiting(BTreeSet<B256>),
}

pub(super) fn new_block_filter(server: &Server) -> Result<Value, RpcError> {
    server.filters.install(&server.producer.chain, Kind::Blocks)
}

pub(super) fn new_log_filter(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let filter = params.required::<Filter>(0)?;
    server.filters.install(&server.producer.chain, Kind::Logs(Box::new(filter)))
}

pub(super) fn new_waiting_filter(server: &Server) -> Result<Value, RpcError> {
    let seen = waiting(&server.producer.chain);
    server.filters.install(&server.producer.chain, Kind::Waiting(seen))
}

pub(super) fn uninstall(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let id = id(params)?;
    Ok(json!(server.filters.lock().by_id.remove(&id).is_some()))
}

/// What happened since the last question.
pub(super) fn changes(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (id, chain) = (id(params)?, &*server.producer.chain);
    let head = chain.head().number;
    let mut installed = server.filters.lock();
    let polled = installed.by_id.get_mut(&id).ok_or_else(not_found)?;
    polled.idle = Stopwatch::start();
    let first = std::mem::replace(&mut polled.next_block, head.saturating_add(1));
    let kind = polled.kind.clone();
    if let Kind::Waiting(seen) = &mut polled.kind {
        *seen = waiting(chain);
    }
    // The chain is read without holding the lock.
    drop(installed);
    match kind {
        Kind::Blocks => {
            let headers = (first..=head).map(|number| chain.header(BlockId::number(number)));
            let headers: Vec<_> = headers.collect::<Result<_, _>>()?;
            Ok(json!(
                headers.iter().flatten().map(alloy_primitives::Sealed::hash).collect::<Vec<_>>()
            ))
        }
        Kind::Logs(filter) => match since(&filter, first, head) {
            Some(filter) => json_of(chain.logs(&filter)?),
            None => Ok(json!([])),
        },
        Kind::Waiting(seen) => {
            Ok(json!(waiting(chain).difference(&seen).copied().collect::<Vec<_>>()))
        }
    }
}

/// Everything that a log filter selects.
pub(super) fn logs(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let kind = server.filters.lock().by_id.get(&id(params)?).map(|polled| polled.kind.clone());
    match kind {
        Some(Kind::Logs(filter)) => json_of(server.producer.chain.logs(&filter)?),
        _ => Err(not_found()),
    }
}

impl Filters {
    fn lock(&self) -> MutexGuard<'_, Installed> {
        self.installed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, chain: &Chain, kind: Kind) -> Result<Value, RpcError> {
        let next_block = chain.head().number.saturating_add(1);
        let mut installed = self.lock();
        installed.by_id.retain(|_, polled| polled.idle.elapsed() < IDLE_MAX);
        if installed.by_id.len() >= FILTERS_MAX {
            return Err(RpcError::server(format!("too many filters, limit {FILTERS_MAX}")));
        }
        installed.last_id = installed.last_id.saturating_add(1);
        let id = installed.last_id;
        installed.by_id.insert(id, Polled { kind, next_block, idle: Stopwatch::start() });
        Ok(quantity(id))
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

fn waiting(chain: &Chain) -> BTreeSet<B256> {
    chain.waiting().iter().map(|transaction| *transaction.inner.inner().tx_hash()).collect()
}

fn id(params: &Params) -> Result<u64, RpcError> {
    Ok(params.required::<U64>(0)?.to())
}

fn not_found() -> RpcError {
    RpcError::server("filter not found")
}

/// The logs of one block that a subscription selects.
pub(super) fn logs_of_block(
    chain: &Chain,
    filter: &Filter,
    number: u64,
) -> Result<Vec<alloy_rpc_types_eth::Log>, ReadError> {
    chain.logs(&filter.clone().from_block(number).to_block(number))
}
