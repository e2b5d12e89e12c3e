//! A wrong period, posted with the poster's own key, is found, proven and taken back.

use std::fs;

use node::primitives::{B256, Bytes, ChainRecord as _, Key, keccak256};
use node::published::Data;
use node::remote_chain::RemoteChain;
use node::settlement::{ChainClient as _, Contracts, SettledAnswers, Terms};
use serde_json::Value;

use crate::support::{Up, openledger, text};

fn number(value: &Value) -> u128 {
    value.as_str().expect("an amount").parse().expect("a number")
}

/// The poster's key, as `account export` gives it.
fn poster(data: &std::path::Path) -> Key {
    let data = data.to_str().expect("a path of text");
    let export = openledger(&["account", "export", "operator", "--json", "--data", data]);
    let export: Value = serde_json::from_slice(&export.stdout).expect("JSON");
    let secret = export["private_key"].as_str().expect("a key");
    let bytes: B256 = secret.parse().expect("32 bytes");
    Key::from_bytes(&bytes.0).expect("a key")
}

/// Period 2 with the balances of period 1, paying an answer of period 1 to the poster alone.
fn wrong_data(honest: &Data, poster: &Key) -> Data {
    let mut wrong = honest.clone();
    wrong.answers.truncate(1);
    let settled = &mut wrong.answers[0].settled;
    settled.lines.truncate(1);
    settled.lines[0].account = poster.address();
    settled.lines[0].amountWei = settled.feeWei;
    let tree = SettledAnswers::new([settled.clone()]).expect("a tree");
    wrong.payout.period = 2;
    wrong.payout.parent = honest.payout.id();
    wrong.payout.answers = tree.root();
    wrong
}

fn post(up: &Up, wrong: &Data, bytes: &[u8], key: &Key) {
    let chain = RemoteChain::new(&format!("{}/rpc", up.url()));
    let contracts = contracts(up);
    let bond = contracts.poster_bond(&chain).expect("a bond");
    let call = contracts.post(&wrong.payout, keccak256(bytes), bond);
    let terms = Terms {
        chain_id: contracts.chain_id,
        nonce: chain.nonce(key.address()).expect("a nonce"),
        fees: chain.fees().expect("prices"),
    };
    let signed = call.sign(key, &terms).expect("signed");
    let hash = chain.submit(&Bytes::clone(&signed.raw)).expect("taken");
    let outcome = loop {
        if let Some(outcome) = chain.outcome(hash).expect("an answer") {
            break outcome;
        }
    };
    assert!(outcome.succeeded);
}

fn contracts(up: &Up) -> Contracts {
    let status = node::client::Client::new(up.url()).status().expect("a status");
    node::dispute::contracts_of(&status).expect("addresses")
}

#[test]
fn a_wrong_period_is_proven_and_nobody_loses_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let up = Up::start_with(&data, &["challenge_window_s=15"]);
    up.train(folder.path());
    up.json(&["account", "create", "alice"]);
    up.json(&["chat", "my-field", "What is E1?", "--max-tokens", "8"]);
    up.json(&["period", "close"]);
    let early = up.run(&["claim", "local", "--no-wait"]);
    assert!(text(&early.stderr).contains("can be disputed"), "{}", text(&early.stderr));
    let active = |shown: &Value| shown["period"]["active"] == 1;
    up.until(&["status"], |shown| {
        up.json(&["period", "show"]);
        active(shown)
    });
    assert_eq!(up.json(&["dispute", "check", "1"])["wrongs"], Value::Array(Vec::new()));

    let saved = folder.path().join("period-1.bin");
    up.json(&["dispute", "data", "1", "--out", saved.to_str().unwrap()]);
    let honest = Data::decode(&fs::read(&saved).unwrap()).unwrap();
    let key = poster(&data);
    let wrong = wrong_data(&honest, &key);
    let bytes = wrong.encode();
    post(&up, &wrong, &bytes, &key);
    let file = folder.path().join("period-2.bin");
    fs::write(&file, &bytes).unwrap();
    let file = file.to_str().unwrap();

    let report = up.json(&["dispute", "check", "2", "--data", file]);
    let kinds: Vec<&Value> =
        report["wrongs"].as_array().unwrap().iter().map(|wrong| &wrong["kind"]).collect();
    assert!(kinds.contains(&&Value::from("split")), "{report}");
    let prove = ["dispute", "prove", "2", "--data", file, "--as", "alice"];
    assert_eq!(up.json(&[&prove[..], &["--dry-run"]].concat())["dry_run"], true);
    up.json(&prove);
    let again = up.run(&prove);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(up.json(&["dispute", "check", "2", "--data", file])["status"], "disabled");

    let balance = |name: &str| number(&up.json(&["account", "show", name])["balance_wei"]);
    let before = balance("alice");
    up.json(&["dispute", "withdraw", "--as", "alice"]);
    assert!(balance("alice") > before + 49_000_000_000_000_000_000, "half of the bond");
    let claimed = up.json(&["claim"]);
    let paid = claimed["claims"].as_array().unwrap().iter().map(|claim| number(&claim["paid_wei"]));
    assert_eq!(paid.sum::<u128>(), number(&up.json(&["status"])["totals"]["fees_wei"]));

    up.json(&["chat", "my-field", "What is E2?", "--max-tokens", "8"]);
    let next = up.json(&["period", "close"]);
    assert_eq!((&next["number"], &next["status"]), (&2.into(), &"pending".into()));
    // The guardian takes it back: its answer is open again and the next close pays it.
    up.json(&["dispute", "disable", "2", "--as", "operator"]);
    let list = up.json(&["period", "show"]);
    assert_eq!((&list["open"]["receipts"], &list["disabled"][0]["number"]), (&1.into(), &2.into()));
    let again = up.json(&["period", "close"]);
    assert_eq!((&again["number"], &again["period_wei"]), (&2.into(), &next["period_wei"]));
}
