//! Which neurons a bounded snapshot keeps the synapses of.

use crate::foundation::random::{Purpose, Seed};

/// A sample of postsynaptic neurons, the same at every instant and in every arm of a replicate.
///
/// Whole dendrites are kept, so that in-degrees, sizes and survival are those of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    seed: Seed,
    /// Share of the neurons that is kept; 1 keeps all.
    pub share: f64,
}

/// Synapses of one snapshot at most, on average.
pub const MOST_SYNAPSES: u64 = 2_000_000;

impl Sample {
    /// A sample of a network of `synapses` that holds [`MOST_SYNAPSES`] or all.
    #[must_use]
    pub fn of(synapses: u64, seed: Seed) -> Self {
        Self { seed, share: (MOST_SYNAPSES as f64 / synapses.max(1) as f64).min(1.0) }
    }

    /// Whether the synapses onto this neuron are kept.
    #[must_use]
    pub fn keeps(&self, neuron: u32) -> bool {
        self.share >= 1.0 || f64::from(self.seed.draws(Purpose::SnapshotSample, 0, neuron).uniform()) < self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_networks_are_kept_whole_and_large_ones_in_their_share() {
        let whole = Sample::of(MOST_SYNAPSES, Seed(1));
        assert!((0..1_000).all(|neuron| whole.keeps(neuron)));
        let tenth = Sample::of(10 * MOST_SYNAPSES, Seed(1));
        let kept = (0..20_000).filter(|&neuron| tenth.keeps(neuron)).count() as f64;
        // four standard errors of a binomial
        assert!((kept - 2_000.0).abs() < 4.0 * (20_000.0 * 0.1 * 0.9_f64).sqrt(), "{kept}");
    }
}
