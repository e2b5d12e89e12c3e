//! Stake, votes and a change of the split, all through the binary.

use serde_json::Value;

use crate::support::{Up, text};

const SETTINGS: &[&str] = &[
    "challenge_window_s=1",
    "unbonding_s=2",
    "governance_voting_delay_s=1",
    "governance_voting_period_s=4",
    "governance_late_quorum_s=1",
    "governance_timelock_s=1",
];
const OPEN: u128 = 1_000_000_000_000_000_000;

fn number(value: &Value) -> u128 {
    value.as_str().expect("an amount").parse().expect("a number")
}

/// The fee, its split's version and the treasury's line of the answer to a question.
fn ask(up: &Up, question: &str) -> (u128, u64, u128, String) {
    let answer = up.json(&["chat", "my-field", question, "--max-tokens", "8"]);
    let attribution = &answer["attribution"];
    let lines = attribution["split"].as_array().expect("lines");
    let treasury = lines.iter().find(|line| line["role"] == "treasury").expect("a line");
    let id = attribution["id"].as_str().expect("an id").to_owned();
    let version = up.json(&["receipt", "show", &id])["split_options"]["version"].as_u64();
    let fee = number(&attribution["fee_wei"]);
    (fee, version.expect("a number"), number(&treasury["amount_wei"]), id)
}

#[test]
fn a_vote_changes_the_split_of_the_next_answer() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start_with(&folder.path().join("data"), SETTINGS);
    up.train(folder.path());
    for name in ["alice", "bob"] {
        up.json(&["account", "create", name]);
    }
    let before = ask(&up, "What is E1?");
    assert_eq!((before.1, before.2), (1, before.0 * 70_000 / 1_000_000));
    stake(&up);
    vote(&up);
    drop(up);
    let up = Up::start_with(&folder.path().join("data"), SETTINGS);
    let after = ask(&up, "What is E2?");
    assert_eq!((after.1, after.2), (2, after.0 * 84_000 / 1_000_000));
    for (.., id) in [&before, &after] {
        let verified = up.json(&["receipt", "verify", id]);
        assert!(verified["ok"].as_bool().unwrap(), "{verified}");
    }
    up.json(&["period", "close"]);
    up.json(&["claim"]);
    let totals = &up.json(&["status"])["totals"];
    assert_eq!(totals["fees_wei"], totals["claimed_wei"]);
    assert!(number(&totals["treasury_wei"]) >= before.2 + after.2);
    assert!(number(&totals["burnt_wei"]) > 0 && number(&totals["validators_wei"]) > 0);
}

fn stake(up: &Up) {
    let register = ["stake", "register", "200", "--commission", "5", "--as", "alice"];
    let tried = up.json(&[&register[..], &["--dry-run"]].concat());
    assert!(tried["dry_run"].as_bool().expect("a flag") && tried["gas_wei"] != "0");
    assert_eq!(up.json(&["stake", "show"])["validators"], Value::Array(Vec::new()));
    let once = [&register[..], &["--once", "a"]].concat();
    let first = up.json(&once);
    assert_eq!(up.json(&once)["steps"][0]["transaction"], first["steps"][0]["transaction"]);
    up.json(&["stake", "deposit", "50", "--as", "alice"]);
    up.json(&["stake", "delegate", "alice", "100", "--as", "bob"]);
    let validator = &up.json(&["stake", "show"])["validators"][0];
    assert_eq!(number(&validator["stake_wei"]), 350 * OPEN);
    assert_eq!(validator["commission_ppm"], 50_000);
    let ticket = up.json(&["stake", "unbond", "alice", "40", "--as", "bob"]);
    let ticket = ticket["facts"]["ticket"].as_u64().expect("a ticket").to_string();
    let early = up.run(&["stake", "withdraw", &ticket, "--as", "bob"]);
    assert!(text(&early.stderr).contains("hint: "), "{}", text(&early.stderr));
    let balance = |up: &Up| number(&up.json(&["account", "show", "bob"])["balance_wei"]);
    let poorer = balance(up);
    up.when_allowed(&["stake", "withdraw", &ticket, "--as", "bob"]);
    assert!(balance(up) > poorer + 39 * OPEN);
    assert_eq!(up.json(&["stake", "show", "bob"])["tickets"], Value::Array(Vec::new()));
}

fn vote(up: &Up) {
    up.json(&["delegate", "--amount", "500", "--as", "alice"]);
    let split = ["propose", "split", "--treasury", "84000", "--contributors", "686000"];
    let propose = [&split[..], &["--as", "alice", "--description", "more for all"]].concat();
    let refused = up.run(&[&split[..], &["--as", "bob", "--dry-run"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let proposal = up.when_allowed(&propose);
    assert_eq!(proposal["facts"]["number"], 1);
    up.until(&["proposal", "show", "1"], |proposal| proposal["state"] == "active");
    up.json(&["vote", "1", "yes", "--as", "alice"]);
    let twice = up.run(&["vote", "1", "yes", "--as", "alice"]);
    assert!(text(&twice.stderr).contains("has voted"), "{}", text(&twice.stderr));
    up.until(&["proposal", "show", "1"], |proposal| proposal["state"] == "succeeded");
    assert_eq!(up.json(&["proposal", "queue", "1"])["facts"]["state"], "queued");
    up.when_allowed(&["proposal", "execute", "1"]);
    let list = up.json(&["proposal", "list"]);
    assert_eq!(list["proposals"][0]["state"], "executed");
    let split = &up.json(&["parameters", "show"])["split"];
    assert_eq!((&split["version"], &split["treasury_ppm"]), (&2.into(), &84_000.into()));
}
