//! `openledger datanet …` and `openledger snapshot`.

use node::client::Client;
use node::wire::{CreateDatanet, Datanet, DatanetDetail, SnapshotInfo};

use crate::arguments::DatanetCommand;
use crate::failure::Failure;
use crate::output::{Output, short, table};

pub(crate) fn run(
    client: &Client,
    command: &DatanetCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        DatanetCommand::Create { name, licence, description, owner } => {
            let request = CreateDatanet {
                name: name.clone(),
                licence: licence.clone(),
                description: description.clone(),
                owner: owner.clone(),
            };
            output.result(&client.create_datanet(&request)?, |datanet| {
                format!("created Datanet {} ({})", datanet.name, datanet.licence)
            });
        }
        DatanetCommand::List => {
            output.result(&client.datanets()?, |list| datanets(&list.datanets));
        }
        DatanetCommand::Show { name } => output.result(&client.datanet(name)?, detail),
    }
    Ok(())
}

fn datanets(datanets: &[Datanet]) -> String {
    if datanets.is_empty() {
        return "no Datanet yet; make one: openledger datanet create NAME --licence CC-BY-4.0"
            .into();
    }
    let row = |datanet: &Datanet| {
        vec![
            datanet.name.clone(),
            datanet.licence.clone(),
            datanet.records.to_string(),
            datanet.contributors.to_string(),
            datanet.snapshots.to_string(),
        ]
    };
    let rows: Vec<_> = datanets.iter().map(row).collect();
    table(&["NAME", "LICENCE", "RECORDS", "CONTRIBUTORS", "SNAPSHOTS"], &rows)
}

fn detail(detail: &DatanetDetail) -> String {
    let mut text = datanets(std::slice::from_ref(&detail.datanet));
    text.push_str("\n\n");
    let people = detail.contributor_list.iter().map(|person| {
        let (accepted, rejected) = (person.accepted.to_string(), person.rejected.to_string());
        vec![person.name.clone(), accepted, rejected, person.address.clone()]
    });
    text.push_str(&table(
        &["CONTRIBUTOR", "ACCEPTED", "REFUSED", "ADDRESS"],
        &people.collect::<Vec<_>>(),
    ));
    text.push_str("\n\n");
    let snapshots = detail.snapshot_list.iter().map(|snapshot| {
        vec![short(&snapshot.id), snapshot.records.to_string(), short(&snapshot.root)]
    });
    text.push_str(&table(&["SNAPSHOT", "RECORDS", "ROOT"], &snapshots.collect::<Vec<_>>()));
    text
}

/// Freezes a Datanet.
pub(crate) fn snapshot(client: &Client, datanet: &str, output: Output) -> Result<(), Failure> {
    output.result(&client.snapshot(datanet)?, |snapshot: &SnapshotInfo| {
        let SnapshotInfo { id, records, root, transaction, .. } = snapshot;
        let anchored = transaction.as_deref().unwrap_or("not anchored yet");
        format!("snapshot {id}\n  records      {records}\n  root         {root}\n  transaction  {anchored}")
    });
    Ok(())
}
