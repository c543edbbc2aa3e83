//! What is asked of every point of a study, and how it is read off what the point left.

use serde::{Deserialize, Serialize};

use super::statement::OutcomeTable;
use crate::configuration::Experiment;
use crate::configuration::document::{KeyPath, at};
use crate::experiment::points::PointOutcome;
use crate::foundation::diagnostics::{Diagnostic, codes, nearest};
use crate::foundation::error::{Error, Result};
use crate::validation::evidence::{Evidence, TimeOrigin};
use crate::validation::expression::{Expression, READINGS, SUMMARIES};
use crate::validation::summary::{self, Value};

/// Something that is asked of every point.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyOutcome {
    /// What the tables call it.
    pub name: String,
    reading: OutcomeReading,
}

#[derive(Clone, Debug, PartialEq)]
enum OutcomeReading {
    /// A headline figure, of every network of these arms; of all where none is named.
    Headline { key: String, arms: Vec<String> },
    /// A measurement over what was recorded.
    Measured { expression: Expression, unit: String, arms: String },
}

/// The network of a value that is of all networks together.
pub const OF_ALL: i64 = -1;

/// A value of an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeValue {
    /// Which outcome, by its place in the study.
    pub outcome: usize,
    /// The arm; several, joined by ` | `, for a measurement over several.
    pub arm: String,
    /// The replicate; [`OF_ALL`] for a value of all networks together.
    pub replicate: i64,
    /// The virtual subject; [`OF_ALL`] likewise.
    pub subject: i64,
    /// Its unit.
    pub unit: String,
    /// The value, bit by bit, so that a journal keeps what JSON cannot say.
    #[serde(with = "bits")]
    pub value: f64,
}

mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(value.to_bits())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

/// A fault in an outcome: at which key of the study file, and the message.
pub(super) type OutcomeFault = (KeyPath, Diagnostic);

impl StudyOutcome {
    /// Reads the outcome that stands at `place`.
    pub(super) fn read(table: &OutcomeTable, place: usize) -> std::result::Result<Self, OutcomeFault> {
        let here = at!["outcome", place];
        let refuse = |at: KeyPath, label: String| Err((at, Diagnostic::new(&codes::STUDY_OUTCOME, label)));
        match (&table.key, &table.measure) {
            (Some(key), None) => {
                if table.unit.is_some() {
                    return refuse(here.then("unit"), "a `key` has its own unit".to_owned());
                }
                let name = table.name.clone().unwrap_or_else(|| key.clone());
                Ok(Self { name, reading: OutcomeReading::Headline { key: key.clone(), arms: table.arms.clone() } })
            }
            (None, Some(measure)) => {
                let Some(name) = table.name.clone() else {
                    return refuse(here, "a `measure` needs a `name`".to_owned());
                };
                if !table.arms.is_empty() {
                    return refuse(here.then("arms"), "a `measure` names its arms itself: `column[arm]`".to_owned());
                }
                let expression = match Expression::parse(measure) {
                    Ok(expression) => expression,
                    Err(fault) => return refuse(here.then("measure"), fault.to_string()),
                };
                let mut arms: Vec<&str> = Vec::new();
                for (column, arm) in expression.series() {
                    if matches!(column, "synapses" | "neurons") {
                        return refuse(
                            here.then("measure"),
                            format!("points keep no snapshots, which `{column}[{arm}]` needs"),
                        );
                    }
                    if !arms.contains(&arm) {
                        arms.push(arm);
                    }
                }
                if arms.is_empty() {
                    return refuse(here.then("measure"), "it reads nothing that a point records".to_owned());
                }
                let arms = arms.join(" | ");
                let unit = table.unit.clone().unwrap_or_else(|| "1".to_owned());
                Ok(Self { name, reading: OutcomeReading::Measured { expression, unit, arms } })
            }
            _ => refuse(here, "an outcome states one of `key` and `measure`".to_owned()),
        }
    }

    /// Whether it needs the rows of every tick.
    #[must_use]
    pub fn needs_rows(&self) -> bool {
        matches!(self.reading, OutcomeReading::Measured { .. })
    }

    /// Whether one number is made of all networks.
    fn is_of_all(expression: &Expression) -> bool {
        match expression {
            Expression::Call(function, _) if SUMMARIES.contains(function) => true,
            Expression::Call(function, given) => !READINGS.contains(function) && given.iter().any(Self::is_of_all),
            Expression::Binary(_, a, b) => Self::is_of_all(a) || Self::is_of_all(b),
            _ => false,
        }
    }

    /// Refuses what a point with these arms and headline figures cannot answer.
    pub(super) fn check(
        &self,
        place: usize,
        experiment: &Experiment,
        keys: &[(String, &'static str)],
        columns: &[String],
    ) -> std::result::Result<(), OutcomeFault> {
        let here = at!["outcome", place];
        let names: Vec<&str> = experiment.arms.iter().map(|arm| arm.name.as_str()).collect();
        let no_arm = |at: KeyPath, arm: &str| {
            let fault = Diagnostic::new(&codes::STUDY_OUTCOME, format!("no arm is called `{arm}`"));
            (at, fault.help(format!("arms: {}", names.join(", "))))
        };
        match &self.reading {
            OutcomeReading::Headline { key, arms } => {
                if !keys.iter().any(|(known, _)| known == key) {
                    let fault = Diagnostic::new(&codes::STUDY_OUTCOME, format!("no headline figure is called `{key}`"));
                    let near = nearest(key, keys.iter().map(|(known, _)| known.as_str()));
                    let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
                    let hint = format!("{near}`outcomes.csv` of a run of the base lists them");
                    return Err((here.then("key"), fault.help(hint)));
                }
                match arms.iter().enumerate().find(|(_, arm)| !names.contains(&arm.as_str())) {
                    Some((index, arm)) => Err(no_arm(here.then("arms").then(index), arm)),
                    None => Ok(()),
                }
            }
            OutcomeReading::Measured { expression, .. } => {
                for (column, arm) in expression.series() {
                    if !names.contains(&arm) {
                        return Err(no_arm(here.then("measure"), arm));
                    }
                    if !columns.iter().any(|known| known == column) {
                        let fault = Diagnostic::new(&codes::STUDY_OUTCOME, format!("no column `{column}` is recorded"));
                        let near = nearest(column, columns.iter().map(String::as_str));
                        let hint = near.map_or("`dictionary.csv` of a run lists them".to_owned(), |near| {
                            format!("did you mean `{near}`?")
                        });
                        return Err((here.then("measure"), fault.help(hint)));
                    }
                }
                Ok(())
            }
        }
    }

    /// The values of the outcome at `place`, in order of arm and network.
    ///
    /// # Errors
    /// [`Error::Run`] if what the point left has no answer.
    pub(super) fn values(
        &self,
        place: usize,
        experiment: &Experiment,
        left: &PointOutcome,
        evidence: Option<&Evidence>,
    ) -> Result<Vec<OutcomeValue>> {
        let value = |arm: &str, network: Option<(u32, u32)>, unit: &str, value: f64| OutcomeValue {
            outcome: place,
            arm: arm.to_owned(),
            replicate: network.map_or(OF_ALL, |(replicate, _)| i64::from(replicate)),
            subject: network.map_or(OF_ALL, |(_, subject)| i64::from(subject)),
            unit: unit.to_owned(),
            value,
        };
        let networks: Vec<(u32, u32)> = experiment.units().collect();
        match &self.reading {
            OutcomeReading::Headline { key, arms } => {
                let index = left.described.iter().position(|(known, _)| known == key);
                let index = index.ok_or_else(|| Error::Run(format!("no headline figure is called `{key}`")))?;
                let unit = left.described[index].1;
                let wanted = left.arms.iter().filter(|arm| arms.is_empty() || arms.contains(&arm.name));
                let of_arm = |arm: &crate::experiment::points::ArmOutcome| {
                    let each = networks.iter().zip(&arm.networks);
                    each.map(|(&network, values)| value(&arm.name, Some(network), unit, values[index]))
                        .collect::<Vec<_>>()
                };
                Ok(wanted.flat_map(of_arm).collect())
            }
            OutcomeReading::Measured { expression, unit, arms } => {
                let missing = |why: String| Error::Run(format!("`{}`: {why}", self.name));
                let evidence = evidence.ok_or_else(|| missing("no rows were kept".to_owned()))?;
                let read = evidence.read(expression, TimeOrigin::FirstDose).map_err(missing)?;
                Ok(match summary::value(&read, None) {
                    Value::Each(values) if !Self::is_of_all(expression) => {
                        networks.iter().zip(values).map(|(&network, it)| value(arms, Some(network), unit, it)).collect()
                    }
                    other => vec![value(arms, None, unit, other.of(0))],
                })
            }
        }
    }
}
