//! What is asked of a run, answered tick by tick: no answer depends on which rows were written.

use serde::{Deserialize, Serialize};

use super::nonsense::{self, Nonsense, SoundColumn, Strays, relative_unit};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

/// What is asked of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The value at an instant; within a tick, that at its end.
    At(Time),
    /// The highest value from one instant to another, both included, wherever in a tick it was reached.
    Highest(Time, Time),
    /// The lowest value from one instant to another, both included.
    Lowest(Time, Time),
    /// The value farthest from zero, of either sign, from one instant to another, both included.
    Farthest(Time, Time),
    /// The mean from one instant to another, weighted by time.
    Mean(Time, Time),
}

/// A stretch of simulated time that ended just now: one tick, or the instant at which all begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// When it began; none for the beginning of all, which has no length.
    pub since: Option<Time>,
    /// When it ended: now.
    pub now: Time,
}

impl Passed {
    /// Whether `instant` came in this stretch: after its beginning, and at its end at the latest.
    #[must_use]
    pub fn reached(self, instant: Time) -> bool {
        instant <= self.now && self.since.map_or(instant == self.now, |since| since < instant)
    }

    /// Whether its end stands for an instant in `from..=to`.
    fn stands_within(self, from: Time, to: Time) -> bool {
        self.now >= from && (self.now <= to || self.reached(to))
    }

    /// Hours that it shares with the time between `from` and `to`.
    fn hours_within(self, from: Time, to: Time) -> f64 {
        let begun = self.since.unwrap_or(self.now).max(from);
        (self.now.min(to) - begun).hours().max(0.0)
    }
}

/// All that is asked of a run, each question once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observables {
    asked: Vec<(usize, Measure)>,
}

impl Observables {
    /// Asks for `measure` of the column at index `column`; returns where the answer will stand.
    pub fn ask(&mut self, column: usize, measure: Measure) -> usize {
        let question = (column, measure);
        self.asked.iter().position(|&asked| asked == question).unwrap_or_else(|| {
            self.asked.push(question);
            self.asked.len() - 1
        })
    }

    /// Marks in `wanted` the columns that questions need to know after this stretch, and says whether there are any.
    pub fn want(&self, passed: Passed, wanted: &mut [bool]) -> bool {
        wanted.fill(is_baseline(passed));
        for &(column, measure) in &self.asked {
            wanted[column] |= match measure {
                Measure::At(at) => passed.reached(at),
                Measure::Highest(from, to) | Measure::Lowest(from, to) | Measure::Farthest(from, to) => {
                    passed.stands_within(from, to)
                }
                Measure::Mean(from, to) => passed.hours_within(from, to) > 0.0,
            };
        }
        wanted.contains(&true)
    }
}

/// Whether the stretch counts for baselines: it lies in the last day of the burn-in, or is the end of an empty one.
fn is_baseline(passed: Passed) -> bool {
    passed.now <= Time::ZERO && passed.now > Time::ZERO - Time::DAY
}

/// Sum of value × hours, and hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Integral {
    sum: f64,
    hours: f64,
}

impl Integral {
    fn add(&mut self, value: f64, hours: f64) {
        if value.is_finite() {
            self.sum += value * hours;
            self.hours += hours;
        }
    }

    fn mean(self) -> f64 {
        self.sum / self.hours
    }
}

/// What the answers are so far, in one world. It is all that is remembered of the ticks that passed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Of every column, over the last day of the burn-in.
    baselines: Vec<Integral>,
    /// The value of every column where the burn-in ends, for a burn-in of no length.
    start: Vec<f64>,
    /// In the order of the questions.
    answers: Vec<f64>,
    means: Vec<Integral>,
    /// What made no sense and was allowed.
    strays: Strays,
    /// What mechanisms tell of the whole, once it is over.
    outcomes: Vec<f64>,
}

impl Observed {
    /// Nothing yet, of `columns` columns.
    #[must_use]
    pub fn nothing(asked: &Observables, columns: usize) -> Self {
        Self {
            baselines: vec![Integral::default(); columns],
            start: vec![f64::NAN; columns],
            answers: vec![f64::NAN; asked.asked.len()],
            means: vec![Integral::default(); asked.asked.len()],
            strays: Strays::new(),
            outcomes: Vec::new(),
        }
    }

    /// Takes in the values after a stretch of time, of the columns that [`Observables::want`] marked. `highest` are
    /// the highest values of columns that were higher within the stretch than at its end.
    pub fn take_in(&mut self, asked: &Observables, passed: Passed, values: &[f64], highest: &[(usize, f64)]) {
        if is_baseline(passed) {
            let hours = passed.hours_within(Time::ZERO - Time::DAY, Time::ZERO);
            for (integral, &value) in self.baselines.iter_mut().zip(values) {
                integral.add(value, hours);
            }
            self.start.copy_from_slice(values);
        }
        let slots = self.answers.iter_mut().zip(&mut self.means);
        for (&(column, measure), (answer, mean)) in asked.asked.iter().zip(slots) {
            let value = values[column];
            match measure {
                Measure::At(at) if passed.reached(at) => *answer = value,
                // f64::max and min return the number if the other is none
                Measure::Highest(from, to) if passed.stands_within(from, to) => {
                    let within = highest.iter().find(|(of, _)| *of == column).map_or(value, |&(_, highest)| highest);
                    // what was reached before an instant does not count at it
                    let reached = if passed.since.is_some_and(|since| since >= from) { within } else { value };
                    *answer = answer.max(reached);
                }
                Measure::Lowest(from, to) if passed.stands_within(from, to) => *answer = answer.min(value),
                Measure::Farthest(from, to)
                    if passed.stands_within(from, to) && (answer.is_nan() || value.abs() > answer.abs()) =>
                {
                    *answer = value;
                }
                Measure::Mean(from, to) => {
                    let hours = passed.hours_within(from, to);
                    if hours > 0.0 {
                        mean.add(value, hours);
                        *answer = mean.mean();
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes in what mechanisms tell of the whole where it ends.
    pub fn end(&mut self, outcomes: Vec<f64>) {
        self.outcomes = outcomes;
    }

    /// What mechanisms tell of the whole, by its place in the dictionary; NaN before the end.
    #[must_use]
    pub fn outcome(&self, place: usize) -> f64 {
        self.outcomes.get(place).copied().unwrap_or(f64::NAN)
    }

    /// The answer that [`Observables::ask`] gave the place of; NaN where there is none.
    #[must_use]
    pub fn answer(&self, place: usize) -> f64 {
        self.answers[place]
    }

    /// Looks for what makes no sense in what is known at `now`: `values` of columns, and the `highest` within the tick.
    ///
    /// # Errors
    /// [`Error::Nonsense`](crate::foundation::error::Error::Nonsense) with the first, if `policy` says so.
    pub fn judge(
        &mut self,
        columns: &[SoundColumn],
        now: Time,
        policy: Nonsense,
        (values, highest): (&[f64], &[(usize, f64)]),
    ) -> Result<()> {
        let mut strays = std::mem::take(&mut self.strays);
        let values = values.iter().copied().enumerate().chain(highest.iter().copied());
        // the way there from wherever the network began is not told apart from rest, and rest is not known yet
        let unit = |place| (now >= Time::ZERO).then(|| relative_unit(self.baseline(place)));
        let judged = nonsense::judge(columns, values, unit, now, policy, &mut strays);
        self.strays = strays;
        judged
    }

    /// What made no sense so far and was allowed.
    #[must_use]
    pub fn strays(&self) -> &Strays {
        &self.strays
    }

    fn baseline(&self, place: usize) -> f64 {
        let integral = &self.baselines[place];
        if integral.hours > 0.0 { integral.mean() } else { self.start[place] }
    }

    /// The means of all columns over the last day of the burn-in, weighted by time; NaN where there is no value.
    #[must_use]
    pub fn baselines(&self) -> Vec<f64> {
        (0..self.baselines.len()).map(|place| self.baseline(place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn h(hours: f64) -> Time {
        Time::from_hours(hours)
    }

    /// What is observed of columns whose value at `time` is `of(time)`, in ticks that end at `ends`.
    fn observed(asked: &Observables, ends: &[f64], of: &dyn Fn(f64) -> Vec<f64>) -> Observed {
        let mut observed = Observed::nothing(asked, of(0.0).len());
        let mut since = None;
        for &end in ends {
            let passed = Passed { since, now: h(end) };
            let mut wanted = vec![false; of(0.0).len()];
            asked.want(passed, &mut wanted);
            // what was not asked for is not known
            let values: Vec<f64> = of(end)
                .into_iter()
                .zip(&wanted)
                .map(|(value, &wanted)| if wanted { value } else { f64::NAN })
                .collect();
            observed.take_in(asked, passed, &values, &[]);
            since = Some(h(end));
        }
        observed
    }

    #[test]
    fn questions_are_answered_by_the_ticks_that_they_are_about() {
        let mut asked = Observables::default();
        let places = [
            Measure::At(h(2.0)),
            Measure::At(h(2.5)),
            Measure::At(h(9.0)),
            Measure::Highest(h(1.0), h(3.0)),
            Measure::Lowest(h(1.0), h(3.0)),
            Measure::Mean(h(1.0), h(3.5)),
            Measure::Farthest(h(-48.0), h(4.0)),
        ]
        .map(|measure| asked.ask(0, measure));
        assert_eq!(asked.ask(0, Measure::At(h(2.0))), places[0], "asked once");
        let seen = observed(&asked, &[-30.0, -12.0, 0.0, 1.0, 2.0, 3.0, 4.0], &|t| vec![t]);
        let answers = places.map(|place| seen.answer(place));
        // a value within a tick is that at its end; (2 + 3 + 4/2) / 2.5 is the mean of 1 to 3.5 h
        assert_eq!(answers[..2], [2.0, 3.0]);
        assert!(answers[2].is_nan());
        assert_eq!(answers[3..], [3.0, 1.0, 7.0 / 2.5, -30.0]);
        // six hours of the tick from −30 h lie in the last day
        assert_eq!(seen.baselines(), [-12.0 * 12.0 / 24.0]);
    }

    #[test]
    fn without_a_burn_in_the_baseline_is_the_beginning() {
        let seen = observed(&Observables::default(), &[0.0, 1.0], &|t| vec![5.0 + t]);
        assert_eq!(seen.baselines(), [5.0]);
    }

    #[test]
    fn a_peak_within_a_tick_counts_from_its_beginning_on() {
        let mut asked = Observables::default();
        let place = asked.ask(0, Measure::Highest(h(1.0), h(5.0)));
        let mut seen = Observed::nothing(&asked, 1);
        seen.take_in(&asked, Passed { since: Some(h(0.0)), now: h(1.0) }, &[2.0], &[(0, 9.0)]);
        assert_eq!(seen.answer(place), 2.0, "what was reached before the instant does not count");
        seen.take_in(&asked, Passed { since: Some(h(1.0)), now: h(2.0) }, &[1.0], &[(0, 3.0)]);
        assert_eq!(seen.answer(place), 3.0);
    }

    proptest! {
        /// A mean does not depend on how the time is cut where the value is constant within each hour.
        #[test]
        fn a_mean_does_not_depend_on_the_ticks(cuts in prop::collection::btree_set(1..600_u32, 0..40)) {
            let mut asked = Observables::default();
            let place = asked.ask(0, Measure::Mean(h(0.0), h(10.0)));
            let minutes = cuts.into_iter().chain((1..=10).map(|hour| 60 * hour));
            let mut ends: Vec<f64> = minutes.map(|minute| f64::from(minute) / 60.0).chain([0.0]).collect();
            ends.sort_by(f64::total_cmp);
            ends.dedup();
            let seen = observed(&asked, &ends, &|t| vec![(t - 1e-9).ceil().powi(2)]);
            prop_assert!((seen.answer(place) - 38.5).abs() < 1e-6);
        }
    }
}
