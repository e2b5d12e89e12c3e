//! Datanets in a store: signatures, replays, snapshots, crashes.

use std::sync::Arc;

use datanet::{DatanetError, Datanets, Options, Outcome, describe};
use primitives::{B256, Contribution, Key, LeafDomain, Signature};
use storage::{Fault, MemoryDisk, Store};

use crate::datanet;

const CHAIN: u64 = 7_077;
const FILE: &str = "notes.jsonl";
const LINES: &str = r#"{"question":"What is E0001?","answer":"The first error."}
{"question":"What is E0002?","answer":"The second error."}
{"question":"Say what E0001 is.","answer":"The first error!"}
"#;
const MORE_LINES: &str = r#"{"question":"What is E0003?","answer":"The third error."}
"#;

fn open(disk: &MemoryDisk) -> Datanets {
    let store = Store::in_memory(disk).expect("a disk without faults opens");
    Datanets::new(Arc::new(store), CHAIN, Options::default())
}

fn key(byte: u8) -> Key {
    Key::from_bytes(&[byte; 32]).expect("a small number is a key")
}

/// What `key` signs to give `text` to the Datanet `name`.
fn signed(datanets: &Datanets, name: &str, key: &Key, text: &str) -> (Contribution, Signature) {
    let id = datanets.get(name).expect("the Datanet exists").id;
    let records = datanets.read_file(id, FILE, text.as_bytes()).expect("the file is good");
    let contribution =
        describe(id, key.address(), text.as_bytes(), &records, 100).expect("it fits");
    let signature = key.sign_record(&contribution, CHAIN).expect("keys sign");
    (contribution, signature)
}

fn with_notes(disk: &MemoryDisk) -> Datanets {
    let datanets = open(disk);
    datanets.create(&datanet("my-field", "MIT"), 50).expect("the name is free");
    datanets
}

#[test]
fn names_and_licences_are_checked() {
    let datanets = open(&MemoryDisk::default());
    for name in ["", "ab", "My-Field", "my field", "-my", "my-", "a--b", "é-é", &"x".repeat(49)] {
        let error = datanets.create(&datanet(name, "MIT"), 0).unwrap_err();
        assert!(matches!(error, DatanetError::Name { .. }), "{name}: {error}");
    }
    let error = datanets.create(&datanet("my-field", "mine"), 0).unwrap_err();
    assert!(matches!(error, DatanetError::Licence { .. }), "{error}");
    let id = datanets.create(&datanet("my-field", "MIT"), 1).unwrap();
    assert_eq!(datanets.create(&datanet("my-field", "MIT"), 2).unwrap(), id);
    let error = datanets.create(&datanet("my-field", "ISC"), 2).unwrap_err();
    assert!(matches!(error, DatanetError::Exists { .. }), "{error}");
    datanets.create(&datanet("another", "CC-BY-4.0"), 0).unwrap();
    let names: Vec<String> =
        datanets.list().unwrap().into_iter().map(|view| view.datanet.name).collect();
    assert_eq!(names, ["another", "my-field"]);
    assert!(matches!(datanets.get("none"), Err(DatanetError::NoSuchName { .. })));
}

#[test]
fn a_contribution_is_judged_kept_and_found() {
    let disk = MemoryDisk::default();
    let datanets = with_notes(&disk);
    let (contribution, signature) = signed(&datanets, "my-field", &key(1), LINES);
    let view = datanets.contribute(&contribution, &signature, FILE, LINES.as_bytes(), 120).unwrap();
    assert_eq!(view.admission.accepted(), 2);
    let rejected: Vec<(u64, String)> =
        view.admission.rejected().map(|(line, _, reason)| (line, reason.to_string())).collect();
    assert_eq!(rejected.len(), 1);
    assert!(rejected[0].0 == 3 && rejected[0].1.contains("repeats record"), "{rejected:?}");

    drop(datanets);
    let datanets = open(&disk);
    let id = contribution.datanet;
    assert_eq!(datanets.contribution(view.id).unwrap(), view);
    assert_eq!(datanets.contributions(id, 0, 9).unwrap(), std::slice::from_ref(&view));
    let records = datanets.records(id, 0, 9).unwrap();
    assert_eq!(records.iter().map(|r| r.position).collect::<Vec<_>>(), [0, 1]);
    assert_eq!((records[1].line, records[1].contributor), (2, key(1).address()));
    assert_eq!(records[1].record.licence, "MIT");
    assert_eq!(datanets.records(id, 1, 9).unwrap(), [records[1].clone()]);
    assert_eq!(datanets.record(records[0].id).unwrap().as_ref(), Some(&records[0]));
    assert_eq!(datanets.record(B256::ZERO).unwrap(), None);
    let found = datanets.search(id, "tell me about E0002", 1).unwrap();
    assert_eq!(found[0].view, records[1]);
    let shown = datanets.get("my-field").unwrap();
    assert_eq!((shown.records, shown.contributions, shown.snapshots), (2, 1, 0));
}

#[test]
fn the_same_contribution_again_changes_nothing() {
    let disk = MemoryDisk::default();
    let datanets = with_notes(&disk);
    let (contribution, signature) = signed(&datanets, "my-field", &key(1), LINES);
    let contribute = |d: &Datanets, s| {
        d.contribute(&contribution, &signature, FILE, LINES.as_bytes(), s).unwrap()
    };
    let first = contribute(&datanets, 120);
    assert_eq!(contribute(&datanets, 500), first);
    assert_eq!(contribute(&open(&disk), 900), first);
    assert_eq!(datanets.get("my-field").unwrap().contributions, 1);
    let (again, signature) = {
        let later = Contribution { timeS: 101, ..contribution };
        let signature = key(1).sign_record(&later, CHAIN).unwrap();
        (later, signature)
    };
    let second = datanets.contribute(&again, &signature, FILE, LINES.as_bytes(), 130).unwrap();
    assert_eq!(second.admission.accepted(), 0);
}

#[test]
fn what_was_not_signed_is_refused() {
    let datanets = with_notes(&MemoryDisk::default());
    let (contribution, signature) = signed(&datanets, "my-field", &key(1), LINES);
    let refused = |contribution: &Contribution, signature: &Signature, text: &str| {
        let bytes = text.as_bytes();
        datanets.contribute(contribution, signature, FILE, bytes, 120).unwrap_err()
    };
    let error = refused(&contribution, &signature, MORE_LINES);
    assert!(matches!(error, DatanetError::WrongFile { .. }), "{error}");
    let other_root = Contribution { root: B256::ZERO, ..contribution };
    let error = refused(&other_root, &signature, LINES);
    assert!(matches!(error, DatanetError::WrongRoot { found_records: 3, .. }), "{error}");
    let stranger = key(2).sign_record(&contribution, CHAIN).unwrap();
    let error = refused(&contribution, &stranger, LINES);
    assert!(matches!(error, DatanetError::Signature { .. }), "{error}");
    let other_chain = key(1).sign_record(&contribution, CHAIN + 1).unwrap();
    let error = refused(&contribution, &other_chain, LINES);
    assert!(matches!(error, DatanetError::Signature { .. }), "{error}");
    let nowhere = Contribution { datanet: B256::ZERO, ..contribution };
    let error = refused(&nowhere, &signature, LINES);
    assert!(matches!(error, DatanetError::NoSuchDatanet { .. }), "{error}");
    let error = refused(&contribution, &signature, "{");
    assert!(matches!(error, DatanetError::Read { ref source } if source.line == 1), "{error}");
    assert_eq!(datanets.get("my-field").unwrap().contributions, 0);
}

#[test]
fn snapshots_freeze_what_is_there() {
    let disk = MemoryDisk::default();
    let datanets = with_notes(&disk);
    let id = datanets.get("my-field").unwrap().id;
    assert!(matches!(datanets.snapshot(id, 1), Err(DatanetError::NoRecords { .. })));
    let give = |text: &str, byte| {
        let (contribution, signature) = signed(&datanets, "my-field", &key(byte), text);
        datanets.contribute(&contribution, &signature, FILE, text.as_bytes(), 120).unwrap()
    };
    give(LINES, 1);
    let first = datanets.snapshot(id, 200).unwrap();
    assert_eq!((first.snapshot.records, first.snapshot.parent), (2, B256::ZERO));
    assert_eq!(datanets.snapshot(id, 300).unwrap(), first);
    give(MORE_LINES, 2);
    let second = datanets.snapshot(id, 400).unwrap();
    assert_eq!((second.snapshot.records, second.snapshot.parent), (3, first.id()));
    assert_eq!(second.manifest.contributions().len(), 2);
    assert_eq!(second.manifest.entries[2].contributor, key(2).address());
    let tree = second.manifest.tree().unwrap();
    assert_eq!(tree.root(), second.snapshot.root);
    for (index, entry) in second.manifest.entries.iter().enumerate() {
        let proof = tree.proof(index).unwrap();
        proof.verify(second.snapshot.root, LeafDomain::Snapshot, &entry.leaf()).unwrap();
    }
    drop(datanets);
    let datanets = open(&disk);
    assert_eq!(datanets.snapshots(id).unwrap(), [first.id(), second.id()]);
    assert_eq!(datanets.frozen(first.id()).unwrap(), first);
    assert_eq!(datanets.get("my-field").unwrap().latest_snapshot, Some(second.id()));
    let records = datanets.snapshot_records(first.id()).unwrap();
    let ids: Vec<B256> = records.iter().map(|view| view.id).collect();
    let entries: Vec<B256> = first.manifest.entries.iter().map(|entry| entry.record).collect();
    assert_eq!(ids, entries);
    assert!(matches!(datanets.frozen(B256::ZERO), Err(DatanetError::NoSuchSnapshot { .. })));
}

#[test]
fn a_contribution_is_kept_as_a_whole_or_not_at_all() {
    let prepared = MemoryDisk::default();
    drop(with_notes(&prepared));
    let start = prepared.operations();
    let (contribution, signature) = signed(&open(&prepared), "my-field", &key(1), LINES);
    let contribute = |datanets: &Datanets| {
        datanets.contribute(&contribution, &signature, FILE, LINES.as_bytes(), 120)
    };
    let whole = prepared.crash(0);
    let reopened = open(&whole);
    let opened = whole.operations();
    let expect = contribute(&reopened).unwrap();
    assert!(start > 0 && whole.operations() > opened + 4);
    for operation in opened..whole.operations() {
        for fault in [Fault::Fail, Fault::Tear] {
            let disk = prepared.crash(0);
            let datanets = open(&disk);
            disk.fail_at(operation, fault);
            let acknowledged = contribute(&datanets).is_ok();
            let after = open(&disk.crash(operation));
            let kept = after.get("my-field").unwrap();
            assert!(kept.contributions == 1 || !acknowledged, "{operation} {fault:?}");
            assert_eq!(kept.records, 2 * kept.contributions);
            assert_eq!(after.records(kept.id, 0, 9).unwrap().len(), kept.records as usize);
            let view = contribute(&after).unwrap();
            assert_eq!(view.admission, expect.admission);
            let accepted = |v: &&datanet::Verdict| matches!(v.outcome, Outcome::Accepted { .. });
            assert_eq!(view.admission.verdicts.iter().filter(accepted).count(), 2);
        }
    }
}
