//! Sixteen lanes in one register.
#![allow(clippy::wildcard_imports, reason = "a kernel names fifty instructions")]

use std::arch::x86_64::*;

use super::AHEAD;
use crate::anatomy::synapses::noise;
use crate::anatomy::synapses::row_law::{DOUBLING, END, ORIGIN, RowLaw, SIZE};
use crate::anatomy::synapses::sweep::{Halves, LANES, LaneSums, STRIP, Strip, Words, present};

/// A constant in every lane.
macro_rules! all {
    ($value:expr) => {
        _mm512_set1_epi32($value as i32)
    };
}

/// # Safety
/// The machine has the instruction set, every identity of the strip is an index of `output`, and the strip's
/// columns are of one length of at most [`STRIP`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub(super) unsafe fn pass<const COMPLEMENT: bool>(
    strip: &mut Strip,
    output: &[f32],
    law: &RowLaw,
    key: [u32; 2],
    sums: &mut LaneSums,
    watched: &mut [u16; STRIP],
) {
    let [approach, drift, activity, fluctuation] =
        [law.approach, law.drift, law.activity, law.fluctuation].map(|x| _mm512_set1_ps(x));
    let [nascent, mature] = law.watch_stage.map(|x| _mm512_set1_ps(x));
    let [per_step, per_output] = [law.watch.per_step, law.watch.per_output].map(|x| _mm512_set1_ps(x));
    let maturing = _mm512_set1_ps(law.maturing);
    let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let slots = _mm512_add_epi32(lanes, all!(strip.first));
    let mut counter = _mm512_add_epi32(_mm512_mullo_epi32(slots, all!(noise::SLOT)), all!(key[0]));
    let stride = all!(noise::SLOT.wrapping_mul(LANES as u32));
    let key_1 = all!(key[1]);
    // SAFETY: the arrays hold sixteen numbers each
    let (mut input, mut total) = unsafe { (_mm512_loadu_ps(sums.input.as_ptr()), _mm512_loadu_ps(sums.size.as_ptr())) };
    for (block, pre) in strip.presynaptic.blocks().iter().enumerate() {
        // SAFETY: the columns are as long as that of identities, and those are indices of `output`
        let (drive, steps, tags) = unsafe {
            (
                outputs(pre, output),
                _mm256_load_si256(strip.log_size.get_unchecked(block).0.as_ptr().cast()),
                _mm256_load_si256(strip.tags.get_unchecked(block).0.as_ptr().cast()),
            )
        };
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(pre).wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(strip.log_size.as_ptr().wrapping_add(block + AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(strip.tags.as_ptr().wrapping_add(block + AHEAD).cast());

        let mut x = counter;
        counter = _mm512_add_epi32(counter, stride);
        x = _mm512_xor_si512(x, _mm512_srli_epi32::<16>(x));
        x = _mm512_mullo_epi32(x, all!(noise::MIX[0]));
        x = _mm512_ternarylogic_epi32::<0x96>(x, _mm512_srli_epi32::<15>(x), key_1);
        x = _mm512_mullo_epi32(x, all!(noise::MIX[1]));
        x = _mm512_xor_si512(x, _mm512_srli_epi32::<16>(x));
        // lower half times 1, upper half times −1
        let centred = _mm512_cvtepi32_ps(_mm512_madd_epi16(x, all!(0xffff_0001_u32)));

        let before = _mm512_castsi512_ps(_mm512_or_si512(_mm512_cvtepu16_epi32(steps), all!(ORIGIN.to_bits())));
        let towards = _mm512_add_ps(_mm512_mul_ps(drive, activity), drift);
        let change = _mm512_sub_ps(towards, _mm512_mul_ps(before, approach));
        let change = _mm512_add_ps(change, _mm512_mul_ps(centred, fluctuation));
        let moved = _mm512_add_ps(before, change);
        let place = _mm512_min_ps(_mm512_max_ps(moved, _mm512_set1_ps(ORIGIN)), _mm512_set1_ps(END));
        let bits = _mm512_castps_si512(place);
        // SAFETY: as above
        unsafe {
            let steps = strip.log_size.get_unchecked_mut(block).0.as_mut_ptr().cast();
            _mm256_store_si256(steps, _mm512_cvtepi32_epi16(bits));
        }

        let present = present(strip.len - block * LANES);
        let size = _mm512_maskz_mov_ps(present, sizes(bits));
        input = _mm512_add_ps(input, _mm512_mul_ps(size, drive));
        total = _mm512_add_ps(total, size);

        let is_mature = _mm256_movepi16_mask(tags);
        let fate = _mm512_cvtepu32_ps(x);
        let stage = _mm512_mask_blend_ps(is_mature, nascent, mature);
        let mut line =
            _mm512_add_ps(_mm512_add_ps(stage, _mm512_mul_ps(place, per_step)), _mm512_mul_ps(drive, per_output));
        let mut events = _mm512_mask_cmp_ps_mask::<_CMP_GE_OQ>(!is_mature, fate, maturing);
        if COMPLEMENT && let Some(law) = &law.complement {
            let is_tagged = _mm256_movepi16_mask(_mm256_slli_epi16::<1>(tags));
            let engulfed = _mm512_max_ps(line, _mm512_set1_ps(law.watch_engulfed));
            line = _mm512_mask_add_ps(line, is_tagged, engulfed, _mm512_set1_ps(DOUBLING));
            let [per_step, per_output] = [law.watch.per_step, law.watch.per_output].map(|x| _mm512_set1_ps(x));
            let untagged = _mm512_add_ps(_mm512_set1_ps(law.watch_untagged), _mm512_mul_ps(place, per_step));
            let untagged = _mm512_add_ps(untagged, _mm512_mul_ps(drive, per_output));
            let switching = _mm512_mask_blend_ps(is_tagged, untagged, _mm512_set1_ps(law.watch_tagged));
            let word = _mm512_xor_si512(x, _mm512_srli_epi32::<15>(x));
            let chance = _mm512_cvtepu32_ps(_mm512_mullo_epi32(word, all!(noise::COMPLEMENT)));
            events |= _mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_cvtepi32_ps(_mm512_castps_si512(chance)), switching);
        }
        events |= _mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_cvtepi32_ps(_mm512_castps_si512(fate)), line);
        watched[block % STRIP] = events & present;
    }
    // SAFETY: as above
    unsafe {
        _mm512_storeu_ps(sums.input.as_mut_ptr(), input);
        _mm512_storeu_ps(sums.size.as_mut_ptr(), total);
    }
}

/// Output at sixteen identities. Single loads: Zen 4 takes longer over its gather instruction.
///
/// # Safety
/// The machine has the instruction set, and every identity is an index of `output`.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn outputs(identities: &Words, output: &[f32]) -> __m512 {
    // SAFETY: promised by the caller
    let at = |lane: usize| unsafe { _mm_load_ss(output.as_ptr().add(identities.0[lane] as usize)) };
    macro_rules! four {
        ($lane:expr) => {{
            let two = _mm_insert_ps::<0x10>(at($lane), at($lane + 1));
            _mm_insert_ps::<0x30>(_mm_insert_ps::<0x20>(two, at($lane + 2)), at($lane + 3))
        }};
    }
    let low = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(four!(0)), four!(4));
    _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(low, four!(8)), four!(12))
}

/// [`size_of`](super::row_law::size_of), lane by lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn sizes(step: __m512i) -> __m512 {
    let bits = _mm512_slli_epi32::<11>(step);
    let t = _mm512_castsi512_ps(_mm512_ternarylogic_epi32::<0xea>(bits, all!(0x007f_ffff), all!(0x3f80_0000)));
    let horner = |sum, c| _mm512_add_ps(_mm512_set1_ps(c), _mm512_mul_ps(t, sum));
    let fraction = horner(horner(horner(_mm512_set1_ps(SIZE[3]), SIZE[2]), SIZE[1]), SIZE[0]);
    let doublings = _mm512_and_si512(bits, all!(0x0780_0000));
    _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(fraction), doublings))
}

/// # Safety
/// The machine has the instruction set, every identity is an index of `output`, and the columns are of one length.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub(super) unsafe fn gather(
    presynaptic: &[Words],
    log_size: &[Halves],
    len: usize,
    output: &[f32],
    sums: &mut [f32; LANES],
) {
    let mut input = _mm512_setzero_ps();
    for (block, (pre, steps)) in presynaptic.iter().zip(log_size).enumerate() {
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(pre).wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(steps).wrapping_add(AHEAD).cast());
        // SAFETY: identities are indices of `output`, and a block is borrowed whole
        let (drive, steps) = unsafe { (outputs(pre, output), _mm256_load_si256(steps.0.as_ptr().cast())) };
        let size = _mm512_maskz_mov_ps(present(len - block * LANES), sizes(_mm512_cvtepu16_epi32(steps)));
        input = _mm512_add_ps(input, _mm512_mul_ps(size, drive));
    }
    // SAFETY: the array holds sixteen numbers
    unsafe { _mm512_storeu_ps(sums.as_mut_ptr(), input) };
}
