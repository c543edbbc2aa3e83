//! F14: symptoms over weeks, side effects over hours.

use std::cell::RefCell;

use crate::figures::canvas::{Canvas, Rect};
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::figure::{Figure, Need};
use crate::figures::grid;
use crate::figures::legend::{legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{
    StripRow, arm_keys, beyond, days_axis, dose_rows, dose_strip, hours_axis, left_out_words, log_time_axis, protocol,
    protocol_keys, strip_height,
};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{Style, TWO_COLUMNS_MM};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

pub(super) const FIGURE: Figure =
    Figure { id: "F14", title: "Symptoms and side effects", needs: &[Need::Column("madrs"), Need::Dose], draw };

/// What a panel shows: column, axis, and a value that the axis must hold.
type PanelColumn = (&'static str, &'static str, Option<f64>);

/// What every panel of the sheet is drawn with.
struct Setting<'a, 'c> {
    canvas: &'a Canvas<'c>,
    source: &'a RefCell<SourceTable>,
    run: &'a RecordedRun,
    /// The beginning of the first dose.
    dose: Time,
}

/// A panel in its place.
struct PanelPlace {
    letter: char,
    left: f64,
    top: f64,
    /// Whether none stands below it, so that it carries the words of the axis.
    is_last: bool,
}

/// Over weeks.
const SYMPTOMS: [PanelColumn; 2] = [
    ("circuit_function", "Circuit function\n(× baseline)", Some(1.0)),
    ("madrs", "MADRS (points,\nillustrative)", Some(0.0)),
];
/// Over weeks too, where an arm has several doses and tolerance can show.
const REPEATED: PanelColumn = ("cadss", "CADSS (points,\nillustrative)", Some(0.0));
/// Over the hours after the first dose.
const SIDE_EFFECTS: [PanelColumn; 4] = [
    ("cadss", "CADSS (points,\nillustrative)", Some(0.0)),
    ("systolic_mmhg", "Systolic (mmHg)", None),
    ("heart_rate_bpm", "Heart rate (1/min)", None),
    ("dizziness", "P(dizzy),\nillustrative", Some(0.0)),
];

/// Where the logarithmic axis begins: nothing that is drawn on it moves before a quarter of an hour.
const FIRST_H: f64 = 0.25;
/// Hours after the dose that side effects are shown for.
const SPAN_H: f64 = 4.0;
const LEGEND_MM: f64 = TWO_COLUMNS_MM - 21.0;
const ROW_MM: f64 = 26.0;
const GAP_MM: f64 = 7.0;
/// Room for the words of a time axis.
const AXIS_MM: f64 = 8.5;
const LEFT_MM: f64 = 17.0;
const RIGHT_MM: f64 = TWO_COLUMNS_MM - 3.5;
/// Width of one of the two panels beside each other in the lower part.
const HOURS_MM: f64 = 0.5 * (RIGHT_MM - LEFT_MM - LEFT_MM);

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let repeated = run.arms().iter().any(|arm| arm.doses.len() > 1);
    let weeks: Vec<PanelColumn> =
        SYMPTOMS.into_iter().chain(repeated.then_some(REPEATED)).filter(|row| run.has(row.0)).collect();
    let hours: Vec<PanelColumn> = SIDE_EFFECTS.into_iter().filter(|row| run.has(row.0)).collect();
    // the need for a dose was met before
    let dose = run.first_dose().map_or(Time::ZERO, |dose| dose.start);
    let mut keys = protocol_keys(run);
    keys.extend(arm_keys(&grid::arms(run), &style));
    let strip = dose_rows(run, &style);
    let top = 6.0 + legend_height(LEGEND_MM, &keys) + strip_height(&strip);
    let below = top + weeks.len() as f64 * (ROW_MM + GAP_MM) + AXIS_MM;
    let height = below + hours.len().div_ceil(2) as f64 * (ROW_MM + GAP_MM) + 3.0;
    let caption = format!(
        "Upper rows: circuit function relative to the same network unstressed, and what rating scales would show; left: calendar time; \
         right: logarithm of the time since the first dose. Lower rows: side effects in the {SPAN_H} h after the first dose. Symptom \
         scales, CADSS and probabilities are illustrative mappings of virtual subjects, the response to expectancy included. \
         Shaded: stress and doses of arm {}.{}{} {}",
        run.featured().caption(),
        grid::strip_words(run, &style),
        left_out_words(run, &grid::arms(run)),
        run.band_words()
    );
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (LEFT_MM, 3.5), LEGEND_MM, &keys);
        let setting = Setting { canvas, source, run, dose };
        for (index, column) in weeks.iter().enumerate() {
            let top = top + index as f64 * (ROW_MM + GAP_MM);
            let is_last = index + 1 == weeks.len();
            let strip = if index == 0 { &strip[..] } else { &[] };
            over_weeks(&setting, *column, &PanelPlace { letter: letter(index), left: LEFT_MM, top, is_last }, strip);
        }
        for (index, column) in hours.iter().enumerate() {
            let letter = letter(weeks.len() + index);
            let left = LEFT_MM + (index % 2) as f64 * (HOURS_MM + LEFT_MM);
            let top = below + (index / 2) as f64 * (ROW_MM + GAP_MM);
            over_hours(&setting, *column, &PanelPlace { letter, left, top, is_last: index + 2 >= hours.len() });
        }
    })
}

fn letter(index: usize) -> char {
    char::from(b'a' + index as u8)
}

/// A column by arm, against days.
fn lines<'a>(run: &'a RecordedRun, column: &str) -> Vec<(&'a ArmView, Vec<Mark>)> {
    grid::arms(run).into_iter().map(|arm| (arm, run.band(&run.traces(arm, column), Time::days))).collect()
}

fn scale(lines: &[(&ArmView, Vec<Mark>)], must: Option<f64>) -> AxisScale {
    let heights = lines.iter().flat_map(|(_, marks)| marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
    AxisScale::around(heights, must)
}

/// The marks in hours after `dose` that lie within `range`.
fn since(marks: &[Mark], dose: Time, range: std::ops::RangeInclusive<f64>) -> Vec<Mark> {
    let shifted = marks.iter().map(|mark| Mark { x: mark.x * 24.0 - dose.hours(), ..*mark });
    shifted.filter(|mark| range.contains(&mark.x)).collect()
}

/// One row of the upper part: calendar time, and the logarithm of time since the dose.
fn over_weeks(setting: &Setting, (column, label, must): PanelColumn, place: &PanelPlace, strip: &[StripRow]) {
    let Setting { canvas, source, run, dose } = *setting;
    let PanelPlace { letter, left, top, is_last } = *place;
    let lines = lines(run, column);
    let scale = scale(&lines, must);
    let letter = letter.to_string();
    let (days, ticks) = days_axis(run);
    let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(ticks).labelled(is_last);
    let split = LEFT_MM + 0.44 * (RIGHT_MM - LEFT_MM);
    let frame = Rect { left, top, right: split, bottom: top + ROW_MM };
    let panel = Panel::new(canvas, source, &letter, frame, x, Axis::new(scale, label));
    fill(&panel, canvas, run, &lines, Time::days);
    dose_strip(canvas, source, &panel, &letter, strip, true, Time::days);
    panel.letter(&letter, 14.0);

    let end_h = run.table.times().iter().copied().max().map_or(24.0, |time| (time - dose).hours());
    let (hours, ticks) = log_time_axis(FIRST_H, end_h);
    let x = Axis::new(hours, "Time since the first dose (logarithmic)")
        .recorded_as("Time since the first dose (h)")
        .with_ticks(ticks)
        .labelled(is_last);
    let frame = Rect { left: split + 9.0, top, right: RIGHT_MM, bottom: top + ROW_MM };
    let y = Axis::new(scale, label).labelled(false);
    let panel = Panel::new(canvas, source, &format!("{letter}, after the dose"), frame, x, y);
    let after = |marks: &[Mark]| beyond(&since(marks, dose, f64::NEG_INFINITY..=end_h), FIRST_H);
    let shown: Vec<_> = lines.iter().map(|(arm, marks)| (*arm, after(marks))).collect();
    fill(&panel, canvas, run, &shown, |time| (time - dose).hours());
}

/// Draws the protocol, a line for every arm, and the axes; `moment` places an instant on the horizontal axis.
fn fill(
    panel: &Panel,
    canvas: &Canvas,
    run: &RecordedRun,
    lines: &[(&ArmView, Vec<Mark>)],
    moment: impl Fn(Time) -> f64,
) {
    protocol(panel, run.featured(), moment);
    for (arm, marks) in lines {
        panel.series(&arm.label(), marks, arm.pen(&canvas.style));
    }
    panel.axes();
}

/// One panel of the lower part.
fn over_hours(setting: &Setting, (column, label, must): PanelColumn, place: &PanelPlace) {
    let Setting { canvas, source, run, dose } = *setting;
    let PanelPlace { letter, left, top, is_last } = *place;
    let frame = Rect::at(left, top, HOURS_MM, ROW_MM);
    let shown: Vec<(&ArmView, Vec<Mark>)> =
        lines(run, column).into_iter().map(|(arm, marks)| (arm, since(&marks, dose, -1.0..=SPAN_H + 1.0))).collect();
    let letter = letter.to_string();
    let (hours, ticks) = hours_axis(-0.5, SPAN_H);
    let x = Axis::new(hours, "Time since the first dose (h)").with_ticks(ticks).labelled(is_last);
    let panel = Panel::new(canvas, source, &letter, frame, x, Axis::new(scale(&shown, must), label));
    fill(&panel, canvas, run, &shown, |time| (time - dose).hours());
    panel.letter(&letter, 14.0);
}
