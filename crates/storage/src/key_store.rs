//! The private keys of the accounts that live on this machine.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::hex;
use primitives::Key;

use crate::disk::{Disk, replace};
use crate::error::StorageError;

const PATH: &str = "accounts.keys";
const HEADER: &str =
    "# OpenLedger accounts: name, private key. Whoever reads this file owns them.\n";

/// Accounts by name, in a file that only its owner can read. Keys are never overwritten or removed.
pub struct KeyStore {
    disk: Arc<dyn Disk>,
    keys: Mutex<BTreeMap<String, Key>>,
}

impl KeyStore {
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<Self, StorageError> {
        let keys = match disk.read(PATH) {
            Ok(bytes) => parse(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(source) => return Err(io_error("read", source)),
        };
        Ok(Self { disk, keys: Mutex::new(keys) })
    }

    /// The key of the account `name`.
    pub fn get(&self, name: &str) -> Option<Key> {
        self.lock().get(name).cloned()
    }

    /// All accounts, by name.
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Adds an account; on disk when this returns. Adding the same key again does nothing.
    ///
    /// # Errors
    /// [`StorageError::AccountName`], [`StorageError::AccountExists`] with another key, and
    /// [`StorageError::Io`].
    pub fn insert(&self, name: &str, key: &Key) -> Result<(), StorageError> {
        if !is_name(name) {
            return Err(StorageError::AccountName { name: name.to_owned() });
        }
        let mut keys = self.lock();
        match keys.get(name) {
            Some(known) if known.to_bytes() == key.to_bytes() => return Ok(()),
            Some(_) => return Err(StorageError::AccountExists { name: name.to_owned() }),
            None => {}
        }
        let mut more = keys.clone();
        more.insert(name.to_owned(), key.clone());
        let lines =
            more.iter().map(|(name, key)| format!("{name} {}\n", hex::encode(key.to_bytes())));
        let text: String = [HEADER.to_owned()].into_iter().chain(lines).collect();
        replace(&*self.disk, PATH, text.as_bytes()).map_err(|source| io_error("write", source))?;
        *keys = more;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names alone; never a key.
impl std::fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeyStore").field(&self.names()).finish()
    }
}

fn is_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Key>, StorageError> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    let account = |(index, line): (usize, &str)| {
        let read = || {
            let (name, key) = line.split_once(' ')?;
            let bytes: [u8; 32] = hex::decode(key).ok()?.try_into().ok()?;
            let key = Key::from_bytes(&bytes).ok()?;
            is_name(name).then(|| (name.to_owned(), key))
        };
        read().ok_or_else(|| StorageError::KeyFile { path: PATH.to_owned(), line: index + 1 })
    };
    lines.map(account).collect()
}

fn io_error(action: &'static str, source: io::Error) -> StorageError {
    StorageError::Io { action, path: PATH.to_owned(), source }
}
