//! Everything the screen knows. No handle to anything that does I/O is in here; what shall be done is an [`Effect`].

use std::sync::Arc;

use super::action::{Action, Context};
use super::dialog::Dialog;
use super::effect::{Effect, Work};
use super::failure::Failure;
use super::hits::Hits;
use super::job::{Job, JobId, Kind};
use super::line::Line;
use super::place::{Availability, Place};
use super::screen::{history, log, overview, records, sync, verify};
use super::settings::Settings;
use super::theme::Role;
use super::widget::toast::Toasts;
use crate::config::TypeConfig;
use crate::journal::Snapshot;
use crate::sync::Comparison;

/// The screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// What differs, per type.
    Overview,
    /// The record browser.
    Records,
    /// Guided sync.
    Sync,
    /// Verification.
    Verify,
    /// Past runs.
    History,
    /// Requests and events.
    Log,
}

impl Screen {
    /// All of them, in the order of their tabs, each with the action that leads there.
    pub const ALL: [(Screen, &'static str, Action); 6] = [
        (Screen::Overview, "Overview", Action::Overview),
        (Screen::Records, "Records", Action::Records),
        (Screen::Sync, "Sync", Action::SyncScreen),
        (Screen::Verify, "Verify", Action::VerifyScreen),
        (Screen::History, "History", Action::History),
        (Screen::Log, "Log", Action::Log),
    ];
}

/// How far the program has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// There is no configuration: the demo, or a new one, is offered.
    Welcome,
    /// An environment is being opened.
    Opening,
    /// At work.
    Ready,
    /// It could not be opened.
    Broken(Failure),
}

/// A record type as far as it is known.
#[derive(Debug)]
pub struct TypeState {
    /// What the manifest says of it.
    pub config: Arc<TypeConfig>,
    /// Its last comparison; from the journal, or just made.
    pub snapshot: Option<Snapshot>,
    /// Records read so far while comparing: of the file, of the cloud.
    pub reading: Option<(u64, u64)>,
    /// Why it could not be compared the last time.
    pub failure: Option<Failure>,
}

/// A dialog on the stack.
#[derive(Debug)]
pub struct Layer {
    /// The dialog.
    pub dialog: Box<dyn Dialog>,
    /// When it opened; milliseconds since 1970.
    pub opened: i64,
}

/// Everything the screen knows.
#[derive(Debug)]
pub struct State {
    /// How far the program has come.
    pub phase: Phase,
    /// Where requests go.
    pub place: Place,
    /// Keys, colours, mouse.
    pub settings: Settings,
    /// Milliseconds since 1970, as of the message at hand.
    pub now: i64,
    /// The environments, once the configuration was read.
    pub environments: Vec<Availability>,
    /// The screen in front.
    pub screen: Screen,
    /// The record types, in the configuration's order.
    pub types: Vec<TypeState>,
    /// The last comparison of this session.
    pub comparison: Option<Arc<Comparison>>,
    /// Jobs under way.
    pub jobs: Vec<Job>,
    /// The line to the service.
    pub line: Line,
    /// Overview's own.
    pub overview: overview::Overview,
    /// The record browser's own.
    pub records: records::Records,
    /// Guided sync's own.
    pub sync: sync::Sync,
    /// Verification's own.
    pub verify: verify::Verify,
    /// History's own.
    pub history: history::History,
    /// The log's own.
    pub log: log::Log,
    /// Dialogs, the one in front last.
    pub layers: Vec<Layer>,
    /// Notes that pass.
    pub toasts: Toasts,
    /// What was where in the last frame.
    pub hits: Hits,
    /// Whether the user is at this window, as far as the terminal tells.
    pub focused: bool,
    /// Whether the mouse is taken just now.
    pub mouse: bool,
    /// The end has come.
    pub ending: bool,
    next_job: JobId,
    /// The first job of this environment; what earlier ones still say is about another place.
    first_job: JobId,
}

impl State {
    /// A state before anything was opened.
    pub fn new(settings: Settings, phase: Phase, now: i64) -> Self {
        State {
            phase,
            place: Place::default(),
            mouse: settings.mouse,
            settings,
            now,
            environments: Vec::new(),
            screen: Screen::Overview,
            types: Vec::new(),
            comparison: None,
            jobs: Vec::new(),
            line: Line::default(),
            overview: overview::Overview::default(),
            records: records::Records::default(),
            sync: sync::Sync::default(),
            verify: verify::Verify::default(),
            history: history::History::default(),
            log: log::Log::default(),
            layers: Vec::new(),
            toasts: Toasts::default(),
            hits: Hits::default(),
            focused: true,
            ending: false,
            next_job: 1,
            first_job: 1,
        }
    }

    /// Begins a job.
    pub fn start(&mut self, kind: Kind, work: Work) -> Effect {
        self.begin(kind, work).1
    }

    /// The same, for those who want to know which answer is theirs.
    pub fn begin(&mut self, kind: Kind, work: Work) -> (JobId, Effect) {
        let id = self.next_job;
        self.next_job += 1;
        self.jobs.push(Job::new(id, kind, self.now));
        (id, Effect::Start(id, work))
    }

    /// Leaves the environment for another that is open: nothing that was begun here can come to anything there. A
    /// file that is being written is completed.
    pub fn leave(&mut self) -> Vec<Effect> {
        self.layers.clear();
        self.toasts = Toasts::default();
        self.first_job = self.next_job;
        let left = self.jobs.extract_if(.., |job| job.kind != Kind::Export);
        left.map(|job| Effect::Cancel(job.id)).collect()
    }

    /// Whether what a job says is about this environment. What happens without a job has the number 0.
    pub fn is_ours(&self, job: JobId) -> bool {
        job == 0 || job >= self.first_job || self.jobs.iter().any(|one| one.id == job)
    }

    /// The job of a kind that is under way.
    pub fn job(&self, kind: Kind) -> Option<&Job> {
        self.jobs.iter().find(|job| job.kind == kind)
    }

    /// Opens a dialog on top of everything.
    pub fn open(&mut self, dialog: impl Dialog + 'static) {
        self.layers.push(Layer {
            dialog: Box::new(dialog),
            opened: self.now,
        });
    }

    /// Says something in passing.
    pub fn say(&mut self, role: Role, text: impl Into<String>) {
        let text = text.into();
        self.log.note(self.now, role, &text);
        self.toasts.say(role, text, self.now);
    }

    /// The place of a type in the list.
    pub fn type_index(&self, record_type: &str) -> Option<usize> {
        self.types.iter().position(|one| one.config.name == record_type)
    }

    /// Where one would be without the dialogs.
    pub fn contexts_below(&self) -> Vec<Context> {
        if self.phase == Phase::Welcome {
            return vec![Context::Welcome, Context::Move, Context::Global];
        }
        if matches!(self.phase, Phase::Broken(_)) {
            return vec![Context::Broken, Context::Global];
        }
        let mut contexts = match self.screen {
            Screen::Overview => vec![Context::Overview],
            Screen::Records => records::contexts(self),
            Screen::Sync => sync::contexts(self),
            Screen::Verify => vec![Context::Verify],
            Screen::History => vec![Context::History],
            Screen::Log => log::contexts(self),
        };
        if contexts.first() != Some(&Context::Typing) {
            contexts.extend([Context::Move, Context::Global]);
        }
        contexts
    }

    /// Where one is, the innermost context first.
    pub fn contexts(&self) -> Vec<Context> {
        if let Some(layer) = self.layers.last() {
            return layer.dialog.contexts().to_vec();
        }
        self.contexts_below()
    }
}
