//! Both sides read at once, type by type side by side.
//!
//! The cloud is listed; what the listing does not have is looked up before it is called new, since queries lag behind
//! writes. For the same reason what this machine wrote a moment ago is looked up where the listing disagrees with it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use futures::future::join_all;
use tokio::sync::mpsc;

use super::checks::{Diagnostic, ask_schema, look_elsewhere, other_type, other_types};
use super::locals::Locals;
use super::{Context, Event, Job, JobError, Session, Side, TypeError, blocking, reading, start};
use crate::canonical;
use crate::cloudkit::{Error, Listing};
use crate::config::{Level, TypeConfig};
use crate::journal::{Place, Snapshot, Written};
use crate::record::compare::changes;
use crate::record::diff::Diff;
use crate::record::table::{Status, Table, TableFull};
use crate::record::{OwnedField, Record};

/// Pages that may wait for the files to be read.
const PAGES_AHEAD: usize = 16;

/// How long ago a write may be for queries not to know of it yet; milliseconds. Seconds were reported.
const INDEX_LAG: i64 = 120_000;

/// What a comparison found, type by type in the configuration's order.
pub struct Comparison {
    /// Where the cloud's side was read: a plan made of it is for this place and no other.
    pub place: Place,
    /// The types.
    pub types: Vec<Compared>,
    /// Of names that references point at and that none of the types has: the type of the record in the cloud, `None`
    /// where there is no such record. A name that is not in here is one that the service would not tell about.
    pub elsewhere: HashMap<String, Option<String>>,
    /// Whether these are all types of the configuration, and all of them could be compared.
    pub is_whole: bool,
}

/// One type.
pub struct Compared {
    /// The type.
    pub type_config: TypeConfig,
    /// What differs, or why that is not known.
    pub outcome: Result<Diff, TypeError>,
    /// Fields that the files have a value for and the environment's schema does not know.
    pub missing_fields: Vec<String>,
}

impl fmt::Debug for Comparison {
    /// The types alone: the rows are a data set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.types.iter().map(|one| &one.type_config.name);
        f.debug_list().entries(names).finish()
    }
}

impl Comparison {
    /// The types that could be compared.
    pub fn diffs(&self) -> impl Iterator<Item = (&TypeConfig, &Diff)> {
        self.types
            .iter()
            .filter_map(|one| one.outcome.as_ref().ok().map(|diff| (&one.type_config, diff)))
    }

    /// The types that could not, and why.
    pub fn failures(&self) -> impl Iterator<Item = (&TypeConfig, &TypeError)> {
        self.types
            .iter()
            .filter_map(|one| one.outcome.as_ref().err().map(|error| (&one.type_config, error)))
    }

    /// Whether every type was compared and none differs.
    pub fn in_sync(&self) -> bool {
        self.failures().next().is_none() && self.diffs().all(|(_, diff)| diff.counts().in_sync())
    }
}

/// Compares types; nothing is written but the snapshot in the journal.
pub fn compare(session: &Arc<Session>, types: Vec<TypeConfig>) -> Job<Comparison> {
    start(
        session,
        |context| async move { compare_all(&context, types).await },
    )
}

pub(super) async fn compare_all(context: &Context, types: Vec<TypeConfig>) -> Result<Comparison, JobError> {
    let recent = recently_written(context).await?;
    let outcomes = join_all(
        types
            .iter()
            .cloned()
            .map(|one| compare_type(context, one, Arc::clone(&recent))),
    )
    .await;
    let types = outcomes
        .into_iter()
        .collect::<Result<Vec<Compared>, JobError>>()?;
    let all = context.session.config().types.len();
    Ok(Comparison {
        place: context.session.place().clone(),
        elsewhere: look_elsewhere(&context.client, &types)
            .await
            .map_err(JobError::service)?,
        is_whole: types.len() == all && types.iter().all(|one| one.outcome.is_ok()),
        types,
    })
}

/// What this machine wrote a moment ago, by record name: queries may not know of it yet.
pub(super) type Recent = HashMap<String, Written>;

pub(super) async fn recently_written(context: &Context) -> Result<Arc<Recent>, JobError> {
    let journal = Arc::clone(context.session.journal());
    let since = jiff::Timestamp::now().as_millisecond() - INDEX_LAG;
    blocking(move || Ok(Arc::new(journal.written_since(since)?))).await
}

/// An error fails the job; trouble of the type alone is its outcome.
async fn compare_type(
    context: &Context,
    type_config: TypeConfig,
    recent: Arc<Recent>,
) -> Result<Compared, JobError> {
    let (outcome, missing_fields) = match compared(context, &type_config, &recent).await {
        Ok((diff, missing_fields)) => (Ok(diff), missing_fields),
        Err(Stop::Job(error)) => return Err(error),
        Err(Stop::Type(error)) => (Err(error), Vec::new()),
    };
    context.events.tell(match &outcome {
        Ok(diff) => Event::Compared(Snapshot::of(diff, jiff::Timestamp::now().as_millisecond())),
        Err(error) => Event::Failed {
            record_type: type_config.name.clone(),
            why: error.to_string(),
        },
    });
    Ok(Compared {
        type_config,
        outcome,
        missing_fields,
    })
}

/// What ends the reading of a type: trouble of its own, or trouble that concerns the whole job.
pub(super) enum Stop {
    Job(JobError),
    Type(TypeError),
}

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Input(problems) => Stop::Type(TypeError::Input(problems)),
            error => Stop::Job(error),
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if JobError::concerns_all(&error) {
            Stop::Job(JobError::service(error))
        } else {
            Stop::Type(TypeError::Service(error))
        }
    }
}

impl From<TableFull> for Stop {
    fn from(error: TableFull) -> Self {
        Stop::Type(error.into())
    }
}

/// What differs, and the fields that the schema lacks.
async fn compared(
    context: &Context,
    type_config: &TypeConfig,
    recent: &Recent,
) -> Result<(Diff, Vec<String>), Stop> {
    let diff = read_both(context, type_config, recent).await?;
    let missing_fields = missing_fields(context, &diff).await?;
    Ok((finish(context, type_config, diff).await?, missing_fields))
}

/// Asks the schema about fields that the files have a value for and no record of the cloud has.
async fn missing_fields(context: &Context, diff: &Diff) -> Result<Vec<String>, Stop> {
    let checks = &context.session.config().checks;
    if checks.missing_fields_in(context.session.environment()) == Level::Off {
        return Ok(Vec::new());
    }
    let unseen = diff.table().observed();
    let unseen = unseen.filter(|(_, seen)| seen.local && !seen.in_cloud());
    let unseen: Vec<OwnedField> = unseen.map(|(field, _)| field.clone()).collect();
    let record_type = &diff.shape().record_type;
    let found = ask_schema(&context.client, record_type, &unseen).await?;
    let types = found.otherwise.iter().filter_map(|(name, found)| {
        let field = diff.shape().field(name)?;
        Some(other_type(record_type, field, found))
    });
    let types: Vec<Diagnostic> = types.collect();
    if types.is_empty() {
        Ok(found.missing)
    } else {
        Err(Stop::Type(TypeError::FieldTypes(types)))
    }
}

/// Both sides in one table, with what is doubtful looked up.
pub(super) async fn read_both(
    context: &Context,
    type_config: &TypeConfig,
    recent: &Recent,
) -> Result<Diff, Stop> {
    let (pages, incoming) = mpsc::channel(PAGES_AHEAD);
    let (client, name) = (context.client.clone(), type_config.name.clone());
    // A task of its own, so that answers of several types are decoded on several threads. It ends when nobody listens.
    let listing = tokio::spawn(async move { client.list(&name, &pages).await });
    let mut table = merged(context, type_config, incoming).await?;
    let listed = listing
        .await
        .map_err(|error| Stop::Job(JobError::Broken(error.to_string())))?;
    let incomplete = match listed? {
        Listing::Complete(_) => None,
        Listing::Incomplete { why } => Some(why),
    };
    ask_again(context, &mut table, recent).await?;
    let types = other_types(&table);
    if !types.is_empty() {
        return Err(Stop::Type(TypeError::FieldTypes(types)));
    }
    Ok(Diff::new(table, incomplete))
}

/// The file's records first, then the pages as they come.
async fn merged(
    context: &Context,
    type_config: &TypeConfig,
    mut incoming: mpsc::Receiver<Vec<Record>>,
) -> Result<Table, Stop> {
    let mut table = local_table(context, type_config).await?;
    let mut met = 0;
    while let Some(page) = incoming.recv().await {
        for record in &page {
            table.meet(record)?;
        }
        met += page.len() as u64;
        context.tell_reading(type_config, Side::Cloud, met);
    }
    Ok(table)
}

/// The file's records, read beside the async threads.
pub(super) async fn local_table(context: &Context, type_config: &TypeConfig) -> Result<Table, JobError> {
    let (outer, context) = (context, context.clone());
    let type_config = type_config.clone();
    reading(outer, move || {
        let cancel = context.cancel.clone();
        let mut progress = |records| context.tell_reading(&type_config, Side::Local, records);
        let loaded = canonical::load(
            context.session.config(),
            &type_config,
            &mut progress,
            &|| cancel.is_cancelled(),
            Table::new(type_config.shape()),
        )?;
        Ok(loaded.table)
    })
    .await
}

impl Context {
    pub(super) fn tell_reading(&self, type_config: &TypeConfig, side: Side, records: u64) {
        self.events.tell(Event::Reading {
            record_type: type_config.name.clone(),
            side,
            records,
        });
    }
}

/// Looks up what a query may not know yet: names it does not have, and what was written a moment ago where the listing does
/// not show the change tag that the writing left.
async fn ask_again(context: &Context, table: &mut Table, recent: &Recent) -> Result<(), Stop> {
    let names = doubtful(table, recent);
    let lookup = context.client.lookup(&names).await?;
    if let Some((name, cause)) = lookup.refused.into_iter().next() {
        return Err(Stop::Job(JobError::Record { name, cause }));
    }
    let own = table.shape().record_type.clone();
    let (ours, others): (Vec<&Record>, Vec<&Record>) =
        (lookup.found.values()).partition(|record| record.record_type == own);
    let on_disk = |record: &&Record| {
        table
            .find(&record.name)
            .is_some_and(|row| table.origin(row).is_some())
    };
    let mut taken: Vec<&Record> = others.into_iter().filter(on_disk).collect();
    taken.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(first) = taken.first() {
        return Err(Stop::Type(TypeError::NameTaken {
            name: first.name.clone(),
            other: first.record_type.clone(),
            more: taken.len() - 1,
        }));
    }
    for record in ours {
        table.meet(record)?;
    }
    for name in &lookup.missing {
        table.forget_cloud(name);
    }
    Ok(())
}

fn doubtful(table: &Table, recent: &Recent) -> Vec<String> {
    let is_late = |row: usize| {
        let written = recent.get(table.name(row));
        written.is_some_and(|written| written.tag.is_none() || written.tag.as_deref() != table.tag(row))
    };
    let rows = (0..table.len()).filter(|row| table.status(*row) == Status::New || is_late(*row));
    let unlisted = recent.iter().filter(|(name, written)| {
        let is_there = written.tag.is_some() && written.record_type == table.shape().record_type;
        is_there && table.find(name).is_none()
    });
    rows.map(|row| table.name(row).to_owned())
        .chain(unlisted.map(|(name, _)| name.clone()))
        .collect()
}

/// Counts the fields that differ, and keeps the comparison in the journal.
async fn finish(context: &Context, type_config: &TypeConfig, mut diff: Diff) -> Result<Diff, Stop> {
    let session = Arc::clone(&context.session);
    let type_config = type_config.clone();
    let manifest = session.config().manifest_digest(&type_config);
    let diff = reading(context, move || {
        count_changed_fields(&session, &type_config, &mut diff)?;
        Ok(diff)
    })
    .await?;
    let journal = Arc::clone(context.session.journal());
    let kept = blocking(move || {
        journal.keep(&diff, &manifest)?;
        Ok(diff)
    });
    Ok(kept.await?)
}

fn count_changed_fields(
    session: &Session,
    type_config: &TypeConfig,
    diff: &mut Diff,
) -> Result<(), JobError> {
    let rows: Vec<usize> = diff.with_status(Status::Updated).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut locals = Locals::open(session, type_config)?;
    for row in rows {
        let local = locals.read(diff, row)?;
        let cloud = diff
            .table()
            .cloud_record(row)
            .map(|record| record.fields)
            .unwrap_or_default();
        for change in changes(diff.shape(), &local.fields, &cloud) {
            *diff.changed_fields.entry(change.field).or_insert(0) += 1;
        }
    }
    Ok(())
}
