//! One environment of a configuration, ready to work with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{JobError, rate};
use crate::cloudkit::{
    APPLE, Client, Connection, Endpoint, PaceSettings, Roots, Settings, SetupError, SigningKey,
};
use crate::config::{Config, ConfigError, KeySource, PrivateKeyAt, TypeConfig};
use crate::files::{Protected, read};
use crate::journal::{Journal, Place, Run, Snapshot, WriterLock};
use crate::record::Record;
use crate::record::guard::DeletionCap;

/// What a user may set for one invocation.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Another server than the configuration's.
    pub endpoint: Option<String>,
    /// The folder of all journals, in place of the platform's.
    pub state_folder: Option<PathBuf>,
    /// Whether writing is allowed although the profile is read-only.
    pub unlocked: bool,
    /// How patient the client is, in place of the usual.
    pub patience: Option<Settings>,
}

/// A configuration, an environment of it, its client and its journal.
pub struct Session {
    config: Arc<Config>,
    environment: String,
    client: Client,
    journal: Arc<Journal>,
    place: Place,
    read_only: bool,
    /// The user that the service writes into the stamps of what this key saves, once it has been seen.
    own_user: OnceLock<String>,
    /// Under which it is kept in the journal.
    own_user_fact: String,
    key_file: Option<PathBuf>,
    /// What is not as it should be, and no error.
    pub warnings: Vec<String>,
}

impl Session {
    /// Gets everything ready; nothing is sent. `env` looks up an environment variable.
    pub fn open(
        config: Config,
        environment: &str,
        overrides: Overrides,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, JobError> {
        let source = config.credentials(environment, env)?;
        let endpoint: Endpoint = overrides
            .endpoint
            .as_deref()
            .or(source.endpoint.as_deref())
            .unwrap_or(APPLE)
            .parse()?;
        let place = Place {
            folder: overrides
                .state_folder
                .or_else(Place::default_folder)
                .ok_or(JobError::NoStateFolder)?,
            container: config.container.clone(),
            environment: environment.to_owned(),
            server: (endpoint.to_string() != APPLE).then(|| endpoint.to_string()),
        };
        let journal = Journal::open(&place)?;
        let rate = rate::recall(&journal)?;
        let own_user_fact = fact_of_user(&source.key_id);
        let own_user = journal.recall(&own_user_fact)?;
        let settings = overrides.patience.unwrap_or_default();
        let settings = Settings {
            pace: PaceSettings {
                most: config.limits.in_flight,
                rate,
                ..settings.pace
            },
            longest_wait: Duration::from_secs(config.limits.max_wait_seconds),
            ..settings
        };
        let key_file = match &source.private_key {
            PrivateKeyAt::File(path) => Some(path.clone()),
            PrivateKeyAt::Pem(_) => None,
        };
        // What goes over plain HTTP, on this machine, needs no certificate.
        let roots = if endpoint.is_encrypted() {
            roots(&config, env)?
        } else {
            Vec::new()
        };
        let connection = Connection {
            endpoint,
            container: config.container.clone(),
            environment: environment.to_owned(),
            key: signing_key(environment, &source)?,
            key_id: source.key_id,
            roots,
        };
        let client = Client::new(connection, settings).map_err(|error| match error {
            SetupError::Roots { .. } => JobError::Failed(error.to_string()),
            error => JobError::Broken(error.to_string()),
        })?;
        Ok(Session {
            key_file,
            read_only: config.profile(environment).read_only && !overrides.unlocked,
            environment: environment.to_owned(),
            config: Arc::new(config),
            client,
            journal: Arc::new(journal),
            place,
            own_user: own_user.map(OnceLock::from).unwrap_or_default(),
            own_user_fact,
            warnings: source.warnings,
        })
    }

    /// Whether the key of an environment can be used. Blocks for a moment: it reads the key's file.
    pub fn check_key(
        config: &Config,
        environment: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), JobError> {
        let source = config.credentials(environment, env)?;
        signing_key(environment, &source).map(drop)
    }

    /// The configuration.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// The environment, `development` or `production`.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The client; jobs use clones that share its pace.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The journal; its calls block.
    pub fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    /// Where the journal lies.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What the last comparison of each type found through this very manifest, and when, by record type: what a screen opens
    /// with. It blocks, briefly.
    pub fn snapshots(&self) -> Result<BTreeMap<String, Snapshot>, JobError> {
        let types = self.config.types.iter();
        let manifests = types.map(|one| (one.name.clone(), self.config.manifest_digest(one)));
        Ok(self.journal.snapshots(&manifests.collect())?)
    }

    /// The files that must never be overwritten: those of the configuration and the journal.
    pub fn protected(&self) -> Protected {
        let mut protected = self.config.protected();
        if let Some(key) = &self.key_file {
            protected.add(key, format!("the private key of {}", self.environment));
        }
        for file in self.place.files() {
            protected.add(&file, "a file of the journal");
        }
        protected
    }

    /// Whether nothing may be written.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The ceilings on deletion, from the configuration.
    pub fn deletion_cap(&self) -> DeletionCap {
        let limits = &self.config.limits;
        DeletionCap {
            records: usize::try_from(limits.max_deletes).unwrap_or(usize::MAX),
            percent: limits.max_delete_percent,
        }
    }

    /// The types of these names, in the configuration's order; all of them where none is named.
    pub fn types(&self, names: &[String]) -> Result<Vec<TypeConfig>, JobError> {
        for name in names {
            self.type_named(name)?;
        }
        let wanted = |one: &&TypeConfig| names.is_empty() || names.contains(&one.name);
        Ok(self.config.types.iter().filter(wanted).cloned().collect())
    }

    /// The type of this name.
    pub fn type_named(&self, name: &str) -> Result<&TypeConfig, JobError> {
        self.config.type_named(name).ok_or_else(|| JobError::UnknownType {
            name: name.to_owned(),
            valid: self.config.types.iter().map(|one| one.name.clone()).collect(),
        })
    }

    /// The user that the service writes into the stamps of what this key saves; `None` until a save was answered.
    pub(super) fn own_user(&self) -> Option<&str> {
        self.own_user.get().map(String::as_str)
    }

    /// A record that the service says this key has just saved.
    pub(super) fn learn_own_user(&self, saved: &Record) {
        let stamp = saved.modified.as_ref();
        if let Some(user) = stamp.and_then(|stamp| stamp.user.clone()) {
            self.own_user.get_or_init(|| user);
        }
    }

    /// The latest run, where it was interrupted; one that is under way is not. It blocks, briefly.
    pub fn interrupted_run(&self) -> Result<Option<Run>, JobError> {
        if WriterLock::is_held(&self.place) {
            return Ok(None);
        }
        Ok(self.journal.open_run()?)
    }

    /// Becomes the only writer.
    pub(super) fn lock(&self) -> Result<WriterLock, JobError> {
        if self.read_only {
            return Err(JobError::ReadOnly(self.environment.clone()));
        }
        Ok(WriterLock::take(&self.place)?)
    }

    /// Keeps for later sessions what this one has learned of the service: its rate, and the key's user.
    pub(super) async fn remember_service(&self) {
        let known = self.client.known_rate();
        let user = self.own_user.get().cloned();
        let (journal, fact) = (Arc::clone(&self.journal), self.own_user_fact.clone());
        let kept = tokio::task::spawn_blocking(move || {
            rate::remember(&journal, known)?;
            user.map_or(Ok(()), |user| journal.remember(&fact, &user))
        });
        if !matches!(kept.await, Ok(Ok(()))) {
            tracing::warn!("what is known of the service was not kept");
        }
    }
}

/// The name of the fact that keeps the key's user: another key may be another user's. The id itself is not written.
fn fact_of_user(key_id: &str) -> String {
    let digest = Sha256::digest(key_id);
    let hex = digest
        .iter()
        .take(8)
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("user-of-key {hex}")
}

/// The variable that OpenSSL reads certificate authorities from. Here they are trusted in addition to the built-in
/// ones.
const CA_VARIABLE: &str = "SSL_CERT_FILE";

/// The certificate authorities of the configuration and of the environment.
fn roots(config: &Config, env: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Roots>, JobError> {
    let variable = env(CA_VARIABLE).filter(|path| !path.is_empty());
    let named = config.ca_file.clone().map(|path| ("ca_file", path)).into_iter();
    named
        .chain(variable.map(|path| (CA_VARIABLE, path.into())))
        .map(|(named_by, path)| {
            let from = format!("{named_by} ({})", path.display());
            match read::bytes(&path) {
                Ok(pem) => Ok(Roots { from, pem }),
                Err(cause) => Err(JobError::Failed(format!(
                    "the CA certificates of {from} cannot be read: {cause}"
                ))),
            }
        })
        .collect()
}

fn signing_key(environment: &str, source: &KeySource) -> Result<SigningKey, JobError> {
    let (key, file) = match &source.private_key {
        PrivateKeyAt::Pem(pem) => (SigningKey::from_pem(pem), None),
        PrivateKeyAt::File(path) => {
            let content = read::bytes(path).map_err(|cause| ConfigError::KeyFile {
                path: path.clone(),
                cause,
                told_by: "private_key".into(),
            })?;
            (SigningKey::from_file_content(&content), Some(path.clone()))
        }
    };
    key.map_err(|cause| JobError::Key {
        environment: environment.to_owned(),
        file,
        cause,
    })
}
