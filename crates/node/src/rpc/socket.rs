//! One WebSocket connection: requests in turn, and the subscriptions of the client.

use std::{collections::BTreeMap, sync::Arc};

use alloy_eips::BlockId;
use alloy_rpc_types_eth::Filter;
use axum::{
    body::Bytes,
    extract::ws::{Message, WebSocket},
};
use ledger::Chain;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{
    BATCH_MAX, Server, blocks, filters,
    message::{self, Params, RpcError, json_of, quantity},
    methods,
};

/// Most subscriptions of one connection.
const SUBSCRIPTIONS_MAX: usize = 100;

#[derive(Clone, Debug)]
enum Subscription {
    Heads,
    Logs(Box<Filter>),
}

/// The subscriptions of one connection.
#[derive(Debug, Default)]
struct Subscriptions {
    by_id: BTreeMap<u64, Subscription>,
    last_id: u64,
}

/// Serves a connection until either side closes it.
pub(super) async fn serve(server: Arc<Server>, mut socket: WebSocket) {
    let mut sealed = server.producer.subscribe();
    let mut reported = server.producer.chain.head().number;
    let mut subscriptions = Subscriptions::default();
    loop {
        let replies = tokio::select! {
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    let body = Bytes::from(text);
                    answer(Arc::clone(&server), &mut subscriptions, body).await
                }
                Some(Ok(Message::Binary(body))) => {
                    answer(Arc::clone(&server), &mut subscriptions, body).await
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            // The message only says that something happened: whoever lags reads the rest from
            // the chain.
            block = sealed.recv() => match block {
                Err(RecvError::Closed) => return,
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    news(Arc::clone(&server), &subscriptions, &mut reported).await
                }
            },
        };
        for reply in replies {
            if socket.send(Message::text(reply.to_string())).await.is_err() {
                return;
            }
        }
    }
}

async fn answer(server: Arc<Server>, subscriptions: &mut Subscriptions, body: Bytes) -> Vec<Value> {
    let mut owned = std::mem::take(subscriptions);
    let task = tokio::task::spawn_blocking(move || {
        let mut method = |name: &str, params: &Params| match name {
            "eth_subscribe" => owned.subscribe(params),
            "eth_unsubscribe" => owned.unsubscribe(params),
            name => methods::call(&server, name, params),
        };
        let reply = message::answer(&body, BATCH_MAX, &mut method);
        (reply, owned)
    });
    match task.await {
        Ok((reply, owned)) => {
            *subscriptions = owned;
            reply.into_iter().collect()
        }
        Err(error) => {
            tracing::error!(%error, "a json-rpc request panicked");
            vec![message::failure(&Value::Null, RpcError::internal())]
        }
    }
}

/// Notifications for the blocks after `reported`.
async fn news(
    server: Arc<Server>,
    subscriptions: &Subscriptions,
    reported: &mut u64,
) -> Vec<Value> {
    let first = reported.saturating_add(1);
    *reported = server.producer.chain.head().number;
    let last = *reported;
    if subscriptions.by_id.is_empty() {
        return Vec::new();
    }
    let by_id = subscriptions.by_id.clone();
    let task = tokio::task::spawn_blocking(move || {
        let chain = &*server.producer.chain;
        (first..=last).flat_map(|number| news_of_block(chain, &by_id, number)).collect()
    });
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a subscription panicked");
        Vec::new()
    })
}

fn news_of_block(chain: &Chain, by_id: &BTreeMap<u64, Subscription>, number: u64) -> Vec<Value> {
    let mut news = Vec::new();
    for (id, subscription) in by_id {
        let results = match subscription {
            Subscription::Heads => head(chain, number).map(|head| vec![head]),
            Subscription::Logs(filter) => logs(chain, filter, number),
        };
        match results {
            Ok(results) => news.extend(results.into_iter().map(|result| notification(*id, result))),
            Err(error) => tracing::error!(?error, number, "a subscription missed a block"),
        }
    }
    news
}

fn head(chain: &Chain, number: u64) -> Result<Value, RpcError> {
    let block = chain.block(BlockId::number(number))?.ok_or_else(RpcError::internal)?;
    json_of(blocks::header(&block))
}

fn logs(chain: &Chain, filter: &Filter, number: u64) -> Result<Vec<Value>, RpcError> {
    filters::logs_of_block(chain, filter, number)?.into_iter().map(json_of).collect()
}

fn notification(id: u64, result: Value) -> Value {
    json!({
        "jsonrpc": "2.0",
        "method": "eth_subscription",
        "params": { "subscription": quantity(id), "result": result },
    })
}

impl Subscriptions {
    fn subscribe(&mut self, params: &Params) -> Result<Value, RpcError> {
        let subscription = match params.required::<String>(0)?.as_str() {
            "newHeads" => Subscription::Heads,
            "logs" => Subscription::Logs(Box::new(params.optional(1)?.unwrap_or_default())),
            other => {
                let message = format!("no \"{other}\" subscription in eth namespace");
                return Err(RpcError::invalid_params(message));
            }
        };
        if self.by_id.len() >= SUBSCRIPTIONS_MAX {
            let message = format!("too many subscriptions, limit {SUBSCRIPTIONS_MAX}");
            return Err(RpcError::server(message));
        }
        self.last_id = self.last_id.saturating_add(1);
        self.by_id.insert(self.last_id, subscription);
        Ok(quantity(self.last_id))
    }

    fn unsubscribe(&mut self, params: &Params) -> Result<Value, RpcError> {
        let id: alloy_primitives::U64 = params.required(0)?;
        Ok(json!(self.by_id.remove(&id.to()).is_some()))
    }
}
