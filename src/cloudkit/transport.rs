//! One signed request and its answer: over HTTPS (or loopback), within limits, no redirect followed.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;

use super::answer::{self, Raw};
use super::call::Operation;
use super::error::{Code, Error};
use super::sign::SigningKey;
use super::wire::Answer;
use super::{Connection, Endpoint, Settings, SetupError, certificate};

/// A clock that is off by less is not worth a second attempt.
const SKEW: u64 = 60;

/// A connection over HTTP/2 that answers no ping is given up; requests would wait on it one after the other.
const PING: Duration = Duration::from_secs(15);

/// No answer has told its time yet.
const UNTOLD: i64 = i64::MIN;

pub(super) struct Transport {
    http: reqwest::Client,
    endpoint: Endpoint,
    database: String,
    key_id: HeaderValue,
    key: SigningKey,
    longest_answer: usize,
    /// Seconds to add to this machine's clock, learnt from the service's.
    clock: AtomicI64,
    /// Seconds by which this machine's clock was ahead of the service's at the last answer that told.
    ahead: AtomicI64,
    /// Whether anybody was ever there to answer.
    answered: AtomicBool,
}

/// An answer with what is worth telling about it.
pub(super) struct Exchanged {
    pub(super) answer: Answer,
    pub(super) status: u16,
    pub(super) received: usize,
}

impl Transport {
    pub(super) fn new(connection: Connection, settings: &Settings) -> Result<Self, SetupError> {
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(10).min(settings.timeout))
            .timeout(settings.timeout)
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PING)
            .pool_max_idle_per_host(32)
            .tcp_nodelay(true)
            .user_agent(concat!("skydeck/", env!("CARGO_PKG_VERSION")));
        if connection.endpoint.is_local() {
            builder = builder.no_proxy();
        }
        for roots in &connection.roots {
            for root in certificate::parse(roots)? {
                builder = builder.add_root_certificate(root);
            }
        }
        let mut key_id = HeaderValue::from_str(&connection.key_id).map_err(|_| SetupError::KeyId)?;
        key_id.set_sensitive(true);
        Ok(Transport {
            http: builder
                .build()
                .map_err(|error| SetupError::Https(error.to_string()))?,
            database: format!(
                "/database/1/{}/{}/public/",
                connection.container, connection.environment
            ),
            endpoint: connection.endpoint,
            key_id,
            key: connection.key,
            longest_answer: settings.longest_answer,
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

    /// Seconds to add to this machine's clock, as far as is known.
    pub(super) fn offset(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// The service took a signature made with this offset.
    pub(super) fn keep_offset(&self, offset: i64) {
        self.clock.store(offset, Ordering::Relaxed);
    }

    /// Sends one request, signed by this machine's clock and so many seconds.
    pub(super) async fn exchange(
        &self,
        operation: Operation,
        body: &[u8],
        offset: i64,
    ) -> Result<Exchanged, Error> {
        let url = self
            .endpoint
            .with_path(&format!("{}{}", self.database, operation.name()));
        let date = signing_date(offset);
        let mut signature = HeaderValue::from_str(&self.key.sign(&date, body, url.path()))
            .map_err(|error| not_sent(&error))?;
        signature.set_sensitive(true);
        let request = self
            .http
            .post(url)
            .header("X-Apple-CloudKit-Request-KeyID", &self.key_id)
            .header("X-Apple-CloudKit-Request-SignatureV1", signature)
            .header("X-Apple-CloudKit-Request-ISO8601Date", date)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT_ENCODING, "gzip")
            .body(body.to_vec());
        let response = request.send().await.map_err(|error| self.network(&error))?;
        self.answered.store(true, Ordering::Relaxed);
        let status = response.status().as_u16();
        let raw = self.receive(response).await?;
        if let Some(ahead) = answer::clock_ahead(&raw.headers) {
            self.ahead.store(ahead, Ordering::Relaxed);
        }
        let received = raw.body.len();
        let answer = raw
            .read(operation, self.longest_answer)
            .map_err(|error| self.naming_the_key(error))?;
        Ok(Exchanged {
            answer,
            status,
            received,
        })
    }

    /// A refused signature, with the key that made it: the only part of it that can be compared with the console.
    fn naming_the_key(&self, error: Error) -> Error {
        match error {
            Error::Refused(mut refusal) if refusal.code == Code::AuthenticationFailed => {
                refusal.public_key = self.public_key();
                Error::Refused(refusal)
            }
            other => other,
        }
    }

    pub(super) fn public_key(&self) -> Option<String> {
        self.key.public_pem()
    }

    async fn receive(&self, mut response: reqwest::Response) -> Result<Raw, Error> {
        let mut raw = Raw {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: Vec::new(),
        };
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(raw),
                Ok(Some(chunk)) if raw.body.len() + chunk.len() <= self.longest_answer => {
                    raw.body.extend_from_slice(&chunk);
                }
                // A wait that the headers ask for holds, whatever became of the body.
                _ if raw.asks_to_wait() => return Ok(raw),
                Ok(Some(_)) => return Err(answer::too_long(raw.status, self.longest_answer)),
                Err(error) => return Err(self.network(&error)),
            }
        }
    }

    fn network(&self, error: &reqwest::Error) -> Error {
        let endpoint = self.endpoint.to_string();
        if let Some(cause) = certificate::refusal(error) {
            return Error::Certificate { endpoint, cause };
        }
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
            // Somebody is there.
            self.answered.store(true, Ordering::Relaxed);
            Error::NoAnswer { endpoint, cause }
        }
    }
}

/// The offset that the service's clock suggests, where a signature was refused that was made by another.
pub(super) fn corrected(error: &Error, offset: i64) -> Option<i64> {
    let Error::Refused(refusal) = error else {
        return None;
    };
    let better = -refusal.clock_ahead?;
    (better.abs_diff(offset) > SKEW).then_some(better)
}

fn not_sent(error: &reqwest::header::InvalidHeaderValue) -> Error {
    Error::NotSent {
        what: error.to_string(),
    }
}

/// Whole seconds, UTC, `Z`: no other form is accepted by the service.
fn signing_date(offset: i64) -> String {
    let now = Timestamp::now().as_second() + offset;
    let time = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
