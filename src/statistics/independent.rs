//! Differences between two samples that have nothing to do with each other (Welch 1947, Biometrika).

use super::distributions::{UPPER, student_quantile_of};
use super::finite;
use super::moments::{mean, variance};

/// The difference of the means of two independent samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndependentContrast {
    /// Values of each.
    pub n: [usize; 2],
    /// Difference of the means; NaN if one is empty.
    pub mean: f64,
    /// Its 95 % interval by Welch's t; none below two values in either.
    pub interval: Option<[f64; 2]>,
}

impl IndependentContrast {
    /// The mean of the finite ones of `a` less that of `b`.
    #[must_use]
    pub fn of(a: &[f64], b: &[f64]) -> Self {
        let (a, b) = (finite(a), finite(b));
        let difference = mean(&a) - mean(&b);
        let n = [a.len(), b.len()];
        if n.iter().any(|&n| n < 2) {
            return Self { n, mean: difference, interval: None };
        }
        let parts = [variance(&a) / a.len() as f64, variance(&b) / b.len() as f64];
        let error = (parts[0] + parts[1]).sqrt();
        let below = parts[0].powi(2) / (a.len() as f64 - 1.0) + parts[1].powi(2) / (b.len() as f64 - 1.0);
        // two samples without any spread differ exactly
        let half = if error > 0.0 { student_quantile_of(UPPER, error.powi(4) / below) * error } else { 0.0 };
        Self { n, mean: difference, interval: Some([difference - half, difference + half]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `stats.ttest_ind(a, b, equal_var=False).confidence_interval()` of Student's sleep data, taken for two
    /// groups.
    #[test]
    fn a_contrast_of_strangers_is_welch_s() {
        let a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let contrast = IndependentContrast::of(&a, &b);
        let [low, high] = contrast.interval.unwrap();
        assert!((contrast.mean + 1.58).abs() < 1e-12 && contrast.n == [10, 10]);
        assert!((low + 3.365_483_230_7).abs() < 1e-7 && (high - 0.205_483_230_7).abs() < 1e-7, "{low} {high}");
        assert!(IndependentContrast::of(&[1.0], &b).interval.is_none());
        let same = IndependentContrast::of(&[2.0, 2.0], &[1.0, 1.0]);
        assert_eq!(same.interval, Some([1.0, 1.0]));
    }
}
