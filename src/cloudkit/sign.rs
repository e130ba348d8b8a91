//! Signatures of server-to-server requests.
//!
//! Apple, "CloudKit Web Services Reference", *Composing Web Service Requests*: the message is
//! `<date>:<base64 SHA-256 of the body>:<path>`, signed by ECDSA over P-256. That the signature is DER, and that the
//! date has whole seconds, is how every published client does it. Secrets here have no `Debug` that shows them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use p256::SecretKey;
use p256::ecdsa::{DerSignature, SigningKey as EcdsaKey, signature::Signer as _};
use p256::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
use sha2::{Digest as _, Sha256};

/// Why a text is no usable private key; each says what it looks like instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
    #[error("this private key is encrypted; decrypt it with: openssl ec -in KEY.pem -out PLAIN.pem")]
    Encrypted,
    /// No PEM block in it.
    #[error(
        "this is no PEM text; a key is made with: openssl ecparam -name prime256v1 -genkey -noout -out eckey.pem"
    )]
    NotPem,
    /// Broken, or of another curve.
    #[error("this is no P-256 private key, or a damaged one; CloudKit takes the curve prime256v1 only")]
    NotP256,
}

/// Why a text is no key id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyIdError {
    /// Nothing there.
    #[error("the key id is empty; CloudKit Console shows it under Tokens & Keys, Server-to-Server Keys")]
    Empty,
    /// A key where its id should be.
    #[error(
        "this is a key, not its id; the id is 64 hex digits, shown in CloudKit Console after the public key is saved"
    )]
    IsAKey,
    /// A well-formed API token or the like is shorter or longer.
    #[error("a key id has 64 hex digits, this has {length} characters; did you paste an id of another kind?")]
    Length {
        /// Characters found.
        length: usize,
    },
    /// Right length, wrong letters.
    #[error("a key id has hex digits only, this has '{character}' at position {position}")]
    NotHex {
        /// The first that is no hex digit.
        character: char,
        /// Counted from 1.
        position: usize,
    },
}

/// Checks the form of a key id: 64 hex digits (reported by several clients; Apple shows no other).
pub fn check_key_id(text: &str) -> Result<(), KeyIdError> {
    if text.is_empty() {
        return Err(KeyIdError::Empty);
    }
    if text.contains("-----BEGIN") || text.starts_with("MF") {
        return Err(KeyIdError::IsAKey);
    }
    let length = text.chars().count();
    if length != 64 {
        return Err(KeyIdError::Length { length });
    }
    match text.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
        Some((index, character)) => Err(KeyIdError::NotHex {
            character,
            position: index + 1,
        }),
        None => Ok(()),
    }
}

/// A private key that can sign requests.
#[derive(Clone)]
pub struct SigningKey(EcdsaKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// Reads SEC1 (`EC PRIVATE KEY`, what Apple's command writes) or PKCS#8 (`PRIVATE KEY`). Carriage returns, blanks
    /// around lines and an `EC PARAMETERS` block in front are tolerated.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let text = lines.join("\n");
        let begins = |label: &str| text.find(&format!("-----BEGIN {label}-----"));
        if text.is_empty() {
            Err(KeyError::Empty)
        } else if text.contains("Proc-Type: 4,ENCRYPTED") || begins("ENCRYPTED PRIVATE KEY").is_some() {
            Err(KeyError::Encrypted)
        } else if let Some(start) = begins("EC PRIVATE KEY") {
            let secret = SecretKey::from_sec1_pem(&block(&text, start)).map_err(|_| KeyError::NotP256)?;
            Ok(SigningKey(secret.into()))
        } else if let Some(start) = begins("PRIVATE KEY") {
            EcdsaKey::from_pkcs8_pem(&block(&text, start))
                .map(SigningKey)
                .map_err(|_| KeyError::NotP256)
        } else if begins("PUBLIC KEY").is_some() {
            Err(KeyError::Public)
        } else if begins("CERTIFICATE").is_some() {
            Err(KeyError::Certificate)
        } else if text.contains("-----BEGIN ") {
            Err(KeyError::NotP256)
        } else {
            Err(KeyError::NotPem)
        }
    }

    /// The public half as SPKI PEM, as it is registered in CloudKit Console.
    pub fn public_pem(&self) -> Option<String> {
        self.0.verifying_key().to_public_key_pem(LineEnding::LF).ok()
    }

    /// The base64 DER signature of a request: `date` as `YYYY-MM-DDTHH:MM:SSZ`, the very `body` bytes, and the path from
    /// `/database/` on.
    pub fn sign(&self, date: &str, body: &[u8], path: &str) -> String {
        let signature: DerSignature = self.0.sign(message(date, body, path).as_bytes());
        BASE64.encode(signature.as_bytes())
    }
}

/// From the start of a PEM block to the end of its last line.
fn block(text: &str, start: usize) -> String {
    let rest = text.get(start..).unwrap_or_default();
    let lines = rest.lines();
    let mut ended = false;
    let take = lines.take_while(|line| !std::mem::replace(&mut ended, line.starts_with("-----END")));
    take.fold(String::new(), |block, line| block + line + "\n")
}

/// What is signed.
pub fn message(date: &str, body: &[u8], path: &str) -> String {
    format!("{date}:{}:{path}", BASE64.encode(Sha256::digest(body)))
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier as _;
    use p256::pkcs8::{DecodePublicKey as _, EncodePrivateKey as _};

    use super::*;

    /// A throw-away key for tests: the scalar 1, 2, 3, …, 32.
    fn secret() -> SecretKey {
        let bytes: Vec<u8> = (1..=32).collect();
        SecretKey::from_slice(&bytes).unwrap()
    }

    const PUBLISHED: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0RD6CEXoEnTCOyZn9e0DkbsGY1cI\n\
        JAmHtLhLOPNFspJTbFnd7ohi4IVrgVPknCNqgaSU3gNoZlTGhC9zaNv/sA==\n\
        -----END PUBLIC KEY-----\n";
    const BODY: &[u8] =
        br#"{"zoneID":{"zoneName":"_defaultZone"},"query":{"recordType":"Note"},"resultsLimit":2}"#;
    const PATH: &str = "/database/1/iCloud.com.example.demo/development/public/records/query";

    #[test]
    fn the_message_is_that_of_the_test_vector() {
        let expected = "2026-01-02T03:04:05Z:YwHCSFs5nAmjyfE08uZ3fULmcyjTLe1kWjclhaidj8Y=:".to_owned() + PATH;
        assert_eq!(message("2026-01-02T03:04:05Z", BODY, PATH), expected);
        assert!(message("d", b"", "p").contains("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
        assert!(message("d", b"{}", "p").contains("RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="));
    }

    #[test]
    fn the_signature_of_the_test_vector_verifies() {
        let key = VerifyingKey::from_public_key_pem(PUBLISHED).unwrap();
        let text = "MEQCIF2K4yqcVL9B/QgwaerlgRQjzwU1p9ZLHeNSnQLbNvzrAiATI1RUH2QUHGidFUM8h+S/L/K3JA2GAMyuLIoJh7D7WQ==";
        let signature = DerSignature::from_bytes(&BASE64.decode(text).unwrap()).unwrap();
        key.verify(message("2026-01-02T03:04:05Z", BODY, PATH).as_bytes(), &signature)
            .unwrap();
    }

    #[test]
    fn both_forms_of_a_key_sign_alike_however_they_were_pasted() {
        let pkcs8 = secret().to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
        let sec1 = secret().to_sec1_pem(LineEnding::CRLF).unwrap().to_string();
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        for text in [
            pkcs8.clone(),
            sec1.clone(),
            format!("{parameters}{sec1}"),
            format!("\n  {}", pkcs8.replace('\n', " \n ")),
        ] {
            let key = SigningKey::from_pem(&text).unwrap();
            let public = VerifyingKey::from_public_key_pem(&key.public_pem().unwrap()).unwrap();
            let signature = BASE64.decode(key.sign("date", BODY, PATH)).unwrap();
            public
                .verify(
                    message("date", BODY, PATH).as_bytes(),
                    &DerSignature::from_bytes(&signature).unwrap(),
                )
                .unwrap();
            assert_eq!(public, VerifyingKey::from(EcdsaKey::from(secret())));
        }
    }

    #[test]
    fn what_is_no_key_is_called_by_its_name() {
        let refused = |text: &str| SigningKey::from_pem(text).unwrap_err();
        let framed = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        assert_eq!(refused(" \r\n"), KeyError::Empty);
        assert_eq!(refused(PUBLISHED), KeyError::Public);
        assert_eq!(refused(&framed("CERTIFICATE")), KeyError::Certificate);
        assert_eq!(refused(&framed("ENCRYPTED PRIVATE KEY")), KeyError::Encrypted);
        assert_eq!(refused(&framed("EC PRIVATE KEY")), KeyError::NotP256);
        assert_eq!(refused(&framed("RSA PRIVATE KEY")), KeyError::NotP256);
        assert_eq!(refused("keys/development.pem"), KeyError::NotPem);
    }

    #[test]
    fn a_key_never_shows_itself() {
        let pem = secret().to_pkcs8_pem(LineEnding::LF).unwrap();
        assert_eq!(
            format!("{:?}", SigningKey::from_pem(&pem).unwrap()),
            "SigningKey(..)"
        );
    }

    #[test]
    fn a_wrong_key_id_is_told_from_a_right_one() {
        assert_eq!(check_key_id(&"0aF9".repeat(16)), Ok(()));
        assert_eq!(check_key_id(""), Err(KeyIdError::Empty));
        assert_eq!(check_key_id(PUBLISHED), Err(KeyIdError::IsAKey));
        assert_eq!(
            check_key_id(&"a".repeat(32)),
            Err(KeyIdError::Length { length: 32 })
        );
        let odd = "a".repeat(63) + "g";
        assert_eq!(
            check_key_id(&odd),
            Err(KeyIdError::NotHex {
                character: 'g',
                position: 64
            })
        );
    }
}
