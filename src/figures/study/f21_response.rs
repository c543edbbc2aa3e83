//! F21: how each outcome of a study follows each factor, averaged over all else that varies.

use crate::figures::canvas::{Rect, wrapped};
use crate::figures::legend::{LegendKey, Shape, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::{AxisScale, spaced};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{LABEL_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::figures::words;
use crate::foundation::error::Result;
use crate::recording::study_table::{FactorColumn, FactorLevels, StudyTable};

use super::reading::{Asked, LevelPlace, NetworkOutcomes, asked, axis_words, is_binned, outcome_words, places};

pub(super) const TITLE: &str = "Response of outcomes to factors";

/// So many rows and columns a page has.
const MOST_ROWS: usize = 4;
const MOST_COLUMNS: usize = 4;
const ROW_MM: f64 = 46.0;

pub(super) fn draw(table: &StudyTable, style: Style) -> Result<Sheet> {
    let all = asked(table);
    let outcomes = &all[..all.len().min(MOST_ROWS)];
    let factors = &table.factors[..table.factors.len().min(MOST_COLUMNS)];
    let mut arms: Vec<&str> = Vec::new();
    for arm in outcomes.iter().flat_map(|outcome| &outcome.arms) {
        if !arms.contains(&arm.as_str()) {
            arms.push(arm);
        }
    }
    let look = |arm: &str| {
        let index = arms.iter().position(|known| *known == arm).unwrap_or(0);
        (style.arm(index), Shape::of(index))
    };
    let entries: Vec<(String, LegendKey)> = arms
        .iter()
        .map(|arm| {
            let (pen, shape) = look(arm);
            ((*arm).to_owned(), LegendKey::Marked(pen, shape))
        })
        .collect();
    let width = TWO_COLUMNS_MM - 18.0;
    let head = 4.0 + legend_height(width, &entries);
    let height = head + ROW_MM * outcomes.len() as f64;
    let left_out = all.len() > MOST_ROWS || table.factors.len() > MOST_COLUMNS;
    let of_first =
        outcomes.first().and_then(|outcome| Some(NetworkOutcomes::of(table, &outcome.name, outcome.arms.first()?)));
    let networks = of_first.as_ref().map_or(0, NetworkOutcomes::networks);
    // a factor may say how many networks there are, or points may have failed
    let behind = |place: LevelPlace| of_first.as_ref().map_or(0, |values| values.mark(&place).n);
    let fewest = factors.iter().flat_map(places).map(behind).min().unwrap_or(0);
    let binned: Vec<&str> =
        factors.iter().filter(|factor| is_binned(factor)).map(|factor| factor.name.as_str()).collect();
    let bins = if binned.is_empty() {
        String::new()
    } else {
        format!(" Points are pooled in bins of equal size along {}.", words::list(&binned))
    };
    let band = match networks {
        0 | 1 => "one network: no band".to_owned(),
        n => {
            let n = if fewest < n { format!("{fewest} to {n}") } else { n.to_string() };
            format!(
                "bars: 95 % confidence interval of the mean over {n} networks (Student's t), each averaged over the points first"
            )
        }
    };
    let caption = format!(
        "Outcomes (rows) against factors (columns), averaged over all points of the design with that level. Points: mean; {band}.{bins}{}",
        if left_out { " Further outcomes and factors are in `study.csv`." } else { "" }
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (16.0, 4.0), width, &entries);
        let area = Rect { left: 18.0, top: head + 2.0, right: TWO_COLUMNS_MM - 3.0, bottom: height - 11.0 };
        let cells = area.grid(outcomes.len(), factors.len(), 9.0, 15.0);
        for (row, outcome) in outcomes.iter().enumerate() {
            let lines = |factor: &FactorColumn| lines(table, outcome, factor);
            let of_row: Vec<Vec<(String, Vec<Mark>)>> = factors.iter().map(lines).collect();
            let heights = of_row.iter().flatten().flat_map(|(_, marks)| marks).flat_map(|m| [m.y, m.low, m.high]);
            let scale = AxisScale::around(heights, None);
            for (column, factor) in factors.iter().enumerate() {
                let frame = cells[row * factors.len() + column];
                let letter = char::from(b'a' + (row * factors.len() + column) as u8).to_string();
                let x = x_axis(factor, frame.width());
                let words = wrapped(&outcome_words(outcome), cells[0].height() + 4.0, LABEL_PT).join("\n");
                let label = if column == 0 { words } else { String::new() };
                let y = Axis::new(scale, label).recorded_as(&outcome_words(outcome)).labelled(column == 0);
                let panel = Panel::new(canvas, source, &letter, frame, x, y);
                for (index, (arm, marks)) in of_row[column].iter().enumerate() {
                    let (pen, shape) = look(arm);
                    let aside = 0.7 * (index as f64 - 0.5 * (of_row[column].len() as f64 - 1.0));
                    let line: Vec<Mark> = marks.iter().map(|mark| Mark::plain(mark.x, mark.y)).collect();
                    panel.guide_aside(&line, Pen { weight_pt: 0.8, ..pen }, aside);
                    panel.points_aside(arm, marks, shape, pen.colour, 0.75, aside);
                }
                panel.axes();
                panel.letter(&letter, if column == 0 { 15.0 } else { 3.0 });
            }
        }
    })
}

/// By arm, the means of an outcome along a factor.
fn lines(table: &StudyTable, outcome: &Asked, factor: &FactorColumn) -> Vec<(String, Vec<Mark>)> {
    let places: Vec<LevelPlace> = places(factor);
    let of_arm = |arm: &String| {
        let values = NetworkOutcomes::of(table, &outcome.name, arm);
        (arm.clone(), places.iter().map(|place| values.mark(place)).collect())
    };
    outcome.arms.iter().map(of_arm).collect()
}

/// The horizontal axis of a factor: its numbers, or its texts side by side.
pub(super) fn x_axis(factor: &FactorColumn, width_mm: f64) -> Axis {
    let places = places(factor);
    let scale = match (places.first(), places.last()) {
        (Some(first), Some(last)) if last.x > first.x => {
            // equal ratios where the levels are laid out so
            let is_numeric = matches!(factor.levels, FactorLevels::Numbers(_));
            let ratios = is_numeric && first.x > 0.0 && last.x / first.x >= 8.0;
            if ratios {
                let room = (last.x / first.x).powf(0.06);
                AxisScale::Log(first.x / room, last.x * room)
            } else {
                let room = 0.08 * (last.x - first.x);
                AxisScale::Linear(first.x - room, last.x + room)
            }
        }
        _ => AxisScale::around(places.iter().map(|place| place.x), None),
    };
    let axis = Axis::new(scale, axis_words(factor));
    if is_binned(factor) {
        return axis;
    }
    let ticks = places.into_iter().map(|place| (place.x, place.name)).collect();
    axis.with_ticks(spaced(ticks, |x| scale.share(x) * width_mm))
}
