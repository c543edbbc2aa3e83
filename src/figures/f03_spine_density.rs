//! F03: spine density in every arm, over the whole run and in the days around the dose, with published values.

use crate::figures::canvas::Rect;
use crate::figures::data::{RecordedRun, Trace};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, Marker, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{
    MANY, days_axis, dose_rows, dose_strip, left_out_words, line_arms, line_keys, line_numbers, numbers_room, protocol,
    protocol_keys, response_window, strip_height,
};
use crate::figures::published::{Published, instant, sources, spine_density};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{ONE_COLUMN_MM, PAGE_MM, Style, TWO_COLUMNS_MM};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

pub(super) const FIGURE: Figure =
    Figure { id: "F03", title: "Spine density", needs: &[Need::Column("spines_per_pyramidal")], draw };

const LEFT_MM: f64 = 14.5;

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let shown = line_arms(run);
    let lines: Vec<Vec<Mark>> = shown
        .iter()
        .map(|arm| run.traces(arm, "spines_per_pyramidal").into_iter().map(Trace::percent_of_baseline).collect())
        .map(|traces: Vec<Trace>| run.band(&traces, Time::days))
        .collect();
    let published = placed(run);
    let window = response_window(run);
    let heights = lines.iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
    let values = published.iter().flat_map(|(_, mark)| [mark.y, mark.low, mark.high]);
    let scale = AxisScale::around(heights.chain(values), Some(100.0));
    let rows = dose_rows(run, &style);
    let caption = caption(run, &published, window.is_some(), rows.is_empty()) + &left_out_words(run, &shown);

    let mut entries = protocol_keys(run);
    entries.extend(line_keys(&shown, &style));
    let marker = |(index, (it, _)): (usize, &(Published, Mark))| {
        (it.name.clone(), LegendKey::Published(style.ink, Marker::of(index)))
    };
    entries.extend(published.iter().enumerate().map(marker));
    let sheet_mm = if window.is_some() || shown.len() > MANY { TWO_COLUMNS_MM } else { ONE_COLUMN_MM };
    let width = sheet_mm - LEFT_MM - 3.0;
    let head = if window.is_some() && rows.is_empty() { 6.5 } else { 4.0 };
    let top = head + legend_height(width, &entries) + strip_height(&rows);
    let (aside, least) = numbers_room(shown.len());
    let height = (top + least.max(48.5) + 9.5).min(PAGE_MM);
    Sheet::paint(FIGURE.title, (sheet_mm, height), style, caption, |canvas, source| {
        legend(canvas, (LEFT_MM, 3.5), width, &entries);
        let body = Rect { left: LEFT_MM, top, right: sheet_mm - 3.0 - aside, bottom: height - 9.5 };
        let (days, ticks) = days_axis(run);
        let right = if window.is_some() { body.left + 0.52 * body.width() } else { body.right };
        let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(ticks);
        let y = Axis::new(scale, "Spine density (% of baseline)");
        let id = if window.is_some() { "a" } else { "" };
        let panel = Panel::new(canvas, source, id, Rect { right, ..body }, x, y);
        let fill = |panel: &Panel, marks: &[Vec<Mark>], overlay: &[(Published, Mark)]| {
            for (arm, marks) in shown.iter().zip(marks) {
                panel.series(&arm.label(), marks, arm.pen(&style));
            }
            for (index, (it, mark)) in overlay.iter().enumerate() {
                panel.published(&it.name, *mark, Marker::of(index));
            }
            panel.axes();
        };
        protocol(&panel, run.featured(), Time::days);
        fill(&panel, &lines, &published);
        dose_strip(canvas, source, &panel, id, &rows, true, Time::days);
        let Some((dose, span)) = window else {
            line_numbers(&panel, &shown, &lines, days.ends().1, &style);
            return;
        };
        panel.letter("a", 11.0);
        let after = |time: Time| (time - dose).days();
        let x = Axis::new(span, "Time since the first dose (d)");
        let y = Axis::new(scale, "Spine density (% of baseline)");
        let panel = Panel::new(canvas, source, "b", Rect { left: right + 15.0, ..body }, x, y);
        protocol(&panel, run.featured(), after);
        let shift = |marks: &Vec<Mark>| -> Vec<Mark> {
            marks.iter().map(|mark| Mark { x: mark.x - dose.days(), ..*mark }).collect()
        };
        let around: Vec<Vec<Mark>> = lines.iter().map(shift).collect();
        fill(&panel, &around, &[]);
        dose_strip(canvas, source, &panel, "b", &rows, false, after);
        line_numbers(&panel, &shown, &around, span.ends().1, &style);
        panel.letter("b", 11.0);
    })
}

fn caption(run: &RecordedRun, published: &[(Published, Mark)], has_window: bool, strip_is_empty: bool) -> String {
    let told = run.featured();
    let values: Vec<Published> = published.iter().map(|(it, _)| it.clone()).collect();
    let overlay = if values.is_empty() {
        String::new()
    } else {
        format!(
            " Open markers: published values of the same quantity after three weeks of stress, in rodents, as the model's spines are; the \
             model was fitted to the bands that they belong to: {}. What share of lost connections stands again is another quantity, and \
             stands in F04.",
            sources(&values)
        )
    };
    let around = if has_window {
        format!(" **a** The whole run; **b** the days around the first dose of arm {}.", told.caption())
    } else {
        String::new()
    };
    let strip = if strip_is_empty { "" } else { " Strip on top: one stroke for every dose." };
    let shaded = match (told.stress.is_empty(), told.doses.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(" Shaded: stress of arm {}.", told.caption()),
        (true, false) => format!(" Shaded: doses of arm {}.", told.caption()),
        (false, false) => format!(" Shaded: stress and doses of arm {}.", told.caption()),
    };
    format!(
        "Spines per pyramidal cell, in percent of the same network's mean over the last day of burn-in.{around}{shaded}{strip} {}{overlay}",
        run.band_words()
    )
}

/// Published values whose moment the protocol has, in percent of baseline.
fn placed(run: &RecordedRun) -> Vec<(Published, Mark)> {
    let place = |it: Published| {
        let time = instant(run, &it).filter(|&time| time <= run.end())?;
        let mark = Mark { x: time.days(), y: it.value, low: it.low, high: it.high, n: 0 };
        Some((it, mark))
    };
    spine_density(run).into_iter().filter_map(place).collect()
}
