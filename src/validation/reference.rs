//! The reference experiments: shipped configs, run as any other.

use std::path::Path;

use super::evidence::Evidence;
use crate::anatomy::cohort::Covariate;
use crate::configuration::{Experiment, Override};
use crate::experiment::run::RunUnderWay;
use crate::experiment::watch::RunWatch;
use crate::foundation::diagnostics::{Diagnostic, Report, codes, nearest};
use crate::foundation::error::{Error, Result};
use crate::foundation::grid::SHORTEST_TICK;
use crate::mechanisms::Cascade;
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
    "rodent_dose",
);

/// Where a target that needs no run says that it is measured.
pub const EQUATIONS_ALONE: &str = "equations";

/// The config of the reference experiment called `name`.
#[must_use]
pub fn config(name: &str) -> Option<&'static str> {
    EXPERIMENTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Reads the reference experiment called `name`, with the mechanisms of `cascade`.
///
/// # Errors
/// [`Error::Input`] if there is none, or its config is at fault.
pub fn experiment(name: &str, cascade: &Cascade) -> Result<Experiment> {
    let text =
        config(name).ok_or_else(|| Error::Input(format!("error: no reference experiment is called `{name}`")))?;
    Experiment::from_toml_in(cascade, text)
}

/// Refuses a parameter that there is not, or a value beyond its range, before anything runs.
///
/// # Errors
/// [`Error::Input`] for the first of `values`, by key and in their declared units.
pub fn require_values(values: &[(String, f64)], cascade: &Cascade) -> Result<()> {
    let refuse = |code, label: String, hint: String| {
        let fault = Diagnostic::new(code, label).help(hint);
        Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()))
    };
    for (key, value) in values {
        let Some(parameter) = cascade.parameter(key) else {
            let keys: Vec<String> = cascade.parameters().iter().map(|parameter| parameter.key()).collect();
            let near = nearest(key, keys.iter().map(String::as_str));
            let hint =
                near.map_or("`resprout params list` prints them".to_owned(), |it| format!("did you mean `{it}`?"));
            return refuse(&codes::UNKNOWN_KEY, format!("no parameter is called `{key}`"), hint);
        };
        if !(parameter.min..=parameter.max).contains(value) {
            let hint = format!("from {} to {} {}", parameter.min, parameter.max, parameter.unit);
            return refuse(&codes::OUT_OF_RANGE, format!("`{key}` is {value}"), hint);
        }
    }
    Ok(())
}

/// What reference experiments are run with.
#[derive(Clone, Copy)]
pub struct Laboratory<'a> {
    /// The mechanisms of the model that is held against the figures.
    pub cascade: &'a Cascade,
    /// Threads that work.
    pub threads: usize,
    /// Who looks on.
    pub watch: &'a dyn RunWatch,
    /// Whether a folder that holds a run may be used for another.
    pub force: bool,
    /// Parameter values to score the model with instead of its own, by key, in their declared units.
    pub overrides: &'a [(String, f64)],
    /// Covariates in which all virtual subjects are typical.
    pub alike: &'a [Covariate],
    /// Whether the null models are scored beside it.
    pub null_models: bool,
}

impl<'a> Laboratory<'a> {
    /// The laboratory that runs the model as it is, without null models.
    #[must_use]
    pub const fn of(cascade: &'a Cascade, threads: usize, watch: &'a dyn RunWatch) -> Self {
        Self { cascade, threads, watch, force: false, overrides: &[], alike: &[], null_models: false }
    }

    /// Reads the reference experiment called `name`, with the overrides, and with subjects as alike as asked. A value that the
    /// experiment itself sets for a parameter stays.
    ///
    /// # Errors
    /// Those of [`experiment`]; [`Error::Input`] for a key that no parameter has.
    pub fn experiment(&self, name: &str) -> Result<Experiment> {
        let mut experiment = experiment(name, self.cascade)?;
        let declared = self.cascade.parameters();
        for (key, value) in self.overrides {
            let parameter = declared.iter().find(|parameter| parameter.key() == *key);
            let parameter = parameter.ok_or_else(|| Error::Input(format!("error: no parameter is called `{key}`")))?;
            let why = Some("the board of another parameter value".to_owned());
            let stated = Override { why, ..Override::of(parameter, *value) };
            experiment.model.overrides.0.entry(key.clone()).or_insert(stated);
        }
        if let Some(subjects) = &mut experiment.subjects {
            for (covariate, distribution) in Covariate::ALL.into_iter().zip(&mut subjects.distributions) {
                if self.alike.contains(&covariate) {
                    distribution.cv = distribution.cv.map(|_| 0.0);
                    distribution.sd = distribution.sd.map(|_| 0.0);
                }
            }
        }
        Ok(experiment)
    }

    /// Runs an experiment into `folder` and opens what it recorded. There is a row for every tick, whatever the config
    /// says of rows: what is measured does not depend on how a table is thinned.
    ///
    /// # Errors
    /// Those of [`RunUnderWay::begin`], [`RunUnderWay::simulate`] and [`Evidence::open`].
    pub fn run(&self, mut experiment: Experiment, folder: &Path) -> Result<Evidence> {
        experiment.record.every = SHORTEST_TICK;
        let mut run = RunUnderWay::begin(experiment, folder, self.force, self.threads)?;
        if let Err(error) = run.simulate(self.watch) {
            return Err(run.fail(error));
        }
        run.finish(Status::Complete)?;
        Evidence::open(folder)
    }
}
