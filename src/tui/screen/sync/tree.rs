//! A plan as a tree that folds: record types, what is done, operations, their fields. Operations are never copied: a row is
//! found by arithmetic over groups, of which there are few.

use std::collections::BTreeMap;

use crate::record::plan::Verb;

/// A row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A section, by its place.
    Section(usize),
    /// A group: section, group.
    Group(usize, usize),
    /// An operation: section, group, place in the group.
    Member(usize, usize, usize),
    /// A line of an unfolded operation: section, group, place in the group, line.
    Field(usize, usize, usize, usize),
}

/// What belongs to one record type; or all orphans.
#[derive(Debug)]
pub(super) struct Section {
    /// The record type, or what it is.
    pub title: String,
    /// Whether it holds the orphans.
    pub orphans: bool,
    /// Whether its groups are out of sight.
    pub folded: bool,
    /// Whether they were before a filter unfolded it.
    pub kept: Option<bool>,
    /// What is done, verb by verb; of orphans, type by type.
    pub groups: Vec<Group>,
}

/// Operations of one type and verb.
#[derive(Debug)]
pub(super) struct Group {
    /// The record type.
    pub record_type: String,
    /// What is done.
    pub verb: Verb,
    /// Whether its operations are out of sight.
    pub folded: bool,
    kept: Option<bool>,
    /// Positions in the plan; of orphans, rows of the comparison.
    pub members: Vec<u32>,
    /// Which of them are left out.
    out: Vec<bool>,
    left_out: usize,
    /// Places in `members` that the filter lets through; `None`: all.
    shown: Option<Vec<u32>>,
    /// Unfolded operations, by place in `members`, and their lines.
    unfolded: BTreeMap<usize, usize>,
}

impl Group {
    /// A group of these, all of them in the plan, or all of them out of it.
    pub(super) fn new(record_type: &str, verb: Verb, members: Vec<u32>, out: bool) -> Self {
        Group {
            record_type: record_type.to_owned(),
            verb,
            folded: true,
            kept: None,
            out: vec![out; members.len()],
            left_out: if out { members.len() } else { 0 },
            members,
            shown: None,
            unfolded: BTreeMap::new(),
        }
    }

    /// Operations that are in the plan.
    pub(super) fn included(&self) -> usize {
        self.members.len() - self.left_out
    }

    /// Whether one of them is in the plan.
    pub(super) fn is_in(&self, place: usize) -> bool {
        self.out.get(place) == Some(&false)
    }

    fn set(&mut self, place: usize, included: bool) {
        if let Some(out) = self.out.get_mut(place)
            && *out == included
        {
            *out = !included;
            self.left_out = if included {
                self.left_out - 1
            } else {
                self.left_out + 1
            };
        }
    }

    /// Members that the filter lets through.
    pub(super) fn count(&self) -> usize {
        self.shown.as_ref().map_or(self.members.len(), Vec::len)
    }

    fn place(&self, shown: usize) -> usize {
        match &self.shown {
            Some(places) => places.get(shown).map_or(0, |place| *place as usize),
            None => shown,
        }
    }

    fn shown_at(&self, place: usize) -> Option<usize> {
        match &self.shown {
            Some(places) => places.binary_search(&u32::try_from(place).ok()?).ok(),
            None => Some(place),
        }
    }

    /// Its rows, its own included; none where the filter lets nothing through.
    fn rows(&self) -> usize {
        if self.count() == 0 {
            return 0;
        }
        if self.folded {
            return 1;
        }
        let shown = self
            .unfolded
            .iter()
            .filter(|(place, _)| self.shown_at(**place).is_some());
        1 + self.count() + shown.map(|(_, lines)| lines).sum::<usize>()
    }

    /// The operation and the line of it at a row below the group's own.
    fn at(&self, row: usize) -> (usize, Option<usize>) {
        let mut rest = row;
        for (place, lines) in &self.unfolded {
            let Some(shown) = self.shown_at(*place) else {
                continue;
            };
            if rest <= shown {
                break;
            }
            if rest <= shown + lines {
                return (*place, Some(rest - shown - 1));
            }
            rest -= lines;
        }
        (self.place(rest), None)
    }

    /// Unfolds one of them into so many lines, or folds it again.
    pub(super) fn unfold(&mut self, place: usize, lines: usize) {
        if self.unfolded.remove(&place).is_none() && lines > 0 {
            self.unfolded.insert(place, lines);
        }
    }

    /// Whether one of them is unfolded.
    pub(super) fn is_unfolded(&self, place: usize) -> bool {
        self.unfolded.contains_key(&place)
    }
}

impl Section {
    fn rows(&self) -> usize {
        let below: usize = self.groups.iter().map(Group::rows).sum();
        match (below, self.folded) {
            (0, _) => 0,
            (_, true) => 1,
            (below, false) => 1 + below,
        }
    }
}

/// Whether a filter lets a member of a group through.
pub(super) type Keep<'k> = &'k dyn Fn(&Group, u32) -> bool;

/// The tree.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Its sections.
    pub sections: Vec<Section>,
}

impl Tree {
    /// Rows in all.
    pub(super) fn len(&self) -> usize {
        self.sections.iter().map(Section::rows).sum()
    }

    /// What stands at a row.
    pub(super) fn row(&self, row: usize) -> Option<Row> {
        let mut rest = row;
        for (number, section) in self.sections.iter().enumerate() {
            let rows = section.rows();
            if rest >= rows {
                rest -= rows;
                continue;
            }
            if rest == 0 {
                return Some(Row::Section(number));
            }
            rest -= 1;
            for (at, group) in section.groups.iter().enumerate() {
                let rows = group.rows();
                if rest >= rows {
                    rest -= rows;
                    continue;
                }
                if rest == 0 {
                    return Some(Row::Group(number, at));
                }
                return Some(match group.at(rest - 1) {
                    (place, None) => Row::Member(number, at, place),
                    (place, Some(line)) => Row::Field(number, at, place, line),
                });
            }
        }
        None
    }

    /// The row at which something stands, where it is in sight at all.
    pub(super) fn find(&self, wanted: Row) -> Option<usize> {
        let (section, group) = match wanted {
            Row::Section(section) => (section, None),
            Row::Group(section, group) | Row::Member(section, group, _) | Row::Field(section, group, ..) => {
                (section, Some(group))
            }
        };
        let before: usize = self.sections.iter().take(section).map(Section::rows).sum();
        let Some(group) = group else {
            return Some(before);
        };
        let groups = &self.sections.get(section)?.groups;
        Some(before + 1 + groups.iter().take(group).map(Group::rows).sum::<usize>())
    }

    /// A group.
    pub(super) fn group(&self, section: usize, group: usize) -> Option<&Group> {
        self.sections.get(section)?.groups.get(group)
    }

    /// A group, to be changed.
    pub(super) fn group_mut(&mut self, section: usize, group: usize) -> Option<&mut Group> {
        self.sections.get_mut(section)?.groups.get_mut(group)
    }

    /// Takes what stands at a row out of the plan, or into it: one operation, or all that the filter shows of a group or of
    /// a section. Where some are in and some are not, all are taken in.
    pub(super) fn toggle(&mut self, row: Row) {
        match row {
            Row::Member(section, group, place) | Row::Field(section, group, place, _) => {
                if let Some(group) = self.group_mut(section, group) {
                    let included = group.is_in(place);
                    group.set(place, !included);
                }
            }
            Row::Group(section, group) => {
                if let Some(group) = self.group_mut(section, group) {
                    toggle_all(std::slice::from_mut(group));
                }
            }
            Row::Section(section) => {
                if let Some(section) = self.sections.get_mut(section) {
                    toggle_all(&mut section.groups);
                }
            }
        }
    }

    /// Lets those groups and operations through of which `keep` says so; without it everything.
    pub(super) fn sift(&mut self, keep: Option<Keep<'_>>) {
        for section in &mut self.sections {
            refold(&mut section.folded, &mut section.kept, keep.is_some());
            for group in &mut section.groups {
                refold(&mut group.folded, &mut group.kept, keep.is_some());
                group.shown = keep.map(|keep| {
                    let members = group.members.iter().zip(0_u32..);
                    let kept = members.filter(|(member, _)| keep(group, **member));
                    kept.map(|(_, place)| place).collect()
                });
            }
        }
    }

    /// Operations in the plan: of the files, and orphans.
    pub(super) fn included(&self) -> (usize, usize) {
        let count = |orphans: bool| {
            let sections = self.sections.iter().filter(|one| one.orphans == orphans);
            sections.flat_map(|one| &one.groups).map(Group::included).sum()
        };
        (count(false), count(true))
    }
}

/// A filter unfolds what it lets through; without it everything is folded as before.
fn refold(folded: &mut bool, kept: &mut Option<bool>, filtered: bool) {
    if !filtered {
        *folded = kept.take().unwrap_or(*folded);
    } else if kept.is_none() {
        *kept = Some(std::mem::replace(folded, false));
    }
}

fn toggle_all(groups: &mut [Group]) {
    let shown = |group: &Group| (0..group.count()).map(|at| group.place(at)).collect::<Vec<_>>();
    let all_in = groups
        .iter()
        .all(|group| shown(group).into_iter().all(|place| group.is_in(place)));
    for group in groups {
        for place in shown(group) {
            group.set(place, !all_in);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let group = |verb, members: std::ops::Range<u32>| Group {
            folded: false,
            ..Group::new("Game", verb, members.collect(), false)
        };
        let section = |title: &str, groups| Section {
            title: title.to_owned(),
            orphans: false,
            folded: false,
            kept: None,
            groups,
        };
        Tree {
            sections: vec![
                section("Game", vec![group(Verb::Create, 0..2), group(Verb::Update, 2..5)]),
                section("Team", vec![group(Verb::Update, 5..6)]),
            ],
        }
    }

    fn rows(tree: &Tree) -> Vec<Row> {
        (0..tree.len()).filter_map(|row| tree.row(row)).collect()
    }

    #[test]
    fn every_row_is_found_with_operations_folded_and_unfolded() {
        let mut tree = tree();
        assert_eq!(tree.len(), 11);
        tree.sections[0].groups[1].unfold(1, 2);
        let all = rows(&tree);
        assert_eq!(all.len(), tree.len());
        assert_eq!(all[5], Row::Member(0, 1, 0));
        assert_eq!(all[6], Row::Member(0, 1, 1));
        assert_eq!(all[7], Row::Field(0, 1, 1, 0));
        assert_eq!(all[8], Row::Field(0, 1, 1, 1));
        assert_eq!(all[9], Row::Member(0, 1, 2));
        assert_eq!(tree.row(tree.len()), None);
        tree.sections[0].groups[1].folded = true;
        assert_eq!(rows(&tree)[4..6], [Row::Group(0, 1), Row::Section(1)]);
        assert_eq!(tree.find(Row::Group(1, 0)), Some(6));
    }

    #[test]
    fn what_is_not_shown_is_neither_counted_nor_taken_out() {
        let mut tree = tree();
        tree.sift(Some(&|_, member| member == 3));
        assert_eq!(
            rows(&tree),
            [Row::Section(0), Row::Group(0, 1), Row::Member(0, 1, 1)]
        );
        tree.toggle(Row::Section(0));
        tree.sift(None);
        assert_eq!(tree.included(), (5, 0));
        assert!(!tree.sections[0].groups[1].is_in(1));
        // Some are in and some are not: all are taken in.
        tree.toggle(Row::Section(0));
        assert_eq!(tree.included(), (6, 0));
        tree.toggle(Row::Member(1, 0, 0));
        assert_eq!(tree.included(), (5, 0));
    }
}
