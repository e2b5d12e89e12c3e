//! The journey by hand, as the README tells it.

use std::fs;

use serde_json::Value;

use crate::support::{RECORDS, Up, openledger, text};

#[test]
fn the_journey_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.jsonl");
    fs::write(&notes, RECORDS).unwrap();
    let data = folder.path().join("data");
    let up = Up::start(&data);

    up.json(&["datanet", "create", "my-field", "--licence", "CC-BY-4.0"]);
    let report = up.json(&["contribute", "my-field", notes.to_str().unwrap()]);
    assert_eq!(report["contributions"][0]["accepted"], 3);
    assert_eq!(up.json(&["snapshot", "my-field"])["records"], 3);
    let job = up.json(&["train", "my-field", "--preset", "quick", "--epochs", "3"]);
    assert_eq!(job["status"], "done");
    let answer = up.json(&["chat", "my-field", "What is E2?", "--max-tokens", "8"]);
    let receipt = answer["attribution"]["id"].as_str().unwrap().to_owned();
    assert!(answer["attribution"]["fee_wei"].as_str().unwrap().parse::<u128>().unwrap() > 0);
    let shown = up.run(&["chat", "my-field", "What is E3?", "--max-tokens", "8"]);
    assert!(text(&shown.stdout).contains("unattributed") && text(&shown.stdout).contains("fee 0."));
    assert_eq!(up.json(&["period", "close"])["receipts"], 2);
    assert!(!up.json(&["claim"])["claims"].as_array().unwrap().is_empty());
    assert_eq!(up.json(&["receipt", "verify", &receipt])["ok"], true);
    let status = up.json(&["status"]);
    assert_eq!(status["totals"]["fees_wei"], status["totals"]["claimed_wei"]);
    assert!(up.run(&["doctor"]).status.success());
    for listing in [
        &["datanet", "list"][..],
        &["adapters"],
        &["jobs"],
        &["account", "list"],
        &["period", "show"],
    ] {
        assert!(text(&up.run(listing).stdout).lines().count() >= 2, "{listing:?}");
    }
    let why = text(&up.run(&["account", "show", "operator"]).stdout);
    assert!(why.contains("gave the answer of my-field to “What is E2?”"), "{why}");

    offline(&up, &receipt, folder.path());
    let export =
        openledger(&["account", "export", "local", "--json", "--data", data.to_str().unwrap()]);
    let export: Value = serde_json::from_slice(&export.stdout).unwrap();
    let local = up.json(&["account", "show", "local"]);
    assert_eq!(export["address"], local["address"]);
}

/// A saved receipt verifies without any node, a changed one says what is wrong.
fn offline(up: &Up, receipt: &str, folder: &std::path::Path) {
    let saved = folder.join("receipt.json");
    let path = saved.to_str().expect("a path of text");
    assert!(up.run(&["receipt", "show", receipt, "--out", path]).status.success());
    let honest = openledger(&["receipt", "verify", path]);
    assert!(honest.status.success(), "{}", text(&honest.stderr));
    assert!(text(&honest.stdout).contains("✓ signature"));
    let mut file: Value =
        serde_json::from_slice(&fs::read(&saved).expect("it was saved")).expect("it is JSON");
    let ppm = file["receipt"]["unattributed_ppm"].as_u64().expect("a number");
    file["receipt"]["unattributed_ppm"] = (ppm ^ 1).into();
    fs::write(&saved, file.to_string()).expect("written");
    let tampered = openledger(&["receipt", "verify", path, "--json"]);
    assert_eq!(tampered.status.code(), Some(4));
    let told: Value = serde_json::from_slice(&tampered.stdout).expect("one JSON value");
    assert_eq!((&told["ok"], &told["broken"]), (&Value::Bool(false), &Value::from("sum")));
    let other = openledger(&["receipt", "verify", path, "--chain-id", "1"]);
    assert!(text(&other.stderr).contains("broken link chain_id"));
}

#[test]
fn asked_to_terminate_it_ends_cleanly_and_frees_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut up = Up::start(&data);
    let id = up.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(up.child.wait().unwrap().success());
    assert_eq!(Up::start(&data).json(&["status"])["counts"]["datanets"], 0);
}

#[test]
fn refusals_have_exit_code_1_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(&folder.path().join("data"));
    for (arguments, expect) in [
        (&["chat", "nobody", "hello"][..], "there is no model \"nobody\""),
        (&["snapshot", "nothing"], "there is no Datanet nothing"),
        (&["contribute", "nothing", "/no/such/file"], "cannot read /no/such/file"),
        (&["period", "close"], "no answer was given"),
        (&["claim", "operator"], "operator has nothing to claim"),
    ] {
        let output = up.run(arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(error.contains(expect) && error.contains("\nhint: "), "{error}");
    }
}
