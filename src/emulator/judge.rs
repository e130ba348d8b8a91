//! Decides which faults a request meets: seeded, so that the same requests in the same order meet the same faults.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::faults::{Effect, FailRecord, Faults, Rule, When};

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
    /// Cancelled when other faults take the place of these.
    released: CancellationToken,
    inner: Mutex<Inner>,
}

impl Judge {
    pub(super) fn new(faults: Faults, seed: u64) -> Self {
        let tokens = faults.requests_per_second.unwrap_or(0.0).max(1.0);
        let seen = vec![0; faults.rules.len()];
        let rng = SmallRng::seed_from_u64(seed);
        Self {
            faults,
            released: CancellationToken::new(),
            inner: Mutex::new(Inner {
                seen,
                rng,
                tokens,
                refilled: Instant::now(),
            }),
        }
    }

    /// Lets every answer go out that a delay of these faults holds back.
    pub(super) fn release(&self) {
        self.released.cancel();
    }

    /// Waits for the delay of an answer.
    pub(super) async fn hold(&self, delay: Duration) {
        tokio::select! {
            () = self.released.cancelled() => {}
            () = tokio::time::sleep(delay) => {}
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
            throttled: (inner.throttle(self.faults.requests_per_second))
                .map(|wait| wait.max(self.faults.throttle_wait)),
            ..Verdict::default()
        };
        let jitter = if self.faults.jitter_ms > 0 {
            inner.rng.random_range(0..=self.faults.jitter_ms)
        } else {
            0
        };
        out.effect.delay_ms = Some(self.faults.latency_ms.saturating_add(jitter));
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
        let wait = Duration::try_from_secs_f64((1.0 - self.tokens) / rate).unwrap_or_default();
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
        let delay = mine
            .delay_ms
            .unwrap_or(0)
            .saturating_add(more.delay_ms.unwrap_or(0));
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
pub(super) fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut g, mut t) = (0, 0);
    // Behind the last `*`, and how far into the text it reaches: where to go on when the rest does not fit.
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match glob.get(g) {
            Some('*') => {
                g += 1;
                star = Some((g, t));
            }
            Some(wanted) if *wanted == '?' || wanted == c => {
                g += 1;
                t += 1;
            }
            _ => {
                let Some((after, reach)) = star else { return false };
                star = Some((after, reach + 1));
                (g, t) = (after, reach + 1);
            }
        }
    }
    glob.iter().skip(g).all(|c| *c == '*')
}
