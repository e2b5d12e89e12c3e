//! A payer whose key the node never sees, paying by one voucher.

use std::fs;

use node::primitives::Key;
use serde_json::Value;

use crate::support::{Up, text};

fn number(value: &Value) -> u128 {
    value.as_str().expect("an amount").parse().expect("a number")
}

#[test]
fn a_channel_pays_many_answers_with_one_redemption() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(&folder.path().join("data"));
    up.train(folder.path());
    let key = Key::from_bytes(&[0x42; 32]).unwrap();
    let payer = key.address().to_string();
    let file = folder.path().join("payer.key");
    fs::write(&file, format!("0x{}\n", "42".repeat(32))).unwrap();
    let file = file.to_str().unwrap();
    up.json(&["account", "send", &payer, "20", "--as", "local"]);

    let open = ["channel", "open", "--deposit", "5", "--key-file", file];
    let tried = up.json(&[&open[..], &["--dry-run"]].concat());
    assert_eq!(tried["terms"]["deposited_wei"], "0");
    let channel = up.json(&open);
    let api_key = channel["api_key"].as_str().expect("a key").to_owned();
    let ask = |question: &str| {
        let arguments = ["chat", "my-field", question, "--max-tokens", "8", "--api-key", &api_key];
        number(&up.json(&arguments)["attribution"]["fee_wei"])
    };
    let fees = ask("What is E1?") + ask("What is E2?");
    let shown = up.json(&["channel", "show", &payer]);
    assert_eq!((number(&shown["owed_wei"]), number(&shown["redeemed_wei"])), (fees, 0));

    let voucher = folder.path().join("voucher.json");
    let voucher = voucher.to_str().unwrap();
    up.json(&["channel", "sign", "--limit", "5", "--key-file", file, "--out", voucher]);
    assert_eq!(up.json(&["period", "close"])["receipts"], 2);
    let shown = up.json(&["channel", "show", &payer]);
    assert_eq!((number(&shown["owed_wei"]), number(&shown["redeemed_wei"])), (0, fees));
    up.json(&["claim"]);
    let totals = &up.json(&["status"])["totals"];
    assert_eq!((number(&totals["fees_wei"]), number(&totals["claimed_wei"])), (fees, fees));

    // What the chain shows everybody does not give the key away again.
    let known = up.run(&["channel", "open", "--limit", "5", "--key-file", file]);
    assert!(text(&known.stderr).contains("higher limit"), "{}", text(&known.stderr));
    let raised = up.json(&["channel", "raise", "--deposit", "1", "--key-file", file]);
    assert_eq!(raised["api_key"], api_key.as_str());
    assert_eq!(number(&raised["limit_wei"]), 6_000_000_000_000_000_000);
    ask("What is E3?");
    assert_eq!(up.json(&["channel", "close", "--as", &payer])["is_closed"], true);
    let closed = up.run(&["chat", "my-field", "What is E1?", "--api-key", &api_key]);
    assert_eq!(closed.status.code(), Some(1));
    assert_eq!(up.json(&["period", "close"])["receipts"], 1);
}
