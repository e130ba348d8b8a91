//! The shared pieces that screens and dialogs are made of.

pub mod bar;
pub mod button;
pub mod changed;
pub mod cursor;
pub mod field;
pub mod hints;
pub mod list;
pub mod name;
pub mod pane;
pub mod scroll;
pub mod scrollbar;
pub mod table;
pub mod toast;
