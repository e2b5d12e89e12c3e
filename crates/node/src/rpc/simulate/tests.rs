//! The official request and answer files of the methods that execute code.

use std::{fs, path::Path, sync::Arc, time::Duration};

use ledger::{Chain, Genesis, Options};
use serde_json::Value;

use crate::{
    chain::Producer,
    rpc::{BATCH, Server, message, methods},
};

fn official() -> Server {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/execution-apis");
    let genesis = fs::read_to_string(folder.join("genesis.json")).unwrap();
    let genesis = Genesis::from_json(genesis.as_bytes()).unwrap();
    let chain = Chain::in_memory(&genesis, Options::default()).unwrap();
    chain.import(fs::read(folder.join("chain.rlp")).unwrap().as_slice(), |_| {}).unwrap();
    let (producer, thread) = Producer::start(chain, Duration::from_secs(1));
    producer.stop();
    thread.join().unwrap();
    Server::new(producer, crate::rpc::Options::default())
}

fn ask(server: &Server, request: &str) -> Value {
    let mut method = |name: &str, params: &_, _: &[_]| methods::call(server, name, params);
    let reply = message::answer(request.as_bytes(), BATCH, &mut method).unwrap();
    serde_json::from_str(&reply).unwrap()
}

/// Messages of errors are free, codes and data are not.
fn without_message(mut reply: Value) -> Value {
    if let Some(error) = reply.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("message");
    }
    reply
}

#[test]
fn official_answers_are_given() {
    let server = official();
    let mut failed = Vec::new();
    for folder in [
        "eth_simulateV1",
        "eth_createAccessList",
        "eth_call",
        "eth_getProof",
        "eth_estimateGas",
        "eth_getStorageValues",
        "eth_getStorageAt",
    ] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/execution-apis").join(folder);
        for file in fs::read_dir(path).unwrap() {
            let file = file.unwrap().path();
            let text = fs::read_to_string(&file).unwrap();
            let request = text.lines().find_map(|line| line.strip_prefix(">> ")).unwrap();
            let expected = text.lines().find_map(|line| line.strip_prefix("<< ")).unwrap();
            let expected = without_message(serde_json::from_str(expected).unwrap());
            let given = without_message(ask(&server, request));
            if given != expected {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                failed.push(name);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
