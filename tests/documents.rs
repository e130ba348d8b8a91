//! The documents say what the program does: keys, settings, commands. `SKYDECK_BLESS=1 cargo test --test documents` writes
//! the tables that are made from the program anew.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use ratatui::style::Color;
use skydeck::cli::args::Cli;
use skydeck::config::credentials::{ENDPOINT, KEY_ID, PRIVATE_KEY, PRIVATE_KEY_PATH};
use skydeck::config::{Config, ConfigError};
use skydeck::tui::action::{ACTIONS, Context, Spec};
use skydeck::tui::keymap::Chord;
use skydeck::tui::settings::{self, Settings};
use skydeck::tui::theme::{Background, Depth, NAMES, Palette};

/// The places of the README's table, in its order.
const PLACES: [Context; 20] = [
    Context::Global,
    Context::Move,
    Context::Overview,
    Context::Records,
    Context::Detail,
    Context::Review,
    Context::Running,
    Context::Report,
    Context::Verify,
    Context::History,
    Context::Log,
    Context::Welcome,
    Context::Broken,
    Context::Dialog,
    Context::Choice,
    Context::Jobs,
    Context::Typing,
    Context::Filter,
    Context::Field,
    Context::Export,
];

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Holds what stands in a document between a marker and the next end to a text, or writes it there.
#[track_caller]
fn check(document: &str, marker: &str, expected: &str) {
    let text = read(document);
    let (before, rest) = text.split_once(&format!("<!-- {marker} -->\n")).unwrap();
    let (found, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("SKYDECK_BLESS").is_some() {
        let text = format!("{before}<!-- {marker} -->\n{expected}<!-- end -->{after}");
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(document), text).unwrap();
        return;
    }
    assert!(
        found == expected,
        "the table of {marker} in {document} is not what the program has; SKYDECK_BLESS=1 cargo test --test documents \
         writes\n{expected}"
    );
}

/// A key as the screen shows it.
fn shown(key: &str) -> String {
    key.parse::<Chord>().unwrap().to_string()
}

fn code(words: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let words = words.into_iter().map(|word| format!("`{}`", word.as_ref()));
    words.collect::<Vec<_>>().join(" ")
}

/// The actions of one place on one line; those without a key stand last.
fn keys_of(place: Context) -> String {
    let here: Vec<&Spec> = ACTIONS
        .iter()
        .filter(|spec| spec.contexts.contains(&place))
        .collect();
    let keyed = here.iter().filter(|spec| !spec.keys.is_empty());
    let mut parts: Vec<String> = keyed
        .map(|spec| {
            let keys = spec.keys.iter().map(|key| shown(key));
            format!("{} {}", code(keys), spec.title)
        })
        .collect();
    let unkeyed: Vec<&str> = here
        .iter()
        .filter(|spec| spec.keys.is_empty())
        .map(|spec| spec.title)
        .collect();
    if !unkeyed.is_empty() {
        parts.push(format!("by name only: {}", unkeyed.join(", ")));
    }
    parts.join(" · ")
}

#[test]
fn the_readme_has_every_key_by_place() {
    let mut table = String::from("\n| Where | Keys |\n|---|---|\n");
    for place in PLACES {
        let _ = writeln!(table, "| {} | {} |", place.title(), keys_of(place));
    }
    check("README.md", "keys", &(table + "\n"));
    let places: BTreeSet<Context> = PLACES.into_iter().collect();
    let named: BTreeSet<Context> = ACTIONS
        .iter()
        .flat_map(|spec| spec.contexts.iter().copied())
        .collect();
    assert_eq!(places, named, "each place once, and no other");
}

#[test]
fn the_configuration_has_every_action_and_every_colour() {
    let mut keys = String::new();
    for spec in ACTIONS {
        let places: Vec<&str> = spec.contexts.iter().map(|place| place.title()).collect();
        let _ = writeln!(
            keys,
            "| `{}` | {} | {} | {} |",
            spec.id,
            code(spec.keys),
            places.join(", "),
            spec.help
        );
    }
    check("assets/configuration.md", "keys", &keys);
    let hex = |background, name| match Palette::of(Depth::True, background).named(name) {
        Some(Some(Color::Rgb(r, g, b))) => format!("`#{r:02x}{g:02x}{b:02x}`"),
        other => unreachable!("{name}: {other:?}"),
    };
    let mut colours = String::new();
    for (name, what) in NAMES {
        let (dark, light) = (hex(Background::Dark, name), hex(Background::Light, name));
        let _ = writeln!(colours, "| `{name}` | {what} | {dark} | {light} |");
    }
    check("assets/configuration.md", "theme", &colours);
}

/// The names that a complaint about an unknown one lists.
fn listed(complaint: &str) -> BTreeSet<String> {
    let list = complaint.split_once("expected one of ").unwrap().1;
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_member_of_the_configuration_is_documented() {
    let text = r#"
container = "iCloud.com.example.app"
qqqqqqqqqqqq = 1
[environment.development]
qqqqqqqqqqqq = 1
[environment.qqqqqqqqqqqq]
[limits]
qqqqqqqqqqqq = 1
[checks]
qqqqqqqqqqqq = 1
[type.A]
file = "a.json"
record_name = "id"
qqqqqqqqqqqq = 1
[type.A.fields]
place = { type = "LOCATION", latitude = "a", longitude = "b", qqqqqqqqqqqq = 1 }
other = { type = "REFERENCE", to = "A", qqqqqqqqqqqq = 1 }
time = { type = "TIMESTAMP", qqqqqqqqqqqq = 1 }
"#;
    let Err(ConfigError::Mistakes(mistakes)) = Config::parse(text, Path::new("/p/skydeck.toml")) else {
        unreachable!("nine names are unknown");
    };
    assert_eq!(mistakes.len(), 9, "{mistakes:#?}");
    let document = read("assets/configuration.md");
    for name in mistakes.iter().flat_map(|mistake| listed(&mistake.expected)) {
        assert!(
            document.contains(&format!("`{name}`")),
            "{name} is not documented"
        );
    }
}

#[test]
fn every_setting_of_the_screen_is_documented() {
    let document = read("assets/configuration.md");
    let complaint = Settings::new(terminal(), &"[tui]\nqqqq = 1".parse().unwrap()).unwrap_err();
    let list = complaint[0].split_once("there are ").unwrap().1;
    let words = list.split(|c: char| !c.is_alphanumeric() && c != '"');
    let names: Vec<&str> = words.filter(|word| !["", "or"].contains(word)).collect();
    assert!(
        names.contains(&"mouse") && names.contains(&"\"256\""),
        "{names:?}"
    );
    for name in names {
        assert!(
            document.contains(&format!("`{name}`")),
            "{name} is not documented"
        );
    }
}

fn terminal() -> settings::Terminal {
    settings::Terminal::of(&|_| None)
}

/// The blocks of a language in a document.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = read(document);
    let begin = format!("```{language}\n");
    let parts = text.split(begin.as_str()).skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_examples_of_a_configuration_are_understood() {
    let mut seen = 0;
    for document in ["README.md", "assets/configuration.md"] {
        for block in blocks(document, "toml") {
            let text = block.replace("64 hex digits", &"0a".repeat(32));
            let table: toml::Table = text.parse().unwrap();
            if table.contains_key("container") {
                let config = Config::parse(&text, Path::new("/p/skydeck.toml"));
                assert!(
                    config.as_ref().is_ok_and(|config| config.warnings.is_empty()),
                    "{config:#?}"
                );
            }
            let settings = Settings::new(terminal(), &table);
            assert!(settings.is_ok(), "{:#?}", settings.err());
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn the_commands_and_variables_that_are_named_exist() {
    let commands = [blocks("README.md", "sh"), blocks("README.md", "console")].concat();
    let lines = commands.iter().flat_map(|block| block.lines());
    let mut seen = 0;
    for line in lines.filter_map(|line| line.trim_start_matches("$ ").split('#').next()) {
        if line.starts_with("skydeck ") {
            let parsed = Cli::try_parse_from(line.split_whitespace());
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            seen += 1;
        }
    }
    assert_eq!(seen, 12, "commands of the README");
    let document = read("assets/configuration.md");
    for argument in Cli::command().get_arguments() {
        if let (Some(variable), Some(option)) = (argument.get_env(), argument.get_long()) {
            let row = format!("| `{}` | `--{option}` |", variable.to_str().unwrap());
            assert!(document.contains(&row), "{row}");
        }
    }
    for variable in [ENDPOINT, KEY_ID, PRIVATE_KEY, PRIVATE_KEY_PATH] {
        assert!(document.contains(&format!("| `{variable}` |")), "{variable}");
    }
}

/// Where the links and pictures of a document lead, as far as that is in this repository.
fn links(document: &str) -> Vec<String> {
    let text = read(document);
    let targets = text
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap().to_owned());
    targets.filter(|target| !target.starts_with("http")).collect()
}

#[test]
fn links_lead_somewhere_and_every_picture_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = links("README.md");
    for target in &readme {
        assert!(root.join(target).exists(), "{target}");
    }
    for target in links("assets/configuration.md") {
        assert!(root.join("assets").join(&target).exists(), "{target}");
    }
    for picture in std::fs::read_dir(root.join("assets/pictures")).unwrap() {
        let name = format!("assets/pictures/{}", picture.unwrap().file_name().display());
        assert!(readme.contains(&name), "{name} is not shown");
    }
}

/// The long options of a command and of those below it.
fn options(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(clap::Arg::get_long);
    let mut found: BTreeSet<String> = own.map(str::to_owned).collect();
    found.extend(command.get_subcommands().flat_map(options));
    found
}

#[test]
fn the_options_that_are_named_in_passing_exist() {
    let known = options(&Cli::command());
    let text = read("README.md") + &read("assets/configuration.md");
    let spans = text.split('`').skip(1).step_by(2);
    let ours = spans.filter(|span| !span.contains("cargo") && !span.contains("--bench"));
    let words = ours.flat_map(str::split_whitespace);
    let named: BTreeSet<&str> = words.filter_map(|word| word.strip_prefix("--")).collect();
    assert!(named.contains("index-lag"), "{named:?}");
    // The script's flag is understood without being an option.
    for option in named.into_iter().filter(|option| *option != "smart-sync") {
        assert!(known.contains(option), "--{option}");
    }
}

#[test]
fn the_readme_asks_for_the_rust_that_is_needed() {
    let needed = format!(
        "[Rust](https://rustup.rs) {} or later",
        env!("CARGO_PKG_RUST_VERSION")
    );
    assert!(read("README.md").contains(&needed), "{needed}");
}

#[test]
fn the_comparison_that_is_shown_is_what_the_command_prints() {
    let block = &blocks("README.md", "console")[0];
    let shown = block.strip_prefix("$ skydeck --demo diff\n").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_skydeck"));
    let printed = command.args(["--demo", "diff"]).output().unwrap();
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), shown);
}

#[test]
fn each_promise_of_the_security_policy_names_tests_that_exist() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let promises: Vec<String> = read("SECURITY.md")
        .split_once("## What it promises")
        .and_then(|(_, rest)| rest.split_once("\n## "))
        .map(|(table, _)| table.lines().map(str::to_owned).collect())
        .unwrap();
    let rows = promises.iter().filter_map(|line| {
        let (_, named) = line.strip_suffix(" |")?.rsplit_once(" | ")?;
        (named != "Tests").then_some(named)
    });
    let mut seen = 0;
    for named in rows {
        let names: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{named} names no test");
        for name in names.into_iter().filter(|name| *name != "printable") {
            let file = tests.join(name.replace(' ', "/")).with_extension("rs");
            assert!(file.exists(), "{name} is no test: {}", file.display());
        }
        seen += 1;
    }
    assert!(seen > 10, "{seen} promises");
}
