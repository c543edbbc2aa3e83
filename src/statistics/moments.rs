//! Mean and standard deviation.

/// The mean; NaN of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}

/// The variance by n − 1; NaN below two values.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().fold(0.0, |sum, value| sum + (value - mean).powi(2)) / (values.len() as f64 - 1.0)
}

/// The standard deviation by n − 1; NaN below two values.
#[must_use]
pub fn sd(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of these eight is 5; their squared distances from it sum to 32.
    #[test]
    fn moments_are_their_definitions() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&values), 5.0);
        assert!((variance(&values) - 32.0 / 7.0).abs() < 1e-14);
        assert!((sd(&values) - 2.138_089_935).abs() < 1e-9);
        assert!(mean(&[]).is_nan() && sd(&[3.0]).is_nan());
    }
}
