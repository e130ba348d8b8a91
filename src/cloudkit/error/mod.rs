//! What can go wrong with a request: one enum that says whether it may be repeated, whether its outcome is known, and
//! what to check. The codes are those of Apple's web reference, "Error Codes"; advice follows from what users of the
//! service reported.

mod advice;
mod code;

use std::fmt;
use std::time::Duration;

pub use code::Code;

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
    /// The record that it is about, where the body names one.
    pub record_name: Option<String>,
    /// The service's name for the request, for Apple's support.
    pub request_id: Option<String>,
    /// Seconds to wait, where the answer says so.
    pub retry_after: Option<f64>,
    /// Seconds by which this machine's clock is ahead of the service's, where a refused signature made that matter.
    pub clock_ahead: Option<i64>,
    /// The public half of the key that signed, as SPKI PEM, where a signature was refused.
    pub public_key: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} {}", self.status, self.code)?;
        if let Some(name) = &self.record_name {
            write!(f, " for '{name}'")?;
        }
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
    Refused(Box<Refusal>),
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
    /// The service's certificate was not accepted, so nothing was sent.
    #[error("the certificate of {endpoint} is not trusted: {cause}")]
    Certificate {
        /// Scheme, host and port.
        endpoint: String,
        /// What is wrong with it.
        cause: String,
    },
    /// An answer of the service that was damaged or cut off on the way.
    #[error("an answer that makes no sense (HTTP {status}): {what}")]
    BadAnswer {
        /// HTTP status.
        status: u16,
        /// What is wrong with it.
        what: String,
    },
    /// A complete answer that is not from CloudKit, but from something in between.
    #[error("HTTP {status}: {what}")]
    NotCloudKit {
        /// HTTP status.
        status: u16,
        /// What came, and from whom it may be.
        what: String,
    },
    /// The service asks for a longer wait than this job may take. It asked another request on this key, or an earlier
    /// attempt of this read; nothing was sent after that.
    #[error("the service asks to wait {seconds:.0} s, longer than the limit of {limit} s ({why})")]
    WaitTooLong {
        /// Asked for: seconds from now.
        seconds: f64,
        /// Allowed: seconds.
        limit: u64,
        /// In what words.
        why: Box<ItemError>,
    },
    /// The request breaks a rule of the service, so it was not sent.
    #[error("not sent: {what}")]
    NotSent {
        /// Which rule, and where.
        what: String,
    },
    /// A listing that was asked for as a whole could not be had as a whole.
    #[error("the listing is not complete: {why}")]
    Incomplete {
        /// Why.
        why: String,
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
    /// Whether a request with this error was sent, and so may have been applied whatever the answer says: a gateway
    /// can replace an answer, or repeat a request that succeeded. Only a lookup can tell.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Error::Refused(_)
            | Error::NoAnswer { .. }
            | Error::BadAnswer { .. }
            | Error::NotCloudKit { .. } => true,
            Error::Unreachable { .. }
            | Error::Certificate { .. }
            | Error::WaitTooLong { .. }
            | Error::NotSent { .. }
            | Error::Incomplete { .. }
            | Error::Cancelled => false,
        }
    }

    /// Whether a read that met this is worth repeating. The client has done so already, [`Settings::retries`] times.
    ///
    /// [`Settings::retries`]: super::Settings::retries
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Refused(refusal) => refusal.is_transient(),
            // A redirect is the answer to every repetition.
            Error::NotCloudKit { status, .. } => !(300..400).contains(status),
            Error::BadAnswer { .. } | Error::Unreachable { .. } | Error::NoAnswer { .. } => true,
            Error::Certificate { .. }
            | Error::WaitTooLong { .. }
            | Error::NotSent { .. }
            | Error::Incomplete { .. }
            | Error::Cancelled => false,
        }
    }

    /// How often to retry a read after this error, given `most` retries for a network error. A proxy or a captive
    /// portal returns the same page every time, so one retry is enough.
    pub(super) fn repetitions(&self, most: u32) -> u32 {
        match self {
            _ if !self.is_transient() => 0,
            Error::NotCloudKit { .. } => most.min(1),
            _ => most,
        }
    }

    /// Whether the service says that this key sends too many requests. Every other wait, such as a 503, is about the
    /// service's own state and says nothing about a rate.
    pub(super) fn is_throttle(&self) -> bool {
        matches!(self, Error::Refused(refusal) if refusal.status == 429 || refusal.code == Code::Throttled)
    }

    /// How long the service asks to wait before anything is sent on this key, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Refused(refusal) => refusal.retry_after.and_then(told),
            Error::WaitTooLong { seconds, .. } => told(*seconds),
            _ => None,
        }
    }

    /// Whether the request was too large for the service, by its code or its status, else by its words.
    pub fn is_too_large(&self) -> bool {
        let Error::Refused(refusal) = self else {
            return false;
        };
        let reason = refusal.reason.to_lowercase();
        refusal.code == Code::LimitExceeded
            || refusal.status == 413
            || (refusal.status == 400
                && ["too large", "too many", "size", "limit"]
                    .iter()
                    .any(|word| reason.contains(word)))
    }

    /// Whether the service's code says that the request is too large.
    pub(super) fn is_limit_exceeded(&self) -> bool {
        matches!(self, Error::Refused(refusal) if refusal.code == Code::LimitExceeded)
    }

    /// What kind of trouble it is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Error::Cancelled => Trouble::Cancelled,
            Error::NotSent { .. } => Trouble::Request,
            Error::Refused(refusal) => match refusal.code {
                Code::AuthenticationFailed | Code::AuthenticationRequired | Code::AccessDenied => {
                    Trouble::Access
                }
                _ if refusal.is_transient() => Trouble::Service,
                _ => Trouble::Request,
            },
            _ => Trouble::Service,
        }
    }

    /// What to check, one line each; empty where the message says it all.
    pub fn advice(&self) -> Vec<String> {
        match self {
            Error::Refused(refusal) => advice::on_refusal(refusal),
            Error::Unreachable { endpoint, .. } => {
                vec![format!("Is {endpoint} right, and is there a network?")]
            }
            Error::Certificate { .. } => advice::on_certificate(),
            Error::WaitTooLong { .. } => {
                vec!["Run it again later: what was done is in the journal (skydeck resume).".into()]
            }
            _ => Vec::new(),
        }
    }
}

/// A wait in seconds. One beyond any measure counts as a year, which every limit sees.
pub(super) fn told(seconds: f64) -> Option<Duration> {
    const YEAR: f64 = 31_536_000.0;
    Duration::try_from_secs_f64(seconds.min(YEAR))
        .ok()
        .filter(|wait| !wait.is_zero())
}

impl Refusal {
    /// Whether the same request may succeed later: by the wait that the answer names, else by its status and code.
    fn is_transient(&self) -> bool {
        self.retry_after.and_then(told).is_some() || self.status >= 500 || self.code.is_transient()
    }

    /// Whether this speaks of a record and not of the request, given that the request speaks of one record only.
    pub(super) fn is_about_the_record(&self) -> bool {
        match self.code {
            Code::Conflict | Code::Exists | Code::ValidatingReferenceError => true,
            // Types, zones and paths are not found as well.
            Code::NotFound => {
                self.record_name.is_some() || self.reason.to_lowercase().contains("record not found")
            }
            Code::BadRequest | Code::AccessDenied | Code::Other(_) => {
                self.record_name.is_some() && self.status < 500
            }
            _ => false,
        }
    }
}

impl From<&Refusal> for ItemError {
    fn from(refusal: &Refusal) -> Self {
        ItemError {
            code: refusal.code.clone(),
            reason: refusal.reason.clone(),
            retry_after: refusal.retry_after,
            request_id: refusal.request_id.clone(),
        }
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
    /// The service's name for the request, for Apple's support.
    pub request_id: Option<String>,
}

impl ItemError {
    /// Whether the same may succeed later: by the wait that the answer names, whatever the code, else by the code. A
    /// conflict is not of this kind: look the record up first.
    pub fn is_transient(&self) -> bool {
        self.wait().is_some() || self.code.is_transient()
    }

    /// How long the service asks to wait, where it says so.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after.and_then(told)
    }

    /// Whether the reason holds for every operation like this one: permission, schema, quota, or a request that the service
    /// cannot read.
    pub fn concerns_all(&self) -> bool {
        advice::of(&self.code, &self.reason).is_some_and(|advice| advice.concerns_all)
    }

    /// What kind of trouble it is.
    pub fn trouble(&self) -> Trouble {
        match self.code {
            Code::AuthenticationFailed | Code::AuthenticationRequired | Code::AccessDenied => Trouble::Access,
            _ if self.is_transient() => Trouble::Service,
            _ => Trouble::Request,
        }
    }

    /// What to check, where something is known about such a failure.
    pub fn advice(&self) -> Option<String> {
        advice::of(&self.code, &self.reason).map(|advice| advice.text)
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
