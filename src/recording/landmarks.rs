//! Instants that a run is about: what its headline figures refer to, and where it always has rows.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::foundation::grid::{AFTER_DOSE, LONGEST_TICK, SHORTEST_TICK};
use crate::foundation::time::Time;

/// The instants of a protocol that headline figures are about. They are the same for all arms, so that
/// an arm without doses can be compared with one that has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Landmarks {
    /// The first stress begins.
    pub stress_begins: Option<Time>,
    /// The last stress that begins before the first dose ends, or the last of all without a dose.
    pub stress_ends: Option<Time>,
    /// The first dose of any arm begins.
    pub first_dose: Option<Time>,
    /// The run ends.
    pub horizon: Time,
}

impl Landmarks {
    /// The landmarks of a protocol: all stress episodes and the beginnings of all doses, in any order.
    #[must_use]
    pub fn of(episodes: &[(Time, Time)], doses: impl IntoIterator<Item = Time>, horizon: Time) -> Self {
        let first_dose = doses.into_iter().min();
        let before = episodes.iter().filter(|&&(start, _)| first_dose.is_none_or(|dose| start < dose));
        // stress that continues through the dose has not ended there; its state just before is what counts
        let stress_ends = before.map(|&(_, end)| first_dose.map_or(end, |dose| end.min(dose))).max();
        Self {
            stress_begins: episodes.iter().map(|&(start, _)| start).min(),
            stress_ends: stress_ends.map(|end| end.min(horizon)),
            first_dose,
            horizon,
        }
    }

    /// A day after the first dose, if the run lasts so long.
    #[must_use]
    pub fn day_after_dose(&self) -> Option<Time> {
        self.first_dose.map(|dose| dose + Time::DAY).filter(|&day| day <= self.horizon)
    }

    /// Every landmark, ascending. Rows are recorded at each of them.
    #[must_use]
    pub fn instants(&self) -> Vec<Time> {
        let named = [self.stress_begins, self.stress_ends, self.first_dose, self.day_after_dose(), Some(self.horizon)];
        let mut instants: Vec<Time> = named.into_iter().flatten().filter(|&at| at <= self.horizon).collect();
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}

/// Visits of a trial, after the first dose of any arm: hours, and what a reader calls them.
pub const VISITS: [(f64, &str); 11] = [
    (4.0, "4 h"),
    (24.0, "1 d"),
    (72.0, "3 d"),
    (168.0, "7 d"),
    (336.0, "14 d"),
    (504.0, "21 d"),
    (672.0, "28 d"),
    (1_008.0, "42 d"),
    (1_344.0, "56 d"),
    (2_016.0, "84 d"),
    (4_032.0, "168 d"),
];

/// The grain of time.
const MILLISECOND: Time = Time::from_milliseconds(1);

/// Rows that a run has whatever the interval between rows, so that no value is missing where one is asked for: at every
/// landmark, where stress begins and ends, around each dose and a day and a week after it, at visits, and daily after the
/// last dose of each arm, on which relapse is judged.
///
/// `doses` are the beginnings and ends of the doses of each arm. What concerns one arm is recorded in all, so that they can be
/// subtracted; those that are at rest then have their row at the end of the hour, so there is one there in all.
#[must_use]
pub fn rows_at(landmarks: &Landmarks, episodes: &[(Time, Time)], doses: &[Vec<(Time, Time)>]) -> Vec<Time> {
    let week = Time::from_hours(168.0);
    let mut instants: BTreeSet<Time> = landmarks.instants().into_iter().collect();
    instants.extend(episodes.iter().flat_map(|&(start, end)| [start, end]));
    for &(start, end) in doses.iter().flatten() {
        instants.extend([start, start + SHORTEST_TICK, end, start + AFTER_DOSE, start + Time::DAY, start + week]);
    }
    if let Some(first) = landmarks.first_dose {
        instants.extend(VISITS.map(|(hours, _)| first + Time::from_hours(hours)));
    }
    for last in doses.iter().filter_map(|doses| doses.iter().map(|&(start, _)| start).max()) {
        let mut at = last;
        while at <= landmarks.horizon {
            instants.insert(at);
            at = at + Time::DAY;
        }
    }
    let hours: Vec<Time> = instants.iter().map(|&at| (at - MILLISECOND).next_multiple_of(LONGEST_TICK)).collect();
    instants.extend(hours);
    instants.into_iter().filter(|&at| at <= landmarks.horizon).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(hours: f64) -> Time {
        Time::from_hours(hours)
    }

    #[test]
    fn stress_that_goes_on_counts_until_the_dose_and_later_stress_does_not() {
        let ongoing = Landmarks::of(&[(h(0.0), h(900.0)), (h(950.0), h(960.0))], [h(504.0)], h(1_000.0));
        assert_eq!((ongoing.stress_begins, ongoing.stress_ends), (Some(h(0.0)), Some(h(504.0))));
        let without_dose = Landmarks::of(&[(h(10.0), h(20.0)), (h(30.0), h(40.0))], [], h(100.0));
        assert_eq!(without_dose.stress_ends, Some(h(40.0)));
        assert_eq!(
            Landmarks::of(&[(h(0.0), h(504.0))], [h(504.0), h(588.0)], h(1_000.0)).instants(),
            [h(0.0), h(504.0), h(528.0), h(1_000.0)]
        );
    }

    #[test]
    fn there_are_rows_around_doses_and_wherever_a_value_is_asked_for() {
        let doses = [vec![(h(30.5), h(31.25))], vec![], vec![(h(30.5), h(30.5)), (h(90.0), h(90.0))]];
        let landmarks = Landmarks::of(&[(h(5.0), h(20.0))], [h(30.5)], h(200.0));
        let rows = rows_at(&landmarks, &[(h(5.0), h(20.0)), (h(40.0), h(400.0))], &doses);
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]), "ascending, each once");
        let around = [30.5, 31.25, 31.0, 32.0, 34.5, 35.0, 54.5, 55.0, 198.5, 199.0, 90.0, 94.0, 114.0];
        let daily = [78.5, 102.5, 138.0, 162.0, 186.0];
        let expected = [5.0, 20.0, 40.0, 200.0].into_iter().chain(around).chain(daily);
        for hours in expected {
            assert!(rows.contains(&h(hours)), "{hours}");
        }
        assert!(rows.contains(&(h(30.5) + Time::MINUTE)) && rows.last() == Some(&h(200.0)));
    }
}
