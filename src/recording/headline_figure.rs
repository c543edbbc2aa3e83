//! Mean, spread and interval of a figure over independent networks.

use serde::Serialize;

use super::headlines::Headline;
use crate::statistics::contrast::PairedContrast;
use crate::statistics::proportion::wilson;
use crate::statistics::quantiles::Quantiles;
use crate::statistics::{confidence, finite, moments};

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

impl HeadlineFigure {
    /// The figure of these values, in order of networks; NaN where there is none.
    #[must_use]
    pub fn of(unit: &'static str, meaning: &'static str, values: &[f64]) -> Self {
        let known = finite(values);
        let n = known.len();
        let mean = (n > 0).then(|| moments::mean(&known));
        let sd = (n > 1).then(|| moments::sd(&known));
        let ci95 = confidence::of_mean(&known);
        let quantiles = Quantiles::of(&known);
        let values = values.iter().map(|&value| Some(value).filter(|value| value.is_finite())).collect();
        Self { unit, meaning, n, mean, sd, ci95, quantiles, values }
    }

    /// The fraction of networks of which something holds: 1 or 0 for each, NaN where the question has no answer.
    #[must_use]
    pub fn share_of(meaning: &'static str, values: &[f64]) -> Self {
        let figure = Self::of("fraction of networks", meaning, values);
        let ci95 = figure.mean.map(|share| wilson(share, figure.n));
        Self { sd: None, ci95, quantiles: None, ..figure }
    }
}

/// What one arm differs by from another in a headline figure, over the networks that went through both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeadlineContrast {
    /// Unit of the difference.
    pub unit: &'static str,
    /// What the figure says.
    pub meaning: &'static str,
    /// Number of networks that have a value in both arms.
    pub n: usize,
    /// Mean difference; null without networks.
    pub mean: Option<f64>,
    /// Standard deviation of the differences (n − 1); null below two networks, and for fractions of networks.
    pub sd: Option<f64>,
    /// 95 % interval of the mean difference (Student's t), or of the difference of fractions (Newcombe 1998, method 10,
    /// for pairs); null below two networks.
    pub ci95: Option<[f64; 2]>,
}

impl HeadlineContrast {
    /// That of `headline` where the networks, in one order, have `values` in one arm and `reference` in the other.
    pub(super) fn of(headline: &Headline, values: &[f64], reference: &[f64]) -> Self {
        let (unit, contrast) = if headline.is_yes_or_no {
            ("fraction of networks", PairedContrast::of_shares(values, reference))
        } else {
            (headline.unit, PairedContrast::of(values, reference))
        };
        let PairedContrast { n, mean, sd, interval } = contrast;
        Self { unit, meaning: headline.meaning, n, mean: (n > 0).then_some(mean), sd, ci95: interval }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_leaves_out_networks_without_a_value() {
        let figure = HeadlineFigure::of("1", "example", &[1.0, f64::NAN, 3.0]);
        assert_eq!((figure.n, figure.mean, figure.sd), (2, Some(2.0), Some(2.0_f64.sqrt())));
        let [low, high] = figure.ci95.unwrap();
        assert!((high - 2.0 - 12.706_204_736).abs() < 1e-8 && (low + high - 4.0).abs() < 1e-9);
        assert_eq!(figure.values, [Some(1.0), None, Some(3.0)]);
        assert_eq!(figure.quantiles, None);
        let lone = HeadlineFigure::of("1", "example", &[5.0]);
        assert_eq!((lone.mean, lone.sd, lone.ci95), (Some(5.0), None, None));
    }

    /// Wilson's interval for 15 of 50 is 0.191 to 0.438 (Newcombe 1998).
    #[test]
    fn a_fraction_of_networks_has_the_interval_of_wilson() {
        let mut values = vec![0.0; 50];
        values[..15].fill(1.0);
        let share = HeadlineFigure::share_of("example", &values);
        let [low, high] = share.ci95.unwrap();
        assert!((low - 0.191).abs() < 5e-4 && (high - 0.438).abs() < 5e-4, "{low} {high}");
        assert_eq!((share.sd, share.quantiles), (None, None));
    }
}
