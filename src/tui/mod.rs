//! The full screen: it shows and asks, and decides nothing about data. Start reading at `turn`, in this file: the loop.
//!
//! - [`state`]: everything the screen knows; [`update`]: from a message to a new state and effects; [`view`]: from the
//!   state to a frame. The two are pure.
//! - [`message`]: all that can wake the loop; [`effect`]: all that can be asked for; [`runtime`]: where it is done
//! - [`action`]: the one table of actions; [`keymap`]: keys to actions and back; [`settings`]: what a user may arrange
//! - [`screen`], [`dialog`], [`widget`]: the screens, the dialogs on top of them, the pieces that both are made of
//! - [`theme`], [`text`], [`show`], [`ui`], [`hits`]: how things look, and what is where
//! - [`terminal`]: entered once, left however the program ends; [`crash`]: what is left of a panic

pub mod action;
pub mod crash;
pub mod dialog;
pub mod done;
pub mod effect;
pub mod failure;
pub mod hits;
pub mod job;
pub mod keymap;
pub mod line;
pub mod message;
pub mod perform;
pub mod place;
pub mod runtime;
pub mod screen;
pub mod settings;
pub mod show;
pub mod state;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod ui;
pub mod update;
pub mod view;
pub mod widget;

use std::io;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event;

use crate::journal::Place;
use crate::launch::Launch;
use crate::sync::JobError;
use dialog::notice::Notice;
use effect::Work;
use job::Kind;
use message::Message;
use runtime::{Runtime, Signals};
use state::{Phase, State};
use terminal::Terminal;

/// How often something that moves is drawn; milliseconds.
const STEP: i64 = 100;

/// The same where nobody looks, or where it would be read aloud.
const SLOW_STEP: i64 = 1000;

/// Opens the full screen and runs it to its end.
///
/// # Errors
/// When the terminal cannot be used at all. Everything else is told on the screen.
pub fn open(launch: Launch) -> Result<(), JobError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| JobError::Broken(error.to_string()))?;
    let ended = runtime.block_on(run(launch));
    runtime.shutdown_background();
    ended
}

async fn run(launch: Launch) -> Result<(), JobError> {
    let (settings, mistakes) = settings::of(&launch);
    let configured = launch.demo || launch.configuration()?.is_some();
    let phase = if configured {
        Phase::Opening
    } else {
        Phase::Welcome
    };
    let mut state = State::new(settings, phase, now());
    state.place.demo = launch.demo;
    state.place.environment.clone_from(&launch.environment);
    if let Some(failure) = mistakes {
        state.open(Notice::failure(failure));
    }
    crash::end_on_panic(launch.state.clone().or_else(Place::default_folder));
    let mut terminal = Terminal::enter(state.mouse).map_err(JobError::Terminal)?;
    let begin = configured.then(|| {
        let (environment, unlocked) = (launch.environment.clone(), launch.unlocked);
        state.start(
            Kind::Open,
            Work::Open {
                environment,
                unlocked,
            },
        )
    });
    let mut runtime = Runtime::new(launch);
    if let Some(effect) = begin {
        runtime
            .carry_out(effect, &mut terminal)
            .map_err(JobError::Terminal)?;
    }
    let ended = turn(&mut state, &mut terminal, &mut runtime).await;
    drop(terminal);
    runtime.finish().await;
    ended.map_err(JobError::Terminal)
}

/// The loop: draw, sleep until something happens, take in everything that has happened.
async fn turn(state: &mut State, terminal: &mut Terminal, runtime: &mut Runtime) -> io::Result<()> {
    let mut asked = Signals::listen()?;
    while !state.ending {
        let mut hits = None;
        terminal.draw(|frame| hits = Some(view::view(state, frame)))?;
        state.hits = hits.unwrap_or_default();
        let pause = pause(state, now());
        // Input first: a key is never kept waiting by what a job has to say.
        let first = tokio::select! {
            biased;
            event = terminal.event() => Some(of_terminal(event)),
            message = asked.next() => Some(message),
            message = runtime.message() => Some(message),
            () = tokio::time::sleep(pause) => Some(Message::Tick),
        };
        let mut waiting = first;
        while let Some(message) = waiting {
            for effect in update::update(state, message, now()) {
                runtime.carry_out(effect, terminal)?;
            }
            waiting = if state.ending {
                None
            } else {
                more(terminal, runtime).await
            };
        }
    }
    Ok(())
}

/// What else has happened meanwhile: all of it is taken in before anything is drawn. The terminal is asked as the task that
/// waits for it, since it wakes whoever asked last.
async fn more(terminal: &mut Terminal, runtime: &mut Runtime) -> Option<Message> {
    if let Poll::Ready(event) = futures::poll!(std::pin::pin!(terminal.event())) {
        return Some(of_terminal(event));
    }
    runtime.message_at_hand()
}

/// An event of the terminal as a message; a terminal that is gone ends the program.
fn of_terminal(event: io::Result<Event>) -> Message {
    match event {
        Ok(Event::Key(key)) => Message::Key(key),
        Ok(Event::Mouse(mouse)) => Message::Mouse(mouse),
        Ok(Event::Paste(text)) => Message::Paste(text),
        Ok(Event::Resize(columns, rows)) => Message::Resize(columns, rows),
        Ok(Event::FocusGained) => Message::Focus(true),
        Ok(Event::FocusLost) => Message::Focus(false),
        Err(_) => Message::Terminate,
    }
}

/// How long nothing will move: while a job runs or a wait is counted down, a step; else until a note goes or the clock
/// strikes the next minute.
fn pause(state: &State, now: i64) -> Duration {
    let moving =
        state.jobs.iter().any(|job| job.kind != Kind::Quiet) || state.line.seconds_to_wait(now).is_some();
    let minute = 60_000 - now.rem_euclid(60_000);
    let watched = state.focused && !state.settings.plain;
    let mut next = if moving && watched {
        STEP
    } else if moving {
        SLOW_STEP
    } else {
        minute
    };
    if let Some(due) = screen::records::due(state) {
        next = next.min((due - now).max(1));
    }
    if let Some(end) = state.toasts.next_end() {
        next = next.min((end - now).max(1));
    }
    Duration::from_millis(u64::try_from(next).unwrap_or(1))
}

/// Milliseconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
