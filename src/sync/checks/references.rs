//! References as they would be after a plan: to nothing, to another type, too many of them, in the way of a deletion.

use std::collections::{BTreeMap, HashMap};

use super::diagnostic::{Check, Diagnostic, FileLine, Severity};
use super::standing::{Draft, Fate, Standing};
use crate::config::{Checks, TypeConfig};
use crate::record::Action;
use crate::record::diff::Diff;
use crate::record::links::Link;

/// The most records that may refer to one with `DELETE_SELF` (Apple, "CloudKit Web Services Reference", *References*).
const DELETE_SELF_LIMIT: usize = 750;

/// What is found about the references of a plan, in the configuration's order of types.
pub(super) fn references(draft: &Draft<'_>, checks: &Checks) -> Vec<Diagnostic> {
    let standings = draft.standings();
    let mut found = Findings {
        draft,
        checks,
        diagnostics: Vec::new(),
        known: HashMap::new(),
    };
    for (type_config, diff) in draft.comparison.diffs() {
        found.of_type(type_config, diff, &standings);
    }
    let mut diagnostics = found.diagnostics;
    diagnostics.extend(limits(draft, checks, &standings));
    diagnostics
}

struct Findings<'d, 'c> {
    draft: &'d Draft<'c>,
    checks: &'d Checks,
    diagnostics: Vec<Diagnostic>,
    /// Findings by check, field and target: the records that share one are counted and not listed.
    known: HashMap<(Check, &'c str, Option<usize>, &'c str), usize>,
}

impl<'c> Findings<'_, 'c> {
    fn of_type(
        &mut self,
        type_config: &'c TypeConfig,
        diff: &'c Diff,
        standings: &HashMap<&'c str, Standing<'c>>,
    ) {
        let standing = |link: &Link<'c>| standings.get(link.target).copied().unwrap_or(Standing::Unknown);
        let links = diff.table().links();
        for link in links.local() {
            match self.draft.fate(diff, link.row) {
                Fate::Written => self.written(type_config, diff, &link, standing(&link)),
                // What stays as it is points at what it pointed at, unless that is deleted.
                Fate::Kept if standing(&link) == Standing::Deleted && link.action == Action::None => {
                    self.dangling(type_config, diff, &link, Standing::Deleted);
                }
                Fate::Kept | Fate::Deleted | Fate::Absent => {}
            }
        }
        for link in links.cloud() {
            let stays = match self.draft.fate(diff, link.row) {
                Fate::Kept => true,
                Fate::Written => link.field.is_none(),
                Fate::Deleted | Fate::Absent => false,
            };
            if stays && standing(&link) == Standing::Deleted {
                self.in_the_way(type_config, diff, &link);
            }
        }
    }

    /// A reference as this plan would write it.
    fn written(
        &mut self,
        type_config: &'c TypeConfig,
        diff: &'c Diff,
        link: &Link<'c>,
        standing: Standing<'_>,
    ) {
        match standing {
            Standing::Unknown => {}
            Standing::Record(found) => {
                let mapped = link.field.and_then(|at| diff.shape().fields.get(at));
                let wanted = mapped.and_then(|field| field.target.as_deref());
                if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
                    let what = format!("a {found}; the manifest says to = \"{wanted}\"");
                    let help = "correct the reference in the file, or to in skydeck.toml";
                    self.add(Check::ReferenceTypes, type_config, diff, link, &what, help);
                }
            }
            gone if link.action == Action::Validate => {
                let what = format!("with VALIDATE, {}; CloudKit refuses that", self.nothing(gone));
                let help = self.remedy();
                self.add(Check::ValidateReferences, type_config, diff, link, &what, help);
            }
            gone => self.dangling(type_config, diff, link, gone),
        }
    }

    fn dangling(&mut self, type_config: &'c TypeConfig, diff: &'c Diff, link: &Link<'c>, gone: Standing<'_>) {
        let what = self.nothing(gone);
        let help = self.remedy();
        self.add(Check::DanglingReferences, type_config, diff, link, what, help);
    }

    /// A record that stays refers to one that the plan deletes.
    fn in_the_way(&mut self, type_config: &'c TypeConfig, diff: &'c Diff, link: &Link<'c>) {
        if link.action == Action::Validate {
            let what = "with VALIDATE, and this plan deletes that; CloudKit refuses the deletion";
            let help = "leave the target, or change the reference first";
            self.add(Check::ValidateReferences, type_config, diff, link, what, help);
        } else {
            let what = "with DELETE_SELF, and this plan deletes that: CloudKit deletes both";
            let help = "leave the target, or change the reference first";
            self.add(Check::CascadingDeletions, type_config, diff, link, what, help);
        }
    }

    /// What to do where there is no target.
    fn remedy(&self) -> &'static str {
        if self.draft.comparison.is_whole {
            "add the target to its file, or correct the reference"
        } else {
            "sync the type of the target too, add the target to its file, or correct the reference"
        }
    }

    /// Why there is no target, as a clause.
    fn nothing(&self, standing: Standing<'_>) -> &'static str {
        match standing {
            Standing::Deleted => "which this plan deletes",
            Standing::LeftOut => "which is new and left out of this plan",
            _ if self.draft.comparison.is_whole => "which is in no file and not in the cloud",
            _ => "which is not in the cloud and not in the files compared",
        }
    }

    fn add(
        &mut self,
        check: Check,
        type_config: &'c TypeConfig,
        diff: &'c Diff,
        link: &Link<'c>,
        what: &str,
        help: &str,
    ) {
        let Some(severity) = severity(self.checks, check) else {
            return;
        };
        let key = (check, type_config.name.as_str(), link.field, link.target);
        if let Some(known) = self.known.get(&key).and_then(|at| self.diagnostics.get_mut(*at)) {
            known.more += 1;
            return;
        }
        self.known.insert(key, self.diagnostics.len());
        let name = diff.table().name(link.row);
        let mapped = link.field.and_then(|at| diff.shape().fields.get(at));
        let field = mapped.map(|field| field.name.clone());
        let called = field.as_deref().unwrap_or("an unmapped field");
        // `refers to 'x' with VALIDATE …`, `refers to 'x', which …`, `refers to 'x', a Stadium …`
        let comma = if what.starts_with("with ") { "" } else { "," };
        self.diagnostics.push(Diagnostic {
            check,
            severity,
            record_type: type_config.name.clone(),
            message: format!(
                "{} '{name}': {called} refers to '{}'{comma} {what}",
                type_config.name, link.target
            ),
            name: Some(name.to_owned()),
            field,
            place: place(type_config, diff, link.row),
            more: 0,
            help: Some(help.to_owned()),
        });
    }
}

fn severity(checks: &Checks, check: Check) -> Option<Severity> {
    Severity::at(match check {
        Check::DanglingReferences => checks.dangling_references,
        Check::ReferenceTypes => checks.reference_types,
        Check::ValidateReferences => checks.validate_references,
        Check::DeleteSelfLimit => checks.delete_self_limit,
        Check::CascadingDeletions => checks.cascading_deletions,
        // These are judged where they are found.
        Check::FieldTypes | Check::MissingFields | Check::RecordNames => return Some(Severity::Error),
    })
}

/// Where a row's record stands in its file.
pub(super) fn place(type_config: &TypeConfig, diff: &Diff, row: usize) -> Option<FileLine> {
    let origin = diff.table().origin(row)?;
    Some(FileLine {
        file: type_config.file.clone(),
        line: origin.line,
    })
}

/// Who refers to a record with `DELETE_SELF` after the plan.
#[derive(Default)]
struct Sources<'c> {
    /// Number of the type among those compared, and row.
    records: Vec<(usize, usize)>,
    /// Whether the plan adds one of them.
    written: bool,
    /// The records by type and field.
    by_field: BTreeMap<String, usize>,
    target_type: Option<&'c str>,
}

/// Records to which more would refer with `DELETE_SELF` than the service takes. What the cloud has already it has taken.
fn limits(draft: &Draft<'_>, checks: &Checks, standings: &HashMap<&str, Standing<'_>>) -> Vec<Diagnostic> {
    let Some(severity) = severity(checks, Check::DeleteSelfLimit) else {
        return Vec::new();
    };
    let mut targets: BTreeMap<&str, Sources<'_>> = BTreeMap::new();
    for (number, (type_config, diff)) in draft.comparison.diffs().enumerate() {
        let links = diff.table().links();
        let local = links.local().map(|link| (true, link));
        let cloud = links.cloud().map(|link| (false, link));
        for (is_local, link) in local
            .chain(cloud)
            .filter(|(_, link)| link.action == Action::DeleteSelf)
        {
            let counts = match draft.fate(diff, link.row) {
                Fate::Written => is_local || link.field.is_none(),
                Fate::Kept => !is_local,
                Fate::Deleted | Fate::Absent => false,
            };
            if !counts {
                continue;
            }
            let sources = targets.entry(link.target).or_default();
            sources.records.push((number, link.row));
            sources.written |= is_local;
            let mapped = link.field.and_then(|at| diff.shape().fields.get(at));
            let field = mapped.map_or("an unmapped field", |field| field.name.as_str());
            *sources
                .by_field
                .entry(format!("{}.{field}", type_config.name))
                .or_insert(0) += 1;
            if let Some(Standing::Record(found)) = standings.get(link.target) {
                sources.target_type = Some(found);
            }
        }
    }
    let found = targets.into_iter().filter_map(|(target, mut sources)| {
        sources.records.sort_unstable();
        sources.records.dedup();
        let many = sources.written && sources.records.len() > DELETE_SELF_LIMIT;
        many.then(|| too_many(draft, severity, target, &sources))
    });
    found.collect()
}

fn too_many(draft: &Draft<'_>, severity: Severity, target: &str, sources: &Sources<'_>) -> Diagnostic {
    let record_type = sources.target_type.unwrap_or("record");
    let fields: Vec<String> = sources
        .by_field
        .iter()
        .map(|(field, count)| format!("{field} {count}"))
        .collect();
    let mut home = draft
        .comparison
        .diffs()
        .filter(|(one, _)| one.name == record_type);
    let place = home.next().and_then(|(one, diff)| {
        let row = diff.table().find(target)?;
        place(one, diff, row)
    });
    Diagnostic {
        check: Check::DeleteSelfLimit,
        severity,
        record_type: record_type.to_owned(),
        name: Some(target.to_owned()),
        field: None,
        place,
        more: 0,
        message: format!(
            "{record_type} '{target}': {} records would refer to it with DELETE_SELF ({}); CloudKit takes {DELETE_SELF_LIMIT}",
            sources.records.len(),
            fields.join(", ")
        ),
        help: Some(
            "map the references with action = \"NONE\", or spread them over several targets".to_owned(),
        ),
    }
}
