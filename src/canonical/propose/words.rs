//! Names for record types and fields, made from the names of files and members.

use std::collections::BTreeMap;

/// The record type of a file: `stadiums_canonical.json` holds `Stadium` records.
pub(super) fn type_name(stem: &str) -> String {
    let stem = stem.strip_suffix("_canonical").unwrap_or(stem);
    let mut words = words(stem);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    let name: String = words.iter().map(|word| capital(word)).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name,
        _ => format!("Type{name}"),
    }
}

/// The field of a member: `home_team` becomes `homeTeam`.
pub(super) fn field_name(member: &str) -> String {
    let words = words(member);
    let Some((first, rest)) = words.split_first() else {
        return "field".to_owned();
    };
    let lower = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_lowercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    };
    let name: String = std::iter::once(lower(first))
        .chain(rest.iter().map(|word| capital(word)))
        .collect();
    let system = ["recordName", "recordID", "recordType", "recordChangeTag"].contains(&name.as_str());
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && !system => name,
        _ => format!("field{}", capital(&name)),
    }
}

/// What a member that points at another record is about: `home_team_canonical_id` is about `home_team`.
pub(super) fn pointer_stem(member: &str) -> Option<&str> {
    let endings = ["_canonical_id", "CanonicalId", "_id", "Id", "ID"];
    endings
        .iter()
        .find_map(|ending| member.strip_suffix(ending))
        .filter(|stem| !stem.is_empty())
}

/// The field of the schema that is meant, however its letters are spelt: `imageURL` for `image_url`.
pub(super) fn known<'s, T>(fields: Option<&'s BTreeMap<String, T>>, name: &str) -> Option<(&'s str, &'s T)> {
    let found = fields?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(known, field)| (known.as_str(), field))
}

/// The words of a name: parted by what is no letter or digit.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

fn singular(word: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let cut = if ends(&["iases", "sses", "shes", "ches", "xes"]) {
        2
    } else {
        usize::from(ends(&["s"]) && !ends(&["ss", "us", "is", "ews"]))
    };
    word.get(..word.len() - cut).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{field_name, pointer_stem, type_name};

    #[test]
    fn names_are_made_as_people_write_them() {
        let types = [
            ("stadiums_canonical", "Stadium"),
            ("league_structure", "LeagueStructure"),
            ("team_aliases", "TeamAlias"),
            ("cities", "City"),
            ("match-classes", "MatchClass"),
            ("status", "Status"),
            ("2024 news", "Type2024News"),
        ];
        for (stem, name) in types {
            assert_eq!(type_name(stem), name);
        }
        assert_eq!(field_name("home_team_score"), "homeTeamScore");
        assert_eq!(field_name("Name"), "name");
        assert_eq!(field_name("record_name"), "fieldRecordName");
        assert_eq!(field_name("1st"), "field1st");
        assert_eq!(pointer_stem("home_team_canonical_id"), Some("home_team"));
        assert_eq!(pointer_stem("_id"), None);
    }
}
