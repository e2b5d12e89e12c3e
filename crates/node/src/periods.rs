//! Closing periods, each step once, whenever the node is killed.
//!
//! ```text
//! fees collected (chain: once per answer) ─→ period row stored ─→ posted with bond (chain: once)
//!                                    pending ─→ active: claims ─→ bond back
//!                                         └───→ disabled: its answers are open again
//! ```
//! The row is a pure function of the answers before it that have no verdict; everything else asks the
//! chain what is already done, so starting again at any point ends in the same state.

mod claims;
mod collect;
mod shown;

pub(crate) use claims::Claimed;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use primitives::{Address, B256, ChainRecord as _, Payout, Signature, Wei};
use settlement::{Balances, ClosedPeriod, Earning, PeriodStatus, SettledAnswer};

use crate::clock::now_s;
use crate::core::Core;
use crate::dispute::wrong_answers;
use crate::error::ApiError;
use crate::hex::{hex, parse_id};
use crate::keys::lock;
use crate::published::{Answer, Data};
use crate::tables::{
    ANSWERS, CHANNELS, DISABLED, PERIODS, StoredAnswer, StoredChannel, StoredPeriod, StoredVerdict,
    VERDICTS,
};
use crate::wire::Period;

/// Name of the file with an adapter's published rows.
const INDEX_FILE: &str = "influence_index.bin";

/// The closed periods as the node has them at hand.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    /// One past the last answer of each period, in order.
    ends: Vec<u64>,
    /// The last one, with everybody's cumulative amounts.
    last: Option<Arc<ClosedPeriod>>,
    /// The one that claims work against, once it was asked for.
    active: Option<Arc<ClosedPeriod>>,
}

impl StoredPeriod {
    fn payout(&self) -> Result<Payout, ApiError> {
        Payout::decode(&self.payout).map_err(ApiError::internal)
    }

    const fn is_posted(&self) -> bool {
        !self.transaction.const_eq(&B256::ZERO)
    }
}

impl Core {
    /// Reads the closed periods and finishes what a stopped node left of the last.
    pub(crate) fn open_periods(&self) -> Result<(), ApiError> {
        self.load_periods()?;
        let _turn = lock(&self.closing);
        self.take_back_disabled()?;
        if let Err(error) = self.finish_last_period() {
            let cause = crate::error::chain(&error);
            tracing::warn!(
                cause,
                "the last period is not posted yet; closing the next tries again"
            );
        }
        self.record_claims(&[])
    }

    fn load_periods(&self) -> Result<(), ApiError> {
        let rows = self.read(|tables| tables.scan(&PERIODS, .., usize::MAX))?;
        let ends = rows.iter().map(|(_, row)| row.end).collect();
        let last = rows.last().map(|(_, row)| self.restore(row)).transpose()?;
        *lock(&self.closed) = Closed { ends, last: last.map(Arc::new), active: None };
        Ok(())
    }

    fn restore(&self, row: &StoredPeriod) -> Result<ClosedPeriod, ApiError> {
        let balances = Balances::decode(&row.balances).map_err(ApiError::internal)?;
        ClosedPeriod::restore(self.contracts.domain(), row.payout()?, balances)
            .map_err(ApiError::internal)
    }

    /// The period that pays answer `number`.
    pub(crate) fn period_of(&self, number: u64) -> Option<u64> {
        let closed = lock(&self.closed);
        let before = closed.ends.partition_point(|end| *end <= number);
        (before < closed.ends.len()).then_some(before as u64 + 1)
    }

    /// Everything `account` has earned in closed periods.
    pub(crate) fn earned_by(&self, account: Address) -> Wei {
        let closed = lock(&self.closed);
        closed.last.as_ref().map_or(Wei::ZERO, |last| last.balances().of(account))
    }

    pub(crate) fn last_period(&self) -> Option<Arc<ClosedPeriod>> {
        lock(&self.closed).last.clone()
    }

    /// First answer that no period pays yet.
    pub(crate) fn first_open(&self) -> u64 {
        lock(&self.closed).ends.last().copied().unwrap_or(0)
    }

    /// The answers that no period pays yet, without those that nobody earns from.
    pub(crate) fn open_answers(&self) -> Result<Vec<(u64, StoredAnswer)>, ApiError> {
        self.payable(self.first_open(), u64::MAX)
    }

    /// The answers between two numbers that somebody earns from.
    fn payable(&self, first: u64, end: u64) -> Result<Vec<(u64, StoredAnswer)>, ApiError> {
        self.read(|tables| {
            let verdicts = tables.scan(&VERDICTS, first..end, usize::MAX)?;
            let mut answers = tables.scan(&ANSWERS, first..end, usize::MAX)?;
            answers.retain(|(number, _)| {
                verdicts.binary_search_by_key(number, |(number, _)| *number).is_err()
            });
            Ok(answers)
        })
    }

    pub(crate) fn close_period(&self) -> Result<Period, ApiError> {
        let _turn = lock(&self.closing);
        self.take_back_disabled()?;
        self.finish_last_period()?;
        self.release_bonds();
        let first = self.first_open();
        let open = self.open_answers()?;
        let Some(end) = open.last().map(|(last, _)| last + 1) else { return Err(no_answers()) };
        let redeemed = self.collect(&open)?;
        let paid = self.payable(first, end)?;
        if paid.is_empty() {
            return Err(no_answers());
        }
        let number = self.store_period((first, end), &paid, &redeemed)?;
        self.finish_last_period()?;
        let period = self.show_period(number)?.period;
        self.events.tell("period", &period);
        Ok(period)
    }

    /// Closes a period over collected answers; durable when this returns, not yet posted.
    fn store_period(
        &self,
        (first, end): (u64, u64),
        paid: &[(u64, StoredAnswer)],
        redeemed: &BTreeMap<Address, Wei>,
    ) -> Result<u64, ApiError> {
        let earnings = paid.iter().map(|(_, row)| row.earning());
        let earnings: Vec<Earning> = earnings.collect::<Result<_, ApiError>>()?;
        let before = self.last_period();
        let domain = self.contracts.domain();
        let closed = ClosedPeriod::close(domain, before.as_deref(), &earnings, now_s())
            .map_err(ApiError::internal)?;
        let data = self.published(&closed, paid, &earnings)?.encode();
        let row = StoredPeriod {
            payout: closed.payout().encode().into(),
            balances: closed.balances().encode().into(),
            first,
            end,
            answers: paid.len() as u64,
            data: self.store.blobs().put(&data).map_err(ApiError::internal)?,
            activatesS: 0,
            transaction: B256::ZERO,
            isReleased: false,
        };
        let number = closed.payout().period;
        self.write(|tables| {
            for (payer, cumulative) in redeemed {
                let key = payer.into_word();
                if let Some(channel) = tables.get(&CHANNELS, &key)? {
                    let channel = StoredChannel { redeemedWei: cumulative.get(), ..channel };
                    tables.insert(&CHANNELS, &key, &channel)?;
                }
            }
            tables.insert(&PERIODS, &number, &row)
        })?;
        let mut periods = lock(&self.closed);
        periods.ends.push(end);
        periods.last = Some(Arc::new(closed));
        Ok(number)
    }

    /// Posts the last period, unless it is.
    fn finish_last_period(&self) -> Result<(), ApiError> {
        let Some((number, row)) = self.read(|tables| tables.last(&PERIODS))? else { return Ok(()) };
        if row.is_posted() {
            return Ok(());
        }
        let transaction = self.post(number, &row)?;
        let state =
            self.contracts.posted_period(&*self.chain, number).map_err(ApiError::internal)?;
        let row = StoredPeriod { transaction, activatesS: state.activates_s, ..row };
        self.write(|tables| tables.insert(&PERIODS, &number, &row))
    }

    /// Posts a period's root with its bond, unless the chain has it; returns the transaction, or the
    /// payout's id when an earlier run of the node posted it.
    fn post(&self, number: u64, row: &StoredPeriod) -> Result<B256, ApiError> {
        let payout = row.payout()?;
        let posted = self.contracts.payouts_state(&*self.chain).map_err(ApiError::internal)?.posted;
        if posted >= number {
            let state =
                self.contracts.posted_period(&*self.chain, number).map_err(ApiError::internal)?;
            if state.payout == payout.id() {
                return Ok(payout.id());
            }
            return Err(foreign(number, state.poster));
        }
        let bond = self.contracts.poster_bond(&*self.chain).map_err(ApiError::internal)?;
        let call = self.contracts.post(&payout, row.data, bond);
        let sent = self.send(self.keys.operator(), &[call], "post")?;
        Ok(sent.first().copied().unwrap_or_else(|| payout.id()))
    }

    /// Opens the answers of periods that the chain has disabled again. Those that the node itself
    /// finds wrong get a verdict; all others are paid by the next period.
    pub(crate) fn take_back_disabled(&self) -> Result<(), ApiError> {
        let active = self.active_number()?;
        let rows = self.read(|tables| tables.scan(&PERIODS, active + 1.., usize::MAX))?;
        let mut disabled = None;
        for (number, row) in &rows {
            if row.is_posted() && self.is_disabled(*number, row)? {
                disabled = Some(*number);
                break;
            }
        }
        let Some(first) = disabled else { return Ok(()) };
        for (_, row) in rows.iter().filter(|(number, _)| *number >= first) {
            self.judge(row)?;
        }
        self.write(|tables| {
            for (number, row) in rows.iter().filter(|(number, _)| *number >= first) {
                tables.append(&DISABLED, row)?;
                tables.remove(&PERIODS, number)?;
            }
            Ok(())
        })?;
        tracing::warn!(first, "periods were disabled; their answers are open again");
        self.load_periods()
    }

    /// After a proof of fraud: whatever the node itself finds wrong about a period's answers is not
    /// paid again.
    fn judge(&self, row: &StoredPeriod) -> Result<(), ApiError> {
        let payout = row.payout()?.id();
        if !self.contracts.is_fraud(&*self.chain, payout).map_err(ApiError::internal)? {
            return Ok(());
        }
        let data = self.store.blobs().get(row.data).map_err(ApiError::internal)?;
        let data = Data::decode(&data).map_err(ApiError::internal)?;
        let index = |id: B256| self.adapter_file(&hex(id), INDEX_FILE).unwrap_or_default();
        let wrongs = wrong_answers(&data, &self.contracts, &*self.chain, index);
        for wrong in wrongs.map_err(ApiError::internal)? {
            let Some(completion) = wrong.completion else { continue };
            let (number, answer) = self.find_answer(parse_id("completion", &completion)?)?;
            let fee = answer.completion()?.feeWei;
            let why = format!("its period was proven wrong: {}", wrong.what);
            tracing::warn!(completion, why, "an answer stays unpaid");
            let row = StoredVerdict { why, feeWei: fee, timeS: now_s() };
            self.write(|tables| tables.insert(&VERDICTS, &number, &row))?;
        }
        Ok(())
    }

    /// Whether the chain has taken a posted period back.
    fn is_disabled(&self, number: u64, row: &StoredPeriod) -> Result<bool, ApiError> {
        let posted = self.contracts.payouts_state(&*self.chain).map_err(ApiError::internal)?.posted;
        if posted < number {
            return Ok(true);
        }
        let state =
            self.contracts.posted_period(&*self.chain, number).map_err(ApiError::internal)?;
        Ok(state.payout != row.payout()?.id() || state.status == PeriodStatus::Disabled)
    }

    /// Takes back the bonds of periods that are active; a failure is tried again later.
    fn release_bonds(&self) {
        if let Err(error) = self.try_release_bonds() {
            tracing::warn!(cause = %crate::error::chain(&error), "a bond stays for now");
        }
    }

    fn try_release_bonds(&self) -> Result<(), ApiError> {
        let active = self.active_number()?;
        let rows = self.read(|tables| tables.scan(&PERIODS, ..=active, usize::MAX))?;
        let (host, operator) = (self.keys.host(), self.keys.operator());
        for (number, row) in rows.into_iter().filter(|(_, row)| !row.isReleased) {
            let call = self.contracts.release(number);
            // A refusal says that it is back already.
            if self.chain.simulate(host, &call).is_ok() {
                self.send(operator, &[call], "release bond")?;
            }
            let row = StoredPeriod { isReleased: true, ..row };
            self.write(|tables| tables.insert(&PERIODS, &number, &row))?;
        }
        let owed = self.contracts.withdrawable(&*self.chain, host).map_err(ApiError::internal)?;
        if owed > Wei::ZERO {
            self.send(operator, &[self.contracts.withdraw_bonds(host)], "withdraw bonds")?;
        }
        Ok(())
    }

    /// Number of the period that claims work against; zero before the first.
    pub(crate) fn active_number(&self) -> Result<u64, ApiError> {
        Ok(self.contracts.active(&*self.chain).map_err(ApiError::internal)?.period)
    }

    /// The data behind a posted root, byte for byte as its digest was posted.
    pub(crate) fn period_data(&self, number: u64) -> Result<Vec<u8>, ApiError> {
        let row = self.stored_period(number)?;
        self.store.blobs().get(row.data).map_err(ApiError::internal)
    }

    /// What is published of a closed period.
    fn published(
        &self,
        closed: &ClosedPeriod,
        paid: &[(u64, StoredAnswer)],
        earnings: &[Earning],
    ) -> Result<Data, ApiError> {
        let mut answers = Vec::new();
        let mut adapters = BTreeMap::new();
        for ((_, row), earning) in paid.iter().zip(earnings) {
            let (completion, receipt) = (row.completion()?, row.receipt()?);
            if let Entry::Vacant(missing) = adapters.entry(completion.adapter) {
                missing.insert(self.stored_adapter(completion.adapter)?.decoded()?);
            }
            answers.push(Answer { settled: SettledAnswer::from(earning), completion, receipt });
        }
        answers.sort_by_key(|answer| answer.settled.completion);
        let (payout, balances) = (closed.payout().clone(), closed.balances().clone());
        Ok(Data { payout, balances, answers, adapters })
    }

    fn stored_period(&self, number: u64) -> Result<StoredPeriod, ApiError> {
        let missing = || {
            ApiError::not_found("no_such_period", format!("period {number} is not closed"))
                .hint("`openledger period show` lists the closed ones")
        };
        self.read(|tables| tables.get(&PERIODS, &number))?.ok_or_else(missing)
    }
}

impl StoredAnswer {
    /// The answer's fee and who earned it.
    fn earning(&self) -> Result<Earning, ApiError> {
        Ok(Earning {
            receipt: self.receipt_id()?,
            completion: self.completion_id()?,
            signature: Signature::from_bytes(&self.signature).map_err(ApiError::internal)?,
            fee: Wei::new(self.completion()?.feeWei),
            split_version: self.splitVersion,
            lines: self.split_lines()?,
        })
    }
}

fn no_answers() -> ApiError {
    ApiError::conflict("nothing_to_close", "no answer was given since the last period")
        .hint("ask something first: openledger chat ADAPTER \"…\"")
}

fn foreign(number: u64, poster: Address) -> ApiError {
    let message = format!("period {number} was posted by {poster} with other content");
    ApiError::conflict("foreign_period", message).detail("period", number).hint(format!(
        "openledger dispute check {number} --data FILE finds what is wrong with it; once it is disabled, \
         close the period again"
    ))
}
