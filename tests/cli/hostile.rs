//! Text from outside that acts on a terminal, hides, or pretends to be another line: in names, values, reasons and arguments,
//! through every command. What may be printed is written down here apart from the program's own rule.

use serde_json::{Value, json};

use super::Rig;
use super::rig::{Said, in_cloud};

/// One of each: escape sequences of C0 and C1, DEL, bidirectional controls, zero width, tags, line ends.
const HOSTILE: &str = "a\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\u{61c}\u{2066}\u{200b}\u{2060}\u{feff}\u{fff9}\u{e0041}\u{2028}\r\nError: forged\nz";

/// The service takes record names of ASCII only.
const NAME: &str = "n\u{1b}[2J\u{7f}\r\nError: forged\nz";

/// The beginning of the name, as it is shown.
const NAME_SHOWN: &str = "n\\u{1b}[2J\\u{7f}\\u{d}\\u{a}Error: forged\\u{a}z";

/// The beginning of the text, as it is shown.
const SHOWN: &str = "a\\u{1b}[2J\\u{9b}31m\\u{7f}\\u{202e}\\u{61c}\\u{2066}\\u{200b}\\u{2060}\\u{feff}\\u{fff9}\\u{e0041}\\u{2028}";

fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn hides(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[track_caller]
fn is_harmless(args: &[&str], said: &Said) {
    for text in [&said.out, &said.err] {
        assert!(!text.contains(|c| acts(c) || hides(c)), "{args:?}: {text:?}");
        assert!(
            !text.lines().any(|line| line.starts_with("Error: forged")),
            "{args:?}: {text}"
        );
    }
}

#[track_caller]
fn is_harmless_json(args: &[&str], said: &Said) -> Value {
    assert!(!said.out.contains(acts), "{args:?}: {:?}", said.out);
    is_harmless(
        args,
        &Said {
            out: String::new(),
            err: said.err.clone(),
            ..*said
        },
    );
    serde_json::from_str(&said.out).unwrap()
}

/// A record of that name in the cloud; such a value there and in a file. A file cannot hold the name.
fn rig() -> Rig {
    let rig = Rig::new();
    let mut theirs = in_cloud("x", HOSTILE, 1, [0.0, 0.0]);
    theirs["recordName"] = json!(NAME);
    rig.load(&[theirs]);
    let mut ours = super::rig::stadiums();
    ours[3]["name"] = json!(HOSTILE);
    rig.write("data/stadiums.json", &ours.to_string());
    rig
}

const EVERYTHING: [&str; 4] = ["--yes", "--delete-orphans", "--max-delete-percent", "100"];

#[test]
fn what_the_cloud_and_the_files_hold_is_shown_and_acts_on_nothing() {
    let rig = rig();
    let all = [&["sync"][..], &EVERYTHING].concat();
    for args in [
        &["list", "Stadium"][..],
        &["diff", "--verbose"],
        &["get", "Stadium", NAME],
        &["verify", "--verbose", "--deep"],
        &[
            "sync",
            "--dry-run",
            "--verbose",
            "--delete-orphans",
            "--max-delete-percent",
            "100",
        ],
        &["import", "Stadium", "--dry-run", "--verbose"],
        &["delete-all", "Stadium", "--yes", "--max-deletes", "0"],
        &["update", "Stadium", NAME, &format!("name=b{HOSTILE}"), "--yes"],
        &["export", "Stadium"],
        &["delete", "Stadium", NAME, "--force"],
        &all,
        &["history"],
        &["history", "1"],
        &["undo", "1", "--yes"],
        &["resume", "--yes"],
        &["doctor"],
    ] {
        let said = rig.run(args);
        if args[0] == "export" {
            // JSON, which escapes what acts; a parser gets the very text.
            let records = is_harmless_json(args, &said);
            let has = |record: &Value| record["name"] == json!(format!("b{HOSTILE}"));
            assert!(records.as_array().unwrap().iter().any(has), "{said:?}");
            continue;
        }
        is_harmless(args, &said);
        if ["list", "diff", "get", "verify"].contains(&args[0]) {
            assert!(said.out.contains(NAME_SHOWN), "{args:?}: {said:?}");
        }
        if args[0] == "get" {
            assert!(said.out.contains("\\u{1b}[2J"), "{args:?}: {said:?}");
        }
    }
}

#[test]
fn documents_hold_the_text_and_act_on_nothing() {
    let rig = rig();
    for args in [
        &["list", "Stadium", "--json"][..],
        &["diff", "--verbose", "--json"],
        &["get", "Stadium", NAME, "--json"],
        &["verify", "--deep", "--json"],
        &["history", "--json"],
    ] {
        let said = rig.run(args);
        let document = is_harmless_json(args, &said);
        if args[0] == "list" {
            let names = document["records"].to_string();
            assert!(names.contains(&json!(NAME).to_string()), "{names}");
        }
        if args[0] == "get" {
            assert!(
                document.to_string().contains(&json!(HOSTILE).to_string()),
                "{document}"
            );
        }
    }
    rig.run(&["sync", "--save-plan", "plan.json", "--dry-run"]);
    let plan = rig.read("plan.json");
    assert!(!plan.contains(acts) && plan.contains("\\u202e"), "{plan:?}");
}

#[test]
fn a_reason_of_the_service_begins_no_line() {
    let rig = Rig::new();
    let reason = HOSTILE;
    for (fault, args) in [
        (
            json!({"status": 403, "code": "ACCESS_DENIED", "reason": reason}),
            &["diff"][..],
        ),
        (
            json!({"status": 400, "code": "BAD_REQUEST", "reason": reason}),
            &["list", "Stadium"],
        ),
        (
            json!({"status": 401, "code": "AUTHENTICATION_FAILED", "reason": reason}),
            &["doctor"],
        ),
        (
            json!({"status": 400, "code": reason, "reason": reason}),
            &["verify"],
        ),
        (
            json!({"fail_record": {"code": "BAD_REQUEST", "reason": reason}}),
            &["sync", "--yes", "--log", "log.txt"],
        ),
        (
            json!({"fail_record": {"code": reason, "reason": reason}}),
            &["import", "Team", "--yes"],
        ),
    ] {
        rig.faults(&json!([{ "do": fault }]));
        let said = rig.run(args);
        is_harmless(args, &said);
        assert!(
            [said.out.as_str(), &said.err].concat().contains(SHOWN),
            "{args:?}: {said:?}"
        );
    }
    // A line of the log begins with the time.
    let log = rig.read("log.txt");
    assert!(
        !log.is_empty() && !log.contains(|c| acts(c) || hides(c)),
        "{log:?}"
    );
    assert!(log.lines().all(|line| line.starts_with("20")), "{log}");
}

#[test]
fn arguments_and_files_are_shown_as_they_are_named() {
    let rig = Rig::new();
    let option = format!("--{HOSTILE}");
    let pair = format!("{HOSTILE}=1");
    for args in [
        &["get", HOSTILE, "x"][..],
        &["get", "Stadium", HOSTILE],
        &["get", "Stadium", &option],
        &[HOSTILE],
        &["update", "Stadium", "wembley", &pair, "--yes"],
        &["update", "Stadium", "wembley", HOSTILE, "--yes"],
        &["apply", HOSTILE, "--yes"],
        &["diff", "--config", HOSTILE],
        &["diff", "--log", &format!("nowhere/{HOSTILE}")],
        &["export", "Stadium", "-o", &format!("nowhere/{HOSTILE}")],
    ] {
        let said = rig.run(args);
        assert_ne!(said.code, 0, "{args:?}");
        is_harmless(args, &said);
        assert!(said.err.contains("\\u{1b}[2J"), "{args:?}: {said:?}");
    }
    let basic = json!(HOSTILE).to_string().replace('\u{7f}', "\\u007f");
    rig.configure(&format!(
        "[type.{basic}]\nfile = {basic}\nrecord_name = {basic}\n{basic} = 1\n"
    ));
    let said = rig.run(&["diff"]);
    is_harmless(&["diff"], &said);
    assert!(said.code != 0 && said.err.contains("\\u{1b}[2J"), "{said:?}");
    // A file whose problems name the record.
    rig.configure("");
    rig.write(
        "data/teams.json",
        &json!([{"id": HOSTILE, "name": 5, "stadium_id": HOSTILE}]).to_string(),
    );
    let said = rig.run(&["diff"]);
    is_harmless(&["diff"], &said);
    assert!(said.err.contains(SHOWN), "{said:?}");
}
