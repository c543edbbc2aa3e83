//! Sixteen lanes in two registers of eight.
#![allow(clippy::wildcard_imports, reason = "a kernel names fifty instructions")]

use std::arch::x86_64::*;

use super::lookup::{AHEAD, four_outputs};
use crate::anatomy::synapses::blocks::{LANES, Words, present};
use crate::anatomy::synapses::log_size::{END, ORIGIN, SIZE};
use crate::anatomy::synapses::noise;
use crate::anatomy::synapses::pass::{LaneSums, RowRef, RowTick, Strip, Watched};
use crate::anatomy::synapses::row_law::DOUBLING;

/// A constant in every lane.
macro_rules! all {
    ($value:expr) => {
        _mm256_set1_epi32($value as i32)
    };
}

/// Lanes per register.
const HALF: usize = LANES / 2;

/// # Safety
/// The machine has the instruction set, every identity of the strip is an index of `output`, and the strip's
/// columns are of one length.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn pass<const COMPLEMENT: bool>(
    strip: &mut Strip,
    tick: &RowTick,
    sums: &mut LaneSums,
    watched: &mut Watched,
) {
    let &RowTick { output, law, key } = tick;
    let [approach, drift, activity, fluctuation] =
        [law.approach, law.drift, law.activity, law.fluctuation].map(|x| _mm256_set1_ps(x));
    let [nascent, mature] = law.watch_stage.map(|x| _mm256_set1_ps(x));
    let [per_step, per_output] = [law.watch.per_step, law.watch.per_output].map(|x| _mm256_set1_ps(x));
    let maturing = _mm256_set1_ps(law.maturing);
    let slots = _mm256_add_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), all!(strip.first));
    let mut counter = _mm256_add_epi32(_mm256_mullo_epi32(slots, all!(noise::SLOT)), all!(key[0]));
    let stride = all!(noise::SLOT.wrapping_mul(HALF as u32));
    // SAFETY: the arrays hold two registers each
    let [mut input, mut total] =
        [&sums.input, &sums.size].map(|lanes| [0, HALF].map(|at| unsafe { _mm256_loadu_ps(lanes.as_ptr().add(at)) }));
    watched.clear();
    for (block, pre) in strip.presynaptic.blocks().iter().enumerate() {
        let (steps, tags) = (&mut strip.log_size[block].0, &strip.tags[block].0);
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(pre).wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(steps.as_ptr().wrapping_add(AHEAD * LANES).cast());
        _mm_prefetch::<_MM_HINT_T0>(tags.as_ptr().wrapping_add(AHEAD * LANES).cast());
        let present = present(strip.len - block * LANES);
        let mut events = 0;
        let mut moved = [_mm256_setzero_si256(); 2];
        for half in 0..2 {
            // SAFETY: identities are indices of `output`, and a block is borrowed whole
            let (drive, step, tag) = unsafe {
                (
                    outputs(pre, half, output),
                    _mm256_cvtepu16_epi32(_mm_loadu_si128(steps.as_ptr().add(half * HALF).cast())),
                    _mm256_cvtepi16_epi32(_mm_loadu_si128(tags.as_ptr().add(half * HALF).cast())),
                )
            };
            let mut x = counter;
            counter = _mm256_add_epi32(counter, stride);
            x = _mm256_xor_si256(x, _mm256_srli_epi32::<16>(x));
            x = _mm256_mullo_epi32(x, all!(noise::MIX[0]));
            x = _mm256_xor_si256(x, _mm256_xor_si256(_mm256_srli_epi32::<15>(x), all!(key[1])));
            x = _mm256_mullo_epi32(x, all!(noise::MIX[1]));
            x = _mm256_xor_si256(x, _mm256_srli_epi32::<16>(x));
            // lower half times 1, upper half times −1
            let centred = _mm256_cvtepi32_ps(_mm256_madd_epi16(x, all!(0xffff_0001_u32)));

            let before = _mm256_castsi256_ps(_mm256_or_si256(step, all!(ORIGIN.to_bits())));
            let towards = _mm256_add_ps(_mm256_mul_ps(drive, activity), drift);
            let change = _mm256_sub_ps(towards, _mm256_mul_ps(before, approach));
            let change = _mm256_add_ps(change, _mm256_mul_ps(centred, fluctuation));
            let place = _mm256_add_ps(before, change);
            let place = _mm256_min_ps(_mm256_max_ps(place, _mm256_set1_ps(ORIGIN)), _mm256_set1_ps(END));
            let bits = _mm256_castps_si256(place);
            moved[half] = _mm256_and_si256(bits, all!(0xffff));

            let size = _mm256_and_ps(sizes(bits), lanes_of(present >> (half * HALF)));
            input[half] = _mm256_add_ps(input[half], _mm256_mul_ps(size, drive));
            total[half] = _mm256_add_ps(total[half], size);

            let is_mature = _mm256_castsi256_ps(tag);
            let fate = real(x);
            let stage = _mm256_blendv_ps(nascent, mature, is_mature);
            let mut line =
                _mm256_add_ps(_mm256_add_ps(stage, _mm256_mul_ps(place, per_step)), _mm256_mul_ps(drive, per_output));
            let matures = _mm256_cmp_ps::<_CMP_GE_OQ>(fate, maturing);
            let mut event = _mm256_andnot_ps(is_mature, matures);
            if COMPLEMENT && let Some(law) = &law.complement {
                let is_tagged = _mm256_castsi256_ps(_mm256_slli_epi32::<17>(tag));
                let engulfed = _mm256_max_ps(line, _mm256_set1_ps(law.watch_engulfed));
                line = _mm256_blendv_ps(line, _mm256_add_ps(engulfed, _mm256_set1_ps(DOUBLING)), is_tagged);
                let [per_step, per_output] = [law.watch.per_step, law.watch.per_output].map(|x| _mm256_set1_ps(x));
                let untagged = _mm256_add_ps(_mm256_set1_ps(law.watch_untagged), _mm256_mul_ps(place, per_step));
                let untagged = _mm256_add_ps(untagged, _mm256_mul_ps(drive, per_output));
                let switching = _mm256_blendv_ps(untagged, _mm256_set1_ps(law.watch_tagged), is_tagged);
                let word = _mm256_xor_si256(x, _mm256_srli_epi32::<15>(x));
                let chance = real(_mm256_mullo_epi32(word, all!(noise::COMPLEMENT)));
                let switches = _mm256_cmp_ps::<_CMP_LT_OQ>(_mm256_cvtepi32_ps(_mm256_castps_si256(chance)), switching);
                event = _mm256_or_ps(event, switches);
            }
            let dies = _mm256_cmp_ps::<_CMP_LT_OQ>(_mm256_cvtepi32_ps(_mm256_castps_si256(fate)), line);
            events |= (_mm256_movemask_ps(_mm256_or_ps(event, dies)) as u16) << (half * HALF);
        }
        let packed = _mm256_permute4x64_epi64::<0xd8>(_mm256_packus_epi32(moved[0], moved[1]));
        // SAFETY: a block is borrowed whole
        unsafe { _mm256_storeu_si256(steps.as_mut_ptr().cast(), packed) };
        watched.note(block, events);
    }
    for half in 0..2 {
        // SAFETY: the arrays hold two registers each
        unsafe {
            _mm256_storeu_ps(sums.input.as_mut_ptr().add(half * HALF), input[half]);
            _mm256_storeu_ps(sums.size.as_mut_ptr().add(half * HALF), total[half]);
        }
    }
}

/// All bits of the lanes that `mask` names.
#[inline]
#[target_feature(enable = "avx2")]
fn lanes_of(mask: u16) -> __m256 {
    let bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(i32::from(mask)), bits), bits))
}

/// The reals nearest to unsigned integers: both halves are exact, so their sum alone is rounded.
#[inline]
#[target_feature(enable = "avx2")]
fn real(x: __m256i) -> __m256 {
    let upper = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32::<16>(x)), _mm256_set1_ps(65_536.0));
    _mm256_add_ps(upper, _mm256_cvtepi32_ps(_mm256_and_si256(x, all!(0xffff))))
}

/// Output at eight of a block's identities.
///
/// # Safety
/// The machine has the instruction set, and every identity is an index of `output`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn outputs(identities: &Words, half: usize, output: &[f32]) -> __m256 {
    // SAFETY: promised by the caller
    let four = |lane| unsafe { four_outputs(identities, half * HALF + lane, output) };
    _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(four(0)), four(4))
}

/// [`size_of`](crate::anatomy::synapses::log_size::size_of), lane by lane.
#[inline]
#[target_feature(enable = "avx2")]
fn sizes(step: __m256i) -> __m256 {
    let bits = _mm256_slli_epi32::<11>(step);
    let fraction = _mm256_or_si256(_mm256_and_si256(bits, all!(0x007f_ffff)), all!(0x3f80_0000));
    let t = _mm256_castsi256_ps(fraction);
    let horner = |sum, c| _mm256_add_ps(_mm256_set1_ps(c), _mm256_mul_ps(t, sum));
    let fraction = horner(horner(horner(_mm256_set1_ps(SIZE[3]), SIZE[2]), SIZE[1]), SIZE[0]);
    let doublings = _mm256_and_si256(bits, all!(0x0780_0000));
    _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(fraction), doublings))
}

/// # Safety
/// The machine has the instruction set, every identity is an index of `output`, and the columns are of one length.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn gather(row: RowRef, output: &[f32], sums: &mut [f32; LANES]) {
    let mut input = [_mm256_setzero_ps(); 2];
    for (block, (pre, steps)) in row.presynaptic.blocks().iter().zip(row.log_size).enumerate() {
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(pre).wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(steps).wrapping_add(AHEAD).cast());
        let present = present(row.len - block * LANES);
        for (half, input) in input.iter_mut().enumerate() {
            // SAFETY: identities are indices of `output`, and a block is borrowed whole
            let (drive, step) =
                unsafe { (outputs(pre, half, output), _mm_loadu_si128(steps.0.as_ptr().add(half * HALF).cast())) };
            let size = _mm256_and_ps(sizes(_mm256_cvtepu16_epi32(step)), lanes_of(present >> (half * HALF)));
            *input = _mm256_add_ps(*input, _mm256_mul_ps(size, drive));
        }
    }
    for (half, input) in input.into_iter().enumerate() {
        // SAFETY: the array holds two registers
        unsafe { _mm256_storeu_ps(sums.as_mut_ptr().add(half * HALF), input) };
    }
}
