//! What goes wrong over JSON-RPC: the code that go-ethereum gives, and the node answers on.

use alloy_provider::{Provider as _, ProviderBuilder, WsConnect};
use serde_json::{Value, json};
use ureq::http::StatusCode;

use crate::alloy::Served;

/// Posts a body as it stands.
fn post(url: &str, body: &str) -> (StatusCode, String) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut reply =
        agent.post(url).header("content-type", "application/json").send(body).expect("a reply");
    (reply.status(), reply.body_mut().read_to_string().expect("a reply"))
}

fn ask(url: &str, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    serde_json::from_str(&post(url, &request.to_string()).1).expect("a reply")
}

#[test]
fn refusals_have_go_ethereums_codes() {
    let served = Served::start();
    let url = served.server.url();
    let check = |method: &str, params: Value, code: i64, message: &str| {
        let reply = ask(&url, method, params);
        let told = reply["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(reply["error"]["code"], code, "{method}: {reply}");
        assert!(told.contains(message), "{method}: {told}");
    };
    let address = "0x00000000000000000000000000000000000a1104";
    let key = format!("0x{}", "0".repeat(65));
    check("eth_nothing", json!([]), -32_601, "does not exist");
    check("testing_buildBlockV1", json!([]), -32_601, "does not exist");
    check("eth_getBalance", json!([]), -32_602, "missing value for required argument 0");
    check("eth_getBalance", json!(["0x12"]), -32_602, "invalid argument 0");
    check("eth_getBalance", json!([address, "latest", 1]), -32_602, "too many arguments");
    check("eth_getBalance", json!([address, "0x99"]), -32_000, "header not found");
    check("eth_getBlockByNumber", json!(["2", false]), -32_602, "hex string without 0x prefix");
    check("eth_getStorageAt", json!([address, key]), -32_602, "storage key too long");
    check("eth_getStorageValues", json!([{}]), -32_602, "empty request");
    check("eth_getLogs", json!([{ "fromBlock": "0x9" }]), -32_602, "invalid block range");
    check("eth_getLogs", json!([{ "fromBlock": "pending" }]), -32_602, "pending logs");
    check("eth_getLogs", json!([{ "topics": [[], [], [], [], []] }]), -32_602, "exceed max topics");
    check("eth_getFilterChanges", json!(["0x1"]), -32_000, "filter not found");
    check("eth_feeHistory", json!(["0x1", "0x99", []]), -32_000, "request beyond head block");
    check("eth_feeHistory", json!(["0x1", "latest", [9, 1]]), -32_000, "invalid reward percentile");
    check("eth_sendRawTransaction", json!(["0x02"]), -32_000, "decoded");
    check("eth_subscribe", json!(["newHeads"]), -32_601, "does not exist");
}

#[test]
fn messages_beyond_the_limits_are_refused() {
    let served = Served::start();
    let url = served.server.url();
    for broken in ["", "{", "nothing", &"[".repeat(100_000)] {
        let reply: Value = serde_json::from_str(&post(&url, broken).1).unwrap();
        assert_eq!(reply["error"]["code"], -32_700, "{reply}");
    }
    let one = r#"{"jsonrpc":"2.0","id":7,"method":"eth_chainId"}"#;
    let batch = format!("[{}]", vec![one; 1001].join(","));
    let reply: Value = serde_json::from_str(&post(&url, &batch).1).unwrap();
    assert_eq!((&reply[0]["id"], &reply[0]["error"]["code"]), (&json!(7), &json!(-32_600)));
    let batch = format!("[{}]", vec![one; 1000].join(","));
    let reply: Value = serde_json::from_str(&post(&url, &batch).1).unwrap();
    assert_eq!(reply.as_array().unwrap().len(), 1000);
    let long = format!("\"{}\"", "x".repeat(6 << 20));
    assert_eq!(post(&url, &long).0, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, body) = post(&url, r#"{"jsonrpc":"2.0","method":"eth_chainId"}"#);
    assert_eq!((status, body.as_str()), (StatusCode::NO_CONTENT, ""));
}

#[test]
fn filters_end_when_they_are_uninstalled_and_are_counted() {
    let served = Served::start();
    let url = served.server.url();
    let install = || ask(&url, "eth_newBlockFilter", json!([]));
    let first = install()["result"].clone();
    assert_ne!(first, install()["result"], "ids differ");
    assert_eq!(ask(&url, "eth_getFilterChanges", json!([first]))["result"], json!([]));
    assert_eq!(ask(&url, "eth_uninstallFilter", json!([first]))["result"], true);
    assert_eq!(ask(&url, "eth_uninstallFilter", json!([first]))["result"], false);
    let refused = (0..1000).map(|_| install()).find(|reply| reply.get("error").is_some()).unwrap();
    assert!(refused["error"]["message"].as_str().unwrap().contains("too many filters"));
}

#[test]
fn pages_of_any_origin_may_ask() {
    let served = Served::start();
    let preflight = ureq::http::Request::options(served.server.url())
        .header("origin", "https://example.org")
        .header("access-control-request-headers", "content-type,x-client")
        .body(())
        .unwrap();
    let reply = ureq::run(preflight).unwrap();
    let header = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    assert_eq!(header("access-control-allow-origin"), "*");
    assert_eq!(header("access-control-allow-headers"), "content-type,x-client");
}

#[test]
fn a_connection_has_a_limit_of_subscriptions() {
    let served = Served::start();
    let url = format!("{}/rpc", served.server.url().replacen("http", "ws", 1));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let socket = ProviderBuilder::new().connect_ws(WsConnect::new(url)).await.unwrap();
        let mut refused = None;
        for _ in 0..=100 {
            refused = socket.subscribe_blocks().await.err();
        }
        let refused = refused.unwrap();
        assert!(refused.to_string().contains("too many subscriptions"), "{refused}");
    });
}
