//! The jobs over real HTTP, against the emulator. What must be is worked out here, from the files and the service's own
//! records read as JSON; the reports of the jobs are never taken for true by themselves.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod asking;
mod bulk;
mod conflicts;
mod damaged;
mod data;
mod edits;
mod events;
mod guards;
mod lag;
mod league;
mod lost;
mod parts;
#[path = "../common/proxy.rs"]
mod proxy;
mod random;
mod replaced;
mod rig;
mod saved;
mod strays;
mod throttled;
mod undo;
mod verify;
