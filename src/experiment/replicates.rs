//! Simulating every network of an experiment, replicate by replicate and subject by subject, in every arm.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::arms::{self, Branch, Course};
use super::checkpoint::{Place, Saved, Series, Stamp, Standing};
use super::crew::{Crew, Hands};
use super::ledger::{End, Ended, Ledger, OnDisk, Written, lock};
use super::protocols;
use super::run::Watch;
use super::simulation::{Setup, Simulation};
use crate::configuration::Experiment;
use crate::configuration::estimate::{self, Estimate, LARGE_NETWORK};
use crate::foundation::error::{Error, Result};
use crate::foundation::files::{Spool, Store};
use crate::foundation::time::Time;
use crate::mechanisms::dosing::Dose;
use crate::mechanisms::{Model, Protocol};
use crate::recording::dictionary::{Dictionary, RELATIVE};
use crate::recording::network::SHARED;
use crate::recording::recorder::{Recorder, RecordingPlan, SharedRows};
use crate::recording::sample::Sample;
use crate::recording::summary::{Headlines, Landmarks};
use crate::recording::tables::TimeSeriesWriter;

/// Below this total size, all histories are simulated before any arm: threads stay busy to the end.
const HISTORIES_AT_ONCE_BYTES: u64 = 150_000_000;

/// How long a job computes before it asks again for its share of the threads: a switch costs some microseconds,
/// which a tick of a small network would notice.
const SLICE: Duration = Duration::from_millis(20);

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
    dictionary: Arc<Dictionary>,
    columns: Vec<String>,
    /// Columns that are written relative to baseline.
    relative: Vec<bool>,
}

/// An independent network: a virtual subject of a replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Unit {
    pub(super) replicate: u32,
    pub(super) subject: u32,
}

/// What a run yields: series by arm and network, the number of ticks, and what checkpoints took.
pub(super) struct Harvest {
    pub(super) series: BTreeMap<(usize, Unit), Series>,
    pub(super) rows: Store,
    pub(super) ticks: u64,
    pub(super) checkpoints: Written,
}

struct Job<'a> {
    place: Place,
    branch: &'a Branch,
    /// Where the branch before it ended; none for a history.
    parent: Option<Arc<Ended>>,
    /// The branches before it.
    path: Vec<Walked>,
}

/// A branch on the way from the root.
#[derive(Clone)]
struct Walked {
    rows: SharedRows,
    /// The first of its arms.
    arm: usize,
    ticks: u64,
}

/// A branch under way.
struct Walk {
    simulation: Simulation,
    recorder: Recorder,
    /// Ticks of the simulation when the branch began.
    before: u64,
}

/// How a job begins.
enum Start {
    /// With ticks to take.
    Walk(Box<Walk>),
    /// At its end: an earlier process took it there.
    Ended(Standing, SharedRows),
}

impl<'a> Plan<'a> {
    pub(super) fn of(experiment: &'a Experiment, folder: &'a Path, watch: &'a dyn Watch) -> Result<Self> {
        let beginning = Time::ZERO - experiment.time.burn_in;
        let courses = protocols::courses(experiment)?;
        let dose_times: Vec<Vec<Time>> =
            courses.iter().map(|course| course.doses.iter().map(|&(start, _)| start).collect()).collect();
        let episodes: Vec<(Time, Time)> = courses
            .iter()
            .flat_map(|course| course.stress.iter().map(|episode| (episode.start, episode.end)))
            .collect();
        let landmarks = Landmarks::of(&episodes, dose_times.iter().flatten().copied(), experiment.time.horizon);
        let populations: Vec<String> = experiment.populations.iter().map(|it| it.name.clone()).collect();
        let dictionary = Dictionary::of(&experiment.cascade);
        let columns = dictionary.columns(&populations);
        let is_relative = |name: &String| dictionary.describe(name).is_some_and(|found| found.unit == RELATIVE);
        Ok(Self {
            experiment,
            folder,
            watch,
            protocols: courses.iter().map(|course| protocols::protocol(experiment, course)).collect::<Result<_>>()?,
            roots: arms::branches(&courses, beginning, experiment.time.horizon),
            courses,
            dose_times,
            landmarks,
            headlines: Headlines::of(&columns, landmarks),
            relative: columns.iter().map(is_relative).collect(),
            columns,
            dictionary,
        })
    }

    pub(super) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
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

    /// Simulates everything on `threads` threads, from the checkpoints that are there, or from the beginning.
    pub(super) fn simulate(&self, threads: usize) -> Result<Harvest> {
        let roots = || (0..).zip(&self.roots);
        let histories = self.experiment.units().flat_map(|(replicate, subject)| {
            let place = move |index| Place { unit: Unit { replicate, subject }, path: vec![index] };
            roots().map(move |(index, branch)| Job { place: place(index), branch, parent: None, path: Vec::new() })
        });
        let stamp = Stamp::of(self.experiment.hash());
        let ledger = Ledger::open(self.folder, stamp, self.experiment.run.checkpoint_interval())?;
        let outcome = self.crew(threads).work(histories.collect(), |job, hands| self.run(job, hands, &ledger));
        if matches!(outcome, Err(Error::Interrupted(_))) {
            ledger.keep()?;
        }
        outcome?;
        let checkpoints = ledger.written();
        let (series, rows) = ledger.into_harvest();
        let ticks = series.values().map(|series| series.ticks).sum();
        Ok(Harvest { series, rows, ticks, checkpoints })
    }

    fn run<'b>(&self, job: Job<'b>, hands: &mut Hands, ledger: &Ledger) -> Result<Vec<Job<'b>>> {
        let Job { place, branch, parent, mut path } = job;
        if ledger.holds(&branch.arms, place.unit) {
            self.watch.advanced(branch.simulated_h());
            ledger.tell(parent.as_ref(), &mut false)?;
            ledger.finished(&place, parent, true);
            return Ok(Vec::new());
        }
        if self.watch.is_interrupted() {
            return Err(self.interruption());
        }
        let saved = ledger.shelf.open(&place)?;
        let mut told = saved.is_some();
        if told {
            ledger.tell(parent.as_ref(), &mut false)?;
        }
        let arm = branch.arms[0];
        let start = hands.run(|| match saved {
            Some(saved) => self.go_on(saved, branch, parent.as_deref()),
            None => self.set_out(&place, branch, ledger, parent.as_deref()).map(|walk| Start::Walk(Box::new(walk))),
        })??;
        let (end, rows) = match start {
            Start::Ended(standing, rows) => {
                self.watch.advanced((branch.ends - branch.begins).hours());
                let on_disk = if standing.network { OnDisk::Network } else { OnDisk::Rows };
                ((standing, None, on_disk), rows)
            }
            Start::Walk(mut walk) => {
                self.watch.advanced((walk.simulation.now() - branch.begins).hours());
                self.walk(&mut walk, &place, branch, hands, ledger, parent.as_ref(), &mut told)?;
                let standing = Standing { ended: true, ..walk.standing(&place) };
                let rows = walk.recorder.rows();
                ((standing, Some((walk.simulation, walk.recorder)), OnDisk::Nothing), rows)
            }
        };
        let (standing, reached, on_disk) = end;
        path.push(Walked { rows: Arc::clone(&rows), arm, ticks: standing.ticks });

        if branch.branches.is_empty() {
            drop(reached);
            let baseline = self.baseline(&path[0].rows)?;
            for &arm in &branch.arms {
                let (mut rows, headlines) = self.finish(arm, place.unit, &path, &baseline)?;
                let ticks = path.iter().filter(|walked| walked.arm == arm).map(|walked| walked.ticks).sum();
                let snapshots = standing.snapshots.clone();
                let series = |rows| Series { rows, headlines, ticks, snapshots };
                ledger.harvest(arm, place.unit, &mut rows, series)?;
            }
            ledger.finished(&place, parent, told);
            return Ok(Vec::new());
        }
        let model = self.courses[arm].model_at(branch.begins);
        let end = End { standing, arm, model, reached, rows, followers: branch.branches.len(), on_disk, told };
        let ended = ledger.ends(end, parent);
        let follow = |(index, branch)| Job {
            place: place.then(index),
            branch,
            parent: Some(Arc::clone(&ended)),
            path: path.clone(),
        };
        Ok((0..).zip(&branch.branches).map(follow).collect())
    }

    /// Takes a branch to its end, and saves it whenever that is due.
    fn walk(
        &self,
        walk: &mut Walk,
        place: &Place,
        branch: &Branch,
        hands: &mut Hands,
        ledger: &Ledger,
        parent: Option<&Arc<Ended>>,
        told: &mut bool,
    ) -> Result<()> {
        let names = self.snapshot_names(branch, place.unit);
        let mut round = ledger.round_kept();
        while walk.simulation.now() < branch.ends {
            let from = walk.simulation.now();
            hands.run(|| {
                let began = Instant::now();
                while walk.simulation.now() < branch.ends && began.elapsed() < SLICE {
                    let row = walk.recorder.next_after(walk.simulation.now(), &self.dose_times[branch.arms[0]]);
                    walk.simulation.tick(row.min(branch.ends))?;
                    walk.recorder.observe(walk.simulation.world());
                    if walk.simulation.now() == row {
                        walk.recorder.record(walk.simulation.world(), &names)?;
                    }
                    let is_interrupted = self.watch.is_interrupted();
                    if is_interrupted || ledger.round() > round {
                        round = ledger.round();
                        let standing = walk.standing(place);
                        ledger.save(&standing, &mut walk.simulation, &walk.recorder, parent, told)?;
                        ledger.keep_up(round)?;
                    }
                    if is_interrupted {
                        return Err(self.interruption());
                    }
                }
                Ok(())
            })??;
            self.watch.advanced((walk.simulation.now() - from).hours());
        }
        Ok(())
    }

    fn interruption(&self) -> Error {
        Error::Interrupted(format!("{}; `resprout resume {}` goes on", self.watch.reason(), self.folder.display()))
    }

    /// A branch where it begins.
    fn set_out(&self, place: &Place, branch: &Branch, ledger: &Ledger, parent: Option<&Ended>) -> Result<Walk> {
        let arm = branch.arms[0];
        let (simulation, recorder) = match parent {
            None => self.begin(place.unit, arm, &self.snapshot_names(branch, place.unit))?,
            Some(ended) => self.follow(ended, ledger, arm, self.courses[arm].model_at(branch.begins))?,
        };
        let before = simulation.ticks();
        Ok(Walk { simulation, recorder, before })
    }

    /// A branch where an earlier process left it.
    fn go_on(&self, mut saved: Saved, branch: &Branch, parent: Option<&Ended>) -> Result<Start> {
        if let Some(parent) = parent {
            let mut waiting = lock(&parent.state);
            waiting.followers -= 1;
            if waiting.followers == 0 {
                waiting.reached = None;
            }
        }
        let rows = saved.rows(self.folder, self.columns.len())?;
        if saved.standing.ended {
            return Ok(Start::Ended(saved.standing, rows));
        }
        let arm = branch.arms[0];
        let ticks = saved.standing.ticks;
        let (simulation, recorder) = self.load(saved, rows, arm, self.courses[arm].model_at(branch.begins))?;
        let before = simulation.ticks() - ticks;
        Ok(Start::Walk(Box::new(Walk { simulation, recorder, before })))
    }

    /// The network of a branch that was saved, and its recorder.
    fn load(&self, saved: Saved, rows: SharedRows, arm: usize, model: usize) -> Result<(Simulation, Recorder)> {
        let Saved { standing, path, mut reader } = saved;
        if !standing.network {
            return Err(Error::Checkpoint(format!("a branch that follows the one in `{}` is missing", path.display())));
        }
        let unit = standing.place.unit;
        let setup = self.setup(unit);
        let models = &self.courses[arm].models;
        let (founder, model, protocol) = (&models[0].1, &models[model].1, &self.protocols[arm]);
        let simulation = Simulation::load(&setup, founder, model, protocol, &mut reader, &path)?;
        let plan = Arc::new(self.recording(unit, &setup));
        let recorder = Recorder::load(plan, simulation.world(), rows, &mut reader).map_err(Error::unreadable(&path))?;
        reader.end().map_err(Error::unreadable(&path))?;
        Ok((simulation, recorder))
    }

    fn setup(&self, unit: Unit) -> Setup {
        let experiment = self.experiment;
        let (subject, seed) = experiment.subject(unit.replicate, unit.subject);
        Setup {
            plan: experiment.network_plan(),
            seed,
            subject,
            beginning: Time::ZERO - experiment.time.burn_in,
            refine: experiment.time.refine,
            cascade: experiment.cascade.clone(),
        }
    }

    fn recording(&self, unit: Unit, setup: &Setup) -> RecordingPlan {
        let record = &self.experiment.record;
        let mut network_at = record.network_at.clone();
        network_at.sort_unstable();
        RecordingPlan {
            folder: self.folder.to_path_buf(),
            every: record.every,
            network_at,
            landmarks: self.landmarks,
            sample: Sample::of(self.experiment.network.synapses(), setup.seed),
            dictionary: Arc::clone(&self.dictionary),
            replicate: unit.replicate,
        }
    }

    /// A history at its beginning, with its first row.
    fn begin(&self, unit: Unit, arm: usize, names: &[&str]) -> Result<(Simulation, Recorder)> {
        let setup = self.setup(unit);
        let simulation = Simulation::new(&setup, &self.courses[arm].models[0].1, &self.protocols[arm])?;
        let mut recorder = Recorder::new(Arc::new(self.recording(unit, &setup)), simulation.world())?;
        recorder.observe(simulation.world());
        recorder.record(simulation.world(), names)?;
        Ok((simulation, recorder))
    }

    /// A branch where the one before it ended.
    fn follow(&self, ended: &Ended, ledger: &Ledger, arm: usize, model: usize) -> Result<(Simulation, Recorder)> {
        let mut waiting = lock(&ended.state);
        waiting.followers -= 1;
        let (mut simulation, recorder) = if let Some(reached) = waiting.reached.take() {
            reached
        } else {
            let lost = || Error::Run("nothing is known of the branch that is to be followed".to_owned());
            let mut saved = ledger.shelf.open(&ended.place)?.ok_or_else(lost)?;
            let rows = saved.rows(self.folder, self.columns.len())?;
            self.load(saved, rows, ended.arm, ended.model)?
        };
        let follower = recorder.fork()?;
        let continues = arm == ended.arm && model == ended.model;
        if continues && waiting.followers == 0 {
            return Ok((simulation, follower));
        }
        let fork = simulation.fork(&self.courses[arm].models[model].1, &self.protocols[arm])?;
        if waiting.followers > 0 {
            waiting.reached = Some((simulation, recorder));
        }
        Ok((fork, follower))
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
    fn finish(&self, arm: usize, unit: Unit, path: &[Walked], baseline: &[f64]) -> Result<(Spool, Vec<f64>)> {
        let name = &self.experiment.arms[arm].name;
        let mut readings = self.headlines.read();
        let mut rows = Spool::in_folder(self.folder)?;
        rows.append_with(|target| {
            let mut writer = TimeSeriesWriter::continuing(target);
            for branch in path {
                lock(&branch.rows).visit(|time, values| {
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

impl Walk {
    /// How the branch at `place` stands.
    fn standing(&self, place: &Place) -> Standing {
        Standing {
            place: place.clone(),
            now: self.simulation.now(),
            ticks: self.simulation.ticks() - self.before,
            ended: false,
            network: true,
            snapshots: self.recorder.snapshots().to_vec(),
        }
    }
}
