//! Files that are never overwritten, under any name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a configuration that no export, plan or log may replace.
#[derive(Debug, Clone, Default)]
pub struct Protected {
    files: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// What it is: `the configuration`.
    what: String,
    path: PathBuf,
    id: Option<FileId>,
}

/// What two names of one file share: device and inode.
type FileId = (u64, u64);

impl Protected {
    /// Protects a file. One that is not there yet is protected by its name.
    pub fn add(&mut self, path: &Path, what: impl Into<String>) {
        self.files.push(Entry {
            what: what.into(),
            // Without a folder there is no file to lose.
            path: resolved(path).unwrap_or_else(|_| path.to_owned()),
            id: id(path),
        });
    }

    /// What a file is, where it is protected: by another name, through links of either sort.
    pub fn what(&self, path: &Path) -> Option<&str> {
        let (path, id) = (resolved(path).ok()?, id(path));
        let is_it = |entry: &&Entry| entry.path == path || (id.is_some() && entry.id == id);
        self.files.iter().find(is_it).map(|entry| entry.what.as_str())
    }
}

#[cfg(unix)]
fn id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Path) -> Option<FileId> {
    None
}

/// The path behind all symbolic links, whether there is a file at its end or not.
pub(super) fn resolved(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize()?;
        let Some(name) = path.file_name() else {
            // It ends in `..` or is the root: a folder.
            return path.canonicalize();
        };
        let full = folder.join(name);
        match fs::read_link(&full) {
            // `join` with an absolute link gives the link's target.
            Ok(link) => path = folder.join(link),
            Err(_) => return Ok(full),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}
