//! The committed descriptions say what the code does.

use std::fs;

use node::config::{Setting, Sources};
use node::openapi;

use crate::support::Running;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema");

/// Compares, or with `OPENLEDGER_BLESS=1` writes.
fn check(name: &str, text: &str) {
    let path = format!("{SCHEMA}/{name}");
    if std::env::var_os("OPENLEDGER_BLESS").is_some() {
        fs::write(&path, text).expect("written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{name} is stale; write it with OPENLEDGER_BLESS=1 cargo test -p node"
    );
}

#[test]
fn openapi_is_committed() {
    let mut text = serde_json::to_string_pretty(&openapi::document()).unwrap();
    text.push('\n');
    check("openapi.json", &text);
}

#[test]
fn settings_are_committed() {
    let (_, settings) = Sources::default().resolve().unwrap();
    let mut text = String::from(
        "# Settings\n\nIn `openledger.toml`, in the environment as `OPENLEDGER_NAME`, or with `up --set name=value`; \
         the later wins.\n\n| setting | default | meaning |\n|---|---|---|\n",
    );
    for Setting { key, value, help, .. } in settings {
        text.extend(["| `", key, "` | `", &value, "` | ", help, " |\n"]);
    }
    check("config.md", &text);
}

#[test]
fn every_documented_route_is_answered() {
    let node = Running::with(|_, _| {});
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    for (method, path) in openapi::routes() {
        if path == "/api/v1/events" {
            continue;
        }
        let url = format!("{}{}", node.client.node(), path.replace(['{', '}'], ""));
        let sent =
            if method == "get" { agent.get(&url).call() } else { agent.post(&url).send("{}") };
        let mut response = sent.expect("a reply");
        let text = response.body_mut().read_to_string().expect("a text");
        assert_ne!(response.status(), 405, "{method} {path}");
        assert!(!text.contains("no_such_route"), "{method} {path}: {text}");
    }
}

#[test]
fn unknown_routes_are_errors_and_other_paths_the_page() {
    let node = Running::with(|_, _| {});
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let get = |path: &str| {
        let mut response =
            agent.get(format!("{}{path}", node.client.node())).call().expect("a reply");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("a text"))
    };
    let (status, text) = get("/api/v1/nothing");
    assert_eq!(status, 404);
    assert!(text.contains("no_such_route"));
    for path in ["/", "/receipts/0x12"] {
        let (status, text) = get(path);
        assert_eq!(status, 200);
        assert!(text.to_lowercase().contains("<!doctype html>"));
    }
}
