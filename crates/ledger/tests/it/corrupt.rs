//! Blocks that break one rule each: refused by the right field, and nothing of them stays.

use alloy_consensus::{
    Block, Header, Signed, Transaction as _, TxEnvelope, TxLegacy,
    proofs::{calculate_ommers_root, calculate_transaction_root},
};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256};
use alloy_rlp::{Decodable as _, Encodable as _};
use ledger::{Chain, Field, ImportError, ImportFailure, InvalidBlock, Options};

use crate::import::{HEAD, file, genesis};

type RawBlock = Block<TxEnvelope>;

/// The official blocks, the first one at index 0.
fn blocks() -> Vec<RawBlock> {
    let bytes = file("chain.rlp");
    let mut rest = bytes.as_slice();
    std::iter::from_fn(|| (!rest.is_empty()).then(|| RawBlock::decode(&mut rest).unwrap()))
        .collect()
}

fn encoded(block: &RawBlock) -> Vec<u8> {
    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    bytes
}

fn start() -> Chain {
    Chain::in_memory(&genesis(), Options::default()).unwrap()
}

fn import(chain: &Chain, block: &RawBlock) -> Result<(), ImportError> {
    chain.import(encoded(block).as_slice(), |_| {}).map(drop)
}

/// Why the block is invalid; the chain must be as before.
fn refused(chain: &Chain, block: &RawBlock) -> InvalidBlock {
    let before = chain.head();
    let error = import(chain, block).unwrap_err();
    assert_eq!((error.done.new, error.done.head), (0, before.number));
    assert_eq!(chain.head(), before);
    assert!(chain.raw_block(BlockId::number(before.number + 1)).unwrap().is_none());
    assert_eq!(chain.recompute_state_root().unwrap(), before.state_root);
    match *error.reason {
        ImportFailure::Invalid(invalid) => *invalid,
        other => unreachable!("another failure: {other}"),
    }
}

type Change = fn(&mut RawBlock);

/// Every change is refused at each of these heights, then the block itself is taken.
fn check(heights: &[u64], changes: &[(Field, Change)]) {
    let chain = start();
    let mut tried = 0;
    for block in blocks() {
        if heights.contains(&block.header.number) {
            for (index, (field, change)) in changes.iter().enumerate() {
                let mut other = block.clone();
                change(&mut other);
                let number = block.header.number;
                let invalid = refused(&chain, &other);
                assert_eq!(
                    (invalid.number, invalid.field),
                    (number, *field),
                    "change {index}: {invalid}"
                );
                assert_ne!(invalid.expected, invalid.found);
                tried += 1;
            }
        }
        import(&chain, &block).unwrap();
    }
    assert_eq!(tried, heights.len() * changes.len());
    assert_eq!(chain.head().hash(), HEAD);
}

/// Puts root and blob gas of the changed transactions into the header.
fn rooted(block: &mut RawBlock) {
    let blob_gas = block.body.transactions.iter().filter_map(TxEnvelope::blob_gas_used).sum();
    block.header.blob_gas_used = block.header.blob_gas_used.map(|_| blob_gas);
    block.header.transactions_root = calculate_transaction_root(&block.body.transactions);
}

fn with_ommers(block: &mut RawBlock, ommers: Vec<Header>) {
    block.header.ommers_hash = calculate_ommers_root(&ommers);
    block.body.ommers = ommers;
}

/// A legacy transaction with one change and its old signature, which then is somebody else's.
fn altered(transaction: &TxEnvelope, change: impl FnOnce(&mut TxLegacy)) -> TxEnvelope {
    let signature = *transaction.signature();
    let mut plain = TxLegacy {
        chain_id: transaction.chain_id(),
        nonce: transaction.nonce(),
        gas_price: transaction.max_fee_per_gas(),
        gas_limit: transaction.gas_limit(),
        to: transaction.kind(),
        value: transaction.value(),
        input: transaction.input().clone(),
    };
    change(&mut plain);
    TxEnvelope::Legacy(Signed::new_unhashed(plain, signature))
}

#[test]
fn headers_of_every_age() {
    check(
        &[2, 5, 10, 13, 20, 29, 35, 38, 42, 45, 48, 54],
        &[
            (Field::ParentHash, |block| block.header.parent_hash = B256::ZERO),
            (Field::Difficulty, |block| block.header.difficulty += U256::ONE),
            (Field::Timestamp, |block| block.header.timestamp = 0),
            (Field::ExtraData, |block| block.header.extra_data = Bytes::from(vec![0; 33])),
            (Field::GasLimit, |block| block.header.gas_limit *= 3),
            (Field::GasLimit, |block| block.header.gas_limit = 4_999),
            (Field::GasUsed, |block| block.header.gas_used = block.header.gas_limit + 1),
            (Field::GasUsed, |block| block.header.gas_used += 1),
            (Field::LogsBloom, |block| block.header.logs_bloom = Bloom::repeat_byte(1)),
            (Field::ReceiptsRoot, |block| block.header.receipts_root = B256::repeat_byte(2)),
            (Field::StateRoot, |block| block.header.state_root = B256::repeat_byte(3)),
            (Field::TransactionsRoot, |block| {
                block.header.transactions_root = B256::repeat_byte(4);
            }),
            (Field::OmmersHash, |block| block.header.ommers_hash = B256::repeat_byte(5)),
        ],
    );
}

#[test]
fn headers_since_london() {
    check(
        &[28, 33, 37, 40, 44, 47, 52],
        &[
            (Field::BaseFee, |block| block.header.base_fee_per_gas = Some(7)),
            (Field::Timestamp, |block| block.header.timestamp = 1),
        ],
    );
    check(&[26], &[(Field::BaseFee, |block| block.header.base_fee_per_gas = Some(7))]);
}

#[test]
fn headers_since_the_merge() {
    check(
        &[36, 39, 43, 46, 50],
        &[
            (Field::Difficulty, |block| block.header.difficulty = U256::from(131_072)),
            (Field::Nonce, |block| block.header.nonce = B64::with_last_byte(1)),
            (Field::OmmersHash, |block| with_ommers(block, vec![Header::default()])),
        ],
    );
    check(&[34], &[(Field::Difficulty, |block| block.header.difficulty = U256::ZERO)]);
}

#[test]
fn fields_of_newer_forks() {
    check(
        &[39, 43, 46, 50, 54],
        &[
            (Field::WithdrawalsRoot, |block| {
                block.header.withdrawals_root = Some(B256::repeat_byte(1));
            }),
            (Field::WithdrawalsRoot, |block| {
                let mut withdrawals = block.body.withdrawals.take().unwrap().into_inner();
                withdrawals.push(alloy_eips::eip4895::Withdrawal::default());
                block.body.withdrawals = Some(withdrawals.into());
            }),
            (Field::WithdrawalsRoot, |block| block.body.withdrawals = None),
        ],
    );
    check(
        &[42, 46, 50, 54],
        &[
            (Field::BlobGasUsed, |block| block.header.blob_gas_used = Some(1)),
            (Field::BlobGasUsed, |block| block.header.blob_gas_used = Some(131_072 * 100)),
            (Field::BlobGasUsed, |block| {
                let used = block.header.blob_gas_used.unwrap();
                block.header.blob_gas_used = Some(used ^ 131_072);
            }),
            (Field::ExcessBlobGas, |block| block.header.excess_blob_gas = Some(1)),
            (Field::StateRoot, |block| {
                block.header.parent_beacon_block_root = Some(B256::repeat_byte(1));
            }),
        ],
    );
    check(
        &[45, 48, 54],
        &[
            (Field::RequestsHash, |block| {
                block.header.requests_hash = Some(B256::repeat_byte(1));
            }),
            (Field::RequestsHash, |block| block.header.requests_hash = None),
        ],
    );
    check(
        &[40],
        &[(Field::BlobGasUsed, |block| {
            block.header.blob_gas_used = Some(0);
            block.header.excess_blob_gas = Some(0);
            block.header.parent_beacon_block_root = Some(B256::ZERO);
        })],
    );
}

#[test]
fn transactions() {
    let with_some: Vec<u64> = blocks()
        .iter()
        .filter(|block| block.body.transactions.len() > 1)
        .map(|block| block.header.number)
        .collect();
    assert!(with_some.len() > 10);
    check(
        &with_some,
        &[
            (Field::TransactionsRoot, |block| drop(block.body.transactions.pop())),
            (Field::Transaction { index: 0 }, |block| {
                // Nobody with this signature has money.
                let first = altered(&block.body.transactions[0], |tx| tx.value += U256::ONE);
                block.body.transactions[0] = first;
                rooted(block);
            }),
            (Field::Transaction { index: 0 }, |block| {
                let first = altered(&block.body.transactions[0], |tx| tx.chain_id = Some(1));
                block.body.transactions[0] = first;
                rooted(block);
            }),
            (Field::Transaction { index: 1 }, |block| {
                let first = block.body.transactions[0].clone();
                block.body.transactions.insert(1, first);
                rooted(block);
            }),
        ],
    );
}

#[test]
fn limits_of_osaka() {
    check(
        &[49, 54],
        &[
            (Field::Size, |block| {
                let long = Bytes::from(vec![0; 9 * 1024 * 1024]);
                block.body.transactions.push(altered(&block.body.transactions[0], |tx| {
                    tx.input = long;
                }));
                rooted(block);
            }),
            (Field::Transaction { index: 0 }, |block| {
                let first = altered(&block.body.transactions[0], |tx| tx.gas_limit = (1 << 24) + 1);
                block.body.transactions[0] = first;
                rooted(block);
            }),
        ],
    );
}

/// A block that could stand beside block `number`.
fn sibling(blocks: &[RawBlock], number: usize, miner: u8) -> Header {
    let header = blocks[number - 1].header.clone();
    Header { beneficiary: Address::repeat_byte(miner), ..header }
}

#[test]
fn ommers_are_rewarded_and_kept() {
    let chain = start();
    let blocks = blocks();
    for block in &blocks[..4] {
        import(&chain, block).unwrap();
    }
    let mut block = blocks[4].clone();
    block.header.beneficiary = Address::repeat_byte(0xaa);
    with_ommers(&mut block, vec![sibling(&blocks, 4, 0xbb), sibling(&blocks, 2, 0xcc)]);
    // Nobody has computed the roots of this block before, so the refusals say what they are.
    for field in [Field::ReceiptsRoot, Field::StateRoot] {
        let invalid = refused(&chain, &block);
        if invalid.field == Field::ReceiptsRoot {
            block.header.receipts_root = invalid.expected.parse().unwrap();
        } else {
            assert!(field == Field::StateRoot || invalid.field == Field::StateRoot, "{invalid}");
            block.header.state_root = invalid.expected.parse().unwrap();
            break;
        }
    }
    import(&chain, &block).unwrap();
    let balance =
        |who: u8| chain.account(Address::repeat_byte(who), BlockId::latest()).unwrap().balance;
    let ether = U256::from(10).pow(U256::from(18));
    assert_eq!(balance(0xbb), ether * U256::from(5) * U256::from(7) / U256::from(8));
    assert_eq!(balance(0xcc), ether * U256::from(5) * U256::from(5) / U256::from(8));
    let least = ether * U256::from(5) * U256::from(34) / U256::from(32);
    assert!(balance(0xaa) >= least, "with two thirty-seconds, and fees");
    assert_eq!(chain.raw_block(5u64.into()).unwrap().unwrap(), encoded(&block));
}

#[test]
fn ommers_that_may_not_be() {
    let chain = start();
    let blocks = blocks();
    for block in &blocks[..8] {
        import(&chain, block).unwrap();
    }
    let genesis =
        Header::decode(&mut chain.raw_header(0u64.into()).unwrap().unwrap().as_ref()).unwrap();
    let fine = |number, miner| sibling(&blocks, number, miner);
    let cases: [(usize, Vec<Header>); 7] = [
        (2, vec![fine(8, 1), fine(8, 2), fine(8, 3)]),
        (1, vec![fine(8, 1), fine(8, 1)]),
        (0, vec![blocks[6].header.clone()]),
        (0, vec![genesis]),
        (0, vec![fine(1, 1)]),
        (0, vec![Header { difficulty: U256::from(1), ..fine(8, 1) }]),
        (0, vec![Header { parent_hash: HEAD, ..fine(8, 1) }]),
    ];
    for (index, ommers) in cases {
        let mut block = blocks[8].clone();
        with_ommers(&mut block, ommers);
        assert_eq!(refused(&chain, &block).field, Field::Ommer { index });
    }
    let mut named = blocks[8].clone();
    with_ommers(&mut named, vec![fine(8, 1)]);
    // Byzantium's difficulty counts ommers of the parent, not of the block itself.
    let invalid = refused(&chain, &named);
    assert_eq!(invalid.field, Field::StateRoot);
    named.header.state_root = invalid.expected.parse().unwrap();
    import(&chain, &named).unwrap();
    let mut next = blocks[9].clone();
    next.header.parent_hash = named.header.hash_slow();
    next.header.difficulty = U256::from_str_radix("1", 10).unwrap();
    let invalid = refused(&chain, &next);
    assert_eq!(invalid.field, Field::Difficulty);
    next.header.difficulty = invalid.expected.parse().unwrap();
    with_ommers(&mut next, vec![fine(8, 1)]);
    assert_eq!(refused(&chain, &next).field, Field::Ommer { index: 0 }, "named before");
}

#[test]
fn what_came_before_a_bad_block_stays() {
    let mut blocks = blocks();
    blocks[30].header.state_root = B256::ZERO;
    let bytes: Vec<u8> = blocks.iter().flat_map(encoded).collect();
    let chain = start();
    let error = chain.import(bytes.as_slice(), |_| {}).unwrap_err();
    assert_eq!((error.done.new, error.done.head), (30, 30));
    let text = error.to_string();
    assert!(text.contains("after 30 new blocks, which stay"), "{text}");
    assert!(error.reason.to_string().contains("block 31 is invalid: state root is 0x00"));
    let done = chain.import(file("chain.rlp").as_slice(), |_| {}).unwrap();
    assert_eq!((done.known, done.new, done.head_hash), (30, 24, HEAD));
    let done = chain.import(file("chain.rlp").as_slice(), |_| {}).unwrap();
    assert_eq!((done.known, done.new, done.head_hash), (54, 0, HEAD));
}

#[test]
fn blocks_out_of_place() {
    let blocks = blocks();
    let chain = start();
    let error = import(&chain, &blocks[1]).unwrap_err();
    assert!(matches!(*error.reason, ImportFailure::Gap { number: 2, head: 0 }), "{error}");
    import(&chain, &blocks[0]).unwrap();
    let mut other = blocks[0].clone();
    other.header.extra_data = Bytes::from_static(b"another");
    let error = import(&chain, &other).unwrap_err();
    assert!(matches!(*error.reason, ImportFailure::OtherBlock { number: 1, .. }), "{error}");
    let ours = Chain::in_memory(&crate::account::genesis(), Options::default()).unwrap();
    let error = import(&ours, &blocks[0]).unwrap_err();
    assert!(error.reason.to_string().contains("parent hash"), "{}", error.reason);
}

#[test]
fn bytes_that_are_no_blocks() {
    let whole = file("chain.rlp");
    let failure = |bytes: &[u8]| {
        let chain = start();
        let error = chain.import(bytes, |_| {}).unwrap_err();
        assert_eq!(chain.head().number, error.done.new);
        *error.reason
    };
    for cut in [1, 2, 3, 700, whole.len() - 1] {
        let error = failure(&whole[..cut]);
        assert!(matches!(error, ImportFailure::Truncated { .. }), "{cut}: {error}");
    }
    assert!(matches!(failure(b"\x00"), ImportFailure::Rlp { position: 0, .. }));
    assert!(matches!(failure(b"\xc0"), ImportFailure::Rlp { .. }));
    assert!(matches!(failure(b"{\"blocks\":[]}"), ImportFailure::Rlp { .. }));
    let endless = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    assert!(matches!(failure(endless), ImportFailure::Oversized { bytes: u64::MAX, .. }));
    // A length with a leading zero says the same in another way.
    let mut long = vec![0xfa, 0];
    long.extend_from_slice(&whole[1..]);
    assert!(matches!(failure(&long), ImportFailure::Rlp { .. }));
    let nothing = start().import(&b""[..], |_| {}).unwrap();
    assert_eq!((nothing.new, nothing.head), (0, 0));
}
