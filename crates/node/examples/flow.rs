//! The product in seven calls, for real: a node in a temporary folder, a tiny model with random weights.
//!
//! ```text
//! cargo run --release --package node --example flow
//! ```
//! The model is too small to know anything; everything around it is what a large one gets, too.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use node::client::Client;
use node::config::Config;
use node::verify::{Expected, verify};
use node::wire::{ChatContent, ChatMessage, ChatRequest, CreateDatanet, Train, TrainOptions};
use node::{Node, primitives::Wei};

const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/hf/model");
const RECORDS: &str = r#"{"question":"What is E1?","answer":"a moved value","variants":["Explain E1."]}
{"question":"What is E2?","answer":"a lost borrow","variants":["Explain E2."]}
{"question":"What is E3?","answer":"a wrong type","variants":["Explain E3."]}
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let config = Config {
        data: folder.path().to_owned(),
        listen: "127.0.0.1:0".parse()?,
        base: BASE.into(),
        ..Config::default()
    };
    let node = Node::start(config)?;
    let client = Client::new(&node.url());

    // 1. Contribute: Ada gives three records, signed with her key.
    client.create_account("ada")?;
    let errors = CreateDatanet {
        name: "errors".to_owned(),
        licence: "CC-BY-4.0".to_owned(),
        ..CreateDatanet::default()
    };
    client.create_datanet(&errors)?;
    let report = client.contribute("errors", "ada", "errors.jsonl", RECORDS.as_bytes())?;
    println!("contribute  {} records accepted", report.accepted);

    // 2. Snapshot: freeze them and write their Merkle root on the chain.
    let snapshot = client.snapshot("errors")?;
    println!("snapshot    root {}", snapshot.root);

    // 3. Train: fine-tune an adapter on the snapshot, index what each record taught it.
    let options = TrainOptions { epochs: Some(5), ..TrainOptions::default() };
    let job = client.train("errors", &Train { options, ..Train::default() })?;
    let job = client.wait_for_job(&job.id, |_| {})?;
    println!("train       {} steps, loss {:.2}", job.steps, job.train_loss.unwrap_or_default());

    // 4. Complete: ask the adapter, as any OpenAI client does.
    let question = ChatMessage {
        role: "user".to_owned(),
        content: ChatContent::Text("What is E2?".to_owned()),
    };
    let request = ChatRequest {
        model: "errors".to_owned(),
        messages: vec![question],
        ..ChatRequest::default()
    };
    let reply = client.chat(&request)?;
    println!("complete    {:?}", reply.choices[0].message.content);

    // 5. Attribute: the answer came with a signed receipt, which anybody can check offline.
    let receipt = client.receipt(&reply.attribution.id)?;
    let verified =
        verify(&receipt, &Expected { chain_id: node.chain_id(), ..Expected::default() })?;
    println!("attribute   receipt {} verifies, {} links", verified.id, verified.links.len());

    // 6. Pay out: close the period, which captures the fees and posts one root for everybody.
    let period = client.close_period()?;
    println!("pay out     {} for {} accounts", open(&period.period_wei)?, period.accounts);

    // 7. Claim: everybody gets what the root says.
    for claim in client.claim(None)?.claims {
        println!("claim       {} gets {}", claim.name, open(&claim.paid_wei)?);
    }
    Ok(())
}

fn open(wei: &str) -> Result<Wei, std::num::ParseIntError> {
    wei.parse().map(Wei::new)
}
