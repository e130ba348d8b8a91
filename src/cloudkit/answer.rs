//! From the bytes of an answer to what it says: unpacked, within limits, and an answer told from a refusal.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, RETRY_AFTER};

use super::call::Operation;
use super::error::{Code, Error, Refusal};
use super::wire::{self, Answer};

/// What came back, as far as it came.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

pub(super) fn too_long(status: u16, most: usize) -> Error {
    Error::NotCloudKit {
        status,
        what: format!(
            "the answer is larger than {} MiB, more than any page of records needs",
            most >> 20
        ),
    }
}

impl Raw {
    /// Whether status and headers say to come again later, with no regard to the body.
    pub(super) fn asks_to_wait(&self) -> bool {
        self.status == 429 || self.status >= 500
    }

    /// What the answer says.
    pub(super) fn read(self, operation: Operation, most: usize) -> Result<Answer, Error> {
        let Raw {
            status,
            headers,
            body,
        } = self;
        if (300..400).contains(&status) {
            return Err(Error::NotCloudKit {
                status,
                what: format!(
                    "redirect not followed, because the request is signed for this host; {SUSPECT}"
                ),
            });
        }
        let body_is_empty = body.is_empty();
        let read = unpacked(status, &headers, body, most).and_then(|body| parsed(status, &body));
        match read {
            Ok(answer) => judged(operation, status, &headers, answer),
            // A page from a gateway or proxy: the status and headers say what is wrong, the page only who answered.
            Err(Error::NotCloudKit { what, .. }) if status >= 400 => {
                let reason = (!body_is_empty).then_some(what);
                Err(refused(
                    status,
                    &headers,
                    Answer {
                        reason,
                        ..Answer::default()
                    },
                ))
            }
            Err(_) if status >= 400 => Err(refused(status, &headers, Answer::default())),
            Err(error) => Err(error),
        }
    }
}

/// The likely sender of an answer that is not CloudKit's.
const SUSPECT: &str = "is there a proxy or a captive portal in between?";

/// Inflates the whole body at once: a third of the time of a streaming decoder.
fn unpacked(status: u16, headers: &HeaderMap, raw: Vec<u8>, most: usize) -> Result<Vec<u8>, Error> {
    let encoding = headers
        .get(CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok());
    if !encoding.is_some_and(|name| name.eq_ignore_ascii_case("gzip")) {
        return Ok(raw);
    }
    let mut out = Vec::with_capacity(raw.len().saturating_mul(8).min(most));
    MultiGzDecoder::new(raw.as_slice())
        .take(most as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|cause| Error::BadAnswer {
            status,
            what: format!("its gzip data is damaged: {cause}"),
        })?;
    if out.len() > most {
        Err(too_long(status, most))
    } else {
        Ok(out)
    }
}

fn parsed(status: u16, body: &[u8]) -> Result<Answer, Error> {
    let text = std::str::from_utf8(body).map_err(|error| not_read(status, body, &error, false))?;
    wire::read(text).map_err(|error| not_read(status, body, &error, error.is_data()))
}

/// The error for an unreadable answer: damaged in transit, or not from CloudKit at all.
fn not_read(status: u16, body: &[u8], cause: &dyn std::error::Error, is_whole: bool) -> Error {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let found = match body.trim_ascii_start().first() {
        Some(b'{') if !is_whole => {
            return Error::BadAnswer {
                status,
                what: cause.to_string(),
            };
        }
        Some(b'<') => "HTML",
        Some(b'{' | b'[') => "other JSON",
        Some(_) => "something else",
        None => "an empty answer",
    };
    not_cloudkit(status, found)
}

fn not_cloudkit(status: u16, found: &str) -> Error {
    Error::NotCloudKit {
        status,
        what: format!("{found} instead of CloudKit's JSON; {SUSPECT}"),
    }
}

/// Tells an answer from a refusal. A refused batch may have status 400 or 409 and an outcome for each record all the
/// same (seen with other clients); a refused query has no page.
fn judged(
    operation: Operation,
    status: u16,
    headers: &HeaderMap,
    mut answer: Answer,
) -> Result<Answer, Error> {
    answer.uuid = answer.uuid.or_else(|| request_id(headers));
    let fine = status < 300 && answer.server_error_code.is_none();
    if fine && answer.records.is_none() {
        // Every data call is answered with `records`, also where there are none (protocol, section 11).
        return Err(not_cloudkit(status, "other JSON"));
    }
    let tells_outcomes = answer.records.as_ref().is_some_and(|read| !read.items.is_empty());
    if fine || (tells_outcomes && operation != Operation::Query) {
        Ok(answer)
    } else {
        Err(refused(status, headers, answer))
    }
}

fn refused(status: u16, headers: &HeaderMap, answer: Answer) -> Error {
    let code = answer.server_error_code.as_deref().map(Code::from_word);
    let refused_signature = status == 401 || code == Some(Code::AuthenticationFailed);
    Error::Refused(Box::new(Refusal {
        status,
        named: code.is_some(),
        code: code.unwrap_or_else(|| Code::from_status(status)),
        reason: answer.reason.unwrap_or_default(),
        record_name: answer.record_name,
        request_id: answer.uuid.or_else(|| request_id(headers)),
        retry_after: [answer.retry_after, retry_after(headers)]
            .into_iter()
            .flatten()
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
            .max_by(f64::total_cmp),
        clock_ahead: clock_ahead(headers).filter(|_| refused_signature),
        public_key: None,
    }))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    text(headers, "X-Apple-Request-UUID").map(str::to_owned)
}

fn date(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(text(headers, name)?).ok()?;
    Some(date.timestamp())
}

/// Seconds by which this machine's clock is ahead of the one that wrote the answer's date.
pub(super) fn clock_ahead(headers: &HeaderMap) -> Option<i64> {
    let theirs = date(headers, DATE.as_str())?;
    Some(Timestamp::now().as_second() - theirs.as_second())
}

/// The header's seconds; a date (RFC 9110 has both) is one by the service's clock.
fn retry_after(headers: &HeaderMap) -> Option<f64> {
    let told = text(headers, RETRY_AFTER.as_str())?.trim();
    told.parse().ok().or_else(|| {
        let until = date(headers, RETRY_AFTER.as_str())?;
        let now = date(headers, DATE.as_str()).unwrap_or_else(Timestamp::now);
        Some(until.duration_since(now).as_secs_f64())
    })
}
