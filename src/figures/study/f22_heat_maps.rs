//! F22: an outcome over every pair of factors, arm by arm.

use crate::figures::canvas::{Anchor, Canvas, Rect, Type};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Colour, LABEL_PT, LETTER_PT, Pen, Style, TWO_COLUMNS_MM, blend, okabe_ito};
use crate::foundation::error::Result;
use crate::recording::study_table::{FactorColumn, StudyTable};

use super::reading::{Asked, LevelPlace, NetworkOutcomes, axis_words, is_binned, outcome_words, places};

pub(super) const TITLE: &str = "Outcome over pairs of factors";

const MOST_ARMS: usize = 4;
const MOST_PAIRS: usize = 3;
const ROW_MM: f64 = 50.0;

/// Whether some pair of factors varies apart, so that a map of it has more than its diagonal.
pub(super) fn has_pairs(table: &StudyTable) -> bool {
    let factors = &table.factors;
    let is_crossed = |a: &FactorColumn, b: &FactorColumn| {
        let levels = places(b);
        let met = |place: &LevelPlace| levels.iter().filter(|level| place.meets(level)).count();
        places(a).iter().any(|place| met(place) > 1)
    };
    (0..factors.len()).any(|a| (a + 1..factors.len()).any(|b| is_crossed(&factors[a], &factors[b])))
}

/// The pages of a study: one for each outcome.
pub(super) fn draw(table: &StudyTable, outcome: &Asked, style: Style) -> Result<Sheet> {
    let factors = &table.factors;
    let pairs: Vec<(usize, usize)> =
        (0..factors.len()).flat_map(|a| (a + 1..factors.len()).map(move |b| (a, b))).take(MOST_PAIRS).collect();
    let arms = &outcome.arms[..outcome.arms.len().min(MOST_ARMS)];
    let maps: Vec<Vec<Map>> = arms
        .iter()
        .map(|arm| {
            let values = NetworkOutcomes::of(table, &outcome.name, arm);
            pairs.iter().map(|&(a, b)| Map::of(&values, &factors[a], &factors[b])).collect()
        })
        .collect();
    let all = || maps.iter().flatten().flat_map(|map| map.cells.iter().flatten()).copied().filter(|v| v.is_finite());
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let high = if high > low { high } else { low + 1.0 };
    let height = 17.0 + ROW_MM * arms.len() as f64;
    let pooled = if factors.iter().any(is_binned) { " Points are pooled in bins of equal size." } else { "" };
    let left_out = factors.len() * (factors.len() - 1) / 2 > MOST_PAIRS || outcome.arms.len() > MOST_ARMS;
    let caption = format!(
        "Mean {} over networks and over all else that varies, for pairs of factors (columns) in each arm (rows). Empty: \
         no point of the design is there.{pooled}{}",
        outcome_words(outcome),
        if left_out { " Further pairs and arms are in `study.csv`." } else { "" }
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let ramp = |value: f64| ramp(style, (value - low) / (high - low));
        bar(canvas, Rect::at(58.0, 4.0, 64.0, 3.0), (low, high), &outcome_words(outcome), &ramp);
        let area = Rect { left: 19.0, top: 19.0, right: TWO_COLUMNS_MM - 4.0, bottom: height - 10.0 };
        let cells = area.grid(arms.len(), pairs.len().max(2), 19.0, 17.0);
        for (row, arm) in arms.iter().enumerate() {
            for (column, (&(a, b), map)) in pairs.iter().zip(&maps[row]).enumerate() {
                let frame = cells[row * pairs.len().max(2) + column];
                let letter = char::from(b'a' + (row * pairs.len() + column) as u8).to_string();
                let words = (axis_words(&factors[a]), axis_words(&factors[b]));
                source.borrow_mut().axes(&letter, &words.0, &words.1);
                map.paint(canvas, frame, words, &ramp, (low, high));
                for (j, line) in map.cells.iter().enumerate() {
                    let marks = line.iter().enumerate().map(|(i, &value)| Mark {
                        x: map.xs[i].x,
                        y: value,
                        ..Mark::plain(0.0, 0.0)
                    });
                    let series = format!("{arm}: {} at {} = {}", outcome.name, factors[b].name, map.ys[j].name);
                    source.borrow_mut().series(
                        &letter,
                        &series,
                        marks.map(|mark| Mark { low: f64::NAN, high: f64::NAN, ..mark }),
                    );
                }
                canvas.text(
                    &letter,
                    (frame.left - 15.0, frame.top - 3.6),
                    Type::small(Anchor::Left).sized(LETTER_PT).bold(),
                );
                canvas.text(arm, (frame.left, frame.top - 3.4), Type::small(Anchor::Left));
            }
        }
    })
}

/// Light to dark in one hue, so that order is seen without colour.
fn ramp(style: Style, share: f64) -> Colour {
    let dark = blend(okabe_ito::BLUE, style.ink, 0.7);
    if share < 0.5 {
        blend(blend(style.paper, okabe_ito::SKY_BLUE, 0.18), okabe_ito::BLUE, 2.0 * share)
    } else {
        blend(okabe_ito::BLUE, dark, 2.0 * share - 1.0)
    }
}

/// The means of one outcome over two factors: by the second, then by the first.
struct Map {
    xs: Vec<LevelPlace>,
    ys: Vec<LevelPlace>,
    cells: Vec<Vec<f64>>,
}

impl Map {
    fn of(values: &NetworkOutcomes, a: &FactorColumn, b: &FactorColumn) -> Self {
        let (xs, ys) = (places(a), places(b));
        let cells = ys.iter().map(|y| xs.iter().map(|x| values.mean_at(x, y)).collect()).collect();
        Self { xs, ys, cells }
    }

    fn paint(
        &self,
        canvas: &Canvas,
        frame: Rect,
        words: (String, String),
        ramp: &dyn Fn(f64) -> Colour,
        ends: (f64, f64),
    ) {
        let (w, h) = (frame.width() / self.xs.len() as f64, frame.height() / self.ys.len() as f64);
        for (j, line) in self.cells.iter().enumerate() {
            for (i, &value) in line.iter().enumerate().filter(|(_, value)| value.is_finite()) {
                let cell = Rect::at(frame.left + i as f64 * w, frame.bottom - (j + 1) as f64 * h, w, h);
                canvas.rectangle(cell, ramp(value), 1.0);
                if w > 9.0 && h > 3.4 {
                    let is_dark = (value - ends.0) / (ends.1 - ends.0) > 0.35;
                    let colour = if is_dark { Colour(255, 255, 255) } else { Colour(0x1A, 0x1A, 0x1A) };
                    let at = (cell.left + 0.5 * w, cell.top + 0.5 * h);
                    canvas.text(&rounded(value, ends), at, Type::small(Anchor::Middle).coloured(colour));
                }
            }
        }
        let rim = [
            (frame.left, frame.top),
            (frame.right, frame.top),
            (frame.right, frame.bottom),
            (frame.left, frame.bottom),
            (frame.left, frame.top),
        ];
        canvas.line(&rim, Pen::solid(canvas.style.ink).weighing(AXIS_PT));
        let every = |n: usize, room: f64| (n as f64 / (room / 8.5)).ceil().max(1.0) as usize;
        for (i, place) in self.xs.iter().enumerate().step_by(every(self.xs.len(), frame.width())) {
            canvas.text(&place.name, (frame.left + (i as f64 + 0.5) * w, frame.bottom + 1.0), Type::small(Anchor::Top));
        }
        for (j, place) in self.ys.iter().enumerate().step_by(every(self.ys.len(), 2.0 * frame.height())) {
            canvas.text(
                &place.name,
                (frame.left - 1.0, frame.bottom - (j as f64 + 0.5) * h),
                Type::small(Anchor::Right),
            );
        }
        let middle = 0.5 * (frame.left + frame.right);
        canvas.text(&words.0, (middle, frame.bottom + 4.6), Type::small(Anchor::Top).sized(LABEL_PT));
        let middle = 0.5 * (frame.top + frame.bottom);
        canvas.text(&words.1, (frame.left - 11.0, middle), Type::small(Anchor::Middle).sized(LABEL_PT).upwards());
    }
}

/// A value with as many digits as tell cells apart.
fn rounded(value: f64, (low, high): (f64, f64)) -> String {
    let decimals = (2.0 - (high - low).log10()).floor().clamp(0.0, 4.0) as usize;
    crate::figures::scale::number(value, decimals)
}

/// What the colours mean.
fn bar(canvas: &Canvas, at: Rect, (low, high): (f64, f64), words: &str, ramp: &dyn Fn(f64) -> Colour) {
    const STEPS: usize = 64;
    let step = at.width() / STEPS as f64;
    for index in 0..STEPS {
        let value = low + (high - low) * (index as f64 + 0.5) / STEPS as f64;
        // a little over, so that no seam shows
        canvas.rectangle(Rect::at(at.left + index as f64 * step, at.top, step + 0.05, at.height()), ramp(value), 1.0);
    }
    canvas.text(&rounded(low, (low, high)), (at.left - 1.2, at.top + 1.5), Type::small(Anchor::Right));
    canvas.text(&rounded(high, (low, high)), (at.right + 1.2, at.top + 1.5), Type::small(Anchor::Left));
    canvas.text(words, (0.5 * (at.left + at.right), at.bottom + 1.0), Type::small(Anchor::Top));
}
