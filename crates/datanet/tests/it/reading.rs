//! Files that are read, and files that are refused with the line and the reason.

use std::sync::Arc;

use datanet::{Defaults, Options, ParsedRecord, ReadError, is_readable, read};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

fn try_read(file: &str, bytes: &[u8]) -> Result<Vec<ParsedRecord>, ReadError> {
    let defaults = Defaults { licence: "MIT".to_owned(), source: String::new() };
    let options = Options { file_bytes_max: 100_000, records_max: 50, ..Options::default() };
    read(file, bytes, &defaults, &options)
}

/// What is read, one line per record: `line|question|answer|variants|source|licence`.
#[track_caller]
fn check(file: &str, bytes: &[u8], expect: &[&str]) {
    let records = try_read(file, bytes).expect("the file is good");
    let shown: Vec<String> = records
        .into_iter()
        .map(|ParsedRecord { line, record }| {
            let variants = record.variants.join("/");
            let parts = [record.question, record.answer, variants, record.source, record.licence];
            format!("{line}|{}", parts.join("|"))
        })
        .collect();
    assert_eq!(shown, expect);
}

/// The file is refused at this line for this reason (its `Debug` form starts so).
#[track_caller]
fn check_refused(file: &str, bytes: &[u8], line: u64, problem: &str) {
    let error = try_read(file, bytes).expect_err("the file is bad");
    assert_eq!((error.line, error.file.as_str()), (line, file), "{:?}", error.problem);
    let found = format!("{:?}", error.problem);
    assert!(found.starts_with(problem), "{found}");
    assert_eq!(error.to_string(), format!("{file}, line {line}"));
}

const GOOD: &str = r#"{"question":"Q?","answer":"A."}"#;

#[test]
fn jsonl() {
    let text = concat!(
        "\u{feff}",
        r#"{"question":" What? ","answer":"This.","variants":["Say what?"," "],"source":"s","licence":"ISC"}"#,
        "\r\n\n",
        r#"{"prompt":"P","completion":"ä \" { [","license":null}"#,
        "\n",
        r#"{"text":"Only text."}"#,
        "\n",
        r#"{"title":"T","text":"With a title."}"#,
    );
    check(
        "notes.jsonl",
        text.as_bytes(),
        &[
            "1|What?|This.|Say what?|s|ISC",
            "3|P|ä \" { [||notes.jsonl|MIT",
            "4||Only text.||notes.jsonl|MIT",
            "5|T|With a title.||notes.jsonl|MIT",
        ],
    );
}

#[test]
fn csv_and_tsv() {
    let text = "Question,ANSWER,variants\n\"Q, 1\",\"line one\nline two\",\"v|w\"\nQ2,A2,\n";
    check(
        "a.csv",
        text.as_bytes(),
        &["2|Q, 1|line one\nline two|v/w|a.csv|MIT", "4|Q2|A2||a.csv|MIT"],
    );
    check("a.tsv", b"prompt\tresponse\nQ\tA\n", &["2|Q|A||a.tsv|MIT"]);
}

#[test]
fn markdown_sections() {
    let text = "---\ntitle: x\n---\n# Top\n\n## First\nOne\n\nTwo\n```\n# no heading\n```\n## Empty\n### Last ###\nEnd\n";
    check(
        "guide.md",
        text.as_bytes(),
        &["6|First|One\n\nTwo\n```\n# no heading\n```||guide.md|MIT", "14|Last|End||guide.md|MIT"],
    );
    check("x.markdown", b"Only text", &["1||Only text||x.markdown|MIT"]);
}

#[test]
fn plain_paragraphs() {
    check(
        "my_notes.txt",
        b"A title\n\nFirst\nparagraph.\n\n\nSecond.\n",
        &["3|A title|First\nparagraph.||my_notes.txt|MIT", "7|A title|Second.||my_notes.txt|MIT"],
    );
    check(
        "a/my_notes.txt",
        b"One.\n\nTwo.",
        &["1|my notes|One.||a/my_notes.txt|MIT", "3|my notes|Two.||a/my_notes.txt|MIT"],
    );
}

#[test]
fn endings_tell_the_format() {
    for file in ["a.jsonl", "b.NDJSON", "c.csv", "d.parquet", "e.md", "f.txt"] {
        assert!(is_readable(file), "{file}");
    }
    for file in ["a.json", "b", "c.exe", ".md.bak"] {
        assert!(!is_readable(file), "{file}");
        check_refused(file, b"x", 0, "UnknownFormat");
    }
}

#[test]
fn malformed_jsonl() {
    let after_good = |bad: &str| format!("{GOOD}\n\n{bad}\n{GOOD}\n").into_bytes();
    let check = |bad: &str, problem: &str| check_refused("f.jsonl", &after_good(bad), 3, problem);
    check("{", "Json");
    check("[]", "Json");
    check("\"text\"", "Json");
    check(r#"{"question":"Q","answer":"A"} trailing"#, "Json");
    check(r#"{"question":"Q","answer":"\ud800"}"#, "Json");
    check(r#"{"question":"Q"}"#, "MissingField { field: \"answer\" }");
    check(r#"{"answer":"A"}"#, "MissingField { field: \"question\" }");
    check(r#"{"question":null,"answer":"A"}"#, "MissingField { field: \"question\" }");
    check(r#"{"question":1,"answer":"A"}"#, "FieldType { field: \"question\", found: \"a number\"");
    check(
        r#"{"question":"Q","answer":{"a":1}}"#,
        "FieldType { field: \"answer\", found: \"an object\"",
    );
    check(
        r#"{"question":"Q","answer":"A","variants":"V"}"#,
        "FieldType { field: \"variants\", found: \"text\"",
    );
    check(r#"{"question":"Q","answer":"A","variants":[1]}"#, "FieldType { field: \"variants\"");
    check(r#"{"question":"Q","answer":"A","key":"K"}"#, "UnknownColumn { column: \"key\" }");
    check(r#"{"question":"Q","answer":"A","answer":"B"}"#, "RepeatedColumn { column: \"answer\"");
    check(r#"{"question":"Q","prompt":"P","answer":"A"}"#, "RepeatedColumn { column: \"prompt\"");
    check(r#"{"question":"Q","answer":"A\u0000B"}"#, "Nul");
    check(
        &format!("{{\"answer\":{}{}}}", "[".repeat(50_000), "]".repeat(40_000)),
        "TooDeep { depth: 50001",
    );
}

#[test]
fn malformed_bytes() {
    check_refused("f.jsonl", b"", 0, "NoRecord");
    check_refused("f.jsonl", b"\xef\xbb\xbf\n \n", 0, "NoRecord");
    check_refused("f.txt", b"fine\n\nbad \xff byte", 3, "Utf8 { byte: 4 }");
    check_refused(
        "f.csv",
        "question,answer\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
            .as_slice(),
        1,
        "Nul",
    );
    check_refused("f.md", b"\xff\xfe# UTF-16", 1, "Utf8 { byte: 0 }");
    check_refused("f.md", b"# A\ntext\n\0", 3, "Nul");
    check_refused(
        "f.txt",
        "a".repeat(100_001).as_bytes(),
        0,
        "FileTooLarge { bytes: 100001, max: 100000 }",
    );
    let many = format!("{GOOD}\n").repeat(51);
    check_refused("f.jsonl", many.as_bytes(), 51, "TooManyRecords { max: 50 }");
}

#[test]
fn malformed_csv() {
    check_refused("f.csv", b"question,answer\nQ,A\nQ\n", 3, "Csv");
    check_refused("f.csv", b"question,answer,id\nQ,A,1\n", 1, "UnknownColumn { column: \"id\" }");
    check_refused("f.csv", b"question,prompt,answer\nQ,P,A\n", 2, "RepeatedColumn");
    check_refused("f.csv", b"question\nQ\n", 2, "MissingField { field: \"answer\" }");
    check_refused("f.csv", b"question,answer\n", 0, "NoRecord");
}

/// A file with a question, an answer and a list of variants per row.
fn parquet(rows: &[(&str, Option<&str>)], schema: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let schema = Arc::new(parse_message_type(schema).expect("the schema is one"));
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, properties).expect("memory takes it");
    let mut group = writer.next_row_group().expect("memory takes it");
    let mut is_question = true;
    while let Some(mut column) = group.next_column().expect("memory takes it") {
        let texts = rows.iter().filter_map(
            |(question, answer)| {
                if is_question { Some(*question) } else { *answer }
            },
        );
        let values: Vec<ByteArray> = texts.map(ByteArray::from).collect();
        let levels: Vec<i16> = rows.iter().map(|(_, answer)| i16::from(answer.is_some())).collect();
        let levels = if is_question { None } else { Some(levels.as_slice()) };
        let written = match column.untyped() {
            ColumnWriter::Int64ColumnWriter(writer) => {
                writer.write_batch(&vec![1; rows.len()], None, None)
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                writer.write_batch(&values, levels, None)
            }
            _ => unreachable!("the tests use no other column"),
        };
        written.expect("it fits");
        column.close().expect("memory takes it");
        is_question = false;
    }
    group.close().expect("memory takes it");
    writer.close().expect("memory takes it");
    bytes
}

const SCHEMA: &str =
    "message m { required binary question (UTF8); optional binary answer (UTF8); }";

#[test]
fn parquet_rows() {
    let bytes = parquet(&[("Q1", Some("A1")), ("Q2", Some("A2"))], SCHEMA);
    check("p.parquet", &bytes, &["1|Q1|A1||p.parquet|MIT", "2|Q2|A2||p.parquet|MIT"]);
}

#[test]
fn malformed_parquet() {
    let good = [("Q1", Some("A1")), ("Q2", None)];
    check_refused("p.parquet", &parquet(&good, SCHEMA), 2, "MissingField { field: \"answer\" }");
    check_refused("p.parquet", b"", 0, "Parquet");
    check_refused("p.parquet", b"PAR1 not really PAR1", 0, "Parquet");
    let other = SCHEMA.replace("answer", "label");
    check_refused(
        "p.parquet",
        &parquet(&good[..1], &other),
        0,
        "UnknownColumn { column: \"label\" }",
    );
    let number = "message m { required int64 question; optional binary answer (UTF8); }";
    check_refused(
        "p.parquet",
        &parquet(&good[..1], number),
        1,
        "FieldType { field: \"question\", found: \"a number\"",
    );
}

proptest! {
    #[test]
    fn no_bytes_break_a_reader(bytes: Vec<u8>, text: String) {
        for file in ["f.jsonl", "f.csv", "f.md", "f.txt", "f.parquet"] {
            drop(try_read(file, &bytes));
            drop(try_read(file, text.as_bytes()));
        }
    }

    #[test]
    fn no_damage_breaks_the_parquet_reader(place: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let mut bytes = parquet(&[("Q1", Some("A1")), ("Q2", Some("A2"))], SCHEMA);
        let position = place.index(bytes.len());
        bytes[position] = byte;
        drop(try_read("f.parquet", &bytes));
        bytes.truncate(cut.index(bytes.len()));
        drop(try_read("f.parquet", &bytes));
    }

    #[test]
    fn what_json_carries_is_read(question in "\\PC{1,40}", answer in "\\PC{1,40}") {
        let line = serde_json::json!({ "question": question, "answer": answer }).to_string();
        let records = try_read("f.jsonl", line.as_bytes()).unwrap();
        prop_assert_eq!(records[0].record.question.as_str(), question.trim());
        prop_assert_eq!(records[0].record.answer.as_str(), answer.trim());
    }
}
