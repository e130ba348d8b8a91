//! An emulator filled through a manifest: for `skydeck emulator --load`, for the demo, for tests and benchmarks.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

use crate::canonical::{self, Problems};
use crate::cloudkit::wire;
use crate::config::{Config, ConfigError, FILE_NAME};
use crate::demo;
use crate::emulator::{
    Emulator, Environment, FieldType, KeyError, KeyPair, LoadError, LoadRecord, Options, Schema, StartError,
    TypeSchema,
};
use crate::files::read;
use crate::record::{Fields, Record};

/// Why there is no filled emulator.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The emulator.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A key pair.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The manifest.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The files.
    #[error(transparent)]
    Input(#[from] Problems),
    /// A record that does not fit the schema.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A file or folder.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

fn file_error(path: &Path) -> impl Fn(io::Error) -> SandboxError + '_ {
    move |cause| SandboxError::File {
        path: path.to_owned(),
        cause,
    }
}

/// The schema that a manifest takes for granted: its types and fields, every index.
pub fn schema_of(config: &Config) -> Schema {
    config.types.iter().fold(Schema::new(), |schema, one| {
        let fields = one.fields.iter().fold(TypeSchema::new(), |fields, field| {
            match FieldType::from_wire(&field.field_type.to_string()) {
                Some(kind) => fields.field(&field.name, kind),
                None => fields,
            }
        });
        schema.with_type(&one.name, fields)
    })
}

/// A record in the form that an emulator loads.
fn loadable(record_type: &str, name: &str, fields: &Fields) -> LoadRecord {
    let fields = fields.iter();
    LoadRecord {
        record_type: record_type.to_owned(),
        record_name: name.to_owned(),
        fields: fields
            .map(|(name, value)| (name.clone(), wire::field(Some(value))))
            .collect(),
        ..LoadRecord::default()
    }
}

/// Fills an environment from the canonical files of a manifest; how many records there were. Blocks.
pub fn load_files(
    emulator: &Emulator,
    environment: Environment,
    config: &Config,
) -> Result<u64, SandboxError> {
    let mut loaded = 0;
    for type_config in &config.types {
        let records: Vec<Record> = canonical::read_all(config, type_config)?;
        let records = records
            .iter()
            .map(|record| Ok::<_, LoadError>(loadable(&record.record_type, &record.name, &record.fields)));
        loaded += emulator.load(environment, records)?;
    }
    Ok(loaded)
}

/// Fills an environment from a file with one record a line, as the service writes it. Blocks.
pub fn load_lines(emulator: &Emulator, environment: Environment, path: &Path) -> Result<u64, SandboxError> {
    let file = read::open(path).map_err(file_error(path))?;
    let lines = io::BufReader::new(file).lines();
    let records = lines
        .filter(|line| !line.as_ref().is_ok_and(|line| line.trim().is_empty()))
        .map(|line| LoadRecord::from_wire(&line?));
    Ok(emulator.load(environment, records)?)
}

/// The demo: a folder with manifest and files, and an emulator that has their earlier state.
pub struct Demo {
    /// The emulator; the demo ends when it is dropped.
    pub emulator: Emulator,
    /// The folder.
    pub folder: PathBuf,
    /// The manifest's file in it.
    pub config: PathBuf,
    key: KeyPair,
}

impl Demo {
    /// Writes the demo into a folder and starts its cloud. An async caller needs a runtime with several threads, since
    /// filling blocks.
    pub async fn start(folder: &Path) -> Result<Self, SandboxError> {
        Demo::start_with(folder, |_| {}).await
    }

    /// The same, with the emulator's options changed.
    pub async fn start_with(folder: &Path, change: impl FnOnce(&mut Options)) -> Result<Self, SandboxError> {
        demo::write(folder).map_err(file_error(folder))?;
        let path = folder.join(FILE_NAME);
        let config = Config::load(&path)?;
        let key = KeyPair::generate()?;
        let mut options = Options::new(&config.container, demo_schema(&config));
        options.keys = vec![key.trusted()];
        change(&mut options);
        let emulator = Emulator::start(options).await?;
        tokio::task::block_in_place(|| fill(&emulator, &config))?;
        Ok(Demo {
            emulator,
            folder: folder.to_owned(),
            config: path,
            key,
        })
    }

    /// The environment variables that a session needs to reach it.
    pub fn environment(&self) -> BTreeMap<String, String> {
        use crate::config::credentials::{ENDPOINT, KEY_ID, PRIVATE_KEY};
        BTreeMap::from([
            (ENDPOINT.to_owned(), self.emulator.endpoint()),
            (KEY_ID.to_owned(), self.key.key_id.clone()),
            (PRIVATE_KEY.to_owned(), self.key.private_pem.clone()),
        ])
    }
}

/// The manifest's fields, and the foreign ones that the earlier state has.
fn demo_schema(config: &Config) -> Schema {
    let mut schema = schema_of(config);
    for (record_type, field) in demo::FOREIGN {
        if let Some(one) = schema.types.remove(record_type) {
            let text = FieldType::one(crate::emulator::Kind::String);
            schema = schema.with_type(record_type, one.field(field, text));
        }
    }
    schema
}

fn fill(emulator: &Emulator, config: &Config) -> Result<(), SandboxError> {
    let records = demo::earlier(config)?;
    let records =
        records.map(|(record_type, name, fields)| Ok::<_, LoadError>(loadable(&record_type, &name, &fields)));
    emulator.load(Environment::Development, records)?;
    Ok(())
}
