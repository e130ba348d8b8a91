//! Screens, drawn into memory and driven by keys.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod jobs;
