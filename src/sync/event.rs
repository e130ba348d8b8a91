//! What jobs say while they work; both front ends draw these.
//!
//! The channel has no bound: a slow screen must not hold a run up. What is told is: something a page, a request, a step of
//! reading files, a conflict. So there are never more events than requests and conflicts, and none is lost, which a log needs.

use std::time::Duration;

use crate::journal::Snapshot;
use crate::record::compare::FieldChange;

/// Which side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The files.
    Local,
    /// The service.
    Cloud,
}

impl Side {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Side::Local => "local",
            Side::Cloud => "cloud",
        }
    }
}

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Records of a type read so far.
    Reading {
        /// The record type.
        record_type: String,
        /// Of the files or of the service.
        side: Side,
        /// How many.
        records: u64,
    },
    /// A type has been compared.
    Compared(Snapshot),
    /// A type could not be compared.
    Failed {
        /// The record type.
        record_type: String,
        /// Why.
        why: String,
    },
    /// A request was answered, or not: what a log needs, and nothing secret.
    Answered {
        /// Such as `records/query`.
        operation: &'static str,
        /// HTTP status; `None` where there was no answer.
        status: Option<u16>,
        /// Whether it is an answer to what was asked. That the status is 200 does not say so.
        succeeded: bool,
        /// From sending to the last byte.
        took: Duration,
        /// Bytes of the request's body.
        sent: usize,
        /// Bytes of the answer's body, as they came.
        received: usize,
        /// Records in the answer, failed ones included.
        records: usize,
        /// The service's name for the request, where it gave one.
        request_id: Option<String>,
    },
    /// Everything waits, because the service says so.
    Throttled {
        /// So long.
        wait: Duration,
        /// The service's code.
        code: String,
    },
    /// A request is repeated after a pause.
    Retrying {
        /// Such as `records/query`.
        operation: &'static str,
        /// The next attempt, from 2.
        attempt: u32,
        /// Why.
        cause: String,
    },
    /// A run has begun; its operations and pre-images are in the journal.
    Begun {
        /// Its number.
        run: i64,
        /// Operations to settle.
        operations: usize,
        /// How many of them concern which record type, in the order of the plan.
        types: Vec<(String, usize)>,
    },
    /// A batch has left.
    Sent {
        /// Operations in it.
        operations: usize,
    },
    /// Somebody else has written to a record since it was compared.
    Conflict {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
        /// What of theirs will be overwritten: `local` as reviewed, `cloud` theirs.
        overwrites: Vec<FieldChange>,
    },
    /// A record is left as somebody else has it: nothing of this run was written to it.
    LeftAlone {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
        /// Both sides, in words.
        why: String,
    },
    /// Operations have come to an end.
    Settled {
        /// The record type.
        record_type: String,
        /// So many since the last time.
        operations: usize,
        /// So many of these came to nothing.
        unhappy: usize,
    },
    /// Records checked so far.
    Checked {
        /// The record type.
        record_type: String,
        /// How many.
        records: u64,
        /// Of how many.
        of: u64,
    },
    /// A type has been verified.
    Verified {
        /// The record type.
        record_type: String,
        /// The verdict in a line, as the script worded it.
        verdict: String,
        /// Whether nothing was found wrong.
        good: bool,
    },
}
