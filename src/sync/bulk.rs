//! Whole types at once, without comparing first: import and delete-all, as the script had them; with pre-images, so that
//! they can be undone.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::checks::{files_alone, names_once};
use super::compare::{local_table, recently_written};
use super::locals::Locals;
use super::{Compared, Context, Job, JobError, Reviewed, Session, Side, reading, start};
use crate::cloudkit::{Listing, Query};
use crate::config::TypeConfig;
use crate::journal::{RunKind, Written};
use crate::record::diff::Diff;
use crate::record::guard::Refusal;
use crate::record::plan::{Operation, Plan, Verb};
use crate::record::{FieldType, Kind, Record};

/// Plans to replace every record of these types by the files': whatever the cloud has under these names, foreign fields
/// included, is written over. Pre-images are taken right before.
pub fn review_import(session: &Arc<Session>, types: Vec<TypeConfig>) -> Job<Reviewed> {
    start(session, move |context| async move {
        let mut files = Vec::with_capacity(types.len());
        for type_config in types {
            let table = local_table(&context, &type_config).await?;
            files.push((type_config, table));
        }
        let files = files_alone(&context.session, files).await?;
        let diagnostics = files.diagnostics(&context.session);
        names_once(&diagnostics)?;
        let mut operations = Vec::new();
        for compared in files.types {
            operations.extend(replacements(&context, compared).await?);
        }
        let mut reviewed = reviewed(&context.session, operations, RunKind::Import)?;
        reviewed.diagnostics = diagnostics;
        Ok(reviewed)
    })
}

async fn replacements(context: &Context, compared: Compared) -> Result<Vec<Operation>, JobError> {
    let session = Arc::clone(&context.session);
    reading(context, move || {
        let Compared {
            type_config, outcome, ..
        } = compared;
        let diff = outcome.map_err(|error| JobError::Broken(error.to_string()))?;
        let mut locals = Locals::open(&session, &type_config)?;
        let replace = |row| {
            Ok(Operation {
                verb: Verb::ForceReplace,
                ..Operation::restore(locals.read(&diff, row)?)
            })
        };
        diff.rows().map(replace).collect()
    })
    .await
}

/// Plans to delete every record of these types.
///
/// # Errors
/// When a listing is not complete: what was not seen would be left standing.
pub fn review_delete_all(session: &Arc<Session>, types: Vec<TypeConfig>) -> Job<Reviewed> {
    start(session, move |context| async move {
        let mut operations = Vec::new();
        for type_config in types {
            let records = read_everything(&context, &type_config, Query::of(&type_config.name)).await?;
            operations.extend(records.into_iter().map(Operation::delete));
        }
        reviewed(&context.session, operations, RunKind::DeleteAll)
    })
}

/// Reads a whole type, in name order.
///
/// # Errors
/// When the listing is not complete: a list with holes is no list.
pub fn everything(session: &Arc<Session>, type_config: TypeConfig) -> Job<Vec<Record>> {
    start(session, |context| async move {
        read_everything(&context, &type_config, Query::of(&type_config.name)).await
    })
}

/// Every local record of a type, in name order.
pub fn local_records(session: &Arc<Session>, type_config: TypeConfig) -> Job<Vec<Record>> {
    start(session, |context| async move {
        let table = local_table(&context, &type_config).await?;
        let session = Arc::clone(&context.session);
        reading(&context, move || {
            let diff = Diff::new(table, None);
            let mut locals = Locals::open(&session, &type_config)?;
            diff.rows().map(|row| locals.read(&diff, row)).collect()
        })
        .await
    })
}

/// The names of a whole type, in order; no more is asked of the service than it takes.
///
/// # Errors
/// When the listing is not complete.
pub fn names(session: &Arc<Session>, type_config: TypeConfig) -> Job<Vec<String>> {
    start(session, |context| async move {
        let smallest = type_config
            .fields
            .iter()
            .min_by_key(|field| match field.field_type {
                FieldType::One(Kind::Int64 | Kind::Double | Kind::Timestamp) => 0,
                FieldType::One(Kind::String | Kind::Reference | Kind::Location) => 1,
                _ => 2,
            });
        let query = Query::of(&type_config.name).only(smallest.map(|field| field.name.clone()));
        let records = read_everything(&context, &type_config, query).await?;
        Ok(records.into_iter().map(|record| record.name).collect())
    })
}

async fn read_everything(
    context: &Context,
    type_config: &TypeConfig,
    query: Query,
) -> Result<Vec<Record>, JobError> {
    let (pages, mut incoming) = mpsc::channel(16);
    let client = context.client.clone();
    let listing = tokio::spawn(async move { client.list_pages(&query, &pages).await });
    let mut records = BTreeMap::new();
    while let Some(page) = incoming.recv().await {
        records.extend(
            page.into_iter()
                .map(|record: Record| (record.name.clone(), record)),
        );
        context.tell_reading(type_config, Side::Cloud, records.len() as u64);
    }
    let listed = listing
        .await
        .map_err(|error| JobError::Broken(error.to_string()))?;
    match listed.map_err(JobError::service)? {
        Listing::Complete(_) => {}
        Listing::Incomplete { why } => {
            return Err(JobError::Refused(vec![Refusal::Incomplete {
                record_type: type_config.name.clone(),
                why,
            }]));
        }
    }
    catch_up(context, &type_config.name, &mut records).await?;
    Ok(records.into_values().collect())
}

/// Queries lag behind writes: what this machine wrote a moment ago is looked up.
async fn catch_up(
    context: &Context,
    record_type: &str,
    records: &mut BTreeMap<String, Record>,
) -> Result<(), JobError> {
    let recent = recently_written(context).await?;
    let is_late = |(name, written): &(&String, &Written)| {
        let listed = records.get(*name).and_then(|record| record.tag.as_ref());
        written.record_type == record_type && (written.tag.is_none() || written.tag.as_ref() != listed)
    };
    let names: Vec<String> = (recent.iter().filter(is_late))
        .map(|(name, _)| name.clone())
        .collect();
    let lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
    let (ours, others): (Vec<Record>, Vec<Record>) =
        (lookup.found.into_values()).partition(|record| record.record_type == record_type);
    for name in lookup
        .missing
        .iter()
        .chain(others.iter().map(|record| &record.name))
    {
        records.remove(name);
    }
    records.extend(ours.into_iter().map(|record| (record.name.clone(), record)));
    Ok(())
}

fn reviewed(session: &Session, operations: Vec<Operation>, kind: RunKind) -> Result<Reviewed, JobError> {
    let plan = Plan::new(operations, 0)?;
    Reviewed::new(session, plan, kind, None)
}
