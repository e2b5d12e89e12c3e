//! Stored answers: writing one, reading its parts.

use primitives::{
    AttributionReceipt, AttributionReceiptId, B256, ChainRecord as _, Completion, CompletionId,
    SharePpm, Wei,
};
use settlement::{Role, SplitLine};

use super::attributed::Made;
use super::{Answered, AttributionDetail};
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::hex;
use crate::tables::{
    ANSWER_BY_ID, ANSWER_BY_KEY, ANSWERS, RESERVATIONS, StoredAnswer, StoredLine, VERDICTS,
};
use crate::wire::{AttributionSummary, CompletionInfo, CompletionList, TopSource, Usage};

impl StoredAnswer {
    /// The completion's record.
    pub(crate) fn completion(&self) -> Result<Completion, ApiError> {
        Completion::decode(&self.completion).map_err(ApiError::internal)
    }

    /// The attribution receipt.
    pub(crate) fn receipt(&self) -> Result<AttributionReceipt, ApiError> {
        AttributionReceipt::decode(&self.receipt).map_err(ApiError::internal)
    }

    pub(crate) fn completion_id(&self) -> Result<CompletionId, ApiError> {
        Ok(self.completion()?.id())
    }

    pub(crate) fn receipt_id(&self) -> Result<AttributionReceiptId, ApiError> {
        Ok(self.receipt()?.id())
    }

    /// The attribution as the caller could see it, in full.
    pub(crate) fn page(&self) -> Result<AttributionSummary, ApiError> {
        serde_json::from_str(&self.page).map_err(ApiError::internal)
    }

    /// Who gets how much of the fee.
    pub(crate) fn split_lines(&self) -> Result<Vec<SplitLine>, ApiError> {
        self.lines.iter().map(StoredLine::decoded).collect()
    }
}

impl StoredLine {
    fn decoded(&self) -> Result<SplitLine, ApiError> {
        let role = Role::ALL.into_iter().find(|role| role.name() == self.role);
        Ok(SplitLine {
            account: self.account,
            role: role.ok_or_else(|| ApiError::internal(format!("no role {:?}", self.role)))?,
            record: (self.record != B256::ZERO).then_some(self.record),
            share_ppm: SharePpm::new(self.sharePpm).map_err(ApiError::internal)?,
            amount: Wei::new(self.amountWei),
        })
    }
}

impl Core {
    /// Stores an answer and ends its reservation, in one write; tells whoever listens. `None` when a
    /// request with the same idempotency key was answered meanwhile; then nothing is stored.
    pub(super) fn store_answer(
        &self,
        made: &Made,
        nonce: u64,
        key: Option<B256>,
    ) -> Result<Option<u64>, ApiError> {
        let number = self.write(|tables| {
            if let Some(key) = key
                && tables.get(&ANSWER_BY_KEY, &key)?.is_some()
            {
                return Ok(None);
            }
            let number = tables.append(&ANSWERS, &made.row)?;
            if let Some(key) = key {
                tables.insert(&ANSWER_BY_KEY, &key, &number)?;
            }
            tables.insert(&ANSWER_BY_ID, &made.completion, &number)?;
            tables.insert(&ANSWER_BY_ID, &made.receipt, &number)?;
            tables.remove(&RESERVATIONS, &nonce)?;
            Ok(Some(number))
        })?;
        if let Some(number) = number {
            self.events.tell("completion", &self.shown_completion(number, &made.row)?);
            self.events.tell("receipt", &made.row.page()?);
        }
        Ok(number)
    }

    /// Answer `number` as a reply.
    pub(super) fn answered(
        &self,
        number: u64,
        detail: AttributionDetail,
    ) -> Result<Answered, ApiError> {
        let missing = || ApiError::internal(format!("answer {number} is missing"));
        let row = self.read(|tables| tables.get(&ANSWERS, &number))?.ok_or_else(missing)?;
        let completion = row.completion()?;
        let (read, written) = (completion.promptTokens, completion.answerTokens);
        Ok(Answered {
            id: hex(completion.id())[2..].to_owned(),
            model: row.model.clone(),
            created_s: completion.timeS,
            finish_reason: if row.finish == "length" { "length" } else { "stop" },
            usage: Usage {
                prompt_tokens: read,
                completion_tokens: written,
                total_tokens: read.saturating_add(written),
            },
            attribution: cut(row.page()?, detail),
            text: row.answer,
        })
    }

    /// Answer by the id of its completion or attribution receipt.
    pub(crate) fn find_answer(&self, id: B256) -> Result<(u64, StoredAnswer), ApiError> {
        let found = self.read(|tables| {
            let Some(number) = tables.get(&ANSWER_BY_ID, &id)? else { return Ok(None) };
            Ok(tables.get(&ANSWERS, &number)?.map(|row| (number, row)))
        })?;
        found.ok_or_else(|| {
            ApiError::not_found("no_such_receipt", format!("there is no attribution receipt {id}"))
                .hint("the id is in every answer's `attribution.id`")
        })
    }

    pub(crate) fn list_completions(&self, limit: usize) -> Result<CompletionList, ApiError> {
        let rows = self.read(|tables| {
            let first = tables.len(&ANSWERS)?.saturating_sub(limit as u64);
            tables.scan(&ANSWERS, first.., limit)
        })?;
        let shown = rows.iter().rev().map(|(number, row)| self.shown_completion(*number, row));
        Ok(CompletionList { completions: shown.collect::<Result<_, _>>()? })
    }

    fn shown_completion(
        &self,
        number: u64,
        row: &StoredAnswer,
    ) -> Result<CompletionInfo, ApiError> {
        let completion = row.completion()?;
        let receipt = row.receipt()?;
        let verdict = self.read(|tables| tables.get(&VERDICTS, &number))?;
        let top = receipt.shares.first().filter(|share| share.sharePpm > 0);
        Ok(CompletionInfo {
            id: hex(completion.id()),
            receipt: Some(hex(receipt.id())),
            model: row.model.clone(),
            prompt: row.question.clone(),
            answer: row.answer.clone(),
            fee_wei: completion.feeWei.to_string(),
            time_s: completion.timeS,
            top: top.map(|share| TopSource {
                record: hex(share.record),
                contributor_name: self.keys.name_of(share.contributor),
                share_ppm: share.sharePpm,
            }),
            period: self.period_of(number).filter(|_| verdict.is_none()),
            unpaid: verdict.map(|verdict| verdict.why),
        })
    }
}

/// As much of the attribution as the caller asked for.
fn cut(mut page: AttributionSummary, detail: AttributionDetail) -> AttributionSummary {
    match detail {
        AttributionDetail::Full => {}
        AttributionDetail::Summary => page.sources.retain(|source| source.share_ppm > 0),
        AttributionDetail::Off => {
            page.sources.clear();
            page.spans.clear();
        }
    }
    page
}
