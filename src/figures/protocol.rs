//! What several figures share: axes of time, shades of the protocol, legends.

use std::cell::RefCell;

use crate::figures::canvas::{Anchor, Canvas, Rect, Type, shortened, text_width};
use crate::figures::data::{ArmView, RecordedRun, amount};
use crate::figures::legend::LegendKey;
use crate::figures::panel::{NUMBER_MM, NUMBERS_IN_A_COLUMN, Panel};
use crate::figures::scale::{AxisScale, AxisTick, number};
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Colour, Pen, SMALL_PT, Style, okabe_ito};
use crate::figures::words;
use crate::foundation::time::Time;
use crate::recording::course::Dose;

/// Opacity of the shade of a stress episode.
const STRESS_OPACITY: f64 = 0.13;
/// Opacity of the shade of an infusion.
const DOSE_OPACITY: f64 = 0.25;

/// Days since the end of the burn-in, with ticks at whole weeks.
pub(super) fn days_axis(run: &RecordedRun) -> (AxisScale, Vec<AxisTick>) {
    let times = run.table.times();
    let low = times.iter().min().map_or(0.0, |time| time.days());
    let high = times.iter().max().map_or(1.0, |time| time.days());
    let scale = AxisScale::Linear(low, high.max(low + 1e-3));
    if high - low < 10.0 {
        return (scale, scale.ticks(6));
    }
    let weeks = ((high - low) / 7.0 / 8.0).ceil().max(1.0);
    let step = 7.0 * weeks;
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (scale, (first..=last).map(|i| (i as f64 * step, number(i as f64 * step, 0))).collect())
}

/// The days around the first dose of the featured arm: from a day before it to a week after it, or to the end of the run. None
/// without a dose, or where they are most of the run, which then shows them well enough.
pub(super) fn response_window(run: &RecordedRun) -> Option<(Time, AxisScale)> {
    let dose = run.first_dose()?.start;
    let begin = run.table.times().iter().copied().min()?;
    let after = (run.end() - dose).days().min(7.0);
    let short = after > 0.0 && after + 1.0 < 0.5 * (run.end() - begin).days();
    short.then_some((dose, AxisScale::Linear(-1.0, after)))
}

/// Hours from `first` to `last`, with ticks at whole fractions of a day.
pub(super) fn hours_axis(first: f64, last: f64) -> (AxisScale, Vec<AxisTick>) {
    let step = [1.0, 2.0, 4.0, 6.0, 12.0, 24.0].into_iter().find(|step| (last - first) / step < 6.5).unwrap_or(48.0);
    let ticks = (0..).map(|i| f64::from(i) * step).take_while(|&hours| hours <= last + 1e-9);
    (AxisScale::Linear(first, last), ticks.map(|hours| (hours, number(hours, 0))).collect())
}

/// Time after an instant on a logarithmic axis, in hours, with ticks that a clock and a calendar have.
pub(super) fn log_time_axis(first_h: f64, last_h: f64) -> (AxisScale, Vec<AxisTick>) {
    const NAMED: [(f64, &str); 11] = [
        (1.0 / 12.0, "5 min"),
        (0.25, "15 min"),
        (1.0, "1 h"),
        (3.0, "3 h"),
        (6.0, "6 h"),
        (24.0, "1 d"),
        (72.0, "3 d"),
        (168.0, "7 d"),
        (336.0, "14 d"),
        (672.0, "28 d"),
        (2016.0, "84 d"),
    ];
    let within = NAMED.iter().filter(|(hours, _)| (first_h * 0.999..=last_h * 1.001).contains(hours));
    (
        AxisScale::Log(first_h, last_h.max(2.0 * first_h)),
        within.map(|&(hours, text)| (hours, text.to_owned())).collect(),
    )
}

/// Marks by the time after an instant, for an axis that begins at `first`: those beyond it, and before them what lies on the straight
/// line between its neighbours where it begins, so that a line whose next row stands later begins there too.
pub(super) fn beyond(marks: &[Mark], first: f64) -> Vec<Mark> {
    let later = marks.partition_point(|mark| mark.x <= first);
    let between = |before: &Mark, after: &Mark| {
        let share = (first - before.x) / (after.x - before.x);
        let at = |from: f64, to: f64| from + share * (to - from);
        let (low, high) = (at(before.low, after.low), at(before.high, after.high));
        Mark { x: first, y: at(before.y, after.y), low, high, n: before.n.min(after.n) }
    };
    let start = later.checked_sub(1).and_then(|before| Some(between(marks.get(before)?, marks.get(later)?)));
    start.into_iter().chain(marks[later..].iter().copied()).collect()
}

/// Shades the stress episodes and the doses; `x` turns an instant into a value of the axis.
pub(super) fn protocol(panel: &Panel, arm: &ArmView, x: impl Fn(Time) -> f64) {
    for episode in &arm.stress {
        panel.shade(x(episode.start), x(episode.end), okabe_ito::ORANGE, STRESS_OPACITY);
    }
    for dose in &arm.doses {
        panel.shade(x(dose.start), x(dose.start + dose.duration), okabe_ito::SKY_BLUE, DOSE_OPACITY);
        panel.upright(x(dose.start), Pen::solid(okabe_ito::SKY_BLUE).weighing(0.6));
    }
}

/// Legend entries for what [`protocol`] shades.
pub(super) fn protocol_keys(run: &RecordedRun) -> Vec<(String, LegendKey)> {
    let told = run.featured();
    let mut keys = Vec::new();
    if !told.stress.is_empty() {
        keys.push(("chronic stress".to_owned(), LegendKey::Box(okabe_ito::ORANGE, 0.25)));
    }
    let mut drugs: Vec<&str> = told.doses.iter().map(|dose| dose.drug.as_str()).collect();
    drugs.dedup();
    drugs.sort_unstable();
    drugs.dedup();
    if !drugs.is_empty() {
        // Where arms are dosed at other instants or with other drugs, the shade is that of one of them.
        let mut dosed = run.arms().iter().filter(|arm| !arm.doses.is_empty());
        let whose =
            if dosed.all(|arm| dosed_alike(arm, told)) { String::new() } else { format!(" ({})", told.words()) };
        let key = LegendKey::Box(okabe_ito::SKY_BLUE, 0.45);
        keys.push((
            format!(
                "{} of {}{whose}",
                if told.doses.len() > 1 { "doses" } else { "dose" },
                words::list(&drugs).replace('_', " ")
            ),
            key,
        ));
    }
    keys
}

/// Arms that are given the same drugs at the same instants, as one row of a strip of doses.
pub(super) struct StripRow {
    /// Whose, and of what; and whose alone, where there is little room.
    name: String,
    short: String,
    doses: Vec<Dose>,
    colour: Colour,
}

/// Height of a row of a strip of doses.
const STRIP_ROW_MM: f64 = 3.2;
/// More rows than this are not drawn.
const STRIP_ROWS: usize = 12;

/// The rows of the strip: none where one upright rule in the panel shows all there is.
pub(super) fn dose_rows(run: &RecordedRun, style: &Style) -> Vec<StripRow> {
    let mut groups: Vec<Vec<&ArmView>> = Vec::new();
    for arm in run.arms().iter().filter(|arm| !arm.doses.is_empty()) {
        match groups.iter_mut().find(|group| dosed_alike(group[0], arm)) {
            Some(group) => group.push(arm),
            None => groups.push(vec![arm]),
        }
    }
    if groups.len() > STRIP_ROWS || groups.iter().all(|group| group[0].doses.len() < 2) && groups.len() < 2 {
        return Vec::new();
    }
    let row = |group: Vec<&ArmView>| {
        let who = if let [arm] = group[..] { arm.label() } else { format!("{} arms", group.len()) };
        StripRow {
            name: format!("{who}: {}", drugs_words(&group[0].doses)),
            short: who,
            doses: group[0].doses.clone(),
            colour: if let [arm] = group[..] { arm.pen(style).colour } else { style.ink },
        }
    };
    groups.into_iter().map(row).collect()
}

/// Whether two arms are given the same drugs at the same instants.
fn dosed_alike(a: &ArmView, b: &ArmView) -> bool {
    let mut pairs = a.doses.iter().zip(&b.doses);
    a.doses.len() == b.doses.len() && pairs.all(|(a, b)| a.start == b.start && a.drug == b.drug)
}

/// Which drugs, and how often each: `6 × ketamine, nbqx`.
fn drugs_words(doses: &[Dose]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for dose in doses {
        match counts.iter_mut().find(|(drug, _)| *drug == dose.drug) {
            Some((_, count)) => *count += 1,
            None => counts.push((&dose.drug, 1)),
        }
    }
    let word = |&(drug, count): &(&str, usize)| {
        let drug = drug.replace('_', " ");
        if count > 1 { format!("{count} × {drug}") } else { drug }
    };
    counts.iter().map(word).collect::<Vec<String>>().join(", ")
}

/// The height of a strip of doses, in millimetres.
pub(super) fn strip_height(rows: &[StripRow]) -> f64 {
    if rows.is_empty() { 0.0 } else { STRIP_ROW_MM * rows.len() as f64 + 1.5 }
}

/// A strip above a panel in which every dose of every arm has its stroke; `x` turns an instant into a value of the axis. Rows
/// bear their names where `named`.
pub(super) fn dose_strip(
    canvas: &Canvas,
    source: &RefCell<SourceTable>,
    panel: &Panel,
    id: &str,
    rows: &[StripRow],
    named: bool,
    x: impl Fn(Time) -> f64,
) {
    let Rect { left, right, top, .. } = panel.frame;
    let id = format!("{id}, doses");
    if !rows.is_empty() {
        source.borrow_mut().axes(&id, panel.x_label(), "Row of the strip");
    }
    for (row, number) in rows.iter().zip(1_u32..) {
        let y = top - strip_height(rows) + STRIP_ROW_MM * (f64::from(number) - 0.5);
        let (mut first, mut last) = (right, left);
        for dose in &row.doses {
            let (from, to) = (panel.place(x(dose.start), 0.0).0, panel.place(x(dose.start + dose.duration), 0.0).0);
            if from < left - 1e-9 || from > right + 1e-9 {
                continue;
            }
            let width = (to.min(right) - from).max(0.3);
            canvas.rectangle(Rect::at(from - 0.15, y - 1.0, width, 2.0), row.colour, 1.0);
            source.borrow_mut().series(&id, &row.name, [Mark::plain(x(dose.start), f64::from(number))]);
            (first, last) = (first.min(from), last.max(from + width));
        }
        canvas.line(
            &[(left, y + 0.5 * STRIP_ROW_MM), (right, y + 0.5 * STRIP_ROW_MM)],
            Pen::solid(canvas.style.faint).weighing(AXIS_PT),
        );
        if !named {
            continue;
        }
        // The name stands where no stroke does: before the first, or after the last.
        let (before, after) = (first - left - 2.0, right - last - 2.0);
        let fits = text_width(&row.name, SMALL_PT) <= before.max(after);
        let name = shortened(if fits { &row.name } else { &row.short }, before.max(after), SMALL_PT);
        let width = text_width(&name, SMALL_PT);
        if width <= before || before >= after {
            canvas.text(&name, (first.max(last.min(first)) - 1.2, y), Type::small(Anchor::Right));
        } else {
            canvas.text(&name, (last + 1.2, y), Type::small(Anchor::Left));
        }
    }
}

/// A population as legends call it.
pub(super) fn population_words(name: &str) -> &str {
    match name {
        "pyr" => "pyramidal",
        "pv" => "PV",
        "sst" => "SST",
        other => other,
    }
}

/// Legend entries of arms.
pub(super) fn arm_keys(arms: &[&ArmView], style: &Style) -> Vec<(String, LegendKey)> {
    arms.iter().map(|arm| (arm.label(), LegendKey::Line(arm.pen(style)))).collect()
}

/// Beyond this many arms lines bear numbers at their ends: colour and dash no longer tell them apart at a glance.
pub(super) const MANY: usize = 8;
/// Beyond this many arms a figure of lines shows two of them.
const MOST: usize = 40;

/// The arms that a figure of at most `most` lines shows: all, or the reference and the featured one.
pub(super) fn shown_arms(run: &RecordedRun, most: usize) -> Vec<&ArmView> {
    if run.arms().len() <= most {
        return run.arms().iter().collect();
    }
    let told = run.featured();
    run.reference().filter(|arm| arm.name != told.name).into_iter().chain([told]).collect()
}

/// The arms that a figure of lines shows.
pub(super) fn line_arms(run: &RecordedRun) -> Vec<&ArmView> {
    shown_arms(run, MOST)
}

/// What a caption says of arms that are not shown; nothing if all are.
pub(super) fn left_out_words(run: &RecordedRun, shown: &[&ArmView]) -> String {
    let all = run.arms().len();
    if shown.len() == all {
        return String::new();
    }
    let names: Vec<String> = shown.iter().map(|arm| arm.caption()).collect();
    format!(
        " {} of the run's {all} arms {} drawn: {}.",
        shown.len(),
        if shown.len() == 1 { "is" } else { "are" },
        words::list(&names)
    )
}

/// Legend entries of arms whose lines bear numbers if they are many.
pub(super) fn line_keys(arms: &[&ArmView], style: &Style) -> Vec<(String, LegendKey)> {
    if arms.len() <= MANY {
        return arm_keys(arms, style);
    }
    arms.iter().map(|arm| (arm.label(), LegendKey::Numbered(arm.pen(style), arm.number))).collect()
}

/// Draws the numbers of `lines` at the right end of a panel, if they are many; `last` is the right end of its axis.
pub(super) fn line_numbers(panel: &Panel, arms: &[&ArmView], lines: &[Vec<Mark>], last: f64, style: &Style) {
    if arms.len() <= MANY {
        return;
    }
    let end = |marks: &Vec<Mark>| {
        marks.iter().rfind(|mark| mark.x <= last + 1e-9 && mark.y.is_finite()).map_or(f64::NAN, |mark| mark.y)
    };
    let ends: Vec<(usize, f64, Pen)> =
        arms.iter().zip(lines).map(|(arm, marks)| (arm.number, end(marks), arm.pen(style))).collect();
    panel.numbers(&ends);
}

/// Room that a column of so many numbers needs beside a panel, and the height of panel that it needs.
pub(super) fn numbers_room(arms: usize) -> (f64, f64) {
    match arms {
        0..=MANY => (0.0, 0.0),
        _ if arms <= NUMBERS_IN_A_COLUMN => (8.5, NUMBER_MM * arms as f64),
        _ => (16.7, 0.5 * NUMBER_MM * arms as f64),
    }
}

/// A dose in words: `0.5 mg/kg ketamine, iv over 40 min`.
pub(super) fn dose_words(doses: &[Dose]) -> String {
    let Some(dose) = doses.first() else { return "no drug".to_owned() };
    let minutes = dose.duration.hours() * 60.0;
    let over = if minutes > 0.0 { format!(" over {} min", number(minutes, 0)) } else { String::new() };
    let times = if doses.len() > 1 { format!("{} × ", doses.len()) } else { String::new() };
    format!(
        "{times}{} {}, {}{over}",
        words::amount(dose.amount),
        dose.drug.replace('_', " "),
        dose.route.to_string().to_uppercase()
    )
}

/// The arms that differ in the amount of the drug that most of them share, in mg/kg, ascending.
pub(super) fn amounts(run: &RecordedRun) -> Vec<(f64, &ArmView)> {
    let Some(drug) = run.first_dose().map(|dose| &dose.drug) else { return Vec::new() };
    let mut found: Vec<(f64, &ArmView)> = Vec::new();
    for arm in run.arms().iter().filter(|arm| arm.doses.first().is_some_and(|dose| dose.drug == *drug)) {
        match amount(arm) {
            Some(amount) if found.iter().all(|(known, _)| *known != amount) => found.push((amount, arm)),
            _ => {}
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_where_its_axis_does() {
        let marks: Vec<Mark> =
            [(-1.0, 0.0), (0.0, 2.0), (4.0, 4.0), (8.0, 5.0)].map(|(x, y)| Mark::plain(x, y)).to_vec();
        let places = |first: f64| beyond(&marks, first).iter().map(|mark| (mark.x, mark.y)).collect::<Vec<_>>();
        assert_eq!(places(1.0), [(1.0, 2.5), (4.0, 4.0), (8.0, 5.0)]);
        assert_eq!(places(-2.0).len(), 4, "nothing is known before the first");
        assert_eq!(places(4.0), [(4.0, 4.0), (8.0, 5.0)]);
        assert_eq!(places(9.0), []);
    }
}
