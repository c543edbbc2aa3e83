//! F13: how long a response lasts after the last dose.

use crate::figures::canvas::{Anchor, Rect, Type};
use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::arm_keys;
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{ONE_COLUMN_MM, Style};
use crate::figures::words;
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::statistics::survival::{Followed, at_risk, kaplan_meier, median};

pub(super) const FIGURE: Figure = Figure {
    id: "F13",
    title: "Relapse",
    needs: &[Need::Scale, Need::Dose, Need::Networks(5), Need::Own(nobody_in_response)],
    draw,
};

/// A visit without response is a relapse if the next one is without it too.
const VISITS_LOST: usize = 2;
/// Height of a line of the table, in millimetres.
const ROW_MM: f64 = 3.4;

/// Dosed arms with the follow-up of those in response a day after the last dose; arms without any are left out.
fn followed(run: &RecordedRun) -> Vec<(&ArmView, Vec<Followed>)> {
    let Some(scale) = run.scale() else { return Vec::new() };
    let last = run.end();
    let of_arm = |arm: &ArmView| -> Vec<Followed> {
        let starts = || arm.doses.iter().map(|dose| dose.start);
        let (Some(before), Some(start)) = (starts().min(), starts().max()) else { return Vec::new() };
        let traces = run.traces(arm, scale.column);
        let follow = |trace: &Trace| {
            let visits = (last - start).days() as u32;
            // A visit at which nothing was recorded tells neither response nor relapse.
            let days: Vec<(u32, bool)> = (1..=visits)
                .map(|day| {
                    (day, scale.responds(trace.at(before), trace.at(start + Time::from_hours(24.0 * f64::from(day)))))
                })
                .filter(|(_, answer)| answer.is_finite())
                .map(|(day, answer)| (day, answer > 0.5))
                .collect();
            // the first entry is the day after the last dose; a loss at the very last visit is not confirmed
            days.first().filter(|&&(day, responds)| day == 1 && responds)?;
            let lost = days.windows(VISITS_LOST).find(|days| days.iter().all(|(_, responds)| !responds));
            let time = lost.or(days.last().map(std::slice::from_ref)).map_or(1, |days| days[0].0);
            Some(Followed { time: f64::from(time), event: lost.is_some() })
        };
        traces.iter().filter_map(follow).collect()
    };
    run.arms().iter().map(|arm| (arm, of_arm(arm))).filter(|(_, subjects)| !subjects.is_empty()).collect()
}

fn nobody_in_response(run: &RecordedRun) -> Option<String> {
    let nobody = followed(run).is_empty();
    nobody.then(|| "nobody is known to be in response a day after the last dose".to_owned())
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let arms = followed(run);
    let last = arms.iter().flat_map(|(_, subjects)| subjects).map(|it| it.time).fold(2.0, f64::max);
    let medians: Vec<String> = arms
        .iter()
        .map(|(arm, subjects)| {
            let seen = median(&kaplan_meier(subjects)).map_or("not reached".to_owned(), |days| format!("{days:.0} d"));
            format!("{} {seen} (n = {})", words::markdown(&arm.label()), subjects.len())
        })
        .collect();
    let share = run.scale().map_or(0.0, |scale| 100.0 * scale.response);
    let column = run.scale().map_or("", |scale| scale.column);
    let caption = format!(
        "Subjects in response (`{column}` {share:.0} % or more below that before the first dose) a day after the arm's last dose who \
         have not relapsed: response absent on two visits in a row, of daily visits at which a row was recorded. Kaplan–Meier estimate; band: 95 % interval (Greenwood, log–log); \
         followed to the end of the run, where the rest are censored. Median time to relapse: {}. Below: subjects at risk. \
         Scores are what the stated mapping makes of circuit function, not ratings of people.",
        medians.join(", ")
    );
    let entries = arm_keys(&arms.iter().map(|(arm, _)| *arm).collect::<Vec<_>>(), &style);
    let width = ONE_COLUMN_MM - 17.0;
    let top = 4.5 + legend_height(width, &entries);
    let table_top = top + 62.0;
    let height = table_top + 3.0 + ROW_MM * (arms.len() + 1) as f64;
    Sheet::paint(FIGURE.title, (ONE_COLUMN_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.5, 3.5), width, &entries);
        let frame = Rect { left: 14.5, top, right: ONE_COLUMN_MM - 4.0, bottom: table_top - 11.5 };
        let scale = AxisScale::Linear(0.0, last);
        let ticks = scale.ticks(6);
        let x = Axis::new(scale, "Time since the last dose (d)").with_ticks(ticks.clone());
        let y = Axis::new(AxisScale::Linear(0.0, 105.0), "Not relapsed (% of responders)");
        let panel = Panel::new(canvas, source, "", frame, x, y);
        for (arm, subjects) in &arms {
            panel.series(&arm.label(), &staircase(subjects), arm.pen(&style));
        }
        panel.axes();
        canvas.text("At risk", (frame.left, table_top), Type::small(Anchor::Left).bold());
        for (row, (arm, subjects)) in (1..).zip(&arms) {
            let y = table_top + ROW_MM * f64::from(row);
            let colour = arm.pen(&style).colour;
            canvas.line(&[(2.0, y), (7.0, y)], arm.pen(&style));
            for (day, _) in &ticks {
                let place = panel.place(*day, 0.0).0;
                let text = at_risk(subjects, *day).to_string();
                canvas.text(&text, (place, y), Type::small(Anchor::Middle).coloured(colour));
            }
        }
    })
}

/// The corners of the estimate, in percent, up to the end of follow-up.
fn staircase(subjects: &[Followed]) -> Vec<Mark> {
    let steps = kaplan_meier(subjects);
    let end = subjects.iter().map(|it| it.time).fold(0.0, f64::max);
    let mut marks = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let next = steps.get(index + 1).map_or(end, |next| next.time);
        let mark = |x| Mark {
            x,
            y: 100.0 * step.share,
            low: 100.0 * step.low,
            high: 100.0 * step.high,
            n: at_risk(subjects, step.time),
        };
        marks.extend([mark(step.time), mark(next)]);
    }
    marks
}
