use primitives::{Address, B256, Claim, Key, Signature, SignatureError, recover};
use proptest::prelude::*;

fn key(byte: u8) -> Key {
    Key::from_bytes(&[byte; 32]).expect("below the curve's order")
}

fn claim() -> Claim {
    Claim {
        payout: B256::repeat_byte(1),
        account: Address::repeat_byte(2),
        cumulativeWei: 3,
        paidWei: 4,
        transaction: B256::repeat_byte(5),
    }
}

#[test]
fn the_first_well_known_key_has_its_address() {
    let mut bytes = [0; 32];
    bytes[31] = 1;
    let one = Key::from_bytes(&bytes).expect("one is a key");
    let expect = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";
    assert_eq!(one.address().to_string(), expect);
    assert_eq!(format!("{one:?}"), format!("Key({expect})"));
}

#[test]
fn a_signature_is_for_one_record_on_one_chain() {
    let signature = key(1).sign_record(&claim(), 1).expect("signs");
    assert_eq!(signature.verify_record(&claim(), 1, key(1).address()), Ok(()));
    assert!(signature.verify_record(&claim(), 2, key(1).address()).is_err());
    let expected = key(2).address();
    let found = key(1).address();
    assert_eq!(
        signature.verify_record(&claim(), 1, expected),
        Err(SignatureError::WrongSigner { expected, found })
    );
}

#[test]
fn bad_keys_and_signatures_are_named() {
    assert_eq!(Key::from_bytes(&[0; 32]).err(), Some(SignatureError::InvalidKey));
    assert_eq!(Key::from_bytes(&[255; 32]).err(), Some(SignatureError::InvalidKey));
    assert_eq!(Signature::from_bytes(&[1; 64]).err(), Some(SignatureError::Length { length: 64 }));
}

#[test]
fn a_high_s_is_refused() {
    let order = primitives::U256::from_be_bytes(alloy_primitives::hex!(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    ));
    let hash = B256::repeat_byte(9);
    let mut bytes = key(1).sign(hash).expect("signs").to_bytes();
    let low = primitives::U256::from_be_slice(&bytes[32..64]);
    bytes[32..64].copy_from_slice(&(order - low).to_be_bytes::<32>());
    bytes[64] = 27 + 28 - bytes[64];
    let twin = Signature::from_bytes(&bytes).expect("65 bytes");
    assert_eq!(recover(hash, &twin), Err(SignatureError::Unrecoverable));
}

proptest! {
    #[test]
    fn whoever_signs_is_recovered(secret in 1_u8..255, hash: [u8; 32]) {
        let signature = key(secret).sign(B256::from(hash)).expect("signs");
        prop_assert_eq!(recover(B256::from(hash), &signature), Ok(key(secret).address()));
        let again = Signature::from_bytes(&signature.to_bytes()).expect("65 bytes");
        prop_assert_eq!(again, signature);
    }
}
