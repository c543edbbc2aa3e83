//! F19: many arms side by side, one row each: where each stood at the first dose, a day after it and a week after it.

use std::cell::RefCell;

use crate::figures::canvas::{Anchor, Canvas, Rect, Type, text_width, wrapped};
use crate::figures::contrasts::{self, by_network, difference};
use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::f12_trial;
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, Marker, legend, legend_height};
use crate::figures::moments::span_words;
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::{AxisScale, AxisTick};
use crate::figures::sheet::Sheet;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{
    AXIS_PT, Colour, Dash, LABEL_PT, PAGE_MM, Pen, SMALL_PT, Style, TWO_COLUMNS_MM, okabe_ito,
};
use crate::figures::words;
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::dictionary;

pub(super) const FIGURE: Figure =
    Figure { id: "F19", title: "Arms side by side", needs: &[Need::Arms(4), Need::Dose, Need::Column(SPINES)], draw };

const SPINES: &str = "spines_per_pyramidal";
/// Height of the row of an arm, where there is room, and where there is little.
const ROW_MM: f64 = 4.5;
const LEAST_MM: f64 = 3.2;
/// Height of a further line of an arm's name.
const LINE_MM: f64 = 2.9;
/// The widest column of names; longer ones are wrapped.
const NAMES_MM: f64 = 58.0;
/// How far the moments of an arm stand apart within its row, as a share of the row, so that none hides another.
const APART: f64 = 0.26;
/// Room below the rows for the words of the horizontal axis.
const AXIS_MM: f64 = 12.6;
/// Between panels.
const GAP_MM: f64 = 7.0;
/// Room at the very left for the name of the vertical axis.
const LABEL_MM: f64 = 6.5;
const RIGHT_MM: f64 = TWO_COLUMNS_MM - 4.0;

/// An instant at which every arm is read: how long after its first dose, or without one after that of the first arm that has one.
struct ReadingInstant {
    after: Time,
    name: String,
    colour: Colour,
    /// The shape of its marker; a disc if there is none.
    open: Option<Marker>,
}

impl ReadingInstant {
    fn key(&self) -> (String, LegendKey) {
        let key = self.open.map_or(LegendKey::Disc(self.colour), |marker| LegendKey::Published(self.colour, marker));
        (self.name.clone(), key)
    }
}

/// A quantity in every arm at every moment.
struct ArmQuantity<'a> {
    label: String,
    /// Per moment, one mark per arm: the row counted from 1, and the value with its band.
    marks: Vec<(&'a ReadingInstant, Vec<Mark>)>,
    /// Values that rules stand at, with their pens.
    rules: Vec<(f64, Pen)>,
}

impl ArmQuantity<'_> {
    fn scale(&self) -> AxisScale {
        let marks = self.marks.iter().flat_map(|(_, marks)| marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
        AxisScale::around(marks.chain(self.rules.iter().map(|rule| rule.0)), None)
    }
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let dose = run.first_dose().ok_or_else(|| Error::Run("F19 was asked for without its needs".to_owned()))?.start;
    let shown = shown(run);
    let (moments, unread) = moments(run, dose, style);
    let from = |arm: &ArmView| run.dosed_from(arm).unwrap_or(dose);
    let reference = run.reference().filter(|_| moments.iter().any(|moment| moment.after == Time::DAY));
    let (baseline, level) =
        (Pen::solid(style.ink).weighing(AXIS_PT), Pen::solid(okabe_ito::BLUE).weighing(0.7).dashed(Dash::DASHED));

    let against = contrasts::compared_with(run);
    // each network less itself in the arm of reference, which has no mark of its own then
    let differ = |label: String, column: &str, of: fn(Trace) -> Trace| {
        let against = against?;
        let at = |arm: &ArmView, row: f64, after: Time| -> Mark {
            if arm.name == against.name {
                return Mark { n: 0, ..Mark::plain(row, f64::NAN) };
            }
            let time = from(arm) + after;
            let values = |arm: &ArmView| by_network(run, arm, column, |trace| of(trace).at(time));
            difference(row, &values(arm), &values(against))
        };
        let rows = || shown.iter().zip(1_u32..);
        let marks = moments
            .iter()
            .map(|moment| (moment, rows().map(|(arm, row)| at(arm, f64::from(row), moment.after)).collect()))
            .collect();
        Some(ArmQuantity { label, marks, rules: vec![(0.0, baseline)] })
    };
    let read = |label: String, column: &str, of: fn(Trace) -> Trace, rule: Option<f64>| {
        let at = |arm: &ArmView, row: f64, after: Time| -> Mark {
            let time = from(arm) + after;
            let values: Vec<f64> = run.traces(arm, column).into_iter().map(|trace| of(trace).at(time)).collect();
            run.mark(row, &values)
        };
        let rows = || shown.iter().zip(1_u32..);
        let marks = moments
            .iter()
            .map(|moment| (moment, rows().map(|(arm, row)| at(arm, f64::from(row), moment.after)).collect()))
            .collect();
        let undosed = reference.map(|arm| (at(arm, 0.0, Time::DAY).y, level)).filter(|rule| rule.0.is_finite());
        ArmQuantity { label, marks, rules: rule.map(|value| (value, baseline)).into_iter().chain(undosed).collect() }
    };
    let mut columns =
        vec![read("Spine density\n(% of baseline)".to_owned(), SPINES, Trace::percent_of_baseline, Some(100.0))];
    columns.extend(differ("Difference\n(% of baseline)".to_owned(), SPINES, Trace::percent_of_baseline));
    if let Some(scale) = run.scale() {
        let name = dictionary::describe(scale.column).map_or(scale.column, |(column, _)| column.label);
        let name = name.split(" (").next().unwrap_or(name);
        columns.push(read(format!("{name} (points,\nillustrative)"), scale.column, |trace| trace, None));
        columns.extend(differ("Difference\n(points)".to_owned(), scale.column, |trace| trace));
    }

    let mut keys: Vec<(String, LegendKey)> = moments.iter().map(ReadingInstant::key).collect();
    keys.push(("baseline".to_owned(), LegendKey::Line(baseline)));
    keys.extend(reference.map(|arm| (format!("{}, 24 h after", arm.words()), LegendKey::Line(level))));
    let caption = caption(run, &moments, &unread, reference);

    let names: Vec<Vec<String>> = shown.iter().map(|arm| wrapped(&arm.words(), NAMES_MM, SMALL_PT)).collect();
    let widest = names.iter().flatten().map(|name| text_width(name, SMALL_PT)).fold(0.0, f64::max);
    let left = LABEL_MM + widest + 2.0;
    let top = 9.0 + legend_height(RIGHT_MM - LABEL_MM, &keys);
    let lines = names.iter().map(Vec::len).max().unwrap_or(1);
    let room = (PAGE_MM - top - AXIS_MM) / shown.len() as f64;
    let row = (ROW_MM + LINE_MM * lines.saturating_sub(1) as f64).min(room.max(LEAST_MM));
    let bottom = top + row * shown.len() as f64;
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, bottom + AXIS_MM), style, caption, |canvas, source| {
        legend(canvas, (LABEL_MM, 3.5), RIGHT_MM - LABEL_MM, &keys);
        let body = Rect { left, top, right: RIGHT_MM, bottom };
        for ((index, column), frame) in columns.iter().enumerate().zip(body.grid(1, columns.len(), GAP_MM, 0.0)) {
            let id = char::from(b'a' + index as u8).to_string();
            side_by_side(canvas, source, &shown, &names, &id, frame, column);
        }
    })
}

/// The arms that have a row: as many as a page holds.
fn shown(run: &RecordedRun) -> Vec<&ArmView> {
    const MOST: usize = 64;
    run.arms().iter().take(MOST).collect()
}

/// The first dose, a day after it, and a week after it; where the featured arm's run ends sooner, its end. Beside
/// them the names of those at which nothing was recorded, which are left out.
fn moments(run: &RecordedRun, dose: Time, style: Style) -> (Vec<ReadingInstant>, Vec<String>) {
    let last = run.end();
    let ends = run.featured().stress.iter().any(|episode| episode.end == dose);
    let first = if ends { "end of stress, at the dose" } else { "at the dose" }.to_owned();
    let mut moments =
        vec![ReadingInstant { after: Time::ZERO, name: first, colour: style.grey, open: Some(Marker::Diamond) }];
    let (day, week) = (Time::DAY, Time::from_hours(168.0));
    if last >= dose + day {
        moments.push(ReadingInstant { after: day, name: "24 h after".to_owned(), colour: okabe_ito::BLUE, open: None });
    }
    let end = week.min(last - dose);
    if end > Time::ZERO && end != day {
        let name = if end == week {
            "7 d after".to_owned()
        } else {
            // to a tenth of a day: the run ends where it ends
            format!("{} after, where the run ends", span_words(end))
        };
        moments.push(ReadingInstant {
            after: end,
            name,
            colour: okabe_ito::BLUISH_GREEN,
            open: Some(Marker::Triangle),
        });
    }
    let is_read = |moment: &ReadingInstant| {
        let arms = run.arms().iter();
        arms.filter_map(|arm| Some((arm, run.dosed_from(arm)?)))
            .any(|(arm, from)| run.has_at(arm, SPINES, from + moment.after))
    };
    let (read, unread): (Vec<ReadingInstant>, Vec<ReadingInstant>) = moments.into_iter().partition(is_read);
    (read, unread.into_iter().map(|moment| moment.name).collect())
}

fn caption(run: &RecordedRun, moments: &[ReadingInstant], unread: &[String], reference: Option<&ArmView>) -> String {
    let names: Vec<&str> = moments.iter().map(|moment| moment.name.as_str()).collect();
    let against = reference
        .map_or_else(String::new, |arm| format!(" Broken rule: arm {}, which has no dose, at 24 h.", arm.caption()));
    let missing = match unread {
        [] => String::new(),
        _ => format!(" Left out, since nothing was recorded then: {}.", words::list(unread)),
    };
    let (rows, all) = (shown(run).len(), run.arms().len());
    let cut = if rows < all { format!(" The first {rows} of {all} arms are drawn.") } else { String::new() };
    let letter = if contrasts::compared_with(run).is_some() { 'c' } else { 'b' };
    let scores = run.scale().map_or_else(String::new, |scale| {
        let label = dictionary::describe(scale.column).map_or(scale.column, |(column, _)| column.label);
        format!(" **{letter}** {label}: what the stated mapping makes of circuit function, not ratings of people.")
    });
    let paired = contrasts::compared_with(run).map_or_else(String::new, |arm| {
        let panels = if run.scale().is_some() { "**b**, **d**" } else { "**b**" };
        format!(" {panels} The quantity to the left less that in arm {}: {}.", arm.caption(), contrasts::BARS)
    });
    format!(
        "One row per arm, in the order of the config. Each arm is read at the same times after its own first dose ({}); from \
         top to bottom within a row: {}. **a** Spines per pyramidal cell, in percent of the same network's mean over the last day of \
         burn-in; solid rule: baseline.{scores}{against}{paired}{missing}{cut} {}",
        f12_trial::REFERENCE,
        names.join("; "),
        run.band_words().replace("Line: mean; band", "Markers of the quantities themselves: mean; bars")
    )
}

/// One panel: rows of arms against a quantity.
fn side_by_side(
    canvas: &Canvas,
    source: &RefCell<SourceTable>,
    shown: &[&ArmView],
    names: &[Vec<String>],
    id: &str,
    frame: Rect,
    column: &ArmQuantity,
) {
    let style = canvas.style;
    let ticks: Vec<AxisTick> = (1..=shown.len()).map(|row| (row as f64, String::new())).collect();
    let rows = shown.len() as f64;
    let row_mm = frame.height() / rows;
    // the first row stands on top, hence an axis that counts downwards
    let arms = Axis::new(AxisScale::Linear(rows + 0.5, 0.5), "Arm").with_ticks(ticks).labelled(false);
    let panel = Panel::lying(canvas, source, id, frame, Axis::new(column.scale(), &column.label), arms);
    if id == "a" {
        for (row, lines) in names.iter().enumerate() {
            for (line, name) in lines.iter().enumerate() {
                let middle = frame.top + row_mm * (row as f64 + 0.5);
                let y = middle + LINE_MM * (line as f64 - (lines.len() - 1) as f64 / 2.0);
                canvas.text(name, (frame.left - 1.5, y), Type::small(Anchor::Right));
            }
        }
        let at = (LABEL_MM - 3.5, frame.top.midpoint(frame.bottom));
        canvas.text("Arm", at, Type::small(Anchor::Middle).sized(LABEL_PT).upwards());
    }
    for row in (1..shown.len()).step_by(2) {
        canvas.rectangle(
            Rect::at(frame.left, frame.top + row_mm * row as f64, frame.width(), row_mm),
            style.faint,
            0.3,
        );
    }
    for &(value, pen) in &column.rules {
        panel.upright(value, pen);
    }
    let middle = (column.marks.len() - 1) as f64 / 2.0;
    for (index, (moment, marks)) in column.marks.iter().enumerate() {
        let shift = (index as f64 - middle) * APART;
        for (arm, mark) in shown.iter().zip(marks) {
            let series = format!("{}, {}", arm.words(), moment.name);
            panel.lying_point(&series, *mark, shift, moment.colour, moment.open);
        }
    }
    panel.axes();
    panel.letter(id, if id == "a" { frame.left - LABEL_MM } else { 3.0 });
}
