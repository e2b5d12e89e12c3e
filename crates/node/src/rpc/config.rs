//! What this node is: its forks, and how far back it answers.

use ledger::Chain;
use serde_json::{Value, json};

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::Params,
};

/// `eth_config` (EIP-7910): the present fork, the next one and the last one that is scheduled.
pub(super) fn forks(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let schedule = server.chain().fork_schedule()?;
    json_of(schedule.ok_or_else(|| RpcError::server("there is no fork schedule before Cancun"))?)
}

/// `eth_capabilities`: nothing is ever deleted.
pub(super) fn capabilities(chain: &Chain) -> Value {
    let head = chain.head();
    let all = || json!({ "disabled": false, "oldestBlock": "0x0" });
    json!({
        "head": { "number": quantity(head.number), "hash": head.hash() },
        "state": all(),
        "tx": all(),
        "logs": all(),
        "receipts": all(),
        "blocks": all(),
        "stateproofs": all(),
    })
}
