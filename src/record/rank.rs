//! The order of rows by a field: numbers as numbers, times as times, text without regard to case, what is missing last.

use std::cmp::Ordering;

use super::Value;

/// The place of a value among others of its field.
#[derive(Debug, Clone, PartialEq)]
pub enum Rank {
    /// A whole number, or a time.
    Whole(i64),
    /// A number.
    Number(f64),
    /// Text.
    Text(Box<str>),
    /// No value.
    Missing,
}

impl Rank {
    /// The rank of a field's value.
    pub fn of(value: Option<&Value>) -> Self {
        let Some(value) = value.filter(|value| !value.is_absent()) else {
            return Rank::Missing;
        };
        match value {
            Value::Int64(number) | Value::Timestamp(number) => Rank::Whole(*number),
            Value::Double(number) => Rank::Number(*number),
            Value::Location(place) => Rank::Number(place.latitude),
            Value::Bytes(bytes) => Rank::Whole(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
            Value::String(text) => Rank::Text(text.to_lowercase().into()),
            Value::Reference(reference) => Rank::Text(reference.record_name.to_lowercase().into()),
            other => Rank::Text(other.to_string().to_lowercase().into()),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "only where whole numbers stand among others"
    )]
    fn order(&self, other: &Rank) -> Ordering {
        match (self, other) {
            (Rank::Whole(a), Rank::Whole(b)) => a.cmp(b),
            (Rank::Number(a), Rank::Number(b)) => a.total_cmp(b),
            (Rank::Whole(a), Rank::Number(b)) => (*a as f64).total_cmp(b),
            (Rank::Number(a), Rank::Whole(b)) => a.total_cmp(&(*b as f64)),
            (Rank::Text(a), Rank::Text(b)) => a.cmp(b),
            (a, b) => a.class().cmp(&b.class()),
        }
    }

    fn class(&self) -> u8 {
        match self {
            Rank::Whole(_) | Rank::Number(_) => 0,
            Rank::Text(_) => 1,
            Rank::Missing => 2,
        }
    }
}

/// Rows in the order of their ranks, which are given by row, and how many at the end have none. Rows of the same rank stay as
/// they were.
pub fn ordered(mut rows: Vec<u32>, ranks: &[Rank]) -> (Vec<u32>, usize) {
    let rank = |row: u32| ranks.get(row as usize).unwrap_or(&Rank::Missing);
    rows.sort_by(|a, b| rank(*a).order(rank(*b)));
    let missing = rows
        .iter()
        .rev()
        .take_while(|row| *rank(**row) == Rank::Missing)
        .count();
    (rows, missing)
}

/// The other way round; what is missing stays last.
pub fn turned(rows: &[u32], missing: usize) -> Vec<u32> {
    let (present, missing) = rows.split_at(rows.len().saturating_sub(missing));
    present.iter().rev().chain(missing).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_as_numbers_and_what_is_missing_comes_last_both_ways() {
        let values = [
            Some(Value::Int64(10)),
            None,
            Some(Value::Int64(9)),
            Some(Value::Int64(-1)),
            Some(Value::Int64(9)),
        ];
        let ranks: Vec<Rank> = values.iter().map(|value| Rank::of(value.as_ref())).collect();
        let (rows, missing) = ordered(vec![4, 3, 2, 1, 0], &ranks);
        assert_eq!((rows.as_slice(), missing), ([3, 4, 2, 0, 1].as_slice(), 1));
        assert_eq!(turned(&rows, missing), [0, 2, 4, 3, 1]);
    }

    #[test]
    fn text_is_sorted_without_regard_to_case() {
        let ranks: Vec<Rank> = ["b", "C", "a"]
            .map(|text| Rank::of(Some(&Value::String(text.into()))))
            .into();
        assert_eq!(ordered(vec![0, 1, 2], &ranks).0, [2, 0, 1]);
    }
}
