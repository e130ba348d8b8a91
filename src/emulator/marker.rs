//! Continuation markers: opaque to clients, tied to the query they came from, no two alike.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

const LENGTH: usize = 41;

/// Where a query goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// Position in an index walk, or (offset, 0) in a sorted result.
    pub(super) position: (i64, i64),
    /// The walk has begun: the position was passed.
    pub(super) begun: bool,
    /// Milliseconds since 1970.
    pub(super) issued: i64,
    /// Makes two markers for the same place differ.
    pub(super) serial: i64,
}

/// A short digest of a query.
pub(super) fn fingerprint(text: &str) -> [u8; 8] {
    let digest = Sha256::digest(text.as_bytes());
    let mut out = [0; 8];
    out.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    out
}

fn seal(bytes: &[u8], query: [u8; 8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(b"continuation");
    hash.update(bytes);
    hash.update(query);
    let mut out = [0; 8];
    out.iter_mut()
        .zip(hash.finalize())
        .for_each(|(to, from)| *to = from);
    out
}

impl Marker {
    /// As text for a client.
    pub(super) fn encode(&self, query: [u8; 8]) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(seal(&self.payload(), query));
        bytes.extend(self.payload());
        BASE64.encode(bytes)
    }

    fn payload(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(33);
        for number in [self.serial, self.issued, self.position.0, self.position.1] {
            out.extend(number.to_be_bytes());
        }
        out.push(u8::from(self.begun));
        out
    }

    /// Reads what a client sent back; `None` when it was not made here, or for another query.
    pub(super) fn decode(text: &str, query: [u8; 8]) -> Option<Self> {
        let bytes = BASE64.decode(text).ok().filter(|b| b.len() == LENGTH)?;
        let (sealed, payload) = bytes.split_at_checked(8)?;
        if sealed != seal(payload, query) {
            return None;
        }
        let number = |n: usize| {
            Some(i64::from_be_bytes(
                payload.get(n * 8..n * 8 + 8)?.try_into().ok()?,
            ))
        };
        let begun = payload.get(32)? == &1;
        Some(Self {
            serial: number(0)?,
            issued: number(1)?,
            position: (number(2)?, number(3)?),
            begun,
        })
    }
}
