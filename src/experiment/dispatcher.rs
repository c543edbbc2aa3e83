//! The dispatcher owns the state of a run: it hands out branches to workers, keeps the books, and alone decides
//! what is written of branches that have ended and of series that are finished, and what is deleted.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use super::arms::Branch;
use super::books::{Books, Deed, Inheritance, OnDisk};
use super::checkpoint::{CheckpointFolder, Stamp, Standing};
use super::identity::BranchId;
use super::plan::RunPlan;
use super::series::SeriesStore;
use super::threads::{Concurrency, SharedThreads, ThreadShare};
use super::watch::{RunWatch, interruption};
use super::worker::{
    Assignment, Event, NetworkSource, Order, ParentBranch, PastBranch, Reached, Rounds, Start, Worker, WorkerEvent,
    Workplace,
};
use crate::foundation::error::{Error, Result};

/// What a run yields: its series, and what checkpoints took.
pub(super) struct Simulated {
    pub(super) series: SeriesStore,
    pub(super) checkpoints: Written,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Written {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) time: Duration,
}

impl Written {
    fn count(&mut self, bytes: u64, time: Duration) {
        *self = Self { files: self.files + 1, bytes: self.bytes + bytes, time: self.time + time };
    }
}

/// Simulates everything on `threads` threads, from the checkpoints that are there, or from the beginning.
pub(super) fn simulate(plan: &RunPlan, watch: &dyn RunWatch, threads: usize) -> Result<Simulated> {
    simulate_with(plan, watch, plan.concurrency(threads))
}

fn simulate_with(plan: &RunPlan, watch: &dyn RunWatch, concurrency: Concurrency) -> Result<Simulated> {
    let checkpoints = CheckpointFolder::of(plan.folder, Stamp::of(plan.experiment.hash()), watch);
    let rounds = Rounds::every(plan.experiment.run.checkpoint_interval());
    let at = Workplace { plan, watch, checkpoints: &checkpoints, rounds };
    let threads = SharedThreads::new(concurrency.threads);
    let mut dispatcher = Dispatcher::new(at, concurrency, &threads)?;
    let (reports, inbox) = mpsc::channel();
    std::thread::scope(|scope| {
        let hire = |number| -> Result<_> {
            let (desk, orders) = mpsc::channel();
            let worker = Worker { number, at, threads: ThreadShare::of(&threads), orders, reports: reports.clone() };
            let started = std::thread::Builder::new().spawn_scoped(scope, || worker.serve());
            started.map_err(|error| Error::Run(format!("cannot start threads: {error}")))?;
            Ok(desk)
        };
        // workers go home when their desks are gone
        let desks: Vec<_> = (0..concurrency.workers()).map(hire).collect::<Result<_>>()?;
        dispatcher.direct(&desks, &inbox);
        Ok::<(), Error>(())
    })?;
    dispatcher.close()
}

/// A branch that can begin, or is under way.
#[derive(Clone)]
struct Job<'a> {
    id: BranchId,
    branch: &'a Branch,
}

struct Dispatcher<'a> {
    at: Workplace<'a>,
    threads: &'a SharedThreads,
    /// Threads for what the dispatcher writes itself.
    share: ThreadShare<'a>,
    depth_first: bool,
    /// Branches that can begin, in this order.
    waiting: VecDeque<Job<'a>>,
    /// What each worker is at.
    under_way: Vec<Option<Job<'a>>>,
    books: Books<PastBranch, Box<Reached>>,
    series: SeriesStore,
    /// The last round of checkpoints in which everything was saved.
    round: u64,
    written: Written,
    ending: Option<Ending>,
}

/// Why nothing is handed out any more.
enum Ending {
    Failure(Error),
    Panic(Box<dyn Any + Send>),
}

impl<'a> Dispatcher<'a> {
    fn new(at: Workplace<'a>, concurrency: Concurrency, threads: &'a SharedThreads) -> Result<Self> {
        let plan = at.plan;
        let roots = |network| {
            let job = move |(index, branch)| Job { id: BranchId::root(network, index), branch };
            plan.roots.iter().enumerate().map(job)
        };
        Ok(Self {
            at,
            threads,
            share: ThreadShare::of(threads),
            depth_first: concurrency.depth_first,
            waiting: plan.networks().flat_map(roots).collect(),
            under_way: vec![None; concurrency.workers()],
            books: Books::new(),
            series: SeriesStore::open(plan.folder, at.checkpoints)?,
            round: 0,
            written: Written::default(),
            ending: None,
        })
    }

    /// Directs the workers at `desks` until there is nothing left to do.
    fn direct(&mut self, desks: &[Sender<Order<'a>>], inbox: &Receiver<WorkerEvent>) {
        loop {
            self.employ(desks);
            if self.under_way.iter().all(Option::is_none) {
                return;
            }
            let Ok(WorkerEvent { worker, event }) = inbox.recv() else { return };
            let is_waiting = matches!(event, Event::Saved { .. });
            if let Err(error) = self.hear(worker, event) {
                self.give_up(Ending::Failure(error));
            }
            if is_waiting {
                // a worker that is gone has reported why
                let _ = desks[worker].send(Order::GoOn);
            }
        }
    }

    /// Gives every worker something to do, as long as there is something.
    fn employ(&mut self, desks: &[Sender<Order<'a>>]) {
        while let Some(worker) = self.under_way.iter().position(Option::is_none) {
            match self.next_assignment() {
                Ok(Some((job, assignment))) => {
                    self.under_way[worker] = Some(job);
                    self.share_threads();
                    if desks[worker].send(Order::Simulate(Box::new(assignment))).is_err() {
                        self.under_way[worker] = None;
                        self.give_up(Ending::Failure(Error::Run("a worker is gone".to_owned())));
                    }
                }
                Ok(None) => break,
                Err(error) => self.give_up(Ending::Failure(error)),
            }
        }
        self.share_threads();
    }

    fn share_threads(&self) {
        self.threads.share_among(self.under_way.iter().flatten().count());
    }

    /// The first failure counts, and a panic before it.
    fn give_up(&mut self, why: Ending) {
        self.waiting.clear();
        if self.ending.is_none() || matches!(why, Ending::Panic(_)) {
            self.ending = Some(why);
        }
    }

    /// The next branch that is to be simulated; none if there is none, or not yet.
    fn next_assignment(&mut self) -> Result<Option<(Job<'a>, Assignment<'a>)>> {
        // the order is kept: with another branch, more networks could be in memory at once
        while let Some(job) = self.waiting.pop_front_if(|job| !self.books.follows_a_lent_one(&job.id)) {
            if self.series.holds(&job.branch.arms, job.id.network) {
                self.at.watch.advanced(job.branch.simulated_h());
                self.books.was_finished(&job.id);
                continue;
            }
            if self.at.watch.is_interrupted() {
                return Err(interruption(self.at.watch, self.at.plan.folder));
            }
            let start = self.start(&job.id)?;
            let path = job.id.ancestors().map(|past| self.books.record(&past).map(PastBranch::stretch));
            let path = path.collect::<Option<_>>().ok_or_else(lost)?;
            let (id, branch, round) = (job.id.clone(), job.branch, self.round);
            return Ok(Some((job, Assignment { id, branch, start, path, round })));
        }
        Ok(None)
    }

    /// How the branch `id` begins.
    fn start(&mut self, id: &BranchId) -> Result<Start<'a>> {
        let saved = self.at.checkpoints.open(id)?;
        let deeds = self.books.begins(id, saved.as_ref().map(|saved| on_disk(&saved.standing)));
        self.perform(deeds)?;
        if let Some(saved) = saved {
            return Ok(Start::GoOn(Box::new(saved)));
        }
        let Some(parent) = id.parent() else { return Ok(Start::History) };
        let Inheritance { network, is_lent } = self.books.hand_out(&parent).ok_or_else(lost)?;
        let network = match network {
            Some(reached) => NetworkSource::Memory(reached),
            None => NetworkSource::Checkpoint(Box::new(self.at.checkpoints.open(&parent)?.ok_or_else(lost)?)),
        };
        let &PastBranch { arm, model, .. } = self.books.record(&parent).ok_or_else(lost)?;
        Ok(Start::Follow(Box::new(ParentBranch { arm, model, network, is_lent })))
    }

    /// Takes in what happened to a worker.
    fn hear(&mut self, worker: usize, event: Event) -> Result<()> {
        let job = match event {
            Event::HandedBack(_) | Event::Saved { .. } => self.under_way[worker].clone(),
            Event::Ended { .. } | Event::Finished(_) | Event::Failed(_) | Event::Panicked(_) => {
                self.under_way[worker].take()
            }
        };
        let Some(Job { id, branch }) = job else { return Ok(()) };
        match event {
            Event::HandedBack(reached) => {
                let deeds = id.parent().map(|parent| self.books.comes_back(&parent, reached));
                self.perform(deeds.unwrap_or_default())
            }
            Event::Saved { round, bytes, took } => {
                self.written.count(bytes, took);
                let deeds = self.books.was_saved(&id);
                self.perform(deeds)?;
                if self.round < round {
                    self.round = round;
                    self.save_all()?;
                }
                Ok(())
            }
            Event::Ended { past, reached } => {
                self.books.ends(&id, branch.branches.len(), past, reached);
                self.line_up(&id, branch);
                Ok(())
            }
            Event::Finished(series) => {
                series.into_iter().try_for_each(|series| self.series.take_in(id.network, series))?;
                self.books.finishes(&id);
                Ok(())
            }
            Event::Failed(error) => Err(error),
            Event::Panicked(panic) => {
                self.give_up(Ending::Panic(panic));
                Ok(())
            }
        }
    }

    /// The branches that follow `branch` can begin.
    fn line_up(&mut self, id: &BranchId, branch: &'a Branch) {
        if self.ending.is_some() {
            return;
        }
        let followers = branch.branches.iter().enumerate().map(|(index, branch)| Job { id: id.then(index), branch });
        if self.depth_first {
            followers.rev().for_each(|job| self.waiting.push_front(job));
        } else {
            self.waiting.extend(followers);
        }
    }

    fn save_all(&mut self) -> Result<()> {
        let deeds = self.books.save_all();
        self.perform(deeds)
    }

    /// Does on disk what the books say, in that order.
    fn perform(&mut self, deeds: Vec<Deed>) -> Result<()> {
        let checkpoints = self.at.checkpoints;
        for deed in deeds {
            let begun = Instant::now();
            let bytes = match deed {
                Deed::SaveSeries => self.series.save(checkpoints)?,
                Deed::SaveRows(id) => {
                    let past = self.books.record(&id).ok_or_else(lost)?;
                    let standing = Standing { network: false, ..past.standing.clone() };
                    Some(checkpoints.write(&standing, &past.rows, None)?)
                }
                Deed::SaveNetwork(id) => {
                    let (past, reached) = self.books.record_and_network(&id).ok_or_else(lost)?;
                    let Reached { simulation, recorder } = &mut **reached.ok_or_else(lost)?;
                    let standing = Standing { network: true, ..past.standing.clone() };
                    let write = || checkpoints.write(&standing, &past.rows, Some((simulation, recorder)));
                    Some(self.share.run(write)??)
                }
                Deed::Delete(id) => {
                    checkpoints.remove(&id)?;
                    None
                }
            };
            if let Some(bytes) = bytes {
                self.written.count(bytes, begun.elapsed());
            }
        }
        Ok(())
    }

    /// What came of it all. A run that was interrupted saves everything.
    fn close(mut self) -> Result<Simulated> {
        match self.ending.take() {
            None => Ok(Simulated { series: self.series, checkpoints: self.written }),
            Some(Ending::Panic(panic)) => resume_unwind(panic),
            Some(Ending::Failure(error)) => {
                if matches!(error, Error::Interrupted(_)) {
                    self.save_all()?;
                }
                Err(error)
            }
        }
    }
}

fn on_disk(standing: &Standing) -> OnDisk {
    match (standing.ended, standing.network) {
        (false, _) => OnDisk::UnderWay,
        (true, true) => OnDisk::Network,
        (true, false) => OnDisk::Rows,
    }
}

fn lost() -> Error {
    Error::Run("nothing is known of a branch that is to be followed".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;
    use std::thread::{self, ThreadId};

    use super::*;
    use crate::configuration::Experiment;
    use crate::experiment::watch::Unwatched;

    const EXPERIMENT: &str = r#"
        schema_version = 1
        title = "arms of arms"
        allow = ["W001"]
        network = { neurons = 100, synapses_per_neuron = 20 }
        time = { burn_in = "25 h", horizon = "30 h" }
        subjects = { n = 3 }
        record = { every = "5 h", network_at = ["20 h"] }
        stress = [{ start = "0 h", end = "9 h", level = 0.9 }]
        [[arm]]
        name = "vehicle"
        [[arm]]
        name = "once"
        doses = [{ drug = "ketamine", time = "10 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
        [[arm]]
        name = "twice"
        doses = [{ drug = "ketamine", time = "10 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min", ii = "10 h", addl = 1 }]
    "#;

    /// Who worked, and how much.
    #[derive(Default)]
    struct Tally(Mutex<(HashSet<ThreadId>, f64)>);

    impl RunWatch for Tally {
        fn begins(&self, _: f64) {}
        fn advanced(&self, simulated_h: f64) {
            let mut tally = self.0.lock().unwrap();
            tally.0.insert(thread::current().id());
            tally.1 += simulated_h;
        }
        fn is_interrupted(&self) -> bool {
            false
        }
    }

    #[test]
    fn every_branch_of_every_network_is_simulated_once_by_no_more_workers_than_allowed() {
        let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
        for (threads, jobs, depth_first) in [(1, 9, true), (2, 1, false), (3, 2, true), (7, 100, false)] {
            let folder = tempfile::tempdir().unwrap();
            let plan = RunPlan::of(&experiment, folder.path()).unwrap();
            let tally = Tally::default();
            let concurrency = Concurrency { threads, jobs, depth_first };
            let done = simulate_with(&plan, &tally, concurrency).unwrap();
            let (workers, hours) = tally.0.into_inner().unwrap();
            assert!((hours - plan.simulated_h()).abs() < 1e-6, "{hours} h");
            assert_eq!(done.series.series.len(), 9);
            assert!(workers.len() <= threads.min(jobs), "{workers:?}");
        }
    }

    /// A file where the folder of snapshots should be: the first network that is to be written fails.
    #[test]
    fn the_first_failure_ends_the_work_and_is_reported() {
        let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("network"), "").unwrap();
        let plan = RunPlan::of(&experiment, folder.path()).unwrap();
        let tally = Tally::default();
        let concurrency = Concurrency { threads: 2, jobs: 2, depth_first: true };
        let error = simulate_with(&plan, &tally, concurrency).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 4, "{error}");
        assert!(tally.0.into_inner().unwrap().1 < plan.simulated_h() / 2.0, "nothing more is handed out");
    }

    #[test]
    fn a_worker_that_panics_does_not_leave_the_others_waiting() {
        struct Panics;
        impl RunWatch for Panics {
            fn begins(&self, _: f64) {}
            fn advanced(&self, _: f64) {
                panic!("planted");
            }
            fn is_interrupted(&self) -> bool {
                false
            }
        }
        let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let plan = RunPlan::of(&experiment, folder.path()).unwrap();
        let panic = catch_unwind(AssertUnwindSafe(|| dispatch(&plan, &Panics))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"planted"));
        dispatch(&plan, &Unwatched);
    }

    fn dispatch(plan: &RunPlan, watch: &dyn RunWatch) {
        simulate_with(plan, watch, Concurrency { threads: 3, jobs: 3, depth_first: false }).map(drop).unwrap();
    }
}
