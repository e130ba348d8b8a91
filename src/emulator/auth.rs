//! Who a request comes from: server-to-server signatures over the raw bytes, or an API token.
//!
//! Every credential that does not hold gets the same answer; which part was wrong is only in the log.

use std::collections::HashMap;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use sha2::{Digest, Sha256};

use super::fail::Failure;
use super::keys::user_record_name;
use super::options::{Environment, TrustedKey};
use super::schema::Actor;

/// Seconds by which a signed date may differ from the clock.
const WINDOW: i64 = 600;

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user: String,
    pub(super) actor: Actor,
}

/// The parts of a request that are signed.
pub(super) struct Signed<'a> {
    pub(super) headers: &'a HeaderMap,
    /// As on the request line, percent-encoding untouched.
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// The accepted credentials.
pub(super) struct Gate {
    keys: HashMap<String, (VerifyingKey, Option<Environment>)>,
    tokens: Vec<String>,
    any_signature: bool,
}

impl Gate {
    /// Reads the public keys; an error names the one that cannot be read.
    pub(super) fn new(keys: &[TrustedKey], tokens: &[String], any_signature: bool) -> Result<Self, String> {
        let read = |key: &TrustedKey| {
            let public = VerifyingKey::from_public_key_pem(key.public_key_pem.trim())
                .map_err(|e| format!("public key of key id {}: {e}", key.key_id))?;
            Ok((key.key_id.to_ascii_lowercase(), (public, key.environment)))
        };
        let keys = keys.iter().map(read).collect::<Result<_, String>>()?;
        Ok(Self {
            keys,
            tokens: tokens.to_vec(),
            any_signature,
        })
    }

    /// Who sent a request to an environment, or the refusal.
    pub(super) fn admit(&self, request: &Signed<'_>, environment: Environment) -> Result<Caller, Failure> {
        let header = |name: &str| {
            request
                .headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::trim)
        };
        if let Some(key_id) = header("x-apple-cloudkit-request-keyid") {
            let date = header("x-apple-cloudkit-request-iso8601date");
            let signature = header("x-apple-cloudkit-request-signaturev1");
            if !self.any_signature
                && let Err(hint) = self.verify(key_id, date, signature, request, environment)
            {
                tracing::warn!(key_id, hint, "request refused with 401");
                return Err(Failure::unauthenticated());
            }
            return Ok(Caller {
                user: user_record_name(&key_id.to_ascii_lowercase()),
                actor: Actor::Key,
            });
        }
        let Some(token) = query_item(request.query, "ckAPIToken") else {
            tracing::warn!("request refused with 401: neither a key id header nor ckAPIToken");
            return Err(Failure::new(401, "AUTHENTICATION_FAILED", "no auth method found"));
        };
        if self.tokens.iter().any(|t| t == token) {
            return Ok(Caller {
                user: user_record_name("_world"),
                actor: Actor::World,
            });
        }
        tracing::warn!("request refused with 401: unknown ckAPIToken");
        Err(Failure::unauthenticated())
    }

    fn verify(
        &self,
        key_id: &str,
        date: Option<&str>,
        signature: Option<&str>,
        request: &Signed<'_>,
        environment: Environment,
    ) -> Result<(), &'static str> {
        let (key, bound) = self
            .keys
            .get(&key_id.to_ascii_lowercase())
            .ok_or("unknown key id")?;
        if bound.is_some_and(|only| only != environment) {
            return Err("the key belongs to the other environment");
        }
        let date = date.ok_or("no date header")?;
        let signed_at = parse_date(date).ok_or("the date is not YYYY-MM-DDTHH:MM:SSZ")?;
        if (Timestamp::now().as_second() - signed_at).abs() > WINDOW {
            return Err("the date is more than 600 seconds off");
        }
        let signature = BASE64
            .decode(signature.ok_or("no signature header")?)
            .map_err(|_| "signature is not base64")?;
        let signature = Signature::from_der(&signature).map_err(|_| "signature is not DER")?;
        if messages(date, request).any(|message| key.verify(message.as_bytes(), &signature).is_ok()) {
            return Ok(());
        }
        Err("the signature does not match date, body and path")
    }
}

/// What may have been signed: the path with its query string as sent or alone; an empty body hashed or left empty.
fn messages<'a>(date: &'a str, request: &'a Signed<'_>) -> impl Iterator<Item = String> + 'a {
    let mut hashes = vec![BASE64.encode(Sha256::digest(request.body))];
    if request.body.is_empty() {
        hashes.push(String::new());
    }
    let mut paths = vec![request.path.to_owned()];
    if let Some(query) = request.query {
        paths.insert(0, format!("{}?{query}", request.path));
    }
    paths.into_iter().flat_map(move |path| {
        let date = date.to_owned();
        hashes
            .clone()
            .into_iter()
            .map(move |hash| format!("{date}:{hash}:{path}"))
    })
}

/// Seconds since 1970 of a date in exactly the documented form.
fn parse_date(text: &str) -> Option<i64> {
    let shape = text.len() == 20
        && text.bytes().enumerate().all(|(n, b)| match n {
            4 | 7 => b == b'-',
            10 => b == b'T',
            13 | 16 => b == b':',
            19 => b == b'Z',
            _ => b.is_ascii_digit(),
        });
    if shape {
        text.parse::<Timestamp>().ok().map(Timestamp::as_second)
    } else {
        None
    }
}

/// The raw value of a query item.
pub(super) fn query_item<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|item| {
        item.split_once('=')
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the protocol's description, with its throw-away key.
    #[test]
    fn the_published_example_verifies() {
        let pem = "-----BEGIN PUBLIC KEY-----\n\
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0RD6CEXoEnTCOyZn9e0DkbsGY1cI\n\
            JAmHtLhLOPNFspJTbFnd7ohi4IVrgVPknCNqgaSU3gNoZlTGhC9zaNv/sA==\n-----END PUBLIC KEY-----\n";
        let body =
            br#"{"zoneID":{"zoneName":"_defaultZone"},"query":{"recordType":"Note"},"resultsLimit":2}"#;
        let signature = "MEQCIF2K4yqcVL9B/QgwaerlgRQjzwU1p9ZLHeNSnQLbNvzrAiATI1RUH2QUHGidFUM8h+S/L/K3JA2GAMyuLIoJh7D7WQ==";
        let path = "/database/1/iCloud.com.example.demo/development/public/records/query";
        let request = Signed {
            headers: &HeaderMap::new(),
            path,
            query: None,
            body,
        };
        let key = VerifyingKey::from_public_key_pem(pem).unwrap();
        let signature = Signature::from_der(&BASE64.decode(signature).unwrap()).unwrap();
        let verifies = |date| messages(date, &request).any(|m| key.verify(m.as_bytes(), &signature).is_ok());
        assert!(verifies("2026-01-02T03:04:05Z"));
        assert!(!verifies("2026-01-02T03:04:06Z"));
    }

    #[test]
    fn dates_have_one_form() {
        assert_eq!(parse_date("2026-01-02T03:04:05Z"), Some(1_767_323_045));
        for other in [
            "2026-01-02T03:04:05.0Z",
            "2026-01-02T03:04:05+00:00",
            "2026-01-02 03:04:05Z",
            "2026-13-02T03:04:05Z",
        ] {
            assert_eq!(parse_date(other), None, "{other}");
        }
    }
}
