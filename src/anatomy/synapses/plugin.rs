//! The two moments of a tick at which anatomy acts on synapses: the sweep and the edits.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use super::law::{Complement, EliminationPressure, NeuronLaws};
use super::slab::{Birth, Dendrite};
use super::store::{SweepInput, Synapses};
use crate::anatomy::network::Network;
use crate::anatomy::neuron::{PresynapticOutput, SynapticInput};
use crate::foundation::state::CarryState;
use crate::schedule::{Clock, Phase, Tick};

/// Births staged in this tick, in order of their postsynaptic neuron. Emptied when they are applied.
#[derive(Resource, Clone, Debug, Default)]
pub struct StagedBirths(pub Vec<Birth>);

/// Carries out the laws and applies the births that mechanisms state.
pub struct SynapsePlugin;

impl Plugin for SynapsePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<StagedBirths>()
            .init_resource::<PresynapticOutput>()
            .carry_streamed::<Synapses>()
            .carry_resource::<PresynapticOutput>()
            .carry_component::<Dendrite>()
            .carry_component::<SynapticInput>()
            .carry_component::<Complement>()
            .add_systems(Tick, sweep_synapses.in_set(Phase::SynapseSweep))
            .add_systems(Tick, apply_births.in_set(Phase::SynapseEdits));
    }
}

fn sweep_synapses(
    clock: Res<Clock>,
    network: Res<Network>,
    output: Res<PresynapticOutput>,
    mut synapses: ResMut<Synapses>,
    mut columns: Query<(&mut Dendrite, &mut SynapticInput, &NeuronLaws, &EliminationPressure, &Complement)>,
) {
    let tick = SweepInput { output: &output.0, seed: network.seed, tick: clock.tick, step_h: clock.step_h() as f32 };
    for (mut dendrites, mut inputs, laws, pressures, complements) in columns.contiguous_iter_mut().into_iter().flatten()
    {
        synapses.sweep(dendrites.bypass_change_detection(), inputs.bypass_change_detection(), &tick, |neuron, kind| {
            laws[neuron].of(kind, &pressures[neuron], &complements[neuron])
        });
    }
}

fn apply_births(mut staged: ResMut<StagedBirths>, mut synapses: ResMut<Synapses>, mut columns: Query<&mut Dendrite>) {
    for mut dendrites in columns.contiguous_iter_mut().into_iter().flatten() {
        synapses.apply(dendrites.bypass_change_detection(), &staged.0);
    }
    staged.0.clear();
}
