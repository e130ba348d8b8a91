//! Another user of the same container, who writes while a client looks away.

use serde_json::{Map, Value};

use super::app::App;
use super::apply::Writer;
use super::auth::Caller;
use super::fail::Failure;
use super::faults::{Effect, ForeignRecord};
use super::keys::user_record_name;
use super::load::LoadError;
use super::modify::{Action, Operation};
use super::options::Environment;
use super::schema::Actor;
use super::value::Incoming;

fn perform(app: &App, environment: Environment, operation: &Operation) -> Result<(), Failure> {
    let caller = Caller {
        user: user_record_name("stranger"),
        actor: Actor::Key,
    };
    app.state().db.transaction(|db| {
        let writer = Writer::new(app, environment, &caller, db)?.privileged();
        writer.apply(db, operation).map(drop)
    })
}

fn saving(
    action: Action,
    record_type: Option<&str>,
    name: &str,
    fields: &Map<String, Value>,
) -> Result<Operation, Failure> {
    let fields = fields
        .iter()
        .map(|(name, v)| Ok((name.clone(), Incoming::decode(v)?)));
    Ok(Operation::new(
        action,
        name,
        record_type,
        fields.collect::<Result<_, Failure>>()?,
    ))
}

fn told(name: &str, result: Result<(), Failure>) -> Result<(), LoadError> {
    result.map_err(|failure| LoadError::refused(name, None, failure.reason))
}

/// Merges fields into a record, or makes it.
pub(super) fn write(
    app: &App,
    environment: Environment,
    record_type: Option<&str>,
    name: &str,
    fields: &Map<String, Value>,
) -> Result<(), LoadError> {
    let operation = saving(Action::ForceUpdate, record_type, name, fields);
    told(
        name,
        operation.and_then(|operation| perform(app, environment, &operation)),
    )
}

/// Deletes a record, if it is there.
pub(super) fn delete(app: &App, environment: Environment, name: &str) -> Result<(), LoadError> {
    let operation = Operation::new(Action::ForceDelete, name, None, Vec::new());
    match perform(app, environment, &operation) {
        Err(failure) if failure.code == "NOT_FOUND" => Ok(()),
        result => told(name, result),
    }
}

/// What the fault script lets the other user do before a request is looked at.
pub(super) fn interfere(app: &App, environment: Environment, effect: &Effect) {
    let save = |action, record: &ForeignRecord| {
        let operation = saving(
            action,
            record.record_type.as_deref(),
            &record.record_name,
            &record.fields,
        )?;
        perform(app, environment, &operation)
    };
    let remove = |record: &ForeignRecord| {
        perform(
            app,
            environment,
            &Operation::new(Action::ForceDelete, &record.record_name, None, Vec::new()),
        )
    };
    let results = [
        effect
            .foreign_write
            .as_ref()
            .map(|r| save(Action::ForceUpdate, r)),
        effect.foreign_create.as_ref().map(|r| save(Action::Create, r)),
        effect.foreign_delete.as_ref().map(remove),
    ];
    for failure in results.into_iter().flatten().filter_map(Result::err) {
        tracing::warn!(reason = failure.reason, "the foreign writer was refused");
    }
}
