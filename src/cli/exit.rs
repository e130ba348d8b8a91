//! The exit codes.

use crate::cloudkit::Trouble;
use crate::sync::{JobError, Report, TypeError};

/// Done, or in sync.
pub const DONE: u8 = 0;
/// Failed.
pub const FAILED: u8 = 1;
/// Differences or mismatches found.
pub const DIFFERENT: u8 = 2;
/// Some operations failed or conflicted.
pub const PARTIAL: u8 = 3;
/// Stopped by a guard.
pub const GUARDED: u8 = 4;
/// Refused by the service: authentication, permission.
pub const REFUSED: u8 = 5;
/// Service not reachable, or throttled beyond the limit.
pub const UNREACHABLE: u8 = 6;
/// Wrong usage.
pub const USAGE: u8 = 64;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// The code of an error.
pub fn of_error(error: &JobError) -> u8 {
    match error {
        JobError::Service(error) => of_trouble(error.trouble()),
        JobError::Stopped { cause, .. } => of_trouble(cause.trouble()),
        JobError::Refused(_)
        | JobError::Blocked(_)
        | JobError::ReadOnly(_)
        | JobError::Locked(_)
        | JobError::Unconfirmed(_)
        | JobError::WrongConnection { .. }
        | JobError::OtherPlan => GUARDED,
        JobError::Usage(_)
        | JobError::UnknownType { .. }
        | JobError::UnknownField { .. }
        | JobError::WrongType { .. }
        | JobError::Endpoint(_) => USAGE,
        JobError::Cancelled => INTERRUPTED,
        // Named one by one, so that a new variant is given its code here.
        JobError::Config(_)
        | JobError::Key { .. }
        | JobError::Input(_)
        | JobError::Record { .. }
        | JobError::Journal(_)
        | JobError::Changed(_)
        | JobError::Io { .. }
        | JobError::Write(_)
        | JobError::Configured(_)
        | JobError::NoConfiguration
        | JobError::NoStateFolder
        | JobError::Output(_)
        | JobError::Terminal(_)
        | JobError::Failed(_)
        | JobError::NotFound { .. }
        | JobError::RecordExists { .. }
        | JobError::DuplicateName(_)
        | JobError::NotCompared { .. }
        | JobError::UndoneAlready { .. }
        | JobError::SavedPlan(_)
        | JobError::Broken(_) => FAILED,
    }
}

fn of_trouble(trouble: Trouble) -> u8 {
    match trouble {
        Trouble::Access => REFUSED,
        Trouble::Service => UNREACHABLE,
        Trouble::Request => FAILED,
        Trouble::Cancelled => INTERRUPTED,
    }
}

/// The code of a type that could not be compared.
pub fn of_type_error(error: &TypeError) -> u8 {
    match error {
        TypeError::Service(error) => of_trouble(error.trouble()),
        _ => FAILED,
    }
}

/// The code of a run.
pub fn of_report(report: &Report) -> u8 {
    match &report.stopped {
        // What went through before the refusal that stopped the run is done.
        Some(JobError::Stopped { .. }) if report.has_written() => PARTIAL,
        Some(error) => of_error(error),
        None if report.is_done() => DONE,
        None => PARTIAL,
    }
}
