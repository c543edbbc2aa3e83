//! Shares of yes among yes and no.

use super::distributions::{UPPER, normal_quantile};

/// The 95 % interval of a share of `n` (Wilson 1927).
#[must_use]
pub fn wilson(share: f64, n: usize) -> [f64; 2] {
    let (z, n) = (normal_quantile(UPPER), n as f64);
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    [centre - half, centre + half].map(|bound| bound / (1.0 + z * z / n))
}

/// The 95 % interval of the difference of two shares of independent samples: Newcombe's method 10 for those (1998, Statistics in
/// Medicine 17:873), which adds Wilson's intervals of both in squares. None where either is empty.
#[must_use]
pub fn independent_difference((p, n): (f64, usize), (q, m): (f64, usize)) -> Option<[f64; 2]> {
    if n == 0 || m == 0 {
        return None;
    }
    let ([low_p, high_p], [low_q, high_q]) = (wilson(p, n), wilson(q, m));
    Some([p - q - (p - low_p).hypot(high_q - q), p - q + (q - low_q).hypot(high_p - p)])
}

/// How often two yes-or-no answers of the same networks agree and differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairedAnswers {
    /// Yes and yes.
    pub both: usize,
    /// Yes in the first alone.
    pub first: usize,
    /// Yes in the second alone.
    pub second: usize,
    /// No and no.
    pub neither: usize,
}

impl PairedAnswers {
    /// Counts pairs of answers, of which more than a half is a yes.
    #[must_use]
    pub fn of(pairs: &[(f64, f64)]) -> Self {
        let mut counted = Self::default();
        for &(a, b) in pairs {
            *match (a > 0.5, b > 0.5) {
                (true, true) => &mut counted.both,
                (true, false) => &mut counted.first,
                (false, true) => &mut counted.second,
                (false, false) => &mut counted.neither,
            } += 1;
        }
        counted
    }

    /// The number of pairs.
    #[must_use]
    pub fn n(self) -> usize {
        self.both + self.first + self.second + self.neither
    }

    /// The share of yes in the first less that in the second; NaN without pairs.
    #[must_use]
    pub fn difference(self) -> f64 {
        (self.first as f64 - self.second as f64) / self.n() as f64
    }

    /// The 95 % interval of that difference: Newcombe's method 10 (1998, Statistics in Medicine 17:2635), which adds
    /// Wilson's intervals of both shares in squares, less what the answers have in common. None below two pairs.
    #[must_use]
    pub fn interval(self) -> Option<[f64; 2]> {
        let count = self.n();
        if count < 2 {
            return None;
        }
        let n = count as f64;
        let Self { both, first, second, neither } = self;
        let yes = [(both + first) as f64, (both + second) as f64];
        let no = [(second + neither) as f64, (first + neither) as f64];
        let [p, q] = yes.map(|yes| yes / n);
        let [[low_p, high_p], [low_q, high_q]] = [wilson(p, count), wilson(q, count)];
        let common = both as f64 * neither as f64 - first as f64 * second as f64;
        // corrected towards independence, as the method has it
        let common = if common > 0.0 { (common - n / 2.0).max(0.0) } else { common };
        let margins = yes[0] * no[0] * yes[1] * no[1];
        let phi = if margins > 0.0 { common / margins.sqrt() } else { 0.0 };
        let reach = |a: f64, b: f64| (a * a - 2.0 * phi * a * b + b * b).max(0.0).sqrt();
        let difference = self.difference();
        Some([difference - reach(p - low_p, high_q - q), difference + reach(q - low_q, high_p - p)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `stats.binomtest(15, 50).proportion_ci(method="wilson")` is 0.1910 to 0.4375; 0 of 10 gives 0 to 0.2775.
    #[test]
    fn a_share_has_the_interval_of_wilson() {
        let [low, high] = wilson(0.3, 50);
        assert!((low - 0.1910).abs() < 5e-5 && (high - 0.4375).abs() < 5e-5, "{low} {high}");
        let [low, high] = wilson(0.0, 10);
        assert!(low.abs() < 1e-12 && (high - 0.2775).abs() < 5e-5, "{high}");
    }

    /// The formula of Newcombe (1998, method 10), worked out apart from this code: 1, 1, 7, 12 give −0.2857 (−0.5069 to −0.0256) and 14, 5, 0,
    /// 22 give 0.122 (0.011 to 0.226), which agree with what Fagerland et al. (2014) and Altman et al. (2000) print, as recalled.
    #[test]
    fn a_difference_of_shares_within_pairs_has_the_interval_of_newcombe() {
        let airways = PairedAnswers { both: 1, first: 1, second: 7, neither: 12 };
        let [low, high] = airways.interval().unwrap();
        assert!((airways.difference() + 2.0 / 7.0).abs() < 1e-12);
        assert!((low + 0.5069).abs() < 5e-5 && (high + 0.0256).abs() < 5e-5, "{low} {high}");
        let altman = PairedAnswers { both: 14, first: 5, second: 0, neither: 22 };
        let [low, high] = altman.interval().unwrap();
        assert!((low - 0.0115).abs() < 5e-5 && (high - 0.2265).abs() < 5e-5, "{low} {high}");
        // all alike: no margin to correlate
        let alike = PairedAnswers { both: 6, ..PairedAnswers::default() };
        let [low, high] = alike.interval().unwrap();
        assert!((low + high).abs() < 1e-12 && high > 0.3, "{low} {high}");
    }

    #[test]
    fn answers_are_counted_by_pairs() {
        let counted = PairedAnswers::of(&[(1.0, 1.0), (1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]);
        assert_eq!(counted, PairedAnswers { both: 1, first: 2, second: 1, neither: 1 });
        assert_eq!((counted.n(), counted.difference()), (5, 0.2));
        assert!(PairedAnswers::default().difference().is_nan() && PairedAnswers::default().interval().is_none());
    }
}
