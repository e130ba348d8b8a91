//! `skydeck doctor`: every part looked at, each with what to do where it is not well. It never writes.
//!
//! - `service`: what only the service can tell
//! - `report`: what was found, told as it is found

mod report;
mod service;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::{block_in_place, spawn_blocking};

use self::report::Report;
use crate::canonical;
use crate::cli::args::Global;
use crate::cli::desk::{Desk, configuration};
use crate::cli::exit;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::document;
use crate::cloudkit::Settings;
use crate::config::{Config, ConfigError, TypeConfig};

use crate::launch::variable;
use crate::record::table::Table;
use crate::sync::{JobError, Session};

/// Looks at everything, in the order in which things depend on each other.
pub async fn run(global: &Global) -> Result<u8, JobError> {
    let mut report = Report::new(global.json);
    examine(global, &mut report).await?;
    let (code, findings) = report.conclude();
    if global.json {
        document("doctor", findings);
    }
    Ok(code)
}

async fn examine(global: &Global, report: &mut Report) -> Result<(), JobError> {
    let mut checked = Vec::new();
    if !global.demo {
        let config = configuration(global).and_then(|path| Ok((Config::load_with(&path, &variable)?, path)));
        match config {
            Ok((config, path)) => {
                make_room(&config, report);
                report.well("configuration", path.display().to_string());
                for odd in &config.warnings {
                    report.advise("configuration", odd.to_string(), "see whether that is meant");
                }
                let mut interrupt = Interrupt::listen();
                let config = Arc::new(config);
                tokio::select! {
                    looked = files(&config, report) => checked = looked,
                    () = interrupt.heard() => return Err(JobError::Cancelled),
                }
            }
            Err(error) => {
                let fix =
                    "create it with skydeck init, fix the existing file, or name another one with --config";
                report.ill(
                    "configuration",
                    exit::of_error(&error),
                    error.to_string(),
                    &[fix.into()],
                );
                return Ok(());
            }
        }
    }
    match Desk::prepare(global.clone(), Some(impatient())).await {
        Ok(desk) => {
            if global.demo {
                make_room(desk.session.config(), report);
                let config = desk.session.config();
                checked = desk.unless_interrupted(files(config, report)).await?;
            }
            let looked = session(&desk, checked, report).await;
            desk.close().await;
            looked?;
        }
        Err(error) => key_error(&error, report),
    }
    Ok(())
}

/// Somebody waits for the answer, and may ask again.
fn impatient() -> Settings {
    Settings {
        timeout: Duration::from_secs(20),
        retries: 1,
        ..Settings::default()
    }
}

fn make_room(config: &Config, report: &mut Report) {
    for one in &config.types {
        report.expect(&format!("{} schema", one.name));
    }
}

/// Reads every file as a comparison would, and returns the ones without a problem.
async fn files(config: &Arc<Config>, report: &mut Report) -> Vec<(TypeConfig, Table)> {
    let read = |one: &TypeConfig| {
        let (config, one) = (Arc::clone(config), one.clone());
        spawn_blocking(move || {
            let table = Table::new(one.shape());
            let loaded = canonical::load(&config, &one, &mut |_| {}, &|| false, table);
            loaded.map(|loaded| (loaded.records, loaded.table))
        })
    };
    let read = join_all(config.types.iter().map(read)).await;
    let mut tables = Vec::new();
    for (type_config, outcome) in config.types.iter().zip(read) {
        let name = &type_config.name;
        match outcome {
            Ok(Ok((records, table))) => {
                let noun = if records == 1 { "record" } else { "records" };
                report.well(name, format!("{records} {noun} in the file"));
                tables.push((type_config.clone(), table));
            }
            Ok(Err(problems)) => {
                let fix = "fix the file, or its entry in skydeck.toml; until then the type is not synced";
                report.ill(name, exit::FAILED, problems.to_string(), &[fix.into()]);
            }
            Err(error) => report.error(name, &JobError::Broken(error.to_string())),
        }
    }
    tables
}

/// Why there is no session: mostly the key, sometimes the folder of the journals.
fn key_error(error: &JobError, report: &mut Report) {
    let (what, fix) = match error {
        JobError::Config(ConfigError::NoKeyId { .. } | ConfigError::NoPrivateKey { .. }) => (
            "key",
            "make one: openssl ecparam -name prime256v1 -genkey -noout -out eckey.pem; register its public half \
             (openssl ec -in eckey.pem -pubout) in CloudKit Console, Tokens & Keys, Server-to-Server Keys",
        ),
        JobError::Key { .. } => {
            let mut fixes = error.advice();
            fixes.push("use the file that openssl ecparam wrote when the key was created".into());
            return report.ill("key", exit::of_error(error), error.to_string(), &fixes);
        }
        JobError::Config(_) => (
            "key",
            "use the file that openssl ecparam wrote when the key was created",
        ),
        JobError::Journal(_) => (
            "journal",
            "see that the folder can be written, or name another with --state",
        ),
        _ => ("session", "fix that, then run doctor again"),
    };
    report.ill(what, exit::of_error(error), error.to_string(), &[fix.into()]);
}

async fn session(desk: &Desk, files: Vec<(TypeConfig, Table)>, report: &mut Report) -> Result<(), JobError> {
    let session = &desk.session;
    if session.warnings.is_empty() {
        report.well("key", "it is readable, and only by its owner");
    }
    if let Some(public) = session.client().public_key() {
        let text = format!(
            "to compare with the one in CloudKit Console:\n{}",
            public.trim_end()
        );
        report.well("public key", text);
    }
    for warning in &session.warnings {
        let (wrong, fix) = warning.rsplit_once(": ").unwrap_or((warning, ""));
        report.ill("key", exit::FAILED, wrong, &[fix.to_owned()]);
    }
    let writing = if session.is_read_only() {
        format!(
            "read-only; --unlock {} allows writing once",
            session.environment()
        )
    } else {
        "may be written".into()
    };
    report.well("environment", format!("{}, {writing}", session.environment()));
    journal(session, report);
    let waiting = waiting();
    let answers = desk.unless_interrupted(service::ask(session, files)).await;
    waiting.finish_and_clear();
    service::tell(session, answers?, report);
    Ok(())
}

fn journal(session: &Session, report: &mut Report) {
    match block_in_place(|| session.interrupted_run()) {
        Ok(None) => report.well("journal", session.journal().path().display().to_string()),
        Ok(Some(run)) => {
            let wrong = format!("run {} was interrupted", run.id);
            let fix = "finish it with: skydeck resume";
            report.ill("journal", exit::FAILED, wrong, &[fix.into()]);
        }
        Err(error) => report.error("journal", &error),
    }
}

/// Something that moves, where standard error is a terminal.
fn waiting() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner:.cyan} asking the service …");
    let bar =
        ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
