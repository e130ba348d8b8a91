//! What the service's answers to a write say, as far as a lookup leaves it to them.

use crate::cloudkit::{Code, Error, ItemError, Refusal, Trouble};
use crate::record::settle::Response;

/// A clock that is off by fewer seconds is no reason to refuse a signature.
const SKEW: u64 = 60;

/// A request that failed as a whole after it had left.
pub(super) struct Refused {
    /// What it says about each of its operations.
    pub(super) response: Response,
    /// Whether nothing like it can succeed: the run stops, unless a lookup shows that it was carried out.
    pub(super) stops: bool,
    /// Whether less may be sent at once.
    pub(super) is_too_large: bool,
    /// Operations in it.
    pub(super) operations: usize,
    pub(super) error: Error,
}

impl Refused {
    pub(super) fn new(error: Error, operations: usize) -> Self {
        let is_too_large = error.is_too_large() && operations > 1;
        let (response, stops) = match &error {
            _ if is_too_large => (Response::Later(error.to_string()), false),
            Error::Refused(refusal) => of_refusal(refusal, &error),
            error => (Response::Lost(error.to_string()), !error.is_transient()),
        };
        Refused {
            response,
            stops,
            is_too_large,
            operations,
            error,
        }
    }
}

/// By what the answer says, then by its code; a status without a code is a gateway's word and not the service's.
fn of_refusal(refusal: &Refusal, error: &Error) -> (Response, bool) {
    let words = error.to_string();
    let is_conflict = matches!(refusal.code, Code::Conflict | Code::Exists);
    if refusal.retry_after.is_some() || refusal.code.is_wait() {
        (Response::Later(words), false)
    } else if error.is_transient() || is_late(refusal) || is_skewed(refusal) {
        (Response::Lost(words), false)
    } else if !refusal.named || error.trouble() == Trouble::Access {
        (Response::Lost(words), true)
    } else if is_conflict {
        (Response::Conflict(words), false)
    } else {
        (Response::Refused(words), true)
    }
}

/// 408, 425 and 499: a server in between did not wait for the answer.
fn is_late(refusal: &Refusal) -> bool {
    !refusal.named && matches!(refusal.status, 408 | 425 | 499)
}

/// A signature by a wrong clock; the lookup that follows learns the right one.
fn is_skewed(refusal: &Refusal) -> bool {
    refusal
        .clock_ahead
        .is_some_and(|seconds| seconds.unsigned_abs() > SKEW)
}

/// What an answer says about one operation. A wait that it names is the client's to keep.
pub(super) fn response_to_item(error: &ItemError) -> Response {
    let words = error.to_string();
    match error.code {
        Code::Conflict | Code::Exists => Response::Conflict(words),
        _ if error.retry_after.is_some() || error.code.is_wait() => Response::Later(words),
        Code::NotFound => Response::NotFound(words),
        _ if error.is_transient() => Response::Lost(words),
        // The error that stops the run includes the advice, once.
        _ if error.concerns_all() => Response::Refused(words),
        _ => {
            let advice = error.advice().map(|advice| format!(". {advice}"));
            Response::Refused(words + &advice.unwrap_or_default())
        }
    }
}
