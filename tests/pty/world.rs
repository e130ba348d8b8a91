//! A folder with a configuration and files, a cloud that differs from them, and what stands in both.
//!
//! The data are those of the demonstration without its games, so the figures are those of `demo::EXPECTED`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use portable_pty::CommandBuilder;
use serde_json::{Value, json};
use skydeck::cloudkit::wire;
use skydeck::config::{Config, FILE_NAME};
use skydeck::demo::{MANIFEST, earlier};
use skydeck::emulator::{
    Emulator, Environment, Faults, FieldType, KeyPair, Kind, LoadError, LoadRecord, Options, Schema, Seen,
};
use skydeck::sandbox::schema_of;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::rig::{CTRL_U, DOWN, ENTER, RIGHT, Terminal, command, personal};

/// Records by name.
pub(crate) type Records = BTreeMap<String, Value>;

/// A delay that no test waits for: such an answer goes out when the faults are replaced.
pub(crate) const HELD: u64 = 3_600_000;

/// A stadium that has 1,250 seats more in the files than in the cloud.
pub(crate) const UPDATED: &str = "stadium_mls_dicks_sporting_goods_park";

/// A folder, and the cloud that its configuration leads to.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    key: KeyPair,
    folder: TempDir,
    _runtime: Runtime,
}

impl World {
    pub(crate) fn new() -> Self {
        World::with(|_| {})
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key.key_id
    }

    /// The same, with the emulator's options changed.
    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join(FILE_NAME);
        fs::write(&manifest, without_games()).unwrap();
        copy_data(&folder.path().join("data"));
        let config = Config::load(&manifest).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut options = Options::new(&config.container, schema(&config));
        options.keys = vec![key.trusted()];
        change(&mut options);
        let emulator = runtime.block_on(Emulator::start(options)).unwrap();
        let records = earlier(&config)
            .unwrap()
            .map(|(record_type, record_name, fields)| {
                let fields = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), wire::field(Some(value))));
                Ok::<_, LoadError>(LoadRecord {
                    record_type,
                    record_name,
                    fields: fields.collect(),
                    ..LoadRecord::default()
                })
            });
        emulator.load(Environment::Development, records).unwrap();
        let world = World {
            emulator,
            key,
            folder,
            _runtime: runtime,
        };
        world.write("key.pem", &world.key.private_pem);
        fs::set_permissions(world.path("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
        world.configure("");
        world
    }

    /// The same, where nothing differs but the orphans.
    pub(crate) fn synced() -> Self {
        let world = World::new();
        world.run(&["sync", "--yes"], 0);
        world
    }

    /// Writes the configuration, with more at its end.
    pub(crate) fn configure(&self, more: &str) {
        self.configure_for(&self.emulator.endpoint(), more);
    }

    /// The same for another server.
    pub(crate) fn configure_for(&self, endpoint: &str, more: &str) {
        let key_id = &self.key.key_id;
        let environment = |name: &str| {
            format!(
                "[environment.{name}]\nkey_id = \"{key_id}\"\nprivate_key = \"key.pem\"\nendpoint = \"{endpoint}\"\n"
            )
        };
        let both = [environment("development"), environment("production")].concat();
        let text = without_games().replace("[environment.development]\nread_only = false\n", &both);
        self.write(FILE_NAME, &[&text, more].concat());
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Opens the full screen.
    pub(crate) fn open(&self) -> Terminal {
        self.open_with(&[], &[])
    }

    /// The same with arguments and environment variables.
    pub(crate) fn open_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Terminal {
        Terminal::run(self.command(args, variables), (150, 40))
    }

    /// The program in this folder.
    pub(crate) fn command(&self, args: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
        let mut command = command(self.folder(), args, variables);
        command.env("SKYDECK_STATE", self.path("state"));
        command
    }

    /// Runs a command to its end, which has to be this one; gives back what it printed.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skydeck"));
        for name in personal() {
            command.env_remove(name);
        }
        command.args(args).current_dir(self.folder());
        command.env("SKYDECK_STATE", self.path("state"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The document of a command.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str], code: i32) -> Value {
        serde_json::from_str(&self.run(&[args, &["--json"]].concat(), code)).unwrap()
    }

    /// Every record of development, as the service has it.
    pub(crate) fn cloud(&self) -> Records {
        self.records(Environment::Development)
    }

    pub(crate) fn records(&self, environment: Environment) -> Records {
        let records = self.emulator.records(environment).into_iter();
        let named = records.map(|record| (record["recordName"].as_str().unwrap().to_owned(), record));
        named.collect()
    }

    /// Adds so many stadiums to the files.
    pub(crate) fn add_stadiums(&self, count: usize) {
        let text = fs::read_to_string(self.path("data/stadiums_canonical.json")).unwrap();
        let mut stadiums: Vec<Value> = serde_json::from_str(&text).unwrap();
        stadiums.extend((0..count).map(|n| {
            json!({"canonical_id": format!("stadium_more_{n:05}"), "name": format!("Ground {n}"), "city": "Elsewhere",
                "sport": "MLS", "latitude": 1, "longitude": 2, "capacity": n})
        }));
        self.write("data/stadiums_canonical.json", &json!(stadiums).to_string());
    }

    /// The names of the records in the files, by type.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<String>> {
        let config = Config::load(&self.path(FILE_NAME)).unwrap();
        let types = config.types.iter().map(|one| {
            let text = fs::read_to_string(self.path("data").join(&one.file)).unwrap();
            let records: Vec<Value> = serde_json::from_str(&text).unwrap();
            let id = if records[0]["canonical_id"].is_string() {
                "canonical_id"
            } else {
                "id"
            };
            let names = records
                .iter()
                .map(|record| record[id].as_str().unwrap().to_owned());
            (one.name.clone(), names.collect())
        });
        types.collect()
    }

    /// A value in the cloud, asked for by another client.
    pub(crate) fn value(&self, name: &str, field: &str) -> Value {
        let document = self.json(&["get", "Stadium", name], 0);
        document["record"]["fields"][field]["value"].clone()
    }

    /// Somebody else writes fields of a stadium.
    pub(crate) fn stranger(&self, name: &str, fields: &Value) {
        let emulator = &self.emulator;
        emulator
            .write_as_stranger(Environment::Development, "Stadium", name, fields)
            .unwrap();
    }

    /// Requests that would write, so far.
    pub(crate) fn writes(&self) -> usize {
        self.written().len()
    }

    /// The same, as they came in.
    pub(crate) fn written(&self) -> Vec<Seen> {
        let mut requests = self.emulator.requests();
        requests.retain(|seen| seen.operation == "records/modify");
        requests
    }

    /// Things go wrong from now on.
    pub(crate) fn faults(&self, script: &Value) {
        let faults = Faults::from_script(&script.to_string()).unwrap();
        self.emulator.set_faults(faults);
    }

    /// Puts records into production.
    pub(crate) fn fill_production(&self, records: &[Value]) {
        let records = records.iter().map(|one| LoadRecord::from_wire(&one.to_string()));
        let emulator = &self.emulator;
        emulator
            .load::<LoadError>(Environment::Production, records)
            .unwrap();
    }
}

/// The manifest of the demonstration without its games, so that all is quick.
fn without_games() -> String {
    let games = MANIFEST.find("[type.Game]").unwrap()..MANIFEST.find("[type.LeagueStructure]").unwrap();
    let mut manifest = MANIFEST.to_owned();
    manifest.replace_range(games, "");
    manifest
}

fn copy_data(into: &Path) {
    fs::create_dir(into).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo")).unwrap() {
        let from = entry.unwrap().path();
        if from.extension().is_some_and(|ending| ending == "json") {
            fs::copy(&from, into.join(from.file_name().unwrap())).unwrap();
        }
    }
}

/// The manifest's fields, and the foreign one that stadiums have.
fn schema(config: &Config) -> Schema {
    let mut schema = schema_of(config);
    let stadium = schema.types.remove("Stadium").unwrap();
    schema.with_type(
        "Stadium",
        stadium.field("editorNote", FieldType::one(Kind::String)),
    )
}

impl Terminal {
    /// From the first screen to the updated stadium, its capacity under the cursor.
    #[track_caller]
    pub(crate) fn open_updated(&mut self) {
        self.wait("compared just now");
        // Into the cell of the updated stadiums.
        self.press(&[RIGHT, RIGHT, ENTER].concat());
        self.wait("Stadium · 8 of 154 · ~ updated");
        self.press(&[DOWN, DOWN].concat());
        self.wait(&format!("╭ {UPDATED}"));
        self.press(ENTER);
        self.wait("looked up just now");
        self.press(&DOWN.repeat(5));
        self.wait("▸ ~ capacity");
    }

    /// Types a new capacity, up to the plan.
    #[track_caller]
    pub(crate) fn type_capacity(&mut self, capacity: &str) {
        self.press("e");
        self.wait("Edit capacity");
        self.press(&[CTRL_U, capacity].concat());
        self.wait_line(&["new", capacity]);
        self.press(ENTER);
    }

    /// From the first screen to a plan that is looked at.
    #[track_caller]
    pub(crate) fn review(&mut self) {
        self.wait("compared just now");
        self.press("s");
        self.wait("▸ Review");
    }
}

/// What differs between two states: `name: field`, or the name where one of them does not have the record.
pub(crate) fn changed(before: &Records, after: &Records) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changed = Vec::new();
    for name in names {
        let (Some(old), Some(new)) = (before.get(name), after.get(name)) else {
            changed.push(name.clone());
            continue;
        };
        let fields = |record: &Value| record["fields"].as_object().unwrap().clone();
        let (old, new) = (fields(old), fields(new));
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differing = names
            .into_iter()
            .filter(|field| old.get(*field) != new.get(*field));
        changed.extend(differing.map(|field| format!("{name}: {field}")));
    }
    changed
}
