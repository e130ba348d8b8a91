//! The buttons at the foot of a dialog.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::hits::Target;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Draws buttons at the right edge, in reading order, closer together where there is little room; `focus` is the one that
/// Enter presses. A button that would destroy is named as such by the dialog, not by its colour alone.
pub fn buttons(ui: &mut Ui<'_, '_>, area: Rect, titles: &[&str], focus: usize) {
    let air = [1, 0]
        .into_iter()
        .find(|air| total(titles, *air) <= area.width)
        .unwrap_or(0);
    let total = total(titles, air);
    let mut x = area.right().saturating_sub(total).max(area.x);
    for (index, title) in titles.iter().enumerate() {
        if x >= area.right() || area.height == 0 {
            return;
        }
        let place = Rect {
            x,
            y: area.y,
            width: wide(title, air).min(area.right() - x),
            height: 1,
        };
        let focused = index == focus;
        let role = if focused { Role::Button } else { Role::ButtonIdle };
        let pad = " ".repeat(usize::from(air));
        let shown = ui.clip(title, place.width.saturating_sub(2 + 2 * air));
        let shown = if focused {
            format!("[{pad}{shown}{pad}]")
        } else {
            format!(" {pad}{shown}{pad} ")
        };
        ui.line(place, Span::styled(shown, ui.style(role)));
        ui.hit(place, Target::Button(index));
        if focused && ui.plain {
            ui.cursor(place.x + 1 + air, place.y);
        }
        x += place.width + 1 + air;
    }
}

/// The columns of a button with so much air on either side of its title.
fn wide(title: &str, air: u16) -> u16 {
    u16::try_from(text::width(title)).unwrap_or(u16::MAX / 8) + 2 + 2 * air
}

/// The columns of all of them, side by side.
fn total(titles: &[&str], air: u16) -> u16 {
    let between = u16::try_from(titles.len().saturating_sub(1)).unwrap_or(0) * (1 + air);
    titles.iter().map(|title| wide(title, air)).sum::<u16>() + between
}
