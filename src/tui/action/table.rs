//! The rows of the table.

use super::{Action, Context, Spec};

const GLOBAL: &[Context] = &[Context::Global];
const MOVE: &[Context] = &[Context::Move];

const fn row(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    contexts: &'static [Context],
    title: &'static str,
    help: &'static str,
) -> Spec {
    Spec {
        action,
        id,
        title,
        help,
        keys,
        contexts,
        writes: false,
        hint: 0,
    }
}

impl Spec {
    const fn hint(mut self, place: u8) -> Self {
        self.hint = place;
        self
    }

    const fn writes(mut self) -> Self {
        self.writes = true;
        self
    }
}

/// All actions, in the order in which help shows them.
#[rustfmt::skip] // A row is a line: the table is read down its columns.
pub const ACTIONS: &[Spec] = &[
    // Everywhere
    row(Action::Compare, "compare", &["d"], GLOBAL, "diff", "Compare the files with the cloud").hint(20),
    row(Action::Sync, "sync", &["s"], GLOBAL, "smart sync", "Review what differs, and send it").hint(21),
    row(Action::VerifyQuick, "verify", &["v"], GLOBAL, "verify", "Check names, counts and a sample of fields").hint(22),
    row(Action::VerifyDeep, "verify-deep", &["V"], GLOBAL, "deep verify", "Check every field of every record").hint(23),
    row(Action::Overview, "overview", &["1"], GLOBAL, "overview", "What differs, per record type"),
    row(Action::Records, "records", &["2"], GLOBAL, "records", "Browse, edit and delete records"),
    row(Action::SyncScreen, "sync-screen", &["3"], GLOBAL, "sync", "The plan, its run and its report"),
    row(Action::VerifyScreen, "verify-screen", &["4"], GLOBAL, "verify", "What the last verification found"),
    row(Action::History, "history", &["5"], GLOBAL, "history", "Past runs: look, undo, resume"),
    row(Action::Log, "log", &["6"], GLOBAL, "log", "Requests and events as they happen"),
    row(Action::NextScreen, "next-screen", &["]", "ctrl-right"], GLOBAL, "next screen", "The screen to the right"),
    row(Action::PreviousScreen, "previous-screen", &["[", "ctrl-left"], GLOBAL, "previous screen", "The screen to the left"),
    row(Action::Environment, "environment", &["e", "ctrl-e"], GLOBAL, "environment", "Choose development or production"),
    row(Action::Unlock, "unlock", &["U"], GLOBAL, "unlock", "Allow writing to a read-only environment, or lock it again"),
    row(Action::Menu, "menu", &["m"], GLOBAL, "menu", "The numbered menu of the script").hint(80),
    row(Action::ImportAll, "import", &[], GLOBAL, "import", "Replace every record by the files', without comparing first").writes(),
    row(Action::DeleteAll, "delete-all", &[], GLOBAL, "delete all", "Delete every record of every type").writes(),
    row(Action::DryRun, "dry-run", &[], GLOBAL, "dry run", "Show what an import would send, and send nothing"),
    row(Action::Jobs, "jobs", &["t"], GLOBAL, "jobs", "What is under way, how far it has come, and a way to stop it"),
    row(Action::Palette, "palette", &[":", "ctrl-p"], GLOBAL, "commands", "Find an action by its name").hint(81),
    row(Action::Help, "help", &["?", "f1"], GLOBAL, "help", "Every key that works here").hint(82),
    row(Action::Back, "back", &["esc"], GLOBAL, "back", "Back; where nothing is left to go back from, cancel what runs"),
    row(Action::Leave, "leave", &["q"], GLOBAL, "quit", "Back, or quit").hint(90),
    row(Action::Quit, "quit", &["ctrl-c"], GLOBAL, "quit", "Quit; a run stops after the requests in flight"),
    row(Action::Mouse, "mouse", &["f2"], GLOBAL, "free mouse", "Leave the mouse to the terminal's own selection, or take it back"),
    row(Action::Background, "background", &["f3"], GLOBAL, "light or dark", "Colours for the other background"),
    row(Action::Redraw, "redraw", &["ctrl-l"], GLOBAL, "redraw", "Draw the whole screen anew"),
    row(Action::Suspend, "suspend", &["ctrl-z"], GLOBAL, "suspend", "Give the terminal back to the shell; fg returns"),
    // Moving
    row(Action::Up, "up", &["up", "k"], MOVE, "up", "One line up"),
    row(Action::Down, "down", &["down", "j"], MOVE, "down", "One line down"),
    row(Action::PageUp, "page-up", &["pageup", "ctrl-b"], MOVE, "page up", "One page up"),
    row(Action::PageDown, "page-down", &["pagedown", "ctrl-f"], MOVE, "page down", "One page down"),
    row(Action::Top, "top", &["g", "home"], MOVE, "top", "To the first line"),
    row(Action::Bottom, "bottom", &["G", "end"], MOVE, "bottom", "To the last line"),
    row(Action::Left, "left", &["left", "h"], MOVE, "left", "To the left"),
    row(Action::Right, "right", &["right", "l"], MOVE, "right", "To the right"),
    row(Action::NextPane, "next-pane", &["tab"], MOVE, "next pane", "To the next pane"),
    row(Action::PreviousPane, "previous-pane", &["shift-tab"], MOVE, "previous pane", "To the pane before"),
    row(Action::Open, "open", &["enter"], MOVE, "open", "Go into what is under the cursor").hint(10),
    // Overview
    row(Action::Map, "map", &["M"], &[Context::Overview], "map", "Show the records of a type with a LOCATION on a map").hint(30),
    // Records
    row(Action::Filter, "filter", &["/"], &[Context::Records, Context::Detail, Context::Review, Context::Log], "filter", "Narrow the list: words, or terms such as capacity>40000 status:updated city~york").hint(30),
    row(Action::NextType, "next-type", &[">", "."], &[Context::Records, Context::Detail], "next type", "The next record type").hint(31),
    row(Action::PreviousType, "previous-type", &["<", ","], &[Context::Records, Context::Detail], "previous type", "The record type before"),
    row(Action::Status, "status", &["f"], &[Context::Records], "status", "Only new, updated, orphan or unchanged records, in turn").hint(32),
    row(Action::Columns, "columns", &["c"], &[Context::Records], "columns", "Choose the columns of this type"),
    row(Action::Sort, "sort", &["S"], &[Context::Records], "sort", "Sort by a column"),
    row(Action::Mark, "mark", &["space"], &[Context::Records, Context::Choice], "mark", "Mark the record or the column, or take the mark away").hint(33),
    row(Action::MarkDown, "mark-down", &["shift-down", "J"], &[Context::Records], "mark down", "Mark the record and the one below"),
    row(Action::MarkUp, "mark-up", &["shift-up", "K"], &[Context::Records], "mark up", "Mark the record and the one above"),
    row(Action::MarkRange, "mark-range", &["ctrl-space", "M"], &[Context::Records], "mark range", "Mark all from the record that was marked last to this one"),
    row(Action::MarkAll, "mark-all", &["*"], &[Context::Records], "mark all", "Mark every record that is shown"),
    row(Action::ClearMarks, "clear-marks", &["-"], &[Context::Records], "clear marks", "Take all marks away"),
    row(Action::Edit, "edit", &["e"], &[Context::Records, Context::Detail], "edit", "Edit a field").writes().hint(34),
    row(Action::EditJson, "edit-json", &["E"], &[Context::Records, Context::Detail], "edit JSON", "Edit the whole record as JSON in $EDITOR").writes(),
    row(Action::New, "new", &["n"], &[Context::Records, Context::Detail], "new", "Create a record").writes(),
    row(Action::Delete, "delete", &["x"], &[Context::Records, Context::Detail], "delete", "Delete the record, or the marked ones").writes().hint(35),
    row(Action::LookUp, "look-up", &["r"], &[Context::Records, Context::Detail], "look up", "Ask the cloud for the record again"),
    row(Action::Copy, "copy", &["y"], &[Context::Records, Context::Detail, Context::Log], "copy", "Copy name, value or JSON to the clipboard"),
    row(Action::ReferencedBy, "referenced-by", &["w"], &[Context::Records, Context::Detail], "who refers", "The records that refer to this one"),
    row(Action::Return, "return", &["backspace"], &[Context::Records, Context::Detail], "return", "Back to the record that the reference was followed from"),
    row(Action::Export, "export", &["o"], &[Context::Records, Context::Report, Context::Log], "save", "Write what is shown to a file"),
    // Sync
    row(Action::Include, "include", &["space"], &[Context::Review], "include", "Take the operation, or all of the group, out of the plan or into it").hint(6),
    row(Action::Orphans, "orphans", &["o"], &[Context::Review], "orphans", "Plan to delete the orphans, or leave them").writes().hint(7),
    row(Action::Apply, "apply", &["a"], &[Context::Review], "apply", "Confirm the plan and send it").writes().hint(5),
    row(Action::Ask, "ask-at-conflicts", &["A"], &[Context::Review], "ask at conflicts", "Leave what somebody else changes meanwhile, and list it to be settled one by one; or let the files win").hint(33),
    row(Action::Pause, "pause", &["p"], &[Context::Running], "pause", "Hold the run after the requests in flight, or go on").hint(5),
    row(Action::VerifyWritten, "verify-written", &["v"], &[Context::Report], "verify", "Check every field of the types that were written").hint(5),
    row(Action::Undo, "undo", &["u"], &[Context::Report, Context::History], "undo", "Take the run back").writes().hint(6),
    // Verify
    row(Action::Repair, "repair", &["a"], &[Context::Verify], "repair", "Put what differs into a sync plan").writes().hint(5),
    // History
    row(Action::Resume, "resume", &["R"], &[Context::History], "resume", "Finish the run that was interrupted").writes().hint(7),
    // Log
    row(Action::Follow, "follow", &["f"], &[Context::Log], "follow", "Stay at the newest line").hint(31),
    row(Action::NextHit, "next-hit", &["n"], &[Context::Log, Context::Overview], "next hit", "To the next hit of the search; on the map, the next record"),
    row(Action::PreviousHit, "previous-hit", &["N"], &[Context::Log, Context::Overview], "previous hit", "To the hit before; on the map, the record before"),
    // Welcome
    row(Action::Demo, "demo", &["d"], &[Context::Welcome], "demo", "Try everything on an embedded CloudKit").hint(10),
    row(Action::Init, "init", &["i"], &[Context::Welcome], "init", "Write a skydeck.toml from the JSON files found here").hint(11),
    row(Action::Retry, "retry", &["r"], &[Context::Broken], "try again", "Open the environment again").hint(10),
    // Dialogs
    row(Action::Stop, "stop", &["x"], &[Context::Jobs], "stop", "Stop the job; a run stops after the requests in flight"),
    row(Action::Accept, "accept", &["enter"], &[Context::Dialog, Context::Typing], "choose", "Do what the focused button says").hint(8),
    row(Action::Cancel, "cancel", &["esc"], &[Context::Dialog, Context::Typing], "cancel", "Leave everything as it is").hint(9),
    row(Action::Fuzzy, "fuzzy", &["ctrl-f"], &[Context::Typing], "fuzzy", "Match words fuzzily, or exactly again"),
    row(Action::Earlier, "earlier", &["up"], &[Context::Filter], "earlier", "The filter that was typed before"),
    row(Action::Later, "later", &["down"], &[Context::Filter], "later", "The filter that was typed after it, and at last what was begun"),
    row(Action::Clear, "clear", &["ctrl-x"], &[Context::Field], "no value", "Take the value away").hint(40),
    row(Action::Side, "side", &["tab"], &[Context::Export], "side", "Export the other side: local or cloud").hint(41),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_told_of_in_words() {
        let mut ids = HashSet::new();
        for spec in ACTIONS {
            assert!(ids.insert(spec.id), "{} stands twice", spec.id);
            assert!(ids.len() == ids.len() && !spec.title.is_empty() && !spec.help.is_empty());
            assert_eq!(spec.action.spec().id, spec.id);
        }
    }

    #[test]
    fn no_context_has_a_key_twice() {
        let mut taken = HashSet::new();
        for spec in ACTIONS {
            for context in spec.contexts {
                for key in spec.keys {
                    assert!(
                        taken.insert((context, *key)),
                        "{key} twice in {}",
                        context.title()
                    );
                }
            }
        }
    }
}
