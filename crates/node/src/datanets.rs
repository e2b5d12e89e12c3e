//! Datanets, contributions and snapshots as the API shows them.

use std::collections::{BTreeMap, BTreeSet};

use datanet::{ContributionView, DatanetError, DatanetView, Outcome, RecordView, Rejection};
use primitives::{
    Address, B256, ChainRecord as _, RecordId, Signature, SnapshotId, Wei, keccak256,
};

use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, parse_address, unhex, wei};
use crate::keys::LOCAL;
use crate::tables::{ANCHORS, ANSWERS, StoredAnchor};
use crate::wire::{
    ContributionFields, ContributionReport, Contributor, CreateDatanet, Datanet, DatanetDetail,
    DatanetList, PreparedContribution, RecordInfo, RecordPage, RecordReport, SnapshotInfo,
};

/// Who contributes a file.
#[derive(Debug)]
pub(crate) enum Contributed {
    /// A local account; the node signs for it.
    ByAccount {
        /// The file's name; its ending says the format.
        filename: String,
        /// The account's name.
        account: String,
    },
    /// Somebody who signed what [`Core::prepare_contribution`] said.
    Signed {
        /// The file's name.
        filename: String,
        /// Address of the signer.
        contributor: String,
        /// 65 bytes of 0x-hex.
        signature: String,
        /// The signed time.
        time_s: u64,
    },
}

/// Which records to show.
#[derive(Debug)]
pub(crate) struct RecordQuery {
    /// First position, or matches to skip.
    pub(crate) offset: u64,
    /// Most records.
    pub(crate) limit: u64,
    /// Words to search for; empty for all records in order.
    pub(crate) words: String,
}

/// Why a page of records earned what it earned: record → (wei, answers).
type Income = BTreeMap<RecordId, (Wei, u64)>;

impl Core {
    pub(crate) fn create_datanet(&self, request: &CreateDatanet) -> Result<Datanet, ApiError> {
        let owner = self.keys.require(request.owner.as_deref().unwrap_or(LOCAL))?;
        let datanet = datanet::Datanet {
            name: request.name.clone(),
            licence: request.licence.clone(),
            owner: owner.address(),
            description: request.description.clone(),
        };
        if self.datanets.get(&request.name).is_ok() {
            let message = format!("there is a Datanet {} already", request.name);
            return Err(ApiError::conflict("name_taken", message).hint("choose another name"));
        }
        datanet.check().map_err(refused)?;
        // The chain first: what is not registered there could never be anchored.
        let host = self.keys.host();
        let on_chain =
            self.contracts.datanet(&*self.chain, datanet.id()).map_err(ApiError::internal)?;
        if on_chain.owner == Address::ZERO {
            let is_host = self.contracts.is_host(&*self.chain, owner.address(), host);
            if owner.address() != host && !is_host.map_err(ApiError::internal)? {
                self.send(&owner, &[self.contracts.authorize_host(host, true)], "authorize host")?;
            }
            let licence = keccak256(&datanet.licence);
            let call = self.contracts.register_datanet(datanet.id(), owner.address(), licence);
            self.send(self.keys.operator(), &[call], "register Datanet")?;
        }
        self.datanets.create(&datanet, now_s()).map_err(refused)?;
        let view = self.datanets.get(&request.name).map_err(refused)?;
        self.shown_datanet(&view)
    }

    pub(crate) fn list_datanets(&self) -> Result<DatanetList, ApiError> {
        let views = self.datanets.list().map_err(refused)?;
        let datanets = views.iter().map(|view| self.shown_datanet(view));
        Ok(DatanetList { datanets: datanets.collect::<Result<_, _>>()? })
    }

    pub(crate) fn show_datanet(&self, name: &str) -> Result<DatanetDetail, ApiError> {
        let view = self.datanets.get(name).map_err(refused)?;
        let mut people: BTreeMap<Address, (u64, u64)> = BTreeMap::new();
        for contribution in self.contributions(&view)? {
            let accepted = contribution.admission.accepted() as u64;
            let all = contribution.admission.verdicts.len() as u64;
            let counts = people.entry(contribution.contribution.contributor).or_default();
            *counts = (counts.0 + accepted, counts.1 + all - accepted);
        }
        let mut contributor_list: Vec<Contributor> = people
            .into_iter()
            .map(|(address, (accepted, rejected))| Contributor {
                name: self.keys.name_of(address),
                address: hex(address),
                accepted,
                rejected,
            })
            .collect();
        contributor_list
            .sort_by_key(|person| (std::cmp::Reverse(person.accepted), person.name.clone()));
        let snapshots = self.datanets.snapshots(view.id).map_err(refused)?;
        let snapshot_list = snapshots.into_iter().map(|id| self.shown_snapshot(name, id));
        let adapters = self.list_adapters()?.adapters;
        Ok(DatanetDetail {
            datanet: self.shown_datanet(&view)?,
            contributor_list,
            snapshot_list: snapshot_list.collect::<Result<_, ApiError>>()?,
            adapters: adapters.into_iter().filter(|adapter| adapter.datanet == name).collect(),
        })
    }

    fn contributions(&self, view: &DatanetView) -> Result<Vec<ContributionView>, ApiError> {
        self.datanets.contributions(view.id, 0, usize::MAX).map_err(refused)
    }

    fn shown_datanet(&self, view: &DatanetView) -> Result<Datanet, ApiError> {
        let people: BTreeSet<Address> = self
            .contributions(view)?
            .iter()
            .map(|contribution| contribution.contribution.contributor)
            .collect();
        Ok(Datanet {
            id: hex(view.id),
            name: view.datanet.name.clone(),
            licence: view.datanet.licence.clone(),
            description: view.datanet.description.clone(),
            owner: hex(view.datanet.owner),
            records: u64::from(view.records),
            contributors: people.len() as u64,
            snapshots: u64::from(view.snapshots),
            latest_snapshot: view.latest_snapshot.map(hex),
        })
    }

    pub(crate) fn list_records(
        &self,
        name: &str,
        query: &RecordQuery,
    ) -> Result<RecordPage, ApiError> {
        let view = self.datanets.get(name).map_err(refused)?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let (total, views) = if query.words.is_empty() {
            let from = u32::try_from(query.offset).unwrap_or(u32::MAX);
            (u64::from(view.records), self.datanets.records(view.id, from, limit).map_err(refused)?)
        } else {
            let found = self.datanets.search(view.id, &query.words, usize::MAX).map_err(refused)?;
            let total = found.len() as u64;
            (total, found.into_iter().skip(offset).take(limit).map(|found| found.view).collect())
        };
        let income = self.income()?;
        let clusters = self.clusters(&view)?;
        let records = views.iter().map(|record| self.shown_record(record, &income, &clusters));
        Ok(RecordPage { total, records: records.collect() })
    }

    /// What each record has earned so far.
    fn income(&self) -> Result<Income, ApiError> {
        let mut income = Income::new();
        for (_, row) in self.read(|tables| tables.scan(&ANSWERS, .., usize::MAX))? {
            for line in row.lines.iter().filter(|line| line.record != B256::ZERO) {
                let (amount, uses) = income.entry(line.record).or_default();
                *amount =
                    amount.checked_add(Wei::new(line.amountWei)).map_err(ApiError::internal)?;
                *uses += 1;
            }
        }
        Ok(income)
    }

    /// Position → record that heads its cluster, as of the newest snapshot.
    fn clusters(&self, view: &DatanetView) -> Result<Vec<RecordId>, ApiError> {
        let Some(snapshot) = view.latest_snapshot else { return Ok(Vec::new()) };
        let entries = self.datanets.frozen(snapshot).map_err(refused)?.manifest.entries;
        let head = |cluster: u32| entries.get(cluster as usize).map(|entry| entry.record);
        Ok(entries.iter().map(|entry| head(entry.cluster).unwrap_or(entry.record)).collect())
    }

    fn shown_record(
        &self,
        view: &RecordView,
        income: &Income,
        clusters: &[RecordId],
    ) -> RecordInfo {
        let (earned, uses) = income.get(&view.id).copied().unwrap_or_default();
        let cluster = clusters.get(view.position as usize).copied().unwrap_or(view.id);
        RecordInfo {
            id: hex(view.id),
            position: u64::from(view.position),
            question: view.record.question.clone(),
            answer: view.record.answer.clone(),
            licence: view.record.licence.clone(),
            source: view.record.source.clone(),
            contributor: hex(view.contributor),
            contributor_name: self.keys.name_of(view.contributor),
            contribution: hex(view.contribution),
            cluster: hex(cluster),
            earned_wei: wei(earned),
            uses,
        }
    }

    pub(crate) fn contribute(
        &self,
        name: &str,
        who: &Contributed,
        bytes: &[u8],
    ) -> Result<ContributionReport, ApiError> {
        let view = self.datanets.get(name).map_err(refused)?;
        let (filename, contributor, time_s) = match who {
            Contributed::ByAccount { filename, account } => {
                (filename, self.keys.require(account)?.address(), now_s())
            }
            Contributed::Signed { filename, contributor, time_s, .. } => {
                (filename, parse_address("contributor", contributor)?, *time_s)
            }
        };
        if let Some(known) = self.same_file(&view, contributor, keccak256(bytes), who)? {
            return Ok(ContributionReport { already: true, ..self.report(name, &known)? });
        }
        let parsed = self.datanets.read_file(view.id, filename, bytes).map_err(refused)?;
        let contribution = datanet::describe(view.id, contributor, bytes, &parsed, time_s);
        let contribution = contribution.map_err(refused)?;
        let signature = match who {
            Contributed::ByAccount { account, .. } => {
                let key = self.keys.require(account)?;
                key.sign_record(&contribution, self.config.chain_id).map_err(ApiError::internal)?
            }
            Contributed::Signed { signature, .. } => parse_signature(signature)?,
        };
        let taken = self
            .datanets
            .contribute(&contribution, &signature, filename, bytes, now_s())
            .map_err(refused)?;
        let report = self.report(name, &taken)?;
        self.events
            .tell("contribution", &ContributionReport { records: Vec::new(), ..report.clone() });
        Ok(report)
    }

    /// The contribution of the same file by the same account before: giving a file twice by accident
    /// changes nothing. External signers say by their signed time that they mean it.
    fn same_file(
        &self,
        view: &DatanetView,
        contributor: Address,
        file: B256,
        who: &Contributed,
    ) -> Result<Option<ContributionView>, ApiError> {
        let signed_s = match who {
            Contributed::ByAccount { .. } => None,
            Contributed::Signed { time_s, .. } => Some(*time_s),
        };
        Ok(self.contributions(view)?.into_iter().find(|known| {
            let record = &known.contribution;
            record.contributor == contributor
                && record.file == file
                && signed_s.is_none_or(|time_s| record.timeS == time_s)
        }))
    }

    pub(crate) fn prepare_contribution(
        &self,
        name: &str,
        filename: &str,
        contributor: &str,
        bytes: &[u8],
    ) -> Result<PreparedContribution, ApiError> {
        let view = self.datanets.get(name).map_err(refused)?;
        let contributor = parse_address("contributor", contributor)?;
        let parsed = self.datanets.read_file(view.id, filename, bytes).map_err(refused)?;
        let contribution = datanet::describe(view.id, contributor, bytes, &parsed, now_s());
        let contribution = contribution.map_err(refused)?;
        let records = parsed.iter().map(|parsed| RecordReport {
            line: parsed.line,
            record: Some(hex(parsed.record.id())),
            status: "prepared".to_owned(),
            ..RecordReport::default()
        });
        Ok(PreparedContribution {
            signing_hash: hex(contribution.signing_hash(self.config.chain_id)),
            report: ContributionReport {
                id: hex(contribution.id()),
                datanet: name.to_owned(),
                contributor: hex(contributor),
                records: records.collect(),
                ..ContributionReport::default()
            },
            contribution: ContributionFields {
                datanet: hex(contribution.datanet),
                contributor: hex(contributor),
                root: hex(contribution.root),
                records: contribution.records,
                file: hex(contribution.file),
                time_s: contribution.timeS,
            },
        })
    }

    fn report(&self, name: &str, view: &ContributionView) -> Result<ContributionReport, ApiError> {
        let mut records = Vec::new();
        for verdict in &view.admission.verdicts {
            let mut report = RecordReport {
                line: verdict.line,
                record: Some(hex(verdict.record)),
                status: "accepted".to_owned(),
                ..RecordReport::default()
            };
            if let Outcome::Rejected { reason } = &verdict.outcome {
                "rejected".clone_into(&mut report.status);
                report.reason = Some(reason_code(reason).to_owned());
                report.message = Some(reason.to_string());
                if let Rejection::ExactDuplicate { of } | Rejection::NearDuplicate { of, .. } =
                    reason
                {
                    let original = self.datanets.record(*of).map_err(refused)?;
                    report.of = Some(hex(of));
                    report.of_contributor =
                        original.map(|original| self.keys.name_of(original.contributor));
                }
            }
            records.push(report);
        }
        let accepted = view.admission.accepted() as u64;
        Ok(ContributionReport {
            id: hex(view.id),
            datanet: name.to_owned(),
            contributor: hex(view.contribution.contributor),
            accepted,
            rejected: records.len() as u64 - accepted,
            records,
            already: false,
        })
    }

    pub(crate) fn freeze_snapshot(&self, name: &str) -> Result<SnapshotInfo, ApiError> {
        let view = self.datanets.get(name).map_err(refused)?;
        let frozen = self.datanets.snapshot(view.id, now_s()).map_err(refused)?;
        self.anchor_snapshot(frozen.id())?;
        let shown = self.shown_snapshot(name, frozen.id())?;
        self.events.tell("snapshot", &shown);
        Ok(shown)
    }

    /// Writes a snapshot on the chain, unless it is there.
    pub(crate) fn anchor_snapshot(&self, id: SnapshotId) -> Result<(), ApiError> {
        if self.read(|tables| tables.get(&ANCHORS, &id))?.is_some() {
            return Ok(());
        }
        let snapshot = self.datanets.frozen(id).map_err(refused)?.snapshot;
        let done =
            self.contracts.is_snapshot_anchored(&*self.chain, id).map_err(ApiError::internal)?;
        let mut transaction = B256::ZERO;
        if !done {
            let call = self.contracts.anchor_snapshot(&snapshot);
            let sent = self.send(self.keys.operator(), &[call], "anchor snapshot")?;
            transaction = sent.first().copied().unwrap_or_default();
        }
        self.write(|tables| tables.insert(&ANCHORS, &id, &StoredAnchor { transaction }))
    }

    fn shown_snapshot(&self, name: &str, id: SnapshotId) -> Result<SnapshotInfo, ApiError> {
        let snapshot = self.datanets.frozen(id).map_err(refused)?.snapshot;
        let anchor = self.read(|tables| tables.get(&ANCHORS, &id))?;
        let transaction =
            anchor.map(|anchor| anchor.transaction).filter(|hash| *hash != B256::ZERO);
        Ok(SnapshotInfo {
            id: hex(id),
            datanet: name.to_owned(),
            parent: hex(snapshot.parent),
            root: hex(snapshot.root),
            records: u64::from(snapshot.records),
            time_s: snapshot.timeS,
            transaction: transaction.map(hex),
        })
    }
}

fn parse_signature(text: &str) -> Result<Signature, ApiError> {
    let bad = |message: String| {
        ApiError::bad_input("bad_signature", message).detail("param", "signature")
    };
    let bytes = unhex(text).ok_or_else(|| bad("the signature is not 0x-hex".to_owned()))?;
    Signature::from_bytes(&bytes).map_err(|error| bad(error.to_string()))
}

const fn reason_code(reason: &Rejection) -> &'static str {
    match reason {
        Rejection::ExactDuplicate { .. } => "exact_duplicate",
        Rejection::NearDuplicate { .. } => "near_duplicate",
        Rejection::Empty { .. } => "empty",
        Rejection::TooLong { .. } => "too_long",
        Rejection::TooManyVariants { .. } => "too_many_variants",
        Rejection::UnknownLicence { .. } => "unknown_licence",
        Rejection::IncompatibleLicence { .. } => "incompatible_licence",
        _ => "refused",
    }
}

/// What the caller is told about a refusal of `datanet`.
pub(crate) fn refused(error: DatanetError) -> ApiError {
    use axum::http::StatusCode;
    let message = crate::error::chain(&error);
    match error {
        DatanetError::NoSuchName { name } => {
            ApiError::not_found("no_such_datanet", format!("there is no Datanet {name}"))
                .hint(format!("openledger datanet create {name} --licence CC-BY-4.0"))
        }
        DatanetError::NoSuchDatanet { .. }
        | DatanetError::NoSuchContribution { .. }
        | DatanetError::NoSuchSnapshot { .. } => ApiError::not_found("not_found", message),
        DatanetError::Name { .. } => ApiError::bad_input("bad_name", message)
            .detail("param", "name")
            .hint("for example my-field"),
        DatanetError::Description { .. } => {
            ApiError::bad_input("too_long", message).detail("param", "description")
        }
        DatanetError::Licence { .. } => ApiError::bad_input("unknown_licence", message)
            .detail("param", "licence")
            .hint("use an SPDX expression such as CC-BY-4.0 or MIT OR Apache-2.0"),
        DatanetError::Exists { .. } => ApiError::conflict("name_taken", message),
        DatanetError::NoRecords { name } => ApiError::conflict("no_records", message)
            .hint(format!("openledger contribute {name} notes.jsonl")),
        DatanetError::Read { source } => {
            let status = match source.problem {
                datanet::ReadProblem::FileTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            ApiError::new(status, "unreadable_file", message)
                .detail("file", source.file)
                .detail("line", source.line)
                .hint("nothing of the file was taken; mend that line and contribute it again")
        }
        DatanetError::WrongFile { .. } | DatanetError::WrongRoot { .. } => {
            ApiError::bad_input("wrong_file", message)
                .hint("send exactly the bytes that …/contributions/prepare was given")
        }
        DatanetError::Signature { .. } => ApiError::bad_input("bad_signature", message)
            .detail("param", "signature")
            .hint("sign the signing_hash of …/contributions/prepare with the contributor's key"),
        error => ApiError::internal(error),
    }
}
