//! The kept samples.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::mutate::Mutator;

/// Samples of one target.
#[derive(Debug)]
pub(crate) struct Corpus(Vec<Vec<u8>>);

impl Corpus {
    /// These samples and the lines of every file in `corpus/NAME`.
    pub(crate) fn with_lines(folder: &Path, name: &str, mut samples: Vec<Vec<u8>>) -> Result<Self> {
        let folder = folder.join("corpus").join(name);
        let entries =
            fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        paths.sort();
        for path in paths {
            let text = fs::read_to_string(&path);
            let text = text.with_context(|| format!("read {}", path.display()))?;
            samples.extend(text.lines().map(|line| line.as_bytes().to_vec()));
        }
        ensure!(!samples.is_empty(), "{} has no sample", folder.display());
        Ok(Self(samples))
    }

    /// As [`Self::with_lines`]; the lines are hex.
    pub(crate) fn with_hex(folder: &Path, name: &str, samples: Vec<Vec<u8>>) -> Result<Self> {
        let known = samples.len();
        let mut corpus = Self::with_lines(folder, name, samples)?;
        for line in corpus.0.iter_mut().skip(known) {
            let bytes =
                unhex(line).with_context(|| format!("a line of corpus/{name} is no hex"))?;
            *line = bytes;
        }
        Ok(corpus)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// One of them.
    pub(crate) fn pick(&self, mutator: &mut Mutator) -> &[u8] {
        mutator.choose(&self.0).map_or(&[], Vec::as_slice)
    }
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// Bytes as hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(u32::from);
    bytes.iter().flat_map(digits).filter_map(|digit| char::from_digit(digit, 16)).collect()
}
