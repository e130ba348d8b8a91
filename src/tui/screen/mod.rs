//! The screens. Each owns its state, what its actions do and its drawing.

pub mod history;
pub mod log;
pub mod overview;
pub mod records;
pub mod sync;
pub mod verify;
pub mod welcome;
