//! What is known of a mean.

use super::distributions::{UPPER, student_quantile};
use super::moments::{mean, sd};

/// The 95 % confidence interval of the mean by Student's t; none below two values.
#[must_use]
pub fn of_mean(values: &[f64]) -> Option<[f64; 2]> {
    let n = values.len();
    (n > 1).then(|| {
        let (mean, half) = (mean(values), student_quantile(UPPER, n - 1) * sd(values) / (n as f64).sqrt());
        [mean - half, mean + half]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `stats.t.interval(0.95, 4, 3, stats.sem([1, 2, 3, 4, 5]))` is 1.036757 to 4.963243; of two values half the interval is 12.706 standard errors.
    #[test]
    fn the_interval_is_that_of_students_t_from_two_values_on() {
        let [low, high] = of_mean(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((low - 1.036_757).abs() < 1e-6 && (high - 4.963_243).abs() < 1e-6, "{low} {high}");
        let [low, high] = of_mean(&[1.0, 3.0]).unwrap();
        assert!((low - 2.0 + 12.706_204_736).abs() < 1e-8 && (high - 2.0 - 12.706_204_736).abs() < 1e-8);
        assert_eq!(of_mean(&[7.0]), None);
    }
}
