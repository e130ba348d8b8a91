//! What the screens show, and what keys and mouse make of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod records;
mod rig;
