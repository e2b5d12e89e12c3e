//! Help, settings, exit codes and hints.

use std::fs;

use crate::support::{openledger, text};

const COMMANDS: &[&[&str]] = &[
    &["up"],
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
    &["account", "withdraw"],
    &["account", "send"],
    &["stake", "register"],
    &["stake", "deposit"],
    &["stake", "delegate"],
    &["stake", "unbond"],
    &["stake", "withdraw"],
    &["stake", "show"],
    &["stake", "draw"],
    &["stake", "attest"],
    &["stake", "distribute"],
    &["delegate"],
    &["propose", "split"],
    &["propose", "set"],
    &["propose", "call"],
    &["proposal", "list"],
    &["proposal", "show"],
    &["proposal", "queue"],
    &["proposal", "execute"],
    &["vote"],
    &["parameters", "show"],
    &["dispute", "check"],
    &["dispute", "prove"],
    &["dispute", "data"],
    &["dispute", "withdraw"],
    &["dispute", "disable"],
    &["channel", "open"],
    &["channel", "sign"],
    &["channel", "show"],
    &["channel", "raise"],
    &["channel", "close"],
    &["status"],
    &["doctor"],
    &["config", "show"],
    &["chain", "serve"],
    &["chain", "import"],
    &["chain", "verify"],
    &["chain", "export"],
];

#[test]
fn every_command_shows_an_example() {
    for command in COMMANDS {
        let output = openledger(&[*command, &["--help"]].concat());
        assert!(text(&output.stdout).contains("Example:"), "{command:?}");
    }
}

/// `schema/cli.md` is what `--help` says; written with `OPENLEDGER_BLESS=1`.
#[test]
fn the_reference_is_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/cli.md");
    let mut reference = String::from("# The command line\n");
    for command in [&[][..]].into_iter().chain(COMMANDS.iter().copied()) {
        let output = openledger(&[command, &["--help"]].concat());
        let help = text(&output.stdout);
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let title = [&["openledger"], command].concat().join(" ");
        reference.extend(["\n## `", &title, "`\n\n```\n", &help.join("\n"), "\n```\n"]);
    }
    if std::env::var_os("OPENLEDGER_BLESS").is_some() {
        fs::write(path, &reference).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == reference, "schema/cli.md is stale; OPENLEDGER_BLESS=1 cargo test -p cli");
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
