//! Opens a file to append lines to it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::kind::irregular;
use super::private;
use super::protected::Protected;
use super::target::WriteError;

/// Opens a file to add to it, and makes it readable by its owner alone where there is none. A terminal and `/dev/null` will
/// do as well.
///
/// # Errors
/// When it is protected, cannot be written, or is a pipe, whose reader could hold everything up.
pub fn append(path: &Path, protected: &Protected) -> Result<File, WriteError> {
    let failed = |cause| WriteError::Io {
        path: path.to_owned(),
        cause,
    };
    if let Some(what) = protected.what(path) {
        return Err(WriteError::Protected {
            path: path.to_owned(),
            what: what.to_owned(),
        });
    }
    match fs::metadata(path) {
        Ok(metadata) if !takes_lines(&metadata) => {
            return Err(WriteError::NotRegular {
                path: path.to_owned(),
                what: irregular(metadata.file_type()).unwrap_or("not a regular file"),
            });
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let opened = private::options().create(true).append(true).open(path);
    opened.map_err(failed)
}

fn takes_lines(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    let is_terminal = std::os::unix::fs::FileTypeExt::is_char_device(&metadata.file_type());
    #[cfg(not(unix))]
    let is_terminal = false;
    metadata.is_file() || is_terminal
}
