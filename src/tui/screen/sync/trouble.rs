//! Records that need a look, in rows: those of one cause together, with a few examples until they are unfolded. Records are
//! never copied: a row is found by arithmetic over the causes.

use crate::record::compare::FieldChange;
use crate::sync::{Cause, Report, Unhappy};
use crate::tui::show;
use crate::tui::theme::Role;

/// The rows of a report.
#[derive(Debug)]
pub(super) struct Trouble {
    groups: Vec<Group>,
}

/// Records that came to nothing for one cause.
#[derive(Debug)]
struct Group {
    kind: TroubleKind,
    /// Places in the report's list of that kind.
    members: Vec<usize>,
    is_one_type: bool,
    folded: bool,
}

/// How an operation ended without being applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TroubleKind {
    Conflict,
    Refused,
}

/// A row of the list.
pub(super) enum Row<'r> {
    /// A cause that several records share.
    Cause(CauseRow<'r>),
    /// A record.
    Record(RecordRow<'r>),
    /// The records of a cause that are not listed: how many.
    Rest(usize),
}

/// A cause that several records share.
pub(super) struct CauseRow<'r> {
    /// What became of them.
    pub what: &'static str,
    /// How that is drawn.
    pub role: Role,
    /// Their record type, if all have the same one.
    pub record_type: Option<&'r str>,
    /// How many there are.
    pub records: usize,
    /// Why, as the service said of the first one.
    pub why: &'r str,
    /// Whether only examples are listed.
    pub folded: bool,
}

/// A record that needs a look.
pub(super) struct RecordRow<'r> {
    /// What became of it.
    pub what: &'static str,
    /// How that is drawn.
    pub role: Role,
    /// The record type.
    pub record_type: &'r str,
    /// The record name.
    pub name: &'r str,
    /// Why, in a line.
    pub why: String,
    /// What somebody else had written.
    pub theirs: &'r [FieldChange],
    /// The cause in the row above, if it stands below one.
    pub below: Option<&'r str>,
}

impl TroubleKind {
    const fn list(self, report: &Report) -> &Vec<Unhappy> {
        match self {
            TroubleKind::Conflict => &report.conflicted,
            TroubleKind::Refused => &report.refused,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            TroubleKind::Conflict => "conflict",
            TroubleKind::Refused => "refused",
        }
    }

    const fn role(self) -> Role {
        match self {
            TroubleKind::Conflict => Role::Warning,
            TroubleKind::Refused => Role::Danger,
        }
    }

    fn row(self, one: &Unhappy) -> RecordRow<'_> {
        RecordRow {
            what: self.word(),
            role: self.role(),
            record_type: &one.record_type,
            name: &one.name,
            why: one.why.clone(),
            theirs: &[],
            below: None,
        }
    }
}

impl Group {
    fn new(report: &Report, kind: TroubleKind, members: Vec<usize>) -> Self {
        let types = members
            .iter()
            .filter_map(|place| Some(&kind.list(report).get(*place)?.record_type));
        Group {
            kind,
            is_one_type: types.clone().zip(types.skip(1)).all(|(one, next)| one == next),
            members,
            folded: true,
        }
    }

    /// A cause of one record has no row of its own.
    fn rows(&self) -> usize {
        match self.members.len() {
            1 => 1,
            count => 1 + self.listed() + usize::from(self.listed() < count),
        }
    }

    /// Records that are listed.
    fn listed(&self) -> usize {
        let count = self.members.len();
        if self.folded {
            count.min(Cause::EXAMPLES)
        } else {
            count
        }
    }

    fn row<'r>(&self, report: &'r Report, row: usize) -> Option<Row<'r>> {
        let list = self.kind.list(report);
        let member = |place: usize| list.get(*self.members.get(place)?);
        let first = member(0)?;
        if self.members.len() == 1 {
            return Some(Row::Record(self.kind.row(first)));
        }
        if row == 0 {
            return Some(Row::Cause(CauseRow {
                what: self.kind.word(),
                role: self.kind.role(),
                record_type: self.is_one_type.then_some(&first.record_type),
                records: self.members.len(),
                why: &first.why,
                folded: self.folded,
            }));
        }
        if row > self.listed() {
            return Some(Row::Rest(self.members.len() - self.listed()));
        }
        let mut record = self.kind.row(member(row - 1)?);
        record.below = Some(&first.why);
        Some(Row::Record(record))
    }
}

impl Trouble {
    /// The rows of a report, folded.
    pub(super) fn of(report: &Report) -> Self {
        let groups = [TroubleKind::Conflict, TroubleKind::Refused]
            .into_iter()
            .flat_map(|kind| {
                let causes = Cause::places(kind.list(report)).into_iter();
                causes.map(move |members| Group::new(report, kind, members))
            });
        Trouble {
            groups: groups.collect(),
        }
    }

    /// Rows in all.
    pub(super) fn len(&self, report: &Report) -> usize {
        self.grouped_rows() + report.overwritten.len()
    }

    fn grouped_rows(&self) -> usize {
        self.groups.iter().map(Group::rows).sum()
    }

    /// What stands at a row.
    pub(super) fn row<'r>(&self, report: &'r Report, row: usize) -> Option<Row<'r>> {
        match self.group_at(row) {
            Some((group, first)) => self.groups.get(group)?.row(report, row - first),
            None => overwritten(report, row - self.grouped_rows()).map(Row::Record),
        }
    }

    /// The cause that a row belongs to, and its first row.
    fn group_at(&self, row: usize) -> Option<(usize, usize)> {
        let mut first = 0;
        for (number, group) in self.groups.iter().enumerate() {
            let rows = group.rows();
            if row < first + rows {
                return Some((number, first));
            }
            first += rows;
        }
        None
    }

    /// Lists all records of the cause at a row, or only examples. The row to go to: the cause's own where the row may be gone.
    pub(super) fn fold(&mut self, row: usize, folded: bool) -> usize {
        let Some((number, first)) = self.group_at(row) else {
            return row;
        };
        if let Some(group) = self.groups.get_mut(number) {
            group.folded = folded;
        }
        if folded { first } else { row }
    }
}

/// Every record, whatever is folded.
pub(super) fn records(report: &Report) -> impl Iterator<Item = RecordRow<'_>> {
    let unhappy = [TroubleKind::Conflict, TroubleKind::Refused].into_iter();
    let unhappy = unhappy.flat_map(|kind| kind.list(report).iter().map(move |one| kind.row(one)));
    unhappy.chain((0..report.overwritten.len()).filter_map(|place| overwritten(report, place)))
}

fn overwritten(report: &Report, place: usize) -> Option<RecordRow<'_>> {
    let one = report.overwritten.get(place)?;
    Some(RecordRow {
        what: "overwritten",
        role: Role::Updated,
        record_type: &one.record_type,
        name: &one.name,
        why: theirs(&one.changes),
        theirs: &one.changes,
        below: None,
    })
}

/// What somebody else had written, in a line.
pub(super) fn theirs(changes: &[FieldChange]) -> String {
    let one = |change: &FieldChange| {
        let (is, was) = change.texts(show::value);
        format!("{} was {was}, somebody wrote {is}", change.field)
    };
    changes.iter().map(one).collect::<Vec<_>>().join("; ")
}
