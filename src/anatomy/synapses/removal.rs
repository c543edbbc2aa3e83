//! Spines removed by the experimenter, by their birthday: photo-deletion.
//!
//! A synapse keeps its birthday as an epoch of six hours ([`Tags`]), counted from the start of the burn-in, so a
//! removal is as fine as that: an epoch that began before the instant from which on births are meant is spared.
//! Removed spines count as eliminated, and their boutons fare as those of any eliminated spine.

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::slab::{Dendrite, NEURONS_PER_SLAB, Row, Slab};
use super::store::Synapses;
use super::synapse::Tags;
use crate::foundation::random::{Draws, Purpose, Seed};
use crate::foundation::time::Time;

/// One event of a protocol: spines born since some instant are removed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpineRemoval {
    /// When: the tick that begins here carries it out.
    pub time: Time,
    /// Spines born at or after this instant are meant; rounded up to an epoch of birth.
    pub born_after: Time,
    /// Share of them that goes, from 0 to 1; each has a draw of its own.
    pub fraction: f64,
}

impl SpineRemoval {
    /// `born_after` rounded up to an epoch of birth, in a world that began at `beginning`.
    #[must_use]
    pub fn born_from(&self, beginning: Time) -> Time {
        let elapsed = self.born_after - beginning;
        let epoch = Time::from_hours(Tags::EPOCH_H);
        beginning + if elapsed.is_multiple_of(epoch) { elapsed } else { elapsed.next_multiple_of(epoch) }
    }

    /// Which spines go, in a world that began at `beginning`.
    #[must_use]
    pub fn doomed(&self, beginning: Time) -> Doomed {
        Doomed {
            first_epoch: Tags::epoch_at((self.born_from(beginning) - beginning).hours()),
            fraction: self.fraction as f32,
        }
    }
}

/// The spine removals of a protocol.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct SpineRemovals(pub Vec<SpineRemoval>);

/// Spines that a tick removes before anything else happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doomed {
    /// The first epoch of birth that is meant.
    pub first_epoch: u16,
    /// Share of them that goes.
    pub fraction: f32,
}

impl Synapses {
    /// Removes the `doomed` of every neuron's spines. Between two sweeps, so what is left must be gathered before it
    /// is read.
    pub fn remove(&mut self, dendrites: &mut [Dendrite], doomed: &[Doomed], seed: Seed, instant: u64) {
        let chunks = self.slabs.par_iter_mut().zip(dendrites.par_chunks_mut(NEURONS_PER_SLAB)).enumerate();
        chunks.for_each(|(index, (slab, dendrites))| {
            let first = (index * NEURONS_PER_SLAB) as u32;
            slab.eliminated.clear();
            slab.spines_tagged = 0;
            for (i, dendrite) in dendrites.iter_mut().enumerate() {
                if slab.is_spiny(i) {
                    let draws = seed.draws(Purpose::SpineRemoval, instant, first + i as u32);
                    slab.remove(&mut dendrite.excitatory, doomed, draws);
                }
            }
            slab.removed.append(&mut slab.eliminated);
        });
        let removed = self.slabs.iter().map(|slab| slab.removed.len() as u64).sum::<u64>();
        self.tally.eliminated += removed;
        self.tally.standing -= removed;
        self.tally.spines.eliminated += removed;
        self.tally.spines.standing -= removed;
        let tagged = self.slabs.iter().map(|slab| slab.spines_tagged).sum::<i64>();
        self.tally.spines.tagged = self.tally.spines.tagged.saturating_add_signed(tagged);
    }
}

impl Slab {
    /// Removes the `doomed` synapses of a row, those of every entry by draws of their own.
    fn remove(&mut self, row: &mut Row, doomed: &[Doomed], mut draws: Draws) {
        for Doomed { first_epoch, fraction } in doomed {
            let meant = self.synapses(*row).zip(0..).filter(|(synapse, _)| synapse.tags.epoch() >= *first_epoch);
            self.slots = meant.filter(|_| draws.uniform() < *fraction).map(|(_, slot)| slot).collect();
            self.spines_tagged -= i64::from(self.vacate(row));
        }
    }
}
