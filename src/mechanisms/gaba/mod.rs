#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

pub use parameters::GabaParameters;

use crate::anatomy::neuron::InhibitoryTone;
use crate::foundation::parameters::Overrides;
use crate::foundation::reduce;
use crate::foundation::state::CarryState;
use crate::mechanisms::glutamate::ExtracellularGlutamate;
use crate::mechanisms::stress::GlucocorticoidLoad;
use crate::schedule::{Clock, Phase, Tick};

/// Adds GABA content and its effect on inhibition.
#[derive(Default)]
pub struct GabaPlugin {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
}

impl Plugin for GabaPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.overrides.apply::<GabaParameters>())
            .init_resource::<InhibitoryTone>()
            .carry_resource::<InhibitoryTone>()
            .add_systems(Tick, set_inhibitory_tone.in_set(Phase::Gaba));
    }
}

fn set_inhibitory_tone(
    clock: Res<Clock>,
    parameters: Res<GabaParameters>,
    load: Res<GlucocorticoidLoad>,
    glutamate: Res<ExtracellularGlutamate>,
    mut tone: ResMut<InhibitoryTone>,
) {
    let relative = reduce::mean(&glutamate.field.values, |&um| um) / glutamate.ambient_um;
    let steady = equations::steady_content(load.0, relative, parameters.stress_loss, parameters.glutamate_coupling);
    tone.content = equations::content_after(tone.content, steady, parameters.time_constant_h, clock.step_h());
    tone.synaptic_gain = equations::synaptic_gain(tone.content, parameters.synaptic_share) as f32;
}
