//! F04: formation, elimination and net change apart, and what becomes of spines born after the dose.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, Run, Trace, band, summary};
use crate::figures::legend::{legend, legend_height};
use crate::figures::moments::snapshot;
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{arm_keys, days_axis, protocol, protocol_keys};
use crate::figures::scale::Scale;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Pen, Style, TWO_COLUMNS_MM};
use crate::figures::{Figure, Need, Sheet};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

pub(super) const FIGURE: Figure = Figure {
    id: "F04",
    title: "Spine turnover",
    needs: &[Need::Column("spine_formation_per_day"), Need::Column("spine_elimination_per_day")],
    draw,
};

fn draw(run: &Run, style: Style) -> Result<Sheet> {
    let per_day = |arm: &ArmView, column: &str| -> Vec<Trace> {
        run.traces(arm, column).into_iter().map(|trace| trace.map(|rate| 100.0 * rate)).collect()
    };
    let mut panels: [Vec<Vec<Mark>>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for arm in run.arms() {
        let (formed, lost) = (per_day(arm, "spine_formation_per_day"), per_day(arm, "spine_elimination_per_day"));
        let difference = |(a, b): (&Trace, &Trace)| Trace {
            times: a.times.clone(),
            values: a.values.iter().zip(&b.values).map(|(a, b)| a - b).collect(),
        };
        let net: Vec<Trace> = formed.iter().zip(&lost).map(difference).collect();
        for (panel, traces) in panels.iter_mut().zip([formed, lost, net]) {
            panel.push(band(&traces, Time::days));
        }
    }
    let survival = survivals(run)?;
    let survivors = if survival.is_empty() {
        String::new()
    } else {
        " **d** Of the spines that were born after the first dose and were there at the first snapshot after it, \
         the share still there at later snapshots (births are known to 6 h); in arms without a dose, of those born \
         after the same instant."
            .to_owned()
    };
    let kept = if survival.is_empty() || run.folder.course.subjects.is_none() {
        String::new()
    } else {
        format!(" Snapshots are kept of the first subject of each replicate: in **d**, n = {}.", run.replicates().len())
    };
    let caption = format!(
        "**a** Spines formed and **b** spines eliminated in the 24 h that end at each instant, and **c** their difference, in percent of \
         the spines that stood when the 24 h began.{survivors} Shaded: stress and infusions of arm `{}`. {}{kept}",
        run.featured().name,
        run.band_words()
    );
    let mut entries = protocol_keys(run.featured());
    entries.extend(arm_keys(&run.arms().iter().collect::<Vec<_>>(), &style));
    // Four panels in a square, or three in a row.
    let (rows, columns, body) = if survival.is_empty() { (1, 3, 56.0) } else { (2, 2, 108.0) };
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 6.5 + legend_height(width, &entries);
    let height = top + body;
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        let area = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: height - 9.5 };
        let cells = area.grid(rows, columns, 17.0, 16.0);
        let (days, ticks) = days_axis(run);
        let turnover = panels[0].iter().chain(&panels[1]).flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
        let shared = Scale::around(turnover, Some(0.0));
        let net = Scale::around(panels[2].iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]), None);
        let labels = ["Spine formation (%/d)", "Spine elimination (%/d)", "Net change (%/d)"];
        for (index, (label, lines)) in labels.into_iter().zip(&panels).enumerate() {
            let letter = ["a", "b", "c"][index];
            let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(ticks.clone());
            let scale = if index == 2 { net } else { shared };
            let panel = Panel::new(canvas, source, letter, cells[index], x, Axis::new(scale, label));
            protocol(&panel, run.featured(), Time::days);
            if index == 2 {
                panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            }
            for (arm, marks) in run.arms().iter().zip(lines) {
                panel.series(&arm.label(), marks, arm.pen(&style));
            }
            panel.axes();
            panel.letter(letter, 11.0);
        }
        if !survival.is_empty() {
            let last = survival.iter().flat_map(|(_, marks)| marks).map(|mark| mark.x).fold(1.0, f64::max);
            let x = Axis::new(Scale::Linear(0.0, last * 1.04), "Time since the first dose (d)");
            let y = Axis::new(Scale::Linear(0.0, 105.0), "Spines born after the dose\nthat survive (%)");
            let panel = Panel::new(canvas, source, "d", cells[3], x, y);
            for (arm, marks) in &survival {
                let pen = arm.pen(&style);
                panel.series(&arm.label(), marks, pen);
                panel.points(&format!("{}, snapshots", arm.label()), marks, pen.colour, 0.7);
            }
            panel.axes();
            panel.letter("d", 11.0);
        }
    })
}

/// Per arm, the share of the cohort of the dose that survives, at each snapshot after the dose. Empty without a
/// dose, and for arms with fewer than two snapshots after it.
fn survivals(run: &Run) -> Result<Vec<(&ArmView, Vec<Mark>)>> {
    let Some(dose) = run.first_dose().map(|dose| dose.start) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for arm in run.arms() {
        let mut shares: Vec<(f64, Vec<f64>)> = Vec::new();
        for replicate in run.replicates() {
            let times: Vec<Time> =
                run.folder.snapshot_times(&arm.name, replicate).into_iter().filter(|&time| time > dose).collect();
            let Some(&first) = times.first().filter(|_| times.len() > 1) else { continue };
            let mut cohort = f64::NAN;
            for time in times {
                let Some(kept) = snapshot(run, arm, replicate, time)? else { continue };
                // A birth at the very instant of the dose, to 6 h, may have come before it.
                let (after, until) = (dose.hours() as f32, first.hours() as f32);
                let standing =
                    kept.synapses.born_h.iter().filter(|&&born| born > after && born <= until).count() as f64;
                if cohort.is_nan() {
                    cohort = standing;
                }
                let day = (time - dose).days();
                match shares.iter_mut().find(|(known, _)| *known == day) {
                    Some((_, values)) => values.push(100.0 * standing / cohort),
                    None => shares.push((day, vec![100.0 * standing / cohort])),
                }
            }
        }
        let marks: Vec<Mark> = shares.iter().map(|(day, values)| summary(*day, values)).collect();
        if marks.iter().any(|mark| mark.y.is_finite()) {
            found.push((arm, marks));
        }
    }
    Ok(found)
}
