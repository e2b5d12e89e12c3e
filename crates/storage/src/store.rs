//! A data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::blob::Blobs;
use crate::disk::{Disk, Folder, replace};
use crate::error::StorageError;
use crate::key_store::KeyStore;
use crate::memory::MemoryDisk;
use crate::table::Tables;

const FORMAT: &str = "openledger storage 1";
const FORMAT_PATH: &str = "FORMAT";
const LOCK_PATH: &str = "LOCK";
const TABLES_PATH: &str = "tables.redb";
const NEW_TABLES_PATH: &str = "tables.redb.new";
const CACHE_BYTES: usize = 64 << 20;

/// Everything one process keeps: blobs, tables and keys in one directory.
///
/// ```text
/// LOCK           held by the process that uses the directory
/// FORMAT         version of this layout
/// accounts.keys  names and private keys
/// blobs/ab/ab…   content-addressed bytes
/// tables.redb    tables
/// ```
#[derive(Debug)]
pub struct Store {
    blobs: Blobs,
    tables: Tables,
    keys: KeyStore,
    _lock: Option<File>,
}

impl Store {
    /// Opens the data directory at `path`, made if it is not there, repaired if it was left in the
    /// middle of a write.
    ///
    /// # Errors
    /// [`StorageError::Locked`] while another process uses it, [`StorageError::Format`] when another
    /// version wrote it, [`StorageError::Io`] and [`StorageError::Database`].
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let shown = path.display().to_string();
        let io_error = |action| {
            let path = shown.clone();
            move |source| StorageError::Io { action, path, source }
        };
        let folder = Folder::open(path).map_err(io_error("open"))?;
        let lock = OpenOptions::new().create(true).append(true).open(path.join(LOCK_PATH));
        let lock = lock.map_err(io_error("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StorageError::Locked { path: shown.clone() },
            TryLockError::Error(source) => io_error("lock")(source),
        })?;
        check_format(&folder, &shown)?;
        let open = |name: &str| database().create(path.join(name));
        let database = open_database(&folder, open)?;
        Self::assemble(Arc::new(folder), database, Some(lock))
    }

    /// A store in memory, for tests; see [`MemoryDisk`] for faults and crashes.
    ///
    /// # Errors
    /// As [`Store::open`], less the lock.
    pub fn in_memory(disk: &MemoryDisk) -> Result<Self, StorageError> {
        check_format(disk, "memory")?;
        let open = |name: &str| database().create_with_backend(disk.backend(name));
        let database = open_database(disk, open)?;
        Self::assemble(Arc::new(disk.clone()), database, None)
    }

    fn assemble(
        disk: Arc<dyn Disk>,
        database: redb::Database,
        lock: Option<File>,
    ) -> Result<Self, StorageError> {
        let keys = KeyStore::open(Arc::clone(&disk))?;
        Ok(Self { blobs: Blobs::open(disk)?, tables: Tables::new(database), keys, _lock: lock })
    }

    /// The content-addressed blobs.
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// The tables.
    pub const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The local accounts' keys.
    pub const fn keys(&self) -> &KeyStore {
        &self.keys
    }
}

fn database() -> redb::Builder {
    let mut builder = redb::Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// Opens the database with `open`. A new one is made under another name first, because a crash in
/// the middle of that leaves a file that is no database.
fn open_database(
    disk: &dyn Disk,
    open: impl Fn(&str) -> Result<redb::Database, redb::DatabaseError>,
) -> Result<redb::Database, StorageError> {
    let open = |name: &str| {
        open(name).map_err(|error| StorageError::Database {
            action: "open",
            source: Box::new(error.into()),
        })
    };
    let io_error =
        |source| StorageError::Io { action: "make", path: TABLES_PATH.to_owned(), source };
    if !disk.exists(TABLES_PATH).map_err(io_error)? {
        drop(disk.create(NEW_TABLES_PATH).map_err(io_error)?);
        drop(open(NEW_TABLES_PATH)?);
        disk.rename(NEW_TABLES_PATH, TABLES_PATH).map_err(io_error)?;
    }
    open(TABLES_PATH)
}

fn check_format(disk: &dyn Disk, path: &str) -> Result<(), StorageError> {
    let io_error =
        |action, source| StorageError::Io { action, path: FORMAT_PATH.to_owned(), source };
    let found = match disk.read(FORMAT_PATH) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim_end().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let line = format!("{FORMAT}\n");
            return replace(disk, FORMAT_PATH, line.as_bytes()).map_err(|e| io_error("write", e));
        }
        Err(source) => return Err(io_error("read", source)),
    };
    if found == FORMAT {
        return Ok(());
    }
    Err(StorageError::Format { path: path.to_owned(), found, expected: FORMAT })
}
