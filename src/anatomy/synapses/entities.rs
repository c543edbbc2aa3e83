//! One entity per synapse: the plain way to store agents in an ECS, for small networks and as the oracle of
//! the slabs. Same laws, same draws, same results to the last bit; some ten times the memory and time.

use bevy_ecs::prelude::*;

use super::blocks::{LANES, sum_lanes};
use super::law::SynapseLaws;
use super::log_size::{LogSize, place_of, size_of};
use super::noise::Noise;
use super::pass::RowTick;
use super::row_law::RowLaw;
use super::store::SweepInput;
use super::synapse::{Birth, Kind, Synapse, Tags};
use crate::anatomy::neuron::SynapticInput;
use crate::foundation::random::Purpose;

/// The state of a synapse that is an entity.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
struct SynapseState(Synapse);

/// All synapses of a network, each an entity of its own.
#[derive(Default)]
pub struct SynapseEntities {
    world: World,
    /// The entities of each neuron's excitatory and inhibitory row, in order of their slot.
    rows: Vec<[Vec<Entity>; 2]>,
}

impl SynapseEntities {
    /// Spawns the initial synapses; see [`Synapses::build`](super::Synapses::build).
    pub fn build(neurons: u32, wire: impl Fn(u32, &mut Vec<Synapse>, &mut Vec<Synapse>)) -> Self {
        let mut entities = Self { rows: vec![[Vec::new(), Vec::new()]; neurons as usize], ..Self::default() };
        for neuron in 0..neurons {
            let mut rows = [Vec::new(), Vec::new()];
            let [excitatory, inhibitory] = &mut rows;
            wire(neuron, excitatory, inhibitory);
            for (kind, row) in [Kind::Excitatory, Kind::Inhibitory].into_iter().zip(rows) {
                entities.rows[neuron as usize][kind as usize] =
                    entities.world.spawn_batch(row.into_iter().map(SynapseState)).collect();
            }
        }
        entities
    }

    /// One tick of every synapse; see [`Synapses::sweep`](super::Synapses::sweep).
    pub fn sweep(
        &mut self,
        inputs: &mut [SynapticInput],
        tick: &SweepInput,
        laws: impl Fn(usize, Kind) -> SynapseLaws,
    ) {
        for (neuron, input) in inputs.iter_mut().enumerate() {
            let [e0, e1, i0, i1] = tick.seed.block(Purpose::SynapseSweep, tick.instant, neuron as u32);
            let mut sweep = |kind, key| {
                let law = RowLaw::over(&laws(neuron, kind), tick.step_h);
                self.sweep_row(neuron, kind, &RowTick { output: tick.output, law: &law, key })
            };
            [input.excitatory, input.excitatory_size] = sweep(Kind::Excitatory, [e0, e1]);
            [input.inhibitory, _] = sweep(Kind::Inhibitory, [i0, i1]);
        }
    }

    /// Sweeps one row; returns (Σ size·output, Σ size).
    fn sweep_row(&mut self, neuron: usize, kind: Kind, tick: &RowTick) -> [f32; 2] {
        let &RowTick { output, law, key } = tick;
        // floating-point sums depend on their order: by lane first, as in the kernels
        let mut sums = [[0.0_f32; LANES]; 2];
        let mut lost = [0.0_f32; 2];
        let mut dead = Vec::new();
        let row = &mut self.rows[neuron][kind as usize];
        let mut states = self.world.query::<&mut SynapseState>();
        for (slot, &entity) in row.iter().enumerate() {
            let Ok(mut state) = states.get_mut(&mut self.world, entity) else { continue };
            let SynapseState(synapse) = &mut *state;
            let drive = output[synapse.presynaptic as usize];
            let noise = Noise::of(key, slot as u32);
            synapse.log_size = LogSize(law.moved(synapse.log_size.0, drive, noise).to_bits() as u16);
            let fate = law.settle(place_of(synapse.log_size.0), synapse.tags.0, drive, noise);
            synapse.tags = Tags(fate.tags);
            let size = size_of(synapse.log_size.0);
            for (which, amount) in [size * drive, size].into_iter().enumerate() {
                sums[which][slot % LANES] += amount;
                lost[which] += if fate.dies { amount } else { 0.0 };
            }
            if fate.dies {
                dead.push(slot);
            }
        }
        // from the back, so that the synapse that fills a gap is never one that must go
        for slot in dead.into_iter().rev() {
            self.world.despawn(row.swap_remove(slot));
        }
        [0, 1].map(|which| (sum_lanes(&sums[which]) - lost[which]).max(0.0))
    }

    /// Spawns staged births; see [`Synapses::apply`](super::Synapses::apply).
    pub fn apply(&mut self, births: &[Birth]) {
        for birth in births {
            let entity = self.world.spawn(SynapseState(birth.synapse)).id();
            self.rows[birth.postsynaptic as usize][birth.kind as usize].push(entity);
        }
    }

    /// The synapses of one row of neuron `neuron`, in order of their slot.
    pub fn of(&self, neuron: u32, kind: Kind) -> impl Iterator<Item = Synapse> + '_ {
        let row = &self.rows[neuron as usize][kind as usize];
        row.iter().filter_map(|&entity| self.world.get::<SynapseState>(entity)).map(|state| state.0)
    }

    /// Number of synapses.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.iter().flatten().map(Vec::len).sum()
    }
}
