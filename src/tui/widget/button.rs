//! The buttons at the foot of a dialog.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::hits::Target;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Draws buttons from the right edge to the left, in reading order; `focus` is the one that Enter presses. A button that
/// would destroy is named as such by the dialog, not by its colour alone.
pub fn buttons(ui: &mut Ui<'_, '_>, area: Rect, titles: &[&str], focus: usize) {
    let widths: Vec<u16> = titles
        .iter()
        .map(|title| u16::try_from(text::width(title) + 4).unwrap_or(u16::MAX))
        .collect();
    let total: u16 =
        widths.iter().sum::<u16>() + u16::try_from(titles.len().saturating_sub(1)).unwrap_or(0) * 2;
    let mut x = area.right().saturating_sub(total).max(area.x);
    for (index, (title, width)) in titles.iter().zip(&widths).enumerate() {
        if x >= area.right() || area.height == 0 {
            return;
        }
        let place = Rect {
            x,
            y: area.y,
            width: (*width).min(area.right() - x),
            height: 1,
        };
        let focused = index == focus;
        let role = if focused { Role::Button } else { Role::ButtonIdle };
        let shown = if focused {
            format!("[ {title} ]")
        } else {
            format!("  {title}  ")
        };
        ui.line(place, Span::styled(shown, ui.style(role)));
        ui.hit(place, Target::Button(index));
        if focused && ui.plain {
            ui.cursor(place.x + 2, place.y);
        }
        x += width + 2;
    }
}
