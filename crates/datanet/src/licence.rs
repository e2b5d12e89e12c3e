//! Licences: which are known, and which record may enter which Datanet.
//!
//! The rule is simple and errs on the side of refusing. Licences fall into three kinds: public
//! domain, permissive, and all others. A record may enter a Datanet when for one alternative of its
//! licence expression (`OR`) every licence in it (`AND`) is
//! - public domain, or
//! - permissive, unless the Datanet promises public domain, or
//! - named by the Datanet's own licence.
//!
//! Source of identifiers and expressions: SPDX specification 3, annex "SPDX license expressions".

use std::collections::BTreeSet;

use spdx::{Expression, LicenseItem, LicenseReq};

#[cfg(test)]
mod tests;

/// Public domain, or as near to it as a licence gets.
const PUBLIC_DOMAIN: [&str; 6] =
    ["0BSD", "CC0-1.0", "MIT-0", "PDDL-1.0", "Unlicense", "LicenseRef-public-domain"];
/// Asking for no more than notices and attribution.
const PERMISSIVE: [&str; 17] = [
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "ODC-By-1.0",
    "PSF-2.0",
    "PostgreSQL",
    "Python-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
];

/// A licence expression of which every licence is known.
#[derive(Debug, Clone)]
pub struct Licence {
    expression: Expression,
    names: BTreeSet<String>,
}

/// Why a licence is refused.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LicenceError {
    /// Not an SPDX expression over listed licences.
    #[error("{licence:?} is not an SPDX licence expression: {reason}")]
    Unknown {
        /// What was given.
        licence: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Records under this licence may not be given away under the Datanet's.
    #[error("{licence} does not allow giving the record away under {datanet}")]
    Incompatible {
        /// Licence of the record.
        licence: String,
        /// Licence of the Datanet.
        datanet: String,
    },
}

impl Licence {
    /// Reads an expression such as `MIT OR Apache-2.0`. Of the names outside SPDX's list only
    /// `LicenseRef-public-domain` is known.
    ///
    /// # Errors
    /// [`LicenceError::Unknown`].
    pub fn parse(text: &str) -> Result<Self, LicenceError> {
        let unknown = |reason: String| LicenceError::Unknown { licence: text.to_owned(), reason };
        let expression =
            Expression::parse(text).map_err(|error| unknown(error.reason.to_string()))?;
        let names: BTreeSet<String> =
            expression.requirements().map(|part| part.req.to_string()).collect();
        for part in expression.requirements() {
            let is_listed = matches!(part.req.license, LicenseItem::Spdx { .. });
            if !is_listed && !is_in(&PUBLIC_DOMAIN, &part.req) {
                return Err(unknown(format!("{} is not a licence that we know", part.req)));
            }
        }
        Ok(Self { expression, names })
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        self.expression.as_ref()
    }

    /// Checks that a record under this licence may enter a Datanet under `datanet`.
    ///
    /// # Errors
    /// [`LicenceError::Incompatible`].
    pub fn check_enters(&self, datanet: &Self) -> Result<(), LicenceError> {
        let is_open = datanet.expression.evaluate(|part| is_in(&PUBLIC_DOMAIN, part));
        let enters = self.expression.evaluate(|part| {
            is_in(&PUBLIC_DOMAIN, part)
                || (!is_open && is_in(&PERMISSIVE, part))
                || datanet.names.contains(&part.to_string())
        });
        if enters {
            return Ok(());
        }
        Err(LicenceError::Incompatible {
            licence: self.as_str().to_owned(),
            datanet: datanet.as_str().to_owned(),
        })
    }
}

fn is_in(list: &[&str], part: &LicenseReq) -> bool {
    list.contains(&part.to_string().as_str())
}

/// The expression that holds for a set of records: all their licences, each once, sorted.
pub(crate) fn conjunction<'a>(licences: impl IntoIterator<Item = &'a str>) -> String {
    let distinct: BTreeSet<&str> = licences.into_iter().collect();
    let is_alone = distinct.len() == 1;
    let bracketed = distinct.into_iter().map(|licence| match licence {
        compound if !is_alone && compound.contains(" OR ") => format!("({compound})"),
        simple => simple.to_owned(),
    });
    bracketed.collect::<Vec<_>>().join(" AND ")
}
