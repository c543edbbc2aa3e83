//! F12: a virtual trial: change of the symptom score by visit, and how many respond.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, Run, summary};
use crate::figures::legend::{legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::arm_keys;
use crate::figures::scale::{Scale, Tick};
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::figures::{Figure, Need, Sheet};
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::dictionary;
use crate::recording::statistics::wilson_95;

pub(super) const FIGURE: Figure =
    Figure { id: "F12", title: "Virtual trial", needs: &[Need::Scale, Need::Dose, Need::Networks(5)], draw };

/// Visits after the first dose, in hours.
const VISITS: [(f64, &str); 11] = [
    (4.0, "4 h"),
    (24.0, "1 d"),
    (72.0, "3 d"),
    (168.0, "7 d"),
    (336.0, "14 d"),
    (504.0, "21 d"),
    (672.0, "28 d"),
    (1_008.0, "42 d"),
    (1_344.0, "56 d"),
    (2_016.0, "84 d"),
    (4_032.0, "168 d"),
];
/// Visits at which responders are counted: the day after, the week after, and the last.
const COUNTED: [&str; 2] = ["1 d", "7 d"];

fn draw(run: &Run, style: Style) -> Result<Sheet> {
    let missing = || Error::Run("F12 was asked for without its needs".to_owned());
    let scale = run.scale().ok_or_else(missing)?;
    let before = run.earliest_dose().ok_or_else(missing)?;
    let last = run.table.times().iter().copied().max().unwrap_or(before);
    let visits: Vec<(Time, &str)> = VISITS
        .into_iter()
        .map(|(hours, name)| (before + Time::from_hours(hours), name))
        .filter(|&(at, _)| at <= last)
        .collect();
    let changes = |arm: &ArmView, at: Time| -> Vec<f64> {
        run.traces(arm, scale.column).iter().map(|trace| trace.at(at) - trace.at(before)).collect()
    };
    let responders = |arm: &ArmView, at: Time| -> Mark {
        let answers: Vec<f64> = run
            .traces(arm, scale.column)
            .iter()
            .map(|trace| scale.responds(trace.at(before), trace.at(at)))
            .filter(|answer| answer.is_finite())
            .collect();
        let n = answers.len();
        if n == 0 {
            return Mark { n, ..Mark::plain(0.0, f64::NAN) };
        }
        let share = answers.iter().filter(|answer| **answer > 0.5).count() as f64 / n as f64;
        let [low, high] = wilson_95(share, n);
        Mark { x: 0.0, y: 100.0 * share, low: 100.0 * low, high: 100.0 * high, n }
    };
    let arms = run.arms();
    // arms stand beside each other at a visit, so that their bars do not hide one another
    let offset = |index: usize, width: f64| (index as f64 - (arms.len() - 1) as f64 / 2.0) * width / arms.len() as f64;
    let lines: Vec<Vec<Mark>> = arms
        .iter()
        .enumerate()
        .map(|(index, arm)| {
            let start = Mark { y: 0.0, ..Mark::plain(offset(index, 0.5), 0.0) };
            let later = visits
                .iter()
                .zip(1..)
                .map(|(&(at, _), place)| summary(f64::from(place) + offset(index, 0.5), &changes(arm, at)));
            std::iter::once(start).chain(later).collect()
        })
        .collect();
    let counted: Vec<(Time, &str)> = visits
        .iter()
        .enumerate()
        .filter(|&(index, (_, name))| index + 1 == visits.len() || COUNTED.contains(name))
        .map(|(_, &visit)| visit)
        .collect();

    let label = dictionary::describe(scale.column).map_or(scale.column, |(column, _)| column.label);
    let caption = format!(
        "**a** Change of {label} since just before the first dose of any arm, by time since then. **b** Responders: the score above its \
         least value has fallen by {:.0} % or more; bars: 95 % interval of the proportion (Wilson). Every subject goes through every arm. \
         Scores are what the stated mapping makes of circuit function, not ratings of people. {}",
        100.0 * scale.response,
        run.band_words().replace("Line: mean; band", "In **a**, points: mean; bars")
    );
    let entries = arm_keys(&arms.iter().collect::<Vec<_>>(), &style);
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 8.0 + legend_height(width, &entries);
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, top + 68.0), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        let body = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: top + 58.5 };
        let split = body.left + 0.58 * body.width();
        let heights = lines.iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
        let names: Vec<Tick> = std::iter::once((0.0, "0".to_owned()))
            .chain(visits.iter().zip(1..).map(|((_, name), place)| (f64::from(place), (*name).to_owned())))
            .collect();
        let x =
            Axis::new(Scale::Linear(-0.4, visits.len() as f64 + 0.4), "Time since the first dose").with_ticks(names);
        let y = Axis::new(Scale::around(heights, Some(0.0)), format!("Change of {label},\nin points"));
        let panel = Panel::new(canvas, source, "a", Rect { right: split - 9.0, ..body }, x, y);
        panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
        for (arm, marks) in arms.iter().zip(&lines) {
            let pen = arm.pen(&style);
            panel.guide(marks, pen);
            panel.points(&arm.label(), marks, pen.colour, 0.75);
        }
        panel.axes();
        panel.letter("a", 11.0);

        let names = (0..).zip(&counted).map(|(place, (_, name))| (f64::from(place), (*name).to_owned())).collect();
        let x =
            Axis::new(Scale::Linear(-0.5, counted.len() as f64 - 0.5), "Time since the first dose").with_ticks(names);
        let y = Axis::new(Scale::Linear(0.0, 100.0), "Responders (% of subjects)");
        let panel = Panel::new(canvas, source, "b", Rect { left: split + 9.0, ..body }, x, y);
        for (index, arm) in arms.iter().enumerate() {
            let pen = arm.pen(&style);
            let marks: Vec<Mark> = (0..)
                .zip(&counted)
                .map(|(place, &(at, _))| Mark { x: f64::from(place) + offset(index, 0.8), ..responders(arm, at) })
                .collect();
            let half = 0.36 / arms.len() as f64;
            for mark in marks.iter().filter(|mark| mark.y > 0.0) {
                let ((left, top), (right, bottom)) =
                    (panel.place(mark.x - half, mark.y), panel.place(mark.x + half, 0.0));
                canvas.rectangle(Rect { left, top, right, bottom }, pen.colour, 0.35);
            }
            panel.points(&arm.label(), &marks, pen.colour, 0.5);
        }
        panel.axes();
        panel.letter("b", 11.0);
    })
}
