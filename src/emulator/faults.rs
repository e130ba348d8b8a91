//! What can go wrong, and how a script says it. When it does is for `judge` to decide.

use serde::Deserialize;
use serde_json::{Map, Value};

/// How a fault script is written, in Markdown.
pub const SCRIPT: &str = include_str!("script.md");

/// Everything that can go wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Every answer is late by this much.
    pub latency_ms: u64,
    /// And by up to this much more, at random.
    pub jitter_ms: u64,
    /// Requests beyond this rate get a 429 `THROTTLED`.
    pub requests_per_second: Option<f64>,
    /// Seconds that such a 429 asks to wait at least; without it, until the next request would be taken.
    pub throttle_wait: u64,
    /// How far queries (not lookups) are behind the writes.
    pub index_lag_ms: u64,
    /// A create on an existing record fails with `EXISTS` instead of `CONFLICT`, always.
    pub exists_code: bool,
    /// The script.
    pub rules: Vec<Rule>,
}

/// A fault script that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("fault script: {0}")]
pub struct ScriptError(#[from] serde_json::Error);

impl Faults {
    /// Reads a script.
    ///
    #[doc = include_str!("script.md")]
    pub fn from_script(text: &str) -> Result<Self, ScriptError> {
        Ok(Self {
            rules: serde_json::from_str(text)?,
            ..Self::default()
        })
    }
}

/// A rule of a script.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests.
    #[serde(default)]
    pub when: When,
    /// What happens to them.
    #[serde(rename = "do")]
    pub effect: Effect,
}

/// Which requests a rule applies to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Such as `records/modify`, `assets/upload`, `asset put`, `asset get`.
    #[serde(deserialize_with = "check::operation")]
    pub operation: Option<String>,
    /// `development` or `production`.
    #[serde(deserialize_with = "check::environment")]
    pub environment: Option<String>,
    /// The request names this record type.
    pub record_type: Option<String>,
    /// The request names such a record.
    pub record_name: Option<String>,
    /// First matching request, from 1.
    #[serde(deserialize_with = "check::count")]
    pub from: Option<u64>,
    /// Last matching request.
    #[serde(deserialize_with = "check::count")]
    pub to: Option<u64>,
    /// Every n-th from the first.
    #[serde(deserialize_with = "check::count")]
    pub every: Option<u64>,
    /// 0 to 1.
    #[serde(deserialize_with = "check::probability")]
    pub probability: Option<f64>,
}

/// What a rule does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the list at Faults::from_script says it")]
pub struct Effect {
    pub delay_ms: Option<u64>,
    #[serde(deserialize_with = "check::status")]
    pub status: Option<u16>,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub retry_after: Option<u64>,
    pub retry_after_header: Option<u64>,
    pub unauthorized: bool,
    pub body: Option<OddBody>,
    pub cut: Option<Cut>,
    #[serde(deserialize_with = "check::count")]
    pub short_page: Option<usize>,
    pub empty_page: bool,
    pub expire_marker: bool,
    pub exists_code: bool,
    pub fail_record: Option<FailRecord>,
    pub reorder: bool,
    pub drop_types: bool,
    pub foreign_write: Option<ForeignRecord>,
    pub foreign_create: Option<ForeignRecord>,
    pub foreign_delete: Option<ForeignRecord>,
}

/// A body that is not what a client expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddBody {
    /// A gateway's error page.
    Html,
    /// Not JSON at all.
    Garbage,
    /// No byte.
    Empty,
    /// The first half of the true answer.
    Truncated,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Nothing was done.
    BeforeCommit,
    /// Everything was done, only the answer is lost.
    AfterCommit,
}

/// An item that fails.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FailRecord {
    /// Name, with wildcards; all when absent.
    pub record_name: Option<String>,
    /// Only the n-th item of the request, from 1.
    #[serde(deserialize_with = "check::count")]
    pub nth: Option<usize>,
    /// `INTERNAL_ERROR` when absent.
    pub code: Option<String>,
    /// Free text.
    pub reason: Option<String>,
    /// Seconds.
    pub retry_after: Option<u64>,
}

/// What another user does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignRecord {
    /// Which record.
    pub record_name: String,
    /// Its type, where it has to be made.
    pub record_type: Option<String>,
    /// `{"name": {"value": …, "type": …}}`
    #[serde(default, deserialize_with = "check::fields")]
    pub fields: Map<String, Value>,
}

/// What a script may say, so that a slip of the pen is an error with its position and not a fault that never comes.
mod check {
    use std::fmt::Display;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde_json::{Map, Value};

    use super::super::judge::matches;
    use super::super::options::Environment;
    use super::super::routes::OPERATIONS;
    use super::super::value::Incoming;

    /// A member that is left out or null, or has to hold.
    fn known<'de, D, T>(
        from: D,
        fine: impl Fn(&T) -> bool,
        words: impl Display,
    ) -> Result<Option<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de>,
    {
        match Option::<T>::deserialize(from)? {
            Some(value) if !fine(&value) => Err(D::Error::custom(words)),
            value => Ok(value),
        }
    }

    pub(super) fn operation<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        let fine = |glob: &String| OPERATIONS.iter().any(|(operation, _)| matches(glob, operation));
        let names: Vec<&str> = OPERATIONS.iter().map(|(operation, _)| *operation).collect();
        known(
            from,
            fine,
            format!("there is no such operation; there are {}", names.join(", ")),
        )
    }

    pub(super) fn environment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        let fine = |word: &String| Environment::parse(word).is_some_and(|known| known.as_str() == word);
        known(from, fine, "environment is development or production")
    }

    pub(super) fn count<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de> + Default + PartialEq,
    {
        known(from, |n| *n != T::default(), "a count is 1 or more")
    }

    pub(super) fn probability<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        known(from, |p| (0.0..=1.0).contains(p), "probability is from 0 to 1")
    }

    pub(super) fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
        known(
            from,
            |status| (200..=599).contains(status),
            "status is from 200 to 599",
        )
    }

    pub(super) fn fields<'de, D: Deserializer<'de>>(from: D) -> Result<Map<String, Value>, D::Error> {
        let fields = Map::deserialize(from)?;
        if fields.values().all(|field| Incoming::decode(field).is_ok()) {
            return Ok(fields);
        }
        Err(D::Error::custom(
            "a field is {\"value\": ..., \"type\": ...} with a type of the service",
        ))
    }
}
