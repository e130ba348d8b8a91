//! The service's words for what went wrong.

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
    LimitExceeded,
    NotFound,
    QuotaExceeded,
    Throttled,
    TryAgainLater,
    ValidatingReferenceError,
    ZoneBusy,
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
            "LIMIT_EXCEEDED" => Code::LimitExceeded,
            "NOT_FOUND" => Code::NotFound,
            "QUOTA_EXCEEDED" => Code::QuotaExceeded,
            "THROTTLED" => Code::Throttled,
            "TRY_AGAIN_LATER" => Code::TryAgainLater,
            "VALIDATING_REFERENCE_ERROR" => Code::ValidatingReferenceError,
            "ZONE_BUSY" => Code::ZoneBusy,
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
        matches!(self, Code::Throttled | Code::TryAgainLater | Code::ZoneBusy)
    }

    /// Whether the same request may succeed later.
    pub const fn is_transient(&self) -> bool {
        self.is_wait() || matches!(self, Code::InternalError)
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
            Code::LimitExceeded => "LIMIT_EXCEEDED",
            Code::NotFound => "NOT_FOUND",
            Code::QuotaExceeded => "QUOTA_EXCEEDED",
            Code::Throttled => "THROTTLED",
            Code::TryAgainLater => "TRY_AGAIN_LATER",
            Code::ValidatingReferenceError => "VALIDATING_REFERENCE_ERROR",
            Code::ZoneBusy => "ZONE_BUSY",
            Code::ZoneNotFound => "ZONE_NOT_FOUND",
            Code::Other(word) => word,
        })
    }
}
