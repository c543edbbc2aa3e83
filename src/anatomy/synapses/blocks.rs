//! Blocks of sixteen slots, of which the columns of synapses are made: what one vector register, or a few, take at once.

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

/// The lanes of a block that hold synapses, a bit each, if `len` are left from its first lane on.
#[inline(always)]
pub(super) fn present(len: usize) -> u16 {
    if len >= LANES { u16::MAX } else { (1 << len) - 1 }
}

/// The sum of all lanes: pairwise, in a fixed order.
#[inline(always)]
pub(super) fn sum_lanes(lanes: &[f32; LANES]) -> f32 {
    // widths written out, or no vector instructions are made of it
    let (mut eight, mut four) = ([0.0; 8], [0.0; 4]);
    for lane in 0..8 {
        eight[lane] = lanes[lane] + lanes[lane + 8];
    }
    for lane in 0..4 {
        four[lane] = eight[lane] + eight[lane + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}
