//! Differences in units of the spread.

use super::moments::{mean, variance};

/// Hedges' g: (mean a − mean b)/pooled sd, times 1 − 3/(4·df − 1) (Hedges 1981, doi:10.3102/10769986006002107).
#[must_use]
pub fn hedges_g(a: &[f64], b: &[f64]) -> f64 {
    let (m, n) = (a.len() as f64, b.len() as f64);
    let freedom = m + n - 2.0;
    let pooled = (((m - 1.0) * variance(a) + (n - 1.0) * variance(b)) / freedom).sqrt();
    (mean(a) - mean(b)) / pooled * (1.0 - 3.0 / (4.0 * freedom - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sd 1 each, means 2 apart, 4 degrees of freedom: 2·(1 − 3/15).
    #[test]
    fn the_difference_is_in_units_of_the_pooled_spread_less_the_bias_of_few() {
        assert!((hedges_g(&[3.0, 4.0, 5.0], &[1.0, 2.0, 3.0]) - 1.6).abs() < 1e-12);
    }
}
