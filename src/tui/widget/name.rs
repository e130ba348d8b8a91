//! Names below each other in so many columns: each cut in its middle, or where neighbours would look the same, around the
//! place where they differ; with the parts that a search met.

use std::ops::Range;

use crate::tui::text::{head, tail, width};

/// What is in sight of a clean name: its beginning, and behind an ellipsis a later part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sight {
    head: usize,
    rest: Range<usize>,
}

/// A name as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The text.
    pub text: String,
    /// The parts of it that were met, in order; an ellipsis is met where something behind it is.
    pub met: Vec<Range<usize>>,
}

/// Fewer columns than these have no room for more than a beginning and an end.
const ROOM: usize = 8;

/// Clean names that stand below each other, each with the parts of it that were met, in so many columns.
pub fn shown(names: &[(String, Vec<Range<usize>>)], columns: usize, ellipsis: &str) -> Vec<Shown> {
    let texts: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    let sights = sights(&texts, columns, ellipsis, None);
    let each = names.iter().zip(sights);
    each.map(|((name, met), sight)| Shown {
        text: text(name, &sight, ellipsis),
        met: met_in_sight(name, &sight, met, ellipsis),
    })
    .collect()
}

fn middle(name: &str, columns: usize, ellipsis: &str) -> Sight {
    if head(name, columns) == name.len() {
        return Sight {
            head: name.len(),
            rest: name.len()..name.len(),
        };
    }
    let room = columns.saturating_sub(width(ellipsis));
    Sight {
        head: head(name, room - room / 2),
        rest: tail(name, room / 2)..name.len(),
    }
}

/// A short beginning, and what there is from a byte on.
fn from(name: &str, at: usize, columns: usize, ellipsis: &str) -> Sight {
    let sign = width(ellipsis);
    let head = head(name, columns.saturating_sub(sign) / 3).min(at);
    let room = columns.saturating_sub(width(&name[..head]) + sign);
    let rest = &name[at..];
    let mut end = self::head(rest, room);
    if end < rest.len() {
        end = self::head(rest, room.saturating_sub(sign));
    }
    Sight {
        head,
        rest: at..at + end,
    }
}

/// What is in sight of each when all are cut before the same byte, or in the middle. Where different neighbours look the
/// same by that, these are cut where they begin to differ.
fn sights(names: &[&str], columns: usize, ellipsis: &str, before: Option<usize>) -> Vec<Sight> {
    let cut = |name: &&str| match before {
        Some(at) => from(name, at.min(name.len()), columns, ellipsis),
        None => middle(name, columns, ellipsis),
    };
    let mut sights: Vec<Sight> = names.iter().map(cut).collect();
    if columns < ROOM {
        return sights;
    }
    let texts: Vec<String> = names
        .iter()
        .zip(&sights)
        .map(|(name, sight)| text(name, sight, ellipsis))
        .collect();
    let mut start = 0;
    while start < names.len() {
        let alike = texts[start..].iter().take_while(|text| **text == texts[start]);
        let end = start + alike.count();
        let run = &names[start..end];
        let differences = run.windows(2).filter_map(|pair| difference(pair[0], pair[1]));
        // Where they are cut there already, nothing more can be done.
        let at = differences
            .min()
            .filter(|at| before.is_none_or(|before| *at > before));
        if at.is_some() {
            let apart = self::sights(run, columns, ellipsis, at);
            sights.splice(start..end, apart);
        }
        start = end;
    }
    sights
}

/// The byte at which two names begin to differ.
fn difference(a: &str, b: &str) -> Option<usize> {
    let pairs = a.chars().zip(b.chars());
    let same: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    (a != b).then_some(same)
}

fn text(name: &str, sight: &Sight, ellipsis: &str) -> String {
    let mut text = name[..sight.head].to_owned();
    if sight.head < sight.rest.start {
        text.push_str(ellipsis);
    }
    text.push_str(&name[sight.rest.clone()]);
    if sight.rest.end < name.len() {
        text.push_str(ellipsis);
    }
    text
}

/// Where the parts that were met stand in the text that is shown.
fn met_in_sight(name: &str, sight: &Sight, met: &[Range<usize>], ellipsis: &str) -> Vec<Range<usize>> {
    let rest = &sight.rest;
    let gap = if sight.head < rest.start {
        ellipsis.len()
    } else {
        0
    };
    let after = sight.head + gap + rest.len();
    let pieces = [
        (0..sight.head, 0..sight.head),
        (sight.head..rest.start, sight.head..sight.head + gap),
        (rest.clone(), sight.head + gap..after),
        (rest.end..name.len(), after..after + ellipsis.len()),
    ];
    let mut shown = Vec::new();
    for (of_name, of_text) in pieces {
        for part in met {
            let (from, to) = (part.start.max(of_name.start), part.end.min(of_name.end));
            if from >= to {
                continue;
            }
            shown.push(if of_name.len() == of_text.len() {
                of_text.start + from - of_name.start..of_text.start + to - of_name.start
            } else {
                of_text.clone()
            });
        }
    }
    shown.dedup();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(names: &[&str], columns: usize) -> Vec<String> {
        let names: Vec<(String, Vec<Range<usize>>)> = names
            .iter()
            .map(|name| ((*name).to_owned(), Vec::new()))
            .collect();
        let shown = shown(&names, columns, "…");
        shown.into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn names_are_cut_in_the_middle_and_neighbours_where_they_differ() {
        let games = ["game_mlb_2025_ari_bos_0625", "game_mlb_2025_ari_bos_0626"];
        assert_eq!(texts(&games, 16), ["game_mlb…os_0625", "game_mlb…os_0626"]);
        // Alike at both ends.
        let names = [
            "team_of_the_north_in_2025",
            "team_of_the_south_in_2025",
            "team_of_us",
        ];
        assert_eq!(
            texts(&names, 16),
            ["team_…north_in_…", "team_…south_in_…", "team_of_us"]
        );
        // The first two differ here, the third differs from them further on.
        let names = [
            "aaaaaa1aaaaaaaaaaaaaaa",
            "aaaaaa2aaaaaaaa1aaaaaa",
            "aaaaaa2aaaaaaaa2aaaaaa",
        ];
        assert_eq!(texts(&names, 10), ["aaa…1aaaa…", "aaa…1aaaa…", "aaa…2aaaa…"]);
    }

    #[test]
    fn what_was_met_is_marked_where_it_is_shown_and_else_on_the_ellipsis() {
        let name = "game_mlb_2025_phi_nym_0401";
        let at = |part: &str| {
            let start = name.find(part).unwrap_or(0);
            start..start + part.len()
        };
        let met = |parts: &[&str]| {
            let parts = parts.iter().map(|part| at(part)).collect();
            let shown = shown(&[(name.to_owned(), parts)], 20, "…").remove(0);
            let marked = shown.met.iter().map(|part| shown.text[part.clone()].to_owned());
            marked.collect::<Vec<_>>()
        };
        assert_eq!(met(&["mlb"]), ["mlb"]);
        assert_eq!(met(&["phi"]), ["…"]);
        assert_eq!(met(&["2025", "nym_04"]), ["2", "…", "nym_04"]);
    }

    proptest! {
        #[test]
        fn neighbours_never_look_the_same_and_nothing_is_too_wide(
            names in prop::collection::vec("[ab東]{0,3}x{0,12}[ab]{0,3}x{0,12}[ab]?", 0..6), columns in 8..24_usize,
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let shown = texts(&names, columns);
            for (text, name) in shown.iter().zip(&names) {
                prop_assert!(width(text) <= columns, "{} {}", text, name);
                prop_assert!(width(name) > columns || text == name);
            }
            for (texts, names) in shown.windows(2).zip(names.windows(2)) {
                prop_assert!(names[0] == names[1] || texts[0] != texts[1], "{:?} {:?}", names, texts);
            }
        }
    }
}
