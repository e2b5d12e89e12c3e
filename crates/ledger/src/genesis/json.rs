//! A `genesis.json` in geth's format, read strictly.
//!
//! Numbers may be JSON numbers or text, in decimal or after `0x`, as geth takes them. Unknown
//! fields are passed over, except in `config.openledger`, which is ours: `{"blockMs": 2000}`.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::{Map, Value, json};

use super::check::check;
use crate::error::GenesisError;

/// The field of `config` that is ours.
pub(super) const OPENLEDGER: &str = "openledger";
/// In it: milliseconds between two blocks.
pub(super) const BLOCK_MS: &str = "blockMs";

/// Numbers of the header that fit 64 bits.
const NUMBERS: [&str; 7] =
    ["nonce", "timestamp", "gasLimit", "baseFeePerGas", "excessBlobGas", "blobGasUsed", "number"];
/// Fields that geth demands as well.
const REQUIRED: [&str; 4] = ["config", "alloc", "gasLimit", "difficulty"];
/// The end of every fork's field in `config`.
const FORK_ENDS: [&str; 2] = ["Block", "Time"];

pub(super) fn parse(json: &[u8]) -> Result<alloy_genesis::Genesis, GenesisError> {
    let value: Value = serde_json::from_slice(json).map_err(GenesisError::Json)?;
    let Value::Object(mut fields) = value else {
        return Err(refuse("genesis", &value, "an object"));
    };
    for field in REQUIRED {
        if fields.get(field).is_none_or(Value::is_null) {
            return Err(GenesisError::Missing { field: field.to_owned() });
        }
    }
    fields.retain(|_, value| !value.is_null());
    for field in NUMBERS {
        rewrite(&mut fields, "", field, number)?;
    }
    rewrite(&mut fields, "", "difficulty", amount)?;
    rewrite(&mut fields, "", "extraData", data)?;
    rewrite(&mut fields, "", "mixHash", word)?;
    rewrite(&mut fields, "", "parentHash", word)?;
    rewrite(&mut fields, "", "coinbase", address)?;
    rewrite(&mut fields, "", "config", config)?;
    rewrite(&mut fields, "", "alloc", alloc)?;
    let genesis = serde_json::from_value(Value::Object(fields)).map_err(GenesisError::Json)?;
    check(&genesis)?;
    Ok(genesis)
}

/// Puts the one form of a value in the place of the form that is there.
fn rewrite(
    fields: &mut Map<String, Value>,
    path: &str,
    field: &str,
    form: fn(&str, &Value) -> Result<Value, GenesisError>,
) -> Result<(), GenesisError> {
    if let Some(value) = fields.get_mut(field) {
        let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        *value = form(&path, value)?;
    }
    Ok(())
}

fn config(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let Value::Object(fields) = value else { return Err(refuse(path, value, "an object")) };
    let mut fields = fields.clone();
    fields.retain(|_, value| !value.is_null());
    if !fields.contains_key("chainId") {
        return Err(GenesisError::Missing { field: format!("{path}.chainId") });
    }
    let forks = fields.keys().filter(|key| FORK_ENDS.iter().any(|end| key.ends_with(end)));
    for fork in forks.cloned().collect::<Vec<_>>() {
        rewrite(&mut fields, path, &fork, number)?;
    }
    if let Some(id) = fields.get_mut("chainId") {
        let name = format!("{path}.chainId");
        *id = json!(small(&name, id)?);
    }
    // geth writes the main network's as a number that only text can hold.
    if fields.get("terminalTotalDifficulty").is_some_and(|value| !value.is_f64()) {
        rewrite(&mut fields, path, "terminalTotalDifficulty", amount)?;
    }
    rewrite(&mut fields, path, "depositContractAddress", address)?;
    rewrite(&mut fields, path, OPENLEDGER, ours)?;
    Ok(Value::Object(fields))
}

fn ours(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let Value::Object(fields) = value else { return Err(refuse(path, value, "an object")) };
    if let Some((unknown, value)) = fields.iter().find(|(key, _)| *key != BLOCK_MS) {
        return Err(refuse(&format!("{path}.{unknown}"), value, "no other field than blockMs"));
    }
    let Some(pause) = fields.get(BLOCK_MS) else { return Ok(value.clone()) };
    let path = format!("{path}.{BLOCK_MS}");
    Ok(json!({ BLOCK_MS: small(&path, pause)? }))
}

fn alloc(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let Value::Object(accounts) = value else { return Err(refuse(path, value, "an object")) };
    let mut alloc = Map::new();
    for (key, account) in accounts {
        let path = format!("{path}.{key}");
        let who = address(&path, &Value::String(key.clone()))?;
        let Value::String(who) = who else { continue };
        let Value::Object(fields) = account else {
            return Err(refuse(&path, account, "an object"));
        };
        let mut fields = fields.clone();
        fields.retain(|_, value| !value.is_null());
        if !fields.contains_key("balance") {
            return Err(GenesisError::Missing { field: format!("{path}.balance") });
        }
        rewrite(&mut fields, &path, "balance", amount)?;
        rewrite(&mut fields, &path, "nonce", number)?;
        rewrite(&mut fields, &path, "code", data)?;
        rewrite(&mut fields, &path, "storage", storage)?;
        if alloc.insert(who, Value::Object(fields)).is_some() {
            return Err(GenesisError::Repeated { field: path });
        }
    }
    Ok(Value::Object(alloc))
}

fn storage(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let Value::Object(slots) = value else { return Err(refuse(path, value, "an object")) };
    let mut storage = Map::new();
    for (slot, value) in slots {
        let path = format!("{path}.{slot}");
        let Value::String(slot) = word(&path, &Value::String(slot.clone()))? else { continue };
        if storage.insert(slot, word(&path, value)?).is_some() {
            return Err(GenesisError::Repeated { field: path });
        }
    }
    Ok(Value::Object(storage))
}

/// A number of up to 256 bits.
fn read(value: &Value) -> Option<U256> {
    match value {
        Value::Number(number) => number.as_u64().map(U256::from),
        Value::String(text) => match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some("") => Some(U256::ZERO),
            Some(digits) => U256::from_str_radix(digits, 16).ok(),
            None => U256::from_str_radix(text, 10).ok(),
        },
        _ => None,
    }
}

fn small(path: &str, value: &Value) -> Result<u64, GenesisError> {
    let number = read(value).and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| refuse(path, value, "a number of up to 64 bits"))
}

fn number(path: &str, value: &Value) -> Result<Value, GenesisError> {
    small(path, value).map(|number| Value::String(format!("{number:#x}")))
}

fn amount(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let number = read(value).ok_or_else(|| refuse(path, value, "a number of up to 256 bits"))?;
    Ok(Value::String(format!("{number:#x}")))
}

/// Hexadecimal bytes, with or without `0x`.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode(digits).ok()
}

fn data(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let bytes = bytes(value).ok_or_else(|| refuse(path, value, "hexadecimal bytes"))?;
    Ok(Value::String(Bytes::from(bytes).to_string()))
}

fn address(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let bytes = bytes(value).and_then(|bytes| Address::try_from(bytes.as_slice()).ok());
    let address = bytes.ok_or_else(|| refuse(path, value, "an address of 20 bytes"))?;
    Ok(Value::String(format!("{address:#x}")))
}

/// Up to 32 bytes; shorter ones mean a number.
fn word(path: &str, value: &Value) -> Result<Value, GenesisError> {
    let padded = value.as_str().map(|text| {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if digits.len() % 2 == 0 { digits.to_owned() } else { format!("0{digits}") }
    });
    let bytes = padded.and_then(|digits| hex::decode(digits).ok());
    match bytes.filter(|bytes| bytes.len() <= 32) {
        Some(bytes) => Ok(Value::String(B256::left_padding_from(&bytes).to_string())),
        None => Err(refuse(path, value, "up to 32 hexadecimal bytes")),
    }
}

pub(super) fn refuse(path: &str, value: &Value, expected: &'static str) -> GenesisError {
    let mut found = value.to_string();
    if let Some((cut, _)) = found.char_indices().nth(80) {
        found.truncate(cut);
        found.push('…');
    }
    GenesisError::Value { field: path.to_owned(), found, expected }
}
