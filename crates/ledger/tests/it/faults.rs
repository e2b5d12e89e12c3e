//! A disk that fails at its N-th write or flush, for every N, and forgets or tears what it had not
//! flushed: the chain stops at once, and what it acknowledged is there when it is opened again.

use std::{
    io,
    sync::{Arc, Mutex},
};

use alloy_eips::BlockId;
use alloy_primitives::{B256, Bytes, keccak256};
use ledger::{Chain, Options, SealError, StoreError, SubmitError};

use crate::account::{Account, genesis, word};

/// What becomes of writes that were not flushed before the power went.
#[derive(Clone, Copy, Debug)]
enum Loss {
    /// None reached the disk.
    All,
    /// Some did, in any order, and one of them in part.
    Torn { seed: u64 },
}

/// A disk with a cache in front.
#[derive(Debug, Default)]
struct Disk {
    durable: Vec<u8>,
    cached: Vec<u8>,
    /// Writes since the last flush.
    unflushed: Vec<(usize, Vec<u8>)>,
    /// Writes, flushes and changes of length so far.
    operations: u64,
    fails_at: Option<u64>,
    /// Operations after the first failure.
    after_failure: u64,
}

#[derive(Clone, Debug, Default)]
struct Backend(Arc<Mutex<Disk>>);

impl Disk {
    fn operate(&mut self) -> io::Result<()> {
        self.operations += 1;
        match self.fails_at {
            Some(at) if self.operations >= at => {
                self.after_failure += u64::from(self.operations > at);
                Err(io::Error::other("the disk failed"))
            }
            _ => Ok(()),
        }
    }

    /// What is on the disk after the power went.
    fn after_power_loss(&self, loss: Loss) -> Vec<u8> {
        let mut left = self.durable.clone();
        let Loss::Torn { seed } = loss else { return left };
        let mut numbers = Numbers(word(seed).into());
        left.resize(self.cached.len().max(left.len()), 0);
        let torn = numbers.below(self.unflushed.len().max(1));
        for (index, (offset, data)) in self.unflushed.iter().enumerate() {
            // Sectors of 512 bytes are written whole.
            let sectors = data.len().div_ceil(512);
            let length = if index == torn {
                (numbers.below(sectors + 1) * 512).min(data.len())
            } else if numbers.below(2) == 0 {
                data.len()
            } else {
                0
            };
            left[*offset..offset + length].copy_from_slice(&data[..length]);
        }
        left
    }
}

/// Numbers below a limit, in an order that the seed decides.
struct Numbers(B256);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = keccak256(self.0);
        u32::from_be_bytes([self.0[0], self.0[1], self.0[2], self.0[3]]) as usize % limit
    }
}

impl Backend {
    fn disk(&self) -> std::sync::MutexGuard<'_, Disk> {
        self.0.lock().unwrap()
    }

    fn holding(bytes: Vec<u8>) -> Self {
        let disk = Disk { durable: bytes.clone(), cached: bytes, ..Disk::default() };
        Self(Arc::new(Mutex::new(disk)))
    }
}

impl redb::StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk().cached.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        out.copy_from_slice(&self.disk().cached[offset..offset + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut disk = self.disk();
        disk.operate()?;
        // As file systems do it: lengths are in their journal.
        let len = usize::try_from(len).unwrap();
        disk.cached.resize(len, 0);
        disk.durable.resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = self.disk();
        disk.operate()?;
        disk.unflushed.clear();
        let Disk { durable, cached, .. } = &mut *disk;
        durable.clone_from(cached);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut disk = self.disk();
        disk.operate()?;
        let offset = usize::try_from(offset).unwrap();
        disk.cached[offset..offset + data.len()].copy_from_slice(data);
        disk.unflushed.push((offset, data.to_vec()));
        Ok(())
    }
}

/// What a run was told.
#[derive(Default)]
struct Told {
    accepted: Vec<B256>,
    sealed: Vec<(u64, B256)>,
    /// A call failed because of the disk.
    failed: bool,
}

impl Told {
    fn submitted(&mut self, result: Result<B256, SubmitError>) {
        match result {
            Ok(hash) => {
                assert!(!self.failed, "acknowledged after the disk had failed");
                self.accepted.push(hash);
            }
            Err(SubmitError::Store(_)) => self.failed = true,
            Err(error) => unreachable!("{error}"),
        }
    }
}

/// Twelve transactions and three blocks, whatever fails on the way.
fn work(chain: &Chain, signed: &[Bytes]) -> Told {
    let mut told = Told::default();
    for group in signed.chunks(4) {
        told.submitted(chain.submit(&group[0]));
        chain.submit_all(&group[1..]).into_iter().for_each(|result| told.submitted(result));
        match chain.seal(0) {
            Ok(Some(block)) => {
                assert!(!told.failed, "sealed after the disk had failed");
                told.sealed.push((block.number(), block.hash()));
            }
            Ok(None) => assert!(told.failed, "nothing to seal"),
            Err(SealError::Store(_)) => told.failed = true,
            Err(error) => unreachable!("{error}"),
        }
    }
    told
}

fn options() -> Options {
    Options { cache_bytes: 1 << 20, ..Options::default() }
}

fn check(bytes: Vec<u8>, told: &Told, at: &str) {
    let chain = Chain::open_backend(Backend::holding(bytes), &genesis(), options()).expect(at);
    assert_eq!(chain.recompute_state_root().unwrap(), chain.head().state_root, "{at}");
    for (number, hash) in &told.sealed {
        let block = chain.header(BlockId::number(*number)).unwrap();
        assert_eq!(block.map(|block| block.hash()), Some(*hash), "{at}: block {number}");
    }
    for hash in &told.accepted {
        assert!(chain.transaction(*hash).unwrap().is_some(), "{at}: {hash} is lost");
    }
    while chain.seal(0).unwrap().is_some() {}
    for hash in &told.accepted {
        let receipt = chain.receipt(*hash).unwrap();
        assert!(receipt.is_some_and(|receipt| receipt.status()), "{at}: {hash} is not executed");
    }
}

#[test]
fn every_write_and_flush_may_fail() {
    let (alice, bob) = (Account::new(0), Account::new(1));
    let signed: Vec<_> = (0..12).map(|nonce| alice.transfer(nonce, bob.address, 1)).collect();
    let first = Backend::default();
    drop(Chain::open_backend(first.clone(), &genesis(), options()).unwrap());
    let begin = first.disk().cached.clone();
    let count = {
        let backend = Backend::holding(begin.clone());
        let chain = Chain::open_backend(backend.clone(), &genesis(), options()).unwrap();
        let told = work(&chain, &signed);
        assert_eq!((told.accepted.len(), told.sealed.len()), (12, 3));
        backend.disk().operations
    };
    let mut seen = 0;
    for at in 1..=count {
        let backend = Backend::holding(begin.clone());
        backend.disk().fails_at = Some(at);
        let Ok(chain) = Chain::open_backend(backend.clone(), &genesis(), options()) else {
            let left = backend.disk().after_power_loss(Loss::Torn { seed: at });
            check(left, &Told::default(), &format!("operation {at}"));
            continue;
        };
        let told = work(&chain, &signed);
        assert!(told.failed, "operation {at} failed unnoticed");
        assert!(matches!(chain.flush(), Ok(()) | Err(StoreError::Stopped)));
        assert!(matches!(chain.seal(0), Ok(None) | Err(SealError::Store(StoreError::Stopped))));
        // A failing commit may still tidy up; nothing is written again after it.
        let after = backend.disk().after_failure;
        chain.submit_all(&signed).into_iter().for_each(|result| assert!(result.is_err()));
        assert_eq!(backend.disk().after_failure, after, "operation {at}: it goes on writing");
        for loss in [Loss::All, Loss::Torn { seed: at }, Loss::Torn { seed: at + count }] {
            let left = backend.disk().after_power_loss(loss);
            check(left, &told, &format!("operation {at}, {loss:?}"));
        }
        seen += 1;
    }
    assert!(seen > 20, "only {seen} of {count} operations failed after the opening");
}
