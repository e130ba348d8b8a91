//! What a command works with: the configuration, the session, and how to print.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::args::{EnvironmentName, Global};
use super::confirm::{Answer, Question, ask};
use super::interrupt::Interrupt;
use super::output::talk;
use super::progress::watch;
use crate::cloudkit::Settings;
use crate::config::{Config, FILE_NAME};
use crate::sandbox::Demo;
use crate::sync::{Job, JobError, Overrides, Session};

/// What a command works with.
pub struct Desk {
    /// The session.
    pub session: Arc<Session>,
    /// Whether a document for programs is wanted.
    pub json: bool,
    /// Whether to say more.
    pub verbose: bool,
    /// What is not as it should be, and no error.
    pub warnings: Vec<String>,
    demo: Option<(Demo, tempfile::TempDir)>,
    /// What is heard while nobody waits counts for the next one who does.
    interrupt: Mutex<Interrupt>,
}

impl Desk {
    /// The same as [`Desk::prepare`], with the warnings told.
    pub async fn open(global: Global) -> Result<Self, JobError> {
        let desk = Desk::prepare(global, None).await?;
        for warning in &desk.warnings {
            talk(&format!("Warning: {warning}"));
        }
        Ok(desk)
    }

    /// Finds the configuration and opens the session; with `--demo`, starts the demo first.
    pub async fn prepare(global: Global, patience: Option<Settings>) -> Result<Self, JobError> {
        let interrupt = Mutex::new(Interrupt::listen());
        let (demo, path, state) = if global.demo {
            let (demo, folder) = start_demo().await?;
            let (path, state) = (demo.config.clone(), demo.folder.join("state"));
            (Some((demo, folder)), path, Some(state))
        } else {
            (None, configuration(&global)?, global.state.clone())
        };
        let config = Config::load(&path)?;
        let mut warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
        let variables = demo.as_ref().map(|(demo, _)| demo.environment());
        let lookup = |name: &str| match &variables {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        let overrides = Overrides {
            endpoint: global.endpoint.clone().filter(|_| demo.is_none()),
            state_folder: state,
            unlocked: global.unlock == Some(global.environment),
            patience,
        };
        let session = Session::open(config, global.environment.name(), overrides, &lookup)?;
        warnings.extend(session.warnings.iter().cloned());
        Ok(Desk {
            warnings,
            session: Arc::new(session),
            json: global.json,
            verbose: global.verbose,
            demo,
            interrupt,
        })
    }

    /// Waits for a job and shows what it says.
    pub async fn watch<T: Send + 'static>(&self, job: Job<T>) -> Result<T, JobError> {
        watch(job, self.json, &mut *self.interrupt.lock().await).await
    }

    /// Asks before something is sent.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Answer, JobError> {
        ask(question, &mut *self.interrupt.lock().await).await
    }

    /// Does something that is no job, unless it is interrupted.
    pub async fn unless_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, JobError> {
        let mut interrupt = self.interrupt.lock().await;
        tokio::select! {
            done = work => Ok(done),
            () = interrupt.heard() => Err(JobError::Cancelled),
        }
    }

    /// Whether all of this is gone when the program ends, the journal too.
    pub fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// Whether users see what is written: then nothing counts as agreed to that was not said outright.
    pub fn is_production(&self) -> bool {
        self.session.environment() == EnvironmentName::Production.name()
    }

    /// Where things are written to, for questions: `development of iCloud.com.example.football`.
    pub fn place(&self) -> String {
        format!(
            "{} of {}",
            self.session.environment(),
            self.session.config().container
        )
    }

    /// Ends the demo, if there is one.
    pub async fn close(self) {
        if let Some((demo, _folder)) = self.demo {
            demo.emulator.stop().await;
        }
    }
}

/// The configuration's file: the one named, or the nearest one upwards.
pub fn configuration(global: &Global) -> Result<PathBuf, JobError> {
    if let Some(path) = &global.config {
        return Ok(path.clone());
    }
    let here = std::env::current_dir().map_err(|error| JobError::Usage(error.to_string()))?;
    Config::find(&here)?.ok_or_else(|| {
        JobError::Usage(format!(
            "there is no {FILE_NAME} here or above; make one with skydeck init, or try skydeck --demo diff"
        ))
    })
}

async fn start_demo() -> Result<(Demo, tempfile::TempDir), JobError> {
    let failed = |error: &dyn std::fmt::Display| JobError::Usage(format!("the demo cannot start: {error}"));
    let folder = tempfile::Builder::new()
        .prefix("skydeck-demo-")
        .tempdir()
        .map_err(|error| failed(&error))?;
    let demo = Demo::start(folder.path()).await.map_err(|error| failed(&error))?;
    talk(&format!(
        "Demo: a copy of the data in {}, an embedded CloudKit at {}; both go when this ends.",
        folder.path().display(),
        demo.emulator.endpoint()
    ));
    Ok((demo, folder))
}
