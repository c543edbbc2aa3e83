//! F04: formation, elimination and net change apart, what becomes of spines born after the dose, and how many of the lost
//! connections stand again.

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, Marker, legend, legend_height};
use crate::figures::moments::{snapshot, the_dose};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{
    MANY, days_axis, left_out_words, line_keys, line_numbers, numbers_room, protocol, protocol_keys, response_window,
    shown_arms,
};
use crate::figures::published::{Published, instant, lost_connections, sources};
use crate::figures::scale::{AxisScale, AxisTick};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, PAGE_MM, Pen, Style, TWO_COLUMNS_MM};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

pub(super) const FIGURE: Figure = Figure {
    id: "F04",
    title: "Spine turnover",
    needs: &[Need::Column("spine_formation_per_day"), Need::Column("spine_elimination_per_day")],
    draw,
};

const REFORMED: &str = "lost_connections_reformed";
/// More arms than this have no room for their numbers on a page.
const ARMS: usize = 30;
/// The share of the run after the dose below which only the days around the dose are drawn.
const BRIEF: f64 = 0.3;

/// One panel: its axes, a line for every arm.
struct TurnoverPanel<'a> {
    label: &'static str,
    caption: String,
    scale: AxisScale,
    x: (AxisScale, Option<Vec<AxisTick>>, String),
    lines: Vec<(&'a ArmView, Vec<Mark>)>,
    /// Whether values stand at instants of their own and are drawn as points.
    sparse: bool,
    published: Vec<(Published, Mark)>,
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let shown = shown_arms(run, ARMS);
    // Arms share their history up to the dose: where little follows it, only what follows is drawn.
    let begin = run.table.times().iter().copied().min().unwrap_or(Time::ZERO);
    let window =
        response_window(run).filter(|(dose, _)| (run.end() - *dose).days() < BRIEF * (run.end() - begin).days());
    let day = day_of(window);
    let parts = parts(run, &shown, window)?;

    let mut entries = protocol_keys(run);
    entries.extend(line_keys(&shown, &style));
    for (index, (it, _)) in parts.iter().flat_map(|part| &part.published).enumerate() {
        entries.push((it.name.clone(), LegendKey::Published(style.ink, Marker::of(index))));
    }
    // Four panels in a square, three in one row; more in rows of two, or of three where numbers of lines need height.
    let columns = if parts.len() == 3 || (parts.len() > 4 && shown.len() > MANY) { 3 } else { 2 };
    let rows = parts.len().div_ceil(columns);
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 6.5 + legend_height(width, &entries);
    let (aside, least) = numbers_room(shown.len());
    let (gap_x, gap_y) = (17.0 + aside, 16.0);
    let cell = least.max(38.0).min((PAGE_MM - top - 9.5 - gap_y * (rows - 1) as f64) / rows as f64);
    let height = top + cell * rows as f64 + gap_y * (rows - 1) as f64 + 9.5;
    let caption = caption(run, &parts, window.is_some()) + &left_out_words(run, &shown);
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        let area = Rect { left: 14.0, top, right: TWO_COLUMNS_MM - 3.5 - aside, bottom: height - 9.5 };
        let cells = area.grid(rows, columns, gap_x, gap_y);
        for (index, part) in parts.iter().enumerate() {
            let letter = char::from(b'a' + index as u8).to_string();
            let (span, ticks, label) = &part.x;
            let x = Axis { ticks: ticks.clone(), ..Axis::new(*span, label) };
            let panel = Panel::new(canvas, source, &letter, cells[index], x, Axis::new(part.scale, part.label));
            let by_survival = part.label.starts_with("Spines born");
            if !by_survival {
                protocol(&panel, run.featured(), day);
            }
            if index == 2 {
                panel.rule(0.0, Pen::solid(style.grey).weighing(AXIS_PT));
            }
            for (arm, marks) in &part.lines {
                let pen = arm.pen(&style);
                if part.sparse {
                    panel.guide(marks, pen);
                    panel.points(&arm.label(), marks, arm.shape(), pen.colour, 0.7);
                } else {
                    panel.series(&arm.label(), marks, pen);
                }
            }
            for (index, (it, mark)) in part.published.iter().enumerate() {
                panel.published(&it.name, *mark, Marker::of(index));
            }
            panel.axes();
            let arms: Vec<&ArmView> = part.lines.iter().map(|(arm, _)| *arm).collect();
            let marks: Vec<Vec<Mark>> = part.lines.iter().map(|(_, marks)| marks.clone()).collect();
            line_numbers(&panel, &arms, &marks, span.ends().1, &style);
            panel.letter(&letter, 11.0);
        }
    })
}

/// Days since the first dose, or since the end of the burn-in if the whole run is drawn.
fn day_of(window: Option<(Time, AxisScale)>) -> impl Fn(Time) -> f64 + Copy {
    let zero = window.map_or(Time::ZERO, |(dose, _)| dose);
    move |time: Time| (time - zero).days()
}

/// The panels: turnover, and what snapshots and landmarks tell besides.
fn parts<'a>(
    run: &'a RecordedRun,
    shown: &[&'a ArmView],
    window: Option<(Time, AxisScale)>,
) -> Result<Vec<TurnoverPanel<'a>>> {
    let day = day_of(window);
    let axis = || {
        if let Some((_, span)) = window {
            return (span, None, "Time since the first dose (d)".to_owned());
        }
        let (days, ticks) = days_axis(run);
        (days, Some(ticks), "Time since the end of burn-in (d)".to_owned())
    };
    let per_day = |arm: &ArmView, column: &str| -> Vec<Trace> {
        run.traces(arm, column).into_iter().map(|trace| trace.map(|rate| 100.0 * rate)).collect()
    };
    let mut lines: [Vec<(&ArmView, Vec<Mark>)>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for &arm in shown {
        let (formed, lost) = (per_day(arm, "spine_formation_per_day"), per_day(arm, "spine_elimination_per_day"));
        let difference = |(a, b): (&Trace, &Trace)| Trace {
            times: a.times.clone(),
            values: a.values.iter().zip(&b.values).map(|(a, b)| a - b).collect(),
            baseline: a.baseline - b.baseline,
        };
        let net: Vec<Trace> = formed.iter().zip(&lost).map(difference).collect();
        for (panel, traces) in lines.iter_mut().zip([formed, lost, net]) {
            panel.push((arm, run.band(&traces, day)));
        }
    }
    let within = |(scale, ..): &(AxisScale, Option<Vec<AxisTick>>, String),
                  marks: &[(&ArmView, Vec<Mark>)]|
     -> Vec<f64> {
        let seen = marks.iter().flat_map(|(_, marks)| marks).filter(|mark| (0.0..=1.0).contains(&scale.share(mark.x)));
        seen.flat_map(|mark| [mark.y, mark.low, mark.high]).collect()
    };
    let [formed, lost, net] = lines;
    let turnover = AxisScale::around([within(&axis(), &formed), within(&axis(), &lost)].concat(), Some(0.0));
    let net_scale = AxisScale::around(within(&axis(), &net), None);
    let words = "in the 24 h that end at each instant, in percent of those that stood when the 24 h began";
    let part = |label, caption, scale, lines| TurnoverPanel {
        label,
        caption,
        scale,
        x: axis(),
        lines,
        sparse: false,
        published: Vec::new(),
    };
    let mut parts = vec![
        part("Spine formation (%/d)", format!("spines formed {words}"), turnover, formed),
        part("Spine elimination (%/d)", format!("spines eliminated {words}"), turnover, lost),
        part("Net change (%/d)", "their difference".to_owned(), net_scale, net),
    ];
    parts.extend(survival(run, shown)?);
    parts.extend(reformed(run, shown, day, axis()));
    Ok(parts)
}

fn caption(run: &RecordedRun, parts: &[TurnoverPanel], is_window: bool) -> String {
    let words: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| format!("**{}** {}", char::from(b'a' + index as u8), part.caption))
        .collect();
    let published: Vec<Published> = parts.iter().flat_map(|part| &part.published).map(|(it, _)| it.clone()).collect();
    let overlay = if published.is_empty() {
        String::new()
    } else {
        format!(
            " Open marker: published, of the same quantity 24 h after a dose that follows three weeks of stress: {}.",
            sources(&published)
        )
    };
    let around = if is_window {
        " Only the days around the first dose are drawn; before, arms share their history."
    } else {
        ""
    };
    let survives = parts.iter().any(|part| part.label.starts_with("Spines born"));
    let kept = if survives && run.folder.course.subjects.is_some() {
        format!(" Snapshots are kept of the first subject of each replicate: in **d**, n = {}.", run.replicates().len())
    } else {
        String::new()
    };
    format!(
        "{}.{around} Shaded: stress and infusions of arm {}. {}{kept}{overlay}",
        words.join("; "),
        run.featured().caption(),
        run.band_words()
    )
}

/// What becomes of spines born after the dose, if snapshots tell.
fn survival<'a>(run: &'a RecordedRun, shown: &[&'a ArmView]) -> Result<Option<TurnoverPanel<'a>>> {
    let lines = survivals(run, shown)?;
    let last = lines.iter().flat_map(|(_, marks)| marks).map(|mark| mark.x).fold(1.0, f64::max);
    let caption = format!(
        "of the spines that were born after {} and were there at the first snapshot after it, the share still there at later snapshots \
         (births are known to 6 h); in arms without a dose, of those born after the same instant",
        the_dose(run.featured())
    );
    let part = TurnoverPanel {
        label: "Spines born after the dose\nthat survive (%)",
        caption,
        scale: AxisScale::Linear(0.0, 105.0),
        x: (AxisScale::Linear(0.0, last * 1.04), None, "Time since the first dose (d)".to_owned()),
        lines,
        sparse: true,
        published: Vec::new(),
    };
    Ok(Some(part).filter(|part| !part.lines.is_empty()))
}

/// How many of the connections lost to stress stand again, where the run tells.
fn reformed<'a>(
    run: &'a RecordedRun,
    shown: &[&'a ArmView],
    day: impl Fn(Time) -> f64 + Copy,
    x: (AxisScale, Option<Vec<AxisTick>>, String),
) -> Option<TurnoverPanel<'a>> {
    let line = |arm: &&'a ArmView| {
        let traces = run.traces(arm, REFORMED).into_iter().map(|trace| trace.map(|share| 100.0 * share));
        let mut marks = run.band(&traces.collect::<Vec<Trace>>(), day);
        marks.retain(|mark| mark.y.is_finite());
        (*arm, marks)
    };
    let lines: Vec<(&ArmView, Vec<Mark>)> = shown.iter().map(line).filter(|(_, marks)| !marks.is_empty()).collect();
    if lines.is_empty() {
        return None;
    }
    let place = |it: Published| {
        let time = instant(run, &it).filter(|&time| time <= run.end())?;
        let mark = Mark { x: day(time), y: it.value, low: it.low, high: it.high, n: 0 };
        Some((it, mark))
    };
    let published: Vec<(Published, Mark)> = lost_connections(run).into_iter().filter_map(place).collect();
    let model = lines.iter().flat_map(|(_, marks)| marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
    let scale = AxisScale::around(model.chain(published.iter().map(|(_, mark)| mark.high.max(mark.y))), Some(0.0));
    Some(TurnoverPanel {
        label: "Lost connections that\nstand again (%)",
        caption: "of the connections that stress took, the share that stand again between the same two neurons (read at landmarks of the \
             run); not the net density, which new connections elsewhere make good too"
            .to_owned(),
        scale,
        x,
        lines,
        sparse: true,
        published,
    })
}

/// Per arm, the share of the cohort of the dose that survives, at each snapshot after the dose. Empty without a
/// dose, and for arms with fewer than two snapshots after it.
fn survivals<'a>(run: &RecordedRun, shown: &[&'a ArmView]) -> Result<Vec<(&'a ArmView, Vec<Mark>)>> {
    let Some(dose) = run.first_dose().map(|dose| dose.start) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for &arm in shown {
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
        let marks: Vec<Mark> = shares.iter().map(|(day, values)| run.mark(*day, values)).collect();
        if marks.iter().any(|mark| mark.y.is_finite()) {
            found.push((arm, marks));
        }
    }
    Ok(found)
}
