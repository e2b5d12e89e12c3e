//! The chain at its boundary: signed bytes in, blocks and reads out.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod account;
mod blobs;
mod blocks;
mod calls;
mod corrupt;
mod crash;
mod faults;
mod import;
mod pool;
mod reads;
mod simulate;
mod supply;
mod trace;
mod verify;
