//! The program as its users meet it: the real binary, its words, its exit codes, its documents, against an emulator
//! over real HTTP. What is expected is counted by hand from the few records in `rig`, or stands in the design.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod baseline;
mod beginning;
mod bounds;
mod checks;
mod damaged;
mod documents;
mod exits;
mod files;
mod hostile;
mod interrupted;
mod keys;
mod killed;
mod lost_output;
mod mistakes;
mod network;
mod pipes;
mod plans;
mod proxy;
mod reading;
mod refusals;
mod rig;
mod script;
mod serving;
mod strays;
mod terminal;
mod values;
mod writing;

use rig::Rig;
