//! Bytes on disk: content-addressed blobs and typed tables.
