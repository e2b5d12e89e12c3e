//! Parquet rows, by the format's own row reader.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use primitives::Bytes;

use super::columns::{Column, Row, Value};
use super::{Located, Rows};
use crate::error::ReadProblem;

pub(super) fn read(bytes: &[u8], rows: &mut Rows) -> Result<(), Located> {
    // The parser asserts what a damaged file can break; a panic in it is an error of the file.
    let read = catch_unwind(AssertUnwindSafe(|| read_rows(bytes, rows)));
    read.unwrap_or(Err((0, ReadProblem::DamagedParquet)))
}

fn read_rows(bytes: &[u8], rows: &mut Rows) -> Result<(), Located> {
    let bytes = Bytes::copy_from_slice(bytes).0;
    let broken = |line| move |source: ParquetError| (line, ReadProblem::Parquet { source });
    let reader = SerializedFileReader::new(bytes).map_err(broken(0))?;
    for column in reader.metadata().file_metadata().schema().get_fields() {
        Column::parse(column.name()).map_err(|problem| (0, problem))?;
    }
    let read = reader.get_row_iter(None).map_err(broken(0))?;
    for (line, columns) in (1..).zip(read) {
        let mut row = Row::default();
        for (name, field) in columns.map_err(broken(line))?.into_columns() {
            row.set(&name, value(field)).map_err(|problem| (line, problem))?;
        }
        rows.push(line, row)?;
    }
    Ok(())
}

fn value(field: Field) -> Value {
    match field {
        Field::Null => Value::Absent,
        Field::Str(text) => Value::Text(text),
        Field::Bytes(bytes) => bytes
            .as_utf8()
            .map_or(Value::Other("bytes that are not UTF-8"), |text| Value::Text(text.to_owned())),
        Field::ListInternal(list) => {
            let text = |field: &Field| match value(field.clone()) {
                Value::Text(text) => Some(text),
                _ => None,
            };
            let texts: Option<Vec<String>> = list.elements().iter().map(text).collect();
            texts.map_or(Value::Other("a list of other things than text"), Value::Texts)
        }
        Field::Group(_) | Field::MapInternal(_) => Value::Other("a group"),
        Field::Bool(_) => Value::Other("a boolean"),
        _ => Value::Other("a number"),
    }
}
