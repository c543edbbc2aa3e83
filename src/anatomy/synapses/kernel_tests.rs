//! The kernels against each other and against the law in double precision; the random numbers they use.

use proptest::prelude::*;

use super::blocks::LANES;
use super::pass::{RowRef, RowTick, Watched};
use super::row_law::exp2;
use super::slab::Columns;
use super::sweep::{Kernel, RowMut, RowSums, gather_row, sweep_row};
use super::*;
use crate::foundation::random::{Purpose, Seed};

/// A row of synapses from everywhere, of all sizes, stages and tags.
#[derive(Clone)]
struct TestRow {
    columns: Columns,
    len: usize,
}

impl TestRow {
    fn random(len: usize, sources: u32, seed: u64) -> Self {
        let blocks = len.div_ceil(LANES);
        let mut draws = Seed(seed).draws(Purpose::Test, 0, 0);
        let mut columns = Columns::of(blocks);
        for slot in 0..blocks * LANES {
            let presynaptic = draws.below(sources);
            let log_size = LogSize((20_000 + draws.below(26_000)) as u16);
            let tags = Tags((draws.below(4) << 14 | 5) as u16);
            columns.set(slot, Synapse { presynaptic, log_size, tags });
        }
        Self { columns, len }
    }

    fn sweep(&mut self, kernel: Kernel, tick: &RowTick) -> (RowSums, Vec<u32>) {
        let mut eliminated = Vec::new();
        let Columns { presynaptic, log_size, tags } = &mut self.columns;
        let mut row = RowMut { presynaptic: presynaptic.row(0..log_size.len()), log_size, tags, len: self.len };
        let sums = sweep_row(kernel, &mut row, tick, &mut Watched::default(), &mut eliminated);
        (sums, eliminated)
    }

    fn gather(&self, kernel: Kernel, output: &[f32]) -> f32 {
        let Columns { presynaptic, log_size, .. } = &self.columns;
        gather_row(kernel, RowRef { presynaptic: presynaptic.row(0..log_size.len()), log_size, len: self.len }, output)
    }

    /// Every slot, padding included.
    fn slots(&self) -> Vec<Synapse> {
        (0..self.columns.log_size.len() * LANES).map(|slot| self.columns.get(slot)).collect()
    }
}

fn outputs(count: u32) -> Vec<f32> {
    (0..count).map(|j| 0.2 + j as f32 / 32.0).collect()
}

fn any_law() -> impl Strategy<Value = SynapseLaws> {
    let rate = || prop_oneof![Just(0.0_f32), 1e-5_f32..2.0];
    let exponent = || prop_oneof![Just(0.0_f32), -1.0_f32..3.0];
    let size = (-3.0_f32..3.0, -1.0_f32..1.0, rate(), 0.0_f32..3.0).prop_map(|(target_log2, activity_gain, r, s)| {
        SizeLaw { target_log2, activity_gain, return_rate_per_h: r, spread_log2: s }
    });
    let turnover = (rate(), rate(), rate(), exponent(), exponent()).prop_map(|(n, e, m, size, activity)| TurnoverLaw {
        nascent_elimination_per_h: n,
        mature_elimination_per_h: e,
        maturation_per_h: m,
        size_exponent: size,
        activity_exponent: activity,
    });
    let complement =
        (rate(), exponent(), exponent(), rate(), rate()).prop_map(|(t, size, activity, c, e)| Complement {
            tagging_per_h: t,
            size_exponent: size,
            activity_exponent: activity,
            clearing_per_h: c,
            engulfment_per_h: e,
        });
    let complement = prop_oneof![Just(Complement::default()), complement];
    (size, turnover, complement).prop_map(|(size, turnover, complement)| SynapseLaws {
        size,
        turnover,
        complement,
        ..SynapseLaws::default()
    })
}

proptest! {
    /// Sums, sizes, tags and eliminations have the same bits whatever the instruction set: rows of every
    /// length, empty, within a block and beyond a strip; laws with any part missing; violent laws.
    #[test]
    fn every_kernel_gives_the_same_bits(
        laws in any_law(),
        len in prop_oneof![0_usize..70, 2_030_usize..2_070],
        step_h in prop_oneof![Just(1.0_f32), Just(1.0 / 60.0)],
        seed in 0_u64..1_000,
    ) {
        let output = outputs(64);
        let start = TestRow::random(len, 64, seed);
        let tick = RowTick { output: &output, law: &RowLaw::over(&laws, step_h), key: [seed as u32 ^ 0xdead_beef, 77] };
        let mut expected = start.clone();
        let (sums, eliminated) = expected.sweep(Kernel::Portable, &tick);
        for kernel in Kernel::available() {
            let mut row = start.clone();
            let (own_sums, own_eliminated) = row.sweep(kernel, &tick);
            prop_assert_eq!(own_sums.input.to_bits(), sums.input.to_bits());
            prop_assert_eq!(own_sums, sums);
            prop_assert_eq!(own_eliminated, eliminated.clone());
            prop_assert_eq!(row.slots(), expected.slots());
            let input = start.gather(Kernel::Portable, &output);
            prop_assert_eq!(start.gather(kernel, &output).to_bits(), input.to_bits());
        }
    }
}

/// The kernel against a plain loop over single synapses, in double precision where it may differ.
#[test]
fn the_kernel_agrees_with_the_law_synapse_by_synapse() {
    let laws = SynapseLaws {
        size: SizeLaw { target_log2: 0.3, activity_gain: 0.2, return_rate_per_h: 0.05, spread_log2: 0.9 },
        turnover: TurnoverLaw {
            nascent_elimination_per_h: 0.2,
            mature_elimination_per_h: 0.05,
            maturation_per_h: 0.1,
            size_exponent: 0.4,
            activity_exponent: 0.3,
        },
        pressure: EliminationPressure { factor: 1.5, size_exponent: 0.1, activity_exponent: 0.2 },
        complement: Complement {
            tagging_per_h: 0.15,
            size_exponent: 0.6,
            activity_exponent: -0.2,
            clearing_per_h: 0.3,
            engulfment_per_h: 0.1,
        },
    };
    let (len, key) = (10_003_usize, [77, 99]);
    let output = outputs(64);
    let before = TestRow::random(len, 64, 4);
    let mut after = before.clone();
    let tick = RowTick { output: &output, law: &RowLaw::over(&laws, 1.0), key };
    let (sums, eliminated) = after.sweep(Kernel::best(), &tick);

    let mut expected_dead = Vec::new();
    let (mut input, mut total, mut newly_tagged) = (0.0_f64, 0.0_f64, 0);
    for (slot, (old, new)) in before.slots().into_iter().zip(after.slots()).enumerate().take(len) {
        let noise = Noise::of(key, slot as u32);
        let drive = output[old.presynaptic as usize];
        let x = f64::from(old.log_size.log2());
        let deviation = f64::from(drive) - 1.0;
        let decay = (-0.05_f64).exp();
        let fluctuation = 0.9 * (1.0 - decay * decay).sqrt() * f64::from(noise.centred()) / f64::from(Noise::DEVIATION);
        let moved = x + (1.0 - decay) * (0.3 + 0.2 * deviation - x) + fluctuation;
        let stored = new.log_size;
        assert!((f64::from(stored.log2()) - moved).abs() < 0.6 / 4096.0, "at most the rounding to a step");

        let x = f64::from(stored.log2());
        let (old, new) = (old.tags, new.tags);
        let rate = if old.is_mature() { 0.05 } else { 0.2 } * 1.5;
        let engulfment = if old.is_tagged() { 0.1 } else { 0.0 };
        let hazard = rate * (-0.5 * x - 0.5 * deviation).exp2() + engulfment;
        let unit = |word: f32| f64::from(word) / 4_294_967_296.0;
        if unit(noise.fate()) < 1.0 - (-hazard).exp() {
            expected_dead.push(slot as u32);
        } else {
            input += f64::from(stored.size() * drive);
            total += f64::from(stored.size());
        }
        newly_tagged += i32::from(new.is_tagged()) - i32::from(old.is_tagged());
        assert_eq!(new.is_mature(), old.is_mature() || unit(noise.fate()) >= (-0.1_f64).exp());
        let switching = if old.is_tagged() { 0.3 } else { 0.15 * (-0.6 * x + 0.2 * deviation).exp2() };
        assert_eq!(new.is_tagged(), old.is_tagged() ^ (unit(noise.complement()) < 1.0 - (-switching).exp()));
        assert_eq!(new.epoch(), 5);
    }
    assert_eq!(eliminated, expected_dead);
    assert_eq!(sums.newly_tagged, newly_tagged);
    assert!((f64::from(sums.input) / input - 1.0).abs() < 1e-5, "single precision sums");
    assert!((f64::from(sums.size) / total - 1.0).abs() < 1e-5, "single precision sums");
}

#[test]
fn powers_of_two_are_exact_and_close_between() {
    for x in -8..8 {
        assert_eq!(exp2(x as f32), 2.0_f32.powi(x));
        assert_eq!(LogSize::from_log2(x as f32).size(), 2.0_f32.powi(x));
    }
    for step in 0..=u16::MAX {
        let x = LogSize(step).log2();
        assert!((exp2(x) / x.exp2() - 1.0).abs() < 3e-7, "at {x}: {} against {}", exp2(x), x.exp2());
        let size = LogSize(step).size();
        assert!((size / x.exp2() - 1.0).abs() < 9e-5, "half a storage step, at {x}: {size}");
    }
}

fn key(tick: u64, neuron: u32) -> [u32; 2] {
    let [a, b, _, _] = Seed(5).block(Purpose::SynapseSweep, tick, neuron);
    [a, b]
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let product = a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let power = |x: &[f64]| x[..n].iter().map(|x| x * x).sum::<f64>();
    product / (power(a) * power(b)).sqrt()
}

/// Deviations of the squares from their mean: one number may not be large because another is.
fn squares(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    x.iter().map(|x| x * x - mean).collect()
}

/// Fate, fluctuation and complement do not depend on each other between slots near and far, rows and ticks;
/// bounds are 4.5 standard errors.
#[test]
fn slot_noise_is_uncorrelated() {
    let n = 200_000_u32;
    let draw = |tick, neuron, of: fn(Noise) -> f64| -> Vec<f64> {
        (0..n).map(|slot| of(Noise::of(key(tick, neuron), slot))).collect()
    };
    let fate = draw(1, 9, |noise| f64::from(noise.fate()) / 4_294_967_296.0 - 0.5);
    let complement = draw(1, 9, |noise| f64::from(noise.complement()) / 4_294_967_296.0 - 0.5);
    let centred = |noise: Noise| f64::from(noise.centred()) / f64::from(Noise::DEVIATION);
    let fluctuation = draw(1, 9, centred);
    let (next_tick, next_row) = (draw(2, 9, centred), draw(1, 10, centred));
    let bound = 4.5 / f64::from(n).sqrt();
    for (name, a, b) in [
        ("fluctuations of two ticks", &fluctuation, &next_tick[..]),
        ("fluctuations of two rows", &fluctuation, &next_row),
        ("fluctuations of neighbours", &fluctuation, &fluctuation[1..]),
        ("fluctuations of two blocks", &fluctuation, &fluctuation[16..]),
        ("fates of neighbours", &fate, &fate[1..]),
        ("fates of two blocks", &fate, &fate[16..]),
        ("fate and complement", &fate, &complement),
        ("fluctuation and complement", &fluctuation, &complement),
        ("fate and a neighbour's fluctuation", &fate, &fluctuation[1..]),
    ] {
        let (plain, squared) = (correlation(a, b), correlation(&squares(a), &squares(b)));
        assert!(plain.abs() < bound && squared.abs() < bound, "{name}: {plain}, squares {squared}");
    }
    let variance = fluctuation.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
    assert!((variance - 1.0).abs() < 0.02);
}

/// Fates are uniform, overall, within a lane, in the lowest thousandth in which eliminations happen, and next
/// to a low one: χ² over 256 classes, within four standard deviations. Whoever has a low or a high fate
/// fluctuates without bias.
#[test]
fn fates_are_uniform_where_it_matters() {
    let assert_uniform = |fates: &[f64], name: &str| {
        let mut counts = [0_u32; 256];
        for fate in fates {
            counts[(fate * 256.0) as usize] += 1;
        }
        let expected = fates.len() as f64 / 256.0;
        let chi2: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        let z = (chi2 - 255.0) / (2.0 * 255.0_f64).sqrt();
        assert!(z.abs() < 4.0, "{name}: z = {z} over {}", fates.len());
    };
    let unit = |noise: Noise| f64::from(noise.0) / 4_294_967_296.0;
    let (mut all, mut lane, mut low, mut next) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut biased = [0.0; 2];
    let mut cases = 0.0;
    for neuron in 0..10_000 {
        let key = key(3, neuron);
        for slot in 0..1_000 {
            let noise = Noise::of(key, slot);
            let fate = unit(noise);
            if neuron < 200 {
                all.push(fate);
            }
            if slot % 16 == 3 && neuron < 2_000 {
                lane.push(fate);
            }
            if fate < 0.01 {
                low.push(fate * 100.0);
                next.push(unit(Noise::of(key, slot + 1)));
                biased[0] += f64::from(noise.centred()) / f64::from(Noise::DEVIATION);
                cases += 1.0;
            } else if fate >= 0.99 {
                biased[1] += f64::from(noise.centred()) / f64::from(Noise::DEVIATION);
            }
        }
    }
    assert_uniform(&all, "all");
    assert_uniform(&lane, "one lane");
    assert_uniform(&low, "the lowest hundredth");
    assert_uniform(&next, "next to a low one");
    // an upper half below 0.01 · 2¹⁶ moves the mean by at most half of that, over the deviation
    let bound = 4.5 / f64::sqrt(cases) + 0.5 * 655.0 / f64::from(Noise::DEVIATION);
    assert!(biased.iter().all(|sum| (sum / cases).abs() < bound), "{biased:?} over {cases}");
}
