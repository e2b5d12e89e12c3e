//! Blobs: bytes under the address that is their hash.

use std::io::{self, Read, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Keccak256, hex};
use primitives::{Digest, keccak256};

use crate::disk::Disk;
use crate::error::StorageError;

/// Where blobs stand while they are written; cleared when the store opens.
const UNFINISHED: &str = "blobs/new";
const CHUNK_BYTES: usize = 64 * 1024;

/// Content-addressed blobs. A blob is never changed.
#[derive(Debug)]
pub struct Blobs {
    disk: Arc<dyn Disk>,
    /// Makes the names of unfinished files distinct.
    started: AtomicU64,
    /// The file whose writing failed; locked while a blob gets its name, so that who finds a blob
    /// stored finds it durable.
    failed: Mutex<Option<String>>,
}

/// Which side of a copy failed.
enum CopyError {
    Source(io::Error),
    Disk(io::Error),
}

impl Blobs {
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<Self, StorageError> {
        let ready = disk.make_folder(UNFINISHED).and_then(|()| disk.clear(UNFINISHED));
        ready.map_err(|source| io_error("clear", UNFINISHED, source))?;
        Ok(Self { disk, started: AtomicU64::new(0), failed: Mutex::new(None) })
    }

    /// Stores `bytes` and returns their keccak-256; on disk when this returns. Storing the same
    /// bytes again does nothing.
    ///
    /// # Errors
    /// [`StorageError::Io`] when the disk refuses, [`StorageError::Stopped`] ever after.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StorageError> {
        let digest = keccak256(bytes);
        if self.contains(digest)? { Ok(digest) } else { self.put_from(bytes) }
    }

    /// As [`Blobs::put`], for bytes that need not fit in memory.
    ///
    /// # Errors
    /// As [`Blobs::put`], and [`StorageError::Io`] with what `from` itself says.
    pub fn put_from(&self, mut from: impl Read) -> Result<Digest, StorageError> {
        drop(self.writing()?);
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let unfinished = format!("{UNFINISHED}/{number}");
        let digest = match self.copy(&mut from, &unfinished) {
            Ok(digest) => digest,
            Err(CopyError::Source(source)) => {
                return Err(io_error("read what becomes", &unfinished, source));
            }
            Err(CopyError::Disk(source)) => {
                return Err(stop(&mut self.failed(), "write", &unfinished, source));
            }
        };
        let mut failed = self.writing()?;
        let path = path(digest);
        let named = || {
            if self.disk.exists(&path)? {
                return Ok(());
            }
            self.disk.make_folder(folder_of(&path))?;
            self.disk.rename(&unfinished, &path)
        };
        named().map_err(|source| stop(&mut failed, "name", &path, source))?;
        Ok(digest)
    }

    fn copy(&self, from: &mut impl Read, to: &str) -> Result<Digest, CopyError> {
        let mut file = self.disk.create(to).map_err(CopyError::Disk)?;
        let mut hasher = Keccak256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let length = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(CopyError::Source(error)),
            };
            hasher.update(&chunk[..length]);
            file.write_all(&chunk[..length]).map_err(CopyError::Disk)?;
        }
        file.sync().map_err(CopyError::Disk)?;
        Ok(hasher.finalize())
    }

    /// The bytes with this hash.
    ///
    /// # Errors
    /// [`StorageError::NoSuchBlob`], and [`StorageError::DamagedBlob`] when the bytes on disk no
    /// longer hash to their address.
    pub fn get(&self, digest: Digest) -> Result<Vec<u8>, StorageError> {
        let path = path(digest);
        let bytes = self.disk.read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => StorageError::NoSuchBlob { digest },
            _ => io_error("read", &path, source),
        })?;
        let found = keccak256(&bytes);
        if found == digest { Ok(bytes) } else { Err(StorageError::DamagedBlob { digest, found }) }
    }

    /// Whether a blob with this address is stored, and durably so.
    ///
    /// # Errors
    /// [`StorageError::Io`] when the disk cannot say, [`StorageError::Stopped`] after a failure.
    pub fn contains(&self, digest: Digest) -> Result<bool, StorageError> {
        let _naming = self.writing()?;
        let path = path(digest);
        self.disk.exists(&path).map_err(|source| io_error("look for", &path, source))
    }

    fn failed(&self) -> MutexGuard<'_, Option<String>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> Result<MutexGuard<'_, Option<String>>, StorageError> {
        let failed = self.failed();
        match &*failed {
            None => Ok(failed),
            Some(path) => Err(StorageError::Stopped { path: path.clone() }),
        }
    }
}

fn path(digest: Digest) -> String {
    format!("blobs/{}/{}", hex::encode(&digest[..1]), hex::encode(digest))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn io_error(action: &'static str, path: &str, source: io::Error) -> StorageError {
    StorageError::Io { action, path: path.to_owned(), source }
}

fn stop(
    failed: &mut Option<String>,
    action: &'static str,
    path: &str,
    source: io::Error,
) -> StorageError {
    *failed = Some(path.to_owned());
    io_error(action, path, source)
}
