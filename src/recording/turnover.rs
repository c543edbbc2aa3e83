//! Formation and elimination of spines over the last day, as imaging studies count them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::anatomy::synapses::SpineTally;
use crate::foundation::time::Time;

/// Tallies of the last day, at whole hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turnover {
    /// Ascending; the first is the last one at or before a day ago, once a day has passed.
    tallies: VecDeque<(Time, SpineTally)>,
}

/// Spines formed and eliminated in a day, as fractions of the spines that stood when it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DailyTurnover {
    /// Formed per day.
    pub formation: f64,
    /// Eliminated per day.
    pub elimination: f64,
}

impl Turnover {
    /// Takes note of the tally at `now`, if `now` is a whole hour.
    pub fn observe(&mut self, now: Time, tally: SpineTally) {
        if !now.is_multiple_of(Time::HOUR) {
            return;
        }
        self.tallies.push_back((now, tally));
        while self.tallies.get(1).is_some_and(|&(time, _)| time <= now - Time::DAY) {
            self.tallies.pop_front();
        }
    }

    /// Turnover over the 24 hours that end at `now`; `None` while less than a day is known. Within an hour
    /// the counts are taken to have grown evenly.
    #[must_use]
    pub fn at(&self, now: Time, tally: SpineTally) -> Option<DailyTurnover> {
        let begin = now - Time::DAY;
        let after = self.tallies.iter().position(|&(time, _)| time > begin).unwrap_or(self.tallies.len());
        let (time, first) = *self.tallies.get(after.checked_sub(1)?)?;
        let (later, second) = self.tallies.get(after).copied().unwrap_or((now, tally));
        let share = (begin - time).hours() / (later - time).hours();
        let between = |a: u64, b: u64| a as f64 + share * (b as f64 - a as f64);
        let standing = between(first.standing, second.standing);
        if standing <= 0.0 {
            return None;
        }
        Some(DailyTurnover {
            formation: (tally.formed as f64 - between(first.formed, second.formed)) / standing,
            elimination: (tally.eliminated as f64 - between(first.eliminated, second.eliminated)) / standing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten formed and five eliminated per hour, from 1,000 spines.
    fn tally(now: Time) -> SpineTally {
        let h = (now.hours() + 40.0) as u64;
        SpineTally { formed: 10 * h, eliminated: 5 * h, standing: 1_000 + 5 * h, ..SpineTally::default() }
    }

    #[test]
    fn turnover_counts_exactly_the_last_day() {
        let mut turnover = Turnover::default();
        for hour in -40..=60 {
            let now = Time::from_hours(f64::from(hour));
            turnover.observe(now, tally(now));
            let daily = turnover.at(now, tally(now));
            if hour < -16 {
                assert_eq!(daily, None);
            } else {
                let standing = tally(now - Time::DAY).standing as f64;
                assert_eq!(
                    daily.unwrap(),
                    DailyTurnover { formation: 240.0 / standing, elimination: 120.0 / standing }
                );
            }
            assert!(turnover.tallies.len() <= 26, "a day of whole hours");
        }
    }

    #[test]
    fn between_whole_hours_the_window_begins_between_tallies() {
        let mut turnover = Turnover::default();
        for hour in 0..=24 {
            let now = Time::from_hours(f64::from(hour));
            turnover.observe(now, tally(now));
        }
        let now = Time::from_hours(24.5);
        let at_end = SpineTally { formed: 645, eliminated: 322, standing: 1_323, ..SpineTally::default() };
        let daily = turnover.at(now, at_end).unwrap();
        assert_eq!(daily.formation, (645.0 - 405.0) / 1_202.5);
        assert_eq!(daily.elimination, (322.0 - 202.5) / 1_202.5);
    }
}
