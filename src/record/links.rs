//! The references of a table's rows, stored compactly: twelve bytes each, plus each target name once.
//!
//! Of local records every mapped reference is kept; of cloud records those whose action is not NONE, unmapped ones
//! included: they decide what the service refuses, and what it deletes together with a record.

use std::collections::HashMap;

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::names::Names;
use super::table::TableFull;
use super::{Action, Fields, Kind, Reference, Shape, Value};

/// A reference of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'t> {
    /// The row that refers.
    pub row: usize,
    /// The position of the mapped field in the shape; `None` for an unmapped one.
    pub field: Option<usize>,
    /// The record name referred to.
    pub target: &'t str,
    /// What the deletion of the target does.
    pub action: Action,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    row: u32,
    target: u32,
    /// [`UNMAPPED`] where the manifest does not name the field.
    field: u16,
    /// `None` where the manifest does not map it.
    action: Option<Action>,
}

const UNMAPPED: u16 = u16::MAX;

/// The references of a table's rows.
#[derive(Debug, Default)]
pub struct Links {
    /// The shape's fields that hold references, with their positions.
    fields: Vec<(String, u16)>,
    targets: Names,
    index: HashTable<u32>,
    count: u32,
    local: Vec<Edge>,
    cloud: Vec<Edge>,
    /// Rows that were listed again: only their cloud edges from here on count.
    renewed: HashMap<u32, usize>,
}

impl Links {
    pub(super) fn new(shape: &Shape) -> Self {
        let fields = shape.fields.iter().zip(0_u16..);
        let fields = fields
            .filter(|(field, _)| field.field_type.kind() == Kind::Reference)
            .map(|(field, position)| (field.name.clone(), position));
        Links {
            fields: fields.collect(),
            ..Links::default()
        }
    }

    /// The references of local records. Where the manifest does not map the action, a write keeps the cloud's.
    pub fn local(&self) -> impl Iterator<Item = Link<'_>> {
        let kept: HashMap<(u32, u16), Action> = self
            .current()
            .filter_map(|edge| Some(((edge.row, edge.field), edge.action?)))
            .collect();
        self.local.iter().map(move |edge| {
            let kept = kept.get(&(edge.row, edge.field)).copied();
            Link {
                action: edge.action.or(kept).unwrap_or_default(),
                ..self.link(edge)
            }
        })
    }

    /// The references of cloud records whose action is not NONE.
    pub fn cloud(&self) -> impl Iterator<Item = Link<'_>> {
        self.current().map(|edge| self.link(edge))
    }

    /// The edges of cloud records as they were met last.
    fn current(&self) -> impl Iterator<Item = &Edge> {
        let current =
            |(number, edge): &(usize, &Edge)| self.renewed.get(&edge.row).is_none_or(|first| number >= first);
        let edges = self.cloud.iter().enumerate().filter(current);
        edges.map(|(_, edge)| edge)
    }

    fn link(&self, edge: &Edge) -> Link<'_> {
        Link {
            row: edge.row as usize,
            field: (edge.field != UNMAPPED).then_some(usize::from(edge.field)),
            target: std::str::from_utf8(self.targets.get(edge.target as usize)).unwrap_or_default(),
            action: edge.action.unwrap_or_default(),
        }
    }

    pub(super) fn add_local(&mut self, row: u32, fields: &Fields) -> Result<(), TableFull> {
        for at in 0..self.fields.len() {
            let Some((name, position)) = self.fields.get(at) else {
                continue;
            };
            let (value, position) = (fields.get(name), *position);
            for reference in value.into_iter().flat_map(Value::reference_values) {
                let edge = self.edge(row, position, reference)?;
                self.local.push(edge);
            }
        }
        Ok(())
    }

    /// `again`: the row had been met in the cloud before.
    pub(super) fn meet(&mut self, row: u32, again: bool, fields: &Fields) -> Result<(), TableFull> {
        if again {
            self.renewed.insert(row, self.cloud.len());
        }
        for (name, value) in fields {
            for reference in value.reference_values().filter(|one| one.has_action()) {
                let mapped = self.fields.iter().find(|(field, _)| field == name);
                let position = mapped.map_or(UNMAPPED, |(_, position)| *position);
                let edge = self.edge(row, position, reference)?;
                self.cloud.push(edge);
            }
        }
        Ok(())
    }

    fn edge(&mut self, row: u32, field: u16, reference: &Reference) -> Result<Edge, TableFull> {
        Ok(Edge {
            row,
            target: self.number_of(&reference.record_name)?,
            field,
            action: reference.action,
        })
    }

    /// The number of a target's name, which is held once.
    fn number_of(&mut self, name: &str) -> Result<u32, TableFull> {
        let hash = xxh3_64(name.as_bytes());
        let targets = &self.targets;
        let same = |number: &u32| targets.get(*number as usize) == name.as_bytes();
        if let Some(known) = self.index.find(hash, same) {
            return Ok(*known);
        }
        let number = self.count;
        self.targets.push(name)?;
        self.count = number.checked_add(1).ok_or(TableFull)?;
        let targets = &self.targets;
        let rehash = |number: &u32| xxh3_64(targets.get(*number as usize));
        self.index.insert_unique(hash, number, rehash);
        Ok(number)
    }

    /// Gives back the room that is left over.
    pub(super) fn shrink(&mut self) {
        self.targets.shrink();
        self.local.shrink_to_fit();
        self.cloud.shrink_to_fit();
    }
}
