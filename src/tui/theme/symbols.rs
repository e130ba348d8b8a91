//! Borders, marks and bars, in Unicode or in ASCII.

use ratatui::symbols::border;

/// The symbols of a theme. Each takes one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Symbols {
    /// The corners and lines of a frame.
    pub border: border::Set<'static>,
    /// A horizontal rule.
    pub rule: &'static str,
    /// Where a text was cut.
    pub ellipsis: &'static str,
    /// The row under the cursor.
    pub cursor: &'static str,
    /// A row that was marked.
    pub mark: &'static str,
    /// On disk, not in the cloud.
    pub new: &'static str,
    /// Different.
    pub updated: &'static str,
    /// In the cloud only.
    pub orphan: &'static str,
    /// Equal.
    pub same: &'static str,
    /// All of its fields written anew, whatever they were.
    pub replaced: &'static str,
    /// Nothing to count.
    pub none: &'static str,
    /// Points at something: a reference, a step.
    pub arrow: &'static str,
    /// Reachable, alive.
    pub dot: &'static str,
    /// Done, fine.
    pub tick: &'static str,
    /// Failed.
    pub cross: &'static str,
    /// Look here.
    pub warning: &'static str,
    /// Requests in flight.
    pub flight: &'static str,
    /// Waiting.
    pub wait: &'static str,
    /// Sorted upwards.
    pub ascending: &'static str,
    /// Sorted downwards.
    pub descending: &'static str,
    /// Folded.
    pub folded: &'static str,
    /// Unfolded.
    pub unfolded: &'static str,
    /// Included in a plan.
    pub checked: &'static str,
    /// Left out of it.
    pub unchecked: &'static str,
    /// Some of it.
    pub partly: &'static str,
    /// A full cell of a bar, and its eighths from empty to full.
    pub bar: [&'static str; 9],
    /// The part of a bar that is still to come.
    pub track: &'static str,
    /// Heights from nothing to full, for sparklines.
    pub spark: [&'static str; 9],
    /// Fills that tell the parts of a bar apart without colour: same, updated, new, orphan.
    pub shades: [&'static str; 4],
    /// Something is under way.
    pub spinner: &'static [&'static str],
    /// The handle of a scrollbar.
    pub thumb: &'static str,
    /// The name's sign.
    pub cloud: &'static str,
    /// Whether maps may use Braille dots.
    pub braille: bool,
    /// What texts bring along that cannot be shown, and what is shown instead.
    pub stand_ins: &'static [(&'static str, &'static str)],
}

impl Symbols {
    /// Symbols of Unicode that every monospaced font has.
    pub const fn unicode() -> Self {
        Symbols {
            border: border::ROUNDED,
            rule: "─",
            ellipsis: "…",
            cursor: "▸",
            mark: "●",
            new: "+",
            updated: "~",
            orphan: "−",
            same: "=",
            replaced: "±",
            none: "·",
            arrow: "→",
            dot: "●",
            tick: "✓",
            cross: "✗",
            warning: "▲",
            flight: "⇅",
            wait: "◷",
            ascending: "▲",
            descending: "▼",
            folded: "›",
            unfolded: "▾",
            checked: "■",
            unchecked: "□",
            partly: "▣",
            bar: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
            track: "─",
            spark: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            shades: ["█", "▓", "▒", "░"],
            spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
            thumb: "▐",
            cloud: "☁",
            braille: true,
            stand_ins: &[],
        }
    }

    /// The same for terminals and fonts that have nothing else.
    pub const fn ascii() -> Self {
        Symbols {
            border: border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: "|",
                vertical_right: "|",
                horizontal_top: "-",
                horizontal_bottom: "-",
            },
            rule: "-",
            ellipsis: "~",
            cursor: ">",
            mark: "*",
            new: "+",
            updated: "~",
            orphan: "-",
            same: "=",
            replaced: "%",
            none: ".",
            arrow: ">",
            dot: "o",
            tick: "v",
            cross: "x",
            warning: "!",
            flight: "#",
            wait: "@",
            ascending: "^",
            descending: "v",
            folded: ")",
            unfolded: "v",
            checked: "x",
            unchecked: "_",
            partly: "/",
            bar: [" ", ".", ".", ":", ":", "-", "=", "=", "#"],
            track: "-",
            spark: [" ", ".", ".", ":", ":", "-", "=", "=", "#"],
            shades: ["=", "~", "+", "-"],
            spinner: &["|", "/", "-", "\\"],
            thumb: "#",
            cloud: "",
            braille: false,
            stand_ins: &[("·", "-"), ("→", ">"), ("…", "~"), ("•", ".")],
        }
    }

    /// The same without what a screen reader would read out and nobody needs to hear.
    pub const fn without_lines(self) -> Self {
        Symbols {
            rule: " ",
            track: " ",
            braille: false,
            ..self
        }
    }
}
