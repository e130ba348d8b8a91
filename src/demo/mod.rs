//! The data set that ships with Skydeck, to try everything on: 153 stadiums, 154 teams, 5,760 games and more.
//!
//! - `schedule`: the games, made by a seeded generator
//! - [`earlier`](fn@earlier): the state the cloud is in before the first sync
//!
//! Stadiums, teams, leagues and former names are real and stand in `assets/demo`; the games are made up.

mod earlier;
mod schedule;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::config::FILE_NAME;
use crate::record::diff::Counts;

pub use earlier::{EarlierRecord, earlier};
pub use schedule::{Game, schedule};

/// The manifest of the demonstration.
pub const MANIFEST: &str = include_str!("../../assets/demo/skydeck.toml");

/// A manifest of the same six types, to start one's own from.
pub const TEMPLATE: &str = include_str!("../../assets/template.toml");

const STADIUMS: &str = include_str!("../../assets/demo/stadiums_canonical.json");
const TEAMS: &str = include_str!("../../assets/demo/teams_canonical.json");

/// The files that are shipped as they are.
const FILES: [(&str, &str); 5] = [
    ("stadiums_canonical.json", STADIUMS),
    ("teams_canonical.json", TEAMS),
    (
        "league_structure.json",
        include_str!("../../assets/demo/league_structure.json"),
    ),
    (
        "team_aliases.json",
        include_str!("../../assets/demo/team_aliases.json"),
    ),
    (
        "stadium_aliases.json",
        include_str!("../../assets/demo/stadium_aliases.json"),
    ),
];

/// The foreign fields of the earlier state, all of them STRING: type and name.
pub const FOREIGN: [(&str, &str); 2] = [("Stadium", "editorNote"), ("Game", "broadcast")];

/// What a comparison of the files with [`earlier`](fn@earlier) finds, by record type in the manifest's order.
pub const EXPECTED: [(&str, Counts); 6] = [
    (
        "Stadium",
        Counts {
            new: 2,
            updated: 8,
            unchanged: 143,
            orphan: 1,
        },
    ),
    (
        "Team",
        Counts {
            new: 1,
            updated: 5,
            unchanged: 148,
            orphan: 0,
        },
    ),
    (
        "Game",
        Counts {
            new: 24,
            updated: 60,
            unchanged: 5676,
            orphan: 12,
        },
    ),
    (
        "LeagueStructure",
        Counts {
            new: 0,
            updated: 1,
            unchanged: 38,
            orphan: 0,
        },
    ),
    (
        "TeamAlias",
        Counts {
            new: 2,
            updated: 1,
            unchanged: 84,
            orphan: 3,
        },
    ),
    (
        "StadiumAlias",
        Counts {
            new: 3,
            updated: 2,
            unchanged: 139,
            orphan: 4,
        },
    ),
];

/// Writes the manifest and its data files into a folder, which is made where it is not there.
pub fn write(folder: &Path) -> io::Result<()> {
    let data = folder.join("data");
    fs::create_dir_all(&data)?;
    fs::write(folder.join(FILE_NAME), MANIFEST)?;
    for (name, text) in FILES {
        fs::write(data.join(name), text)?;
    }
    let mut file = io::BufWriter::new(fs::File::create(data.join("games_canonical.json"))?);
    let mut comma = "[\n";
    for game in schedule()? {
        file.write_all(comma.as_bytes())?;
        serde_json::to_writer(&mut file, &game)?;
        comma = ",\n";
    }
    file.write_all(b"\n]\n")?;
    file.flush()
}
