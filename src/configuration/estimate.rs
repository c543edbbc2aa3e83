//! How large an experiment is, before it runs.

use super::disk::Kept;
use super::experiment::Experiment;
use crate::foundation::grid;
use crate::foundation::time::Time;

/// What an experiment will take. Disk is within a third; memory and time are orders of magnitude, not promises
/// (`resprout check --measure` measures time).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Synapses of one network.
    pub synapses: u64,
    /// Memory below which the experiment cannot run: one network and the history it branches from.
    pub least_memory_bytes: u64,
    /// Memory if each processor of this machine holds a network with its history and all its arms.
    pub most_memory_bytes: u64,
    /// Size of the run folder while the run is under way: what is kept, and checkpoints.
    pub disk_bytes: u64,
    /// Size of the run folder when the run is over, figures included.
    pub kept_bytes: u64,
    /// The part of it that figures take.
    pub figure_bytes: u64,
    /// The part of it that networks in checkpoints take; none of it remains.
    pub checkpoint_bytes: u64,
    /// Ticks of all networks, arms and histories.
    pub ticks: u64,
    /// Processor time in seconds, to be divided by the number of threads.
    pub processor_s: f64,
}

/// Above this size, one network is simulated at a time, by all threads together: two of them would only
/// push each other out of the cache.
pub const LARGE_NETWORK: u64 = 10_000_000;
/// Resident memory per synapse: 8 bytes of state, and the slack with which rows grow.
const BYTES_PER_SYNAPSE: u64 = 10;
/// Resident memory per neuron: components, row bookkeeping, entity tables.
const BYTES_PER_NEURON: u64 = 600;
/// Memory of the program itself.
const BYTES_OF_PROGRAM: u64 = 30_000_000;
/// Time to build one synapse on one thread, in seconds.
const SECONDS_PER_SYNAPSE_BUILT: f64 = 1e-7;
/// Time for one synapse and one tick on one thread, in seconds.
const SECONDS_PER_SYNAPSE_TICK: f64 = 3e-9;
/// Time for one neuron and one tick on one thread, whatever its synapses, in seconds.
const SECONDS_PER_NEURON_TICK: f64 = 6e-7;
/// Ticks that one dose adds to those at rest: the shortest for about an hour, then those of five minutes for some more.
const TICKS_PER_DOSE: u64 = grid::steps(grid::LONGEST_TICK, grid::SHORTEST_TICK) + ROWS_PER_DOSE;
/// Rows that one dose adds to the time series.
const ROWS_PER_DOSE: u64 = grid::steps(grid::AFTER_DOSE, grid::ROWS_AFTER_DOSE);
/// Size of a checkpoint per synapse: the columns with the slack in which rows grow.
const CHECKPOINT_BYTES_PER_SYNAPSE: u64 = 10;
/// Size of a checkpoint per neuron.
const CHECKPOINT_BYTES_PER_NEURON: u64 = 400;

impl Estimate {
    /// The estimate for `experiment`.
    #[must_use]
    pub fn of(experiment: &Experiment) -> Self {
        let neurons = u64::from(experiment.network.neurons);
        let synapses = experiment.network.synapses();
        let networks = experiment.networks();
        let hours = |length: Time| length.hours().ceil().max(0.0) as u64;
        let (burn_in, horizon) = (experiment.time.burn_in, experiment.time.horizon);
        let start = Time::ZERO - burn_in;

        // every arm runs from where it departs; what is shared runs once
        let mut ticks = 0;
        let mut shared_until = start;
        let departures: Vec<Time> = experiment.arms.iter().map(|arm| experiment.departure(arm)).collect();
        for (arm, &departure) in experiment.arms.iter().zip(&departures) {
            if departure > start {
                shared_until = shared_until.max(departure);
            }
            let doses: u64 = arm.doses.iter().map(|event| u64::from(event.additional) + 1).sum();
            ticks += hours(horizon - departure) + TICKS_PER_DOSE * doses;
        }
        ticks += hours(shared_until - start);
        ticks *= networks * u64::from(experiment.time.refine);

        let network_bytes = synapses * BYTES_PER_SYNAPSE + neurons * BYTES_PER_NEURON;
        let arms = experiment.arms.len() as u64;
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
        let held = if synapses > LARGE_NETWORK { 1 } else { networks.min(processors) };
        // every branch under way and the one that it follows, and one more that is written to replace the one before
        let states = held * arms.min(2) + 1;
        // a single arm takes over the network from the history that it follows; others leave it to the next
        let half_networks = if arms == 1 { 3 } else { 4 };
        let state_bytes = synapses * CHECKPOINT_BYTES_PER_SYNAPSE + neurons * CHECKPOINT_BYTES_PER_NEURON;
        let checkpoint_bytes = states * state_bytes;
        let kept = Kept::of(experiment);
        Self {
            synapses,
            least_memory_bytes: BYTES_OF_PROGRAM + half_networks * network_bytes / 2,
            most_memory_bytes: BYTES_OF_PROGRAM + (1 + arms) * held * network_bytes,
            disk_bytes: kept.bytes() + checkpoint_bytes,
            kept_bytes: kept.bytes(),
            figure_bytes: kept.figures,
            checkpoint_bytes,
            ticks,
            processor_s: (networks * synapses) as f64 * SECONDS_PER_SYNAPSE_BUILT
                + ticks as f64
                    * (synapses as f64 * SECONDS_PER_SYNAPSE_TICK + neurons as f64 * SECONDS_PER_NEURON_TICK),
        }
    }
}

/// Memory that one network takes and nothing beside it.
#[must_use]
pub fn network_bytes(neurons: u64, synapses: u64) -> u64 {
    BYTES_OF_PROGRAM
        + synapses.saturating_mul(BYTES_PER_SYNAPSE).saturating_add(neurons.saturating_mul(BYTES_PER_NEURON))
}

/// Memory that the machine can give now, where the system says so (Linux): what is available, within
/// the limits that a container or batch system may have set to the control group or the process.
#[must_use]
pub fn available_memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    let of_group = |file: &str| -> Option<u64> {
        std::fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok()?.trim().parse().ok()
    };
    let limit = of_group("memory.max").map(|most| most.saturating_sub(of_group("memory.current").unwrap_or(0)));
    Some((kibibytes * 1024).min(limit.unwrap_or(u64::MAX)).min(address_space_left().unwrap_or(u64::MAX)))
}

/// What `ulimit -v` leaves this process, if it is set.
fn address_space_left() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let most = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let most: u64 = most.split_ascii_whitespace().next()?.parse().ok()?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let taken = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let kibibytes: u64 = taken.split_ascii_whitespace().next()?.parse().ok()?;
    Some(most.saturating_sub(kibibytes * 1024))
}

/// A size in the unit that suits it.
#[must_use]
pub fn format_bytes(bytes: u64) -> String {
    let (unit, size) = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
        .into_iter()
        .find(|(_, size)| bytes as f64 >= *size)
        .unwrap_or(("B", 1.0));
    let value = bytes as f64 / size;
    if value < 10.0 && unit != "B" { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// `12_345`, as configs write it.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped_in_threes() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(800_000), "800_000");
        assert_eq!(grouped(1_234_567), "1_234_567");
    }

    #[test]
    fn sizes_are_shown_in_the_unit_that_suits_them() {
        assert_eq!(format_bytes(999), "999 B");
        assert_eq!(format_bytes(1_500), "1.5 kB");
        assert_eq!(format_bytes(23_400_000_000), "23 GB");
    }
}
