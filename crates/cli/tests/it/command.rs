//! Help, settings, exit codes and hints.

use crate::support::{openledger, text};

#[test]
fn every_command_shows_an_example() {
    for command in [
        &["up"][..],
        &["datanet", "create"],
        &["datanet", "list"],
        &["datanet", "show"],
        &["contribute"],
        &["snapshot"],
        &["train"],
        &["jobs"],
        &["adapters"],
        &["chat"],
        &["period", "close"],
        &["period", "show"],
        &["claim"],
        &["receipt", "show"],
        &["receipt", "verify"],
        &["account", "create"],
        &["account", "list"],
        &["account", "show"],
        &["account", "deposit"],
        &["account", "export"],
        &["status"],
        &["doctor"],
        &["config", "show"],
    ] {
        let output = openledger(&[command, &["--help"]].concat());
        assert!(text(&output.stdout).contains("Example:"), "{command:?}");
    }
}

#[test]
fn without_a_node_the_exit_code_is_3_and_the_hint_says_how_to_start_one() {
    let output = openledger(&["--node", "http://127.0.0.1:9", "status"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("hint: start one with `openledger up`"));
}

#[test]
fn wrong_usage_is_2() {
    assert_eq!(openledger(&["fly"]).status.code(), Some(2));
    assert_eq!(openledger(&["up", "--set", "block_ms"]).status.code(), Some(2));
}

#[test]
fn settings_are_shown_with_their_origin_and_unknown_ones_refused() {
    let output = openledger(&["config", "show"]);
    assert!(text(&output.stdout).contains("127.0.0.1:7077"));
    assert!(text(&output.stdout).contains("default"));
    let output = openledger(&["up", "--set", "blok_ms=1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("unknown setting \"blok_ms\""));
    assert!(text(&output.stderr).contains("hint: "));
}
