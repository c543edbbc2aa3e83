//! F01: the story on one time axis, from the infusion pump to the dendritic spine.
//!
//! Two views of the same rows stand side by side: calendar time, in which weeks of stress can be seen, and
//! the logarithm of the time since the first dose, in which the first minutes and the fourth week can.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{
    beyond, days_axis, dose_words, left_out_words, log_time_axis, population_words, protocol, protocol_keys, shown_arms,
};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Dash, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::recording::dictionary::{self, RELATIVE, of_population};

pub(super) const FIGURE: Figure =
    Figure { id: "F01", title: "The story on one time axis", needs: &[Need::Column("spines_per_pyramidal")], draw };

/// Where frames begin.
const LEFT_MM: f64 = 16.0;
/// Where the logarithmic axis begins: five minutes.
const FIRST_H: f64 = 1.0 / 12.0;
/// The last row compares at most so many arms.
const ARMS: usize = 4;

/// One line of a row.
struct Line {
    name: String,
    pen: Pen,
    traces: Vec<Trace>,
}

/// One row of the story.
struct StoryRow {
    label: &'static str,
    lines: Vec<Line>,
    /// A value that the axis must hold.
    must: Option<f64>,
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let told = run.featured();
    let rows: Vec<StoryRow> = rows(run, told, &style).into_iter().filter(|row| !row.lines.is_empty()).collect();
    let dose = told.doses.first().cloned();
    let caption = caption(run, told, &rows);
    let (row_height, gap) = (23.0, 8.2);
    let keys_of = |row: &StoryRow| -> Vec<(String, LegendKey)> {
        row.lines.iter().map(|line| (line.name.clone(), LegendKey::Line(line.pen))).collect()
    };
    let mut head = protocol_keys(run);
    if rows.len() > 1 {
        let last = char::from(b'a' + (rows.len() - 2) as u8);
        let panels = if last == 'a' { "a".to_owned() } else { format!("a–{last}") };
        head.push((format!("{panels}: arm {}", told.words()), LegendKey::Words));
    }
    // Long names take further lines, for which rows make room.
    let width = TWO_COLUMNS_MM - LEFT_MM - 4.0;
    let above: Vec<f64> = rows.iter().map(|row| legend_height(width, &keys_of(row))).collect();
    let top = 4.4 + legend_height(width, &head);
    let tops: Vec<f64> = (0..rows.len())
        .map(|index| {
            let legends = above[..=index].iter().fold(0.0, |sum, height| sum + height - 3.6);
            top + gap / 2.0 + index as f64 * (row_height + gap) + legends
        })
        .collect();
    let height = tops.last().map_or(top, |last| last + row_height + gap / 2.0) + 4.5;
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let frame = Rect::at(LEFT_MM, top, width, height - top);
        let left_width = if dose.is_some() { 0.44 * frame.width() } else { frame.width() };
        legend(canvas, (frame.left, 3.0), frame.width(), &head);
        let (days, day_ticks) = days_axis(run);
        for (index, row) in rows.iter().enumerate() {
            let last = index + 1 == rows.len();
            let y0 = tops[index];
            let entries = keys_of(row);
            let letter = char::from(b'a' + index as u8).to_string();
            let weeks: Vec<Vec<Mark>> = row.lines.iter().map(|line| run.band(&line.traces, Time::days)).collect();
            let heights = weeks.iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
            let scale = AxisScale::around(heights, row.must);
            let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(day_ticks.clone()).labelled(last);
            let left = Rect::at(frame.left, y0, left_width, row_height);
            let panel = Panel::new(canvas, source, &letter, left, x, Axis::new(scale, row.label));
            protocol(&panel, told, Time::days);
            for (line, marks) in row.lines.iter().zip(&weeks) {
                panel.series(&line.name, marks, line.pen);
            }
            panel.axes();
            panel.letter(&letter, 13.5);
            legend(canvas, (left.left, y0 + 1.2 - above[index]), frame.width(), &entries);
            let Some(dose) = &dose else { continue };
            let after = |time: Time| (time - dose.start).hours();
            let end = run.table.times().iter().copied().max().map_or(24.0, after);
            let (hours, ticks) = log_time_axis(FIRST_H, end);
            let x = Axis::new(hours, "Time since the first dose (logarithmic)")
                .recorded_as("Time since the first dose (h)")
                .with_ticks(ticks)
                .labelled(last);
            let right = Rect { left: left.right + 9.0, right: frame.right, ..left };
            let y = Axis::new(scale, row.label).labelled(false);
            let panel = Panel::new(canvas, source, &format!("{letter}, after the dose"), right, x, y);
            protocol(&panel, told, after);
            for (line, marks) in row.lines.iter().zip(&weeks) {
                let marks: Vec<Mark> =
                    marks.iter().map(|mark| Mark { x: mark.x * 24.0 - dose.start.hours(), ..*mark }).collect();
                panel.series(&line.name, &beyond(&marks, FIRST_H), line.pen);
            }
            panel.axes();
        }
    })
}

fn rows(run: &RecordedRun, told: &ArmView, style: &Style) -> Vec<StoryRow> {
    let pens =
        [Pen::solid(okabe_ito::VERMILLION), Pen::solid(okabe_ito::BLUISH_GREEN), Pen::solid(okabe_ito::SKY_BLUE)];
    let columns = |names: &[&str]| -> Vec<Line> {
        let broken = [Dash::SOLID, Dash::LONG, Dash::DASH_DOT];
        let looks = (0..).map(|index: usize| pens[index % pens.len()].dashed(broken[(index + index / pens.len()) % 3]));
        let present = names.iter().copied().filter(|name| run.has(name)).zip(looks);
        present.map(|(name, pen)| Line { name: dictionary::label(name), pen, traces: run.traces(told, name) }).collect()
    };
    let by_population = |family: &str, change: fn(Trace) -> Trace, words: &str| -> Vec<Line> {
        let line = |(index, population): (usize, String)| Line {
            name: format!("{words}{}", population_words(&population)),
            pen: style.population(index),
            traces: run.traces(told, &of_population(family, &population)).into_iter().map(change).collect(),
        };
        run.populations(family).into_iter().enumerate().map(line).collect()
    };
    let plasma = if told.doses.is_empty() { Vec::new() } else { columns(&run.in_plasma()) };
    let block = if told.doses.is_empty() {
        Vec::new()
    } else {
        by_population("nmda_block_<population>", |trace| trace.map(|block| 100.0 * block), "")
    };
    let mut activity = by_population("rate_<population>_hz", Trace::percent_of_baseline, "firing rate, ");
    if run.has("glutamate_um") {
        let traces = run.traces(told, "glutamate_um").into_iter().map(Trace::percent_of_baseline).collect();
        let pen = Pen::solid(style.ink).dashed(Dash::DOTTED).weighing(1.3);
        activity.push(Line { name: "extracellular glutamate".to_owned(), pen, traces });
    }
    let spines = shown_arms(run, ARMS).into_iter().map(|arm| Line {
        name: arm.label(),
        pen: arm.pen(style),
        traces: run.traces(arm, "spines_per_pyramidal").into_iter().map(Trace::percent_of_baseline).collect(),
    });
    vec![
        StoryRow { label: "Plasma (ng/mL)", lines: plasma, must: Some(0.0) },
        StoryRow { label: "NMDA block (%)", lines: block, must: Some(0.0) },
        StoryRow { label: "Activity\n(% of baseline)", lines: activity, must: Some(100.0) },
        StoryRow { label: "Cascade\n(× baseline)", lines: columns(&["bdnf", "trkb", "mtorc1"]), must: Some(1.0) },
        StoryRow { label: "Spine density\n(% of baseline)", lines: spines.collect(), must: Some(100.0) },
    ]
}

fn caption(run: &RecordedRun, told: &ArmView, rows: &[StoryRow]) -> String {
    let letters: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| format!("**{}** {}", char::from(b'a' + index as u8), row.label.replace('\n', " ")))
        .collect();
    let views = if told.doses.is_empty() {
        "Calendar time."
    } else {
        "Left: calendar time. Right: the same values against the logarithm of the time since the first dose, so that \
         the first minutes and the last week are both seen."
    };
    let compared = shown_arms(run, ARMS);
    let last = if compared.len() > 1 { "; the last compares arms" } else { "" };
    format!(
        "{}. All rows but the last show the arm {} ({}){last}.{} {views} Shaded: stress episodes and \
         infusions. Percent of baseline: of the same network's mean over the last day of burn-in; {RELATIVE}: relative to \
         the same network unstressed. {}",
        letters.join("; "),
        told.caption(),
        dose_words(&told.doses),
        left_out_words(run, &compared),
        run.band_words()
    )
}
