//! Numbers read off one trace, or off snapshots of one network. A trace has a point at the end of every tick.

use crate::recording::network::NetworkSnapshot;

/// What the reading called `name` gives for a trace of (h, value); NaN where it has no answer. `burn_in_ends`
/// is the end of the burn-in on the trace's own clock; `visits_every_h` the time from one visit to the next.
#[must_use]
pub(super) fn of_trace(
    name: &str,
    trace: &[(f64, f64)],
    at: Option<f64>,
    window: Option<(f64, f64)>,
    level: Option<f64>,
    visits_every_h: Option<f64>,
    burn_in_ends: f64,
) -> f64 {
    // rows are whole milliseconds, a third of an hour is not
    const SLACK_H: f64 = 1e-6;
    let between = |from: f64, to: f64| {
        let within = move |time: f64| from - SLACK_H <= time && time <= to + SLACK_H;
        trace.iter().copied().filter(move |(time, _)| within(*time))
    };
    let (from, to) = window.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let highest = || between(from, to).reduce(|best, one| if one.1 > best.1 { one } else { best });
    let lowest = || between(from, to).reduce(|best, one| if one.1 < best.1 { one } else { best });
    let nothing = (f64::NAN, f64::NAN);
    let value_at = |instant: f64| {
        // within a tick, its end
        let before = trace.partition_point(|(time, _)| *time < instant - SLACK_H);
        trace.get(before).map_or(f64::NAN, |point| point.1)
    };
    match name {
        "at" => value_at(at.unwrap_or(f64::NAN)),
        "baseline" => mean_over_time(trace, burn_in_ends - 24.0, burn_in_ends),
        "peak" => highest().unwrap_or(nothing).1,
        "trough" => lowest().unwrap_or(nothing).1,
        "time_of_peak" => highest().unwrap_or(nothing).0,
        "time_of_trough" => lowest().unwrap_or(nothing).0,
        "mean" => mean_over_time(trace, from, to),
        "area" => area(&between(from, to).collect::<Vec<_>>()),
        "half_life" => half_life(&between(from, to).collect::<Vec<_>>()),
        "first_above" | "first_below" => {
            let level = level.unwrap_or(f64::NAN);
            let reached = |value: f64| if name == "first_above" { value > level } else { value <= level };
            if level.is_nan() {
                return f64::NAN;
            }
            between(from, to).find(|(_, value)| reached(*value)).map_or(f64::INFINITY, |(time, _)| time)
        }
        "first_visit_above" | "first_visit_below" => {
            let (level, every) = (level.unwrap_or(f64::NAN), visits_every_h.unwrap_or(f64::NAN));
            if level.is_nan() || every.is_nan() || every <= 0.0 {
                return f64::NAN;
            }
            let mut visits =
                (0_u32..).map(|visit| from + every * f64::from(visit)).take_while(|at| *at <= to + SLACK_H);
            let reached = |value: f64| if name == "first_visit_above" { value > level } else { value <= level };
            visits.find(|&visit| reached(value_at(visit))).unwrap_or(f64::INFINITY)
        }
        _ => f64::NAN,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    if n == 0 { f64::NAN } else { sum / f64::from(n) }
}

/// The mean of a trace from one instant to another; each value holds for the tick that it ends.
fn mean_over_time(trace: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let ticks = trace.windows(2).map(|pair| {
        let hours = (pair[1].0.min(to) - pair[0].0.max(from)).max(0.0);
        (hours * pair[1].1, hours)
    });
    let (sum, hours) = ticks.fold((0.0, 0.0), |(sum, all), (part, hours)| (sum + part, all + hours));
    sum / hours
}

fn area(points: &[(f64, f64)]) -> f64 {
    points.windows(2).map(|pair| (pair[1].0 - pair[0].0) * pair[0].1.midpoint(pair[1].1)).fold(0.0, |sum, x| sum + x)
}

/// From the slope of the logarithm by least squares; NaN if it does not fall.
fn half_life(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().filter(|(_, c)| *c > 0.0).map(|(t, c)| (*t, c.ln())).collect();
    let (t, y) = (mean(logs.iter().map(|one| one.0)), mean(logs.iter().map(|one| one.1)));
    let (top, bottom) = logs
        .iter()
        .fold((0.0, 0.0), |(top, bottom), one| (top + (one.0 - t) * (one.1 - y), bottom + (one.0 - t).powi(2)));
    let slope = top / bottom;
    if slope < 0.0 { std::f64::consts::LN_2 / -slope } else { f64::NAN }
}

/// Synapses on pyramidal cells, counted in one snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spines {
    /// From pyramidal cells, born within the time asked for.
    pub(super) asked: u64,
    excitatory: u64,
    inhibitory: u64,
}

impl Spines {
    pub(super) fn count(snapshot: &NetworkSnapshot, pyramidal: &str, born: (f64, f64)) -> Self {
        let mut counted = Self::default();
        let index = index_of(snapshot, pyramidal);
        let is_pyramidal = |neuron: u32| Some(snapshot.neurons.population[neuron as usize]) == index;
        let synapses = &snapshot.synapses;
        for ((&post, &pre), &born_h) in synapses.post.iter().zip(&synapses.pre).zip(&synapses.born_h) {
            if !is_pyramidal(post) {
                continue;
            }
            if is_pyramidal(pre) {
                counted.excitatory += 1;
                counted.asked += u64::from((born.0..=born.1).contains(&f64::from(born_h)));
            } else {
                counted.inhibitory += 1;
            }
        }
        counted
    }

    pub(super) fn excitatory_percent(self) -> f64 {
        100.0 * self.excitatory as f64 / (self.excitatory + self.inhibitory) as f64
    }
}

/// The index of the population called `name`: a file numbers populations as it meets them.
fn index_of(snapshot: &NetworkSnapshot, name: &str) -> Option<u8> {
    snapshot.neurons.populations.iter().position(|known| known == name).map(|index| index as u8)
}

/// Share of the cells of population `pyramidal` that fire faster in the second snapshot, in percent.
#[must_use]
pub(super) fn rising_percent(before: &NetworkSnapshot, after: &NetworkSnapshot, pyramidal: &str) -> f64 {
    let index = index_of(before, pyramidal);
    let rates = before.neurons.rate_hz.iter().zip(&after.neurons.rate_hz).zip(&before.neurons.population);
    let pyramidal = rates.filter(|(_, population)| Some(**population) == index).map(|(rates, _)| rates);
    100.0 * mean(pyramidal.map(|(before, after)| f64::from(u8::from(after > before))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::network::{NeuronTable, SynapseTable};

    /// The first neuron is an interneuron, so that the file meets its population first.
    #[test]
    fn spines_are_counted_on_pyramidal_cells_wherever_their_population_stands() {
        let neurons = NeuronTable {
            populations: vec!["pv".into(), "pyr".into()],
            population: vec![0, 1, 1],
            rate_hz: vec![9.0, 1.0, 2.0],
            ..NeuronTable::default()
        };
        let synapses = SynapseTable {
            post: vec![0, 1, 1, 1, 2],
            pre: vec![1, 2, 2, 0, 1],
            size: vec![1.0; 5],
            mature: vec![true; 5],
            tagged: vec![false; 5],
            born_h: vec![-5.0, -5.0, 3.0, -5.0, 30.0],
        };
        let snapshot = NetworkSnapshot { neurons, synapses };
        let all = Spines::count(&snapshot, "pyr", (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!((all.asked, all.excitatory_percent()), (3, 75.0));
        assert_eq!(Spines::count(&snapshot, "pyr", (0.0, 24.0)).asked, 1);
        let mut later = snapshot.clone();
        later.neurons.rate_hz = vec![1.0, 1.5, 1.5];
        assert_eq!(rising_percent(&snapshot, &later, "pyr"), 50.0);
    }

    /// C(t) = 100·2^(−t/3) every half hour: closed forms of half-life, area and crossing.
    #[test]
    fn readings_of_an_exponential_are_its_closed_forms() {
        let trace: Vec<(f64, f64)> =
            (-96..=96).map(|i| (f64::from(i) / 2.0, 100.0 * (-f64::from(i) / 6.0).exp2())).collect();
        let read = |name, at, window, level| of_trace(name, &trace, at, window, level, None, -24.0);
        assert!((read("half_life", None, Some((1.0, 9.0)), None) - 3.0).abs() < 1e-9);
        let exact = 100.0 * 3.0 / std::f64::consts::LN_2 * (1.0 - 0.25);
        // trapezoids of half an hour overestimate a half-life of three hours by (h·k)²/12 = 0.1 %
        assert!((read("area", None, Some((0.0, 6.0)), None) / exact - 1.0).abs() < 0.0015);
        // the tick from 3 h to 3.5 h
        assert_eq!(read("at", Some(3.2), None, None), trace[96 + 7].1);
        assert_eq!(read("at", Some(3.0), None, None), trace[96 + 6].1);
        assert!(read("at", Some(49.0), None, None).is_nan(), "beyond the end nothing is known");
        assert_eq!(read("first_below", None, Some((0.0, 48.0)), Some(25.0)), 6.0);
        assert_eq!(read("first_above", None, Some((0.0, 48.0)), Some(101.0)), f64::INFINITY);
        assert_eq!(read("time_of_peak", None, Some((2.0, 48.0)), None), 2.0);
        assert_eq!(read("time_of_trough", None, Some((2.0, 40.0)), None), 40.0);
        assert!(read("peak", None, Some((60.0, 70.0)), None).is_nan());
        // the integral of each half hour is taken by its end: first order in k·h, which is 0.116 at a half-life of 3 h
        let integral = 3.0 / (24.0 * std::f64::consts::LN_2) * (trace[0].1 - trace[48].1);
        assert!((read("baseline", None, None, None) / integral - 1.0).abs() < 0.06);
        assert!((read("mean", None, Some((-48.0, -24.0)), None) - read("baseline", None, None, None)).abs() < 1e-12);
    }

    /// A score that is low between visits is not seen to be low: it is rated at the begin of the stretch and every so many hours on.
    #[test]
    fn a_level_is_reached_at_a_visit_or_not_at_all() {
        // a point every six hours for 72 h: below ten between 30 and 42 h, and from 66 h on
        let score = |hour: f64| if (30.0..=42.0).contains(&hour) || hour >= 66.0 { 8.0 } else { 30.0 };
        let trace: Vec<(f64, f64)> = (0..=12).map(|i| (6.0 * f64::from(i), score(6.0 * f64::from(i)))).collect();
        let read =
            |name, window, level, every| of_trace(name, &trace, None, Some(window), Some(level), Some(every), 0.0);
        assert_eq!(of_trace("first_below", &trace, None, Some((0.0, 72.0)), Some(10.0), None, 0.0), 30.0);
        assert_eq!(read("first_visit_below", (0.0, 72.0), 10.0, 24.0), 72.0);
        assert_eq!(
            read("first_visit_below", (12.0, 72.0), 10.0, 24.0),
            36.0,
            "visits count from the begin of the stretch"
        );
        assert_eq!(read("first_visit_below", (0.0, 60.0), 10.0, 24.0), f64::INFINITY);
        // between rows, the end of the tick
        assert_eq!(read("first_visit_below", (0.0, 72.0), 10.0, 25.0), 25.0);
        assert_eq!(read("first_visit_above", (36.0, 72.0), 10.0, 24.0), 60.0);
        assert_eq!(read("first_visit_above", (36.0, 72.0), 10.0, 6.0), 48.0);
        assert_eq!(read("first_visit_above", (36.0, 72.0), 30.0, 6.0), f64::INFINITY, "at the level is not above it");
        assert_eq!(read("first_visit_below", (0.0, 72.0), 8.0, 24.0), 72.0, "and at the level is below");
        assert!(read("first_visit_below", (0.0, 72.0), 10.0, 0.0).is_nan(), "visits that never move on");
        assert!(read("first_visit_below", (0.0, 72.0), f64::NAN, 24.0).is_nan());
    }
}
