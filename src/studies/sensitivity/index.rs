//! What an analysis works on, and what it gives.

use crate::statistics::finite;
use crate::statistics::moments::mean;
use crate::statistics::quantiles::quantile;

/// One number that an analysis gives.
#[derive(Clone, Debug, PartialEq)]
pub struct SensitivityIndex {
    /// The factor; empty for what concerns all.
    pub factor: String,
    /// Which number: `first_order`, `mu_star`, …
    pub index: &'static str,
    /// Samples, trajectories or networks that it rests on.
    pub n: usize,
    /// Its value.
    pub value: f64,
    /// The lower end of its 95 % interval; NaN where there is none.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What an analysis works on: the outputs of one outcome by point and network, NaN where a point failed, and the factors as
/// numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct DesignOutputs {
    /// By point, then by network.
    pub values: Vec<Vec<f64>>,
    /// By factor: its name, and by point its value; the place in the list for texts.
    pub factors: Vec<(String, Vec<f64>)>,
}

impl DesignOutputs {
    /// The mean over networks at every point.
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        self.values.iter().map(|networks| mean(networks)).collect()
    }
}

/// An index with its interval: the quantiles at 2.5 and 97.5 % of `resampled` values.
pub(super) fn index(factor: &str, index: &'static str, n: usize, value: f64, resampled: &[f64]) -> SensitivityIndex {
    let known = finite(resampled);
    let end = |share| if known.len() > 1 { quantile(&known, share) } else { f64::NAN };
    SensitivityIndex { factor: factor.to_owned(), index, n, value, low: end(0.025), high: end(0.975) }
}
