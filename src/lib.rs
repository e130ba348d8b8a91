//! Skydeck keeps a CloudKit public database true to a folder of canonical JSON files.

pub mod record;
