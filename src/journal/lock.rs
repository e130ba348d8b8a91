//! One writer per container, environment and server: a lock that dies with its process.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;

use super::place::{self, Place};
use crate::files::read;

/// Held while a run writes; released when dropped, or when the process dies.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("another skydeck{} is writing to this container and environment; wait for it to end", holder(.pid.as_deref()))]
    Held {
        /// Its process id, where it is known.
        pid: Option<String>,
    },
    /// The file cannot be used.
    #[error("the lock {path} cannot be used: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

fn holder(pid: Option<&str>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

/// How often to retry a held lock: another process may hold it only to check its state.
const TRIES: u32 = 20;

impl WriterLock {
    /// Whether a process is writing now.
    pub fn is_held(place: &Place) -> bool {
        let file = read::open(&place.lock_file());
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Becomes the only writer, or says who is.
    pub fn take(place: &Place) -> Result<Self, LockError> {
        let path = place.lock_file();
        let failed = |cause| LockError::File {
            path: path.clone(),
            cause,
        };
        place::prepare(place).map_err(failed)?;
        place::make(&path).map_err(failed)?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match try_lock(&file) {
            Ok(()) => {
                let pid = std::process::id().to_string();
                file.set_len(0)
                    .and_then(|()| file.rewind())
                    .and_then(|()| file.write_all(pid.as_bytes()))
                    .map_err(failed)?;
                Ok(WriterLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let known = file.read_to_string(&mut pid).is_ok() && !pid.is_empty();
                Err(LockError::Held {
                    pid: known.then_some(pid),
                })
            }
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }
}

/// Retries for a moment: a process that only checks the lock holds it briefly.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(1)),
            other => return other,
        }
    }
    file.try_lock()
}
