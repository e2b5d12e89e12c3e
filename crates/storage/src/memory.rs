//! A disk in memory that can fail, tear a write, and lose its power.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::{Disk, DiskFile};

/// How the chosen write goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing of it reaches the disk; an error is returned.
    Fail,
    /// Its first half reaches the disk; an error is returned.
    Tear,
}

/// One change that the disk has not been told to make durable.
#[derive(Debug, Clone)]
enum Pending {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Pending {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => {
                let end = offset + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*offset..end].copy_from_slice(bytes);
            }
            Self::Length(length) => file.resize(*length, 0),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct MemoryFile {
    durable: Vec<u8>,
    seen: Vec<u8>,
    pending: Vec<Pending>,
}

impl MemoryFile {
    fn change(&mut self, change: Pending) {
        change.apply(&mut self.seen);
        self.pending.push(change);
    }

    fn sync(&mut self) {
        for change in self.pending.drain(..) {
            change.apply(&mut self.durable);
        }
    }
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, MemoryFile>,
    operations: u64,
    fault: Option<(u64, Fault)>,
}

impl State {
    /// Counts one changing operation; `Some` when it is the one to go wrong.
    fn step(&mut self) -> Option<Fault> {
        let operation = self.operations;
        self.operations += 1;
        self.fault.filter(|(at, _)| *at == operation).map(|(_, fault)| fault)
    }

    fn file(&mut self, name: &str) -> io::Result<&mut MemoryFile> {
        self.files.get_mut(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn change(&mut self, name: &str, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let fault = self.step();
        let written = match fault {
            None => bytes,
            Some(Fault::Fail) => &[],
            Some(Fault::Tear) => &bytes[..bytes.len() / 2],
        };
        self.file(name)?.change(Pending::Write { offset, bytes: written.to_vec() });
        fault.map_or(Ok(()), |_| Err(injected()))
    }

    fn step_whole(&mut self) -> io::Result<()> {
        self.step().map_or(Ok(()), |_| Err(injected()))
    }
}

fn injected() -> io::Error {
    io::Error::other("injected fault")
}

/// A disk in memory. Clones share it. It remembers what was synced, so that [`MemoryDisk::crash`]
/// can lose the rest, and can be told which operation fails.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

impl MemoryDisk {
    /// How many changing operations (create, write, set length, sync, rename) were made so far.
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Makes operation number `operation` (0-based, counted from the disk's start) go wrong.
    pub fn fail_at(&self, operation: u64, fault: Fault) {
        self.lock().fault = Some((operation, fault));
    }

    /// The disk as it is after the power went: what was synced is there; of each file's other
    /// changes, those whose bit in `kept` (rotating, oldest first) is set.
    #[must_use]
    pub fn crash(&self, kept: u64) -> Self {
        let mut files = self.lock().files.clone();
        let mut bit = 0;
        for file in files.values_mut() {
            let mut survives = || {
                bit += 1;
                kept.rotate_right(bit - 1) & 1 == 1
            };
            file.pending.retain(|_| survives());
            file.sync();
            file.seen = file.durable.clone();
        }
        Self { state: Arc::new(Mutex::new(State { files, ..State::default() })) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One file of this disk as a place for a database.
    pub(crate) fn backend(&self, name: &str) -> MemoryBackend {
        self.lock().files.entry(name.to_owned()).or_default();
        MemoryBackend { disk: self.clone(), name: name.to_owned() }
    }
}

impl Disk for MemoryDisk {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.lock().file(name).map(|file| file.seen.clone())
    }

    fn exists(&self, name: &str) -> io::Result<bool> {
        Ok(self.lock().files.contains_key(name))
    }

    fn make_folder(&self, _name: &str) -> io::Result<()> {
        Ok(())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.lock();
        state.step_whole()?;
        state.files.insert(name.to_owned(), MemoryFile::default());
        Ok(Box::new(MemoryWriter { disk: self.clone(), name: name.to_owned() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.step_whole()?;
        let file = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn clear(&self, folder: &str) -> io::Result<()> {
        let inside = |name: &str| name.rsplit_once('/').is_some_and(|(parent, _)| parent == folder);
        self.lock().files.retain(|name, _| !inside(name));
        Ok(())
    }
}

#[derive(Debug)]
struct MemoryWriter {
    disk: MemoryDisk,
    name: String,
}

impl Write for MemoryWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.disk.lock();
        let offset = state.file(&self.name)?.seen.len();
        state.change(&self.name, offset, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for MemoryWriter {
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.lock();
        state.step_whole()?;
        state.file(&self.name)?.sync();
        Ok(())
    }
}

/// A database file on a [`MemoryDisk`].
pub(crate) struct MemoryBackend {
    disk: MemoryDisk,
    name: String,
}

impl fmt::Debug for MemoryBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryBackend({})", self.name)
    }
}

impl redb::StorageBackend for MemoryBackend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.lock().file(&self.name)?.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.disk.lock();
        let seen = &state.file(&self.name)?.seen;
        let start = place(offset)?;
        let bytes = seen.get(start..start + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.disk.lock();
        state.step_whole()?;
        state.file(&self.name)?.change(Pending::Length(place(length)?));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.disk.lock();
        state.step_whole()?;
        state.file(&self.name)?.sync();
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.lock().change(&self.name, place(offset)?, bytes)
    }
}

fn place(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(io::Error::other)
}
