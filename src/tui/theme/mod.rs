//! How things look: roles to styles, and symbols. Screens name roles, never colours.
//!
//! Four depths: true colour, 256, 16 (the terminal's own palette) and none. Without colour the theme is made of attributes
//! only and no colour is set on any cell: a backend that drops colours resets attributes along with them.

mod palette;
mod symbols;

use ratatui::style::{Modifier, Style};

pub use palette::{NAMES, Palette};
pub use symbols::Symbols;

/// What a piece of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Text,
    /// Text of less weight: labels, units.
    Dim,
    /// What is only just there: rules, empty cells.
    Faint,
    /// Titles, and what carries a name.
    Title,
    /// Column heads.
    Head,
    /// What the eye shall find: the current tab, a chosen option.
    Accent,
    /// A pane's frame.
    Border,
    /// The frame of the pane that has the keys.
    Focus,
    /// The row under the cursor.
    Selected,
    /// The row under the cursor in a pane that does not have the keys.
    SelectedIdle,
    /// A row that was marked.
    Marked,
    /// On disk, not in the cloud.
    New,
    /// Different on both sides.
    Updated,
    /// In the cloud, not on disk.
    Orphan,
    /// Equal on both sides.
    Same,
    /// Went well.
    Good,
    /// Needs a look.
    Warning,
    /// Went wrong, or would destroy.
    Danger,
    /// Production, everywhere.
    Production,
    /// A key in a hint.
    Key,
    /// What is typed.
    Input,
    /// The focused button.
    Button,
    /// A button without focus.
    ButtonIdle,
    /// The part of a text that a search met, or that differs.
    Match,
}

/// Colours a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: attributes only.
    Mono,
    /// The sixteen of the terminal's own palette.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

/// What the background is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
}

/// Styles and symbols.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    depth: Depth,
    palette: Palette,
    /// Borders, marks, bars.
    pub symbols: Symbols,
}

impl Theme {
    /// A theme of a depth for a background; `ascii` restricts borders and symbols.
    pub fn new(depth: Depth, background: Background, ascii: bool) -> Self {
        Theme {
            depth,
            palette: Palette::of(depth, background),
            symbols: if ascii {
                Symbols::ascii()
            } else {
                Symbols::unicode()
            },
        }
    }

    /// The same with another palette, as a configuration may name colours.
    pub fn with_palette(mut self, palette: Palette) -> Self {
        self.palette = palette;
        self
    }

    /// The colours.
    pub fn palette(&self) -> &Palette {
        &self.palette
    }

    /// Whether cells may have colours.
    pub fn is_coloured(&self) -> bool {
        self.depth != Depth::Mono
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        let weight = Style::new().add_modifier(attributes(role, self.depth));
        if self.depth == Depth::Mono {
            return weight;
        }
        let (foreground, background) = self.palette.colours(role);
        let style = match foreground {
            Some(colour) => weight.fg(colour),
            None => weight,
        };
        match background {
            Some(colour) => style.bg(colour),
            None => style,
        }
    }
}

/// What a role looks like beside its colour. Without colours that is all there is, so it tells more apart.
fn attributes(role: Role, depth: Depth) -> Modifier {
    let none = Modifier::empty();
    let (with_colour, without) = match role {
        Role::Title => (Modifier::BOLD, Modifier::BOLD),
        Role::Key | Role::Good | Role::New | Role::Updated | Role::Marked | Role::Focus => {
            (none, Modifier::BOLD)
        }
        Role::Accent | Role::Danger | Role::Warning | Role::Orphan => {
            (Modifier::BOLD, Modifier::BOLD.union(Modifier::UNDERLINED))
        }
        Role::Selected | Role::Button => (Modifier::BOLD, Modifier::REVERSED),
        Role::Production => (Modifier::BOLD, Modifier::BOLD.union(Modifier::REVERSED)),
        Role::Head | Role::SelectedIdle | Role::Match | Role::Input => (none, Modifier::UNDERLINED),
        Role::Dim | Role::Faint | Role::Border => (none, Modifier::DIM),
        Role::Text | Role::Same | Role::ButtonIdle => (none, none),
    };
    if depth == Depth::Mono {
        without
    } else {
        with_colour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 24] = [
        Role::Text,
        Role::Dim,
        Role::Faint,
        Role::Title,
        Role::Head,
        Role::Accent,
        Role::Border,
        Role::Focus,
        Role::Selected,
        Role::SelectedIdle,
        Role::Marked,
        Role::New,
        Role::Updated,
        Role::Orphan,
        Role::Same,
        Role::Good,
        Role::Warning,
        Role::Danger,
        Role::Production,
        Role::Key,
        Role::Input,
        Role::Button,
        Role::ButtonIdle,
        Role::Match,
    ];

    #[test]
    fn without_colour_no_cell_has_one_and_the_selection_can_be_seen() {
        let theme = Theme::new(Depth::Mono, Background::Dark, false);
        for role in ROLES {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        assert_ne!(theme.style(Role::Selected), theme.style(Role::Text));
        assert_ne!(theme.style(Role::Button), theme.style(Role::ButtonIdle));
    }

    #[test]
    fn statuses_and_dangers_are_told_apart_at_every_depth() {
        for depth in [Depth::Ansi, Depth::Indexed, Depth::True] {
            for background in [Background::Dark, Background::Light] {
                let theme = Theme::new(depth, background, false);
                let looks = [
                    Role::New,
                    Role::Updated,
                    Role::Orphan,
                    Role::Same,
                    Role::Production,
                ]
                .map(|role| theme.style(role));
                for (at, look) in looks.iter().enumerate() {
                    assert!(
                        !looks[at + 1..].contains(look),
                        "{depth:?} {background:?} {look:?}"
                    );
                }
            }
        }
    }
}
