//! Decides the outcome of an operation that was not confirmed as saved, and the next step, from the operation as
//! sent, the service's answer, and a lookup. Pure, so that the one place where data could be lost, or reported
//! wrongly, can be tested exhaustively.
//!
//! An answer is only a claim; the record is the fact. A gateway can replace an answer, repeat a request or give up on
//! one that went through. So every operation that left this machine is of unknown outcome until a lookup resolves it,
//! whatever the answer says. The words only count where the lookup shows that nothing was done. A lookup never lags
//! behind a write.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::compare::{FieldChange, equal};
use super::merge::{over, within};
use super::plan::{Operation, Verb};
use super::{Record, Stamp, Value};

/// Decides which side wins if another client wrote in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The files': what stood in the way is overwritten, and named in journal and report. A sync does that.
    FilesWin,
    /// The other writer's: nothing of theirs is touched. An edit or an undo does that.
    TheyWin,
}

/// How far an operation has got, as far as this machine knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing of it has left this machine.
    NotSent,
    /// It has left, and a lookup after that found its record untouched.
    Untouched,
    /// It has left and may have been carried out; this is what came back.
    Unknown(Response),
}

/// What came back for an operation that did not come back as saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Nothing that can be understood.
    Lost(String),
    /// Words that ask to come again.
    Later(String),
    /// The record has changed, or exists.
    Conflict(String),
    /// There is no such record.
    NotFound(String),
    /// Refused, in these words.
    Refused(String),
}

impl Response {
    /// The service's words.
    pub fn words(&self) -> &str {
        match self {
            Response::Lost(words)
            | Response::Later(words)
            | Response::Conflict(words)
            | Response::NotFound(words)
            | Response::Refused(words) => words,
        }
    }
}

/// What a lookup makes of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// The record is as this operation wants it, and that may be its doing.
    Applied {
        /// The change tag the record has now; `None` where it is deleted.
        tag: Option<String>,
    },
    /// The record is as wanted without this operation's doing.
    AlreadyEqual {
        /// The change tag the record has now.
        tag: Option<String>,
    },
    /// The record to delete is gone, and this operation cannot be shown to have deleted it.
    AlreadyGone,
    /// The service refused the operation, and nothing of it was done.
    Refused {
        /// In these words.
        why: String,
    },
    /// Send this.
    Send {
        /// The operation against the record as it is now.
        operation: Box<Operation>,
        /// What somebody else had put into fields that this will write: `local` as it was reviewed, `cloud` theirs.
        overwrites: Vec<FieldChange>,
    },
    /// Leave it, and report both sides.
    Conflict {
        /// The record as it is now; `None` where it is gone.
        now: Option<Record>,
        /// What somebody else has put into the fields in question.
        theirs: Vec<FieldChange>,
    },
}

/// Resolves operations of one run.
#[derive(Debug, Clone, Copy)]
pub struct Resolver<'a> {
    /// Whose word counts where somebody else wrote in between.
    pub policy: Policy,
    /// The user that the service writes into the stamps of what this key saves, where it is known.
    pub own_user: Option<&'a str>,
    /// Change tags that earlier runs of this machine left, by record name.
    pub earlier_tags: &'a HashMap<String, HashSet<String>>,
}

impl Resolver<'_> {
    /// Decides what became of `operation` and how it goes on, given what a lookup has just said about its record.
    pub fn resolve(&self, operation: &Operation, delivery: &Delivery, now: Option<Record>) -> Resolution {
        if let Some(record) = &now
            && record.record_type != operation.record_type
        {
            let why = format!("the record name belongs to a {} record", record.record_type);
            return Resolution::Refused { why };
        }
        if operation.is_met_by(now.as_ref()) {
            return self.met(operation, delivery, now);
        }
        if is_untouched(operation, now.as_ref()) {
            return untouched(operation, delivery);
        }
        self.changed(operation, delivery, now)
    }

    /// The record is as wanted: by this operation, or without it.
    fn met(&self, operation: &Operation, delivery: &Delivery, now: Option<Record>) -> Resolution {
        let left = *delivery != Delivery::NotSent;
        let Some(record) = now else {
            // Only a deletion wants no record. If the first answer was "not found", another run or client may have
            // deleted it first.
            let not_found = matches!(delivery, Delivery::Unknown(Response::NotFound(_)));
            return if left && !not_found {
                Resolution::Applied { tag: None }
            } else {
                Resolution::AlreadyGone
            };
        };
        let ours = left
            && !has_tag_from_before(operation, &record)
            && !self.is_from_earlier_run(&record)
            && !self.is_foreign(operation, delivery, &record);
        let tag = record.tag;
        if ours {
            Resolution::Applied { tag }
        } else {
            Resolution::AlreadyEqual { tag }
        }
    }

    /// The record is neither as wanted nor as it was: another client wrote it, before or after this operation.
    fn changed(&self, operation: &Operation, delivery: &Delivery, now: Option<Record>) -> Resolution {
        let mut theirs = theirs(operation, now.as_ref());
        let before = now.as_ref().map(|record| pre_image(operation, delivery, record));
        match (operation.verb, self.policy, now) {
            (Verb::Create | Verb::Update, Policy::FilesWin, Some(_)) => {
                // Sent as an update, it leaves fields alone that it does not name.
                theirs.retain(|change| operation.goal.contains_key(&change.field));
                again(operation, Verb::Update, before, theirs)
            }
            (Verb::Update, Policy::FilesWin, None) => again(operation, Verb::Create, None, theirs),
            (Verb::Update, Policy::TheyWin, Some(_)) if theirs.is_empty() => {
                again(operation, Verb::Update, before, theirs)
            }
            (Verb::ForceReplace, _, _) => again(operation, Verb::ForceReplace, before, theirs),
            // Deletions too: the user never saw what another client wrote after the review.
            (_, _, now) => Resolution::Conflict { now, theirs },
        }
    }

    /// Whether an earlier run saved the record as it is.
    fn is_from_earlier_run(&self, record: &Record) -> bool {
        let tags = self.earlier_tags.get(&record.name);
        tags.zip(record.tag.as_ref())
            .is_some_and(|(tags, tag)| tags.contains(tag))
    }

    /// Whether the stamps show that another client saved the record. A create makes a record of one's own. An update
    /// leaves the last writer's name, which somebody may have written over: so it counts beside the service's word
    /// alone.
    fn is_foreign(&self, operation: &Operation, delivery: &Delivery, record: &Record) -> bool {
        let foreign = |stamp: &Option<Stamp>| {
            let user = stamp.as_ref().and_then(|stamp| stamp.user.as_deref());
            matches!((self.own_user, user), (Some(own), Some(user)) if own != user)
        };
        let refused = matches!(delivery, Delivery::Unknown(Response::Conflict(_)));
        (operation.before.is_none() && foreign(&record.created)) || (refused && foreign(&record.modified))
    }
}

/// The record before this operation, given the record `now` that somebody has written on top of it: a field that is as
/// wanted may be this operation's doing and has the value from before, everything else is as it is now. A conflict is
/// explained by what they wrote.
fn pre_image(operation: &Operation, delivery: &Delivery, now: &Record) -> Record {
    let is_theirs = matches!(
        delivery,
        Delivery::NotSent | Delivery::Unknown(Response::Conflict(_))
    );
    let (Some(before), false) = (&operation.before, is_theirs) else {
        return now.clone();
    };
    let mut image = now.clone();
    for name in names_written(operation, Some(now)) {
        let wanted = operation.goal.get(&name).and_then(Option::as_ref);
        let is = now.fields.get(&name);
        if equal(wanted, is) {
            match before.fields.get(&name) {
                // What was not written of the value is as it is now.
                Some(value) => image.fields.insert(name, over(&limited(value, wanted), is)),
                None => image.fields.remove(&name),
            };
        }
    }
    image
}

/// Nothing of the operation was done: the service's words count.
fn untouched(operation: &Operation, delivery: &Delivery) -> Resolution {
    match delivery {
        Delivery::Unknown(Response::Refused(why)) => Resolution::Refused { why: why.clone() },
        // Nothing needs to be there for a create: the type or the zone is missing.
        Delivery::Unknown(Response::NotFound(why)) if operation.before.is_none() => {
            Resolution::Refused { why: why.clone() }
        }
        _ => Resolution::Send {
            operation: Box::new(operation.clone()),
            overwrites: Vec::new(),
        },
    }
}

fn again(
    operation: &Operation,
    verb: Verb,
    before: Option<Record>,
    overwrites: Vec<FieldChange>,
) -> Resolution {
    let operation = Operation {
        verb,
        before,
        ..operation.clone()
    };
    Resolution::Send {
        operation: Box::new(operation),
        overwrites,
    }
}

/// Whether the record still has the tag that guarded the operation: a write would have changed it.
fn has_tag_from_before(operation: &Operation, now: &Record) -> bool {
    let before = operation.before.as_ref();
    now.tag.is_some() && before.is_some_and(|before| before.tag == now.tag)
}

/// Whether `now` is as `operation` left it, if it was carried out: as it was sent, and with a newer tag than the one sent.
pub fn may_be_done(operation: &Operation, now: Option<&Record>) -> bool {
    let saved_since = now.is_none_or(|now| !has_tag_from_before(operation, now));
    let of_its_type = now.is_none_or(|now| now.record_type == operation.record_type);
    saved_since && of_its_type && operation.is_met_by(now)
}

/// Whether the record is still what the operation was planned against, so that its request cannot have been carried out.
pub fn is_untouched(operation: &Operation, now: Option<&Record>) -> bool {
    match (&operation.before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => before.tag.is_some() && before.tag == now.tag,
        _ => false,
    }
}

/// The fields in question that somebody else has changed since the operation was planned, `local` as they were and `cloud`
/// as they are. For a deletion all fields are in question.
pub fn theirs(operation: &Operation, now: Option<&Record>) -> Vec<FieldChange> {
    let was = |name: &str| {
        operation
            .before
            .as_ref()
            .and_then(|record| record.fields.get(name))
    };
    let is = |name: &str| now.and_then(|record| record.fields.get(name));
    let wanted = |name: &str| operation.goal.get(name).and_then(Option::as_ref);
    // Nothing is lost where they set the wanted value, or where the write changes nothing.
    let lost = |name: &str, value: Option<&Value>| {
        let scope = |value: Option<&Value>| value.map(|value| limited(value, wanted(name)));
        !equal(wanted(name), value) && !equal(scope(was(name)).as_ref(), scope(value).as_ref())
    };
    names_written(operation, now)
        .into_iter()
        .filter(|name| lost(name, is(name)))
        .map(|name| FieldChange {
            local: was(&name).cloned(),
            cloud: is(&name).cloned(),
            field: name,
        })
        .collect()
}

/// What of a value is written over by `wanted`; all of it where the field goes.
fn limited(value: &Value, wanted: Option<&Value>) -> Value {
    wanted.map_or_else(|| value.clone(), |wanted| within(value, wanted))
}

/// The fields that an operation writes or makes vanish: for an update those it names, else all there were and are.
fn names_written(operation: &Operation, now: Option<&Record>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = operation.goal.keys().cloned().collect();
    if operation.verb != Verb::Update {
        let records = operation.before.iter().chain(now);
        names.extend(records.flat_map(|record| record.fields.keys().cloned()));
    }
    names
}
