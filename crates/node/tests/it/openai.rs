//! The OpenAI-compatible half, as its clients use it.

use node::wire::{ChatRequest, Sampling};
use serde_json::{Value, json};

use crate::support::{Running, chat, refused};

fn post(node: &Running, body: &Value) -> (u16, String) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let url = format!("{}/v1/chat/completions", node.client.node());
    let request = agent.post(url).content_type("application/json");
    let mut response = request.send(body.to_string()).expect("a reply");
    (response.status().as_u16(), response.body_mut().read_to_string().expect("a text"))
}

#[test]
fn an_unknown_model_is_an_error_never_the_base() {
    let node = Running::new();
    let error = refused(node.ask("no-such-model", "hello"), 404, "model_not_found");
    assert_eq!(error.param.as_deref(), Some("model"));
    assert_eq!(node.client.models().unwrap().data.len(), 1);
}

#[test]
fn adapters_are_models_with_a_parent() {
    let node = Running::new();
    node.train("errors");
    let models = node.client.models().unwrap().data;
    let adapter = models.iter().find(|model| model.id == "errors").unwrap();
    assert_eq!(adapter.parent.as_deref(), Some("base"));
    assert_eq!(adapter.root.as_deref(), Some(node.client.adapter("errors").unwrap().id.as_str()));
}

#[test]
fn prompts_and_parameters_out_of_range_are_refused() {
    let node = Running::new();
    let long = "word ".repeat(400);
    let error = refused(node.ask("base", &long), 400, "context_length_exceeded");
    assert_eq!(error.details["limit"], 511);
    let with = |sampling: Sampling| ChatRequest { sampling, ..chat("base", "hello") };
    let refuse = |sampling: Sampling, param: &str| {
        let result = node.client.chat(&with(sampling));
        assert_eq!(refused(result, 400, "bad_value").param.as_deref(), Some(param));
    };
    refuse(Sampling { temperature: Some(3.0), ..Sampling::default() }, "temperature");
    refuse(Sampling { top_p: Some(0.0), ..Sampling::default() }, "top_p");
    refuse(Sampling { max_tokens: Some(0), ..Sampling::default() }, "max_tokens");
    let two = Sampling { n: Some(2), ..Sampling::default() };
    refused(node.client.chat(&with(two)), 400, "bad_request");
    let message = json!([{ "role": "user", "content": "hello" }]);
    for (body, code) in [
        (json!({ "model": "base" }), "bad_json"),
        (json!({ "model": "base", "messages": [] }), "bad_request"),
        (json!({ "model": "base", "messages": message, "tools": [{}] }), "unsupported_field"),
    ] {
        let (status, text) = post(&node, &body);
        assert_eq!(status, 400);
        assert!(text.contains(code), "{text}");
    }
    let neutral =
        json!({ "model": "base", "messages": message, "tools": [], "user": "me", "max_tokens": 4 });
    assert_eq!(post(&node, &neutral).0, 200);
}

#[test]
fn a_stream_ends_with_sources_then_usage_then_done() {
    let node = Running::new();
    node.train("errors");
    let body = json!({
        "model": "errors",
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": "What is E1?" }] }],
        "max_tokens": 8,
        "stream": true,
    });
    let (status, text) = post(&node, &body);
    assert_eq!(status, 200);
    let events: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let (done, pieces) = events.split_last().unwrap();
    assert_eq!(*done, "[DONE]");
    let pieces: Vec<Value> =
        pieces.iter().map(|piece| serde_json::from_str(piece).unwrap()).collect();
    assert_eq!(pieces[0]["choices"][0]["delta"]["role"], "assistant");
    let [.., sources, finish, last] = pieces.as_slice() else { panic!("{pieces:?}") };
    assert!(sources["choices"][0]["delta"]["annotations"].is_array());
    assert!(finish["choices"][0]["finish_reason"].is_string());
    assert_eq!(last["choices"], json!([]));
    assert!(last["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert_eq!(last["attribution"]["status"], "complete");
    let streamed: String = pieces
        .iter()
        .filter_map(|piece| piece["choices"][0]["delta"]["content"].as_str())
        .collect();
    let stored = node.client.completions(1).unwrap().completions.remove(0);
    assert_eq!(streamed, stored.answer);
}
