//! The records of a type with a LOCATION field, on a map.

use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::canvas::{Canvas, Map, MapResolution, Points};

use crate::record::table::Status;
use crate::tui::state::{State, TypeState};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Points that are drawn at most: more would not be told apart on any screen.
const MOST: usize = 5000;

/// Draws the records as far as both sides have been read, coloured by status.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State, one: &TypeState) {
    let points = points(state, &one.config.name);
    if points.is_empty() {
        let line = ui.span(
            Role::Dim,
            "no record of this type has a place; M shows the figures again",
        );
        ui.line(area, line);
        return;
    }
    let (west, east, south, north) = frame_of(&points);
    let colour = |role: Role| ui.theme.style(role).fg.unwrap_or_default();
    let groups = [Status::Unchanged, Status::New, Status::Updated, Status::Orphan].map(|status| {
        let role = crate::tui::show::status(ui.symbols(), status).1;
        let places: Vec<(f64, f64)> = points
            .iter()
            .filter(|(_, one)| *one == status)
            .map(|(place, _)| *place)
            .collect();
        (colour(role), places)
    });
    let land = colour(Role::Faint);
    let marker = if ui.symbols().braille {
        Marker::Braille
    } else {
        Marker::Dot
    };
    let canvas = Canvas::default()
        .marker(marker)
        .x_bounds([west, east])
        .y_bounds([south, north])
        .paint(|context| {
            context.draw(&Map {
                color: land,
                resolution: MapResolution::High,
            });
            context.layer();
            for (color, coords) in &groups {
                context.draw(&Points {
                    coords,
                    color: *color,
                });
            }
        });
    ui.frame.render_widget(canvas, area);
}

/// The part of the world that holds all points, with some air around them.
fn frame_of(points: &[((f64, f64), Status)]) -> (f64, f64, f64, f64) {
    let bounds = |which: fn(&(f64, f64)) -> f64| {
        let values = points.iter().map(|(place, _)| which(place));
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
            (least.min(value), most.max(value))
        })
    };
    let (west, east) = bounds(|place| place.0);
    let (south, north) = bounds(|place| place.1);
    let air = |least: f64, most: f64| ((most - least) * 0.08).max(1.0);
    let (x, y) = (air(west, east), air(south, north));
    (
        (west - x).max(-180.0),
        (east + x).min(180.0),
        (south - y).max(-90.0),
        (north + y).min(90.0),
    )
}

/// Longitude, latitude and status of the records of a type that have a place, evenly thinned out where they are
/// many.
fn points(state: &State, record_type: &str) -> Vec<((f64, f64), Status)> {
    let Some(comparison) = &state.comparison else {
        return Vec::new();
    };
    let Some((_, diff)) = comparison.diffs().find(|(config, _)| config.name == record_type) else {
        return Vec::new();
    };
    let table = diff.table();
    let step = (table.len() / MOST).max(1);
    let place = |row: usize| {
        let print = table
            .local_fingerprint(row)
            .or_else(|| table.cloud_fingerprint(row))?;
        match print.places.as_slice() {
            [latitude, longitude, ..] => Some(((*longitude, *latitude), table.status(row))),
            _ => None,
        }
    };
    diff.rows().step_by(step).filter_map(place).collect()
}
