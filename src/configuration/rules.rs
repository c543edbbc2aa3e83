//! The second reading of a config: what no schema can say.

mod doses;
mod effects;
#[cfg(test)]
mod tests;
mod trials;

use std::collections::HashMap;

use self::doses::Doses;
use super::document::{EntryPart, KeyPath, at};
use super::estimate::{self, Estimate};
use super::experiment::{Experiment, SCHEMA_VERSION};
use super::fault::Fault;
use super::model::OverrideMap;
use super::name::{LONGEST_NAME, is_plain};
use super::protocol::Arm;
use super::subjects;
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{SpineRemoval, Tags};
use crate::foundation::diagnostics::codes;
use crate::foundation::grid;
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::mechanisms::stress::StressEpisode;

/// Every fault of an experiment whose values are each within their range. The size of the network is
/// held against `memory_bytes` if that is known.
#[must_use]
pub fn check(experiment: &Experiment, memory_bytes: Option<u64>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if experiment.schema_version != SCHEMA_VERSION {
        let label = format!("version {} is not known; this program reads {SCHEMA_VERSION}", experiment.schema_version);
        faults.push(Fault::new(&codes::SCHEMA_VERSION, at!["schema_version"], label));
    }
    check_populations(experiment, &mut faults);
    check_network(experiment, &mut faults);
    if experiment.time.burn_in < Time::from_hours(48.0) {
        let label = format!("{} may not reach the steady state", format_time(experiment.time.burn_in));
        faults.push(Fault::new(&codes::SHORT_BURN_IN, at!["time", "burn_in"], label).help("use \"2 d\" or more"));
    }
    check_stress(&experiment.stress, experiment.time.horizon, &at!["stress"], &mut faults);
    note_uncited(&experiment.model.overrides, &at!["model"], &mut faults);
    check_arms(experiment, &mut faults);
    effects::check(experiment, &mut faults);
    if let Some(subjects) = &experiment.subjects {
        subjects::check(subjects, &mut faults);
        if experiment.subject.is_some() {
            let fault = Fault::new(&codes::STATED_TWICE, at!["subject"], "`[subjects]` draws every subject");
            faults.push(fault.pointing_to(EntryPart::Key));
        }
    }
    if let Some(trial) = &experiment.trial {
        trials::check(trial, experiment, &mut faults);
    }
    check_record(experiment, &mut faults);
    check_size(experiment, memory_bytes, &mut faults);
    faults
}

fn check_populations(experiment: &Experiment, faults: &mut Vec<Fault>) {
    let populations = &experiment.populations;
    let names: Vec<&str> = populations.iter().map(|population| population.name.as_str()).collect();
    check_names(&names, &at!["population"], faults);
    let sum: f64 = populations.iter().map(|population| population.fraction).fold(0.0, |sum, x| sum + x);
    if (sum - 1.0).abs() > 1e-6 {
        let last = at!["population", populations.len() - 1, "fraction"];
        let label = format!("the fractions sum to {}", (sum * 1e9).round() / 1e9);
        faults.push(Fault::new(&codes::FRACTIONS, last, label).resting_on(at!["population"]));
    }
    if !populations.iter().any(|population| population.class == CellClass::Pyramidal && population.fraction > 0.0) {
        let fault = Fault::new(&codes::NO_PYRAMIDAL_CELLS, at!["population", 0, "class"], "no population is pyramidal");
        faults.push(fault.resting_on(at!["population"]));
    }
}

fn check_names(names: &[&str], list: &KeyPath, faults: &mut Vec<Fault>) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        let here = list.then(index).then("name");
        let folded = name.to_ascii_lowercase();
        if name.len() > LONGEST_NAME {
            let label = format!("{} letters; at most {LONGEST_NAME} fit in a file name", name.chars().count());
            faults.push(Fault::new(&codes::BAD_NAME, here, label));
        } else if !is_plain(name) || folded == "shared" {
            let label = format!("`{name}` cannot be part of a file name here");
            let fault = Fault::new(&codes::BAD_NAME, here, label);
            faults.push(fault.help("letters, digits, `_` and `-`, beginning with a letter; not `shared`"));
        } else if let Some(&earlier) = first.get(&folded) {
            let label = if names[earlier] == *name {
                format!("`{name}` is the name of entry {} already", earlier + 1)
            } else {
                format!("`{name}` differs from entry {}, `{}`, in case only", earlier + 1, names[earlier])
            };
            faults.push(Fault::new(&codes::DUPLICATE_NAME, here, label));
        } else {
            first.insert(folded, index);
        }
    }
}

/// Words that pandas, Polars, DuckDB, pyarrow or R take for a missing value, a number or a boolean, in lower case.
const MISREAD: [&str; 10] = ["na", "nan", "null", "none", "inf", "infinity", "true", "false", "t", "f"];

fn check_network(experiment: &Experiment, faults: &mut Vec<Fault>) {
    let network = &experiment.network;
    if network.synapses_per_neuron >= network.neurons {
        let label = format!("{} synapses onto each of {} neurons", network.synapses_per_neuron, network.neurons);
        let fault = Fault::new(&codes::TOO_MANY_SYNAPSES, at!["network", "synapses_per_neuron"], label);
        faults.push(fault.resting_on(at!["network", "neurons"]));
    }
    if network.neurons < 100 {
        let label = format!("{} neurons", network.neurons);
        faults.push(Fault::new(&codes::SMALL_NETWORK, at!["network", "neurons"], label));
    }
    for (name, key, value) in network.stated_parameters() {
        if value.is_some() && experiment.model.overrides.0.contains_key(key) {
            let label = format!("`network.{name}` states the same parameter");
            let fault = Fault::new(&codes::STATED_TWICE, at!["model", "override", key], label);
            faults.push(fault.pointing_to(EntryPart::Key));
        }
    }
}

fn check_stress(episodes: &[StressEpisode], horizon: Time, list: &KeyPath, faults: &mut Vec<Fault>) {
    for (index, episode) in episodes.iter().enumerate() {
        let here = list.then(index);
        let outside = |key: &str, label: String| Fault::new(&codes::STRESS_OUTSIDE, here.then(key), label);
        if episode.start < Time::ZERO {
            let label = format!("`start` is {}, before the burn-in ends", format_time(episode.start));
            faults.push(outside("start", label));
        }
        if episode.end > horizon {
            let (end, horizon) = (format_time(episode.end), format_time(horizon));
            let label = format!("`end` is {end} but the simulation ends at {horizon}");
            faults.push(outside("end", label).resting_on(at!["time", "horizon"]));
        }
        if episode.end <= episode.start {
            let fault = outside("end", "the episode ends before it has begun".to_owned());
            faults.push(fault.resting_on(here.then("start")));
        }
    }
    // of two that overlap, the one that stands later in the list is at fault
    let mut order: Vec<usize> =
        (0..episodes.len()).filter(|&index| episodes[index].start < episodes[index].end).collect();
    order.sort_by_key(|&index| (episodes[index].start, index));
    let mut running: Option<usize> = None;
    for index in order {
        if let Some(other) = running.filter(|&other| episodes[index].start < episodes[other].end) {
            let (first, later) = (index.min(other), index.max(other));
            let (start, end) = (format_time(episodes[first].start), format_time(episodes[first].end));
            let label = format!("episode {} lasts from {start} to {end}", first + 1);
            let fault = Fault::new(&codes::STRESS_OVERLAP, list.then(later).then("start"), label);
            faults.push(fault.resting_on(list.clone()));
        }
        if running.is_none_or(|other| episodes[other].end < episodes[index].end) {
            running = Some(index);
        }
    }
}

fn check_arms(experiment: &Experiment, faults: &mut Vec<Fault>) {
    if experiment.arms.is_empty() {
        let fault = Fault::new(&codes::NO_ARMS, at!["arm"], "at least one [[arm]] is needed");
        faults.push(fault.help("add `[[arm]]` with `name = \"vehicle\"`"));
    }
    let names: Vec<&str> = experiment.arms.iter().map(|arm| arm.name.as_str()).collect();
    check_names(&names, &at!["arm"], faults);
    for (index, name) in names.iter().enumerate() {
        if MISREAD.contains(&name.to_ascii_lowercase().as_str()) {
            let label = format!("readers of tables take `{name}` for no name");
            let fault = Fault::new(&codes::MISREAD_NAME, at!["arm", index, "name"], label);
            faults.push(fault.help("give it another, and `label = \"…\"` for what figures call it"));
        }
    }
    let doses = Doses::of(experiment);
    for (index, arm) in experiment.arms.iter().enumerate() {
        let here = at!["arm", index];
        doses.check(arm, &here, faults);
        if let Some(stress) = &arm.stress {
            check_stress(stress, experiment.time.horizon, &here.then("stress"), faults);
        }
        for (position, removal) in arm.remove_spines.iter().enumerate() {
            check_removal(removal, experiment, &here.then("remove_spines").then(position), faults);
        }
        note_uncited(&arm.overrides, &here, faults);
        check_onset(arm, experiment.time.horizon, &here, faults);
    }
}

fn check_removal(removal: &SpineRemoval, experiment: &Experiment, here: &KeyPath, faults: &mut Vec<Fault>) {
    let outside = |key: &str, label: String| Fault::new(&codes::REMOVAL_OUTSIDE, here.then(key), label);
    let horizon = experiment.time.horizon;
    let beginning = Time::ZERO - experiment.time.burn_in;
    let born_from = removal.born_from(beginning);
    if removal.time >= horizon {
        let label =
            format!("`time` is {} but the simulation ends at {}", format_time(removal.time), format_time(horizon));
        faults.push(outside("time", label).resting_on(at!["time", "horizon"]));
    }
    if removal.born_after < Time::ZERO {
        let label = format!("`born_after` is {}, before the burn-in ends", format_time(removal.born_after));
        faults.push(outside("born_after", label));
    } else if born_from >= removal.time {
        let (from, time) = (format_time(born_from), format_time(removal.time));
        let label = format!("only births from {from} on are told apart, and the removal is at {time}");
        faults.push(outside("born_after", label).resting_on(here.then("time")));
    } else if (born_from - beginning).hours() >= Tags::SPAN_H {
        let label = format!("births are told apart for {} d from the start of the burn-in", Tags::SPAN_H / 24.0);
        faults.push(outside("born_after", label));
    }
}

fn check_onset(arm: &Arm, horizon: Time, here: &KeyPath, faults: &mut Vec<Fault>) {
    let Some(from) = arm.from else { return };
    if from > horizon {
        let label = format!("`from` is {} but the simulation ends at {}", format_time(from), format_time(horizon));
        faults.push(Fault::new(&codes::ARM_FROM, here.then("from"), label).resting_on(at!["time", "horizon"]));
    } else if from == horizon {
        let label = format!("the simulation ends at {}: nothing is simulated after it", format_time(horizon));
        faults.push(Fault::new(&codes::ARM_FROM, here.then("from"), label).resting_on(at!["time", "horizon"]));
    } else if !arm.changes_model() {
        let fault = Fault::new(&codes::ARM_FROM, here.then("from"), "the arm changes nothing in the model");
        let fault = fault.resting_on(here.then("disable")).resting_on(here.then("override"));
        faults.push(fault.help("add `disable` or `override` to the arm, or remove `from`"));
    }
    for key in arm.overrides.0.keys().filter(|key| key.starts_with("network.")) {
        let at = here.then("override").then(key.as_str());
        let fault = Fault::new(&codes::ARM_FROM, at, "the network is built before this arm's own model takes effect");
        faults.push(fault.help("remove `from`, so that the arm gets a network and a history of its own"));
    }
}

fn note_uncited(overrides: &OverrideMap, table: &KeyPath, faults: &mut Vec<Fault>) {
    for (key, _) in overrides.0.iter().filter(|(_, entry)| entry.why.as_ref().is_none_or(|why| why.trim().is_empty())) {
        let here = table.then("override").then(key.as_str());
        let fault = Fault::new(&codes::UNCITED_OVERRIDE, here, "no `why`").pointing_to(EntryPart::Entry);
        faults.push(fault.help("add `why = \"…\"`: a citation or a purpose"));
    }
}

fn check_record(experiment: &Experiment, faults: &mut Vec<Fault>) {
    if !grid::takes_rows(experiment.record.every) {
        let label = format!("rows every {} do not meet on the hour", format_time(experiment.record.every));
        let fault = Fault::new(&codes::RECORD_GRID, at!["record", "every"], label);
        faults.push(fault.help("whole minutes that divide an hour (\"10 min\"), or whole hours (\"6 h\")"));
    }
    for (index, &instant) in experiment.record.network_at.iter().enumerate() {
        if instant < Time::ZERO || instant > experiment.time.horizon {
            let label =
                format!("{} is not between 0 and {}", format_time(instant), format_time(experiment.time.horizon));
            let fault = Fault::new(&codes::SNAPSHOT_OUTSIDE, at!["record", "network_at", index], label);
            faults.push(fault.resting_on(at!["time", "horizon"]));
        }
    }
}

fn check_size(experiment: &Experiment, memory_bytes: Option<u64>, faults: &mut Vec<Fault>) {
    let estimate = Estimate::of(experiment);
    let needed = estimate.least_memory_bytes;
    if let Some(available) = memory_bytes.filter(|available| needed > *available) {
        let (needed, available) = (estimate::format_bytes(needed), estimate::format_bytes(available));
        let synapses = estimate::grouped(estimate.synapses);
        let label = format!("{synapses} synapses need {needed}; {available} are available");
        let fault = Fault::new(&codes::NO_MEMORY, at!["network", "neurons"], label);
        faults.push(fault.pointing_to(EntryPart::Entry).resting_on(at!["network", "synapses_per_neuron"]));
    }
    if estimate.disk_bytes > experiment.record.max_disk_bytes {
        let label = format!("the run folder will take about {}", estimate::format_bytes(estimate.disk_bytes));
        let fault = Fault::new(&codes::NO_DISK, at!["record", "max_disk"], label)
            .resting_on(at!["record"])
            .resting_on(at!["network"])
            .resting_on(at!["run", "replicates"])
            .resting_on(at!["subjects"])
            .resting_on(at!["arm"])
            .resting_on(at!["time"]);
        faults.push(fault.help("ask for fewer times in `record.network_at`, or raise `max_disk`"));
    }
}
