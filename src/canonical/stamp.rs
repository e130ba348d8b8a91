//! Detects whether a file changed since it was read.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Identifies the version of a file that was read: size and modification time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Bytes.
    pub len: u64,
    /// When it was last written.
    pub mtime: SystemTime,
}

impl FileStamp {
    /// The stamp of a file as it is now.
    pub fn of(file: &Path) -> io::Result<Self> {
        FileStamp::from_metadata(&fs::metadata(file)?)
    }

    pub(super) fn from_metadata(metadata: &Metadata) -> io::Result<Self> {
        Ok(FileStamp {
            len: metadata.len(),
            mtime: metadata.modified()?,
        })
    }
}
