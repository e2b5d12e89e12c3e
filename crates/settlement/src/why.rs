//! Why an account earned what it earned.

use std::fmt;

use primitives::{Address, AttributionReceipt, CompletionId, RecordId, SharePpm, Wei, ZeroReason};

use crate::period::Earning;
use crate::split::Role;

/// One sentence of the explanation: an answer, what it brought the account, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The answer.
    pub completion: CompletionId,
    /// What for.
    pub role: Role,
    /// The record, for a contributor.
    pub record: Option<RecordId>,
    /// As in [`SplitLine::share_ppm`](crate::SplitLine::share_ppm).
    pub share_ppm: SharePpm,
    /// How much; zero when the record was looked at and not paid.
    pub amount: Wei,
    /// [`ZeroReason::Paid`], or why the record got nothing.
    pub zero: ZeroReason,
}

/// `0.07 OPEN as contributor for record 0x… (60.0000 %) of answer 0x…`, or why nothing.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.amount, self.role.name())?;
        if let Some(record) = self.record {
            write!(f, " for record {record}")?;
        }
        if self.zero == ZeroReason::Paid {
            write!(f, " ({})", self.share_ppm)?;
        } else {
            write!(f, " ({})", self.zero.name())?;
        }
        write!(f, " of answer {}", self.completion)
    }
}

/// Every line of `account` in these answers, each with the attribution that it was divided by:
/// first what was paid, then the account's records that were looked at and got nothing.
pub fn why<'a>(
    account: Address,
    answers: impl IntoIterator<Item = (&'a Earning, &'a AttributionReceipt)>,
) -> Vec<Reason> {
    let answers = answers.into_iter();
    answers.flat_map(|(earning, receipt)| in_answer(account, earning, receipt)).collect()
}

fn in_answer(account: Address, earning: &Earning, receipt: &AttributionReceipt) -> Vec<Reason> {
    let paid = earning.lines.iter().filter(|line| line.account == account).map(|line| Reason {
        completion: earning.completion,
        role: line.role,
        record: line.record,
        share_ppm: line.share_ppm,
        amount: line.amount,
        zero: ZeroReason::Paid,
    });
    let own = receipt.shares.iter().filter(|share| share.contributor == account);
    let unpaid = own.filter(|share| share.sharePpm == 0).map(|share| Reason {
        completion: earning.completion,
        role: Role::Contributor,
        record: Some(share.record),
        share_ppm: SharePpm::ZERO,
        amount: Wei::ZERO,
        zero: ZeroReason::from_code(share.reason).unwrap_or(ZeroReason::NotSignificant),
    });
    paid.chain(unpaid).collect()
}

#[cfg(test)]
mod tests;
