//! Checking a saved attribution receipt, link by link, without a node.
//!
//! ```text
//! layout → chain → signature → texts → index → scores, spans, shares → fee → split
//! ```

use attribution::{Chain, InfluenceIndex, Signed, SpanIndex, Spoken, Verification};
use primitives::{
    Adapter, Address, AttributionReceipt, B256, ChainRecord as _, Completion, RecordShare,
    SharePpm, Signature, Wei,
};
use serde::Serialize;
use settlement::{Parties, split};

use crate::answer::commitment;
use crate::hex::{hex, unhex};
use crate::receipts::FILE_VERSION;
use crate::wire::{ReceiptFile, ShareFields, SplitOptions};

/// What the checker knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// The chain that the receipt must be for.
    pub chain_id: u64,
    /// The host that must have signed it; by default the one that the receipt names.
    pub host: Option<String>,
    /// The published influence index, in place of the one in the file.
    pub index: Option<Vec<u8>>,
    /// The split that governance put into force under the file's version, with whom it names; by
    /// default the file is believed.
    pub split: Option<SplitOptions>,
}

/// A receipt of which every link holds.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// Always true.
    pub ok: bool,
    /// Its id.
    pub id: String,
    /// What was checked, in order.
    pub links: Vec<String>,
}

/// The first link of a receipt that does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenReceipt {
    /// The file is of another version.
    #[error("the file has version {found}, this program reads {FILE_VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
    /// A field does not hold what it should.
    #[error("{field} is not {expected}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// It is for another chain.
    #[error("the receipt is for chain {found}, expected {expected}")]
    Chain {
        /// What it says.
        found: u64,
        /// What was expected.
        expected: u64,
    },
    /// Another host than expected.
    #[error("the receipt names host {found}, expected {expected}")]
    Host {
        /// What it says.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The receipt's id is not that of its fields.
    #[error("the fields hash to {found}, the file says {claimed}")]
    Id {
        /// What the file says.
        claimed: String,
        /// What the fields give.
        found: String,
    },
    /// A text is not what the completion commits to.
    #[error("the {text} is not the one that the completion commits to")]
    Commitment {
        /// `prompt` or `answer`.
        text: &'static str,
    },
    /// Nothing to recompute the scores from.
    #[error("the receipt carries no influence index")]
    NoIndex,
    /// Scores, spans, shares or signature.
    #[error("the attribution does not hold")]
    Attribution(#[source] attribution::BrokenLink),
    /// The fee is not the completion's.
    #[error("the fee is {claimed} wei, the completion says {found}")]
    Fee {
        /// What the file says.
        claimed: String,
        /// What the completion says.
        found: String,
    },
    /// The fee cannot be divided like this.
    #[error("the fee cannot be divided by these parts")]
    SplitOptions(#[source] settlement::SplitError),
    /// Governance decided another split under the version that the file names.
    #[error("version {version} of the split is not what the file says")]
    SplitVersion {
        /// The version.
        version: u32,
    },
    /// A line of the split is not what the shares give.
    #[error("line {line} of the split is not what the shares give")]
    Split {
        /// 1-based.
        line: usize,
    },
}

impl BrokenReceipt {
    /// The link's stable name.
    pub const fn link(&self) -> &'static str {
        use attribution::BrokenLink as Link;
        match self {
            Self::Version { .. } | Self::Field { .. } => "layout",
            Self::Chain { .. } => "chain_id",
            Self::Host { .. } => "host",
            Self::Id { .. } => "id",
            Self::Commitment { .. } => "texts",
            Self::NoIndex => "index",
            Self::Fee { .. } => "fee",
            Self::SplitOptions(_) | Self::SplitVersion { .. } | Self::Split { .. } => "split",
            Self::Attribution(link) => match link {
                Link::Rule { .. } | Link::RuleOfAdapter { .. } => "rule",
                Link::Chain { .. } => "records",
                Link::IndexRoot { .. } | Link::Index { .. } | Link::Proof { .. } => "index",
                Link::SpanIndex { .. } | Link::AnswerTokens { .. } | Link::Span { .. } => "spans",
                Link::Query { .. } => "query",
                Link::Row { .. } => "row",
                Link::Score { .. } => "score",
                Link::Sum { .. } => "sum",
                Link::Share { .. } => "share",
                Link::Verdict { .. } => "verdict",
                Link::Omitted { .. } | Link::Order { .. } => "list",
                Link::Signature { .. } => "signature",
                _ => "attribution",
            },
        }
    }

    /// The row at fault, if one is.
    pub const fn row(&self) -> Option<u32> {
        use attribution::BrokenLink as Link;
        let Self::Attribution(link) = self else { return None };
        match link {
            Link::Row { row }
            | Link::Score { row, .. }
            | Link::Span { row, .. }
            | Link::Share { row, .. }
            | Link::Verdict { row, .. }
            | Link::Omitted { row }
            | Link::Order { row, .. }
            | Link::Proof { row, .. } => Some(*row),
            _ => None,
        }
    }
}

/// Recomputes everything that a saved receipt states.
///
/// # Errors
/// The first [`BrokenReceipt`].
pub fn verify(file: &ReceiptFile, expected: &Expected) -> Result<Verified, BrokenReceipt> {
    let mut links = Vec::new();
    if file.version != FILE_VERSION {
        return Err(BrokenReceipt::Version { found: file.version });
    }
    let records = Records::read(file)?;
    links.push("layout: the file holds three records and a signature".to_owned());
    check_chain(file, expected, &records)?;
    links.push(format!("chain: for chain {} by host {}", file.chain_id, file.host));
    check_texts(file, &records.completion)?;
    links.push("texts: prompt and answer are those committed to".to_owned());
    let rows = check_attribution(file, expected, &records)?;
    links.push(format!(
        "index: {rows} rows hash to the adapter's root {}",
        file.adapter.influence_root
    ));
    links.push(format!(
        "scores: all {rows} recomputed as integer dot products, verbatim parts found anew"
    ));
    links.push(format!(
        "shares: recomputed by rule {}; with the unattributed part they are 1000000 ppm",
        file.receipt.rule
    ));
    links.push("signature: the host signed exactly this".to_owned());
    check_id(file, &records)?;
    check_split(file, expected, &records)?;
    links.push(format!(
        "split: {} wei divided into {} lines by version {} of the split{}, none lost",
        file.fee_wei,
        file.split.len(),
        file.split_options.version,
        if expected.split.is_some() { ", which the chain has" } else { "" }
    ));
    Ok(Verified { ok: true, id: file.id.clone(), links })
}

/// The records as they are hashed.
struct Records {
    receipt: AttributionReceipt,
    completion: Completion,
    adapter: Adapter,
    signature: Signature,
}

impl Records {
    fn read(file: &ReceiptFile) -> Result<Self, BrokenReceipt> {
        let signature = bytes("signature", &file.signature)?;
        let signature = Signature::from_bytes(&signature).ok();
        let signature = signature.ok_or_else(|| field("signature", "65 bytes"))?;
        let receipt = &file.receipt;
        let completion = &file.completion;
        let adapter = &file.adapter;
        Ok(Self {
            receipt: AttributionReceipt {
                completion: word("receipt.completion", &receipt.completion)?,
                adapter: word("receipt.adapter", &receipt.adapter)?,
                influenceRoot: word("receipt.influence_root", &receipt.influence_root)?,
                rule: receipt.rule.clone(),
                query: bytes("receipt.query", &receipt.query)?.into(),
                liftMicronats: receipt.lift_micronats,
                shares: receipt.shares.iter().map(share).collect::<Result<_, _>>()?,
                unattributedPpm: receipt.unattributed_ppm,
            },
            completion: Completion {
                adapter: word("completion.adapter", &completion.adapter)?,
                payer: address("completion.payer", &completion.payer)?,
                host: address("completion.host", &completion.host)?,
                prompt: word("completion.prompt", &completion.prompt)?,
                answer: word("completion.answer", &completion.answer)?,
                promptTokens: completion.prompt_tokens,
                answerTokens: completion.answer_tokens,
                feeWei: wei("completion.fee_wei", &completion.fee_wei)?.get(),
                timeS: completion.time_s,
                nonce: completion.nonce,
            },
            adapter: Adapter {
                snapshot: word("adapter.snapshot", &adapter.snapshot)?,
                base: word("adapter.base", &adapter.base)?,
                weights: word("adapter.weights", &adapter.weights)?,
                options: word("adapter.options", &adapter.options)?,
                influenceRoot: word("adapter.influence_root", &adapter.influence_root)?,
                spanIndex: word("adapter.span_index", &adapter.span_index)?,
                rule: adapter.rule.clone(),
                owner: address("adapter.owner", &adapter.owner)?,
                timeS: adapter.time_s,
            },
            signature,
        })
    }
}

fn share(share: &ShareFields) -> Result<RecordShare, BrokenReceipt> {
    Ok(RecordShare {
        row: share.row,
        record: word("share.record", &share.record)?,
        contributor: address("share.contributor", &share.contributor)?,
        score: share.score,
        spanTokens: share.span_tokens,
        evidence: share.evidence,
        reason: share.reason,
        sharePpm: share.share_ppm,
    })
}

fn check_chain(
    file: &ReceiptFile,
    expected: &Expected,
    records: &Records,
) -> Result<(), BrokenReceipt> {
    if file.chain_id != expected.chain_id {
        return Err(BrokenReceipt::Chain { found: file.chain_id, expected: expected.chain_id });
    }
    let host = hex(records.completion.host);
    let wanted = expected.host.as_deref().unwrap_or(&file.host).to_lowercase();
    if wanted != host || file.host.to_lowercase() != host {
        return Err(BrokenReceipt::Host { found: host, expected: wanted });
    }
    Ok(())
}

fn check_texts(file: &ReceiptFile, completion: &Completion) -> Result<(), BrokenReceipt> {
    let Some(texts) = &file.texts else { return Ok(()) };
    let salt = word("texts.salt", &texts.salt)?;
    for (text, given, committed) in
        [("prompt", &texts.prompt, completion.prompt), ("answer", &texts.answer, completion.answer)]
    {
        if commitment(salt, given) != committed {
            return Err(BrokenReceipt::Commitment { text });
        }
    }
    Ok(())
}

fn check_attribution(
    file: &ReceiptFile,
    expected: &Expected,
    records: &Records,
) -> Result<usize, BrokenReceipt> {
    let encoding = match (&expected.index, &file.index) {
        (Some(bytes), _) => bytes.clone(),
        (None, Some(rows)) => bytes("index.encoding", &rows.encoding)?,
        (None, None) => return Err(BrokenReceipt::NoIndex),
    };
    let index = InfluenceIndex::decode(&encoding)
        .map_err(|source| BrokenReceipt::Attribution(attribution::BrokenLink::Index { source }))?;
    let spans = match &file.span_index {
        Some(encoding) => {
            let spans = SpanIndex::decode(&bytes("span_index", encoding)?).ok();
            Some(spans.ok_or_else(|| field("span_index", "a span index"))?)
        }
        None => None,
    };
    let spoken = spans.as_ref().zip(file.texts.as_ref());
    let spoken = spoken.map(|(spans, texts)| Spoken { spans, tokens: &texts.tokens });
    let verification = Verification {
        chain: Chain { completion: &records.completion, adapter: &records.adapter },
        index: &index,
        spoken,
        signed: Some(Signed { signature: &records.signature, chain_id: file.chain_id }),
    };
    attribution::verify(&records.receipt, &verification).map_err(BrokenReceipt::Attribution)?;
    Ok(index.rows().len())
}

fn check_id(file: &ReceiptFile, records: &Records) -> Result<(), BrokenReceipt> {
    let found = hex(records.receipt.id());
    if found == file.id.to_lowercase() {
        return Ok(());
    }
    Err(BrokenReceipt::Id { claimed: file.id.clone(), found })
}

fn check_split(
    file: &ReceiptFile,
    expected: &Expected,
    records: &Records,
) -> Result<(), BrokenReceipt> {
    let fee = wei("fee_wei", &file.fee_wei)?;
    if fee.get() != records.completion.feeWei {
        let found = records.completion.feeWei.to_string();
        return Err(BrokenReceipt::Fee { claimed: file.fee_wei.clone(), found });
    }
    let given = &file.split_options;
    let is_other = |decided: &SplitOptions| {
        SplitOptions { owner: given.owner.clone(), ..decided.clone() } != *given
    };
    if expected.split.as_ref().is_some_and(is_other) {
        return Err(BrokenReceipt::SplitVersion { version: given.version });
    }
    let part = |name, ppm: u32| SharePpm::new(ppm).map_err(|_above| field(name, "at most 1000000"));
    let options = settlement::SplitOptions {
        contributors_ppm: part("split_options.contributors_ppm", given.contributors_ppm)?,
        owner_ppm: part("split_options.owner_ppm", given.owner_ppm)?,
        host_ppm: part("split_options.host_ppm", given.host_ppm)?,
        validators_ppm: part("split_options.validators_ppm", given.validators_ppm)?,
        treasury_ppm: part("split_options.treasury_ppm", given.treasury_ppm)?,
        burn_ppm: part("split_options.burn_ppm", given.burn_ppm)?,
    };
    let parties = Parties {
        owner: address("split_options.owner", &given.owner)?,
        host: records.completion.host,
        validators: address("split_options.validators", &given.validators)?,
        treasury: address("split_options.treasury", &given.treasury)?,
    };
    let lines =
        split(fee, &records.receipt, &options, &parties).map_err(BrokenReceipt::SplitOptions)?;
    for place in 0..lines.len().max(file.split.len()) {
        let holds = lines.get(place).zip(file.split.get(place)).is_some_and(|(line, given)| {
            given.role == line.role.name()
                && given.account.to_lowercase() == hex(line.account)
                && given.amount_wei == line.amount.get().to_string()
                && given.record.as_deref().map(str::to_lowercase) == line.record.map(hex)
        });
        if !holds {
            return Err(BrokenReceipt::Split { line: place + 1 });
        }
    }
    Ok(())
}

const fn field(field: &'static str, expected: &'static str) -> BrokenReceipt {
    BrokenReceipt::Field { field, expected }
}

fn bytes(name: &'static str, text: &str) -> Result<Vec<u8>, BrokenReceipt> {
    unhex(text).ok_or_else(|| field(name, "0x-hex"))
}

fn word(name: &'static str, text: &str) -> Result<B256, BrokenReceipt> {
    let bytes: Option<[u8; 32]> = bytes(name, text)?.try_into().ok();
    bytes.map(B256::from).ok_or_else(|| field(name, "32 bytes of 0x-hex"))
}

fn address(name: &'static str, text: &str) -> Result<Address, BrokenReceipt> {
    let bytes: Option<[u8; 20]> = bytes(name, text)?.try_into().ok();
    bytes.map(Address::from).ok_or_else(|| field(name, "an address"))
}

fn wei(name: &'static str, text: &str) -> Result<Wei, BrokenReceipt> {
    text.parse().ok().map(Wei::new).ok_or_else(|| field(name, "a whole number of wei"))
}
