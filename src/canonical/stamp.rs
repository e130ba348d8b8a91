//! Whether a file is still the one that was read.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// What tells whether a file is still the one that was read.
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
