//! Addresses of assets: signed, good for a while, and the bytes behind them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::OptionalExtension;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::app::{App, millis};
use super::auth::query_item;
use super::clock::Clock;
use super::fail::Failure;
use super::keys::hex;

/// Makes the addresses from which assets are fetched.
pub(super) struct Addresses {
    base: String,
    secret: String,
    lifetime_ms: i64,
    clock: Clock,
}

/// `fileChecksum`: byte 1, then SHA-1 over a fixed salt and the bytes, in base64.
pub(super) fn checksum(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(b"com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0");
    hash.update(bytes);
    let mut out = vec![1];
    out.extend(hash.finalize());
    BASE64.encode(out)
}

impl Addresses {
    pub(super) fn new(base: String, lifetime: Duration, clock: Clock) -> Self {
        Self {
            base,
            secret: uuid::Uuid::new_v4().to_string(),
            lifetime_ms: millis(lifetime),
            clock,
        }
    }

    /// Until when an address made now is good.
    pub(super) fn expiry(&self) -> i64 {
        self.clock.now_ms().saturating_add(self.lifetime_ms)
    }

    /// Where the bytes of an asset are sent.
    pub(super) fn upload(&self, token: &str) -> String {
        format!("{}/upload/{token}", self.base)
    }

    /// Where a user would sign in. Nothing answers there.
    pub(super) fn sign_in(&self) -> String {
        format!("{}/sign-in", self.base)
    }

    /// Adds `downloadURL` to a stored asset. `${f}` stands for any file name.
    pub(super) fn sign(&self, asset: &mut Value) {
        let Value::Object(asset) = asset else { return };
        let Some(checksum) = asset.get("fileChecksum").and_then(Value::as_str) else {
            return;
        };
        let path = checksum.replace('+', "-").replace('/', "_");
        let expires = self.expiry() / 1000;
        let url = format!(
            "{}/asset/{path}/${{f}}?e={expires}&s={}",
            self.base,
            self.seal(&path, expires)
        );
        asset.insert("downloadURL".into(), url.into());
    }

    fn seal(&self, path: &str, expires: i64) -> String {
        hex(&Sha256::digest(format!("{}:{path}:{expires}", self.secret)))
    }
}

/// The bytes behind a download address.
pub(super) fn get(app: &App, path: &str, query: Option<&str>) -> Result<Vec<u8>, Failure> {
    let expires = query_item(query, "e").and_then(|e| e.parse::<i64>().ok());
    let seal = query_item(query, "s");
    let Some(expires) = expires.filter(|e| seal == Some(app.addresses.seal(path, *e).as_str())) else {
        return Err(Failure::new(
            403,
            "ACCESS_DENIED",
            "download address was not made here",
        ));
    };
    if app.clock.now_ms() >= expires.saturating_mul(1000) {
        return Err(Failure::new(410, "NOT_FOUND", "download address has expired"));
    }
    let checksum = path.replace('-', "+").replace('_', "/");
    let state = app.state();
    let sql = "SELECT data FROM blob WHERE checksum = ?1";
    let found = state
        .db
        .conn
        .prepare_cached(sql)?
        .query_row([checksum], |r| r.get(0))
        .optional()?;
    found.ok_or_else(|| Failure::not_found("asset not found"))
}
