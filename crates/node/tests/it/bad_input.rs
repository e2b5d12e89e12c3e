//! Everything that a caller can get wrong: a typed error with the next step, and nothing lost.

use std::fs;

use node::wire::{CreateDatanet, Train};
use node::{Node, config::Config};

use crate::support::{RECORDS, Running, chat, datanet, quickly, refused, write_base};

#[test]
fn files_are_refused_with_their_line_and_nothing_is_taken() {
    let node = Running::with(|_, _| {});
    node.client.create_datanet(&datanet("notes")).unwrap();
    let refuse = |name: &str, bytes: &[u8], line: u64| {
        let result = node.client.contribute("notes", "local", name, bytes);
        let error = refused(result, 422, "unreadable_file");
        assert_eq!(error.details["line"], line, "{name}: {}", error.message);
        assert!(error.hint.is_some());
    };
    refuse("a.jsonl", b"{\"question\":\"q\",\"answer\":\"a\"}\n{\"question\":", 2);
    refuse("a.jsonl", b"{\"question\":\"q\",\"answer\":\"a\"}\n{\"question\":\"q\"}\n", 2);
    refuse("a.csv", b"question,answer\nq,a\n\"q,a\n", 3);
    refuse("a.jsonl", b"{\"question\":\"q\",\"answer\":\"\xff\"}\n", 1);
    refuse("a.parquet", b"PAR1 is no Parquet PAR1", 0);
    refuse("a.exe", b"MZ", 0);
    refuse("a.jsonl", b"", 0);
    assert_eq!(node.client.datanet("notes").unwrap().datanet.records, 0);
}

#[test]
fn records_are_refused_one_by_one_with_a_reason() {
    let node = Running::with(|_, _| {});
    node.client.create_datanet(&datanet("notes")).unwrap();
    let long = "x".repeat(20_000);
    let lines = [
        "{\"question\":\"What is E1?\",\"answer\":\"a moved value\"}".to_owned(),
        "{\"question\":\"What is E2?\",\"answer\":\"\"}".to_owned(),
        format!("{{\"question\":\"What is E3?\",\"answer\":\"{long}\"}}"),
        "{\"question\":\"What is E4?\",\"answer\":\"b\",\"licence\":\"My-Own-1.0\"}".to_owned(),
        "{\"question\":\"what is e1\",\"answer\":\"A moved value.\"}".to_owned(),
    ];
    let report =
        node.client.contribute("notes", "local", "a.jsonl", lines.join("\n").as_bytes()).unwrap();
    let reasons: Vec<_> = report
        .records
        .iter()
        .map(|record| record.reason.as_deref().unwrap_or("accepted"))
        .collect();
    assert_eq!(reasons, ["accepted", "empty", "too_long", "unknown_licence", "exact_duplicate"]);
    assert_eq!(report.records[4].of, report.records[0].record);
    assert_eq!((report.accepted, report.rejected), (1, 4));
}

#[test]
fn files_and_bodies_that_are_too_large_are_refused() {
    let node = Running::with(|config, _| {
        config.upload_bytes_max = 2_000;
        config.body_bytes_max = 1_000;
    });
    node.client.create_datanet(&datanet("notes")).unwrap();
    let bytes = vec![b'x'; 3_000];
    refused(node.client.contribute("notes", "local", "a.txt", &bytes), 413, "too_large");
    let request = CreateDatanet { description: "x".repeat(3_000), ..datanet("more") };
    refused(node.client.create_datanet(&request), 413, "too_large");
}

#[test]
fn names_and_licences_are_checked() {
    let node = Running::with(|_, _| {});
    refused(node.client.create_datanet(&datanet("No Name")), 400, "bad_name");
    let unknown = CreateDatanet { licence: "Free-For-Me".to_owned(), ..datanet("notes") };
    refused(node.client.create_datanet(&unknown), 400, "unknown_licence");
    node.client.create_datanet(&datanet("notes")).unwrap();
    refused(node.client.create_datanet(&datanet("notes")), 409, "name_taken");
    node.client.create_account("ada").unwrap();
    refused(node.client.create_account("ada"), 409, "name_taken");
    refused(node.client.create_account("../ada"), 400, "bad_name");
    refused(node.client.datanet("other"), 404, "no_such_datanet");
    refused(node.client.account("bob"), 404, "no_such_account");
    refused(
        node.client.contribute("notes", "bob", "a.jsonl", RECORDS.as_bytes()),
        404,
        "no_such_account",
    );
    refused(node.client.snapshot("notes"), 409, "no_records");
    refused(node.client.receipt("0x12"), 400, "bad_value");
    refused(node.client.receipt(&format!("0x{}", "12".repeat(32))), 404, "no_such_receipt");
    refused(node.client.period(1), 404, "no_such_period");
    refused(node.client.job("job-9"), 404, "no_such_job");
}

#[test]
fn without_a_base_model_everything_else_works() {
    let node = Running::with(|_, _| {});
    node.fill("notes");
    node.client.snapshot("notes").unwrap();
    refused(node.client.train("notes", &quickly()), 503, "no_base_model");
    refused(node.client.chat(&chat("notes", "hello")), 503, "no_base_model");
}

#[test]
fn base_models_that_cannot_be_used_are_refused_at_the_start() {
    let check = |file: &str, bytes: &[u8], expect: &str| {
        let folder = tempfile::tempdir().unwrap();
        let base = write_base(&folder.path().join("base"));
        fs::write(base.join(file), bytes).unwrap();
        let config = Config {
            data: folder.path().join("data"),
            listen: "127.0.0.1:0".parse().unwrap(),
            base,
            ..Config::default()
        };
        let error = Node::start(config).expect_err("it is refused");
        let text = node::error::chain(&error);
        assert!(text.contains(expect), "{text}");
        assert!(error.hint().is_some());
    };
    check("config.json", b"{}", "config.json");
    check("tokenizer.json", b"{", "tokenizer.json");
    check("model.safetensors", &[0xff; 64], "weights");
    // A header of 2^62 bytes.
    check("model.safetensors", &(1_u64 << 62).to_le_bytes(), "weights");
    let mut shapes = safetensors(
        r#"{"model.embed_tokens.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#,
    );
    shapes.extend([0; 4]);
    check("model.safetensors", &shapes, "weights");
}

fn safetensors(header: &str) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes
}

#[test]
fn training_needs_a_snapshot_and_a_sane_request() {
    let node = Running::new();
    node.fill("notes");
    refused(node.client.train("notes", &quickly()), 409, "no_snapshot");
    node.client.snapshot("notes").unwrap();
    let preset = Train { preset: Some("huge".to_owned()), ..Train::default() };
    refused(node.client.train("notes", &preset), 400, "bad_value");
    let name = Train { name: Some("base".to_owned()), ..Train::default() };
    refused(node.client.train("notes", &name), 400, "bad_name");
}
