//! `openledger config …`.

use node::config::Sources;
use serde_json::json;

use crate::arguments::ConfigCommand;
use crate::failure::Failure;
use crate::output::{Output, table};

pub(crate) fn run(command: &ConfigCommand, output: Output) -> Result<(), Failure> {
    let ConfigCommand::Show = command;
    let resolved = Sources::of_process().resolve();
    let (_, settings) = resolved.map_err(|error| {
        let hint = "every setting is listed in schema/config.md";
        Failure::new("config", node::error::chain(&error), hint)
    })?;
    let json: Vec<_> = settings
        .iter()
        .map(|setting| {
            let (key, value, help) = (setting.key, &setting.value, setting.help);
            json!({ "key": key, "value": value, "origin": setting.origin.to_string(), "help": help })
        })
        .collect();
    output.result(&json, |_| {
        let row = |setting: &node::config::Setting| {
            vec![
                setting.key.to_owned(),
                setting.value.clone(),
                setting.origin.to_string(),
                setting.help.to_owned(),
            ]
        };
        table(
            &["SETTING", "VALUE", "FROM", "MEANING"],
            &settings.iter().map(row).collect::<Vec<_>>(),
        )
    });
    Ok(())
}
