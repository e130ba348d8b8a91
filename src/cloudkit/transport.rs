//! One signed request and its answer: over HTTPS (or loopback), unpacked, within limits, no redirect followed.

use std::io::Read as _;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use flate2::read::GzDecoder;
use jiff::Timestamp;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;

use super::error::{Code, Error, Refusal};
use super::sign::SigningKey;
use super::wire::{self, Answer};
use super::{Connection, Endpoint};

/// An answer may be this long, unpacked: 200 records of 1 MB, the largest that CloudKit keeps, and what is around them.
const LONGEST_ANSWER: usize = 256 << 20;

/// A clock that is off by less is not worth a second attempt.
const SKEW: i64 = 60;

/// No answer has told its time yet.
const UNTOLD: i64 = i64::MIN;

pub(super) struct Transport {
    http: reqwest::Client,
    endpoint: Endpoint,
    database: String,
    key_id: String,
    key: SigningKey,
    /// Seconds to add to this machine's clock, learnt from the service's.
    clock: AtomicI64,
    /// Seconds by which this machine's clock was ahead of the service's at the last answer that told.
    ahead: AtomicI64,
    /// Whether anybody has ever answered.
    answered: AtomicBool,
}

/// An answer with what is worth telling about it.
pub(super) struct Exchanged {
    pub(super) answer: Answer,
    pub(super) status: u16,
    pub(super) received: usize,
    pub(super) request_id: Option<String>,
}

impl Transport {
    pub(super) fn new(connection: Connection, timeout: Duration) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(10).min(timeout))
            .timeout(timeout)
            .pool_max_idle_per_host(32)
            .tcp_nodelay(true)
            .user_agent(concat!("skydeck/", env!("CARGO_PKG_VERSION")));
        if connection.endpoint.is_local() {
            builder = builder.no_proxy();
        }
        Ok(Transport {
            http: builder.build().map_err(|error| error.to_string())?,
            database: format!(
                "/database/1/{}/{}/public/",
                connection.container, connection.environment
            ),
            endpoint: connection.endpoint,
            key_id: connection.key_id,
            key: connection.key,
            clock: AtomicI64::new(0),
            ahead: AtomicI64::new(UNTOLD),
            answered: AtomicBool::new(false),
        })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub(super) fn clock_ahead(&self) -> Option<i64> {
        Some(self.ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNTOLD)
    }

    /// Sends a request; a signature refused for a wrong clock is made once more by the service's.
    pub(super) async fn exchange(&self, operation: &str, body: &[u8]) -> Result<Exchanged, Error> {
        let first = self.attempt(operation, body).await;
        match &first {
            Err(Error::Refused(Refusal {
                status: 401,
                clock_ahead: Some(ahead),
                ..
            })) if ahead.abs() > SKEW && self.clock.swap(-ahead, Ordering::Relaxed) != -ahead => {
                self.attempt(operation, body).await
            }
            _ => first,
        }
    }

    async fn attempt(&self, operation: &str, body: &[u8]) -> Result<Exchanged, Error> {
        let path = format!("{}{operation}", self.database);
        let date = signing_date(self.clock.load(Ordering::Relaxed));
        let request = self
            .http
            .post(self.endpoint.with_path(&path))
            .header("X-Apple-CloudKit-Request-KeyID", &self.key_id)
            .header(
                "X-Apple-CloudKit-Request-SignatureV1",
                self.key.sign(&date, body, &path),
            )
            .header("X-Apple-CloudKit-Request-ISO8601Date", date)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT_ENCODING, "gzip")
            .body(body.to_vec());
        let mut response = request.send().await.map_err(|error| self.network(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        self.answered.store(true, Ordering::Relaxed);
        if let Some(ahead) = clock_ahead(&headers) {
            self.ahead.store(ahead, Ordering::Relaxed);
        }
        let mut raw = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.network(&error))? {
            if raw.len() + chunk.len() > LONGEST_ANSWER {
                return Err(too_long(status));
            }
            raw.extend_from_slice(&chunk);
        }
        let received = raw.len();
        let raw = unpacked(status, &headers, raw)?;
        let answer = judge(status, &headers, &raw)?;
        Ok(Exchanged {
            request_id: request_id(&headers, &answer),
            answer,
            status,
            received,
        })
    }

    fn network(&self, error: &reqwest::Error) -> Error {
        let endpoint = self.endpoint.to_string();
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let cause = if error.is_timeout() {
            "time ran out".to_owned()
        } else {
            cause.to_string()
        };
        if error.is_connect() {
            Error::Unreachable { endpoint, cause }
        } else {
            Error::NoAnswer { endpoint, cause }
        }
    }
}

/// Whole seconds, UTC, `Z`: no other form is accepted by the service.
fn signing_date(offset: i64) -> String {
    let now = Timestamp::now().as_second() + offset;
    let time = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn too_long(status: u16) -> Error {
    Error::BadAnswer {
        status,
        what: format!("it is longer than {} MiB", LONGEST_ANSWER >> 20),
    }
}

/// Inflates the whole body at once: a third of the time of a streaming decoder.
fn unpacked(status: u16, headers: &HeaderMap, raw: Vec<u8>) -> Result<Vec<u8>, Error> {
    let encoding = headers
        .get(CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok());
    if !encoding.is_some_and(|name| name.eq_ignore_ascii_case("gzip")) {
        return Ok(raw);
    }
    let mut out = Vec::with_capacity((raw.len() * 8).min(LONGEST_ANSWER));
    let limit = LONGEST_ANSWER as u64 + 1;
    GzDecoder::new(raw.as_slice())
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|cause| Error::BadAnswer {
            status,
            what: format!("its gzip data is damaged: {cause}"),
        })?;
    if out.len() > LONGEST_ANSWER {
        Err(too_long(status))
    } else {
        Ok(out)
    }
}

/// Tells an answer from a refusal. An answer to a failed atomic batch has status 400 or 409 and `records` all the same.
fn judge(status: u16, headers: &HeaderMap, raw: &[u8]) -> Result<Answer, Error> {
    let parsed = std::str::from_utf8(raw)
        .map_err(|error| error.to_string())
        .and_then(|text| wire::read(text).map_err(|error| error.to_string()));
    if (300..400).contains(&status) {
        return Err(Error::BadAnswer {
            status,
            what: "a redirect, which is not followed since the request is signed for this host".into(),
        });
    }
    match parsed {
        Ok(answer) if answer.server_error_code.is_none() && (status < 300 || answer.records.is_some()) => {
            Ok(answer)
        }
        Ok(answer) => Err(Error::Refused(refusal(status, headers, Some(answer)))),
        Err(_) if status >= 400 => Err(Error::Refused(refusal(status, headers, None))),
        Err(what) => Err(Error::BadAnswer { status, what }),
    }
}

/// The service's name for a request stands in the body of a refusal, and in a header of every answer.
fn request_id(headers: &HeaderMap, answer: &Answer) -> Option<String> {
    let header = headers
        .get("X-Apple-Request-UUID")
        .and_then(|value| value.to_str().ok());
    answer.uuid.clone().or_else(|| header.map(str::to_owned))
}

/// Seconds by which this machine's clock is ahead of the one that wrote the answer's date.
fn clock_ahead(headers: &HeaderMap) -> Option<i64> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(Timestamp::now().as_second() - theirs.timestamp().as_second())
}

fn refusal(status: u16, headers: &HeaderMap, answer: Option<Answer>) -> Refusal {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let answer = answer.unwrap_or_default();
    let told = text(RETRY_AFTER.as_str()).and_then(|seconds| seconds.trim().parse::<f64>().ok());
    let code = answer.server_error_code.as_deref().map(Code::from_word);
    let clock_ahead = (status == 401).then(|| clock_ahead(headers)).flatten();
    Refusal {
        status,
        named: code.is_some(),
        code: code.unwrap_or_else(|| Code::from_status(status)),
        request_id: request_id(headers, &answer),
        reason: answer.reason.unwrap_or_default(),
        retry_after: [answer.retry_after, told]
            .into_iter()
            .flatten()
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
            .max_by(f64::total_cmp),
        clock_ahead,
    }
}
