//! F18: whether the run kept its own books.

use crate::figures::canvas::Rect;
use crate::figures::data::RecordedRun;
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{days_axis, protocol, protocol_keys};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Style, TWO_COLUMNS_MM};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::recording::dictionary::describe;

pub(super) const FIGURE: Figure =
    Figure { id: "F18", title: "Health of the run", needs: &[Need::Column("health_synapse_balance")], draw };

const COLUMNS: [&str; 4] =
    ["health_synapse_balance", "health_element_balance", "health_drug_balance", "health_rate_residual"];

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let columns: Vec<&str> = COLUMNS.into_iter().filter(|column| run.has(column)).collect();
    let words: Vec<String> = columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| {
            let declared = describe(column)?.0;
            Some(format!("**{}** {}: {}", char::from(b'a' + index as u8), declared.label, declared.meaning))
        })
        .collect();
    let caption = format!(
        "{}. At each instant the largest absolute value over arms and networks (n = {} networks, {} arms).",
        words.join("; "),
        run.networks(),
        run.arms().len()
    );
    let rows = columns.len().div_ceil(2);
    let height = 12.0 + rows as f64 * 44.0;
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let told = run.featured();
        let mut entries: Vec<(String, LegendKey)> = protocol_keys(run);
        entries.push(("largest over arms and networks".to_owned(), LegendKey::Line(style.arm(0))));
        legend(canvas, (21.0, 3.5), TWO_COLUMNS_MM - 22.0, &entries);
        let area = Rect { left: 21.0, top: 11.0, right: TWO_COLUMNS_MM - 3.5, bottom: height - 9.5 };
        let cells = area.grid(rows, 2, 26.0, 15.0);
        let (days, ticks) = days_axis(run);
        for (index, column) in columns.iter().enumerate() {
            let marks = worst(run, column);
            let Some((declared, _)) = describe(column) else { continue };
            let letter = char::from(b'a' + index as u8).to_string();
            let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(ticks.clone());
            let label = format!("{}\n({})", declared.label, declared.unit);
            let reach = marks.iter().map(|mark| mark.y).fold(0.0, f64::max);
            // Books that balance exactly give a flat line: an axis of one unit shows it as such.
            let scale = if reach == 0.0 {
                AxisScale::Linear(-0.1, 1.0)
            } else {
                AxisScale::around(marks.iter().map(|mark| mark.y), Some(0.0))
            };
            let panel = Panel::new(canvas, source, &letter, cells[index], x, Axis::new(scale, label));
            protocol(&panel, told, Time::days);
            panel.series("largest over arms and networks", &marks, style.arm(0));
            panel.axes();
            panel.letter(&letter, 18.0);
        }
    })
}

/// At each instant the largest absolute value.
fn worst(run: &RecordedRun, column: &str) -> Vec<Mark> {
    let traces: Vec<_> = run.arms().iter().flat_map(|arm| run.traces(arm, column)).collect();
    let mut marks = run.band(&traces, Time::days);
    let mut farthest = std::collections::BTreeMap::<Time, f64>::new();
    for trace in &traces {
        for (&time, &value) in trace.times.iter().zip(&trace.values).filter(|(_, value)| value.is_finite()) {
            let known = farthest.entry(time).or_default();
            *known = known.max(value.abs());
        }
    }
    marks.retain(|mark| mark.y.is_finite());
    for (mark, value) in marks.iter_mut().zip(farthest.into_values()) {
        *mark = Mark { n: mark.n, ..Mark::plain(mark.x, value) };
    }
    marks
}
