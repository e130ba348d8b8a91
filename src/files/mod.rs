//! The user's files: their kind is looked at before they are opened, and none is replaced unasked.
//!
//! - [`read`]: opening and reading, which never waits for a pipe or a device
//! - [`Target`]: a file to be written, whole or not at all; [`append`]: one that lines are added to
//! - [`Protected`]: the files that are never written
//! - [`private`]: files and folders that only their owner can read

mod append;
mod kind;
pub mod private;
mod protected;
pub mod read;
mod target;

pub use append::append;
pub use protected::Protected;
pub use target::{Existing, Target, WriteError};
