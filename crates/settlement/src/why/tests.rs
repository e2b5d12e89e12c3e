use primitives::{B256, RecordShare, Signature};

use super::*;
use crate::options::SplitOptions;
use crate::split::{Parties, SplitVersion};

fn share(contributor: u8, share_ppm: u32, reason: ZeroReason) -> RecordShare {
    RecordShare {
        row: 0,
        record: B256::repeat_byte(contributor),
        contributor: Address::repeat_byte(contributor),
        score: 1,
        spanTokens: 0,
        evidence: 4,
        reason: reason as u8,
        sharePpm: share_ppm,
    }
}

#[test]
fn paid_and_unpaid_records_are_explained() {
    let receipt = AttributionReceipt {
        completion: B256::repeat_byte(0xcc),
        adapter: B256::repeat_byte(2),
        influenceRoot: B256::repeat_byte(3),
        rule: "poa/1".to_owned(),
        query: Vec::new().into(),
        liftMicronats: 1,
        shares: vec![share(1, 600_000, ZeroReason::Paid), share(2, 0, ZeroReason::Copy)],
        unattributedPpm: 400_000,
    };
    let account = Address::repeat_byte;
    let parties = Parties {
        owner: account(1),
        host: account(3),
        validators: account(5),
        treasury: account(4),
    };
    let version = SplitVersion { version: 1, from_s: 0, options: SplitOptions::default() };
    let signature = Signature::from_bytes(&[7; 65]).unwrap();
    let earning = Earning::new(Wei::OPEN, &receipt, signature, &version, &parties).unwrap();
    let of = |number: u8| why(account(number), [(&earning, &receipt)]);
    let shown: Vec<_> = of(1).iter().map(ToString::to_string).collect();
    let answer = receipt.completion;
    let record = B256::repeat_byte(1);
    let contributor =
        format!("0.42 OPEN as contributor for record {record} (60.0000 %) of answer {answer}");
    let owner = format!("0.1 OPEN as owner (10.0000 %) of answer {answer}");
    assert_eq!(shown, [contributor, owner]);
    assert_eq!((of(2)[0].zero, of(2)[0].amount), (ZeroReason::Copy, Wei::ZERO));
    let roles: Vec<_> = of(4).iter().map(|reason| reason.role).collect();
    assert_eq!(roles, [Role::Treasury, Role::Unattributed]);
    assert_eq!(of(9), []);
}
