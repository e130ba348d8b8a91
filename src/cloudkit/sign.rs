//! Signatures of server-to-server requests.
//!
//! Apple, "CloudKit Web Services Reference", *Composing Web Service Requests*: the message is
//! `<date>:<base64 SHA-256 of the body>:<path>`, signed by ECDSA over P-256. That the signature is DER, and that the
//! date has whole seconds, is how every published client does it. Secrets here have no `Debug` that shows them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use p256::ecdsa::{DerSignature, SigningKey as EcdsaKey, signature::Signer as _};
use p256::pkcs8::{EncodePublicKey as _, LineEnding};

use sha2::{Digest as _, Sha256};

use super::pem;
pub use super::pem::KeyError;

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
    /// Reads SEC1 (`EC PRIVATE KEY`, what Apple's command writes) or PKCS#8 (`PRIVATE KEY`). Line breaks that were lost on
    /// the way, quotes, and an `EC PARAMETERS` block in front are tolerated.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        pem::read_text(text).map(|secret| SigningKey(secret.into()))
    }

    /// The same for the content of a file, which may be in another form than text.
    pub fn from_file_content(bytes: &[u8]) -> Result<Self, KeyError> {
        pem::read_bytes(bytes).map(|secret| SigningKey(secret.into()))
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

/// What is signed.
pub fn message(date: &str, body: &[u8], path: &str) -> String {
    format!("{date}:{}:{path}", BASE64.encode(Sha256::digest(body)))
}

#[cfg(test)]
mod tests {
    use p256::SecretKey;
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
            // A shell variable without quotes, a line of a settings file, a JSON string, a copy from a web page.
            sec1.replace("\r\n", " "),
            format!("\"{}\"", pkcs8.trim().replace('\n', "\\n")),
            format!("'{}'", sec1.trim().replace("\r\n", "\\r\\n")),
            pkcs8.replace('\n', ""),
            format!("\u{feff}{pkcs8}"),
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
        let sec1 = secret().to_sec1_pem(LineEnding::LF).unwrap().to_string();
        let body: Vec<&str> = sec1.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(refused(&body.join("\n")), KeyError::Unframed);
        assert_eq!(refused(sec1.split("-----END").next().unwrap()), KeyError::CutOff);
        let encrypted = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----";
        assert_eq!(refused(encrypted), KeyError::Encrypted);
    }

    #[test]
    fn a_key_in_binary_form_is_named_with_the_command_that_converts_it() {
        let sec1 = secret().to_sec1_der().unwrap();
        let pkcs8 = secret().to_pkcs8_der().unwrap();
        for der in [sec1.as_slice(), pkcs8.as_bytes()] {
            assert_eq!(SigningKey::from_file_content(der).unwrap_err(), KeyError::Der);
        }
        assert_eq!(
            KeyError::Der.remedy("keys/k.der").unwrap(),
            "openssl pkey -inform DER -in 'keys/k.der' -out 'keys/k.pem'"
        );
        assert_eq!(
            SigningKey::from_file_content(&[0xff, 0xfe, 0x2d]).unwrap_err(),
            KeyError::NotPem
        );
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
