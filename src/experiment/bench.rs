//! How fast the machine carries the model: measured, never computed from a layout.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use bevy_app::App;
use bevy_ecs::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::checkpoint::speed::{self, CheckpointSpeed};
use super::simulation::{Setup, Simulation};
use crate::anatomy::neuron::SynapticInput;
use crate::anatomy::synapses::{Dendrite, LogSize, SweepInput, Synapse, SynapseLaws, Synapses, Tags, TurnoverLaw};
use crate::foundation::clock::{Phase, Tick};
use crate::foundation::error::{Error, Result};
use crate::foundation::random::{Purpose, Seed};
use crate::foundation::time::Time;
use crate::mechanisms::synapse_passes::{SynapseEdits, SynapseSweep};
use crate::mechanisms::synaptogenesis::Synaptogenesis;
use crate::mechanisms::{Cascade, Mechanism, Model, Protocol};
use crate::recording::manifest;

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Number of neurons.
    pub neurons: usize,
    /// Mean number of synapses per neuron.
    pub synapses_per_neuron: usize,
    /// Ticks of one hour, at rest.
    pub ticks: u32,
    /// Threads that work.
    pub threads: usize,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Number of neurons.
    pub neurons: usize,
    /// Synapses when the measurement began.
    pub synapses: u64,
    /// Threads that worked.
    pub threads: usize,
    /// Ticks that were measured, of one hour each.
    pub ticks: u32,
    /// Time to place, populate and wire the network, in seconds.
    pub build_s: f64,
    /// Time of a whole tick with every mechanism on, over synapses, in ns: the median over ticks.
    pub ns_per_synapse_tick: f64,
    /// The part of it that the sweep over synapses takes, in ns.
    pub sweep_ns_per_synapse: f64,
    /// Time of the fastest tick, its sweep and the fastest pass of the stream below: what a machine that others
    /// use as well would do if left alone. In ns per synapse, ns per synapse and GB/s.
    pub fastest: [f64; 3],
    /// Peak resident memory of the process over synapses, in bytes; null where the system does not tell.
    pub bytes_per_synapse: Option<f64>,
    /// Memory traffic that this machine sustains when it reads 4 bytes and rewrites 4 per element, with the
    /// same threads, in GB/s (10⁹ bytes; a rewrite counts as a read and a write).
    pub bandwidth_gb_per_s: f64,
    /// Traffic of the whole tick, counted the same way, over that of the stream.
    pub bandwidth_fraction: f64,
    /// The same for the sweep alone.
    pub sweep_bandwidth_fraction: f64,
    /// Time to place, populate and wire the network over its synapses, in ns.
    pub build_ns_per_synapse: f64,
    /// Time of growth, pairing and storing over the number of synapses formed, in µs.
    pub us_per_formed_synapse: f64,
    /// Synapses formed while measuring.
    pub formed: u64,
    /// Time that one elimination adds to a sweep, in ns.
    pub ns_per_eliminated_synapse: f64,
    /// Time of growth, pairing and storing where nothing forms, over neurons, in µs.
    pub idle_update_us_per_neuron: f64,
    /// Time of each phase over synapses, in ns: the median over ticks.
    pub phases_ns_per_synapse: BTreeMap<String, f64>,
    /// Names of the phases, in the order in which a tick runs them.
    #[serde(default)]
    pub phases: Vec<String>,
    /// How fast the network goes to disk and comes back, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<CheckpointSpeed>,
}

impl Measurement {
    /// The phases that took time, in the order of the cascade, with their ns per synapse.
    pub fn phases(&self) -> impl Iterator<Item = (&str, f64)> + '_ {
        let times = &self.phases_ns_per_synapse;
        self.phases.iter().filter_map(|name| Some((name.as_str(), *times.get(name)?)))
    }
}

/// Bytes that move for one element of the stream, and for one synapse in the sweep: 4 read, 4 rewritten.
const BYTES_MOVED: f64 = 12.0;

/// Ticks before the measurement: caches, pages and boost clocks settle.
const WARM_UP: u32 = 2;

/// When each phase of a tick began, and when the last one ended.
#[derive(Resource, Default)]
struct Stopwatch(Vec<Instant>);

impl Stopwatch {
    /// Puts a stamp before each phase and after the last.
    fn install(app: &mut App, phases: &[Phase]) {
        app.init_resource::<Stopwatch>();
        let stamp = |mut watch: ResMut<Stopwatch>| watch.0.push(Instant::now());
        for (index, &phase) in phases.iter().enumerate() {
            let stamp = stamp.before(phase);
            match index.checked_sub(1) {
                Some(before) => app.add_systems(Tick, stamp.after(phases[before])),
                None => app.add_systems(Tick, stamp),
            };
        }
        if let Some(&last) = phases.last() {
            app.add_systems(Tick, stamp.after(last));
        }
    }

    /// Seconds that each of `phases` took, tick by tick from number `first` on.
    fn seconds(&self, phases: &[Phase], first: u32) -> Laps {
        let mut of_phase = vec![Vec::new(); phases.len()];
        for tick in self.0.chunks_exact(phases.len() + 1).skip(first as usize) {
            for (seconds, pair) in of_phase.iter_mut().zip(tick.windows(2)) {
                seconds.push((pair[1] - pair[0]).as_secs_f64());
            }
        }
        Laps(phases.iter().map(|phase| phase.0).zip(of_phase).collect())
    }
}

/// Seconds by phase and tick.
struct Laps(BTreeMap<&'static str, Vec<f64>>);

impl Laps {
    fn of<M: Mechanism>(&self) -> &[f64] {
        self.0.get(M::NAME).map_or(&[], Vec::as_slice)
    }

    /// Seconds of growth, pairing and storing, tick by tick.
    fn forming(&self) -> Vec<f64> {
        self.of::<Synaptogenesis>()
            .iter()
            .zip(self.of::<SynapseEdits>())
            .map(|(growing, storing)| growing + storing)
            .collect()
    }
}

/// Measures `workload` on a pool of its own.
///
/// # Errors
/// [`Error::Run`] if threads cannot be started or the network cannot be built.
pub fn measure(workload: &Workload) -> Result<Measurement> {
    measure_with(workload, &Cascade::standard(), None)
}

/// The same with the mechanisms of `cascade`, and how fast the network goes to the disk of `checkpoint` and comes back.
///
/// # Errors
/// [`Error::Io`] if the disk refuses; otherwise those of [`measure`].
pub fn measure_with(workload: &Workload, cascade: &Cascade, checkpoint: Option<&Path>) -> Result<Measurement> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workload.threads)
        .build()
        .map_err(|error| Error::Run(format!("cannot start threads: {error}")))?;
    pool.install(|| measure_here(workload, &cascade.clone().watched_by(Stopwatch::install), checkpoint))
}

fn measure_here(workload: &Workload, watched: &Cascade, checkpoint: Option<&Path>) -> Result<Measurement> {
    let setup = Setup { cascade: watched.clone(), ..Setup::typical(workload.neurons, workload.synapses_per_neuron) };
    let begun = Instant::now();
    let mut simulation = Simulation::new(&setup, &Model::default(), &Protocol::default())?;
    let build_s = begun.elapsed().as_secs_f64();

    let hours = |ticks: u32| Time::from_milliseconds(i64::from(ticks) * Time::HOUR.milliseconds());
    simulation.advance_to(hours(WARM_UP), |_| Ok(()))?;
    let before = simulation.world().resource::<Synapses>().tally();
    let mut whole = Vec::new();
    for tick in 0..workload.ticks {
        let begun = Instant::now();
        simulation.advance_to(hours(WARM_UP + tick + 1), |_| Ok(()))?;
        whole.push(begun.elapsed().as_secs_f64());
    }
    let phases = watched.phases();
    let laps = simulation.world().resource::<Stopwatch>().seconds(&phases, WARM_UP);
    let after = simulation.world().resource::<Synapses>().tally();
    let peak = manifest::peak_resident_bytes();
    let checkpoint = if let Some(folder) = checkpoint {
        Some(speed::measure(simulation, &setup, &Model::default(), &Protocol::default(), folder)?)
    } else {
        drop(simulation);
        None
    };

    let synapses = before.standing;
    let formed = after.formed - before.formed;
    let per_synapse_ns = |seconds: &[f64]| median(seconds) * 1e9 / synapses as f64;
    let (tick_ns, sweep_ns) = (per_synapse_ns(&whole), per_synapse_ns(laps.of::<SynapseSweep>()));
    let [bandwidth, fastest_bandwidth] = stream_bandwidth(synapses as usize);
    let fastest_ns = |seconds: &[f64]| least(seconds) * 1e9 / synapses as f64;
    Ok(Measurement {
        neurons: workload.neurons,
        synapses,
        threads: workload.threads,
        ticks: workload.ticks,
        build_s,
        build_ns_per_synapse: build_s * 1e9 / synapses as f64,
        ns_per_synapse_tick: tick_ns,
        sweep_ns_per_synapse: sweep_ns,
        fastest: [fastest_ns(&whole), fastest_ns(laps.of::<SynapseSweep>()), fastest_bandwidth],
        bytes_per_synapse: peak.map(|bytes| bytes as f64 / synapses as f64),
        bandwidth_gb_per_s: bandwidth,
        bandwidth_fraction: BYTES_MOVED / tick_ns / bandwidth,
        sweep_bandwidth_fraction: BYTES_MOVED / sweep_ns / bandwidth,
        us_per_formed_synapse: laps.forming().iter().fold(0.0, |sum, seconds| sum + seconds) * 1e6
            / formed.max(1) as f64,
        formed,
        ns_per_eliminated_synapse: elimination_ns(),
        idle_update_us_per_neuron: idle_update_us(workload.neurons.min(100_000))?,
        phases_ns_per_synapse: laps
            .0
            .iter()
            .map(|(&name, seconds)| (name.to_owned(), per_synapse_ns(seconds)))
            .filter(|(_, ns)| *ns > 0.0)
            .collect(),
        phases: phases.iter().map(|phase| phase.0.to_owned()).collect(),
        checkpoint,
    })
}

/// µs per neuron that growth, pairing and storing take where no synapse forms.
fn idle_update_us(neurons: usize) -> Result<f64> {
    const TICKS: i64 = 9;
    let mut model = Model::default();
    model.overrides.0.insert("synaptogenesis.formation_per_d".to_owned(), 0.0);
    let cascade = Cascade::standard().watched_by(Stopwatch::install);
    let setup = Setup { cascade, ..Setup::typical(neurons, 16) };
    let mut simulation = Simulation::new(&setup, &model, &Protocol::default())?;
    simulation.advance_to(Time::from_milliseconds(TICKS * Time::HOUR.milliseconds()), |_| Ok(()))?;
    let laps = simulation.world().resource::<Stopwatch>().seconds(&setup.cascade.phases(), 0);
    Ok(median(&laps.forming()) * 1e6 / neurons as f64)
}

/// ns that one elimination adds to the sweep of a million synapses of which one in a hundred goes.
fn elimination_ns() -> f64 {
    const NEURONS: u32 = 1_000;
    const PASSES: u64 = 9;
    let seconds = |hazard: f32| {
        let mut dendrites = vec![Dendrite::default(); NEURONS as usize];
        let mut synapses = Synapses::build(&mut dendrites, |id, excitatory, _| {
            let mut draws = Seed(1).draws(Purpose::Test, 0, id);
            excitatory.extend((0..1_000).map(|_| Synapse {
                presynaptic: draws.below(NEURONS),
                log_size: LogSize::from_log2(draws.uniform() - 0.5),
                tags: Tags::new(true, 0),
            }));
        });
        let output = vec![1.0_f32; NEURONS as usize];
        let mut inputs = vec![SynapticInput::default(); NEURONS as usize];
        let turnover = TurnoverLaw { mature_elimination_per_h: hazard, ..TurnoverLaw::default() };
        let laws = SynapseLaws { turnover, ..SynapseLaws::default() };
        let mut passes = Vec::new();
        for tick in 0..PASSES {
            let standing = synapses.tally().standing as f64;
            let before = synapses.tally().eliminated;
            let begun = Instant::now();
            let input = SweepInput { output: &output, seed: Seed(1), instant: tick, step_h: 1.0 };
            synapses.sweep(&mut dendrites, &mut inputs, &input, |_, _| laws);
            let seconds = begun.elapsed().as_secs_f64();
            passes.push((seconds / standing, (synapses.tally().eliminated - before) as f64 / standing));
        }
        let [time, share]: [Vec<f64>; 2] = [passes.iter().map(|p| p.0).collect(), passes.iter().map(|p| p.1).collect()];
        (median(&time), median(&share))
    };
    let ((scanning, _), (removing, share)) = (seconds(0.0), seconds(0.01));
    (removing - scanning) / share * 1e9
}

/// GB/s of a stream that reads 4 bytes and rewrites 4 bytes per element: the median and the best of several passes
/// over buffers that no cache holds.
fn stream_bandwidth(elements: usize) -> [f64; 2] {
    const BLOCK: usize = 1 << 16;
    const PASSES: usize = 9;
    let elements = elements.max(1 << 25).next_multiple_of(BLOCK);
    let read: Vec<u32> = (0..elements as u32).into_par_iter().collect();
    let mut rewritten: Vec<u32> = vec![1; elements];
    let mut seconds = Vec::new();
    for pass in 0..=PASSES {
        let begun = Instant::now();
        rewritten.par_chunks_mut(BLOCK).zip(read.par_chunks(BLOCK)).for_each(|(target, source)| {
            for (value, &other) in target.iter_mut().zip(source) {
                *value = value.wrapping_mul(3) ^ other;
            }
        });
        // the first pass brings the pages in
        if pass > 0 {
            seconds.push(begun.elapsed().as_secs_f64());
        }
    }
    std::hint::black_box(&rewritten);
    [median(&seconds), least(&seconds)].map(|seconds| BYTES_MOVED * elements as f64 / seconds / 1e9)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_add_up_to_the_tick_and_every_figure_is_a_positive_number() {
        let workload = Workload { neurons: 400, synapses_per_neuron: 100, ticks: 5, threads: 2 };
        let measured = measure(&workload).unwrap();
        assert!((30_000..50_000).contains(&measured.synapses), "{}", measured.synapses);
        assert!(measured.formed > 0);
        let phases: f64 = measured.phases_ns_per_synapse.values().sum();
        // medians of parts need not sum to the median of the whole; and the whole includes the health check
        assert!(phases < 2.0 * measured.ns_per_synapse_tick, "{phases} {}", measured.ns_per_synapse_tick);
        for figure in [
            measured.build_s,
            measured.bandwidth_gb_per_s,
            measured.us_per_formed_synapse,
            measured.idle_update_us_per_neuron,
        ] {
            assert!(figure.is_finite() && figure > 0.0);
        }
        assert!(measured.ns_per_eliminated_synapse.is_finite());
        assert!(measured.bandwidth_fraction <= measured.sweep_bandwidth_fraction);
    }
}
