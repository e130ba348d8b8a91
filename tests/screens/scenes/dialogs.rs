//! Dialogs that choose, ask and tell. Those that stand before a write are among the `gates`.

use skydeck::config::Config;
use skydeck::record::{Fields, Kind as ValueKind, Location, Record, Reference, Value};
use skydeck::sync::JobError;
use skydeck::tui::dialog::edit::EditValue;
use skydeck::tui::dialog::notice::Notice;
use skydeck::tui::effect::Work;
use skydeck::tui::failure::Failure;
use skydeck::tui::message::{Done, Message};

use super::data::{both, found, no_index, no_key, sides, text};
use super::records::{games, record, stadium};
use super::stage::{Stage, opened, place};
use super::{Scene, scene};
use crate::rig::demo;

pub(crate) const SCENES: &[Scene] = &[
    scene("help", || {
        let mut stage = games();
        stage.press("?");
        stage
    }),
    scene("help_narrowed", || help("verif")),
    scene("help_of_nothing", || help("zzz")),
    scene("menu", || {
        let mut stage = Stage::compared();
        stage.press("m");
        stage
    }),
    scene("menu_number_typed", || {
        let mut stage = Stage::compared();
        stage.press("m 1 2");
        stage
    }),
    scene("palette", || {
        let mut stage = games();
        stage.press(":");
        stage
    }),
    scene("palette_narrowed", || palette("ver")),
    scene("palette_of_nothing", || palette("zzz")),
    scene("columns", || {
        let mut stage = games();
        stage.press("c down space");
        stage
    }),
    scene("sort", || {
        let mut stage = games();
        stage.press("S");
        stage
    }),
    scene("choose_field", || {
        let mut stage = games();
        stage.press("e");
        stage
    }),
    scene("choose_copy", || {
        let mut stage = record();
        stage.press("y");
        stage
    }),
    scene("environment", || {
        let place = skydeck::tui::place::Place {
            demo: false,
            ..place()
        };
        let mut stage = Stage::at(opened(place, &demo().session.config().types));
        stage.press("e");
        stage
    }),
    scene("export", || {
        let mut stage = games();
        stage.press("f f o");
        stage
    }),
    scene("export_mistaken", || {
        let mut stage = games();
        stage.press("o");
        stage.write(".xls");
        stage
    }),
    scene("export_over_a_file", || {
        let mut stage = games();
        stage.tell(Message::Done(99, Done::Taken(Box::new(work()))));
        stage
    }),
    scene("save", || {
        let mut stage = super::past::log();
        stage.press("o");
        stage
    }),
    scene("notice_of_no_key", || notice(no_key())),
    scene("notice_of_a_missing_index", || {
        notice(Failure::of("Comparing Team", &JobError::Service(no_index())))
    }),
    scene("notice_of_many_lines", || {
        let lines: Vec<String> = (1..=40)
            .map(|line| format!("games_canonical.json:{line}: home_score is a text, expected a whole number"))
            .collect();
        notice(Failure::list("Comparing Game", &lines))
    }),
    scene("notice_of_settings", || {
        let mut stage = Stage::new(skydeck::tui::state::Phase::Opening);
        let failure = Failure {
            advice: vec![
                "look at /home/me/sports/skydeck.toml; until then everything is as without it".to_owned(),
            ],
            ..Failure::plain(
                "Settings",
                "theme.acent: there is no such colour; there are text, dim, faint",
            )
        };
        stage.state.open(Notice::failure(failure));
        stage
    }),
    scene("whole", whole),
    scene("whole_scrolled", || {
        let mut stage = whole();
        stage.press("down down down");
        stage
    }),
    scene("create", || create("")),
    scene("create_free", || create("stadium_new")),
    scene("create_taken", || create(super::records::BUSCH)),
    scene("create_impossible", || create("Østerbro")),
    scene("edit_text", || edit("STRING", text("Busch Stadium"), "")),
    scene("edit_number", || edit("INT64", Value::Int64(44_494), "0")),
    scene("edit_number_invalid", || edit("INT64", Value::Int64(44_494), "x")),
    scene("edit_fraction", || edit("DOUBLE", Value::Double(0.75), "e3")),
    scene("edit_moment", || {
        edit("TIMESTAMP", Value::Timestamp(1_505_520_000_000), "")
    }),
    scene("edit_moment_invalid", || {
        edit("TIMESTAMP", Value::Timestamp(1_505_520_000_000), " o'clock")
    }),
    scene("edit_place", || {
        edit("LOCATION", Value::Location(Location::at(38.6226, -90.1928)), "")
    }),
    scene("edit_place_invalid", || {
        edit(
            "LOCATION",
            Value::Location(Location::at(38.6226, -90.1928)),
            "000",
        )
    }),
    scene("edit_bytes", || {
        edit("BYTES", Value::Bytes(vec![1, 2, 3, 250]), "!")
    }),
    scene("edit_list", || {
        let teams = vec![text("STL"), text("SF")];
        edit("STRING_LIST", Value::List(ValueKind::String, teams), "")
    }),
    scene("edit_reference", || {
        edit("REFERENCE\", to = \"Team", team(), "_xyz")
    }),
    scene("edit_taken_away", || {
        let mut stage = edit("INT64", Value::Int64(44_494), "");
        stage.press("ctrl-x");
        stage
    }),
    scene("edit_of_several", || {
        let mut stage = games();
        stage.press("down down space space e 1");
        stage.write("MLS");
        stage
    }),
];

/// A long text on both sides, all of it.
fn whole() -> Stage {
    let mut stage = Stage::compared();
    let cloud = found(sides("Stadium", super::records::BUSCH)).cloud;
    let mut local = cloud.clone();
    local
        .fields
        .insert("name".to_owned(), text(&"long and dull, ".repeat(240)));
    stage.sides = Some(both(local, cloud));
    stage.press("2 tab down enter");
    stage
}

fn help(search: &str) -> Stage {
    let mut stage = Stage::compared();
    stage.press("?");
    stage.write(search);
    stage
}

fn palette(search: &str) -> Stage {
    let mut stage = Stage::compared();
    stage.press(":");
    stage.write(search);
    stage
}

fn notice(failure: Failure) -> Stage {
    let mut stage = Stage::comparing();
    stage.answer(Done::Compared(Err(failure)));
    stage
}

fn create(name: &str) -> Stage {
    let mut stage = stadium();
    stage.press("n");
    stage.write(name);
    stage
}

fn work() -> Work {
    Work::Save {
        path: "/home/me/sports/Game-updated.json".into(),
        text: String::new(),
        replace: true,
    }
}

fn team() -> Value {
    Value::Reference(Reference::to("team_mlb_stl"))
}

/// A value of a type, with more typed behind it.
fn edit(kind: &str, value: Value, typed: &str) -> Stage {
    let manifest = format!(
        "container = \"iCloud.com.example.sports\"\n[type.Stadium]\nfile = \"stadiums.json\"\nrecord_name = \"id\"\n\
         [type.Stadium.fields]\nvalue = {{ type = \"{kind}\"{} }}\n\
         [type.Team]\nfile = \"teams.json\"\nrecord_name = \"id\"\n[type.Team.fields]\nname = \"STRING\"",
        if kind == "LOCATION" {
            ", latitude = \"lat\", longitude = \"lon\""
        } else {
            ""
        }
    );
    let config = Config::parse(&manifest, std::path::Path::new("/nowhere/skydeck.toml")).unwrap();
    let field = config.types[0].fields[0].clone();
    let fields = Fields::from([("value".to_owned(), value)]);
    let mut stage = record();
    let record = Record::local("Stadium", super::records::BUSCH, fields);
    stage.state.open(EditValue::one(field, record));
    if !typed.is_empty() {
        stage.write(typed);
    }
    stage
}
