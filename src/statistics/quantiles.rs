//! Quantiles of a sample, by linear interpolation between its ordered values (Hyndman & Fan 1996, type 7).
//!
//! Type 7 is what R, NumPy and pandas give by default, so whoever computes a quantile from `outcomes.csv` gets the number
//! of the summary. That of `statrs` is type 8.

use serde::Serialize;

/// Quantiles that describe a sample.
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

/// Fewer values than five quantiles say more by themselves.
const FEW: usize = 5;

impl Quantiles {
    /// Those of `values`; none below five.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        (values.len() >= FEW).then(|| {
            let sorted = sorted(values);
            let at = |share| of_sorted(&sorted, share);
            Self { q05: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) }
        })
    }
}

/// The value that `share` of `values` lies below; NaN of none.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    of_sorted(&sorted(values), share)
}

/// How a population is spread: its quantiles at 5 and 95 %; none below two values.
#[must_use]
pub fn spread(values: &[f64]) -> Option<[f64; 2]> {
    let sorted = sorted(values);
    (sorted.len() > 1).then(|| [0.05, 0.95].map(|share| of_sorted(&sorted, share)))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn of_sorted(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    // two equal infinities have no difference
    if below == above { below } else { below + place.fract() * (above - below) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy: `quantile([9, 1, 3, 7, 5], [.05, .25, .5, .75, .95])` is 1.4, 3, 5, 7, 8.6; type 8 would begin with 1.
    #[test]
    fn quantiles_are_those_of_r() {
        let values = [9.0, 1.0, 3.0, 7.0, 5.0];
        let five = Quantiles::of(&values).unwrap();
        assert_eq!((five.q25, five.q50, five.q75), (3.0, 5.0, 7.0));
        assert!((five.q05 - 1.4).abs() < 1e-12 && (five.q95 - 8.6).abs() < 1e-12);
        let [low, high] = spread(&values).unwrap();
        assert_eq!((low, high), (five.q05, five.q95));
        assert_eq!(Quantiles::of(&values[..4]), None);
        // NumPy: quantile([1, 3], .95) is 2.9
        assert!((spread(&[3.0, 1.0]).unwrap()[1] - 2.9).abs() < 1e-12);
        assert_eq!(spread(&[3.0]), None);
        assert_eq!(quantile(&[f64::INFINITY, f64::INFINITY], 0.5), f64::INFINITY);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
