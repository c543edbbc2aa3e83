//! Differences between two arms, within the networks that went through both.

use super::confidence;
use super::moments::{mean, sd};
use super::proportion::PairedAnswers;

/// The difference of one arm from another over the networks of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedContrast {
    /// Networks that have a value in both arms.
    pub n: usize,
    /// Mean of the differences; NaN without any.
    pub mean: f64,
    /// Standard deviation of the differences (n − 1); none below two, and for yes-or-no answers.
    pub sd: Option<f64>,
    /// The 95 % interval of the mean difference; none below two.
    pub interval: Option<[f64; 2]>,
}

/// The pairs of which both values are finite.
fn pairs(a: &[f64], b: &[f64]) -> Vec<(f64, f64)> {
    a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a.is_finite() && b.is_finite()).collect()
}

impl PairedContrast {
    /// `a` less `b`, network by network: Student's t of the differences.
    #[must_use]
    pub fn of(a: &[f64], b: &[f64]) -> Self {
        let differences: Vec<f64> = pairs(a, b).into_iter().map(|(a, b)| a - b).collect();
        let n = differences.len();
        let sd = (n > 1).then(|| sd(&differences));
        Self { n, mean: mean(&differences), sd, interval: confidence::of_mean(&differences) }
    }

    /// The share of yes (1) in `a` less that in `b`: Newcombe's interval for pairs.
    #[must_use]
    pub fn of_shares(a: &[f64], b: &[f64]) -> Self {
        let answers = PairedAnswers::of(&pairs(a, b));
        Self { n: answers.n(), mean: answers.difference(), sd: None, interval: answers.interval() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sleep gained on two drugs by the same ten people (Student 1908). SciPy 1.17.1:
    /// `stats.ttest_rel(first, second).confidence_interval()` is −2.4598858 to −0.7001142 around −1.58.
    #[test]
    fn a_contrast_is_that_of_the_same_people() {
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let contrast = PairedContrast::of(&first, &second);
        let [low, high] = contrast.interval.unwrap();
        assert!((contrast.mean + 1.58).abs() < 1e-12 && contrast.n == 10);
        assert!((low + 2.459_885_8).abs() < 1e-7 && (high + 0.700_114_2).abs() < 1e-7, "{low} {high}");
        assert!((contrast.sd.unwrap() - 1.229_995_5).abs() < 1e-7);
    }

    #[test]
    fn who_is_missing_in_one_arm_counts_in_neither() {
        let contrast = PairedContrast::of(&[1.0, f64::NAN, 5.0], &[0.0, 3.0, f64::NAN]);
        assert_eq!(contrast, PairedContrast { n: 1, mean: 1.0, sd: None, interval: None });
        let shares = PairedContrast::of_shares(&[1.0, 1.0, f64::NAN], &[0.0, 1.0, 1.0]);
        assert_eq!((shares.n, shares.mean), (2, 0.5));
        assert!(PairedContrast::of(&[], &[]).mean.is_nan());
    }
}
