//! A folder of files, an emulator, and sessions between them; and the service's records as JSON, read past the client.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use skydeck::cloudkit::Settings;
use skydeck::config::credentials::{ENDPOINT, KEY_ID, PRIVATE_KEY};
use skydeck::config::{Config, FILE_NAME};
use skydeck::emulator::{
    Emulator, Environment, Faults, FieldType, KeyPair, Kind, LoadRecord, Options, Seen, TypeSchema,
};
use skydeck::sandbox::{Demo, schema_of};
use skydeck::sync::{Choices, Comparison, JobError, Overrides, Report, Reviewed, Session};
use skydeck::sync::{apply, compare, resume, review, review_undo};

pub(crate) const HERE: Environment = Environment::Development;

/// A record as the service has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) kind: String,
    pub(crate) fields: Map<String, Value>,
    pub(crate) tag: String,
    pub(crate) created_by: String,
    pub(crate) modified_by: String,
}

/// All records of the service by name.
pub(crate) type Cloud = BTreeMap<String, Stored>;

/// Kind and fields by name: what is compared where tags may differ.
pub(crate) type Contents = BTreeMap<String, (String, Map<String, Value>)>;

pub(crate) struct Rig {
    pub(crate) emulator: Emulator,
    pub(crate) folder: PathBuf,
    variables: BTreeMap<String, String>,
    _kept: tempfile::TempDir,
}

impl Rig {
    /// The manifest in an empty folder, and an empty cloud whose types also have a foreign field `note`.
    pub(crate) async fn start(manifest: &str, change: impl FnOnce(&mut Options)) -> Self {
        let kept = tempfile::tempdir().unwrap();
        let folder = kept.path().to_owned();
        fs::create_dir(folder.join("data")).unwrap();
        fs::write(folder.join(FILE_NAME), manifest).unwrap();
        let config = Config::load(&folder.join(FILE_NAME)).unwrap();
        assert_eq!(config.warnings, []);
        let pair = KeyPair::generate().unwrap();
        let mut schema = schema_of(&config);
        let types: Vec<(String, TypeSchema)> = std::mem::take(&mut schema.types).into_iter().collect();
        for (name, one) in types {
            schema = schema.with_type(&name, one.field("note", FieldType::one(Kind::String)));
        }
        let mut options = Options::new(&config.container, schema);
        options.keys = vec![pair.trusted()];
        options.keep_bodies = true;
        change(&mut options);
        let emulator = Emulator::start(options).await.unwrap();
        let variables = BTreeMap::from([
            (ENDPOINT.to_owned(), emulator.endpoint()),
            (KEY_ID.to_owned(), pair.key_id),
            (PRIVATE_KEY.to_owned(), pair.private_pem),
        ]);
        Rig {
            emulator,
            folder,
            variables,
            _kept: kept,
        }
    }

    /// The demonstration.
    pub(crate) async fn demo() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let demo = Demo::start_with(kept.path(), |options| options.keep_bodies = true)
            .await
            .unwrap();
        Rig {
            variables: demo.environment(),
            folder: demo.folder,
            emulator: demo.emulator,
            _kept: kept,
        }
    }

    /// A session of a process that has just started.
    pub(crate) fn session(&self) -> Arc<Session> {
        self.open("development", Overrides::default()).unwrap()
    }

    pub(crate) fn open(&self, environment: &str, overrides: Overrides) -> Result<Arc<Session>, JobError> {
        let config = Config::load(&self.folder.join(FILE_NAME)).unwrap();
        let quick = Settings {
            timeout: Duration::from_secs(60),
            pause: Duration::from_millis(2),
            ..Settings::default()
        };
        let overrides = Overrides {
            state_folder: Some(overrides.state_folder.unwrap_or(self.folder.join("state"))),
            patience: Some(quick),
            ..overrides
        };
        Session::open(config, environment, overrides, &|name| {
            self.variables.get(name).cloned()
        })
        .map(Arc::new)
    }

    pub(crate) fn write_file(&self, file: &str, content: &Value) {
        fs::write(self.folder.join("data").join(file), content.to_string()).unwrap();
    }

    pub(crate) fn copy_files(&self, from: &Path) {
        for file in fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            // Read and written, since the originals may be write-protected.
            let text = fs::read(file.path()).unwrap();
            fs::write(self.folder.join("data").join(file.file_name()), text).unwrap();
        }
    }

    pub(crate) fn load(&self, contents: &Contents) {
        let records = contents.iter().map(|(name, (kind, fields))| {
            Ok::<_, std::convert::Infallible>(LoadRecord {
                record_type: kind.clone(),
                record_name: name.clone(),
                fields: fields.clone(),
                ..LoadRecord::default()
            })
        });
        tokio::task::block_in_place(|| self.emulator.load(HERE, records)).unwrap();
    }

    pub(crate) fn cloud(&self) -> Cloud {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let stored = |record: Value| {
            let stored = Stored {
                kind: text(&record["recordType"]),
                fields: record["fields"].as_object().unwrap().clone(),
                tag: text(&record["recordChangeTag"]),
                created_by: text(&record["created"]["userRecordName"]),
                modified_by: text(&record["modified"]["userRecordName"]),
            };
            (text(&record["recordName"]), stored)
        };
        self.emulator.records(HERE).into_iter().map(stored).collect()
    }

    pub(crate) fn contents(&self) -> Contents {
        let cloud = self.cloud().into_iter();
        cloud
            .map(|(name, stored)| (name, (stored.kind, stored.fields)))
            .collect()
    }

    pub(crate) fn script(&self, rules: &Value) {
        self.emulator
            .set_faults(Faults::from_script(&rules.to_string()).unwrap());
    }

    pub(crate) fn calm(&self) {
        self.emulator.set_faults(Faults::default());
    }

    /// The modify requests since so many requests of any kind.
    pub(crate) fn modifies(&self, since: usize) -> Vec<Modify> {
        let seen = self.emulator.requests().into_iter().skip(since);
        seen.filter(|one| one.operation == "records/modify")
            .map(Modify::from)
            .collect()
    }

    pub(crate) fn asked(&self) -> usize {
        self.emulator.requests().len()
    }

    pub(crate) fn stranger(&self, kind: &str, name: &str, fields: &Value) {
        self.emulator.write_as_stranger(HERE, kind, name, fields).unwrap();
    }

    pub(crate) fn stranger_deletes(&self, name: &str) {
        self.emulator.delete_as_stranger(HERE, name).unwrap();
    }
}

/// A modify request as it came in.
#[derive(Debug)]
pub(crate) struct Modify {
    pub(crate) status: u16,
    pub(crate) bytes: usize,
    /// `operationType` and the record sent.
    pub(crate) operations: Vec<(String, Value)>,
}

impl From<Seen> for Modify {
    fn from(seen: Seen) -> Self {
        let body: Value = serde_json::from_slice(&seen.body.unwrap()).unwrap();
        let operation = |one: &Value| {
            (
                one["operationType"].as_str().unwrap().to_owned(),
                one["record"].clone(),
            )
        };
        Modify {
            status: seen.status,
            bytes: seen.bytes_in,
            operations: body["operations"]
                .as_array()
                .unwrap()
                .iter()
                .map(operation)
                .collect(),
        }
    }
}

impl Modify {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.operations
            .iter()
            .map(|(_, record)| record["recordName"].as_str().unwrap())
    }

    pub(crate) fn count(&self, verb: &str) -> usize {
        self.operations.iter().filter(|(word, _)| word == verb).count()
    }
}

/// How many of one verb in all requests.
pub(crate) fn sent(requests: &[Modify], verb: &str) -> usize {
    requests.iter().map(|one| one.count(verb)).sum()
}

pub(crate) async fn compared(session: &Arc<Session>) -> Arc<Comparison> {
    let types = session.types(&[]).unwrap();
    Arc::new(compare(session, types).result().await.unwrap())
}

/// Type, new, updated, unchanged, orphans.
pub(crate) type Line = (String, [usize; 4]);

pub(crate) async fn counted(session: &Arc<Session>) -> Vec<Line> {
    let comparison = compared(session).await;
    assert!(comparison.failures().next().is_none());
    let lines = comparison.diffs().map(|(one, diff)| {
        let counts = diff.counts();
        let counts = [counts.new, counts.updated, counts.unchanged, counts.orphan];
        (one.name.clone(), counts)
    });
    lines.collect()
}

pub(crate) async fn planned(session: &Arc<Session>, delete_orphans: bool) -> Reviewed {
    let choices = Choices {
        delete_orphans,
        ..Choices::default()
    };
    review(session, compared(session).await, choices).await.unwrap()
}

pub(crate) async fn run(session: &Arc<Session>, reviewed: Reviewed) -> Report {
    let digest = reviewed.digest().to_owned();
    apply(session, reviewed.confirm(&digest).unwrap())
        .result()
        .await
        .unwrap()
}

pub(crate) async fn synced(session: &Arc<Session>, delete_orphans: bool) -> Report {
    run(session, planned(session, delete_orphans).await).await
}

pub(crate) async fn undone(session: &Arc<Session>, run_id: i64) -> Report {
    let reviewed = review_undo(session, run_id).result().await.unwrap();
    run(session, reviewed).await
}

pub(crate) async fn resumed(session: &Arc<Session>) -> Option<Report> {
    resume(session).result().await.unwrap()
}

/// A field as it travels.
pub(crate) fn field(kind: &str, value: impl Into<Value>) -> Value {
    json!({ "value": value.into(), "type": kind })
}

pub(crate) fn text(value: &str) -> Value {
    field("STRING", value)
}
