//! Collecting the fees of answers: captures and redemptions, before a period is closed over them.
//!
//! An answer whose fee cannot be collected (its payer withdrew, or its authorization is over) gets a
//! verdict: nobody earns from it, and it does not hold up the others.

use std::collections::BTreeMap;

use primitives::{Address, B256, CompletionId, Wei};
use settlement::{Capture, ChainError, ContractCall, Redemption, Refusal, SignedVoucher};

use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::tables::{StoredAnswer, StoredVerdict, VERDICTS};

/// Captures in one transaction.
const CAPTURES_PER_TRANSACTION: usize = 100;

/// An open answer whose fee is to be collected.
#[derive(Debug, Clone, Copy)]
struct Due {
    number: u64,
    completion: CompletionId,
    payer: Address,
    fee: Wei,
}

impl Core {
    /// Collects the fees of these answers; what cannot be collected gets a verdict. Returns what each
    /// channel's payer has redeemed in all. Doing it again does nothing.
    pub(super) fn collect(
        &self,
        answers: &[(u64, StoredAnswer)],
    ) -> Result<BTreeMap<Address, Wei>, ApiError> {
        let mut captures = Vec::new();
        let mut prepaid: BTreeMap<Address, Vec<Due>> = BTreeMap::new();
        for (number, row) in answers {
            let record = row.completion()?;
            let (completion, payer) = (row.completion_id()?, record.payer);
            let due = Due { number: *number, completion, payer, fee: Wei::new(record.feeWei) };
            // Loaded while the fees still count as owed, so that settling finds them.
            self.with_payer(payer, |_| Ok(()))?;
            if row.isPrepaid {
                prepaid.entry(payer).or_default().push(due);
            } else if !self.is_captured(completion)? {
                captures.push(due);
            }
        }
        for batch in captures.chunks(CAPTURES_PER_TRANSACTION) {
            self.capture(batch.to_vec())?;
        }
        self.redeem(prepaid)
    }

    pub(crate) fn is_captured(&self, completion: CompletionId) -> Result<bool, ApiError> {
        let host = self.keys.host();
        self.contracts.is_captured(&*self.chain, host, completion).map_err(ApiError::internal)
    }

    /// Captures in one transaction whatever of `batch` can be captured.
    fn capture(&self, mut batch: Vec<Due>) -> Result<(), ApiError> {
        while !batch.is_empty() {
            let captures: Vec<Capture> = batch
                .iter()
                .map(|due| Capture { payer: due.payer, completion: due.completion, fee: due.fee })
                .collect();
            let calls = self.contracts.captures(&captures);
            let refusal = match calls.iter().try_for_each(|call| self.tried(call)) {
                Ok(()) => {
                    self.send(self.keys.operator(), &calls, "capture")?;
                    return self.settle(&batch);
                }
                Err(ChainError::Refused(refusal)) => refusal,
                Err(error) => return Err(ApiError::internal(error)),
            };
            let place = refused_completion(&refusal)
                .and_then(|id| batch.iter().position(|due| due.completion == id));
            let Some(place) = place else {
                return Err(ApiError::conflict("refused_on_chain", refusal.to_string()));
            };
            let refused = batch.remove(place);
            if !matches!(refusal, Refusal::AlreadyCaptured { .. }) {
                self.give_up(refused, &refusal)?;
            }
        }
        Ok(())
    }

    /// Redeems every channel in one transaction, up to what these answers cost.
    fn redeem(
        &self,
        prepaid: BTreeMap<Address, Vec<Due>>,
    ) -> Result<BTreeMap<Address, Wei>, ApiError> {
        let mut redemptions = Vec::new();
        let mut settled = Vec::new();
        let mut totals = BTreeMap::new();
        for (payer, mut due) in prepaid {
            let Some((channel, voucher)) = self.channel(payer)? else { continue };
            let before = Wei::new(channel.redeemedWei);
            let redemption = self.redemption(before, voucher, &mut due)?;
            let fees = Wei::total(due.iter().map(|due| due.fee)).map_err(ApiError::internal)?;
            totals.insert(payer, before.checked_add(fees).map_err(ApiError::internal)?);
            redemptions.extend(redemption);
            settled.extend(due);
        }
        if !redemptions.is_empty() {
            for redemption in &redemptions {
                self.mark_public(redemption.voucher.voucher.payer)?;
            }
            let calls = self.contracts.redeem(&redemptions);
            self.send(self.keys.operator(), &calls, "redeem")?;
        }
        self.settle(&settled)?;
        Ok(totals)
    }

    /// What to redeem of one channel on top of `before`; none when that was done. Answers that the
    /// deposit does not cover leave `due`, the newest first.
    fn redemption(
        &self,
        before: Wei,
        voucher: SignedVoucher,
        due: &mut Vec<Due>,
    ) -> Result<Option<Redemption>, ApiError> {
        let done = self.redeemed(voucher.voucher.payer)?;
        let mut redemption = Redemption { voucher, cumulative: before };
        loop {
            let fees = Wei::total(due.iter().map(|due| due.fee)).map_err(ApiError::internal)?;
            redemption.cumulative = before.checked_add(fees).map_err(ApiError::internal)?;
            if due.is_empty() || done >= redemption.cumulative {
                return Ok(None);
            }
            let calls = self.contracts.redeem(std::slice::from_ref(&redemption));
            match calls.iter().try_for_each(|call| self.tried(call)) {
                Ok(()) => return Ok(Some(redemption)),
                Err(ChainError::Refused(refusal)) => {
                    if let Some(newest) = due.pop() {
                        self.give_up(newest, &refusal)?;
                    }
                }
                Err(error) => return Err(ApiError::internal(error)),
            }
        }
    }

    fn tried(&self, call: &ContractCall) -> Result<(), ChainError> {
        self.chain.simulate(self.keys.host(), call).map(drop)
    }

    /// What a payer's channel has paid this host since its beginning.
    pub(crate) fn redeemed(&self, payer: Address) -> Result<Wei, ApiError> {
        let host = self.keys.host();
        self.contracts.redeemed(&*self.chain, payer, host).map_err(ApiError::internal)
    }

    /// Notes in memory that these fees are collected.
    fn settle(&self, collected: &[Due]) -> Result<(), ApiError> {
        let mut paid: BTreeMap<Address, Wei> = BTreeMap::new();
        for due in collected {
            let sum = paid.entry(due.payer).or_default();
            *sum = sum.checked_add(due.fee).map_err(ApiError::internal)?;
        }
        paid.into_iter().try_for_each(|(payer, amount)| self.refresh_payer(payer, amount))
    }

    /// Nobody earns from this answer.
    fn give_up(&self, due: Due, refusal: &Refusal) -> Result<(), ApiError> {
        let why = format!("its fee could not be collected: {refusal}");
        tracing::warn!(completion = %due.completion, why, "an answer stays unpaid");
        let row = StoredVerdict { why, feeWei: due.fee.get(), timeS: now_s() };
        self.write(|tables| tables.insert(&VERDICTS, &due.number, &row))?;
        self.refresh_payer(due.payer, due.fee)
    }
}

/// The answer whose capture a refusal is about.
const fn refused_completion(refusal: &Refusal) -> Option<B256> {
    match refusal {
        Refusal::AlreadyCaptured { completion }
        | Refusal::AuthorizationExpired { completion, .. }
        | Refusal::AboveFunds { completion, .. } => Some(*completion),
        _ => None,
    }
}
