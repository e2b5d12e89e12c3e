//! The accounts whose keys this node keeps, their names and their API keys.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use primitives::{Address, B256, Key, keccak256};
use storage::{StorageError, Store};

use crate::channels::channel_seed;
use crate::error::{ApiError, ExportError, StartError};
use crate::hex::{hex, parse_address, unhex};
use crate::tables::{EXTERNAL, StoredName};

/// Signs for the node, pays its gas, is paid as the host.
pub(crate) const OPERATOR: &str = "operator";
/// The timelock, which is paid what nobody is credited for.
pub(crate) const TREASURY: &str = "treasury";
/// The contract that collects the validators' part of fees.
pub(crate) const VALIDATORS: &str = "validators";
/// The account whose OPEN nobody can move.
pub(crate) const BURNT: &str = "burn";
/// The person at the machine.
pub(crate) const LOCAL: &str = "local";
/// What an API key of this version starts with.
const API_KEY_PREFIX: &str = "ol-";
/// Where the store keeps the keys.
const KEY_FILE: &str = "accounts.keys";
const NAME_LENGTH_MAX: usize = 64;

/// Names, addresses and keys, by name.
#[derive(Debug)]
pub(crate) struct Keys {
    store: Arc<Store>,
    names: Mutex<BTreeMap<Address, String>>,
    /// Accounts whose keys are elsewhere.
    external: Mutex<BTreeMap<String, Address>>,
    /// API key → name.
    by_api_key: Mutex<BTreeMap<String, String>>,
    /// API key of a channel → payer.
    channels: Mutex<BTreeMap<String, Address>>,
    operator: Key,
}

impl Keys {
    /// Reads the key store; makes the two accounts of a new node.
    pub(crate) fn open(store: Arc<Store>) -> Result<Self, StartError> {
        for name in [OPERATOR, LOCAL] {
            if store.keys().get(name).is_none() {
                store.keys().insert(name, &new_key()?)?;
            }
        }
        let missing = |name: &str| StartError::Account { name: name.to_owned() };
        let operator = store.keys().get(OPERATOR).ok_or_else(|| missing(OPERATOR))?;
        let keys = Self {
            names: Mutex::default(),
            external: Mutex::default(),
            by_api_key: Mutex::default(),
            channels: Mutex::default(),
            operator,
            store,
        };
        for name in keys.names() {
            if let Some(key) = keys.key(&name) {
                keys.remember(&name, &key);
            }
        }
        let external = keys.store.tables().read(|tables| tables.scan(&EXTERNAL, .., usize::MAX));
        for (name, row) in external.map_err(|error: StorageError| error)? {
            lock(&keys.external).insert(name.clone(), row.account);
            lock(&keys.names).entry(row.account).or_insert(name);
        }
        Ok(keys)
    }

    /// The key that signs for the node.
    pub(crate) const fn operator(&self) -> &Key {
        &self.operator
    }

    /// The node's own address.
    pub(crate) fn host(&self) -> Address {
        self.operator.address()
    }

    /// Gives the accounts of contracts that fees are paid to their names.
    pub(crate) fn name_contracts(&self, named: &[(&str, Address)]) {
        for (name, account) in named {
            lock(&self.external).insert((*name).to_owned(), *account);
            lock(&self.names).insert(*account, (*name).to_owned());
        }
    }

    /// All accounts, by name.
    pub(crate) fn names(&self) -> Vec<String> {
        self.store.keys().names()
    }

    /// The key of `name`.
    pub(crate) fn key(&self, name: &str) -> Option<Key> {
        self.store.keys().get(name)
    }

    /// The key of `name`, or who is missing.
    pub(crate) fn require(&self, name: &str) -> Result<Key, ApiError> {
        self.key(name).ok_or_else(|| no_such_account(name))
    }

    /// Makes an account.
    pub(crate) fn create(&self, name: &str) -> Result<Key, ApiError> {
        check_name("account", name)?;
        if lock(&self.external).contains_key(name) {
            return Err(name_taken(name));
        }
        let key = new_key().map_err(ApiError::internal)?;
        match self.store.keys().insert(name, &key) {
            Ok(()) => {}
            Err(StorageError::AccountExists { .. }) => {
                return Err(name_taken(name));
            }
            Err(error) => return Err(ApiError::internal(error)),
        }
        self.remember(name, &key);
        Ok(key)
    }

    /// Every account with a name, by name: local ones, then those whose keys are elsewhere.
    pub(crate) fn everybody(&self) -> Vec<(String, Address)> {
        let local = self.names().into_iter();
        let local = local.filter_map(|name| self.key(&name).map(|key| (name, key.address())));
        let external = lock(&self.external).clone();
        local.chain(external).collect()
    }

    /// Gives a name to an account whose key is elsewhere. Doing it again does nothing.
    pub(crate) fn name_external(&self, name: &str, account: Address) -> Result<(), ApiError> {
        check_name("account", name)?;
        let taken = self.key(name).is_some()
            || lock(&self.external).get(name).is_some_and(|known| *known != account);
        if taken {
            return Err(name_taken(name));
        }
        let row = StoredName { account };
        let stored =
            self.store.tables().write(|tables| tables.insert(&EXTERNAL, &name.to_owned(), &row));
        stored.map_err(|error: StorageError| ApiError::internal(error))?;
        lock(&self.external).insert(name.to_owned(), account);
        lock(&self.names).entry(account).or_insert_with(|| name.to_owned());
        Ok(())
    }

    /// The address that `account`, a name or an address, means.
    pub(crate) fn resolve(&self, account: &str) -> Result<Address, ApiError> {
        if account.starts_with("0x") {
            return parse_address("account", account);
        }
        if let Some(address) = lock(&self.external).get(account) {
            return Ok(*address);
        }
        self.require(account).map(|key| key.address())
    }

    /// The name of `address` on this node, or the address itself.
    pub(crate) fn name_of(&self, address: Address) -> String {
        lock(&self.names).get(&address).cloned().unwrap_or_else(|| hex(address))
    }

    /// What the owner of `key` sends as `Authorization: Bearer`.
    pub(crate) fn api_key(key: &Key) -> String {
        let mut seed = b"openledger api key v1".to_vec();
        seed.extend(key.to_bytes());
        shown_key(keccak256(seed))
    }

    /// Lets answers be paid with the API key of this payer's channel, and returns that key.
    pub(crate) fn admit_channel(&self, payer: Address) -> String {
        let api_key = shown_key(channel_seed(&self.operator, payer));
        lock(&self.channels).insert(api_key.clone(), payer);
        api_key
    }

    /// The key of this payer's channel pays nothing from now on.
    pub(crate) fn dismiss_channel(&self, payer: Address) {
        lock(&self.channels).retain(|_, known| *known != payer);
    }

    /// The account that a caller may act for: the owner of the API key sent, anybody's from the
    /// machine itself.
    pub(crate) fn may_act(
        &self,
        account: Address,
        api_key: Option<&str>,
        is_loopback: bool,
    ) -> Result<(), ApiError> {
        if is_loopback && api_key.is_none() || self.payer(api_key, is_loopback)? == account {
            return Ok(());
        }
        let message = format!("the API key is not that of {}", self.name_of(account));
        Err(ApiError::new(axum::http::StatusCode::UNAUTHORIZED, "bad_api_key", message)
            .hint("send the acting account's own key as Authorization: Bearer KEY"))
    }

    /// Who pays: the owner of `api_key`; the account `local` for loopback callers without one.
    pub(crate) fn payer(
        &self,
        api_key: Option<&str>,
        is_loopback: bool,
    ) -> Result<Address, ApiError> {
        let refused = |message: &str| {
            ApiError::new(axum::http::StatusCode::UNAUTHORIZED, "bad_api_key", message)
                .hint("`openledger account create NAME` prints a key; send it as Authorization: Bearer KEY")
        };
        let Some(api_key) = api_key else {
            return if is_loopback {
                self.resolve(LOCAL)
            } else {
                Err(refused("no API key was sent"))
            };
        };
        if let Some(name) = lock(&self.by_api_key).get(api_key).cloned() {
            return self.resolve(&name);
        }
        if let Some(payer) = lock(&self.channels).get(api_key) {
            return Ok(*payer);
        }
        // OpenAI's clients insist on some key; on the machine itself this word stands for `local`.
        if is_loopback && api_key == LOCAL {
            return self.resolve(LOCAL);
        }
        Err(refused("the API key is not one of this node's"))
    }

    fn remember(&self, name: &str, key: &Key) {
        lock(&self.names).insert(key.address(), name.to_owned());
        lock(&self.by_api_key).insert(Self::api_key(key), name.to_owned());
    }
}

/// Address and private key, both 0x-hex, of account `name` in the data directory `data`; reads the
/// key file itself, so it works while a node uses the directory.
///
/// # Errors
/// [`ExportError`].
pub fn exported_key(data: &Path, name: &str) -> Result<(String, String), ExportError> {
    let path = data.join(KEY_FILE);
    let text = std::fs::read_to_string(&path)
        .map_err(|source| ExportError::File { path: path.clone(), source })?;
    let secret = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let bytes = secret.and_then(unhex).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = bytes.and_then(|bytes| Key::from_bytes(&bytes).ok());
    let key = key.ok_or_else(|| ExportError::Missing { name: name.to_owned(), path })?;
    Ok((hex(key.address()), hex(key.to_bytes())))
}

fn shown_key(digest: B256) -> String {
    format!("{API_KEY_PREFIX}{}", &hex(&digest[..20])[2..])
}

/// Refuses names that could not stand in a path or a key file.
pub(crate) fn check_name(what: &str, name: &str) -> Result<(), ApiError> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    if (1..=NAME_LENGTH_MAX).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let shown: String = name.chars().take(NAME_LENGTH_MAX).collect();
    Err(ApiError::bad_input("bad_name", format!("{shown:?} is no name for {what}"))
        .detail("param", "name")
        .hint("names have 1 to 64 of a-z 0-9 - _"))
}

fn name_taken(name: &str) -> ApiError {
    ApiError::conflict("name_taken", format!("there is an account {name} already"))
        .hint("choose another name; `openledger account list` shows all")
}

pub(crate) fn no_such_account(name: &str) -> ApiError {
    ApiError::not_found("no_such_account", format!("there is no account {name}"))
        .hint("`openledger account list` shows all; `openledger account create NAME` makes one")
}

/// 32 bytes that nobody can guess.
pub(crate) fn random_word() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

fn new_key() -> Result<Key, StartError> {
    let bytes = random_word().map_err(|source| StartError::Randomness { source })?;
    // Numbers that are no key come up once in 2^128; the caller may start again.
    Key::from_bytes(&bytes).map_err(|source| StartError::Key { source })
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
