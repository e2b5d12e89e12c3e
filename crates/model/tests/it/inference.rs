//! Cached forward passes against the oracle and against each other.

use model::{Decode, KvCache, Llama, Lora, LoraOptions, SequenceError, Target};

use crate::{
    gradient::{adapter, network, text},
    oracle::{Oracle, tiny, widen},
};

fn close(ours: &[f32], exact: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), exact.len());
    for (ours, exact) in ours.iter().zip(exact) {
        assert!((f64::from(*ours) - exact).abs() < tolerance, "{ours} is not {exact}");
    }
}

#[test]
fn every_way_of_reading_gives_the_logits_of_the_oracle() {
    for tied in [true, false] {
        let config = tiny(tied);
        let (model, lora) =
            (network(&config), adapter(&config, &[Target::Q, Target::O, Target::Down]));
        let tokens = text(150);
        let weights = widen(model.weights());
        let parameters = widen(lora.parameters());
        let with = Oracle { config: &config, weights, lora: Some((lora.layout(), parameters)) };
        let exact = with.logits(&tokens);
        let all: Vec<f64> = exact.iter().flatten().copied().collect();

        let mut whole = KvCache::new(&config, 1000);
        assert_eq!(whole.capacity(), config.context);
        close(&model.forward_all(Some(&lora), &tokens, &mut whole).expect("fits"), &all, 3e-3);

        let mut pieces = KvCache::new(&config, 150);
        for piece in [0..1, 1..70, 70..71, 71..72, 72..149, 149..150] {
            let last = piece.end - 1;
            let logits = model.forward(Some(&lora), &tokens[piece], &mut pieces).expect("fits");
            close(&logits, &exact[last], 3e-3);
        }
        assert_eq!((pieces.len(), pieces.capacity()), (150, 150));

        pieces.truncate(100);
        let logits = model.forward(Some(&lora), &tokens[100..], &mut pieces).expect("fits");
        close(&logits, &exact[149], 3e-3);
    }
}

#[test]
fn a_sequence_gets_the_same_bits_alone_and_among_others() {
    let config = tiny(true);
    let model = network(&config);
    let adapters = [adapter(&config, &Target::ALL), adapter(&config, &[Target::Up])];
    let choice = [None, Some(&adapters[0]), Some(&adapters[1]), Some(&adapters[0])];
    let mut caches: Vec<KvCache> = (0..4)
        .map(|i| {
            let mut cache = KvCache::new(&config, 64);
            model.forward(choice[i], &text(5 + 7 * i), &mut cache).expect("fits");
            cache
        })
        .collect();
    let mut alone = caches.clone();
    for token in [3, 9, 1] {
        let mut rows: Vec<_> = (caches.iter_mut().zip(choice))
            .map(|(cache, lora)| Decode { lora, token, cache })
            .collect();
        let together = model.decode(&mut rows).expect("fits");
        for (i, logits) in together.chunks_exact(config.vocabulary).enumerate() {
            let solo = model.forward(choice[i], &[token], &mut alone[i]).expect("fits");
            assert_eq!(logits, solo);
        }
    }
}

#[test]
fn a_merged_adapter_gives_the_same_logits() {
    let config = tiny(true);
    let (model, lora) = (network(&config), adapter(&config, &Target::ALL));
    let read = |model: &Llama, lora: Option<&Lora>| {
        model.forward_all(lora, &text(20), &mut KvCache::new(&config, 20)).expect("fits")
    };
    let merged = read(&model.merged(&lora), None);
    for (ours, apart) in merged.iter().zip(read(&model, Some(&lora))) {
        assert!((ours - apart).abs() < 1e-3);
    }
    let fresh = Lora::init(&config, &LoraOptions::default(), 1).expect("valid");
    assert_eq!(read(&model, Some(&fresh)), read(&model, None));
}

#[test]
fn a_refused_sequence_leaves_the_cache_alone() {
    let config = tiny(true);
    let model = network(&config);
    let mut cache = KvCache::new(&config, 4);
    model.forward(None, &[1, 2, 3], &mut cache).expect("fits");
    for tokens in [&[][..], &[1, 2], &[11], &[11, 1]] {
        assert!(model.forward(None, tokens, &mut cache).is_err());
    }
    model.forward(None, &[4], &mut cache).expect("fits");
    let full = model.forward(None, &[4], &mut cache);
    assert!(matches!(full, Err(SequenceError::Capacity { positions: 5, capacity: 4 })));
    assert_eq!(cache.len(), 4);
}
