//! F20: what virtual subjects gain, against how inflamed they are.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::f12_trial;
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend, legend_height};
use crate::figures::moments::span_words;
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{left_out_words, line_arms};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::dictionary;

pub(super) const FIGURE: Figure = Figure {
    id: "F20",
    title: "Outcome against inflammation",
    needs: &[Need::Scale, Need::Dose, Need::Own(all_alike), Need::Networks(5)],
    draw,
};

const INFLAMMATION: &str = "baseline_inflammation";
/// Groups of subjects, from the least inflamed to the most, whose mean is drawn.
const GROUPS: usize = 3;
/// Fewer subjects than this in a group, and no mean is drawn.
const FEWEST: usize = 3;

/// The subjects' values of a covariate, by network.
fn covariate(run: &RecordedRun, name: &str) -> Vec<f64> {
    let mut networks: Vec<(u32, u32)> = run.table.keys().iter().map(|key| (key.replicate, key.subject)).collect();
    networks.sort_unstable();
    networks.dedup();
    networks.into_iter().map(|(replicate, subject)| run.covariates.get(name, replicate, subject)).collect()
}

fn all_alike(run: &RecordedRun) -> Option<String> {
    // a value that is not above zero stands for none
    let values: Vec<f64> = covariate(run, INFLAMMATION).into_iter().filter(|value| *value > 0.0).collect();
    let differ = values.iter().any(|value| *value != values[0]);
    (!differ).then(|| format!("the run has no virtual subjects that differ in `{INFLAMMATION}`"))
}

/// Instants at which all arms are read, by the time since the first dose, with what a reader calls them: a day after it, and the first
/// visit after the last dose of any arm. Beside them the names of those at which nothing was recorded.
fn instants(run: &RecordedRun, column: &str) -> (Vec<(Time, String)>, Vec<String>) {
    let arms = || run.arms().iter().filter_map(|arm| Some((arm, run.dosed_from(arm)?)));
    let lasts = arms().flat_map(|(arm, from)| arm.doses.iter().map(move |dose| dose.start - from));
    let last = lasts.max().unwrap_or(Time::ZERO);
    let mut planned = vec![(Time::DAY, "24 h after the first dose".to_owned())];
    // The scores that a course of doses ends with: at the first visit after the last of them.
    let visit = f12_trial::visits(run).0.into_iter().map(|(after, _)| after).find(|&after| after > last.max(Time::DAY));
    planned.extend(visit.map(|after| (after, format!("{} after the first dose", span_words(after)))));
    let is_read = |&(after, _): &(Time, String)| arms().any(|(arm, from)| run.has_at(arm, column, from + after));
    let (read, left_out): (Vec<_>, Vec<_>) = planned.into_iter().partition(is_read);
    (read, left_out.into_iter().map(|(_, name)| name).collect())
}

/// One mark per subject of an arm: inflammation, and the change of the score from the first dose to some time `after` it.
fn subjects(run: &RecordedRun, arm: &ArmView, column: &str, after: Time) -> Vec<Mark> {
    let Some(from) = run.dosed_from(arm) else { return Vec::new() };
    let of = |(key, trace): (crate::recording::tables::SeriesKey, crate::figures::data::Trace)| {
        let inflammation = run.covariates.get(INFLAMMATION, key.replicate, key.subject);
        Mark::plain(inflammation, trace.at(from + after) - trace.at(from))
    };
    let marks = run.traces_by_network(arm, column).into_iter().map(of);
    let mut marks: Vec<Mark> = marks.filter(|mark| mark.x > 0.0 && mark.y.is_finite()).collect();
    marks.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    marks
}

/// The means of groups of equal number, in the order of inflammation; none if they are too small.
fn means(marks: &[Mark]) -> Vec<Mark> {
    if marks.len() < GROUPS * FEWEST {
        return Vec::new();
    }
    let bound = |group: usize| group * marks.len() / GROUPS;
    let mean = |group: usize| {
        let own = &marks[bound(group)..bound(group + 1)];
        let n = own.len() as f64;
        let middle = own.iter().map(|mark| mark.x.ln()).fold(0.0, |sum, x| sum + x) / n;
        let y = own.iter().map(|mark| mark.y).fold(0.0, |sum, y| sum + y) / n;
        Mark { n: own.len(), ..Mark::plain(middle.exp(), y) }
    };
    (0..GROUPS).map(mean).collect()
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let missing = || Error::Run("F20 was asked for without its needs".to_owned());
    let scale = run.scale().ok_or_else(missing)?;
    let (instants, left_out) = instants(run, scale.column);
    let arms = line_arms(run);
    let panels: Vec<Vec<Vec<Mark>>> = instants
        .iter()
        .map(|(after, _)| arms.iter().map(|arm| subjects(run, arm, scale.column, *after)).collect())
        .collect();
    let label = dictionary::describe(scale.column).map_or(scale.column, |(column, _)| column.label);
    let letters: Vec<String> = instants
        .iter()
        .enumerate()
        .map(|(index, (_, name))| format!("**{}** {name}", char::from(b'a' + index as u8)))
        .collect();
    let unread = if left_out.is_empty() {
        String::new()
    } else {
        format!(" Left out, since nothing was recorded then: {}.", left_out.join("; "))
    };
    let caption = format!(
        "Change of {label} since the first dose of each arm ({}), against the baseline inflammation of each virtual subject (0: a typical one; 1: twice its cytokines; \
         logarithmic), of n = {} virtual subjects, each an independent network in a body of its own. {}.{unread} Points: single subjects, each \
         in every arm; lines: means over thirds of the subjects in the order of inflammation, without a band (the points are the spread). \
         Below zero: fewer symptoms than before; arms that were given the same so far coincide. Scores are what the stated mapping makes of circuit function, not ratings of people.{}",
        f12_trial::REFERENCE,
        run.networks(),
        letters.join("; "),
        left_out_words(run, &arms)
    );
    let entries: Vec<(String, LegendKey)> =
        arms.iter().map(|arm| (arm.label(), LegendKey::Marked(arm.pen(&style), arm.shape()))).collect();
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 10.0 + legend_height(width, &entries);
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, top + 68.0), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        let body = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: top + 58.5 };
        let cells = body.grid(1, instants.len().max(1), 18.0, 0.0);
        let marks = || panels.iter().flatten().flatten();
        let across = AxisScale::decades(marks().map(|mark| mark.x));
        let up = AxisScale::around(marks().map(|mark| mark.y), Some(0.0));
        for (index, ((_, name), lines)) in instants.iter().zip(&panels).enumerate() {
            let letter = char::from(b'a' + index as u8).to_string();
            let x = Axis::new(across, "Baseline inflammation above typical (× typical)");
            let y = Axis::new(up, format!("Change of {label},\nin points"));
            let panel = Panel::new(canvas, source, &letter, cells[index], x, y);
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for (arm, marks) in arms.iter().zip(lines) {
                let pen = arm.pen(&style);
                panel.points(&arm.label(), marks, arm.shape(), pen.colour, 0.6);
                panel.series(&format!("{}, mean of each third", arm.label()), &means(marks), pen.weighing(1.6));
            }
            panel.axes();
            panel.letter(&letter, 11.0);
            panel.title(name);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_hold_every_subject_once_and_few_have_no_mean() {
        let marks: Vec<Mark> = (1..=10).map(|i| Mark::plain(f64::from(i), f64::from(-i))).collect();
        let means = means(&marks);
        assert_eq!(means.iter().map(|mark| mark.n).collect::<Vec<_>>(), [3, 3, 4]);
        assert_eq!(means.iter().map(|mark| mark.y).collect::<Vec<_>>(), [-2.0, -5.0, -8.5]);
        assert!(super::means(&marks[..8]).is_empty());
    }
}
