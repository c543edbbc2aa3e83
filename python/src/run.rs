//! Runs: from a config to a folder, and on from where one was stopped.

use std::path::PathBuf;

use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;
use resprout::cli::closing;
use resprout::experiment::run::RunUnderWay;
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
    let outcome = run
        .simulate(attendant)
        .and_then(|()| if figures { closing::figures(&mut run, attendant, threads) } else { Ok(()) });
    match outcome {
        Ok(()) => run.finish(Status::Complete).map(drop),
        Err(error) => Err(run.fail(error)),
    }
}

/// Runs `work` on a pool of so many threads.
pub(crate) fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Error::Run(format!("cannot start threads: {error}")))?.install(work)
}
