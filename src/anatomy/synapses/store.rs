//! All synapses of a network, and the passes over them.

use bevy_ecs::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::law::SynapseLaws;
use super::pass::{RowTick, Watched};
use super::row_law::Integration;
use super::slab::{Dendrite, NEURONS_PER_SLAB, Slab};
use super::sweep::Kernel;
use super::synapse::{Birth, Kind, Synapse};
use crate::anatomy::neuron::SynapticInput;
use crate::foundation::random::{Purpose, Seed};

/// How many synapses were formed and eliminated since the network was built, and how many stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Synapses of the initial network.
    pub initial: u64,
    /// Synapses formed since.
    pub formed: u64,
    /// Synapses eliminated since.
    pub eliminated: u64,
    /// Synapses that stand.
    pub standing: u64,
    /// The same three counts for spines alone: excitatory synapses of pyramidal cells.
    pub spines: SpineTally,
}

/// How many spines were formed and eliminated since the network was built, and how many stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpineTally {
    /// Spines formed since the network was built.
    pub formed: u64,
    /// Spines eliminated since.
    pub eliminated: u64,
    /// Spines that stand.
    pub standing: u64,
    /// Spines that stood after the last sweep, before births: those whose sizes it summed.
    pub swept: u64,
    /// Standing spines that complement has tagged.
    pub tagged: u64,
}

/// What a sweep needs to know of its tick.
pub struct SweepInput<'a> {
    /// Presynaptic output by identity, relative to its set point.
    pub output: &'a [f32],
    /// Seed of the replicate.
    pub seed: Seed,
    /// When: [`Clock::address`](crate::foundation::clock::Clock::address) of the tick.
    pub instant: u64,
    /// Length of the tick, in hours.
    pub step_h: f32,
}

/// All synapses of a network.
#[derive(Resource, Clone, Debug, Default)]
pub struct Synapses {
    pub(super) slabs: Vec<Slab>,
    pub(super) tally: Tally,
}

impl Synapses {
    /// Builds the initial synapses slab by slab, in parallel. `wire` appends, for one neuron, its
    /// excitatory and inhibitory synapses; no list of more edges than one slab's ever exists.
    pub fn build(dendrites: &mut [Dendrite], wire: impl Fn(u32, &mut Vec<Synapse>, &mut Vec<Synapse>) + Sync) -> Self {
        let slabs: Vec<Slab> = dendrites
            .par_chunks_mut(NEURONS_PER_SLAB)
            .enumerate()
            .map_init(<[Vec<Synapse>; 2]>::default, |[excitatory, inhibitory], (index, dendrites)| {
                let first = (index * NEURONS_PER_SLAB) as u32;
                excitatory.clear();
                inhibitory.clear();
                let mut ends = [[0; 2]; NEURONS_PER_SLAB];
                let mut rooms = [[0; 2]; NEURONS_PER_SLAB];
                let mut before = [0; 2];
                for i in 0..dendrites.len() {
                    wire(first + i as u32, excitatory, inhibitory);
                    ends[i] = [excitatory.len(), inhibitory.len()];
                    rooms[i] = [ends[i][0] - before[0], ends[i][1] - before[1]];
                    before = ends[i];
                }
                let mut slab = Slab::with_room(&rooms[..dendrites.len()], dendrites);
                for (i, dendrite) in dendrites.iter_mut().enumerate() {
                    slab.fill(&mut dendrite.excitatory, &excitatory[ends[i][0] - rooms[i][0]..ends[i][0]]);
                    slab.fill(&mut dendrite.inhibitory, &inhibitory[ends[i][1] - rooms[i][1]..ends[i][1]]);
                }
                slab
            })
            .collect();
        let standing =
            dendrites.iter().map(|dendrite| (dendrite.excitatory.len() + dendrite.inhibitory.len()) as u64).sum();
        Self { slabs, tally: Tally { initial: standing, standing, ..Tally::default() } }
    }

    /// Tells which neurons have spines; they are tallied apart from here on.
    pub fn tell_spines(&mut self, dendrites: &[Dendrite], spiny: impl Fn(u32) -> bool) {
        let mut standing = 0;
        for (id, dendrite) in dendrites.iter().enumerate().filter(|&(id, _)| spiny(id as u32)) {
            self.slabs[id / NEURONS_PER_SLAB].spiny |= 1 << (id % NEURONS_PER_SLAB);
            standing += dendrite.excitatory.len() as u64;
        }
        self.tally.spines = SpineTally { standing, ..SpineTally::default() };
    }

    /// Counts since the network was built: initial + formed = eliminated + standing.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// One tick of every synapse, in one pass: size dynamics, elimination, maturation, and each
    /// neuron's input for the next tick. `laws` gives the laws of a neuron's row of one kind.
    pub fn sweep(
        &mut self,
        dendrites: &mut [Dendrite],
        inputs: &mut [SynapticInput],
        tick: &SweepInput,
        laws: impl Fn(usize, Kind) -> SynapseLaws + Sync,
    ) {
        let kernel = Kernel::best();
        self.slabs
            .par_iter_mut()
            .zip(dendrites.par_chunks_mut(NEURONS_PER_SLAB))
            .zip(inputs.par_chunks_mut(NEURONS_PER_SLAB))
            .enumerate()
            .for_each(|(index, ((slab, dendrites), inputs))| {
                slab.eliminated.clear();
                slab.vacated.clear();
                slab.spines_eliminated = 0;
                slab.spines_tagged = 0;
                let mut watched = Watched::default();
                let mut integrations = [Integration::over(tick.step_h), Integration::over(tick.step_h)];
                for (i, (dendrite, input)) in dendrites.iter_mut().zip(inputs).enumerate() {
                    let neuron = index * NEURONS_PER_SLAB + i;
                    let [e0, e1, i0, i1] = tick.seed.block(Purpose::SynapseSweep, tick.instant, neuron as u32);
                    let (before, gone_before) = (dendrite.excitatory.len(), slab.eliminated.len());
                    let mut sweep = |kind, key| {
                        let law = integrations[kind as usize].of(&laws(neuron, kind));
                        let row_tick = RowTick { output: tick.output, law, key };
                        slab.sweep(kernel, dendrite.row_mut(kind), &row_tick, &mut watched)
                    };
                    let sums = sweep(Kind::Excitatory, [e0, e1]);
                    input.inhibitory = sweep(Kind::Inhibitory, [i0, i1]).input;
                    input.excitatory = sums.input;
                    input.excitatory_size = sums.size;
                    if slab.is_spiny(i) {
                        let gone = before - dendrite.excitatory.len();
                        let own = gone_before..gone_before + gone;
                        slab.vacated.extend(slab.eliminated[own].iter().map(|&partner| (neuron as u32, partner)));
                        slab.spines_eliminated += gone as u64;
                        slab.spines_tagged += i64::from(sums.newly_tagged);
                    }
                }
            });
        let eliminated = self.slabs.iter().map(|slab| slab.eliminated.len() as u64).sum::<u64>();
        self.tally.eliminated += eliminated;
        self.tally.standing -= eliminated;
        let spines = self.slabs.iter().map(|slab| slab.spines_eliminated).sum::<u64>();
        self.tally.spines.eliminated += spines;
        self.tally.spines.standing -= spines;
        self.tally.spines.swept = self.tally.spines.standing;
        let tagged = self.slabs.iter().map(|slab| slab.spines_tagged).sum::<i64>();
        self.tally.spines.tagged = self.tally.spines.tagged.saturating_add_signed(tagged);
    }

    /// Presynaptic identities of the synapses that were removed or eliminated in this tick, in a fixed order.
    pub fn eliminated(&self) -> impl Iterator<Item = u32> + '_ {
        self.slabs.iter().flat_map(|slab| slab.removed.iter().chain(&slab.eliminated).copied())
    }

    /// Calls `each` in parallel for every stretch of `of_neurons`, which has a value for every neuron, with the post- and presynaptic
    /// identities of the spines that were eliminated there in this tick; those that the experimenter removed are not among
    /// them. Spines of one neuron come one after the other, and the first argument is the identity that the stretch begins with.
    pub fn with_vacated<T: Send>(&self, of_neurons: &mut [T], each: impl Fn(u32, &mut [T], &[(u32, u32)]) + Sync) {
        let stretches = of_neurons.par_chunks_mut(NEURONS_PER_SLAB).zip(&self.slabs).enumerate();
        stretches.for_each(|(index, (own, slab))| each((index * NEURONS_PER_SLAB) as u32, own, &slab.vacated));
    }

    /// Each neuron's input under `output`, sizes unchanged: one step of the relaxation of rates.
    pub fn gather(&self, dendrites: &[Dendrite], inputs: &mut [SynapticInput], output: &[f32]) {
        let kernel = Kernel::best();
        self.slabs
            .par_iter()
            .zip(dendrites.par_chunks(NEURONS_PER_SLAB))
            .zip(inputs.par_chunks_mut(NEURONS_PER_SLAB))
            .for_each(|((slab, dendrites), inputs)| {
                for (dendrite, input) in dendrites.iter().zip(inputs) {
                    input.excitatory = slab.gather(kernel, dendrite.excitatory, output);
                    input.inhibitory = slab.gather(kernel, dendrite.inhibitory, output);
                }
            });
    }

    /// Applies staged births, which must be in order of their postsynaptic neuron.
    pub fn apply(&mut self, dendrites: &mut [Dendrite], births: &[Birth]) {
        debug_assert!(births.is_sorted_by_key(|birth| birth.postsynaptic));
        self.slabs.par_iter_mut().zip(dendrites.par_chunks_mut(NEURONS_PER_SLAB)).enumerate().for_each(
            |(index, (slab, dendrites))| {
                // whoever returns boutons has read this
                slab.removed.clear();
                let first = (index * NEURONS_PER_SLAB) as u32;
                let own = births.partition_point(|birth| birth.postsynaptic < first)
                    ..births.partition_point(|birth| birth.postsynaptic < first + NEURONS_PER_SLAB as u32);
                for birth in &births[own] {
                    let i = (birth.postsynaptic - first) as usize;
                    if !slab.push(dendrites[i].row_mut(birth.kind), birth.synapse) {
                        slab.make_room(dendrites, i, birth.kind, 1);
                        slab.push(dendrites[i].row_mut(birth.kind), birth.synapse);
                    }
                }
            },
        );
        self.tally.formed += births.len() as u64;
        self.tally.standing += births.len() as u64;
        let is_spine = |birth: &&Birth| {
            let neuron = birth.postsynaptic as usize;
            birth.kind == Kind::Excitatory && self.slabs[neuron / NEURONS_PER_SLAB].is_spiny(neuron % NEURONS_PER_SLAB)
        };
        let spines = births.iter().filter(is_spine).count() as u64;
        self.tally.spines.formed += spines;
        self.tally.spines.standing += spines;
    }

    /// The synapses of one row of neuron `neuron`.
    pub fn of<'a>(&'a self, neuron: u32, dendrite: &Dendrite, kind: Kind) -> impl Iterator<Item = Synapse> + 'a {
        self.slabs[neuron as usize / NEURONS_PER_SLAB].synapses(dendrite.row(kind))
    }
}
