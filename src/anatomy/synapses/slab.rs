//! A slab: the synapses of 128 neurons, as a structure of arrays.

use std::ops::Range;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::blocks::{Halves, LANES};
use super::identities::Identities;
use super::log_size::LogSize;
use super::pass::{RowRef, RowTick, Watched};
use super::sweep::{self, Kernel, RowMut, RowSums};
use super::synapse::{Kind, Synapse, Tags};

/// Neurons whose synapses share a slab, and one task of the parallel sweep. Fixed, so that work is
/// cut the same way whatever the number of threads.
pub const NEURONS_PER_SLAB: usize = 128;

/// A run of slots in the columns of a slab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub(super) start: u32,
    pub(super) len: u32,
    pub(super) capacity: u32,
}

impl Row {
    /// Number of synapses in the row.
    #[must_use]
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the row holds no synapse.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The blocks of the columns in which the row holds synapses. Rows begin with a block.
    fn held(self) -> Range<usize> {
        let first = self.start as usize / LANES;
        first..first + self.len().div_ceil(LANES)
    }
}

/// The synapses that a neuron owns, as rows of its slab.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dendrite {
    /// Synapses from pyramidal cells; on a pyramidal cell these are its spines.
    pub excitatory: Row,
    /// Synapses from interneurons.
    pub inhibitory: Row,
}

impl Dendrite {
    /// The row of one kind.
    #[must_use]
    pub fn row(&self, kind: Kind) -> Row {
        match kind {
            Kind::Excitatory => self.excitatory,
            Kind::Inhibitory => self.inhibitory,
        }
    }

    pub(super) fn row_mut(&mut self, kind: Kind) -> &mut Row {
        match kind {
            Kind::Excitatory => &mut self.excitatory,
            Kind::Inhibitory => &mut self.inhibitory,
        }
    }
}

/// The columns of synapses, in blocks of sixteen slots.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) presynaptic: Identities,
    pub(super) log_size: Vec<Halves>,
    pub(super) tags: Vec<Halves>,
}

impl Columns {
    pub(super) fn of(blocks: usize) -> Self {
        Self {
            presynaptic: Identities::of(blocks),
            log_size: vec![Halves::default(); blocks],
            tags: vec![Halves::default(); blocks],
        }
    }

    pub(super) fn get(&self, slot: usize) -> Synapse {
        let (block, lane) = (slot / LANES, slot % LANES);
        Synapse {
            presynaptic: self.presynaptic.get(slot),
            log_size: LogSize(self.log_size[block].0[lane]),
            tags: Tags(self.tags[block].0[lane]),
        }
    }

    pub(super) fn set(&mut self, slot: usize, synapse: Synapse) {
        let (block, lane) = (slot / LANES, slot % LANES);
        self.presynaptic.set(slot, synapse.presynaptic);
        self.log_size[block].0[lane] = synapse.log_size.0;
        self.tags[block].0[lane] = synapse.tags.0;
    }

    /// Writes up to sixteen synapses into a block.
    fn fill(&mut self, block: usize, synapses: &[Synapse]) {
        self.presynaptic.fill(block, synapses.iter().map(|synapse| synapse.presynaptic));
        let columns = self.log_size[block].0.iter_mut().zip(&mut self.tags[block].0);
        for ((log_size, tags), synapse) in columns.zip(synapses) {
            (*log_size, *tags) = (synapse.log_size.0, synapse.tags.0);
        }
    }

    fn copy(&mut self, into: Range<usize>, from: &Self, blocks: Range<usize>) {
        self.presynaptic.copy(into.clone(), &from.presynaptic, blocks.clone());
        self.log_size[into.clone()].copy_from_slice(&from.log_size[blocks.clone()]);
        self.tags[into].copy_from_slice(&from.tags[blocks]);
    }
}

/// A slab. Rows lie in order of identity, the excitatory row before the inhibitory.
#[derive(Clone, Debug, Default)]
pub(super) struct Slab {
    pub(super) columns: Columns,
    /// Slots eliminated in the row at hand; kept to spare the allocation.
    pub(super) slots: Vec<u32>,
    /// Presynaptic identities of the synapses eliminated in this tick.
    pub(super) eliminated: Vec<u32>,
    /// Spines among them: postsynaptic and presynaptic identity.
    pub(super) vacated: Vec<(u32, u32)>,
    /// Presynaptic identities of those that the experimenter removed as the tick began.
    pub(super) removed: Vec<u32>,
    /// Which of the slab's neurons have spines, a bit each.
    pub(super) spiny: u128,
    /// Spines eliminated in this tick.
    pub(super) spines_eliminated: u64,
    /// Change of the number of tagged spines in this tick.
    pub(super) spines_tagged: i64,
}

/// Slots for `len` synapses and some growth: a sixteenth, padded to whole blocks. Who needs more rebuilds the
/// slab, at about a nanosecond per synapse, every few days of simulated time.
fn roomy(len: usize) -> u32 {
    ((len + len / 16 + 1).next_multiple_of(LANES)) as u32
}

impl Slab {
    /// A slab whose rows have room for the given numbers of synapses; the dendrites learn their rows.
    pub(super) fn with_room(rooms: &[[usize; 2]], dendrites: &mut [Dendrite]) -> Self {
        let mut start = 0;
        for (room, dendrite) in rooms.iter().zip(dendrites) {
            for (kind, &len) in [Kind::Excitatory, Kind::Inhibitory].into_iter().zip(room) {
                let capacity = roomy(len);
                *dendrite.row_mut(kind) = Row { start, len: 0, capacity };
                start += capacity;
            }
        }
        Self { columns: Columns::of(start as usize / LANES), ..Self::default() }
    }

    /// Puts the first synapses into a row that has room for them.
    pub(super) fn fill(&mut self, row: &mut Row, synapses: &[Synapse]) {
        debug_assert!(row.is_empty() && synapses.len() <= row.capacity as usize);
        for (block, synapses) in (row.start as usize / LANES..).zip(synapses.chunks(LANES)) {
            self.columns.fill(block, synapses);
        }
        row.len = synapses.len() as u32;
    }

    /// Appends a synapse to a row; false if the row is full.
    pub(super) fn push(&mut self, row: &mut Row, synapse: Synapse) -> bool {
        if row.len == row.capacity {
            return false;
        }
        self.columns.set((row.start + row.len) as usize, synapse);
        row.len += 1;
        true
    }

    /// Rebuilds the slab with fresh room in every row, and at least `extra` more in row `of`.
    pub(super) fn make_room(&mut self, dendrites: &mut [Dendrite], of: usize, kind: Kind, extra: usize) {
        let mut rooms: Vec<[usize; 2]> =
            dendrites.iter().map(|dendrite| [dendrite.excitatory.len(), dendrite.inhibitory.len()]).collect();
        rooms[of][kind as usize] += extra;
        let old = dendrites.to_vec();
        let rebuilt = Self::with_room(&rooms, dendrites);
        let from = std::mem::replace(&mut self.columns, rebuilt.columns);
        for (before, after) in old.iter().zip(dendrites) {
            for kind in [Kind::Excitatory, Kind::Inhibitory] {
                let (source, target) = (before.row(kind), after.row_mut(kind));
                let (blocks, first) = (source.held(), target.start as usize / LANES);
                self.columns.copy(first..first + blocks.len(), &from, blocks);
                target.len = source.len;
            }
        }
    }

    /// Whether neuron `i` of the slab has spines: its excitatory synapses sit on them.
    pub(super) fn is_spiny(&self, i: usize) -> bool {
        self.spiny >> i & 1 == 1
    }

    /// Runs the kernel over a row and removes what it eliminated; returns what the row sums to.
    pub(super) fn sweep(&mut self, kernel: Kernel, row: &mut Row, tick: &RowTick, watched: &mut Watched) -> RowSums {
        let blocks = row.held();
        self.slots.clear();
        let mut view = RowMut {
            presynaptic: self.columns.presynaptic.row(blocks.clone()),
            log_size: &mut self.columns.log_size[blocks.clone()],
            tags: &mut self.columns.tags[blocks],
            len: row.len(),
        };
        let mut sums = sweep::sweep_row(kernel, &mut view, tick, watched, &mut self.slots);
        sums.newly_tagged -= self.vacate(row);
        sums
    }

    /// Removes the synapses in `slots`, which ascend, from a row; returns how many of them were tagged.
    pub(super) fn vacate(&mut self, row: &mut Row) -> i32 {
        let mut tagged = 0;
        // from the back, so that the synapse that fills a gap is never one that must go
        for &slot in self.slots.iter().rev() {
            let gap = (row.start + slot) as usize;
            let gone = self.columns.get(gap);
            self.eliminated.push(gone.presynaptic);
            tagged += i32::from(gone.tags.is_tagged());
            row.len -= 1;
            self.columns.set(gap, self.columns.get((row.start + row.len) as usize));
        }
        tagged
    }

    /// Σ size·output of a row, nothing changed.
    pub(super) fn gather(&self, kernel: Kernel, row: Row, output: &[f32]) -> f32 {
        let blocks = row.held();
        let view = RowRef {
            presynaptic: self.columns.presynaptic.row(blocks.clone()),
            log_size: &self.columns.log_size[blocks],
            len: row.len(),
        };
        sweep::gather_row(kernel, view, output)
    }

    /// A slab of these columns, whose neurons with spines are `spiny`.
    pub(super) fn of(columns: Columns, spiny: u128) -> Self {
        Self { columns, spiny, ..Self::default() }
    }

    /// The synapses of a row.
    pub(super) fn synapses(&self, row: Row) -> impl Iterator<Item = Synapse> + '_ {
        let start = row.start as usize;
        (start..start + row.len()).map(|slot| self.columns.get(slot))
    }
}
