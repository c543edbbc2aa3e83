//! The difference of two groups at the same baseline: analysis of covariance with one slope (Fisher 1932).

use super::distributions::{UPPER, student_probability, student_quantile_of};
use super::moments::mean;

/// One subject: before, after.
pub type BeforeAfter = (f64, f64);

/// The difference of two groups, adjusted for the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdjustedDifference {
    /// Subjects of each group.
    pub n: [usize; 2],
    /// First less second, at the same baseline.
    pub difference: f64,
    /// Its standard error.
    pub error: f64,
    /// Degrees of freedom.
    pub freedom: f64,
    /// Two-sided probability of a difference as large if there were none.
    pub p: f64,
}

impl AdjustedDifference {
    /// That of the finite pairs of both groups; none below two in either, or without any spread.
    #[must_use]
    pub fn of(first: &[BeforeAfter], second: &[BeforeAfter]) -> Option<Self> {
        let known = |group: &[BeforeAfter]| -> Vec<BeforeAfter> {
            group.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
        };
        let groups = [known(first), known(second)];
        let n = [groups[0].len(), groups[1].len()];
        if n.iter().any(|&n| n < 2) {
            return None;
        }
        let means = groups.each_ref().map(|group| {
            let (x, y): (Vec<f64>, Vec<f64>) = group.iter().copied().unzip();
            (mean(&x), mean(&y))
        });
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (group, (mx, my)) in groups.iter().zip(means) {
            for (x, y) in group {
                xx += (x - mx).powi(2);
                xy += (x - mx) * (y - my);
                yy += (y - my).powi(2);
            }
        }
        // where all begin alike there is nothing to adjust for
        let has_slope = xx > 1e-12 * (1.0 + means[0].0.abs()).powi(2);
        let slope = if has_slope { xy / xx } else { 0.0 };
        let apart = means[0].0 - means[1].0;
        let difference = means[0].1 - means[1].1 - slope * apart;
        let freedom = (n[0] + n[1]) as f64 - if has_slope { 3.0 } else { 2.0 };
        let residual = yy - slope * xy;
        let leverage = if has_slope { apart * apart / xx } else { 0.0 };
        let error = (residual / freedom * (1.0 / n[0] as f64 + 1.0 / n[1] as f64 + leverage)).sqrt();
        if freedom < 1.0 || error.is_nan() || error <= 0.0 {
            return None;
        }
        let p = 2.0 * (1.0 - student_probability((difference / error).abs(), freedom));
        Some(Self { n, difference, error, freedom, p })
    }

    /// The 95 % interval of the difference.
    #[must_use]
    pub fn interval(&self) -> [f64; 2] {
        let half = student_quantile_of(UPPER, self.freedom) * self.error;
        [self.difference - half, self.difference + half]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy 2.4.6 and SciPy 1.17.1: `np.linalg.lstsq` of y on (1, group, x), `stats.t.sf(|t|, 7)`.
    #[test]
    fn an_adjusted_difference_is_that_of_least_squares() {
        let first = [(30.0, 14.0), (33.0, 18.0), (35.0, 17.0), (28.0, 11.0), (31.0, 16.0)];
        let second = [(29.0, 22.0), (34.0, 27.0), (36.0, 25.0), (31.0, 24.0), (30.0, 20.0)];
        let found = AdjustedDifference::of(&first, &second).unwrap();
        assert!((found.difference - (-7.919_620_253_165)).abs() < 1e-9, "{found:?}");
        assert!((found.error - 1.062_759_032_233).abs() < 1e-9 && found.freedom == 7.0, "{found:?}");
        assert!((found.p / 1.429_836_794e-4 - 1.0).abs() < 1e-6, "{found:?}");
        assert!(AdjustedDifference::of(&first[..1], &second).is_none());
        // without any spread of the baseline it is Student's t
        let flat = |group: &[BeforeAfter]| group.iter().map(|(_, y)| (30.0, *y)).collect::<Vec<_>>();
        assert_eq!(AdjustedDifference::of(&flat(&first), &flat(&second)).unwrap().freedom, 8.0);
    }
}
