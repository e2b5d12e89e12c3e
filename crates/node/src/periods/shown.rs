//! Periods as they are shown.

use primitives::{ChainRecord as _, Payout, Wei};
use settlement::Balances;

use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::tables::{DISABLED, PERIODS, StoredPeriod};
use crate::wire::{AccountPayout, OpenPeriod, Period, PeriodDetail, PeriodList, PeriodPhase};

/// A window that ends sooner is worth a block a second while somebody looks: this chain's time may be
/// ahead of the clock.
const SOON_S: u64 = 120;

impl Core {
    pub(crate) fn list_periods(&self) -> Result<PeriodList, ApiError> {
        self.look_for_changes()?;
        let active = self.active_number()?;
        let rows = self.read(|tables| tables.scan(&PERIODS, .., usize::MAX))?;
        let mut periods = Vec::new();
        let mut before = Wei::ZERO;
        for (number, row) in rows {
            let payout = row.payout()?;
            let phase = phase(number, &row, active);
            periods.push(self.shown_period(&row, &payout, before, phase)?);
            before = Wei::new(payout.totalWei);
        }
        let rows = self.read(|tables| tables.scan(&DISABLED, .., usize::MAX))?;
        let disabled = rows.iter().map(|(_, row)| {
            self.shown_period(row, &row.payout()?, Wei::ZERO, PeriodPhase::Disabled)
        });
        let disabled = disabled.collect::<Result<_, ApiError>>()?;
        Ok(PeriodList { open: self.open_period()?, periods, disabled })
    }

    /// Answers that the next period will pay, and their fees.
    pub(crate) fn open_period(&self) -> Result<OpenPeriod, ApiError> {
        let rows = self.open_answers()?;
        let fees = rows.iter().map(|(_, row)| Ok(Wei::new(row.completion()?.feeWei)));
        let fees = Wei::total(fees.collect::<Result<Vec<_>, ApiError>>()?);
        let fees_wei = wei(fees.map_err(ApiError::internal)?);
        Ok(OpenPeriod { receipts: rows.len() as u64, fees_wei })
    }

    pub(crate) fn show_period(&self, number: u64) -> Result<PeriodDetail, ApiError> {
        self.look_for_time()?;
        let row = self.stored_period(number)?;
        let before = match number.checked_sub(1) {
            Some(before) => self.read(|tables| tables.get(&PERIODS, &before))?,
            None => None,
        };
        let decode =
            |row: &StoredPeriod| Balances::decode(&row.balances).map_err(ApiError::internal);
        let balances_before = before.as_ref().map(decode).transpose()?.unwrap_or_default();
        let total_before = balances_before.total().map_err(ApiError::internal)?;
        let balances = decode(&row)?;
        let payouts = balances.iter().map(|(account, cumulative)| {
            let period = cumulative.checked_sub(balances_before.of(account));
            Ok(AccountPayout {
                account: hex(account),
                name: self.keys.name_of(account),
                cumulative_wei: wei(cumulative),
                period_wei: wei(period.map_err(ApiError::internal)?),
            })
        });
        let payouts = payouts.collect::<Result<_, ApiError>>()?;
        let phase = phase(number, &row, self.active_number()?);
        let period = self.shown_period(&row, &row.payout()?, total_before, phase)?;
        Ok(PeriodDetail { period, payouts })
    }

    /// Lets the chain's time pass when a period waits for it.
    pub(crate) fn look_for_time(&self) -> Result<(), ApiError> {
        let waiting = self.read(|tables| tables.last(&PERIODS))?;
        let head_s = self.chain.chain.head().timestamp;
        let is_due = waiting.is_some_and(|(_, row)| {
            let left_s = row.activatesS.saturating_sub(head_s);
            row.is_posted() && left_s > 0 && (left_s <= SOON_S || row.activatesS <= now_s())
        });
        if is_due { self.tick() } else { Ok(()) }
    }

    /// Takes over what the chain did to periods, unless somebody is at it.
    fn look_for_changes(&self) -> Result<(), ApiError> {
        self.look_for_time()?;
        match self.closing.try_lock() {
            Ok(_turn) => self.take_back_disabled(),
            Err(_busy) => Ok(()),
        }
    }

    fn shown_period(
        &self,
        row: &StoredPeriod,
        payout: &Payout,
        before: Wei,
        status: PeriodPhase,
    ) -> Result<Period, ApiError> {
        let period = payout.totalWei.saturating_sub(before.get());
        let holds = matches!(status, PeriodPhase::Pending | PeriodPhase::Active) && !row.isReleased;
        let bond = if holds {
            let state = self.contracts.posted_period(&*self.chain, payout.period);
            state.map_err(ApiError::internal)?.bond
        } else {
            Wei::ZERO
        };
        Ok(Period {
            number: payout.period,
            id: hex(payout.id()),
            root: hex(payout.root),
            accounts: u64::from(payout.accounts),
            total_wei: payout.totalWei.to_string(),
            period_wei: period.to_string(),
            receipts: row.answers,
            transaction: row.is_posted().then(|| hex(row.transaction)),
            time_s: payout.timeS,
            status,
            activates_s: row.is_posted().then_some(row.activatesS),
            bond_wei: wei(bond),
            answers_root: hex(payout.answers),
            data_digest: hex(row.data),
        })
    }
}

/// Where a period stands when `active` is the one that claims work against.
const fn phase(number: u64, row: &StoredPeriod, active: u64) -> PeriodPhase {
    if number <= active {
        PeriodPhase::Active
    } else if row.is_posted() {
        PeriodPhase::Pending
    } else {
        PeriodPhase::Posting
    }
}
