use primitives::{Address, RecordId};
use proptest::prelude::*;

use super::*;
use crate::{AttributionError, IndexOptions};

/// A record whose gradient points along its own axis, plus a part that all records share.
fn input(number: u8, scale: f32) -> RowInput {
    let mut gradient = vec![scale * 0.3; 24];
    gradient[usize::from(number)] += scale;
    RowInput {
        record: RecordId::repeat_byte(number),
        contributor: Address::repeat_byte(number % 3),
        cluster: u32::from(number),
        position: u64::from(number),
        gradient,
    }
}

fn gradients() -> TrainingGradients {
    let rows = (0..20).map(|number| input(number, 1.0 + f32::from(number % 4))).collect();
    TrainingGradients { rows, sampled: Vec::new(), references: Vec::new() }
}

#[test]
fn the_record_that_taught_a_fact_scores_highest() {
    // Lengths differ and all gradients share a direction: only whitening, not a plain product, sees it.
    let gradients = gradients();
    let options = IndexOptions { damping: 0.1, ..IndexOptions::default() };
    let (index, basis) = InfluenceIndex::build(&gradients, &options).unwrap();
    for (at, row) in gradients.rows.iter().enumerate() {
        let scores = index.score_all(&basis.query(&row.gradient).unwrap());
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by_key(|row| std::cmp::Reverse(scores[*row]));
        assert_eq!(order[0], at);
    }
}

#[test]
fn integer_scores_follow_the_exact_ones() {
    let gradients = gradients();
    let (index, basis) = InfluenceIndex::build(&gradients, &IndexOptions::default()).unwrap();
    let gradient: Vec<f32> = (0..24).map(|i| ((i * 7 % 11) as f32) - 4.0).collect();
    let query = basis.query(&gradient).unwrap();
    let exact_query = basis.project(&gradient);
    let exact: Vec<f64> = gradients
        .rows
        .iter()
        .map(|row| basis.project(&row.gradient).iter().zip(&exact_query).map(|(x, y)| x * y).sum())
        .collect();
    let scores: Vec<f64> = index.score_all(&query).iter().map(|score| *score as f64).collect();
    let product =
        |left: &[f64], right: &[f64]| -> f64 { left.iter().zip(right).map(|(x, y)| x * y).sum() };
    let cosine =
        product(&exact, &scores) / (product(&exact, &exact) * product(&scores, &scores)).sqrt();
    assert!(cosine > 0.995, "{cosine}");
}

#[test]
fn building_is_repeatable_and_does_not_depend_on_workers() {
    let build = |workers| {
        let options = IndexOptions { workers, ..IndexOptions::default() };
        let (index, basis) = InfluenceIndex::build(&gradients(), &options).unwrap();
        (index.encode(), basis.encode(), index.root().unwrap())
    };
    assert_eq!(build(1), build(1));
    assert_eq!(build(1), build(3));
}

#[test]
fn bytes_round_trip_and_every_leaf_is_proved() {
    let (index, basis) = InfluenceIndex::build(&gradients(), &IndexOptions::default()).unwrap();
    let decoded = InfluenceIndex::decode(&index.encode()).unwrap();
    assert_eq!(decoded, index);
    assert_eq!(crate::Basis::decode(&basis.encode()).unwrap(), basis);
    let root = decoded.root().unwrap();
    for row in 0..20 {
        let leaf = index.leaf(row).unwrap();
        index.proof(row).unwrap().verify(root, LeafDomain::InfluenceIndex, &leaf).unwrap();
        assert_eq!(Row::from_leaf(&leaf, index.rank()).as_ref(), index.rows().get(row as usize));
    }
    assert!(index.leaf(20).is_none());
}

#[test]
fn every_altered_byte_changes_the_root_or_is_refused() {
    let (index, basis) = InfluenceIndex::build(&gradients(), &IndexOptions::default()).unwrap();
    let (bytes, root) = (index.encode(), index.root().unwrap());
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        if let Ok(altered) = InfluenceIndex::decode(&altered) {
            assert_ne!(altered.root().unwrap(), root, "byte {at}");
        }
    }
    for cut in 0..bytes.len() {
        assert!(InfluenceIndex::decode(&bytes[..cut]).is_err());
    }
    assert!(crate::Basis::decode(&basis.encode()[1..]).is_err());
}

#[test]
fn bad_gradients_are_refused() {
    let options = IndexOptions::default();
    let build =
        |gradients: &TrainingGradients| InfluenceIndex::build(gradients, &options).map(drop);
    let mut bad = gradients();
    bad.rows[3].gradient.pop();
    assert!(matches!(
        build(&bad),
        Err(IndexError::Dimensions { position: 3, expected: 24, found: 23 })
    ));
    let mut bad = gradients();
    bad.sampled.push(vec![f32::NAN; 24]);
    assert!(matches!(build(&bad), Err(IndexError::NotFinite { position: 20 })));
    let mut bad = gradients();
    bad.references.push(Reference { row: Some(20), gradient: vec![1.0; 24] });
    assert!(matches!(build(&bad), Err(IndexError::ReferenceRow { row: 20, rows: 20 })));
    let mut bad = gradients();
    bad.rows.clear();
    assert!(matches!(build(&bad), Err(IndexError::Empty)));
    let mut bad = gradients();
    bad.rows.iter_mut().for_each(|row| row.gradient.fill(0.0));
    assert!(matches!(build(&bad), Err(IndexError::NoSignal)));
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let (index, basis) = InfluenceIndex::build(&gradients(), &IndexOptions::default()).unwrap();
    let options = IndexOptions { damping: 7.0, ..IndexOptions::default() };
    let (_, other) = InfluenceIndex::build(&gradients(), &options).unwrap();
    let spans = crate::SpanIndex::build(&vec![Vec::new(); 20]).unwrap();
    let few = crate::SpanIndex::build(&[]).unwrap();
    let answer = crate::Answer {
        completion: Digest::ZERO,
        adapter: Digest::ZERO,
        tokens: &[1],
        gradient: &[1.0; 24],
        lift_micronats: 0,
        cited: &[20],
    };
    let attribute = |basis, spans, answer| crate::attribute(&index, basis, spans, answer).map(drop);
    assert!(matches!(attribute(&other, &spans, &answer), Err(AttributionError::Basis { .. })));
    assert!(matches!(
        attribute(&basis, &few, &answer),
        Err(AttributionError::Rows { spans: 0, rows: 20 })
    ));
    assert!(matches!(
        attribute(&basis, &spans, &answer),
        Err(AttributionError::Cited { row: 20, rows: 20 })
    ));
    let answer = crate::Answer { cited: &[], gradient: &[1.0; 3], ..answer };
    assert!(matches!(attribute(&basis, &spans, &answer), Err(AttributionError::Query { .. })));
}

#[test]
fn a_zero_gradient_makes_a_zero_row_that_scores_nothing() {
    let mut gradients = gradients();
    gradients.rows[4].gradient.fill(0.0);
    let (index, basis) = InfluenceIndex::build(&gradients, &IndexOptions::default()).unwrap();
    assert_eq!(index.score_all(&basis.query(&[1.0; 24]).unwrap())[4], 0);
}

proptest! {
    #[test]
    fn the_fast_dot_product_equals_the_plain_one(
        pairs in prop::collection::vec((any::<i8>(), any::<i8>()), 0..80),
    ) {
        let (left, right): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
        prop_assert_eq!(dot_blocks(&left, &right), dot_plain(&left, &right));
    }
}
