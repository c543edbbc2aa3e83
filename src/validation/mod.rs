//! How the model fares against published figures.
//!
//! A [`Target`](crate::validation::Target) is data: a published value with its spread and source, the band within which the model passes,
//! the reference experiment that answers to it, and the measurement, in a small language ([`expression`](crate::validation::expression)). The
//! board runs the experiments that its targets need, reads each measurement off what they recorded, and holds
//! it against the band. Targets on which parameters were tuned, those in view of which a mechanism was changed, predictions, and what
//! holds by construction are counted apart. Beside the model stand null models, and how well one laboratory predicts another. A
//! failure is information, not an error.
//!
//! ```
//! use resprout::mechanisms::Cascade;
//! use resprout::validation::{Board, Laboratory, targets};
//! use resprout::experiment::watch::Unwatched;
//! // magnesium's gate is an equation: no experiment has to run for it
//! let cascade = Cascade::standard();
//! let laboratory = Laboratory::of(&cascade, 1, &Unwatched);
//! let board = Board::score(targets::selected(&["C5".into()])?, &laboratory, None, |_| ())?;
//! assert!(board.rows.iter().all(|row| row.pass));
//! # Ok::<(), resprout::foundation::error::Error>(())
//! ```

pub mod changes;
pub mod evidence;
pub mod expression;
pub mod identifiability;
pub mod null_models;
mod readings;
pub mod reference;
pub mod summary;
pub mod targets;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::Serialize;

pub use targets::{EvidenceKind, Target};

use self::evidence::{Evidence, Missing};
use self::expression::Expression;
use self::null_models::{NullAnswer, NullModel};
pub use self::reference::{Laboratory, require_values};
use self::summary::Measured;
use self::targets::{Ceiling, Replication, RevisedBand};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::mechanisms::dosing::Formulary;
use crate::recording::dictionary::Dictionary;

/// One target with what the model says about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoredTarget {
    /// The target's id.
    pub id: String,
    /// What it is evidence of.
    pub kind: EvidenceKind,
    /// The model's value; null if it cannot be measured.
    #[serde(serialize_with = "summary::finite")]
    pub value: f64,
    /// Lower end of the model's interval, 5 %.
    #[serde(serialize_with = "summary::finite")]
    pub low: f64,
    /// Upper end of the model's interval, 95 %.
    #[serde(serialize_with = "summary::finite")]
    pub high: f64,
    /// Lower end of the pass band.
    pub band_low: f64,
    /// Upper end of the pass band.
    pub band_high: f64,
    /// The unit of all these.
    pub unit: String,
    /// Whether the value lies within the band.
    pub pass: bool,
    /// Citation of the published figure.
    pub source: String,
    /// `pass`, `fail` or `not measurable`.
    pub status: &'static str,
    /// Why it cannot be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is said to be so.
    pub statement: String,
    /// The published value.
    pub published: f64,
    /// Lower end of the published spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_low: Option<f64>,
    /// Upper end of the published spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_high: Option<f64>,
    /// How the published number is known.
    pub known: targets::Known,
    /// In what it was found.
    pub species: String,
    /// How strong the evidence is, A to C.
    pub grade: targets::Strength,
    /// Why the band is as wide as it is.
    pub band_reason: String,
    /// The reference experiment.
    pub experiment: String,
    /// How it was measured.
    pub measure: String,
    /// Number of networks or virtual subjects behind the value.
    pub n: usize,
    /// Which change was made in view of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub informed_by: Option<String>,
    /// Which fit had it in sight, if it was a prediction before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuned_by: Option<String>,
    /// The number and band of a primary source, with how the model fares against them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revised: Option<RevisedScore>,
    /// How well one laboratory predicts another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Ceiling>,
    /// What other laboratories found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub laboratories: Vec<Replication>,
    /// What null models say; empty unless they were asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub null_models: Vec<NullAnswer>,
}

/// A target's second band, from a primary source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RevisedScore {
    /// The band and where it is from.
    #[serde(flatten)]
    pub band: RevisedBand,
    /// Whether the model's value lies within it.
    pub pass: bool,
}

impl ScoredTarget {
    fn of(target: &Target, outcome: std::result::Result<Measured, Missing>) -> Self {
        let [band_low, band_high] = target.band;
        let outcome = outcome.and_then(|measured| {
            // an infinite time is an answer: it never happened
            if measured.value.is_nan() { Err("the measurement has no value".to_owned()) } else { Ok(measured) }
        });
        let pass = outcome.as_ref().is_ok_and(|measured| (band_low..=band_high).contains(&measured.value));
        let (measured, reason) = match outcome {
            Ok(measured) => (measured, None),
            Err(reason) => (Measured { value: f64::NAN, low: f64::NAN, high: f64::NAN, n: 0 }, Some(reason)),
        };
        Self {
            id: target.id.clone(),
            kind: target.kind,
            value: measured.value,
            low: measured.low,
            high: measured.high,
            band_low,
            band_high,
            unit: target.unit.clone(),
            pass,
            source: target.source.clone(),
            status: if reason.is_some() {
                "not measurable"
            } else if pass {
                "pass"
            } else {
                "fail"
            },
            reason,
            statement: target.statement.clone(),
            published: target.published,
            published_low: target.spread.map(|[low, _]| low),
            published_high: target.spread.map(|[_, high]| high),
            known: target.known,
            species: target.species.clone(),
            grade: target.grade,
            band_reason: target.band_reason.clone(),
            experiment: target.experiment.clone(),
            measure: target.measure.clone(),
            n: measured.n,
            informed_by: target.informed_by.clone(),
            tuned_by: target.tuned_by.clone(),
            revised: target.revised.clone().map(|band| {
                let [low, high] = band.band;
                RevisedScore { pass: (low..=high).contains(&measured.value), band }
            }),
            ceiling: target.ceiling(),
            laboratories: target.laboratories.clone(),
            null_models: Vec::new(),
        }
    }
}

/// How many of a kind passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Within their band.
    pub passed: usize,
    /// Outside it.
    pub failed: usize,
    /// Without an answer.
    pub not_measurable: usize,
}

/// The scoreboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// One row per target, calibration first, then informed ones, predictions, and what is structural.
    pub rows: Vec<ScoredTarget>,
}

impl Board {
    /// Runs what the `targets` need and scores them.
    ///
    /// Run folders are kept in `folder`, or in a temporary one that is removed as soon as its targets are
    /// measured. `announce` is told the name of each experiment before it runs.
    ///
    /// # Errors
    /// Those of a run that fails; [`Error::Input`] if a target's measurement cannot be read.
    pub fn score(
        targets: Vec<Target>,
        laboratory: &Laboratory,
        folder: Option<&Path>,
        announce: impl Fn(&str),
    ) -> Result<Self> {
        let mut rows: Vec<Option<ScoredTarget>> = vec![None; targets.len()];
        for name in needed(&targets) {
            let wanted: Vec<(usize, &Target)> =
                targets.iter().enumerate().filter(|(_, target)| target.experiment == name).collect();
            let mut asked = Vec::new();
            for (index, target) in wanted {
                match answerable(target, laboratory.cascade) {
                    Ok(()) => asked.push((index, target, target.expression()?)),
                    Err(reason) => rows[index] = Some(ScoredTarget::of(target, Err(reason))),
                }
            }
            if asked.is_empty() {
                continue;
            }
            if name == reference::EQUATIONS_ALONE {
                for (index, target, expression) in asked {
                    rows[index] = Some(ScoredTarget::of(target, without_run(&expression)));
                }
                continue;
            }
            announce(name);
            let temporary = tempfile::tempdir().map_err(Error::io("create", Path::new("a temporary folder")))?;
            let place = folder.unwrap_or(temporary.path()).join(name);
            let evidence = laboratory.run(laboratory.experiment(name)?, &place)?;
            for (index, target, expression) in &asked {
                rows[*index] = Some(ScoredTarget::of(target, measured(&evidence, target, expression)));
            }
            if laboratory.null_models {
                let answers = null_answers(name, &asked, evidence, laboratory, &announce)?;
                for ((index, ..), null_models) in asked.iter().zip(answers) {
                    if let Some(row) = &mut rows[*index] {
                        row.null_models = null_models;
                    }
                }
            }
        }
        Ok(Self { rows: rows.into_iter().flatten().collect() })
    }

    /// How many measurable targets of `kind` the null model meets, and how many it was asked; none if it was not.
    #[must_use]
    pub fn null_total(&self, kind: EvidenceKind, model: NullModel) -> Option<(usize, usize)> {
        let answers = self.rows.iter().filter(|row| row.kind == kind).flat_map(|row| &row.null_models);
        let (met, asked) = answers
            .filter(|answer| answer.model == model)
            .fold((0, 0), |(met, asked), answer| (met + usize::from(answer.pass), asked + 1));
        (asked > 0).then_some((met, asked))
    }

    /// Of the targets of `kind` about which two or more laboratories say something: how many there are, how many the model meets,
    /// and the mean share of laboratories that would have met their band.
    #[must_use]
    pub fn ceiling(&self, kind: EvidenceKind) -> Option<(usize, usize, f64)> {
        let rows = self.rows.iter().filter(|row| row.kind == kind && row.reason.is_none());
        let asked: Vec<(&ScoredTarget, Ceiling)> = rows.filter_map(|row| row.ceiling.map(|it| (row, it))).collect();
        let shares = asked.iter().map(|(_, ceiling)| ceiling.within as f64 / ceiling.laboratories as f64);
        let mean = shares.fold(0.0, |sum, share| sum + share) / asked.len() as f64;
        let met = asked.iter().filter(|(row, _)| row.pass).count();
        (!asked.is_empty()).then_some((asked.len(), met, mean))
    }

    /// How many targets of `kind` passed.
    #[must_use]
    pub fn total(&self, kind: EvidenceKind) -> Total {
        let mut total = Total::default();
        for row in self.rows.iter().filter(|row| row.kind == kind) {
            match row.status {
                "pass" => total.passed += 1,
                "fail" => total.failed += 1,
                _ => total.not_measurable += 1,
            }
        }
        total
    }

    /// The board as a JSON array, one object per target.
    ///
    /// # Errors
    /// [`Error::Run`] if the encoder refuses.
    pub fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(&self.rows)
            .map_err(|error| Error::Run(format!("cannot write the scoreboard: {error}")))?;
        Ok(text + "\n")
    }

    /// Writes `scoreboard.json` into `folder`.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder takes no file.
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::create_folder(folder)?;
        files::write(&folder.join("scoreboard.json"), self.json()?.as_bytes())
    }
}

/// What every null model says about targets of one experiment, in the order of `asked`. `evidence` is the model's own run.
fn null_answers(
    name: &str,
    asked: &[(usize, &Target, Expression)],
    mut evidence: Evidence,
    laboratory: &Laboratory,
    announce: &impl Fn(&str),
) -> Result<Vec<Vec<NullAnswer>>> {
    let mut answers = vec![Vec::new(); asked.len()];
    for model in NullModel::ALL {
        let folder = tempfile::tempdir().map_err(Error::io("create", Path::new("a temporary folder")))?;
        let of_null = if let Some(experiment) = model.of(&laboratory.experiment(name)?) {
            announce(&format!("{name}, null model: {}", model.name()));
            &laboratory.run(experiment, &folder.path().join("run"))?
        } else {
            evidence.hold();
            &evidence
        };
        for ((_, target, expression), answers) in asked.iter().zip(&mut answers) {
            let value = measured(of_null, target, expression).map_or(f64::NAN, |measured| measured.value);
            let [low, high] = target.band;
            answers.push(NullAnswer { model, value, pass: (low..=high).contains(&value) });
        }
    }
    Ok(answers)
}

/// The reference experiments of `targets`, each once, in the order in which they are declared.
fn needed(targets: &[Target]) -> Vec<&str> {
    let known = reference::EXPERIMENTS.iter().map(|(name, _)| *name).chain([reference::EQUATIONS_ALONE]);
    let mut names: Vec<&str> = known.filter(|name| targets.iter().any(|target| target.experiment == *name)).collect();
    // an experiment that does not exist is named last, and fails there
    names.extend(
        targets
            .iter()
            .map(|target| target.experiment.as_str())
            .filter(|name| reference::config(name).is_none() && *name != reference::EQUATIONS_ALONE),
    );
    names
}

/// Columns that are read off snapshots.
const SNAPSHOTS: [&str; 2] = ["synapses", "neurons"];

/// Whether this version of the model records what `target` asks for.
fn answerable(target: &Target, cascade: &Cascade) -> std::result::Result<(), Missing> {
    if let Some(awaited) = &target.awaits {
        return Err(awaited.clone());
    }
    let Ok(expression) = target.expression() else { return Ok(()) };
    let recorded =
        crate::configuration::Experiment::default().populations.into_iter().map(|it| it.name).collect::<Vec<_>>();
    let recorded = Dictionary::of(cascade, &Formulary::default()).columns(&recorded);
    for (column, _) in expression.series() {
        if !SNAPSHOTS.contains(&column) && recorded.iter().all(|known| known != column) {
            return Err(format!("no column `{column}` is recorded"));
        }
    }
    Ok(())
}

fn measured(evidence: &Evidence, target: &Target, expression: &Expression) -> std::result::Result<Measured, Missing> {
    evidence.read(expression, target.origin).map(|read| summary::measure(&read))
}

fn without_run(expression: &Expression) -> std::result::Result<Measured, Missing> {
    fn solve(expression: &Expression) -> std::result::Result<Expression, Missing> {
        match expression {
            Expression::Call(function, given) if expression::EQUATIONS.contains(function) => {
                evidence::equation(*function, given)
            }
            Expression::Call(function, given) => {
                Ok(Expression::Call(*function, given.iter().map(solve).collect::<std::result::Result<_, _>>()?))
            }
            Expression::Binary(operator, a, b) => {
                Ok(Expression::Binary(*operator, Box::new(solve(a)?), Box::new(solve(b)?)))
            }
            other => Ok(other.clone()),
        }
    }
    solve(expression).map(|solved| summary::measure(&solved))
}
