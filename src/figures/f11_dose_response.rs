//! F11: what dose does, from the receptor to the spine; the inverted U, if there is one, is seen here.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, Run, Trace, summary};
use crate::figures::legend::{Key, legend};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{amounts, population_words};
use crate::figures::scale::{Scale, Tick, shortest};
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Dash, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::{Figure, Need, Sheet};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::recording::dictionary::of_population;

pub(super) const FIGURE: Figure = Figure {
    id: "F11",
    title: "Dose and response",
    needs: &[Need::Amounts(3), Need::Column("spines_per_pyramidal")],
    draw,
};

/// One line of a panel: its name, its pen, and per amount a value for each network.
struct Response {
    name: String,
    pen: Pen,
    marks: Vec<Mark>,
}

fn draw(run: &Run, style: Style) -> Result<Sheet> {
    let doses = amounts(run);
    let drug = run.first_dose().map_or_else(String::new, |dose| dose.drug.clone());
    let over = |arm_values: &dyn Fn(&ArmView) -> Vec<f64>| -> Vec<Mark> {
        doses.iter().map(|(amount, arm)| summary(*amount, &arm_values(arm))).collect()
    };
    let populations = run.populations("nmda_block_<population>");
    let blocks = populations.iter().enumerate().map(|(index, name)| Response {
        name: population_words(name).to_owned(),
        pen: style.population(index),
        marks: over(&|arm| extremes(run, arm, &of_population("nmda_block_<population>", name), |x| 100.0 * x, false)),
    });
    let rated = run.populations("rate_<population>_hz");
    let rates = rated.iter().enumerate().map(|(index, name)| Response {
        name: population_words(name).to_owned(),
        pen: style.population(index),
        marks: over(&|arm| extremes(run, arm, &of_population("rate_<population>_hz", name), |x| x, true)),
    });
    let molecules: Vec<Response> = [
        ("glutamate_um", "glutamate", style.ink, Dash::DOTTED),
        ("bdnf", "BDNF", okabe_ito::VERMILLION, Dash::SOLID),
        ("mtorc1", "mTORC1", okabe_ito::SKY_BLUE, Dash::DASH_DOT),
    ]
    .into_iter()
    .filter(|(column, ..)| run.has(column))
    .map(|(column, name, colour, dash)| Response {
        name: name.to_owned(),
        pen: Pen::solid(colour).dashed(dash),
        marks: over(&|arm| extremes(run, arm, column, |x| x, true)),
    })
    .collect();
    let spines = [(24.0, "24 h", Dash::SOLID, okabe_ito::BLUE), (168.0, "7 d", Dash::LONG, okabe_ito::BLUISH_GREEN)]
        .into_iter()
        .map(|(after_h, name, dash, colour)| Response {
            name: format!("{name} after the dose"),
            pen: Pen::solid(colour).dashed(dash),
            marks: over(&|arm| gains(run, arm, after_h)),
        });
    let panels: Vec<(&str, Vec<Response>, f64)> = vec![
        ("Largest NMDA block (%)", blocks.collect(), 0.0),
        ("Firing rate, largest change (%)", rates.collect(), 0.0),
        ("Cascade, largest change (%)", molecules, 0.0),
        ("Spine density gained over\nno drug (% of baseline)", spines.collect(), 0.0),
    ];
    let caption = format!(
        "Arms that differ in the amount of {drug} given once. **a** Highest NMDA-receptor block, **b** change of firing rate and **c** of the \
         cascade that is farthest from the value at the dose, within 24 h of it, in percent of that value. **d** Spine density 24 h and 7 d \
         after the dose, less that of the same networks {}, in percent of baseline. {}",
        if run.reference().is_some() { "in the arm without a dose" } else { "at the dose" },
        run.band_words().replace("Line: mean; band", "Points: mean; bars")
    );
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, 112.0), style, caption, |canvas, source| {
        let area = Rect { left: 15.0, top: 9.0, right: TWO_COLUMNS_MM - 3.5, bottom: 102.5 };
        let cells = area.grid(2, 2, 19.0, 19.0);
        let (low, high) = (doses[0].0, doses[doses.len() - 1].0);
        let ticks: Vec<Tick> = doses.iter().map(|(amount, _)| (*amount, shortest(*amount))).collect();
        for (index, (label, responses, must)) in panels.iter().enumerate() {
            let letter = char::from(b'a' + index as u8).to_string();
            let heights = responses.iter().flat_map(|it| &it.marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
            let scale = Scale::around(heights, Some(*must));
            let x = Axis::new(Scale::Log(low / 1.3, high * 1.3), format!("{drug} (mg/kg)")).with_ticks(ticks.clone());
            let panel = Panel::new(canvas, source, &letter, cells[index], x, Axis::new(scale, *label));
            panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            for it in responses {
                let line: Vec<Mark> = it.marks.iter().map(|mark| Mark::plain(mark.x, mark.y)).collect();
                panel.guide(&line, it.pen);
                panel.points(&it.name, &it.marks, it.pen.colour, 0.75);
            }
            panel.axes();
            panel.letter(&letter, 12.0);
            let entries: Vec<(String, Key)> = responses.iter().map(|it| (it.name.clone(), Key::Line(it.pen))).collect();
            legend(canvas, (cells[index].left, cells[index].top - 2.6), cells[index].width(), &entries);
        }
    })
}

/// Per network, the value within a day of the dose that is farthest from the one at the dose; as a change in
/// percent of the latter if `relative`.
fn extremes(run: &Run, arm: &ArmView, column: &str, scale: fn(f64) -> f64, relative: bool) -> Vec<f64> {
    let start = arm.doses[0].start;
    let of = |trace: Trace| {
        let before = trace.at(start);
        let within =
            trace.times.iter().zip(&trace.values).filter(|(time, _)| **time > start && **time <= start + Time::DAY);
        let farthest = within.map(|(_, &value)| value).filter(|value| value.is_finite());
        let farthest = farthest.max_by(|a, b| (a - before).abs().total_cmp(&(b - before).abs())).unwrap_or(f64::NAN);
        if relative { 100.0 * (farthest / before - 1.0) } else { scale(farthest) }
    };
    run.traces(arm, column).into_iter().map(of).collect()
}

/// Per network, spine density `after_h` hours after the dose less that of the same network without a dose.
fn gains(run: &Run, arm: &ArmView, after_h: f64) -> Vec<f64> {
    let start = arm.doses[0].start;
    let then = start + Time::from_hours(after_h);
    let percent = |arm: &ArmView| -> Vec<Trace> {
        run.traces(arm, "spines_per_pyramidal").into_iter().map(Trace::percent_of_baseline).collect()
    };
    let dosed = percent(arm);
    match run.reference() {
        Some(reference) => dosed.iter().zip(&percent(reference)).map(|(a, b)| a.at(then) - b.at(then)).collect(),
        None => dosed.iter().map(|trace| trace.at(then) - trace.at(start)).collect(),
    }
}
