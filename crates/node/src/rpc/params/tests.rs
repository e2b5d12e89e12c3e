use serde_json::json;

use super::*;

/// What the refusal of the only parameter says.
fn refusal<T: std::fmt::Debug>(
    value: Value,
    read: impl Fn(&Params, usize) -> Result<T, RpcError>,
) -> String {
    let error = read(&Params::new(vec![value]), 0).expect_err("it is refused");
    format!("{error:?}")
}

#[test]
fn blocks_have_numbers_tags_and_hashes() {
    let read = |value: Value| Params::new(vec![value]).block_or_latest(0).expect("a block");
    assert_eq!(read(Value::Null), BlockId::latest());
    assert_eq!(read(json!("pending")), BlockId::pending());
    assert_eq!(read(json!("0x10")), BlockId::number(16));
    let hash = B256::repeat_byte(7);
    assert_eq!(read(json!(hash)), BlockId::hash(hash));
    assert_eq!(read(json!({ "blockHash": hash })), BlockId::hash(hash));
    assert_eq!(read(json!({ "blockNumber": "0x2" })), BlockId::number(2));
}

#[test]
fn refusals_speak_go_ethereums_words() {
    let check = |value: Value, expect: &str| {
        let told = refusal(value.clone(), Params::block);
        assert!(told.contains("-32602") && told.contains(expect), "{value}: {told}");
    };
    check(json!("2"), "invalid argument 0: hex string without 0x prefix");
    check(json!("0x"), "hex string \\\"0x\\\"");
    check(json!("0x02"), "hex number with leading zero digits");
    check(json!("0xzz"), "invalid hex string");
    check(json!("0x10000000000000000"), "hex number > 64 bits");
    check(json!("0xffffffffffffffff"), "block number larger than int64");
    check(json!(2), "a number where a string is expected");
    check(json!({}), "needs a blockHash or a blockNumber");
    check(json!({ "blockHash": B256::ZERO, "blockNumber": "0x1" }), "choose one or the other");
    check(json!({ "blockTag": "latest" }), "unknown field");
    assert!(refusal(json!("0x12"), Params::address).contains("has length 2, want 40"));
    assert!(refusal(json!("0x123"), Params::bytes).contains("odd length"));
    assert!(refusal(Value::Null, Params::hash).contains("missing value for required argument 0"));
    let many = Params::new(vec![json!(1), json!(2)]).at_most(1).expect_err("it is refused");
    assert!(format!("{many:?}").contains("too many arguments, want at most 1"));
}

#[test]
fn slots_are_shown_as_they_were_written() {
    let shown = |written: &str| Slot::parse(written).map(|slot| slot.shown());
    assert_eq!(shown("0x00").unwrap(), "0x0");
    assert_eq!(shown("1f").unwrap(), "0x1f");
    let whole = format!("{:#066x}", 1);
    assert_eq!(shown(&whole).unwrap(), whole);
    assert!(shown(&format!("{whole}0")).is_err());
    assert!(shown("0xasdf").is_err());
}
