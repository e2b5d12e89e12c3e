//! Datanets: admits, checks, de-duplicates and versions contributions.
