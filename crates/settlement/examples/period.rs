//! One answer's fee, from split to proof, without a chain: `cargo run -p settlement --example period`.

use std::error::Error;

use primitives::{Address, AttributionReceipt, B256, Key, RecordShare, Wei};
use settlement::{
    BURN, ClosedPeriod, Earning, Parties, PayoutDomain, SettledAnswer, SettledAnswers,
    SplitOptions, SplitVersion,
};

const CHAIN_ID: u64 = 1612;

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn main() -> Result<(), Box<dyn Error>> {
    let host = Key::from_bytes(&[1; 32])?;
    let contributor = Address::repeat_byte(0x51);
    let receipt = AttributionReceipt {
        completion: B256::repeat_byte(1),
        adapter: B256::repeat_byte(2),
        influenceRoot: B256::repeat_byte(3),
        rule: "poa/1".to_owned(),
        query: Vec::new().into(),
        liftMicronats: 500_000,
        shares: vec![RecordShare {
            row: 0,
            record: B256::repeat_byte(4),
            contributor,
            score: 12_345,
            spanTokens: 0,
            evidence: 4,
            reason: 0,
            sharePpm: 800_000,
        }],
        unattributedPpm: 200_000,
    };
    let signature = host.sign_record(&receipt, CHAIN_ID)?;
    let version = SplitVersion { version: 1, from_s: 0, options: SplitOptions::default() };
    let parties = Parties {
        owner: Address::repeat_byte(0x61),
        host: host.address(),
        validators: Address::repeat_byte(0x62),
        treasury: Address::repeat_byte(0x63),
    };
    let earning = Earning::new(Wei::OPEN, &receipt, signature, &version, &parties)?;
    for line in &earning.lines {
        println!("{:>12}  {}", line.role.name(), line.amount);
    }
    let domain = PayoutDomain { chain_id: CHAIN_ID, payouts: Address::repeat_byte(0x77) };
    let period = ClosedPeriod::close(domain, None, std::slice::from_ref(&earning), 1)?;
    let root = period.root();
    println!("period 1 promises {} under {}", root.sum, root.hash);
    for account in [contributor, BURN] {
        if let Some(entitlement) = period.entitlement(account)? {
            entitlement.verify(root, &domain)?;
            let siblings = entitlement.proof.siblings.len();
            println!("{account} is owed {}, proven with {siblings} hashes", entitlement.cumulative);
        }
    }
    let answers = SettledAnswers::new([SettledAnswer::from(&earning)])?;
    println!("its answers stand under {}", answers.root());
    Ok(())
}
