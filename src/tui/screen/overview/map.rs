//! The records of a type with a LOCATION field, on a map.

use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::canvas::{Canvas, Map, MapResolution, Points};

use super::detail::flowing;
use crate::record::Kind;
use crate::record::diff::Diff;
use crate::record::table::Status;
use crate::tui::show;
use crate::tui::state::{State, TypeState};
use crate::tui::text::grouped;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::padded;

/// Points that are drawn at most: more would not be told apart on any screen.
const MOST: usize = 5000;

/// A record that has a place.
#[derive(Debug, Clone, Copy)]
struct Spot {
    row: usize,
    longitude: f64,
    latitude: f64,
    status: Status,
}

/// What part of the world is drawn: degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

/// Whether there is anything to draw of a type, for somebody who sees it.
pub(super) fn is_there(state: &State, one: &TypeState) -> bool {
    if state.settings.plain {
        return false;
    }
    let is_place = |field: &crate::config::FieldMapping| field.field_type.kind() == Kind::Location;
    one.config.fields.iter().any(is_place) && diff(state, one).is_some()
}

/// Draws the records as far as both sides have been read, coloured by status, and below them what the colours mean.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State, one: &TypeState) {
    if ui.plain {
        let line = ui.span(
            Role::Dim,
            "A map is for the eye: Enter lists the records. M shows the figures again.",
        );
        ui.line(padded(area), line);
        return;
    }
    let spots = diff(state, one).map(spots).unwrap_or_default();
    let Some((diff, first)) = diff(state, one).zip(spots.first()) else {
        let line = ui.span(
            Role::Dim,
            "no record of this type has a place; M shows the figures again",
        );
        ui.line(padded(area), line);
        return;
    };
    let chosen = state
        .overview
        .spot
        .map(|at| spots.get(at % spots.len()).unwrap_or(first));
    let legend = flowing(legend(ui, &spots, diff), padded(area).width);
    let named = u16::from(chosen.is_some());
    let foot = area.height.min(u16::try_from(legend.len()).unwrap_or(1) + named);
    let canvas = Rect {
        height: area.height - foot,
        ..area
    };
    draw(ui, canvas, &spots, chosen);
    let mut line = Rect {
        y: canvas.bottom(),
        height: foot,
        ..padded(area)
    };
    if let Some(spot) = chosen {
        let (sign, role, _) = show::status(ui.symbols(), spot.status);
        let name = ui.name(diff.table().name(spot.row), line.width.saturating_sub(2));
        let place = format!("   {:.4}, {:.4}", spot.latitude, spot.longitude);
        let said = vec![
            ui.span(role, format!("{sign} ")),
            ui.span(Role::Title, name),
            ui.span(Role::Dim, place),
        ];
        ui.line(line, Line::from(said));
        line.y += 1;
        line.height = foot.saturating_sub(1);
    }
    ui.lines(line, legend);
}

fn draw(ui: &mut Ui<'_, '_>, area: Rect, spots: &[Spot], chosen: Option<&Spot>) {
    let frame = Frame::around(spots).filling(area.width, area.height);
    let colour = |role: Role| ui.theme.style(role).fg.unwrap_or_default();
    let groups = STATUSES.map(|status| {
        let role = show::status(ui.symbols(), status).1;
        let places = spots.iter().filter(|spot| spot.status == status);
        let places: Vec<(f64, f64)> = places.map(|spot| (spot.longitude, spot.latitude)).collect();
        (colour(role), places)
    });
    let land = colour(Role::Faint);
    let braille = ui.symbols().braille;
    let marker = if braille { Marker::Braille } else { Marker::Dot };
    // Without dots of their own, or colours, records are told from land and from each other by the sign of their status.
    let signs = !braille || ui.theme.style(Role::New).fg.is_none();
    let sign_of = |status| {
        let (sign, role, _) = show::status(ui.symbols(), status);
        Span::styled(sign, ui.style(role))
    };
    let told = STATUSES.map(|status| (status, sign_of(status)));
    let sign = Span::styled(ui.symbols().mark, ui.style(Role::Accent));
    let canvas = Canvas::default()
        .marker(marker)
        .x_bounds([frame.west, frame.east])
        .y_bounds([frame.south, frame.north])
        .paint(|context| {
            context.draw(&Map {
                color: land,
                resolution: MapResolution::High,
            });
            context.layer();
            for (status, sign) in told.iter().filter(|_| signs) {
                for spot in spots.iter().filter(|spot| spot.status == *status) {
                    context.print(spot.longitude, spot.latitude, sign.clone());
                }
            }
            for (color, coords) in groups.iter().filter(|_| !signs) {
                context.draw(&Points {
                    coords,
                    color: *color,
                });
            }
            if let Some(spot) = chosen {
                context.print(spot.longitude, spot.latitude, sign.clone());
            }
        });
    ui.frame.render_widget(canvas, area);
}

/// In the order in which they are drawn: what differs on top.
const STATUSES: [Status; 4] = [Status::Unchanged, Status::New, Status::Updated, Status::Orphan];

/// `= 143 same   ~ 8 updated   3 not shown`, in its pieces.
fn legend(ui: &Ui<'_, '_>, spots: &[Spot], diff: &Diff) -> Vec<Vec<Span<'static>>> {
    let mut pieces = Vec::new();
    for status in STATUSES {
        let count = spots.iter().filter(|spot| spot.status == status).count();
        if count > 0 {
            let (sign, role, word) = show::status(ui.symbols(), status);
            let text = format!("{sign} {} {word}   ", grouped(count as u64));
            pieces.push(vec![ui.span(role, text)]);
        }
    }
    let left_out = diff.table().len() - spots.len();
    let said = match (left_out, is_thinned(diff)) {
        (0, _) => "all shown".to_owned(),
        (_, false) => format!("{} without a place", grouped(left_out as u64)),
        (_, true) => format!("{} not shown", grouped(left_out as u64)),
    };
    pieces.push(vec![ui.span(Role::Dim, said)]);
    pieces
}

impl Frame {
    /// The part of the world that holds all of them, with some air around.
    fn around(spots: &[Spot]) -> Self {
        let bounds = |which: fn(&Spot) -> f64| {
            let values = spots.iter().map(which);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
                (least.min(value), most.max(value))
            })
        };
        let air = |(least, most): (f64, f64)| {
            let air = ((most - least) * 0.08).max(1.0);
            (least - air, most + air)
        };
        let (west, east) = air(bounds(|spot| spot.longitude));
        let (south, north) = air(bounds(|spot| spot.latitude));
        Frame {
            west,
            east,
            south: south.max(-90.0),
            north: north.min(90.0),
        }
    }

    /// The same, widened so that a kilometre is as long from west to east as from south to north: a cell of the terminal
    /// is about twice as high as it is wide, and a degree of longitude shrinks with the latitude.
    fn filling(self, columns: u16, rows: u16) -> Self {
        const NEAR_THE_POLE: f64 = 0.1;
        let shrink = f64::midpoint(self.south, self.north)
            .to_radians()
            .cos()
            .max(NEAR_THE_POLE);
        let (columns, rows) = (f64::from(columns.max(1)), f64::from(rows.max(1)));
        let (wide, high) = ((self.east - self.west) * shrink, self.north - self.south);
        let degrees_a_column = (wide / columns).max(high / (rows * 2.0));
        let x = degrees_a_column * columns / shrink / 2.0;
        let y = degrees_a_column * rows;
        let middle_x = f64::midpoint(self.west, self.east);
        let middle_y = f64::midpoint(self.south, self.north);
        Frame {
            west: middle_x - x,
            east: middle_x + x,
            south: middle_y - y,
            north: middle_y + y,
        }
    }
}

fn diff<'s>(state: &'s State, one: &TypeState) -> Option<&'s Diff> {
    let mut diffs = state.comparison.as_ref()?.diffs();
    diffs
        .find(|(config, _)| config.name == one.config.name)
        .map(|(_, diff)| diff)
}

/// How many records of a type can be walked through on the map.
pub(super) fn length(state: &State, one: &TypeState) -> usize {
    diff(state, one).map_or(0, |diff| spots(diff).len())
}

fn step(diff: &Diff) -> usize {
    (diff.table().len() / MOST).max(1)
}

fn is_thinned(diff: &Diff) -> bool {
    step(diff) > 1
}

/// The records that have a place, by name, evenly thinned out where they are many.
fn spots(diff: &Diff) -> Vec<Spot> {
    let table = diff.table();
    let spot = |row: usize| {
        let print = table
            .local_fingerprint(row)
            .or_else(|| table.cloud_fingerprint(row))?;
        match print.places.as_slice() {
            [latitude, longitude, ..] => Some(Spot {
                row,
                longitude: *longitude,
                latitude: *latitude,
                status: diff.status(row),
            }),
            _ => None,
        }
    };
    diff.rows().step_by(step(diff)).filter_map(spot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kilometre_is_as_long_in_both_directions() {
        // Europe: a degree of longitude is half a degree of latitude at 60 degrees north.
        let frame = Frame {
            west: 0.0,
            east: 40.0,
            south: 55.0,
            north: 65.0,
        };
        for (columns, rows) in [(40, 40), (100, 10), (1, 1)] {
            let shown = frame.filling(columns, rows);
            let east_a_column = (shown.east - shown.west) * 0.5 / f64::from(columns);
            let north_a_row = (shown.north - shown.south) / f64::from(rows);
            assert!((north_a_row - 2.0 * east_a_column).abs() < 1e-9, "{shown:?}");
            assert!(shown.west <= 0.0 && shown.east >= 40.0 && shown.south <= 55.0 && shown.north >= 65.0);
        }
        // Twenty degrees' worth of width on forty columns: half a degree a column, one degree a row.
        let shown = frame.filling(40, 40);
        assert!((shown.north - shown.south - 40.0).abs() < 1e-9 && (shown.east - 40.0).abs() < 1e-9);
    }
}
