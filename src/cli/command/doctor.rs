//! `skydeck doctor`: every part looked at, each with what to do where it is not well.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokio::task::block_in_place;

use crate::canonical;
use crate::cli::args::Global;
use crate::cli::desk::{Desk, configuration};
use crate::cli::exit;
use crate::cli::output::{counted, document, line};
use crate::cloudkit::{Error, Query};
use crate::config::{Config, TypeConfig};
use crate::record::table::Table;
use crate::sync::{JobError, Session};

/// One thing that was looked at.
struct Finding {
    what: String,
    /// `Err`: what is wrong.
    state: Result<String, String>,
    /// What to do.
    fixes: Vec<String>,
}

struct Report {
    findings: Vec<Finding>,
    /// The worst exit code so far.
    code: u8,
}

impl Report {
    fn well(&mut self, what: &str, state: impl Into<String>) {
        self.findings.push(Finding {
            what: what.to_owned(),
            state: Ok(state.into()),
            fixes: Vec::new(),
        });
    }

    fn ill(&mut self, what: &str, code: u8, wrong: impl Into<String>, fixes: Vec<String>) {
        self.code = self.code.max(code);
        self.findings.push(Finding {
            what: what.to_owned(),
            state: Err(wrong.into()),
            fixes,
        });
    }

    fn error(&mut self, what: &str, error: &JobError) {
        self.ill(what, exit::of_error(error), error.to_string(), error.advice());
    }
}

/// Looks at everything, in the order in which things depend on each other.
pub async fn run(global: &Global) -> Result<u8, JobError> {
    let mut report = Report {
        findings: Vec::new(),
        code: exit::DONE,
    };
    examine(global, &mut report).await;
    if global.json {
        let findings: Vec<Json> = report.findings.iter().map(finding_json).collect();
        document(
            "doctor",
            json!({ "ok": report.code == exit::DONE, "findings": findings }),
        );
    } else {
        for finding in &report.findings {
            print(finding);
        }
        line(if report.code == exit::DONE {
            "All is well."
        } else {
            "Mend what is marked ✗ and run doctor again."
        });
    }
    Ok(report.code)
}

fn print(finding: &Finding) {
    match &finding.state {
        Ok(state) => line(&format!("✓ {:<14} {state}", finding.what)),
        Err(wrong) => {
            line(&format!(
                "✗ {:<14} {}",
                finding.what,
                wrong.replace('\n', "\n                 ")
            ));
            finding
                .fixes
                .iter()
                .for_each(|fix| line(&format!("                 → {fix}")));
        }
    }
}

fn finding_json(finding: &Finding) -> Json {
    json!({
        "what": finding.what,
        "ok": finding.state.is_ok(),
        "state": finding.state.as_ref().unwrap_or_else(|wrong| wrong),
        "fixes": finding.fixes,
    })
}

async fn examine(global: &Global, report: &mut Report) {
    if !global.demo {
        let config = configuration(global).and_then(|path| Ok((Config::load(&path)?, path)));
        match config {
            Ok((config, path)) => {
                report.well("configuration", path.display().to_string());
                files(&config, report);
            }
            Err(error) => return report.error("configuration", &error),
        }
    }
    match Desk::open(global.clone()).await {
        Ok(desk) => {
            if global.demo {
                files(desk.session.config(), report);
            }
            session(&desk.session, report).await;
            desk.close().await;
        }
        Err(error) => report.error("key", &error),
    }
}

fn files(config: &Config, report: &mut Report) {
    for type_config in &config.types {
        let table = Table::new(type_config.shape());
        let loaded = block_in_place(|| canonical::load(config, type_config, &mut |_| {}, &|| false, table));
        match loaded {
            Ok(loaded) => report.well(
                &type_config.name,
                counted(loaded.records, "record") + " in the file",
            ),
            Err(problems) => {
                let fix =
                    "mend the file, or what skydeck.toml says about it; until then the type is not synced";
                report.ill(
                    &type_config.name,
                    exit::FAILED,
                    problems.to_string(),
                    vec![fix.into()],
                );
            }
        }
    }
}

async fn session(session: &Arc<Session>, report: &mut Report) {
    if session.warnings.is_empty() {
        report.well("key", "it can be read, and by nobody else");
    }
    for warning in &session.warnings {
        report.ill("key", exit::FAILED, warning.clone(), Vec::new());
    }
    let writing = if session.is_read_only() {
        "read-only"
    } else {
        "may be written"
    };
    report.well("environment", format!("{}, {writing}", session.environment()));
    report.well("journal", session.journal().path().display().to_string());
    match block_in_place(|| session.journal().open_run()) {
        Ok(None) => {}
        Ok(Some(run)) => {
            let wrong = format!("run {} was interrupted", run.id);
            report.ill("journal", exit::FAILED, wrong, vec!["skydeck resume".into()]);
        }
        Err(error) => report.error("journal", &error.into()),
    }
    match session.client().health().await {
        Ok(()) => {
            let container = &session.config().container;
            report.well(
                "service",
                format!("{} takes the key for {container}", session.client().endpoint()),
            );
            for type_config in &session.config().types {
                schema(session, type_config, report).await;
            }
        }
        Err(error) => report.error("service", &JobError::Service(error)),
    }
}

/// Whether a type is in the schema, and may be listed.
async fn schema(session: &Session, type_config: &TypeConfig, report: &mut Report) {
    let name = &type_config.name;
    let what = format!("{name} schema");
    match session.client().query(&Query::of(name).limit(1), None).await {
        Ok(_) => report.well(&what, "the type is there and can be listed"),
        Err(Error::Cancelled) => {}
        Err(error) => report.error(&what, &JobError::Service(error)),
    }
}
