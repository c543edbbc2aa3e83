//! What is drawn around a mean: what is known of it, or how the population is spread.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{confidence, finite, moments, quantiles};

/// What a band or bar around a mean shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Band {
    /// What is known of the mean: its 95 % confidence interval (Student's t). It narrows with more networks.
    #[default]
    Confidence,
    /// How the population is spread: from the quantile at 5 % to that at 95 %. It does not narrow with more networks.
    Spread,
}

impl Band {
    /// The band of these finite values; none below two.
    #[must_use]
    pub fn of(self, values: &[f64]) -> Option<[f64; 2]> {
        match self {
            Self::Confidence => confidence::of_mean(values),
            Self::Spread => quantiles::spread(values),
        }
    }

    /// What it is, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Confidence => "95 % confidence interval of the mean (Student's t)",
            Self::Spread => "spread of the population (quantiles at 5 and 95 %)",
        }
    }
}

/// A mean and what is drawn around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandedMean {
    /// Values that are finite.
    pub n: usize,
    /// Their mean; NaN of none.
    pub mean: f64,
    /// Ends of the band; NaN where there is none.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

impl BandedMean {
    /// That of the finite ones of `values`.
    #[must_use]
    pub fn of(values: &[f64], band: Band) -> Self {
        let values = finite(values);
        let [low, high] = band.of(&values).unwrap_or([f64::NAN; 2]);
        Self { n: values.len(), mean: moments::mean(&values), low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_narrows_with_more_networks_and_the_spread_does_not() {
        let values = |n: u32| (0..n).map(|i| f64::from(i % 11)).collect::<Vec<_>>();
        let width = |band: Band, n| band.of(&values(n)).map(|[low, high]| high - low).unwrap();
        assert!(width(Band::Confidence, 110) < 0.33 * width(Band::Confidence, 11));
        assert!((width(Band::Spread, 110) - 10.0).abs() < 1.0 && (width(Band::Spread, 11) - 9.0).abs() < 1e-12);
        let some = BandedMean::of(&[1.0, 4.0, f64::NAN, 2.5], Band::Confidence);
        // sd 1.5, t(2) = 4.302653, n = 3
        assert!(some.n == 3 && some.mean == 2.5 && (some.high - 2.5 - 4.302_653 * 1.5 / 3.0_f64.sqrt()).abs() < 1e-6);
        assert!(BandedMean::of(&[2.0], Band::Spread).low.is_nan() && BandedMean::of(&[], Band::Spread).mean.is_nan());
    }
}
