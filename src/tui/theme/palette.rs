//! The colours of the roles.

use ratatui::style::Color;

use super::{Background, Depth, Role};

/// The handful of colours that everything is made of; `None` is the terminal's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Plain text.
    pub text: Option<Color>,
    /// Labels.
    pub dim: Option<Color>,
    /// Rules and frames.
    pub faint: Option<Color>,
    /// The one colour of the house.
    pub accent: Option<Color>,
    /// The row under the cursor.
    pub selection: Option<Color>,
    /// The same in a pane without the keys.
    pub idle: Option<Color>,
    /// New, good.
    pub green: Option<Color>,
    /// Updated, warning.
    pub yellow: Option<Color>,
    /// Orphan.
    pub magenta: Option<Color>,
    /// Danger, production.
    pub red: Option<Color>,
    /// Text on a coloured ground.
    pub ground: Option<Color>,
}

/// The names by which a configuration may set colours, with what each is for.
pub const NAMES: [(&str, &str); 11] = [
    ("text", "plain text"),
    ("dim", "labels and units"),
    ("faint", "frames and rules"),
    ("accent", "titles, tabs, keys"),
    ("selection", "the row under the cursor"),
    ("idle", "that row in a pane without the keys"),
    ("green", "new, went well"),
    ("yellow", "updated, warnings"),
    ("magenta", "orphans"),
    ("red", "danger, production"),
    ("ground", "text on a coloured ground"),
];

impl Palette {
    /// The palette of a depth on a background.
    pub fn of(depth: Depth, background: Background) -> Self {
        match (depth, background) {
            (Depth::True, Background::Dark) => Self::rgb([
                0x00d5_dae3,
                0x008b_95a7,
                0x0042_4c5e,
                0x006c_b6ff,
                0x0026_364d,
                0x001e_2733,
                0x007f_d18b,
                0x00e8_c268,
                0x00d0_8bdc,
                0x00ff_6b6b,
                0x0010_151d,
            ]),
            (Depth::True, Background::Light) => Self::rgb([
                0x001f_2733,
                0x005b_6678,
                0x00b4_bcc9,
                0x000b_62c4,
                0x00d3_e4fa,
                0x00e8_edf4,
                0x001b_7f36,
                0x008f_5d00,
                0x008a_2fa0,
                0x00c0_1c28,
                0x00ff_ffff,
            ]),
            (Depth::Indexed, Background::Dark) => {
                Self::indexed([252, 246, 239, 75, 237, 235, 114, 179, 176, 203, 233])
            }
            (Depth::Indexed, Background::Light) => {
                Self::indexed([235, 241, 250, 26, 189, 254, 28, 94, 91, 160, 231])
            }
            (Depth::Ansi | Depth::Mono, background) => Self::ansi(background),
        }
    }

    fn rgb(c: [u32; 11]) -> Self {
        Self::from(c.map(Color::from_u32))
    }

    fn indexed(c: [u8; 11]) -> Self {
        Self::from(c.map(Color::Indexed))
    }

    /// The terminal's own sixteen, which its owner has made readable on its own background.
    fn ansi(background: Background) -> Self {
        let light = background == Background::Light;
        Palette {
            text: None,
            dim: Some(if light { Color::DarkGray } else { Color::Gray }),
            faint: Some(if light { Color::Gray } else { Color::DarkGray }),
            accent: Some(if light { Color::Blue } else { Color::Cyan }),
            selection: Some(if light { Color::LightBlue } else { Color::Blue }),
            idle: Some(if light { Color::Gray } else { Color::DarkGray }),
            green: Some(Color::Green),
            yellow: Some(Color::Yellow),
            magenta: Some(Color::Magenta),
            red: Some(Color::Red),
            ground: Some(if light { Color::White } else { Color::Black }),
        }
    }

    fn from(c: [Color; 11]) -> Self {
        let [
            text,
            dim,
            faint,
            accent,
            selection,
            idle,
            green,
            yellow,
            magenta,
            red,
            ground,
        ] = c.map(Some);
        Palette {
            text,
            dim,
            faint,
            accent,
            selection,
            idle,
            green,
            yellow,
            magenta,
            red,
            ground,
        }
    }

    /// The colour of a name of [`NAMES`], to be set; `None` where there is no such name.
    pub fn named(&mut self, name: &str) -> Option<&mut Option<Color>> {
        Some(match name {
            "text" => &mut self.text,
            "dim" => &mut self.dim,
            "faint" => &mut self.faint,
            "accent" => &mut self.accent,
            "selection" => &mut self.selection,
            "idle" => &mut self.idle,
            "green" => &mut self.green,
            "yellow" => &mut self.yellow,
            "magenta" => &mut self.magenta,
            "red" => &mut self.red,
            "ground" => &mut self.ground,
            _ => return None,
        })
    }

    /// Foreground and background of a role.
    pub(super) fn colours(&self, role: Role) -> (Option<Color>, Option<Color>) {
        match role {
            Role::Text | Role::Title => (self.text, None),
            Role::Dim | Role::Head | Role::Same => (self.dim, None),
            Role::Faint | Role::Border => (self.faint, None),
            Role::Accent | Role::Focus | Role::Key | Role::Match | Role::Marked => (self.accent, None),
            Role::Selected => (self.text, self.selection),
            Role::SelectedIdle => (None, self.idle),
            Role::New | Role::Good => (self.green, None),
            Role::Updated | Role::Warning => (self.yellow, None),
            Role::Orphan => (self.magenta, None),
            Role::Danger => (self.red, None),
            Role::Production => (self.ground, self.red),
            Role::Input | Role::ButtonIdle => (self.text, self.idle),
            Role::Button => (self.ground, self.accent),
        }
    }
}
