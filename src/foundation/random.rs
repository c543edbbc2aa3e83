//! Randomness that is addressed, never consumed.
//!
//! A draw is a pure function of its address, (seed, purpose, instant, agent, index): no stream is
//! shared, so neither the number of threads nor the order of the work can change a result, and a
//! resumed run needs no generator state. The generator is Philox4x32-10 (Salmon et al. 2011, SC'11,
//! doi:10.1145/2063384.2063405), checked below against the vectors of the Random123 distribution.
//! [`Draws`](crate::foundation::random::Draws) implements `rand_core`'s trait, so that every distribution
//! of `rand_distr` works on it. Whoever needs many numbers at one address takes a
//! [`Stream`](crate::foundation::random::Stream) that starts there.

use std::convert::Infallible;

use rand_core::{Rng, SeedableRng, TryRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a draw is for. Two purposes never share a draw, even for the same agent and instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Placing somata in the patch.
    Position = 1,
    /// In-degrees, partners, sizes and stages of the initial network.
    Wiring = 2,
    /// Per-neuron differences in set point.
    SetPoint = 4,
    /// Size fluctuation, elimination and maturation of standing synapses.
    SynapseSweep = 5,
    /// How many vacant elements seek a partner in a tick, and which vacated contacts are lost for good.
    ElementCount = 6,
    /// Which partner a vacant dendritic element meets, and the size of the newborn synapse.
    PartnerSearch = 7,
    /// Who wins an axonal element that several dendrites met.
    PartnerPriority = 8,
    /// Which of the spines that a protocol names are removed.
    SpineRemoval = 9,
    /// Which neurons and synapses a bounded snapshot keeps.
    SnapshotSample = 11,
    /// The covariates of a virtual subject.
    SubjectCovariate = 12,
    /// Which boutons stay when their spine is gone.
    ContactKept = 16,
    /// How readily a subject complains in a session.
    Complaint = 15,
    /// How far a rating of symptoms is off.
    RatingError = 13,
    /// Where the points of a study lie.
    Design = 32,
    /// In which order the slices of a Latin hypercube are taken.
    DesignOrder = 33,
    /// The seed of a point of a study whose points draw independently.
    PointSeed = 34,
    /// Which subject goes into which arm of a trial.
    Allocation = 35,
    /// When a subject leaves a trial for no reason that is modelled.
    DropOut = 36,
    /// Which subjects a resampled trial has.
    TrialResample = 37,
    /// Where draws of uncertain parameters lie.
    ParameterDraw = 38,
    /// Which networks a resample of a validation target holds.
    Bootstrap = 64,
    /// Random numbers of tests and benchmarks.
    Test = 255,
}

/// The seed of one replicate. Every address starts here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of replicate `index` of an experiment seeded with `self`.
    #[must_use]
    pub fn replicate(self, index: u32) -> Self {
        self.child(index, 0x5265_706c)
    }

    /// The seed of the network of virtual subject `index`, in the replicate seeded with `self`.
    #[must_use]
    pub fn subject(self, index: u32) -> Self {
        self.child(index, 0x5375_626a)
    }

    /// The seed of child `index` of one kind; `kind` lies beyond all purposes.
    fn child(self, index: u32, kind: u32) -> Self {
        let [a, b, _, _] = philox([index, kind, 0, 0], self.key());
        Self(u64::from(a) << 32 | u64::from(b))
    }

    /// The draws addressed by (`purpose`, `instant`, `agent`), in order of their index. A tick's instant is
    /// [`Clock::address`](crate::foundation::clock::Clock::address); what is drawn once counts from 0.
    #[must_use]
    pub fn draws(self, purpose: Purpose, instant: u64, agent: u32) -> Draws {
        Draws { key: self.key(), purpose, instant, agent, block: 0, buffer: [0; 4], used: 4 }
    }

    /// A stream that starts at the address (`purpose`, `instant`, `agent`), for callers that need many numbers.
    #[must_use]
    pub fn stream(self, purpose: Purpose, instant: u64, agent: u32) -> Stream {
        let blocks = [0, 1].map(|block| philox(address(purpose, instant, agent, block), self.key()));
        let mut state = [0; 32];
        for (bytes, word) in state.as_chunks_mut::<4>().0.iter_mut().zip(blocks.as_flattened()) {
            *bytes = word.to_le_bytes();
        }
        Stream(Xoshiro256PlusPlus::from_seed(state))
    }

    /// The first 128 bits of [`Seed::draws`], for callers that spread them over many slots.
    #[must_use]
    pub fn block(self, purpose: Purpose, instant: u64, agent: u32) -> [u32; 4] {
        philox(address(purpose, instant, agent, 0), self.key())
    }

    fn key(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
    }
}

/// Counter layout: agent, block and purpose, instant low, instant high.
fn address(purpose: Purpose, instant: u64, agent: u32, block: u32) -> [u32; 4] {
    [agent, (purpose as u32) << 24 | block, instant as u32, (instant >> 32) as u32]
}

/// The draws of one address; see [`Seed::draws`]. At most 2²⁶ numbers per address.
#[derive(Clone, Debug)]
pub struct Draws {
    key: [u32; 2],
    purpose: Purpose,
    instant: u64,
    agent: u32,
    block: u32,
    buffer: [u32; 4],
    used: usize,
}

impl Draws {
    /// The next number, uniform on [0, 1) with 24 bits.
    pub fn uniform(&mut self) -> f32 {
        (self.word() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// The next 32 bits.
    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            debug_assert!(self.block < 1 << 24, "an address holds 2^26 numbers");
            self.buffer = philox(address(self.purpose, self.instant, self.agent, self.block), self.key);
            self.block += 1;
            self.used = 0;
        }
        let word = self.buffer[self.used];
        self.used += 1;
        word
    }

    /// The next integer, uniform on `0..bound` (Lemire's multiply-shift; bias below 2⁻³² · bound).
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(bound)) >> 32) as u32
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.word());
        Ok(u64::from(self.word()) << 32 | low)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A generator of its own for one address; see [`Seed::stream`].
///
/// xoshiro256++ (Blackman & Vigna 2021, ACM TOMS 47:36, doi:10.1145/3460772), whose 256 bits of state are the first
/// two Philox blocks of the address: a number costs a nanosecond, where a Philox word costs five. Streams of
/// different addresses start at unrelated points of a cycle of 2²⁵⁶ − 1.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The next 64 bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The next number, uniform on [0, 1) with 24 bits.
    #[inline]
    pub fn uniform(&mut self) -> f32 {
        (self.word() >> 40) as f32 * (1.0 / 16_777_216.0)
    }

    /// The next integer, uniform on `0..bound`, and 64 bits that are independent of it to within 2⁻³².
    #[inline]
    pub fn below_with_rest(&mut self, bound: u32) -> (u32, u64) {
        let product = u128::from(self.word()) * u128::from(bound);
        ((product >> 64) as u32, product as u64)
    }

    /// The next integer, uniform on `0..bound` (bias below 2⁻⁶⁴ · bound).
    #[inline]
    pub fn below(&mut self, bound: u32) -> u32 {
        self.below_with_rest(bound).0
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

/// Philox4x32-10: ten rounds of multiply and exchange on a 128-bit counter under a 64-bit key.
#[must_use]
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    const MULTIPLIER: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    for _ in 0..10 {
        let a = MULTIPLIER[0] * u64::from(counter[0]);
        let b = MULTIPLIER[1] * u64::from(counter[2]);
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

#[cfg(test)]
mod tests {
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    /// Known answers of Random123 1.14, file `kat_vectors`, lines `philox4x32 10`.
    #[test]
    fn philox_agrees_with_the_vectors_of_random123() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    /// xoshiro256++ returns rotl(s₀ + s₃, 23) + s₀ of its state s, which is the address's first two blocks.
    #[test]
    fn a_stream_starts_at_its_address() {
        let seed = Seed(7);
        let blocks = [0, 1].map(|block| philox(address(Purpose::Test, 1, 2, block), seed.key()));
        let join = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        let (first, last) = (join(blocks[0][0], blocks[0][1]), join(blocks[1][2], blocks[1][3]));
        let expected = first.wrapping_add(last).rotate_left(23).wrapping_add(first);
        assert_eq!(seed.stream(Purpose::Test, 1, 2).word(), expected);
    }

    #[test]
    fn addresses_that_differ_in_one_part_give_different_draws() {
        let seed = Seed(7);
        let word = |purpose, tick, agent| seed.stream(purpose, tick, agent).word();
        assert_ne!(word(Purpose::Test, 1, 2), word(Purpose::Wiring, 1, 2));
        assert_ne!(word(Purpose::Test, 1, 2), word(Purpose::Test, 2, 2));
        assert_ne!(word(Purpose::Test, 1, 2), word(Purpose::Test, 1, 3));
        let first = seed.block(Purpose::Test, 1, 2);
        assert_ne!(first, seed.block(Purpose::Wiring, 1, 2));
        assert_ne!(first, seed.block(Purpose::Test, 2, 2));
        assert_ne!(first, seed.block(Purpose::Test, 1, 3));
        assert_ne!(first, Seed(8).block(Purpose::Test, 1, 2));
        assert_ne!(first, seed.replicate(0).block(Purpose::Test, 1, 2));
        assert_ne!(seed.subject(0), seed.replicate(0));
        assert_ne!(seed.subject(0), seed.subject(1));
    }

    /// Mean and variance of 40,000 standard normals: the bounds are four standard errors.
    #[test]
    fn distributions_of_rand_distr_work_on_addressed_draws() {
        let mut draws = Seed(1).draws(Purpose::Test, 0, 0);
        let n = 40_000;
        let sample: Vec<f64> = (0..n).map(|_| StandardNormal.sample(&mut draws)).collect();
        let mean = sample.iter().sum::<f64>() / f64::from(n);
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 4.0 / f64::from(n).sqrt(), "mean {mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / f64::from(n)).sqrt(), "variance {variance}");
    }
}
