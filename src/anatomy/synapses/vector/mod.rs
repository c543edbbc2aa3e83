//! The passes of [`portable`](super::portable), written out for the vector units of x86-64.
//!
//! The one place where the crate needs `unsafe`: to call a function that is compiled for an instruction set,
//! whose presence is asserted by who calls; to load and store blocks that are borrowed whole; and to look up
//! presynaptic output at identities whose bound is asserted to lie within the table.
#![expect(unsafe_code, reason = "vector instructions; the safe twin in `portable` gives the same bits, by test")]

mod avx2;
mod avx512;
mod lookup;

use super::blocks::LANES;
use super::pass::{LaneSums, RowRef, RowTick, STRIP, Strip, Watched};

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Avx2,
    Avx512,
}

impl Set {
    /// Whether the machine has it.
    pub(super) fn is_available(self) -> bool {
        match self {
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
            }
        }
    }
}

pub(super) fn pass(set: Set, strip: &mut Strip, tick: &RowTick, sums: &mut LaneSums, watched: &mut Watched) {
    let blocks = strip.presynaptic.blocks().len();
    assert!(set.is_available() && strip.presynaptic.bound() <= tick.output.len());
    assert!(strip.log_size.len() == blocks && strip.tags.len() == blocks && blocks <= STRIP);
    // SAFETY: instruction set, bound and lengths were just asserted
    unsafe {
        match (set, tick.law.complement.is_some()) {
            (Set::Avx2, false) => avx2::pass::<false>(strip, tick, sums, watched),
            (Set::Avx2, true) => avx2::pass::<true>(strip, tick, sums, watched),
            (Set::Avx512, false) => avx512::pass::<false>(strip, tick, sums, watched),
            (Set::Avx512, true) => avx512::pass::<true>(strip, tick, sums, watched),
        }
    }
}

pub(super) fn gather(set: Set, row: RowRef, output: &[f32], sums: &mut [f32; LANES]) {
    assert!(set.is_available() && row.presynaptic.bound() <= output.len());
    assert!(row.presynaptic.blocks().len() == row.log_size.len());
    // SAFETY: instruction set, bound and lengths were just asserted
    unsafe {
        match set {
            Set::Avx2 => avx2::gather(row, output, sums),
            Set::Avx512 => avx512::gather(row, output, sums),
        }
    }
}
