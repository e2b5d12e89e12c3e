//! The parameters of a request, read as strictly as go-ethereum reads them and refused in its words.

use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, U256};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::message::RpcError;

#[cfg(test)]
mod tests;

/// The positional parameters of a request.
#[derive(Debug)]
pub(super) struct Params(Vec<Value>);

impl Params {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// Refuses more than `most` parameters.
    pub(super) fn at_most(&self, most: usize) -> Result<(), RpcError> {
        if self.0.len() <= most {
            return Ok(());
        }
        Err(RpcError::invalid_params(format!("too many arguments, want at most {most}")))
    }

    /// The parameter at `index`.
    pub(super) fn required<T: DeserializeOwned>(&self, index: usize) -> Result<T, RpcError> {
        self.optional(index)?.ok_or_else(|| missing(index))
    }

    /// The parameter at `index`, unless it is absent or null.
    pub(super) fn optional<T: DeserializeOwned>(
        &self,
        index: usize,
    ) -> Result<Option<T>, RpcError> {
        self.read(index, |value| T::deserialize(value).map_err(|error| error.to_string()))
    }

    /// 20 bytes as hex.
    pub(super) fn address(&self, index: usize) -> Result<Address, RpcError> {
        let read = |value: &Value| fixed(value, "common.Address").map(Address::new);
        self.read(index, read)?.ok_or_else(|| missing(index))
    }

    /// 32 bytes as hex.
    pub(super) fn hash(&self, index: usize) -> Result<B256, RpcError> {
        let read = |value: &Value| fixed(value, "common.Hash").map(B256::new);
        self.read(index, read)?.ok_or_else(|| missing(index))
    }

    /// Bytes as hex of any length.
    pub(super) fn bytes(&self, index: usize) -> Result<Bytes, RpcError> {
        self.read(index, bytes_of)?.ok_or_else(|| missing(index))
    }

    /// A number of at most 64 bits as hex.
    pub(super) fn quantity(&self, index: usize) -> Result<u64, RpcError> {
        self.read(index, |value| number(text(value)?))?.ok_or_else(|| missing(index))
    }

    /// A number of at most 64 bits: hex, decimal digits, or a JSON number.
    pub(super) fn count(&self, index: usize) -> Result<u64, RpcError> {
        let read = |value: &Value| match value {
            Value::Number(number) => number.as_u64().ok_or_else(|| "invalid number".to_owned()),
            value => match text(value)? {
                hex if hex.starts_with("0x") => number(hex),
                digits => digits.parse().ok().ok_or_else(|| "invalid hex or decimal".to_owned()),
            },
        };
        self.read(index, read)?.ok_or_else(|| missing(index))
    }

    /// The block that a number, a tag, a hash or an EIP-1898 object names.
    pub(super) fn block(&self, index: usize) -> Result<BlockId, RpcError> {
        self.read(index, block_of)?.ok_or_else(|| missing(index))
    }

    /// As [`Self::block`]; the latest block when nothing is named.
    pub(super) fn block_or_latest(&self, index: usize) -> Result<BlockId, RpcError> {
        Ok(self.read(index, block_of)?.unwrap_or_default())
    }

    /// The block that a number or a tag names.
    pub(super) fn block_number(&self, index: usize) -> Result<BlockNumberOrTag, RpcError> {
        let read = |value: &Value| block_number_of(text(value)?);
        self.read(index, read)?.ok_or_else(|| missing(index))
    }

    /// A storage slot: hex of up to 32 bytes with or without prefix and leading zeros; and as it
    /// was written.
    pub(super) fn slot(&self, index: usize) -> Result<Slot, RpcError> {
        Slot::parse(&self.required::<String>(index)?)
    }

    fn read<T>(
        &self,
        index: usize,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<Option<T>, RpcError> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).map_err(|error| {
                RpcError::invalid_params(format!("invalid argument {index}: {error}"))
            }),
        }
    }
}

/// A storage slot as a client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Its number.
    pub(super) number: U256,
    /// Digits without prefix, as they were written.
    digits: String,
}

impl Slot {
    /// Reads up to 64 hex digits.
    pub(super) fn parse(written: &str) -> Result<Self, RpcError> {
        let digits = written.strip_prefix("0x").or_else(|| written.strip_prefix("0X"));
        let digits = digits.unwrap_or(written);
        let refuse = |reason: &str| RpcError::invalid_params(format!("{reason}: \"{written}\""));
        if digits.len() > 64 {
            return Err(refuse("storage key too long (want at most 32 bytes)"));
        }
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(refuse("invalid hex in storage key"));
        }
        let number = if digits.is_empty() { "0" } else { digits };
        let number = U256::from_str_radix(number, 16).ok();
        let number = number.ok_or_else(|| refuse("invalid hex in storage key"))?;
        Ok(Self { number, digits: digits.to_owned() })
    }

    /// The slot as an EIP-1186 proof names it: all 32 bytes when all were written, a short number
    /// otherwise.
    pub(super) fn shown(&self) -> String {
        match self.digits.len() {
            64 => format!("{:#066x}", self.number),
            _ => format!("{:#x}", self.number),
        }
    }
}

fn missing(index: usize) -> RpcError {
    RpcError::invalid_params(format!("missing value for required argument {index}"))
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("{} where a string is expected", kind(value)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The digits behind `0x`.
fn digits(written: &str) -> Result<&str, String> {
    let digits = written.strip_prefix("0x").or_else(|| written.strip_prefix("0X"));
    match digits {
        None if written.is_empty() => Err("empty hex string".to_owned()),
        None => Err("hex string without 0x prefix".to_owned()),
        Some(digits) if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            Err("invalid hex string".to_owned())
        }
        Some(digits) => Ok(digits),
    }
}

fn number(written: &str) -> Result<u64, String> {
    match digits(written)? {
        "" => Err("hex string \"0x\"".to_owned()),
        digits if digits.len() > 1 && digits.starts_with('0') => {
            Err("hex number with leading zero digits".to_owned())
        }
        digits => {
            u64::from_str_radix(digits, 16).ok().ok_or_else(|| "hex number > 64 bits".to_owned())
        }
    }
}

fn bytes_of(value: &Value) -> Result<Bytes, String> {
    let digits = digits(text(value)?)?;
    let bytes = alloy_primitives::hex::decode(digits);
    bytes.map(Bytes::from).ok().ok_or_else(|| "hex string of odd length".to_owned())
}

fn fixed<const N: usize>(value: &Value, name: &str) -> Result<[u8; N], String> {
    let bytes = bytes_of(value).map_err(|error| format!("cannot unmarshal {error} into {name}"))?;
    let wrong = || format!("hex string has length {}, want {} for {name}", bytes.len() * 2, N * 2);
    bytes.as_ref().try_into().ok().ok_or_else(wrong)
}

fn block_number_of(written: &str) -> Result<BlockNumberOrTag, String> {
    match written {
        "latest" => Ok(BlockNumberOrTag::Latest),
        "pending" => Ok(BlockNumberOrTag::Pending),
        "safe" => Ok(BlockNumberOrTag::Safe),
        "finalized" => Ok(BlockNumberOrTag::Finalized),
        "earliest" => Ok(BlockNumberOrTag::Earliest),
        written => match number(written)? {
            number if number > i64::MAX.unsigned_abs() => {
                Err("block number larger than int64".to_owned())
            }
            number => Ok(number.into()),
        },
    }
}

fn block_of(value: &Value) -> Result<BlockId, String> {
    if let Some(named) = value.as_object() {
        let known = ["blockNumber", "blockHash", "requireCanonical"];
        if let Some(other) = named.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!("unknown field {other} of a block"));
        }
        return match (named.get("blockHash"), named.get("blockNumber")) {
            (Some(_), Some(_)) => {
                Err("cannot specify both BlockHash and BlockNumber, choose one or the other"
                    .to_owned())
            }
            (Some(hash), None) => Ok(B256::new(fixed(hash, "common.Hash")?).into()),
            (None, Some(number)) => Ok(block_number_of(text(number)?)?.into()),
            (None, None) => Err("a block needs a blockHash or a blockNumber".to_owned()),
        };
    }
    let written = text(value)?;
    if written.len() == 66 {
        return Ok(B256::new(fixed(value, "common.Hash")?).into());
    }
    Ok(block_number_of(written)?.into())
}
