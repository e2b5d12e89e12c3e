//! What faults, lost power and `kill -9` leave behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use primitives::{B256, Key};
use storage::{Fault, MemoryDisk, StorageError, Store, Table};

const JOURNAL: Table<u64, B256> = Table::new("journal");
const TOTAL: Table<u64, u64> = Table::new("total");
/// Present in the folder in which [`child_writes_until_killed`] is to work.
const CHILD_MARK: &str = "child-works-here";

/// Step `number`: a blob, then one transaction that names it in one table and counts it in another.
fn step(store: &Store, number: u64) -> Result<(), StorageError> {
    let bytes: Vec<u8> = number.to_be_bytes().repeat(200);
    let digest = store.blobs().put(&bytes)?;
    store.tables().write(|writer| {
        let sequence = writer.append(&JOURNAL, &digest)?;
        assert_eq!(sequence, number);
        writer.insert(&TOTAL, &0, &(number + 1))
    })
}

/// How many steps the store holds; all its parts must agree.
fn steps(store: &Store) -> u64 {
    let read = store.tables().read(|reader| {
        let rows = reader.scan(&JOURNAL, .., usize::MAX)?;
        let total = reader.get(&TOTAL, &0)?.unwrap_or(0);
        Ok::<_, StorageError>((rows, total))
    });
    let (rows, total) = read.expect("a reopened store reads");
    assert_eq!(rows.len() as u64, total, "both tables are of one transaction");
    for (number, digest) in rows {
        let bytes = store.blobs().get(digest).expect("a named blob is there, undamaged");
        assert_eq!(bytes, number.to_be_bytes().repeat(200));
    }
    total
}

fn open(disk: &MemoryDisk) -> Store {
    Store::in_memory(disk).expect("a disk without faults opens")
}

/// Runs steps until one fails; returns how many were acknowledged.
fn run(disk: &MemoryDisk, count: u64) -> u64 {
    let Ok(store) = Store::in_memory(disk) else { return 0 };
    let done = (0..count).take_while(|number| step(&store, *number).is_ok()).count() as u64;
    if done < count {
        assert!(step(&store, done).is_err(), "after a failure nothing more is written");
    }
    done
}

#[test]
fn after_any_failed_write_the_store_is_as_before_or_after_it() {
    const STEPS: u64 = 4;
    let whole = MemoryDisk::default();
    assert_eq!(run(&whole, STEPS), STEPS);
    for operation in 0..whole.operations() {
        for fault in [Fault::Fail, Fault::Tear] {
            let disk = MemoryDisk::default();
            disk.fail_at(operation, fault);
            let acknowledged = run(&disk, STEPS);
            for kept in [0, u64::MAX, 0x5555_5555_5555_5555, 0x0123_4567_89ab_cdef] {
                let found = steps(&open(&disk.crash(kept)));
                let range = acknowledged..=acknowledged + 1;
                assert!(range.contains(&found), "{operation} {fault:?} {kept:x}: {found}");
            }
        }
    }
}

#[test]
fn lost_power_loses_nothing_acknowledged() {
    let disk = MemoryDisk::default();
    let store = open(&disk);
    for number in 0..6 {
        step(&store, number).unwrap();
        for kept in [0, u64::MAX, 0xaaaa_aaaa_aaaa_aaaa] {
            assert_eq!(steps(&open(&disk.crash(kept))), number + 1);
        }
    }
}

#[test]
fn a_failed_key_write_keeps_the_old_keys() {
    let key = |byte| Key::from_bytes(&[byte; 32]).unwrap();
    for fault_after in 0..4 {
        let disk = MemoryDisk::default();
        let store = open(&disk);
        store.keys().insert("ada", &key(1)).unwrap();
        disk.fail_at(disk.operations() + fault_after, Fault::Tear);
        let acknowledged = store.keys().insert("bao", &key(2)).is_ok();
        let names = open(&disk.crash(0)).keys().names();
        assert!(names.starts_with(&["ada".to_owned()]));
        assert_eq!(names.len() == 2, acknowledged);
    }
}

/// Not a test of its own: run by [`kill_9_loses_nothing_acknowledged`] in a folder with the mark.
#[test]
fn child_writes_until_killed() {
    if !Path::new(CHILD_MARK).exists() {
        return;
    }
    let store = Store::open(Path::new("data")).unwrap();
    let mut out = std::io::stdout();
    for number in steps(&store).. {
        step(&store, number).unwrap();
        writeln!(out, "\nacknowledged {number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn kill_9_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(CHILD_MARK), "").unwrap();
    let mut known = 0;
    for round in 0..12_usize {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crash::child_writes_until_killed", "--exact", "--nocapture"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let numbers = lines.map_while(Result::ok).filter_map(|line| {
            line.strip_prefix("acknowledged ").and_then(|number| number.parse::<u64>().ok())
        });
        let last = numbers.take(1 + round * 3 % 7).last().expect("the child writes");
        child.kill().unwrap();
        child.wait().unwrap();
        let found = steps(&Store::open(&folder.path().join("data")).unwrap());
        assert!(found > last && found > known, "{found} steps, acknowledged {last}, had {known}");
        known = found;
    }
}
