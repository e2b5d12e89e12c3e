//! `openledger delegate|propose|proposal|vote|parameters …`.

use node::client::Client;
use node::wire::{Action, Change, ParameterList, Proposal, Support, Votes};

use crate::arguments::{
    CastVote, Delegate, ParametersCommand, ProposalArguments, ProposalCommand, ProposeArguments,
    ProposeCommand, Word,
};
use crate::economy::{read_key, send, wei};
use crate::failure::Failure;
use crate::output::{Output, amount, percent, table};

/// Turns OPEN into votes, and says who casts them.
pub(crate) fn delegate(client: &Client, given: &Delegate, output: Output) -> Result<(), Failure> {
    let example = "openledger delegate --amount 500 --as alice";
    let acting = match &given.sending.key_file {
        Some(path) => read_key(path)?.address().to_string(),
        None => given.sending.acting.clone(),
    };
    if given.show {
        output.result(&client.votes(&acting)?, votes);
        return Ok(());
    }
    let action = match &given.withdraw {
        Some(open) => Action::Unwrap { amount_wei: wei(open, example)? },
        None => Action::Delegate {
            to: given.to.clone().unwrap_or(acting),
            amount_wei: given.amount.as_deref().map(|open| wei(open, example)).transpose()?,
        },
    };
    send(client, &given.sending, action, output)
}

fn votes(votes: &Votes) -> String {
    let delegate = votes.delegate.as_deref().unwrap_or("nobody");
    format!(
        "{} holds {} and casts {}; votes for it: {delegate}",
        votes.name,
        amount(&votes.wrapped_wei),
        amount(&votes.votes_wei)
    )
}

/// Proposes a change.
pub(crate) fn propose(
    client: &Client,
    given: &ProposeArguments,
    output: Output,
) -> Result<(), Failure> {
    let change = match &given.command {
        ProposeCommand::Split { contributors, owner, host, validators, treasury, burn } => {
            Change::Split {
                contributors_ppm: *contributors,
                owner_ppm: *owner,
                host_ppm: *host,
                validators_ppm: *validators,
                treasury_ppm: *treasury,
                burn_ppm: *burn,
            }
        }
        ProposeCommand::Set { key, value } => {
            Change::Setting { key: key.clone(), value: value.clone() }
        }
        ProposeCommand::Call { to, data, value } => Change::Call {
            to: to.clone(),
            value_wei: wei(value, "openledger propose call 0x5fbd… 0x8456cb59 --value 1")?,
            data: data.clone(),
        },
    };
    let action = Action::Propose { change, description: given.description.clone() };
    send(client, &given.sending, action, output)
}

/// Votes.
pub(crate) fn vote(client: &Client, given: &CastVote, output: Output) -> Result<(), Failure> {
    let support = match given.word {
        Word::Yes => Support::For,
        Word::No => Support::Against,
        Word::Abstain => Support::Abstain,
    };
    let action = Action::Vote { proposal: given.proposal.clone(), support };
    send(client, &given.sending, action, output)
}

/// Lists, shows, queues or executes proposals.
pub(crate) fn proposal(
    client: &Client,
    given: &ProposalArguments,
    output: Output,
) -> Result<(), Failure> {
    let action = match &given.command {
        ProposalCommand::List => {
            output.result(&client.proposals()?, |list| {
                let rows: Vec<_> = list.proposals.iter().map(row).collect();
                table(&["PROPOSAL", "STATE", "FOR", "AGAINST", "CHANGE"], &rows)
            });
            return Ok(());
        }
        ProposalCommand::Show { proposal } => {
            output.result(&client.proposal(proposal)?, detail);
            return Ok(());
        }
        ProposalCommand::Queue { proposal } => Action::Queue { proposal: proposal.clone() },
        ProposalCommand::Execute { proposal } => Action::Execute { proposal: proposal.clone() },
    };
    send(client, &given.sending, action, output)
}

fn row(proposal: &Proposal) -> Vec<String> {
    vec![
        proposal.number.to_string(),
        proposal.state.clone(),
        amount(&proposal.for_wei),
        amount(&proposal.against_wei),
        proposal.calls.join("; "),
    ]
}

fn detail(proposal: &Proposal) -> String {
    let until = |time_s: u64| match time_s.checked_sub(proposal.now_s) {
        Some(left) if left > 0 => format!("in {left} s"),
        _ => "past".to_owned(),
    };
    let mut lines = vec![
        format!("proposal {} is {}", proposal.number, proposal.state),
        format!("  by         {}", proposal.proposer_name),
        format!("  change     {}", proposal.calls.join("; ")),
    ];
    if let Some(description) = proposal.description.as_deref().filter(|text| !text.is_empty()) {
        lines.push(format!("  why        {description}"));
    }
    lines.extend([
        format!("  for        {}", amount(&proposal.for_wei)),
        format!("  against    {}", amount(&proposal.against_wei)),
        format!("  abstain    {}", amount(&proposal.abstain_wei)),
        format!("  needs      {}", amount(&proposal.quorum_wei)),
        format!("  vote from  {}", until(proposal.voting_from_s)),
        format!("  vote until {}", until(proposal.voting_until_s)),
    ]);
    if let Some(executable_s) = proposal.executable_s {
        lines.push(format!("  executable {}", until(executable_s)));
    }
    lines.push(format!("  id         {}", proposal.id));
    lines.join("\n")
}

/// Shows what governance may change.
pub(crate) fn parameters(
    client: &Client,
    command: &ParametersCommand,
    output: Output,
) -> Result<(), Failure> {
    let ParametersCommand::Show = command;
    output.result(&client.parameters()?, all);
    Ok(())
}

fn all(list: &ParameterList) -> String {
    let split = &list.split;
    let parts = [
        ("contributors", split.contributors_ppm),
        ("owner", split.owner_ppm),
        ("host", split.host_ppm),
        ("validators", split.validators_ppm),
        ("treasury", split.treasury_ppm),
        ("burn", split.burn_ppm),
    ];
    let parts: Vec<_> =
        parts.iter().map(|(name, ppm)| vec![(*name).to_owned(), percent(*ppm)]).collect();
    let rows = list.settings.iter().map(|setting| {
        vec![setting.key.clone(), setting.value.clone(), setting.min.clone(), setting.max.clone()]
    });
    let rows: Vec<_> = rows.collect();
    let rules = &list.governance;
    format!(
        "split, version {}\n{}\n\n{}\n\na proposal needs {}, waits {} s, is voted on for {} s, needs {} \
         for it or abstaining, and is executed {} s after it was queued\nposter {}, guardian {}{}",
        split.version,
        table(&["PART", "SHARE"], &parts),
        table(&["PARAMETER", "VALUE", "LEAST", "MOST"], &rows),
        amount(&rules.threshold_wei),
        rules.voting_delay_s,
        rules.voting_period_s,
        amount(&rules.quorum_wei),
        rules.timelock_delay_s,
        list.poster,
        list.guardian,
        if list.paused { "; posting is paused" } else { "" }
    )
}
