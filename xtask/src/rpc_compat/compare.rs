//! When an answer counts as the recorded one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// Longest value that a difference shows in full.
const SHOWN_MAX: usize = 200;
/// What the specification leaves to the node, or to the type of a transaction: it may be there or
/// not.
const OPTIONAL: [&str; 12] = [
    "accessList",
    "authorizationList",
    "blobVersionedHashes",
    "chainId",
    "deleteStrategy",
    "error",
    "executionRequests",
    "maxFeePerBlobGas",
    "maxFeePerGas",
    "maxPriorityFeePerGas",
    "oldestBlock",
    "yParity",
];

/// What differs, a line for each place; nothing when the answer counts as the recorded one.
pub(super) fn differences(answer: &Value, expected: &Value, shape_only: bool) -> Vec<String> {
    let mut found = Vec::new();
    let (mut answer, mut expected) = (answer.clone(), expected.clone());
    let failed = answer.get("error").is_some();
    redact(&mut answer, &mut expected);
    if shape_only && !failed {
        shape(&answer, &[&expected], "", &mut found);
    } else {
        exact(&answer, &expected, "", &mut found);
    }
    found
}

/// Takes the messages out of errors where both sides have one.
fn redact(answer: &mut Value, expected: &mut Value) {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => {
            for (key, value) in answer {
                let Some(other) = expected.get_mut(key) else { continue };
                if key == "error"
                    && let (Some(one), Some(other)) = (value.as_object_mut(), other.as_object_mut())
                    && one.contains_key("message")
                    && other.contains_key("message")
                {
                    one.remove("message");
                    other.remove("message");
                }
                redact(value, other);
            }
        }
        (Value::Array(answer), Value::Array(expected)) => {
            answer.iter_mut().zip(expected).for_each(|(one, other)| redact(one, other));
        }
        _ => {}
    }
}

fn exact(answer: &Value, expected: &Value, place: &str, found: &mut Vec<String>) {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => {
            let keys: BTreeSet<_> = answer.keys().chain(expected.keys()).collect();
            for key in keys {
                let place = format!("{place}.{key}");
                match (answer.get(key), expected.get(key)) {
                    (Some(one), Some(other)) => exact(one, other, &place, found),
                    (Some(one), None) => {
                        found.push(format!("{place}: not expected: {}", shown(one)));
                    }
                    (None, Some(other)) => {
                        found.push(format!("{place}: missing: {}", shown(other)));
                    }
                    (None, None) => {}
                }
            }
        }
        (Value::Array(answer), Value::Array(expected)) => {
            if answer.len() != expected.len() {
                let (have, want) = (answer.len(), expected.len());
                found.push(format!("{place}: {have} items, expected {want}"));
            }
            for (index, (one, other)) in answer.iter().zip(expected).enumerate() {
                exact(one, other, &format!("{place}[{index}]"), found);
            }
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {}
        (one, other) if one == other => {}
        (one, other) => found.push(format!("{place}: {}, expected {}", shown(one), shown(other))),
    }
}

/// Compares with the shape that all the samples have in common.
fn shape(answer: &Value, samples: &[&Value], place: &str, found: &mut Vec<String>) {
    let known: Vec<&Value> = samples.iter().copied().filter(|sample| !sample.is_null()).collect();
    if known.is_empty() || (answer.is_null() && known.len() < samples.len()) {
        return;
    }
    if !known.iter().any(|sample| kind(sample) == kind(answer)) {
        let (have, want) = (kind(answer), kind(known[0]));
        found.push(format!("{place}: {have} ({}), expected {want}", shown(answer)));
        return;
    }
    match answer {
        Value::Object(fields) => {
            let samples: Vec<_> = known.iter().filter_map(|sample| sample.as_object()).collect();
            if samples.iter().chain([&fields]).all(|sample| is_map(sample)) {
                let values: Vec<_> = samples.iter().flat_map(|sample| sample.values()).collect();
                for (key, value) in fields {
                    shape(value, &values, &format!("{place}.{key}"), found);
                }
            } else {
                fields_have_shape(fields, &samples, place, found);
            }
        }
        Value::Array(items) => {
            let samples: Vec<_> =
                known.iter().filter_map(|sample| sample.as_array()).flatten().collect();
            for (index, item) in items.iter().enumerate() {
                shape(item, &samples, &format!("{place}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn fields_have_shape(
    fields: &Map<String, Value>,
    samples: &[&Map<String, Value>],
    place: &str,
    found: &mut Vec<String>,
) {
    for (key, value) in fields {
        let samples: Vec<_> = samples.iter().filter_map(|sample| sample.get(key)).collect();
        if samples.is_empty() && !OPTIONAL.contains(&key.as_str()) {
            found.push(format!("{place}.{key}: not expected: {}", shown(value)));
        }
        shape(value, &samples, &format!("{place}.{key}"), found);
    }
    let Some((first, others)) = samples.split_first() else { return };
    let required = first.keys().filter(|key| others.iter().all(|other| other.contains_key(*key)));
    for key in required {
        if !fields.contains_key(key) && !OPTIONAL.contains(&key.as_str()) {
            found.push(format!("{place}.{key}: missing"));
        }
    }
}

/// An object whose keys are data: addresses, hashes or numbers.
fn is_map(fields: &Map<String, Value>) -> bool {
    let is_data = |key: &String| {
        key.starts_with("0x") || (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()))
    };
    fields.keys().all(is_data)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(text) if text.starts_with("0x") => "hex",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
