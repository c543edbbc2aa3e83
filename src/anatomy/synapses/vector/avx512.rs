//! Sixteen lanes in one register.
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
        _mm512_set1_epi32($value as i32)
    };
}

/// Blocks whose presynaptic outputs are looked up before it is their turn.
const LEAD: usize = 4;

/// The pass, with its work spread over time so that no unit waits for another: while one block moves, integer units
/// look up the outputs of the fourth after it, and vector units draw the noise of the next and sum up the one before.
///
/// # Safety
/// The machine has the instruction set, every identity of the strip is an index of `output`, and the strip's
/// columns are of one length.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub(super) unsafe fn pass<const COMPLEMENT: bool>(
    strip: &mut Strip,
    tick: &RowTick,
    sums: &mut LaneSums,
    watched: &mut Watched,
) {
    let &RowTick { output, law, key } = tick;
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

    let blocks = strip.presynaptic.blocks();
    let mut drives = [Outputs::default(); 2 * LEAD];
    for (pre, drive) in blocks.iter().zip(drives.iter_mut().take(LEAD)) {
        // SAFETY: identities are indices of `output`
        unsafe { look_up(pre, output, drive) };
    }
    let mut noise = mixed(counter, key_1);
    watched.clear();
    let (mut drive_before, mut bits_before) = (_mm512_setzero_ps(), _mm512_setzero_si512());
    let mut held_before = 0;
    for (block, pre) in blocks.iter().enumerate() {
        // SAFETY: the columns are as long as that of identities
        let (drive, steps, tags) = unsafe {
            (
                _mm512_load_ps(drives[block % (2 * LEAD)].0.as_ptr().cast()),
                _mm256_load_si256(strip.log_size.get_unchecked(block).0.as_ptr().cast()),
                _mm256_load_si256(strip.tags.get_unchecked(block).0.as_ptr().cast()),
            )
        };
        if let Some(pre) = blocks.get(block + LEAD) {
            // SAFETY: identities are indices of `output`
            unsafe { look_up(pre, output, &mut drives[(block + LEAD) % (2 * LEAD)]) };
        }
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(pre).wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(strip.log_size.as_ptr().wrapping_add(block + AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(strip.tags.as_ptr().wrapping_add(block + AHEAD).cast());

        let size = _mm512_maskz_mov_ps(held_before, sizes(bits_before));
        input = _mm512_add_ps(input, _mm512_mul_ps(size, drive_before));
        total = _mm512_add_ps(total, size);

        // lower half times 1, upper half times −1
        let centred = _mm512_cvtepi32_ps(_mm512_madd_epi16(noise, all!(0xffff_0001_u32)));
        let fate = _mm512_cvtepu32_ps(noise);
        let drawn = noise;
        counter = _mm512_add_epi32(counter, stride);
        noise = mixed(counter, key_1);

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
        (drive_before, bits_before, held_before) = (drive, bits, u16::MAX);

        let is_nascent = _mm256_cmpge_epi16_mask(tags, _mm256_setzero_si256());
        let stage = _mm512_mask_blend_ps(is_nascent, mature, nascent);
        let mut line =
            _mm512_add_ps(_mm512_add_ps(stage, _mm512_mul_ps(place, per_step)), _mm512_mul_ps(drive, per_output));
        let mut events = _mm512_mask_cmp_ps_mask::<_CMP_GE_OQ>(is_nascent, fate, maturing);
        if COMPLEMENT && let Some(law) = &law.complement {
            let is_tagged = _mm256_movepi16_mask(_mm256_slli_epi16::<1>(tags));
            let engulfed = _mm512_max_ps(line, _mm512_set1_ps(law.watch_engulfed));
            line = _mm512_mask_add_ps(line, is_tagged, engulfed, _mm512_set1_ps(DOUBLING));
            let [per_step, per_output] = [law.watch.per_step, law.watch.per_output].map(|x| _mm512_set1_ps(x));
            let untagged = _mm512_add_ps(_mm512_set1_ps(law.watch_untagged), _mm512_mul_ps(place, per_step));
            let untagged = _mm512_add_ps(untagged, _mm512_mul_ps(drive, per_output));
            let switching = _mm512_mask_blend_ps(is_tagged, untagged, _mm512_set1_ps(law.watch_tagged));
            let word = _mm512_xor_si512(drawn, _mm512_srli_epi32::<15>(drawn));
            let chance = _mm512_cvtepu32_ps(_mm512_mullo_epi32(word, all!(noise::COMPLEMENT)));
            events |= _mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_cvtepi32_ps(_mm512_castps_si512(chance)), switching);
        }
        events |= _mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_cvtepi32_ps(_mm512_castps_si512(fate)), line);
        watched.note(block, events);
    }
    if let Some(last) = blocks.len().checked_sub(1) {
        let held = present(strip.len - last * LANES);
        let size = _mm512_maskz_mov_ps(held, sizes(bits_before));
        input = _mm512_add_ps(input, _mm512_mul_ps(size, drive_before));
        total = _mm512_add_ps(total, size);
    }
    // SAFETY: as above
    unsafe {
        _mm512_storeu_ps(sums.input.as_mut_ptr(), input);
        _mm512_storeu_ps(sums.size.as_mut_ptr(), total);
    }
}

/// [`Noise`](super::super::noise::Noise), lane by lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn mixed(counter: __m512i, key_1: __m512i) -> __m512i {
    let x = _mm512_xor_si512(counter, _mm512_srli_epi32::<16>(counter));
    let x = _mm512_mullo_epi32(x, all!(noise::MIX[0]));
    let x = _mm512_ternarylogic_epi32::<0x96>(x, _mm512_srli_epi32::<15>(x), key_1);
    let x = _mm512_mullo_epi32(x, all!(noise::MIX[1]));
    _mm512_xor_si512(x, _mm512_srli_epi32::<16>(x))
}

/// Looks up the outputs at sixteen identities, two by two, on units that the vectors leave idle. Volatile, or the
/// compiler makes one gather instruction of it, over which Zen 4 takes longer.
///
/// # Safety
/// Every identity is an index of `output`.
#[inline]
unsafe fn look_up(identities: &Words, output: &[f32], found: &mut Outputs) {
    // SAFETY: promised by the caller
    let at = |identity: u32| u64::from(unsafe { output.as_ptr().cast::<u32>().add(identity as usize).read_volatile() });
    for (&[first, second], found) in identities.0.as_chunks().0.iter().zip(&mut found.0) {
        // SAFETY: a word that is borrowed
        unsafe { std::ptr::from_mut(found).write_volatile(at(first) | at(second) << 32) };
    }
}

/// Outputs of sixteen synapses, two to a word.
#[derive(Clone, Copy, Default)]
#[repr(C, align(64))]
struct Outputs([u64; LANES / 2]);

/// Output at sixteen identities.
///
/// # Safety
/// The machine has the instruction set, and every identity is an index of `output`.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn outputs(identities: &Words, output: &[f32]) -> __m512 {
    // SAFETY: promised by the caller
    let four = |lane| unsafe { four_outputs(identities, lane, output) };
    let low = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(four(0)), four(4));
    _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(low, four(8)), four(12))
}

/// [`size_of`](super::log_size::size_of), lane by lane.
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
pub(super) unsafe fn gather(row: RowRef, output: &[f32], sums: &mut [f32; LANES]) {
    let mut input = _mm512_setzero_ps();
    for (block, (pre, steps)) in row.presynaptic.blocks().iter().zip(row.log_size).enumerate() {
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(pre).wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(steps).wrapping_add(AHEAD).cast());
        // SAFETY: identities are indices of `output`, and a block is borrowed whole
        let (drive, steps) = unsafe { (outputs(pre, output), _mm256_load_si256(steps.0.as_ptr().cast())) };
        let size = _mm512_maskz_mov_ps(present(row.len - block * LANES), sizes(_mm512_cvtepu16_epi32(steps)));
        input = _mm512_add_ps(input, _mm512_mul_ps(size, drive));
    }
    // SAFETY: the array holds sixteen numbers
    unsafe { _mm512_storeu_ps(sums.as_mut_ptr(), input) };
}
