//! A chain without a node: import, verify, export, serve.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{openledger, serve_chain};

const GENESIS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/execution-apis/genesis.json");
const BLOCKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/execution-apis/chain.rlp");
const HEAD: &str = "0xd226371d0b1551adb03fb52b71f08e3e11247fe9b1af994768af8cdaa8e7dcd7";

/// Runs `chain … --data DIR --json`; gives the exit code and the JSON of the one stream it uses.
fn chain(data: &Path, arguments: &[&str]) -> (i32, Value) {
    let data = data.to_str().expect("temporary folders are text");
    let output = openledger(&[&["chain"], arguments, &["--data", data, "--json"]].concat());
    let code = output.status.code().expect("it ends by itself");
    let bytes = if code == 0 { &output.stdout } else { &output.stderr };
    (code, serde_json::from_slice(bytes).expect("one JSON value"))
}

fn refused(data: &Path, arguments: &[&str], code: &str, message: &str) {
    let (exit, json) = chain(data, arguments);
    let error = &json["error"];
    assert_eq!((exit, &error["code"]), (1, &code.into()), "{error}");
    let text = |field: &str| error[field].as_str().unwrap_or_default();
    assert!(text("message").contains(message), "{error}");
    assert!(!text("hint").is_empty(), "{error}");
}

#[test]
fn the_official_chain_goes_in_is_verified_and_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("chain");
    let file = folder.path().join("out.rlp");
    let out = file.to_str().unwrap();
    refused(&data, &["verify"], "no_chain", "there is no chain at");
    refused(&data, &["export", out], "no_chain", "there is no chain at");

    let (code, report) = chain(&data, &["import", GENESIS, BLOCKS]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(
        (&report["new"], &report["head"], &report["hash"]),
        (&54.into(), &54.into(), &HEAD.into())
    );
    let (_, again) = chain(&data, &["import", GENESIS, BLOCKS]);
    assert_eq!((&again["new"], &again["known"]), (&0.into(), &54.into()));

    let (code, verified) = chain(&data, &["verify"]);
    assert_eq!((code, &verified["head"], &verified["hash"]), (0, &54.into(), &HEAD.into()));
    let (code, written) = chain(&data, &["export", out]);
    assert_eq!((code, &written["last"], &written["bytes"]), (0, &54.into(), &70_178.into()));
    assert_eq!(fs::read(&file).unwrap(), fs::read(BLOCKS).unwrap());

    refused(
        &data,
        &["export", out, "--first", "9", "--last", "60"],
        "export",
        "the chain has 0 to 54",
    );
    assert_eq!(fs::read(&file).unwrap(), fs::read(BLOCKS).unwrap(), "as before");
    let (_, part) = chain(&data, &["export", out, "--first", "2", "--last", "3"]);
    assert_eq!((&part["first"], &part["last"]), (&2.into(), &3.into()));
    assert!(!folder.path().join("out.rlp.part").exists());
}

#[test]
fn what_cannot_be_imported_is_said_and_leaves_the_chain_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("chain");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    refused(&data, &["import", "nowhere.json", BLOCKS], "file", "nowhere.json");
    refused(&data, &["import", BLOCKS, BLOCKS], "genesis", "is no genesis.json");
    let mut blocks = fs::read(BLOCKS).unwrap();
    let half = write("half.rlp", &blocks[..40_000]);
    refused(&data, &["import", GENESIS, &half], "invalid_chain", "the chain ends within the block");
    let (_, verified) = chain(&data, &["verify"]);
    let head = verified["head"].as_u64().unwrap();
    assert!((10..54).contains(&head), "the blocks before stay");
    // Within the state root of the last block.
    blocks[69_170] ^= 1;
    let bad = write("bad.rlp", &blocks);
    refused(&data, &["import", GENESIS, &bad], "invalid_chain", "block 54 is invalid: state root");
    let (code, report) = chain(&data, &["import", GENESIS, BLOCKS]);
    assert_eq!((code, &report["known"], &report["new"]), (0, &53.into(), &1.into()));

    let other = fs::read_to_string(GENESIS)
        .unwrap()
        .replace("\"gasLimit\": \"0x5f5e100\"", "\"gasLimit\": \"0x5f5e101\"");
    let other = write("other.json", other.as_bytes());
    refused(&data, &["import", &other, BLOCKS], "other_genesis", "was made from genesis");
}

#[test]
fn a_chain_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("chain");
    chain(&data, &["import", GENESIS, BLOCKS]);
    let server = serve_chain(GENESIS, &data);
    assert!(server.url().starts_with("http://127.0.0.1:"));
    for command in [&["verify"][..], &["import", GENESIS, BLOCKS], &["export", "out.rlp"]] {
        refused(&data, command, "in_use", "in use by another process");
    }
    drop(server);
    assert_eq!(chain(&data, &["verify"]).0, 0, "it is free again");
}
