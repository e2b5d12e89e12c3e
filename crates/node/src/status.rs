//! The node as a whole.

use std::collections::BTreeSet;

use alloy_consensus::{Header, Sealed};
use primitives::Wei;
use settlement::{BURN, ChainClient as _};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::tables::{ANSWERS, NAMES, VERDICTS};
use crate::wire::{BaseModel, Contracts, Counts, Head, PeriodStatus, Status, Totals};

impl Core {
    pub(crate) fn status(&self) -> Result<Status, ApiError> {
        self.look_for_time()?;
        let open = self.open_period()?;
        let on_chain = self.contracts.payouts_state(&*self.chain).map_err(ApiError::internal)?;
        let pending = on_chain.total.checked_sub(on_chain.active.root.sum);
        let pending = pending.map_err(ApiError::internal)?;
        let uncollected = self.unpaid_fees()?;
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            chain_id: self.chain.chain_id().map_err(ApiError::internal)?,
            rpc: "/rpc".to_owned(),
            head: head(&self.chain.chain.head()),
            operator: hex(self.keys.host()),
            treasury: hex(self.contracts.treasury()),
            contracts: contracts(&self.contracts),
            base: self.base.as_ref().map(|base| BaseModel {
                name: base.name.clone(),
                digest: hex(base.digest),
                parameters: base.model.config().parameters() as u64,
                context: base.model.config().context as u64,
            }),
            counts: self.counts()?,
            period: PeriodStatus {
                open_receipts: open.receipts,
                open_fees_wei: open.fees_wei,
                closed: on_chain.posted,
                active: on_chain.active.period,
                pending: on_chain.posted.saturating_sub(on_chain.active.period),
            },
            totals: Totals {
                fees_wei: wei(self
                    .all_fees()?
                    .checked_sub(uncollected)
                    .map_err(ApiError::internal)?),
                paid_wei: wei(on_chain.total),
                pending_wei: wei(pending),
                claimed_wei: wei(on_chain.claimed),
                uncollected_wei: wei(uncollected),
                treasury_wei: wei(self.earned_by(self.contracts.treasury())),
                validators_wei: wei(self.earned_by(self.contracts.attestations)),
                burnt_wei: wei(self.earned_by(BURN)),
            },
        })
    }

    fn counts(&self) -> Result<Counts, ApiError> {
        let datanets = self.datanets.list().map_err(crate::datanets::refused)?;
        let mut people = BTreeSet::new();
        for view in &datanets {
            let contributions = self.datanets.contributions(view.id, 0, usize::MAX);
            for contribution in contributions.map_err(crate::datanets::refused)? {
                people.insert(contribution.contribution.contributor);
            }
        }
        let (adapters, completions) =
            self.read(|tables| Ok((tables.len(&NAMES)?, tables.len(&ANSWERS)?)))?;
        Ok(Counts {
            datanets: datanets.len() as u64,
            records: datanets.iter().map(|view| u64::from(view.records)).sum(),
            contributors: people.len() as u64,
            snapshots: datanets.iter().map(|view| u64::from(view.snapshots)).sum(),
            adapters,
            completions,
        })
    }

    /// Fees of answers that nobody earns from.
    fn unpaid_fees(&self) -> Result<Wei, ApiError> {
        let rows = self.read(|tables| tables.scan(&VERDICTS, .., usize::MAX))?;
        Wei::total(rows.iter().map(|(_, row)| Wei::new(row.feeWei))).map_err(ApiError::internal)
    }

    fn all_fees(&self) -> Result<Wei, ApiError> {
        let rows = self.read(|tables| tables.scan(&ANSWERS, .., usize::MAX))?;
        let fees = rows.iter().map(|(_, row)| Ok(Wei::new(row.completion()?.feeWei)));
        Wei::total(fees.collect::<Result<Vec<_>, ApiError>>()?).map_err(ApiError::internal)
    }
}

fn contracts(contracts: &settlement::Contracts) -> Contracts {
    Contracts {
        timelock: hex(contracts.timelock),
        wopen: hex(contracts.wopen),
        gopen: hex(contracts.gopen),
        governor: hex(contracts.governor),
        parameters: hex(contracts.parameters),
        datanets: hex(contracts.datanets),
        adapters: hex(contracts.adapters),
        contributions: hex(contracts.contributions),
        escrow: hex(contracts.escrow),
        payouts: hex(contracts.payouts),
        disputes: hex(contracts.disputes),
        staking: hex(contracts.staking),
        attestations: hex(contracts.attestations),
        agents: hex(contracts.agents),
        reputation: hex(contracts.reputation),
        validation: hex(contracts.validation),
    }
}

/// A block as the API shows it.
pub(crate) fn head(header: &Sealed<Header>) -> Head {
    Head { number: header.number, hash: hex(header.hash()), time_s: header.timestamp }
}
