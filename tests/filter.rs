//! The filter of the record list, held against a matcher that is written anew here and knows no tables.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use proptest::prelude::*;
use skydeck::record::diff::Diff;
use skydeck::record::filter::{Fuzzy, parse};
use skydeck::record::table::{Origin, Status, Table};
use skydeck::record::{FieldType, Fields, Kind, OwnedField, Record, Shape, Value};

fn shape() -> Shape {
    let field = |name: &str, field_type| OwnedField::new(name, field_type);
    Shape {
        record_type: "Stadium".into(),
        fields: vec![
            field("capacity", FieldType::One(Kind::Int64)),
            field("city", FieldType::One(Kind::String)),
            field("opened", FieldType::One(Kind::Timestamp)),
            field("tags", FieldType::List(Kind::String)),
        ],
    }
}

/// A row as the test knows it.
#[derive(Debug, Clone)]
struct Row {
    name: String,
    status: Status,
    capacity: Option<i64>,
    city: Option<String>,
    opened: Option<i64>,
    tags: Vec<String>,
}

impl Row {
    fn fields(&self) -> Fields {
        let tags: Vec<Value> = self.tags.iter().cloned().map(Value::String).collect();
        let all = [
            ("capacity", self.capacity.map(Value::Int64)),
            ("city", self.city.clone().map(Value::String)),
            ("opened", self.opened.map(Value::Timestamp)),
            (
                "tags",
                (!tags.is_empty()).then_some(Value::List(Kind::String, tags)),
            ),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// What is asked, in words of the test.
#[derive(Debug, Clone)]
enum Ask {
    Word(String),
    Name(String),
    Status(bool, Status),
    Number(&'static str, &'static str, i64),
    City(&'static str, String),
    Tag(String),
    Missing(&'static str),
    Present(&'static str),
}

const STATUSES: [(Status, &str); 4] = [
    (Status::New, "new"),
    (Status::Updated, "updated"),
    (Status::Orphan, "orphan"),
    (Status::Unchanged, "same"),
];

impl Ask {
    fn text(&self) -> String {
        match self {
            Ask::Word(word) => word.clone(),
            Ask::Name(text) => format!("name~{text}"),
            Ask::Status(is, status) => {
                let word = STATUSES.iter().find(|(one, _)| one == status).unwrap().1;
                format!("status{}{word}", if *is { ":" } else { "!=" })
            }
            Ask::Number(field, op, number) => format!("{field}{op}{number}"),
            Ask::City(op, text) => format!("city{op}\"{text}\""),
            Ask::Tag(text) => format!("tags=\"{text}\""),
            Ask::Missing(field) => format!("{field}:missing"),
            Ask::Present(field) => format!("{field}:present"),
        }
    }

    fn holds(&self, row: &Row) -> bool {
        let within = |text: &str, part: &str| text.to_ascii_lowercase().contains(&part.to_ascii_lowercase());
        let city = row.city.as_deref();
        match self {
            // The city is a shown column.
            Ask::Word(word) => within(&row.name, word) || city.is_some_and(|city| within(city, word)),
            Ask::Name(text) => within(&row.name, text),
            Ask::Status(is, status) => (row.status == *status) == *is,
            Ask::Number(field, op, number) => {
                let value = if *field == "capacity" {
                    row.capacity
                } else {
                    row.opened
                };
                match (value, *op) {
                    (None, op) => op == "!=",
                    (Some(value), "=") => value == *number,
                    (Some(value), "!=") => value != *number,
                    (Some(value), "<") => value < *number,
                    (Some(value), "<=") => value <= *number,
                    (Some(value), ">") => value > *number,
                    (Some(value), _) => value >= *number,
                }
            }
            Ask::City("~", text) => city.is_some_and(|city| within(city, text)),
            Ask::City("=", text) => city == Some(text),
            Ask::City(_, text) => city != Some(text),
            Ask::Tag(text) => row.tags.contains(text),
            Ask::Missing(field) => !present(row, field),
            Ask::Present(field) => present(row, field),
        }
    }
}

fn present(row: &Row, field: &str) -> bool {
    match field {
        "capacity" => row.capacity.is_some(),
        "city" => row.city.is_some(),
        "opened" => row.opened.is_some(),
        _ => !row.tags.is_empty(),
    }
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(STATUSES.map(|(status, _)| status).to_vec())
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        "[aAbB_]{1,4}",
        status(),
        prop::option::of(-2..3_i64),
        prop::option::of("[aA b]{1,3}"),
        prop::option::of(-2..3_i64),
        prop::collection::vec("[ab]", 0..3),
    );
    prop::collection::vec(row, 0..12).prop_map(|rows| {
        let named =
            |(at, (name, status, capacity, city, opened, tags)): (usize, (String, _, _, _, _, _))| Row {
                name: format!("{name}{at}"),
                status,
                capacity,
                city,
                opened,
                tags,
            };
        rows.into_iter().enumerate().map(named).collect()
    })
}

fn ask() -> impl Strategy<Value = Ask> {
    let ops = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let city_ops = prop::sample::select(vec!["~", "=", "!="]);
    let fields = prop::sample::select(vec!["capacity", "city", "opened", "tags"]);
    prop_oneof![
        "[aAbB]{1,2}".prop_map(Ask::Word),
        "[aAbB]{1,2}".prop_map(Ask::Name),
        (any::<bool>(), status()).prop_map(|(is, status)| Ask::Status(is, status)),
        (prop::sample::select(vec!["capacity", "opened"]), ops, -2..3_i64)
            .prop_map(|(field, op, number)| Ask::Number(field, op, number)),
        (city_ops, "[aA b]{1,3}").prop_map(|(op, text)| Ask::City(op, text)),
        "[ab]".prop_map(Ask::Tag),
        fields.clone().prop_map(Ask::Missing),
        fields.prop_map(Ask::Present),
    ]
}

/// The rows in a table, on the sides that give them their status.
fn diff(rows: &[Row]) -> Diff {
    let mut table = Table::new(shape());
    for row in rows.iter().filter(|row| row.status != Status::Orphan) {
        table
            .add_local(&row.name, &row.fields(), Origin::default())
            .unwrap();
    }
    for row in rows.iter().filter(|row| row.status != Status::New) {
        let mut fields = row.fields();
        if row.status == Status::Updated {
            fields.insert("capacity".into(), Value::Int64(99));
        }
        table.meet(&Record::local("Stadium", &row.name, fields)).unwrap();
    }
    Diff::new(table, None)
}

/// A filter with more than one clause, such as `a capacity>1`.
fn asks() -> impl Strategy<Value = Vec<Ask>> {
    prop::collection::vec(ask(), 0..4)
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic_and_mistakes_stand_inside_it(text in any::<String>()) {
        if let Err(mistakes) = parse(&shape(), &text) {
            for mistake in mistakes {
                prop_assert!(text.get(mistake.at).is_some_and(|part| !part.is_empty()));
            }
        }
    }

    #[test]
    fn nor_does_a_text_made_of_the_parsers_own_signs(
        text in "(capacity|city|tags|opened|name|status|x|[<>=!~:\"\\\\ ]|[0-9]|é){0,12}",
    ) {
        let _ = parse(&shape(), &text);
    }

    #[test]
    fn what_passes_is_what_a_plain_matcher_says(rows in rows(), asks in asks()) {
        let text: Vec<String> = asks.iter().map(Ask::text).collect();
        let filter = parse(&shape(), &text.join("  ")).unwrap();
        let diff = diff(&rows);
        let columns = ["city".to_owned()];
        let sieve = filter.sieve(&diff, true, false);
        for row in &rows {
            let number = diff.table().find(&row.name).unwrap();
            prop_assert_eq!(diff.status(number), row.status);
            let accepted = sieve.open.contains(number) && filter.accepts(&row.name, &row.fields(), &columns, false);
            let passes = sieve.passed.contains(number) || accepted;
            let expected = asks.iter().all(|ask| ask.holds(row));
            prop_assert_eq!(passes, expected, "{:?} {:?}", text, row);
        }
    }

    #[test]
    fn what_contains_the_word_matches_fuzzily_too(name in "[a-z_]{0,8}", word in "[a-z]{1,3}", end in "[a-z_]{0,4}") {
        let filter = parse(&shape(), &word).unwrap();
        let whole = format!("{name}{word}{end}");
        prop_assert!(Fuzzy::new(&filter).score(&whole).is_some());
    }
}

#[test]
fn terms_that_are_not_understood_are_marked_where_they_stand() {
    let wrong = [
        ("capacity>x", 0..10, "INT64"),
        ("a capcity>3 b", 2..11, "did you mean capacity?"),
        ("status:gone", 0..11, "new, updated, orphan or same"),
        ("zzz:2", 0..5, "To search for the text, quote it"),
        ("é city~\"new york", 3..17, "quote"),
        ("capacity>", 0..9, "wants a value"),
        ("opened<yesterday", 0..16, "TIMESTAMP"),
    ];
    for (text, at, why) in wrong {
        let mistakes = parse(&shape(), text).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{text}");
        assert_eq!(mistakes[0].at, at, "{text}");
        assert!(mistakes[0].why.contains(why), "{text}: {}", mistakes[0].why);
    }
}

#[test]
fn quotes_keep_blanks_and_take_operators_their_meaning() {
    let filter = parse(&shape(), "\"a b\" \"capacity>3\" 18:30").unwrap();
    assert_eq!(filter.words, ["a b", "capacity>3", "18:30"]);
    assert!(filter.terms.is_empty());
}

#[test]
fn a_name_that_spells_the_word_with_letters_between_matches_fuzzily_and_another_does_not() {
    let mut fuzzy = Fuzzy::new(&parse(&shape(), "arsche").unwrap());
    let close = fuzzy.score("game_arsche").unwrap();
    let loose = fuzzy.score("game_en1_2025_arsenal_fc_chelsea_fc").unwrap();
    assert!(close > loose);
    assert_eq!(fuzzy.score("game_everton"), None);
}

#[test]
fn a_table_so_large_that_it_is_searched_in_parts_gives_the_same_rows() {
    const ROWS: usize = 200_003;
    let name = |row: usize| format!("game_{}_{row}", ["arsenal", "Chelsea", "leeds"][row % 3]);
    let mut table = Table::new(shape());
    for row in 0..ROWS {
        table
            .add_local(&name(row), &Fields::new(), Origin::default())
            .unwrap();
    }
    let diff = Diff::new(table, None);
    for text in ["game", "chelsea", "9_", "77", "zzz", "name>game_l status:new"] {
        let filter = parse(diff.shape(), text).unwrap();
        let passed = filter.sieve(&diff, false, false).passed;
        let holds = |row: &u32| match text {
            "name>game_l status:new" => *name(*row as usize) > *"game_l",
            text => name(*row as usize).to_lowercase().contains(text),
        };
        let expected: Vec<u32> = diff.order().iter().copied().filter(holds).collect();
        assert_eq!(passed.among(diff.order(), |_| true), expected, "{text}");
        assert_eq!(passed.count(), expected.len());
    }
}
