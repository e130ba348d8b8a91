//! Past runs.

use skydeck::journal::{Ending, Past, Run, RunKind, State as Stage_, Tally};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::state::{Phase, Screen};

use super::{NOW, Stage};

fn run(id: i64, kind: RunKind, ending: Option<Ending>, applied: usize) -> Past {
    let run = Run {
        id,
        kind,
        who: Some("anna@mac".to_owned()),
        undoes: (kind == RunKind::Undo).then_some(1),
        digest: String::new(),
        unchanged: 0,
        started: NOW + id * 3_600_000,
        ended: ending.map(|_| NOW + id * 3_600_000 + 65_000),
        ending,
        states: [(Stage_::Applied, applied)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        undone_by: None,
        superseded: id < 4,
    };
    let tally = Tally {
        record_type: "Game".to_owned(),
        created: applied / 2,
        updated: applied - applied / 2,
        deleted: 0,
    };
    Past {
        tallies: if applied > 0 { vec![tally] } else { Vec::new() },
        run,
    }
}

fn runs() -> Vec<Past> {
    let mut first = run(1, RunKind::Sync, Some(Ending::Done), 2301);
    first.run.undone_by = Some(3);
    let mut partial = run(2, RunKind::AskingSync, Some(Ending::Partial), 0);
    partial.run.states.insert(Stage_::Conflicted, 3);
    let mut open = run(4, RunKind::Update, None, 12);
    open.run.states.insert(Stage_::Planned, 5);
    vec![
        open,
        run(3, RunKind::Undo, Some(Ending::Done), 2301),
        partial,
        first,
    ]
}

fn shown(runs: Vec<Past>) -> Stage {
    let mut stage = Stage::bare(Phase::Ready);
    "development".clone_into(&mut stage.state.place.environment);
    stage.state.screen = Screen::History;
    stage.tell(Message::Done(9, Done::Runs(Ok(runs))));
    stage
}

#[test]
fn reading_empty_failing() {
    let mut stage = Stage::bare(Phase::Ready);
    stage.keys("5");
    assert!(
        stage
            .pending
            .iter()
            .any(|effect| matches!(effect, Effect::Start(_, Work::Runs)))
    );
    assert!(stage.draw(120, 36).contains("reading the journal"));
    let failure = Failure::plain("Reading the journal", "the journal /x: database is locked");
    stage.tell(Message::Done(9, Done::Runs(Err(failure))));
    assert!(stage.draw(120, 36).contains("database is locked"));
}

#[test]
fn runs_with_what_became_of_them_and_why_keys_do_nothing() {
    let mut stage = shown(runs());
    // The latest was interrupted.
    stage.pending.clear();
    stage.keys("R");
    assert_eq!(stage.state.layers.len(), 1);
    assert!(stage.draw(120, 36).contains("5 operations left"));
    stage.keys("Esc");
    stage.keys("Down Down");
    stage.keys("R");
    assert!(stage.draw(120, 36).contains("run 2 is not the latest"));
    stage.keys("u");
    assert!(stage.draw(120, 36).contains("run 2 has written nothing"));
    stage.keys("Down u");
    assert!(stage.draw(120, 36).contains("run 1 was undone already, by run 3"));
    stage.keys("Up Up u");
    let undo = stage.pending.iter().find_map(|effect| match effect {
        Effect::Start(_, Work::Undo(run)) => Some(*run),
        _ => None,
    });
    assert_eq!(undo, Some(3));
    let last = stage.state.history.last_write("Game").unwrap();
    assert!(last.ends_with("  +6  ~6"), "{last}");
    assert_eq!(stage.state.history.last_write("Team"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_the_inside() {
    let mut stage = Stage::compared().await;
    stage.keys("s");
    stage.settle().await;
    stage.keys("a");
    stage.settle().await;
    stage.keys("Right Enter");
    stage.settle().await;
    stage.keys("5 Enter");
    stage.settle().await;
    stage.keys("Enter");
    assert_eq!(stage.state.screen, Screen::Records);
    stage.keys("5 Esc");
    assert!(stage.draw(120, 36).contains("Runs in DEVELOPMENT"));
}
