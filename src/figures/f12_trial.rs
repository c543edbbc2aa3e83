//! F12: a virtual trial: change of the symptom score by visit, and how many respond.

use std::cell::RefCell;

use crate::figures::canvas::{Canvas, Rect};
use crate::figures::contrasts::{self, ByNetwork, by_network, difference, difference_of_shares};
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, Shape, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{left_out_words, line_arms};
use crate::figures::scale::{AxisScale, AxisTick, spaced};
use crate::figures::sheet::Sheet;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::figures::words;
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::dictionary;
use crate::recording::landmarks::VISITS;
use crate::recording::scales::SymptomScale;
use crate::statistics::proportion::wilson;

pub(super) const FIGURE: Figure = Figure {
    id: "F12",
    title: "Virtual trial",
    needs: &[Need::Scale, Need::Dose, Need::Networks(5), Need::Own(no_visit)],
    draw,
};

/// Visits at which responders are counted: the day after, the week after, and the last.
const COUNTED: [&str; 2] = ["1 d", "7 d"];

/// The axis begins before the first visit and ends after the last by this factor.
const ROOM: f64 = 1.35;

/// Visits at which a score was recorded, by the time since the first dose, and the names of those within the run at which none was.
pub(super) fn visits(run: &RecordedRun) -> (Vec<(Time, &'static str)>, Vec<&'static str>) {
    let Some(scale) = run.scale() else { return (Vec::new(), Vec::new()) };
    let arms = || run.arms().iter().filter_map(|arm| Some((arm, run.dosed_from(arm)?)));
    let planned = VISITS.into_iter().map(|(hours, name)| (Time::from_hours(hours), name));
    let (read, unread): (Vec<_>, Vec<_>) = planned
        .filter(|&(after, _)| arms().any(|(_, from)| from + after <= run.end()))
        .partition(|&(after, _)| arms().any(|(arm, from)| run.has_at(arm, scale.column, from + after)));
    (read, unread.into_iter().map(|(_, name)| name).collect())
}

fn no_visit(run: &RecordedRun) -> Option<String> {
    visits(run).0.is_empty().then(|| "no score was recorded at a visit after the first dose".to_owned())
}

/// One arm, or what it differs by from another, in the two panels of a row.
struct TrialLine {
    series: String,
    pen: Pen,
    shape: Shape,
    /// Its place among the arms.
    index: usize,
    /// Change of the score at each visit.
    changes: Vec<Mark>,
    /// Responders, or the difference of their shares, in percent, at each visit at which they are counted.
    shares: Vec<Mark>,
}

/// A row of two panels: the change of the score, and responders.
struct TrialRow {
    lines: Vec<TrialLine>,
    letters: [&'static str; 2],
    labels: [String; 2],
    /// The axis of shares; around what is drawn if there is none.
    shares: Option<AxisScale>,
}

/// What both rows are drawn against.
struct Visits<'a> {
    /// Hours since the first dose, and names.
    read: Vec<(f64, &'a str)>,
    /// The names of those at which responders are counted.
    counted: Vec<&'a str>,
    /// The number of arms, which stand beside each other at a visit so that their bars do not hide one another.
    arms: usize,
}

impl Visits<'_> {
    fn offset(&self, index: usize, width: f64) -> f64 {
        (index as f64 - (self.arms - 1) as f64 / 2.0) * width / self.arms as f64
    }

    fn draw(&self, canvas: &Canvas, source: &RefCell<SourceTable>, row: &TrialRow, body: Rect) {
        let style = canvas.style;
        let split = body.left + 0.58 * body.width();
        let frame = Rect { right: split - 9.0, ..body };
        let ends = [self.read.first(), self.read.last()].map(|visit| visit.map_or(1.0, |&(hours, _)| hours));
        let axis = AxisScale::Log(ends[0] / ROOM, (ends[1] * ROOM).max(ends[0] * 2.0));
        let names: Vec<AxisTick> = self.read.iter().map(|&(hours, name)| (hours, name.to_owned())).collect();
        let names = spaced(names, |at| axis.share(at) * frame.width());
        let heights = |marks: fn(&TrialLine) -> &[Mark]| {
            let marks = row.lines.iter().flat_map(marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
            AxisScale::around(marks, Some(0.0))
        };
        let x = Axis::new(axis, "Time since the first dose (logarithmic)").recorded_as(TIME).with_ticks(names);
        let y = Axis::new(heights(|line| &line.changes), &row.labels[0]);
        let panel = Panel::new(canvas, source, row.letters[0], frame, x, y);
        panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
        for line in &row.lines {
            let aside = self.offset(line.index, 4.0);
            panel.guide_aside(&line.changes, line.pen, aside);
            panel.points_aside(&line.series, &line.changes, line.shape, line.pen.colour, 0.75, aside);
        }
        panel.axes();
        panel.letter(row.letters[0], 11.0);

        let names = (0..).zip(&self.counted).map(|(place, name)| (f64::from(place), (*name).to_owned())).collect();
        let x = Axis::new(AxisScale::Linear(-0.5, self.counted.len() as f64 - 0.5), "Time since the first dose")
            .recorded_as(TIME)
            .with_ticks(names);
        let y = Axis::new(row.shares.unwrap_or_else(|| heights(|line| &line.shares)), &row.labels[1]);
        let panel = Panel::new(canvas, source, row.letters[1], Rect { left: split + 9.0, ..body }, x, y);
        for line in &row.lines {
            let place = |(place, &mark): (u32, &Mark)| (f64::from(place) + self.offset(line.index, 0.8), mark);
            let bars: Vec<(f64, Mark)> = (0..).zip(&line.shares).map(place).collect();
            panel.bars(&line.series, &bars, 0.36 / self.arms as f64, line.shape, line.pen.colour);
        }
        panel.axes();
        panel.letter(row.letters[1], 11.0);
    }
}

/// The share of yes, in percent, with Wilson's interval.
fn share(x: f64, answers: &ByNetwork) -> Mark {
    let answers: Vec<f64> = answers.values().copied().filter(|answer| answer.is_finite()).collect();
    let n = answers.len();
    if n == 0 {
        return Mark { n, ..Mark::plain(x, f64::NAN) };
    }
    let share = answers.iter().filter(|answer| **answer > 0.5).count() as f64 / n as f64;
    let [low, high] = wilson(share, n);
    Mark { x, y: 100.0 * share, low: 100.0 * low, high: 100.0 * high, n }
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let missing = || Error::Run("F12 was asked for without its needs".to_owned());
    let scale = run.scale().ok_or_else(missing)?;
    let (visits, unread) = visits(run);
    let counted: Vec<(Time, &str)> = visits
        .iter()
        .enumerate()
        .filter(|&(index, (_, name))| index + 1 == visits.len() || COUNTED.contains(name))
        .map(|(_, &visit)| visit)
        .collect();
    // an arm is compared with another at its own instants
    let change = |arm: &ArmView, (from, after): (Time, Time)| {
        by_network(run, arm, scale.column, |trace| trace.at(from + after) - trace.at(from))
    };
    let answer = |arm: &ArmView, (from, after): (Time, Time)| {
        by_network(run, arm, scale.column, |trace| scale.responds(trace.at(from), trace.at(from + after)))
    };
    let arms = line_arms(run);
    let against = contrasts::compared_with(run);
    let line = |index: usize, less: Option<&ArmView>| {
        let arm = arms[index];
        // the need for a dose was met before
        let from = run.dosed_from(arm).unwrap_or(Time::ZERO);
        let changes = visits.iter().map(|&(after, _)| match less {
            None => run.mark(after.hours(), &change(arm, (from, after)).into_values().collect::<Vec<f64>>()),
            Some(less) => difference(after.hours(), &change(arm, (from, after)), &change(less, (from, after))),
        });
        let shares = counted.iter().map(|&(after, _)| match less {
            None => share(after.hours(), &answer(arm, (from, after))),
            Some(less) => {
                difference_of_shares(after.hours(), &answer(arm, (from, after)), &answer(less, (from, after)))
            }
        });
        let series = less.map_or_else(|| arm.label(), |less| format!("{} less {}", arm.label(), less.label()));
        let (changes, shares) = (changes.collect(), shares.collect());
        TrialLine { series, pen: arm.pen(&style), shape: arm.shape(), index, changes, shares }
    };
    let label = dictionary::describe(scale.column).map_or(scale.column, |(column, _)| column.label);
    let mut rows = vec![TrialRow {
        lines: (0..arms.len()).map(|index| line(index, None)).collect(),
        letters: ["a", "b"],
        labels: [format!("Change of {label},\nin points"), "Responders (% of subjects)".to_owned()],
        shares: Some(AxisScale::Linear(0.0, 100.0)),
    }];
    rows.extend(against.map(|less| {
        TrialRow {
            lines: (0..arms.len())
                .filter(|&index| arms[index].name != less.name)
                .map(|index| line(index, Some(less)))
                .collect(),
            letters: ["c", "d"],
            labels: ["Difference in change,\nin points", "Difference in responders\n(percentage points)"]
                .map(str::to_owned),
            shares: None,
        }
    }));
    let entries: Vec<(String, LegendKey)> =
        arms.iter().map(|arm| (arm.label(), LegendKey::Marked(arm.pen(&style), arm.shape()))).collect();
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 8.0 + legend_height(width, &entries);
    let height = top + ROW_MM * rows.len() as f64 - 3.0;
    let caption = caption(run, &arms, &unread, scale, label);
    let visits = Visits {
        read: visits.iter().map(|&(after, name)| (after.hours(), name)).collect(),
        counted: counted.iter().map(|&(_, name)| name).collect(),
        arms: arms.len(),
    };
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        for (row, place) in rows.iter().zip(0_u32..) {
            let top = top + ROW_MM * f64::from(place);
            let body = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: top + 58.5 };
            visits.draw(canvas, source, row, body);
        }
    })
}

fn caption(run: &RecordedRun, arms: &[&ArmView], unread: &[&str], scale: &SymptomScale, label: &str) -> String {
    let left_out = match unread {
        [] => String::new(),
        unread => format!(" Left out, since nothing was recorded then: {}.", words::list(unread)),
    };
    let paired = contrasts::compared_with(run).map_or_else(String::new, |arm| {
        format!(
            " **c**, **d** The same less arm {}: {}; of responders, Newcombe's interval for paired shares (1998, method 10).",
            arm.caption(),
            contrasts::BARS
        )
    });
    format!(
        "**a** Change of {label} since the first dose of each arm ({REFERENCE}), at visits (logarithmic axis of time; arms are drawn side by side, their \
         true times stand in the source data). **b** Responders: the score above its \
         least value has fallen by {:.0} % or more; bars: 95 % interval of the proportion (Wilson).{left_out} Every subject goes through \
         every arm.{paired} Scores are what the stated mapping makes of circuit function, not ratings of people. {}{}",
        100.0 * scale.response,
        run.band_words().replace("Line: mean; band", "In **a**, points: mean; bars"),
        left_out_words(run, arms)
    )
}

/// Height of a row of panels, with its words.
const ROW_MM: f64 = 71.0;

/// What captions say of arms without a dose.
pub(super) const REFERENCE: &str = "an arm without one is read at the times of the first arm that has one, and when arms are compared at those of the other";

/// What the source data call the axes of time.
const TIME: &str = "Time since the first dose (h)";
