//! Somebody else has changed a record since it was looked at: as it was, as it is, as it would be, field by field.
//! What is chosen is planned anew against the record as it is now, and asked about.

use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::record::compare::equal;
use crate::record::merge::over;
use crate::record::{Record, Value};
use crate::sync::{Edit, EditConflict};
use crate::tui::action::Action;
use crate::tui::hits::{Pane, Target};
use crate::tui::screen::records::edit;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::changed::{differing, marked};
use crate::tui::widget::cursor::Cursor;

/// What a field shall be.
#[derive(Debug)]
enum Yours {
    Value(Option<Value>),
    /// The record is to be deleted.
    Nothing,
}

/// A field with its three values.
#[derive(Debug)]
struct Row {
    field: String,
    base: Option<Value>,
    cloud: Option<Value>,
    yours: Yours,
    /// Whether yours is taken.
    mine: bool,
}

/// Conflicts to be resolved, one after the other.
#[derive(Debug)]
pub struct Conflict {
    at_hand: EditConflict,
    rows: Vec<Row>,
    /// Fields that they changed and that are nobody's conflict.
    others: Vec<String>,
    waiting: Vec<EditConflict>,
    /// What was decided so far, and what needs no decision.
    edits: Vec<Edit>,
    of: usize,
    cursor: Cursor,
    focus: usize,
}

impl Conflict {
    /// Asks about conflicts; `edits` go into the same plan. `None` where there is no conflict.
    pub fn new(mut conflicts: Vec<EditConflict>, edits: Vec<Edit>) -> Option<Self> {
        conflicts.reverse();
        let of = conflicts.len();
        Self::next(conflicts, edits, of)
    }

    fn next(mut waiting: Vec<EditConflict>, edits: Vec<Edit>, of: usize) -> Option<Self> {
        let at_hand = waiting.pop()?;
        let (rows, others) = rows(&at_hand);
        // To go on is harmless where theirs is chosen; to delete never is.
        let focus = usize::from(!matches!(at_hand.edit, Edit::Delete { .. }));
        Some(Conflict {
            at_hand,
            rows,
            others,
            waiting,
            edits,
            of,
            cursor: Cursor::default(),
            focus,
        })
    }

    fn deletes(&self) -> bool {
        matches!(self.at_hand.edit, Edit::Delete { .. })
    }

    /// What was chosen, against the record as it is now; `None` where theirs stays as it is.
    fn chosen(&mut self, anyway: bool) -> Option<Edit> {
        let record_type = self.at_hand.cloud.record_type.clone();
        let name = self.at_hand.cloud.name.clone();
        let base = Some(Box::new(self.at_hand.cloud.clone()));
        if self.deletes() {
            return anyway.then_some(Edit::Delete {
                record_type,
                name,
                base,
            });
        }
        let mine = self.rows.drain(..).filter(|row| row.mine);
        let goal: crate::record::plan::Goal = mine
            .filter_map(|row| match row.yours {
                Yours::Value(value) => Some((row.field, value)),
                Yours::Nothing => None,
            })
            .collect();
        (anyway && !goal.is_empty()).then_some(Edit::Update {
            record_type,
            name,
            goal,
            base,
        })
    }

    fn press(mut self: Box<Self>, button: usize, state: &mut State) -> Outcome {
        let chosen = self.chosen(button == 1);
        if chosen.is_none() {
            let name = &self.at_hand.cloud.name;
            state.say(Role::Good, format!("{name} stays as it is in the cloud"));
        }
        let mut edits = self.edits;
        edits.extend(chosen);
        match Conflict::next(self.waiting, edits.clone(), self.of) {
            Some(next) => Outcome::stay(Box::new(next)),
            None if edits.is_empty() => Outcome::close(Vec::new()),
            None => Outcome::close(edit::plan_again(state, edits)),
        }
    }

    fn choose(&mut self, mine: Option<bool>) {
        let deletes = self.deletes();
        if let Some(row) = self.rows.get_mut(self.cursor.at).filter(|_| !deletes) {
            row.mine = mine.unwrap_or(!row.mine);
        }
    }
}

/// The fields in question, and the names of those that they changed beside them. Theirs is chosen where both changed a
/// field: nothing of theirs is lost unless somebody says so.
fn rows(conflict: &EditConflict) -> (Vec<Row>, Vec<String>) {
    let of = |record: &Record, field: &str| record.fields.get(field).cloned();
    let clashes = |field: &str| conflict.theirs.iter().any(|change| change.field == field);
    let row = |field: &str, yours: Yours| Row {
        base: of(&conflict.base, field),
        cloud: of(&conflict.cloud, field),
        mine: !clashes(field),
        yours,
        field: field.to_owned(),
    };
    let rows: Vec<Row> = match &conflict.edit {
        Edit::Update { goal, .. } => goal
            .iter()
            .map(|(field, value)| {
                // Parts that the edit does not change keep the other client's value.
                let cloud = conflict.cloud.fields.get(field);
                let whole = value.as_ref().map(|value| over(value, cloud));
                row(field, Yours::Value(whole))
            })
            .collect(),
        _ => conflict
            .theirs
            .iter()
            .map(|change| row(&change.field, Yours::Nothing))
            .collect(),
    };
    let names = conflict.cloud.fields.keys().chain(conflict.base.fields.keys());
    let mut others: Vec<String> = names
        .filter(|name| rows.iter().all(|row| row.field != **name))
        .filter(|name| !equal(conflict.base.fields.get(*name), conflict.cloud.fields.get(*name)))
        .cloned()
        .collect();
    others.sort_unstable();
    others.dedup();
    (rows, others)
}

impl Dialog for Conflict {
    /// It may open while something else is being typed.
    fn gates(&self) -> bool {
        true
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (self.rows.len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) => {
                state.say(Role::Good, "nothing was sent");
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => {
                let focus = self.focus;
                return self.press(focus, state);
            }
            Input::Action(Action::NextPane | Action::PreviousPane) => self.focus = 1 - self.focus,
            Input::Action(Action::Left) => self.choose(Some(false)),
            Input::Action(Action::Right) => self.choose(Some(true)),
            Input::Key(key) if key.code == KeyCode::Char(' ') => self.choose(None),
            Input::Action(action) => {
                self.cursor.act(action, rows, height);
            }
            Input::Click(Target::Button(button)) => return self.press(button, state),
            Input::Click(Target::Row(_, row)) if row == self.cursor.at => self.choose(None),
            Input::Click(Target::Row(_, row)) => self.cursor.go(row, rows, height),
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let head = self.head(ui, area.width.min(110).saturating_sub(4));
        let rows = u16::try_from(self.rows.len()).unwrap_or(u16::MAX);
        let head_rows = u16::try_from(head.len()).unwrap_or(0);
        let hint_rows = if self.deletes() { 0 } else { 2 };
        let height = rows.saturating_add(head_rows + 5 + hint_rows).min(area.height);
        let number = self.of - self.waiting.len();
        let count = if self.of > 1 {
            format!(", {number} of {}", self.of)
        } else {
            String::new()
        };
        let title = format!(
            "{} Somebody else changed this record{count}",
            ui.symbols().warning
        );
        let inner = frame(ui, area, &title, (area.width.min(110), height), Role::Warning);
        let used = ui.lines(inner, head);
        let table = Rect {
            y: inner.y + used,
            height: inner.height.saturating_sub(used + 2),
            ..inner
        };
        self.table(ui, table);
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        let go_on = if self.deletes() {
            "Delete it anyway"
        } else {
            "Go on with what is chosen"
        };
        buttons(ui, foot, &["Leave as it is", go_on], self.focus);
    }
}

/// The widths of the field and of each value.
fn widths(width: u16, values: u16) -> (usize, usize) {
    let width = usize::from(width);
    let field = (width / 5).clamp(6, 20);
    let value = width.saturating_sub(2 + field) / usize::from(values);
    (field, value.saturating_sub(2))
}

impl Conflict {
    fn head(&self, ui: &Ui<'_, '_>, width: u16) -> Vec<Line<'static>> {
        let cloud = &self.at_hand.cloud;
        let who = cloud.modified.as_ref().map_or_else(String::new, |stamp| {
            let user = stamp.user.as_deref().unwrap_or("somebody");
            format!(
                "last written by {user}, {}",
                crate::tui::screen::records::detail::time(stamp.timestamp)
            )
        });
        let mut lines = vec![
            Line::from(vec![
                ui.span(Role::Dim, format!("{} ", cloud.record_type)),
                ui.span(Role::Title, ui.name(&cloud.name, width.saturating_sub(20))),
            ]),
            Line::from(ui.span(Role::Dim, ui.clip(&who, width))),
        ];
        if !self.others.is_empty() && !self.deletes() {
            let words = format!("they also changed, and keep: {}", self.others.join(", "));
            lines.push(Line::from(ui.span(Role::Dim, ui.clip(&words, width))));
        }
        lines.push(Line::default());
        lines
    }

    fn table(&self, ui: &mut Ui<'_, '_>, area: Rect) {
        let heads: &[&str] = if self.deletes() {
            &["AS YOU SAW IT", "CLOUD NOW"]
        } else {
            &["AS YOU SAW IT", "CLOUD NOW", "YOURS"]
        };
        let (field, value) = widths(area.width, if self.deletes() { 2 } else { 3 });
        let ellipsis = ui.symbols().ellipsis;
        let mut head = format!("  {}", text::left("FIELD", field, ellipsis));
        for (number, word) in heads.iter().enumerate() {
            let mark = if number > 0 && !self.deletes() { "  " } else { "" };
            let width = value - text::width(mark).min(value);
            head += &["  ", mark, &text::left(word, width, ellipsis)].concat();
        }
        let head = ui.span(Role::Head, head);
        ui.line(area, head);
        let hint_rows = u16::from(!self.deletes() && area.height > 3) * 2;
        let body = Rect {
            y: area.y + area.height.min(1),
            height: area.height.saturating_sub(1 + hint_rows),
            ..area
        };
        ui.hits.set_height(Pane::Dialog, body.height.max(1));
        let top = self.cursor.top(self.rows.len(), usize::from(body.height.max(1)));
        let shown = self
            .rows
            .iter()
            .enumerate()
            .skip(top)
            .take(usize::from(body.height));
        for (line, (index, row)) in shown.enumerate() {
            let place = Rect {
                y: body.y + u16::try_from(line).unwrap_or(0),
                height: 1,
                ..body
            };
            self.row(ui, place, index, row, (field, value));
        }
        if hint_rows > 0 {
            let hint = "Left theirs, Right yours, Space turns; the plan is shown before it is sent.";
            let hint = ui.span(Role::Dim, ui.clip(hint, area.width));
            let place = Rect {
                y: area.bottom() - 1,
                height: 1,
                ..area
            };
            ui.line(place, hint);
        }
    }

    fn row(&self, ui: &mut Ui<'_, '_>, place: Rect, index: usize, row: &Row, (field, width): (usize, usize)) {
        let under = index == self.cursor.at;
        if under {
            let style = ui.style(Role::Selected);
            ui.frame.buffer_mut().set_style(place, style);
            if ui.plain {
                ui.cursor(place.x, place.y);
            }
        }
        let symbols = *ui.symbols();
        let cursor = if under { symbols.cursor } else { " " };
        let base = show::value(row.base.as_ref());
        let cloud = show::value(row.cloud.as_ref());
        let yours = match &row.yours {
            Yours::Value(value) => Some(show::value(value.as_ref())),
            Yours::Nothing => None,
        };
        let mut spans = vec![
            ui.span(Role::Accent, format!("{cursor} ")),
            ui.span(Role::Dim, text::left(&row.field, field, symbols.ellipsis)),
            Span::raw("  "),
            ui.span(Role::Dim, text::left(&base, width, symbols.ellipsis)),
        ];
        let (theirs_part, yours_part) = differing(&cloud, yours.as_deref().unwrap_or(&base));
        let sides = [
            (Some(&cloud), theirs_part, !row.mine),
            (yours.as_ref(), yours_part, row.mine),
        ];
        for (value, part, is_taken) in sides {
            let Some(value) = value else { continue };
            spans.push(Span::raw("  "));
            let mut room = width;
            if yours.is_some() {
                let sign = if is_taken {
                    symbols.checked
                } else {
                    symbols.unchecked
                };
                let role = if is_taken { Role::Good } else { Role::Dim };
                spans.push(ui.span(role, format!("{sign} ")));
                room = room.saturating_sub(2);
            }
            let role = if is_taken { Role::Text } else { Role::Dim };
            let shown = marked(ui, role, value, &part, room);
            let used: usize = shown.iter().map(|span| text::width(&span.content)).sum();
            spans.extend(shown);
            spans.push(Span::raw(" ".repeat(room.saturating_sub(used))));
        }
        ui.line(place, Line::from(spans));
        ui.hit(place, Target::Row(Pane::Dialog, index));
    }
}
