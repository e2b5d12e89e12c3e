//! Between the wire's texts and values with a type.

use primitives::{Address, B256, Wei};

use crate::error::ApiError;

/// 0x-hex of some bytes.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::from("0x");
    for byte in bytes.as_ref() {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    text
}

/// The bytes of a 0x-hex text.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some((digit(pair[0])? << 4) | digit(pair[1])?)).collect()
}

/// Reads an id.
pub(crate) fn parse_id(name: &str, text: &str) -> Result<B256, ApiError> {
    let bytes = unhex(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(B256::from).ok_or_else(|| bad(name, text, "32 bytes of 0x-hex"))
}

/// Reads an address.
pub(crate) fn parse_address(name: &str, text: &str) -> Result<Address, ApiError> {
    let bytes = unhex(text).and_then(|bytes| <[u8; 20]>::try_from(bytes).ok());
    bytes.map(Address::from).ok_or_else(|| bad(name, text, "an address of 20 bytes of 0x-hex"))
}

/// Reads an amount of wei.
pub(crate) fn parse_wei(name: &str, text: &str) -> Result<Wei, ApiError> {
    text.parse().ok().map(Wei::new).ok_or_else(|| bad(name, text, "a whole number of wei"))
}

/// An amount as the wire shows it.
pub(crate) fn wei(amount: Wei) -> String {
    amount.get().to_string()
}

fn bad(name: &str, text: &str, expected: &str) -> ApiError {
    let shown: String = text.chars().take(80).collect();
    ApiError::bad_input("bad_value", format!("{name} = {shown:?} is not {expected}"))
        .detail("param", name)
}
