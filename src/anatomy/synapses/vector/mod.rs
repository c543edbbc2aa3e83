//! The passes of [`sweep`](super::sweep), written out for the vector units of x86-64.
//!
//! The one place where the crate needs `unsafe`: to call a function that is compiled for an instruction set,
//! whose presence is asserted by who calls; to load and store blocks that are borrowed whole; and to look up
//! presynaptic output at identities whose bound is asserted to lie within the table.
#![expect(unsafe_code, reason = "vector instructions; the safe twin in `sweep` gives the same bits, by test")]

mod avx2;
mod avx512;

use std::arch::x86_64::{__m128, _mm_insert_ps, _mm_load_ss};

use super::identities::IdentityRow;
use super::row_law::RowLaw;
use super::sweep::{Halves, LANES, LaneSums, STRIP, Strip, Watched, Words};

/// How far ahead of the pass lines are fetched, in blocks: hardware prefetchers stop at each page's end.
const AHEAD: usize = 24;

/// Output at four of a block's identities, from `lane` on. Single loads: Zen 4 takes longer over its gather instruction.
///
/// # Safety
/// The machine has the instruction set, and every identity is an index of `output`.
#[inline]
#[target_feature(enable = "sse4.1")]
unsafe fn four_outputs(identities: &Words, lane: usize, output: &[f32]) -> __m128 {
    // SAFETY: promised by the caller
    let at = |i: usize| unsafe { _mm_load_ss(output.as_ptr().add(identities.0[lane + i] as usize)) };
    let two = _mm_insert_ps::<0x10>(at(0), at(1));
    _mm_insert_ps::<0x30>(_mm_insert_ps::<0x20>(two, at(2)), at(3))
}

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

pub(super) fn pass(
    set: Set,
    strip: &mut Strip,
    output: &[f32],
    law: &RowLaw,
    key: [u32; 2],
    sums: &mut LaneSums,
    watched: &mut Watched,
) {
    let blocks = strip.presynaptic.blocks().len();
    assert!(set.is_available() && strip.presynaptic.bound() <= output.len());
    assert!(strip.log_size.len() == blocks && strip.tags.len() == blocks && blocks <= STRIP);
    // SAFETY: instruction set, bound and lengths were just asserted
    unsafe {
        match (set, law.complement.is_some()) {
            (Set::Avx2, false) => avx2::pass::<false>(strip, output, law, key, sums, watched),
            (Set::Avx2, true) => avx2::pass::<true>(strip, output, law, key, sums, watched),
            (Set::Avx512, false) => avx512::pass::<false>(strip, output, law, key, sums, watched),
            (Set::Avx512, true) => avx512::pass::<true>(strip, output, law, key, sums, watched),
        }
    }
}

pub(super) fn gather(
    set: Set,
    presynaptic: IdentityRow,
    log_size: &[Halves],
    len: usize,
    output: &[f32],
    sums: &mut [f32; LANES],
) {
    assert!(set.is_available() && presynaptic.bound() <= output.len());
    assert!(presynaptic.blocks().len() == log_size.len());
    // SAFETY: instruction set, bound and lengths were just asserted
    unsafe {
        match set {
            Set::Avx2 => avx2::gather(presynaptic.blocks(), log_size, len, output, sums),
            Set::Avx512 => avx512::gather(presynaptic.blocks(), log_size, len, output, sums),
        }
    }
}
