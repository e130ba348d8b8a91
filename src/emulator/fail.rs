//! The one error type of a request: a status, a `serverErrorCode` and a reason, for a whole answer or one item of it.

use serde_json::{Map, Value, json};

/// A refusal as the service words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// HTTP status when the whole request is refused.
    pub(super) status: u16,
    /// `serverErrorCode`.
    pub(super) code: String,
    /// `reason`.
    pub(super) reason: String,
    /// `retryAfter`, seconds.
    pub(super) retry_after: Option<u64>,
    /// `redirectURL`.
    pub(super) redirect: Option<String>,
    /// The `Allow` header of a 405.
    pub(super) allow: Option<&'static str>,
}

impl Failure {
    pub(super) fn new(status: u16, code: &str, reason: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            reason: reason.into(),
            retry_after: None,
            redirect: None,
            allow: None,
        }
    }

    /// 400 `BAD_REQUEST`.
    pub(super) fn bad(reason: impl Into<String>) -> Self {
        Self::new(400, "BAD_REQUEST", reason)
    }

    /// What the service says to JSON it cannot read: syntax, shape, or an unknown enum word.
    pub(super) fn unexpected() -> Self {
        Self::bad("BadRequestException: Unexpected input")
    }

    /// A required member is not there.
    pub(super) fn missing(member: &str) -> Self {
        Self::bad(format!("missing required field '{member}'"))
    }

    pub(super) fn not_found(reason: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", reason)
    }

    pub(super) fn conflict(reason: impl Into<String>) -> Self {
        Self::new(409, "CONFLICT", reason)
    }

    /// `operation` is READ, CREATE or WRITE.
    pub(super) fn denied(operation: &str) -> Self {
        Self::new(
            403,
            "ACCESS_DENIED",
            format!("{operation} operation not permitted"),
        )
    }

    /// The one answer to every credential that does not hold.
    pub(super) fn unauthenticated() -> Self {
        Self::new(401, "AUTHENTICATION_FAILED", "Authentication failed")
    }

    pub(super) fn no_handler() -> Self {
        Self::not_found("could not find handler for endpoint")
    }

    pub(super) fn internal(cause: &impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "emulator store failed");
        Self::new(500, "INTERNAL_ERROR", "internal error")
    }

    fn members(&self) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("serverErrorCode".into(), json!(self.code));
        out.insert("reason".into(), json!(self.reason));
        if let Some(seconds) = self.retry_after {
            out.insert("retryAfter".into(), json!(seconds));
        }
        if let Some(url) = &self.redirect {
            out.insert("redirectURL".into(), json!(url));
        }
        out
    }

    /// The body of a refused request. Throttles carry the duplicate members that the service adds.
    pub(super) fn body(&self, uuid: &str) -> String {
        let mut out = self.members();
        out.insert("uuid".into(), json!(uuid));
        if self.code == "THROTTLED" {
            out.insert("uuid".into(), json!(format!("wsThrottles_{uuid}")));
            out.insert("error_code".into(), json!(self.code));
            out.insert("messageForDeveloper".into(), json!(self.reason));
        }
        Value::Object(out).to_string()
    }

    /// The item that takes a record's place inside a 200 answer.
    pub(super) fn item(&self, record_name: Option<&str>) -> String {
        let mut out = self.members();
        if let Some(name) = record_name {
            out.insert("recordName".into(), json!(name));
        }
        Value::Object(out).to_string()
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(&error)
    }
}
