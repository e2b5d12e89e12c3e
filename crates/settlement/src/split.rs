//! Who earns which part of a fee.

use primitives::{Address, AttributionReceipt, RecordId, SharePpm, Wei, address};

use crate::error::SplitError;
use crate::options::SplitOptions;

const PPM: u128 = 1_000_000;

/// The account whose OPEN nobody can move: what is paid there is out of circulation.
pub const BURN: Address = address!("0x000000000000000000000000000000000000dEaD");

/// Why an account gets a line of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// For a record that shaped the answer.
    Contributor,
    /// For owning the adapter.
    Owner,
    /// For answering.
    Host,
    /// For checking payouts.
    Validators,
    /// For running the network.
    Treasury,
    /// Out of circulation.
    Burn,
    /// The contributors' part that no record is credited for; to the treasury.
    Unattributed,
    /// What rounding down left over; to the treasury.
    Residue,
}

impl Role {
    /// All roles, in the order of a split's lines.
    pub const ALL: [Self; 8] = [
        Self::Contributor,
        Self::Owner,
        Self::Host,
        Self::Validators,
        Self::Treasury,
        Self::Burn,
        Self::Unattributed,
        Self::Residue,
    ];

    /// The role's code in a [`SettledLine`](crate::SettledLine).
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The role with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The word shown to people and used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::Owner => "owner",
            Self::Host => "host",
            Self::Validators => "validators",
            Self::Treasury => "treasury",
            Self::Burn => "burn",
            Self::Unattributed => "unattributed",
            Self::Residue => "residue",
        }
    }
}

/// Who is paid for an answer besides its contributors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    /// The adapter's owner.
    pub owner: Address,
    /// The node that answered.
    pub host: Address,
    /// Who collects the validators' part: the attestations contract.
    pub validators: Address,
    /// The network's treasury.
    pub treasury: Address,
}

/// A way to divide fees that governance put into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitVersion {
    /// Its number, from 1.
    pub version: u32,
    /// Since when it holds, Unix time in seconds.
    pub from_s: u64,
    /// The parts.
    pub options: SplitOptions,
}

impl SplitVersion {
    /// The one of `versions`, in order, that holds for an answer given at `time_s`; the first for
    /// an answer older than all.
    pub fn in_force(versions: &[Self], time_s: u64) -> Option<&Self> {
        let since = versions.iter().rev().find(|version| version.from_s <= time_s);
        since.or_else(|| versions.first())
    }
}

/// One line of a split: an amount, to whom, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitLine {
    /// Who is paid.
    pub account: Address,
    /// What for.
    pub role: Role,
    /// The record, for a contributor.
    pub record: Option<RecordId>,
    /// For a contributor and what is unattributed: parts per million of the contributors' part. For
    /// the others: of the fee. Zero for the residue.
    pub share_ppm: SharePpm,
    /// How much.
    pub amount: Wei,
}

/// Divides `fee` by the shares of `receipt`: one line per record with a share in the receipt's
/// order, then owner, host, validators, treasury, burn, the unattributed part, the residue. The
/// last two only when their share or amount is above zero. The lines sum to the fee, exactly.
///
/// ```text
/// pool        = ⌊fee · contributors / 10⁶⌋
/// contributor = ⌊pool · share / 10⁶⌋          owner, host, … = ⌊fee · part / 10⁶⌋
/// residue     = fee − all of these
/// ```
///
/// Because ⌊a⌋ + ⌊b⌋ ≤ ⌊a + b⌋, nobody gains by splitting a name or a record.
///
/// # Errors
/// [`SplitError::PartsNotWhole`], [`SplitError::SharesNotWhole`] when parts or shares do not sum to
/// 1,000,000; [`SplitError::AccountMissing`] when a payee is the zero address.
pub fn split(
    fee: Wei,
    receipt: &AttributionReceipt,
    options: &SplitOptions,
    parties: &Parties,
) -> Result<Vec<SplitLine>, SplitError> {
    let lines = lines(fee, receipt, options, parties)?;
    match lines.iter().find(|line| line.account == Address::ZERO) {
        Some(line) => Err(SplitError::AccountMissing { role: line.role }),
        None => Ok(lines),
    }
}

/// As [`split`], whoever the payees are: what the contract computes.
pub(crate) fn lines(
    fee: Wei,
    receipt: &AttributionReceipt,
    options: &SplitOptions,
    parties: &Parties,
) -> Result<Vec<SplitLine>, SplitError> {
    check_parts(options)?;
    check_shares(receipt)?;
    let pool = part(fee, options.contributors_ppm);
    let mut lines = contributors(pool, receipt)?;
    let fixed = [
        (parties.owner, Role::Owner, options.owner_ppm),
        (parties.host, Role::Host, options.host_ppm),
        (parties.validators, Role::Validators, options.validators_ppm),
        (parties.treasury, Role::Treasury, options.treasury_ppm),
        (BURN, Role::Burn, options.burn_ppm),
    ];
    for (account, role, share_ppm) in fixed {
        lines.push(line(account, role, share_ppm, part(fee, share_ppm)));
    }
    let unattributed = SharePpm::new(receipt.unattributedPpm)?;
    if unattributed > SharePpm::ZERO {
        let amount = part(pool, unattributed);
        lines.push(line(parties.treasury, Role::Unattributed, unattributed, amount));
    }
    let residue = fee.checked_sub(Wei::total(lines.iter().map(|line| line.amount))?)?;
    if residue > Wei::ZERO {
        lines.push(line(parties.treasury, Role::Residue, SharePpm::ZERO, residue));
    }
    Ok(lines)
}

fn contributors(pool: Wei, receipt: &AttributionReceipt) -> Result<Vec<SplitLine>, SplitError> {
    let paid = receipt.shares.iter().filter(|share| share.sharePpm > 0);
    let lines = paid.map(|share| {
        let share_ppm = SharePpm::new(share.sharePpm)?;
        let amount = part(pool, share_ppm);
        let line = line(share.contributor, Role::Contributor, share_ppm, amount);
        Ok(SplitLine { record: Some(share.record), ..line })
    });
    lines.collect()
}

const fn line(account: Address, role: Role, share_ppm: SharePpm, amount: Wei) -> SplitLine {
    SplitLine { account, role, record: None, share_ppm, amount }
}

/// `⌊whole · share / 10⁶⌋`, in two steps that cannot overflow: `share` is at most 10⁶.
fn part(whole: Wei, share: SharePpm) -> Wei {
    let share = u128::from(share.get());
    let (millions, rest) = (whole.get().div_euclid(PPM), whole.get().rem_euclid(PPM));
    let of_rest = rest.saturating_mul(share).div_euclid(PPM);
    Wei::new(millions.saturating_mul(share).saturating_add(of_rest))
}

fn check_parts(options: &SplitOptions) -> Result<(), SplitError> {
    let parts = [
        options.contributors_ppm,
        options.owner_ppm,
        options.host_ppm,
        options.validators_ppm,
        options.treasury_ppm,
        options.burn_ppm,
    ];
    match parts.iter().map(|share| u128::from(share.get())).sum() {
        PPM => Ok(()),
        sum_ppm => Err(SplitError::PartsNotWhole { sum_ppm }),
    }
}

fn check_shares(receipt: &AttributionReceipt) -> Result<(), SplitError> {
    let attributed: u128 = receipt.shares.iter().map(|share| u128::from(share.sharePpm)).sum();
    match attributed.saturating_add(u128::from(receipt.unattributedPpm)) {
        PPM => Ok(()),
        sum_ppm => Err(SplitError::SharesNotWhole { completion: receipt.completion, sum_ppm }),
    }
}

#[cfg(test)]
mod tests;
