//! What the screens show, and what keys and mouse make of it.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod records;
mod rig;
