//! F24: the curves of several runs overlaid, arm by arm.

use std::path::{Path, PathBuf};

use crate::figures::canvas::{Anchor, Rect, Type};
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::drawing::DrawingOptions;
use crate::figures::files;
use crate::figures::legend::{LegendKey, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Pen, Style, TWO_COLUMNS_MM};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

const TITLE: &str = "Runs overlaid";
const SPINES: &str = "spines_per_pyramidal";
const MOST_ARMS: usize = 4;
const ROW_MM: f64 = 42.0;

/// A run that is overlaid with others.
#[derive(Clone, Debug)]
pub struct OverlaidRun {
    /// What it is called.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// Draws spine density and the symptom scale of all runs, one column for each arm that all of them have, into `figures/` of
/// `out`.
///
/// # Errors
/// Those of reading a run's folder; [`Error::Io`](crate::foundation::error::Error::Io) if files cannot be written.
pub fn draw_overlay(out: &Path, named: &[OverlaidRun], options: &DrawingOptions) -> Result<()> {
    let runs: Vec<(&str, RecordedRun)> =
        named.iter().map(|run| Ok((run.name.as_str(), RecordedRun::open(&run.folder)?))).collect::<Result<_>>()?;
    let Some(sheet) = overlay(&runs, options.style)? else { return Ok(()) };
    let caption = format!(
        "# F24. {TITLE}\n\n{}\n\nSimulated by resprout; every line is model output. Source data as drawn: `F24.csv`. Research and teaching \
         software, not medical advice.\n",
        sheet.caption
    );
    files::write(out, "F24", &options.formats, &sheet, &caption).map(drop)
}

/// One curve: the mean over networks with its band.
fn curve(run: &RecordedRun, arm: &ArmView, column: &str) -> Vec<Mark> {
    let traces = run.traces(arm, column);
    if column == SPINES {
        let percent: Vec<_> = traces.into_iter().map(crate::figures::data::Trace::percent_of_baseline).collect();
        return run.band(&percent, Time::days);
    }
    run.band(&traces, Time::days)
}

fn overlay(runs: &[(&str, RecordedRun)], style: Style) -> Result<Option<Sheet>> {
    let Some((_, first)) = runs.first() else { return Ok(None) };
    let find = |run: &'_ RecordedRun, name: &str| run.arms().iter().position(|arm| arm.name == name);
    let shared: Vec<&str> = first
        .arms()
        .iter()
        .map(|arm| arm.name.as_str())
        .filter(|name| runs.iter().all(|(_, run)| find(run, name).is_some()))
        .take(MOST_ARMS)
        .collect();
    let scale = first.scale().filter(|scale| runs.iter().all(|(_, run)| run.has(scale.column)));
    let mut rows = vec![(SPINES, "Spine density (% of baseline)".to_owned(), None)];
    rows.extend(
        scale.map(|scale| (scale.column, format!("{} (points, illustrative)", scale.column.to_uppercase()), Some(0.0))),
    );
    rows.retain(|(column, ..)| runs.iter().all(|(_, run)| run.has(column)));
    if shared.is_empty() || rows.is_empty() {
        return Ok(None);
    }
    let entries: Vec<(String, LegendKey)> = runs
        .iter()
        .enumerate()
        .map(|(place, (name, _))| ((*name).to_owned(), LegendKey::Line(style.arm(place))))
        .collect();
    let width = TWO_COLUMNS_MM - 20.0;
    let head = 5.0 + legend_height(width, &entries);
    let height = head + ROW_MM * rows.len() as f64 + 4.0;
    let caption = format!(
        "Spine density{} of {} runs, in each arm that all of them have. {}",
        if rows.len() > 1 { " and symptom scale" } else { "" },
        runs.len(),
        first.band_words()
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (16.0, 4.0), width, &entries);
        let area = Rect { left: 16.0, top: head + 3.0, right: TWO_COLUMNS_MM - 4.0, bottom: height - 10.0 };
        let cells = area.grid(rows.len(), shared.len(), 6.0, 9.0);
        let begin = runs.iter().map(|(_, run)| run.folder.course.burn_in.days()).fold(0.0, f64::max);
        let end = runs.iter().map(|(_, run)| run.end().days()).fold(0.0, f64::max);
        for (row, (column, label, must)) in rows.iter().enumerate() {
            let curves: Vec<Vec<Vec<Mark>>> = shared
                .iter()
                .map(|name| {
                    let of = |(_, run): &(&str, RecordedRun)| {
                        find(run, name).map_or_else(Vec::new, |place| curve(run, &run.arms()[place], column))
                    };
                    runs.iter().map(of).collect()
                })
                .collect();
            let ends = curves.iter().flatten().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
            let scale = AxisScale::around(ends, *must);
            for (place, name) in shared.iter().enumerate() {
                let frame = cells[row * shared.len() + place];
                let letter = char::from(b'a' + (row * shared.len() + place) as u8).to_string();
                let is_last = row + 1 == rows.len();
                let x =
                    Axis::new(AxisScale::Linear(-begin, end), "Time since the end of burn-in (d)").labelled(is_last);
                let y = Axis::new(scale, label.clone()).labelled(place == 0);
                let panel = Panel::new(canvas, source, &letter, frame, x, y);
                for (index, (marks, (run, _))) in curves[place].iter().zip(runs).enumerate() {
                    let pen: Pen = style.arm(index);
                    panel.series(&format!("{run}: {name}"), marks, pen);
                }
                panel.axes();
                panel.letter(&letter, if place == 0 { 12.0 } else { 3.0 });
                if row == 0 {
                    canvas.text(name, (frame.left + 3.0, frame.top - 2.0), Type::small(Anchor::Left));
                }
            }
        }
    })
    .map(Some)
}
