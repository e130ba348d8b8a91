//! One record: looked up, changed, deleted. The same guards and the same journal as for thousands.

use std::sync::Arc;

use super::{Context, Job, JobError, Reviewed, Session, blocking, start};
use crate::canonical;
use crate::config::TypeConfig;
use crate::journal::RunKind;
use crate::record::Record;
use crate::record::plan::{Goal, Operation, Plan, Verb};

/// A record as the cloud has it, and as the files do.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The cloud's.
    pub cloud: Record,
    /// The files'; `None` where they have none, or cannot be read.
    pub local: Option<Record>,
}

/// Looks one record up, on both sides.
pub fn find(session: &Arc<Session>, record_type: &str, name: &str) -> Job<Found> {
    let (record_type, name) = (record_type.to_owned(), name.to_owned());
    start(session, move |context| async move {
        let type_config = context.session.type_named(&record_type)?.clone();
        let cloud = look_up(&context, &type_config, &name).await?;
        let session = Arc::clone(&context.session);
        let local = blocking(move || {
            let found = canonical::read_one(session.config(), &type_config, &name);
            Ok(found.ok().flatten().map(|(record, _)| record))
        });
        Ok(Found {
            cloud,
            local: local.await?,
        })
    })
}

async fn look_up(context: &Context, type_config: &TypeConfig, name: &str) -> Result<Record, JobError> {
    let names = [name.to_owned()];
    let mut lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
    let found = lookup.take(name).map_err(|cause| JobError::Record {
        name: name.to_owned(),
        cause,
    })?;
    found
        .filter(|record| record.record_type == type_config.name)
        .ok_or_else(|| {
            JobError::NotFound(format!(
                "No {} with id '{name}' found in CloudKit",
                type_config.name
            ))
        })
}

/// Plans to change fields of one record. Fields that have the wanted value already are not sent.
pub fn review_update(session: &Arc<Session>, record_type: &str, name: &str, goal: Goal) -> Job<Reviewed> {
    let (record_type, name) = (record_type.to_owned(), name.to_owned());
    start(session, move |context| async move {
        let type_config = context.session.type_named(&record_type)?.clone();
        let shape = type_config.shape();
        if let Some(field) = goal.keys().find(|field| shape.field(field).is_none()) {
            let valid: Vec<&str> = shape.fields.iter().map(|field| field.name.as_str()).collect();
            return Err(JobError::Usage(format!(
                "Unknown field '{field}' of {record_type}. Valid fields: {}",
                valid.join(", ")
            )));
        }
        let cloud = look_up(&context, &type_config, &name).await?;
        let operation = Operation {
            verb: Verb::Update,
            record_type,
            name,
            goal,
            before: Some(cloud),
        };
        let operations = if operation.sent().is_empty() {
            Vec::new()
        } else {
            vec![operation]
        };
        one(operations, RunKind::Update)
    })
}

/// Plans to delete one record.
pub fn review_delete(session: &Arc<Session>, record_type: &str, name: &str) -> Job<Reviewed> {
    let (record_type, name) = (record_type.to_owned(), name.to_owned());
    start(session, move |context| async move {
        let type_config = context.session.type_named(&record_type)?.clone();
        let cloud = look_up(&context, &type_config, &name).await?;
        one(vec![Operation::delete(cloud)], RunKind::Delete)
    })
}

fn one(operations: Vec<Operation>, kind: RunKind) -> Result<Reviewed, JobError> {
    let plan = Plan::new(operations, 0).map_err(|error| JobError::Broken(error.to_string()))?;
    Reviewed::new(plan, kind, None)
}
