//! Two people change one record: an emulator of its own, the screen, and a command from beside it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::rig::Terminal;

/// The emulator, and what names it to a client; it ends with the test.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    variables: [(&'static str, String); 4],
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The stadiums of the demo under their template, and a server that has them.
fn serve() -> Server {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let folder = tempfile::tempdir().unwrap();
    let template = std::fs::read_to_string(assets.join("template.toml")).unwrap();
    let stadiums = template.split("[type.Team]").next().unwrap();
    let config = folder.path().join("skydeck.toml");
    std::fs::write(&config, stadiums).unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let file = "stadiums_canonical.json";
    std::fs::copy(
        assets.join("demo").join(file),
        folder.path().join("data").join(file),
    )
    .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_skydeck"))
        .args(["emulator", "--load", "data", "--json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut document = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        document += &line.unwrap();
        if serde_json::from_str::<Value>(&document).is_ok() {
            break;
        }
    }
    let document: Value = serde_json::from_str(&document).unwrap();
    let told = |member: &str| document[member].as_str().unwrap().to_owned();
    let variables = [
        ("SKYDECK_CONFIG", config.to_str().unwrap().to_owned()),
        ("CLOUDKIT_ENDPOINT", told("endpoint")),
        ("CLOUDKIT_KEY_ID", told("keyId")),
        ("CLOUDKIT_PRIVATE_KEY_PATH", told("privateKey")),
    ];
    Server {
        child,
        folder,
        variables,
    }
}

/// Brings the screen to the question of what shall hold, and shows it to `look`.
pub(super) fn reach(look: impl FnOnce(&Terminal)) {
    let server = serve();
    let variables: Vec<(&str, &str)> = server
        .variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut terminal = Terminal::open_with(&[], (110, 28), &variables);
    terminal.wait("153       153");
    terminal.press("2");
    terminal.wait("looked up just now");
    terminal.press("/fenway\r");
    terminal.wait("1 of 153");
    terminal.press("\tjjjjj");
    terminal.press("e");
    terminal.wait("Edit capacity");
    terminal.press("\u{15}38000");
    terminal.wait("38000");
    let theirs = Command::new(env!("CARGO_BIN_EXE_skydeck"))
        .args([
            "update",
            "Stadium",
            "stadium_mlb_fenway_park",
            "capacity=37500",
            "--yes",
        ])
        .envs(variables)
        .env("SKYDECK_STATE", server.folder.path().join("theirs"))
        .output()
        .unwrap();
    assert!(theirs.status.success(), "{theirs:?}");
    terminal.press("\r");
    terminal.wait("Somebody else changed this record");
    look(&terminal);
}
