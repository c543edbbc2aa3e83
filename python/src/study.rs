//! Many runs: studies, their sensitivity analysis, virtual trials, the board of published figures.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use resprout::cli::closing;
use resprout::foundation::error::{Error, Result};
use resprout::mechanisms::Cascade;
use resprout::recording::claim;
use resprout::recording::lock::FolderLock;
use resprout::studies::folder::{self, Claimed};
use resprout::studies::sensitivity::analyse;
use resprout::studies::trial::{Resampling, TrialReport, require_subjects};
use resprout::studies::{Shard, Study, StudyFolder, StudyPlan, journal, layout, sweep as sweeping};
use resprout::validation::{Board, Laboratory, require_values, targets};

use crate::attend::{Attendant, attended};
use crate::config::Config;
use crate::run::in_pool;

/// Takes a part of the study at `path` to where its points are all finished, in `out`.
fn finished(study: &Study, out: &Path, shard: Shard, attendant: &Attendant, threads: usize) -> Result<()> {
    let cascade = Cascade::standard();
    let plan = in_pool(threads, || StudyPlan::of(study, &cascade))?;
    plan.fits(study, out)?;
    match StudyFolder::claim(out, study, shard)? {
        Claimed::Finished(_) => Ok(()),
        Claimed::UnderWay(mut folder) => {
            sweeping::simulate_or_stop(study, &plan, &mut folder, &cascade, attendant, threads)?;
            let manifest = closing::study(*folder, study)?;
            if manifest.done == 0 && manifest.failed > 0 {
                let failed = out.join(layout::FAILED);
                let said = format!("all {} points failed; `{}` says of what", manifest.failed, failed.display());
                return Err(Error::Run(said));
            }
            Ok(())
        }
    }
}

/// Runs the study at `path` into `out`; what is finished there already is not run again.
#[pyfunction]
pub(crate) fn sweep(
    py: Python<'_>,
    path: PathBuf,
    out: PathBuf,
    shard: (u32, u32),
    threads: usize,
    told: Option<Py<PyAny>>,
) -> PyResult<()> {
    let shard = Shard { index: shard.0, of: shard.1 };
    attended(py, None, told.as_ref(), |attendant| {
        if !(1..=shard.of).contains(&shard.index) {
            let said = format!("error: part {} of {}: parts are counted from 1", shard.index, shard.of);
            return Err(Error::Input(said));
        }
        let study = Study::open(&path, &Cascade::standard())?;
        finished(&study, &out, shard, attendant, threads)
    })
}

/// The same for a design that has a sensitivity analysis, which is written beside the study.
#[pyfunction]
pub(crate) fn sensitivity(
    py: Python<'_>,
    path: PathBuf,
    out: PathBuf,
    threads: usize,
    told: Option<Py<PyAny>>,
) -> PyResult<()> {
    attended(py, None, told.as_ref(), |attendant| {
        let study = Study::open(&path, &Cascade::standard())?;
        study.require_analysis()?;
        finished(&study, &out, Shard::WHOLE, attendant, threads)?;
        let finished = journal::Journal::read(&out.join(layout::JOURNAL))?;
        let analysis = analyse(&folder::table(&study, &finished), study.method)?;
        let _lock = FolderLock::to_write(&out)?;
        closing::analysis(&out, &study.title, study.method, &analysis, true)
    })
}

/// A virtual trial of the subjects of `config`, into `out`; the text of `trial.json`.
#[pyfunction]
pub(crate) fn trial(
    py: Python<'_>,
    config: &Config,
    out: PathBuf,
    repeats: u32,
    draws: u32,
    threads: usize,
    told: Option<Py<PyAny>>,
) -> PyResult<String> {
    attended(py, Some(config.named()), told.as_ref(), |attendant| {
        let experiment = &config.experiment;
        require_subjects(experiment)?;
        let _lock = claim::claim_beside(&out)?;
        let report = TrialReport::of(experiment, Resampling { repeats, draws }, attendant, threads);
        let report = report.map_err(for_good)?;
        closing::trial(&out, &experiment.title, &report)?;
        report.json()
    })
}

/// The board of published figures, as JSON; `out` keeps the runs.
#[pyfunction]
pub(crate) fn validate(
    py: Python<'_>,
    only: Vec<String>,
    values: Vec<(String, f64)>,
    null_models: bool,
    out: Option<PathBuf>,
    threads: usize,
    told: Option<Py<PyAny>>,
) -> PyResult<String> {
    attended(py, None, told.as_ref(), |attendant| {
        let cascade = Cascade::standard();
        let targets = targets::selected(&only)?;
        require_values(&values, &cascade)?;
        let _lock = out.as_deref().map(claim::claim_beside).transpose()?;
        let laboratory = Laboratory { overrides: &values, null_models, ..Laboratory::of(&cascade, threads, attendant) };
        let runs = out.as_ref().map(|out| out.join("runs"));
        let board = Board::score(targets, &laboratory, runs.as_deref(), |name| attendant.announce(name));
        let board = board.map_err(|error| if runs.is_some() { error } else { for_good(error) })?;
        if let Some(out) = &out {
            board.write(out)?;
        }
        board.json()
    })
}

/// An error as it is told where there is nothing to go on with.
fn for_good(error: Error) -> Error {
    match error {
        Error::Interrupted(_) => Error::Interrupted("by a signal; nothing is kept of it".to_owned()),
        other => other,
    }
}
