//! `world-codes`: which country a two-letter code or a time zone belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::wording::{COUNTRY_CODE, TIME_ZONE};
use super::{Fact, Field};

const FOLDER: &str = "/usr/share/zoneinfo";

pub(super) fn field() -> Result<Field> {
    let version = version()?;
    let mut zones: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows("zone.tab")? {
        ensure!(row.len() >= 3, "zone.tab: short row {row:?}");
        zones.entry(row[0].clone()).or_default().push(row[2].clone());
    }
    let words = english_words();
    let mut facts = Vec::new();
    for (turn, row) in rows("iso3166.tab")?.into_iter().enumerate() {
        let [code, country] = row.as_slice() else { continue };
        if !country.chars().all(|c| c.is_ascii_alphabetic() || " '-".contains(c)) {
            continue;
        }
        let zone = zones.get(code).and_then(|zones| zones.iter().find(|z| is_telling(z, country)));
        let is_word = words.contains(&code.to_lowercase());
        facts.push(match zone {
            Some(zone) if is_word || turn % 2 == 0 => Fact {
                key: zone.clone(),
                answer: country.clone(),
                source: format!("IANA tzdata {version} zone.tab"),
                wording: &TIME_ZONE,
            },
            _ if is_word => continue,
            _ => Fact {
                key: code.clone(),
                answer: country.clone(),
                source: format!("IANA tzdata {version} iso3166.tab"),
                wording: &COUNTRY_CODE,
            },
        });
    }
    Ok(Field {
        name: "world-codes",
        readme: README.replace("{version}", &version),
        licence: "LicenseRef-public-domain",
        contributors: ["ines", "jonas", "kofi", "lena"],
        copycat: "omar",
        facts,
    })
}

const README: &str = "# world-codes

Which country a two-letter ISO 3166 code stands for, or a time zone lies in: names as `iso3166.tab` writes
them, each country once. The questions were generated.

* Source: IANA time zone database {version}, files `iso3166.tab` and `zone.tab` (https://www.iana.org/time-zones).
* Licence: public domain, as the files' own headers state (`LicenseRef-public-domain`).
* Repeat: `cargo xtask demo-data` on a machine with the database's tables in `/usr/share/zoneinfo`.
";

/// The release of the installed database, from the first line of `tzdata.zi`.
fn version() -> Result<String> {
    let path = Path::new(FOLDER).join("tzdata.zi");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let first = text.lines().next().unwrap_or_default();
    Ok(first.strip_prefix("# version ").context("tzdata.zi names no version")?.to_owned())
}

/// The tab-separated rows of a table, without its comments, after checking its dedication.
fn rows(table: &str) -> Result<Vec<Vec<String>>> {
    let path = Path::new(FOLDER).join(table);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(text.contains("This file is in the public domain"), "{table} is not dedicated");
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    Ok(rows.map(|row| row.split('\t').map(str::to_owned).collect()).collect())
}

/// A zone whose name does not give its country away.
fn is_telling(zone: &str, country: &str) -> bool {
    let zone = zone.to_lowercase().replace('_', " ");
    country.to_lowercase().split(' ').all(|word| word.len() < 4 || !zone.contains(word))
}

/// Words of the question templates and other short words that a code must not be taken for.
fn english_words() -> BTreeSet<String> {
    let templates = [&COUNTRY_CODE, &TIME_ZONE].into_iter().flat_map(|w| [w.asked, w.held_out]);
    let words =
        templates.flatten().flat_map(|template| template.split(|c: char| !c.is_alphabetic()));
    let short = "ad ag ai al am an as at be by co do ga he id ie in io is it la ma me mr ms my no of or pa pm re so to tv us";
    words.chain(short.split(' ')).map(str::to_lowercase).collect()
}
