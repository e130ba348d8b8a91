//! The one table of actions: keys, footer hints, help, palette and the key section of the configuration are all drawn
//! from it. A key that works and is not in here is a defect.

mod enabled;
mod table;

pub use enabled::enabled;
pub use table::ACTIONS;

/// Where an action holds. The innermost context that knows a key wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere outside dialogs.
    Global,
    /// Wherever there is a list or something that scrolls.
    Move,
    /// The first screen: what differs, per type.
    Overview,
    /// The record browser's list.
    Records,
    /// The record browser's right pane.
    Detail,
    /// A plan to be looked at.
    Review,
    /// A run under way.
    Running,
    /// What came of a run.
    Report,
    /// Verification.
    Verify,
    /// Past runs.
    History,
    /// Requests and events.
    Log,
    /// No configuration yet.
    Welcome,
    /// A list of things to choose from, in a dialog.
    Choice,
    /// What is under way.
    Jobs,
    /// The environment could not be opened.
    Broken,
    /// A dialog.
    Dialog,
    /// A line that is being typed.
    Typing,
    /// A filter that is being typed: earlier ones can be had again.
    Filter,
    /// A field's value that is being typed.
    Field,
    /// The file of an export that is being typed.
    Export,
}

impl Context {
    /// The heading in help, and the word in the documentation.
    pub const fn title(self) -> &'static str {
        match self {
            Context::Global => "Everywhere",
            Context::Move => "Moving",
            Context::Overview => "Overview",
            Context::Records => "Records",
            Context::Detail => "A record",
            Context::Review => "Sync: review",
            Context::Running => "Sync: run",
            Context::Report => "Sync: report",
            Context::Verify => "Verify",
            Context::History => "History",
            Context::Log => "Log",
            Context::Welcome => "Welcome",
            Context::Choice => "Choosing",
            Context::Jobs => "Under way",
            Context::Broken => "Not opened",
            Context::Dialog => "Dialogs",
            Context::Typing => "Typing",
            Context::Filter => "Typing a filter",
            Context::Field => "Typing a value",
            Context::Export => "Exporting",
        }
    }
}

/// What can be done. [`Action::spec`] tells the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table says what each is")]
pub enum Action {
    Quit,
    Leave,
    Back,
    Help,
    Palette,
    Menu,
    Environment,
    Unlock,
    Overview,
    Records,
    SyncScreen,
    VerifyScreen,
    History,
    Log,
    NextScreen,
    PreviousScreen,
    Compare,
    Sync,
    VerifyQuick,
    VerifyDeep,
    Jobs,
    Stop,
    Mouse,
    Background,
    Redraw,
    Suspend,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Left,
    Right,
    NextPane,
    PreviousPane,
    Open,
    Map,
    Filter,
    NextType,
    PreviousType,
    Status,
    Columns,
    Sort,
    Mark,
    MarkDown,
    MarkUp,
    MarkRange,
    MarkAll,
    ClearMarks,
    Edit,
    EditJson,
    New,
    Delete,
    LookUp,
    Copy,
    ReferencedBy,
    Return,
    Export,
    Include,
    Orphans,
    Apply,
    Ask,
    VerifyWritten,
    Pause,
    Repair,
    Undo,
    Resume,
    Follow,
    NextHit,
    PreviousHit,
    ImportAll,
    DeleteAll,
    DryRun,
    Demo,
    Init,
    Retry,
    Accept,
    Cancel,
    Fuzzy,
    Earlier,
    Later,
    Clear,
    Side,
}

/// Everything there is to know about an action.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The action.
    pub action: Action,
    /// Its name in the configuration and in the palette.
    pub id: &'static str,
    /// A word or three, for hints.
    pub title: &'static str,
    /// A sentence, for help.
    pub help: &'static str,
    /// The keys it has by default, as a configuration would write them.
    pub keys: &'static [&'static str],
    /// Where it holds.
    pub contexts: &'static [Context],
    /// Whether it leads to a dialog that writes to the cloud.
    pub writes: bool,
    /// Its place among the hints of the footer; 0: not there.
    pub hint: u8,
}

impl Action {
    /// The row of the table.
    pub fn spec(self) -> &'static Spec {
        // Every action has its row; a test holds the table to that.
        ACTIONS
            .iter()
            .find(|spec| spec.action == self)
            .unwrap_or(&ACTIONS[0])
    }

    /// The action of this id.
    pub fn of_id(id: &str) -> Option<Self> {
        ACTIONS.iter().find(|spec| spec.id == id).map(|spec| spec.action)
    }
}
