//! Mean, spread and interval of a figure over replicates.

use serde::Serialize;

/// A headline figure over replicates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Unit of the values.
    pub unit: &'static str,
    /// What the figure says.
    pub meaning: &'static str,
    /// Number of replicates that have a value.
    pub n: usize,
    /// Mean; null without values.
    pub mean: Option<f64>,
    /// Standard deviation (n − 1); null below two values.
    pub sd: Option<f64>,
    /// 95 % confidence interval of the mean (Student's t); null below two values.
    pub ci95: Option<[f64; 2]>,
    /// The values, by replicate; null where a replicate has none.
    pub values: Vec<Option<f64>>,
}

impl Figure {
    /// The figure of these values, in order of replicates; NaN where there is none.
    #[must_use]
    pub fn of(unit: &'static str, meaning: &'static str, values: &[f64]) -> Self {
        let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let n = known.len();
        let mean = (n > 0).then(|| known.iter().fold(0.0, |sum, x| sum + x) / n as f64);
        let sd = mean.filter(|_| n > 1).map(|mean| {
            let squares = known.iter().fold(0.0, |sum, x| sum + (x - mean).powi(2));
            (squares / (n - 1) as f64).sqrt()
        });
        let ci95 = mean.zip(sd).map(|(mean, sd)| {
            let half = student_975(n - 1) * sd / (n as f64).sqrt();
            [mean - half, mean + half]
        });
        let values = values.iter().map(|&value| Some(value).filter(|value| value.is_finite())).collect();
        Self { unit, meaning, n, mean, sd, ci95, values }
    }
}

/// The 97.5 % quantile of Student's t: tabulated up to 9 degrees of freedom, then by the Cornish–Fisher
/// expansion (Abramowitz & Stegun 26.7.5), whose error there is below 3·10⁻⁴.
fn student_975(freedom: usize) -> f64 {
    const TABLE: [f64; 9] = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622];
    if let Some(&quantile) = freedom.checked_sub(1).and_then(|row| TABLE.get(row)) {
        return quantile;
    }
    let (z, v) = (1.959_963_985_f64, freedom as f64);
    z + (z.powi(3) + z) / (4.0 * v)
        + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * v.powi(2))
        + (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / (384.0 * v.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published quantiles (two-sided 5 %), to the digits printed.
    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        for (freedom, published) in [(1, 12.706), (4, 2.776), (10, 2.228), (15, 2.131), (30, 2.042), (120, 1.980)] {
            assert!((student_975(freedom) - published).abs() < 6e-4, "{freedom}: {}", student_975(freedom));
        }
    }

    #[test]
    fn a_figure_leaves_out_replicates_without_a_value() {
        let figure = Figure::of("1", "example", &[1.0, f64::NAN, 3.0]);
        assert_eq!((figure.n, figure.mean, figure.sd), (2, Some(2.0), Some(2.0_f64.sqrt())));
        let [low, high] = figure.ci95.unwrap();
        assert!((high - 2.0 - 12.7062).abs() < 1e-9 && (low + high - 4.0).abs() < 1e-9);
        assert_eq!(figure.values, [Some(1.0), None, Some(3.0)]);
        let lone = Figure::of("1", "example", &[5.0]);
        assert_eq!((lone.mean, lone.sd, lone.ci95), (Some(5.0), None, None));
    }
}
