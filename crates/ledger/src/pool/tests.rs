#![expect(clippy::arithmetic_side_effects, reason = "the numbers of these tests are small")]

use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_primitives::Signature;
use proptest::prelude::*;

use super::*;

const GAS: u64 = 21_000;

fn pooled(sender: u8, nonce: u64, bid: Bid, bytes: usize) -> Arc<Pooled> {
    let (max_priority_fee_per_gas, max_fee_per_gas) = bid;
    let fields = TxEip1559 {
        nonce,
        gas_limit: GAS,
        max_fee_per_gas,
        max_priority_fee_per_gas,
        chain_id: u64::from(sender),
        ..TxEip1559::default()
    };
    let transaction = TxEnvelope::from(fields.into_signed(Signature::test_signature()));
    let transaction = Recovered::new_unchecked(transaction, Address::repeat_byte(sender));
    Arc::new(Pooled { transaction, cost: U256::from(max_fee_per_gas) * U256::from(GAS), bytes })
}

fn rich(nonce: u64) -> Account {
    Account { nonce, balance: U256::MAX, ..Account::default() }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Insert {
        sender: u8,
        nonce: u64,
        bid: Bid,
        bytes: usize,
    },
    /// A block executes this many pending transactions of the sender.
    Execute {
        sender: u8,
        count: u64,
    },
    /// Something else uses up this many nonces of the sender.
    Advance {
        sender: u8,
        count: u64,
    },
    Remove {
        sender: u8,
        nonce: u64,
    },
    Expire {
        after_s: u64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bid = (1u128..6).prop_flat_map(|tip| (Just(tip), tip..8));
    let insert = (0u8..4, 0u64..7, bid, 1usize..4)
        .prop_map(|(sender, nonce, bid, bytes)| Step::Insert { sender, nonce, bid, bytes });
    let step = prop_oneof![
        10 => insert,
        1 => (0u8..4, 1u64..3).prop_map(|(sender, count)| Step::Execute { sender, count }),
        1 => (0u8..4, 1u64..3).prop_map(|(sender, count)| Step::Advance { sender, count }),
        1 => (0u8..4, 0u64..7).prop_map(|(sender, nonce)| Step::Remove { sender, nonce }),
        1 => (0u64..40).prop_map(|after_s| Step::Expire { after_s }),
    ];
    prop::collection::vec(step, 0..120)
}

/// The pool as one list that is searched through for everything.
#[derive(Default)]
struct Model {
    entries: Vec<Entry>,
    nonces: BTreeMap<Address, u64>,
    arrivals: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    pooled: Arc<Pooled>,
    arrival: u64,
    queued_since_s: Option<u64>,
}

impl Model {
    fn base(&self, sender: Address) -> u64 {
        self.nonces.get(&sender).copied().unwrap_or_default()
    }

    fn end(&self, sender: Address) -> u64 {
        let has = |nonce| {
            self.entries.iter().any(|e| e.pooled.sender() == sender && e.pooled.nonce() == nonce)
        };
        let mut end = self.base(sender);
        while has(end) {
            end += 1;
        }
        end
    }

    fn is_pending(&self, pooled: &Pooled) -> bool {
        pooled.nonce() < self.end(pooled.sender())
    }

    fn remove(&mut self, place: (Address, u64)) {
        let before: Vec<_> = self.entries.iter().map(|e| self.is_pending(&e.pooled)).collect();
        let mut before = before.into_iter();
        self.entries.retain_mut(|entry| {
            let was_pending = before.next().expect("as many");
            if was_pending {
                entry.queued_since_s = None;
            }
            (entry.pooled.sender(), entry.pooled.nonce()) != place
        });
    }

    /// What must go for the transaction to come, by the rules of the module's documentation.
    fn victims(&self, new: &Pooled, options: &Options) -> Option<Vec<(Address, u64)>> {
        let place = |pooled: &Pooled| (pooled.sender(), pooled.nonce());
        let is_queued = new.nonce() > self.end(new.sender());
        let others = || self.entries.iter().filter(|e| place(&e.pooled) != place(new));
        let key = |e: &&Entry| (e.pooled.bid(), std::cmp::Reverse(e.arrival));
        let mut queued: Vec<_> = others().filter(|e| !self.is_pending(&e.pooled)).collect();
        queued.sort_by_key(key);
        let queued_count = queued.len();
        if is_queued {
            queued.retain(|e| e.pooled.bid() < new.bid());
        }
        let is_tail = |e: &&Entry| e.pooled.nonce() + 1 == self.end(e.pooled.sender());
        let mut tails: Vec<_> = others().filter(is_tail).collect();
        tails.sort_by_key(key);
        let outbid = |e: &&Entry| new.outbids(e.pooled.bid(), options.replacement_percent);
        let tails = tails.into_iter().take_while(outbid);
        let tails = tails.filter(|e| !is_queued && e.pooled.sender() != new.sender());
        let mut count = others().count() + 1;
        let mut bytes = others().map(|e| e.pooled.bytes).sum::<usize>() + new.bytes;
        let mut queued_left = queued_count + 1;
        let mut victims = Vec::new();
        let mut next = queued.into_iter().chain(tails);
        while count > options.pool_transactions_max
            || bytes > options.pool_bytes_max
            || (is_queued && queued_left > options.pool_queued_max)
        {
            let victim = &next.next()?.pooled;
            count -= 1;
            queued_left -= 1;
            bytes -= victim.bytes;
            victims.push(place(victim));
        }
        Some(victims)
    }

    fn insert(&mut self, new: &Arc<Pooled>, options: &Options) -> &'static str {
        let (sender, nonce) = (new.sender(), new.nonce());
        let of_sender = || self.entries.iter().filter(|e| e.pooled.sender() == sender);
        if self.entries.iter().any(|e| e.pooled.hash() == new.hash()) {
            return "already known";
        }
        if nonce < self.base(sender) {
            return "nonce too low";
        }
        let replaced = of_sender().find(|e| e.pooled.nonce() == nonce);
        if let Some(old) = replaced {
            if !new.outbids(old.pooled.bid(), options.replacement_percent) {
                return "replacement transaction underpriced";
            }
        } else {
            let queued = of_sender().filter(|e| !self.is_pending(&e.pooled)).count();
            let is_queued = nonce > self.end(sender);
            if of_sender().count() >= options.pool_transactions_per_sender_max
                || (is_queued && queued >= options.pool_queued_per_sender_max)
            {
                return "account limit exceeded";
            }
        }
        let Some(victims) = self.victims(new, options) else { return "no room" };
        for place in victims {
            self.remove(place);
        }
        self.entries.retain(|e| (e.pooled.sender(), e.pooled.nonce()) != (sender, nonce));
        self.arrivals += 1;
        let arrival = self.arrivals;
        self.entries.push(Entry { pooled: Arc::clone(new), arrival, queued_since_s: None });
        "accepted"
    }

    fn advance(&mut self, sender: Address, nonce: u64) {
        let ends: BTreeMap<_, _> =
            self.entries.iter().map(|e| (e.pooled.sender(), self.end(e.pooled.sender()))).collect();
        self.nonces.insert(sender, nonce);
        self.entries.retain(|e| e.pooled.sender() != sender || e.pooled.nonce() >= nonce);
        // What was pending counts its time as queued anew, should it ever be.
        for entry in &mut self.entries {
            if entry.pooled.nonce() < ends[&entry.pooled.sender()] {
                entry.queued_since_s = None;
            }
        }
    }

    fn expire(&mut self, now_s: u64, lifetime_s: u64) {
        let pending: Vec<_> = self.entries.iter().map(|e| self.is_pending(&e.pooled)).collect();
        for (entry, is_pending) in self.entries.iter_mut().zip(pending) {
            if is_pending {
                entry.queued_since_s = None;
            } else {
                entry.queued_since_s.get_or_insert(now_s);
            }
        }
        self.entries.retain(|e| e.queued_since_s.is_none_or(|since| since + lifetime_s > now_s));
    }
}

fn outcome(result: &Result<u64, SubmitError>) -> &'static str {
    match result {
        Ok(_) => "accepted",
        Err(SubmitError::AlreadyKnown { .. }) => "already known",
        Err(SubmitError::NonceTooLow { .. }) => "nonce too low",
        Err(SubmitError::ReplacementUnderpriced { .. }) => "replacement transaction underpriced",
        Err(SubmitError::SenderFull { .. }) => "account limit exceeded",
        Err(SubmitError::PoolFull | SubmitError::Underpriced { .. }) => "no room",
        Err(error) => panic!("{error}"),
    }
}

/// Everything that the pool keeps twice agrees.
fn check(pool: &Pool, model: &Model, on_disk: &BTreeSet<u64>) {
    let listed: BTreeSet<_> = pool.iter().map(|pooled| pooled.hash()).collect();
    let expected: BTreeSet<_> = model.entries.iter().map(|e| e.pooled.hash()).collect();
    assert_eq!(listed, expected);
    assert_eq!(pool.len(), expected.len());
    assert_eq!(pool.status().bytes, model.entries.iter().map(|e| e.pooled.bytes).sum::<usize>());
    let pending = model.entries.iter().filter(|e| model.is_pending(&e.pooled)).count();
    assert_eq!(pool.pending_len(), pending);
    for (sender, queue) in &pool.queues {
        assert_eq!(queue.end(), model.end(*sender));
        let cost = queue.waiting.range(..queue.end()).map(|(_, w)| U512::from(w.pooled.cost));
        assert_eq!(queue.cost(), cost.sum::<U512>());
    }
    assert_eq!(pool.lists.tails, pool.queues.values().filter_map(Queue::tail).collect());
    assert_eq!(*on_disk, pool.arrivals());
}

proptest! {
    #[test]
    fn it_agrees_with_a_list_that_is_searched(steps in steps()) {
        let options = Options {
            pool_transactions_max: 9,
            pool_transactions_per_sender_max: 5,
            pool_queued_max: 5,
            pool_queued_per_sender_max: 3,
            pool_queued_lifetime_s: 50,
            pool_bytes_max: 16,
            ..Options::default()
        };
        let (mut pool, mut model) = (Pool::default(), Model::default());
        let (mut now_s, mut on_disk) = (0, BTreeSet::new());
        for step in steps {
            match step {
                Step::Insert { sender, nonce, bid, bytes } => {
                    let new = pooled(sender, nonce, bid, bytes);
                    let account = rich(model.base(new.sender()));
                    let result = pool.insert(&new, Bytes::new(), account, &options);
                    prop_assert_eq!(outcome(&result), model.insert(&new, &options));
                }
                Step::Execute { sender, count } => {
                    let sender = Address::repeat_byte(sender);
                    let nonce = model.end(sender).min(model.base(sender) + count);
                    pool.advance(sender, nonce, |_| false);
                    model.advance(sender, nonce);
                }
                Step::Advance { sender, count } => {
                    let sender = Address::repeat_byte(sender);
                    let nonce = model.base(sender) + count;
                    pool.advance(sender, nonce, |_| false);
                    model.advance(sender, nonce);
                }
                Step::Remove { sender, nonce } => {
                    let sender = Address::repeat_byte(sender);
                    if let Some(pooled) = pool.at(sender, nonce) {
                        pool.remove(&pooled);
                    }
                    model.remove((sender, nonce));
                }
                Step::Expire { after_s } => {
                    now_s += after_s;
                    pool.expire(now_s, options.pool_queued_lifetime_s);
                    model.expire(now_s, options.pool_queued_lifetime_s);
                }
            }
            let entries = pool.journal.take();
            on_disk.extend(entries.added.into_iter().map(|(arrival, ..)| arrival));
            entries.removed.iter().for_each(|arrival| assert!(on_disk.remove(arrival)));
            check(&pool, &model, &on_disk);
        }
    }
}

#[test]
fn a_flood_cannot_grow_it() {
    let options = Options {
        pool_transactions_max: 500,
        pool_queued_max: 100,
        pool_bytes_max: 300_000,
        ..Options::default()
    };
    let mut pool = Pool::default();
    let mut stored = BTreeSet::new();
    for index in 0..60_000_u64 {
        // Senders, gaps, fees and sizes that have nothing to do with each other.
        let tip = u128::from(1 + index * 31 % 1_009);
        let bytes = usize::try_from(index * 17 % 2_003).unwrap() + 500;
        let sender = u8::try_from(index * 7 % 251).unwrap();
        let new = pooled(sender, index * 13 % 11, (tip, tip + 5), bytes);
        drop(pool.insert(&new, Bytes::from(vec![0; 100]), rich(0), &options));
        let PoolStatus { pending, queued, bytes } = pool.status();
        assert!(pending + queued <= 500 && bytes <= 300_000, "{:?}", pool.status());
        // Later gaps may queue what was pending, so the queued ones are bounded by the whole.
        assert!(pool.lists.places.len() == pending + queued && pool.queues.len() <= 251);
        if index % 100 == 0 {
            let entries = pool.journal.take();
            assert!(entries.added.len() <= 500);
            stored.extend(entries.added.into_iter().map(|(arrival, ..)| arrival));
            entries.removed.iter().for_each(|arrival| assert!(stored.remove(arrival)));
            assert!(stored.len() <= 500, "{} on the disk", stored.len());
        }
    }
    assert!(pool.len() > 100);
}
