//! F26: the chain in one network beside the chain in another, usually of another size.
//!
//! The one figure that reads two runs: it is drawn into the folder of the first.

use std::path::Path;

use crate::figures::canvas::Rect;
use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::drawing::DrawingOptions;
use crate::figures::files;
use crate::figures::legend::{LegendKey, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{hours_axis, population_words};
use crate::figures::scale::{AxisScale, grouped};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, Dash, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::words;
use crate::foundation::error::{Error, Result};
use crate::foundation::files::Fingerprint;
use crate::recording::dictionary::of_population;

pub(super) const ID: &str = "F26";
const TITLE: &str = "One network beside another";

/// Hours around the dose that are drawn.
const FROM_H: f64 = -1.0;
const UNTIL_H: f64 = 24.0;
/// Arms that are drawn at most.
const ARMS: usize = 4;
const COLUMNS: usize = 3;
const CELL_MM: f64 = 36.0;
const GAP_MM: f64 = 16.0;

/// One link of the chain: column, axis, and what becomes of a trace.
struct ChainLink {
    column: String,
    label: String,
    change: fn(Trace) -> Trace,
    must: Option<f64>,
}

/// The files that [`draw`] writes, by their path in the run folder.
pub(super) fn names(options: &DrawingOptions) -> impl Iterator<Item = String> {
    files::names(ID, &options.formats)
}

/// Draws the run in `folder` beside the one in `other`.
///
/// # Errors
/// [`Error::Input`] if a folder is not a run's, or if the two have no arm in common, or no dose.
pub(super) fn draw(folder: &Path, other: &Path, options: &DrawingOptions) -> Result<Vec<Fingerprint>> {
    let runs = [RecordedRun::open(folder)?, RecordedRun::open(other)?];
    let refuse = |what: &str| Error::Input(format!("error: `{}` and `{}` {what}", folder.display(), other.display()));
    let arms = common_arms(&runs);
    if arms.is_empty() {
        return Err(refuse("have no arm in common"));
    }
    if arms.iter().all(|pair| pair[0].doses.is_empty()) {
        return Err(refuse("have no arm in common that has a dose"));
    }
    let sheet = sheet(&runs, &arms, options.style)?;
    let caption = files::caption_of(ID, TITLE, &runs[0], &sheet);
    files::write(folder, ID, &options.formats, &sheet, &caption)
}

/// Arms of both runs, by name, in the order of the first.
fn common_arms(runs: &[RecordedRun; 2]) -> Vec<[&ArmView; 2]> {
    let [first, second] = runs;
    let twin = |arm: &ArmView| second.arms().iter().find(|other| other.name == arm.name);
    first.arms().iter().filter_map(|arm| Some([arm, twin(arm)?])).take(ARMS).collect()
}

/// What legends call a run: the size of its network, and how many there are.
fn size(run: &RecordedRun) -> String {
    let count = |key: &str| run.folder.manifest.get(key).and_then(serde_json::Value::as_u64);
    let networks = run.networks();
    let each = if networks > 1 { format!("{networks} × ") } else { String::new() };
    match (count("neurons"), count("synapses")) {
        (Some(neurons), Some(synapses)) => {
            format!("{each}{} neurons, {} synapses", grouped(neurons), grouped(synapses))
        }
        _ => format!("{each}{}", words::plain(&run.folder.course.title)),
    }
}

fn links(run: &RecordedRun) -> Vec<ChainLink> {
    let percent: fn(Trace) -> Trace = Trace::percent_of_baseline;
    let link = |column: String, label: String, change, must| ChainLink { column, label, change, must };
    let mut links = Vec::new();
    for population in run.populations("nmda_block_<population>") {
        let label = format!("NMDA block,\n{} (%)", population_words(&population));
        let column = of_population("nmda_block_<population>", &population);
        links.push(link(column, label, |trace| trace.map(|block| 100.0 * block), Some(0.0)));
    }
    // the block of one class stands for all: it follows the plasma, which knows no network
    links.truncate(1);
    for population in run.populations("rate_<population>_hz") {
        let label = format!("Firing rate, {}\n(% of baseline)", population_words(&population));
        links.push(link(of_population("rate_<population>_hz", &population), label, percent, Some(100.0)));
    }
    for (column, label, change, must) in [
        ("glutamate_um", "Extracellular glutamate\n(% of baseline)", percent, 100.0),
        ("bdnf", "BDNF\n(× baseline)", |trace| trace, 1.0),
        ("trkb", "TrkB\n(× baseline)", |trace| trace, 1.0),
        ("mtorc1", "mTORC1\n(× baseline)", |trace| trace, 1.0),
        ("spines_per_pyramidal", "Spine density\n(% of baseline)", percent, 100.0),
    ] {
        if run.has(column) {
            links.push(link(column.to_owned(), label.to_owned(), change, Some(must)));
        }
    }
    links
}

fn sheet(runs: &[RecordedRun; 2], arms: &[[&ArmView; 2]], style: Style) -> Result<Sheet> {
    let links = links(&runs[0]);
    let sizes = [size(&runs[0]), size(&runs[1])];
    let pen = |arm: &ArmView, run: usize| {
        let own = Pen { dash: Dash::SOLID, ..arm.pen(&style) };
        if run == 0 { own } else { own.dashed(Dash::DOTTED).weighing(1.6) }
    };
    let mut entries: Vec<(String, LegendKey)> = Vec::new();
    for (run, size) in sizes.iter().enumerate() {
        for arm in arms {
            entries.push((format!("{}, {size}", arm[0].label()), LegendKey::Line(pen(arm[0], run))));
        }
    }
    let width = TWO_COLUMNS_MM - 18.0;
    let top = 8.0 + legend_height(width, &entries);
    let rows = links.len().div_ceil(COLUMNS);
    let height = top + rows as f64 * (CELL_MM + GAP_MM) - GAP_MM + 10.0;
    let caption = format!(
        "From receptor block to spines in two runs, around the first dose of each arm (an arm without one at the time of the first that has \
         one): solid, {}; dotted, {} (run: {}). Percent of baseline: of the same network's mean over the last day of burn-in; × baseline: \
         relative to the same network before the protocol. Shaded: the first dose. Solid: {} Dotted: {} Where the lines of an arm coincide, the chain does not \
         depend on the size of the network; what separates the arms is the dose, not time.",
        sizes[0],
        sizes[1],
        words::markdown(&runs[1].folder.course.title),
        runs[0].band_words(),
        runs[1].band_words(),
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), width, &entries);
        let area = Rect { left: 15.0, top, right: TWO_COLUMNS_MM - 3.5, bottom: height - 10.0 };
        let cells = area.grid(rows, COLUMNS, 18.0, GAP_MM);
        for (index, (link, &frame)) in links.iter().zip(&cells).enumerate() {
            let letter = char::from(b'a' + index as u8).to_string();
            let lines: Vec<(usize, &ArmView, Vec<Mark>)> = arms
                .iter()
                .flat_map(|pair| pair.iter().enumerate())
                .map(|(run, arm)| (run, *arm, marks(&runs[run], arm, link)))
                .collect();
            let heights = lines.iter().flat_map(|(.., marks)| marks).flat_map(|mark| [mark.y, mark.low, mark.high]);
            let scale = AxisScale::around(heights, link.must);
            let (hours, ticks) = hours_axis(FROM_H, UNTIL_H);
            let last = index + COLUMNS >= links.len();
            let label = if last { "Time since the first dose (h)" } else { "" };
            let x = Axis::new(hours, label).recorded_as("Time since the first dose (h)").with_ticks(ticks);
            let panel = Panel::new(canvas, source, &letter, frame, x, Axis::new(scale, &link.label));
            if let Some(dose) = runs[0].featured().doses.first() {
                panel.shade(0.0, dose.duration.hours(), okabe_ito::SKY_BLUE, 0.25);
            }
            if let Some(must) = link.must {
                panel.rule(must, Pen::solid(style.grey).weighing(AXIS_PT));
            }
            for (run, arm, marks) in &lines {
                panel.series(&format!("{}, {}", arm.label(), sizes[*run]), marks, pen(arm, *run));
            }
            panel.axes();
            panel.letter(&letter, 13.0);
        }
    })
}

/// The mean of a link over networks, by hours after the first dose.
fn marks(run: &RecordedRun, arm: &ArmView, link: &ChainLink) -> Vec<Mark> {
    let Some(dose) = run.dosed_from(arm) else { return Vec::new() };
    let traces: Vec<Trace> = run.traces(arm, &link.column).into_iter().map(link.change).collect();
    let marks = run.band(&traces, |time| (time - dose).hours());
    marks.into_iter().filter(|mark| (FROM_H - 1.0..=UNTIL_H + 1.0).contains(&mark.x)).collect()
}
