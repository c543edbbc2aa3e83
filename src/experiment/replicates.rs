//! Simulating every network of an experiment, replicate by replicate and subject by subject, in every arm.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::arms::{self, Branch, Course};
use super::configuration::Experiment;
use super::configuration::estimate::{self, Estimate};
use super::crew::{Crew, Hands};
use super::protocols;
use super::run::Watch;
use super::simulation::{Setup, Simulation};
use crate::foundation::error::{Error, Result};
use crate::foundation::files::{Spool, Store, Stored};
use crate::foundation::time::Time;
use crate::mechanisms::dosing::Dose;
use crate::mechanisms::{Model, Protocol};
use crate::recording::dictionary;
use crate::recording::network::SHARED;
use crate::recording::recorder::{self, Recorder, RecordingPlan, SharedRows};
use crate::recording::sample::Sample;
use crate::recording::summary::{Headlines, Landmarks};
use crate::recording::tables::TimeSeriesWriter;

/// Above this size, one network is simulated at a time, by all threads together: two of them would only
/// push each other out of the cache.
const LARGE_NETWORK: u64 = 10_000_000;

/// Below this total size, all histories are simulated before any arm: threads stay busy to the end.
const HISTORIES_AT_ONCE_BYTES: u64 = 150_000_000;

/// What every job of a run needs to know.
pub(super) struct Plan<'a> {
    experiment: &'a Experiment,
    folder: &'a Path,
    watch: &'a dyn Watch,
    courses: Vec<Course<Model, Dose>>,
    protocols: Vec<Protocol>,
    dose_times: Vec<Vec<Time>>,
    roots: Vec<Branch>,
    landmarks: Landmarks,
    headlines: Headlines,
    columns: Vec<String>,
    /// Columns that are written relative to baseline.
    relative: Vec<bool>,
}

/// An independent network: a virtual subject of a replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unit {
    pub(super) replicate: u32,
    pub(super) subject: u32,
}

/// The series of one arm and network, finished: its rows as CSV, its headline figures.
pub(super) struct Series {
    pub(super) rows: Stored,
    pub(super) headlines: Vec<f64>,
}

/// What a run yields: series by arm and network, and the number of ticks.
pub(super) struct Harvest {
    pub(super) series: BTreeMap<(usize, Unit), Series>,
    pub(super) rows: Store,
    pub(super) ticks: u64,
}

/// Series as they come in.
struct Barn {
    series: BTreeMap<(usize, Unit), Series>,
    rows: Store,
}

struct Job<'a> {
    unit: Unit,
    branch: &'a Branch,
    /// Where the branch before it ended; none for a history.
    parent: Option<Arc<Ended>>,
    /// Rows of the branches before it.
    path: Vec<SharedRows>,
}

/// A branch that has ended and waits for those that follow it.
struct Ended {
    state: Mutex<Waiting>,
    /// The arm under whose protocol it was simulated, and the index of its model.
    arm: usize,
    model: usize,
}

struct Waiting {
    /// Taken by the last branch that follows.
    simulation: Option<Simulation>,
    recorder: Recorder,
    followers: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn of(experiment: &'a Experiment, folder: &'a Path, watch: &'a dyn Watch) -> Result<Self> {
        let beginning = Time::ZERO - experiment.time.burn_in;
        let courses =
            experiment.arms.iter().map(|arm| protocols::course(experiment, arm)).collect::<Result<Vec<_>>>()?;
        let dose_times: Vec<Vec<Time>> =
            courses.iter().map(|course| course.doses.iter().map(|&(start, _)| start).collect()).collect();
        let episodes: Vec<(Time, Time)> = courses
            .iter()
            .flat_map(|course| course.stress.iter().map(|episode| (episode.start, episode.end)))
            .collect();
        let landmarks = Landmarks::of(&episodes, dose_times.iter().flatten().copied(), experiment.time.horizon);
        let populations: Vec<String> = experiment.populations.iter().map(|it| it.name.clone()).collect();
        let columns = recorder::columns(&populations);
        let is_relative =
            |name: &String| dictionary::describe(name).is_some_and(|(column, _)| column.unit == dictionary::RELATIVE);
        Ok(Self {
            experiment,
            folder,
            watch,
            protocols: courses.iter().map(protocols::protocol).collect::<Result<_>>()?,
            roots: arms::branches(&courses, beginning, experiment.time.horizon),
            courses,
            dose_times,
            landmarks,
            headlines: Headlines::of(&columns, landmarks),
            relative: columns.iter().map(is_relative).collect(),
            columns,
        })
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn headlines(&self) -> &Headlines {
        &self.headlines
    }

    /// Simulated time of all branches of all networks, in hours.
    pub(super) fn simulated_h(&self) -> f64 {
        self.experiment.networks() as f64 * self.roots.iter().map(Branch::simulated_h).sum::<f64>()
    }

    /// How many jobs to run at once, and in which order, for the memory that there is.
    fn crew(&self, threads: usize) -> Crew {
        let synapses = self.experiment.network.synapses();
        let least = Estimate::of(self.experiment).least_memory_bytes;
        let fit = estimate::available_memory_bytes().map_or(u64::MAX, |bytes| bytes / least.max(1)).max(1);
        let jobs = if synapses > LARGE_NETWORK { 1 } else { threads.min(fit as usize) };
        let histories = self.roots.len() as u64 * self.experiment.networks();
        Crew { threads, jobs, depth_first: histories.saturating_mul(least / 2) > HISTORIES_AT_ONCE_BYTES }
    }

    /// Simulates everything on `threads` threads.
    pub(super) fn simulate(&self, threads: usize) -> Result<Harvest> {
        let histories = self.experiment.units().flat_map(|(replicate, subject)| {
            let unit = Unit { replicate, subject };
            self.roots.iter().map(move |branch| Job { unit, branch, parent: None, path: Vec::new() })
        });
        let barn = Mutex::new(Barn { series: BTreeMap::new(), rows: Store::in_folder(self.folder)? });
        let ticks = AtomicU64::new(0);
        self.crew(threads).work(histories.collect(), |job, hands| self.run(job, hands, &barn, &ticks))?;
        let Barn { series, rows } = barn.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Harvest { series, rows, ticks: ticks.into_inner() })
    }

    fn run<'b>(&self, job: Job<'b>, hands: &mut Hands, barn: &Mutex<Barn>, ticks: &AtomicU64) -> Result<Vec<Job<'b>>> {
        let Job { unit, branch, parent, mut path } = job;
        let first = branch.arms[0];
        let names = self.snapshot_names(branch, unit);
        let model = self.courses[first].model_at(branch.begins);
        let (mut simulation, mut recorder) = hands.run(|| match parent {
            None => self.begin(unit, first, &names),
            Some(ended) => self.follow(&ended, first, model),
        })??;
        path.push(recorder.rows());
        let before = simulation.ticks();
        while simulation.now() < branch.ends {
            let now = simulation.now();
            let row = recorder.next_after(now, &self.dose_times[first]);
            let stop = row.min(branch.ends);
            hands.run(|| {
                simulation.advance_to(stop, |world| {
                    recorder.observe(world);
                    if self.watch.is_interrupted() { Err(Error::Interrupted("by a signal".to_owned())) } else { Ok(()) }
                })?;
                if stop == row { recorder.record(simulation.world(), &names) } else { Ok(()) }
            })??;
            self.watch.advanced((stop - now).hours());
        }
        ticks.fetch_add(simulation.ticks() - before, Ordering::Relaxed);

        if branch.branches.is_empty() {
            drop(simulation);
            let baseline = self.baseline(&path[0])?;
            for &arm in &branch.arms {
                let (mut rows, headlines) = self.finish(arm, unit, &path, &baseline)?;
                let mut barn = lock(barn);
                let rows = barn.rows.keep(&mut rows)?;
                barn.series.insert((arm, unit), Series { rows, headlines });
            }
            return Ok(Vec::new());
        }
        let followers = branch.branches.len();
        let state = Mutex::new(Waiting { simulation: Some(simulation), recorder, followers });
        let ended = Arc::new(Ended { state, arm: first, model });
        let follow = |branch| Job { unit, branch, parent: Some(Arc::clone(&ended)), path: path.clone() };
        Ok(branch.branches.iter().map(follow).collect())
    }

    /// A history at its beginning, with its first row.
    fn begin(&self, unit: Unit, arm: usize, names: &[&str]) -> Result<(Simulation, Recorder)> {
        let experiment = self.experiment;
        let (subject, seed) = experiment.subject(unit.replicate, unit.subject);
        let setup = Setup {
            plan: experiment.network_plan(),
            seed,
            subject,
            beginning: Time::ZERO - experiment.time.burn_in,
            refine: experiment.time.refine,
        };
        let simulation = Simulation::new(&setup, &self.courses[arm].models[0].1, &self.protocols[arm])?;
        let mut network_at = experiment.record.network_at.clone();
        network_at.sort_unstable();
        let plan = RecordingPlan {
            folder: self.folder.to_path_buf(),
            every: experiment.record.every,
            network_at,
            landmarks: self.landmarks,
            sample: Sample::of(experiment.network.synapses(), seed),
            replicate: unit.replicate,
        };
        let mut recorder = Recorder::new(Arc::new(plan), simulation.world())?;
        recorder.observe(simulation.world());
        recorder.record(simulation.world(), names)?;
        Ok((simulation, recorder))
    }

    /// A branch where the one before it ended.
    fn follow(&self, ended: &Ended, arm: usize, model: usize) -> Result<(Simulation, Recorder)> {
        let mut waiting = lock(&ended.state);
        waiting.followers -= 1;
        let recorder = waiting.recorder.fork()?;
        let spent = || Error::Run("a branch was followed more often than it has followers".to_owned());
        let continues = arm == ended.arm && model == ended.model;
        let simulation = if continues && waiting.followers == 0 {
            waiting.simulation.take().ok_or_else(spent)?
        } else {
            let parent = waiting.simulation.as_mut().ok_or_else(spent)?;
            let fork = parent.fork(&self.courses[arm].models[model].1, &self.protocols[arm]);
            if waiting.followers == 0 {
                waiting.simulation = None;
            }
            fork
        };
        Ok((simulation, recorder))
    }

    /// The arm names under which a branch's snapshots are kept; none beyond the first subject of a replicate.
    fn snapshot_names(&self, branch: &Branch, unit: Unit) -> Vec<&str> {
        let arms = &self.experiment.arms;
        if unit.subject > 0 {
            Vec::new()
        } else if arms.len() > 1 && branch.arms.len() == arms.len() {
            vec![SHARED]
        } else {
            branch.arms.iter().map(|&arm| arms[arm].name.as_str()).collect()
        }
    }

    /// Mean of every column over the last day of the burn-in, which the history's first branch holds.
    fn baseline(&self, rows: &SharedRows) -> Result<Vec<f64>> {
        let mut sums = vec![[0.0_f64, 0.0]; self.columns.len()];
        lock(rows).visit(|time, values| {
            if Time::ZERO - Time::DAY < time && time <= Time::ZERO {
                for (sum, &value) in sums.iter_mut().zip(values.iter()) {
                    if value.is_finite() {
                        *sum = [sum[0] + value, sum[1] + 1.0];
                    }
                }
            }
            Ok(())
        })?;
        Ok(sums.into_iter().map(|[sum, n]| sum / n).collect())
    }

    /// Turns the rows of one arm and network into CSV and headline figures.
    fn finish(&self, arm: usize, unit: Unit, path: &[SharedRows], baseline: &[f64]) -> Result<(Spool, Vec<f64>)> {
        let name = &self.experiment.arms[arm].name;
        let mut readings = self.headlines.read();
        let mut rows = Spool::in_folder(self.folder)?;
        rows.append_with(|target| {
            let mut writer = TimeSeriesWriter::continuing(target);
            for branch in path {
                lock(branch).visit(|time, values| {
                    readings.row(time, values, baseline);
                    for ((value, &relative), &unit) in values.iter_mut().zip(&self.relative).zip(baseline) {
                        if relative {
                            *value /= unit;
                        }
                        if !value.is_finite() {
                            *value = f64::NAN;
                        }
                    }
                    writer.write(name, unit.replicate, unit.subject, time, values)
                })?;
            }
            writer.finish().map(drop)
        })?;
        Ok((rows, readings.values()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
