//! F25: a virtual trial as it was drawn: change by visit, relapse with those at risk, and power against size.

use std::cell::RefCell;

use crate::figures::canvas::{Anchor, Canvas, Rect, Type};
use crate::figures::legend::{LegendKey, Shape, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::{AxisScale, AxisTick, spaced};
use crate::figures::sheet::Sheet;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::foundation::error::Result;

pub(super) const TITLE: &str = "Virtual trial, as it was drawn";

/// A number of one arm at one visit.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialPoint {
    /// The arm.
    pub arm: String,
    /// The visit.
    pub visit: String,
    /// Hours since the first dose.
    pub hours: f64,
    /// Which number: `change`, `not_relapsed`, `at_risk`.
    pub outcome: &'static str,
    /// Subjects behind it.
    pub n: usize,
    /// Its value.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How often trials of one arm find a difference, by size.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerCurve {
    /// The arm.
    pub arm: String,
    /// Subjects in each arm, share of trials, its Monte-Carlo standard error.
    pub sizes: Vec<(u32, f64, f64)>,
}

/// A trial as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnTrial {
    /// Its title.
    pub title: String,
    /// The scale, in capitals.
    pub endpoint: String,
    /// What the design is, in words.
    pub design: String,
    /// The arms in order; the first of `curves` need not be the first of them.
    pub arms: Vec<String>,
    /// Numbers by arm and visit.
    pub points: Vec<TrialPoint>,
    /// Power by size; none where no trials were resampled.
    pub curves: Vec<PowerCurve>,
    /// Trials that were resampled for each number.
    pub repeats: u32,
}

const ROW_MM: f64 = 3.6;

pub(super) fn draw(trial: &DrawnTrial, style: Style) -> Result<Sheet> {
    let look = |arm: &str| look(trial, style, arm);
    let key = |arm: &String| {
        let (pen, shape) = look(arm);
        (arm.clone(), LegendKey::Marked(pen, shape))
    };
    let entries: Vec<(String, LegendKey)> = trial.arms.iter().map(key).collect();
    let width = TWO_COLUMNS_MM - 20.0;
    let head = 6.0 + legend_height(width, &entries);
    let columns = if trial.curves.is_empty() { 2 } else { 3 };
    let height = head + 62.0 + ROW_MM * (trial.arms.len() + 1) as f64;
    let curves = if trial.curves.is_empty() {
        String::new()
    } else {
        format!(
            " **c** Trials of each size, resampled from the subjects ({} for each point), that find the arm better than the control (two-sided \
             5 % test, same baseline); bars: ± 2 Monte-Carlo standard errors.",
            trial.repeats
        )
    };
    let caption = format!(
        "{}. **a** Change of {} since before the first dose: mean of those who were rated; bars: 95 % confidence interval (Student's t). \
         **b** Responders who have not lost their response at a later visit: Kaplan–Meier estimate; bars: 95 % interval (Greenwood, log–log); below, \
         responders at risk.{curves} Scores are what the stated mapping makes of circuit function, not ratings of people.",
        trial.design, trial.endpoint
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (16.0, 4.0), width, &entries);
        let area = Rect { left: 16.0, top: head + 2.0, right: TWO_COLUMNS_MM - 4.0, bottom: head + 48.0 };
        let cells = area.grid(1, columns, 16.0, 0.0);
        let of = |arm: &str, outcome: &str| -> Vec<&TrialPoint> {
            trial.points.iter().filter(|it| it.arm == arm && it.outcome == outcome).collect()
        };
        let (hours, ticks) = visits(trial);
        let spread = |arm: &str| {
            let index = trial.arms.iter().position(|known| known == arm).unwrap_or(0) as f64;
            0.9 * (index - 0.5 * (trial.arms.len() as f64 - 1.0))
        };
        let panel_of = |letter: &str, frame: Rect, outcome: &str, label: String, scale: AxisScale, factor: f64| {
            let ticks = spaced(ticks.clone(), |x| hours.share(x) * frame.width());
            let x = Axis::new(hours, "Time since the first dose")
                .recorded_as("hours since the first dose")
                .with_ticks(ticks);
            let panel = Panel::new(canvas, source, letter, frame, x, Axis::new(scale, label));
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for arm in &trial.arms {
                let (pen, shape) = look(arm);
                let mark = |it: &&TrialPoint| Mark {
                    x: it.hours,
                    y: factor * it.value,
                    low: factor * it.low,
                    high: factor * it.high,
                    n: it.n,
                };
                let marks: Vec<Mark> = of(arm, outcome).iter().map(mark).collect();
                // an estimate after Kaplan and Meier holds until the next visit
                let line = if outcome == "not_relapsed" { stairs(&marks) } else { marks.clone() };
                panel.guide_aside(&line, Pen { weight_pt: 0.8, ..pen }, spread(arm));
                panel.points_aside(arm, &marks, shape, pen.colour, 0.75, spread(arm));
            }
            panel.axes();
            panel.letter(letter, 12.0);
            (0..ticks_of(trial).len()).map(|index| panel.place(ticks_of(trial)[index], 0.0).0).collect::<Vec<f64>>()
        };
        let ends = trial.points.iter().filter(|it| it.outcome == "change").flat_map(|it| [it.value, it.low, it.high]);
        let scale = AxisScale::around(ends, Some(0.0));
        panel_of("a", cells[0], "change", format!("Change of {} (points)", trial.endpoint), scale, 1.0);
        let places = panel_of(
            "b",
            cells[1],
            "not_relapsed",
            "Not relapsed (% of responders)".to_owned(),
            AxisScale::Linear(0.0, 105.0),
            100.0,
        );
        let top = cells[1].bottom + 14.0;
        canvas.text("At risk", (cells[1].left - 12.0, top), Type::small(Anchor::Left).bold());
        for (row, arm) in (1..).zip(&trial.arms) {
            let y = top + ROW_MM * f64::from(row);
            let (pen, _) = look(arm);
            canvas.line(&[(cells[1].left - 12.0, y), (cells[1].left - 6.0, y)], pen);
            let mut free = f64::NEG_INFINITY;
            for (place, hours) in places.iter().zip(ticks_of(trial)) {
                let Some(it) = of(arm, "at_risk").into_iter().find(|it| it.hours == hours) else { continue };
                if *place > free {
                    let text = format!("{:.0}", it.value);
                    canvas.text(&text, (*place, y), Type::small(Anchor::Middle).coloured(pen.colour));
                    free = *place + 4.2;
                }
            }
        }
        if !trial.curves.is_empty() {
            power(canvas, source, cells[2], trial, style);
        }
    })
}

/// The corners of a staircase through `marks`.
fn stairs(marks: &[Mark]) -> Vec<Mark> {
    let corners = marks.windows(2).flat_map(|pair| [pair[0], Mark { x: pair[1].x, ..pair[0] }]);
    corners.chain(marks.last().copied()).collect()
}

/// How an arm is drawn.
fn look(trial: &DrawnTrial, style: Style, arm: &str) -> (Pen, Shape) {
    let index = trial.arms.iter().position(|known| known == arm).unwrap_or(0);
    (style.arm(index), Shape::of(index))
}

/// Power against size.
fn power(canvas: &Canvas, source: &RefCell<SourceTable>, frame: Rect, trial: &DrawnTrial, style: Style) {
    let sizes: Vec<u32> = trial.curves.iter().flat_map(|it| &it.sizes).map(|it| it.0).collect();
    let (least, most) = (sizes.iter().min().copied().unwrap_or(1), sizes.iter().max().copied().unwrap_or(2));
    let scale = AxisScale::Log(f64::from(least) / 1.2, f64::from(most) * 1.2);
    let mut ticks: Vec<AxisTick> = sizes.iter().map(|&size| (f64::from(size), size.to_string())).collect();
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    ticks.dedup();
    let ticks = spaced(ticks, |x| scale.share(x) * frame.width());
    let x = Axis::new(scale, "Subjects in each arm").with_ticks(ticks);
    let y = Axis::new(AxisScale::Linear(0.0, 104.0), "Power (% of trials)");
    let panel = Panel::new(canvas, source, "c", frame, x, y);
    panel.rule(80.0, Pen::solid(style.grey).weighing(AXIS_PT));
    for curve in &trial.curves {
        let (pen, shape) = look(trial, style, &curve.arm);
        let mark = |&(size, share, error): &(u32, f64, f64)| Mark {
            x: f64::from(size),
            y: 100.0 * share,
            low: 100.0 * (share - 2.0 * error).max(0.0),
            high: 100.0 * (share + 2.0 * error).min(1.0),
            n: trial.repeats as usize,
        };
        let marks: Vec<Mark> = curve.sizes.iter().map(mark).collect();
        panel.guide(&marks, Pen { weight_pt: 0.8, ..pen });
        panel.points(&curve.arm, &marks, shape, pen.colour, 0.75);
    }
    panel.axes();
    panel.letter("c", 12.0);
}

/// The hours of visits, ascending.
fn ticks_of(trial: &DrawnTrial) -> Vec<f64> {
    let mut hours: Vec<f64> = trial.points.iter().filter(|it| it.outcome == "change").map(|it| it.hours).collect();
    hours.sort_by(f64::total_cmp);
    hours.dedup();
    hours
}

/// A logarithmic axis over the visits, with their names.
fn visits(trial: &DrawnTrial) -> (AxisScale, Vec<AxisTick>) {
    let hours = ticks_of(trial);
    let (first, last) = (hours.first().copied().unwrap_or(1.0), hours.last().copied().unwrap_or(2.0));
    let name = |hours: &f64| {
        let found = trial.points.iter().find(|it| it.hours == *hours);
        (*hours, found.map_or_else(String::new, |it| it.visit.clone()))
    };
    (AxisScale::Log(first / 1.4, (last * 1.4).max(first * 2.0)), hours.iter().map(name).collect())
}
