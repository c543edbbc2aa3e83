//! Runs: from a config to a folder, and on from where one was stopped.

use std::path::PathBuf;

use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;
use resprout::experiment::run::RunUnderWay;
use resprout::experiment::watch::{RunWatch, interruption};
use resprout::figures::{self, DrawingOptions};
use resprout::foundation::error::{Error, Result};
use resprout::mechanisms::Cascade;
use resprout::recording::manifest::Status;

use crate::attend::{Attendant, attended};
use crate::config::Config;

/// Runs `config` into `folder`, which is made.
#[pyfunction]
pub(crate) fn run(
    py: Python<'_>,
    config: &Config,
    folder: PathBuf,
    force: bool,
    threads: usize,
    figures: bool,
    told: Option<Py<PyAny>>,
) -> PyResult<()> {
    attended(py, Some(config.named()), told.as_ref(), |attendant| {
        let mut run = RunUnderWay::begin(config.experiment.clone(), &folder, force, threads)?;
        run.record_edits(config.edits.clone())?;
        for line in config.remarks().lines() {
            run.note(line);
        }
        complete(run, attendant, threads, figures)
    })
}

/// Goes on with the run in `folder`; whether there was anything to go on with.
#[pyfunction]
pub(crate) fn resume(
    py: Python<'_>,
    folder: PathBuf,
    threads: usize,
    figures: bool,
    told: Option<Py<PyAny>>,
) -> PyResult<bool> {
    attended(py, None, told.as_ref(), |attendant| {
        match RunUnderWay::resume_until(&folder, threads, &Cascade::standard(), attendant)? {
            Some(run) => complete(run, attendant, threads, figures).map(|()| true),
            None => Ok(false),
        }
    })
}

fn complete(mut run: RunUnderWay, attendant: &Attendant, threads: usize, figures: bool) -> Result<()> {
    let outcome =
        run.simulate(attendant).and_then(|()| if figures { draw(&mut run, attendant, threads) } else { Ok(()) });
    match outcome {
        Ok(()) => run.finish(Status::Complete).map(drop),
        Err(error) => Err(run.fail(error)),
    }
}

/// Draws all figures, as the command line does.
fn draw(run: &mut RunUnderWay, attendant: &Attendant, threads: usize) -> Result<()> {
    let options = DrawingOptions::default();
    run.begin_drawing(figures::names(&options)?)?;
    let folder = run.folder().to_path_buf();
    let drawn = in_pool(threads, || {
        figures::draw_until(&folder, &options, &|| RunWatch::is_interrupted(attendant)).map_err(|error| match error {
            Error::Interrupted(_) => interruption(attendant, &folder),
            other => other,
        })
    })?;
    run.note(format!("drew {}", drawn.drawn.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ")));
    for (id, reason) in &drawn.skipped {
        run.note(format!("did not draw {id}: {reason}"));
    }
    run.keep_figures(drawn.drawn.into_iter().flat_map(|(_, files)| files));
    Ok(())
}

/// Runs `work` on a pool of so many threads.
pub(crate) fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Error::Run(format!("cannot start threads: {error}")))?.install(work)
}
