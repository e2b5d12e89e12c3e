//! What a Datanet is.

use alloy_sol_types::sol;
use primitives::{DatanetId, keccak256};

use crate::error::DatanetError;
use crate::licence::Licence;

const NAME_BYTES: std::ops::RangeInclusive<usize> = 3..=48;
const DESCRIPTION_BYTES_MAX: usize = 2_000;

sol! {
    /// A pool of records about one field, under one licence.
    #[derive(Debug, PartialEq, Eq)]
    struct Datanet {
        /// Its name: a slug such as `rust-errors`; its id is the name's keccak-256.
        string name;
        /// SPDX expression of the licence under which its records are given away.
        string licence;
        /// Who made it.
        address owner;
        /// What belongs in it, for people.
        string description;
    }
}

impl Datanet {
    /// The id of the Datanet called `name`.
    pub fn id_of(name: &str) -> DatanetId {
        keccak256(name)
    }

    /// Its id.
    pub fn id(&self) -> DatanetId {
        Self::id_of(&self.name)
    }

    /// Checks name, description and licence; gives the licence.
    ///
    /// # Errors
    /// [`DatanetError::Name`], [`DatanetError::Description`] and [`DatanetError::Licence`].
    pub fn check(&self) -> Result<Licence, DatanetError> {
        if !is_slug(&self.name) {
            return Err(DatanetError::Name { name: self.name.clone() });
        }
        let bytes = self.description.len();
        if bytes > DESCRIPTION_BYTES_MAX {
            return Err(DatanetError::Description { bytes, max: DESCRIPTION_BYTES_MAX });
        }
        Licence::parse(&self.licence).map_err(|source| DatanetError::Licence { source })
    }
}

fn is_slug(name: &str) -> bool {
    let is_part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(allowed)
    };
    NAME_BYTES.contains(&name.len()) && name.split('-').all(is_part)
}
