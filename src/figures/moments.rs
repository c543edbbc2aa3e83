//! The moments at which figures show the network, and its connections then.

use crate::figures::data::{ArmView, RecordedRun};
use crate::figures::scale::shortest;
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::recording::network::NetworkSnapshot;

/// A snapshot, and what a reader calls its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// When.
    pub time: Time,
    /// In words.
    pub name: String,
}

/// At most four moments of an arm's first network: baseline, end of stress, and those nearest to a day and a
/// week after the first dose; where the protocol lacks these, the snapshots spread over what there is.
pub(super) fn moments(run: &RecordedRun, arm: &ArmView) -> Vec<Moment> {
    let first = run.replicates().first().copied().unwrap_or(0);
    let times = run.folder.snapshot_times(&arm.name, first);
    let stress_start = arm.stress.first().map(|it| it.start);
    let stress_end = arm.stress.last().map(|it| it.end);
    let dose = arm.doses.first().map(|it| it.start);
    let baseline = times.iter().rfind(|&&time| stress_start.or(dose).is_none_or(|start| time <= start));
    let before_dose = |time: &&Time| Some(**time) == stress_end && dose.is_none_or(|dose| **time <= dose);
    let stressed = times.iter().find(before_dose);
    let after = |days: f64| {
        let target = dose? + Time::from_hours(24.0 * days);
        let later = times.iter().filter(|&&time| dose.is_some_and(|dose| time > dose));
        later.min_by_key(|&&time| (time - target).milliseconds().abs())
    };
    let mut chosen: Vec<Time> = [baseline, stressed, after(1.0), after(7.0)].into_iter().flatten().copied().collect();
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.len() < 4.min(times.len()) {
        let others = times.iter().copied().filter(|time| baseline.is_none_or(|start| time > start));
        let room = 4 - chosen.len();
        let others: Vec<Time> = others.filter(|time| !chosen.contains(time)).collect();
        let every = others.len().div_ceil(room).max(1);
        chosen.extend(others.into_iter().rev().step_by(every));
        chosen.sort_unstable();
    }
    let name = |time: Time| {
        let length = span_words;
        if baseline == Some(&time) {
            "baseline".to_owned()
        } else if stressed == Some(&time) {
            "end of stress".to_owned()
        } else if let Some(dose) = dose.filter(|&dose| time > dose) {
            format!("{} after {}", length(time - dose), the_dose(arm))
        } else if let Some(end) = stress_end.filter(|&end| time > end) {
            format!("{} after stress", length(time - end))
        } else if let Some(start) = stress_start.filter(|&start| time > start) {
            format!("{} into stress", length(time - start))
        } else {
            format!("t = {}", format_time(time))
        }
    };
    chosen.into_iter().map(|time| Moment { time, name: name(time) }).collect()
}

/// A span of time as a reader says it: hours up to two days, days beyond, to a tenth.
pub(super) fn span_words(span: Time) -> String {
    let tenths = |value: f64| shortest((10.0 * value).round() / 10.0);
    if span.hours() < 48.0 { format!("{} h", tenths(span.hours())) } else { format!("{} d", tenths(span.days())) }
}

/// Which dose of an arm a time is counted from: the first, if there are several.
pub(super) fn the_dose(arm: &ArmView) -> &'static str {
    if arm.doses.len() > 1 { "the first dose" } else { "the dose" }
}

/// The snapshot of `replicate` at a moment; `None` if the run did not keep it.
pub(super) fn snapshot(
    run: &RecordedRun,
    arm: &ArmView,
    replicate: u32,
    time: Time,
) -> Result<Option<NetworkSnapshot>> {
    run.folder.find_snapshot(&arm.name, replicate, time).map(|id| run.folder.snapshot(id)).transpose()
}

/// Index of the population of pyramidal cells: the one with spines.
pub(super) fn pyramidal(snapshot: &NetworkSnapshot) -> Vec<bool> {
    let neurons = &snapshot.neurons;
    let mut has_spines = vec![false; neurons.populations.len()];
    for (&population, &spines) in neurons.population.iter().zip(&neurons.spines) {
        has_spines[usize::from(population)] |= spines > 0;
    }
    neurons.population.iter().map(|&population| has_spines[usize::from(population)]).collect()
}

/// Which neurons' incoming synapses the snapshot holds: all of them, or, in a snapshot of a large network, the
/// sampled ones.
pub(super) fn kept_dendrites(snapshot: &NetworkSnapshot) -> Vec<bool> {
    let mut has_rows = vec![false; snapshot.neurons.len()];
    for &post in &snapshot.synapses.post {
        has_rows[post as usize] = true;
    }
    // A neuron with spines and without rows was left out; one without either may just have no input.
    let whole = snapshot.neurons.spines.iter().zip(&has_rows).all(|(&spines, &rows)| spines == 0 || rows);
    if whole { vec![true; has_rows.len()] } else { has_rows }
}

/// The connected pairs of pyramidal cells, ascending, each once: postsynaptic in the high half.
pub(super) fn pairs(snapshot: &NetworkSnapshot, pyramidal: &[bool]) -> Vec<u64> {
    let synapses = snapshot.synapses.post.iter().zip(&snapshot.synapses.pre);
    let spiny = synapses.filter(|(post, pre)| pyramidal[**post as usize] && pyramidal[**pre as usize]);
    let mut pairs: Vec<u64> = spiny.map(|(&post, &pre)| u64::from(post) << 32 | u64::from(pre)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// What became of a connection, seen from the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ConnectionFate {
    /// There at the baseline, at the end of stress and now.
    Kept,
    /// There at the baseline, not now.
    Lost,
    /// Not there at the baseline, there now.
    New,
    /// There at the baseline, gone at the end of stress, there again.
    Reformed,
}

impl ConnectionFate {
    /// Every fate, in the order of legends.
    pub(super) const ALL: [Self; 4] = [Self::Kept, Self::Lost, Self::New, Self::Reformed];

    /// The fate of a connection; `None` if it neither was nor is.
    pub(super) const fn of(at_baseline: bool, when_stressed: bool, now: bool) -> Option<Self> {
        match (at_baseline, when_stressed, now) {
            (true, true, true) => Some(Self::Kept),
            (true, false, true) => Some(Self::Reformed),
            (true, _, false) => Some(Self::Lost),
            (false, _, true) => Some(Self::New),
            (false, _, false) => None,
        }
    }

    /// The word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Lost => "lost",
            Self::New => "new",
            Self::Reformed => "re-formed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_returns_is_told_from_one_that_stayed() {
        assert_eq!(ConnectionFate::of(true, false, true), Some(ConnectionFate::Reformed));
        assert_eq!(ConnectionFate::of(true, true, true), Some(ConnectionFate::Kept));
        assert_eq!(ConnectionFate::of(true, true, false), Some(ConnectionFate::Lost));
        assert_eq!(ConnectionFate::of(false, true, true), Some(ConnectionFate::New));
        assert_eq!(ConnectionFate::of(false, true, false), None);
    }
}
