//! The foot of the screen: what works here, with its keys. Each hint can be clicked.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::action::{ACTIONS, Action, Context, enabled};
use crate::tui::hits::Target;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Draws the hints of what can be done now in these contexts, the innermost first; what does not fit is left out from the middle: help and quit
/// stay.
pub fn hints(ui: &mut Ui<'_, '_>, area: Rect, state: &State, contexts: &[Context]) {
    let mut shown: Vec<(Action, String, &'static str)> = Vec::new();
    let mut specs: Vec<_> = ACTIONS
        .iter()
        .filter(|spec| spec.hint > 0 && spec.contexts.iter().any(|context| contexts.contains(context)))
        .collect();
    specs.sort_by_key(|spec| (spec.hint >= 80, context_rank(spec.contexts, contexts), spec.hint));
    for spec in specs {
        if enabled(spec.action, state).is_err() {
            continue;
        }
        if let Some(key) = state.settings.keymap.key_in(contexts, spec.action) {
            shown.push((spec.action, key.to_string(), spec.title));
        }
    }
    let wide = |(_, key, title): &(Action, String, &str)| text::width(key) + text::width(title) + 4;
    let fixed = |(action, ..): &(Action, String, &str)| action.spec().hint >= 80;
    while shown.iter().map(wide).sum::<usize>() > usize::from(area.width) {
        match shown
            .iter()
            .rposition(|hint| !fixed(hint))
            .or_else(|| shown.len().checked_sub(1))
        {
            Some(at) => drop(shown.remove(at)),
            None => return,
        }
    }
    let mut x = area.x + 1;
    for (action, key, title) in shown {
        let width = u16::try_from(text::width(&key) + text::width(title) + 1).unwrap_or(0);
        let place = Rect {
            x,
            y: area.y,
            width: width.min(area.right().saturating_sub(x)),
            height: area.height.min(1),
        };
        let spans = vec![
            Span::styled(key, ui.style(Role::Key)),
            Span::raw(" "),
            Span::styled(title, ui.style(Role::Dim)),
        ];
        ui.line(place, Line::from(spans));
        ui.hit(place, Target::Action(action));
        x = x.saturating_add(width + 3);
    }
}

fn context_rank(of: &[Context], contexts: &[Context]) -> usize {
    contexts
        .iter()
        .position(|context| of.contains(context))
        .unwrap_or(usize::MAX)
}
