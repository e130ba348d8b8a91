//! Records into a file: how many before, how far meanwhile, where at the end; given up at any time.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::KeyCode;
use skydeck::record::Value;
use skydeck::record::table::Status;
use skydeck::sync::Side;
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::message::{Done, Exported, Message};
use skydeck::tui::runtime::read;
use skydeck::tui::update::update;

use crate::rig::{Screen, demo};

/// The games, with the question for a file's name answered by a path in the demo's folder.
fn asked(screen: &mut Screen, name: &str) -> PathBuf {
    let path = demo().folder.join(name);
    screen.keys("o");
    for _ in 0.."Game-updated.json".len() {
        screen.take(Message::Key(KeyCode::Backspace.into()));
    }
    screen.take(Message::Paste(path.display().to_string()));
    path
}

fn games() -> Screen {
    let mut screen = Screen::compared((120, 36));
    screen.keys("j j 2");
    screen
}

fn press(screen: &mut Screen, code: KeyCode) -> Vec<Effect> {
    update(&mut screen.state, Message::Key(code.into()), 1000)
}

#[test]
fn it_is_told_how_many_how_far_and_where_and_can_be_stopped() {
    let mut screen = games();
    asked(&mut screen, "stopped.json");
    assert!(screen.draw().contains("5 772 records, as they are shown"));
    let effects = press(&mut screen, KeyCode::Enter);
    let [Effect::Start(job, Work::Export { rows, .. })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(rows.len(), 5772);
    assert!(
        screen.draw().contains("Exporting 0 of 5 772"),
        "{}",
        screen.draw()
    );
    screen.take(Message::Done(0, Done::Exporting(1200)));
    assert!(screen.draw().contains("Exporting 1 200 of 5 772"));
    // One at a time, and Esc stops it before it leaves anything.
    assert!(press(&mut screen, KeyCode::Char('o')).is_empty());
    assert!(screen.draw().contains("Esc stops that"));
    let stopped = press(&mut screen, KeyCode::Esc);
    assert!(
        matches!(stopped.as_slice(), [Effect::Cancel(stopped)] if stopped == job),
        "{stopped:?}"
    );
    assert!(screen.draw().contains("stopping"));
}

#[test]
fn what_is_stopped_leaves_no_file_and_what_is_not_tells_its_count() {
    let path = demo().folder.join("half.json");
    let work = || Work::Export {
        comparison: Arc::clone(&demo().comparison),
        type_index: 2,
        rows: (0..2000).collect(),
        side: Side::Local,
        columns: Vec::new(),
        path: path.clone(),
        replace: false,
    };
    let looks = Cell::new(0);
    let stopped = || looks.replace(looks.get() + 1) > 1;
    let done = read(&demo().session, work(), &stopped, &mut |_| {});
    assert!(matches!(done, Done::Exported(Err(failure)) if failure.cancelled));
    assert!(!path.exists());
    let done = read(&demo().session, work(), &|| false, &mut |_| {});
    let Done::Exported(Ok(exported)) = done else {
        panic!("{done:?}");
    };
    // What is on the other side only is counted and not written.
    assert!(exported.path.is_absolute() && exported.records + exported.left_out == 2000);
    let diff = demo().comparison.types[2].outcome.as_ref().unwrap();
    let local = (0..2000)
        .filter(|row| diff.table().origin(*row).is_some())
        .count();
    assert_eq!(exported.records, local);
    let mut screen = games();
    screen.take(Message::Done(0, Done::Exported(Ok(exported))));
    assert!(
        screen.draw().contains(" records, local side, written to /"),
        "{}",
        screen.draw()
    );
}

#[test]
fn marked_records_are_what_is_written() {
    let mut screen = games();
    screen.keys("f f space j space");
    let marked = screen.state.records.list.chosen(&screen.state);
    let path = asked(&mut screen, "marked.jsonl");
    assert!(
        screen.draw().contains("2 records, those that are marked"),
        "{}",
        screen.draw()
    );
    screen.keys("enter");
    let written = std::fs::read_to_string(path).unwrap();
    let names = written.lines().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["canonical_id"].as_str().unwrap().to_owned()
    });
    assert!(names.eq(marked.into_iter().map(|subject| subject.name)));
}

/// A game, into a file whose content is known beforehand.
fn export_to(path: &std::path::Path, replace: bool) -> Done {
    let work = Work::Export {
        comparison: Arc::clone(&demo().comparison),
        type_index: 2,
        rows: vec![0],
        side: Side::Local,
        columns: Vec::new(),
        path: path.to_owned(),
        replace,
    };
    read(&demo().session, work, &|| false, &mut |_| {})
}

#[test]
fn a_file_that_exists_is_asked_about_first() {
    let path = demo().folder.join("taken.json");
    std::fs::write(&path, "mine").unwrap();
    let Done::Taken(work) = export_to(&path, false) else {
        panic!("it was not asked");
    };
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let mut screen = games();
    screen.take(Message::Done(0, Done::Taken(work)));
    let shown = screen.draw();
    assert!(
        shown.contains("Replace the file?") && shown.contains("taken.json"),
        "{shown}"
    );
    // Enter keeps it.
    assert!(press(&mut screen, KeyCode::Enter).is_empty());
    assert!(matches!(export_to(&path, true), Done::Exported(Ok(exported)) if exported.records == 1));
    assert_ne!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_data_file_is_not_replaced_even_if_that_was_agreed_to() {
    let config = demo().session.config();
    let data = config.file_of(&config.types[0]);
    let link = demo().folder.join("link.json");
    std::os::unix::fs::symlink(&data, &link).unwrap();
    let before = std::fs::read(&data).unwrap();
    for path in [&data, &link] {
        for replace in [false, true] {
            let done = export_to(path, replace);
            assert!(
                matches!(&done, Done::Exported(Err(failure)) if failure.why.contains("is never replaced")),
                "{done:?}"
            );
        }
    }
    assert_eq!(std::fs::read(&data).unwrap(), before);
}

/// The stadiums that differ, in a table: the columns as shown, the name before them, and the values of the chosen side.
#[test]
fn a_table_has_the_columns_and_the_side_that_were_chosen() {
    let diff = demo().comparison.types[0].outcome.as_ref().unwrap();
    let updated: Vec<usize> = diff.with_status(Status::Updated).collect();
    for side in [Side::Local, Side::Cloud] {
        // Wide enough for every column that is shown.
        let mut screen = Screen::compared((200, 60));
        screen.keys("2 f f");
        let path = demo().folder.join(format!("{}.csv", side.word()));
        screen.keys("o");
        assert!(
            screen
                .draw()
                .contains("local side: what the files say  Tab other side"),
            "{}",
            screen.draw()
        );
        if side == Side::Cloud {
            screen.take(Message::Key(KeyCode::Tab.into()));
        }
        let words = format!("{} side: what the ", side.word());
        assert!(screen.draw().contains(&words), "{}", screen.draw());
        for _ in 0.."Stadium-updated.json".len() {
            screen.take(Message::Key(KeyCode::Backspace.into()));
        }
        screen.take(Message::Paste(path.display().to_string()));
        let heads = screen.line("RECORD NAME");
        screen.keys("enter");
        let text = std::fs::read_to_string(path).unwrap();
        let (head, rows) = text.split_once('\n').unwrap();
        let shown: Vec<&str> = head.split(',').collect();
        assert_eq!(
            (shown[0], *shown.last().unwrap()),
            ("recordName", "record.status")
        );
        for column in &shown[1..shown.len() - 1] {
            assert!(heads.contains(column), "{column} is not in {heads}");
        }
        let capacity = shown.iter().position(|column| *column == "capacity").unwrap();
        let files = std::fs::read_to_string(demo().folder.join("data/stadiums_canonical.json")).unwrap();
        let files: Vec<serde_json::Value> = serde_json::from_str(&files).unwrap();
        assert_eq!(rows.lines().count(), updated.len());
        for (line, row) in rows.lines().zip(&updated) {
            let cells: Vec<&str> = line.split(',').collect();
            let name = diff.table().name(*row);
            assert_eq!((cells[0], *cells.last().unwrap()), (name, "updated"));
            let file = files.iter().find(|one| one["canonical_id"] == *name).unwrap();
            let cloud = diff.table().cloud_record(*row).unwrap();
            let expected = match (side, cloud.fields.get("capacity")) {
                (Side::Local, _) => file["capacity"].to_string(),
                (Side::Cloud, Some(Value::Int64(capacity))) => capacity.to_string(),
                (Side::Cloud, other) => panic!("{other:?}"),
            };
            // No cell before it is quoted, or the places would not fit.
            assert_eq!(cells[cells.len() - shown.len() + capacity], expected, "{line}");
        }
    }
}

/// A note that would be cut is a dialog.
#[test]
fn what_the_manifest_does_not_map_is_told() {
    let note = "Note: the export of Stadium leaves out values that skydeck.toml does not map: \
                location.altitude of 5 760 records. They stay in the cloud.";
    let mut screen = games();
    screen.take(Message::Done(
        0,
        Done::Exported(Ok(Exported {
            path: PathBuf::from("/home/me/Stadium.json"),
            side: Side::Cloud,
            records: 5760,
            left_out: 0,
            note: Some(note.to_owned()),
        })),
    ));
    let shown = screen.draw().replace(['│', '\n'], " ");
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["location.altitude of 5 760", "They stay in the cloud."] {
        assert!(shown.contains(words), "{words} is not in {shown}");
    }
}

/// The columns of a table are the only fields it could leave something out of.
#[test]
fn what_is_left_out_is_counted_in_the_exported_fields() {
    use skydeck::canonical::exporter::{Column, Exporter, Format};
    use skydeck::record::{Location, LocationPart, Record};
    let stadium = demo().session.config().type_named("Stadium").unwrap();
    let field = stadium
        .fields
        .iter()
        .find(|field| field.field_type.to_string() == "LOCATION");
    let field = field.unwrap().name.clone();
    let place = Location::bare(1.0, 2.0).with(LocationPart::Altitude, Some(171.5));
    let fields = [(field.clone(), Value::Location(place))].into_iter().collect();
    let record = Record::local("Stadium", "one", fields);
    let told = |format: Format, columns: &[Column]| {
        let mut exporter = Exporter::new(Vec::new(), format, stadium, columns).unwrap();
        exporter.record(&record, "").unwrap();
        exporter
            .left_out()
            .note("Stadium", |count, noun| format!("{count} {noun}"))
    };
    let note = format!(
        "Note: the export of Stadium leaves out values that skydeck.toml does not map: {field}.altitude of 1 record. They stay in the cloud."
    );
    assert_eq!(told(Format::Json, &[]), Some(note.clone()));
    assert_eq!(told(Format::Csv, &[Column::Field(field)]), Some(note));
    assert_eq!(told(Format::Csv, &[Column::Status]), None);
}
