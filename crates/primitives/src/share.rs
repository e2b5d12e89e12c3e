//! Shares: integers in parts per million.

use std::fmt;

use crate::error::ShareError;

/// A share of a whole, in parts per million, 0 ..= 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SharePpm(u32);

impl SharePpm {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Everything.
    pub const WHOLE: Self = Self(1_000_000);

    /// `ppm` parts per million.
    ///
    /// # Errors
    /// [`ShareError::MoreThanWhole`] above 1,000,000.
    pub const fn new(ppm: u32) -> Result<Self, ShareError> {
        if ppm > Self::WHOLE.0 { Err(ShareError::MoreThanWhole { ppm }) } else { Ok(Self(ppm)) }
    }

    /// Parts per million.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// As a percentage with the four decimals that parts per million have: `12.3456 %`.
impl fmt::Display for SharePpm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04} %", self.0 / 10_000, self.0 % 10_000)
    }
}
