//! What arms differ by, network by network: every network goes through every arm.

use std::collections::BTreeMap;

use crate::figures::data::{ArmView, RecordedRun, Trace};
use crate::figures::source::Mark;
use crate::statistics::contrast::PairedContrast;

/// A number for each network: replicate and subject.
pub(super) type ByNetwork = BTreeMap<(u32, u32), f64>;

/// What bars of differences are, for captions.
pub(super) const BARS: &str = "differences are taken within each network, which went through both arms; bars: 95 % confidence interval of \
     their mean (Student's t)";

/// The arm that others are compared with, as in `summary.json`: the first without a dose, else the first. None where there is
/// no other.
pub(super) fn compared_with(run: &RecordedRun) -> Option<&ArmView> {
    run.reference().or(run.arms().first()).filter(|_| run.arms().len() > 1)
}

/// What `of` says of the trace of each network.
pub(super) fn by_network(run: &RecordedRun, arm: &ArmView, column: &str, of: impl Fn(Trace) -> f64) -> ByNetwork {
    let traces = run.traces_by_network(arm, column).into_iter();
    traces.map(|(key, trace)| ((key.replicate, key.subject), of(trace))).collect()
}

/// `a` less `b`, with its interval.
pub(super) fn difference(x: f64, a: &ByNetwork, b: &ByNetwork) -> Mark {
    let (a, b) = aligned(a, b);
    mark(x, PairedContrast::of(&a, &b), 1.0)
}

/// The share of yes in `a` less that in `b`, in percentage points, with its interval (Newcombe 1998, method 10).
pub(super) fn difference_of_shares(x: f64, a: &ByNetwork, b: &ByNetwork) -> Mark {
    let (a, b) = aligned(a, b);
    mark(x, PairedContrast::of_shares(&a, &b), 100.0)
}

fn aligned(a: &ByNetwork, b: &ByNetwork) -> (Vec<f64>, Vec<f64>) {
    a.iter().filter_map(|(network, &a)| Some((a, *b.get(network)?))).unzip()
}

fn mark(x: f64, contrast: PairedContrast, scale: f64) -> Mark {
    let [low, high] = contrast.interval.unwrap_or([f64::NAN; 2]);
    Mark { x, y: scale * contrast.mean, low: scale * low, high: scale * high, n: contrast.n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_paired_by_who_they_are_and_not_by_their_order() {
        let a = ByNetwork::from([((0, 0), 5.0), ((0, 1), 8.0), ((1, 0), 2.0)]);
        let b = ByNetwork::from([((0, 1), 7.0), ((1, 0), 1.5), ((1, 1), 90.0)]);
        let mark = difference(3.0, &a, &b);
        assert_eq!((mark.x, mark.y, mark.n), (3.0, 0.75, 2));
        // sd 0.353553, t(1) = 12.7062, over √2: 3.17655
        assert!((mark.high - 0.75 - 3.176_551).abs() < 1e-5, "{}", mark.high);
        let yes = |answers: [f64; 2]| ByNetwork::from([((0, 0), answers[0]), ((0, 1), answers[1])]);
        assert_eq!(difference_of_shares(0.0, &yes([1.0, 1.0]), &yes([0.0, 1.0])).y, 50.0);
    }
}
