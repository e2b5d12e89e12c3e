//! Money: whole wei, never a fraction.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::U256;

use crate::error::AmountError;

const WEI_PER_OPEN: u128 = 1_000_000_000_000_000_000;

/// An amount of OPEN in wei (10⁻¹⁸ OPEN). The whole supply of 10⁹ OPEN needs 90 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Wei(u128);

impl Wei {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One OPEN.
    pub const OPEN: Self = Self(WEI_PER_OPEN);

    /// `wei` wei.
    pub const fn new(wei: u128) -> Self {
        Self(wei)
    }

    /// The number of wei.
    pub const fn get(self) -> u128 {
        self.0
    }

    /// The same number as the EVM holds it.
    pub fn to_u256(self) -> U256 {
        U256::from(self.0)
    }

    /// From an EVM word.
    ///
    /// # Errors
    /// [`AmountError::Unreadable`] when the word does not fit 128 bits.
    pub fn from_u256(word: U256) -> Result<Self, AmountError> {
        let wei = u128::try_from(word);
        wei.map(Self).map_err(|_too_large| AmountError::Unreadable { text: word.to_string() })
    }

    /// `self + other`.
    ///
    /// # Errors
    /// [`AmountError::Overflow`] past 128 bits.
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        let sum = self.0.checked_add(other.0);
        sum.map(Self).ok_or(AmountError::Overflow { left: self, right: other })
    }

    /// `self - other`.
    ///
    /// # Errors
    /// [`AmountError::Underflow`] when `other` is larger.
    pub fn checked_sub(self, other: Self) -> Result<Self, AmountError> {
        let difference = self.0.checked_sub(other.0);
        difference.map(Self).ok_or(AmountError::Underflow { left: self, right: other })
    }

    /// The sum of many amounts.
    ///
    /// # Errors
    /// [`AmountError::Overflow`] past 128 bits.
    pub fn total(amounts: impl IntoIterator<Item = Self>) -> Result<Self, AmountError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// In OPEN, all decimals that matter: `1.5 OPEN`.
impl fmt::Display for Wei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / WEI_PER_OPEN, self.0 % WEI_PER_OPEN);
        if rest == 0 {
            return write!(f, "{whole} OPEN");
        }
        let decimals = format!("{rest:018}");
        write!(f, "{whole}.{} OPEN", decimals.trim_end_matches('0'))
    }
}

/// Reads `1.5` or `1.5 OPEN`.
impl FromStr for Wei {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let unreadable = || AmountError::Unreadable { text: text.to_owned() };
        let number = text.trim().trim_end_matches("OPEN").trim_end();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 18 {
            return Err(unreadable());
        }
        let whole: u128 = whole.parse().ok().ok_or_else(unreadable)?;
        let rest: u128 = format!("{decimals:0<18}").parse().ok().ok_or_else(unreadable)?;
        let wei = whole.checked_mul(WEI_PER_OPEN).and_then(|wei| wei.checked_add(rest));
        wei.map(Self).ok_or_else(unreadable)
    }
}
