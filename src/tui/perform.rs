//! What the actions that hold everywhere do; those of a screen are handed to it.

use super::action::Action;
use super::dialog::environment::Environments;
use super::dialog::help::Help;
use super::dialog::jobs::Jobs;
use super::dialog::menu::Menu;
use super::dialog::palette::Palette;
use super::effect::{Effect, Work};
use super::job::{JobId, Kind};
use super::screen::{history, log, overview, records, sync, verify, welcome};
use super::state::{Phase, Screen, State};
use super::theme::Role;
use super::widget::toast::Toasts;
use crate::sync::{Depth, SAMPLE};

/// Does an action that is enabled.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => quit(state),
        Action::Leave => leave(state),
        Action::Back => back(state),
        Action::Help => state.open_help(),
        Action::Palette => {
            state.open(Palette::default());
            Vec::new()
        }
        Action::Menu => {
            state.open(Menu::default());
            Vec::new()
        }
        Action::Environment => {
            let environments = Environments::new(state);
            state.open(environments);
            Vec::new()
        }
        Action::Jobs => {
            state.open(Jobs::default());
            Vec::new()
        }
        Action::Unlock => unlock(state),
        Action::Overview => go(state, Screen::Overview),
        Action::Records => go(state, Screen::Records),
        Action::SyncScreen => go(state, Screen::Sync),
        Action::VerifyScreen => go(state, Screen::Verify),
        Action::History => go(state, Screen::History),
        Action::Log => go(state, Screen::Log),
        Action::NextScreen => beside(state, 1),
        Action::PreviousScreen => beside(state, Screen::ALL.len() - 1),
        Action::Compare => compare(state),
        Action::Sync => {
            state.screen = Screen::Sync;
            sync::begin(state)
        }
        Action::VerifyQuick => verify_now(
            state,
            Depth::Sample {
                records: SAMPLE,
                seed: state.now.unsigned_abs(),
            },
        ),
        Action::VerifyDeep => verify_now(state, Depth::Deep),
        Action::ImportAll => vec![state.start(Kind::Review, Work::Import(Vec::new()))],
        Action::DryRun => sync::dry_run(state),
        Action::DeleteAll => sync::delete_all(state),
        Action::Mouse => mouse(state),
        Action::Background => {
            state.settings.turn_background();
            Vec::new()
        }
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        other if matches!(state.phase, Phase::Welcome | Phase::Broken(_)) => welcome::act(state, other),
        other => match state.screen {
            Screen::Overview => overview::act(state, other),
            Screen::Records => records::act(state, other),
            Screen::Sync => sync::act(state, other),
            Screen::Verify => verify::act(state, other),
            Screen::History => history::act(state, other),
            Screen::Log => log::act(state, other),
        },
    }
}

impl State {
    fn open_help(&mut self) -> Vec<Effect> {
        let help = Help::new(self.contexts());
        self.open(help);
        Vec::new()
    }
}

fn quit(state: &mut State) -> Vec<Effect> {
    state.ending = true;
    let mut effects: Vec<Effect> = state.jobs.iter().map(|job| Effect::Cancel(job.id)).collect();
    effects.push(Effect::Quit);
    effects
}

/// `q`: back, and from the first screen out.
fn leave(state: &mut State) -> Vec<Effect> {
    if state.phase != Phase::Ready || state.screen == Screen::Overview {
        return quit(state);
    }
    back(state)
}

/// `Esc`: what the screen can leave first; then to the first screen; there it cancels what runs.
fn back(state: &mut State) -> Vec<Effect> {
    let left = match state.screen {
        Screen::Records => records::back(state),
        Screen::Sync => sync::back(state),
        Screen::Verify => verify::back(state),
        Screen::History => history::back(state),
        Screen::Log => log::back(state),
        Screen::Overview => None,
    };
    if let Some(effects) = left {
        return effects;
    }
    if state.screen != Screen::Overview {
        state.screen = Screen::Overview;
        return Vec::new();
    }
    cancel_latest(state)
}

/// Asks the job begun last to stop.
pub fn cancel_latest(state: &mut State) -> Vec<Effect> {
    let running = state
        .jobs
        .iter()
        .rev()
        .find(|job| !job.cancelling && job.kind != Kind::Quiet && job.kind != Kind::Open);
    running
        .map(|job| job.id)
        .map_or_else(Vec::new, |id| cancel(state, id))
}

/// Asks a job to stop, once.
pub fn cancel(state: &mut State, id: JobId) -> Vec<Effect> {
    match state.jobs.iter_mut().find(|job| job.id == id && !job.cancelling) {
        Some(job) => {
            job.cancelling = true;
            vec![Effect::Cancel(id)]
        }
        None => Vec::new(),
    }
}

fn go(state: &mut State, screen: Screen) -> Vec<Effect> {
    state.screen = screen;
    match screen {
        Screen::Records => records::enter(state),
        Screen::History => history::enter(state),
        _ => Vec::new(),
    }
}

fn beside(state: &mut State, steps: usize) -> Vec<Effect> {
    let at = Screen::ALL
        .iter()
        .position(|(screen, ..)| *screen == state.screen)
        .unwrap_or(0);
    let (screen, ..) = Screen::ALL[(at + steps) % Screen::ALL.len()];
    go(state, screen)
}

/// Begins a comparison of everything.
pub fn compare(state: &mut State) -> Vec<Effect> {
    for one in &mut state.types {
        one.reading = Some((0, 0));
    }
    vec![state.start(Kind::Compare, Work::Compare(Vec::new()))]
}

fn verify_now(state: &mut State, depth: Depth) -> Vec<Effect> {
    state.screen = Screen::Verify;
    verify::begin(state, depth)
}

fn unlock(state: &mut State) -> Vec<Effect> {
    if state.place.read_only {
        let dialog = super::dialog::unlock::Unlock::new(&state.place);
        state.open(dialog);
        return Vec::new();
    }
    let words = format!("{} is read-only again", state.place.environment);
    open_environment(state, false, Role::Good, words)
}

/// Opens the environment at hand anew, with or without the right to write, and says so. What was said before does not hold
/// any more, and goes.
pub fn open_environment(state: &mut State, unlocked: bool, role: Role, words: String) -> Vec<Effect> {
    state.toasts = Toasts::default();
    state.say(role, words);
    let environment = state.place.environment.clone();
    vec![state.start(
        Kind::Open,
        Work::Open {
            environment,
            unlocked,
        },
    )]
}

fn mouse(state: &mut State) -> Vec<Effect> {
    state.mouse = !state.mouse;
    let text = if state.mouse {
        "the mouse is taken again"
    } else {
        "the mouse is free for the terminal's selection"
    };
    state.say(Role::Good, text);
    vec![Effect::Mouse(state.mouse)]
}
