//! Dialogs that stand before a write.

use skydeck::journal::{RunKind, State as Progress};
use skydeck::record::Value;
use skydeck::record::plan::{Goal, Operation, Verb};
use skydeck::sync::{Edit, EditConflict};
use skydeck::tui::dialog::confirm::Confirm;
use skydeck::tui::dialog::conflict::Conflict;
use skydeck::tui::dialog::redo::Redo;
use skydeck::tui::failure::Failure;
use skydeck::tui::place::Place;

use super::data::{changed, found, in_cloud, run, sides, text, update};
use super::records::{BUSCH, games, record, stadium};
use super::stage::{Stage, opened, place, plan};
use super::start::production;
use super::sync::review;
use super::{Scene, scene};
use crate::rig::demo;

pub(crate) const SCENES: &[Scene] = &[
    scene("confirm_update", || {
        asked(record(), RunKind::Update, vec![capacity()])
    }),
    scene("confirm_create", || {
        asked(stadium(), RunKind::Create, vec![Operation::restore(busch())])
    }),
    scene("confirm_delete", || {
        asked(record(), RunKind::Delete, vec![Operation::delete(busch())])
    }),
    scene("confirm_delete_marked", || {
        let records = in_cloud("Game", 3).into_iter();
        asked(games(), RunKind::Delete, records.map(Operation::delete).collect())
    }),
    scene("confirm_delete_marked_typed", || {
        let records = in_cloud("Game", 3).into_iter();
        let mut stage = asked(games(), RunKind::Delete, records.map(Operation::delete).collect());
        stage.wait(1000);
        stage.write("3");
        stage
    }),
    scene("confirm_sync", || {
        let mut stage = review();
        stage.press("a");
        stage.review();
        stage
    }),
    scene("confirm_sync_asking", || {
        let mut stage = review();
        stage.press("A a");
        stage.review();
        stage.quiet();
        stage
    }),
    scene("confirm_orphans", || {
        let mut stage = review();
        stage.press("o a");
        stage.review();
        stage
    }),
    scene("confirm_import", || {
        asked(Stage::compared(), RunKind::Import, replaced(4000))
    }),
    scene("confirm_delete_all", || {
        let records = in_cloud("Game", 5000).into_iter();
        asked(
            Stage::compared(),
            RunKind::DeleteAll,
            records.map(Operation::delete).collect(),
        )
    }),
    scene("confirm_undo", || {
        asked(
            super::past::history(),
            RunKind::Undo,
            vec![capacity(), Operation::delete(game())],
        )
    }),
    scene("confirm_production", || {
        let mut stage = production();
        stage.state.place.read_only = false;
        asked(stage, RunKind::Update, vec![capacity()])
    }),
    scene("conflict", || conflict(true)),
    scene("conflict_of_several", || {
        let mut stage = record();
        let several = vec![edit_conflict(), edit_conflict(), edit_conflict()];
        stage.state.open(Conflict::new(several, Vec::new()).unwrap());
        stage.wait(1000);
        stage.press("down right");
        stage
    }),
    scene("conflict_of_a_deletion", || conflict(false)),
    scene("redo", || {
        let mut stage = record();
        let why = [
            "line 9: year_opened is the text 'soon', expected a whole number",
            "line 4: 'citty' is not a member of Stadium",
        ];
        stage.state.open(Redo::new(Failure {
            advice: vec!["The text is kept: nothing that was typed is lost.".to_owned()],
            ..Failure::list("The text cannot be taken", &why.map(str::to_owned))
        }));
        stage
    }),
    scene("resume", || {
        let mut opened = opened(place(), &demo().session.config().types);
        opened.interrupted = Some(run(
            9,
            RunKind::Sync,
            None,
            &[
                (Progress::Applied, 40),
                (Progress::Planned, 55),
                (Progress::Sent, 1),
            ],
        ));
        Stage::at(opened)
    }),
    scene("resume_one", || {
        let place = Place {
            container: "iCloud.com.example.a.rather.long.container.name.of.sports".into(),
            ..place()
        };
        let mut opened = opened(place, &demo().session.config().types);
        opened.interrupted = Some(run(12_345, RunKind::AskingSync, None, &[(Progress::Sent, 1)]));
        Stage::at(opened)
    }),
    scene("unlock", || {
        let mut stage = production();
        stage.press("U");
        stage
    }),
    scene("unlock_typed", || {
        let mut stage = production();
        stage.press("U");
        stage.wait(1000);
        stage.write("production");
        stage
    }),
];

/// A dialog about a plan on top of a screen.
pub(crate) fn asked(mut stage: Stage, kind: RunKind, operations: Vec<Operation>) -> Stage {
    let place = stage.state.place.clone();
    stage.state.open(Confirm::new(&place, plan(kind, operations)));
    stage
}

fn busch() -> skydeck::record::Record {
    found(sides("Stadium", BUSCH)).cloud
}

fn game() -> skydeck::record::Record {
    in_cloud("Game", 1).remove(0)
}

/// A change of three fields of a stadium.
fn capacity() -> Operation {
    update(
        busch(),
        &[
            ("capacity", Some(Value::Int64(50_000))),
            (
                "name",
                Some(text(
                    "Busch Stadium III, opened in 2006 beside where the second one stood",
                )),
            ),
            ("imageURL", None),
        ],
    )
}

fn replaced(count: usize) -> Vec<Operation> {
    let records = in_cloud("Game", count).into_iter();
    records
        .map(|record| {
            let mut operation = Operation::delete(record.clone());
            operation.verb = Verb::ForceReplace;
            let fields = record.fields.into_iter();
            operation.goal = fields.map(|(field, value)| (field, Some(value))).collect();
            operation
        })
        .collect()
}

/// A change of capacity, name and image, of which they have changed the first two.
fn edit_conflict() -> EditConflict {
    let base = busch();
    let mut now = base.clone();
    now.fields.insert("capacity".into(), Value::Int64(44_000));
    now.fields
        .insert("name".into(), text("Busch Stadium of St. Louis"));
    now.fields.insert("city".into(), text("Saint Louis"));
    let theirs = ["capacity", "name"].map(|field| {
        changed(
            field,
            base.fields.get(field).cloned(),
            now.fields.get(field).cloned(),
        )
    });
    EditConflict {
        edit: Edit::Update {
            record_type: "Stadium".into(),
            name: base.name.clone(),
            goal: Goal::from([
                ("capacity".into(), Some(Value::Int64(50_000))),
                ("name".into(), Some(text("Busch Stadium III"))),
                ("imageURL".into(), None),
            ]),
            base: Some(Box::new(base.clone())),
        },
        base,
        cloud: now,
        theirs: theirs.into(),
    }
}

fn conflict(updates: bool) -> Stage {
    let mut conflict = edit_conflict();
    if !updates {
        conflict.edit = Edit::Delete {
            record_type: "Stadium".into(),
            name: BUSCH.to_owned(),
            base: Some(Box::new(conflict.base.clone())),
        };
    }
    let mut stage = record();
    stage
        .state
        .open(Conflict::new(vec![conflict], Vec::new()).unwrap());
    stage.wait(1000);
    if updates {
        stage.press("down right");
    }
    stage
}
