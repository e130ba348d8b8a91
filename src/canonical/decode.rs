//! One element of the array as a record, without a tree: the mapped members are found where they stand, each is read
//! as the type its field wants, all others are passed over.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::names;
use super::value::{self, Complaint};
use crate::config::{Source, TypeConfig};
use crate::record::Fields;

/// What is wrong with an element, and how many bytes into it.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) field: Option<String>,
    pub(super) found: String,
    pub(super) advice: String,
}

/// Where a member's value stands in its element.
type Span = Option<(usize, usize)>;

/// Reads one element after another of one type; what it needs for that is allocated once.
pub(super) struct Decoder<'t> {
    type_config: &'t TypeConfig,
    /// The members that are read; the first one names the record.
    members: Vec<&'t str>,
    /// Which members each field reads.
    reads: Vec<Vec<usize>>,
    spans: Vec<Span>,
    twice: Option<usize>,
    /// How many records had each member.
    seen: Vec<u64>,
    /// The members of the first element, to tell what a missing one may be called.
    first: Option<Vec<String>>,
    fields: Fields,
    /// Which fields the last record had.
    held: Vec<bool>,
}

impl<'t> Decoder<'t> {
    pub(super) fn new(type_config: &'t TypeConfig) -> Self {
        let mut members = vec![type_config.record_name.as_str()];
        let mut reads = Vec::new();
        for field in &type_config.fields {
            let mut slot = |member| {
                let known = members.iter().position(|known| *known == member);
                known.unwrap_or_else(|| {
                    members.push(member);
                    members.len() - 1
                })
            };
            reads.push(field.members().map(&mut slot).collect());
        }
        Decoder {
            type_config,
            reads,
            spans: vec![None; members.len()],
            twice: None,
            seen: vec![0; members.len()],
            first: None,
            fields: Fields::new(),
            held: vec![false; type_config.fields.len()],
            members,
        }
    }

    /// Finds the members of an element. An error means that it is no JSON object: what was decoded before still
    /// stands, what follows in the file may not.
    pub(super) fn find(&mut self, text: &str) -> Result<(), serde_json::Error> {
        self.spans.fill(None);
        self.twice = None;
        let mut reading = serde_json::Deserializer::from_str(text);
        let keys = self.first.is_none().then(|| self.first.insert(Vec::new()));
        let members = Members {
            names: &self.members,
            spans: &mut self.spans,
            twice: &mut self.twice,
            keys,
            start: text.as_ptr() as usize,
        };
        members.deserialize(&mut reading)?;
        reading.end()?;
        for (count, span) in self.seen.iter_mut().zip(&self.spans) {
            *count += u64::from(span.is_some());
        }
        Ok(())
    }

    /// The record's name; `Err(None)` where the element has no such member.
    pub(super) fn name<'e>(&self, text: &'e str) -> Result<std::borrow::Cow<'e, str>, Option<Fault>> {
        let (at, raw) = self.raw(text, 0).ok_or(None)?;
        names::record_name(raw).map_err(|complaint| Some(fault(None, at, complaint)))
    }

    /// The record's fields, good until the next call; the faults go to `faults`.
    pub(super) fn fields(&mut self, text: &str, mut faults: impl FnMut(Fault)) -> &Fields {
        if let Some((at, _)) = self.twice.and_then(|member| self.raw(text, member)) {
            let member = self
                .twice
                .and_then(|member| self.members.get(member))
                .unwrap_or(&"");
            let complaint = Complaint::new(
                format!("the member '{member}' stands twice"),
                "one of them must go",
            );
            faults(fault(None, at, complaint));
        }
        let mut fields = std::mem::take(&mut self.fields);
        let mut held = std::mem::take(&mut self.held);
        for ((field, reads), held) in self.type_config.fields.iter().zip(&self.reads).zip(&mut held) {
            if *held && matches!(field.source, Source::Constant(_)) {
                continue;
            }
            let member = |number: usize| self.raw(text, *reads.get(number)?);
            let value = match value::read(field, |number| member(number).map(|(_, raw)| raw)) {
                Ok(value) => value,
                Err(complaint) => {
                    let at = member(complaint.member).or(member(0)).or(member(1));
                    faults(fault(Some(&field.name), at.map_or(0, |(at, _)| at), complaint));
                    None
                }
            };
            // The names stay from record to record, only the values change.
            match value {
                Some(value) if *held => {
                    if let Some(slot) = fields.get_mut(&field.name) {
                        *slot = value;
                    }
                }
                Some(value) => {
                    fields.insert(field.name.clone(), value);
                    *held = true;
                }
                None if *held => {
                    fields.remove(&field.name);
                    *held = false;
                }
                None => {}
            }
        }
        self.held = held;
        self.fields = fields;
        &self.fields
    }

    /// The members that no record had, with the field that wants them, unless it can do without.
    pub(super) fn never_seen(&self) -> impl Iterator<Item = (&'t str, Option<&'t str>)> {
        let unseen = |member: usize| self.seen.get(member) == Some(&0);
        let name = unseen(0).then_some((self.type_config.record_name.as_str(), None));
        let fields = self
            .type_config
            .fields
            .iter()
            .zip(&self.reads)
            .flat_map(move |(field, reads)| {
                let needed = !field.optional
                    && field.default.is_none()
                    && !matches!(field.source, Source::Constant(_));
                let unseen = reads.iter().filter(move |member| needed && unseen(**member));
                unseen.filter_map(|member| Some((*self.members.get(*member)?, Some(field.name.as_str()))))
            });
        name.into_iter().chain(fields)
    }

    pub(super) fn type_config(&self) -> &'t TypeConfig {
        self.type_config
    }

    /// Whether any record had the member that names it.
    pub(super) fn saw_a_name(&self) -> bool {
        self.seen.first().is_some_and(|count| *count > 0)
    }

    /// The members of the first element.
    pub(super) fn members_met(&self) -> &[String] {
        self.first.as_deref().unwrap_or_default()
    }

    fn raw<'e>(&self, text: &'e str, member: usize) -> Option<(usize, &'e str)> {
        let (start, end) = (*self.spans.get(member)?)?;
        Some((start, text.get(start..end)?))
    }
}

fn fault(field: Option<&str>, at: usize, complaint: Complaint) -> Fault {
    let (found, advice) = (complaint.found, complaint.advice);
    Fault {
        at,
        field: field.map(str::to_owned),
        found,
        advice,
    }
}

/// Notes where the values of known members stand.
struct Members<'d, 't> {
    names: &'d [&'t str],
    spans: &'d mut [Span],
    twice: &'d mut Option<usize>,
    keys: Option<&'d mut Vec<String>>,
    /// The address of the element's first byte: a value's address less this is its position.
    start: usize,
}

impl<'de> DeserializeSeed<'de> for Members<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reading: D) -> Result<(), D::Error> {
        reading.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut likely = 0;
        loop {
            let key = Key {
                names: self.names,
                likely,
                keys: self.keys.as_deref_mut(),
            };
            let Some(member) = map.next_key_seed(key)? else {
                return Ok(());
            };
            let Some(member) = member else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let raw: &'de RawValue = map.next_value()?;
            let start = (raw.get().as_ptr() as usize).saturating_sub(self.start);
            if let Some(span) = self.spans.get_mut(member) {
                if span.is_some() {
                    *self.twice = Some(member);
                }
                *span = Some((start, start + raw.get().len()));
            }
            likely = member + 1;
        }
    }
}

/// Tells which of the known members a key is.
struct Key<'d, 't> {
    names: &'d [&'t str],
    /// Files keep their members in one order, so the next one is tried first.
    likely: usize,
    keys: Option<&'d mut Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, reading: D) -> Result<Self::Value, D::Error> {
        reading.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        if let Some(keys) = self.keys {
            keys.push(key.to_owned());
        }
        if self.names.get(self.likely).is_some_and(|name| *name == key) {
            return Ok(Some(self.likely));
        }
        Ok(self.names.iter().position(|name| *name == key))
    }
}

/// The elements of a list where they stand.
pub(super) fn elements(raw: &str) -> Option<Vec<&str>> {
    let elements = Vec::<&RawValue>::deserialize(&mut serde_json::Deserializer::from_str(raw)).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}
