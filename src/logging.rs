//! A log file, when one is asked for. Nothing secret reaches it: keys and signatures are never handed to the log.

use std::fs::File;
use std::io;

use tracing_subscriber::EnvFilter;

use crate::printable::lines::EventLines;

/// Writes what happens to a file, or to standard error, one printable line for each event. `filter` is in the syntax of `tracing`'s `EnvFilter`.
pub fn start(file: Option<File>, filter: &str) -> io::Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(io::Error::other)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    match file {
        Some(file) => builder
            .with_writer(std::sync::Mutex::new(EventLines(file)))
            .try_init(),
        None => builder.with_writer(|| EventLines(io::stderr())).try_init(),
    }
    .map_err(io::Error::other)
}
