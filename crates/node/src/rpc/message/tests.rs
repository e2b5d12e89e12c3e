use super::*;

fn echo(method: &str, params: &Params) -> Result<Value, RpcError> {
    match method {
        "echo" => params.required(0),
        _ => Err(RpcError::unknown_method(method)),
    }
}

#[track_caller]
fn check(body: &str, expect: Value) {
    let reply = answer(body.as_bytes(), 2, &mut echo);
    assert_eq!(reply.unwrap_or(Value::Null), expect, "{body}");
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
    let reply = answer(b"{", 2, &mut echo).expect("an answer");
    assert_eq!(reply["error"]["code"], -32_700);
    check("[]", error(Value::Null, -32_600, "empty batch"));
    check("[1,2,3]", error(Value::Null, -32_600, "batch of 3 is too large, limit 2"));
    check(r#"{"id":1,"method":"echo"}"#, error(json!(1), -32_600, "invalid request"));
    check(r#"{"jsonrpc":"2.0","id":[]}"#, error(Value::Null, -32_600, "invalid id"));
    check(
        r#"{"jsonrpc":"2.0","id":"a","method":"eth_x"}"#,
        error(json!("a"), -32_601, "the method eth_x does not exist/is not available"),
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":[]}"#,
        error(json!(1), -32_602, "missing value for argument 0"),
    );
    check(
        r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}}"#,
        error(json!(1), -32_602, "params must be an array"),
    );
}
