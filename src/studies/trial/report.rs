//! A virtual trial from beginning to end: simulated, drawn, resampled, and told.

use std::path::Path;

use rayon::ThreadPoolBuilder;
use serde_json::{Value, json};

use super::found::{TrialFinding, found};
use super::operating::{ArmPower, OperatingCharacteristics, Rate, operating, power};
use super::record::TrialRecord;
use crate::configuration::{Experiment, Override, TrialDesign, TrialTable};
use crate::experiment::RowsKept;
use crate::experiment::points;
use crate::experiment::watch::RunWatch;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::foundation::random::{Purpose, Seed};
use crate::foundation::time::Time;
use crate::foundation::units::convert;
use crate::recording::columns::TRIAL;

/// Fewer make no two groups.
const FEWEST_SUBJECTS: u64 = 4;

/// How often a trial is drawn again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// Trials for each operating characteristic; none are told of if it is 0.
    pub repeats: u32,
    /// Draws of uncertain parameters for assurance.
    pub draws: u32,
}

/// All that is told of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialReport {
    /// What every subject did in every arm.
    pub record: TrialRecord,
    /// The arm with which others are compared.
    pub control: usize,
    /// How subjects are assigned.
    pub design: TrialDesign,
    /// What the trial found.
    pub finding: TrialFinding,
    /// How often trials like it find what they look for.
    pub operating: Option<OperatingCharacteristics>,
    /// By arm: trials that find a difference although no hypothesis of ketamine's action holds.
    pub under_none: Vec<(String, Rate)>,
    /// By arm: power over draws of uncertain parameters.
    pub assurance: Vec<(String, Vec<f64>)>,
}

/// Refuses an experiment of which no trial can be drawn.
///
/// # Errors
/// [`Error::Input`] for one with too few virtual subjects, or with one arm.
pub fn require_subjects(experiment: &Experiment) -> Result<()> {
    if experiment.networks() < FEWEST_SUBJECTS {
        let label = format!(
            "a trial needs virtual subjects, {FEWEST_SUBJECTS} at least; the config has {}",
            experiment.networks()
        );
        return Err(refusal(label, Some("state `n` in `[subjects]`, as in configs/virtual_trial.toml")));
    }
    if experiment.arms.len() < 2 {
        let label = "a trial compares arms, and the config has one".to_owned();
        return Err(refusal(label, Some("add a control")));
    }
    Ok(())
}

fn refusal(label: String, hint: Option<&str>) -> Error {
    let mut fault = Diagnostic::new(&codes::TRIAL, label);
    fault.help.extend(hint.map(str::to_owned));
    Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
}

impl TrialReport {
    /// Simulates every subject of `experiment` in every arm on `threads` threads, draws the trial that its `[trial]` states,
    /// and resamples it. Results do not depend on threads.
    ///
    /// # Errors
    /// Those of [`require_subjects`], of [`TrialRecord::of`] and of a run.
    pub fn of(experiment: &Experiment, again: Resampling, watch: &dyn RunWatch, threads: usize) -> Result<Self> {
        require_subjects(experiment)?;
        let trial = experiment.trial.clone().unwrap_or_default();
        let seed = experiment.run.seed;
        let simulated = |experiment: &Experiment| simulated(experiment, &trial, watch, threads);
        let record = simulated(experiment)?;
        let control = record.control(experiment, trial.control.as_deref())?;
        let finding = found(&record, trial.design, control, seed);
        let design = trial.design;
        let (under_none, assurance) = (Vec::new(), Vec::new());
        let mut told = Self { record, control, design, finding, operating: None, under_none, assurance };
        if again.repeats == 0 {
            return Ok(told);
        }
        let (record, alpha, repeats) = (&told.record, trial.alpha, again.repeats);
        let per_arm = trial.per_arm.unwrap_or_else(|| told.finding.allocated.iter().copied().min().unwrap_or(4) as u32);
        let others: Vec<usize> = (0..record.arms.len()).filter(|arm| *arm != control).collect();
        let named = |arm: usize| record.arms[arm].clone();
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| Error::Run(format!("cannot start threads: {error}")))?;
        told.operating = Some(pool.install(|| operating(record, control, per_arm, alpha, repeats, seed)));
        let rates = |record: &TrialRecord| -> Vec<(Rate, Rate)> {
            pool.install(|| {
                others.iter().map(|&arm| power(record, (arm, control), per_arm, alpha, repeats, seed)).collect()
            })
        };
        let mut none = experiment.clone();
        none.model.hypotheses.clear();
        let of_none = rates(&simulated(&none)?);
        told.under_none = others.iter().zip(of_none).map(|(&arm, (any, _))| (named(arm), any)).collect();
        if !trial.uncertain.is_empty() {
            told.assurance = others.iter().map(|&arm| (named(arm), Vec::new())).collect();
            for draw in 0..again.draws {
                let drawn = drawn(experiment, &trial, draw)?;
                for (place, (_, in_favour)) in rates(&simulated(&drawn)?).into_iter().enumerate() {
                    told.assurance[place].1.push(in_favour.value);
                }
            }
        }
        Ok(told)
    }

    /// What resampling more subjects than there are comes to.
    #[must_use]
    pub fn few_subjects(&self) -> Option<String> {
        let (it, subjects) = (self.operating.as_ref()?, self.record.subjects.len());
        let largest = it.arms.iter().flat_map(|arm| arm.needed).flatten().max().unwrap_or(0).max(it.per_arm);
        (largest as usize > subjects).then(|| {
            format!(
                "trials of up to {largest} in each arm repeat the {subjects} subjects that were simulated: raise subjects.n"
            )
        })
    }

    /// Writes `trial.csv` and `trial.json` into `folder`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::write(&folder.join("trial.csv"), self.table()?.as_bytes())?;
        files::write(&folder.join("trial.json"), self.json()?.as_bytes())
    }

    /// The text of `trial.csv`.
    ///
    /// # Errors
    /// [`Error::Run`] if it cannot be written.
    pub fn table(&self) -> Result<String> {
        let refused = |error: csv::Error| Error::Run(format!("cannot write the trial: {error}"));
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(TRIAL.map(|column| column.name)).map_err(refused)?;
        self.finding.rows.iter().try_for_each(|row| csv.write_record(row.cells())).map_err(refused)?;
        let bytes = csv.into_inner().map_err(|error| refused(error.into_error().into()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The text of `trial.json`.
    ///
    /// # Errors
    /// [`Error::Run`] if it cannot be written.
    pub fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(&self.value());
        Ok(text.map_err(|error| Error::Run(format!("cannot write the trial: {error}")))? + "\n")
    }

    fn value(&self) -> Value {
        let record = &self.record;
        let design: &str = self.design.into();
        let primary = self.finding.primary.iter().map(|(arm, adjusted)| match adjusted {
            None => json!({ "arm": arm, "difference": null }),
            Some(it) => {
                let [low, high] = it.interval();
                json!({
                    "arm": arm, "n": it.n, "difference": number(it.difference), "low": number(low), "high": number(high),
                    "p": number(it.p), "degrees_of_freedom": it.freedom,
                })
            }
        });
        let operating = self.operating.as_ref().map(|it| {
            let arm = |arm: &ArmPower| {
                json!({
                    "arm": arm.arm, "power": rate(&arm.power), "power_in_favour": rate(&arm.in_favour),
                    "by_size": arm.by_size.iter().map(|(size, it)| json!({ "per_arm": size, "power": rate(it) })).collect::<Vec<_>>(),
                    "needed_per_arm_80": arm.needed[0], "needed_per_arm_90": arm.needed[1],
                })
            };
            json!({
                "groups": "parallel", "note": self.few_subjects(), "repeats": it.repeats, "per_arm": it.per_arm, "alpha": it.alpha, "type_one_error": rate(&it.type_one),
                "arms": it.arms.iter().map(arm).collect::<Vec<_>>(),
                "under_hypothesis_none":
                    self.under_none.iter().map(|(arm, it)| json!({ "arm": arm, "positive": rate(it) })).collect::<Vec<_>>(),
                "assurance": self.assurance.iter().map(|(arm, values)| {
                    json!({ "arm": arm, "draws": values, "mean": rate(&Rate::over(values)) })
                }).collect::<Vec<_>>(),
            })
        });
        json!({
            "design": design,
            "arms": record.arms,
            "allocated": self.finding.allocated,
            "control": record.arms[self.control],
            "endpoint": record.scale.column,
            "primary_visit_h": record.visits[record.primary].hours,
            "primary": primary.collect::<Vec<_>>(),
            "operating_characteristics": operating,
            "note": "Virtual subjects; research and teaching software, not medical advice.",
        })
    }
}

/// Takes every subject through every arm.
fn simulated(experiment: &Experiment, trial: &TrialTable, watch: &dyn RunWatch, threads: usize) -> Result<TrialRecord> {
    let mut experiment = experiment.clone();
    experiment.record.network_at.clear();
    experiment.run.checkpoint_every = Time::ZERO;
    // visits and what else the trial asks for have rows whatever the interval
    experiment.record.every = Time::DAY;
    let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
    let left = points::simulate(&[&experiment], scratch.path(), RowsKept::AsConfigured, watch, threads)?;
    let left = left.first().ok_or_else(|| Error::Run("the trial left nothing".to_owned()))?;
    TrialRecord::of(&experiment, trial, left)
}

/// The experiment with a draw of its uncertain parameters.
fn drawn(experiment: &Experiment, trial: &TrialTable, draw: u32) -> Result<Experiment> {
    let mut drawn = experiment.clone();
    for (place, uncertain) in trial.uncertain.iter().enumerate() {
        let wrong = |what: String| refusal(format!("`trial.uncertain.{place}`: {what}"), None);
        let parameter = experiment.cascade.parameter(&uncertain.parameter);
        let parameter = parameter.ok_or_else(|| wrong(format!("no parameter is called `{}`", uncertain.parameter)))?;
        let read = |text: &str| convert(text, parameter.unit).map_err(|error| wrong(error.to_string()));
        let (from, to) = (read(&uncertain.from)?, read(&uncertain.to)?);
        let u = Seed(experiment.run.seed).draws(Purpose::ParameterDraw, place as u64, draw).uniform();
        let value = from + f64::from(u) * (to - from);
        drawn.model.overrides.0.insert(uncertain.parameter.clone(), Override::of(parameter, value));
    }
    Ok(drawn)
}

fn number(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { Value::Null }
}

fn rate(rate: &Rate) -> Value {
    json!({
        "value": number(rate.value), "monte_carlo_error": number(rate.error),
        "low": number(rate.low), "high": number(rate.high),
    })
}
