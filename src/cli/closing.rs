//! What closes a run, a study, an analysis or a trial: its tables, and the figures that are drawn of them.
//!
//! Nothing here speaks to the person, so that whoever asks otherwise than by the command line gets the same files.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::ThreadPoolBuilder;

use crate::configuration::TrialDesign;
use crate::experiment::run::RunUnderWay;
use crate::experiment::watch::{RunWatch, interruption};
use crate::figures::study::{DrawnTrial, FoundIndex, PowerCurve, StudyFacts, TrialPoint};
use crate::figures::study::{draw_sensitivity, draw_trial};
use crate::figures::{self as drawing, DrawingOptions};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::studies::sensitivity::{Analysis, OutcomeSensitivity, write};
use crate::studies::statement::Method;
use crate::studies::trial::{Rate, TrialReport, TrialTableRow};
use crate::studies::{Study, StudyFolder, StudyManifest, layout};

/// Draws the figures of a run that was simulated.
///
/// # Errors
/// [`Error::Interrupted`] if `watch` says so; [`Error::Io`].
pub fn figures(run: &mut RunUnderWay, watch: &dyn RunWatch, threads: usize) -> Result<()> {
    let options = DrawingOptions::default();
    run.begin_drawing(drawing::names(&options)?)?;
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Run(format!("cannot start threads: {error}")))?;
    let drawn = pool.install(|| drawing::draw_until(run.folder(), &options, &|| watch.is_interrupted()));
    let report = drawn.map_err(|error| match error {
        Error::Interrupted(_) => interruption(watch, run.folder()),
        other => other,
    })?;
    run.note(format!("drew {}", report.drawn.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ")));
    for (id, reason) in &report.skipped {
        run.note(format!("did not draw {id}: {reason}"));
    }
    run.keep_figures(report.drawn.into_iter().flat_map(|(_, files)| files));
    Ok(())
}

/// Writes the tables of a study whose points are all finished, draws its figures and closes its folder.
///
/// # Errors
/// [`Error::Io`].
pub fn study(folder: StudyFolder, study: &Study) -> Result<StudyManifest> {
    let mut written = folder.write_tables(study)?;
    if !folder.finished().is_empty() {
        let (ticks, ticks_alone) = folder.ticks();
        let facts = StudyFacts {
            title: study.title.clone(),
            common_random_numbers: study.draws_alike(),
            size: study.columns_of(&["network.neurons"]).first().cloned(),
            counts: study.columns_of(&["run.replicates", "subjects.n"]),
            ticks,
            ticks_alone,
        };
        let table = folder.table(study);
        let report = drawing::study::draw(folder.path(), &table, &facts, &DrawingOptions::default())?;
        written.extend(report.drawn.into_iter().flat_map(|(_, files)| files).map(|file| (file.path, file.hash)));
    }
    folder.finish(written)
}

/// Writes table and figure of an analysis of points that were chosen by `method`; one `of_study` enters the manifest of the
/// study that stands in `out`.
///
/// # Errors
/// [`Error::Io`].
pub fn analysis(out: &Path, title: &str, method: Method, analysis: &Analysis, of_study: bool) -> Result<()> {
    let hash = files::write_hashed(&out.join(layout::SENSITIVITY), |target| write(target, &analysis.found))?;
    let drawn: Vec<FoundIndex> = analysis.found.iter().flat_map(flattened).collect();
    let name: &str = method.into();
    let drawn = draw_sensitivity(out, title, name, &drawn, &DrawingOptions::default())?;
    if of_study {
        let mut written: BTreeMap<String, String> = drawn.into_iter().map(|file| (file.path, file.hash)).collect();
        written.insert(layout::SENSITIVITY.to_owned(), hash);
        StudyManifest::add(out, written)?;
    }
    Ok(())
}

pub(super) fn flattened(of: &OutcomeSensitivity) -> impl Iterator<Item = FoundIndex> + '_ {
    of.indices.iter().map(|it| FoundIndex {
        outcome: of.outcome.clone(),
        arm: of.arm.clone(),
        unit: of.unit.clone(),
        factor: it.factor.clone(),
        index: it.index,
        n: it.n,
        value: it.value,
        low: it.low,
        high: it.high,
    })
}

/// Writes the tables of a trial into `out` and draws its figure.
///
/// # Errors
/// [`Error::Io`].
pub fn trial(out: &Path, title: &str, told: &TrialReport) -> Result<()> {
    told.write(out)?;
    draw_trial(out, &drawn_trial(title, told), &DrawingOptions::default())
}

/// The trial as its figure shows it.
fn drawn_trial(title: &str, told: &TrialReport) -> DrawnTrial {
    let TrialReport { record, design, .. } = told;
    let is_of_arm = |row: &&TrialTableRow| record.arms.contains(&row.arm);
    let point = |row: &TrialTableRow| TrialPoint {
        arm: row.arm.clone(),
        visit: row.visit.clone(),
        hours: row.hours,
        outcome: row.outcome,
        n: row.n,
        value: row.value,
        low: row.low,
        high: row.high,
    };
    let sizes = |by_size: &[(u32, Rate)]| by_size.iter().map(|(size, rate)| (*size, rate.value, rate.error)).collect();
    let curves = told.operating.iter().flat_map(|it| &it.arms);
    DrawnTrial {
        title: title.to_owned(),
        endpoint: record.scale.column.to_uppercase(),
        design: match design {
            TrialDesign::Parallel => "Parallel groups: each virtual subject is randomised to one arm".to_owned(),
            TrialDesign::Crossover => "Every virtual subject in every arm, which no real trial can do".to_owned(),
        },
        arms: record.arms.clone(),
        points: told.finding.rows.iter().filter(is_of_arm).map(point).collect(),
        curves: curves.map(|it| PowerCurve { arm: it.arm.clone(), sizes: sizes(&it.by_size) }).collect(),
        repeats: told.operating.as_ref().map_or(0, |it| it.repeats),
    }
}
