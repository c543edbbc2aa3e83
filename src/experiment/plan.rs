//! What a run simulates: arms as branches, what is recorded of them, and in which order for the memory there is.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::arms::{self, Branch, Course};
use super::identity::NetworkId;
use super::protocols;
use super::simulation::Setup;
use super::threads::Concurrency;
use crate::configuration::Experiment;
use crate::configuration::estimate::{self, Estimate, LARGE_NETWORK};
use crate::foundation::error::{Error, Result};
use crate::foundation::grid::SHORTEST_TICK;
use crate::foundation::time::Time;
use crate::mechanisms::dosing::Dose;
use crate::mechanisms::{Model, Protocol};
use crate::recording::dictionary::{Dictionary, RELATIVE};
use crate::recording::headlines::{Headlines, RecordedColumn};
use crate::recording::landmarks::{ArmEvents, ArmFrame, rows_at};
use crate::recording::network::SHARED;
use crate::recording::observables::Observed;
use crate::recording::recorder::RecordingPlan;
use crate::recording::sample::Sample;

/// Below this total size, all histories are simulated before any arm: threads stay busy to the end.
const HISTORIES_AT_ONCE_BYTES: u64 = 150_000_000;

/// An interval between rows longer than any run.
const NEVER_DUE: Time = Time::from_milliseconds(1 << 50);

/// What happens in every arm, as far as instants of interest go.
pub(super) fn events(courses: &[Course<Model, Dose>]) -> Vec<ArmEvents> {
    let of = |course: &Course<Model, Dose>| ArmEvents {
        stress: course.stress.iter().map(|episode| (episode.start, episode.end)).collect(),
        doses: course.doses.iter().map(|(start, dose)| (*start, *start + dose.duration)).collect(),
    };
    courses.iter().map(of).collect()
}

/// Which rows a run writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsKept {
    /// Those that the config asks for, and those at landmarks.
    AsConfigured,
    /// Those at landmarks alone: for who asks for headline figures and nothing else.
    AtLandmarks,
    /// One for every tick.
    EveryTick,
}

/// An arm of one of the experiments that are simulated together.
pub(super) struct PlannedArm<'a> {
    pub(super) name: &'a str,
    /// Which experiment it is of, and its place there.
    pub(super) experiment: usize,
    pub(super) index: usize,
}

/// What every job of a run needs to know.
pub(super) struct RunPlan<'a> {
    /// The experiment; of several that are simulated together the first, which begins as all of them do.
    pub(super) experiment: &'a Experiment,
    /// The run folder.
    pub(super) folder: &'a Path,
    /// The arms of all experiments, one after the other; courses, protocols and branches count them so.
    pub(super) arms: Vec<PlannedArm<'a>>,
    pub(super) courses: Vec<Course<Model, Dose>>,
    pub(super) protocols: Vec<Protocol>,
    /// The histories of every network, and all that follows them.
    pub(super) roots: Vec<Branch>,
    /// Of every arm, what its headline figures refer to.
    frames: Arc<[ArmFrame]>,
    landmarks_at: Arc<[Time]>,
    rows: RowsKept,
    rows_at: Arc<[Time]>,
    /// When doses begin, of any arm, ascending.
    dose_starts: Arc<[Time]>,
    /// By experiment.
    pub(super) headlines: Vec<Headlines>,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) columns: Vec<String>,
    /// Columns that are written relative to baseline.
    pub(super) relative: Vec<bool>,
}

impl<'a> RunPlan<'a> {
    pub(super) fn of(experiment: &'a Experiment, folder: &'a Path) -> Result<Self> {
        Self::of_all(&[experiment], folder, RowsKept::AsConfigured)
    }

    /// A plan that takes several experiments for one, whose arms are those of all. They must begin alike, as
    /// [`points::beginning`](super::points::beginning) says.
    pub(super) fn of_all(experiments: &[&'a Experiment], folder: &'a Path, rows: RowsKept) -> Result<Self> {
        let &experiment = experiments.first().ok_or_else(|| Error::Run("there is nothing to simulate".to_owned()))?;
        let beginning = Time::ZERO - experiment.time.burn_in;
        let mut arms = Vec::new();
        let (mut courses, mut protocols) = (Vec::new(), Vec::new());
        let (mut instants, mut landmarks_at, mut dose_starts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut stated: Vec<Vec<ArmFrame>> = Vec::new();
        for (place, &experiment) in experiments.iter().enumerate() {
            let own = protocols::courses(experiment)?;
            let horizon = experiment.time.horizon;
            let events = events(&own);
            let frames = ArmFrame::of_each(&events, horizon);
            instants.extend(rows_at(&events, &frames, horizon));
            let first = events.iter().flat_map(|arm| &arm.doses).map(|&(start, _)| start).min();
            if let (Some(trial), Some(first)) = (&experiment.trial, first) {
                // what a trial reads beside its visits
                let asked = [Some(trial.primary), trial.dropout.no_effect_after].into_iter().flatten();
                instants.extend(asked.map(|after| first + after).filter(|&at| at <= horizon));
            }
            landmarks_at.extend(frames.iter().flat_map(|frame| frame.landmarks.instants()));
            dose_starts.extend(events.iter().flat_map(|arm| &arm.doses).map(|&(start, _)| start));
            stated.push(frames);
            for (index, (arm, course)) in experiment.arms.iter().zip(&own).enumerate() {
                arms.push(PlannedArm { name: &arm.name, experiment: place, index });
                protocols.push(protocols::protocol(experiment, course)?);
            }
            courses.extend(own);
        }
        let populations: Vec<String> = experiment.populations.iter().map(|it| it.name.clone()).collect();
        let drugs = courses.iter().flat_map(|course| course.doses.iter().map(|(_, dose)| dose.drug.as_str()));
        let dictionary = Dictionary::of(&experiment.cascade, &experiment.formulary(drugs)?);
        let columns = dictionary.columns(&populations);
        let described: Vec<RecordedColumn> = columns
            .iter()
            .map(|name| RecordedColumn {
                name: name.clone(),
                unit: dictionary.describe(name).map_or("", |found| found.unit),
            })
            .collect();
        // rows after doses are dense for the sake of curves
        let dose_starts = if rows == RowsKept::AtLandmarks { BTreeSet::new() } else { dose_starts };
        let instants = if rows == RowsKept::AtLandmarks { landmarks_at.clone() } else { instants };
        Ok(Self {
            experiment,
            folder,
            arms,
            roots: arms::branches(&courses, beginning, experiment.time.horizon),
            courses,
            protocols,
            frames: stated.concat().into(),
            landmarks_at: landmarks_at.into_iter().collect(),
            rows,
            rows_at: instants.into_iter().collect(),
            dose_starts: dose_starts.into_iter().collect(),
            headlines: Headlines::of_all(&described, &dictionary.outcomes(), stated, beginning),
            relative: described.iter().map(|column| column.unit == RELATIVE).collect(),
            columns,
            dictionary,
        })
    }

    /// The headline figures of one arm and network, of all that its experiment tells.
    pub(super) fn headlines_of(&self, arm: usize, observed: &Observed, baselines: &[f64]) -> Vec<f64> {
        let &PlannedArm { experiment, index, .. } = &self.arms[arm];
        self.headlines[experiment].values(index, observed, baselines)
    }

    /// Simulated time of all branches of all networks, in hours.
    pub(super) fn simulated_h(&self) -> f64 {
        self.experiment.networks() as f64 * self.roots.iter().map(Branch::simulated_h).sum::<f64>()
    }

    /// Every network, in the order of the tables.
    pub(super) fn networks(&self) -> impl Iterator<Item = NetworkId> + use<> {
        self.experiment.units().map(|(replicate, subject)| NetworkId { replicate, subject })
    }

    /// How many jobs to run at once, and in which order, for the memory that there is.
    pub(super) fn concurrency(&self, threads: usize) -> Concurrency {
        let synapses = self.experiment.network.synapses();
        let least = Estimate::of(self.experiment).least_memory_bytes;
        let fit = estimate::available_memory_bytes().map_or(u64::MAX, |bytes| bytes / least.max(1)).max(1);
        let jobs = if synapses > LARGE_NETWORK { 1 } else { threads.min(fit as usize) };
        let histories = self.roots.len() as u64 * self.experiment.networks();
        Concurrency { threads, jobs, depth_first: histories.saturating_mul(least / 2) > HISTORIES_AT_ONCE_BYTES }
    }

    pub(super) fn setup(&self, network: NetworkId) -> Setup {
        let experiment = self.experiment;
        let (subject, seed) = experiment.subject(network.replicate, network.subject);
        Setup {
            plan: experiment.network_plan(),
            seed,
            subject,
            beginning: Time::ZERO - experiment.time.burn_in,
            refine: experiment.time.refine,
            cascade: experiment.cascade.clone(),
        }
    }

    pub(super) fn recording(&self, network: NetworkId, setup: &Setup) -> RecordingPlan {
        let record = &self.experiment.record;
        let mut network_at = record.network_at.clone();
        network_at.sort_unstable();
        RecordingPlan {
            folder: self.folder.to_path_buf(),
            every: match self.rows {
                RowsKept::AsConfigured => record.every,
                RowsKept::AtLandmarks => NEVER_DUE,
                RowsKept::EveryTick => SHORTEST_TICK,
            },
            network_at,
            frames: Arc::clone(&self.frames),
            landmarks_at: Arc::clone(&self.landmarks_at),
            rows_at: Arc::clone(&self.rows_at),
            doses: Arc::clone(&self.dose_starts),
            observables: self.headlines[0].observables(),
            sample: Sample::of(self.experiment.network.synapses(), setup.seed),
            dictionary: Arc::clone(&self.dictionary),
            nonsense: self.experiment.run.nonsense,
            replicate: network.replicate,
        }
    }

    /// The arm names under which a branch's snapshots are kept; none beyond the first subject of a replicate, and none of
    /// several experiments.
    pub(super) fn snapshot_names(&self, branch: &Branch, network: NetworkId) -> Vec<&str> {
        let arms = &self.experiment.arms;
        if network.subject > 0 || self.headlines.len() > 1 {
            Vec::new()
        } else if arms.len() > 1 && branch.arms.len() == arms.len() {
            vec![SHARED]
        } else {
            branch.arms.iter().map(|&arm| arms[arm].name.as_str()).collect()
        }
    }
}
