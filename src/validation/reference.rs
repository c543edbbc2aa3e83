//! The reference experiments: shipped configs, run as any other.

use std::path::Path;

use super::evidence::Evidence;
use crate::configuration::Experiment;
use crate::experiment::run::{Run, Watch};
use crate::foundation::error::{Error, Result};
use crate::recording::manifest::Status;

macro_rules! experiments {
    ($($name:literal),* $(,)?) => {
        /// Name and config of every reference experiment; `configs/validation/NAME.toml`.
        pub const EXPERIMENTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../configs/validation/", $name, ".toml")))),*];
    };
}

experiments!(
    "routes",
    "rest",
    "infusion",
    "doses",
    "blockers",
    "single_dose_trial",
    "repeated_dose_trial",
    "dose_frequency_trial",
    "esketamine_trial",
    "conventional_trial",
    "met_met",
    "val_met",
    "ptsd",
    "ocd",
    "schizophrenia",
);

/// Where a target that needs no run says that it is measured.
pub const EQUATIONS_ALONE: &str = "equations";

/// The config of the reference experiment called `name`.
#[must_use]
pub fn config(name: &str) -> Option<&'static str> {
    EXPERIMENTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Reads the reference experiment called `name`.
///
/// # Errors
/// [`Error::Input`] if there is none, or its config is at fault.
pub fn experiment(name: &str) -> Result<Experiment> {
    let text =
        config(name).ok_or_else(|| Error::Input(format!("error: no reference experiment is called `{name}`")))?;
    Experiment::from_toml(text)
}

/// Runs an experiment into `folder` and opens what it recorded.
///
/// # Errors
/// Those of [`Run::begin`], [`Run::simulate`] and [`Evidence::open`].
pub fn run(experiment: Experiment, folder: &Path, force: bool, threads: usize, watch: &dyn Watch) -> Result<Evidence> {
    let mut run = Run::begin(experiment, folder, force, threads)?;
    if let Err(error) = run.simulate(watch) {
        return Err(run.fail(error));
    }
    run.finish(Status::Complete)?;
    Evidence::open(folder)
}
