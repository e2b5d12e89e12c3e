//! Equality with the transformers and PEFT libraries, by committed vectors.

use std::{fs, path::Path};

use model::{
    ChatTemplate, Config, Example, KvCache, Llama, Lora, LoraGradient, Message, TextStream,
    Tokenizer, Workspace,
};
use serde_json::Value;

pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/hf").join(name);
    fs::read(path).expect("the vectors are committed")
}

pub(crate) fn reference_model() -> Llama {
    let config = Config::from_json(&file("model/config.json")).expect("a supported shape");
    Llama::from_safetensors(&config, &[&file("model/model.safetensors")]).expect("it loads")
}

pub(crate) fn reference_adapter(model: &Llama) -> Lora {
    let (options, weights) =
        (file("adapter/adapter_config.json"), file("adapter/adapter_model.safetensors"));
    Lora::from_peft(model.config(), &options, &weights).expect("it loads")
}

fn expected() -> Value {
    serde_json::from_slice(&file("expected.json")).expect("the vectors are JSON")
}

fn tokens(value: &Value) -> Vec<u32> {
    let list = value.as_array().expect("a list").iter();
    list.map(|token| token.as_u64().and_then(|token| token.try_into().ok()).expect("a token"))
        .collect()
}

fn relative(ours: &[f32], reference: &[f32]) -> f64 {
    assert_eq!(ours.len(), reference.len());
    let square = |value: f32| f64::from(value) * f64::from(value);
    let error: f64 = ours.iter().zip(reference).map(|(a, b)| square(a - b)).sum();
    (error / reference.iter().map(|&b| square(b)).sum::<f64>()).sqrt()
}

#[test]
fn logits_agree() {
    let (model, expected) = (reference_model(), expected());
    let adapter = reference_adapter(&model);
    let (tokens, vocabulary) = (tokens(&expected["tokens"]), model.config().vocabulary);
    for (name, lora) in [("base_logits", None), ("adapter_logits", Some(&adapter))] {
        let mut cache = KvCache::new(model.config(), tokens.len());
        let all = model.forward_all(lora, &tokens, &mut cache).expect("fits");
        let mut one_by_one = KvCache::new(model.config(), tokens.len());
        let steps = tokens.iter().map(|&token| model.forward(lora, &[token], &mut one_by_one));
        let steps: Vec<Vec<f32>> = steps.collect::<Result<_, _>>().expect("fits");
        let positions = expected["positions"].as_array().expect("a list");
        for (position, row) in positions.iter().zip(expected[name].as_array().expect("rows")) {
            let position = usize::try_from(position.as_u64().expect("an index")).expect("small");
            let all = &all[position * vocabulary..][..vocabulary];
            let columns = row.as_array().expect("a row").iter().zip(all).zip(&steps[position]);
            for ((exact, &all), &step) in columns {
                let exact = exact.as_f64().expect("a number");
                for ours in [all, step] {
                    let error = (f64::from(ours) - exact).abs();
                    assert!(error < 1e-4, "{name} at {position}: {ours} is not {exact}");
                }
            }
        }
    }
}

#[test]
fn losses_and_gradients_agree() {
    let (model, expected) = (reference_model(), expected());
    let loss_from = expected["loss_from"].as_u64().expect("an index");
    let loss_from = usize::try_from(loss_from).expect("small");
    let example = Example::new(&tokens(&expected["tokens"]), loss_from);
    let mut workspace = Workspace::new();

    let mut gradient = vec![0.0; model.weights().len()];
    let loss = model.full_gradient(&example, &mut workspace, &mut gradient).expect("fits");
    let exact = expected["base_loss"].as_f64().expect("a number");
    assert!((loss.sum_nats - exact).abs() < 1e-4 * exact, "{} is not {exact}", loss.sum_nats);
    let reference = file("base_gradients.safetensors");
    let reference = Llama::from_safetensors(model.config(), &[&reference]).expect("same names");
    assert!(relative(&gradient, reference.weights()) < 1e-5);

    let adapter = reference_adapter(&model);
    let mut gradient = LoraGradient::zeros(adapter.layout());
    let loss = model.lora_gradient(&adapter, &example, &mut workspace, &mut gradient);
    let loss = loss.expect("fits").sum_nats;
    let exact = expected["adapter_loss"].as_f64().expect("a number");
    assert!((loss - exact).abs() < 1e-4 * exact, "{loss} is not {exact}");
    let (options, reference) =
        (file("adapter/adapter_config.json"), file("adapter_gradients.safetensors"));
    let reference = Lora::from_peft(model.config(), &options, &reference).expect("same names");
    assert!(relative(gradient.values(), reference.parameters()) < 1e-5);
}

#[test]
fn tokens_and_template_agree() {
    let expected = expected();
    let tokenizer = Tokenizer::from_json(&file("model/tokenizer.json")).expect("it loads");
    assert_eq!(tokenizer.vocabulary(), 260);
    for case in expected["texts"].as_array().expect("a list") {
        let (text, reference) = (case["text"].as_str().expect("text"), tokens(&case["tokens"]));
        assert_eq!(tokenizer.encode(text).expect("it encodes"), reference);
        assert_eq!(tokenizer.decode_with_special(&reference).expect("it decodes"), text);
        let mut stream = TextStream::new();
        let mut pieces = String::new();
        for &token in &reference {
            let piece = stream.push(&tokenizer, token).expect("it decodes");
            assert!(!piece.contains('\u{fffd}'), "half a character of {text:?}");
            pieces += &piece;
        }
        pieces += &stream.finish(&tokenizer).expect("it decodes");
        assert_eq!(pieces, text.replace("<|im_end|>", ""));
    }
    let template = ChatTemplate::from_json(&file("model/tokenizer_config.json"));
    let template = template.expect("there is a template");
    let text = |message: &Value, key: &str| message[key].as_str().expect("text").to_owned();
    let messages: Vec<Message> = (expected["messages"].as_array().expect("a list").iter())
        .map(|message| Message::new(text(message, "role"), text(message, "content")))
        .collect();
    let rendered = template.render(&messages, true).expect("it renders");
    assert_eq!(Some(rendered.as_str()), expected["rendered"].as_str());
}
