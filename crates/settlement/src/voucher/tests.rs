use primitives::keccak256;
use proptest::prelude::*;

use super::*;

const ESCROW: Address = Address::repeat_byte(0xe5);
const HOST: Address = Address::repeat_byte(0x05);
const CHAIN_ID: u64 = 1612;

fn key(number: u8) -> Key {
    Key::from_bytes(&[number; 32]).unwrap()
}

fn voucher(payer: &Key, limit: u128) -> Voucher {
    Voucher { escrow: ESCROW, payer: payer.address(), host: HOST, limitWei: limit, expiresS: 100 }
}

fn terms() -> ChannelTerms {
    ChannelTerms {
        chain_id: CHAIN_ID,
        escrow: ESCROW,
        host: HOST,
        known_limit: Wei::new(10),
        now_s: 99,
    }
}

#[test]
fn a_host_takes_what_its_payer_signed_and_nothing_else() {
    let payer = key(1);
    let signed = voucher(&payer, 10).sign(&payer, CHAIN_ID).unwrap();
    assert_eq!(signed.accept(&terms()), Ok(()));
    assert_eq!(signed.voucher.left(Wei::new(4)), Wei::new(6));
    assert_eq!(signed.voucher.left(Wei::new(11)), Wei::ZERO);
    let late = ChannelTerms { now_s: 100, ..terms() };
    assert_eq!(signed.accept(&late), Err(VoucherError::Expired { expires_s: 100 }));
    let more = ChannelTerms { known_limit: Wei::new(11), ..terms() };
    let lowered = VoucherError::LimitLowered { known: Wei::new(11), limit: Wei::new(10) };
    assert_eq!(signed.accept(&more), Err(lowered));
    let other = Address::repeat_byte(9);
    for wrong in
        [ChannelTerms { host: other, ..terms() }, ChannelTerms { escrow: other, ..terms() }]
    {
        assert!(matches!(signed.accept(&wrong), Err(VoucherError::WrongParty { .. })));
    }
    let elsewhere = ChannelTerms { chain_id: 1, ..terms() };
    assert!(matches!(signed.accept(&elsewhere), Err(VoucherError::Signature(_))));
    let forged = voucher(&payer, 10).sign(&key(2), CHAIN_ID);
    assert!(matches!(forged, Err(VoucherError::NotPayer { .. })));
}

#[test]
fn the_signature_covers_every_field() {
    let payer = key(1);
    let signed = voucher(&payer, 10).sign(&payer, CHAIN_ID).unwrap();
    let given = signed.voucher;
    let altered = [
        Voucher { escrow: HOST, ..given },
        Voucher { payer: HOST, ..given },
        Voucher { host: ESCROW, ..given },
        Voucher { limitWei: 11, ..given },
        Voucher { expiresS: 101, ..given },
    ];
    for voucher in altered {
        let altered = SignedVoucher { voucher, signature: signed.signature.clone() };
        assert!(matches!(altered.verify(CHAIN_ID), Err(VoucherError::Signature(_))), "{voucher:?}");
    }
    let type_hash = keccak256(
        "Voucher(address escrow,address payer,address host,uint128 limitWei,uint64 expiresS)",
    );
    assert_eq!(given.eip712_type_hash(), type_hash);
}

proptest! {
    #[test]
    fn a_voucher_survives_its_encoding(limit in any::<u128>(), number in 1_u8..=200) {
        let payer = key(number);
        let signed = voucher(&payer, limit).sign(&payer, CHAIN_ID).unwrap();
        prop_assert_eq!(SignedVoucher::decode(&signed.encode()), Ok(signed.clone()));
        prop_assert_eq!(Voucher::decode(&signed.voucher.encode()).unwrap(), signed.voucher);
    }

    #[test]
    fn noise_is_no_voucher(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(voucher) = SignedVoucher::decode(&bytes) {
            prop_assert_eq!(voucher.encode(), bytes);
        }
    }
}
