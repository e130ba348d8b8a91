//! Records by hand: looked up, made, changed, deleted. The same guards and the same journal as for thousands.

use std::collections::HashSet;
use std::sync::Arc;

use super::goal::changed;
use super::{Context, Job, JobError, Reviewed, Session, reading, start};
use crate::canonical;
use crate::cloudkit::Lookup;
use crate::config::TypeConfig;
use crate::journal::RunKind;
use crate::record::compare::FieldChange;
use crate::record::guard::{DeletionCap, Refusal};
use crate::record::plan::{Goal, NameTwice, Operation, Plan, Verb};
use crate::record::{Fields, Record, Shape, Value, settle};

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
        let local = reading(&context, move || {
            let found = canonical::read_one(session.config(), &type_config, &name);
            Ok(found.ok().flatten().map(|(record, _)| record))
        });
        Ok(Found {
            cloud,
            local: local.await?,
        })
    })
}

/// What is to be done to one record by hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A new record with these fields.
    Create {
        /// The record type.
        record_type: String,
        /// The record name, which nobody may have yet.
        name: String,
        /// Its fields.
        fields: Fields,
    },
    /// Fields get other values; those that have them already are not sent.
    Update {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
        /// What the fields shall be; `None` where there shall be no value.
        goal: Goal,
        /// The record as it was looked at, where somebody did: what was written into these fields since is a conflict.
        base: Option<Box<Record>>,
    },
    /// The record goes.
    Delete {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
        /// As for an update; all fields count.
        base: Option<Box<Record>>,
    },
}

/// An edit of a record that somebody else has written to since it was looked at. It is not planned: whoever made it
/// shall see what they wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct EditConflict {
    /// What was to be done.
    pub edit: Edit,
    /// The record as it was looked at.
    pub base: Record,
    /// The record as it is now.
    pub cloud: Record,
    /// What of theirs would be lost: `local` as it was looked at, `cloud` theirs.
    pub theirs: Vec<FieldChange>,
}

/// Plans to make one new record.
pub fn review_create(session: &Arc<Session>, record_type: &str, name: &str, fields: Fields) -> Job<Reviewed> {
    let (record_type, name) = (record_type.to_owned(), name.to_owned());
    review_edits(
        session,
        vec![Edit::Create {
            record_type,
            name,
            fields,
        }],
    )
}

/// Plans to change fields of one record.
pub fn review_update(session: &Arc<Session>, record_type: &str, name: &str, goal: Goal) -> Job<Reviewed> {
    let (record_type, name) = (record_type.to_owned(), name.to_owned());
    review_edits(
        session,
        vec![Edit::Update {
            record_type,
            name,
            goal,
            base: None,
        }],
    )
}

/// Plans to delete one record.
pub fn review_delete(session: &Arc<Session>, record_type: &str, name: &str) -> Job<Reviewed> {
    let (record_type, name) = (record_type.to_owned(), name.to_owned());
    let base = None;
    review_edits(
        session,
        vec![Edit::Delete {
            record_type,
            name,
            base,
        }],
    )
}

/// Plans several of these in one: what was marked on a screen. Edits that clash with what somebody else has written are
/// not part of the plan, nor are those whose records are gone; both are told beside it.
///
/// # Errors
/// When one of them cannot be done as the cloud is now, when all the records are gone, or when more would be deleted than
/// the ceiling allows.
pub fn review_edits(session: &Arc<Session>, edits: Vec<Edit>) -> Job<Reviewed> {
    start(session, move |context| async move {
        for edit in &edits {
            edit.check(&context.session)?;
        }
        let names: Vec<String> = edits.iter().map(|edit| edit.target().1.to_owned()).collect();
        once(&names)?;
        let mut lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
        let kind = kind_of(&edits);
        let mut operations = Vec::with_capacity(edits.len());
        let (mut conflicts, mut gone) = (Vec::new(), Vec::new());
        for edit in edits {
            let type_config = context.session.type_named(edit.target().0)?;
            match edit.planned(type_config, &mut lookup)? {
                Planned::Nothing => {}
                Planned::Send(operation) => operations.push(*operation),
                Planned::Conflict(conflict) => conflicts.push(*conflict),
                Planned::Gone(edit) => gone.push(edit),
            }
        }
        if let Some(first) = gone.first().filter(|_| gone.len() == names.len()) {
            let (record_type, name) = first.target();
            return Err(missing(record_type, name));
        }
        guard(context.session.deletion_cap(), &operations)?;
        let plan = Plan::new(operations, 0)?;
        Ok(Reviewed::new(&context.session, plan, kind, None)?.beside(conflicts, gone))
    })
}

/// A record that was named twice would be looked up once, and look gone to the second edit.
fn once(names: &[String]) -> Result<(), JobError> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => Err(NameTwice(name.clone()).into()),
        None => Ok(()),
    }
}

fn kind_of(edits: &[Edit]) -> RunKind {
    if edits.iter().all(|edit| matches!(edit, Edit::Delete { .. })) {
        RunKind::Delete
    } else if edits.iter().all(|edit| matches!(edit, Edit::Create { .. })) {
        RunKind::Create
    } else {
        RunKind::Update
    }
}

/// The ceiling on the number; records that were marked one by one are no share of a type.
fn guard(cap: DeletionCap, operations: &[Operation]) -> Result<(), JobError> {
    let records = operations.iter().filter(|one| one.verb == Verb::Delete).count();
    if records > cap.records {
        let cap = cap.records;
        return Err(JobError::Refused(vec![Refusal::TooMany { records, cap }]));
    }
    Ok(())
}

impl Edit {
    /// Record type and name.
    pub fn target(&self) -> (&str, &str) {
        match self {
            Edit::Create {
                record_type, name, ..
            }
            | Edit::Update {
                record_type, name, ..
            }
            | Edit::Delete {
                record_type, name, ..
            } => (record_type, name),
        }
    }

    /// Whether the manifest knows type and fields, and CloudKit would take the name.
    fn check(&self, session: &Session) -> Result<(), JobError> {
        let (record_type, name) = self.target();
        let shape = session.type_named(record_type)?.shape();
        match self {
            Edit::Create { fields, .. } => {
                if let Some(fault) = canonical::name_fault(name) {
                    return Err(JobError::Usage(format!("the record name {fault}")));
                }
                let mut fields = fields.iter();
                fields.try_for_each(|(field, value)| fits(&shape, field, Some(value)))
            }
            Edit::Update { goal, .. } => {
                let mut fields = goal.iter();
                fields.try_for_each(|(field, value)| fits(&shape, field, value.as_ref()))
            }
            Edit::Delete { .. } => Ok(()),
        }
    }

    /// What is to be done to the record as it is now.
    fn planned(self, type_config: &TypeConfig, lookup: &mut Lookup) -> Result<Planned, JobError> {
        let (_, name) = self.target();
        let now = lookup.take(name).map_err(|cause| JobError::Record {
            name: name.to_owned(),
            cause,
        })?;
        match self {
            Edit::Create {
                record_type,
                name,
                fields,
            } => match now {
                None => Ok(Planned::send(Operation::restore(Record::local(
                    record_type,
                    name,
                    fields,
                )))),
                Some(taken) => Err(JobError::RecordExists {
                    record_type: taken.record_type,
                    name,
                }),
            },
            Edit::Delete {
                ref base,
                ref record_type,
                ..
            } => {
                let Some(cloud) = now.filter(|record| record.record_type == *record_type) else {
                    return Ok(Planned::Gone(self));
                };
                let looked_at = base.clone().map(|base| Operation::delete(*base));
                Ok(self.unless_conflict(looked_at, cloud.clone(), Operation::delete(cloud)))
            }
            Edit::Update {
                record_type,
                name,
                goal,
                base,
            } => {
                let cloud = now.filter(|record| record.record_type == record_type);
                let edit = |goal| Edit::Update {
                    record_type,
                    name,
                    goal,
                    base: base.clone(),
                };
                let Some(cloud) = cloud else {
                    return Ok(Planned::Gone(edit(goal)));
                };
                let goal = changed(type_config, &goal, base.as_deref().unwrap_or(&cloud));
                let looked_at = base.clone().map(|base| update(goal.clone(), *base));
                let operation = update(goal.clone(), cloud.clone());
                Ok(edit(goal).unless_conflict(looked_at, cloud, operation))
            }
        }
    }

    /// The operation, unless what it was made looking at is not so any more.
    fn unless_conflict(self, looked_at: Option<Operation>, cloud: Record, operation: Operation) -> Planned {
        let theirs = looked_at
            .as_ref()
            .filter(|looked_at| !settle::is_untouched(looked_at, Some(&cloud)))
            .map(|looked_at| settle::theirs(looked_at, Some(&cloud)))
            .unwrap_or_default();
        match looked_at.and_then(|looked_at| looked_at.before) {
            Some(base) if !theirs.is_empty() => Planned::Conflict(Box::new(EditConflict {
                edit: self,
                base,
                cloud,
                theirs,
            })),
            _ if operation.verb == Verb::Update && operation.sent().is_empty() => Planned::Nothing,
            _ => Planned::send(operation),
        }
    }
}

/// What comes of an edit.
enum Planned {
    /// The record is as wanted already.
    Nothing,
    Send(Box<Operation>),
    Conflict(Box<EditConflict>),
    /// There is no such record any more.
    Gone(Edit),
}

impl Planned {
    fn send(operation: Operation) -> Self {
        Planned::Send(Box::new(operation))
    }
}

fn update(goal: Goal, before: Record) -> Operation {
    Operation {
        verb: Verb::Update,
        record_type: before.record_type.clone(),
        name: before.name.clone(),
        goal,
        before: Some(before),
    }
}

fn fits(shape: &Shape, field: &str, value: Option<&Value>) -> Result<(), JobError> {
    let Some(owned) = shape.field(field) else {
        let valid = shape.fields.iter().map(|field| field.name.clone());
        return Err(JobError::UnknownField {
            field: field.to_owned(),
            record_type: shape.record_type.clone(),
            valid: valid.collect(),
        });
    };
    match value.map(|value| (value.field_type(), owned.field_type)) {
        Some((found, wanted)) if found != Some(wanted) => Err(JobError::WrongType {
            field: field.to_owned(),
            wanted,
            found: found.map_or_else(|| "of no known type".to_owned(), |found| found.to_string()),
        }),
        _ => Ok(()),
    }
}

fn missing(record_type: &str, name: &str) -> JobError {
    JobError::NotFound {
        record_type: record_type.to_owned(),
        name: name.to_owned(),
    }
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
        .ok_or_else(|| missing(&type_config.name, name))
}
