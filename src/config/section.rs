//! One table of the file while it is read: its members with their places, and a complaint for what is not as it
//! should be.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Notes, closest};
use crate::record::percent::{NotPercent, Percent};

/// A value and where it stands.
pub(super) type Item<'d, 'i> = &'d Spanned<DeValue<'i>>;

/// One table of the file.
#[derive(Clone)]
pub(super) struct Section<'d, 'i> {
    table: &'d DeTable<'i>,
    /// Where its name stands.
    pub(super) at: Range<usize>,
    /// What it is called in a complaint.
    pub(super) called: String,
}

impl<'d, 'i> Section<'d, 'i> {
    pub(super) fn root(table: &'d DeTable<'i>) -> Self {
        Section {
            table,
            at: 0..0,
            called: "the file".to_owned(),
        }
    }

    /// The members in the file's order.
    pub(super) fn members(
        &self,
    ) -> impl Iterator<Item = (&'d str, Range<usize>, Item<'d, 'i>)> + use<'d, 'i> {
        self.table
            .iter()
            .map(|(key, item)| (key.get_ref().as_ref(), key.span(), item))
    }

    pub(super) fn get(&self, name: &str) -> Option<Item<'d, 'i>> {
        self.members()
            .find(|(key, ..)| *key == name)
            .map(|(.., item)| item)
    }

    /// Complains about every member that is none of the known ones.
    pub(super) fn only(&self, notes: &mut Notes<'_>, known: &[&str]) {
        for (key, at, _) in self.members().filter(|(key, ..)| !known.contains(key)) {
            let expected = match closest(key, known.iter().copied()) {
                Some(meant) => format!("did you mean '{meant}'?"),
                None => format!("expected one of {}", known.join(", ")),
            };
            notes.wrong(&at, format!("{} has no member '{key}'", self.called), expected);
        }
    }

    /// A member that is a table.
    pub(super) fn table(&self, notes: &mut Notes<'_>, name: &str) -> Option<Section<'d, 'i>> {
        let (key, at, item) = self.members().find(|(key, ..)| *key == name)?;
        Section::of(notes, key, at, item, name)
    }

    /// A value as a table; anything else is a mistake.
    pub(super) fn of(
        notes: &mut Notes<'_>,
        key: &str,
        at: Range<usize>,
        item: Item<'d, 'i>,
        called: &str,
    ) -> Option<Section<'d, 'i>> {
        let Some(table) = item.get_ref().as_table() else {
            wrong_type(notes, key, item, "a table");
            return None;
        };
        Some(Section {
            table,
            at,
            called: format!("[{called}]"),
        })
    }

    /// A member that is text and not empty.
    pub(super) fn text(&self, notes: &mut Notes<'_>, name: &str) -> Option<(&'d str, Range<usize>)> {
        let item = self.get(name)?;
        match item.get_ref().as_str() {
            Some("") => {
                notes.wrong(
                    &item.span(),
                    format!("{name} is empty"),
                    "expected some text, or leave it out",
                );
                None
            }
            Some(text) => Some((text, item.span())),
            None => {
                wrong_type(notes, name, item, "a text");
                None
            }
        }
    }

    /// A member that is text and must be there.
    pub(super) fn needed(&self, notes: &mut Notes<'_>, name: &str, example: &str) -> Option<&'d str> {
        if self.get(name).is_none() {
            let found = format!("{} has no '{name}'", self.called);
            notes.wrong(&self.at, found, format!("expected {name} = {example}"));
        }
        self.text(notes, name).map(|(text, _)| text)
    }

    pub(super) fn flag(&self, notes: &mut Notes<'_>, name: &str) -> Option<bool> {
        let item = self.get(name)?;
        let flag = item.get_ref().as_bool();
        if flag.is_none() {
            wrong_type(notes, name, item, "true or false");
        }
        flag
    }

    pub(super) fn percent(&self, notes: &mut Notes<'_>, name: &str) -> Option<Percent> {
        let item = self.get(name)?;
        let Some(text) = number_text(item) else {
            wrong_type(notes, name, item, "a number from 0 to 100");
            return None;
        };
        let percent = text.parse();
        if let Err(expected) = &percent {
            let expected: &NotPercent = expected;
            notes.wrong(
                &item.span(),
                format!("{name} is out of range"),
                expected.to_string(),
            );
        }
        percent.ok()
    }

    pub(super) fn number(&self, notes: &mut Notes<'_>, name: &str, within: &Range<u64>) -> Option<u64> {
        let item = self.get(name)?;
        let expected = format!("a whole number from {} to {}", within.start, within.end - 1);
        let Some(number) = integer(item) else {
            wrong_type(notes, name, item, &expected);
            return None;
        };
        let number = u64::try_from(number)
            .ok()
            .filter(|number| within.contains(number));
        if number.is_none() {
            notes.wrong(
                &item.span(),
                format!("{name} is out of range"),
                format!("expected {expected}"),
            );
        }
        number
    }
}

/// A number's text, whole or with a fraction, without the underscores that TOML allows.
fn number_text(item: Item<'_, '_>) -> Option<String> {
    let float = || Some(item.get_ref().as_float()?.as_str().replace('_', ""));
    integer(item).map(|number| number.to_string()).or_else(float)
}

/// Complains that a value is of another type.
pub(super) fn wrong_type(notes: &mut Notes<'_>, name: &str, item: Item<'_, '_>, expected: &str) {
    let found = match item.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    notes.wrong(
        &item.span(),
        format!("{name} is {found}"),
        format!("expected {expected}"),
    );
}

/// A whole number that fits 64 bits.
pub(super) fn integer(item: Item<'_, '_>) -> Option<i64> {
    let number = item.get_ref().as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
