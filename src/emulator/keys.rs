//! Server-to-server keys: making a pair for a demo or a test, and naming the identity of one.

use p256::ecdsa::SigningKey;
use p256::elliptic_curve::rand_core::OsRng;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use sha2::{Digest, Sha256};

use super::options::TrustedKey;

/// A freshly made server-to-server key, with the id the console would have given it.
#[derive(Clone)]
pub struct KeyPair {
    /// 64 hexadecimal digits.
    pub key_id: String,
    /// The private half, PKCS#8 PEM (`BEGIN PRIVATE KEY`).
    pub private_pem: String,
    /// The public half, SPKI PEM (`BEGIN PUBLIC KEY`).
    pub public_pem: String,
}

/// A key pair could not be written as PEM.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode a key as PEM: {0}")]
pub struct KeyError(String);

impl KeyPair {
    /// Makes a P-256 pair. Its id is the SHA-256 of the public half, so it is as unique as the key.
    pub fn generate() -> Result<Self, KeyError> {
        let signing = SigningKey::random(&mut OsRng);
        let private_pem = signing
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|e| KeyError(e.to_string()))?
            .to_string();
        let public_pem = signing
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|e| KeyError(e.to_string()))?;
        let key_id = hex(&Sha256::digest(public_pem.as_bytes()));
        Ok(Self {
            key_id,
            private_pem,
            public_pem,
        })
    }

    /// The public half in the form [`Options::keys`](super::Options) takes, good in both environments.
    pub fn trusted(&self) -> TrustedKey {
        TrustedKey {
            key_id: self.key_id.clone(),
            public_key_pem: self.public_pem.clone(),
            environment: None,
        }
    }
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// The user record name under which a key, or any other named writer, leaves its traces: `_` and 32 hex digits.
pub(super) fn user_record_name(identity: &str) -> String {
    let digest = hex(&Sha256::digest(identity.as_bytes()));
    format!("_{}", digest.get(..32).unwrap_or_default())
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}
