//! A slab: the synapses of 128 neurons, as a structure of arrays.

use std::io;

use bevy_ecs::prelude::*;
use bytemuck::{cast_slice, cast_slice_mut};
use serde::{Deserialize, Serialize};

use super::law::RowLaw;
use super::sweep::{self, LANES};
use super::{Kind, LogSize, Tags};

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

    fn slots(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.capacity) as usize
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

/// One synapse, as read back from storage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Synapse {
    /// Identity of the presynaptic neuron.
    pub presynaptic: u32,
    /// Size on the stored scale.
    pub log_size: LogSize,
    /// Stage and epoch of birth.
    pub tags: Tags,
}

/// A staged birth. Births are applied in order of their postsynaptic neuron.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Birth {
    /// Identity of the neuron that will own the synapse.
    pub postsynaptic: u32,
    /// Which of its rows.
    pub kind: Kind,
    /// The synapse.
    pub synapse: Synapse,
}

/// The columns of a slab. Rows lie in order of identity, the excitatory row before the inhibitory.
#[derive(Clone, Debug, Default)]
pub(super) struct Slab {
    presynaptic: Vec<u32>,
    log_size: Vec<u16>,
    tags: Vec<u16>,
    /// Slots eliminated in the row under the kernel; kept to spare the allocation.
    slots: Vec<u32>,
    /// Presynaptic identities of the synapses eliminated in this tick.
    pub(super) eliminated: Vec<u32>,
    /// Which of the slab's neurons have spines, a bit each.
    pub(super) spiny: u128,
    /// Spines eliminated in this tick.
    pub(super) spines_eliminated: u64,
}

/// Slots for `len` synapses and some growth: an eighth, padded to whole blocks.
fn roomy(len: usize) -> u32 {
    ((len + len / 8 + 1).next_multiple_of(LANES)) as u32
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
        let slots = start as usize;
        Self {
            presynaptic: vec![0; slots],
            log_size: vec![0; slots],
            tags: vec![0; slots],
            slots: Vec::new(),
            eliminated: Vec::new(),
            spiny: 0,
            spines_eliminated: 0,
        }
    }

    /// Appends a synapse to a row; false if the row is full.
    pub(super) fn push(&mut self, row: &mut Row, synapse: Synapse) -> bool {
        if row.len == row.capacity {
            return false;
        }
        let slot = (row.start + row.len) as usize;
        self.presynaptic[slot] = synapse.presynaptic;
        self.log_size[slot] = synapse.log_size.0;
        self.tags[slot] = synapse.tags.0;
        row.len += 1;
        true
    }

    /// Rebuilds the slab with fresh room in every row, and at least `extra` more in row `of`.
    pub(super) fn make_room(&mut self, dendrites: &mut [Dendrite], of: usize, kind: Kind, extra: usize) {
        let mut rooms: Vec<[usize; 2]> =
            dendrites.iter().map(|dendrite| [dendrite.excitatory.len(), dendrite.inhibitory.len()]).collect();
        rooms[of][kind as usize] += extra;
        let old = dendrites.to_vec();
        let mut rebuilt = Self::with_room(&rooms, dendrites);
        for (before, after) in old.iter().zip(dendrites) {
            for kind in [Kind::Excitatory, Kind::Inhibitory] {
                let (from, into) = (before.row(kind), after.row_mut(kind));
                let (source, target) = (from.start as usize, into.start as usize);
                let len = from.len();
                rebuilt.presynaptic[target..target + len].copy_from_slice(&self.presynaptic[source..source + len]);
                rebuilt.log_size[target..target + len].copy_from_slice(&self.log_size[source..source + len]);
                rebuilt.tags[target..target + len].copy_from_slice(&self.tags[source..source + len]);
                into.len = from.len;
            }
        }
        rebuilt.eliminated = std::mem::take(&mut self.eliminated);
        rebuilt.slots = std::mem::take(&mut self.slots);
        rebuilt.spiny = self.spiny;
        rebuilt.spines_eliminated = self.spines_eliminated;
        *self = rebuilt;
    }

    /// Whether neuron `i` of the slab has spines: its excitatory synapses sit on them.
    pub(super) fn is_spiny(&self, i: usize) -> bool {
        self.spiny >> i & 1 == 1
    }

    /// Runs the kernel over a row and removes what it eliminated; returns (Σ size·output, Σ size).
    pub(super) fn sweep(&mut self, row: &mut Row, output: &[f32], law: &RowLaw, key: [u32; 2]) -> [f32; 2] {
        let slots = row.slots();
        self.slots.clear();
        let sums = sweep::sweep_row(
            &self.presynaptic[slots.clone()],
            &mut self.log_size[slots.clone()],
            &mut self.tags[slots],
            row.len(),
            output,
            law,
            key,
            &mut self.slots,
        );
        // from the back, so that the synapse that fills a gap is never one that must go
        for i in (0..self.slots.len()).rev() {
            let gap = (row.start + self.slots[i]) as usize;
            let last = (row.start + row.len - 1) as usize;
            self.eliminated.push(self.presynaptic[gap]);
            self.presynaptic[gap] = self.presynaptic[last];
            self.log_size[gap] = self.log_size[last];
            self.tags[gap] = self.tags[last];
            // padding must stay a valid index for the kernel's gather
            self.presynaptic[last] = 0;
            row.len -= 1;
        }
        [sums.input, sums.size]
    }

    /// Σ size·output of a row, nothing changed.
    pub(super) fn gather(&self, row: Row, output: &[f32]) -> f32 {
        let slots = row.slots();
        sweep::gather_row(&self.presynaptic[slots.clone()], &self.log_size[slots], row.len(), output)
    }

    /// The columns as they stand in memory, and the neurons with spines; see [`Slab::from_columns`].
    pub(super) fn columns(&self) -> ([&[u8]; 3], u128) {
        let columns = [cast_slice(&self.presynaptic), cast_slice(&self.log_size), cast_slice(&self.tags)];
        (columns, self.spiny)
    }

    /// A slab of `slots` slots whose columns `fill` reads into place.
    pub(super) fn from_columns(
        slots: usize,
        spiny: u128,
        mut fill: impl FnMut(&mut [u8]) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut slab = Self {
            presynaptic: vec![0; slots],
            log_size: vec![0; slots],
            tags: vec![0; slots],
            spiny,
            ..Self::default()
        };
        fill(cast_slice_mut(&mut slab.presynaptic))?;
        fill(cast_slice_mut(&mut slab.log_size))?;
        fill(cast_slice_mut(&mut slab.tags))?;
        Ok(slab)
    }

    /// The synapses of a row.
    pub(super) fn synapses(&self, row: Row) -> impl Iterator<Item = Synapse> + '_ {
        let start = row.start as usize;
        (start..start + row.len()).map(|slot| Synapse {
            presynaptic: self.presynaptic[slot],
            log_size: LogSize(self.log_size[slot]),
            tags: Tags(self.tags[slot]),
        })
    }
}
