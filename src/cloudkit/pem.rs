//! Reads the private key from PEM text in the forms people keep it: a file, a variable, a line of a settings file.
//!
//! Repairs line breaks that were lost on the way: carriage returns, spaces instead of line breaks, a literal `\n`,
//! and quotes around the whole text. Errors name what anything else is, such as a certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use p256::SecretKey;
use p256::pkcs8::DecodePrivateKey as _;

/// Why a text is no usable private key; each says what it looks like instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing there.
    #[error("the private key is empty")]
    Empty,
    /// The other half.
    #[error(
        "this is a public key; the private one begins with -----BEGIN EC PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----"
    )]
    Public,
    /// A certificate.
    #[error("this is a certificate, not a private key")]
    Certificate,
    /// Protected by a passphrase.
    #[error("this private key is encrypted with a passphrase; Skydeck needs it without one")]
    Encrypted,
    /// In binary form.
    #[error("this private key is in DER form; Skydeck reads PEM, its text form")]
    Der,
    /// The lines that frame it are missing.
    #[error("this private key has lost its -----BEGIN … KEY----- and -----END … KEY----- lines")]
    Unframed,
    /// Its end is missing.
    #[error("this private key is incomplete: it has no -----END … KEY----- line")]
    CutOff,
    /// No PEM block in it.
    #[error(
        "this is not PEM text; to create a key, run: openssl ecparam -name prime256v1 -genkey -noout -out eckey.pem"
    )]
    NotPem,
    /// Broken, or of another curve.
    #[error("this is not a valid P-256 private key; CloudKit accepts only the curve prime256v1")]
    NotP256,
}

impl KeyError {
    /// The command that makes a usable key of the one in `file`.
    pub fn remedy(self, file: &str) -> Option<String> {
        let plain = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        match self {
            KeyError::Der => Some(format!(
                "openssl pkey -inform DER -in '{file}' -out '{plain}.pem'"
            )),
            KeyError::Encrypted => Some(format!("openssl pkey -in '{file}' -out '{plain}-plain.pem'")),
            _ => None,
        }
    }
}

/// The key in a file's content.
pub(super) fn read_bytes(bytes: &[u8]) -> Result<SecretKey, KeyError> {
    /// An ASN.1 sequence: what a DER key begins with.
    const SEQUENCE: u8 = 0x30;
    match std::str::from_utf8(bytes) {
        _ if from_der(bytes).is_some() => Err(KeyError::Der),
        Ok(text) => read_text(text),
        Err(_) if bytes.first() == Some(&SEQUENCE) => Err(KeyError::Der),
        Err(_) => Err(KeyError::NotPem),
    }
}

/// The key in a PEM text.
pub(super) fn read_text(text: &str) -> Result<SecretKey, KeyError> {
    let text = repaired(text);
    if text.is_empty() {
        return Err(KeyError::Empty);
    }
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(KeyError::Encrypted);
    }
    let blocks = blocks(&text)?;
    let with = |label: &str| blocks.iter().find(|block| block.label == label);
    if let Some(block) = with("EC PRIVATE KEY").or_else(|| with("PRIVATE KEY")) {
        return block
            .der()
            .and_then(|der| from_der(&der))
            .ok_or(KeyError::NotP256);
    }
    Err(if with("ENCRYPTED PRIVATE KEY").is_some() {
        KeyError::Encrypted
    } else if with("PUBLIC KEY").is_some() {
        KeyError::Public
    } else if with("CERTIFICATE").is_some() {
        KeyError::Certificate
    } else if !blocks.is_empty() {
        KeyError::NotP256
    } else if decoded(&text).is_some_and(|der| from_der(&der).is_some()) {
        KeyError::Unframed
    } else {
        KeyError::NotPem
    })
}

/// Without quotes around it, with true line breaks.
fn repaired(text: &str) -> String {
    let mut text = text.trim_start_matches('\u{feff}').trim();
    for quote in ['"', '\''] {
        let inside = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        text = inside.unwrap_or(text).trim();
    }
    text.replace("\\r", "").replace("\\n", "\n").trim().to_owned()
}

/// One framed block.
struct Block<'t> {
    label: &'t str,
    body: &'t str,
}

impl Block<'_> {
    fn der(&self) -> Option<Vec<u8>> {
        decoded(self.body)
    }
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, KeyError> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----").ok_or(KeyError::CutOff)?;
        let (body, after) = after.split_once("-----END ").ok_or(KeyError::CutOff)?;
        blocks.push(Block { label, body });
        rest = after;
    }
    Ok(blocks)
}

fn decoded(base64: &str) -> Option<Vec<u8>> {
    let letters: String = base64.split_whitespace().collect();
    BASE64.decode(letters).ok()
}

/// SEC1 (`EC PRIVATE KEY`, what Apple's command writes) or PKCS#8 (`PRIVATE KEY`).
fn from_der(der: &[u8]) -> Option<SecretKey> {
    SecretKey::from_sec1_der(der)
        .ok()
        .or_else(|| SecretKey::from_pkcs8_der(der).ok())
}
