//! Where the journal of a container and environment lies.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::files::{private, read};

/// What a journal belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The folder of all journals; see [`Place::default_folder`].
    pub folder: PathBuf,
    /// The container.
    pub container: String,
    /// The environment.
    pub environment: String,
    /// The server, where it is not Apple's: what was written to a server on this machine has nothing to do with what
    /// was written to Apple's.
    pub server: Option<String>,
}

impl fmt::Display for Place {
    /// `iCloud.com.example.football development`, with the server where it is not Apple's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.container, self.environment)?;
        match &self.server {
            Some(server) => write!(f, " at {server}"),
            None => Ok(()),
        }
    }
}

impl Place {
    /// The platform's folder for state; `None` where there is no home folder.
    pub fn default_folder() -> Option<PathBuf> {
        let dirs = ProjectDirs::from("", "", "skydeck")?;
        Some(
            dirs.state_dir()
                .unwrap_or_else(|| dirs.data_local_dir())
                .to_owned(),
        )
    }

    /// The journal's file.
    pub fn file(&self) -> PathBuf {
        self.with_ending("sqlite")
    }

    /// The file whose lock makes a process the only writer.
    pub fn lock_file(&self) -> PathBuf {
        self.with_ending("lock")
    }

    /// Every file of the journal, including the two side files of SQLite.
    pub fn files(&self) -> Vec<PathBuf> {
        ["sqlite", "sqlite-wal", "sqlite-shm", "lock"]
            .map(|ending| self.with_ending(ending))
            .to_vec()
    }

    fn with_ending(&self, ending: &str) -> PathBuf {
        let server = self
            .server
            .as_deref()
            .map(|server| format!("@{}", harmless(server)));
        let name = format!(
            "{}{}.{ending}",
            harmless(&self.environment),
            server.unwrap_or_default()
        );
        self.folder.join(harmless(&self.container)).join(name)
    }
}

/// A part of a file name that leads nowhere else.
fn harmless(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = text
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .chars()
        .map(|c| if kept(c) { c } else { '_' })
        .collect();
    if name.chars().all(|c| c == '.') {
        format!("_{name}")
    } else {
        name
    }
}

/// Creates the folder if it is missing, and makes existing files readable only by their owner.
pub(super) fn prepare(place: &Place) -> io::Result<()> {
    if let Some(folder) = place.file().parent() {
        private::folder(folder)?;
    }
    place.files().iter().try_for_each(|file| private::tighten(file))
}

/// Makes an empty file with mode 0600 where there is none. One that exists is only looked at: closing it again would drop
/// every POSIX lock that SQLite holds on it in this process.
pub(super) fn make(path: &Path) -> io::Result<()> {
    match private::options().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read::check(&fs::metadata(path)?),
        made => made.map(drop),
    }
}
