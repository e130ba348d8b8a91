//! A folder with a configuration and a few files, a cloud that differs from them, and the program run on both.
//!
//! | type    | new | updated | unchanged | orphan |
//! |---------|-----|---------|-----------|--------|
//! | Stadium | `new_ground` | `wembley` (capacity) | `anfield`, `camp_nou` (moved within the tolerance) | `highbury` |
//! | Team    | `spurs` (plays at `new_ground`) | | `liverpool` | |

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use skydeck::emulator::{
    Emulator, Environment, Faults, FieldType, Indexes, KeyPair, Kind, LoadError, LoadRecord, Options, Schema,
    SystemField, TypeSchema,
};
use tempfile::TempDir;

pub(super) const CONTAINER: &str = "iCloud.com.example.football";

/// Long enough for any machine; reached only when a test fails.
pub(super) const PATIENCE: Duration = Duration::from_secs(180);

pub(super) struct Rig {
    pub(super) emulator: Emulator,
    pub(super) key: KeyPair,
    folder: TempDir,
    _runtime: tokio::runtime::Runtime,
}

/// What a run of the program came to.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// Checks the exit code and passes on what stands on standard output.
    #[track_caller]
    pub(super) fn data(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "{self:?}");
        &self.out
    }

    /// Checks the exit code, that nothing stands on standard output, and passes the talk on.
    #[track_caller]
    pub(super) fn refusal(&self, code: i32) -> &str {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        &self.err
    }
}

/// The program, knowing nothing of who runs the tests.
pub(super) fn skydeck(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("skydeck"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CLOUDKIT_") || name.starts_with("SKYDECK_") {
            command.env_remove(name.as_ref());
        }
    }
    for network in [
        "SSL_CERT_FILE",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
    ] {
        command.env_remove(network).env_remove(network.to_lowercase());
    }
    command
        .args(args)
        .current_dir(folder)
        .env("SKYDECK_STATE", folder.join("state"))
        .env("HOME", folder)
        .stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(super) fn run(folder: &Path, args: &[&str]) -> Said {
    skydeck(folder, args).output().unwrap().into()
}

/// Waits until something is so.
#[track_caller]
pub(super) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn schema() -> Schema {
    let one = FieldType::one;
    let stadium = TypeSchema::new()
        .field("name", one(Kind::String))
        .field("capacity", one(Kind::Int64))
        .field("location", one(Kind::Location))
        .field("opened", one(Kind::Timestamp))
        .field("note", one(Kind::String));
    let team = TypeSchema::new()
        .field("name", one(Kind::String))
        .field("stadium", one(Kind::Reference));
    Schema::new()
        .with_type("Stadium", stadium)
        .with_type("Team", team)
}

/// The same schema, where `Stadium` cannot be listed.
pub(super) fn without_index(options: &mut Options) {
    let stadium = options.schema.types.remove("Stadium").unwrap();
    let stadium = stadium.system_field(SystemField::RecordName, Indexes::default());
    options.schema = std::mem::take(&mut options.schema).with_type("Stadium", stadium);
}

pub(super) fn stadiums() -> Value {
    let stadium = |id: &str, name: &str, capacity: u32, place: [f64; 2]| {
        json!({"id": id, "name": name, "capacity": capacity, "latitude": place[0], "longitude": place[1],
            "opened": "2000-01-01T00:00:00Z"})
    };
    json!([
        stadium("anfield", "Anfield", 61276, [53.4308, -2.9608]),
        stadium("camp_nou", "Camp Nou", 99354, [41.3809, 2.1228]),
        stadium("new_ground", "New Ground", 62850, [51.6043, -0.0662]),
        stadium("wembley", "Wembley", 90000, [51.5560, -0.2796]),
    ])
}

pub(super) fn teams() -> Value {
    json!([
        {"id": "liverpool", "name": "Liverpool", "stadium_id": "anfield"},
        {"id": "spurs", "name": "Spurs", "stadium_id": "new_ground"},
    ])
}

/// A stadium as the service has it.
pub(super) fn in_cloud(name: &str, title: &str, capacity: u32, place: [f64; 2]) -> Value {
    json!({"recordName": name, "recordType": "Stadium", "fields": {
        "name": {"value": title, "type": "STRING"},
        "capacity": {"value": capacity, "type": "INT64"},
        "location": {"value": {"latitude": place[0], "longitude": place[1]}, "type": "LOCATION"},
        "opened": {"value": 946_684_800_000_i64, "type": "TIMESTAMP"},
        "note": {"value": "theirs", "type": "STRING"},
    }})
}

fn earlier() -> Vec<Value> {
    let anfield = json!({"value": {"recordName": "anfield", "action": "NONE"}, "type": "REFERENCE"});
    vec![
        in_cloud("anfield", "Anfield", 61276, [53.4308, -2.9608]),
        in_cloud("camp_nou", "Camp Nou", 99354, [41.38095, 2.1228]),
        in_cloud("highbury", "Highbury", 38419, [51.5578, -0.1028]),
        in_cloud("wembley", "Wembley", 82000, [51.5560, -0.2796]),
        json!({"recordName": "liverpool", "recordType": "Team", "fields":
            {"name": {"value": "Liverpool", "type": "STRING"}, "stadium": anfield}}),
    ]
}

const TYPES: &str = r#"
[type.Stadium]
file = "stadiums.json"
record_name = "id"
[type.Stadium.fields]
name = "STRING"
capacity = "INT64"
location = { type = "LOCATION", latitude = "latitude", longitude = "longitude" }
opened = "TIMESTAMP"

[type.Team]
file = "teams.json"
record_name = "id"
[type.Team.fields]
name = "STRING"
stadium = { type = "REFERENCE", from = "stadium_id", to = "Stadium" }
"#;

impl Rig {
    /// Files and cloud as the table above has them.
    pub(super) fn new() -> Self {
        Rig::with(|_| {})
    }

    /// The same, with the emulator's options changed.
    pub(super) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut options = Options::new(CONTAINER, schema());
        options.keys = vec![key.trusted()];
        options.keep_bodies = true;
        change(&mut options);
        let emulator = runtime.block_on(Emulator::start(options)).unwrap();
        let rig = Rig {
            emulator,
            key,
            folder: tempfile::tempdir().unwrap(),
            _runtime: runtime,
        };
        rig.load(&earlier());
        fs::create_dir(rig.path("data")).unwrap();
        rig.write("data/stadiums.json", &stadiums().to_string());
        rig.write("data/teams.json", &teams().to_string());
        rig.write_private("key.pem", &rig.key.private_pem);
        rig.configure("");
        rig
    }

    /// The same, where nothing differs.
    pub(super) fn in_sync() -> Self {
        let rig = Rig::new();
        let all = ["sync", "--yes", "--delete-orphans", "--max-delete-percent", "100"];
        rig.run(&all).data(0);
        rig
    }

    /// Writes the configuration, with more at its end.
    pub(super) fn configure(&self, more: &str) {
        let (endpoint, key_id) = (self.emulator.endpoint(), &self.key.key_id);
        let environment = |name: &str| {
            format!(
                "[environment.{name}]\nkey_id = \"{key_id}\"\nprivate_key = \"key.pem\"\nendpoint = \"{endpoint}\"\n"
            )
        };
        let text = format!(
            "container = \"{CONTAINER}\"\ndata = \"data\"\n\n{}{}read_only = true\n{TYPES}{more}",
            environment("development"),
            environment("production"),
        );
        self.write("skydeck.toml", &text);
    }

    pub(super) fn load(&self, records: &[Value]) {
        let records = records.iter().map(|one| LoadRecord::from_wire(&one.to_string()));
        self.emulator
            .load::<LoadError>(Environment::Development, records)
            .unwrap();
    }

    /// So many stadiums in the file that the cloud does not have, and none that it has.
    pub(super) fn many_stadiums(&self, count: usize) {
        let one = |n: usize| {
            json!({"id": format!("s{n:05}"), "name": format!("Stadium {n}"), "capacity": n, "latitude": 1, "longitude": 2,
                "opened": "2000-01-01T00:00:00Z"})
        };
        let all: Vec<Value> = (0..count).map(one).collect();
        self.write("data/stadiums.json", &json!(all).to_string());
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn write_private(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        self.write(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        skydeck(self.folder.path(), args)
    }

    pub(super) fn run(&self, args: &[&str]) -> Said {
        run(self.folder.path(), args)
    }

    /// The document of a command.
    #[track_caller]
    pub(super) fn json(&self, code: i32, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let said = self.run(&args);
        serde_json::from_str(said.data(code)).unwrap()
    }

    /// Every record of development as the service has it.
    pub(super) fn cloud(&self) -> Vec<Value> {
        self.emulator.records(Environment::Development)
    }

    /// A value in the cloud.
    pub(super) fn value(&self, name: &str, field: &str) -> Option<Value> {
        let records = self.cloud();
        let record = records.iter().find(|record| record["recordName"] == name)?;
        Some(record["fields"][field]["value"].clone())
    }

    /// Whether the cloud has a record.
    pub(super) fn has(&self, name: &str) -> bool {
        self.cloud().iter().any(|record| record["recordName"] == name)
    }

    /// Requests of this kind so far.
    pub(super) fn count(&self, operation: &str) -> usize {
        let requests = self.emulator.requests();
        requests.iter().filter(|seen| seen.operation == operation).count()
    }

    /// Things go wrong from now on.
    pub(super) fn faults(&self, script: &Value) {
        self.emulator
            .set_faults(Faults::from_script(&script.to_string()).unwrap());
    }
}
