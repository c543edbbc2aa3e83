//! Null models: what the board would read if a cause that the model names were not there.
//!
//! A target says little if a model in which nothing happens meets it too. Each null model is scored on the same targets, by the same
//! measurements: three are the model itself with one cause taken away, run again; one takes the model's own run and lets every
//! quantity stay where it began.

use serde::Serialize;

use crate::configuration::{Experiment, Switched};
use crate::mechanisms::Mechanism;
use crate::mechanisms::dosing::Dosing;

/// A model in which something does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NullModel {
    /// No dose arrives: neither drug nor the expectation that comes with it.
    NoDrugEffect,
    /// No episode of stress.
    NoStressEffect,
    /// Every dose is one of saline: what is left is the expectation.
    PlaceboOnly,
    /// Every quantity stays at its first value.
    Constant,
}

/// The drug that does nothing but be given.
const SALINE: &str = "saline";

impl NullModel {
    /// Every null model, in the order of the board.
    pub const ALL: [Self; 4] = [Self::NoDrugEffect, Self::NoStressEffect, Self::PlaceboOnly, Self::Constant];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoDrugEffect => "no drug effect",
            Self::NoStressEffect => "no stress effect",
            Self::PlaceboOnly => "placebo only",
            Self::Constant => "constant",
        }
    }

    /// `experiment` under this model; none if the model's own run is read instead, with every quantity held.
    #[must_use]
    pub fn of(self, experiment: &Experiment) -> Option<Experiment> {
        let mut experiment = experiment.clone();
        match self {
            Self::NoDrugEffect => experiment.model.disable = switched_off(&experiment.model.disable, Dosing::NAME),
            Self::NoStressEffect => {
                experiment.stress.clear();
                for arm in &mut experiment.arms {
                    arm.stress = arm.stress.as_ref().map(|_| Vec::new());
                }
            }
            Self::PlaceboOnly => {
                for event in experiment.arms.iter_mut().flat_map(|arm| &mut arm.doses) {
                    SALINE.clone_into(&mut event.first.drug);
                }
            }
            Self::Constant => return None,
        }
        Some(experiment)
    }
}

fn switched_off(already: &Switched, mechanism: &str) -> Switched {
    let others = already.0.iter().filter(|name| *name != mechanism).cloned();
    Switched(others.chain([mechanism.to_owned()]).collect())
}

/// What a null model says about one target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NullAnswer {
    /// The null model.
    pub model: NullModel,
    /// Its value; null if it has none.
    #[serde(serialize_with = "super::summary::finite")]
    pub value: f64,
    /// Whether the value lies within the band.
    pub pass: bool,
}
