//! Exporting a chain, executing it again, and noticing what was changed on the disk.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use ledger::{Chain, ExportError, Options, VerifyError};
use redb::{Database, ReadableTable as _, TableDefinition};

use crate::{
    account::{self, Account, RECORDER},
    import::{file, genesis, official},
};

/// The official chain in a file, which is made once.
fn stored(folder: &Path) -> PathBuf {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let path = folder.join("chain.redb");
    let bytes = BYTES.get_or_init(|| {
        let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
        chain.import(file("chain.rlp").as_slice(), |_| {}).unwrap();
        drop(chain);
        std::fs::read(&path).unwrap()
    });
    std::fs::write(&path, bytes).unwrap();
    path
}

fn verify(path: &Path) -> Result<ledger::Verified, VerifyError> {
    Chain::verify(path, Options::default(), |_| {})
}

#[test]
fn export_and_import_give_the_same_bytes() {
    let chain = official();
    let (mut whole, mut seen) = (Vec::new(), Vec::new());
    let done = chain.export(&mut whole, None, None, |done| seen.push(done.last)).unwrap();
    assert_eq!((done.first, done.last, done.bytes), (1, 54, 70_178));
    assert_eq!(seen, (1..=54).collect::<Vec<_>>());
    assert_eq!(whole, file("chain.rlp"));

    let (mut start, mut rest) = (Vec::new(), Vec::new());
    chain.export(&mut start, Some(0), Some(20), |_| {}).unwrap();
    chain.export(&mut rest, Some(21), None, |_| {}).unwrap();
    let copy = Chain::in_memory(&genesis(), Options::default()).unwrap();
    let done = copy.import(start.as_slice(), |_| {}).unwrap();
    assert_eq!((done.new, done.known), (20, 1), "the first block is known");
    copy.import(rest.as_slice(), |_| {}).unwrap();
    let mut again = Vec::new();
    copy.export(&mut again, None, None, |_| {}).unwrap();
    assert_eq!(again, whole);

    for (first, last) in [(Some(55), None), (Some(3), Some(2)), (None, Some(55))] {
        let mut nothing = Vec::new();
        let error = chain.export(&mut nothing, first, last, |_| {}).unwrap_err();
        assert!(matches!(error, ExportError::Range { head: 54, lowest: 0, .. }), "{error}");
        assert!(nothing.is_empty());
    }
    let full = chain.export(&mut [0u8; 100][..], None, None, |_| {}).unwrap_err();
    assert!(matches!(full, ExportError::Write { number: 1, .. }), "{full}");
}

#[test]
fn a_chain_of_our_own_goes_out_and_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let chain = Chain::open(&path, &account::genesis(), Options::default()).unwrap();
    let (alice, bob) = (Account::new(0), Account::new(1));
    account::run(&chain, &alice.deploy(0, RECORDER));
    let contract = alice.address.create(0);
    account::run(&chain, &alice.call(1, contract, &account::word(5)));
    account::run(&chain, &bob.transfer(0, alice.address, 7));
    chain.seal_even_empty(account::GENESIS_TIME_S + 1_000).unwrap();
    let mut bytes = Vec::new();
    chain.export(&mut bytes, None, None, |_| {}).unwrap();
    let copy = account::chain();
    copy.import(bytes.as_slice(), |_| {}).unwrap();
    assert_eq!(copy.head(), chain.head());
    let head = chain.head();
    drop(chain);
    let verified = verify(&path).unwrap();
    assert_eq!((verified.number, verified.head, verified.hash), (4, 4, head.hash()));
}

#[test]
fn a_sound_chain_verifies_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    let mut seen = Vec::new();
    let done = Chain::verify(&path, Options::default(), |done| seen.push(done.number)).unwrap();
    assert_eq!((done.number, done.head), (54, 54));
    assert!(done.entries > 1_000, "{} entries", done.entries);
    assert_eq!(seen, (1..=54).collect::<Vec<_>>());
    assert_eq!(verify(&path).unwrap(), done);
    let chain = Chain::open_stored(&path, Options::default()).unwrap();
    let held = verify(&path).unwrap_err();
    assert!(matches!(held, VerifyError::Open(ledger::OpenError::InUse)), "{held}");
    drop(chain);
    let missing = verify(&folder.path().join("other.redb")).unwrap_err();
    assert!(matches!(missing, VerifyError::Open(ledger::OpenError::Missing { .. })), "{missing}");
}

/// Changes the last bit of a table's middle entry behind the chain's back.
fn flip<K: redb::Key + 'static, V: redb::Value + 'static>(
    path: &Path,
    table: TableDefinition<'_, K, V>,
) {
    let database = Database::open(path).unwrap();
    let write = database.begin_write().unwrap();
    {
        let mut table = write.open_table(table).unwrap();
        let middle = redb::ReadableTableMetadata::len(&table).unwrap() / 2;
        let middle = usize::try_from(middle).unwrap();
        let (key, value) = {
            let (key, value) = table.iter().unwrap().nth(middle).unwrap().unwrap();
            let mut bytes = V::as_bytes(&value.value()).as_ref().to_vec();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            (K::as_bytes(&key.value()).as_ref().to_vec(), bytes)
        };
        table.insert(K::from_bytes(&key), V::from_bytes(&value)).unwrap();
    }
    write.commit().unwrap();
}

/// What a change of the stored chain makes of its verification.
fn after(change: impl FnOnce(&Path)) -> VerifyError {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    change(&path);
    verify(&path).unwrap_err()
}

#[test]
fn finds_a_flipped_bit_in_every_block_table() {
    let by_number = |name: &'static str| {
        move |path: &Path| flip::<u64, &[u8]>(path, TableDefinition::new(name))
    };
    for name in ["headers", "bodies"] {
        let error = after(by_number(name));
        assert!(matches!(error, VerifyError::Block { number: 1..=54, .. }), "{name}: {error}");
    }
    let error = after(by_number("receipts"));
    let is_receipts = |error: &VerifyError| match error {
        VerifyError::Different { table, .. } => *table == "receipts",
        VerifyError::Block { reason, .. } => reason.to_string().contains("receipts"),
        _ => false,
    };
    assert!(is_receipts(&error), "{error}");
    let error = after(by_number("withdrawals"));
    assert!(matches!(error, VerifyError::Block { .. }), "{error}");
    let error = after(|path| flip::<u64, &[u8; 32]>(path, TableDefinition::new("difficulties")));
    assert!(matches!(error, VerifyError::Different { table: "difficulties", .. }), "{error}");
}

#[test]
fn finds_a_flipped_bit_in_every_state_table() {
    let error = after(|path| {
        flip::<&[u8; 20], &[u8; 72]>(path, TableDefinition::new("accounts"));
    });
    assert!(matches!(error, VerifyError::Different { table: "accounts", .. }), "{error}");
    let error = after(|path| {
        flip::<&[u8; 52], &[u8; 32]>(path, TableDefinition::new("storage"));
    });
    assert!(matches!(error, VerifyError::Different { table: "storage", .. }), "{error}");
    let error = after(|path| flip::<&[u8; 32], &[u8]>(path, TableDefinition::new("codes")));
    assert!(matches!(error, VerifyError::Different { table: "codes", .. }), "{error}");
    let error =
        after(|path| flip::<&[u8; 28], &[u8]>(path, TableDefinition::new("accounts_before")));
    assert!(matches!(error, VerifyError::Different { table: "accounts_before", .. }), "{error}");
    let error = after(|path| {
        flip::<&[u8; 60], &[u8; 32]>(path, TableDefinition::new("storage_before"));
    });
    assert!(matches!(error, VerifyError::Different { table: "storage_before", .. }), "{error}");
}

#[test]
fn finds_a_flipped_byte_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    let sound = std::fs::read(&path).unwrap();
    // Addresses of the official state, as they lie in the pages of the database.
    let owner = account_bytes();
    let places = sound.windows(owner.len()).enumerate();
    let places: Vec<_> = places.filter(|(_, window)| *window == owner).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    let mut found = 0;
    for place in places.into_iter().rev().take(6) {
        let mut bytes = sound.clone();
        bytes[place] ^= 0x40;
        std::fs::write(&path, bytes).unwrap();
        found += usize::from(verify(&path).is_err());
    }
    // Pages of earlier commits may hold it too, and mean nothing any more.
    assert!(found > 0);
    std::fs::write(&path, sound).unwrap();
    verify(&path).unwrap();
}

/// Address of the account that sends most of the official chain's transactions.
fn account_bytes() -> [u8; 20] {
    *official().block(54u64.into()).unwrap().unwrap().transactions[0].signer().0
}
