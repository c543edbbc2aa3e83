//! F05: the drug and its metabolites in plasma.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, Marker, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{dose_words, hours_axis};
use crate::figures::published::{Published, plasma_ketamine, sources};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Style, TWO_COLUMNS_MM, okabe_ito};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::recording::course::{Amount, Route};
use crate::recording::dictionary;

pub(super) const FIGURE: Figure = Figure {
    id: "F05",
    title: "Drug and metabolites in plasma",
    needs: &[Need::Dose, Need::Own(nothing_in_plasma)],
    draw,
};

fn nothing_in_plasma(run: &RecordedRun) -> Option<String> {
    run.in_plasma().is_empty().then(|| "no drug that was given appears in plasma".to_owned())
}

/// Analytes side by side, and in all.
const ACROSS: usize = 3;
const MOST: usize = 6;
/// Height of the two rows of panels of as many analytes.
const BLOCK_MM: f64 = 96.0;

/// The span of the upper row, in hours.
const EARLY_H: f64 = 4.0;
/// The span of the lower row, in hours.
const DAY_H: f64 = 24.0;
/// What the published values are of.
const KETAMINE: &str = "ketamine_ng_per_ml";
/// Concentrations below this share of the highest are not drawn on logarithmic axes.
const FLOOR: f64 = 1e-4;

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let mut analytes = run.in_plasma();
    let left_out = analytes.split_off(analytes.len().min(MOST));
    let has_any = |arm: &&ArmView| {
        let mut traces = analytes.iter().flat_map(|column| run.traces(arm, column));
        traces.any(|trace| trace.values.iter().any(|&value| value > 0.0))
    };
    let arms: Vec<&ArmView> = run.distinct_dosings().into_iter().filter(has_any).collect();
    let lines = |column: &str| -> Vec<Vec<Mark>> {
        let line = |arm: &&ArmView| {
            let start = arm.doses[0].start;
            let mut marks = run.band(&run.traces(arm, column), |time| (time - start).hours());
            marks.retain(|mark| (-0.5..=DAY_H).contains(&mark.x));
            marks
        };
        arms.iter().map(line).collect()
    };
    let published: Vec<Published> =
        if arms.iter().any(|arm| is_the_usual_infusion(arm)) { plasma_ketamine(run) } else { Vec::new() };
    let series: Vec<Vec<Vec<Mark>>> = analytes.iter().map(|column| lines(column)).collect();
    let highest = series.iter().flatten().flatten().map(|mark| mark.y).fold(0.0, f64::max);
    let caption = caption(run, &arms, &published, &left_out);
    let mut entries: Vec<(String, LegendKey)> =
        arms.iter().map(|arm| (dose_words(&arm.doses), LegendKey::Line(arm.pen(&style)))).collect();
    entries.push(("infusion".to_owned(), LegendKey::Box(okabe_ito::SKY_BLUE, 0.4)));
    for (index, it) in published.iter().enumerate() {
        entries.push((it.name.clone(), LegendKey::Published(style.ink, Marker::of(index))));
    }
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 7.0 + legend_height(width, &entries);
    let blocks = analytes.len().div_ceil(ACROSS);
    let height = top + BLOCK_MM * blocks as f64;
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        let across = analytes.len().min(ACROSS);
        let cells: Vec<Rect> = (0..blocks)
            .flat_map(|block| {
                let top = top + BLOCK_MM * block as f64;
                let area = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: top + BLOCK_MM - 9.5 };
                area.grid(2, across, 16.0, 16.0)
            })
            .collect();
        for (column, (analyte, lines)) in analytes.iter().zip(&series).enumerate() {
            let label = format!("{} (ng/mL)", dictionary::label(analyte));
            let is_ketamine = *analyte == KETAMINE;
            for row in 0..2 {
                let span = if row == 0 { EARLY_H } else { DAY_H };
                let shown: Vec<Vec<Mark>> = lines
                    .iter()
                    .map(|line| line.iter().copied().filter(|mark| row == 0 || mark.y > FLOOR * highest).collect())
                    .collect();
                let values = shown.iter().flatten().filter(|mark| mark.x <= span).flat_map(|mark| [mark.y, mark.high]);
                let scale = if row == 0 {
                    let known = published.iter().filter(|_| is_ketamine).map(|it| it.value);
                    AxisScale::around(values.chain(known), Some(0.0))
                } else {
                    AxisScale::decades(values)
                };
                let index = (column / ACROSS * 2 + row) * across + column % ACROSS;
                let letter = char::from(b'a' + index as u8).to_string();
                let (hours, ticks) = hours_axis(if row == 0 { -0.25 } else { 0.0 }, span);
                let x = Axis::new(hours, "Time since the first dose (h)").with_ticks(ticks);
                let panel = Panel::new(canvas, source, &letter, cells[index], x, Axis::new(scale, &label));
                for dose in &arms[0].doses {
                    let start = (dose.start - arms[0].doses[0].start).hours();
                    panel.shade(start, start + dose.duration.hours(), okabe_ito::SKY_BLUE, 0.25);
                }
                for (arm, marks) in arms.iter().zip(&shown) {
                    panel.series(&arm.label(), marks, arm.pen(&style));
                }
                for (index, it) in published.iter().enumerate().filter(|_| is_ketamine && row == 0) {
                    let mark = Mark { x: it.after.hours(), y: it.value, low: it.low, high: it.high, n: 0 };
                    panel.published(&it.name, mark, Marker::of(index));
                }
                panel.axes();
                panel.letter(&letter, 11.0);
            }
        }
    })
}

/// 0.5 mg/kg over 40 min into a vein: what the published values were measured after.
fn is_the_usual_infusion(arm: &ArmView) -> bool {
    arm.doses.first().is_some_and(|dose| {
        dose.drug == "ketamine"
            && dose.route == Route::Iv
            && dose.amount == Amount::MgPerKg(0.5)
            && dose.duration == Time::from_hours(2.0 / 3.0)
    })
}

fn caption(run: &RecordedRun, arms: &[&ArmView], published: &[Published], left_out: &[&str]) -> String {
    let cut = if left_out.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = left_out.iter().map(|column| dictionary::label(column)).collect();
        format!(" Not drawn for want of room: {}.", names.join(", "))
    };
    let others = if run.distinct_dosings().len() > arms.len() {
        " Arms without any of these in plasma are not drawn."
    } else {
        ""
    };
    let same = if run.arms().iter().filter(|arm| !arm.doses.is_empty()).count() > run.distinct_dosings().len() {
        " Arms with equal dosing have equal plasma; the first of each is drawn."
    } else {
        ""
    };
    let overlay = if published.is_empty() {
        String::new()
    } else {
        format!(" Open marker: published, at the end of the same infusion in people, {}.", sources(published))
    };
    format!(
        "Total concentrations in venous plasma after the arm's first dose: upper row, first {EARLY_H} h, linear; lower row, \
         first {DAY_H} h, logarithmic, from a ten-thousandth of the highest concentration up.{same}{others}{overlay}{cut} {}",
        run.band_words()
    )
}
