//! What a store keeps and what it refuses.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;

use primitives::{B256, Bytes, ChainRecord as _, Contribution, Key, U256, keccak256};
use proptest::prelude::*;
use storage::{FixedKey as _, MemoryDisk, StorageError, Store, Table, TableKey};

const CONTRIBUTIONS: Table<B256, Contribution> = Table::new("contributions");
const NAMES: Table<(B256, String), Bytes> = Table::new("names");
const JOURNAL: Table<u64, String> = Table::new("journal");

fn store() -> Store {
    Store::in_memory(&MemoryDisk::default()).expect("a fresh memory disk opens")
}

fn contribution() -> Contribution {
    Contribution {
        datanet: B256::repeat_byte(1),
        contributor: [2; 20].into(),
        root: B256::repeat_byte(3),
        records: 4,
        file: B256::repeat_byte(5),
        timeS: 6,
    }
}

#[test]
fn blobs_come_back_by_their_hash() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let long: Vec<u8> = (0..300_000_u32).flat_map(u32::to_be_bytes).collect();
    let digest = store.blobs().put_from(Cursor::new(&long)).unwrap();
    assert_eq!(digest, keccak256(&long));
    assert_eq!(store.blobs().put(&long).unwrap(), digest);
    assert_eq!(store.blobs().get(digest).unwrap(), long);
    assert!(store.blobs().contains(digest).unwrap());
    let empty = store.blobs().put(b"").unwrap();
    assert_eq!(store.blobs().get(empty).unwrap(), b"");
    let missing = store.blobs().get(B256::ZERO).unwrap_err();
    assert!(matches!(missing, StorageError::NoSuchBlob { digest: B256::ZERO }), "{missing}");
    assert_eq!(fs::read_dir(folder.path().join("blobs/new")).unwrap().count(), 0);
}

#[test]
fn a_damaged_blob_is_never_returned() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let digest = store.blobs().put(b"what was written").unwrap();
    let hex = format!("{digest:x}");
    let path = folder.path().join("blobs").join(&hex[..2]).join(&hex);
    fs::write(path, b"What was written").unwrap();
    let error = store.blobs().get(digest).unwrap_err();
    assert!(matches!(error, StorageError::DamagedBlob { digest: named, .. } if named == digest));
}

#[test]
fn tables_keep_typed_rows_across_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let record = contribution();
    {
        let store = Store::open(folder.path()).unwrap();
        let written = store.tables().write(|writer| {
            writer.insert(&CONTRIBUTIONS, &record.id(), &record)?;
            writer.insert(&NAMES, &(B256::ZERO, "a".to_owned()), &Bytes::from_static(b"1"))?;
            assert_eq!(writer.get(&CONTRIBUTIONS, &record.id())?, Some(record.clone()));
            assert_eq!(writer.append(&JOURNAL, &"first".to_owned())?, 0);
            writer.append(&JOURNAL, &"second".to_owned())
        });
        assert_eq!(written.map_err(|e: StorageError| e.to_string()), Ok(1));
    }
    let store = Store::open(folder.path()).unwrap();
    let read = store.tables().read(|reader| {
        assert_eq!(reader.get(&CONTRIBUTIONS, &record.id())?, Some(record.clone()));
        assert_eq!(reader.get(&CONTRIBUTIONS, &B256::ZERO)?, None);
        assert_eq!(reader.last(&JOURNAL)?, Some((1, "second".to_owned())));
        assert_eq!(reader.len(&JOURNAL)?, 2);
        reader.scan(&JOURNAL, 1.., 10)
    });
    assert_eq!(read.map_err(|e: StorageError| e.to_string()), Ok(vec![(1, "second".to_owned())]));
}

#[test]
fn a_refused_transaction_writes_nothing() {
    let store = store();
    let refused: Result<(), StorageError> = store.tables().write(|writer| {
        writer.append(&JOURNAL, &"lost".to_owned())?;
        Err(StorageError::NoSuchBlob { digest: B256::ZERO })
    });
    assert!(refused.is_err());
    let rows = store.tables().read(|reader| reader.len(&JOURNAL));
    assert_eq!(rows.map_err(|e: StorageError| e.to_string()), Ok(0));
}

#[test]
fn rows_can_be_removed_and_paged() {
    let store = store();
    let page = store.tables().write(|writer| {
        for number in 0..10_u64 {
            writer.append(&JOURNAL, &number.to_string())?;
        }
        writer.remove(&JOURNAL, &4)?;
        writer.scan(&JOURNAL, 3..=8, 3)
    });
    let keys = page.map(|rows| rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
    assert_eq!(keys.map_err(|e: StorageError| e.to_string()), Ok(vec![3, 5, 6]));
}

#[test]
fn bytes_of_another_type_are_named() {
    const OTHER: Table<u64, Contribution> = Table::new("journal");
    const WIDE: Table<B256, String> = Table::new("journal");
    let store = store();
    let written = store.tables().write(|writer| writer.append(&JOURNAL, &"text".to_owned()));
    assert_eq!(written.map_err(|e: StorageError| e.to_string()), Ok(0));
    let value = store.tables().read(|reader| reader.get(&OTHER, &0)).unwrap_err();
    assert!(matches!(value, StorageError::TableValue { table: "journal", .. }), "{value}");
    let key = store.tables().read(|reader| reader.scan(&WIDE, .., 1)).unwrap_err();
    assert!(matches!(key, StorageError::TableKey { table: "journal", .. }), "{key}");
}

#[test]
fn one_process_and_one_format_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let second = Store::open(folder.path()).unwrap_err();
    assert!(matches!(second, StorageError::Locked { .. }), "{second}");
    drop(store);
    drop(Store::open(folder.path()).unwrap());
    fs::write(folder.path().join("FORMAT"), "openledger storage 99\n").unwrap();
    let other = Store::open(folder.path()).unwrap_err();
    assert!(matches!(other, StorageError::Format { ref found, .. } if found.ends_with("99")));
}

#[test]
fn keys_are_kept_private_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let key = |byte| Key::from_bytes(&[byte; 32]).unwrap();
    {
        let store = Store::open(folder.path()).unwrap();
        store.keys().insert("ada", &key(1)).unwrap();
        store.keys().insert("bao", &key(2)).unwrap();
        store.keys().insert("ada", &key(1)).unwrap();
        let taken = store.keys().insert("ada", &key(3)).unwrap_err();
        assert!(matches!(taken, StorageError::AccountExists { .. }), "{taken}");
        let bad = store.keys().insert("Ada Lovelace", &key(3)).unwrap_err();
        assert!(matches!(bad, StorageError::AccountName { .. }), "{bad}");
        assert!(!format!("{store:?}").contains("0101"));
    }
    let path = folder.path().join("accounts.keys");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.keys().names(), ["ada", "bao"]);
    assert_eq!(store.keys().get("ada").unwrap().address(), key(1).address());
    assert!(store.keys().get("eve").is_none());
    drop(store);
    fs::write(&path, "ada 01\n").unwrap();
    let damaged = Store::open(folder.path()).unwrap_err();
    assert!(matches!(damaged, StorageError::KeyFile { line: 1, .. }), "{damaged}");
}

proptest! {
    #[test]
    fn keys_sort_as_their_values(a: (u64, u128), b: (u64, u128), text: String) {
        let a = (B256::from(U256::from(a.0)), a.1);
        let b = (B256::from(U256::from(b.0)), b.1);
        prop_assert_eq!(a.to_key().cmp(&b.to_key()), a.cmp(&b));
        prop_assert_eq!(a.to_key().len(), <(B256, u128)>::WIDTH);
        prop_assert_eq!(<(B256, u128)>::read(&a.to_key()), Some(a));
        let named = (7_u32, text);
        prop_assert_eq!(<(u32, String)>::read(&named.to_key()), Some(named));
    }
}
