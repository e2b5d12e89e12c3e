use super::*;

fn sources(environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
    Sources {
        file: None,
        environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        flags: flags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    }
}

#[test]
fn defaults_parse() {
    assert_eq!(Config::default().listen.port(), 7077);
}

#[test]
fn flags_beat_environment_beats_file_beats_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, "block_ms = 1\nchain_id = 1\nfee_minimum = \"2\"\n").unwrap();
    let mut sources = sources(
        &[("OPENLEDGER_BLOCK_MS", "2"), ("OPENLEDGER_CHAIN_ID", "2"), ("OPENLEDGER_NODE", "x")],
        &[("block_ms", "3")],
    );
    sources.file = Some(path.clone());
    let (config, settings) = sources.resolve().unwrap();
    assert_eq!((config.block_ms, config.chain_id), (3, 2));
    assert_eq!(config.fee_minimum, "2".parse().unwrap());
    let origin = |key| settings.iter().find(|s| s.key == key).unwrap().origin.clone();
    assert_eq!(origin("block_ms"), Origin::Flag);
    assert_eq!(origin("chain_id"), Origin::Environment("OPENLEDGER_CHAIN_ID".into()));
    assert_eq!(origin("fee_minimum"), Origin::File(path));
    assert_eq!(origin("listen"), Origin::Default);
}

#[test]
fn unknown_and_unfit_settings_are_refused() {
    let check = |sources: Sources, expect: &str| {
        assert_eq!(sources.resolve().unwrap_err().to_string(), expect);
    };
    check(
        sources(&[("OPENLEDGER_BLOK_MS", "2")], &[]),
        "unknown setting \"blok_ms\" in OPENLEDGER_BLOK_MS; `openledger config show` lists all",
    );
    check(
        sources(&[], &[("listen", "here")]),
        "listen = \"here\" from flag is not an address and port such as 127.0.0.1:7077",
    );
}
