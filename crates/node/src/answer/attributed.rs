//! From a written answer to its records: completion, attribution receipt, split.

use attribution::{Answer, Span};
use inference::{Engine, Finish, Generation};
use model::{Example, LoraGradient, Workspace};
use primitives::{
    Address, AttributionReceipt, B256, ChainRecord as _, Completion, Evidence, RecordShare, Wei,
    ZeroReason, keccak256,
};
use settlement::{SplitLine, SplitVersion, split};

use super::prepare::Prepared;
use super::worker::finish_reason;
use crate::assets::{Assets, projected, projection};
use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::keys::random_word;
use crate::tables::{StoredAnswer, StoredLine};
use crate::wire::{AnswerSpan, AttributionSummary, EvidenceInfo, Source};

/// An attributed answer, ready to be stored.
pub(super) struct Made {
    pub(super) row: StoredAnswer,
    pub(super) completion: B256,
    pub(super) receipt: B256,
    pub(super) fee: Wei,
}

impl Core {
    /// Computes the records of an answer; nothing is stored yet.
    pub(super) fn attribute_answer(
        &self,
        engine: &Engine,
        (prepared, generation): (&Prepared, &Generation),
        (assets, bare_prompt, cited): (&Assets, &[u32], &[u32]),
        (payer, nonce, most): (Address, u64, Wei),
    ) -> Result<Made, ApiError> {
        let salt =
            B256::from(random_word().map_err(|error| ApiError::internal(error.to_string()))?);
        let (version, time_s) = self.split_in_force()?;
        let mut completion =
            self.completion(prepared, generation, assets, (payer, nonce, most), salt)?;
        completion.timeS = time_s;
        let known = known_about(engine, generation, bare_prompt)?;
        let answer = Answer {
            completion: completion.id(),
            adapter: assets.id,
            tokens: generation.tokens(),
            gradient: &known.gradient,
            lift_micronats: known.lift_micronats,
            cited,
        };
        let attributed =
            attribution::attribute(&assets.index, &assets.basis, &assets.spans, &answer)
                .map_err(ApiError::internal)?;
        let receipt = attributed.receipt;
        let fee = Wei::new(completion.feeWei);
        let parties = self.parties(self.adapter_owner(assets)?);
        let lines = split(fee, &receipt, &version.options, &parties).map_err(ApiError::internal)?;
        let spans = self.shown_spans(generation, &attributed.spans, assets)?;
        let page = self.page(assets, &receipt, &lines, fee, spans);
        let chain_id = self.config.chain_id;
        let signature =
            self.keys.operator().sign_record(&receipt, chain_id).map_err(ApiError::internal)?;
        let row = StoredAnswer {
            completion: completion.encode().into(),
            receipt: receipt.encode().into(),
            signature: signature.to_bytes().to_vec().into(),
            salt,
            model: assets.name.clone(),
            datanet: assets.datanet.clone(),
            question: prepared.question.clone(),
            prompt: prepared.prompt_text.clone(),
            answer: generation.text().to_owned(),
            tokens: generation.tokens().to_vec(),
            finish: finish_reason(generation.finish()).to_owned(),
            lines: lines.iter().map(stored_line).collect(),
            splitVersion: version.version,
            parts: parts(&version),
            isPrepaid: self.pays_by_channel(payer)?,
            page: serde_json::to_string(&page).map_err(ApiError::internal)?,
        };
        Ok(Made { row, completion: completion.id(), receipt: receipt.id(), fee })
    }

    fn completion(
        &self,
        prepared: &Prepared,
        generation: &Generation,
        assets: &Assets,
        (payer, nonce, most): (Address, u64, Wei),
        salt: B256,
    ) -> Result<Completion, ApiError> {
        let usage = generation.usage();
        let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
        let (read, written) = (count(usage.prompt_tokens), count(usage.answer_tokens));
        let fee = self.money.price.fee(read, written).map_err(ApiError::internal)?;
        Ok(Completion {
            adapter: assets.id,
            payer,
            host: self.keys.host(),
            prompt: commitment(salt, &prepared.prompt_text),
            answer: commitment(salt, generation.text()),
            promptTokens: read,
            answerTokens: written,
            feeWei: fee.min(most).get(),
            timeS: now_s(),
            nonce,
        })
    }

    fn shown_spans(
        &self,
        generation: &Generation,
        spans: &[(Span, u32)],
        assets: &Assets,
    ) -> Result<Vec<AnswerSpan>, ApiError> {
        let Some(base) = &self.base else { return Ok(Vec::new()) };
        let tokens = generation.tokens();
        let text_of = |end: u32| {
            let part = tokens.get(..end as usize).unwrap_or(tokens);
            base.tokenizer.decode(part).map_err(ApiError::internal)
        };
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let mut shown = Vec::new();
        for (span, _) in spans {
            let (before, until) = (text_of(span.start)?, text_of(span.start + span.tokens)?);
            let rows = span.rows.iter().filter_map(|row| assets.rows.get(*row as usize));
            shown.push(AnswerSpan {
                start: count(&before),
                end: count(&until),
                records: rows.map(|(record, _)| hex(record)).collect(),
                text: until.strip_prefix(before.as_str()).unwrap_or_default().to_owned(),
            });
        }
        Ok(shown)
    }

    fn page(
        &self,
        assets: &Assets,
        receipt: &AttributionReceipt,
        lines: &[SplitLine],
        fee: Wei,
        spans: Vec<AnswerSpan>,
    ) -> AttributionSummary {
        AttributionSummary {
            id: hex(receipt.id()),
            status: "complete".to_owned(),
            rule: receipt.rule.clone(),
            sources: receipt.shares.iter().map(|share| self.source(assets, share)).collect(),
            spans,
            unattributed_ppm: receipt.unattributedPpm,
            fee_wei: wei(fee),
            split: lines.iter().map(|line| self.shown_line(&stored_line(line))).collect(),
        }
    }

    fn source(&self, assets: &Assets, share: &RecordShare) -> Source {
        let record = assets.library.records.get(share.row as usize);
        let text =
            |part: fn(&datanet::Record) -> &String| record.map(part).cloned().unwrap_or_default();
        let evidence = Evidence::in_set(share.evidence).map(|class| EvidenceInfo {
            class: class.name().to_owned(),
            score: match class {
                Evidence::Influence => Some(share.score),
                Evidence::Verbatim => Some(i64::from(share.spanTokens)),
                _ => None,
            },
        });
        let reason =
            ZeroReason::from_code(share.reason).filter(|reason| *reason != ZeroReason::Paid);
        Source {
            record: hex(share.record),
            row: share.row,
            datanet: assets.datanet.clone(),
            contributor: hex(share.contributor),
            contributor_name: self.keys.name_of(share.contributor),
            licence: text(|record| &record.licence),
            question: text(|record| &record.question),
            answer: text(|record| &record.answer),
            evidence: evidence.collect(),
            share_ppm: share.sharePpm,
            reason: reason.map(|reason| reason.name().to_owned()),
        }
    }
}

/// The answer's gradient and lift, both of the answer with its end.
fn known_about(
    engine: &Engine,
    generation: &Generation,
    bare_prompt: &[u32],
) -> Result<Known, ApiError> {
    let lora =
        generation.lora().ok_or_else(|| ApiError::internal("an adapter's answer has none"))?;
    let mut answer = generation.tokens().to_vec();
    if generation.finish() == Some(Finish::End) {
        answer.extend(engine.base().config().eos.first());
    }
    if answer.is_empty() {
        answer.extend(engine.base().config().eos.first());
    }
    let lift = engine.lift_micronats(Some(lora), generation.prompt(), bare_prompt, &answer);
    let example = Example::answering(bare_prompt, &answer);
    let mut gradient = LoraGradient::zeros(lora.layout());
    engine
        .base()
        .lora_gradient(lora, &example, &mut Workspace::new(), &mut gradient)
        .map_err(ApiError::internal)?;
    Ok(Known {
        gradient: projected(&projection(lora), &gradient, example.supervised()),
        lift_micronats: lift.map_err(ApiError::internal)?,
    })
}

/// What attribution needs to know about an answer beside its tokens.
struct Known {
    gradient: Vec<f32>,
    lift_micronats: i64,
}

/// The six parts of a split, in the order of its lines.
fn parts(version: &SplitVersion) -> Vec<u32> {
    let parts = &version.options;
    let parts = [
        parts.contributors_ppm,
        parts.owner_ppm,
        parts.host_ppm,
        parts.validators_ppm,
        parts.treasury_ppm,
        parts.burn_ppm,
    ];
    parts.iter().map(|part| part.get()).collect()
}

/// keccak-256 of salt and text.
pub(crate) fn commitment(salt: B256, text: &str) -> B256 {
    keccak256([salt.as_slice(), text.as_bytes()].concat())
}

fn stored_line(line: &SplitLine) -> StoredLine {
    StoredLine {
        account: line.account,
        role: line.role.name().to_owned(),
        record: line.record.unwrap_or_default(),
        sharePpm: line.share_ppm.get(),
        amountWei: line.amount.get(),
    }
}
