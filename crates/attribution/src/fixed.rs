//! The three transcendental functions that shares need, in integer arithmetic only.

/// `ln 2` in units of 2⁻⁶⁰.
const LN_2_Q60: u128 = 799_144_290_325_165_979;
/// Terms of the exponential series; the last is below 2⁻⁶⁰ for arguments up to `ln 2`.
const SERIES_TERMS: i128 = 20;
/// Binary digits of the fractional part of a logarithm.
const LOG_DIGITS: u32 = 20;

/// `⌊10⁶ · exp(−numerator / denominator)⌋`.
///
/// The argument is split as `k·ln 2 + r`; `exp(−r)` is its power series in units of 2⁻⁶⁰, and the
/// result is shifted right by `k`.
pub(crate) fn exp_negative_ppm(numerator: u64, denominator: u64) -> u32 {
    let argument = (u128::from(numerator) << 60) / u128::from(denominator.max(1));
    let Ok(halvings @ 0..=59) = u32::try_from(argument / LN_2_Q60) else { return 0 };
    let rest = i128::try_from(argument % LN_2_Q60).unwrap_or(0);
    let mut term: i128 = 1 << 60;
    let mut sum = term;
    for step in 1..=SERIES_TERMS {
        term = -((term * rest) >> 60) / step;
        sum += term;
    }
    u32::try_from(((sum >> halvings) * 1_000_000) >> 60).unwrap_or(0)
}

/// `⌊1000 · log₂(numerator / denominator)⌋` to 20 binary digits; zero when the ratio is at most one.
pub(crate) fn log2_milli(numerator: u64, denominator: u64) -> u64 {
    let denominator = denominator.max(1);
    if numerator <= denominator {
        return 0;
    }
    let whole = (numerator / denominator).ilog2();
    let mut mantissa = (u128::from(numerator) << 62) / (u128::from(denominator) << whole);
    let mut fraction: u64 = 0;
    for _ in 0..LOG_DIGITS {
        mantissa = (mantissa * mantissa) >> 62;
        fraction <<= 1;
        if mantissa >= 1 << 63 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    u64::from(whole) * 1000 + ((fraction * 1000) >> LOG_DIGITS)
}

#[cfg(test)]
mod tests;
