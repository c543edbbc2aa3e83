#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;

pub use parameters::PruningParameters;

use crate::anatomy::neuron::Neuron;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::{Complement, EliminationPressure};
use crate::mechanisms::inflammation::{InflammatoryEffect, RestingInflammation};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Raises the hazard of elimination under chronic stress, and lets complement tag weak spines.
pub struct Pruning;

impl Mechanism for Pruning {
    const NAME: &'static str = "pruning";
    const ABOUT: &'static str = "Chronic stress raises the hazard of elimination.";
    type Parameters = PruningParameters;

    fn build(&self, link: &mut Link, _: &PruningParameters) {
        link.reads::<GlucocorticoidLoad>()
            .reads::<Subject>()
            .reads::<InflammatoryEffect>()
            .reads::<RestingInflammation>()
            .writes_component::<EliminationPressure>()
            .writes_component::<Complement>()
            .adds((press_on_weak_spines, tag_weak_spines));
    }
}

/// Raises the hazard on the spines of pyramidal cells; synapses onto interneurons are spared.
fn press_on_weak_spines(
    parameters: Res<PruningParameters>,
    load: Res<GlucocorticoidLoad>,
    subject: Res<Subject>,
    mut neurons: Query<(&Neuron, &mut EliminationPressure)>,
) {
    let pressure = EliminationPressure {
        factor: equations::hazard_factor(load.0, parameters.stress_gain, subject.stress_sensitivity) as f32,
        size_exponent: (parameters.size_selectivity * load.0) as f32,
        activity_exponent: (parameters.activity_selectivity * load.0) as f32,
    };
    for (neuron, mut own) in &mut neurons {
        if neuron.class.is_excitatory() {
            own.set_if_neq(pressure);
        }
    }
}

/// Lets complement tag weak spines of pyramidal cells, and microglia engulf what is tagged.
fn tag_weak_spines(
    parameters: Res<PruningParameters>,
    (inflammation, resting): (Res<InflammatoryEffect>, Res<RestingInflammation>),
    mut neurons: Query<(&Neuron, &mut Complement)>,
) {
    let at_one = Complement {
        tagging_per_h: (parameters.tagging_per_d / 24.0) as f32,
        size_exponent: parameters.tagging_size_exponent as f32,
        activity_exponent: parameters.tagging_activity_exponent as f32,
        clearing_per_h: (parameters.clearing_per_d / 24.0) as f32,
        engulfment_per_h: (parameters.engulfment_per_d / 24.0) as f32,
    };
    let complement = equations::complement(inflammation.0 - resting.0, &at_one);
    for (neuron, mut own) in &mut neurons {
        if neuron.class.is_excitatory() {
            own.set_if_neq(complement);
        }
    }
}
