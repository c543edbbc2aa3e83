//! Running the points of a study.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::folder::{Shard, StudyFolder};
use super::journal::{FinishedPoint, PointResult};
use super::study::{Study, StudyPoint};
use crate::configuration::Experiment;
use crate::configuration::estimate::{self, Estimate, LARGE_NETWORK};
use crate::experiment::RowsKept;
use crate::experiment::points::{self, PointOutcome};
use crate::experiment::watch::RunWatch;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::recording::manifest::Status;
use crate::validation::evidence::Evidence;

/// Who looks on while a study is under way, and may stop it.
pub trait StudyWatch: Sync {
    /// So many points are to be simulated.
    fn begins(&self, points: usize);
    /// Points are finished: so many, of which so many failed.
    fn finished(&self, points: usize, failed: usize);
    /// Whether the study should stop; what is under way is lost then.
    fn is_interrupted(&self) -> bool;
    /// Why it was stopped, for the message.
    fn reason(&self) -> &'static str;
}

/// So many points go into one batch at most: what they share is simulated once, and a batch that is killed is lost.
const POINTS_PER_BATCH: usize = 16;
/// So many arms likewise, unless a single point has more.
const ARMS_PER_BATCH: usize = 64;

/// What a study takes.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyPlan {
    /// Points that are simulated together. The division follows from the study alone.
    pub batches: Vec<Vec<usize>>,
    /// Memory of one batch under way, in bytes.
    pub batch_bytes: u64,
    /// The estimates of all points, added up: ticks, processor time, tables.
    pub ticks: u64,
    /// Processor time in seconds, without what points share.
    pub processor_s: f64,
    /// Networks of all points.
    pub networks: u64,
    /// Synapses of the largest network.
    pub synapses: u64,
    /// Rows of the table.
    pub rows: u64,
}

/// About this many bytes a row takes in all tables and in the journal.
const BYTES_PER_ROW: u64 = 320;

impl StudyPlan {
    /// Reads and checks the config of every point.
    ///
    /// # Errors
    /// [`Error::Input`] that names the points whose configs are at fault.
    pub fn of(study: &Study, cascade: &Cascade) -> Result<Self> {
        // where the first is at fault, so may others be: all are told
        let first = study.point(0, cascade);
        let (first, _) = first.or_else(|error| study.survey(cascade, |_| Ok(())).and(Err(error)))?;
        study.check_outcomes(&first.experiment)?;
        let surveyed = study.survey(cascade, |StudyPoint { experiment, .. }| {
            let rows = experiment.arms.len() as u64 * experiment.networks() * study.outcomes.len() as u64;
            let arms = experiment.arms.len();
            Ok((points::beginning(&experiment)?, Estimate::of(&experiment), arms, experiment.networks(), rows))
        })?;
        let batches = batches(surveyed.iter().map(|(beginning, _, arms, ..)| (beginning.as_str(), *arms)));
        // branches that wait hold a network each: at worst one for every arm, beside the one under way
        let bytes_of = |index: &usize| surveyed[*index].1.least_memory_bytes;
        let batch_bytes = batches.iter().map(|batch| batch.iter().map(bytes_of).max().unwrap_or(0)).max().unwrap_or(0);
        Ok(Self {
            batches,
            batch_bytes,
            ticks: surveyed.iter().map(|(_, estimate, ..)| estimate.ticks).sum(),
            processor_s: surveyed.iter().map(|(_, estimate, ..)| estimate.processor_s).sum(),
            networks: surveyed.iter().map(|(.., networks, _)| networks).sum(),
            synapses: surveyed.iter().map(|(_, estimate, ..)| estimate.synapses).max().unwrap_or(0),
            rows: surveyed.iter().map(|(.., rows)| rows).sum(),
        })
    }

    /// Bytes that journal and tables take.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        self.rows * BYTES_PER_ROW
    }

    /// The batches of one part of the study.
    pub fn batches_of(&self, shard: Shard) -> impl Iterator<Item = &Vec<usize>> {
        self.batches.iter().skip(shard.index as usize - 1).step_by(shard.of as usize)
    }

    /// Refuses a study of which not even one batch fits in memory, or whose tables do not fit on the disk of `folder`.
    ///
    /// # Errors
    /// [`Error::Input`] that says how much is needed.
    pub fn fits(&self, study: &Study, folder: &Path) -> Result<()> {
        let ceiling = Self::ceiling(study);
        let disk = self.disk_bytes();
        if let Some(free) = files::free_bytes(folder).filter(|&free| free < disk) {
            let (disk, free) = (estimate::format_bytes(disk), estimate::format_bytes(free));
            let label = format!("the tables of the study take about {disk}, and {free} are free");
            let fault = Diagnostic::new(&codes::STUDY_TOO_LARGE, label).help("ask for fewer points or outcomes");
            return Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()));
        }
        if self.batch_bytes <= ceiling {
            return Ok(());
        }
        let label = format!(
            "one point takes about {}, more than the {} that points may take together",
            estimate::format_bytes(self.batch_bytes),
            estimate::format_bytes(ceiling)
        );
        let fault = Diagnostic::new(&codes::STUDY_TOO_LARGE, label).help("raise `design.memory`, or ask for less");
        Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()))
    }

    /// What points under way may take together, in bytes.
    fn ceiling(study: &Study) -> u64 {
        let available = || estimate::available_memory_bytes().map(|bytes| bytes / 5 * 4);
        study.memory_bytes.or_else(available).unwrap_or(u64::MAX)
    }
}

/// Simulates what is not finished of the part of `study` that `folder` is for, on `threads` threads. Results do not depend
/// on threads, nor on how often it was stopped.
///
/// # Errors
/// [`Error::Interrupted`] if `watch` says so; the journal holds what was finished. [`Error::Io`] if the disk refuses. A
/// point that fails is no error of the study.
pub fn simulate(
    study: &Study,
    plan: &StudyPlan,
    folder: &mut StudyFolder,
    cascade: &Cascade,
    watch: &dyn StudyWatch,
    threads: usize,
) -> Result<()> {
    let shard = folder.shard();
    folder.divide(plan.batches_of(shard).flatten().copied().collect());
    let is_left = |index: &&usize| !folder.finished().contains_key(*index);
    let left: Vec<Vec<usize>> = plan
        .batches_of(shard)
        .map(|batch| batch.iter().filter(is_left).copied().collect::<Vec<_>>())
        .filter(|batch| !batch.is_empty())
        .collect();
    watch.begins(left.iter().map(Vec::len).sum());
    if left.is_empty() {
        return Ok(());
    }
    let (workers, threads_each) =
        concurrency(StudyPlan::ceiling(study), plan.batch_bytes, plan.synapses, threads, left.len());
    let scratch = folder.scratch()?;
    let each = |worker: usize, batch: &Vec<usize>| {
        let place = scratch.path().join(worker.to_string());
        let points = batch.iter().map(|&index| study.point(index, cascade).map(|(point, _)| point));
        BatchRunner { study, place: &place, watch, threads: threads_each }.batch(&points.collect::<Result<Vec<_>>>()?)
    };
    work_through(&left, workers, each, |finished: Vec<FinishedPoint>| {
        let failed = finished.iter().filter(|one| matches!(one.result, PointResult::Failed { .. })).count();
        let count = finished.len();
        folder.append(finished)?;
        watch.finished(count, failed);
        Ok(())
    })
}

/// The same; if it does not come to its end, the folder says how it stands, and the error how far it came.
///
/// # Errors
/// Those of [`simulate`].
pub fn simulate_or_stop(
    study: &Study,
    plan: &StudyPlan,
    folder: &mut StudyFolder,
    cascade: &Cascade,
    watch: &dyn StudyWatch,
    threads: usize,
) -> Result<()> {
    let Err(error) = simulate(study, plan, folder, cascade, watch, threads) else { return Ok(()) };
    let is_interrupted = matches!(error, Error::Interrupted(_));
    folder.stop(if is_interrupted { Status::Interrupted } else { Status::Failed })?;
    if !is_interrupted {
        return Err(error);
    }
    let all: usize = plan.batches_of(folder.shard()).map(Vec::len).sum();
    let (why, done) = (watch.reason(), folder.finished().len());
    Err(Error::Interrupted(format!("{why}; {done} of {all} points are done, and the same command goes on")))
}

/// Simulates `points` of `study`, whose outcomes the first can answer, in memory; in the order in which they are finished.
///
/// # Errors
/// Those of [`simulate`]; nothing is left of what was finished then.
pub(super) fn in_memory(
    study: &Study,
    points: &[StudyPoint],
    watch: &dyn StudyWatch,
    threads: usize,
) -> Result<Vec<FinishedPoint>> {
    watch.begins(points.len());
    let beginnings: Vec<String> =
        points.iter().map(|point| points::beginning(&point.experiment)).collect::<Result<_>>()?;
    let arms = points.iter().map(|point| point.experiment.arms.len());
    let divided = batches(beginnings.iter().map(String::as_str).zip(arms));
    let bytes = points.iter().map(|point| Estimate::of(&point.experiment).least_memory_bytes).max().unwrap_or(1);
    let synapses = points.iter().map(|point| point.experiment.network.synapses()).max().unwrap_or(0);
    let (workers, threads_each) = concurrency(StudyPlan::ceiling(study), bytes, synapses, threads, divided.len());
    let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
    let each = |worker: usize, batch: &Vec<usize>| {
        let place = scratch.path().join(worker.to_string());
        let points: Vec<StudyPoint> = batch.iter().map(|&place| points[place].clone()).collect();
        BatchRunner { study, place: &place, watch, threads: threads_each }.batch(&points)
    };
    let mut all = Vec::new();
    work_through(&divided, workers, each, |finished: Vec<FinishedPoint>| {
        let failed = finished.iter().filter(|one| matches!(one.result, PointResult::Failed { .. })).count();
        watch.finished(finished.len(), failed);
        all.extend(finished);
        Ok(())
    })?;
    Ok(all)
}

/// Which points are simulated together: those that begin alike, a few at a time. Of each its beginning and number of arms.
fn batches<'a>(points: impl Iterator<Item = (&'a str, usize)>) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<(usize, usize)>> = Vec::new();
    for (index, (beginning, arms)) in points.enumerate() {
        let place = *places.entry(beginning).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push((index, arms));
    }
    let mut batches = Vec::new();
    for group in groups {
        let (mut batch, mut arms) = (Vec::new(), 0);
        for (index, own) in group {
            if !batch.is_empty() && (batch.len() == POINTS_PER_BATCH || arms + own > ARMS_PER_BATCH) {
                batches.push(std::mem::take(&mut batch));
                arms = 0;
            }
            batch.push(index);
            arms += own;
        }
        batches.push(batch);
    }
    batches
}

/// How many batches go on at once on `threads` threads, and on how many threads each.
fn concurrency(ceiling: u64, batch_bytes: u64, synapses: u64, threads: usize, batches: usize) -> (usize, usize) {
    let fit = usize::try_from(ceiling / batch_bytes.max(1)).unwrap_or(usize::MAX);
    let workers = if synapses > LARGE_NETWORK { 1 } else { threads.min(fit).min(batches).max(1) };
    (workers, (threads / workers).max(1))
}

/// Does `each` for every batch on so many workers, which it is told the number of; what comes of it is `kept` as it comes.
/// The first error ends the work.
fn work_through<B: Sync, R: Send>(
    batches: &[B],
    workers: usize,
    each: impl Fn(usize, &B) -> Result<R> + Sync,
    kept: impl FnMut(R) -> Result<()> + Send,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let outcome = Mutex::new((kept, None));
    let lock = || outcome.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |number: usize| {
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            if lock().1.is_some() {
                return;
            }
            let done = each(number, batch);
            let mut state = lock();
            if let Err(error) = done.and_then(|done| state.0(done)) {
                state.1.get_or_insert(error);
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let work = &work;
        let hired: Vec<_> = (1..workers).map(|number| scope.spawn(move || work(number))).collect();
        work(0);
        // a worker that panicked ends the program, as it would have alone
        for one in hired {
            if let Err(panic) = one.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    let (_, error) = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    error.map_or(Ok(()), Err)
}

/// Where one worker simulates batches.
struct BatchRunner<'a> {
    study: &'a Study,
    place: &'a Path,
    watch: &'a dyn StudyWatch,
    threads: usize,
}

/// A run of points, as the study's watch sees it.
struct Forwarded<'a>(&'a dyn StudyWatch);

impl RunWatch for Forwarded<'_> {
    fn begins(&self, _: f64) {}
    fn advanced(&self, _: f64) {}
    fn is_interrupted(&self) -> bool {
        self.0.is_interrupted()
    }
    fn reason(&self) -> &'static str {
        self.0.reason()
    }
}

impl BatchRunner<'_> {
    /// Simulates a batch. If it fails, its points are simulated one by one, so that the rest goes on.
    fn batch(&self, points: &[StudyPoint]) -> Result<Vec<FinishedPoint>> {
        match self.together(points) {
            Ok(finished) => Ok(finished),
            Err(error) if ends_the_study(&error) => Err(error),
            Err(error) if points.len() == 1 => Ok(vec![failed(&points[0], &error)]),
            Err(_) => points
                .iter()
                .map(|point| match self.together(std::slice::from_ref(point)) {
                    Ok(mut finished) => finished.pop().ok_or_else(|| Error::Run("a point left nothing".to_owned())),
                    Err(error) if ends_the_study(&error) => Err(error),
                    Err(error) => Ok(failed(point, &error)),
                })
                .collect(),
        }
    }

    fn together(&self, points: &[StudyPoint]) -> Result<Vec<FinishedPoint>> {
        let Self { study, place, watch, threads, .. } = *self;
        files::create_folder(place)?;
        let needs_rows = study.outcomes.iter().any(super::outcome::StudyOutcome::needs_rows);
        let rows = if needs_rows { RowsKept::EveryTick } else { RowsKept::AtLandmarks };
        let experiments: Vec<&Experiment> = points.iter().map(|point| &point.experiment).collect();
        let left = points::simulate(&experiments, place, rows, &Forwarded(watch), threads)?;
        points.iter().zip(left).map(|(point, left)| self.read(point, left)).collect()
    }

    /// Reads every outcome off what a point left.
    fn read(&self, point: &StudyPoint, mut left: PointOutcome) -> Result<FinishedPoint> {
        let StudyPoint { index, experiment } = point;
        let evidence = match left.series.take() {
            Some(series) => Some(Evidence::of(experiment.course()?, series)),
            None => None,
        };
        let read = |(place, outcome): (usize, &super::outcome::StudyOutcome)| {
            outcome.values(place, experiment, &left, evidence.as_ref())
        };
        let values: Result<Vec<_>> = self.study.outcomes.iter().enumerate().map(read).collect();
        let result = match values {
            Ok(values) => PointResult::Done(values.into_iter().flatten().collect()),
            Err(error) => PointResult::Failed { exit_code: error.exit_code(), error: error.to_string() },
        };
        Ok(FinishedPoint { point: *index, ticks: left.ticks, ticks_alone: left.ticks_alone, result })
    }
}

/// Whether an error is none of the point that met it.
fn ends_the_study(error: &Error) -> bool {
    matches!(error, Error::Interrupted(_) | Error::Io { .. })
}

fn failed(point: &StudyPoint, error: &Error) -> FinishedPoint {
    let result = PointResult::Failed { exit_code: error.exit_code(), error: error.to_string() };
    FinishedPoint { point: point.index, ticks: 0, ticks_alone: 0, result }
}
