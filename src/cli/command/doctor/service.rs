//! Checks that need the service: the key, the clock, the schema, and the targets of references.

use futures::future::{join, join_all};

use super::report::Report;
use crate::cloudkit::{Client, Error, Query};
use crate::config::TypeConfig;
use crate::record::OwnedField;
use crate::record::table::Table;
use crate::sync::{
    Diagnostic, JobError, Session, Severity, ask_schema, check_files, missing_field, other_type, other_types,
};

/// Clocks that differ by less do not matter: signatures hold for about ten minutes.
const SKEW: i64 = 60;

/// What the service answered.
pub(super) struct Answers {
    health: Result<(), Error>,
    /// By type, in the configuration's order.
    schemas: Vec<Result<Vec<Diagnostic>, Error>>,
    /// Diagnostics of the local files.
    files: Result<Vec<Diagnostic>, JobError>,
}

/// Asks everything side by side.
pub(super) async fn ask(session: &Session, files: Vec<(TypeConfig, Table)>) -> Answers {
    let types = &session.config().types;
    let schemas = join_all(types.iter().map(|one| schema(session, one)));
    let (health, schemas) = join(session.client().health(), schemas).await;
    let files = match health {
        Ok(()) => check_files(session, files).await,
        Err(_) => Ok(Vec::new()),
    };
    Answers {
        health,
        schemas,
        files,
    }
}

/// Tells it in order.
pub(super) fn tell(session: &Session, answers: Answers, report: &mut Report) {
    let client = session.client();
    clock(client, report);
    if let Err(error) = answers.health {
        return report.error("service", &JobError::Service(error));
    }
    let container = &session.config().container;
    report.well(
        "service",
        format!("{} takes the key for {container}", client.endpoint()),
    );
    for (type_config, found) in session.config().types.iter().zip(answers.schemas) {
        let what = format!("{} schema", type_config.name);
        match found {
            Err(error) => report.error(&what, &JobError::Service(error)),
            Ok(found) if found.is_empty() => report.well(&what, "can be listed, and has every mapped field"),
            Ok(found) => report.diagnostics(&what, &found),
        }
    }
    match answers.files {
        Err(error) => report.error("references", &error),
        Ok(found) => report.diagnostics("records", &found),
    }
}

fn clock(client: &Client, report: &mut Report) {
    let Some(ahead) = client.clock_ahead() else { return };
    if ahead.abs() <= SKEW {
        return report.well("clock", "agrees with the service's");
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    report.advise(
        "clock",
        format!("{} s {direction} the service's", ahead.abs()),
        "set the clock of this machine; signatures hold for about 10 minutes, other programs will be refused",
    );
}

/// Whether a type can be listed, and what its fields are there: by a page of its records, and where these do not show a
/// field, by the schema.
async fn schema(session: &Session, type_config: &TypeConfig) -> Result<Vec<Diagnostic>, Error> {
    let (client, shape) = (session.client(), type_config.shape());
    let page = client.query(&Query::of(&type_config.name), None).await?;
    let mut table = Table::new(shape.clone());
    for record in &page.records {
        // A page is far smaller than a table can be.
        let _ = table.meet(record);
    }
    let mut found = other_types(&table);
    let unseen = table.observed().filter(|(_, seen)| !seen.in_cloud());
    let unseen: Vec<OwnedField> = unseen.map(|(field, _)| field.clone()).collect();
    let answer = ask_schema(client, &type_config.name, &unseen).await?;
    let otherwise = answer.otherwise.iter().filter_map(|(name, found)| {
        let field = shape.field(name)?;
        Some(other_type(&type_config.name, field, found))
    });
    found.extend(otherwise);
    let environment = session.environment();
    let severity = Severity::at(session.config().checks.missing_fields_in(environment));
    found.extend(severity.into_iter().flat_map(|severity| {
        let missing = answer.missing.iter();
        missing.map(move |field| missing_field(environment, severity, &type_config.name, field))
    }));
    Ok(found)
}
