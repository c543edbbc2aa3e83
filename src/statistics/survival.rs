//! Times to an event of which some were not seen: Kaplan and Meier's estimate.

use super::distributions::{UPPER, normal_quantile};

/// How long one subject was followed, and whether the event came then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Followed {
    /// Time to the event, or to the end of follow-up.
    pub time: f64,
    /// Whether the event came; if not, the time is censored.
    pub event: bool,
}

/// The share without the event from a time on, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    /// When it begins.
    pub time: f64,
    /// The share.
    pub share: f64,
    /// Lower end of its interval; NaN once nobody is left.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Kaplan and Meier's estimate: a step at each time at which an event came, the first at time 0.
///
/// The interval is Greenwood's on the scale of log(−log S), which stays between 0 and 1 (Kalbfleisch & Prentice 1980).
/// Censored times count as at risk for events at the same time.
#[must_use]
pub fn kaplan_meier(subjects: &[Followed]) -> Vec<SurvivalStep> {
    let z = normal_quantile(UPPER);
    let mut times: Vec<f64> = subjects.iter().filter(|it| it.event).map(|it| it.time).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut steps = vec![SurvivalStep { time: 0.0, share: 1.0, low: 1.0, high: 1.0 }];
    let (mut share, mut greenwood) = (1.0, 0.0);
    for time in times {
        let at_risk = at_risk(subjects, time) as f64;
        let events = subjects.iter().filter(|it| it.event && it.time == time).count() as f64;
        share *= 1.0 - events / at_risk;
        greenwood += events / (at_risk * (at_risk - events));
        let (low, high) = if share > 0.0 {
            let spread = z * f64::sqrt(greenwood) / f64::ln(share).abs();
            (share.powf(spread.exp()), share.powf((-spread).exp()))
        } else {
            (f64::NAN, f64::NAN)
        };
        steps.push(SurvivalStep { time, share, low, high });
    }
    steps
}

/// How many are still followed, and without the event, just before `time`.
#[must_use]
pub fn at_risk(subjects: &[Followed], time: f64) -> usize {
    subjects.iter().filter(|it| it.time >= time).count()
}

/// The first time at which half or fewer are without the event; none if that was not seen.
#[must_use]
pub fn median(steps: &[SurvivalStep]) -> Option<f64> {
    steps.iter().find(|step| step.share <= 0.5).map(|step| step.time)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weeks in remission on 6-mercaptopurine (Freireich 1963, Blood); the estimates are those of every textbook,
    /// the interval at 10 weeks is that of R's survfit with conf.type = "log-log".
    #[test]
    fn the_estimate_is_that_of_the_textbooks() {
        let seen = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let censored = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        let events = seen.map(|time| Followed { time, event: true });
        let subjects: Vec<Followed> =
            events.into_iter().chain(censored.map(|time| Followed { time, event: false })).collect();
        let steps = kaplan_meier(&subjects);
        let expected =
            [(6.0, 0.857), (7.0, 0.807), (10.0, 0.753), (13.0, 0.690), (16.0, 0.627), (22.0, 0.538), (23.0, 0.448)];
        assert_eq!(steps.len(), 1 + expected.len());
        for (step, (time, share)) in steps[1..].iter().zip(expected) {
            assert_eq!(step.time, time);
            assert!((step.share - share).abs() < 5e-4, "{time}: {}", step.share);
        }
        assert!((steps[3].low - 0.503).abs() < 1e-3 && (steps[3].high - 0.889).abs() < 1e-3, "{:?}", steps[3]);
        assert_eq!((at_risk(&subjects, 10.0), at_risk(&subjects, 23.0)), (15, 6));
        assert_eq!(median(&steps), Some(23.0));
    }

    #[test]
    fn without_censoring_the_estimate_is_the_share_that_is_left() {
        let subjects: Vec<Followed> = (1..=10).map(|time| Followed { time: f64::from(time), event: true }).collect();
        for step in kaplan_meier(&subjects) {
            assert!((step.share - (1.0 - step.time / 10.0)).abs() < 1e-12);
        }
        assert_eq!(median(&kaplan_meier(&[Followed { time: 3.0, event: false }])), None);
    }
}
