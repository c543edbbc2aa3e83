//! A config that is asked again and again: points in, outcomes out.
//!
//! Who infers parameters or searches for a protocol wants a function of numbers. Points need no folder and no journal here;
//! what they share is simulated once, and a point that fails fails alone.

use std::fmt::Write as _;

use serde_json::Value;

use super::factor::Level;
use super::journal::PointResult;
use super::study::Study;
use super::sweep::{self, StudyWatch};
use crate::configuration::{BaseConfig, keys};
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::statistics::moments::mean;

/// A config as a function: from values of some of its parameters to outcomes.
#[derive(Debug)]
pub struct Simulator {
    study: Study,
    cascade: Cascade,
    arms: Vec<String>,
}

/// Why a point has no outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointFailure {
    /// The exit code that a run of it would give.
    pub exit_code: u8,
    /// What it failed of.
    pub error: String,
}

fn refuse(label: String, hint: impl Into<String>) -> Error {
    let fault = Diagnostic::new(&codes::STUDY_OUTCOME, label).help(hint);
    Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
}

impl Simulator {
    /// A function over `base` after the edits `set`, each `KEY=VALUE`: of `parameters` (model parameters by name, or keys of the
    /// config that take a number), each in its own unit. An outcome is a headline figure of an arm,
    /// `spine_density_24h_after_dose[ketamine]`, where the arm may be left out if there is one; or a measurement in the
    /// language of the scoreboard. Its value is the mean over the networks that have one, NaN if none has.
    ///
    /// # Errors
    /// [`Error::Input`] for what the config does not have.
    pub fn new(
        base: BaseConfig,
        set: &[String],
        parameters: &[String],
        outcomes: &[String],
        cascade: &Cascade,
    ) -> Result<Self> {
        let first = base.with(set, cascade)?.experiment;
        let arms: Vec<String> = first.arms.iter().map(|arm| arm.name.clone()).collect();
        let text = statement(set, parameters, outcomes, &arms, cascade)?;
        let study = Study::over("simulator", text, base, cascade)?;
        study.check_outcomes(&first)?;
        Ok(Self { study, cascade: cascade.clone(), arms })
    }

    /// The parameters: name, and unit where there is one.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.study.factors.iter().map(|factor| (factor.name.as_str(), factor.unit.as_deref()))
    }

    /// The outcomes, as they were asked for.
    pub fn outcomes(&self) -> impl Iterator<Item = &str> {
        self.study.outcomes.iter().map(|outcome| outcome.name.as_str())
    }

    /// The arms of the config.
    #[must_use]
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// The outcomes at every point, on `threads` threads; results do not depend on them, nor on which points are asked
    /// together. All points draw the random numbers of the config, unless `run.seed` is a parameter.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if `watch` says so; [`Error::Io`]; [`Error::Input`] for a point of another length.
    pub fn simulate(
        &mut self,
        points: &[Vec<f64>],
        watch: &dyn StudyWatch,
        threads: usize,
    ) -> Result<Vec<std::result::Result<Vec<f64>, PointFailure>>> {
        let asked = self.study.factors.len();
        if let Some(index) = points.iter().position(|point| point.len() != asked) {
            let label = format!("point {index} has {} values, and there are {asked} parameters", points[index].len());
            return Err(refuse(label, "a value for each parameter, in their order"));
        }
        self.study.points =
            points.iter().map(|point| point.iter().map(|value| Level::Number(*value)).collect()).collect();
        let mut told: Vec<std::result::Result<Vec<f64>, PointFailure>> = Vec::with_capacity(points.len());
        let mut sound = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let failed = |error: String| Err(PointFailure { exit_code: 2, error });
            told.push(match point.iter().position(|value| !value.is_finite()) {
                Some(place) => failed(format!("error: `{}` is {}", self.study.factors[place].name, point[place])),
                None => match self.study.examine(index, &self.cascade)? {
                    Ok((point, _)) => {
                        sound.push(point);
                        failed("error: it was not simulated".to_owned())
                    }
                    Err(report) => failed(report.to_string()),
                },
            });
        }
        for finished in sweep::in_memory(&self.study, &sound, watch, threads)? {
            told[finished.point] = match finished.result {
                PointResult::Failed { exit_code, error } => Err(PointFailure { exit_code, error }),
                PointResult::Done(values) => Ok((0..self.study.outcomes.len())
                    .map(|outcome| {
                        let own = values.iter().filter(|it| it.outcome == outcome && !it.value.is_nan());
                        mean(&own.map(|it| it.value).collect::<Vec<f64>>())
                    })
                    .collect()),
            };
        }
        Ok(told)
    }
}

/// A study file that asks for these.
fn statement(
    set: &[String],
    parameters: &[String],
    outcomes: &[String],
    arms: &[String],
    cascade: &Cascade,
) -> Result<String> {
    // JSON's strings are TOML's
    let quoted = |text: &str| Value::from(text).to_string();
    let set: Vec<String> = set.iter().map(|edit| quoted(edit)).collect();
    let mut text =
        format!("schema_version = 1\nbase = \"base\"\nset = [{}]\ndesign = {{ method = \"table\" }}\n", set.join(", "));
    let settable = keys::settable(cascade);
    for name in parameters {
        let key = if cascade.parameter(name).is_some() { "parameter" } else { "key" };
        let known = keys::steps_of(name).and_then(|steps| settable.iter().find(|known| known.is_at(&steps)));
        if key == "key" && known.is_some_and(|known| known.number.is_none()) {
            return Err(refuse(
                format!("`{name}` takes no number"),
                "parameters are numbers; others belong into the config",
            ));
        }
        let _ = writeln!(text, "[[factor]]\n{key} = {}", quoted(name));
    }
    for asked in outcomes {
        let (asked, name) = (asked.trim(), quoted(asked));
        if asked.contains('(') {
            let _ = writeln!(text, "[[outcome]]\nname = {name}\nmeasure = {}", quoted(asked));
            continue;
        }
        let (figure, arm) = match asked.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((figure, arm)) => (figure, arm),
            None if arms.len() == 1 => (asked, arms[0].as_str()),
            None => {
                let hint = format!("write `{asked}[ARM]`; arms: {}", arms.join(", "));
                return Err(refuse(format!("`{asked}` does not say of which arm"), hint));
            }
        };
        let _ = writeln!(text, "[[outcome]]\nname = {name}\nkey = {}\narms = [{}]", quoted(figure), quoted(arm));
    }
    Ok(text)
}
