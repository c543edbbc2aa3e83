//! How we show it: one file per figure, one style.
//!
//! A figure is declared with what it needs of a run, and is skipped with a reason where a run lacks it.
//! It is drawn from the recorded tables alone, in millimetres, as SVG; the bitmap is that SVG, rasterised
//! with the embedded font. Beside each picture stand the numbers as drawn and a caption.

/// A sheet of paper measured in millimetres.
pub mod canvas;
mod clip;
/// A run as figures see it.
pub mod data;
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
/// The numbers behind a figure, as drawn.
pub mod source;
/// One style for every figure.
pub mod style;
mod survival;
#[cfg(test)]
mod tests;
mod words;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::figures::canvas::Canvas;
use crate::figures::data::Run;
use crate::figures::source::SourceTable;
use crate::figures::style::Style;
use crate::foundation::diagnostics::{self, Diagnostic, codes};
use crate::foundation::error::{Error, Result};

/// Something a figure cannot be drawn without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A recorded column, or a family of columns for at least one population.
    Column(&'static str),
    /// An arm with a dose.
    Dose,
    /// At least so many arms.
    Arms(usize),
    /// At least so many arms that differ in the amount of one drug.
    Amounts(usize),
    /// At least so many snapshots of one network.
    Snapshots(usize),
    /// At least so many networks.
    Networks(usize),
    /// A symptom scale.
    Scale,
    /// Virtual subjects that differ in this covariate.
    Covariate(&'static str),
    /// A visit after the first dose at which a score was recorded.
    Visit,
    /// A network in response a day after its last dose.
    Response,
}

impl Need {
    /// Why `run` does not meet the need; `None` if it does.
    fn unmet(self, run: &Run) -> Option<String> {
        match self {
            Self::Column(name) if run.has(name) || !run.populations(name).is_empty() => None,
            Self::Column(name) => Some(format!("the run recorded no `{name}`")),
            Self::Dose => run.first_dose().is_none().then(|| "no arm has a dose".to_owned()),
            Self::Arms(wanted) => {
                let arms = run.arms().len();
                (arms < wanted).then(|| format!("it needs {wanted} arms and the run has {arms}"))
            }
            Self::Amounts(wanted) => {
                let amounts = protocol::amounts(run).len();
                (amounts < wanted).then(|| format!("it needs {wanted} amounts of one drug and the run has {amounts}"))
            }
            Self::Networks(wanted) => {
                let networks = run.networks();
                (networks < wanted).then(|| format!("it needs {wanted} networks and the run has {networks}"))
            }
            Self::Scale => run.scale().is_none().then(|| "the run recorded no symptom scale".to_owned()),
            Self::Covariate(name) => {
                let missing = !f20_inflammation::differs(run, name);
                missing.then(|| format!("the run has no virtual subjects that differ in `{name}`"))
            }
            Self::Visit => {
                let none = f12_trial::visits(run).0.is_empty();
                none.then(|| "no score was recorded at a visit after the first dose".to_owned())
            }
            Self::Response => {
                let nobody = f13_relapse::followed(run).is_empty();
                nobody.then(|| "nobody is known to be in response a day after the last dose".to_owned())
            }
            Self::Snapshots(wanted) => {
                let kept = moments::moments(run, run.featured()).len();
                (kept < wanted).then(|| format!("it needs {wanted} snapshots of the network and the run kept {kept}"))
            }
        }
    }
}

/// The declaration of a figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The id by which the command line selects it, such as `F03`.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What it cannot be drawn without.
    pub needs: &'static [Need],
    /// Draws it.
    draw: fn(&Run, Style) -> Result<Sheet>,
}

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

/// A figure as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The picture.
    pub svg: String,
    /// The numbers in it.
    pub source: SourceTable,
    /// What it shows, in words: a paragraph of Markdown.
    pub caption: String,
}

impl Sheet {
    /// Paints a sheet of the given size in millimetres.
    fn paint(
        title: &str,
        size: (f64, f64),
        style: Style,
        caption: String,
        paint: impl FnOnce(&Canvas, &RefCell<SourceTable>),
    ) -> Result<Self> {
        let source = RefCell::new(SourceTable::default());
        let svg = canvas::draw(title, size.0, size.1, style, |canvas| paint(canvas, &source))?;
        Ok(Self { svg, source: source.into_inner(), caption })
    }
}

/// A file format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Vector.
    Svg,
    /// Bitmap at 300 dpi.
    Png,
}

impl Format {
    /// The format called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

/// What to draw, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Ids of the figures wanted; all if empty.
    pub only: Vec<String>,
    /// Formats of the pictures.
    pub formats: Vec<Format>,
    /// Colours.
    pub style: Style,
}

impl Default for Options {
    fn default() -> Self {
        Self { only: Vec::new(), formats: vec![Format::Svg, Format::Png], style: Style::PRINT }
    }
}

/// What became of each figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Figures that were drawn, with the files written.
    pub drawn: Vec<(&'static str, Vec<PathBuf>)>,
    /// Figures that were not, with the reason.
    pub skipped: Vec<(&'static str, String)>,
}

/// Draws the figures of a run into its folder `figures/`; F16 alone if the folder holds a validation board.
///
/// # Errors
/// [`Error::Input`] for an unknown figure or a folder that is not a run's; [`Error::Io`] if files can't be read
/// or written. A figure whose data are missing is no error: it is skipped, and the report says why.
pub fn draw(run_dir: &Path, options: &Options) -> Result<Report> {
    if run_dir.join(f16_scoreboard::BOARD).is_file() {
        return f16_scoreboard::draw(run_dir, options);
    }
    let wanted = select(&options.only)?;
    let run = Run::open(run_dir)?;
    if run.table.is_empty() {
        return Err(Error::Input(format!("error: `{}` holds an empty time series", run_dir.display())));
    }
    // Figures share nothing but what they read; their order in the report is that of the registry.
    let outcomes: Vec<(&'static str, Result<Outcome>)> =
        wanted.into_par_iter().map(|figure| (figure.id, one(figure, &run, options))).collect();
    let mut report = Report::default();
    for (id, outcome) in outcomes {
        match outcome? {
            Outcome::Drawn(files) => report.drawn.push((id, files)),
            Outcome::Skipped(reason) => report.skipped.push((id, reason)),
        }
    }
    Ok(report)
}

enum Outcome {
    Drawn(Vec<PathBuf>),
    Skipped(String),
}

fn one(figure: &Figure, run: &Run, options: &Options) -> Result<Outcome> {
    if let Some(reason) = figure.needs.iter().find_map(|need| need.unmet(run)) {
        return Ok(Outcome::Skipped(reason));
    }
    let sheet = (figure.draw)(run, options.style)?;
    if sheet.source.is_empty() {
        return Ok(Outcome::Skipped("nothing of what it shows lies within the run".to_owned()));
    }
    files::write(figure, run, &sheet, &options.formats).map(Outcome::Drawn)
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
