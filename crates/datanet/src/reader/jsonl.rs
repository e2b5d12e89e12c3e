//! One JSON object per line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::columns::{Row, Value};
use super::{Located, Rows, lines};
use crate::error::ReadProblem;

/// An object in a list in an object is more than any record needs.
const DEPTH_MAX: usize = 4;

pub(super) fn read(text: &str, rows: &mut Rows) -> Result<(), Located> {
    for (number, line) in lines(text).filter(|(_, line)| !line.trim().is_empty()) {
        let row = row(line).map_err(|problem| (number, problem))?;
        rows.push(number, row)?;
    }
    Ok(())
}

fn row(line: &str) -> Result<Row, ReadProblem> {
    let depth = depth(line);
    if depth > DEPTH_MAX {
        return Err(ReadProblem::TooDeep { depth, max: DEPTH_MAX });
    }
    let entries: Entries =
        serde_json::from_str(line).map_err(|source| ReadProblem::Json { source })?;
    let mut row = Row::default();
    for (name, value) in entries.0 {
        row.set(&name, self::value(value))?;
    }
    Ok(row)
}

fn value(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Absent,
        serde_json::Value::Bool(_) => Value::Other("a boolean"),
        serde_json::Value::Number(_) => Value::Other("a number"),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(values) => {
            let text = |value| match value {
                serde_json::Value::String(text) => Some(text),
                _ => None,
            };
            let texts: Option<Vec<String>> = values.into_iter().map(text).collect();
            texts.map_or(Value::Other("a list of other things than text"), Value::Texts)
        }
        serde_json::Value::Object(_) => Value::Other("an object"),
    }
}

/// How deep brackets nest outside of strings.
fn depth(line: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in line.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// An object's entries in order, a name given twice included.
struct Entries(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
