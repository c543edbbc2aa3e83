//! The kernel: one pass over a row of synapses does everything that a tick does to them.
//!
//! Sixteen lanes at a time, summed in a fixed order. The form below is plain Rust and runs everywhere;
//! [`vector`](super::vector) writes the same out for the vector units of x86-64 and is chosen at run time.
//! Both give the same bits, because both follow [`RowLaw`] operation by operation.

use std::sync::LazyLock;

use super::Tags;
use super::identities::IdentityRow;
use super::noise::Noise;
use super::row_law::{RowLaw, place_of, size_of};
#[cfg(target_arch = "x86_64")]
use super::vector;

/// Lanes per block; rows are padded to a multiple of it.
pub(super) const LANES: usize = 16;

/// The columns of sixteen synapses, aligned as vector units like them.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(super) struct Words(pub(super) [u32; LANES]);

/// The same, of half the width.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(32))]
pub(super) struct Halves(pub(super) [u16; LANES]);

/// A row as the kernel sees it: its padded columns, of which the first `len` slots hold synapses.
pub(super) struct RowMut<'a> {
    pub(super) presynaptic: IdentityRow<'a>,
    pub(super) log_size: &'a mut [Halves],
    pub(super) tags: &'a mut [Halves],
    pub(super) len: usize,
}

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

    fn found(&self) -> &[(u16, u16)] {
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
/// `output` is the presynaptic output by identity; what `watched` held is forgotten. Slots of eliminated synapses are
/// appended to `eliminated` in ascending order; the sums leave them out.
pub(super) fn sweep_row(
    kernel: Kernel,
    row: &mut RowMut,
    output: &[f32],
    law: &RowLaw,
    key: [u32; 2],
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
            Kernel::Portable => pass_portable(&mut strip, output, law, key, &mut lanes, watched),
            #[cfg(target_arch = "x86_64")]
            Kernel::Vector(set) => vector::pass(set, &mut strip, output, law, key, &mut lanes, watched),
        }
        for &(block, lanes) in watched.found() {
            settle(row, start + usize::from(block), lanes, output, law, key, eliminated, &mut lost);
        }
    }
    RowSums {
        input: (sum_lanes(&lanes.input) - lost.input).max(0.0),
        size: (sum_lanes(&lanes.size) - lost.size).max(0.0),
        newly_tagged: -lost.newly_tagged,
    }
}

/// Decides on the watched lanes of a block whose sizes have moved.
fn settle(
    row: &mut RowMut,
    block: usize,
    watched: u16,
    output: &[f32],
    law: &RowLaw,
    key: [u32; 2],
    eliminated: &mut Vec<u32>,
    lost: &mut RowSums,
) {
    let tagged = |tags: u16| i32::from(Tags(tags).is_tagged());
    let mut watched = watched & present(row.len - block * LANES);
    while watched != 0 {
        let lane = watched.trailing_zeros() as usize;
        watched &= watched - 1;
        let slot = (block * LANES + lane) as u32;
        let drive = output[row.presynaptic.blocks()[block].0[lane] as usize];
        let step = row.log_size[block].0[lane];
        let tags = &mut row.tags[block].0[lane];
        let fate = law.decide(place_of(step), *tags, drive, Noise::of(key, slot));
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

#[inline(never)]
fn pass_portable(
    strip: &mut Strip,
    output: &[f32],
    law: &RowLaw,
    key: [u32; 2],
    sums: &mut LaneSums,
    watched: &mut Watched,
) {
    watched.clear();
    for (block, pre) in strip.presynaptic.blocks().iter().enumerate() {
        let first = strip.first + block * LANES;
        let drive = gather(pre, output);
        let (steps, tags) = (&mut strip.log_size[block].0, &strip.tags[block].0);
        // loops of one kind of operation each, which compilers turn into vectors of what the machine has
        let mut noise = [Noise(0); LANES];
        for (lane, noise) in noise.iter_mut().enumerate() {
            *noise = Noise::of(key, (first + lane) as u32);
        }
        let mut place = [0.0; LANES];
        for lane in 0..LANES {
            place[lane] = law.moved(steps[lane], drive[lane], noise[lane]);
        }
        for lane in 0..LANES {
            steps[lane] = place[lane].to_bits() as u16;
        }
        let size = sizes(&strip.log_size[block], strip.len - block * LANES);
        for lane in 0..LANES {
            sums.input[lane] += size[lane] * drive[lane];
            sums.size[lane] += size[lane];
        }
        let mut events = [0_u32; LANES];
        for lane in 0..LANES {
            events[lane] = u32::from(law.is_watched(place[lane], tags[lane], drive[lane], noise[lane]));
        }
        watched.note(block, (0..LANES).fold(0, |all, lane| all | (events[lane] as u16) << lane));
    }
}

/// The lanes of a block that hold synapses, a bit each, if `len` are left from its first lane on.
#[inline(always)]
pub(super) fn present(len: usize) -> u16 {
    if len >= LANES { u16::MAX } else { (1 << len) - 1 }
}

/// Σ size · presynaptic output of a row, sizes left as they are.
pub(super) fn gather_row(
    kernel: Kernel,
    presynaptic: IdentityRow,
    log_size: &[Halves],
    len: usize,
    output: &[f32],
) -> f32 {
    let mut lanes = [0.0; LANES];
    match kernel {
        Kernel::Portable => gather_portable(presynaptic, log_size, len, output, &mut lanes),
        #[cfg(target_arch = "x86_64")]
        Kernel::Vector(set) => vector::gather(set, presynaptic, log_size, len, output, &mut lanes),
    }
    sum_lanes(&lanes)
}

fn gather_portable(presynaptic: IdentityRow, log_size: &[Halves], len: usize, output: &[f32], sums: &mut [f32; LANES]) {
    for (block, (pre, steps)) in presynaptic.blocks().iter().zip(log_size).enumerate() {
        let drive = gather(pre, output);
        let size = sizes(steps, len - block * LANES);
        for lane in 0..LANES {
            sums[lane] += size[lane] * drive[lane];
        }
    }
}

/// The sizes of a block of which the first `held` slots hold synapses; the others have none.
#[inline(always)]
fn sizes(steps: &Halves, held: usize) -> [f32; LANES] {
    let mut size = [0.0; LANES];
    for (size, &step) in size.iter_mut().zip(&steps.0) {
        *size = size_of(step);
    }
    if let Some(vacant) = size.get_mut(held..) {
        vacant.fill(0.0);
    }
    size
}

/// The presynaptic output that a block reads. A loop, because `array::map` is not inlined into it.
#[inline(always)]
fn gather(presynaptic: &Words, output: &[f32]) -> [f32; LANES] {
    let mut drive = [0.0; LANES];
    for lane in 0..LANES {
        drive[lane] = output[presynaptic.0[lane] as usize];
    }
    drive
}

/// Pairwise, in a fixed order.
pub(super) fn sum_lanes(lanes: &[f32; LANES]) -> f32 {
    let mut sums = *lanes;
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}
