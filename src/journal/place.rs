//! Where the journal of a container and environment lies.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

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

/// Makes the folder and an empty file that only their owner can read; SQLite gives its side files the same mode.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    private_file(path).map(drop)
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Opens a file for writing, and makes it with mode 0600 where there is none.
pub(super) fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
