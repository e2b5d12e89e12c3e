//! All Datanets of a node, kept in a store.

mod rows;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use primitives::{
    Address, B256, Bytes, ChainRecord as _, Contribution, ContributionId, DatanetId, RecordId,
    Signature, Snapshot, SnapshotId,
};
use storage::{Reader, StorageError, Store, Table, Writer};

use crate::admission::{Admission, Admitted, Outcome};
use crate::contribution::verify;
use crate::datanet::Datanet;
use crate::error::DatanetError;
use crate::options::Options;
use crate::reader::{Defaults, ParsedRecord, read};
use crate::record::Record;
use crate::snapshot::{Frozen, Manifest, Origin, freeze};
use rows::VerdictRow;

/// Datanet → itself and when it was made, Unix time in seconds.
const DATANETS: Table<DatanetId, (Datanet, u64)> = Table::new("datanet.datanets");
/// Datanet → numbers of its records, contributions and snapshots.
const COUNTS: Table<DatanetId, (u32, u32, u32)> = Table::new("datanet.counts");
/// Contribution → itself, signature, file name, when it came.
const CONTRIBUTIONS: Table<ContributionId, (Contribution, Bytes, String, u64)> =
    Table::new("datanet.contributions");
/// (Datanet, number) → contribution.
const CONTRIBUTION_ORDER: Table<(DatanetId, u32), ContributionId> =
    Table::new("datanet.contribution-order");
/// (Contribution, number of the record in its file) → verdict.
const VERDICTS: Table<(ContributionId, u32), VerdictRow> = Table::new("datanet.verdicts");
/// (Datanet, position) → record, contributor, contribution, line.
const RECORDS: Table<(DatanetId, u32), RecordRow> = Table::new("datanet.records");
/// (Record, Datanet) → position.
const POSITIONS: Table<(RecordId, DatanetId), u32> = Table::new("datanet.positions");
/// Snapshot → itself and the blob of its manifest.
const SNAPSHOTS: Table<SnapshotId, (Snapshot, B256)> = Table::new("datanet.snapshots");
/// (Datanet, number) → snapshot.
const SNAPSHOT_ORDER: Table<(DatanetId, u32), SnapshotId> = Table::new("datanet.snapshot-order");

type RecordRow = (Record, Address, ContributionId, u64);
type Result<T> = std::result::Result<T, DatanetError>;

/// A Datanet and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatanetView {
    /// Its id.
    pub id: DatanetId,
    /// The Datanet.
    pub datanet: Datanet,
    /// When it was made, Unix time in seconds.
    pub created_s: u64,
    /// Number of admitted records.
    pub records: u32,
    /// Number of contributions.
    pub contributions: u32,
    /// Number of snapshots.
    pub snapshots: u32,
    /// The latest snapshot.
    pub latest_snapshot: Option<SnapshotId>,
}

/// An admitted record and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordView {
    /// Its id.
    pub id: RecordId,
    /// The record.
    pub record: Record,
    /// Its Datanet.
    pub datanet: DatanetId,
    /// 0-based position in the Datanet, in order of admission.
    pub position: u32,
    /// Who gave it.
    pub contributor: Address,
    /// With which contribution.
    pub contribution: ContributionId,
    /// Where it stood in the file, see [`ParsedRecord::line`].
    pub line: u64,
}

impl RecordView {
    const fn origin(&self) -> Origin<'_> {
        Origin {
            record: &self.record,
            contributor: self.contributor,
            contribution: self.contribution,
        }
    }
}

/// A contribution and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContributionView {
    /// Its id.
    pub id: ContributionId,
    /// What was signed.
    pub contribution: Contribution,
    /// Its contributor's signature.
    pub signature: Signature,
    /// Name of the file; the bytes are the blob [`Contribution::file`].
    pub file: String,
    /// When it came, Unix time in seconds.
    pub received_s: u64,
    /// What became of each record.
    pub admission: Admission,
}

/// A record that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The record.
    pub view: RecordView,
    /// BM25 score, see [`crate::Hit::score`].
    pub score: u64,
}

/// All Datanets of a node. What a method returned `Ok` for survives any crash.
#[derive(Debug)]
pub struct Datanets {
    store: Arc<Store>,
    chain_id: u64,
    options: Options,
    /// What has been read from the store so far; locked while a contribution is judged and written.
    admitted: Mutex<BTreeMap<DatanetId, Admitted>>,
}

impl Datanets {
    /// The Datanets in `store`. Signatures are checked for the chain `chain_id`.
    pub const fn new(store: Arc<Store>, chain_id: u64, options: Options) -> Self {
        Self { store, chain_id, options, admitted: Mutex::new(BTreeMap::new()) }
    }

    /// Makes a Datanet at the time `time_s`. Making the same again does nothing.
    ///
    /// # Errors
    /// [`DatanetError::Exists`] when another has the name, and as [`Datanet::check`].
    pub fn create(&self, datanet: &Datanet, time_s: u64) -> Result<DatanetId> {
        datanet.check()?;
        let id = datanet.id();
        self.store.tables().write(|writer| match writer.get(&DATANETS, &id)? {
            None => {
                writer.insert(&DATANETS, &id, &(datanet.clone(), time_s))?;
                writer.insert(&COUNTS, &id, &(0, 0, 0))?;
                Ok(id)
            }
            Some((known, _)) if known == *datanet => Ok(id),
            Some(_) => Err(DatanetError::Exists { name: datanet.name.clone() }),
        })
    }

    /// The Datanet called `name`.
    ///
    /// # Errors
    /// [`DatanetError::NoSuchName`].
    pub fn get(&self, name: &str) -> Result<DatanetView> {
        let found = self.store.tables().read(|reader| view(reader, Datanet::id_of(name)))?;
        found.ok_or_else(|| DatanetError::NoSuchName { name: name.to_owned() })
    }

    /// All Datanets, the oldest first.
    ///
    /// # Errors
    /// [`DatanetError::Storage`].
    pub fn list(&self) -> Result<Vec<DatanetView>> {
        let mut datanets = self.store.tables().read(|reader| {
            let rows = reader.scan(&DATANETS, .., usize::MAX)?;
            let views = rows.into_iter().filter_map(|(id, _)| view(reader, id).transpose());
            views.collect::<Result<Vec<_>>>()
        })?;
        datanets
            .sort_by(|a, b| (a.created_s, &a.datanet.name).cmp(&(b.created_s, &b.datanet.name)));
        Ok(datanets)
    }

    /// Reads a file as records for `datanet`, whose licence those get that state none.
    ///
    /// # Errors
    /// [`DatanetError::Read`] with the line, and [`DatanetError::NoSuchDatanet`].
    pub fn read_file(
        &self,
        datanet: DatanetId,
        file: &str,
        bytes: &[u8],
    ) -> Result<Vec<ParsedRecord>> {
        let licence = self.view(datanet)?.datanet.licence;
        let defaults = Defaults { licence, source: String::new() };
        Ok(read(file, bytes, &defaults, &self.options)?)
    }

    /// Takes a contribution that came at the time `time_s`: the file called `file` with these
    /// `bytes`, as its contributor signed for it. The same contribution again returns what became
    /// of it the first time.
    ///
    /// # Errors
    /// As [`Datanets::read_file`] and [`crate::verify`]; nothing is kept then.
    pub fn contribute(
        &self,
        contribution: &Contribution,
        signature: &Signature,
        file: &str,
        bytes: &[u8],
        time_s: u64,
    ) -> Result<ContributionView> {
        let id = contribution.id();
        let mut loaded = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.find_contribution(id)? {
            return Ok(known);
        }
        let datanet = contribution.datanet;
        let parsed = self.read_file(datanet, file, bytes)?;
        verify(contribution, signature, self.chain_id, bytes, &parsed)?;
        let mut admitted = match loaded.remove(&datanet) {
            Some(admitted) => admitted,
            None => self.load(datanet)?,
        };
        let admission = admitted.admit(&parsed);
        self.store.blobs().put(bytes)?;
        let view = ContributionView {
            id,
            contribution: contribution.clone(),
            signature: *signature,
            file: file.to_owned(),
            received_s: time_s,
            admission,
        };
        self.store.tables().write(|writer| write_contribution(writer, &view, &parsed))?;
        // Kept only now, so that after a failed write the store is asked again.
        loaded.insert(datanet, admitted);
        Ok(view)
    }

    /// The contribution with this id.
    ///
    /// # Errors
    /// [`DatanetError::NoSuchContribution`].
    pub fn contribution(&self, contribution: ContributionId) -> Result<ContributionView> {
        let found = self.find_contribution(contribution)?;
        found.ok_or(DatanetError::NoSuchContribution { contribution })
    }

    /// Up to `limit` contributions to `datanet`, oldest first, from number `from` (0-based) on.
    ///
    /// # Errors
    /// [`DatanetError::Storage`].
    pub fn contributions(
        &self,
        datanet: DatanetId,
        from: u32,
        limit: usize,
    ) -> Result<Vec<ContributionView>> {
        self.store.tables().read(|reader| {
            let range = (datanet, from)..=(datanet, u32::MAX);
            let rows = reader.scan(&CONTRIBUTION_ORDER, range, limit)?;
            let views =
                rows.into_iter().filter_map(|(_, id)| contribution_view(reader, id).transpose());
            views.collect()
        })
    }

    /// Up to `limit` records of `datanet` in order of admission, from position `from` on.
    ///
    /// # Errors
    /// [`DatanetError::Storage`].
    pub fn records(&self, datanet: DatanetId, from: u32, limit: usize) -> Result<Vec<RecordView>> {
        self.store.tables().read(|reader| {
            let rows = reader.scan(&RECORDS, (datanet, from)..=(datanet, u32::MAX), limit)?;
            Ok(rows.into_iter().map(|(key, row)| record_view(key, row)).collect())
        })
    }

    /// The record with this id, in whichever Datanet it is.
    ///
    /// # Errors
    /// [`DatanetError::Storage`].
    pub fn record(&self, record: RecordId) -> Result<Option<RecordView>> {
        self.store.tables().read(|reader| {
            let range = (record, B256::ZERO)..=(record, B256::repeat_byte(0xff));
            let Some(((_, datanet), position)) = reader.scan(&POSITIONS, range, 1)?.pop() else {
                return Ok(None);
            };
            let key = (datanet, position);
            Ok(reader.get(&RECORDS, &key)?.map(|row| record_view(key, row)))
        })
    }

    /// The `k` records of `datanet` that share the rarest words with `query`, best first.
    ///
    /// # Errors
    /// [`DatanetError::NoSuchDatanet`].
    pub fn search(&self, datanet: DatanetId, query: &str, k: usize) -> Result<Vec<Found>> {
        let hits = {
            let mut loaded = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
            match loaded.entry(datanet) {
                Entry::Occupied(known) => known.get().search(query, k),
                Entry::Vacant(vacant) => vacant.insert(self.load(datanet)?).search(query, k),
            }
        };
        self.store.tables().read(|reader| {
            let found = |hit: crate::Hit| {
                let key = (datanet, u32::try_from(hit.position).unwrap_or(u32::MAX));
                let row = reader.get(&RECORDS, &key)?;
                Ok(row.map(|row| Found { view: record_view(key, row), score: hit.score }))
            };
            hits.into_iter().filter_map(|hit| found(hit).transpose()).collect()
        })
    }

    /// Freezes `datanet` at the time `time_s`; the latest snapshot again when no record came since.
    ///
    /// # Errors
    /// [`DatanetError::NoRecords`] and [`DatanetError::NoSuchDatanet`].
    pub fn snapshot(&self, datanet: DatanetId, time_s: u64) -> Result<Frozen> {
        let _no_contribution = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let view = self.view(datanet)?;
        if view.records == 0 {
            return Err(DatanetError::NoRecords { name: view.datanet.name });
        }
        if let Some(latest) = view.latest_snapshot {
            let frozen = self.frozen(latest)?;
            if frozen.snapshot.records == view.records {
                return Ok(frozen);
            }
        }
        let records = self.records(datanet, 0, usize::MAX)?;
        let origins: Vec<Origin<'_>> = records.iter().map(RecordView::origin).collect();
        let parent = view.latest_snapshot.unwrap_or_default();
        let frozen = freeze(datanet, parent, &origins, time_s, &self.options)?;
        let digest = self.store.blobs().put(&frozen.manifest.encode())?;
        self.store.tables().write(|writer| {
            writer.insert(&SNAPSHOTS, &frozen.id(), &(frozen.snapshot.clone(), digest))?;
            writer.insert(&SNAPSHOT_ORDER, &(datanet, view.snapshots), &frozen.id())?;
            let counts = (view.records, view.contributions, view.snapshots + 1);
            Ok::<_, DatanetError>(writer.insert(&COUNTS, &datanet, &counts)?)
        })?;
        Ok(frozen)
    }

    /// The snapshot with this id.
    ///
    /// # Errors
    /// [`DatanetError::NoSuchSnapshot`], and [`DatanetError::Manifest`] or
    /// [`DatanetError::Storage`] for a damaged manifest.
    pub fn frozen(&self, snapshot: SnapshotId) -> Result<Frozen> {
        let row = self.store.tables().read(|reader| reader.get(&SNAPSHOTS, &snapshot))?;
        let (found, digest) = row.ok_or(DatanetError::NoSuchSnapshot { snapshot })?;
        let manifest = Manifest::decode(&self.store.blobs().get(digest)?);
        let manifest = manifest.ok_or(DatanetError::Manifest { digest })?;
        Ok(Frozen { snapshot: found, manifest })
    }

    /// The snapshots of `datanet`, oldest first.
    ///
    /// # Errors
    /// [`DatanetError::Storage`].
    pub fn snapshots(&self, datanet: DatanetId) -> Result<Vec<SnapshotId>> {
        let range = (datanet, 0)..=(datanet, u32::MAX);
        let read = |reader: &Reader| reader.scan(&SNAPSHOT_ORDER, range, usize::MAX);
        let rows = self.store.tables().read(read)?;
        Ok(rows.into_iter().map(|(_, snapshot)| snapshot).collect())
    }

    /// The records of a snapshot; the one at position `i` is entry and leaf `i`.
    ///
    /// # Errors
    /// As [`Datanets::frozen`].
    pub fn snapshot_records(&self, snapshot: SnapshotId) -> Result<Vec<RecordView>> {
        let frozen = self.frozen(snapshot)?;
        self.records(frozen.snapshot.datanet, 0, frozen.manifest.entries.len())
    }

    fn view(&self, datanet: DatanetId) -> Result<DatanetView> {
        let found = self.store.tables().read(|reader| view(reader, datanet))?;
        found.ok_or(DatanetError::NoSuchDatanet { datanet })
    }

    fn find_contribution(&self, id: ContributionId) -> Result<Option<ContributionView>> {
        self.store.tables().read(|reader| contribution_view(reader, id))
    }

    fn load(&self, datanet: DatanetId) -> Result<Admitted> {
        let licence = self.view(datanet)?.datanet.check()?;
        let mut admitted = Admitted::new(licence, self.options.clone());
        for view in self.records(datanet, 0, usize::MAX)? {
            admitted.push(&view.record);
        }
        Ok(admitted)
    }
}

fn view(reader: &Reader, id: DatanetId) -> Result<Option<DatanetView>> {
    let Some((datanet, created_s)) = reader.get(&DATANETS, &id)? else { return Ok(None) };
    let (records, contributions, snapshots) = reader.get(&COUNTS, &id)?.unwrap_or_default();
    let latest_snapshot = match snapshots.checked_sub(1) {
        Some(last) => reader.get(&SNAPSHOT_ORDER, &(id, last))?,
        None => None,
    };
    let view =
        DatanetView { id, datanet, created_s, records, contributions, snapshots, latest_snapshot };
    Ok(Some(view))
}

fn record_view((datanet, position): (DatanetId, u32), row: RecordRow) -> RecordView {
    let (record, contributor, contribution, line) = row;
    RecordView { id: record.id(), record, datanet, position, contributor, contribution, line }
}

fn contribution_view(reader: &Reader, id: ContributionId) -> Result<Option<ContributionView>> {
    let Some((contribution, signature, file, received_s)) = reader.get(&CONTRIBUTIONS, &id)? else {
        return Ok(None);
    };
    let rows = reader.scan(&VERDICTS, (id, 0)..=(id, u32::MAX), usize::MAX)?;
    let verdict = |(_, row): (_, VerdictRow)| {
        row.into_verdict().ok_or(DatanetError::Verdict { contribution: id })
    };
    let verdicts = rows.into_iter().map(verdict).collect::<Result<_>>()?;
    Ok(Some(ContributionView {
        id,
        contribution,
        signature: Signature::from_bytes(&signature)?,
        file,
        received_s,
        admission: Admission { verdicts },
    }))
}

fn write_contribution(
    writer: &mut Writer,
    view: &ContributionView,
    parsed: &[ParsedRecord],
) -> std::result::Result<(), StorageError> {
    let (id, datanet) = (view.id, view.contribution.datanet);
    let (mut records, contributions, snapshots) =
        writer.get(&COUNTS, &datanet)?.unwrap_or_default();
    for ((number, verdict), parsed) in (0..).zip(&view.admission.verdicts).zip(parsed) {
        writer.insert(&VERDICTS, &(id, number), &VerdictRow::from_verdict(verdict))?;
        let Outcome::Accepted { position } = verdict.outcome else { continue };
        let row = (parsed.record.clone(), view.contribution.contributor, id, parsed.line);
        writer.insert(&RECORDS, &(datanet, position), &row)?;
        writer.insert(&POSITIONS, &(verdict.record, datanet), &position)?;
        records += 1;
    }
    let signature = Bytes::from(view.signature.to_bytes());
    let row = (view.contribution.clone(), signature, view.file.clone(), view.received_s);
    writer.insert(&CONTRIBUTIONS, &id, &row)?;
    writer.insert(&CONTRIBUTION_ORDER, &(datanet, contributions), &id)?;
    writer.insert(&COUNTS, &datanet, &(records, contributions + 1, snapshots))
}
