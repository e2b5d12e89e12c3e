use primitives::{
    Adapter, Address, AttributionReceipt, B256, ChainRecord, Claim, Completion, Contribution,
    Evidence, Payout, RecordShare, Snapshot, ZeroReason,
};
use proptest::prelude::*;

fn id(byte: u8) -> B256 {
    B256::repeat_byte(byte)
}

fn receipt(query: Vec<u8>, shares: Vec<(i64, u32)>) -> AttributionReceipt {
    let share = |(row, (score, share_ppm)): (usize, (i64, u32))| RecordShare {
        row: u32::try_from(row).expect("few rows"),
        record: id(3),
        contributor: Address::repeat_byte(4),
        score,
        spanTokens: 2,
        evidence: Evidence::Verbatim as u8 | Evidence::Influence as u8,
        reason: ZeroReason::Paid as u8,
        sharePpm: share_ppm,
    };
    AttributionReceipt {
        completion: id(1),
        adapter: id(2),
        influenceRoot: id(5),
        rule: "poa/1".to_owned(),
        query: query.into(),
        liftMicronats: -7,
        shares: shares.into_iter().enumerate().map(share).collect(),
        unattributedPpm: 1,
    }
}

fn round_trip<R: ChainRecord + PartialEq + std::fmt::Debug>(record: R) {
    let bytes = record.encode();
    let read = R::decode(&bytes).expect("own encoding");
    assert_eq!((read.id(), &read), (record.id(), &record));
    let mut longer = bytes.clone();
    longer.extend([0; 32]);
    assert!(R::decode(&longer).is_err(), "{} reads trailing bytes", R::TYPE_NAME);
    assert!(R::decode(&bytes[..bytes.len() - 1]).is_err(), "{} reads a cut", R::TYPE_NAME);
    assert_ne!(record.signing_hash(1), record.signing_hash(2), "chains share a signing hash");
}

#[test]
fn every_record_has_one_encoding() {
    round_trip(Contribution {
        datanet: id(1),
        contributor: Address::repeat_byte(2),
        root: id(3),
        records: 4,
        file: id(5),
        timeS: 6,
    });
    round_trip(Snapshot {
        datanet: id(1),
        parent: id(2),
        root: id(3),
        records: 4,
        contributions: id(5),
        licence: id(6),
        timeS: 7,
    });
    round_trip(Adapter {
        snapshot: id(1),
        base: id(2),
        weights: id(3),
        options: id(4),
        influenceRoot: id(5),
        spanIndex: id(6),
        rule: "poa/1".to_owned(),
        owner: Address::repeat_byte(7),
        timeS: 8,
    });
    round_trip(Completion {
        adapter: id(1),
        payer: Address::repeat_byte(2),
        host: Address::repeat_byte(3),
        prompt: id(4),
        answer: id(5),
        promptTokens: 6,
        answerTokens: 7,
        feeWei: u128::MAX,
        timeS: 8,
        nonce: 9,
    });
    round_trip(Payout {
        period: 1,
        parent: id(2),
        root: id(3),
        accounts: 4,
        totalWei: 5,
        answers: id(6),
        timeS: 7,
    });
    round_trip(Claim {
        payout: id(1),
        account: Address::repeat_byte(2),
        cumulativeWei: 3,
        paidWei: 4,
        transaction: id(5),
    });
}

#[test]
fn an_id_names_the_type_too() {
    let payout = Payout::decode(&[0; 7 * 32]).expect("all zero");
    let snapshot = Snapshot::decode(&[0; 7 * 32]).expect("all zero");
    assert_eq!(payout.encode(), snapshot.encode());
    assert_ne!(payout.id(), snapshot.id());
}

#[test]
fn reasons_and_evidence_have_stable_codes() {
    for reason in ZeroReason::ALL {
        assert_eq!(ZeroReason::from_code(reason as u8), Some(reason));
    }
    assert_eq!(ZeroReason::from_code(99), None);
    let names: Vec<&str> = Evidence::in_set(6).map(Evidence::name).collect();
    assert_eq!(names, ["verbatim", "influence"]);
}

proptest! {
    #[test]
    fn receipts_of_any_size_survive(
        query in prop::collection::vec(any::<u8>(), 0..200),
        shares in prop::collection::vec((any::<i64>(), 0_u32..1_000_000), 0..20),
    ) {
        round_trip(receipt(query, shares));
    }

    #[test]
    fn noise_is_refused_or_is_itself(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        if let Ok(receipt) = AttributionReceipt::decode(&bytes) {
            prop_assert_eq!(receipt.encode(), bytes);
        }
    }
}
