//! Columns of the time series against calendar time and against the hours after the dose, one row each: the
//! layout that F09 and F10 share.

use std::cell::RefCell;

use crate::figures::canvas::{Canvas, Rect};
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::legend::{LegendKey, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{
    MANY, arm_keys, days_axis, dose_rows, dose_strip, hours_axis, protocol, protocol_keys, shown_arms, strip_height,
};
use crate::figures::scale::AxisScale;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{PAGE_MM, Style, TWO_COLUMNS_MM};
use crate::foundation::time::Time;

/// Hours after the dose that the right column shows.
pub(super) const SPAN_H: f64 = 24.0;
/// Width of the legend.
const LEGEND_MM: f64 = TWO_COLUMNS_MM - 21.0;
/// Height of a row, where there is room.
const ROW_MM: f64 = 22.0;
const GAP_MM: f64 = 6.5;

/// One row: the column recorded, and what its axis says.
pub(super) struct GridRow {
    pub column: String,
    pub label: String,
    /// A value that the axis must hold.
    pub must: Option<f64>,
}

/// The size of a sheet with so many rows, in millimetres.
pub(super) fn size(run: &RecordedRun, style: &Style, rows: usize) -> (f64, f64) {
    (TWO_COLUMNS_MM, top(run, style) + rows as f64 * (row_height(run, style, rows) + GAP_MM) + FOOT_MM)
}

/// Room below the last row, for the words of its axes.
const FOOT_MM: f64 = 3.0;

/// Where the first row begins.
fn top(run: &RecordedRun, style: &Style) -> f64 {
    6.0 + legend_height(LEGEND_MM, &keys(run, style)) + strip_height(&dose_rows(run, style))
}

/// The height of each of so many rows: less than usual where they would not fit on a page.
fn row_height(run: &RecordedRun, style: &Style, rows: usize) -> f64 {
    ROW_MM.min((PAGE_MM - top(run, style) - FOOT_MM) / rows.max(1) as f64 - GAP_MM)
}

/// What captions say of the strip of doses; nothing if there is none.
pub(super) fn strip_words(run: &RecordedRun, style: &Style) -> &'static str {
    if dose_rows(run, style).is_empty() { "" } else { " Strip on top: one stroke for every dose." }
}

fn keys(run: &RecordedRun, style: &Style) -> Vec<(String, LegendKey)> {
    let mut keys = protocol_keys(run);
    keys.extend(arm_keys(&arms(run), style));
    keys
}

/// The arms drawn: of many, which would hide each other, the reference and the featured one.
pub(super) fn arms(run: &RecordedRun) -> Vec<&ArmView> {
    shown_arms(run, MANY)
}

/// Paints the rows.
pub(super) fn paint(canvas: &Canvas, source: &RefCell<SourceTable>, run: &RecordedRun, rows: &[GridRow]) {
    let style = canvas.style;
    let told = run.featured();
    let entries = keys(run, &style);
    legend(canvas, (17.0, 3.5), LEGEND_MM, &entries);
    let (top, height) = (top(run, &style), row_height(run, &style, rows.len()));
    let doses = dose_rows(run, &style);
    let dose = told.doses.first().map(|dose| dose.start);
    let (left, right) = (17.0, TWO_COLUMNS_MM - 3.5);
    let split = if dose.is_some() { left + 0.5 * (right - left) - 4.5 } else { right };
    let (days, ticks) = days_axis(run);
    for (index, row) in rows.iter().enumerate() {
        let y = top + index as f64 * (height + GAP_MM);
        let last = index + 1 == rows.len();
        let lines: Vec<(&ArmView, Vec<Mark>)> =
            arms(run).into_iter().map(|arm| (arm, run.band(&run.traces(arm, &row.column), Time::days))).collect();
        let heights = lines.iter().flat_map(|(_, marks)| marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
        let scale = AxisScale::around(heights, row.must);
        let letter = char::from(b'a' + index as u8).to_string();
        let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(ticks.clone()).labelled(last);
        let panel = Panel::new(
            canvas,
            source,
            &letter,
            Rect { left, top: y, right: split, bottom: y + height },
            x,
            Axis::new(scale, &row.label),
        );
        protocol(&panel, told, Time::days);
        for (arm, marks) in &lines {
            panel.series(&arm.label(), marks, arm.pen(&style));
        }
        panel.axes();
        panel.letter(&letter, 14.0);
        if index == 0 {
            dose_strip(canvas, source, &panel, &letter, &doses, true, Time::days);
        }
        let Some(dose) = dose else { continue };
        let frame = Rect { left: split + 9.0, top: y, right, bottom: y + height };
        let (hours, ticks) = hours_axis(-1.0, SPAN_H);
        let x = Axis::new(hours, "Time since the first dose (h)").with_ticks(ticks).labelled(last);
        let y = Axis::new(scale, &row.label).labelled(false);
        let panel = Panel::new(canvas, source, &format!("{letter}, after the dose"), frame, x, y);
        let after = |time: Time| (time - dose).hours();
        protocol(&panel, told, after);
        for (arm, marks) in &lines {
            let marks: Vec<Mark> = marks
                .iter()
                .map(|mark| Mark { x: mark.x * 24.0 - dose.hours(), ..*mark })
                .filter(|mark| (-2.0..=SPAN_H + 1.0).contains(&mark.x))
                .collect();
            panel.series(&arm.label(), &marks, arm.pen(&style));
        }
        panel.axes();
        if index == 0 {
            dose_strip(canvas, source, &panel, &format!("{letter}, after the dose"), &doses, false, after);
        }
    }
}
