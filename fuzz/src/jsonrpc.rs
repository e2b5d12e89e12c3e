//! Messages and whole requests against an in-memory chain: every reply is JSON-RPC.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use ledger::{Chain, Genesis, Options};
use serde_json::{Value, json};

use crate::corpus::Corpus;
use crate::mutate::Mutator;
use crate::{Target, vector};

/// Gas that one case may burn: a case is about parsing.
const CALL_GAS: u64 = 1_000_000;

/// The node's JSON-RPC on the official chain.
#[derive(Debug)]
pub(crate) struct JsonRpc(node::JsonRpc);

impl JsonRpc {
    /// With all blocks of the official chain.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let genesis = Genesis::from_json(&vector(folder, "genesis.json")?)?;
        let options = Options { call_gas_limit: CALL_GAS, ..Options::default() };
        let chain = Chain::in_memory(&genesis, options)?;
        chain.import(vector(folder, "chain.rlp")?.as_slice(), |_| {})?;
        Ok(Self(node::JsonRpc::new(chain)))
    }
}

/// The requests of the official suite and the kept samples.
pub(crate) fn corpus(folder: &Path) -> Result<Corpus> {
    let mut samples = Vec::new();
    let vectors = folder.join("../vectors/execution-apis");
    let methods = fs::read_dir(&vectors).with_context(|| format!("read {}", vectors.display()))?;
    let mut folders = methods.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    for folder in folders {
        let mut files =
            fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file)?;
            let requests = text.lines().filter_map(|line| line.strip_prefix(">> "));
            // The blobs of one request are 140 kB of zeros.
            let short = requests.filter(|request| request.len() < 10_000);
            samples.extend(short.map(|request| request.as_bytes().to_vec()));
        }
    }
    Corpus::with_lines(folder, JsonRpc::NAME, samples)
}

impl Target for JsonRpc {
    const NAME: &'static str = "jsonrpc";

    /// Mostly a value in the place of another; else bytes.
    fn change(&self, mutator: &mut Mutator, sample: &[u8]) -> Vec<u8> {
        let Ok(mut request) = serde_json::from_slice::<Value>(sample) else {
            return mutator.bytes(sample);
        };
        if mutator.one_in(4) {
            return mutator.bytes(sample);
        }
        // A request whose frame is broken never reaches a method.
        let inside = !mutator.one_in(6) && request.get("params").is_some();
        for _ in 0..=mutator.below(3) {
            let place = if inside { &mut request["params"] } else { &mut request };
            replace_one(place, mutator, 0);
        }
        request.to_string().into_bytes()
    }

    fn run(&self, case: &[u8]) {
        let Some(reply) = self.0.answer(case) else { return };
        let reply: Value = serde_json::from_str(&reply).expect("the reply is JSON");
        match reply {
            Value::Array(replies) => replies.iter().for_each(is_reply),
            reply => is_reply(&reply),
        }
    }
}

fn is_reply(reply: &Value) {
    assert_eq!(reply["jsonrpc"], "2.0", "{reply}");
    let (result, error) = (reply.get("result"), reply.get("error"));
    assert!(result.is_some() != error.is_some(), "either result or error: {reply}");
    if let Some(error) = error {
        assert!(error["code"].is_i64() && error["message"].is_string(), "{reply}");
        // What the node says of its own failures; simulations have an error of this code, too.
        assert_ne!(error["message"], "internal error", "{reply}");
    }
}

/// Puts an unexpected value somewhere.
fn replace_one(value: &mut Value, mutator: &mut Mutator, depth: usize) {
    let stop = depth > 0 && mutator.one_in(3);
    match value {
        Value::Array(items) if !stop && !items.is_empty() => {
            let place = mutator.below(items.len());
            if mutator.one_in(8) {
                items.push(items[place].clone());
            }
            replace_one(&mut items[place], mutator, depth + 1);
        }
        Value::Object(fields) if !stop && !fields.is_empty() => {
            let place = mutator.below(fields.len());
            if let Some((_, field)) = fields.iter_mut().nth(place) {
                replace_one(field, mutator, depth + 1);
            }
        }
        value => *value = unexpected(mutator),
    }
}

fn unexpected(mutator: &mut Mutator) -> Value {
    let hash = format!("0x{}", "d2".repeat(32));
    let address = "0x7dcd17433742f4c0ca53122ab541d0ba67fc27df";
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0x00"),
        json!("0x1"),
        json!("0xffffffffffffffff"),
        json!(format!("0x{}", "f".repeat(64))),
        json!(format!("0x{}", "f".repeat(65))),
        json!("latest"),
        json!("pending"),
        json!("earliest"),
        json!("safe"),
        json!(hash),
        json!(address),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!({ "blockHash": hash }),
        json!({ "from": address, "to": address, "gas": "0xffffffffffffffff" }),
        json!("x".repeat(300)),
    ];
    mutator.choose(&values).cloned().unwrap_or_default()
}
