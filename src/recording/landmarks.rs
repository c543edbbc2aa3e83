//! Instants that a run is about: what its headline figures refer to, and where it always has rows.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::foundation::grid::{AFTER_DOSE, LONGEST_TICK, SHORTEST_TICK};
use crate::foundation::time::Time;

/// The instants that the headline figures of an arm are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Landmarks {
    /// The first stress begins.
    pub stress_begins: Option<Time>,
    /// The last stress that begins before the first dose ends, or the last of all without a dose.
    pub stress_ends: Option<Time>,
    /// The first dose begins.
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

/// What happens in an arm: beginnings and ends of stress and of doses, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArmEvents {
    /// Stress episodes.
    pub stress: Vec<(Time, Time)>,
    /// Doses, repeats counted singly.
    pub doses: Vec<(Time, Time)>,
}

impl ArmEvents {
    fn first_dose(&self) -> Option<Time> {
        self.doses.iter().map(|&(start, _)| start).min()
    }
}

/// What the headline figures of an arm refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArmFrame {
    /// The instants that they are about: of its own stress and doses. An arm that has none of one or the other is read at those
    /// of the first arm, in the order of the config, that has some: so an arm that is added behind the others changes the
    /// figures of none.
    pub landmarks: Landmarks,
    /// The first dose of the arm itself.
    pub own_dose: Option<Time>,
}

impl ArmFrame {
    /// That of each of `arms`, in the order of the config.
    #[must_use]
    pub fn of_each(arms: &[ArmEvents], horizon: Time) -> Vec<Self> {
        let stress = arms.iter().map(|arm| &arm.stress).find(|stress| !stress.is_empty());
        let dose = arms.iter().find_map(ArmEvents::first_dose);
        let frame = |arm: &ArmEvents| {
            let stress = if arm.stress.is_empty() { stress } else { Some(&arm.stress) };
            let own_dose = arm.first_dose();
            let landmarks = Landmarks::of(stress.map_or(&[], Vec::as_slice), own_dose.or(dose), horizon);
            Self { landmarks, own_dose }
        };
        arms.iter().map(frame).collect()
    }
}

/// Visits of a trial, after the first dose: hours, and what a reader calls them.
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
/// What concerns one arm is recorded in all, so that they can be subtracted; those that are at rest then have their row at
/// the end of the hour, so there is one there in all.
#[must_use]
pub fn rows_at(arms: &[ArmEvents], frames: &[ArmFrame], horizon: Time) -> Vec<Time> {
    let week = Time::from_hours(168.0);
    let mut instants: BTreeSet<Time> = frames.iter().flat_map(|frame| frame.landmarks.instants()).collect();
    instants.extend(arms.iter().flat_map(|arm| &arm.stress).flat_map(|&(start, end)| [start, end]));
    for &(start, end) in arms.iter().flat_map(|arm| &arm.doses) {
        instants.extend([start, start + SHORTEST_TICK, end, start + AFTER_DOSE, start + Time::DAY, start + week]);
    }
    for first in frames.iter().filter_map(|frame| frame.landmarks.first_dose) {
        instants.extend(VISITS.map(|(hours, _)| first + Time::from_hours(hours)));
    }
    for last in arms.iter().filter_map(|arm| arm.doses.iter().map(|&(start, _)| start).max()) {
        let mut at = last;
        while at <= horizon {
            instants.insert(at);
            at = at + Time::DAY;
        }
    }
    let hours: Vec<Time> = instants.iter().map(|&at| (at - MILLISECOND).next_multiple_of(LONGEST_TICK)).collect();
    instants.extend(hours);
    instants.into_iter().filter(|&at| at <= horizon).collect()
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
        let stress = vec![(h(5.0), h(20.0)), (h(40.0), h(400.0))];
        let arms = [vec![(h(30.5), h(31.25))], vec![], vec![(h(30.5), h(30.5)), (h(90.0), h(90.0))]]
            .map(|doses| ArmEvents { stress: stress.clone(), doses });
        let rows = rows_at(&arms, &ArmFrame::of_each(&arms, h(200.0)), h(200.0));
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]), "ascending, each once");
        let around = [30.5, 31.25, 31.0, 32.0, 34.5, 35.0, 54.5, 55.0, 198.5, 199.0, 90.0, 94.0, 114.0];
        let daily = [78.5, 102.5, 138.0, 162.0, 186.0];
        let expected = [5.0, 20.0, 40.0, 200.0].into_iter().chain(around).chain(daily);
        for hours in expected {
            assert!(rows.contains(&h(hours)), "{hours}");
        }
        assert!(rows.contains(&(h(30.5) + Time::MINUTE)) && rows.last() == Some(&h(200.0)));
    }

    #[test]
    fn an_arm_is_read_at_its_own_doses_and_one_without_at_those_of_the_first_that_has_some() {
        let arm = |stress: &[(f64, f64)], doses: &[f64]| ArmEvents {
            stress: stress.iter().map(|&(start, end)| (h(start), h(end))).collect(),
            doses: doses.iter().map(|&start| (h(start), h(start + 1.0))).collect(),
        };
        let stress = &[(0.0, 500.0)][..];
        let mut arms = vec![arm(stress, &[]), arm(stress, &[600.0, 700.0]), arm(&[], &[620.0])];
        let frames = ArmFrame::of_each(&arms, h(1_000.0));
        let firsts = |frames: &[ArmFrame]| frames.iter().map(|frame| frame.landmarks.first_dose).collect::<Vec<_>>();
        assert_eq!(firsts(&frames), [Some(h(600.0)), Some(h(600.0)), Some(h(620.0))]);
        assert_eq!(frames.iter().map(|frame| frame.own_dose).collect::<Vec<_>>()[0], None);
        assert!(frames.iter().all(|frame| frame.landmarks.stress_ends == Some(h(500.0))), "{frames:?}");

        arms.push(arm(stress, &[200.0]));
        let more = ArmFrame::of_each(&arms, h(1_000.0));
        assert_eq!(more[..3], frames, "an arm that is added changes what no other refers to");
        assert_eq!(more[3].landmarks.stress_ends, Some(h(200.0)));
    }
}
