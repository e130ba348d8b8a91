//! A record as it is shown, and the dialogs that lead to a write.

use std::path::Path;
use std::sync::Arc;

use insta::assert_snapshot;
use skydeck::config::Config;
use skydeck::journal::{self, Ending, Entry, Run, RunKind, State as Progress};
use skydeck::record::diff::Diff;
use skydeck::record::plan::{Goal, Operation, Verb};
use skydeck::record::table::{Origin, Table};
use skydeck::record::{Fields, Location, Record, Reference, Stamp, Value};
use skydeck::sync::{BothSides, Compared, Comparison, Edit, EditConflict, Found, Referrer, Referrers};
use skydeck::tui::dialog::conflict::Conflict;
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::JobId;
use skydeck::tui::message::Done;
use skydeck::tui::place::{Opened, Place};
use skydeck::tui::screen::records::{self, Subject};

use crate::driver::{Driver, NOON};

const MANIFEST: &str = r#"
container = "iCloud.com.example.sports"
[type.Stadium]
file = "stadiums.json"
record_name = "id"
[type.Stadium.fields]
name = "STRING"
city = "STRING"
capacity = "INT64"
location = { type = "LOCATION", latitude = "lat", longitude = "lon" }
opened = { type = "TIMESTAMP", optional = true }
tenants = { type = "STRING_LIST", optional = true }
team = { type = "REFERENCE", to = "Team", optional = true }
note = { type = "STRING", optional = true }
[type.Team]
file = "teams.json"
record_name = "id"
[type.Team.fields]
name = "STRING"
"#;

/// A name that would drive a terminal, turn what follows round, and take other columns than characters.
const HOSTILE: &str = "\u{1b}[31m東京\u{202e}e\u{301}\u{7f}\n";

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

fn to(name: &str) -> Value {
    Value::Reference(Reference::to(name))
}

fn local() -> Record {
    let fields = Fields::from([
        (
            "name".to_owned(),
            text("Estadio Metropolitano de Madrid, the new one"),
        ),
        ("city".to_owned(), text(&format!("{HOSTILE}Madrid"))),
        ("capacity".to_owned(), Value::Int64(70_692)),
        (
            "location".to_owned(),
            Value::Location(Location::at(40.4362, -3.5995)),
        ),
        (
            "tenants".to_owned(),
            Value::List(skydeck::record::Kind::String, vec![text("ATM")]),
        ),
        ("team".to_owned(), to("team_atm")),
        ("note".to_owned(), text(&"long and dull ".repeat(800))),
    ]);
    Record::local("Stadium", "stadium_es_metropolitano", fields)
}

fn cloud() -> Record {
    let mut record = local();
    let changes = [
        ("name", text("Estadio Metropolitano de Madrid, the old one")),
        ("capacity", Value::Int64(68_456)),
        ("opened", Value::Timestamp(1_505_520_000_000)),
        ("editorNote", text("seen by nobody")),
    ];
    record
        .fields
        .extend(changes.map(|(name, value)| (name.to_owned(), value)));
    record.fields.remove("tenants");
    let stamp = |timestamp: i64, user: &str| {
        Some(Stamp {
            timestamp,
            user: Some(user.to_owned()),
        })
    };
    record.tag = Some("k3v9".to_owned());
    record.created = stamp(NOON - 86_400_000, "_maker");
    record.modified = stamp(NOON - 60_000, "_writer");
    record
}

fn comparison(config: &Config) -> Arc<Comparison> {
    let mut types = Vec::new();
    for one in &config.types {
        let mut table = Table::new(one.shape());
        if one.name == "Stadium" {
            let record = local();
            table
                .add_local(&record.name, &record.fields, Origin::default())
                .unwrap();
            table.meet(&cloud()).unwrap();
            for number in 1..40 {
                let fields = Fields::from([("name".to_owned(), text("another"))]);
                let name = format!("stadium_xx_{number:02}");
                table.add_local(&name, &fields, Origin::default()).unwrap();
                table.meet(&Record::local("Stadium", name, fields)).unwrap();
            }
        } else {
            let fields = Fields::from([("name".to_owned(), text("Atlético"))]);
            table.add_local("team_atm", &fields, Origin::default()).unwrap();
            table.meet(&Record::local("Team", "team_atm", fields)).unwrap();
        }
        types.push(Compared {
            type_config: one.clone(),
            outcome: Ok(Diff::new(table, None)),
            missing_fields: Vec::new(),
        });
    }
    Arc::new(Comparison {
        place: journal::Place::default(),
        types,
        elsewhere: std::collections::HashMap::new(),
        is_whole: true,
    })
}

fn manifest() -> Config {
    Config::parse(MANIFEST, Path::new("/nowhere/skydeck.toml")).unwrap()
}

fn subject() -> Subject {
    Subject {
        type_index: 0,
        name: local().name,
    }
}

/// The browser with the record opened, and nothing known but what was compared.
fn opened() -> Driver {
    let config = manifest();
    let mut driver = Driver::new();
    let opened = Opened {
        place: Place {
            container: config.container.clone(),
            environment: "development".into(),
            ..Place::default()
        },
        types: config
            .types
            .iter()
            .map(|one| (Arc::new(one.clone()), None))
            .collect(),
        interrupted: None,
        warnings: Vec::new(),
        arrangements: std::collections::BTreeMap::new(),
        handle: None,
    };
    driver.tell_done(0, Done::Opened(Ok(Box::new(opened))));
    let (compare, _) = asked(&mut driver, |work| matches!(work, Work::Compare(_))).unwrap();
    driver.tell_done(compare, Done::Compared(Ok(comparison(&config))));
    let effects = records::go_to(&mut driver.state, &subject());
    driver.asked.extend(effects);
    driver.wait(1);
    driver
}

/// Takes the latest work of a kind out of what was asked for.
fn asked(driver: &mut Driver, is_meant: impl Fn(&Work) -> bool) -> Option<(JobId, Work)> {
    let meant = |effect: &Effect| matches!(effect, Effect::Start(_, work) if is_meant(work));
    let at = driver.asked.iter().rposition(meant)?;
    match driver.asked.remove(at) {
        Effect::Start(id, work) => Some((id, work)),
        _ => None,
    }
}

fn read(driver: &mut Driver) {
    let (job, _) = asked(driver, |work| matches!(work, Work::Sides { .. })).unwrap();
    let sides = BothSides {
        local: Some(local()),
        cloud: Some(cloud()),
    };
    driver.tell_done(job, Done::Sides(Ok(Box::new(sides))));
}

fn answer(driver: &mut Driver, result: Result<Record, Failure>) {
    let (job, _) = asked(driver, |work| matches!(work, Work::Find { .. })).unwrap();
    let found = result.map(|cloud| {
        Box::new(Found {
            cloud,
            local: Some(local()),
        })
    });
    driver.tell_done(job, Done::Found(found));
}

/// The same, read and looked up.
fn looked_up() -> Driver {
    let mut driver = opened();
    read(&mut driver);
    answer(&mut driver, Ok(cloud()));
    driver
}

/// Times are shown where the user is; in a snapshot they stand as words.
fn timeless(shown: &str) -> String {
    let times = [
        (NOON - 86_400_000, "<made>"),
        (NOON - 60_000, "<written>"),
        (NOON - 3_600_000, "<run>"),
    ];
    times.iter().fold(shown.to_owned(), |shown, (time, word)| {
        let time = records::detail::time(*time);
        shown.replace(&time, &format!("{word:<width$}", width = time.len()))
    })
}

/// Nothing panics where there is no room.
fn small(driver: &mut Driver) {
    for (width, height) in [(1, 1), (14, 4), (40, 10), (41, 11), (100, 10), (60, 16)] {
        driver.screen(width, height);
    }
}

#[test]
fn fields_stand_once_or_side_by_side() {
    let mut driver = looked_up();
    driver.press("down down");
    assert_snapshot!("fields", timeless(&driver.side(120, 36)));
    small(&mut driver);
}

#[test]
fn before_the_lookup_it_is_told_where_values_come_from() {
    let mut driver = opened();
    let looking = driver.side(80, 24);
    assert!(looking.contains("looking up …"), "{looking}");
    read(&mut driver);
    answer(
        &mut driver,
        Err(Failure::plain("Looking up", "the service does not answer")),
    );
    assert!(driver.side(80, 24).contains("not looked up; r tries again"));
    // What was compared is still shown; r asks again.
    driver.press("r");
    let missing = Failure {
        missing: true,
        ..Failure::plain("Looking up", "No Stadium with id 'x' found in CloudKit")
    };
    answer(&mut driver, Err(missing));
    assert!(driver.side(80, 24).contains("in the files only"));
}

#[test]
fn scrolling_past_records_looks_none_of_them_up() {
    let mut driver = looked_up();
    driver.press("esc");
    let finds = |driver: &Driver| {
        let is_find = |effect: &&Effect| matches!(effect, Effect::Start(_, Work::Find { .. }));
        driver.asked.iter().filter(is_find).count()
    };
    let before = finds(&driver);
    for _ in 0..30 {
        driver.press("down");
        driver.wait(50);
    }
    assert_eq!(finds(&driver), before);
    let due = records::due(&driver.state).unwrap();
    assert_eq!(due - driver.now, 250);
    driver.wait(249);
    assert_eq!(finds(&driver), before);
    driver.wait(1);
    assert_eq!(finds(&driver), before + 1);
    // Once is enough.
    driver.wait(1000);
    assert_eq!(finds(&driver), before + 1);
    // What nobody waits for any more is called off.
    driver.press("down");
    assert!(matches!(
        driver.asked.last(),
        Some(Effect::Cancel(_) | Effect::Start(..))
    ));
    assert!(
        driver
            .asked
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(_)))
    );
}

#[test]
fn the_json_is_the_clouds() {
    let mut driver = looked_up();
    driver.press("l");
    small(&mut driver);
    // The name first, then the fields as the manifest has them, and not by the alphabet.
    let shown = driver.side(120, 90);
    let fields = driver.state.types[0].config.fields.iter();
    let fields: Vec<String> = fields.map(|field| format!("\"{}\": {{", field.name)).collect();
    let at = |text: &str| {
        shown
            .find(text)
            .unwrap_or_else(|| panic!("no {text} in\n{shown}"))
    };
    let known = fields.iter().filter(|field| shown.contains(field.as_str()));
    let places: Vec<usize> = known.map(|field| at(field)).collect();
    assert!(places.len() > 3 && places.is_sorted(), "{shown}");
    assert!(at("\"recordName\"") < at("\"recordType\"") && at("\"recordType\"") < at("\"fields\""));
    assert!(at("\"value\"") < at("\"type\""), "{shown}");
    let mut by_alphabet = fields.clone();
    by_alphabet.sort();
    assert_ne!(by_alphabet, fields);
}

#[test]
fn references_are_followed_and_come_back_from() {
    let mut driver = looked_up();
    driver.press("l l");
    small(&mut driver);
    driver.press("enter");
    let team = driver.side(80, 24);
    assert!(team.contains("team_atm ─"), "{team}");
    driver.press("backspace");
    let back = driver.side(80, 24);
    assert!(back.contains("stadium_es_metropolitano ─"), "{back}");
    driver.press("backspace");
    assert!(driver.screen(80, 24)[22].contains("no reference was followed"));
}

#[test]
fn who_refers_is_searched_for_and_counted_honestly() {
    let mut driver = looked_up();
    driver.press("w");
    let searching = driver.side(80, 24);
    assert!(searching.contains("searching …"), "{searching}");
    let (job, work) = asked(&mut driver, |work| matches!(work, Work::Referrers(..))).unwrap();
    assert!(matches!(work, Work::Referrers(_, name) if name == subject().name));
    let one = |number: usize| Referrer {
        record_type: "Team".into(),
        name: format!("team_{number:04}"),
        field: "home".into(),
    };
    let found = Referrers {
        target: subject().name,
        named: (0..1000).map(one).collect(),
        total: 3412,
        searched: 14_345,
        failures: vec![("Game".into(), "its file changed; compare again".into())],
    };
    driver.tell_done(job, Done::Referrers(Ok(Box::new(found))));
    small(&mut driver);
}

fn run(id: i64, kind: RunKind) -> Run {
    Run {
        id,
        kind,
        who: Some("anna@mac".to_owned()),
        undoes: None,
        digest: String::new(),
        unchanged: 0,
        started: NOON - 3_600_000,
        ended: Some(NOON),
        ending: Some(Ending::Done),
        states: std::collections::BTreeMap::new(),
        undone_by: None,
        superseded: false,
    }
}

#[test]
fn history_tells_before_and_after() {
    let mut driver = looked_up();
    driver.press("h");
    let none = driver.side(80, 24);
    assert!(none.contains("reading …"), "{none}");
    let (job, _) = asked(&mut driver, |work| matches!(work, Work::RecordHistory(_))).unwrap();
    let entry = |run: i64, operation: Operation, state: Progress, detail: Option<&str>| Entry {
        run,
        position: 0,
        operation,
        state,
        left: Some(true),
        is_checked: true,
        tag: None,
        detail: detail.map(str::to_owned),
        overwrites: Vec::new(),
    };
    let update = Operation {
        verb: Verb::Update,
        record_type: "Stadium".into(),
        name: subject().name,
        goal: Goal::from([
            ("capacity".into(), Some(Value::Int64(70_692))),
            ("note".into(), None),
        ]),
        before: Some(cloud()),
    };
    let past = vec![
        (
            run(7, RunKind::Update),
            entry(
                7,
                update.clone(),
                Progress::Conflicted,
                Some("capacity is 68000 now"),
            ),
        ),
        (run(5, RunKind::Sync), entry(5, update, Progress::Applied, None)),
        (
            run(2, RunKind::Create),
            entry(2, Operation::restore(local()), Progress::Applied, None),
        ),
    ];
    driver.tell_done(job, Done::RecordHistory(subject().name, Ok(past)));
    small(&mut driver);
}

#[test]
fn a_long_value_is_whole_when_opened() {
    let mut driver = looked_up();
    driver.press("down down down down down down down enter");
    driver.dialog("note", 120, 36);
    driver.press("G");
    let end = driver.dialog("note", 120, 36);
    assert!(end.contains("long and dull"), "{end}");
    small(&mut driver);
    driver.press("esc up up up up up up up enter");
    driver.dialog("name", 120, 36);
}

#[test]
fn a_value_is_checked_as_it_is_typed() {
    let mut driver = looked_up();
    driver.press("down down e");
    driver.dialog("Edit capacity", 120, 36);
    driver.write("x");
    driver.dialog("Edit capacity", 80, 24);
    // What is no value goes nowhere.
    let before = driver.asked.len();
    driver.press("enter");
    assert_eq!((driver.asked.len(), driver.state.layers.len()), (before, 1));
    driver.press("backspace");
    driver.write("0");
    driver.dialog("Edit capacity", 80, 24);
    small(&mut driver);
    driver.press("enter");
    let (_, work) = asked(&mut driver, |work| matches!(work, Work::Edits(_))).unwrap();
    let Work::Edits(edits) = work else { panic!() };
    assert_eq!(
        edits,
        [Edit::Update {
            record_type: "Stadium".into(),
            name: subject().name,
            goal: Goal::from([("capacity".into(), Some(Value::Int64(684_560)))]),
            base: Some(Box::new(cloud())),
        }]
    );
}

#[test]
fn a_value_can_be_taken_away_and_a_reference_names_its_type() {
    let mut driver = looked_up();
    driver.press("down down e ctrl-x");
    driver.dialog("Edit capacity", 80, 24);
    driver.press("enter");
    let (_, work) = asked(&mut driver, |work| matches!(work, Work::Edits(_))).unwrap();
    assert!(
        matches!(work, Work::Edits(edits) if matches!(&edits[0], Edit::Update { goal, .. } if goal["capacity"].is_none()))
    );
    let mut driver = looked_up();
    driver.press("down down down down down down e ctrl-u");
    driver.write("team_xyz");
    driver.dialog("Edit team", 80, 24);
    // A value that is as it was is not sent.
    driver.press("ctrl-u");
    driver.write("team_atm");
    driver.press("enter");
    assert!(asked(&mut driver, |work| matches!(work, Work::Edits(_))).is_none());
}

#[test]
fn a_foreign_field_is_not_edited_and_says_why() {
    let mut driver = looked_up();
    driver.press("G e");
    assert!(driver.state.layers.is_empty());
    let screen = driver.screen(80, 24);
    assert!(
        screen[22].contains("editorNote is not in skydeck.toml"),
        "{}",
        screen[22]
    );
}

#[test]
fn what_is_copied_is_chosen_and_y_twice_takes_the_first() {
    let mut driver = looked_up();
    driver.press("down down y");
    driver.dialog("Copy", 80, 24);
    small(&mut driver);
    driver.press("y");
    assert!(matches!(driver.asked.last(), Some(Effect::Copy(text)) if text == "70692"));
    driver.press("y 3");
    assert!(matches!(driver.asked.last(), Some(Effect::Copy(text)) if *text == subject().name));
}

#[test]
fn a_new_record_is_named_first() {
    let mut driver = looked_up();
    driver.press("n");
    driver.write("stadium_xx_07");
    driver.dialog("New Stadium", 80, 24);
    driver.press("enter");
    assert_eq!(driver.state.layers.len(), 1);
    driver.write("a");
    driver.dialog("New Stadium", 80, 24);
    small(&mut driver);
    driver.press("enter");
    let Some(Effect::Editor { text, .. }) = driver.asked.pop() else {
        panic!()
    };
    assert_snapshot!("create_text", text);
}

#[test]
fn a_name_that_cannot_be_one_says_why_as_it_is_typed() {
    let long = "x".repeat(256);
    let names = [
        ("Østerbro", "holds 'Ø'"),
        ("_own", "begins with _"),
        (long.as_str(), "has 256 characters"),
        (" stadium", "begins with a blank"),
        ("stadium ", "ends with a blank"),
    ];
    for (name, why) in names {
        let mut driver = looked_up();
        driver.press("n");
        driver.write(name);
        let shown = driver.dialog("New Stadium", 80, 24);
        assert!(shown.contains(why) && !shown.contains("free"), "{shown}");
        assert!(shown.contains("1 to 255 ASCII characters"), "{shown}");
        driver.press("enter");
        assert_eq!(driver.state.layers.len(), 1, "{name}");
        assert!(
            !driver
                .asked
                .iter()
                .any(|effect| matches!(effect, Effect::Editor { .. }))
        );
    }
    let mut driver = looked_up();
    driver.press("n");
    driver.write("stadium new");
    let shown = driver.dialog("New Stadium", 80, 24);
    assert!(
        shown.contains("free") && shown.contains("holds a blank"),
        "{shown}"
    );
}

#[test]
fn nothing_is_offered_to_be_saved_before_it_has_changed() {
    let mut driver = looked_up();
    driver.press("down down e");
    let untouched = driver.dialog("Edit capacity", 80, 24);
    assert!(
        untouched.contains("[ Leave it ]") && untouched.contains("the value it has"),
        "{untouched}"
    );
    assert!(!untouched.contains("Save"), "{untouched}");
    // The focus is on No value: what is then typed is saved all the same.
    driver.press("tab");
    driver.write("0");
    let changed = driver.dialog("Edit capacity", 80, 24);
    assert!(changed.contains("[ Save ]"), "{changed}");
    driver.press("backspace");
    assert_eq!(driver.dialog("Edit capacity", 80, 24), untouched);
    driver.press("enter");
    assert!(driver.state.layers.is_empty());
    assert!(asked(&mut driver, |work| matches!(work, Work::Edits(_))).is_none());
}

/// The edit of the conflict: capacity, name and team, of which they have changed the first two.
fn conflict() -> EditConflict {
    let base = cloud();
    let mut now = base.clone();
    now.fields.insert("capacity".into(), Value::Int64(68_500));
    now.fields.insert(
        "name".into(),
        text(&format!("{HOSTILE}Estadio Metropolitano de Madrid")),
    );
    now.fields.insert("editorNote".into(), text("seen by all"));
    let goal = Goal::from([
        ("capacity".into(), Some(Value::Int64(70_000))),
        ("name".into(), Some(text("Estadio Metropolitano de Madrid"))),
        ("team".into(), None),
    ]);
    let theirs = ["capacity", "name"].map(|field| skydeck::record::compare::FieldChange {
        field: field.into(),
        local: base.fields.get(field).cloned(),
        cloud: now.fields.get(field).cloned(),
    });
    EditConflict {
        edit: Edit::Update {
            record_type: "Stadium".into(),
            name: base.name.clone(),
            goal,
            base: Some(Box::new(base.clone())),
        },
        base,
        cloud: now,
        theirs: theirs.into(),
    }
}

#[test]
fn a_conflict_is_resolved_field_by_field() {
    let mut driver = looked_up();
    driver
        .state
        .open(Conflict::new(vec![conflict()], Vec::new()).unwrap());
    driver.wait(1000);
    small(&mut driver);
    // Theirs stays where both changed a field, unless it is chosen otherwise.
    driver.press("down right tab tab enter");
    let (_, work) = asked(&mut driver, |work| matches!(work, Work::Edits(_))).unwrap();
    let Work::Edits(edits) = work else { panic!() };
    assert_eq!(
        edits,
        [Edit::Update {
            record_type: "Stadium".into(),
            name: subject().name,
            goal: Goal::from([
                ("name".into(), Some(text("Estadio Metropolitano de Madrid"))),
                ("team".into(), None),
            ]),
            base: Some(Box::new(conflict().cloud)),
        }]
    );
}

#[test]
fn a_deletion_that_meets_a_change_shows_it() {
    let mut driver = looked_up();
    let conflict = || EditConflict {
        edit: Edit::Delete {
            record_type: "Stadium".into(),
            name: subject().name,
            base: Some(Box::new(cloud())),
        },
        ..conflict()
    };
    driver
        .state
        .open(Conflict::new(vec![conflict()], Vec::new()).unwrap());
    driver.wait(1000);
    // The harmless button is the focused one.
    driver.press("enter");
    assert!(asked(&mut driver, |work| matches!(work, Work::Edits(_))).is_none());
    driver
        .state
        .open(Conflict::new(vec![conflict()], Vec::new()).unwrap());
    driver.wait(1000);
    driver.press("tab enter");
    let (_, work) = asked(&mut driver, |work| matches!(work, Work::Edits(_))).unwrap();
    let Work::Edits(edits) = work else { panic!() };
    assert!(
        matches!(&edits[..], [Edit::Delete { base: Some(base), .. }] if base.fields["capacity"] == Value::Int64(68_500))
    );
}
