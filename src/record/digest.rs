//! What is kept of a record that need not be kept whole: a digest of its owned fields, and its coordinates.
//!
//! The shape says which parts of a place, and whether the action of a reference, are part of the digest: what the
//! manifest does not map makes no difference.
//!
//! Two records with equal owned fields have equal fingerprints. A tolerance cannot be hashed, so coordinates stand
//! beside the digest. Fingerprints are stored between runs: the hash is XXH3, fixed across versions, and the digest of
//! a record is the sum of the digests of its fields, so that their order does not matter.

use xxhash_rust::xxh3::xxh3_128;

use super::compare::{fitted, same_place};
use super::{Fields, Location, OwnedField, Shape, Value};

/// What a record's owned fields come down to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fingerprint {
    /// 128 bits over all owned fields but coordinates.
    pub digest: u128,
    /// Latitude, longitude of each place, in the shape's order; degrees.
    pub places: Vec<f64>,
}

impl Fingerprint {
    /// The fingerprint of a record's owned fields.
    pub fn of(shape: &Shape, fields: &Fields) -> Self {
        let mut print = Fingerprint::default();
        print.digest = of(shape, fields, &mut Vec::new(), &mut print.places);
        print
    }

    /// Whether the records behind two fingerprints have equal owned fields.
    pub fn matches(&self, other: &Fingerprint) -> bool {
        matches(self.digest, &self.places, other.digest, &other.places)
    }
}

/// The digest of a record's owned fields; its coordinates go to the end of `places`. `scratch` is room to work in.
pub(super) fn of(shape: &Shape, fields: &Fields, scratch: &mut Vec<u8>, places: &mut Vec<f64>) -> u128 {
    let mut digest = 0_u128;
    for field in &shape.fields {
        let Some(value) = fields.get(&field.name).filter(|value| !value.is_absent()) else {
            continue;
        };
        let refitted = fitted(value, field.field_type);
        scratch.clear();
        scratch.extend_from_slice(field.name.as_bytes());
        scratch.push(0);
        put(field, refitted.as_ref().unwrap_or(value), scratch, places);
        digest = digest.wrapping_add(xxh3_128(scratch));
    }
    digest
}

/// [`Fingerprint::matches`] on the parts, for those who keep them apart.
pub fn matches(a: u128, a_places: &[f64], b: u128, b_places: &[f64]) -> bool {
    a == b
        && a_places.len() == b_places.len()
        && a_places
            .chunks_exact(2)
            .zip(b_places.chunks_exact(2))
            .all(|(a, b)| same_place(&place(a), &place(b)))
}

fn place(pair: &[f64]) -> Location {
    match pair {
        [latitude, longitude] => Location::at(*latitude, *longitude),
        // Coordinates come in pairs.
        _ => Location::at(f64::NAN, f64::NAN),
    }
}

/// Writes a value so that different values give different bytes: a tag, then the content, counted where it varies.
fn put(field: &OwnedField, value: &Value, out: &mut Vec<u8>, places: &mut Vec<f64>) {
    let counted = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(&bytes.len().to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        Value::String(text) => counted(out, b's', text.as_bytes()),
        Value::Int64(number) => {
            out.push(b'i');
            out.extend_from_slice(&number.to_le_bytes());
        }
        Value::Double(number) => {
            out.push(b'd');
            put_number(*number, out);
        }
        Value::Timestamp(ms) => {
            out.push(b't');
            out.extend_from_slice(&ms.to_le_bytes());
        }
        Value::Bytes(bytes) => counted(out, b'b', bytes),
        Value::Location(location) => {
            out.push(b'l');
            places.extend([location.latitude, location.longitude]);
            let parts = field.parts.iter();
            for (part, value) in parts.filter_map(|part| Some((part, location.part(part)?))) {
                out.push(part as u8);
                put_number(value, out);
            }
        }
        Value::Reference(reference) => {
            counted(out, b'r', reference.record_name.as_bytes());
            if field.maps_action {
                out.push(reference.action.unwrap_or_default() as u8);
            }
        }
        Value::Asset(asset) => counted(out, b'a', asset.checksum.as_bytes()),
        Value::List(_, elements) => {
            counted(out, b'[', &elements.len().to_le_bytes());
            for element in elements {
                put(field, element, out, places);
            }
        }
        Value::Unknown { type_name, json } => {
            counted(out, b'?', type_name.as_bytes());
            counted(out, b'?', json.as_bytes());
        }
    }
}

/// Adding zero makes -0.0 and 0.0 the same, as comparison has them.
fn put_number(number: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(&(number + 0.0).to_bits().to_le_bytes());
}
