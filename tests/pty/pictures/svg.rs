//! A screen as an SVG picture. Letters stand on the grid of the terminal whatever the font; lines, bars and signs are
//! drawn, since fonts do not agree on them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::glyph::{self, Drawn};

/// A column and a row of the grid.
pub(super) const CELL: (f32, f32) = (9.0, 20.0);
/// Room around the screen.
const MARGIN: f32 = 16.0;
/// Height of the bar on top of the window.
const BAR: f32 = 34.0;
/// The ground of the window, as a dark terminal has it.
const GROUND: &str = "#0d1219";
/// What is written in the terminal's own colour.
const INK: &str = "#d5dae3";
const FONTS: &str =
    "ui-monospace,'SF Mono',Menlo,'JetBrains Mono','Cascadia Mono','DejaVu Sans Mono',Consolas,monospace";

/// How a cell looks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Look {
    ink: String,
    ground: String,
    bold: bool,
    faint: bool,
    underlined: bool,
}

/// A cell of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) look: Look,
}

impl From<&vt100::Cell> for Cell {
    fn from(cell: &vt100::Cell) -> Self {
        let (mut ink, mut ground) = (hex(cell.fgcolor(), INK), hex(cell.bgcolor(), GROUND));
        if cell.inverse() {
            std::mem::swap(&mut ink, &mut ground);
        }
        Cell {
            text: cell.contents().to_owned(),
            look: Look {
                ink,
                ground,
                bold: cell.bold(),
                faint: cell.dim(),
                underlined: cell.underline(),
            },
        }
    }
}

fn hex(colour: vt100::Color, own: &str) -> String {
    match colour {
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        // The screen sets true colours or none where it may.
        vt100::Color::Default | vt100::Color::Idx(_) => own.to_owned(),
    }
}

/// What is drawn in one colour.
#[derive(Default)]
struct Ink {
    filled: String,
    stroked: String,
    dotted: String,
    shaded: BTreeMap<u8, String>,
}

/// The picture; `title` stands in the window's bar.
pub(super) fn svg(rows: &[Vec<Cell>], title: &str) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let (width, height) = (
        columns as f32 * CELL.0 + 2.0 * MARGIN,
        rows.len() as f32 * CELL.1 + BAR + MARGIN,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" font-family=\"{FONTS}\" font-size=\"15\">\n\
         <title>{title}</title>\n\
         <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"{GROUND}\" stroke=\"#2c3645\"/>\n\
         <g fill=\"#3a4556\"><circle cx=\"20\" cy=\"17\" r=\"5.5\"/><circle cx=\"38\" cy=\"17\" r=\"5.5\"/>\
         <circle cx=\"56\" cy=\"17\" r=\"5.5\"/></g>\n\
         <text x=\"{}\" y=\"21.5\" fill=\"#6b7687\" font-size=\"13\" text-anchor=\"middle\">{title}</text>\n\
         <g transform=\"translate({MARGIN} {BAR})\" style=\"white-space:pre\">\n",
        width - 1.0,
        height - 1.0,
        width / 2.0,
    );
    grounds(&mut out, rows);
    drawings(&mut out, rows);
    letters(&mut out, rows);
    out.push_str("</g>\n</svg>\n");
    out
}

/// Coloured grounds, a rectangle for each run of a row.
fn grounds(out: &mut String, rows: &[Vec<Cell>]) {
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a.look.ground == b.look.ground) {
            let ground = run[0].look.ground.as_str();
            if ground != GROUND {
                let (left, top) = place(x, y);
                let path = paths.entry(ground).or_default();
                let _ = write!(
                    path,
                    "M{left} {top}h{}v{}H{left}z",
                    run.len() as f32 * CELL.0,
                    CELL.1
                );
            }
            x += run.len();
        }
    }
    for (colour, path) in paths {
        let _ = writeln!(out, "<path fill=\"{colour}\" d=\"{path}\"/>");
    }
}

/// Lines, bars and signs, by colour.
fn drawings(out: &mut String, rows: &[Vec<Cell>]) {
    let mut inks: BTreeMap<&str, Ink> = BTreeMap::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let ink = inks.entry(run[0].look.ink.as_str()).or_default();
            match run[0]
                .text
                .chars()
                .next()
                .and_then(|sign| glyph::run(sign, run.len(), place(x, y)))
            {
                Some(Drawn::Filled(path)) => ink.filled += &path,
                Some(Drawn::Stroked(path)) => ink.stroked += &path,
                Some(Drawn::Dotted(path)) => ink.dotted += &path,
                Some(Drawn::Shaded(percent, path)) => *ink.shaded.entry(percent).or_default() += &path,
                None => {}
            }
            x += run.len();
        }
    }
    for (colour, ink) in inks {
        if !ink.filled.is_empty() {
            let _ = writeln!(out, "<path fill=\"{colour}\" d=\"{}\"/>", ink.filled);
        }
        for (percent, path) in ink.shaded {
            let _ = writeln!(
                out,
                "<path fill=\"{colour}\" fill-opacity=\".{percent}\" d=\"{path}\"/>"
            );
        }
        for (path, stroke) in [
            (ink.stroked, "stroke-width=\"1.2\""),
            (ink.dotted, "stroke-width=\"3\" stroke-linecap=\"round\""),
        ] {
            if !path.is_empty() {
                let _ = writeln!(
                    out,
                    "<path fill=\"none\" stroke=\"{colour}\" {stroke} d=\"{path}\"/>"
                );
            }
        }
    }
}

/// Words, by look; each run is as wide as its cells.
fn letters(out: &mut String, rows: &[Vec<Cell>]) {
    let mut looks: BTreeMap<(&str, bool, bool, bool), String> = BTreeMap::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, text, look) in words(row) {
            let (left, top) = place(x, y);
            let cells = text.chars().count();
            let key = (look.ink.as_str(), look.bold, look.faint, look.underlined);
            let length = if cells > 1 {
                format!(" textLength=\"{}\"", cells as f32 * CELL.0)
            } else {
                String::new()
            };
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(
                looks.entry(key).or_default(),
                "<text x=\"{left}\" y=\"{}\"{length}>{text}</text>",
                top + 15.0
            );
        }
    }
    for ((ink, bold, faint, underlined), texts) in looks {
        let mut more = String::new();
        for (holds, attribute) in [
            (bold, " font-weight=\"700\""),
            (faint, " opacity=\".6\""),
            (underlined, " text-decoration=\"underline\""),
        ] {
            more += if holds { attribute } else { "" };
        }
        let _ = write!(out, "<g fill=\"{ink}\"{more}>\n{texts}</g>\n");
    }
}

/// The runs of a row that are written: of one look, without a gap of two, and each sign of no plain alphabet alone.
fn words(row: &[Cell]) -> Vec<(usize, String, &Look)> {
    let mut found: Vec<(usize, String, &Look)> = Vec::new();
    let mut blanks = 2;
    let mut last_plain = false;
    for (x, cell) in row.iter().enumerate() {
        let sign = cell.text.chars().next().unwrap_or(' ');
        if sign == ' ' {
            blanks += 1;
            continue;
        }
        if glyph::run(sign, 1, (0.0, 0.0)).is_some() {
            blanks = 2;
            continue;
        }
        let plain = sign <= '\u{ff}' && cell.text.chars().count() == 1;
        match found.last_mut() {
            Some((_, text, look)) if blanks < 2 && plain && last_plain && *look == &cell.look => {
                text.push_str(&" ".repeat(blanks));
                text.push_str(&cell.text);
            }
            _ => found.push((x, cell.text.clone(), &cell.look)),
        }
        (blanks, last_plain) = (0, plain);
    }
    found
}

fn place(x: usize, y: usize) -> (f32, f32) {
    (x as f32 * CELL.0, y as f32 * CELL.1)
}
