//! The screens, drawn from a state and driven by messages: what a user sees, and what keys and mouse make of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod dialogs;
mod driver;
mod every;
mod export;
mod filters;
mod gone;
mod jobs;
mod looks;
mod picture;
mod random;
mod record;
mod record_flow;
mod records;
mod report;
mod rig;
mod room;
mod scenes;
mod verdicts;
