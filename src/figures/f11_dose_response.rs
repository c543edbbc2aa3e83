//! F11: what dose does, from the receptor to the spine; the inverted U, if there is one, is seen here.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, Shape, legend};
use crate::figures::moments::span_words;
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{amounts, population_words};
use crate::figures::scale::{AxisScale, AxisTick, shortest, spaced};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Dash, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::words;
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::recording::dictionary::of_population;
use crate::recording::headlines::own_day;
use crate::recording::tables::SeriesKey;

pub(super) const FIGURE: Figure =
    Figure { id: "F11", title: "Dose and response", needs: &[Need::Amounts(3), Need::Column(SPINES)], draw };

const SPINES: &str = "spines_per_pyramidal";

/// One line of a panel: its name, its pen, and per amount a value for each network.
struct Response {
    name: String,
    pen: Pen,
    shape: Shape,
    marks: Vec<Mark>,
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let doses = amounts(run);
    let drug = run.first_dose().map_or_else(String::new, |dose| dose.drug.clone());
    let over = |arm_values: &dyn Fn(&ArmView) -> Vec<f64>| -> Vec<Mark> {
        doses.iter().map(|(amount, arm)| run.mark(*amount, &arm_values(arm))).collect()
    };
    let populations = run.populations("nmda_block_<population>");
    let blocks = populations.iter().enumerate().map(|(index, name)| Response {
        name: population_words(name).to_owned(),
        pen: style.population(index),
        shape: Shape::of(index),
        marks: over(&|arm| extremes(run, arm, &of_population("nmda_block_<population>", name), |x| 100.0 * x, false)),
    });
    let rated = run.populations("rate_<population>_hz");
    let rates = rated.iter().enumerate().map(|(index, name)| Response {
        name: population_words(name).to_owned(),
        pen: style.population(index),
        shape: Shape::of(index),
        marks: over(&|arm| extremes(run, arm, &of_population("rate_<population>_hz", name), |x| x, true)),
    });
    let molecules: Vec<Response> = [
        ("glutamate_um", "glutamate", style.ink, Dash::DOTTED, Shape::Square),
        ("bdnf", "BDNF", okabe_ito::VERMILLION, Dash::SOLID, Shape::Disc),
        ("mtorc1", "mTORC1", okabe_ito::SKY_BLUE, Dash::DASH_DOT, Shape::Triangle),
    ]
    .into_iter()
    .filter(|(column, ..)| run.has(column))
    .map(|(column, name, colour, dash, shape)| Response {
        name: name.to_owned(),
        pen: Pen::solid(colour).dashed(dash),
        shape,
        marks: over(&|arm| extremes(run, arm, column, |x| x, true)),
    })
    .collect();
    let (moments, left_out) = moments(run, &doses);
    let looks = [(Dash::SOLID, okabe_ito::BLUE, Shape::Disc), (Dash::LONG, okabe_ito::BLUISH_GREEN, Shape::Square)];
    let spines = moments.iter().zip(looks).map(|(&after, (dash, colour, shape))| Response {
        name: moment_words(run, &doses, after),
        pen: Pen::solid(colour).dashed(dash),
        shape,
        marks: over(&|arm| gains(run, arm, after)),
    });
    let panels: Vec<(&str, Vec<Response>, f64)> = vec![
        ("Largest NMDA block (%)", blocks.collect(), 0.0),
        ("Firing rate, largest change (%)", rates.collect(), 0.0),
        ("Cascade, largest change (%)", molecules, 0.0),
        ("Spine density gained over\nno drug (% of baseline)", spines.collect(), 0.0),
    ];
    let read: Vec<String> = moments.iter().map(|&after| moment_words(run, &doses, after)).collect();
    let missing = if left_out.is_empty() { String::new() } else { format!(" {left_out}") };
    let caption = format!(
        "Arms that differ in the amount of {drug} given once. **a** Highest NMDA-receptor block, **b** change of firing rate and **c** of the \
         cascade that is farthest from the value at the dose, within 24 h of it, in percent of that value. **d** Spine density {}, less that of the same networks {}, in percent of \
         baseline.{missing} {}",
        words::list(&read),
        if run.reference().is_some() { "in the arm without a dose" } else { "at the dose" },
        run.band_words().replace("Line: mean; band", "Points: mean; bars")
    );
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, 112.0), style, caption, |canvas, source| {
        let area = Rect { left: 15.0, top: 9.0, right: TWO_COLUMNS_MM - 3.5, bottom: 102.5 };
        let cells = area.grid(2, 2, 19.0, 19.0);
        let (low, high) = (doses[0].0, doses[doses.len() - 1].0);
        let axis = AxisScale::Log(low / 1.3, high * 1.3);
        let ticks: Vec<AxisTick> = doses.iter().map(|(amount, _)| (*amount, shortest(*amount))).collect();
        let ticks = spaced(ticks, |amount| axis.share(amount) * cells[0].width());
        for (index, (label, responses, must)) in panels.iter().enumerate() {
            let letter = char::from(b'a' + index as u8).to_string();
            let heights = responses.iter().flat_map(|it| &it.marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
            let scale = AxisScale::around(heights, Some(*must));
            let x = Axis::new(axis, format!("{drug} (mg/kg)")).with_ticks(ticks.clone());
            let panel = Panel::new(canvas, source, &letter, cells[index], x, Axis::new(scale, *label));
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for it in responses {
                let line: Vec<Mark> = it.marks.iter().map(|mark| Mark::plain(mark.x, mark.y)).collect();
                panel.guide(&line, it.pen);
                panel.points(&it.name, &it.marks, it.shape, it.pen.colour, 0.75);
            }
            panel.axes();
            panel.letter(&letter, 12.0);
            let entries: Vec<(String, LegendKey)> =
                responses.iter().map(|it| (it.name.clone(), LegendKey::Marked(it.pen, it.shape))).collect();
            legend(canvas, (cells[index].left, cells[index].top - 2.6), cells[index].width(), &entries);
        }
    })
}

/// How long after the dose spines are read: a day and a week, where the run has rows then; else at its end. Beside them, what was
/// left out and why.
fn moments(run: &RecordedRun, doses: &[(f64, &ArmView)]) -> (Vec<Time>, String) {
    let starts = || doses.iter().filter_map(|(_, arm)| arm.doses.first()).map(|dose| dose.start);
    let end = starts().map(|start| run.end() - start).min().unwrap_or(Time::ZERO);
    let (mut read, mut notes) = (Vec::new(), Vec::new());
    for (after, name) in [(Time::DAY, "24 h"), (Time::from_hours(168.0), "7 d")] {
        if after > end {
            notes.push(format!("{name} after the dose lies beyond the end of the run"));
        } else if doses
            .iter()
            .any(|(_, arm)| arm.doses.first().is_some_and(|dose| run.has_at(arm, SPINES, dose.start + after)))
        {
            read.push(after);
        } else {
            notes.push(format!("nothing was recorded {name} after the dose"));
        }
    }
    if read.is_empty() && end > Time::ZERO {
        read.push(end);
    }
    (read, if notes.is_empty() { String::new() } else { format!("Left out: {}.", notes.join("; ")) })
}

fn moment_words(run: &RecordedRun, doses: &[(f64, &ArmView)], after: Time) -> String {
    let ends = doses.iter().filter_map(|(_, arm)| arm.doses.first()).any(|dose| dose.start + after == run.end());
    let named = after == Time::DAY || after == Time::from_hours(168.0);
    let where_it_ends = if ends && !named { ", where the run ends" } else { "" };
    let span = if after == Time::DAY { "24 h".to_owned() } else { span_words(after) };
    format!("{span} after the dose{where_it_ends}")
}

/// Per network, the value within a day of the dose that is farthest from the one at the dose; as a change in
/// percent of the latter if `relative`.
fn extremes(run: &RecordedRun, arm: &ArmView, column: &str, scale: fn(f64) -> f64, relative: bool) -> Vec<f64> {
    let start = arm.doses[0].start;
    let of = |(key, trace): (SeriesKey, Trace)| {
        let before = trace.at(start);
        let network = (key.replicate, key.subject);
        let within = ["highest", "lowest"].map(|what| run.outcomes.get(&arm.name, network, &own_day(what, column)));
        let farthest = within.into_iter().filter(|value| value.is_finite());
        let farthest = farthest.max_by(|a, b| (a - before).abs().total_cmp(&(b - before).abs())).unwrap_or(f64::NAN);
        if relative { 100.0 * (farthest / before - 1.0) } else { scale(farthest) }
    };
    run.traces_by_network(arm, column).into_iter().map(of).collect()
}

/// Per network, spine density `after` the dose less that of the same network without a dose.
fn gains(run: &RecordedRun, arm: &ArmView, after: Time) -> Vec<f64> {
    let start = arm.doses[0].start;
    let then = start + after;
    let percent =
        |arm: &ArmView| -> Vec<Trace> { run.traces(arm, SPINES).into_iter().map(Trace::percent_of_baseline).collect() };
    let dosed = percent(arm);
    match run.reference() {
        Some(reference) => dosed.iter().zip(&percent(reference)).map(|(a, b)| a.at(then) - b.at(then)).collect(),
        None => dosed.iter().map(|trace| trace.at(then) - trace.at(start)).collect(),
    }
}
