//! The methods that execute code, on the official test chain.

use std::{fs, path::Path, time::Duration};

use ledger::{Chain, Genesis, Options};
use serde_json::{Value, json};

use super::{BATCH, Server, message, methods};
use crate::chain::Producer;

fn official() -> Server {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/execution-apis");
    let genesis = fs::read_to_string(folder.join("genesis.json")).unwrap();
    let genesis = Genesis::from_json(genesis.as_bytes()).unwrap();
    let chain = Chain::in_memory(&genesis, Options::default()).unwrap();
    chain.import(fs::read(folder.join("chain.rlp")).unwrap().as_slice(), |_| {}).unwrap();
    let (producer, thread) = Producer::start(chain, Duration::from_secs(1));
    producer.stop();
    thread.join().unwrap();
    Server::new(producer, super::Options::default())
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
        "debug_traceTransaction",
        "debug_traceBlockByNumber",
        "debug_traceBlockByHash",
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

#[track_caller]
fn result(server: &Server, method: &str, params: &Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let mut reply = ask(server, &request.to_string());
    assert!(reply.get("error").is_none(), "{method} {params}: {reply}");
    reply["result"].take()
}

#[test]
fn calls_see_other_accounts_and_blocks() {
    let server = official();
    let contract = "0xc100000000000000000000000000000000000000";
    // number, timestamp and base fee
    let code = "0x435f52426020524860405260605ff3";
    let state = json!({ contract: { "code": code } });
    let block = json!({ "number": "0x7b", "time": "0x1c8", "baseFeePerGas": "0x5" });
    let asked = json!([{ "to": contract, "gasPrice": "0x5" }, "latest", state, block]);
    let output = result(&server, "eth_call", &asked);
    let word = |number: u64| format!("{number:064x}");
    assert_eq!(output, json!(format!("0x{}{}{}", word(0x7b), word(0x1c8), word(5))));
    let gas = result(&server, "eth_estimateGas", &asked);
    assert!(gas.as_str().unwrap() > "0x5208");
    let refused =
        json!([{ "to": contract }, "latest", {}, { "beaconRoot": format!("0x{}", word(1)) }]);
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": refused });
    assert_eq!(ask(&server, &request.to_string())["error"]["code"], -32_000);
}

#[test]
fn an_explorer_finds_its_way() {
    let server = official();
    let ots = |method: &str, params: Value| result(&server, &format!("ots_{method}"), &params);
    assert_eq!(ots("getApiLevel", json!([])), 8);
    let block = result(&server, "eth_getBlockByNumber", &json!(["0x1", true]));
    let transactions = block["transactions"].as_array().unwrap();
    let (first, count) = (&transactions[0], transactions.len());
    let details = ots("getBlockDetails", json!([1]));
    assert_eq!(details, ots("getBlockDetailsByHash", json!([block["hash"]])));
    assert_eq!(details["block"]["transactionCount"], count);
    assert_eq!(details["issuance"]["blockReward"], "0x4563918244f40000");
    let page = ots("getBlockTransactions", json!([1, 0, 2]));
    let shown = page["fullblock"]["transactions"].as_array().unwrap();
    assert_eq!((shown.len(), &shown[1]["hash"]), (2, &transactions[count - 1]["hash"]));
    assert_eq!(page["receipts"][1]["logs"], Value::Null);

    let receipt = result(&server, "eth_getTransactionReceipt", &json!([first["hash"]]));
    let contract = &receipt["contractAddress"];
    assert_eq!(ots("hasCode", json!([contract, "latest"])), true);
    assert_eq!(ots("hasCode", json!([contract, "earliest"])), false);
    let creation = json!({ "hash": first["hash"], "creator": first["from"] });
    assert_eq!(ots("getContractCreator", json!([contract])), creation);
    assert_eq!(ots("getContractCreator", json!([first["from"]])), Value::Null);
    let sent = json!([first["from"], first["nonce"]]);
    assert_eq!(ots("getTransactionBySenderAndNonce", sent), first["hash"]);
    let trace = ots("traceTransaction", json!([first["hash"]]));
    assert_eq!((&trace[0]["type"], &trace[0]["depth"]), (&json!("CREATE"), &json!(0)));
    assert_eq!(ots("getInternalOperations", json!([first["hash"]])), json!([]));
    assert_eq!(ots("getTransactionError", json!([first["hash"]])), "0x");
}

#[test]
fn a_search_meets_every_transaction_once() {
    let server = official();
    let ots = |method: &str, params: Value| result(&server, &format!("ots_{method}"), &params);
    let block = result(&server, "eth_getBlockByNumber", &json!(["0x1", true]));
    let sender = &block["transactions"][0]["from"];
    let number = |transaction: &Value| {
        let number = transaction["blockNumber"].as_str().unwrap();
        u64::from_str_radix(number.trim_start_matches("0x"), 16).unwrap()
    };
    let mut hashes = Vec::new();
    let mut from = 0;
    loop {
        let page = ots("searchTransactionsBefore", json!([sender, from, 25]));
        assert_eq!(page["firstPage"], json!(from == 0));
        let found = page["txs"].as_array().unwrap();
        hashes.extend(found.iter().map(|transaction| transaction["hash"].clone()));
        if page["lastPage"] == true {
            break;
        }
        from = number(&found[found.len() - 1]);
    }
    let nonce = result(&server, "eth_getTransactionCount", &json!([sender, "latest"]));
    let nonce = u64::from_str_radix(nonce.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    assert!(hashes.len() as u64 >= nonce && nonce > 25);
    let mut again = Vec::new();
    from = 0;
    loop {
        let page = ots("searchTransactionsAfter", json!([sender, from, 25]));
        assert_eq!(page["lastPage"], json!(from == 0));
        let found = page["txs"].as_array().unwrap();
        again.splice(0..0, found.iter().map(|transaction| transaction["hash"].clone()));
        if page["firstPage"] == true {
            break;
        }
        from = number(&found[0]);
    }
    assert_eq!(hashes, again);
}
