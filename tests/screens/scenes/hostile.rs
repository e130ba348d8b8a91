//! Names and values from somebody who means harm, everywhere a name or a value is shown. Each scene is made twice: with
//! harmless names in the same places, so that what must not move can be compared.

use std::path::Path;
use std::sync::Arc;

use skydeck::config::{Config, TypeConfig};
use skydeck::journal::{Ending, RunKind, State as Progress};
use skydeck::record::diff::Diff;
use skydeck::record::table::{Origin, Table};
use skydeck::record::{Fields, Record};
use skydeck::sync::{Compared, Comparison, Event, Report};
use skydeck::tui::dialog::choose::{Choice, Choose};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::Place;
use skydeck::tui::text::{clean, width};
use skydeck::tui::theme::Role;

use super::data::{both, entry, past, run, text, update};
use super::stage::{Stage, opened};
use super::sync::unwell;
use super::{Scene, scene};

/// Names to be put in: five of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names(fn(usize) -> String);

/// Escape sequences, wide, combining and right-to-left characters, and very many of them.
pub(crate) const HOSTILE: Names = Names(|number| match number % 5 {
    0 => "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\r\n\t\u{7f}".to_owned(),
    1 => "東京ドーム🏟️👩‍👩‍👧‍👦 ＷＩＤＥ".to_owned(),
    2 => format!("e{} combining", "\u{301}".repeat(200)),
    3 => "\u{202e}right\u{2066} to \u{200f}left שלום مرحبا\u{2029}\u{feff}\u{61c}\u{200b}\u{fff9}\u{e0041}"
        .to_owned(),
    _ => "ten thousand ".repeat(770),
});

/// The same number of names that nobody minds, each as wide as its hostile twin: columns fit what is in them.
pub(crate) const TAME: Names = Names(|number| {
    let wide = width(&clean(&HOSTILE.get(number)));
    ["a", "b", "c", "d", "e"][number % 5].repeat(wide)
});

pub(crate) const SCENES: &[Scene] = &[
    scene("hostile_overview", || overview(HOSTILE)),
    scene("hostile_records", || records(HOSTILE)),
    scene("hostile_record", || record(HOSTILE)),
    scene("hostile_review", || review(HOSTILE)),
    scene("hostile_report", || report(HOSTILE)),
    scene("hostile_confirm", || confirm(HOSTILE)),
    scene("hostile_choose", || choose(HOSTILE)),
    scene("hostile_notice", || notice(HOSTILE)),
    scene("hostile_history", || history(HOSTILE)),
    scene("hostile_log", || log(HOSTILE)),
    scene("hostile_notes", || notes(HOSTILE)),
];

/// A scene that can be made with either kind of names.
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    pub(crate) make: fn(Names) -> Stage,
}

const fn pair(name: &'static str, make: fn(Names) -> Stage) -> Pair {
    Pair { name, make }
}

/// Each of these; notes are left out, since they are as wide as what they say.
pub(crate) const PAIRS: [Pair; 10] = [
    pair("overview", overview),
    pair("records", records),
    pair("record", record),
    pair("review", review),
    pair("report", report),
    pair("confirm", confirm),
    pair("choose", choose),
    pair("notice", notice),
    pair("history", history),
    pair("log", log),
];

impl Names {
    fn get(self, number: usize) -> String {
        (self.0)(number)
    }
}

fn types(names: Names) -> Vec<TypeConfig> {
    let manifest = "container = \"iCloud.x\"\n[type.One]\nfile = \"one.json\"\nrecord_name = \"id\"\n\
                    [type.One.fields]\nname = \"STRING\"\ncity = \"STRING\"";
    let config = Config::parse(manifest, Path::new("/nowhere/skydeck.toml")).unwrap();
    let named = |number: usize| TypeConfig {
        name: names.get(number),
        ..config.types[0].clone()
    };
    (0..5).map(named).collect()
}

fn fields(names: Names, first: usize) -> Fields {
    Fields::from([
        ("name".to_owned(), text(&names.get(first))),
        ("city".to_owned(), text(&names.get(first + 1))),
    ])
}

/// Five types of which the first has five orphans; each row that is read differs in both of its fields.
fn compared(names: Names) -> Stage {
    let types = types(names);
    let compared = types.iter().enumerate().map(|(number, config)| {
        let mut table = Table::new(config.shape());
        for row in 0..5 * usize::from(number == 0) {
            let record = Record::local(&config.name, names.get(row), fields(names, row));
            if row == 2 {
                table
                    .add_local(&record.name, &fields(names, 3), Origin::default())
                    .unwrap();
            }
            table.meet(&record).unwrap();
        }
        Compared {
            type_config: config.clone(),
            outcome: Ok(Diff::new(table, None)),
            missing_fields: Vec::new(),
        }
    });
    let comparison = Comparison {
        place: skydeck::journal::Place::default(),
        types: compared.collect(),
        elsewhere: std::collections::HashMap::new(),
        is_whole: true,
    };
    let place = Place {
        container: format!("iCloud.{}", names.get(0)),
        environment: "development".into(),
        ..Place::default()
    };
    let mut stage = Stage::at(opened(place, &types));
    let record = |first| Record::local(types[0].name.clone(), names.get(0), fields(names, first));
    stage.sides = Some(both(record(0), record(3)));
    stage.answer(Done::Compared(Ok(Arc::new(comparison))));
    stage
}

fn overview(names: Names) -> Stage {
    let mut stage = compared(names);
    stage.press("down");
    stage
}

fn records(names: Names) -> Stage {
    let mut stage = compared(names);
    stage.press("2 space");
    stage
}

fn record(names: Names) -> Stage {
    let mut stage = records(names);
    stage.press("tab down");
    stage
}

fn review(names: Names) -> Stage {
    let mut stage = compared(names);
    stage.press("s");
    let operations = (0..5).map(|row| {
        let record = Record::local("One", names.get(row), fields(names, row));
        update(record, &[("name", Some(text(&names.get(row + 1))))])
    });
    let reviewed = super::stage::plan(RunKind::Sync, operations.collect());
    stage.answer(Done::Reviewed(Ok(Box::new(reviewed))));
    stage.press("down enter down");
    stage
}

fn report(names: Names) -> Stage {
    let mut stage = compared(names);
    let place = stage.state.place.clone();
    let operation = update(
        Record::local("One", names.get(0), fields(names, 0)),
        &[("name", Some(text(&names.get(1))))],
    );
    let second = update(
        Record::local("One", names.get(1), fields(names, 0)),
        &[("name", Some(text(&names.get(2))))],
    );
    let reviewed = super::stage::plan(RunKind::Sync, vec![operation, second]);
    stage
        .state
        .open(skydeck::tui::dialog::confirm::Confirm::new(&place, reviewed));
    stage.wait(1000);
    stage.press("right enter");
    let mut report: Report = unwell();
    report.conflicted[0].name = names.get(0);
    report.conflicted[0].record_type = names.get(1);
    report.conflicted[0].why = names.get(4);
    report.refused[0].name = names.get(2);
    report.refused[0].why = names.get(3);
    report.overwritten[0].name = names.get(4);
    stage.answer(Done::Applied(Ok(Some(Arc::new(report)))));
    stage.quiet();
    stage
}

fn confirm(names: Names) -> Stage {
    let operations = (0..4).map(|row| {
        let record = Record::local(names.get(row + 1), names.get(row), fields(names, row));
        update(record, &[("name", Some(text(&names.get(row + 1))))])
    });
    super::gates::asked(records(names), RunKind::Update, operations.collect())
}

fn choose(names: Names) -> Stage {
    let mut stage = records(names);
    let choice = |number: usize| Choice {
        title: names.get(number),
        note: names.get(number + 1),
        value: String::new(),
        then: |_, _| Vec::new(),
    };
    stage
        .state
        .open(Choose::new(names.get(0), (0..5).map(choice).collect()));
    stage
}

fn notice(names: Names) -> Stage {
    let mut stage = compared(names);
    stage.press("d");
    let failure = Failure {
        // Line breaks are the message's own.
        advice: vec![names.get(1), names.get(2)],
        ..Failure::plain(&names.get(0).replace('\n', ""), names.get(3))
    };
    stage.answer(Done::Compared(Err(failure)));
    stage
}

fn history(names: Names) -> Stage {
    let mut stage = compared(names);
    stage.press("5");
    let type_names: Vec<String> = (0..5).map(|number| names.get(number)).collect();
    let tallies: Vec<(&str, usize, usize, usize)> =
        type_names.iter().map(|name| (name.as_str(), 1, 2, 3)).collect();
    let runs = vec![past(
        run(1, RunKind::Sync, Some(Ending::Done), &[(Progress::Applied, 30)]),
        &tallies,
    )];
    stage.answer(Done::Runs(Ok(runs)));
    stage.press("enter");
    let entries = (0..5).map(|row| {
        let record = Record::local(names.get(row + 1), names.get(row), fields(names, row));
        let detail = names.get(row + 2);
        let operation = update(record, &[("name", Some(text(&names.get(row + 1))))]);
        entry(1, operation, Progress::Refused, Some(&detail))
    });
    stage.answer(Done::Operations(1, Ok(entries.collect())));
    stage
}

fn log(names: Names) -> Stage {
    let mut stage = compared(names);
    stage.press("d");
    let failed = |number: usize| Event::Failed {
        record_type: names.get(number),
        why: names.get(number + 1),
    };
    stage.told(Kind::Compare, (0..5).map(failed).collect());
    stage.press("6");
    stage
}

fn notes(names: Names) -> Stage {
    let mut stage = compared(names);
    for number in 1..5 {
        stage.state.say(Role::Warning, names.get(number));
    }
    stage.tell(Message::Tick);
    stage
}
