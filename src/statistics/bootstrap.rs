//! Resampling with replacement (Efron 1979).

use crate::foundation::random::{Purpose, Seed};

/// Resamples that a quantile is taken from: an outer one is known within a tenth then.
pub const RESAMPLES: u64 = 400;

/// A statistic of [`RESAMPLES`] samples of `n` indices below `n`, drawn with replacement; the same at every call.
#[must_use]
pub fn resampled(n: usize, statistic: impl Fn(&[usize]) -> f64) -> Vec<f64> {
    let draw = |round| {
        let mut draws = Seed(0).draws(Purpose::Bootstrap, round, 0);
        let pick: Vec<usize> = (0..n).map(|_| ((f64::from(draws.uniform()) * n as f64) as usize).min(n - 1)).collect();
        statistic(&pick)
    };
    (0..RESAMPLES).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::super::moments::{mean, sd};
    use super::*;

    /// The closed form: the standard deviation by n, over √n.
    #[test]
    fn resampled_means_have_the_standard_error_of_the_mean() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let means = resampled(100, |pick| mean(&pick.iter().map(|&index| values[index]).collect::<Vec<_>>()));
        // √((100² − 1)/12)/√100, to three times the error of a standard deviation from 400 draws, 1/√800
        let expected = (9_999.0_f64 / 12.0).sqrt() / 10.0;
        assert!((sd(&means) / expected - 1.0).abs() < 3.0 / 800.0_f64.sqrt(), "{}", sd(&means));
        assert!((mean(&means) - 49.5).abs() < 3.0 * expected / 20.0, "{}", mean(&means));
    }
}
