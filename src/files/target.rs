//! A file to be written.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::kind::irregular;
use super::protected::{Protected, resolved};

/// What becomes of a file that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced: the user agreed to that.
    Replace,
}

/// Why a file is not written. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It exists.
    #[error("{} already exists; nothing was written", .0.display())]
    Exists(PathBuf),
    /// Skydeck needs it as it is.
    #[error("{} is {what}, which is never replaced; nothing was written", .path.display())]
    Protected {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: String,
    },
    /// A folder, a pipe, a device.
    #[error("{} is {what}; only a regular file can be written", .path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file system says no.
    #[error("{} cannot be written: {cause}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// A file that may be written: it is new or may be replaced, it is a regular file, and nothing that Skydeck needs.
///
/// A symbolic link stays, and the file it leads to is written.
#[derive(Debug, Clone)]
pub struct Target<'p> {
    path: PathBuf,
    existing: Existing,
    protected: &'p Protected,
}

impl<'p> Target<'p> {
    /// Checks that a file may be written, before the work of making its content is done.
    pub fn new(path: &Path, existing: Existing, protected: &'p Protected) -> Result<Self, WriteError> {
        let target = Target {
            path: path.to_owned(),
            existing,
            protected,
        };
        target.check()?;
        Ok(target)
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file, whole or not at all: when `write` fails, what was there is there still.
    ///
    /// A new file can be read by its owner alone; one that is replaced keeps its mode.
    pub fn write<T, E: From<WriteError>>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T, E> {
        let failed = |cause| WriteError::Io {
            path: self.path.clone(),
            cause,
        };
        // Once more: the first look may be minutes old.
        let place = self.check()?;
        // `check` has found the folder.
        let folder = place.parent().unwrap_or(Path::new("."));
        // In two parts, so that errors speak of the target and not of the temporary file.
        let (file, new) = NamedTempFile::new_in(folder).map_err(failed)?.into_parts();
        let mut out = BufWriter::new(file);
        let written = write(&mut out)?;
        let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
        if let Ok(old) = fs::metadata(&place) {
            file.set_permissions(old.permissions()).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        self.put(new, &place)?;
        Ok(written)
    }

    /// The place to write to, behind all links.
    fn check(&self) -> Result<PathBuf, WriteError> {
        let path = || self.path.clone();
        let failed = |cause| WriteError::Io { path: path(), cause };
        if let Some(what) = self.protected.what(&self.path) {
            let what = what.to_owned();
            return Err(WriteError::Protected { path: path(), what });
        }
        let place = resolved(&self.path).map_err(failed)?;
        match fs::metadata(&place) {
            Ok(metadata) => match irregular(metadata.file_type()) {
                Some(what) => Err(WriteError::NotRegular { path: path(), what }),
                None if self.existing == Existing::Keep => Err(WriteError::Exists(path())),
                None => Ok(place),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(place),
            Err(error) => Err(failed(error)),
        }
    }

    fn put(&self, new: TempPath, place: &Path) -> Result<(), WriteError> {
        let put = match self.existing {
            Existing::Keep => new.persist_noclobber(place),
            Existing::Replace => new.persist(place),
        };
        put.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists(self.path.clone()),
            _ => WriteError::Io {
                path: self.path.clone(),
                cause: error.error,
            },
        })?;
        // The name is in the folder: without this it may be gone after a power cut. Not every file system can.
        if let Some(folder) = place.parent().and_then(|folder| fs::File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}
