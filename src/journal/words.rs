//! The words of the journal: what runs were for, how far operations have come, how runs ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A small closed set of words, as the journal keeps them and people read them.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }
        impl $name {
            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.word()) }
        }
        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> std::result::Result<Self, String> {
                match text { $($word => Ok($name::$variant),)+ other => Err(format!("unknown word '{other}'")) }
            }
        }
    };
}

words! {
    /// What a run was for.
    RunKind {
        /// `skydeck sync`, or a saved plan applied.
        Sync = "sync",
        /// The same, set to ask: where somebody else has written in between, theirs stays and a person decides.
        AskingSync = "sync-asking",
        /// `skydeck import`: every local record replaced as a whole.
        Import = "import",
        /// `skydeck undo`.
        Undo = "undo",
        /// New records made by hand.
        Create = "create",
        /// Records edited by hand.
        Update = "update",
        /// Records deleted by hand.
        Delete = "delete",
        /// `skydeck delete-all`.
        DeleteAll = "delete-all",
    }
}

words! {
    /// How far an operation has come.
    State {
        /// Nothing of it has been sent.
        Planned = "planned",
        /// Sent; the outcome is not known until a lookup resolves it.
        Sent = "sent",
        /// Done by this run.
        Applied = "applied",
        /// The record was as wanted already.
        AlreadyEqual = "already-equal",
        /// The record to delete was already gone, as far as known not because of this run.
        AlreadyGone = "already-gone",
        /// Somebody else's writing stands in the way.
        Conflicted = "conflicted",
        /// The service refused it.
        Refused = "refused",
        /// The run ended before it.
        NotAttempted = "not-attempted",
    }
}

impl State {
    /// Whether nothing remains to be found out or done.
    pub const fn is_settled(self) -> bool {
        !matches!(self, State::Planned | State::Sent)
    }
}

words! {
    /// How a run ended.
    Ending {
        /// Every record is as wanted.
        Done = "done",
        /// Some conflicted, were refused or not attempted.
        Partial = "partial",
        /// Stopped by the user.
        Cancelled = "cancelled",
        /// Stopped by an error.
        Failed = "failed",
    }
}
