//! Opens regular files only: a named pipe or a device can block its reader forever.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use super::kind::irregular;

/// Opens a regular file for reading; never waits.
///
/// # Errors
/// When it is anything else, or cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    // Looked at first: opening alone makes some devices do something.
    check(&fs::metadata(path)?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Should a pipe have taken its place by now, this does not wait for a writer. Regular files do not care.
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Whether this is a regular file.
///
/// # Errors
/// When it is not, with what it is instead.
pub fn check(metadata: &Metadata) -> io::Result<()> {
    match irregular(metadata.file_type()) {
        None => Ok(()),
        Some(what) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("it is {what}; a regular file is needed"),
        )),
    }
}

/// Reads a regular file of text.
///
/// # Errors
/// As [`open`], and when it is not UTF-8.
pub fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Reads a regular file.
///
/// # Errors
/// As [`open`].
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
