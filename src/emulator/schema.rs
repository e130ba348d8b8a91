//! Record types as a container's schema knows them: fields, the indexes that queries need, and who may do what.
//!
//! Read one from the text that `cktool export-schema` writes ([`Schema::from_ckdb`]), or build one:
//! `Schema::new().with_type("Note", TypeSchema::new().field("title", FieldType::one(Kind::String)))`.

use std::collections::{BTreeMap, BTreeSet};

use super::ckdb::{self, CkdbError};

/// What a field, or an item of a list field, holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `STRING`.
    String,
    /// `INT64`.
    Int64,
    /// `DOUBLE`.
    Double,
    /// `TIMESTAMP`: whole milliseconds since 1970 UTC.
    Timestamp,
    /// `BYTES`: base64.
    Bytes,
    /// `LOCATION`.
    Location,
    /// `REFERENCE`.
    Reference,
    /// `ASSET` in a schema, `ASSETID` on the wire.
    Asset,
}

impl Kind {
    /// The wire word.
    pub fn wire(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Int64 => "INT64",
            Self::Double => "DOUBLE",
            Self::Timestamp => "TIMESTAMP",
            Self::Bytes => "BYTES",
            Self::Location => "LOCATION",
            Self::Reference => "REFERENCE",
            Self::Asset => "ASSETID",
        }
    }

    /// Reads a wire word.
    pub fn from_wire(word: &str) -> Option<Self> {
        Some(match word {
            "STRING" => Self::String,
            "INT64" => Self::Int64,
            "DOUBLE" => Self::Double,
            "TIMESTAMP" => Self::Timestamp,
            "BYTES" => Self::Bytes,
            "LOCATION" => Self::Location,
            "REFERENCE" => Self::Reference,
            "ASSETID" => Self::Asset,
            _ => return None,
        })
    }
}

/// A kind, single or as a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldType {
    /// What each value is.
    pub kind: Kind,
    /// Whether the field holds a list of them.
    pub list: bool,
}

impl FieldType {
    /// A single value.
    pub fn one(kind: Kind) -> Self {
        Self { kind, list: false }
    }

    /// A list of values.
    pub fn list(kind: Kind) -> Self {
        Self { kind, list: true }
    }

    /// The wire word, such as `STRING` or `STRING_LIST`.
    pub fn wire(self) -> String {
        format!("{}{}", self.kind.wire(), if self.list { "_LIST" } else { "" })
    }

    /// Reads a wire word, such as `STRING` or `STRING_LIST`.
    pub fn from_wire(word: &str) -> Option<Self> {
        match word.strip_suffix("_LIST") {
            Some(item) => Kind::from_wire(item).map(Self::list),
            None => Kind::from_wire(word).map(Self::one),
        }
    }
}

/// The indexes of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexes {
    /// May be filtered on.
    pub queryable: bool,
    /// May be sorted by.
    pub sortable: bool,
    /// May be searched for words.
    pub searchable: bool,
}

impl Indexes {
    /// Every index.
    pub const ALL: Self = Self {
        queryable: true,
        sortable: true,
        searchable: true,
    };
}

/// One field of a record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSchema {
    /// What it holds.
    pub kind: FieldType,
    /// How it may be queried.
    pub indexes: Indexes,
}

/// A system field that can carry an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemField {
    /// `___recordID`.
    RecordName,
    /// `___createTime`.
    Created,
    /// `___modTime`.
    Modified,
    /// `___createdBy`.
    CreatedBy,
    /// `___modifiedBy`.
    ModifiedBy,
    /// The share of a record: never set in a public database.
    Share,
    /// The parent of a record: never set in a public database.
    Parent,
}

impl SystemField {
    /// The name in `systemFieldName`.
    pub fn wire(self) -> &'static str {
        match self {
            Self::RecordName => "recordName",
            Self::Created => "createdTimestamp",
            Self::Modified => "modifiedTimestamp",
            Self::CreatedBy => "createdUserRecordName",
            Self::ModifiedBy => "modifiedUserRecordName",
            Self::Share => "share",
            Self::Parent => "parent",
        }
    }

    /// Reads the name in `systemFieldName`.
    pub fn from_wire(word: &str) -> Option<Self> {
        Some(match word {
            "recordName" => Self::RecordName,
            "createdTimestamp" => Self::Created,
            "modifiedTimestamp" => Self::Modified,
            "createdUserRecordName" => Self::CreatedBy,
            "modifiedUserRecordName" => Self::ModifiedBy,
            "share" => Self::Share,
            "parent" => Self::Parent,
            _ => return None,
        })
    }

    /// What it is compared as.
    pub fn kind(self) -> Kind {
        match self {
            Self::Created | Self::Modified => Kind::Timestamp,
            _ => Kind::Reference,
        }
    }
}

/// A role that grants name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `_world`: anybody.
    World,
    /// `_icloud`: anybody who is signed in.
    Icloud,
    /// `_creator`: who made the record.
    Creator,
}

/// What a grant allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Look up and query.
    Read,
    /// Make new records.
    Create,
    /// Change and delete.
    Write,
}

impl Permission {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Create => "CREATE",
            Self::Write => "WRITE",
        }
    }
}

/// Who asks, as far as grants are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    /// A server-to-server key.
    Key,
    /// An API token without a user.
    World,
}

/// One record type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeSchema {
    /// Fields by name.
    pub fields: BTreeMap<String, FieldSchema>,
    /// Indexes of system fields; one that is missing has none.
    pub system: BTreeMap<SystemField, Indexes>,
    /// Grants, role by role.
    pub grants: BTreeSet<(Role, Permission)>,
}

impl TypeSchema {
    /// No fields yet; every system field indexed; read for the world, everything for `_icloud` and `_creator`.
    pub fn new() -> Self {
        use SystemField as S;
        let all = [
            S::RecordName,
            S::Created,
            S::Modified,
            S::CreatedBy,
            S::ModifiedBy,
            S::Share,
            S::Parent,
        ];
        let mut grants = BTreeSet::from([(Role::World, Permission::Read)]);
        for role in [Role::Icloud, Role::Creator] {
            grants.extend([Permission::Read, Permission::Create, Permission::Write].map(|p| (role, p)));
        }
        Self {
            fields: BTreeMap::new(),
            system: all.into_iter().map(|s| (s, Indexes::ALL)).collect(),
            grants,
        }
    }

    /// Adds a field with every index.
    pub fn field(self, name: impl Into<String>, kind: FieldType) -> Self {
        self.field_with(name, kind, Indexes::ALL)
    }

    /// Adds a field with the given indexes.
    pub fn field_with(mut self, name: impl Into<String>, kind: FieldType, indexes: Indexes) -> Self {
        self.fields.insert(name.into(), FieldSchema { kind, indexes });
        self
    }

    /// Sets the indexes of a system field.
    pub fn system_field(mut self, field: SystemField, indexes: Indexes) -> Self {
        self.system.insert(field, indexes);
        self
    }

    /// Takes a grant away.
    pub fn revoke(mut self, role: Role, permission: Permission) -> Self {
        self.grants.remove(&(role, permission));
        self
    }

    pub(super) fn system_indexes(&self, field: SystemField) -> Indexes {
        self.system.get(&field).copied().unwrap_or_default()
    }

    /// Whether a caller may do something to records of this type.
    ///
    /// Reading needs the grant for the world or, with a key, for either other role (`_creator` only on own records). A
    /// key that creates or writes needs the grant for **both** `_icloud` and `_creator`: granting one of them was seen
    /// to be refused. A grant to the world is enough for everybody.
    pub(super) fn allows(&self, actor: Actor, permission: Permission, own: bool) -> bool {
        let granted = |role| self.grants.contains(&(role, permission));
        if granted(Role::World) {
            return true;
        }
        match (actor, permission) {
            (Actor::World, _) => false,
            (Actor::Key, Permission::Read) => granted(Role::Icloud) || (own && granted(Role::Creator)),
            (Actor::Key, _) => granted(Role::Icloud) && granted(Role::Creator),
        }
    }
}

/// All record types of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Types by name.
    pub types: BTreeMap<String, TypeSchema>,
}

impl Schema {
    /// No types.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a type.
    pub fn with_type(mut self, name: impl Into<String>, schema: TypeSchema) -> Self {
        self.types.insert(name.into(), schema);
        self
    }

    /// Reads `CloudKit` Schema Language. An error says line and column.
    pub fn from_ckdb(text: &str) -> Result<Self, CkdbError> {
        ckdb::parse(text)
    }
}
