//! The kernel: one pass over a row of synapses does everything that a tick does to them.
//!
//! Sixteen lanes at a time, in plain arrays: the compiler makes vector code of them, the choice of
//! instruction set is made at run time, and because lanes are summed in a fixed order and no fused
//! multiply-add is used, every instruction set gives the same bits.

use multiversion::multiversion;

use super::law::{Noise, RowComplement, RowLaw};
use super::{LogSize, Tags};

/// Lanes per block; rows are padded to a multiple of it.
pub(super) const LANES: usize = 16;

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

/// Coefficients of the minimax polynomial of (2^f − 1)/f on [−½, ½].
const C1: f32 = std::f32::consts::LN_2;
const C2: f32 = 0.240_222_42;
const C3: f32 = 0.055_507_336;
const C4: f32 = 0.009_671_513;
const C5: f32 = 0.001_326_472_4;

/// Adding this to a number below 2²² in magnitude leaves its nearest integer in the low bits of the
/// sum: a conversion without the saturation of `as`, which no vector unit has.
const INTEGER: f32 = 12_582_912.0;

/// 2^x for |x| ≤ 126, to a relative error below 3·10⁻⁷, without a table or a branch.
///
/// x is split into its nearest integer and a fraction in [−½, ½], on which the polynomial is the
/// minimax fit of degree 5 that is exact at 0, so whole powers are exact.
#[inline(always)]
pub(super) fn exp2(x: f32) -> f32 {
    let shifted = x + INTEGER;
    let f = x - (shifted - INTEGER);
    let power = f32::from_bits(shifted.to_bits().wrapping_sub(INTEGER.to_bits()).wrapping_add(127) << 23);
    power * (1.0 + f * (C1 + f * (C2 + f * (C3 + f * (C4 + f * C5)))))
}

/// The nearest whole number of `x`, which must lie in [0, 65,535].
#[inline(always)]
fn nearest(x: f32) -> u32 {
    (x + INTEGER).to_bits() - INTEGER.to_bits()
}

/// 1 − e^(−h) for a hazard of at most 1, to a relative error of h³/24.
///
/// A tick's hazard is below 0.1 except for the smallest spines under the severest pruning.
#[inline(always)]
fn probability(hazard: f32) -> f32 {
    let h = hazard.min(1.0);
    h * (1.0 - h * (0.5 - h * (1.0 / 6.0)))
}

/// Sweeps one row: size dynamics, elimination, maturation, and the input for the next tick.
///
/// `presynaptic`, `log_size` and `tags` are the row's padded columns, of which the first `len` slots
/// hold synapses; `output` is the presynaptic output by identity. Slots of eliminated synapses are
/// appended to `eliminated` in ascending order; the sums leave them out.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn sweep_row(
    presynaptic: &[u32],
    log_size: &mut [u16],
    tags: &mut [u16],
    len: usize,
    output: &[f32],
    law: &RowLaw,
    key: [u32; 2],
    eliminated: &mut Vec<u32>,
) -> RowSums {
    match law.complement {
        None => {
            sweep_under::<false>(presynaptic, log_size, tags, len, output, law, RowComplement::NONE, key, eliminated)
        }
        Some(complement) => {
            sweep_under::<true>(presynaptic, log_size, tags, len, output, law, complement, key, eliminated)
        }
    }
}

/// The pass itself; `COMPLEMENT` says whether complement is at work, and where it is not costs nothing.
#[inline(always)]
fn sweep_under<const COMPLEMENT: bool>(
    presynaptic: &[u32],
    log_size: &mut [u16],
    tags: &mut [u16],
    len: usize,
    output: &[f32],
    law: &RowLaw,
    complement: RowComplement,
    key: [u32; 2],
    eliminated: &mut Vec<u32>,
) -> RowSums {
    let (presynaptic, _) = presynaptic.as_chunks::<LANES>();
    let (log_size, _) = log_size.as_chunks_mut::<LANES>();
    let (tags, _) = tags.as_chunks_mut::<LANES>();
    let mut input = [0.0_f32; LANES];
    let mut total = [0.0_f32; LANES];
    let mut newly_tagged = [0_i32; LANES];
    let mut first = 0;
    for ((pre, size), tag) in presynaptic.iter().zip(log_size).zip(tags) {
        if first >= len {
            break;
        }
        let drive = gather(pre, output);
        let mut dead = [0_u32; LANES];
        for lane in 0..LANES {
            let slot = (first + lane) as u32;
            let noise = Noise::of(key, slot);
            let deviation = drive[lane] - 1.0;

            let x = (f32::from(size[lane]) - LogSize::UNIT) * (1.0 / LogSize::STEPS);
            let target = law.target + law.activity_gain * deviation;
            let moved = x + law.approach * (target - x) + law.fluctuation * noise.centred();
            // the low byte of the fate word dithers the rounding, so that drifts smaller than one
            // step are kept on average
            let dither = ((noise.fate & 0xff) as i32 as f32 - 127.5) * (1.0 / 256.0);
            let step = nearest((moved * LogSize::STEPS + LogSize::UNIT + dither).clamp(0.0, 65_535.0));
            let x = (step as i32 as f32 - LogSize::UNIT) * (1.0 / LogSize::STEPS);

            let mature = u32::from(tag[lane] & Tags::MATURE);
            let base = if mature == 1 { law.mature_hazard } else { law.nascent_hazard };
            let hazard = base * exp2((-law.size_exponent * x - law.activity_exponent * deviation).clamp(-126.0, 126.0));
            let tagged = COMPLEMENT && tag[lane] & Tags::TAGGED != 0;
            let hazard = if tagged { hazard + complement.engulfment } else { hazard };
            let fate = (noise.fate >> 8) as i32 as f32 * (1.0 / 16_777_216.0);
            let present = slot < len as u32;
            let dies = present & (fate < probability(hazard));
            let matures = fate >= 1.0 - law.maturation;

            let alive = if present && !dies { exp2(x) } else { 0.0 };
            input[lane] += alive * drive[lane];
            total[lane] += alive;
            size[lane] = step as u16;
            tag[lane] |= u16::from(matures) * Tags::MATURE;
            if COMPLEMENT {
                let chance = (noise.complement(key) >> 8) as i32 as f32 * (1.0 / 16_777_216.0);
                let steepness = -complement.size_exponent * x - complement.activity_exponent * deviation;
                let tagging = probability(complement.tagging * exp2(steepness.clamp(-126.0, 126.0)));
                let switches = present & (chance < if tagged { complement.clearing } else { tagging });
                tag[lane] ^= u16::from(switches) * Tags::TAGGED;
                newly_tagged[lane] += i32::from(switches) * if tagged { -1 } else { 1 };
            }
            dead[lane] = u32::from(dies);
        }
        if dead.iter().fold(0, |any, &dies| any | dies) != 0 {
            eliminated.extend((0..LANES).filter(|&lane| dead[lane] != 0).map(|lane| (first + lane) as u32));
        }
        first += LANES;
    }
    RowSums { input: sum_lanes(&input), size: sum_lanes(&total), newly_tagged: newly_tagged.iter().sum() }
}

/// Σ size · presynaptic output of a row, sizes left as they are.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn gather_row(presynaptic: &[u32], log_size: &[u16], len: usize, output: &[f32]) -> f32 {
    let (presynaptic, _) = presynaptic.as_chunks::<LANES>();
    let (log_size, _) = log_size.as_chunks::<LANES>();
    let mut input = [0.0_f32; LANES];
    let mut first = 0;
    for (pre, size) in presynaptic.iter().zip(log_size) {
        if first >= len {
            break;
        }
        let drive = gather(pre, output);
        for lane in 0..LANES {
            let x = (f32::from(size[lane]) - LogSize::UNIT) * (1.0 / LogSize::STEPS);
            let present = ((first + lane) as u32) < len as u32;
            input[lane] += if present { exp2(x) * drive[lane] } else { 0.0 };
        }
        first += LANES;
    }
    sum_lanes(&input)
}

/// The presynaptic output that a block reads. A loop, because `array::map` is not inlined into it.
#[inline(always)]
fn gather(presynaptic: &[u32; LANES], output: &[f32]) -> [f32; LANES] {
    let mut drive = [0.0; LANES];
    for lane in 0..LANES {
        drive[lane] = output[presynaptic[lane] as usize];
    }
    drive
}

/// Pairwise, in a fixed order.
#[inline(always)]
fn sum_lanes(lanes: &[f32; LANES]) -> f32 {
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
