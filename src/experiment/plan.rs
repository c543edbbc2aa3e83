//! What a run simulates: arms as branches, what is recorded of them, and in which order for the memory there is.

use std::path::Path;
use std::sync::Arc;

use super::arms::{self, Branch, Course};
use super::identity::NetworkId;
use super::protocols;
use super::simulation::Setup;
use super::threads::Concurrency;
use crate::configuration::Experiment;
use crate::configuration::estimate::{self, Estimate, LARGE_NETWORK};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::mechanisms::dosing::Dose;
use crate::mechanisms::{Model, Protocol};
use crate::recording::dictionary::{Dictionary, RELATIVE};
use crate::recording::headlines::{Headlines, RecordedColumn};
use crate::recording::landmarks::{Landmarks, rows_at};
use crate::recording::network::SHARED;
use crate::recording::recorder::RecordingPlan;
use crate::recording::sample::Sample;

/// Below this total size, all histories are simulated before any arm: threads stay busy to the end.
const HISTORIES_AT_ONCE_BYTES: u64 = 150_000_000;

/// What every job of a run needs to know.
pub(super) struct RunPlan<'a> {
    pub(super) experiment: &'a Experiment,
    /// The run folder.
    pub(super) folder: &'a Path,
    pub(super) courses: Vec<Course<Model, Dose>>,
    pub(super) protocols: Vec<Protocol>,
    /// The histories of every network, and all that follows them.
    pub(super) roots: Vec<Branch>,
    landmarks: Landmarks,
    rows_at: Arc<[Time]>,
    /// When doses begin, of any arm, ascending.
    dose_starts: Arc<[Time]>,
    pub(super) headlines: Headlines,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) columns: Vec<String>,
    /// Columns that are written relative to baseline.
    pub(super) relative: Vec<bool>,
}

impl<'a> RunPlan<'a> {
    pub(super) fn of(experiment: &'a Experiment, folder: &'a Path) -> Result<Self> {
        let beginning = Time::ZERO - experiment.time.burn_in;
        let courses = protocols::courses(experiment)?;
        let doses: Vec<Vec<(Time, Time)>> = courses
            .iter()
            .map(|course| course.doses.iter().map(|(start, dose)| (*start, *start + dose.duration)).collect())
            .collect();
        let mut dose_starts: Vec<Time> = doses.iter().flatten().map(|&(start, _)| start).collect();
        dose_starts.sort_unstable();
        dose_starts.dedup();
        let own_doses: Vec<Option<Time>> =
            doses.iter().map(|doses| doses.iter().map(|&(start, _)| start).min()).collect();
        let episodes: Vec<(Time, Time)> = courses
            .iter()
            .flat_map(|course| course.stress.iter().map(|episode| (episode.start, episode.end)))
            .collect();
        let landmarks = Landmarks::of(&episodes, dose_starts.iter().copied(), experiment.time.horizon);
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
        Ok(Self {
            experiment,
            folder,
            protocols: courses.iter().map(|course| protocols::protocol(experiment, course)).collect::<Result<_>>()?,
            roots: arms::branches(&courses, beginning, experiment.time.horizon),
            courses,
            rows_at: rows_at(&landmarks, &episodes, &doses).into(),
            dose_starts: dose_starts.into(),
            landmarks,
            headlines: Headlines::of(&described, landmarks, &own_doses, beginning),
            relative: described.iter().map(|column| column.unit == RELATIVE).collect(),
            columns,
            dictionary,
        })
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
            every: record.every,
            network_at,
            landmarks: self.landmarks,
            rows_at: Arc::clone(&self.rows_at),
            doses: Arc::clone(&self.dose_starts),
            observables: self.headlines.observables(),
            sample: Sample::of(self.experiment.network.synapses(), setup.seed),
            dictionary: Arc::clone(&self.dictionary),
            nonsense: self.experiment.run.nonsense,
            replicate: network.replicate,
        }
    }

    /// The arm names under which a branch's snapshots are kept; none beyond the first subject of a replicate.
    pub(super) fn snapshot_names(&self, branch: &Branch, network: NetworkId) -> Vec<&str> {
        let arms = &self.experiment.arms;
        if network.subject > 0 {
            Vec::new()
        } else if arms.len() > 1 && branch.arms.len() == arms.len() {
            vec![SHARED]
        } else {
            branch.arms.iter().map(|&arm| arms[arm].name.as_str()).collect()
        }
    }
}
