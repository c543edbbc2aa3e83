//! The kernel in plain Rust: it runs everywhere, and compilers make vectors of it for what the machine has.

use super::blocks::{Halves, LANES, Words};
use super::log_size::size_of;
use super::noise::Noise;
use super::pass::{LaneSums, RowRef, RowTick, Strip, Watched};

/// A pass over a strip.
#[inline(never)]
pub(super) fn pass(strip: &mut Strip, tick: &RowTick, sums: &mut LaneSums, watched: &mut Watched) {
    let RowTick { output, law, key } = tick;
    watched.clear();
    for (block, pre) in strip.presynaptic.blocks().iter().enumerate() {
        let first = strip.first + block * LANES;
        let drive = outputs(pre, output);
        let (steps, tags) = (&mut strip.log_size[block].0, &strip.tags[block].0);
        // loops of one kind of operation each, which compilers turn into vectors of what the machine has
        let mut noise = [Noise(0); LANES];
        for (lane, noise) in noise.iter_mut().enumerate() {
            *noise = Noise::of(*key, (first + lane) as u32);
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

/// Adds Σ size · presynaptic output of a row to its lanes' sums.
pub(super) fn gather(row: RowRef, output: &[f32], sums: &mut [f32; LANES]) {
    for (block, (pre, steps)) in row.presynaptic.blocks().iter().zip(row.log_size).enumerate() {
        let drive = outputs(pre, output);
        let size = sizes(steps, row.len - block * LANES);
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
fn outputs(presynaptic: &Words, output: &[f32]) -> [f32; LANES] {
    let mut drive = [0.0; LANES];
    for lane in 0..LANES {
        drive[lane] = output[presynaptic.0[lane] as usize];
    }
    drive
}
