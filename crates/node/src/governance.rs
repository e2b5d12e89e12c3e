//! Proposals, votes and parameters, as the chain has them.

use primitives::{Address, B256, U256, Wei};
use settlement::{ChainError, Parameter};

use crate::actions::shown_id;
use crate::core::Core;
use crate::economy::shown_split;
use crate::error::ApiError;
use crate::hex::{hex, parse_id, wei};
use crate::tables::{PROPOSALS, StoredProposal};
use crate::wire::{
    GovernanceRules, ParameterList, ParameterSetting, Proposal, ProposalList, Votes,
};

impl Core {
    /// Everything that governance may change.
    pub(crate) fn show_parameters(&self) -> Result<ParameterList, ApiError> {
        self.tick()?;
        let (contracts, chain) = (&self.contracts, &*self.chain);
        let split = contracts.current_split(chain).map_err(ApiError::internal)?;
        let settings = Parameter::ALL.into_iter().map(|parameter| {
            let setting = contracts.setting(chain, parameter).map_err(ApiError::internal)?;
            Ok(ParameterSetting {
                key: parameter.name().to_owned(),
                value: setting.value.to_string(),
                min: setting.min.to_string(),
                max: setting.max.to_string(),
                changed_s: setting.changed_s,
            })
        });
        let terms = contracts.voting_terms(chain).map_err(ApiError::internal)?;
        let past_s = self.chain.chain.head().timestamp.saturating_sub(1);
        let quorum = contracts.quorum(chain, past_s).map_err(ApiError::internal)?;
        Ok(ParameterList {
            split: shown_split(&split),
            settings: settings.collect::<Result<_, ApiError>>()?,
            poster: hex(contracts.poster(chain).map_err(ApiError::internal)?),
            guardian: hex(contracts.guardian(chain).map_err(ApiError::internal)?),
            paused: contracts.is_paused(chain).map_err(ApiError::internal)?,
            governance: GovernanceRules {
                voting_delay_s: terms.delay_s,
                voting_period_s: terms.period_s,
                threshold_wei: wei(terms.threshold),
                timelock_delay_s: terms.timelock_s,
                quorum_wei: wei(quorum),
            },
        })
    }

    pub(crate) fn list_proposals(&self) -> Result<ProposalList, ApiError> {
        self.tick()?;
        let rows = self.read(|tables| tables.scan(&PROPOSALS, .., usize::MAX))?;
        let mut proposals = Vec::new();
        for (number, row) in rows.into_iter().rev() {
            proposals.extend(self.shown_proposal(row.id.into(), Some((number, &row)))?);
        }
        Ok(ProposalList { proposals })
    }

    /// One proposal, by its number here or its id.
    pub(crate) fn show_proposal(&self, proposal: &str) -> Result<Proposal, ApiError> {
        self.tick()?;
        let id = self.proposal_id(proposal)?;
        let rows = self.read(|tables| tables.scan(&PROPOSALS, .., usize::MAX))?;
        let row = rows.iter().find(|(_, row)| row.id == B256::from(id));
        let row = row.map(|(number, row)| (*number, row));
        self.shown_proposal(id, row)?.ok_or_else(|| no_such_proposal(proposal))
    }

    /// The id behind a number or an id.
    pub(crate) fn proposal_id(&self, proposal: &str) -> Result<U256, ApiError> {
        if proposal.starts_with("0x") {
            return Ok(parse_id("proposal", proposal)?.into());
        }
        let number: u64 = proposal.parse().map_err(|_no_number| no_such_proposal(proposal))?;
        let place = number.checked_sub(1).ok_or_else(|| no_such_proposal(proposal))?;
        let row = self.read(|tables| tables.get(&PROPOSALS, &place))?;
        Ok(row.ok_or_else(|| no_such_proposal(proposal))?.id.into())
    }

    /// Writes down what a proposal says, once; the chain keeps only its digest.
    pub(crate) fn remember_proposal(
        &self,
        account: Address,
        row: &StoredProposal,
    ) -> Result<(), ApiError> {
        let known = self.read(|tables| tables.scan(&PROPOSALS, .., usize::MAX))?;
        if known.iter().any(|(_, known)| known.id == row.id) {
            tracing::info!(id = %row.id, by = %account, "the proposal is known");
            return Ok(());
        }
        self.write(|tables| tables.append(&PROPOSALS, row).map(drop))
    }

    /// A proposal as the governor has it; none when it does not know it.
    fn shown_proposal(
        &self,
        id: U256,
        row: Option<(u64, &StoredProposal)>,
    ) -> Result<Option<Proposal>, ApiError> {
        let (contracts, chain) = (&self.contracts, &*self.chain);
        let status = match contracts.proposal(chain, id) {
            Ok(status) => status,
            Err(ChainError::Refused(_)) => return Ok(None),
            Err(error) => return Err(ApiError::internal(error)),
        };
        let now_s = self.chain.chain.head().timestamp;
        let counted_s = status.snapshot_s.min(now_s.saturating_sub(1));
        let quorum = contracts.quorum(chain, counted_s).map_err(ApiError::internal)?;
        let proposer = row.map_or(Address::ZERO, |(_, row)| row.proposer);
        Ok(Some(Proposal {
            number: row.map_or(0, |(number, _)| number + 1),
            id: shown_id(id),
            state: status.state.name().to_owned(),
            proposer: hex(proposer),
            proposer_name: self.keys.name_of(proposer),
            description: row.map(|(_, row)| row.description.clone()),
            calls: row.map(|(_, row)| row.calls.clone()).unwrap_or_default(),
            for_wei: wei(status.in_favour),
            against_wei: wei(status.against),
            abstain_wei: wei(status.abstain),
            quorum_wei: wei(quorum),
            voting_from_s: status.snapshot_s,
            voting_until_s: status.deadline_s,
            executable_s: (status.eta_s > 0).then_some(status.eta_s),
            now_s,
        }))
    }

    /// What an account may decide.
    pub(crate) fn show_votes(&self, account: &str) -> Result<Votes, ApiError> {
        let account = self.keys.resolve(account)?;
        let votes = self.contracts.votes(&*self.chain, account).map_err(ApiError::internal)?;
        let delegate = Some(votes.delegate).filter(|delegate| *delegate != Address::ZERO);
        Ok(Votes {
            account: hex(account),
            name: self.keys.name_of(account),
            wrapped_wei: wei(votes.balance),
            delegate: delegate.map(hex),
            votes_wei: wei(Wei::new(votes.votes.get())),
        })
    }
}

fn no_such_proposal(proposal: &str) -> ApiError {
    ApiError::not_found("no_such_proposal", format!("there is no proposal {proposal:?}"))
        .hint("`openledger proposal list` shows all; an id is 0x and 64 digits")
}
