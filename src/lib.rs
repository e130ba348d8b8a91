//! Skydeck keeps a CloudKit public database true to a folder of canonical JSON files: it compares, shows, syncs only
//! what changed through a reviewed plan, verifies and takes back.
//!
//! The rooms, each of which names only those below it (`tests/architecture.rs` holds them to that):
//!
//! - [`cloudkit`]: the service: signatures.
//! - [`emulator`]: the service on this machine, for demos, tests and benchmarks; shares nothing with the rest.
//! - [`record`]: the domain, pure: values, records, comparison, diff, plan. Start reading here.
//!
//! **Words.** *Canonical* or *local* data: the JSON files. *Cloud*: what the service holds. *Manifest*: the mapping from
//! files to record types. *Owned* field: one the manifest maps; all others on a record are *foreign* and never touched.
//! *Orphan*: in the cloud, not on disk. *Plan*: the exact operations to send. *Run*: one execution of a plan.
//! *Pre-image*: a record as it was before a run changed it.

pub mod cloudkit;
pub mod emulator;
pub mod record;
