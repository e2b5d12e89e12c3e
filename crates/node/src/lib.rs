//! One process of the product: the steps wired together behind HTTP, JSON-RPC and the web page.
//!
//! **Takes** a [`config::Config`], **gives** a running [`NodeHandle`]; dropping it stops everything.
//!
//! **Guarantees.** What a reply acknowledges is durable: after `kill -9` the next start resumes open
//! training runs, sends unconfirmed transactions again, and loses or pays nothing twice. Work with
//! tensors and the disk runs on threads of its own, never in an async section.
//!
//! **Not here.** Rules: what is admitted (`datanet`), how shares come about (`attribution`), how money
//! is divided (`settlement`). The node passes data from step to step and remembers where it is.

pub mod config;
pub mod error;

mod clock;
mod events;
mod hex;
mod workers;

mod arrivals;
mod chain;
mod chain_client;
mod intake;
mod keys;
mod outbox;
mod tables;

mod base;
mod core;

mod economy;

mod accounts;
mod actions;
mod channels;
mod escrow;
mod governance;
mod stake;

mod datanets;
mod expand;

mod adapters;
mod assets;
mod jobs;

mod answer;

mod periods;
mod receipts;
mod status;

pub mod archive;
pub mod dispute;
pub mod published;
pub mod remote_chain;
pub mod verify;

mod http;
mod rpc;

pub mod client;
pub mod openapi;
pub mod wire;

mod chain_server;
mod server;

pub use actions::signed_steps;
pub use chain_server::{ChainServer, ServeChain};
pub use channels::signed_voucher;
pub use keys::exported_key;
pub use primitives;
pub use rpc::JsonRpc;
pub use server::{Node, NodeHandle};
pub use settlement;
