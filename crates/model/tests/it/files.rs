//! Foreign files: what goes out comes back, and nothing malformed comes in.

use model::{
    AdapterError, Config, ConfigError, Llama, LoadError, Lora, LoraGradient, LoraOptions,
    Precision, Projection, Target, TensorError,
};
use proptest::prelude::*;

use crate::{
    gradient::{adapter, network},
    oracle::tiny,
};

#[test]
fn weights_survive_a_round_trip() {
    for tied in [true, false] {
        let config = tiny(tied);
        let model = network(&config);
        let exact = model.to_safetensors(Precision::F32);
        let read = Llama::from_safetensors(&config, &[&exact]).expect("it loads");
        assert_eq!(read.weights(), model.weights());
        assert_eq!(read.to_safetensors(Precision::F32), exact);
        let half = model.to_safetensors(Precision::Bf16);
        let read = Llama::from_safetensors(&config, &[&half]).expect("it loads");
        for (read, exact) in read.weights().iter().zip(model.weights()) {
            assert!((read - exact).abs() <= exact.abs() / 256.0);
        }
        assert_eq!(read.to_safetensors(Precision::Bf16), half);
        assert_eq!(Config::from_json(&config.to_json()).expect("it is ours"), config);
    }
}

#[test]
fn adapters_survive_a_round_trip() {
    let config = tiny(true);
    for targets in [&Target::ALL[..], &[Target::Q, Target::V]] {
        let lora = adapter(&config, targets);
        let folder = lora.to_peft(Precision::F32);
        let read = Lora::from_peft(&config, &folder.config, &folder.weights).expect("it loads");
        assert_eq!(read, lora);
    }
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let (tied, untied) = (tiny(true), tiny(false));
    let bytes = network(&tied).to_safetensors(Precision::F32);
    let error = |config: &Config, shards: &[&[u8]]| match Llama::from_safetensors(config, shards) {
        Err(LoadError::Tensors(error)) => error,
        other => panic!("{other:?}"),
    };
    let missing = error(&untied, &[&bytes]);
    assert!(matches!(missing, TensorError::Missing { name } if name == "lm_head.weight"));
    assert!(matches!(error(&tied, &[&bytes, &bytes]), TensorError::Duplicate { .. }));
    let narrow = Config { ffn: 10, ..tied.clone() };
    assert!(matches!(error(&narrow, &[&bytes]), TensorError::Shape { .. }));
    let shallow = Config { layers: 1, ..tied.clone() };
    assert!(matches!(error(&shallow, &[&bytes]), TensorError::Unexpected { .. }));
    let huge = Config { vocabulary: 1 << 20, hidden: 1 << 17, ..tied.clone() };
    assert!(matches!(error(&huge, &[&bytes]), TensorError::Shape { .. }));

    let mut poisoned = network(&tied);
    poisoned.weights_mut()[17] = f32::NAN;
    let poisoned = poisoned.to_safetensors(Precision::F32);
    let error = error(&tied, &[&poisoned]);
    assert!(matches!(error, TensorError::NotFinite { index: 17, .. }));
}

#[test]
fn absurd_headers_are_refused_before_they_are_read() {
    let config = tiny(true);
    let bytes = network(&config).to_safetensors(Precision::F32);
    for length in [0, u64::MAX, 1 << 40, bytes.len() as u64, (17 << 20) + 1] {
        let mut absurd = bytes.clone();
        absurd[..8].copy_from_slice(&length.to_le_bytes());
        let loaded = Llama::from_safetensors(&config, &[&absurd]);
        assert!(matches!(loaded, Err(LoadError::Tensors(TensorError::Header { .. }))));
    }
    for cut in [0, 1, 7, 8, 9, 100, bytes.len() - 1] {
        assert!(Llama::from_safetensors(&config, &[&bytes[..cut]]).is_err());
    }
}

#[test]
fn adapter_options_that_we_do_not_compute_are_refused() {
    let config = tiny(true);
    let folder = adapter(&config, &Target::ALL).to_peft(Precision::F32);
    let text = String::from_utf8(folder.config).expect("JSON is text");
    for (from, to) in [
        ("\"use_dora\": false", "\"use_dora\": true"),
        ("\"bias\": \"none\"", "\"bias\": \"all\""),
        ("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 2}"),
        ("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\""),
        ("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let read = Lora::from_peft(&config, changed.as_bytes(), &folder.weights);
        assert!(matches!(read, Err(AdapterError::Unsupported { .. })), "{to}");
    }
    let read =
        |from, to| Lora::from_peft(&config, text.replace(from, to).as_bytes(), &folder.weights);
    assert!(matches!(read("\"r\": 3", "\"r\": 0"), Err(AdapterError::Rank { rank: 0 })));
    assert!(matches!(read("\"r\": 3", "\"r\": 4"), Err(AdapterError::Tensors(_))));
    assert!(matches!(read("{", ""), Err(AdapterError::Syntax(_))));
}

#[test]
fn configurations_that_we_do_not_compute_are_refused() {
    let text = String::from_utf8(tiny(true).to_json()).expect("JSON is text");
    let read = |from: &str, to: &str| {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        Config::from_json(changed.as_bytes())
    };
    for (from, to) in [
        ("\"model_type\": \"llama\"", "\"model_type\": \"mamba\""),
        ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\""),
        ("\"attention_bias\": false", "\"attention_bias\": true"),
        ("\"rope_theta\": 100.0", "\"rope_scaling\": {\"rope_type\": \"yarn\"}"),
    ] {
        assert!(matches!(read(from, to), Err(ConfigError::Unsupported { .. })), "{to}");
    }
    for (from, to) in [
        ("\"hidden_size\": 8", "\"hidden_size\": 0"),
        ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"),
        ("\"head_dim\": 4", "\"head_dim\": 5"),
        ("\"num_attention_heads\": 4", "\"num_attention_heads\": 0"),
        ("\"vocab_size\": 11", "\"vocab_size\": 99999999999"),
        ("\"max_position_embeddings\": 160", "\"max_position_embeddings\": 99999999999"),
    ] {
        assert!(matches!(read(from, to), Err(ConfigError::Range { .. })), "{to}");
    }
    let wide = Config { context: 1 << 18, head_width: 1 << 16, hidden: 1, ..tiny(true) };
    assert!(matches!(wide.validate(), Err(ConfigError::Range { .. })));
    let nested = read("\"rope_theta\": 100.0", "\"rope_parameters\": {\"rope_theta\": 7.0}");
    assert!((nested.expect("the newer form").rope_theta - 7.0).abs() < 1e-12);
}

#[test]
fn projected_gradients_keep_inner_products() {
    let config = Config { hidden: 64, ffn: 96, head_width: 16, ..tiny(true) };
    let lora = Lora::init(&config, &LoraOptions::default(), 1).expect("valid");
    let mut gradients = [LoraGradient::zeros(lora.layout()), LoraGradient::zeros(lora.layout())];
    for (shift, gradient) in [0, 5].into_iter().zip(&mut gradients) {
        for (i, value) in gradient.values_mut().iter_mut().enumerate() {
            *value = (((i / 3 + shift) * 7919) % 1009) as f32 / 500.0 - 1.0;
        }
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let projection = Projection::new(lora.layout(), 256, 9);
    let [a, b] = [projection.project(&gradients[0]), projection.project(&gradients[1])];
    assert_eq!(a.values().len(), projection.total());
    assert_eq!(a, Projection::new(lora.layout(), 256, 9).project(&gradients[0]));
    let size = dot(gradients[0].values(), gradients[0].values());
    let (exact, ours) =
        (dot(gradients[0].values(), gradients[1].values()), dot(a.values(), b.values()));
    assert!((ours - exact).abs() < 0.05 * size, "{ours} is far from {exact} of {size}");
    assert!((dot(a.values(), a.values()) - size).abs() < 0.05 * size);
}

proptest! {
    #[test]
    fn damaged_files_never_panic(at in 0_usize..4000, with: u8) {
        let config = tiny(true);
        let mut weights = network(&config).to_safetensors(Precision::Bf16);
        let at = at % weights.len();
        weights[at] = with;
        let read = Llama::from_safetensors(&config, &[&weights]);
        prop_assert!(read.map_or(true, |model| model.weights().iter().all(|w| w.is_finite())));
        let mut folder = adapter(&config, &[Target::Q]).to_peft(Precision::F32);
        let length = folder.config.len();
        folder.config[at % length] = with;
        let damaged = Lora::from_peft(&config, &folder.config, &folder.weights);
        prop_assert!(damaged.map_or(true, |lora| lora.layout().options().rank == 3));
        let mut json = config.to_json();
        let length = json.len();
        json[at % length] = with;
        let read = Config::from_json(&json);
        prop_assert!(read.map_or(true, |config| config.validate().is_ok()));
    }
}
