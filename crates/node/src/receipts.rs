//! Attribution receipts as files that can be checked anywhere.

use primitives::{Adapter, AttributionReceipt, B256, ChainRecord as _, Completion};

use settlement::Role;

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, parse_id};
use crate::tables::{StoredAnswer, StoredLine};
use crate::wire::{
    AdapterFields, CompletionFields, IndexRows, ReceiptFields, ReceiptFile, ReceiptTexts,
    ShareFields, SplitLine, SplitOptions,
};

/// Version of the file's layout.
pub(crate) const FILE_VERSION: u32 = 2;

impl Core {
    pub(crate) fn receipt_file(&self, id: &str) -> Result<ReceiptFile, ApiError> {
        let (_, row) = self.find_answer(parse_id("receipt", id)?)?;
        let completion = row.completion()?;
        let receipt = row.receipt()?;
        let stored = self.stored_adapter(completion.adapter)?;
        let adapter = stored.decoded()?;
        let blob =
            |digest: B256| self.store.blobs().get(digest).map(hex).map_err(ApiError::internal);
        Ok(ReceiptFile {
            version: FILE_VERSION,
            chain_id: self.config.chain_id,
            id: hex(receipt.id()),
            signature: hex(&row.signature),
            host: hex(completion.host),
            completion: completion_fields(&completion),
            adapter: adapter_fields(&adapter),
            index: Some(IndexRows { encoding: blob(stored.influenceIndex)? }),
            span_index: Some(blob(stored.spanIndex)?),
            split_options: self.shown_split(&row)?,
            split: row.lines.iter().map(|line| self.shown_line(line)).collect(),
            fee_wei: completion.feeWei.to_string(),
            texts: Some(ReceiptTexts {
                prompt: row.prompt.clone(),
                answer: row.answer.clone(),
                salt: hex(row.salt),
                tokens: row.tokens.clone(),
            }),
            sources: row.page()?.sources,
            receipt: receipt_fields(&receipt),
        })
    }

    fn shown_split(&self, row: &StoredAnswer) -> Result<SplitOptions, ApiError> {
        let [contributors_ppm, owner_ppm, host_ppm, validators_ppm, treasury_ppm, burn_ppm] =
            row.parts[..]
        else {
            return Err(ApiError::internal("a stored answer lacks the parts of its fee"));
        };
        let owner = row.lines.iter().find(|line| line.role == Role::Owner.name());
        Ok(SplitOptions {
            version: row.splitVersion,
            contributors_ppm,
            owner_ppm,
            host_ppm,
            validators_ppm,
            treasury_ppm,
            burn_ppm,
            owner: owner.map_or_else(String::new, |line| hex(line.account)),
            validators: hex(self.contracts.attestations),
            treasury: hex(self.contracts.timelock),
        })
    }

    /// One line of a split as it is shown.
    pub(crate) fn shown_line(&self, line: &StoredLine) -> SplitLine {
        let is_contributor = line.record != B256::ZERO;
        SplitLine {
            role: line.role.clone(),
            account: hex(line.account),
            account_name: self.keys.name_of(line.account),
            record: is_contributor.then(|| hex(line.record)),
            share_ppm: is_contributor.then_some(line.sharePpm),
            amount_wei: line.amountWei.to_string(),
        }
    }
}

fn receipt_fields(receipt: &AttributionReceipt) -> ReceiptFields {
    let share = |share: &primitives::RecordShare| ShareFields {
        row: share.row,
        record: hex(share.record),
        contributor: hex(share.contributor),
        score: share.score,
        span_tokens: share.spanTokens,
        evidence: share.evidence,
        reason: share.reason,
        share_ppm: share.sharePpm,
    };
    ReceiptFields {
        completion: hex(receipt.completion),
        adapter: hex(receipt.adapter),
        influence_root: hex(receipt.influenceRoot),
        rule: receipt.rule.clone(),
        query: hex(&receipt.query),
        lift_micronats: receipt.liftMicronats,
        shares: receipt.shares.iter().map(share).collect(),
        unattributed_ppm: receipt.unattributedPpm,
    }
}

fn completion_fields(completion: &Completion) -> CompletionFields {
    CompletionFields {
        adapter: hex(completion.adapter),
        payer: hex(completion.payer),
        host: hex(completion.host),
        prompt: hex(completion.prompt),
        answer: hex(completion.answer),
        prompt_tokens: completion.promptTokens,
        answer_tokens: completion.answerTokens,
        fee_wei: completion.feeWei.to_string(),
        time_s: completion.timeS,
        nonce: completion.nonce,
    }
}

fn adapter_fields(adapter: &Adapter) -> AdapterFields {
    AdapterFields {
        snapshot: hex(adapter.snapshot),
        base: hex(adapter.base),
        weights: hex(adapter.weights),
        options: hex(adapter.options),
        influence_root: hex(adapter.influenceRoot),
        span_index: hex(adapter.spanIndex),
        rule: adapter.rule.clone(),
        owner: hex(adapter.owner),
        time_s: adapter.timeS,
    }
}
