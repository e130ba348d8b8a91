//! A small data set: players that refer to teams. Both sides are made here, each in its own form.

use serde_json::{Map, Value, json};

use crate::rig::{Contents, Rig, field, text};
use skydeck::emulator::Options;

/// Players stand first, so that the order of requests has to come from the references.
pub(crate) const MANIFEST: &str = r#"
container = "iCloud.com.example.league"
data = "data"

[limits]
max_delete_percent = 100

[environment.development]
read_only = false

[environment.production]

[type.Player]
file = "players.json"
record_name = "id"

[type.Player.fields]
name  = "STRING"
goals = { type = "INT64", optional = true }
team  = { type = "REFERENCE", to = "Team" }

[type.Team]
file = "teams.json"
record_name = "id"

[type.Team.fields]
name   = "STRING"
points = { type = "INT64", optional = true }
"#;

/// One record in its plainest form: a label, a number, and for players a team.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plain {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) number: Option<i64>,
    pub(crate) team: Option<String>,
}

pub(crate) fn team(id: &str, name: &str, points: i64) -> Plain {
    Plain {
        id: id.into(),
        name: name.into(),
        number: Some(points),
        team: None,
    }
}

pub(crate) fn player(id: &str, name: &str, goals: i64, team: &str) -> Plain {
    Plain {
        id: id.into(),
        name: name.into(),
        number: Some(goals),
        team: Some(team.into()),
    }
}

/// Somebody nothing happens to: a file must not be empty.
pub(crate) fn pat() -> Plain {
    player("pat", "Pat", 0, "t1")
}

impl Plain {
    pub(crate) fn kind(&self) -> &'static str {
        if self.team.is_some() { "Player" } else { "Team" }
    }

    /// As a canonical file has it.
    pub(crate) fn on_disk(&self) -> Value {
        let mut out = json!({ "id": self.id, "name": self.name });
        let number = if self.team.is_some() { "goals" } else { "points" };
        if let Some(value) = self.number {
            out[number] = json!(value);
        }
        if let Some(team) = &self.team {
            out["team"] = json!(team);
        }
        out
    }

    /// As the service has it.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        let mut out = Map::from_iter([("name".to_owned(), text(&self.name))]);
        let number = if self.team.is_some() { "goals" } else { "points" };
        if let Some(value) = self.number {
            out.insert(number.to_owned(), field("INT64", value));
        }
        if let Some(team) = &self.team {
            out.insert("team".to_owned(), reference(team));
        }
        out
    }
}

pub(crate) fn reference(name: &str) -> Value {
    json!({ "value": { "recordName": name, "action": "NONE" }, "type": "REFERENCE" })
}

pub(crate) fn contents(records: &[Plain]) -> Contents {
    let entry = |one: &Plain| (one.id.clone(), (one.kind().to_owned(), one.fields()));
    records.iter().map(entry).collect()
}

pub(crate) fn write_files(rig: &Rig, records: &[Plain]) {
    let of = |kind: &str| -> Value {
        let some = records.iter().filter(|one| one.kind() == kind);
        some.map(Plain::on_disk).collect()
    };
    rig.write_file("players.json", &of("Player"));
    rig.write_file("teams.json", &of("Team"));
}

/// These records on disk, those in the cloud.
pub(crate) async fn league(disk: &[Plain], cloud: &[Plain]) -> Rig {
    league_with(disk, cloud, |_| {}).await
}

pub(crate) async fn league_with(disk: &[Plain], cloud: &[Plain], change: impl FnOnce(&mut Options)) -> Rig {
    let rig = Rig::start(MANIFEST, change).await;
    write_files(&rig, disk);
    rig.load(&contents(cloud));
    rig
}

/// The same fields, and a foreign note.
pub(crate) fn with_note(mut contents: Contents, name: &str, note: &str) -> Contents {
    if let Some((_, fields)) = contents.get_mut(name) {
        fields.insert("note".to_owned(), text(note));
    }
    contents
}

/// Something of everything: two new teams with players, changed teams and players, a player and a team that are gone.
pub(crate) fn before_and_after() -> (Vec<Plain>, Vec<Plain>) {
    let before = vec![
        team("t1", "Reds", 10),
        team("t2", "Blues", 20),
        team("t3", "Greens", 30),
        player("p1", "Ann", 1, "t1"),
        player("p2", "Bob", 2, "t2"),
        player("p3", "Cid", 3, "t3"),
    ];
    let after = vec![
        team("t1", "Reds", 11),
        team("t2", "Blues", 20),
        team("t4", "Whites", 0),
        team("t5", "Blacks", 0),
        player("p1", "Ann", 4, "t4"),
        player("p2", "Bob", 2, "t2"),
        player("p4", "Dan", 0, "t5"),
        player("p5", "Eve", 0, "t1"),
    ];
    (before, after)
}
