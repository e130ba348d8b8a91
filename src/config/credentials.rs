//! Where the key of an environment comes from. The environment variables win over the file.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Config, ConfigError, ENVIRONMENTS};
use crate::files::read;

/// The key's id, as 64 hex digits.
pub const KEY_ID: &str = "CLOUDKIT_KEY_ID";
/// The container; wins over the file.
pub const CONTAINER: &str = "CLOUDKIT_CONTAINER";
/// The same under the name that other tools use.
pub const CONTAINER_ID: &str = "CLOUDKIT_CONTAINER_ID";
/// The private key itself, as PEM text.
pub const PRIVATE_KEY: &str = "CLOUDKIT_PRIVATE_KEY";
/// The private key's file.
pub const PRIVATE_KEY_PATH: &str = "CLOUDKIT_PRIVATE_KEY_PATH";
/// Another server than Apple's.
pub const ENDPOINT: &str = "CLOUDKIT_ENDPOINT";

/// The variables that hold or name a key. No program that Skydeck starts gets them.
pub const KEY_VARIABLES: [&str; 3] = [KEY_ID, PRIVATE_KEY, PRIVATE_KEY_PATH];

/// Where the private key is.
#[derive(Clone, PartialEq, Eq)]
pub enum PrivateKeyAt {
    /// Here, as PEM text; it came from the environment.
    Pem(String),
    /// In this file.
    File(PathBuf),
}

impl fmt::Debug for PrivateKeyAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrivateKeyAt::Pem(_) => f.write_str("Pem(…)"),
            PrivateKeyAt::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// What is needed to sign, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySource {
    /// The key's id.
    pub key_id: String,
    /// The private key.
    pub private_key: PrivateKeyAt,
    /// Another server than Apple's.
    pub endpoint: Option<String>,
    /// What is not as it should be, and no error: a key that others can read.
    pub warnings: Vec<String>,
}

impl Config {
    /// The key of an environment. `env` looks up an environment variable; one that is empty counts as not set.
    pub fn credentials(
        &self,
        environment: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<KeySource, ConfigError> {
        if !ENVIRONMENTS.contains(&environment) {
            return Err(ConfigError::Environment(environment.to_owned()));
        }
        let profile = self.profile(environment);
        let set = |name: &str| {
            env(name)
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        let none = || (environment.to_owned(), self.path.clone());
        let (told_by, key_id) = match (set(KEY_ID), profile.key_id) {
            (Some(id), _) => (KEY_ID, id),
            (None, Some(id)) => ("key_id", id),
            (None, None) => {
                let (environment, path) = none();
                return Err(ConfigError::NoKeyId { environment, path });
            }
        };
        check_key_id(told_by, &key_id)?;
        let mut warnings = Vec::new();
        let private_key = if let Some(pem) = set(PRIVATE_KEY) {
            PrivateKeyAt::Pem(checked_pem(pem)?)
        } else {
            let (told_by, path) = match (set(PRIVATE_KEY_PATH), profile.private_key) {
                (Some(path), _) => (PRIVATE_KEY_PATH, checked_path(&path)?),
                (None, Some(path)) => ("private_key", path),
                (None, None) => {
                    let (environment, path) = none();
                    return Err(ConfigError::NoPrivateKey { environment, path });
                }
            };
            warnings.extend(check_file(&path, told_by)?);
            PrivateKeyAt::File(path)
        };
        let endpoint = set(ENDPOINT).or(profile.endpoint);
        if let Some(endpoint) = &endpoint {
            check_endpoint(endpoint).map_err(|(found, expected)| wrong(ENDPOINT, found, expected))?;
        }
        Ok(KeySource {
            key_id,
            private_key,
            endpoint,
            warnings,
        })
    }
}

/// The container that the environment names. Two variables that differ are a mistake: one of them would be overlooked.
pub(super) fn container(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, ConfigError> {
    let set = |name| {
        let text = env(name).map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let (variable, container) = match (set(CONTAINER), set(CONTAINER_ID)) {
        (Some(one), Some(other)) if one != other => {
            let found = format!("is '{one}', and {CONTAINER_ID} is '{other}'");
            return Err(wrong(CONTAINER, found, "set only one of them"));
        }
        (Some(container), _) => (CONTAINER, container),
        (None, Some(container)) => (CONTAINER_ID, container),
        (None, None) => return Ok(None),
    };
    if is_container(&container) {
        return Ok(Some(container));
    }
    let found = format!("is '{container}', which is not a CloudKit container");
    Err(wrong(
        variable,
        found,
        "expected a name like iCloud.com.example.app",
    ))
}

/// Whether a text has the form of a container's name.
pub(super) fn is_container(text: &str) -> bool {
    let name = text.strip_prefix("iCloud.").unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !name.is_empty() && name.bytes().all(plain)
}

fn wrong(variable: &str, found: impl Into<String>, expected: &str) -> ConfigError {
    ConfigError::Variable {
        variable: variable.to_owned(),
        found: found.into(),
        expected: expected.to_owned(),
    }
}

fn check_key_id(told_by: &str, key_id: &str) -> Result<(), ConfigError> {
    match key_id_fault(key_id) {
        Some(found) => Err(wrong(told_by, found, KEY_ID_EXPECTED)),
        None => Ok(()),
    }
}

pub(super) const KEY_ID_EXPECTED: &str =
    "expected the 64 hex digits that CloudKit Console shows beside the server-to-server key";

/// What a text that is no key id looks like; `None` for a key id.
pub(super) fn key_id_fault(text: &str) -> Option<String> {
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex && text.len() == 64 {
        None
    } else if looks_like_key(text) {
        Some("looks like a key, not like its id".to_owned())
    } else if hex {
        Some(format!("has {} hex digits", text.len()))
    } else {
        Some(format!(
            "is no key id ({} characters, not all of them hex digits)",
            text.chars().count()
        ))
    }
}

/// Whether this is the text of a key rather than the path of its file.
pub(super) fn looks_like_key(text: &str) -> bool {
    let body = text.trim();
    body.contains("-----BEGIN")
        || body.contains('\n')
        || (body.len() > 100
            && body
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b)))
        || ((body.starts_with("MHcCAQEE") || body.starts_with("MIGHAgEA")) && body.len() > 60)
}

fn checked_pem(text: String) -> Result<String, ConfigError> {
    if text.contains("-----BEGIN") {
        return Ok(text);
    }
    let advice = "expected the PEM text, -----BEGIN … KEY-----; for a path use CLOUDKIT_PRIVATE_KEY_PATH";
    Err(wrong(PRIVATE_KEY, "holds no PEM text", advice))
}

fn checked_path(text: &str) -> Result<PathBuf, ConfigError> {
    if looks_like_key(text) {
        let advice = "expected a path; for the PEM text itself use CLOUDKIT_PRIVATE_KEY";
        return Err(wrong(PRIVATE_KEY_PATH, "holds a key", advice));
    }
    Ok(PathBuf::from(text))
}

/// The endpoint's fault and what was expected.
pub(super) fn check_endpoint(text: &str) -> Result<(), (String, &'static str)> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.starts_with('/') => Ok(()),
        _ => Err((
            format!("'{text}' is no address"),
            "expected http://… or https://… with a host",
        )),
    }
}

/// The key's file must be there; the warning says who else can read it.
fn check_file(path: &Path, told_by: &str) -> Result<Option<String>, ConfigError> {
    let failed = |cause| ConfigError::KeyFile {
        path: path.to_owned(),
        cause,
        told_by: told_by.to_owned(),
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    read::check(&metadata).map_err(failed)?;
    Ok(open_to_others(&metadata).map(|mode| {
        let path = path.display();
        format!("the private key {path} can be read by others (mode {mode:03o}): chmod 600 '{path}'")
    }))
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> Option<u32> {
    None
}
