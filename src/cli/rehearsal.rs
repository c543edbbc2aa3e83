//! How long a run will take on this machine: measured on a rehearsal, and on some ticks of its own network.

use std::time::Instant;

use super::closing;
use super::options::Threads;
use super::progress::Progress;
use crate::configuration::Experiment;
use crate::configuration::estimate::LARGE_NETWORK;
use crate::experiment::bench::{self, Workload};
use crate::experiment::run::RunUnderWay;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::recording::manifest::Status;

/// The network of the rehearsal: its ticks cost little, and are those of the run.
const NEURONS: u32 = 100;
const SYNAPSES_PER_NEURON: u32 = 20;
/// Ticks of the run's own network that are timed, after two that are not.
const TICKS: u32 = 8;
/// Larger networks are timed by one of this size: beyond it a synapse costs the same.
const MOST_TIMED: u64 = 8_000_000;

/// What was measured.
pub(super) struct Rehearsal {
    /// Ticks of all networks and arms.
    pub(super) ticks: u64,
    /// Wall time of the whole run, in seconds.
    pub(super) wall_s: f64,
    /// The part of it that drawing takes.
    pub(super) drawing_s: f64,
}

impl Rehearsal {
    /// Runs `experiment` with one tiny network in a temporary folder, figures included, which gives its ticks and all that does
    /// not depend on the network; then times some ticks at rest of a network of its own size.
    pub(super) fn of(experiment: &Experiment, cascade: &Cascade, threads: Threads) -> Result<Self> {
        let mut small = experiment.clone();
        small.network.neurons = NEURONS.min(experiment.network.neurons);
        small.network.synapses_per_neuron = SYNAPSES_PER_NEURON.min(experiment.network.synapses_per_neuron);
        small.run.replicates = 1;
        if let Some(subjects) = &mut small.subjects {
            subjects.n = 1;
        }
        let place = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        let progress = Progress::listening(true, None)?;
        let mut rehearsed = RunUnderWay::begin(small, &place.path().join("rehearsal"), false, 1)?;
        let begun = Instant::now();
        rehearsed.simulate(&progress).map_err(|error| progress.for_good(error))?;
        let of_rehearsal_s = begun.elapsed().as_secs_f64();
        closing::figures(&mut rehearsed, &progress, threads.count()).map_err(|error| progress.for_good(error))?;
        let drawing_s = begun.elapsed().as_secs_f64() - of_rehearsal_s;
        let ticks = rehearsed.finish(Status::Complete)?.ticks;

        let synapses = experiment.network.synapses();
        let together = synapses > LARGE_NETWORK;
        let per_neuron = u64::from(experiment.network.synapses_per_neuron);
        let neurons = u64::from(experiment.network.neurons).min((MOST_TIMED / per_neuron.max(1)).max(per_neuron + 1));
        let workload = Workload {
            neurons: neurons as usize,
            synapses_per_neuron: per_neuron as usize,
            ticks: TICKS,
            threads: if together { threads.count() } else { 1 },
        };
        let timed = bench::measure_with(&workload, cascade, None)?;
        let tick_s = timed.ns_per_synapse_tick * synapses as f64 / 1e9;
        let build_s = timed.build_ns_per_synapse * synapses as f64 / 1e9;
        let networks = experiment.networks();
        // what a tick costs beside its synapses is in the rehearsal's
        let of_network_s = (ticks as f64 * tick_s + build_s).max(of_rehearsal_s);
        let at_once = if together { 1 } else { threads.count() };
        // networks, and the arms of each, run side by side as far as there are threads
        let side_by_side = (networks * experiment.arms.len() as u64).min(at_once as u64).max(1);
        Ok(Self {
            ticks: ticks * networks,
            wall_s: networks as f64 * of_network_s / side_by_side as f64 + drawing_s,
            drawing_s,
        })
    }
}
