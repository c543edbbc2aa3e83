//! The figures of a study, drawn from its table.

mod f15_sensitivity;
mod f21_response;
mod f22_heat_maps;
mod f23_economy;
mod f25_trial;
mod f27_network_size;
mod reading;

use std::path::Path;

pub use f15_sensitivity::FoundIndex;
pub use f25_trial::{DrawnTrial, PowerCurve, TrialPoint};
pub use reading::StudyFacts;

use crate::figures::drawing::{DrawingOptions, DrawingReport};
use crate::figures::sheet::Sheet;
use crate::figures::{files, words};
use crate::foundation::error::Result;
use crate::foundation::files::Fingerprint;
use crate::recording::study_table::{FactorColumn, StudyTable};

/// Draws the figures of a study into `figures/` of `folder`: F21 responses, F22 heat maps, one page for each outcome, F23 what
/// sharing saved, F27 outcomes by the size of the network where that is a factor.
///
/// # Errors
/// [`Error::Io`](crate::foundation::error::Error::Io) if files cannot be written.
pub fn draw(folder: &Path, table: &StudyTable, facts: &StudyFacts, options: &DrawingOptions) -> Result<DrawingReport> {
    // how many networks there are is no cause of what they do
    let is_cause = |factor: &FactorColumn| !facts.counts.contains(&factor.name);
    let causes: StudyTable;
    let table = if facts.counts.is_empty() {
        table
    } else {
        let factors = table.factors.iter().filter(|factor| is_cause(factor)).cloned().collect();
        causes = StudyTable { factors, rows: table.rows.clone() };
        &causes
    };
    let mut report = DrawingReport::default();
    let mut keep = |id: &'static str, page: Option<usize>, title: &str, sheet: Result<Sheet>| -> Result<()> {
        let wanted = options.only.is_empty() || options.only.iter().any(|one| one.eq_ignore_ascii_case(id));
        if !wanted {
            return Ok(());
        }
        let sheet = sheet?;
        if sheet.source.is_empty() {
            report.skipped.push((id, "the study has no value to draw".to_owned()));
            return Ok(());
        }
        // F22, F22b, F22c, as the pages of the scoreboard
        let name = match page {
            Some(page @ 1..) => format!("{id}{}", char::from(b'a' + page as u8)),
            _ => id.to_owned(),
        };
        let caption = caption(&name, title, &facts.title, &sheet);
        report.drawn.push((id, files::write(folder, &name, &options.formats, &sheet, &caption)?));
        Ok(())
    };
    keep("F21", None, f21_response::TITLE, f21_response::draw(table, options.style))?;
    if f22_heat_maps::has_pairs(table) {
        for (page, outcome) in reading::asked(table).iter().enumerate().take(MOST_PAGES) {
            keep("F22", Some(page), f22_heat_maps::TITLE, f22_heat_maps::draw(table, outcome, options.style))?;
        }
    }
    if facts.ticks > 0 {
        keep("F23", None, f23_economy::TITLE, f23_economy::draw(table, facts, options.style))?;
    }
    let size = table.factors.iter().find(|factor| facts.size.as_ref() == Some(&factor.name));
    if let Some(size) = size.filter(|size| reading::places(size).len() > 1) {
        keep("F27", None, f27_network_size::TITLE, f27_network_size::draw(table, size, options.style))?;
    }
    Ok(report)
}

/// Draws F15 of a sensitivity analysis by `method` into `figures/` of `folder`, and lists its files.
///
/// # Errors
/// [`Error::Io`](crate::foundation::error::Error::Io) if files cannot be written.
pub fn draw_sensitivity(
    folder: &Path,
    title: &str,
    method: &str,
    found: &[FoundIndex],
    options: &DrawingOptions,
) -> Result<Vec<Fingerprint>> {
    let sheet = f15_sensitivity::draw(method, found, options.style)?;
    if sheet.source.is_empty() {
        return Ok(Vec::new());
    }
    let caption = caption("F15", f15_sensitivity::TITLE, title, &sheet);
    files::write(folder, "F15", &options.formats, &sheet, &caption)
}

/// Draws F25 of a virtual trial into `figures/` of `folder`.
///
/// # Errors
/// [`Error::Io`](crate::foundation::error::Error::Io) if files cannot be written.
pub fn draw_trial(folder: &Path, trial: &DrawnTrial, options: &DrawingOptions) -> Result<()> {
    let sheet = f25_trial::draw(trial, options.style)?;
    if sheet.source.is_empty() {
        return Ok(());
    }
    let caption = caption("F25", f25_trial::TITLE, &trial.title, &sheet);
    files::write(folder, "F25", &options.formats, &sheet, &caption).map(drop)
}

/// So many pages F22 has.
const MOST_PAGES: usize = 12;

fn caption(id: &str, title: &str, study: &str, sheet: &Sheet) -> String {
    let study = words::markdown(study);
    let of_study =
        if study.is_empty() { String::new() } else { format!(" Study: {}.", study.trim_end_matches(['.', '?'])) };
    format!(
        "# {id}. {title}\n\n{}\n\nSimulated by resprout; every point is model output.{of_study} Source data as drawn: `{id}.csv`. Research and \
         teaching software, not medical advice.\n",
        sheet.caption
    )
}
