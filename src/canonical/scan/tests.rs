use proptest::prelude::*;
use serde_json::Value as Json;

use super::{Elements, ScanError};

/// Offset, line and text of every element, with chunks of this size.
fn scanned(text: &str, chunk: usize) -> Result<Vec<(u64, u32, u32, String)>, ScanError> {
    let mut elements = Elements::new(text.as_bytes(), chunk);
    let mut found = Vec::new();
    while let Some(element) = elements.next()? {
        let text = String::from_utf8(element.bytes.to_vec()).unwrap();
        found.push((element.offset, element.line, element.column, text));
    }
    assert_eq!(elements.passed(), text.len() as u64);
    Ok(found)
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[\\[\\]{},:\"\\\\\na-cé\u{1f600}]{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("[\\[\\]{}\"\\\\a]{0,4}", inner, 0..5)
                .prop_map(|members| Json::from(members.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

proptest! {
    /// The scanner finds the same elements as a parser, at any chunk size, and knows where each stands.
    #[test]
    fn the_elements_are_those_of_a_parser(
        array in prop::collection::vec(json(), 0..8),
        pretty: bool,
        chunk in 1usize..40,
    ) {
        let text = if pretty { serde_json::to_string_pretty(&array) } else { serde_json::to_string(&array) }.unwrap();
        let found = scanned(&text, chunk).unwrap();
        prop_assert_eq!(found.len(), array.len());
        for ((offset, line, column, element), expected) in found.iter().zip(&array) {
            prop_assert_eq!(&serde_json::from_str::<Json>(element).unwrap(), expected);
            let before = &text[..usize::try_from(*offset).unwrap()];
            prop_assert!(text[before.len()..].starts_with(element.as_str()));
            prop_assert_eq!(before.matches('\n').count() + 1, *line as usize);
            prop_assert_eq!(before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1, *column as usize);
        }
    }

    /// What is cut off anywhere is an error, and never an end.
    #[test]
    fn a_part_of_an_array_is_never_taken_for_the_whole(array in prop::collection::vec(json(), 0..5), cut: prop::sample::Index, chunk in 1usize..40) {
        let text = serde_json::to_string(&array).unwrap();
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        prop_assert!(scanned(&text[..ends[cut.index(ends.len())]], chunk).is_err());
    }

    /// Whatever the bytes are, there is an end.
    #[test]
    fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200), chunk in 1usize..40) {
        let bytes: Vec<u8> = [b"[".as_slice(), &bytes].concat();
        let mut elements = Elements::new(bytes.as_slice(), chunk);
        let mut count = 0;
        while let Ok(Some(_)) = elements.next() {
            count += 1;
        }
        prop_assert!(count <= bytes.len());
    }
}
