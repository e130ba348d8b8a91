//! The review: its look.

use ratatui::layout::Rect;
use ratatui::text::{Line as Text, Span};

use super::beside;
use super::review::{Line, Review, changes_of};
use super::tree::{Group, Row};
use crate::record::plan::Verb;
use crate::tui::hits::{Pane, Target};
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;

/// Columns of the terminal from which on what is under the cursor stands beside the list.
const BOTH: u16 = 120;

/// Draws the review: the list, what narrows it, and the sum of it all.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let Some(review) = &state.sync.review else {
        return;
    };
    let title = match (&review.comparison, &review.only) {
        (None, _) => "Dry run of an import",
        (_, Some(_)) => "Repair",
        _ => "Review",
    };
    let beside = if area.width >= BOTH {
        area.width * 9 / 20
    } else {
        0
    };
    if beside > 0 {
        let place = Rect {
            x: area.right() - beside,
            width: beside,
            ..area
        };
        beside::view(ui, place, state, review);
    }
    let area = Rect {
        width: area.width - beside,
        ..area
    };
    let inner = pane(ui, area, title, Pane::Main, true);
    let filtered = review.typing || !review.filter.text().is_empty();
    let foot = inner.height.min(2 + u16::from(filtered));
    let list = Rect {
        height: inner.height - foot,
        ..inner
    };
    rows(ui, list, review);
    let (length, height) = (review.len(), usize::from(list.height).max(1));
    scrollbar(
        ui,
        area,
        Pane::Main,
        review.cursor.top(length, height),
        length,
        height,
    );
    let mut place = Rect {
        y: list.bottom(),
        height: foot,
        ..padded(inner)
    };
    if filtered && foot > 2 {
        filter(ui, place, review);
        place.y += 1;
        place.height -= 1;
    }
    let said = [sum(ui, review), at_conflicts(ui, review)];
    ui.lines(place, said);
}

fn rows(ui: &mut Ui<'_, '_>, area: Rect, review: &Review) {
    ui.hits.set_height(Pane::Main, area.height.max(1));
    let length = review.len();
    let top = review.cursor.top(length, usize::from(area.height).max(1));
    for (line, row) in (top..length).take(usize::from(area.height)).enumerate() {
        let place = Rect {
            y: area.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        let under = row == review.cursor.at;
        if under {
            let style = ui.style(Role::Selected);
            ui.frame.buffer_mut().set_style(place, style);
        }
        let sign = if under { ui.symbols().cursor } else { " " };
        let sign = Span::styled(format!("{sign} "), ui.style(Role::Accent));
        ui.line(place, sign);
        let inside = Rect {
            x: place.x + 2.min(place.width),
            width: place.width.saturating_sub(3),
            ..place
        };
        let shown = row_line(ui, inside.width, review, row);
        ui.line(inside, shown);
        ui.hit(place, Target::Row(Pane::Main, row));
        if under && ui.plain {
            ui.cursor_on_row(place, row, review.len());
        }
    }
}

fn row_line(ui: &Ui<'_, '_>, width: u16, review: &Review, row: usize) -> Text<'static> {
    match review.line(row) {
        Line::Warning(at) => {
            let text = review
                .warnings
                .get(at)
                .map_or("", |warning| warning.text.as_str());
            let text = format!("{} {text}", ui.symbols().warning);
            Text::from(ui.span(Role::Warning, ui.clip(&text, width)))
        }
        Line::Send => send(ui, review),
        Line::Tree(Row::Section(section)) => section_line(ui, width, review, section),
        Line::Tree(Row::Group(section, group)) => match review.tree.group(section, group) {
            Some(one) => group_line(ui, review, section, one),
            None => Text::default(),
        },
        Line::Tree(Row::Member(section, group, place)) => match review.tree.group(section, group) {
            Some(one) => member_line(ui, width, review, one, place),
            None => Text::default(),
        },
        Line::Tree(Row::Field(section, group, place, line)) => match review.tree.group(section, group) {
            Some(one) => field_line(ui, width, review, one, place, line),
            None => Text::default(),
        },
    }
}

/// Columns of a name in heads of sections and groups, so that their numbers stand below each other.
const NAMES: usize = 26;

fn head(
    ui: &Ui<'_, '_>,
    indent: &str,
    folded: bool,
    (included, all): (usize, usize),
    (role, name): (Role, &str),
) -> Vec<Span<'static>> {
    let symbols = ui.symbols();
    let fold = if folded { symbols.folded } else { symbols.unfolded };
    let room = NAMES - indent.len();
    let name = text::left(&text::middle(name, room, symbols.ellipsis), room, "");
    let number = text::right(&grouped(included as u64), 10, "");
    let of = if included < all {
        format!(" of {}", grouped(all as u64))
    } else {
        String::new()
    };
    let check = if included == 0 { Role::Faint } else { Role::Accent };
    vec![
        ui.span(Role::Dim, format!("{indent}{fold} ")),
        ui.span(check, format!("{} ", check_sign(ui, included, all))),
        ui.span(role, name),
        ui.span(Role::Text, number),
        ui.span(Role::Dim, of),
    ]
}

fn check_sign(ui: &Ui<'_, '_>, included: usize, all: usize) -> &'static str {
    match included {
        0 => ui.symbols().unchecked,
        included if included == all => ui.symbols().checked,
        _ => ui.symbols().partly,
    }
}

fn section_line(ui: &Ui<'_, '_>, width: u16, review: &Review, section: usize) -> Text<'static> {
    let Some(one) = review.tree.sections.get(section) else {
        return Text::default();
    };
    let included = one.groups.iter().map(Group::included).sum();
    let all = one.groups.iter().map(|group| group.members.len()).sum();
    let mut spans = head(ui, "", one.folded, (included, all), (Role::Title, &one.title));
    if one.orphans {
        let (role, what, short) = if included == 0 {
            (Role::Dim, "they stay, o deletes them", "o deletes them")
        } else {
            (Role::Danger, "these will be DELETED", "DELETED")
        };
        let used: usize = spans.iter().map(Span::width).sum();
        let whole = format!("   in the cloud only; {what}");
        let fits = used + text::width(&whole) <= usize::from(width);
        let said = if fits { whole } else { format!("  {short}") };
        spans.push(ui.span(role, said));
    }
    Text::from(spans)
}

fn group_line(ui: &Ui<'_, '_>, review: &Review, section: usize, one: &Group) -> Text<'static> {
    let orphans = review.tree.sections.get(section).is_some_and(|one| one.orphans);
    let sign = show::verb_sign(ui.symbols(), one.verb);
    let name = if orphans {
        format!("{sign} {}", one.record_type)
    } else {
        format!("{sign} {}", show::verb_word(one.verb))
    };
    let counts = (one.included(), one.members.len());
    let mut spans = head(ui, "  ", one.folded, counts, (show::verb_role(one.verb), &name));
    if one.count() < one.members.len() {
        let shown = format!("   {} shown", grouped(one.count() as u64));
        spans.push(ui.span(Role::Match, shown));
    }
    Text::from(spans)
}

fn member_line(ui: &Ui<'_, '_>, width: u16, review: &Review, one: &Group, place: usize) -> Text<'static> {
    let is_in = one.is_in(place);
    let check = if is_in {
        ui.symbols().checked
    } else {
        ui.symbols().unchecked
    };
    let role = if is_in { Role::Accent } else { Role::Faint };
    let mut spans = vec![ui.span(role, format!("    {check} "))];
    let room = width.saturating_sub(6);
    match review.operation(one, place) {
        Some(operation) if is_in => spans.extend(show::operation_line(ui, &operation, room).spans),
        _ => {
            let name = ui.name(review.name(one, place), room.saturating_sub(2));
            let sign = show::verb_sign(ui.symbols(), one.verb);
            spans.push(ui.span(Role::Dim, format!("{sign} {name}")));
        }
    }
    Text::from(spans)
}

fn field_line(
    ui: &Ui<'_, '_>,
    width: u16,
    review: &Review,
    one: &Group,
    place: usize,
    line: usize,
) -> Text<'static> {
    const FIELD: usize = 18;
    let changes = review
        .operation(one, place)
        .map(|operation| changes_of(&operation));
    let Some(change) = changes.as_deref().and_then(|changes| changes.get(line)) else {
        return Text::default();
    };
    let ellipsis = ui.symbols().ellipsis;
    let half = usize::from(width.saturating_sub(32) / 2).max(6);
    let (cloud, local) = change.texts(show::value);
    let cloud = text::left(&cloud, half, ellipsis);
    let local = text::clip(&local, half, ellipsis);
    let field = text::left(&change.field, FIELD, ellipsis);
    let mut spans = vec![ui.span(Role::Dim, format!("        {field} "))];
    match (&change.cloud, &change.local) {
        (None, _) => spans.push(ui.span(Role::New, local)),
        (Some(_), None) => {
            let gone = if one.verb == Verb::Delete { "" } else { "(nothing)" };
            spans.push(ui.span(Role::Orphan, cloud.trim_end()));
            if !gone.is_empty() {
                spans.push(ui.span(Role::Dim, format!(" {} {gone}", ui.symbols().arrow)));
            }
        }
        (Some(_), Some(_)) => {
            spans.push(Span::styled(cloud, ui.style(Role::Dim)));
            spans.push(ui.span(Role::Dim, format!(" {} ", ui.symbols().arrow)));
            spans.push(ui.span(Role::Updated, local));
        }
    }
    Text::from(spans)
}

/// The last line: what Enter there does.
fn send(ui: &Ui<'_, '_>, review: &Review) -> Text<'static> {
    let (writes, deletions) = review.tree.included();
    let text = match (review.comparison.is_some(), writes + deletions) {
        (false, _) => "a dry run ends here: nothing is sent".to_owned(),
        (true, 0) if review.tree.sections.is_empty() => {
            "nothing differs: there is nothing to send".to_owned()
        }
        (true, 0) => "nothing is included: Space includes, o the orphans".to_owned(),
        (true, all) => format!("{} go on with {}", ui.symbols().arrow, counted(all, "change")),
    };
    let role = if writes + deletions == 0 || review.comparison.is_none() {
        Role::Dim
    } else {
        Role::Accent
    };
    Text::from(ui.span(role, text))
}

fn filter(ui: &mut Ui<'_, '_>, area: Rect, review: &Review) {
    let shown: usize = (review.tree.sections.iter())
        .flat_map(|one| &one.groups)
        .map(Group::count)
        .sum();
    let count = format!("{} shown, Esc clears ", grouped(shown as u64));
    let wide = u16::try_from(count.len()).unwrap_or(0);
    let label = ui.span(Role::Key, "/ ");
    ui.line(area, label);
    let field = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(3 + wide),
        ..area
    };
    review.filter.draw(ui, field, review.typing);
    let place = Rect {
        x: area.right().saturating_sub(wide),
        width: wide.min(area.width),
        ..area
    };
    let count = ui.span(Role::Dim, count);
    ui.line(place, count);
}

/// What all of it comes to: each figure at a place of its own, whatever is in the plan.
fn sum(ui: &Ui<'_, '_>, review: &Review) -> Text<'static> {
    let of = |verb: Verb| {
        let groups = review.tree.sections.iter().flat_map(|one| &one.groups);
        let groups = groups.filter(|group| group.verb == verb);
        let counts = groups.map(|group| (group.included(), group.members.len()));
        counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    let verbs = [
        (Verb::Create, Role::New),
        (Verb::Update, Role::Updated),
        (Verb::ForceReplace, Role::Updated),
        (Verb::Delete, Role::Danger),
    ];
    let counts = verbs.map(|(verb, role)| (verb, role, of(verb)));
    let most = counts.iter().map(|(.., (_, all))| *all).max().unwrap_or(0);
    let figures = grouped(most as u64).len();
    let mut spans = Vec::new();
    for (verb, role, (included, all)) in counts {
        if all > 0 || verb != Verb::ForceReplace {
            let role = if included == 0 { Role::Faint } else { role };
            let count = text::right(&grouped(included as u64), figures, "");
            spans.push(ui.span(role, format!("{} {count}   ", show::verb_word(verb))));
        }
    }
    let unchanged = review.reviewed.plan().unchanged;
    spans.push(ui.span(Role::Dim, format!("unchanged {}", grouped(unchanged as u64))));
    Text::from(spans)
}

/// Who wins where somebody else writes in between; a dry run meets nobody.
fn at_conflicts(ui: &Ui<'_, '_>, review: &Review) -> Text<'static> {
    if review.comparison.is_none() {
        return Text::default();
    }
    Text::from(if review.ask {
        ui.span(Role::Warning, "at conflicts: ask")
    } else {
        ui.span(Role::Dim, "at conflicts: the files win")
    })
}
