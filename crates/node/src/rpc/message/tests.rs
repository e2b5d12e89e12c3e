use super::*;

const LIMITS: BatchLimits = BatchLimits { requests_max: 2, reply_bytes_max: 100 };

fn echo(method: &str, params: &Params, _following: &[Value]) -> Result<Value, RpcError> {
    match method {
        "echo" => params.required(0),
        _ => Err(RpcError::unknown_method(method)),
    }
}

#[track_caller]
fn check(body: &str, expect: Value) {
    let reply = answer(body.as_bytes(), LIMITS, &mut echo);
    let reply = reply.map_or(Value::Null, |reply| reply.parse().expect("JSON"));
    assert_eq!(reply, expect, "{body}");
}

fn error(id: Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

#[test]
fn requests_and_batches_are_answered() {
    let one = json!({ "jsonrpc": "2.0", "id": 1, "result": 7 });
    check(r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":[7]}"#, one.clone());
    check(
        r#"[{"jsonrpc":"2.0","id":1,"method":"echo","params":[7]},{"jsonrpc":"2.0","method":"echo"}]"#,
        json!([one]),
    );
    check(r#"{"jsonrpc":"2.0","method":"echo","params":[7]}"#, Value::Null);
}

#[test]
fn refusals_have_the_standard_codes() {
    for broken in ["{", "", "nul", &"[".repeat(100_000), "{\"a\":\"\u{0}\"}"] {
        let reply = answer(broken.as_bytes(), LIMITS, &mut echo).expect("an answer");
        assert!(reply.contains("\"code\":-32700"), "{reply}");
    }
    check("[]", error(Value::Null, -32_600, "empty batch"));
    check("[1,2,3]", json!([error(Value::Null, -32_600, "batch too large: 3 requests, limit 2")]));
    check(r#"{"id":1,"method":"echo"}"#, error(json!(1), -32_600, "invalid request"));
    check(r#"{"jsonrpc":"2.0","id":[]}"#, error(Value::Null, -32_600, "invalid id"));
    check(
        r#"{"jsonrpc":"2.0","id":"a","method":"eth_x"}"#,
        error(json!("a"), -32_601, "the method eth_x does not exist/is not available"),
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":[]}"#,
        error(json!(1), -32_602, "missing value for required argument 0"),
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}}"#,
        error(json!(1), -32_602, "non-array args"),
    );
}

#[test]
fn a_batch_ends_when_its_reply_is_too_long() {
    let long = "x".repeat(200);
    let body = format!(
        r#"[{{"jsonrpc":"2.0","id":1,"method":"echo","params":["{long}"]}},{{"jsonrpc":"2.0","id":2,"method":"echo"}}]"#
    );
    let expect = json!([
        { "jsonrpc": "2.0", "id": 1, "result": long },
        error(json!(2), -32_003, "response too large"),
    ]);
    check(&body, expect);
}
