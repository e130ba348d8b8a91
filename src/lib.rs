//! Skydeck keeps a CloudKit public database true to a folder of canonical JSON files: it compares, shows, syncs only
//! what changed through a reviewed plan, verifies and takes back.
//!
//! The rooms, each of which names only those below it (`tests/architecture.rs` holds them to that):
//!
//! - [`tui`]: the full screen, and
//! - [`cli`]: the command line: it shows and asks, and decides nothing about data.
//! - [`launch`]: what both begin with: configuration, demo, session.
//! - [`sync`]: the jobs: compare, review, apply, verify, undo, edit; the only room that writes to the cloud.
//! - [`cloudkit`]: the service: client, signatures, errors, pace.
//! - [`canonical`]: local files through the manifest into records.
//! - [`journal`]: the durable account of runs: operations, pre-images, the last comparison.
//! - [`config`]: `skydeck.toml`: environments, and the manifest that maps files to record types.
//! - [`record`]: the domain, pure: values, records, comparison, diff, plan. Start reading here.
//! - [`emulator`]: CloudKit Web Services on this machine; shares nothing with the client but facts.
//! - [`sandbox`]: an emulator filled from files through a manifest.
//! - [`demo`]: a data set to try everything on.
//! - [`files`]: the user's files: read without waiting for ever, written whole, never replaced unasked.
//! - [`logging`]: a log file, when one is asked for.
//! - [`printable`]: what may reach a terminal; both front ends and the log print through it.
//!
//! **Words.** *Canonical* or *local* data: the JSON files. *Cloud*: what the service holds. *Manifest*: the mapping from
//! files to record types. *Owned* field: one the manifest maps; all others on a record are *foreign* and never touched.
//! *Orphan*: in the cloud, not on disk. *Plan*: the exact operations to send. *Run*: one execution of a plan.
//! *Pre-image*: a record as it was before a run changed it.

pub mod canonical;
pub mod cli;
pub mod cloudkit;
pub mod config;
pub mod demo;
pub mod emulator;
pub mod files;
pub mod journal;
pub mod launch;
pub mod logging;
pub mod printable;
pub mod record;
pub mod sandbox;
pub mod sync;
pub mod tui;
