//! What the vector forms share: how far they look ahead, and how they look up presynaptic output.

use std::arch::x86_64::{__m128, _mm_insert_ps, _mm_load_ss};

use crate::anatomy::synapses::blocks::Words;

/// How far ahead of the pass lines are fetched, in blocks: hardware prefetchers stop at each page's end.
pub(super) const AHEAD: usize = 24;

/// Output at four of a block's identities, from `lane` on. Single loads: Zen 4 takes longer over its gather instruction.
///
/// # Safety
/// The machine has the instruction set, and every identity is an index of `output`.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) unsafe fn four_outputs(identities: &Words, lane: usize, output: &[f32]) -> __m128 {
    // SAFETY: promised by the caller
    let at = |i: usize| unsafe { _mm_load_ss(output.as_ptr().add(identities.0[lane + i] as usize)) };
    let two = _mm_insert_ps::<0x10>(at(0), at(1));
    _mm_insert_ps::<0x30>(_mm_insert_ps::<0x20>(two, at(2)), at(3))
}
