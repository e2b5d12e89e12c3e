//! One WebSocket connection: requests in turn, and the subscriptions of the client.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use alloy_eips::BlockId;
use alloy_rpc_types_eth::Filter;
use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket, close_code},
};
use ledger::Chain;
use primitives::B256;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{
    BATCH, Server, blocks, filters,
    message::{self, RpcError, json_of, quantity},
    methods,
    params::Params,
    sending, transactions,
};

/// Most connections at a time.
const SOCKETS_MAX: usize = 1024;
/// Most subscriptions of one connection.
const SUBSCRIPTIONS_MAX: usize = 100;
/// Blocks that a connection may lag behind before it is closed.
const BLOCKS_BEHIND_MAX: u64 = 1024;
/// Longest time that a client may take to accept a message.
const SEND_MAX: Duration = Duration::from_secs(10);

/// A place among the open connections; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Server>);

impl Place {
    /// A place, unless all are taken.
    pub(super) fn take(server: Arc<Server>) -> Option<Self> {
        let place = |open: usize| (open < SOCKETS_MAX).then(|| open.saturating_add(1));
        let taken = server.sockets.fetch_update(Ordering::AcqRel, Ordering::Acquire, place);
        taken.ok().map(|_| Self(server))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.sockets.fetch_sub(1, Ordering::AcqRel);
    }
}

#[derive(Clone, Debug)]
enum Subscription {
    Heads,
    Logs(Box<Filter>),
    /// Waiting transactions, whole or as hashes.
    Waiting {
        full: bool,
    },
    /// This node never lags behind a network: there is nothing to tell after the first word.
    Syncing,
}

/// The subscriptions of one connection.
#[derive(Debug, Default)]
struct Subscriptions {
    by_id: BTreeMap<u64, Subscription>,
    last_id: u64,
    /// Those that were made by the present request.
    new: Vec<u64>,
}

/// What a client has been told, up to where.
#[derive(Debug)]
struct Told {
    block: u64,
    /// Serial number of the next arrival.
    arrival: u64,
}

/// Why a connection is closed by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TooSlow;

/// Serves a connection until either side closes it.
pub(super) async fn serve(place: Place, mut socket: WebSocket) {
    let server = Arc::clone(&place.0);
    if conversation(server, &mut socket).await == Err(TooSlow) {
        tracing::warn!("a WebSocket client was too slow for its subscriptions and was dropped");
        let frame = CloseFrame {
            code: close_code::POLICY,
            reason: "too slow: notifications were lost".into(),
        };
        let farewell = socket.send(Message::Close(Some(frame)));
        // The client may be gone or stuck; it was told if it still listens.
        drop(tokio::time::timeout(SEND_MAX, farewell).await);
    }
    drop(place);
}

async fn conversation(server: Arc<Server>, socket: &mut WebSocket) -> Result<(), TooSlow> {
    let mut sealed = server.producer.subscribe();
    let mut arrivals = server.producer.arrivals.subscribe();
    let mut told =
        Told { block: server.chain().head().number, arrival: server.producer.arrivals.count() };
    let mut subscriptions = Subscriptions::default();
    loop {
        let messages = tokio::select! {
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    answer(Arc::clone(&server), &mut subscriptions, Bytes::from(text)).await
                }
                Some(Ok(Message::Binary(body))) => {
                    answer(Arc::clone(&server), &mut subscriptions, body).await
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
            },
            // The message only says that something happened: whoever lags reads the rest from
            // the chain.
            block = sealed.recv() => match block {
                Err(RecvError::Closed) => return Ok(()),
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    new_blocks(Arc::clone(&server), &subscriptions, &mut told).await?
                }
            },
            arrived = arrivals.changed() => match arrived {
                Err(_) => return Ok(()),
                Ok(()) => new_arrivals(Arc::clone(&server), &subscriptions, &mut told).await?,
            },
        };
        for message in messages {
            let sent = tokio::time::timeout(SEND_MAX, socket.send(Message::text(message))).await;
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Ok(()),
                Err(_elapsed) => return Err(TooSlow),
            }
        }
    }
}

async fn answer(
    server: Arc<Server>,
    subscriptions: &mut Subscriptions,
    body: Bytes,
) -> Vec<String> {
    let mut owned = std::mem::take(subscriptions);
    let task = tokio::task::spawn_blocking(move || {
        let mut ahead = sending::Ahead::default();
        let mut method = |name: &str, params: &Params, following: &[Value]| match name {
            sending::METHOD => ahead.send(&server, params, following),
            "eth_subscribe" => owned.subscribe(params),
            "eth_unsubscribe" => owned.unsubscribe(params),
            name => methods::call(&server, name, params),
        };
        let reply = message::answer(&body, BATCH, &mut method);
        (reply, owned)
    });
    match task.await {
        Ok((reply, owned)) => {
            *subscriptions = owned;
            reply.into_iter().chain(subscriptions.first_words()).collect()
        }
        Err(error) => vec![super::panicked(&error)],
    }
}

/// Notifications for the blocks since the last ones.
async fn new_blocks(
    server: Arc<Server>,
    subscriptions: &Subscriptions,
    told: &mut Told,
) -> Result<Vec<String>, TooSlow> {
    let first = told.block.saturating_add(1);
    told.block = server.chain().head().number;
    let last = told.block;
    if !subscriptions.follow_blocks() {
        return Ok(Vec::new());
    }
    if last.saturating_sub(first) > BLOCKS_BEHIND_MAX {
        return Err(TooSlow);
    }
    let by_id = subscriptions.by_id.clone();
    Ok(off_thread(move || {
        let chain = server.chain();
        (first..=last).flat_map(|number| news_of_block(chain, &by_id, number)).collect()
    })
    .await)
}

/// Notifications for the transactions that came to wait since the last ones.
async fn new_arrivals(
    server: Arc<Server>,
    subscriptions: &Subscriptions,
    told: &mut Told,
) -> Result<Vec<String>, TooSlow> {
    let (arrived, next, lost) = server.producer.arrivals.since(told.arrival);
    told.arrival = next;
    let waiting = subscriptions.by_id.iter().filter_map(|(id, subscription)| match subscription {
        Subscription::Waiting { full } => Some((*id, *full)),
        _ => None,
    });
    let waiting: Vec<_> = waiting.collect();
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    if lost {
        return Err(TooSlow);
    }
    Ok(off_thread(move || {
        let chain = server.chain();
        arrived.into_iter().flat_map(|hash| news_of_arrival(chain, &waiting, hash)).collect()
    })
    .await)
}

async fn off_thread(work: impl FnOnce() -> Vec<String> + Send + 'static) -> Vec<String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a subscription panicked");
        Vec::new()
    })
}

fn news_of_block(chain: &Chain, by_id: &BTreeMap<u64, Subscription>, number: u64) -> Vec<String> {
    let mut news = Vec::new();
    for (id, subscription) in by_id {
        let results = match subscription {
            Subscription::Heads => head(chain, number).map(|head| vec![head]),
            Subscription::Logs(filter) => logs(chain, filter, number),
            Subscription::Waiting { .. } | Subscription::Syncing => continue,
        };
        match results {
            Ok(results) => {
                news.extend(results.into_iter().map(|result| notification(*id, &result)));
            }
            Err(error) => tracing::error!(?error, number, "a subscription missed a block"),
        }
    }
    news
}

fn news_of_arrival(chain: &Chain, waiting: &[(u64, bool)], hash: B256) -> Vec<String> {
    let whole = || -> Result<Option<Value>, RpcError> {
        chain.transaction(hash)?.map(transactions::shown).transpose()
    };
    let news = waiting.iter().filter_map(|(id, full)| {
        if !full {
            return Some(notification(*id, &json!(hash)));
        }
        match whole() {
            Ok(transaction) => transaction.map(|transaction| notification(*id, &transaction)),
            Err(error) => {
                tracing::error!(?error, %hash, "a subscription missed a transaction");
                None
            }
        }
    });
    news.collect()
}

fn head(chain: &Chain, number: u64) -> Result<Value, RpcError> {
    let block = chain.block(BlockId::number(number))?.ok_or_else(RpcError::internal)?;
    json_of(blocks::header(&block))
}

fn logs(chain: &Chain, filter: &Filter, number: u64) -> Result<Vec<Value>, RpcError> {
    filters::logs_of_block(chain, filter, number)?.into_iter().map(json_of).collect()
}

fn notification(id: u64, result: &Value) -> String {
    let notification = json!({
        "jsonrpc": "2.0",
        "method": "eth_subscription",
        "params": { "subscription": quantity(id), "result": result },
    });
    notification.to_string()
}

impl Subscriptions {
    fn subscribe(&mut self, params: &Params) -> Result<Value, RpcError> {
        params.at_most(2)?;
        let subscription = match params.required::<String>(0)?.as_str() {
            "newHeads" => Subscription::Heads,
            "logs" if params.optional::<Value>(1)?.is_none() => Subscription::Logs(Box::default()),
            "logs" => Subscription::Logs(Box::new(filters::filter(params, 1)?)),
            "newPendingTransactions" => {
                Subscription::Waiting { full: params.optional(1)?.unwrap_or(false) }
            }
            "syncing" => Subscription::Syncing,
            other => {
                let message = format!("no \"{other}\" subscription in eth namespace");
                return Err(RpcError::coded(-32_601, message));
            }
        };
        if self.by_id.len() >= SUBSCRIPTIONS_MAX {
            let message = format!("too many subscriptions, limit {SUBSCRIPTIONS_MAX}");
            return Err(RpcError::server(message));
        }
        self.last_id = self.last_id.saturating_add(1);
        self.by_id.insert(self.last_id, subscription);
        self.new.push(self.last_id);
        Ok(quantity(self.last_id))
    }

    fn unsubscribe(&mut self, params: &Params) -> Result<Value, RpcError> {
        params.at_most(1)?;
        let id: alloy_primitives::U64 = params.required(0)?;
        match self.by_id.remove(&id.to()) {
            Some(_) => Ok(json!(true)),
            None => Err(RpcError::server("subscription not found")),
        }
    }

    fn follow_blocks(&self) -> bool {
        let of_blocks = |subscription: &Subscription| {
            matches!(subscription, Subscription::Heads | Subscription::Logs(_))
        };
        self.by_id.values().any(of_blocks)
    }

    /// What new subscriptions are told at once, after the reply that names them.
    fn first_words(&mut self) -> Vec<String> {
        let new = std::mem::take(&mut self.new).into_iter();
        let syncing = new.filter(|id| matches!(self.by_id.get(id), Some(Subscription::Syncing)));
        syncing.map(|id| notification(id, &json!(false))).collect()
    }
}
