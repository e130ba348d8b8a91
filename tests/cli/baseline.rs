//! The plain script that did this job before runs unchanged against the emulator, and reports what Skydeck reports: with
//! the manifest that `skydeck init --template` writes, which maps what the script maps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::rig::{CONTAINER, Said, skydeck};
use super::serving::Server;

const TYPES: [&str; 6] = [
    "Stadium",
    "Team",
    "Game",
    "LeagueStructure",
    "TeamAlias",
    "StadiumAlias",
];

/// Numbers by the words in front of them.
type Counts = BTreeMap<String, u64>;

struct Side {
    folder: tempfile::TempDir,
    scripts: PathBuf,
    server: Server,
}

/// The scripts' folder, where it is and Python has what it needs.
fn scripts() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/baseline");
    let python = Command::new("python3")
        .args(["-c", "import requests, cryptography"])
        .stderr(Stdio::null())
        .status();
    if folder.join("cloudkit_import.py").is_file() && python.is_ok_and(|status| status.success()) {
        return folder.canonicalize().ok();
    }
    println!("skipped: needs ../shared/baseline, and python3 with requests and cryptography");
    None
}

impl Side {
    /// Generated files, and a cloud that has drifted from them.
    fn start() -> Option<Self> {
        let scripts = scripts()?;
        let folder = tempfile::tempdir().unwrap();
        let generated = Command::new("python3")
            .arg(scripts.join("gen_data.py"))
            .args(["--out", "data", "--records", "cloud.jsonl", "--games", "1500"])
            .args(["--changed", "0.05", "--missing", "0.03", "--orphans", "9"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(generated.status.success(), "{generated:?}");
        let init = ["init", "--template", "--container", CONTAINER];
        let init: Said = skydeck(folder.path(), &init).output().unwrap().into();
        init.data(0);
        let server = Server::start(folder.path(), &["--load", "cloud.jsonl"]);
        Some(Side {
            folder,
            scripts,
            server,
        })
    }

    fn script(&self, args: &[&str]) -> Said {
        let mut command = Command::new("python3");
        command
            .arg(self.scripts.join("cloudkit_import.py"))
            .args(["--data-dir", "data"])
            .args(args)
            .current_dir(self.folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("CK_BASE_URL", self.server.endpoint())
            .env("CK_CONTAINER", CONTAINER)
            .env("CK_ENVIRONMENT", "development")
            .env("CK_KEY_ID", self.server.told("key id "))
            .env("CK_KEY_FILE", self.server.told("private key "));
        command.output().unwrap().into()
    }

    fn skydeck(&self, args: &[&str]) -> Said {
        let mut command = skydeck(self.folder.path(), args);
        command
            .env("CLOUDKIT_ENDPOINT", self.server.endpoint())
            .env("CLOUDKIT_KEY_ID", self.server.told("key id "))
            .env("CLOUDKIT_PRIVATE_KEY_PATH", self.server.told("private key "));
        command.output().unwrap().into()
    }

    fn json(&self, args: &[&str]) -> Value {
        let said = self.skydeck(&[args, &["--json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
    }

    /// Both diffs say the same; whether nothing differs.
    #[track_caller]
    fn diffs_agree(&self) -> bool {
        let words = ["new", "updated", "unchanged", "deleted"];
        let script = self.script(&["--diff"]);
        let ours = self.json(&["diff"]);
        agree(&script, &ours, &words.map(|word| (word, word)));
        assert_eq!(script.code == 0, ours["inSync"] == json!(true), "{script:?}");
        script.code == 0
    }

    /// Both verifications say the same; whether all is well.
    #[track_caller]
    fn verifications_agree(&self, flag: &str) -> bool {
        let script = self.script(&[flag]);
        let ours = self.json(&[flag]);
        let mut words = vec![
            ("local", "local"),
            ("cloud", "cloud"),
            ("missing", "missing"),
            ("extra", "extra"),
        ];
        // Without --deep the script draws five records, anew each time.
        if flag == "--verify-deep" {
            words.extend([("checked", "checked"), ("mismatched", "mismatched")]);
        }
        agree(&script, &ours, &words);
        script.code == 0
    }
}

/// Each line of the script has the numbers of the document's type.
#[track_caller]
fn agree(script: &Said, ours: &Value, words: &[(&str, &str)]) {
    let lines: Vec<&str> = script.out.lines().collect();
    assert_eq!(lines.len(), TYPES.len(), "{script:?}");
    for ((line, name), ours) in lines.iter().zip(TYPES).zip(ours["types"].as_array().unwrap()) {
        assert!(line.starts_with(name) && ours["type"] == name, "{line}: {ours}");
        let counts = numbers(line);
        for (theirs, member) in words {
            let count = match &ours[*member] {
                Value::Array(list) => list.len() as u64,
                number => number.as_u64().unwrap(),
            };
            assert_eq!(counts[*theirs], count, "{name} {member}: {line}");
        }
    }
}

fn numbers(line: &str) -> Counts {
    let words: Vec<&str> = line.split_whitespace().collect();
    let pairs = words.windows(2);
    pairs
        .filter_map(|pair| Some((pair[0].to_owned(), pair[1].parse().ok()?)))
        .collect()
}

#[test]
fn the_script_and_skydeck_see_the_same() {
    let Some(side) = Side::start() else { return };
    assert!(!side.diffs_agree(), "the generated cloud has drifted");
    assert!(!side.verifications_agree("--verify"));
    assert!(!side.verifications_agree("--verify-deep"));
    for args in [&["--list", "Game"][..], &["--list", "TeamAlias", "--count"]] {
        assert_eq!(side.script(args).data(0), side.skydeck(args).data(0), "{args:?}");
    }
    let names = side.skydeck(&["list", "Stadium"]);
    let name = names.data(0).lines().next().unwrap();
    let theirs: Value = serde_json::from_str(side.script(&["--get", "Stadium", name]).data(0)).unwrap();
    let ours = side.json(&["--get", "Stadium", name]);
    assert_eq!(theirs["fields"], ours["record"]["fields"]);
    assert_eq!(theirs["recordChangeTag"], ours["record"]["recordChangeTag"]);
}

#[test]
fn what_one_writes_the_other_finds() {
    let Some(side) = Side::start() else { return };
    // The script does one type, Skydeck the others, the script the orphans.
    side.script(&["--smart-sync", "--type", "Game"]).data(0);
    assert!(!side.diffs_agree());
    side.skydeck(&["--smart-sync"]).data(0);
    assert!(!side.diffs_agree(), "the orphans are left");
    side.script(&["--smart-sync", "--delete-orphans"]).data(0);
    assert!(side.diffs_agree());
    assert!(side.verifications_agree("--verify") && side.verifications_agree("--verify-deep"));

    // Single records, by either.
    let names = side.skydeck(&["list", "Stadium"]);
    let names: Vec<&str> = names.data(0).lines().collect();
    side.script(&["--update-record", "Stadium", names[0], "--set", "capacity=1"])
        .data(0);
    side.script(&["--delete-record", "Stadium", names[1], "--force"])
        .data(0);
    let diff = side.json(&["diff", "Stadium"]);
    assert_eq!(
        [&diff["types"][0]["new"], &diff["types"][0]["updated"]],
        [&json!(1), &json!(1)]
    );
    side.skydeck(&["--update-record", "Stadium", names[2], "capacity=1"])
        .data(0);
    side.skydeck(&["--delete-record", "Stadium", names[3], "--force"])
        .data(0);
    let script = side.script(&["--diff", "--type", "Stadium"]);
    let counts = numbers(&script.out);
    assert_eq!([counts["new"], counts["updated"]], [2, 2], "{script:?}");
    assert!(!side.diffs_agree());
}
