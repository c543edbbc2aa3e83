//! Mean, spread and interval of a figure over independent networks.

use serde::Serialize;

/// A headline figure over independent networks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeadlineFigure {
    /// Unit of the values.
    pub unit: &'static str,
    /// What the figure says.
    pub meaning: &'static str,
    /// Number of networks that have a value.
    pub n: usize,
    /// Mean; null without values.
    pub mean: Option<f64>,
    /// Standard deviation (n − 1); null below two values.
    pub sd: Option<f64>,
    /// 95 % confidence interval of the mean (Student's t), or of a fraction of networks (Wilson); null where the
    /// values are too few.
    pub ci95: Option<[f64; 2]>,
    /// How the values are spread; null below five values, and for a fraction of networks.
    pub quantiles: Option<Quantiles>,
    /// The values, in order of networks; null where a network has none.
    pub values: Vec<Option<f64>>,
}

/// Quantiles of a sample, by linear interpolation between its ordered values (Hyndman & Fan 1996, type 7).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantiles {
    /// 5 %.
    pub q05: f64,
    /// 25 %.
    pub q25: f64,
    /// The median.
    pub q50: f64,
    /// 75 %.
    pub q75: f64,
    /// 95 %.
    pub q95: f64,
}

/// Fewer values than this have no quantiles worth the name.
const FEW: usize = 5;

impl Quantiles {
    fn of(values: &[f64]) -> Option<Self> {
        if values.len() < FEW {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * (sorted.len() - 1) as f64;
            let below = place as usize;
            let above = (below + 1).min(sorted.len() - 1);
            sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
        };
        Some(Self { q05: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) })
    }
}

impl HeadlineFigure {
    /// The figure of these values, in order of networks; NaN where there is none.
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
        let quantiles = Quantiles::of(&known);
        let values = values.iter().map(|&value| Some(value).filter(|value| value.is_finite())).collect();
        Self { unit, meaning, n, mean, sd, ci95, quantiles, values }
    }

    /// The fraction of networks of which something holds: 1 or 0 for each, NaN where the question has no answer.
    #[must_use]
    pub fn share_of(meaning: &'static str, values: &[f64]) -> Self {
        let figure = Self::of("fraction of networks", meaning, values);
        let ci95 = figure.mean.map(|share| wilson_95(share, figure.n));
        Self { sd: None, ci95, quantiles: None, ..figure }
    }
}

/// The 95 % interval of a proportion (Wilson 1927).
#[must_use]
pub fn wilson_95(share: f64, n: usize) -> [f64; 2] {
    let (z, n) = (1.959_963_985_f64, n as f64);
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    [centre - half, centre + half].map(|bound| bound / (1.0 + z * z / n))
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
    fn a_figure_leaves_out_networks_without_a_value() {
        let figure = HeadlineFigure::of("1", "example", &[1.0, f64::NAN, 3.0]);
        assert_eq!((figure.n, figure.mean, figure.sd), (2, Some(2.0), Some(2.0_f64.sqrt())));
        let [low, high] = figure.ci95.unwrap();
        assert!((high - 2.0 - 12.7062).abs() < 1e-9 && (low + high - 4.0).abs() < 1e-9);
        assert_eq!(figure.values, [Some(1.0), None, Some(3.0)]);
        assert_eq!(figure.quantiles, None);
        let spread = HeadlineFigure::of("1", "example", &[9.0, 1.0, 3.0, 7.0, 5.0]).quantiles.unwrap();
        assert_eq!((spread.q25, spread.q50, spread.q75), (3.0, 5.0, 7.0));
        assert!((spread.q05 - 1.4).abs() < 1e-12, "0.2 of the way from 1 to 3");
        let lone = HeadlineFigure::of("1", "example", &[5.0]);
        assert_eq!((lone.mean, lone.sd, lone.ci95), (Some(5.0), None, None));
    }

    /// Wilson's interval for 15 of 50 is 0.191 to 0.438, for 0 of 10 it is 0 to 0.278 (Newcombe 1998).
    #[test]
    fn a_fraction_of_networks_has_the_interval_of_wilson() {
        let mut values = vec![0.0; 50];
        values[..15].fill(1.0);
        let share = HeadlineFigure::share_of("example", &values);
        let [low, high] = share.ci95.unwrap();
        assert!((low - 0.191).abs() < 5e-4 && (high - 0.438).abs() < 5e-4, "{low} {high}");
        let [low, high] = wilson_95(0.0, 10);
        assert!(low.abs() < 1e-12 && (high - 0.278).abs() < 5e-4, "{high}");
    }
}
