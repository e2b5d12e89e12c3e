use serde_json::json;

use super::*;

#[track_caller]
fn check(answer: Value, expected: Value, shape_only: bool, first: Option<&str>) {
    let found = differences(&answer, &expected, shape_only);
    assert_eq!(found.first().map(String::as_str), first, "{found:?}");
}

#[test]
fn answers_are_equal_as_json() {
    let same = json!({ "result": { "a": 1, "b": [1.0] } });
    check(same.clone(), json!({ "result": { "b": [1], "a": 1 } }), false, None);
    check(
        same.clone(),
        json!({ "result": { "a": 1 } }),
        false,
        Some(".result.b: not expected: [1.0]"),
    );
    check(same, json!({ "result": { "a": 2, "b": [1] } }), false, Some(".result.a: 1, expected 2"));
    check(json!([1]), json!([1, 2]), false, Some(": 1 items, expected 2"));
    check(json!({ "result": null }), json!({}), false, Some(".result: not expected: null"));
}

#[test]
fn messages_of_errors_may_differ_and_nothing_else() {
    let error = |code: i64, message: &str| json!({ "error": { "code": code, "message": message } });
    check(error(3, "a"), error(3, "b"), false, None);
    check(error(3, "a"), error(4, "a"), false, Some(".error.code: 3, expected 4"));
    check(error(3, "a"), error(4, "a"), true, Some(".error.code: 3, expected 4"));
    check(
        error(3, "a"),
        json!({ "result": 1 }),
        false,
        Some(".error: not expected: {\"code\":3,\"message\":\"a\"}"),
    );
    let nested = |message: &str| json!({ "result": [{ "error": { "message": message } }] });
    check(nested("a"), nested("b"), false, None);
    let data = json!({ "error": { "code": 3, "message": "a", "data": "0x" } });
    check(error(3, "a"), data, false, Some(".error.data: missing: \"0x\""));
}

#[test]
fn shapes_ignore_values_but_not_kinds_and_keys() {
    let sample =
        json!({ "result": { "gas": "0x1", "logs": [{ "pc": 0 }, { "pc": 1, "op": "ADD" }] } });
    let check = |result: Value, first: Option<&str>| {
        check(json!({ "result": result }), sample.clone(), true, first);
    };
    check(json!({ "gas": "0x99", "logs": [] }), None);
    check(json!({ "gas": "0x9", "logs": [{ "pc": 7, "op": "MUL" }, { "pc": 1 }] }), None);
    check(json!({ "gas": 9, "logs": [] }), Some(".result.gas: a number (9), expected hex"));
    check(json!({ "logs": [] }), Some(".result.gas: missing"));
    check(
        json!({ "gas": "0x9", "logs": [{ "pc": "a" }] }),
        Some(".result.logs[0].pc: a text (\"a\"), expected a number"),
    );
    check(json!({ "gas": "0x9", "logs": [], "x": 1 }), Some(".result.x: not expected: 1"));
}

#[test]
fn keys_that_are_data_need_not_agree() {
    let sample = json!({ "0xaa": { "0": { "hash": "0x1", "to": null } } });
    check(json!({ "0xbb": { "7": { "hash": "0x2", "to": "0xcc" } } }), sample.clone(), true, None);
    check(json!({}), sample.clone(), true, None);
    check(json!({ "0xbb": { "7": { "to": null } } }), sample, true, Some(".0xbb.7.hash: missing"));
}
