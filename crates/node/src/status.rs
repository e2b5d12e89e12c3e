//! The node as a whole.

use std::collections::BTreeSet;

use alloy_consensus::{Header, Sealed};
use primitives::Wei;
use settlement::ChainClient as _;

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::tables::{ANSWERS, NAMES};
use crate::wire::{BaseModel, Contracts, Counts, Head, PeriodStatus, Status, Totals};

impl Core {
    pub(crate) fn status(&self) -> Result<Status, ApiError> {
        let open = self.open_period()?;
        let on_chain = self.contracts.payouts_state(&*self.chain).map_err(ApiError::internal)?;
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            chain_id: self.chain.chain_id().map_err(ApiError::internal)?,
            rpc: "/rpc".to_owned(),
            head: head(&self.chain.chain.head()),
            operator: hex(self.keys.host()),
            treasury: hex(self.keys.treasury()),
            contracts: Contracts {
                registry: hex(self.contracts.registry),
                escrow: hex(self.contracts.escrow),
                payouts: hex(self.contracts.payouts),
            },
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
                closed: on_chain.period,
            },
            totals: Totals {
                fees_wei: wei(self.all_fees()?),
                paid_wei: wei(on_chain.total),
                claimed_wei: wei(on_chain.claimed),
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

    fn all_fees(&self) -> Result<Wei, ApiError> {
        let rows = self.read(|tables| tables.scan(&ANSWERS, .., usize::MAX))?;
        let fees = rows.iter().map(|(_, row)| Ok(Wei::new(row.completion()?.feeWei)));
        Wei::total(fees.collect::<Result<Vec<_>, ApiError>>()?).map_err(ApiError::internal)
    }
}

/// A block as the API shows it.
pub(crate) fn head(header: &Sealed<Header>) -> Head {
    Head { number: header.number, hash: hex(header.hash()), time_s: header.timestamp }
}
