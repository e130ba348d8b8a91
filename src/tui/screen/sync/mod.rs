//! Guided sync: compare, review, confirm, run, report.
//!
//! - `flow`: from one step to the next, and back
//! - `review`, `tree`, `warnings`: a plan to be looked at; `plan`: its keys; `look`: its look; `beside`: what is under the cursor
//! - `run`: a run under way
//! - `report`: what it came to, and its keys; `trouble`: the records that need a look; `account`: its look

mod account;
mod beside;
mod flow;
mod look;
mod plan;
mod report;
mod review;
mod run;
mod tree;
mod trouble;
mod warnings;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::action::{Action, Context};
use crate::tui::dialog::notice::failure_lines;
use crate::tui::effect::{Effect, Excluded};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::{JobId, Kind};
use crate::tui::show;
use crate::tui::state::{Screen, State};
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;
use crate::tui::widget::pane::{padded, pane};

pub(super) use report::go_to;
pub(super) use review::changes_of;

pub use flow::{
    applied, begin, compared, delete_all, dry_run, failed, failed_to_compare, repair, reviewed, running,
    takes, with_orphans,
};

/// Guided sync's own.
#[derive(Debug, Default)]
pub struct Sync {
    stage: Stage,
    review: Option<review::Review>,
    report: Option<report::Outcome>,
    failure: Option<Failure>,
    /// When the comparison of this session was made.
    compared_at: Option<i64>,
    /// Plans that were asked for to be looked at; the last one counts.
    looks: Vec<JobId>,
    /// The plan that was asked for to be confirmed.
    last: Option<JobId>,
    /// Whether the plan that is being made is a dry run of an import.
    dry: bool,
    /// The only records to touch.
    only: Option<Excluded>,
    orphans_wanted: bool,
    import_wanted: bool,
    in_sight: bool,
}

/// How far one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    #[default]
    Idle,
    Comparing,
    Planning,
    Review,
    Running,
    Report,
}

impl Sync {
    /// Once everything has been deleted, an import follows.
    pub fn import_after_delete(&mut self) {
        self.import_wanted = true;
    }
}

/// Where one is in it.
pub fn contexts(state: &State) -> Vec<Context> {
    match state.sync.stage {
        Stage::Review if state.sync.review.as_ref().is_some_and(|review| review.typing) => {
            vec![Context::Typing]
        }
        Stage::Review => vec![Context::Review],
        Stage::Running => vec![Context::Running],
        Stage::Report => vec![Context::Report],
        Stage::Idle | Stage::Comparing | Stage::Planning => Vec::new(),
    }
}

/// Whether an action can be done here now, or why not.
pub fn enabled(action: Action, state: &State) -> Result<(), String> {
    let here = state.screen == Screen::Sync;
    match action {
        Action::Include | Action::Orphans | Action::Apply | Action::Ask
            if !here || state.sync.stage != Stage::Review =>
        {
            Err("there is no plan to look at; s makes one".to_owned())
        }
        Action::Include | Action::Orphans | Action::Apply | Action::Ask => plan::enabled(action, state),
        Action::Pause => match state.job(Kind::Run) {
            None => Err("nothing is being written".to_owned()),
            Some(job) if job.cancelling => Err("the run is stopping already".to_owned()),
            Some(_) => Ok(()),
        },
        Action::VerifyWritten | Action::Undo if here => report::enabled(action, state),
        _ => Ok(()),
    }
}

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match state.sync.stage {
        Stage::Review => plan::act(state, action),
        Stage::Running => run::act(state, action),
        Stage::Report => report::act(state, action),
        Stage::Idle if action == Action::Open => begin(state),
        Stage::Idle | Stage::Comparing | Stage::Planning => Vec::new(),
    }
}

/// Leaves what can be left before the screen itself; `None` where nothing can.
pub fn back(state: &mut State) -> Option<Vec<Effect>> {
    match state.sync.stage {
        Stage::Review => plan::back(state),
        Stage::Running => run::back(state),
        Stage::Comparing | Stage::Planning => Some(flow::give_up(state)),
        Stage::Idle | Stage::Report => None,
    }
}

/// A key for the line being typed.
pub fn typed(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    if let Some(review) = state.sync.review.as_mut().filter(|review| review.typing)
        && review.filter.key(key)
    {
        review.sift();
    }
    Vec::new()
}

/// A pasted text for it.
pub fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(review) = state.sync.review.as_mut().filter(|review| review.typing) {
        review.filter.paste(text);
        review.sift();
    }
    Vec::new()
}

/// Does what the mouse means.
pub fn gesture(state: &mut State, _pane: Pane, gesture: Gesture) -> Vec<Effect> {
    match state.sync.stage {
        Stage::Review => plan::gesture(state, gesture),
        Stage::Report => report::gesture(state, gesture),
        _ => Vec::new(),
    }
}

/// Draws the screen: the steps on top, below it the one that one is at.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let line = steps(ui, area.width, state);
    ui.line(area, line);
    let body = Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    };
    match state.sync.stage {
        Stage::Review => look::view(ui, body, state),
        Stage::Running => run::view(ui, body, state),
        Stage::Report => account::view(ui, body, state),
        Stage::Idle => idle(ui, body, state),
        Stage::Comparing | Stage::Planning => waiting(ui, body, state),
    }
}

/// The columns that the steps take with all their names.
const WITH_NAMES: u16 = 54;

/// The steps, and which one it is.
fn steps(ui: &Ui<'_, '_>, width: u16, state: &State) -> Line<'static> {
    let gated = state.layers.last().is_some_and(|layer| layer.dialog.gates());
    let at = match state.sync.stage {
        Stage::Idle => None,
        Stage::Comparing | Stage::Planning => Some(0),
        Stage::Review if gated => Some(2),
        Stage::Review => Some(1),
        Stage::Running => Some(3),
        Stage::Report => Some(4),
    };
    let rule = ui.symbols().rule.repeat(if width < 76 { 1 } else { 3 });
    // Where there is no room for all names, the current step has its own.
    let all_named = width >= WITH_NAMES;
    let mut spans = vec![Span::raw("  ")];
    for (number, name) in ["Compare", "Review", "Confirm", "Run", "Report"]
        .iter()
        .enumerate()
    {
        if number > 0 {
            spans.push(ui.span(Role::Faint, format!(" {rule} ")));
        }
        let (sign, role) = match at {
            Some(at) if number < at => (ui.symbols().tick, Role::Good),
            Some(at) if number == at => (ui.symbols().cursor, Role::Accent),
            _ => (ui.symbols().none, Role::Dim),
        };
        let named = all_named || number == at.unwrap_or(0);
        let text = if named {
            format!("{sign} {name}")
        } else {
            sign.to_owned()
        };
        spans.push(ui.span(role, text));
    }
    Line::from(spans)
}

/// Nothing was begun: what there would be to do, and how to begin.
fn idle(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let inner = padded(pane(ui, area, "Sync", Pane::Main, true));
    let mut lines = Vec::new();
    if let Some(failure) = &state.sync.failure {
        lines.push(Line::from(
            ui.span(Role::Danger, format!("{} {}", ui.symbols().cross, failure.what)),
        ));
        lines.extend(failure_lines(ui, failure, inner.width));
        lines.push(Line::default());
    }
    let snapshots = state.types.iter().filter_map(|one| one.snapshot.as_ref());
    let (new, updated) = snapshots.fold((0, 0), |(new, updated), one| {
        (new + one.counts.new, updated + one.counts.updated)
    });
    let todo = match (
        state.types.iter().all(|one| one.snapshot.is_none()),
        new + updated,
    ) {
        (true, _) => "Nothing has been compared yet.".to_owned(),
        (false, 0) => "By the last comparison there is nothing to send.".to_owned(),
        (false, _) => format!(
            "By the last comparison {} would be created and {} updated.",
            counted(new, "record"),
            grouped(updated as u64)
        ),
    };
    let todo = text::wrap(&todo, usize::from(inner.width), 3);
    lines.extend(todo.into_iter().map(|line| Line::from(ui.span(Role::Text, line))));
    lines.push(Line::default());
    let words = "compares where that was not done just now, and shows every change before anything is sent.";
    lines.extend(show::offer(ui, inner.width, "s", words));
    ui.lines(inner, lines);
}

/// What is compared or planned, type by type.
fn waiting(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let planning = state.sync.stage == Stage::Planning;
    let title = if planning { "Planning" } else { "Comparing" };
    let inner = padded(pane(ui, area, title, Pane::Main, true));
    if planning {
        let line = ui.span(Role::Dim, format!("making the plan {}", ui.symbols().ellipsis));
        ui.line(inner, line);
        return;
    }
    let names = state.types.iter().map(|one| text::width(&one.config.name)).max();
    let names = names.unwrap_or(0).clamp(8, 30);
    let lines: Vec<Line<'static>> = (state.types.iter())
        .map(|one| {
            let name = text::middle(&one.config.name, names, ui.symbols().ellipsis);
            let name = text::left(&name, names + 2, "");
            let what = match (&one.failure, one.reading) {
                (_, Some((0, 0))) => ui.span(Role::Dim, format!("reading {}", ui.symbols().ellipsis)),
                (_, Some((local, cloud))) => ui.span(
                    Role::Dim,
                    format!("{:>9} on disk {:>9} in the cloud", grouped(local), grouped(cloud)),
                ),
                (Some(_), None) => ui.span(Role::Danger, format!("{} failed", ui.symbols().cross)),
                (None, None) => ui.span(Role::Good, format!("{} compared", ui.symbols().tick)),
            };
            Line::from(vec![ui.span(Role::Text, name), what])
        })
        .collect();
    ui.lines(inner, lines);
}
