//! Access to the user's files: checks the kind of a file before opening it, and never replaces one without
//! permission.
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
