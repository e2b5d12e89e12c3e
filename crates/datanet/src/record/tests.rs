use proptest::prelude::*;

use super::Record;

fn record() -> impl Strategy<Value = Record> {
    let variants = prop::collection::vec(any::<String>(), 0..4);
    (any::<String>(), any::<String>(), variants, any::<String>(), any::<String>()).prop_map(
        |(question, answer, variants, source, licence)| Record {
            question,
            answer,
            variants,
            source,
            licence,
        },
    )
}

proptest! {
    #[test]
    fn encoding_is_one_to_one(a in record(), b in record(), extra in any::<u8>()) {
        prop_assert_eq!(Record::decode(&a.encode()), Some(a.clone()));
        prop_assert_eq!(a.id() == b.id(), a == b);
        let mut longer = a.encode();
        longer.push(extra);
        prop_assert_eq!(Record::decode(&longer), None);
    }
}

#[test]
fn bytes_that_are_no_record_are_refused() {
    assert_eq!(Record::decode(b""), None);
    assert_eq!(Record::decode(&[0xff; 320]), None);
}
