//! A plan to be looked at, as the screen keeps it: what is in it, what was left out, what to be warned of.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::tree::{Group, Row, Section, Tree};
use super::warnings::{Warning, warnings};
use crate::record::compare::FieldChange;
use crate::record::diff::Diff;
use crate::record::plan::{Operation, Verb};
use crate::record::table::Status;
use crate::sync::{Choices, Comparison, Reviewed};
use crate::tui::effect::Excluded;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::field::Field;

/// Where groups are short enough to be shown unfolded.
const UNFOLDED: usize = 40;

/// A plan to be looked at.
#[derive(Debug)]
pub(super) struct Review {
    /// The plan with everything in it but the orphans.
    pub reviewed: Reviewed,
    /// What it was made from; `None`: an import, which compares nothing.
    pub comparison: Option<Arc<Comparison>>,
    /// The plan, folded.
    pub tree: Tree,
    /// To be read first.
    pub warnings: Vec<Warning>,
    /// The row under the cursor: warnings, then the tree, then the last line, which sends.
    pub cursor: Cursor,
    /// What narrows the tree.
    pub filter: Field,
    /// Whether it is being typed.
    pub typing: bool,
    /// Whether a person settles conflicts.
    pub ask: bool,
    /// The only records to touch.
    pub only: Option<Excluded>,
}

/// What stands at a row of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A warning.
    Warning(usize),
    /// A row of the tree.
    Tree(Row),
    /// The line that leads on.
    Send,
}

impl Review {
    /// A review of a plan.
    pub(super) fn new(
        reviewed: Reviewed,
        comparison: Option<Arc<Comparison>>,
        only: Option<Excluded>,
    ) -> Self {
        let warnings = warnings(&reviewed, comparison.as_deref());
        let mut tree = Tree {
            sections: sections(&reviewed.plan().operations),
        };
        tree.sections.extend(
            comparison
                .as_deref()
                .and_then(|comparison| orphans(comparison, only.as_ref())),
        );
        if reviewed.plan().operations.len() <= UNFOLDED {
            let groups = tree.sections.iter_mut().filter(|one| !one.orphans);
            groups
                .flat_map(|one| &mut one.groups)
                .for_each(|group| group.folded = false);
        }
        Review {
            reviewed,
            comparison,
            tree,
            warnings,
            cursor: Cursor::default(),
            filter: Field::default(),
            typing: false,
            ask: false,
            only,
        }
    }

    /// Takes over what was arranged in a review before: what was left out, and whether conflicts are asked about.
    pub(super) fn keep(&mut self, before: &Review) {
        self.ask = before.ask;
        let excluded = before.excluded();
        let orphans: HashSet<String> = before.orphans_in().collect();
        let mut turn = Vec::new();
        for (section, group, place, name) in self.members() {
            let wanted = if self.tree.sections.get(section).is_some_and(|one| one.orphans) {
                orphans.contains(name)
            } else {
                let group = self.tree.group(section, group);
                group.is_some_and(|group| !excluded.contains(&(group.record_type.clone(), name.to_owned())))
            };
            let is_in = self
                .tree
                .group(section, group)
                .is_some_and(|group| group.is_in(place));
            if wanted != is_in {
                turn.push(Row::Member(section, group, place));
            }
        }
        for row in turn {
            self.tree.toggle(row);
        }
    }

    /// Rows in all.
    pub(super) fn len(&self) -> usize {
        self.warnings.len() + self.tree.len() + 1
    }

    /// What stands at a row.
    pub(super) fn line(&self, row: usize) -> Line {
        match row.checked_sub(self.warnings.len()) {
            None => Line::Warning(row),
            Some(row) => self.tree.row(row).map_or(Line::Send, Line::Tree),
        }
    }

    /// The name of a member of a group.
    pub(super) fn name(&self, group: &Group, place: usize) -> &str {
        let member = group.members.get(place);
        member.map_or("", |member| self.name_of(group, *member))
    }

    fn name_of(&self, group: &Group, member: u32) -> &str {
        if self.is_of_orphans(group) {
            let diff = self.diff_of(group);
            return diff.map_or("", |diff| diff.table().name(member as usize));
        }
        let operation = self.reviewed.plan().operations.get(member as usize);
        operation.map_or("", |operation| operation.name.as_str())
    }

    /// The operation of a member; that of an orphan is made for the occasion.
    pub(super) fn operation(&self, group: &Group, place: usize) -> Option<Operation> {
        let member = *group.members.get(place)? as usize;
        if self.is_of_orphans(group) {
            let orphan = self.diff_of(group)?.table().cloud_record(member);
            return orphan.map(Operation::delete);
        }
        self.reviewed.plan().operations.get(member).cloned()
    }

    /// Orphans are no part of the plan that is looked at, so a deletion in a sync is always one.
    fn is_of_orphans(&self, group: &Group) -> bool {
        group.verb == Verb::Delete && self.comparison.is_some()
    }

    fn diff_of(&self, group: &Group) -> Option<&Diff> {
        let mut diffs = self.comparison.as_deref()?.diffs();
        diffs
            .find(|(config, _)| config.name == group.record_type)
            .map(|(_, diff)| diff)
    }

    /// What was left out of the plan.
    pub(super) fn excluded(&self) -> Excluded {
        let with_orphans = self.tree.included().1 > 0;
        let out = self.members().filter_map(|(section, group, place, name)| {
            let section = self.tree.sections.get(section)?;
            let group = section.groups.get(group)?;
            (!group.is_in(place) && (with_orphans || !section.orphans))
                .then(|| (group.record_type.clone(), name.to_owned()))
        });
        out.collect()
    }

    fn orphans_in(&self) -> impl Iterator<Item = String> + '_ {
        self.members().filter_map(|(section, group, place, name)| {
            let section = self.tree.sections.get(section)?;
            let is_in = section.groups.get(group)?.is_in(place);
            (section.orphans && is_in).then(|| name.to_owned())
        })
    }

    /// Section, group, place and name of every operation.
    fn members(&self) -> impl Iterator<Item = (usize, usize, usize, &str)> {
        self.tree
            .sections
            .iter()
            .enumerate()
            .flat_map(move |(number, section)| {
                section.groups.iter().enumerate().flat_map(move |(at, group)| {
                    let names = group.members.iter().enumerate();
                    names.map(move |(place, member)| {
                        let name = self.name_of(group, *member);
                        (number, at, place, name)
                    })
                })
            })
    }

    /// What is to be planned for good.
    pub(super) fn choices(&self) -> Choices {
        Choices {
            delete_orphans: self.tree.included().1 > 0,
            excluded: self.excluded(),
            only: self.only.clone(),
            ask: self.ask,
            ..Choices::default()
        }
    }

    /// Takes all orphans into the plan, or out of it.
    pub(super) fn turn_orphans(&mut self) {
        if let Some(at) = self.tree.sections.iter().position(|one| one.orphans) {
            self.tree.toggle(Row::Section(at));
        }
    }

    /// How many orphans there are.
    pub(super) fn orphans(&self) -> usize {
        let sections = self.tree.sections.iter().filter(|one| one.orphans);
        sections
            .flat_map(|one| &one.groups)
            .map(|group| group.members.len())
            .sum()
    }

    /// Shows only what the filter lets through: each of its words is part of the name, the type or the verb.
    pub(super) fn sift(&mut self) {
        let words: Vec<String> = self
            .filter
            .text()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut tree = std::mem::take(&mut self.tree);
        if words.is_empty() {
            tree.sift(None);
        } else {
            let keep = |group: &Group, member: u32| {
                let name = self.name_of(group, member);
                let verb = crate::tui::show::verb_word(group.verb);
                words
                    .iter()
                    .all(|word| contains(name, word) || contains(&group.record_type, word) || verb == word)
            };
            tree.sift(Some(&keep));
        }
        self.tree = tree;
        self.cursor.fit(self.len());
    }
}

/// Whether a text contains a word in lower case, whatever its own case.
fn contains(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.windows(word.len().max(1))
        .any(|part| part.eq_ignore_ascii_case(word))
}

/// The fields of an operation, for people: what goes with a deletion too.
pub(in crate::tui::screen) fn changes_of(operation: &Operation) -> Vec<FieldChange> {
    if operation.verb != Verb::Delete {
        return operation.changes();
    }
    let fields = operation.before.iter().flat_map(|record| &record.fields);
    let gone = fields.map(|(field, value)| FieldChange {
        field: field.clone(),
        local: None,
        cloud: Some(value.clone()),
    });
    gone.collect()
}

fn sections(operations: &[Operation]) -> Vec<Section> {
    let mut types: Vec<(&str, BTreeMap<Verb, Vec<u32>>)> = Vec::new();
    for (operation, position) in operations.iter().zip(0_u32..) {
        let name = operation.record_type.as_str();
        let at = types
            .iter()
            .position(|(known, _)| *known == name)
            .unwrap_or_else(|| {
                types.push((name, BTreeMap::new()));
                types.len() - 1
            });
        if let Some((_, verbs)) = types.get_mut(at) {
            verbs.entry(operation.verb).or_default().push(position);
        }
    }
    let section = |(name, verbs): (&str, BTreeMap<Verb, Vec<u32>>)| Section {
        title: name.to_owned(),
        orphans: false,
        folded: false,
        kept: None,
        groups: (verbs.into_iter())
            .map(|(verb, members)| Group::new(name, verb, members, false))
            .collect(),
    };
    types.into_iter().map(section).collect()
}

/// Where a listing is not complete nothing of it is called an orphan.
fn orphans(comparison: &Comparison, only: Option<&Excluded>) -> Option<Section> {
    let mut groups = Vec::new();
    for (config, diff) in comparison.diffs() {
        if !diff.is_complete() || diff.counts().orphan == 0 {
            continue;
        }
        let wanted = |row: &usize| {
            only.is_none_or(|only| only.contains(&(config.name.clone(), diff.table().name(*row).to_owned())))
        };
        let rows = diff.with_status(Status::Orphan).filter(wanted);
        let members: Vec<u32> = rows.filter_map(|row| u32::try_from(row).ok()).collect();
        if !members.is_empty() {
            groups.push(Group::new(&config.name, Verb::Delete, members, true));
        }
    }
    (!groups.is_empty()).then(|| Section {
        title: "Orphans".to_owned(),
        orphans: true,
        folded: false,
        kept: None,
        groups,
    })
}
