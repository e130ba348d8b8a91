//! Signs that are drawn instead of written.

use std::fmt::Write as _;

use super::svg::CELL;

/// A run of one sign as the data of a path.
pub(super) enum Drawn {
    /// A shape with this ink in it.
    Filled(String),
    /// Lines.
    Stroked(String),
    /// Dots at the ends of lines without length.
    Dotted(String),
    /// A shape with so many percent of the ink.
    Shaded(u8, String),
}

/// Bars keep a little apart from the row above.
const APART: f32 = 2.0;

/// So many of a sign, side by side from a place; `None` for what is written as a letter.
pub(super) fn run(sign: char, count: usize, (x, y): (f32, f32)) -> Option<Drawn> {
    let wide = count as f32 * CELL.0;
    let bar = |width: f32| block(x, y + APART, width, CELL.1 - 2.0 * APART);
    Some(match sign {
        '─' => Drawn::Stroked(format!("M{x} {}h{wide}", y + CELL.1 / 2.0)),
        '█' => Drawn::Filled(bar(wide)),
        '▓' => Drawn::Shaded(75, bar(wide)),
        '▒' => Drawn::Shaded(50, bar(wide)),
        '░' => Drawn::Shaded(25, bar(wide)),
        '\u{2801}'..='\u{28ff}' => Drawn::Dotted(each(count, x, |left| braille(sign, left, y))),
        _ => match sign {
            '│' | '╭' | '╮' | '╰' | '╯' | '├' | '┤' | '┬' | '┴' | '┼' => {
                Drawn::Stroked(each(count, x, |left| line(sign, left, y)))
            }
            _ => {
                shape(sign, x, y)?;
                Drawn::Filled(each(count, x, |left| shape(sign, left, y).unwrap_or_default()))
            }
        },
    })
}

fn each(count: usize, x: f32, one: impl Fn(f32) -> String) -> String {
    (0..count).map(|index| one(x + index as f32 * CELL.0)).collect()
}

fn block(x: f32, y: f32, width: f32, height: f32) -> String {
    format!("M{x} {y}h{width}v{height}H{x}z")
}

/// A piece of a frame, through the middle of its cell.
fn line(sign: char, x: f32, y: f32) -> String {
    let (middle, centre) = (x + CELL.0 / 2.0, y + CELL.1 / 2.0);
    let (right, bottom) = (x + CELL.0, y + CELL.1);
    match sign {
        '╭' => format!(
            "M{middle} {bottom}V{}Q{middle} {centre} {right} {centre}",
            centre + 4.5
        ),
        '╮' => format!(
            "M{middle} {bottom}V{}Q{middle} {centre} {x} {centre}",
            centre + 4.5
        ),
        '╰' => format!(
            "M{middle} {y}V{}Q{middle} {centre} {right} {centre}",
            centre - 4.5
        ),
        '╯' => format!("M{middle} {y}V{}Q{middle} {centre} {x} {centre}", centre - 4.5),
        '│' => format!("M{middle} {y}V{bottom}"),
        '├' => format!("M{middle} {y}V{bottom}M{middle} {centre}H{right}"),
        '┤' => format!("M{middle} {y}V{bottom}M{middle} {centre}H{x}"),
        '┬' => format!("M{x} {centre}H{right}M{middle} {centre}V{bottom}"),
        '┴' => format!("M{x} {centre}H{right}M{middle} {centre}V{y}"),
        _ => format!("M{x} {centre}H{right}M{middle} {y}V{bottom}"),
    }
}

/// The dots of a Braille pattern: two columns, four rows; the fourth came late and has the last bits.
fn braille(sign: char, x: f32, y: f32) -> String {
    const DOTS: [(f32, f32); 8] = [
        (0.0, 0.0),
        (0.0, 1.0),
        (0.0, 2.0),
        (1.0, 0.0),
        (1.0, 1.0),
        (1.0, 2.0),
        (0.0, 3.0),
        (1.0, 3.0),
    ];
    let mut path = String::new();
    for (bit, (column, row)) in DOTS.into_iter().enumerate() {
        if (u32::from(sign) - 0x2800) >> bit & 1 == 1 {
            let _ = write!(path, "M{} {}h0", x + 2.25 + column * 4.5, y + 2.5 + row * 5.0);
        }
    }
    path
}

/// A bar's end, a step of a sparkline, or a sign of geometry.
fn shape(sign: char, x: f32, y: f32) -> Option<String> {
    let (middle, centre) = (x + CELL.0 / 2.0, y + CELL.1 / 2.0);
    let tall = CELL.1 - 2.0 * APART;
    let eighths = |from: char| (u32::from(sign) - u32::from(from) + 1) as f32 / 8.0;
    Some(match sign {
        // From seven eighths down to one.
        '▉'..='▏' => block(x, y + APART, CELL.0 * (1.0 - eighths('▉')), tall),
        '▁'..='▇' => {
            let height = tall * eighths('▁');
            block(x, y + APART + tall - height, CELL.0, height)
        }
        '▐' => block(middle, y, CELL.0 / 2.0, CELL.1),
        '●' => format!(
            "M{} {centre}a3.6 3.6 0 1 1 7.2 0a3.6 3.6 0 1 1 -7.2 0z",
            middle - 3.6
        ),
        '■' => block(x + 0.5, centre - 4.0, 8.0, 8.0),
        '□' => hollow(x, centre),
        '▣' => hollow(x, centre) + &block(x + 2.5, centre - 2.0, 4.0, 4.0),
        '▸' => format!("M{} {}l6 4.5l-6 4.5z", x + 1.5, centre - 4.5),
        '▾' => format!("M{x} {}h9l-4.5 6z", centre - 3.0),
        '▲' => format!("M{x} {}h9l-4.5 -7z", centre + 3.5),
        '▼' => format!("M{x} {}h9l-4.5 7z", centre - 3.5),
        '☁' => format!(
            "M{} {}a3.2 3.2 0 0 1 -.3 -6.4a4.4 4.4 0 0 1 8.2 -1.1a3.8 3.8 0 0 1 .8 7.5z",
            x + 0.8,
            centre + 4.5
        ),
        _ => return None,
    })
}

/// A square with nothing in it.
fn hollow(x: f32, centre: f32) -> String {
    format!("M{} {}h8v8h-8zm1.2 1.2v5.6h5.6v-5.6z", x + 0.5, centre - 4.0)
}
