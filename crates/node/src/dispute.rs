//! Checking a posted period as a stranger does: everything is recomputed from published data, the
//! chain's word and the adapters' indexes, and what is wrong becomes a proof that the chain takes.
//!
//! ```text
//! data ─→ is it the posted one? ─→ every answer: signature → index → split → list, scores ─→ nonces
//!                               └→ balances before + lines = balances ─→ root
//! ```
//! A node is needed only to download from; nothing that it says is believed except which addresses
//! are the contracts'.

mod answer;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use attribution::InfluenceIndex;
use primitives::{AdapterId, ChainRecord as _, CompletionId, Wei};
use serde::Serialize;
use settlement::{
    AdapterAnchor, Balances, ChainClient, ChainError, ClosedPeriod, Contracts, FraudProof,
    PeriodStatus, PostedPeriod, PublishedAnswer, PublishedIndex, SettledAnswers, SplitVersion,
};

use crate::client::{Client, ClientError};
use crate::hex::{hex, parse_address};
use crate::published::{Data, PublishedError};
use crate::remote_chain::RemoteChain;
use crate::wire;

/// Periods before the checked one whose answers are compared with its own.
const PERIODS_BEFORE: u64 = 15;

/// Why a period cannot be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The chain does not know it any more.
    #[error("period {period} was never posted, or so long ago that the chain has forgotten it")]
    Unknown {
        /// The period.
        period: u64,
    },
    /// The data is of something else.
    #[error("the data is that of payout {found}, the chain has {posted} as period {period}")]
    OtherData {
        /// The period.
        period: u64,
        /// What was posted.
        posted: String,
        /// What the data is of.
        found: String,
    },
    /// The node's addresses are no addresses.
    #[error("the node does not say where its contracts are")]
    Contracts,
    /// The node.
    #[error("the data cannot be downloaded")]
    Client(#[from] ClientError),
    /// The chain.
    #[error("the chain gives no answer")]
    Chain(#[from] ChainError),
    /// The data.
    #[error("the data cannot be read")]
    Data(#[from] PublishedError),
    /// The tree of answers.
    #[error("the answers form no tree")]
    Period(#[from] settlement::PeriodError),
}

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The period.
    pub period: u64,
    /// Its payout's id.
    pub payout: String,
    /// `pending`, `active`, `disabled` or `released`.
    pub status: &'static str,
    /// When it can no longer be disputed, Unix time in seconds.
    pub activates_s: u64,
    /// Answers recomputed.
    pub answers: u64,
    /// Everything that does not hold; empty for an honest period.
    pub wrongs: Vec<Wrong>,
}

/// One thing that does not hold.
#[derive(Debug, Clone, Serialize)]
pub struct Wrong {
    /// 0-based place in the report, for `dispute prove`.
    pub number: usize,
    /// `score`, `omission`, `order`, `row`, `split`, `signature`, `nonce`, `index`, `attribution`,
    /// `balances` or `answers`.
    pub kind: &'static str,
    /// The answer, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<String>,
    /// In words.
    pub what: String,
    /// Whether the chain takes a proof of it in one transaction.
    pub is_provable: bool,
    /// That proof.
    #[serde(skip)]
    pub proof: Option<Box<FraudProof>>,
}

/// Somebody who checks periods.
#[derive(Debug)]
pub struct Watcher {
    client: Client,
    chain: RemoteChain,
    contracts: Contracts,
}

/// What the check of an answer rests on.
#[derive(Debug)]
struct Facts<'a> {
    splits: Vec<SplitVersion>,
    adapters: BTreeMap<AdapterId, AdapterFacts>,
    data: &'a Data,
}

/// What is known of an adapter.
#[derive(Debug)]
struct AdapterFacts {
    anchor: AdapterAnchor,
    rows: Option<PublishedIndex>,
    index: Option<InfluenceIndex>,
}

impl Facts<'_> {
    /// Every answer's adapter is looked up before its answers are checked.
    fn adapter(&self, id: AdapterId) -> &AdapterFacts {
        &self.adapters[&id]
    }
}

impl Watcher {
    /// A watcher that downloads from a node and asks its chain.
    ///
    /// # Errors
    /// [`CheckError::Client`], [`CheckError::Contracts`].
    pub fn new(client: Client) -> Result<Self, CheckError> {
        let status = client.status()?;
        let chain = RemoteChain::new(&format!("{}{}", client.node(), status.rpc));
        let contracts = contracts_of(&status).ok_or(CheckError::Contracts)?;
        Ok(Self { client, chain, contracts })
    }

    /// Recomputes a period; `data` in place of what the node serves.
    ///
    /// # Errors
    /// [`CheckError`] when it cannot be recomputed at all.
    pub fn check(&self, period: u64, data: Option<&[u8]>) -> Result<Report, CheckError> {
        let posted = self.contracts.posted_period(&self.chain, period)?;
        if posted.status == PeriodStatus::Unknown {
            return Err(CheckError::Unknown { period });
        }
        let data = match data {
            Some(bytes) => Data::decode(bytes)?,
            None => self.download(period)?,
        };
        if data.payout.id() != posted.payout {
            let (posted, found) = (hex(posted.payout), hex(data.payout.id()));
            return Err(CheckError::OtherData { period, posted, found });
        }
        let before = if period > 1 { Some(self.download(period - 1)?) } else { None };
        let mut wrongs = self.check_answers(&data)?;
        wrongs.extend(self.check_nonces(&data, period)?);
        wrongs.extend(self.check_roots(&data, before.as_ref(), &posted));
        for (number, wrong) in wrongs.iter_mut().enumerate() {
            wrong.number = number;
        }
        Ok(Report {
            period,
            payout: hex(posted.payout),
            status: posted.status.name(),
            activates_s: posted.activates_s,
            answers: data.answers.len() as u64,
            wrongs,
        })
    }

    /// The call that proves a wrong, as [`wire::Action::Prove`] takes it.
    pub fn proof_call(&self, wrong: &Wrong) -> Option<String> {
        wrong.proof.as_ref().map(|proof| hex(&self.contracts.prove(proof).data))
    }

    fn download(&self, period: u64) -> Result<Data, CheckError> {
        Ok(Data::decode(&self.client.period_data(period)?)?)
    }

    fn check_answers(&self, data: &Data) -> Result<Vec<Wrong>, CheckError> {
        let index = |id: AdapterId| {
            self.client.adapter_file(&hex(id), "influence_index.bin").unwrap_or_default()
        };
        wrong_answers(data, &self.contracts, &self.chain, index)
    }

    /// Looks for numbers that two answers of one host bear, in this period and the ones before.
    fn check_nonces(&self, data: &Data, period: u64) -> Result<Vec<Wrong>, CheckError> {
        let mut seen: BTreeMap<_, PublishedAnswer> = BTreeMap::new();
        let mut wrongs = Vec::new();
        for before in period.saturating_sub(PERIODS_BEFORE).max(1)..period {
            let Ok(earlier) = self.download(before) else { continue };
            for answer in published(&earlier)? {
                let completion = &answer.completion;
                seen.insert((completion.host, completion.nonce), answer);
            }
        }
        for answer in published(data)? {
            let key = (answer.completion.host, answer.completion.nonce);
            match seen.get(&key) {
                Some(first) => {
                    let what = format!("answer number {} of its host was paid before", key.1);
                    let first = Box::new(first.clone());
                    let completion = answer.completion.id();
                    let proof = FraudProof::Nonce { first, second: Box::new(answer) };
                    wrongs.push(Wrong::provable(completion, what, proof));
                }
                None => drop(seen.insert(key, answer)),
            }
        }
        Ok(wrongs)
    }

    /// Adds everything up again.
    fn check_roots(&self, data: &Data, before: Option<&Data>, posted: &PostedPeriod) -> Vec<Wrong> {
        let mut wrongs = Vec::new();
        let settled = data.answers.iter().map(|answer| answer.settled.clone());
        let answers = SettledAnswers::new(settled).map(|answers| answers.root());
        if answers.ok() != Some(posted.answers) {
            wrongs.push(Wrong::unprovable("answers", "the answers do not hash to the posted root"));
        }
        let domain = self.contracts.domain();
        let restored = ClosedPeriod::restore(domain, data.payout.clone(), data.balances.clone());
        if restored.is_err() {
            let what = "the balances do not hash to the posted root and total";
            wrongs.push(Wrong::unprovable("balances", what));
        }
        if sums(data, before) != data.balances.iter().collect::<BTreeMap<_, _>>() {
            let what = "the balances are not those before with this period's lines added";
            wrongs.push(Wrong::unprovable("balances", what));
        }
        wrongs
    }
}

impl Wrong {
    fn provable(completion: CompletionId, what: impl Into<String>, proof: FraudProof) -> Self {
        Self {
            number: 0,
            kind: proof.name(),
            completion: Some(hex(completion)),
            what: what.into(),
            is_provable: true,
            proof: Some(Box::new(proof)),
        }
    }

    fn unprovable(kind: &'static str, what: &str) -> Self {
        let (completion, proof) = (None, None);
        Self { number: 0, kind, completion, what: what.to_owned(), is_provable: false, proof }
    }
}

/// Everything about a period's answers that does not hold; `index` gives an adapter's published rows.
pub(crate) fn wrong_answers(
    data: &Data,
    contracts: &Contracts,
    chain: &impl ChainClient,
    index: impl Fn(AdapterId) -> Vec<u8>,
) -> Result<Vec<Wrong>, CheckError> {
    let splits = contracts.splits(chain)?;
    let mut adapters = BTreeMap::new();
    for answer in &data.answers {
        let id = answer.completion.adapter;
        if let Entry::Vacant(missing) = adapters.entry(id) {
            let anchor = contracts.adapter(chain, id)?;
            let (rows, index) = answer::rows(&index(id));
            missing.insert(AdapterFacts { anchor, rows, index });
        }
    }
    let facts = Facts { splits, adapters, data };
    let mut wrongs = Vec::new();
    for answer in published(data)? {
        wrongs.extend(answer::check(&answer, &facts, contracts, chain)?);
    }
    Ok(wrongs)
}

/// What everybody has, added up from the period before and the lines.
fn sums(data: &Data, before: Option<&Data>) -> BTreeMap<primitives::Address, Wei> {
    let empty = Balances::default();
    let mut sums: BTreeMap<_, _> =
        before.map_or(&empty, |before| &before.balances).iter().collect();
    for line in data.answers.iter().flat_map(|answer| &answer.settled.lines) {
        let sum = sums.entry(line.account).or_insert(Wei::ZERO);
        *sum = Wei::new(sum.get().saturating_add(line.amountWei));
    }
    sums.retain(|_, amount| *amount > Wei::ZERO);
    sums
}

/// The answers of a period with their places in its tree.
fn published(data: &Data) -> Result<Vec<PublishedAnswer>, CheckError> {
    let tree = SettledAnswers::new(data.answers.iter().map(|answer| answer.settled.clone()))?;
    let mut published = Vec::new();
    for answer in &data.answers {
        if let Some(proof) = tree.proof(data.payout.period, answer.settled.completion)? {
            let (completion, receipt) = (answer.completion.clone(), answer.receipt.clone());
            published.push(PublishedAnswer { proof, completion, receipt });
        }
    }
    Ok(published)
}

/// The contracts that a node says are the ones; none when it names no addresses.
pub fn contracts_of(status: &wire::Status) -> Option<Contracts> {
    let (chain_id, named) = (status.chain_id, &status.contracts);
    let at = |text: &str| parse_address("contract", text).ok();
    Some(Contracts {
        chain_id,
        timelock: at(&named.timelock)?,
        wopen: at(&named.wopen)?,
        gopen: at(&named.gopen)?,
        governor: at(&named.governor)?,
        parameters: at(&named.parameters)?,
        datanets: at(&named.datanets)?,
        adapters: at(&named.adapters)?,
        payouts: at(&named.payouts)?,
        escrow: at(&named.escrow)?,
        staking: at(&named.staking)?,
        attestations: at(&named.attestations)?,
        disputes: at(&named.disputes)?,
        contributions: at(&named.contributions)?,
        agents: at(&named.agents)?,
        reputation: at(&named.reputation)?,
        validation: at(&named.validation)?,
    })
}
