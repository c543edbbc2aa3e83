//! The kernel: one pass over a row of synapses does everything that a tick does to them.
//!
//! Sixteen lanes at a time, summed in a fixed order. [`portable`] is plain Rust and runs everywhere; [`vector`] writes
//! the same out for the vector units of x86-64 and is chosen at run time. Both give the same bits, because both follow
//! [`RowLaw`](super::row_law::RowLaw) operation by operation.

use std::sync::LazyLock;

use super::blocks::{Halves, LANES, present, sum_lanes};
use super::identities::IdentityRow;
use super::log_size::{place_of, size_of};
use super::noise::Noise;
use super::pass::{LaneSums, RowRef, RowTick, STRIP, Strip, Watched};
use super::portable;
use super::synapse::Tags;
#[cfg(target_arch = "x86_64")]
use super::vector;

/// A row as the kernel sees it: its padded columns, of which the first `len` slots hold synapses.
pub(super) struct RowMut<'a> {
    pub(super) presynaptic: IdentityRow<'a>,
    pub(super) log_size: &'a mut [Halves],
    pub(super) tags: &'a mut [Halves],
    pub(super) len: usize,
}

/// What a row sums to after its pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowSums {
    /// Σ size · presynaptic output.
    pub(super) input: f32,
    /// Σ size.
    pub(super) size: f32,
    /// Change of the number of tagged synapses.
    pub(super) newly_tagged: i32,
}

/// The forms of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// Plain Rust.
    Portable,
    /// Vector instructions of x86-64.
    #[cfg(target_arch = "x86_64")]
    Vector(vector::Set),
}

impl Kernel {
    /// Every form that this machine can run, the fastest last.
    pub(super) fn available() -> Vec<Self> {
        let mut kernels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        kernels.extend(
            [vector::Set::Avx2, vector::Set::Avx512].into_iter().filter(|set| set.is_available()).map(Self::Vector),
        );
        kernels
    }

    /// The fastest form.
    pub(super) fn best() -> Self {
        static BEST: LazyLock<Kernel> = LazyLock::new(|| Kernel::available().pop().unwrap_or(Kernel::Portable));
        *BEST
    }
}

/// Sweeps one row: size dynamics, elimination, maturation, tagging, and the input for the next tick.
///
/// What `watched` held is forgotten. Slots of eliminated synapses are appended to `eliminated` in ascending order; the
/// sums leave them out.
pub(super) fn sweep_row(
    kernel: Kernel,
    row: &mut RowMut,
    tick: &RowTick,
    watched: &mut Watched,
    eliminated: &mut Vec<u32>,
) -> RowSums {
    let mut lanes = LaneSums::default();
    let mut lost = RowSums::default();
    let blocks = row.len.div_ceil(LANES);
    for start in (0..blocks).step_by(STRIP) {
        let range = start..(start + STRIP).min(blocks);
        let first = start * LANES;
        let mut strip = Strip {
            presynaptic: row.presynaptic.part(range.clone()),
            log_size: &mut row.log_size[range.clone()],
            tags: &row.tags[range.clone()],
            first,
            len: (row.len - first).min(STRIP * LANES),
        };
        match kernel {
            Kernel::Portable => portable::pass(&mut strip, tick, &mut lanes, watched),
            #[cfg(target_arch = "x86_64")]
            Kernel::Vector(set) => vector::pass(set, &mut strip, tick, &mut lanes, watched),
        }
        for &(block, lanes) in watched.found() {
            settle(row, start + usize::from(block), lanes, tick, eliminated, &mut lost);
        }
    }
    RowSums {
        input: (sum_lanes(&lanes.input) - lost.input).max(0.0),
        size: (sum_lanes(&lanes.size) - lost.size).max(0.0),
        newly_tagged: -lost.newly_tagged,
    }
}

/// Decides on the watched lanes of a block whose sizes have moved.
fn settle(row: &mut RowMut, block: usize, watched: u16, tick: &RowTick, eliminated: &mut Vec<u32>, lost: &mut RowSums) {
    let tagged = |tags: u16| i32::from(Tags(tags).is_tagged());
    let mut watched = watched & present(row.len - block * LANES);
    while watched != 0 {
        let lane = watched.trailing_zeros() as usize;
        watched &= watched - 1;
        let slot = (block * LANES + lane) as u32;
        let drive = tick.output[row.presynaptic.blocks()[block].0[lane] as usize];
        let step = row.log_size[block].0[lane];
        let tags = &mut row.tags[block].0[lane];
        let fate = tick.law.decide(place_of(step), *tags, drive, Noise::of(tick.key, slot));
        lost.newly_tagged += tagged(*tags) - tagged(fate.tags);
        *tags = fate.tags;
        if fate.dies {
            let size = size_of(step);
            lost.input += size * drive;
            lost.size += size;
            eliminated.push(slot);
        }
    }
}

/// Σ size · presynaptic output of a row, sizes left as they are.
pub(super) fn gather_row(kernel: Kernel, row: RowRef, output: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    match kernel {
        Kernel::Portable => portable::gather(row, output, &mut lanes),
        #[cfg(target_arch = "x86_64")]
        Kernel::Vector(set) => vector::gather(set, row, output, &mut lanes),
    }
    sum_lanes(&lanes)
}
