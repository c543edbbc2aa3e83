//! What every form of the kernel takes and gives: strips of a row in, sums and slots to be looked at out.

use super::blocks::{Halves, LANES};
use super::identities::IdentityRow;
use super::row_law::RowLaw;

/// Blocks that are passed over before what was watched in them is settled.
pub(super) const STRIP: usize = 64;

/// A strip of a row: what a pass reads and moves.
pub(super) struct Strip<'a> {
    pub(super) presynaptic: IdentityRow<'a>,
    pub(super) log_size: &'a mut [Halves],
    pub(super) tags: &'a [Halves],
    /// Slot of the strip's first lane in the row.
    pub(super) first: usize,
    /// Synapses in the strip.
    pub(super) len: usize,
}

/// What a pass found in a strip that needs a closer look: blocks and their lanes, a bit each. Lanes beyond the row's last
/// synapse may be among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    list: [(u16, u16); STRIP],
    len: usize,
}

impl Default for Watched {
    fn default() -> Self {
        Self { list: [(0, 0); STRIP], len: 0 }
    }
}

impl Watched {
    /// Forgets the strip before.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Notes the lanes of one block, if any. Called once for each block of a strip, so the list cannot overflow.
    #[inline(always)]
    pub(super) fn note(&mut self, block: usize, lanes: u16) {
        // written in any case, so that nothing is branched on
        self.list[self.len % STRIP] = (block as u16, lanes);
        self.len += usize::from(lanes != 0);
    }

    pub(super) fn found(&self) -> &[(u16, u16)] {
        &self.list[..self.len]
    }
}

/// Sums by lane, in order of the blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(super) struct LaneSums {
    pub(super) input: [f32; LANES],
    pub(super) size: [f32; LANES],
}

/// What a tick brings to the synapses of a row.
pub(super) struct RowTick<'a> {
    /// Presynaptic output by identity.
    pub(super) output: &'a [f32],
    pub(super) law: &'a RowLaw,
    /// The row's key of random numbers.
    pub(super) key: [u32; 2],
}

/// A row to be gathered: its padded columns, of which the first `len` slots hold synapses.
#[derive(Clone, Copy)]
pub(super) struct RowRef<'a> {
    pub(super) presynaptic: IdentityRow<'a>,
    pub(super) log_size: &'a [Halves],
    pub(super) len: usize,
}
