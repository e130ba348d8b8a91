//! What goes wrong, and when: seeded, so that the same requests in the same order meet the same faults.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Everything that can go wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Every answer is late by this much.
    pub latency_ms: u64,
    /// And by up to this much more, at random.
    pub jitter_ms: u64,
    /// Requests beyond this rate get a 429 `THROTTLED`.
    pub requests_per_second: Option<f64>,
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
    /// A script is a JSON array of rules. A rule has a condition `when` and a list of effects `do`; all rules whose
    /// condition holds apply, in order, the later one winning where two set the same effect.
    ///
    /// ```json
    /// [
    ///   {"when": {"operation": "records/modify", "from": 3, "to": 9, "every": 2},
    ///    "do": {"status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 1}},
    ///   {"when": {"operation": "records/modify", "record_type": "Game", "probability": 0.01},
    ///    "do": {"cut": "after_commit"}},
    ///   {"do": {"delay_ms": 40}}
    /// ]
    /// ```
    ///
    /// `when` (every member optional; none: every request): `operation`, `environment`, `record_type`, `record_name` (the
    /// request speaks of such a record; `*` and `?` are wildcards), then of the requests that match so far, counted from
    /// 1 for each rule: `from`, `to` (both included), `every` (n: the first, then each n-th), and `probability`.
    ///
    /// `do`:
    ///
    /// | member | effect |
    /// |---|---|
    /// | `delay_ms` | answers later |
    /// | `status`, `code`, `reason`, `retry_after`, `retry_after_header` | refuses the request before it is looked at; `code` defaults by status |
    /// | `unauthorized` | the generic 401 |
    /// | `body`: `html`, `garbage`, `empty`, `truncated` | such a body with `status` (default 200; `html` 502); `truncated` comes after the work |
    /// | `cut`: `before_commit`, `after_commit` | drops the connection without an answer, before or after the work |
    /// | `short_page`: n, `empty_page` | a query page of at most n records, or none, with a marker |
    /// | `expire_marker` | refuses the continuation marker |
    /// | `exists_code` | a create on an existing record fails with `EXISTS` instead of `CONFLICT` |
    /// | `fail_record` | `{"record_name", "nth", "code", "reason", "retry_after"}`: that item of a modify or lookup fails |
    /// | `reorder` | the records of the answer in a shuffled order |
    /// | `drop_types` | fields without `type` |
    /// | `foreign_write` | `{"record_name", "record_type", "fields"}`: before the request is processed another user merges these fields into the record, or makes it |
    /// | `foreign_create` | the same, only if the record is not there |
    /// | `foreign_delete` | `{"record_name"}`: another user deletes it |
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
    pub operation: Option<String>,
    /// `development` or `production`.
    pub environment: Option<String>,
    /// The request names this record type.
    pub record_type: Option<String>,
    /// The request names such a record.
    pub record_name: Option<String>,
    /// First matching request, from 1.
    pub from: Option<u64>,
    /// Last matching request.
    pub to: Option<u64>,
    /// Every n-th from the first.
    pub every: Option<u64>,
    /// 0 to 1.
    pub probability: Option<f64>,
}

/// What a rule does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the table at Faults::from_script says it")]
pub struct Effect {
    pub delay_ms: Option<u64>,
    pub status: Option<u16>,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub retry_after: Option<u64>,
    pub retry_after_header: Option<u64>,
    pub unauthorized: bool,
    pub body: Option<OddBody>,
    pub cut: Option<Cut>,
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
#[serde(deny_unknown_fields, default)]
pub struct ForeignRecord {
    /// Which record.
    pub record_name: String,
    /// Its type, where it has to be made.
    pub record_type: Option<String>,
    /// `{"name": {"value": …, "type": …}}`
    pub fields: Map<String, Value>,
}

/// What a condition may look at.
pub(super) struct Subject<'a> {
    pub(super) operation: &'a str,
    pub(super) environment: &'a str,
    pub(super) body: &'a [u8],
}

/// The effects on one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) effect: Effect,
    pub(super) failing: Vec<FailRecord>,
    /// Seeds the shuffle of an answer.
    pub(super) shuffle: u64,
    /// The rate was exceeded; seconds to wait.
    pub(super) throttled: Option<u64>,
}

impl Verdict {
    /// The fault of the n-th item (from 0) of a request, if it was told to fail.
    pub(super) fn item(&self, n: usize, name: &str) -> Option<&FailRecord> {
        self.failing.iter().find(|f| {
            f.nth.is_none_or(|nth| nth == n + 1)
                && f.record_name.as_deref().is_none_or(|glob| matches(glob, name))
        })
    }
}

struct Inner {
    seen: Vec<u64>,
    rng: SmallRng,
    tokens: f64,
    refilled: Instant,
}

/// Decides about requests, one after the other.
pub(super) struct Judge {
    faults: Faults,
    inner: Mutex<Inner>,
}

impl Judge {
    pub(super) fn new(faults: Faults, seed: u64) -> Self {
        let tokens = faults.requests_per_second.unwrap_or(0.0).max(1.0);
        let seen = vec![0; faults.rules.len()];
        let rng = SmallRng::seed_from_u64(seed);
        Self {
            faults,
            inner: Mutex::new(Inner {
                seen,
                rng,
                tokens,
                refilled: Instant::now(),
            }),
        }
    }

    /// What happens to this request.
    pub(super) fn decide(&self, subject: &Subject<'_>) -> Verdict {
        let looks_inside = |rule: &Rule| rule.when.record_type.is_some() || rule.when.record_name.is_some();
        let text = if self.faults.rules.iter().any(looks_inside) {
            serde_json::from_slice::<Value>(subject.body).ok()
        } else {
            None
        };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Verdict {
            throttled: inner.throttle(self.faults.requests_per_second),
            ..Verdict::default()
        };
        let jitter = if self.faults.jitter_ms > 0 {
            inner.rng.random_range(0..=self.faults.jitter_ms)
        } else {
            0
        };
        out.effect.delay_ms = Some(self.faults.latency_ms + jitter);
        out.effect.exists_code = self.faults.exists_code;
        if self.faults.rules.is_empty() {
            return out;
        }
        for (n, rule) in self.faults.rules.iter().enumerate() {
            if rule.when.fits(subject, text.as_ref()) {
                let seen = inner.seen.get_mut(n).map_or(0, |count| {
                    *count += 1;
                    *count
                });
                let drawn = rule
                    .when
                    .probability
                    .is_none_or(|p| inner.rng.random::<f64>() < p);
                if rule.when.counts(seen) && drawn {
                    out.add(&rule.effect);
                }
            }
        }
        out.shuffle = inner.rng.random();
        out
    }
}

impl Inner {
    fn throttle(&mut self, rate: Option<f64>) -> Option<u64> {
        let rate = rate.filter(|r| *r > 0.0)?;
        let now = Instant::now();
        let gained = now.duration_since(self.refilled).as_secs_f64() * rate;
        self.refilled = now;
        self.tokens = (self.tokens + gained).min(rate.max(1.0));
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        let wait = std::time::Duration::try_from_secs_f64((1.0 - self.tokens) / rate).unwrap_or_default();
        Some(wait.as_secs() + 1)
    }
}

impl When {
    fn fits(&self, subject: &Subject<'_>, body: Option<&Value>) -> bool {
        let says = |key: &str, glob: &Option<String>| {
            glob.as_deref()
                .is_none_or(|glob| body.is_some_and(|body| mentions(body, key, glob)))
        };
        self.operation
            .as_deref()
            .is_none_or(|o| matches(o, subject.operation))
            && self
                .environment
                .as_deref()
                .is_none_or(|e| e == subject.environment)
            && says("recordType", &self.record_type)
            && says("recordName", &self.record_name)
    }

    fn counts(&self, seen: u64) -> bool {
        let from = self.from.unwrap_or(1);
        seen >= from
            && self.to.is_none_or(|to| seen <= to)
            && self
                .every
                .is_none_or(|every| (seen - from).checked_rem(every) == Some(0))
    }
}

impl Verdict {
    fn add(&mut self, more: &Effect) {
        let mine = &mut self.effect;
        let delay = mine.delay_ms.unwrap_or(0) + more.delay_ms.unwrap_or(0);
        self.failing.extend(more.fail_record.clone());
        let old = std::mem::take(mine);
        *mine = Effect {
            delay_ms: Some(delay),
            status: more.status.or(old.status),
            code: more.code.clone().or(old.code),
            reason: more.reason.clone().or(old.reason),
            retry_after: more.retry_after.or(old.retry_after),
            retry_after_header: more.retry_after_header.or(old.retry_after_header),
            unauthorized: more.unauthorized || old.unauthorized,
            body: more.body.or(old.body),
            cut: more.cut.or(old.cut),
            short_page: more.short_page.or(old.short_page),
            empty_page: more.empty_page || old.empty_page,
            expire_marker: more.expire_marker || old.expire_marker,
            exists_code: more.exists_code || old.exists_code,
            fail_record: None,
            reorder: more.reorder || old.reorder,
            drop_types: more.drop_types || old.drop_types,
            foreign_write: more.foreign_write.clone().or(old.foreign_write),
            foreign_create: more.foreign_create.clone().or(old.foreign_create),
            foreign_delete: more.foreign_delete.clone().or(old.foreign_delete),
        };
    }
}

/// Whether somewhere in a body a member `key` holds a string like `glob`.
fn mentions(body: &Value, key: &str, glob: &str) -> bool {
    match body {
        Value::Array(items) => items.iter().any(|item| mentions(item, key, glob)),
        Value::Object(object) => object.iter().any(|(name, value)| {
            (name == key && value.as_str().is_some_and(|text| matches(glob, text)))
                || (name != "fields" && mentions(value, key, glob))
        }),
        _ => false,
    }
}

/// `*` stands for any characters, `?` for one.
fn matches(glob: &str, text: &str) -> bool {
    match (glob.split_at_checked(1), text.split_at_checked(1)) {
        (None, _) => text.is_empty(),
        (Some(("*", rest)), None) => matches(rest, text),
        (Some(("*", rest)), Some((_, tail))) => matches(rest, text) || matches(glob, tail),
        (Some(("?", rest)), Some((_, tail))) => matches(rest, tail),
        (Some((c, rest)), Some((d, tail))) => c == d && matches(rest, tail),
        (Some(_), None) => false,
    }
}
