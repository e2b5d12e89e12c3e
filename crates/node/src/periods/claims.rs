//! Paying claims against the active period.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use primitives::{Address, B256, ChainRecord as _, Wei};
use settlement::{ClosedPeriod, Entitlement};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::keys::lock;
use crate::tables::{CLAIMS, PERIODS, StoredClaim};
use crate::wire::{ClaimInfo, ClaimList, ClaimRequest, Waiting};

/// Claims in one transaction.
const CLAIMS_PER_TRANSACTION: usize = 32;

/// What a claim led to.
#[derive(Debug)]
pub(crate) enum Claimed {
    /// It was paid, or there was nothing.
    Done(ClaimList),
    /// More can be claimed in so many seconds.
    Waits {
        /// Of the chain's time.
        in_s: u64,
    },
}

impl Core {
    /// The period that claims work against.
    pub(crate) fn active_period(&self) -> Result<Option<Arc<ClosedPeriod>>, ApiError> {
        let active = self.contracts.active(&*self.chain).map_err(ApiError::internal)?;
        let known = lock(&self.closed).active.clone();
        if let Some(known) = known.filter(|known| known.id() == active.payout) {
            return Ok(Some(known));
        }
        let row = self.read(|tables| tables.get(&PERIODS, &active.period))?;
        // A period that somebody else posted cannot be claimed here: its list is not.
        let Some(row) = row else { return Ok(None) };
        if row.payout()?.id() != active.payout {
            return Ok(None);
        }
        let period = Arc::new(self.restore(&row)?);
        lock(&self.closed).active = Some(Arc::clone(&period));
        Ok(Some(period))
    }

    /// What `account` earned in periods that can still be disputed, and when the next of it becomes
    /// claimable.
    pub(crate) fn waiting_for(
        &self,
        account: Option<Address>,
    ) -> Result<Option<Waiting>, ApiError> {
        let of = |period: &ClosedPeriod| match account {
            Some(account) => period.balances().of(account),
            None => period.total(),
        };
        let sure = self.active_period()?.map_or(Wei::ZERO, |active| of(&active));
        let earned = self.last_period().map_or(Wei::ZERO, |last| of(&last));
        let amount = Wei::new(earned.get().saturating_sub(sure.get()));
        let active = self.active_number()?;
        let next = self.read(|tables| tables.scan(&PERIODS, active + 1.., 1))?;
        let Some((period, row)) = next.first().filter(|_| amount > Wei::ZERO) else {
            return Ok(None);
        };
        let now_s = self.chain_now_s();
        Ok(Some(Waiting {
            amount_wei: wei(amount),
            period: *period,
            activates_s: row.activatesS,
            in_s: row.activatesS.saturating_sub(now_s),
        }))
    }

    /// Claims; or, when the caller waits and something becomes claimable soon, tells how soon.
    pub(crate) fn claim_or_wait(
        &self,
        request: &ClaimRequest,
        may_wait: bool,
    ) -> Result<Claimed, ApiError> {
        if may_wait {
            self.look_for_time()?;
            let named =
                request.account.as_deref().map(|name| self.keys.resolve(name)).transpose()?;
            if let Some(waiting) = self.waiting_for(named)? {
                return Ok(Claimed::Waits { in_s: waiting.in_s });
            }
        }
        self.claim(request).map(Claimed::Done)
    }

    fn claim(&self, request: &ClaimRequest) -> Result<ClaimList, ApiError> {
        let _turn = lock(&self.closing);
        self.look_for_time()?;
        self.take_back_disabled()?;
        let named = request.account.as_deref().map(|name| self.keys.resolve(name)).transpose()?;
        let accounts = named.map_or_else(|| self.known_addresses(), |account| vec![account]);
        let mut entitled = Vec::new();
        for account in accounts {
            entitled.extend(self.unclaimed(account)?);
        }
        let waiting = self.waiting_for(named)?;
        if let (Some(account), true) = (&request.account, entitled.is_empty()) {
            return Err(nothing_to_claim(account, waiting.as_ref()));
        }
        if request.dry_run {
            return self.claims_tried(&entitled, waiting);
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
        Ok(ClaimList { waiting, ..claims })
    }

    /// What claims would pay and cost.
    fn claims_tried(
        &self,
        entitled: &[Entitlement],
        waiting: Option<Waiting>,
    ) -> Result<ClaimList, ApiError> {
        let mut gas = 0_u64;
        for call in entitled.chunks(CLAIMS_PER_TRANSACTION).flat_map(|b| self.contracts.claims(b)) {
            let tried = self.chain.simulate(self.keys.host(), &call);
            gas = gas.saturating_add(tried.map_err(crate::outbox::refused)?.gas_used);
        }
        let claims = entitled.iter().map(|entitlement| {
            let account = entitlement.account;
            let claimed = self.claimed_by(account)?;
            let paid = entitlement.unclaimed(claimed).map_err(ApiError::internal)?;
            Ok(ClaimInfo {
                account: hex(account),
                name: self.keys.name_of(account),
                paid_wei: wei(paid),
                cumulative_wei: wei(entitlement.cumulative),
                payee: self.payee_of(account)?.map(hex),
                transaction: hex(B256::ZERO),
            })
        });
        let claims = claims.collect::<Result<_, ApiError>>()?;
        let gas_wei = Some(self.gas_cost(gas).to_string());
        Ok(ClaimList { claims, waiting, gas_wei })
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
        let Some(period) = self.active_period()? else { return Ok(None) };
        let Some(entitlement) = period.entitlement(account).map_err(ApiError::internal)? else {
            return Ok(None);
        };
        Ok((entitlement.cumulative > self.claimed_by(account)?).then_some(entitlement))
    }

    /// What `account` was paid since the beginning.
    pub(crate) fn claimed_by(&self, account: Address) -> Result<Wei, ApiError> {
        self.contracts.claimed(&*self.chain, account).map_err(ApiError::internal)
    }

    /// Who receives the claims of `account`, if it is not itself.
    pub(crate) fn payee_of(&self, account: Address) -> Result<Option<Address>, ApiError> {
        let payee = self.contracts.payee(&*self.chain, account).map_err(ApiError::internal)?.payee;
        Ok((payee != account).then_some(payee))
    }

    /// Writes down what the chain has paid and the store does not know yet.
    pub(super) fn record_claims(&self, transactions: &[B256]) -> Result<(), ApiError> {
        let Some(period) = self.active_period()? else { return Ok(()) };
        let mut known: BTreeMap<Address, Wei> = BTreeMap::new();
        for (_, row) in self.read(|tables| tables.scan(&CLAIMS, .., usize::MAX))? {
            let claim = row.claim()?;
            known.insert(claim.account, Wei::new(claim.cumulativeWei));
        }
        let mut rows = Vec::new();
        for entitlement in period.entitlements().map_err(ApiError::internal)? {
            let account = entitlement.account;
            let paid = self.claimed_by(account)?;
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
        self.look_for_time()?;
        Ok(ClaimList { waiting: self.waiting_for(None)?, ..self.claims_from(0)? })
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
                payee: self.payee_of(claim.account)?.map(hex),
                transaction: hex(claim.transaction),
            })
        });
        Ok(ClaimList { claims: claims.collect::<Result<_, ApiError>>()?, ..ClaimList::default() })
    }
}

impl StoredClaim {
    fn claim(&self) -> Result<primitives::Claim, ApiError> {
        primitives::Claim::decode(&self.claim).map_err(ApiError::internal)
    }
}

fn nothing_to_claim(account: &str, waiting: Option<&Waiting>) -> ApiError {
    let Some(waiting) = waiting else {
        return ApiError::conflict("nothing_to_claim", format!("{account} has nothing to claim"))
            .detail("account", account)
            .hint("`openledger period close` pays the answers given since the last period");
    };
    let amount = waiting.amount_wei.parse().map(Wei::new).unwrap_or_default();
    let message = format!(
        "{account} has {amount} in period {}, which can be disputed for {} more seconds",
        waiting.period, waiting.in_s
    );
    ApiError::conflict("not_active_yet", message)
        .detail("account", account)
        .detail("period", waiting.period)
        .detail("activates_s", waiting.activates_s)
        .detail("in_s", waiting.in_s)
        .hint("claim again then; `openledger period show` tells when")
}
