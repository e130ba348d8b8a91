//! What a user may arrange: keys, colours, mouse, symbols. From the tables `tui`, `keys` and `theme` of `skydeck.toml`, or
//! of `skydeck/interface.toml` in the user's configuration folder; the project's file wins.

use std::io;
use std::path::{Path, PathBuf};

use ratatui::style::Color;

use super::failure::Failure;
use super::keymap::Keymap;
use super::theme::{Background, Depth, Palette, Theme};
use crate::config::Config;
use crate::files::read;
use crate::launch::{Launch, variable};

/// The tables that are understood.
const TABLES: [&str; 3] = ["tui", "keys", "theme"];

/// What a user may arrange.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Styles and symbols.
    pub theme: Theme,
    /// Keys.
    pub keymap: Keymap,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// Whether the bell rings when a long job ends while the user is elsewhere.
    pub bell: bool,
    /// No box lines, no motion, the terminal's cursor on the focused row: for screen readers.
    pub plain: bool,
    /// What the background is like.
    pub background: Background,
    depth: Depth,
    ascii: bool,
    palette_changes: Vec<(String, Color)>,
}

/// What the terminal says of itself, by its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Colours it can show.
    pub depth: Depth,
    /// What its background is like, where it says so.
    pub background: Background,
    /// Whether it writes more than ASCII.
    pub unicode: bool,
}

impl Terminal {
    /// Reads `NO_COLOR`, `COLORTERM`, `TERM`, `COLORFGBG` and the locale. `env` looks up an environment variable.
    pub fn of(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        let term = env("TERM").unwrap_or_default();
        let depth = if is_set("NO_COLOR") || term == "dumb" {
            Depth::Mono
        } else if env("COLORTERM").is_some_and(|word| word == "truecolor" || word == "24bit")
            || term.ends_with("-direct")
        {
            Depth::True
        } else if term.contains("256color") {
            Depth::Indexed
        } else {
            Depth::Ansi
        };
        // The last part is the background, by its place in the palette: 7 and 15 are white.
        let ground = env("COLORFGBG").and_then(|text| text.rsplit(';').next().map(str::to_owned));
        let background = match ground.as_deref() {
            Some("7" | "15") => Background::Light,
            _ => Background::Dark,
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| env(name).filter(|value| !value.is_empty()));
        let unicode = locale.is_none_or(|name| {
            let name = name.to_lowercase();
            name.contains("utf") || !(name == "c" || name == "posix" || name.contains("8859"))
        });
        Terminal {
            depth,
            background,
            unicode: unicode && term != "linux",
        }
    }
}

impl Settings {
    /// The settings of the tables of a configuration, for a terminal.
    ///
    /// # Errors
    /// One line for each mistake; `from` names the file.
    pub fn new(terminal: Terminal, tables: &toml::Table) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        let mut settings = Settings {
            palette_changes: palette(tables, &mut mistakes),
            ..Settings::plain_for(terminal)
        };
        match Keymap::new(&keys(tables, &mut mistakes)) {
            Ok(keymap) => settings.keymap = keymap,
            Err(more) => mistakes.extend(more),
        }
        settings.read_tui(tables, &mut mistakes);
        settings.paint();
        if mistakes.is_empty() {
            Ok(settings)
        } else {
            Err(mistakes)
        }
    }

    /// The settings of nobody.
    fn plain_for(terminal: Terminal) -> Self {
        let keymap = Keymap::new(&[]).unwrap_or_default();
        Settings {
            theme: Theme::new(terminal.depth, terminal.background, !terminal.unicode),
            keymap,
            mouse: true,
            bell: true,
            plain: false,
            background: terminal.background,
            depth: terminal.depth,
            ascii: !terminal.unicode,
            palette_changes: Vec::new(),
        }
    }

    fn read_tui(&mut self, tables: &toml::Table, mistakes: &mut Vec<String>) {
        let Some(table) = section(tables, "tui", mistakes) else {
            return;
        };
        for (name, value) in table {
            match (name.as_str(), value) {
                ("mouse", toml::Value::Boolean(on)) => self.mouse = *on,
                ("bell", toml::Value::Boolean(on)) => self.bell = *on,
                ("ascii", toml::Value::Boolean(on)) => self.ascii = *on,
                ("plain", toml::Value::Boolean(on)) => self.plain = *on,
                ("background", toml::Value::String(word)) if word == "light" => self.background = Background::Light,
                ("background", toml::Value::String(word)) if word == "dark" => self.background = Background::Dark,
                ("colors", toml::Value::String(word)) => match word.as_str() {
                    "none" => self.depth = Depth::Mono,
                    "16" => self.depth = Depth::Ansi,
                    "256" => self.depth = Depth::Indexed,
                    "true" => self.depth = Depth::True,
                    _ => mistakes.push(format!("tui.colors is \"{word}\"; expected \"none\", \"16\", \"256\" or \"true\"")),
                },
                _ => mistakes.push(format!(
                    "tui.{name} = {value} is not understood; there are mouse, bell, ascii, plain (true or false), background (\"light\", \
                     \"dark\"), colors (\"none\", \"16\", \"256\", \"true\")"
                )),
            }
        }
    }

    /// Colours for the other background.
    pub fn turn_background(&mut self) {
        self.background = match self.background {
            Background::Dark => Background::Light,
            Background::Light => Background::Dark,
        };
        self.paint();
    }

    fn paint(&mut self) {
        let mut palette = Palette::of(self.depth, self.background);
        for (name, colour) in &self.palette_changes {
            if let Some(slot) = palette.named(name) {
                *slot = Some(*colour);
            }
        }
        self.theme = Theme::new(self.depth, self.background, self.ascii).with_palette(palette);
        if self.plain {
            self.theme.symbols = self.theme.symbols.without_lines();
        }
    }
}

fn section<'t>(tables: &'t toml::Table, name: &str, mistakes: &mut Vec<String>) -> Option<&'t toml::Table> {
    match tables.get(name)? {
        toml::Value::Table(table) => Some(table),
        _ => {
            mistakes.push(format!("{name} is no table; it begins with [{name}]"));
            None
        }
    }
}

fn keys(tables: &toml::Table, mistakes: &mut Vec<String>) -> Vec<(String, Vec<String>)> {
    let Some(table) = section(tables, "keys", mistakes) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    for (id, value) in table {
        let list = match value {
            toml::Value::String(key) => Some(vec![key.clone()]),
            toml::Value::Array(list) => list.iter().map(|key| key.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        match list {
            Some(list) => changes.push((id.clone(), list)),
            None => mistakes.push(format!("keys.{id} is no key; write \"d\" or [\"d\", \"ctrl-d\"]")),
        }
    }
    changes
}

fn palette(tables: &toml::Table, mistakes: &mut Vec<String>) -> Vec<(String, Color)> {
    let Some(table) = section(tables, "theme", mistakes) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    let mut known = Palette::of(Depth::Ansi, Background::Dark);
    for (name, value) in table {
        if known.named(name).is_none() {
            let names: Vec<&str> = super::theme::NAMES.iter().map(|(name, _)| *name).collect();
            mistakes.push(format!(
                "theme.{name}: there is no such colour; there are {}",
                names.join(", ")
            ));
            continue;
        }
        match value.as_str().and_then(|text| text.parse().ok()) {
            Some(colour) => changes.push((name.clone(), colour)),
            None => mistakes.push(format!(
                "theme.{name} = {value} is no colour; write \"#6cb6ff\", \"cyan\" or \"75\""
            )),
        }
    }
    changes
}

/// The settings for what was asked for, and what is wrong in them: then the rest is as if they were not there.
pub fn of(launch: &Launch) -> (Settings, Option<Failure>) {
    let terminal = Terminal::of(&|name| std::env::var(name).ok());
    let mut mistakes = Vec::new();
    let (mut read, mut left_out) = (Vec::new(), Vec::new());
    let mut tables = toml::Table::new();
    if let Some(path) = user_file() {
        match tables_of(&path) {
            Ok(None) => {}
            Ok(Some(table)) => {
                tables = table;
                read.push(path);
            }
            Err(mistake) => {
                mistakes.push(mistake);
                left_out.push(path);
            }
        }
    }
    // What else is wrong with the configuration is told when it is opened.
    let project = launch.configuration().ok().flatten().filter(|_| !launch.demo);
    if let Some(config) = project.and_then(|path| Config::load_with(&path, &variable).ok()) {
        tables = merged(tables, &config.interface);
        read.push(config.path);
    }
    let settings = Settings::new(terminal, &tables).unwrap_or_else(|more| {
        mistakes.extend(more);
        left_out.append(&mut read);
        Settings::plain_for(terminal)
    });
    let advice = |path: &PathBuf| {
        let path = path.display();
        format!("look at {path}; until then everything is as without it")
    };
    let failure = (!mistakes.is_empty()).then(|| Failure {
        advice: left_out.iter().map(advice).collect(),
        ..Failure::list("Settings", &mistakes)
    });
    (settings, failure)
}

/// The tables of the user's own file; `None` where there is no such file.
fn tables_of(path: &Path) -> Result<Option<toml::Table>, String> {
    let file = path.display();
    let bytes = match read::bytes(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(format!(
                "{file} cannot be read: {error}; let it be read, or take it away"
            ));
        }
    };
    let tables: toml::Table =
        toml::from_slice(&bytes).map_err(|error| format!("{file} is no TOML: {error}"))?;
    match tables.keys().find(|name| !TABLES.contains(&name.as_str())) {
        Some(name) => Err(format!(
            "{file}: '{name}' is not understood; the tables there are [tui], [keys] and [theme]"
        )),
        None => Ok(Some(tables)),
    }
}

/// The user's own file.
pub fn user_file() -> Option<PathBuf> {
    let folder = directories::ProjectDirs::from("", "", "skydeck")?;
    Some(folder.config_dir().join("interface.toml"))
}

/// The project's tables over the user's.
pub fn merged(mut user: toml::Table, project: &toml::Table) -> toml::Table {
    for (name, value) in project {
        match (user.get_mut(name), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(more)) => {
                known.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            _ => {
                user.insert(name.clone(), value.clone());
            }
        }
    }
    user
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Role;

    fn terminal(variables: &[(&str, &str)]) -> Terminal {
        Terminal::of(&|name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_terminal_is_taken_at_its_word() {
        assert_eq!(
            terminal(&[
                ("TERM", "xterm-256color"),
                ("NO_COLOR", "1"),
                ("COLORTERM", "truecolor")
            ])
            .depth,
            Depth::Mono
        );
        assert_eq!(
            terminal(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]).depth,
            Depth::True
        );
        assert_eq!(
            terminal(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).depth,
            Depth::Indexed
        );
        assert_eq!(terminal(&[("TERM", "xterm")]).depth, Depth::Ansi);
        assert_eq!(terminal(&[("COLORFGBG", "0;15")]).background, Background::Light);
        assert!(!terminal(&[("LANG", "C")]).unicode);
        assert!(terminal(&[("LANG", "C.UTF-8")]).unicode);
    }

    #[test]
    fn mistakes_in_the_tables_are_told_and_the_rest_holds() {
        let tables = |text: &str| text.parse::<toml::Table>().unwrap();
        let plain = terminal(&[("COLORTERM", "truecolor")]);
        let good = Settings::new(
            plain,
            &tables("[tui]\nmouse = false\n[theme]\naccent = '#ff0000'\n[keys]\ncompare = ['x']\n"),
        )
        .unwrap();
        assert!(!good.mouse);
        assert_eq!(good.theme.style(Role::Accent).fg, Some(Color::Rgb(255, 0, 0)));
        let bad = Settings::new(
            plain,
            &tables("[tui]\nmouze = 1\n[theme]\nacent = 'red'\n[keys]\nquitt = 'x'\n"),
        )
        .unwrap_err();
        assert_eq!(bad.len(), 3, "{bad:?}");
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told_of_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert_eq!(tables_of(&folder.path().join("none.toml")), Ok(None));
        let plain = file("plain", b"");
        assert_eq!(tables_of(&plain), Ok(Some(toml::Table::new())));
        let bad = [
            (folder.path().to_owned(), "cannot be read"),
            (plain.join("interface.toml"), "cannot be read"),
            (file("latin.toml", b"# gr\xfcn\n"), "utf-8"),
            (file("broken.toml", b"[tui\n"), "no TOML"),
            (file("themes.toml", b"[themes]\naccent = 'red'\n"), "'themes'"),
            (file("loose.toml", b"mouse = false\n"), "'mouse'"),
        ];
        for (path, why) in bad {
            let mistake = tables_of(&path).unwrap_err();
            assert!(mistake.contains(why), "{mistake}");
            assert!(mistake.contains(&path.display().to_string()), "{mistake}");
        }
    }
}
