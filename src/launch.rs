//! What both front ends begin with: the configuration found, the demo started, a session for an environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::canonical::propose;
use crate::cloudkit::Settings;
use crate::config::credentials::KEY_VARIABLES;
use crate::config::{Config, FILE_NAME};
use crate::files::{Existing, Protected, Target, WriteError};
use crate::sandbox::Demo;
use crate::sync::{JobError, Overrides, Session};

/// What was asked for on the command line.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The configuration; `None`: the nearest one upwards.
    pub config: Option<PathBuf>,
    /// `development` or `production`.
    pub environment: String,
    /// Whether it may be written although it is read-only.
    pub unlocked: bool,
    /// Another server than the configuration's.
    pub endpoint: Option<String>,
    /// The folder of the journals, in place of the platform's.
    pub state: Option<PathBuf>,
    /// Run on an embedded CloudKit with the data set that ships.
    pub demo: bool,
}

/// A configuration, and all that is needed to open sessions of its environments.
pub struct Launched {
    /// The configuration.
    pub config: Config,
    /// The demo, if it was asked for: it ends with this value.
    pub demo: Option<(Demo, tempfile::TempDir)>,
    variables: Option<BTreeMap<String, String>>,
    overrides: Overrides,
}

impl Launch {
    /// The configuration's file: the one named, or the nearest one upwards; `None` where there is none.
    pub fn configuration(&self) -> Result<Option<PathBuf>, JobError> {
        if let Some(path) = &self.config {
            return Ok(Some(path.clone()));
        }
        let here = std::env::current_dir().map_err(|cause| JobError::unreadable(Path::new("."), cause))?;
        Ok(Config::find(&here)?)
    }

    /// Reads the configuration; with the demo, makes it first. Dropping this ends the wait for a file system that does not
    /// answer.
    pub async fn start(&self) -> Result<Launched, JobError> {
        let (demo, path, state) = if self.demo {
            let (demo, folder) = start_demo().await?;
            let (path, state) = (demo.config.clone(), demo.folder.join("state"));
            (Some((demo, folder)), path, Some(state))
        } else {
            let path = self.configuration()?.ok_or(JobError::NoConfiguration)?;
            (None, path, self.state.clone())
        };
        let of_demo = demo.is_some();
        let config = tokio::task::spawn_blocking(move || {
            if of_demo {
                Config::load(&path)
            } else {
                Config::load_with(&path, &variable)
            }
        });
        Ok(Launched {
            config: config
                .await
                .map_err(|error| JobError::Broken(error.to_string()))??,
            overrides: Overrides {
                endpoint: self.endpoint.clone().filter(|_| demo.is_none()),
                state_folder: state,
                ..Overrides::default()
            },
            variables: demo.as_ref().map(|(demo, _)| demo.environment()),
            demo,
        })
    }
}

/// An environment variable of this process.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A program to start, such as an editor: without the variables that hold or name a key. Every other program is started
/// through this.
pub fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    for variable in KEY_VARIABLES {
        command.env_remove(variable);
    }
    command
}

/// Writes a configuration that was not there; what is there already is never touched.
pub fn write_configuration(text: &str) -> Result<PathBuf, JobError> {
    let path = Path::new(FILE_NAME);
    let none = Protected::default();
    let write = |out: &mut dyn Write| {
        out.write_all(text.as_bytes())
            .map_err(|cause| JobError::unwritable(path, cause))
    };
    let written = Target::new(path, Existing::Keep, &none)
        .map_err(JobError::from)
        .and_then(|target| target.write(write));
    match written {
        Err(JobError::Write(WriteError::Exists(path))) => Err(JobError::Configured(path)),
        written => written.map(|()| path.to_owned()),
    }
}

/// Writes a configuration proposed from the JSON files of `data`, or where there are none of the folder one is in.
pub fn propose_here() -> Result<PathBuf, JobError> {
    let folders = ["data", "."].map(Path::new);
    let Some(folder) = folders.into_iter().find(|folder| has_json(folder)) else {
        return Err(JobError::Failed(
            "there are no JSON files here or in data/; go to the folder that has them, or write one with skydeck init --template"
                .into(),
        ));
    };
    write_configuration(&propose(folder, None).text)
}

fn has_json(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .into_iter()
        .any(|entry| entry.path().extension().is_some_and(|ending| ending == "json"))
}

async fn start_demo() -> Result<(Demo, tempfile::TempDir), JobError> {
    let failed = |error: &dyn std::fmt::Display| JobError::Failed(format!("the demo cannot start: {error}"));
    let folder = tempfile::Builder::new()
        .prefix("skydeck-demo-")
        .tempdir()
        .map_err(|error| failed(&error))?;
    let demo = Demo::start(folder.path()).await.map_err(|error| failed(&error))?;
    Ok((demo, folder))
}

impl Launched {
    /// Opens a session of an environment. Blocks for a moment: files, SQLite.
    pub fn session(
        &self,
        environment: &str,
        unlocked: bool,
        patience: Option<Settings>,
    ) -> Result<Session, JobError> {
        let overrides = Overrides {
            unlocked,
            patience,
            ..self.overrides.clone()
        };
        Session::open(self.config.clone(), environment, overrides, &|name| {
            self.variable(name)
        })
    }

    /// Whether the key of an environment can be used. Blocks for a moment: it reads the key's file.
    pub fn check_key(&self, environment: &str) -> Result<(), JobError> {
        Session::check_key(&self.config, environment, &|name| self.variable(name))
    }

    fn variable(&self, name: &str) -> Option<String> {
        match &self.variables {
            Some(variables) => variables.get(name).cloned(),
            None => variable(name),
        }
    }

    /// Ends the demo, if there is one.
    pub async fn close(self) {
        if let Some((demo, _folder)) = self.demo {
            demo.emulator.stop().await;
        }
    }
}
