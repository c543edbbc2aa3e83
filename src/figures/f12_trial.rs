//! F12: a virtual trial: change of the symptom score by visit, and how many respond.

use crate::figures::canvas::Rect;
use crate::figures::contrasts::{self, by_network, difference, difference_of_shares};
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{left_out_words, line_arms};
use crate::figures::scale::{AxisScale, AxisTick, spaced};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::figures::words;
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::dictionary;
use crate::recording::landmarks::VISITS;
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

/// Visits within the run at which a score was recorded, and the names of those at which none was.
pub(super) fn visits(run: &RecordedRun) -> (Vec<(Time, &'static str)>, Vec<&'static str>) {
    let (Some(scale), Some(before)) = (run.scale(), run.earliest_dose()) else { return (Vec::new(), Vec::new()) };
    let planned = VISITS.into_iter().map(|(hours, name)| (before + Time::from_hours(hours), name));
    let (read, unread): (Vec<_>, Vec<_>) =
        planned.filter(|&(at, _)| at <= run.end()).partition(|&(at, _)| run.has_at(scale.column, at));
    (read, unread.into_iter().map(|(_, name)| name).collect())
}

fn no_visit(run: &RecordedRun) -> Option<String> {
    visits(run).0.is_empty().then(|| "no score was recorded at a visit after the first dose".to_owned())
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let missing = || Error::Run("F12 was asked for without its needs".to_owned());
    let scale = run.scale().ok_or_else(missing)?;
    let before = run.earliest_dose().ok_or_else(missing)?;
    let (visits, unread) = visits(run);
    let hours = |at: Time| (at - before).hours();
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
            return Mark { n, ..Mark::plain(hours(at), f64::NAN) };
        }
        let share = answers.iter().filter(|answer| **answer > 0.5).count() as f64 / n as f64;
        let [low, high] = wilson(share, n);
        Mark { x: hours(at), y: 100.0 * share, low: 100.0 * low, high: 100.0 * high, n }
    };
    let arms = line_arms(run);
    let against = contrasts::compared_with(run);
    let change = |arm: &ArmView, at| by_network(run, arm, scale.column, |trace| trace.at(at) - trace.at(before));
    let answer =
        |arm: &ArmView, at| by_network(run, arm, scale.column, |trace| scale.responds(trace.at(before), trace.at(at)));
    let compared: Vec<(usize, &ArmView)> =
        arms.iter().copied().enumerate().filter(|(_, arm)| against.is_some_and(|it| it.name != arm.name)).collect();
    // arms stand beside each other at a visit, so that their bars do not hide one another
    let offset = |index: usize, width: f64| (index as f64 - (arms.len() - 1) as f64 / 2.0) * width / arms.len() as f64;
    let lines: Vec<Vec<Mark>> =
        arms.iter().map(|arm| visits.iter().map(|&(at, _)| run.mark(hours(at), &changes(arm, at))).collect()).collect();
    let counted: Vec<(Time, &str)> = visits
        .iter()
        .enumerate()
        .filter(|&(index, (_, name))| index + 1 == visits.len() || COUNTED.contains(name))
        .map(|(_, &visit)| visit)
        .collect();

    let differences: Vec<Vec<Mark>> = compared
        .iter()
        .map(|(_, arm)| {
            let at_visit =
                |&(at, _): &(Time, &str)| against.map(|it| difference(hours(at), &change(arm, at), &change(it, at)));
            visits.iter().filter_map(at_visit).collect()
        })
        .collect();
    let label = dictionary::describe(scale.column).map_or(scale.column, |(column, _)| column.label);
    let left_out = match &unread[..] {
        [] => String::new(),
        unread => format!(" Left out, since nothing was recorded then: {}.", words::list(unread)),
    };
    let paired = against.map_or_else(String::new, |arm| {
        format!(
            " **c**, **d** The same less arm {}: {}; of responders, Newcombe's interval for paired shares (1998, method 10).",
            arm.caption(),
            contrasts::BARS
        )
    });
    let caption = format!(
        "**a** Change of {label} since the first dose of any arm, at visits (logarithmic axis of time; arms are drawn side by side, their \
         true times stand in the source data). **b** Responders: the score above its \
         least value has fallen by {:.0} % or more; bars: 95 % interval of the proportion (Wilson).{left_out} Every subject goes through \
         every arm.{paired} Scores are what the stated mapping makes of circuit function, not ratings of people. {}{}",
        100.0 * scale.response,
        run.band_words().replace("Line: mean; band", "In **a**, points: mean; bars"),
        left_out_words(run, &arms)
    );
    let entries: Vec<(String, LegendKey)> =
        arms.iter().map(|arm| (arm.label(), LegendKey::Marked(arm.pen(&style), arm.shape()))).collect();
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 8.0 + legend_height(width, &entries);
    Sheet::paint(
        FIGURE.title,
        (TWO_COLUMNS_MM, top + if against.is_some() { 68.0 + SECOND_ROW_MM } else { 68.0 }),
        style,
        caption,
        |canvas, source| {
            legend(canvas, (14.0, 3.5), width, &entries);
            let body = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: top + 58.5 };
            let split = body.left + 0.58 * body.width();
            let heights = lines.iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
            let ends = [visits.first(), visits.last()].map(|visit| visit.map_or(1.0, |&(at, _)| hours(at)));
            let axis = AxisScale::Log(ends[0] / ROOM, (ends[1] * ROOM).max(ends[0] * 2.0));
            let names: Vec<AxisTick> = visits.iter().map(|&(at, name)| (hours(at), name.to_owned())).collect();
            let frame = Rect { right: split - 9.0, ..body };
            let names = spaced(names, |at| axis.share(at) * frame.width());
            let x =
                Axis::new(axis, "Time since the first dose (logarithmic)").recorded_as(TIME).with_ticks(names.clone());
            let y = Axis::new(AxisScale::around(heights, Some(0.0)), format!("Change of {label},\nin points"));
            let panel = Panel::new(canvas, source, "a", frame, x, y);
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for (index, (arm, marks)) in arms.iter().zip(&lines).enumerate() {
                let (pen, aside) = (arm.pen(&style), offset(index, 4.0));
                panel.guide_aside(marks, pen, aside);
                panel.points_aside(&arm.label(), marks, arm.shape(), pen.colour, 0.75, aside);
            }
            panel.axes();
            panel.letter("a", 11.0);

            let places: Vec<AxisTick> =
                (0..).zip(&counted).map(|(place, (_, name))| (f64::from(place), (*name).to_owned())).collect();
            let x = Axis::new(AxisScale::Linear(-0.5, counted.len() as f64 - 0.5), "Time since the first dose")
                .recorded_as(TIME)
                .with_ticks(places.clone());
            let y = Axis::new(AxisScale::Linear(0.0, 100.0), "Responders (% of subjects)");
            let panel = Panel::new(canvas, source, "b", Rect { left: split + 9.0, ..body }, x, y);
            for (index, arm) in arms.iter().enumerate() {
                let bars: Vec<(f64, Mark)> = (0..)
                    .zip(&counted)
                    .map(|(place, &(at, _))| (f64::from(place) + offset(index, 0.8), responders(arm, at)))
                    .collect();
                panel.bars(&arm.label(), &bars, 0.36 / arms.len() as f64, arm.shape(), arm.pen(&style).colour);
            }
            panel.axes();
            panel.letter("b", 11.0);

            let Some(against) = against else { return };
            let below =
                |frame: Rect| Rect { top: frame.top + SECOND_ROW_MM, bottom: frame.bottom + SECOND_ROW_MM, ..frame };
            let heights = differences.iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
            let x = Axis::new(axis, "Time since the first dose (logarithmic)").recorded_as(TIME).with_ticks(names);
            let y = Axis::new(AxisScale::around(heights, Some(0.0)), "Difference in change,\nin points");
            let panel = Panel::new(canvas, source, "c", below(frame), x, y);
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for ((index, arm), marks) in compared.iter().zip(&differences) {
                let (pen, aside) = (arm.pen(&style), offset(*index, 4.0));
                panel.guide_aside(marks, pen, aside);
                let series = format!("{} less {}", arm.label(), against.label());
                panel.points_aside(&series, marks, arm.shape(), pen.colour, 0.75, aside);
            }
            panel.axes();
            panel.letter("c", 11.0);

            let shares: Vec<(usize, &ArmView, Vec<(f64, Mark)>)> = compared
                .iter()
                .map(|&(index, arm)| {
                    let bar = |(place, &(at, _)): (u32, &(Time, &str))| {
                        let mark = difference_of_shares(hours(at), &answer(arm, at), &answer(against, at));
                        (f64::from(place) + offset(index, 0.8), mark)
                    };
                    (index, arm, (0..).zip(&counted).map(bar).collect())
                })
                .collect();
            let heights = shares.iter().flat_map(|(.., bars)| bars).flat_map(|(_, mark)| [mark.y, mark.low, mark.high]);
            let x = Axis::new(AxisScale::Linear(-0.5, counted.len() as f64 - 0.5), "Time since the first dose")
                .recorded_as(TIME)
                .with_ticks(places);
            let y = Axis::new(AxisScale::around(heights, Some(0.0)), "Difference in responders\n(percentage points)");
            let panel = Panel::new(canvas, source, "d", below(Rect { left: split + 9.0, ..body }), x, y);
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for (_, arm, bars) in &shares {
                let series = format!("{} less {}", arm.label(), against.label());
                panel.bars(&series, bars, 0.36 / arms.len() as f64, arm.shape(), arm.pen(&style).colour);
            }
            panel.axes();
            panel.letter("d", 11.0);
        },
    )
}

/// How far below the first row of panels that of the differences stands.
const SECOND_ROW_MM: f64 = 71.0;

/// What the source data call the axes of time.
const TIME: &str = "Time since the first dose (h)";
