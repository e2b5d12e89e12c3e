//! Comma- or tab-separated rows under a header (RFC 4180).

use super::columns::{Column, Row, Value};
use super::{Located, Rows};
use crate::error::ReadProblem;

/// Between the variants in one cell.
const VARIANT_SEPARATOR: char = '|';

pub(super) fn read(text: &str, delimiter: u8, rows: &mut Rows) -> Result<(), Located> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|source| (1, ReadProblem::Csv { source }))?.clone();
    for name in &header {
        Column::parse(name).map_err(|problem| (1, problem))?;
    }
    for record in reader.records() {
        let record = record.map_err(|source| {
            let line = source.position().map_or(0, csv::Position::line);
            (line, ReadProblem::Csv { source })
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = Row::default();
        for (name, cell) in header.iter().zip(&record) {
            row.set(name, value(name, cell)).map_err(|problem| (line, problem))?;
        }
        rows.push(line, row)?;
    }
    Ok(())
}

fn value(name: &str, cell: &str) -> Value {
    if Column::parse(name).is_ok_and(|column| column == Column::Variants) {
        return Value::Texts(cell.split(VARIANT_SEPARATOR).map(str::to_owned).collect());
    }
    Value::Text(cell.to_owned())
}
