//! What a world is built under: the model in force, and what is done to the subject.

use crate::anatomy::synapses::SpineRemovals;
use crate::foundation::clock::Disabled;
use crate::foundation::parameters::Overrides;
use crate::mechanisms::dosing::{DoseSchedule, Formulary};
use crate::mechanisms::stress::StressSchedule;

/// A model: the parameter values and the mechanisms in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
    /// Mechanisms that are switched off.
    pub disabled: Disabled,
}

/// What is done to the subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Protocol {
    /// The drugs that the doses name.
    pub formulary: Formulary,
    /// Doses, already expanded into single events.
    pub doses: DoseSchedule,
    /// Stress episodes.
    pub stress: StressSchedule,
    /// Removals of newborn spines.
    pub removals: SpineRemovals,
}
