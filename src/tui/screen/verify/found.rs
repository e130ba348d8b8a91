//! What a verification found, as rows: a row a field, or a record that is missing on one side.

use crate::record::Value;
use crate::record::verdict::Verdict;
use crate::tui::effect::Excluded;
use crate::tui::text::{clean, width};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    verdicts: Vec<Verdict>,
    /// Where the rows of the fields of each mismatched record begin, verdict by verdict.
    fields: Vec<Vec<usize>>,
    /// The widest of their names.
    pub widest: Widest,
}

/// Columns of the terminal that the widest names take.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Widest {
    /// Of a record type.
    pub record_type: usize,
    /// Of a record.
    pub name: usize,
    /// Of a field.
    pub field: usize,
}

impl Widest {
    fn of(verdicts: &[Verdict]) -> Self {
        let mut widest = Widest::default();
        for verdict in verdicts {
            let before = widest;
            let mismatched = verdict.mismatched.iter();
            let names = verdict.missing.iter().chain(&verdict.extra);
            let names = names.chain(mismatched.clone().map(|one| &one.name));
            widest.name = names.map(|name| shown_width(name)).fold(before.name, usize::max);
            let fields = mismatched.flat_map(|one| &one.changes);
            widest.field = fields
                .map(|change| shown_width(&change.field))
                .fold(before.field, usize::max);
            if !(verdict.missing.is_empty() && verdict.extra.is_empty() && verdict.mismatched.is_empty()) {
                widest.record_type = before.record_type.max(shown_width(&verdict.record_type));
            }
        }
        widest
    }
}

fn shown_width(name: &str) -> usize {
    width(&clean(name))
}

/// A row.
#[derive(Debug, PartialEq)]
pub(super) struct Row<'v> {
    /// The record type.
    pub record_type: &'v str,
    /// The record name.
    pub name: &'v str,
    /// What is wrong.
    pub wrong: Wrong<'v>,
}

/// What is wrong with a record.
#[derive(Debug, PartialEq)]
pub(super) enum Wrong<'v> {
    /// It is on disk only.
    Missing,
    /// It is in the cloud only.
    Extra,
    /// A field differs: its name, what is on disk, what is in the cloud.
    Field(&'v str, Option<&'v Value>, Option<&'v Value>),
}

impl Found {
    /// What these found.
    pub(super) fn new(verdicts: Vec<Verdict>) -> Self {
        let begins = |verdict: &Verdict| {
            let mut next = 0;
            let mut begins = Vec::with_capacity(verdict.mismatched.len() + 1);
            for one in &verdict.mismatched {
                begins.push(next);
                next += one.changes.len();
            }
            begins.push(next);
            begins
        };
        Found {
            fields: verdicts.iter().map(begins).collect(),
            widest: Widest::of(&verdicts),
            verdicts,
        }
    }

    fn sizes(&self, at: usize) -> (usize, usize, usize) {
        let verdict = self.verdicts.get(at);
        let fields = self.fields.get(at).and_then(|begins| begins.last());
        verdict.map_or((0, 0, 0), |verdict| {
            (
                verdict.missing.len(),
                verdict.extra.len(),
                fields.copied().unwrap_or(0),
            )
        })
    }

    /// Rows in all.
    pub(super) fn len(&self) -> usize {
        let size = |at| {
            let (missing, extra, fields) = self.sizes(at);
            missing + extra + fields
        };
        (0..self.verdicts.len()).map(size).sum()
    }

    /// A row.
    pub(super) fn row(&self, row: usize) -> Option<Row<'_>> {
        let mut rest = row;
        for (at, verdict) in self.verdicts.iter().enumerate() {
            let (missing, extra, fields) = self.sizes(at);
            let of = |name, wrong| {
                Some(Row {
                    record_type: &verdict.record_type,
                    name,
                    wrong,
                })
            };
            if rest < missing {
                return of(verdict.missing.get(rest)?, Wrong::Missing);
            }
            rest -= missing;
            if rest < extra {
                return of(verdict.extra.get(rest)?, Wrong::Extra);
            }
            rest -= extra;
            if rest < fields {
                let begins = self.fields.get(at)?;
                let record = begins.partition_point(|begin| *begin <= rest).checked_sub(1)?;
                let one = verdict.mismatched.get(record)?;
                let change = one.changes.get(rest - begins.get(record)?)?;
                let wrong = Wrong::Field(&change.field, change.local.as_ref(), change.cloud.as_ref());
                return of(&one.name, wrong);
            }
            rest -= fields;
        }
        None
    }

    /// The records that something is wrong with.
    pub(super) fn records(&self) -> Excluded {
        let of = |verdict: &Verdict| {
            let mismatched = verdict.mismatched.iter().map(|one| &one.name);
            let names = verdict.missing.iter().chain(&verdict.extra).chain(mismatched);
            let pairs = names.map(|name| (verdict.record_type.clone(), name.clone()));
            pairs.collect::<Vec<_>>()
        };
        self.verdicts.iter().flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::compare::FieldChange;
    use crate::record::verdict::Mismatch;

    #[test]
    fn every_field_and_every_missing_record_has_its_row() {
        let change = |field: &str| FieldChange {
            field: field.to_owned(),
            local: Some(Value::Int64(1)),
            cloud: None,
        };
        let mismatch = |name: &str, fields: &[&str]| Mismatch {
            name: name.to_owned(),
            changes: fields.iter().map(|field| change(field)).collect(),
        };
        let verdict = |record_type: &str, missing: &[&str], mismatched| Verdict {
            record_type: record_type.to_owned(),
            missing: missing.iter().map(ToString::to_string).collect(),
            mismatched,
            ..Verdict::default()
        };
        let found = Found::new(vec![
            verdict("Team", &[], vec![]),
            verdict(
                "Game",
                &["g1"],
                vec![mismatch("g2", &["a", "b"]), mismatch("g3", &["a"])],
            ),
            verdict("Stadium", &["s1"], vec![]),
        ]);
        let shown: Vec<String> = (0..found.len())
            .filter_map(|row| found.row(row))
            .map(|row| match row.wrong {
                Wrong::Missing => format!("{} {} missing", row.record_type, row.name),
                Wrong::Extra => format!("{} {} extra", row.record_type, row.name),
                Wrong::Field(field, ..) => format!("{} {} {field}", row.record_type, row.name),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "Game g1 missing",
                "Game g2 a",
                "Game g2 b",
                "Game g3 a",
                "Stadium s1 missing"
            ]
        );
        assert_eq!(found.row(5), None);
        assert_eq!(found.records().len(), 4);
    }
}
