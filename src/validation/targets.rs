//! The published figures that the model is held against, as data.

use serde::{Deserialize, Serialize};

use super::evidence::TimeOrigin;
use super::expression::Expression;
use crate::foundation::error::{Error, Result};

/// What a target is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// Parameters were, or might have been, tuned on it: a hit says that the fit worked.
    Calibration,
    /// Nothing was tuned on it, but a mechanism or a measurement was changed after its miss had been seen, and in view of it.
    Informed,
    /// Nothing was tuned on it, and its band was written down before the model was run.
    Prediction,
    /// It holds by construction if the equations and inputs are what they claim to be.
    Structural,
}

impl EvidenceKind {
    /// Every kind, in the order of the board.
    pub const ALL: [Self; 4] = [Self::Calibration, Self::Informed, Self::Prediction, Self::Structural];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calibration => "calibration",
            Self::Informed => "informed",
            Self::Prediction => "prediction",
            Self::Structural => "structural",
        }
    }
}

/// How the published number is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// Read in the source, or its abstract.
    Read,
    /// Read in a source that quotes the source.
    Secondary,
    /// Remembered; the size may be off.
    Recalled,
    /// Calculated from what was read.
    Derived,
}

/// One published figure, and how the model's answer to it is measured.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Its name on the board: group, point, part, such as `C2.at_110_min`.
    pub id: String,
    /// What it is evidence of.
    pub kind: EvidenceKind,
    /// What is said to be so.
    pub statement: String,
    /// The published value.
    pub published: f64,
    /// The spread that the source gives, or that several sources span.
    pub spread: Option<[f64; 2]>,
    /// The unit of every number of this target.
    pub unit: String,
    /// The model passes within this band.
    pub band: [f64; 2],
    /// Why the band is as wide as it is.
    pub band_reason: String,
    /// Citation, with DOI where there is one.
    pub source: String,
    /// How the published number is known here.
    pub known: Known,
    /// In what it was found.
    pub species: String,
    /// How strong the evidence is.
    pub grade: Strength,
    /// The reference experiment that measures it.
    pub experiment: String,
    /// How, in the language of [`Expression`].
    pub measure: String,
    /// What times of the measurement count from; the first dose if left out.
    #[serde(default)]
    pub origin: TimeOrigin,
    /// What the model cannot say yet, if the target waits for it.
    pub awaits: Option<String>,
    /// Which change was made in view of it; said of every informed target, and of no other.
    pub informed_by: Option<String>,
    /// Which fit had it in sight; said of a calibration target that was a prediction before.
    pub tuned_by: Option<String>,
    /// The number and band that a primary source gives instead: scored too, never in place of the first.
    pub revised: Option<RevisedBand>,
    /// What single laboratories found, each in the target's unit and by the same question; a table of its own.
    #[serde(skip)]
    pub laboratories: Vec<Replication>,
}

/// A published number and band that replace a wrong one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevisedBand {
    /// The published value.
    pub published: f64,
    /// The band.
    pub band: [f64; 2],
    /// What is wrong with the first.
    pub reason: String,
    /// The primary source.
    pub source: String,
}

/// What one laboratory, or one trial, found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replication {
    /// Its value, in the target's unit.
    pub value: f64,
    /// Citation.
    pub source: String,
    /// How the number is known here.
    pub known: Known,
}

/// How well one laboratory predicts another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ceiling {
    /// Laboratories whose own value lies within the band.
    pub within: usize,
    /// Laboratories that asked.
    pub laboratories: usize,
}

/// The strength of evidence, A to C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strength {
    /// Human meta-analysis or trial, or two concordant sources.
    A,
    /// One good study.
    B,
    /// A recalled size, or sources in conflict.
    C,
}

impl Target {
    /// The group that its id begins with, such as `C2`.
    #[must_use]
    pub fn group(&self) -> &str {
        self.id.split('.').next().unwrap_or(&self.id)
    }

    /// How many laboratories would have met its band, where two or more asked. A model can't be asked to agree with all of
    /// them better than they agree with each other.
    #[must_use]
    pub fn ceiling(&self) -> Option<Ceiling> {
        let [low, high] = self.band;
        let within = self.laboratories.iter().filter(|found| (low..=high).contains(&found.value)).count();
        let laboratories = self.laboratories.len();
        (laboratories > 1).then_some(Ceiling { within, laboratories })
    }

    /// Its measurement, parsed.
    ///
    /// # Errors
    /// [`Error::Input`] with the place of the fault.
    pub fn expression(&self) -> Result<Expression> {
        Expression::parse(&self.measure)
            .map_err(|fault| Error::Input(format!("error: target {}: `{}`, {fault}", self.id, self.measure)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Vec<Target>,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files, by name, in the order of the board.
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("targets/", $name, ".toml")))),*];
    };
}

files!("concentrations", "receptors", "circuit", "molecules", "spines", "symptoms", "conditions", "side_effects");

/// What single laboratories and trials found, target by target.
const LABORATORIES: &str = include_str!("targets/laboratories.csv");

#[derive(Deserialize)]
struct Reported {
    id: String,
    value: f64,
    source: String,
    known: Known,
}

/// Every target, calibration first, then informed ones, predictions, and what is structural.
///
/// # Errors
/// [`Error::Input`] if a file is not as it should be; a test reads them all.
pub fn all() -> Result<Vec<Target>> {
    let mut targets = Vec::new();
    for (name, text) in FILES {
        let file: File =
            toml::from_str(text).map_err(|error| Error::Input(format!("error: targets/{name}.toml: {error}")))?;
        targets.extend(file.target);
    }
    let mut laboratories = csv::Reader::from_reader(LABORATORIES.as_bytes());
    for found in laboratories.deserialize() {
        let Reported { id, value, source, known } =
            found.map_err(|error| Error::Input(format!("error: targets/laboratories.csv: {error}")))?;
        let target = targets.iter_mut().find(|target: &&mut Target| target.id == id);
        let target = target
            .ok_or_else(|| Error::Input(format!("error: targets/laboratories.csv: no target is called `{id}`")))?;
        target.laboratories.push(Replication { value, source, known });
    }
    targets.sort_by_key(|target| target.kind);
    Ok(targets)
}

/// The targets that `only` names, by id or by group; all of them if it names none.
///
/// # Errors
/// [`Error::Input`] for a name that no target has.
pub fn selected(only: &[String]) -> Result<Vec<Target>> {
    let targets = all()?;
    let is_named = |target: &Target, name: &String| {
        target.id.eq_ignore_ascii_case(name) || target.group().eq_ignore_ascii_case(name)
    };
    for name in only {
        if !targets.iter().any(|target| is_named(target, name)) {
            let mut groups: Vec<&str> = targets.iter().map(Target::group).collect();
            groups.dedup();
            return Err(Error::Input(format!(
                "error: no target is called `{name}`\n  = help: an id, or a group: {}",
                groups.join(", ")
            )));
        }
    }
    Ok(targets.into_iter().filter(|target| only.is_empty() || only.iter().any(|name| is_named(target, name))).collect())
}
