//! Quantiles of the distributions that intervals are made of.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The share below the upper end of a 95 % interval of two equal tails.
pub(super) const UPPER: f64 = 0.975;

/// The value that a standard normal variable stays below with probability `share`.
#[must_use]
pub fn normal_quantile(share: f64) -> f64 {
    Normal::new(0.0, 1.0).map_or(f64::NAN, |normal| normal.inverse_cdf(share))
}

/// The share of the standard normal distribution below `z`.
#[must_use]
pub fn normal_probability(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// The value that Student's t of `freedom` degrees of freedom stays below with probability `share`; NaN of none.
#[must_use]
pub fn student_quantile(share: f64, freedom: usize) -> f64 {
    student_quantile_of(share, freedom as f64)
}

/// The same for degrees of freedom that are no whole number.
#[must_use]
pub fn student_quantile_of(share: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |student| student.inverse_cdf(share))
}

/// The share of Student's t of `freedom` degrees of freedom below `t`.
#[must_use]
pub fn student_probability(t: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |student| student.cdf(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `stats.t.ppf(0.975, df)`, `stats.t.ppf(0.95, 4)`, `stats.norm.ppf(0.975)`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        for (freedom, known) in [
            (1, 12.706_204_736_174_7),
            (2, 4.302_652_729_749_46),
            (3, 3.182_446_305_283_71),
            (4, 2.776_445_105_197_79),
            (9, 2.262_157_162_798_2),
            (29, 2.045_229_642_132_7),
            (39, 2.022_690_920_036_76),
        ] {
            let quantile = student_quantile(0.975, freedom);
            // statrs inverts the incomplete beta function to this
            assert!((quantile / known - 1.0).abs() < 1e-10, "{freedom}: {quantile}");
        }
        assert!((student_quantile(0.95, 4) - 2.131_846_786_326_65).abs() < 1e-9);
        assert!((student_quantile(0.05, 4) + 2.131_846_786_326_65).abs() < 1e-9);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_05).abs() < 1e-12);
        assert!(student_quantile(0.975, 0).is_nan());
    }
}
