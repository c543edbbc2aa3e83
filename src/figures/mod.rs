//! How we show it: one file per figure, one style.
//!
//! A figure is declared with what it needs of a run, and is skipped with a reason where a run lacks it.
//! It is drawn from the recorded tables alone, in millimetres, as SVG; the bitmap is that SVG, rasterised
//! with the embedded font. Beside each picture stand the numbers as drawn and a caption.

/// A sheet of paper measured in millimetres.
pub mod canvas;
mod clip;
/// The curves of several runs overlaid.
pub mod comparison;
mod contrasts;
/// A run as figures see it.
pub mod data;
mod drawing;
mod f01_story;
mod f02_network;
mod f03_spine_density;
mod f04_turnover;
mod f05_plasma;
mod f06_receptor_block;
mod f07_connectivity;
mod f08_degrees;
mod f09_activity;
mod f10_cascade;
mod f11_dose_response;
mod f12_trial;
mod f13_relapse;
mod f14_symptoms;
mod f16_scoreboard;
/// F17, drawn from measurements of the machine instead of a run.
pub mod f17_scaling;
mod f18_health;
mod f19_arms;
mod f20_inflammation;
mod f26_beside;
mod figure;
mod files;
mod grid;
/// Legends, and the marks that they explain.
pub mod legend;
#[cfg(test)]
mod made_up_run;
mod moments;
/// One pair of axes.
pub mod panel;
mod protocol;
/// Published values that figures lay over the model's.
pub mod published;
/// Bitmaps of figures.
pub mod raster;
/// From values to places on an axis.
pub mod scale;
mod sheet;
/// The numbers behind a figure, as drawn.
pub mod source;
/// The figures of a study.
pub mod study;
/// One style for every figure.
pub mod style;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

pub use drawing::{DrawingOptions, DrawingReport, PictureFormat};
pub use figure::{Figure, Need};
use rayon::prelude::*;
pub use sheet::Sheet;

use crate::figures::data::RecordedRun;
use crate::foundation::diagnostics::{self, Diagnostic, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files::Fingerprint;

/// Every figure, in the order of its id.
pub const REGISTRY: &[Figure] = &[
    f01_story::FIGURE,
    f02_network::FIGURE,
    f03_spine_density::FIGURE,
    f04_turnover::FIGURE,
    f05_plasma::FIGURE,
    f06_receptor_block::FIGURE,
    f07_connectivity::FIGURE,
    f08_degrees::FIGURE,
    f09_activity::FIGURE,
    f10_cascade::FIGURE,
    f11_dose_response::FIGURE,
    f12_trial::FIGURE,
    f13_relapse::FIGURE,
    f14_symptoms::FIGURE,
    f18_health::FIGURE,
    f19_arms::FIGURE,
    f20_inflammation::FIGURE,
];

/// Whether `folder` holds a validation board, of which F16 alone is drawn, and no run.
#[must_use]
pub fn is_board(folder: &Path) -> bool {
    folder.join(f16_scoreboard::BOARD).is_file()
}

/// Whether `folder` holds measurements of `resprout bench --scaling`, of which F17 alone is drawn, and no run.
#[must_use]
pub fn is_scaling(folder: &Path) -> bool {
    folder.join(f17_scaling::TABLE).is_file()
}

/// The files that [`draw_beside`] writes, by their path in the run folder.
#[must_use]
pub fn names_beside(options: &DrawingOptions) -> Vec<String> {
    f26_beside::names(options).collect()
}

/// Draws F26: the run in `run_dir` beside the one in `other`, into the folder of the former.
///
/// # Errors
/// [`Error::Input`] for a folder that is not a run's, or runs that have no dosed arm in common; [`Error::Io`] if files
/// can't be read or written.
pub fn draw_beside(run_dir: &Path, other: &Path, options: &DrawingOptions) -> Result<DrawingReport> {
    let drawn = f26_beside::draw(run_dir, other, options)?;
    Ok(DrawingReport { drawn: vec![(f26_beside::ID, drawn)], skipped: Vec::new() })
}

/// The files that [`draw`] may write of a run, by their path in its folder.
///
/// # Errors
/// [`Error::Input`] for an unknown figure.
pub fn names(options: &DrawingOptions) -> Result<Vec<String>> {
    let wanted = select(&options.only)?;
    Ok(wanted.iter().flat_map(|figure| files::names(figure.id, &options.formats)).collect())
}

/// Draws the figures of a run into its folder `figures/`; F16 alone if the folder holds a validation board.
///
/// # Errors
/// [`Error::Input`] for an unknown figure or a folder that is not a run's; [`Error::Io`] if files can't be read
/// or written. A figure whose data are missing is no error: it is skipped, and the report says why.
pub fn draw(run_dir: &Path, options: &DrawingOptions) -> Result<DrawingReport> {
    draw_until(run_dir, options, &|| false)
}

/// The same; before each figure, `is_interrupted` is asked whether to stop.
///
/// # Errors
/// Those of [`draw`]; [`Error::Interrupted`] if some figures were left undrawn.
pub fn draw_until(
    run_dir: &Path,
    options: &DrawingOptions,
    is_interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<DrawingReport> {
    if is_board(run_dir) {
        return f16_scoreboard::draw(run_dir, options);
    }
    let wanted = select(&options.only)?;
    let run = RecordedRun::open(run_dir)?;
    if run.table.is_empty() {
        return Err(Error::Input(format!("error: `{}` holds an empty time series", run_dir.display())));
    }
    let drawn_or_left = |figure: &'static Figure| {
        if is_interrupted() {
            return Err(Error::Interrupted("not every figure is drawn".to_owned()));
        }
        one(figure, &run, options)
    };
    // Figures share nothing but what they read; their order in the report is that of the registry.
    let outcomes: Vec<(&'static str, Result<Outcome>)> =
        wanted.into_par_iter().map(|figure| (figure.id, drawn_or_left(figure))).collect();
    let mut report = DrawingReport::default();
    for (id, outcome) in outcomes {
        match outcome? {
            Outcome::Drawn(files) => report.drawn.push((id, files)),
            Outcome::Skipped(reason) => report.skipped.push((id, reason)),
        }
    }
    Ok(report)
}

enum Outcome {
    Drawn(Vec<Fingerprint>),
    Skipped(String),
}

fn one(figure: &Figure, run: &RecordedRun, options: &DrawingOptions) -> Result<Outcome> {
    if let Some(reason) = figure.needs.iter().find_map(|need| need.unmet(run)) {
        return Ok(Outcome::Skipped(reason));
    }
    let sheet = (figure.draw)(run, options.style)?;
    if sheet.source.is_empty() {
        return Ok(Outcome::Skipped("nothing of what it shows lies within the run".to_owned()));
    }
    let caption = files::caption(figure, run, &sheet);
    files::write(run.folder.path(), figure.id, &options.formats, &sheet, &caption).map(Outcome::Drawn)
}

fn select(only: &[String]) -> Result<Vec<&'static Figure>> {
    if only.is_empty() {
        return Ok(REGISTRY.iter().collect());
    }
    let find = |id: &String| REGISTRY.iter().find(|figure| figure.id.eq_ignore_ascii_case(id));
    if let Some(unknown) = only.iter().find(|id| find(id).is_none()) {
        let ids: Vec<&str> = REGISTRY.iter().map(|figure| figure.id).collect();
        let mut fault = Diagnostic::new(&codes::NO_SUCH_TOPIC, format!("no figure is called `{unknown}`"));
        fault.help.push(format!("figures: {}", ids.join(", ")));
        return Err(Error::Input(diagnostics::Report::new(Vec::new(), vec![fault]).to_string()));
    }
    Ok(REGISTRY.iter().filter(|figure| only.iter().any(|id| id.eq_ignore_ascii_case(figure.id))).collect())
}
