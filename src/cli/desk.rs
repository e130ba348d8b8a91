//! What a command works with: the configuration, the session, and how to print.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;
use tokio::sync::Mutex;

use super::args::{EnvironmentName, Global};
use super::confirm::{Answer, Question, ask};
use super::interrupt::Interrupt;
use super::output::talk;
use super::progress::watch;
use crate::cloudkit::Settings;
use crate::files::{Protected, append};
use crate::launch::{Launch, Launched};
use crate::logging;
use crate::sync::{Job, JobError, Session};

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
    launched: Arc<Launched>,
    /// What is heard while nobody waits counts for the next one who does.
    interrupt: Mutex<Interrupt>,
    /// The run that was interrupted before this command, for its document.
    interrupted: OnceLock<Json>,
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
        let mut interrupt = Interrupt::listen();
        let opening = opened(global.launch(), patience);
        let (launched, session) = tokio::select! {
            opened = opening => opened?,
            () = interrupt.heard() => return Err(JobError::Cancelled),
        };
        start_log(&global, &session.protected())?;
        let mut warnings: Vec<String> = launched.config.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(session.warnings.iter().cloned());
        Ok(Desk {
            warnings,
            session: Arc::new(session),
            json: global.json,
            verbose: global.verbose,
            launched,
            interrupt: Mutex::new(interrupt),
            interrupted: OnceLock::new(),
        })
    }

    /// Waits for a job and shows what it says.
    pub async fn watch<T: Send + 'static>(&self, job: Job<T>) -> Result<T, JobError> {
        watch(job, self.json, &mut *self.interrupt.lock().await).await
    }

    /// Stores the interrupted run for the command's document.
    pub fn note_interrupted(&self, run: Json) {
        self.interrupted.get_or_init(|| run);
    }

    /// A body of a document, with the run that was interrupted before this command.
    pub fn with_interrupted(&self, mut body: Json) -> Json {
        body["interrupted"] = self.interrupted.get().cloned().unwrap_or_default();
        body
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
        self.launched.demo.is_some()
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
        if let Some(launched) = Arc::into_inner(self.launched) {
            launched.close().await;
        }
    }
}

/// Starts the log, if one is asked for. Nothing has been sent before.
pub fn start_log(global: &Global, protected: &Protected) -> Result<(), JobError> {
    let Some(path) = &global.log else { return Ok(()) };
    let file = append(path, protected)?;
    logging::start(Some(file), "skydeck=debug").map_err(|cause| JobError::unwritable(path, cause))
}

/// Opens a session. Blocking work runs off the async threads, so that the wait can be cancelled.
async fn opened(launch: Launch, patience: Option<Settings>) -> Result<(Arc<Launched>, Session), JobError> {
    let launched = Arc::new(launch.start().await?);
    if let Some((demo, folder)) = &launched.demo {
        talk(&format!(
            "Demo: a copy of the data in {}, an embedded CloudKit at {}; both are removed on exit.",
            folder.path().display(),
            demo.emulator.endpoint()
        ));
    }
    let from = Arc::clone(&launched);
    let session =
        tokio::task::spawn_blocking(move || from.session(&launch.environment, launch.unlocked, patience));
    let session = session
        .await
        .map_err(|error| JobError::Broken(error.to_string()))??;
    Ok((launched, session))
}

/// The configuration's file: the one named, or the nearest one upwards.
pub fn configuration(global: &Global) -> Result<PathBuf, JobError> {
    global.launch().configuration()?.ok_or(JobError::NoConfiguration)
}
