//! Whether an action can be done now, and if not, why: a key that does nothing says so.

use super::Action;
use crate::tui::job::Kind;
use crate::tui::screen::{history, records, sync, verify};
use crate::tui::state::{Phase, State};

/// Whether an action can be done now.
///
/// # Errors
/// Why it cannot, as a sentence.
pub fn enabled(action: Action, state: &State) -> Result<(), String> {
    if needs_an_environment(action) && state.phase != Phase::Ready {
        return Err(match state.phase {
            Phase::Welcome => "there is no configuration yet: d starts the demo, i writes one".to_owned(),
            Phase::Opening => "still opening".to_owned(),
            _ => "the environment could not be opened; it says why".to_owned(),
        });
    }
    // Making a plan is no write: sync, import and delete-all show it first, and the gate is in their dialogs.
    if action.spec().writes && state.place.read_only && state.phase == Phase::Ready {
        return Err(format!("{} is read-only; U unlocks it", state.place.environment));
    }
    match action {
        Action::Compare if state.job(Kind::Compare).is_some() => {
            Err("a comparison is under way; Esc cancels it".to_owned())
        }
        Action::Sync
        | Action::ImportAll
        | Action::DeleteAll
        | Action::Apply
        | Action::Undo
        | Action::Resume
            if state.job(Kind::Run).is_some() =>
        {
            Err("a run is under way; one writes at a time".to_owned())
        }
        Action::VerifyQuick | Action::VerifyDeep if state.job(Kind::Verify).is_some() => {
            Err("a verification is under way; Esc cancels it".to_owned())
        }
        Action::Unlock if !state.place.read_only && !state.place.is_production() => {
            Err("development may be written; there is nothing to unlock".to_owned())
        }
        Action::Environment if state.job(Kind::Run).is_some() => {
            Err("a run is writing here; wait for its end, or stop it, before you go elsewhere".to_owned())
        }
        Action::Environment if state.job(Kind::Open).is_some() => {
            Err("an environment is being opened".to_owned())
        }
        Action::Environment if state.place.demo => Err("the demo has one environment only".to_owned()),
        _ => records::enabled(action, state)
            .and_then(|()| sync::enabled(action, state))
            .and_then(|()| verify::enabled(action, state))
            .and_then(|()| history::enabled(action, state)),
    }
}

/// What can be done before an environment is open.
fn needs_an_environment(action: Action) -> bool {
    !matches!(
        action,
        Action::Quit
            | Action::Leave
            | Action::Back
            | Action::Help
            | Action::Palette
            | Action::Jobs
            | Action::Stop
            | Action::Mouse
            | Action::Background
            | Action::Redraw
            | Action::Suspend
            | Action::Log
            | Action::Demo
            | Action::Init
            | Action::Retry
            | Action::Environment
            | Action::Accept
            | Action::Cancel
    )
}
