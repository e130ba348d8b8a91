//! The commands.

mod body;
pub mod bulk;
pub mod diff;
pub mod doctor;
pub mod emulator;
pub mod export;
pub mod history;
pub mod init;
mod interrupted;
pub mod record;
mod source;
pub mod sync;
pub mod verify;
mod written;
