#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

pub use parameters::PruningParameters;

use crate::anatomy::neuron::Neuron;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::{Complement, EliminationPressure};
use crate::foundation::parameters::Overrides;
use crate::foundation::state::CarryState;
use crate::mechanisms::inflammation::InflammatoryEffect;
use crate::mechanisms::stress::GlucocorticoidLoad;
use crate::schedule::{Phase, Tick};

/// Adds chronic-stress pruning.
#[derive(Default)]
pub struct PruningPlugin {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
}

impl Plugin for PruningPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.overrides.apply::<PruningParameters>())
            .init_resource::<Subject>()
            .init_resource::<InflammatoryEffect>()
            .carry_component::<EliminationPressure>()
            .carry_component::<Complement>()
            .add_systems(Tick, (press_on_weak_spines, tag_weak_spines).in_set(Phase::Pruning));
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
    inflammation: Res<InflammatoryEffect>,
    mut neurons: Query<(&Neuron, &mut Complement)>,
) {
    let at_one = Complement {
        tagging_per_h: (parameters.tagging_per_d / 24.0) as f32,
        size_exponent: parameters.tagging_size_exponent as f32,
        activity_exponent: parameters.tagging_activity_exponent as f32,
        clearing_per_h: (parameters.clearing_per_d / 24.0) as f32,
        engulfment_per_h: (parameters.engulfment_per_d / 24.0) as f32,
    };
    let complement = equations::complement(inflammation.0, &at_one);
    for (neuron, mut own) in &mut neurons {
        if neuron.class.is_excitatory() {
            own.set_if_neq(complement);
        }
    }
}
