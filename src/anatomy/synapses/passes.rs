//! The moments of a tick at which anatomy acts on synapses: the removals of a protocol before all else, the sweep and
//! the edits.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use super::law::{Complement, EliminationPressure, NeuronLaws};
use super::removal::{Doomed, SpineRemovals};
use super::slab::Dendrite;
use super::store::{SweepInput, Synapses};
use super::synapse::Birth;
use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::network::Network;
use crate::anatomy::neuron::{PresynapticOutput, SynapticInput};
use crate::foundation::clock::Clock;
use crate::foundation::error::{self, Error};

/// Births staged in this tick, in order of their postsynaptic neuron. Emptied when they are applied.
#[derive(Resource, Clone, Debug, Default)]
pub struct StagedBirths(pub Vec<Birth>);

/// Carries out the removals that are due as the tick begins, so that all of it, from activity to symptoms, goes by
/// the spines that are left.
pub fn remove_spines(
    clock: Res<Clock>,
    network: Res<Network>,
    output: Res<PresynapticOutput>,
    removals: Res<SpineRemovals>,
    mut synapses: ResMut<Synapses>,
    mut columns: AllNeurons<(&mut Dendrite, &mut SynapticInput)>,
) -> Result {
    let due = removals.0.iter().filter(|removal| removal.time == clock.now);
    let doomed: Vec<Doomed> = due.map(|removal| removal.doomed(clock.beginning)).collect();
    if doomed.is_empty() {
        return Ok(());
    }
    if let Some((mut dendrites, mut inputs)) = columns.slices()? {
        let dendrites = dendrites.bypass_change_detection();
        synapses.remove(dendrites, &doomed, network.seed, clock.address());
        synapses.gather(dendrites, inputs.bypass_change_detection(), &output.0);
    }
    Ok(())
}

/// Measures each neuron's input under `output` between ticks: the first one of a network that was built.
///
/// # Errors
/// [`Error::Run`] if only some neurons have a component; see [`AllNeurons`].
pub fn gather_inputs(world: &mut World, output: &[f32]) -> error::Result<()> {
    let mut state = SystemState::<(Res<Synapses>, AllNeurons<(&Dendrite, &mut SynapticInput)>)>::new(world);
    let (synapses, mut columns) = state.get_mut(world).map_err(|error| Error::Run(error.to_string()))?;
    if let Some((dendrites, mut inputs)) = columns.slices()? {
        synapses.gather(dendrites, inputs.bypass_change_detection(), output);
    }
    Ok(())
}

/// Carries out the laws of every neuron on its synapses, in one pass.
pub fn sweep_synapses(
    clock: Res<Clock>,
    network: Res<Network>,
    output: Res<PresynapticOutput>,
    mut synapses: ResMut<Synapses>,
    mut columns: AllNeurons<(&mut Dendrite, &mut SynapticInput, &NeuronLaws, &EliminationPressure, &Complement)>,
) -> Result {
    let tick =
        SweepInput { output: &output.0, seed: network.seed, instant: clock.address(), step_h: clock.step_h() as f32 };
    if let Some((mut dendrites, mut inputs, laws, pressures, complements)) = columns.slices()? {
        synapses.sweep(dendrites.bypass_change_detection(), inputs.bypass_change_detection(), &tick, |neuron, kind| {
            laws[neuron].of(kind, &pressures[neuron], &complements[neuron])
        });
    }
    Ok(())
}

/// Lets staged births in, in order of their postsynaptic neuron.
pub fn apply_births(
    mut staged: ResMut<StagedBirths>,
    mut synapses: ResMut<Synapses>,
    mut columns: AllNeurons<&mut Dendrite>,
) -> Result {
    if let Some(mut dendrites) = columns.slices()? {
        synapses.apply(dendrites.bypass_change_detection(), &staged.0);
    }
    staged.0.clear();
    Ok(())
}
