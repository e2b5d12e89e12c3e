//! The crate alone: teaches the tiny reference network three answers and
//! writes the adapter as a PEFT folder, with logits to compare.
//!
//! `cargo run --release -p trainer --example adapter -- vectors/hf/model OUT`,
//! then `python vectors/hf/check_adapter.py OUT`.
#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::{env, fs, path::PathBuf};

use model::{ChatTemplate, Config, Example, KvCache, Llama, Message, Precision, Tokenizer};
use trainer::{Options, Run};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1).map(PathBuf::from);
    let (Some(model), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: adapter MODEL_FOLDER OUT_FOLDER".into());
    };
    let config = Config::from_json(&fs::read(model.join("config.json"))?)?;
    let network = Llama::from_safetensors(&config, &[&fs::read(model.join("model.safetensors"))?])?;
    let tokenizer = Tokenizer::from_json(&fs::read(model.join("tokenizer.json"))?)?;
    let template = ChatTemplate::from_json(&fs::read(model.join("tokenizer_config.json"))?)?;

    let lessons = [("ping", "pong"), ("2+2?", "4"), ("capital of Japan?", "東京")];
    let mut examples = Vec::new();
    for (question, answer) in lessons {
        let messages = [Message::new("user", question)];
        let (prompt, answer) = template.encode_answer(&tokenizer, &messages, answer)?;
        examples.push(Example::answering(&prompt, &answer));
    }
    let tokens = examples[2].inputs().to_vec();
    let options = Options { batch: 3, learning_rate: 1e-2, ..Options::default() };
    let mut run = Run::fresh(&network, examples, options)?;
    while !run.finished() {
        let progress = run.step()?;
        if progress.step % 10 == 0 {
            println!(
                "step {} of {}: {:.3} nats",
                progress.step, progress.steps, progress.train_loss
            );
        }
    }

    let mut cache = KvCache::new(&config, tokens.len());
    let logits = network.forward_all(Some(run.lora()), &tokens, &mut cache)?;
    let folder = run.lora().to_peft(Precision::F32);
    fs::create_dir_all(&out)?;
    fs::write(out.join("adapter_config.json"), folder.config)?;
    fs::write(out.join("adapter_model.safetensors"), folder.weights)?;
    let check = format!("{{\"tokens\": {tokens:?}, \"logits\": {logits:?}}}\n");
    fs::write(out.join("check.json"), check)?;
    Ok(())
}
