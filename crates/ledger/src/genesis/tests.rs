//! Reading geth's format: what is taken, what is refused and how.

use alloy_primitives::{hex, keccak256};
use serde_json::{Value, json};

use super::Genesis;

fn official() -> Value {
    let json = include_bytes!("../../../../vectors/execution-apis/genesis.json");
    serde_json::from_slice(json).unwrap()
}

fn read(genesis: &Value) -> Result<Genesis, String> {
    Genesis::from_json(genesis.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// The official genesis with one change, which must be refused with this message.
fn refused(change: impl FnOnce(&mut Value), message: &str) {
    let mut genesis = official();
    change(&mut genesis);
    assert_eq!(read(&genesis).unwrap_err(), message);
}

#[test]
fn has_the_official_hash_and_survives_writing() {
    let genesis = read(&official()).unwrap();
    let exchange =
        include_str!("../../../../vectors/execution-apis/debug_getRawHeader/get-genesis.io");
    let (_, answer) = exchange.split_once("<< ").unwrap();
    let answer: Value = serde_json::from_str(answer).unwrap();
    let header = hex::decode(answer["result"].as_str().unwrap()).unwrap();
    assert_eq!(genesis.hash(), keccak256(header));
    let again = Genesis::from_json(&genesis.to_json()).unwrap();
    assert_eq!(again.hash(), genesis.hash());
    assert_eq!(format!("{:?}", again.rules()), format!("{:?}", genesis.rules()));
    let ours = Genesis::new(1612, [].into());
    let again = Genesis::from_json(&ours.to_json()).unwrap();
    assert_eq!(again.hash(), ours.hash());
    assert_eq!(format!("{:?}", again.rules()), format!("{:?}", ours.rules()));
}

#[test]
fn takes_numbers_as_geth_does() {
    let expected = read(&official()).unwrap().hash();
    let mut genesis = official();
    genesis["gasLimit"] = json!("100000000");
    genesis["difficulty"] = json!(131_072);
    genesis["nonce"] = json!("0x0000000000000000");
    genesis["config"]["homesteadBlock"] = json!("0x0");
    genesis["config"]["chainId"] = json!("3503995874084926");
    genesis["config"]["terminalTotalDifficulty"] = json!("4732352");
    genesis["baseFeePerGas"] = Value::Null;
    genesis["somethingElse"] = json!([1, 2]);
    assert_eq!(read(&genesis).unwrap().hash(), expected);
}

#[test]
fn keeps_a_block_interval_of_our_own() {
    let mut genesis = official();
    assert_eq!(read(&genesis).unwrap().block_ms(), None);
    genesis["config"]["openledger"] = json!({ "blockMs": 250 });
    let read = read(&genesis).unwrap();
    assert_eq!(read.block_ms(), Some(250));
    assert_eq!(Genesis::from_json(&read.to_json()).unwrap().block_ms(), Some(250));
}

#[test]
fn says_what_is_wrong() {
    let remove = |field: &'static str| {
        move |genesis: &mut Value| drop(genesis.as_object_mut().unwrap().remove(field))
    };
    refused(remove("config"), "the genesis has no field config");
    refused(remove("alloc"), "the genesis has no field alloc");
    refused(remove("gasLimit"), "the genesis has no field gasLimit");
    refused(remove("difficulty"), "the genesis has no field difficulty");
    refused(
        |genesis| drop(genesis["config"].as_object_mut().unwrap().remove("chainId")),
        "the genesis has no field config.chainId",
    );
    let cases = [
        ("/gasLimit", json!("many"), "gasLimit is \"many\", expected a number of up to 64 bits"),
        ("/gasLimit", json!(-1), "gasLimit is -1, expected a number of up to 64 bits"),
        ("/gasLimit", json!(4999), "gasLimit is 4999, expected 5000 to 2^63 - 1"),
        ("/difficulty", json!(1.5), "difficulty is 1.5, expected a number of up to 256 bits"),
        ("/extraData", json!("0xabc"), "extraData is \"0xabc\", expected hexadecimal bytes"),
        ("/coinbase", json!("0x12"), "coinbase is \"0x12\", expected an address of 20 bytes"),
        ("/mixHash", json!(7), "mixHash is 7, expected up to 32 hexadecimal bytes"),
        ("/alloc", json!([]), "alloc is [], expected an object"),
        ("/config", json!(3), "config is 3, expected an object"),
        ("/config/chainId", json!(0), "config.chainId is 0, expected a number above zero"),
        (
            "/config/blobSchedule/cancun/baseFeeUpdateFraction",
            json!(0),
            "config.blobSchedule.cancun is target 3, max 6, fraction 0, expected target ≤ max, 0 < max ≤ 4096, and a fraction above zero",
        ),
        (
            "/config/openledger",
            json!({ "blockMs": "soon" }),
            "config.openledger.blockMs is \"soon\", expected a number of up to 64 bits",
        ),
        (
            "/config/openledger",
            json!({ "pause": 1 }),
            "config.openledger.pause is 1, expected no other field than blockMs",
        ),
    ];
    for (path, value, message) in cases {
        let change = |genesis: &mut Value| match genesis.pointer_mut(path) {
            Some(place) => *place = value,
            None => genesis["config"]["openledger"] = value,
        };
        refused(change, &format!("the genesis field {message}"));
    }
}

#[test]
fn wants_the_forks_in_order() {
    refused(
        |genesis| genesis["config"]["berlinBlock"] = json!(28),
        "the genesis schedules londonBlock at 27, before berlinBlock at 28",
    );
    refused(
        |genesis| genesis["config"]["cancunTime"] = Value::Null,
        "the genesis schedules pragueTime without cancunTime",
    );
    refused(
        |genesis| genesis["config"]["amsterdamTime"] = json!(600),
        "the genesis schedules amsterdamTime, whose rules are not known here",
    );
    refused(
        |genesis| drop(genesis["config"]["blobSchedule"].as_object_mut().unwrap().remove("bpo2")),
        "the genesis has no field config.blobSchedule.bpo2",
    );
}

#[test]
fn checks_accounts() {
    let set = |account: Value| {
        move |genesis: &mut Value| {
            genesis["alloc"]["00000000000000000000000000000000000000ff"] = account;
        }
    };
    let who = "alloc.00000000000000000000000000000000000000ff";
    refused(set(json!({})), &format!("the genesis has no field {who}.balance"));
    refused(
        set(json!({ "balance": "0xzz" })),
        &format!(
            "the genesis field {who}.balance is \"0xzz\", expected a number of up to 256 bits"
        ),
    );
    refused(
        set(json!({ "balance": "1", "storage": { "0x1": 5 } })),
        &format!("the genesis field {who}.storage.0x1 is 5, expected up to 32 hexadecimal bytes"),
    );
    refused(
        set(json!({ "balance": "1", "code": "0xef0100" })),
        "the genesis field alloc.0x00000000000000000000000000000000000000ff.code is 0xef0100, \
         expected code, or a whole delegation (EIP-7702)",
    );
    refused(
        |genesis| {
            genesis["alloc"]["0x00000961ef480eb55e80d19ad83579a64c007002"] =
                json!({ "balance": 1 });
        },
        "the genesis has alloc.0x00000961ef480eb55e80d19ad83579a64c007002 twice",
    );
}

#[test]
fn refuses_what_is_no_json() {
    for bytes in [&b""[..], b"{", b"[]", b"\xff", b"null", b"7"] {
        assert!(Genesis::from_json(bytes).is_err());
    }
}
