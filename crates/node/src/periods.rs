//! Closing periods and paying claims, each step once, whenever the node is killed.
//!
//! ```text
//! period row stored ─→ captures (chain: once per answer) ─→ post (chain: once per period) ─→ row marked
//! ```
//! The row is a pure function of the answers before it; everything after it asks the chain what is
//! already done, so starting again at any point ends in the same state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use primitives::{Address, B256, ChainRecord as _, Payout, Wei};
use settlement::{Balances, Capture, ClosedPeriod, Earning, Entitlement};

use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::keys::lock;
use crate::tables::{ANSWERS, CLAIMS, PERIODS, StoredAnswer, StoredClaim, StoredPeriod};
use crate::wire::{
    AccountPayout, ClaimInfo, ClaimList, ClaimRequest, OpenPeriod, Period, PeriodDetail, PeriodList,
};

/// Claims in one transaction.
const CLAIMS_PER_TRANSACTION: usize = 32;

/// The closed periods as the node has them at hand.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    /// One past the last answer of each period, in order.
    ends: Vec<u64>,
    /// The last one, with everybody's cumulative amounts.
    last: Option<Arc<ClosedPeriod>>,
}

impl StoredPeriod {
    fn payout(&self) -> Result<Payout, ApiError> {
        Payout::decode(&self.payout).map_err(ApiError::internal)
    }
}

impl Core {
    /// Reads the closed periods and finishes what a stopped node left of the last.
    pub(crate) fn open_periods(&self) -> Result<(), ApiError> {
        let rows = self.read(|tables| tables.scan(&PERIODS, .., usize::MAX))?;
        let ends = rows.iter().map(|(_, row)| row.end).collect();
        let last = rows.last().map(|(_, row)| self.restore(row)).transpose()?;
        *lock(&self.closed) = Closed { ends, last: last.map(Arc::new) };
        let _turn = lock(&self.closing);
        self.finish_last_period()?;
        self.record_claims(&[])
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

    fn last_period(&self) -> Option<Arc<ClosedPeriod>> {
        lock(&self.closed).last.clone()
    }

    /// First answer that no period pays yet.
    pub(crate) fn first_open(&self) -> u64 {
        lock(&self.closed).ends.last().copied().unwrap_or(0)
    }

    /// First answer whose fee may not be captured yet.
    pub(crate) fn first_uncaptured(&self) -> Result<u64, ApiError> {
        let last = self.read(|tables| tables.last(&PERIODS))?;
        Ok(last
            .map_or(0, |(_, row)| if row.transaction == B256::ZERO { row.first } else { row.end }))
    }

    pub(crate) fn close_period(&self) -> Result<Period, ApiError> {
        let _turn = lock(&self.closing);
        self.finish_last_period()?;
        let first = self.first_open();
        let answers = self.read(|tables| tables.scan(&ANSWERS, first.., usize::MAX))?;
        let Some((last, _)) = answers.last() else {
            return Err(ApiError::conflict(
                "nothing_to_close",
                "no answer was given since the last period",
            )
            .hint("ask something first: openledger chat ADAPTER \"…\""));
        };
        let end = last + 1;
        let earnings = answers.iter().map(|(_, row)| row.earning());
        let earnings: Vec<Earning> = earnings.collect::<Result<_, ApiError>>()?;
        let before = self.last_period();
        let domain = self.contracts.domain();
        let closed = ClosedPeriod::close(domain, before.as_deref(), &earnings, now_s())
            .map_err(ApiError::internal)?;
        let row = StoredPeriod {
            payout: closed.payout().encode().into(),
            balances: closed.balances().encode().into(),
            first,
            end,
            transaction: B256::ZERO,
        };
        let number = closed.payout().period;
        self.write(|tables| tables.insert(&PERIODS, &number, &row))?;
        {
            let mut periods = lock(&self.closed);
            periods.ends.push(end);
            periods.last = Some(Arc::new(closed));
        }
        self.finish_last_period()?;
        let period = self.show_period(number)?.period;
        self.events.tell("period", &period);
        Ok(period)
    }

    /// Captures and posts what the last period still lacks.
    fn finish_last_period(&self) -> Result<(), ApiError> {
        let Some((number, row)) = self.read(|tables| tables.last(&PERIODS))? else { return Ok(()) };
        if row.transaction != B256::ZERO {
            return Ok(());
        }
        let captured = self.capture(&row)?;
        let transaction = self.post(number, &row)?;
        let row = StoredPeriod { transaction, ..row };
        self.write(|tables| tables.insert(&PERIODS, &number, &row))?;
        for (payer, amount) in captured {
            self.refresh_payer(payer, amount)?;
        }
        Ok(())
    }

    /// Captures the fees of a period's answers; returns what each payer paid in the period.
    fn capture(&self, row: &StoredPeriod) -> Result<BTreeMap<Address, Wei>, ApiError> {
        let answers = self.read(|tables| tables.scan(&ANSWERS, row.first..row.end, usize::MAX))?;
        let host = self.keys.host();
        let mut missing = Vec::new();
        let mut paid: BTreeMap<Address, Wei> = BTreeMap::new();
        for (_, answer) in &answers {
            let record = answer.completion()?;
            let fee = Wei::new(record.feeWei);
            // Loaded while the fees still count as owed, so that settling finds them.
            self.with_payer(record.payer, |_| Ok(()))?;
            let capture = Capture { payer: record.payer, completion: record.id(), fee };
            let done = self.contracts.is_captured(&*self.chain, host, capture.completion);
            if !done.map_err(ApiError::internal)? {
                missing.push(capture);
            }
            let sum = paid.entry(record.payer).or_default();
            *sum = sum.checked_add(fee).map_err(ApiError::internal)?;
        }
        let calls = self.contracts.captures(&missing);
        if !calls.is_empty() {
            self.send(self.keys.operator(), &calls, "capture")?;
        }
        Ok(paid)
    }

    /// Posts a period's root, unless the chain has it; returns the transaction, or the payout's id
    /// when an earlier run of the node posted it.
    fn post(&self, number: u64, row: &StoredPeriod) -> Result<B256, ApiError> {
        let payout = row.payout()?;
        let on_chain = self.contracts.payouts_state(&*self.chain).map_err(ApiError::internal)?;
        if on_chain.period >= number {
            return Ok(payout.id());
        }
        let digest = primitives::keccak256(&row.balances);
        let call = self.contracts.post(&payout, digest);
        let sent = self.send(self.keys.operator(), &[call], "post")?;
        Ok(sent.first().copied().unwrap_or_else(|| payout.id()))
    }

    pub(crate) fn list_periods(&self) -> Result<PeriodList, ApiError> {
        let rows = self.read(|tables| tables.scan(&PERIODS, .., usize::MAX))?;
        let mut periods = Vec::new();
        let mut before = Wei::ZERO;
        for (_, row) in rows {
            let payout = row.payout()?;
            periods.push(shown(&row, &payout, before));
            before = Wei::new(payout.totalWei);
        }
        Ok(PeriodList { open: self.open_period()?, periods })
    }

    /// Answers that the next period will pay, and their fees.
    pub(crate) fn open_period(&self) -> Result<OpenPeriod, ApiError> {
        let first = self.first_open();
        let rows = self.read(|tables| tables.scan(&ANSWERS, first.., usize::MAX))?;
        let fees = rows.iter().map(|(_, row)| Ok(Wei::new(row.completion()?.feeWei)));
        let fees = Wei::total(fees.collect::<Result<Vec<_>, ApiError>>()?);
        let fees_wei = wei(fees.map_err(ApiError::internal)?);
        Ok(OpenPeriod { receipts: rows.len() as u64, fees_wei })
    }

    pub(crate) fn show_period(&self, number: u64) -> Result<PeriodDetail, ApiError> {
        let missing = || {
            ApiError::not_found("no_such_period", format!("period {number} is not closed"))
                .hint("`openledger period show` lists the closed ones")
        };
        let row = self.read(|tables| tables.get(&PERIODS, &number))?.ok_or_else(missing)?;
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
        Ok(PeriodDetail { period: shown(&row, &row.payout()?, total_before), payouts })
    }

    pub(crate) fn claim(&self, request: &ClaimRequest) -> Result<ClaimList, ApiError> {
        let _turn = lock(&self.closing);
        let accounts = match &request.account {
            Some(account) => vec![self.keys.resolve(account)?],
            None => self.known_addresses(),
        };
        let mut entitled = Vec::new();
        for account in accounts {
            entitled.extend(self.unclaimed(account)?);
        }
        if let (Some(account), true) = (&request.account, entitled.is_empty()) {
            let message = format!("{account} has nothing to claim");
            return Err(ApiError::conflict("nothing_to_claim", message)
                .detail("account", account.clone())
                .hint("`openledger period close` pays the answers given since the last period"));
        }
        let already = self.read(|tables| tables.len(&CLAIMS))?;
        for batch in entitled.chunks(CLAIMS_PER_TRANSACTION) {
            let calls = self.contracts.claims(batch);
            let sent = self.send(self.keys.operator(), &calls, "claim")?;
            self.record_claims(&sent)?;
        }
        let claims = self.claims_from(already)?;
        for claim in &claims.claims {
            self.events.tell("claim", claim);
        }
        Ok(claims)
    }

    /// Everybody with a name here or something earned.
    fn known_addresses(&self) -> Vec<Address> {
        let named = self.keys.everybody().into_iter().map(|(_, address)| address);
        let last = self.last_period();
        let earned =
            last.iter().flat_map(|last| last.balances().iter().map(|(account, _)| account));
        named.chain(earned).collect::<BTreeSet<Address>>().into_iter().collect()
    }

    /// What `account` can claim now.
    fn unclaimed(&self, account: Address) -> Result<Option<Entitlement>, ApiError> {
        let Some(period) = self.last_period() else { return Ok(None) };
        let Some(entitlement) = period.entitlement(account).map_err(ApiError::internal)? else {
            return Ok(None);
        };
        let claimed = self.contracts.claimed(&*self.chain, account).map_err(ApiError::internal)?;
        Ok((entitlement.cumulative > claimed).then_some(entitlement))
    }

    /// Writes down what the chain has paid and the store does not know yet.
    fn record_claims(&self, transactions: &[B256]) -> Result<(), ApiError> {
        let Some(period) = self.last_period() else { return Ok(()) };
        let mut known: BTreeMap<Address, Wei> = BTreeMap::new();
        for (_, row) in self.read(|tables| tables.scan(&CLAIMS, .., usize::MAX))? {
            let claim = row.claim()?;
            known.insert(claim.account, Wei::new(claim.cumulativeWei));
        }
        let mut rows = Vec::new();
        for entitlement in period.entitlements().map_err(ApiError::internal)? {
            let account = entitlement.account;
            let paid = self.contracts.claimed(&*self.chain, account).map_err(ApiError::internal)?;
            let before = known.get(&account).copied().unwrap_or_default();
            if paid > before {
                let transaction = transactions.first().copied().unwrap_or_default();
                let entitlement = Entitlement { cumulative: paid, ..entitlement };
                let claim = entitlement.claim(before, transaction).map_err(ApiError::internal)?;
                rows.push(StoredClaim { claim: claim.encode().into() });
            }
        }
        self.write(|tables| rows.iter().try_for_each(|row| tables.append(&CLAIMS, row).map(drop)))
    }

    pub(crate) fn list_claims(&self) -> Result<ClaimList, ApiError> {
        self.claims_from(0)
    }

    fn claims_from(&self, first: u64) -> Result<ClaimList, ApiError> {
        let rows = self.read(|tables| tables.scan(&CLAIMS, first.., usize::MAX))?;
        let claims = rows.iter().map(|(_, row)| {
            let claim = row.claim()?;
            Ok(ClaimInfo {
                account: hex(claim.account),
                name: self.keys.name_of(claim.account),
                paid_wei: claim.paidWei.to_string(),
                cumulative_wei: claim.cumulativeWei.to_string(),
                transaction: hex(claim.transaction),
            })
        });
        Ok(ClaimList { claims: claims.collect::<Result<_, ApiError>>()? })
    }
}

impl StoredClaim {
    fn claim(&self) -> Result<primitives::Claim, ApiError> {
        primitives::Claim::decode(&self.claim).map_err(ApiError::internal)
    }
}

impl StoredAnswer {
    /// The answer's fee and who earned it.
    fn earning(&self) -> Result<Earning, ApiError> {
        Ok(Earning {
            receipt: self.receipt_id()?,
            completion: self.completion_id()?,
            fee: Wei::new(self.completion()?.feeWei),
            lines: self.split_lines()?,
        })
    }
}

fn shown(row: &StoredPeriod, payout: &Payout, before: Wei) -> Period {
    let period = payout.totalWei.saturating_sub(before.get());
    Period {
        number: payout.period,
        id: hex(payout.id()),
        root: hex(payout.root),
        accounts: u64::from(payout.accounts),
        total_wei: payout.totalWei.to_string(),
        period_wei: period.to_string(),
        receipts: row.end.saturating_sub(row.first),
        transaction: (row.transaction != B256::ZERO).then(|| hex(row.transaction)),
        time_s: payout.timeS,
    }
}
