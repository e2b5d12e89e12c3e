//! `openledger train`, `jobs` and `adapters`.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use node::client::Client;
use node::wire::{self, AdapterInfo, Job, JobStatus, TrainOptions};

use crate::arguments::Train;
use crate::failure::Failure;
use crate::output::{Output, amount, short, table};

pub(crate) fn run(client: &Client, command: &Train, output: Output) -> Result<(), Failure> {
    let &Train { epochs, lr, rank, batch, seed, .. } = command;
    let request = wire::Train {
        preset: Some(command.preset.clone()),
        name: command.name.clone(),
        options: TrainOptions { epochs, lr, rank, batch, seed },
    };
    let job = client.train(&command.datanet, &request)?;
    if command.detach {
        output.result(&job, |job| format!("queued {}; openledger jobs {}", job.id, job.id));
        return Ok(());
    }
    let bar = progress_bar(output);
    let job = client.wait_for_job(&job.id, |job| show(&bar, job))?;
    bar.finish_and_clear();
    if job.status != JobStatus::Done {
        let message = format!(
            "job {} {}: {}",
            job.id,
            job.status.name(),
            job.error.as_deref().unwrap_or("stopped")
        );
        return Err(Failure::new("job", message, "openledger jobs shows every run"));
    }
    output.result(&job, |job| {
        let Job { adapter_name, datanet, steps, .. } = job;
        let loss = |loss: Option<f64>| loss.map_or_else(|| "–".to_owned(), |loss| format!("{loss:.4}"));
        let (train, eval) = (loss(job.train_loss), loss(job.eval_loss));
        format!(
            "adapter {adapter_name} is ready: {steps} steps, training loss {train}, evaluation loss {eval}\n\
             ask it: openledger chat {adapter_name} \"…\"   (trained on {datanet})"
        )
    });
    Ok(())
}

fn progress_bar(output: Output) -> ProgressBar {
    let target = if output.is_watched() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{prefix:>9} {bar:32} {pos}/{len} {msg}");
    let style = style.expect("the template is a constant and was tried");
    ProgressBar::with_draw_target(Some(0), target).with_style(style)
}

fn show(bar: &ProgressBar, job: &Job) {
    bar.set_prefix(job.status.name());
    bar.set_length(job.steps);
    bar.set_position(job.step);
    let loss = job.train_loss.map_or_else(String::new, |loss| format!("loss {loss:.3}"));
    let eta = job.eta_s.map_or_else(String::new, |eta| format!(", {eta} s to go"));
    bar.set_message(format!("{loss}{eta}"));
}

/// Lists training runs, or shows one.
pub(crate) fn jobs(client: &Client, id: Option<&str>, output: Output) -> Result<(), Failure> {
    let row = |job: &Job| {
        let progress = format!("{}/{}", job.step, job.steps);
        let loss = job.train_loss.map_or_else(String::new, |loss| format!("{loss:.4}"));
        let error = job.error.clone().unwrap_or_default();
        vec![
            job.id.clone(),
            job.adapter_name.clone(),
            job.status.name().to_owned(),
            progress,
            loss,
            error,
        ]
    };
    let headings = ["JOB", "ADAPTER", "STATUS", "STEP", "LOSS", "ERROR"];
    match id {
        Some(id) => output.result(&client.job(id)?, |job| table(&headings, &[row(job)])),
        None => output.result(&client.jobs()?, |list| {
            table(&headings, &list.jobs.iter().map(row).collect::<Vec<_>>())
        }),
    }
    Ok(())
}

/// Lists adapters, or shows one.
pub(crate) fn adapters(client: &Client, name: Option<&str>, output: Output) -> Result<(), Failure> {
    let row = |adapter: &AdapterInfo| {
        vec![
            adapter.name.clone(),
            adapter.datanet.clone(),
            adapter.rank.to_string(),
            adapter.records.to_string(),
            adapter.answers.to_string(),
            amount(&adapter.income_wei),
            short(&adapter.id),
        ]
    };
    let headings = ["ADAPTER", "DATANET", "RANK", "RECORDS", "ANSWERS", "INCOME", "ID"];
    match name {
        Some(name) => {
            output.result(&client.adapter(name)?, |adapter| table(&headings, &[row(adapter)]));
        }
        None => output.result(&client.adapters()?, |list| {
            table(&headings, &list.adapters.iter().map(row).collect::<Vec<_>>())
        }),
    }
    Ok(())
}
