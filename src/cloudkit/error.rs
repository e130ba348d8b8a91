//! What can go wrong with a request: one enum that says whether it may be repeated, whether its outcome is known, and
//! what to check. The codes are those of Apple's web reference, "Error Codes"; advice follows from what users of the
//! service reported.

use std::fmt;

/// `serverErrorCode`, an open set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Apple's")]
pub enum Code {
    AccessDenied,
    AtomicError,
    AuthenticationFailed,
    AuthenticationRequired,
    BadRequest,
    Conflict,
    Exists,
    InternalError,
    NotFound,
    QuotaExceeded,
    Throttled,
    TryAgainLater,
    ValidatingReferenceError,
    ZoneNotFound,
    /// Any other word.
    Other(String),
}

impl Code {
    /// The code of a word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "ACCESS_DENIED" => Code::AccessDenied,
            "ATOMIC_ERROR" => Code::AtomicError,
            "AUTHENTICATION_FAILED" => Code::AuthenticationFailed,
            "AUTHENTICATION_REQUIRED" => Code::AuthenticationRequired,
            "BAD_REQUEST" => Code::BadRequest,
            "CONFLICT" => Code::Conflict,
            "EXISTS" => Code::Exists,
            "INTERNAL_ERROR" => Code::InternalError,
            "NOT_FOUND" => Code::NotFound,
            "QUOTA_EXCEEDED" => Code::QuotaExceeded,
            "THROTTLED" => Code::Throttled,
            "TRY_AGAIN_LATER" => Code::TryAgainLater,
            "VALIDATING_REFERENCE_ERROR" => Code::ValidatingReferenceError,
            "ZONE_NOT_FOUND" => Code::ZoneNotFound,
            other => Code::Other(other.to_owned()),
        }
    }

    /// What a status stands for where the body names no code.
    pub fn from_status(status: u16) -> Self {
        match status {
            401 => Code::AuthenticationFailed,
            403 => Code::AccessDenied,
            404 => Code::NotFound,
            409 => Code::Conflict,
            412 => Code::ValidatingReferenceError,
            413 => Code::QuotaExceeded,
            421 => Code::AuthenticationRequired,
            429 => Code::Throttled,
            503 => Code::TryAgainLater,
            500..=599 => Code::InternalError,
            400..=499 => Code::BadRequest,
            other => Code::Other(format!("HTTP {other}")),
        }
    }

    /// Whether the service says that nothing was done because there is too much of it, and to come again.
    pub const fn is_wait(&self) -> bool {
        matches!(self, Code::Throttled | Code::TryAgainLater)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Code::AccessDenied => "ACCESS_DENIED",
            Code::AtomicError => "ATOMIC_ERROR",
            Code::AuthenticationFailed => "AUTHENTICATION_FAILED",
            Code::AuthenticationRequired => "AUTHENTICATION_REQUIRED",
            Code::BadRequest => "BAD_REQUEST",
            Code::Conflict => "CONFLICT",
            Code::Exists => "EXISTS",
            Code::InternalError => "INTERNAL_ERROR",
            Code::NotFound => "NOT_FOUND",
            Code::QuotaExceeded => "QUOTA_EXCEEDED",
            Code::Throttled => "THROTTLED",
            Code::TryAgainLater => "TRY_AGAIN_LATER",
            Code::ValidatingReferenceError => "VALIDATING_REFERENCE_ERROR",
            Code::ZoneNotFound => "ZONE_NOT_FOUND",
            Code::Other(word) => word,
        })
    }
}

/// A whole request that the service refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The service's code, or what the status stands for.
    pub code: Code,
    /// Whether the body named that code: a gateway's error page does not.
    pub named: bool,
    /// The service's words.
    pub reason: String,
    /// The service's name for the request, for Apple's support.
    pub request_id: Option<String>,
    /// Seconds to wait, where the answer says so.
    pub retry_after: Option<f64>,
    /// Seconds by which this machine's clock is ahead of the service's, where a refused signature made that matter.
    pub clock_ahead: Option<i64>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} {}", self.status, self.code)?;
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The service said no.
    #[error("{0}")]
    Refused(Refusal),
    /// No connection: nothing was sent.
    #[error("cannot reach {endpoint}: {cause}")]
    Unreachable {
        /// Scheme, host and port.
        endpoint: String,
        /// What the network said.
        cause: String,
    },
    /// The connection broke, or time ran out, after the request may have left.
    #[error("no answer from {endpoint}: {cause}")]
    NoAnswer {
        /// Scheme, host and port.
        endpoint: String,
        /// What the network said.
        cause: String,
    },
    /// An answer that is none: no JSON, too large, cut off, a redirect.
    #[error("an answer that makes no sense (HTTP {status}): {what}")]
    BadAnswer {
        /// HTTP status.
        status: u16,
        /// What is wrong with it.
        what: String,
    },
    /// The service asks for a longer wait than this job may take.
    #[error("the service asks to wait {seconds:.0} s, longer than the limit of {limit} s")]
    WaitTooLong {
        /// Asked for.
        seconds: f64,
        /// Allowed.
        limit: u64,
    },
    /// The job was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// What kind of trouble it is, as far as the next step depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Key, signature, permission: nothing will work until a person has acted.
    Access,
    /// Index, type or field is missing from the schema, or the request is wrong.
    Request,
    /// Network, server, throttling: later may be better.
    Service,
    /// Cancelled by the user.
    Cancelled,
}

impl Error {
    /// Whether a request that met this may have been carried out all the same.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Error::Refused(refusal) => refusal.status >= 500 && !(refusal.named && refusal.code.is_wait()),
            Error::NoAnswer { .. } | Error::BadAnswer { .. } => true,
            Error::Unreachable { .. } | Error::WaitTooLong { .. } | Error::Cancelled => false,
        }
    }

    /// Whether a read that met this is worth repeating.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Refused(refusal) => refusal.status >= 500 || refusal.code.is_wait(),
            Error::BadAnswer { status, .. } => !(300..400).contains(status),
            Error::Unreachable { .. } | Error::NoAnswer { .. } => true,
            Error::WaitTooLong { .. } | Error::Cancelled => false,
        }
    }

    /// Whether the request was too large for the service.
    pub fn is_too_large(&self) -> bool {
        let Error::Refused(refusal) = self else {
            return false;
        };
        let reason = refusal.reason.to_lowercase();
        refusal.status == 413
            || (refusal.status == 400
                && ["too large", "too many", "size", "limit"]
                    .iter()
                    .any(|word| reason.contains(word)))
    }

    /// What kind of trouble it is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Error::Cancelled => Trouble::Cancelled,
            Error::Refused(refusal) => match refusal.code {
                Code::AuthenticationFailed | Code::AuthenticationRequired | Code::AccessDenied => {
                    Trouble::Access
                }
                Code::Throttled | Code::TryAgainLater | Code::InternalError => Trouble::Service,
                _ if refusal.status >= 500 => Trouble::Service,
                _ => Trouble::Request,
            },
            _ => Trouble::Service,
        }
    }

    /// What to check, one line each; empty where the message says it all.
    pub fn advice(&self) -> Vec<String> {
        match self {
            Error::Refused(refusal) => refusal_advice(refusal),
            Error::Unreachable { endpoint, .. } => {
                vec![format!("Is {endpoint} right, and is there a network?")]
            }
            Error::WaitTooLong { .. } => {
                vec!["Run it again later: what was done is in the journal (skydeck resume).".into()]
            }
            _ => Vec::new(),
        }
    }
}

/// CloudKit words every mistake in a signature alike, so a refused one is answered with the whole list.
fn refusal_advice(refusal: &Refusal) -> Vec<String> {
    match refusal.code {
        Code::AuthenticationFailed => {
            let mut list = Vec::new();
            if let Some(ahead) = refusal.clock_ahead.filter(|seconds| seconds.abs() > 60) {
                let direction = if ahead > 0 { "ahead of" } else { "behind" };
                list.push(format!(
                    "The clock of this machine is {} s {direction} the service's: set it; signatures hold for about 10 minutes.",
                    ahead.abs()
                ));
            }
            list.extend(
                [
                    "Is the key id the one CloudKit Console shows for this very public key?",
                    "Is the key registered for this environment? Development and production need one each.",
                    "Is the container the one the key belongs to, with its iCloud. prefix?",
                    "Is the private key the other half of the public key that was registered?",
                ]
                .map(String::from),
            );
            list
        }
        Code::AuthenticationRequired => {
            vec!["This call needs a signed-in user; a server-to-server key reaches the public database only.".into()]
        }
        Code::AccessDenied => vec![
            "The schema must grant the operation to both _icloud and _creator (CloudKit Console, Schema, Security Roles)."
                .into(),
        ],
        Code::QuotaExceeded => vec!["The container's storage is full, or the request is too large.".into()],
        _ => schema_advice(&refusal.reason).into_iter().collect(),
    }
}

fn schema_advice(reason: &str) -> Option<String> {
    let quoted = reason.split('\'').nth(1).unwrap_or_default();
    if reason.contains("is not marked queryable") {
        Some(format!(
            "Add a QUERYABLE index on {quoted} to the record type (CloudKit Console, Schema, Indexes), and deploy it to production."
        ))
    } else if reason.contains("is not marked sortable") {
        Some(format!(
            "Add a SORTABLE index on {quoted} to the record type (CloudKit Console, Schema, Indexes)."
        ))
    } else if reason.contains("Did not find record type") {
        Some("The record type is not in this environment's schema; deploy the schema, or check [type.…] in skydeck.toml.".into())
    } else if reason.contains("Did not find field") || reason.contains("not found in") {
        Some(
            "The field is not in this environment's schema; add it there, or take it out of skydeck.toml."
                .into(),
        )
    } else if reason.contains("expected type") {
        Some("The schema has another type for this field than skydeck.toml.".into())
    } else {
        None
    }
}

/// One record of a request that failed while the request did not.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemError {
    /// The service's code.
    pub code: Code,
    /// The service's words.
    pub reason: String,
    /// Seconds to wait; `None`: do not repeat as is.
    pub retry_after: Option<f64>,
}

impl ItemError {
    /// What to check, where something is known about such a failure.
    pub fn advice(&self) -> Option<String> {
        match self.code {
            Code::AccessDenied => Some(
                "The schema must grant the operation to both _icloud and _creator (CloudKit Console, Schema, Security Roles)."
                    .into(),
            ),
            _ => schema_advice(&self.reason),
        }
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if self.reason.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.reason)
        }
    }
}
