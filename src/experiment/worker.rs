//! Workers simulate branches, one each at a time, and report what happened.
//!
//! A worker owns the branch that it is at and nothing else. It saves that branch when a checkpoint is due, and
//! waits until the books say what else has to go to disk first: what it reports is all that anybody else learns
//! of it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use super::arms::Branch;
use super::checkpoint::{CheckpointFolder, SavedBranch, Standing};
use super::identity::{BranchId, NetworkId};
use super::plan::RunPlan;
use super::series::{NewSeries, Stretch};
use super::simulation::Simulation;
use super::threads::ThreadShare;
use super::watch::{RunWatch, interruption};
use crate::foundation::error::{Error, Result};
use crate::recording::recorder::{Recorder, SharedRows};

/// How long a job computes before it asks again for its share of the threads: a switch costs some microseconds,
/// which a tick of a small network would notice.
const SLICE: Duration = Duration::from_millis(20);

/// Rounds of checkpoints: whoever is under way saves itself once in every round but the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounds {
    started: Instant,
    interval: Option<Duration>,
}

impl Rounds {
    /// Rounds of `interval` from now on; without one, the first never ends.
    pub(super) fn every(interval: Option<Duration>) -> Self {
        Self { started: Instant::now(), interval }
    }

    /// The present round.
    fn present(&self) -> u64 {
        self.interval.map_or(0, |interval| (self.started.elapsed().as_secs_f64() / interval.as_secs_f64()) as u64)
    }
}

/// A network, and the recorder that follows it.
pub(super) struct Reached {
    pub(super) simulation: Simulation,
    pub(super) recorder: Recorder,
}

/// A branch that has ended: what those that follow it need to know, and its checkpoint.
pub(super) struct PastBranch {
    pub(super) standing: Standing,
    pub(super) rows: SharedRows,
    /// The first of its arms, under whose protocol it was simulated, and the index of its model.
    pub(super) arm: usize,
    pub(super) model: usize,
}

impl PastBranch {
    pub(super) fn stretch(&self) -> Stretch {
        Stretch { rows: Arc::clone(&self.rows), arm: self.arm, ticks: self.standing.ticks }
    }
}

/// What a worker is told.
pub(super) enum Order<'a> {
    /// Simulate a branch.
    Simulate(Box<Assignment<'a>>),
    /// The books are in order: go on with the branch that was saved.
    GoOn,
}

/// A branch to simulate.
pub(super) struct Assignment<'a> {
    pub(super) id: BranchId,
    pub(super) branch: &'a Branch,
    pub(super) start: Start<'a>,
    /// The branches before it.
    pub(super) path: Vec<Stretch>,
    /// The last round of checkpoints in which everything was saved.
    pub(super) round: u64,
}

/// How a branch begins.
pub(super) enum Start<'a> {
    /// As a history: with a network that is yet to be built.
    History,
    /// Where the branch before it ended.
    Follow(Box<ParentBranch<'a>>),
    /// Where an earlier process left it.
    GoOn(Box<SavedBranch<'a>>),
}

/// The branch that another one follows.
pub(super) struct ParentBranch<'a> {
    /// Arm and model under which it was simulated.
    pub(super) arm: usize,
    pub(super) model: usize,
    pub(super) network: NetworkSource<'a>,
    /// Whether the network must be handed back, because others follow.
    pub(super) is_lent: bool,
}

/// Where the network is with which a branch ended.
pub(super) enum NetworkSource<'a> {
    Memory(Box<Reached>),
    Checkpoint(Box<SavedBranch<'a>>),
}

/// What a worker reports.
pub(super) enum Event {
    /// The network that the branch followed has been copied, and comes back for the next that follows.
    HandedBack(Box<Reached>),
    /// A branch under way is on disk, in this round of checkpoints. Its worker waits for [`Order::GoOn`].
    Saved { round: u64, bytes: u64, took: Duration },
    /// A branch has ended that others follow. The network is none if it is on disk alone.
    Ended { past: PastBranch, reached: Option<Box<Reached>> },
    /// A branch has reached the horizon.
    Finished(Vec<NewSeries>),
    /// A branch cannot go on.
    Failed(Error),
    /// A bug: the worker panicked with this.
    Panicked(Box<dyn Any + Send>),
}

/// An event in the branch that a worker is at, and the worker's number.
pub(super) struct WorkerEvent {
    pub(super) worker: usize,
    pub(super) event: Event,
}

/// What every worker of a run is given.
#[derive(Clone, Copy)]
pub(super) struct Workplace<'a> {
    pub(super) plan: &'a RunPlan<'a>,
    pub(super) watch: &'a dyn RunWatch,
    pub(super) checkpoints: &'a CheckpointFolder<'a>,
    pub(super) rounds: Rounds,
}

pub(super) struct Worker<'a> {
    pub(super) number: usize,
    pub(super) at: Workplace<'a>,
    pub(super) threads: ThreadShare<'a>,
    pub(super) orders: Receiver<Order<'a>>,
    pub(super) reports: Sender<WorkerEvent>,
}

/// A branch under way.
struct UnderWay {
    reached: Reached,
    /// Ticks of the simulation when the branch began.
    before: u64,
}

/// Why a branch pauses.
enum Pause {
    SliceIsOver,
    CheckpointIsDue { round: u64, is_interrupted: bool },
    HasEnded,
}

impl<'a> Worker<'a> {
    /// Works until nobody gives orders any more.
    pub(super) fn serve(mut self) {
        while let Ok(Order::Simulate(assignment)) = self.orders.recv() {
            // a worker that panics must not leave the others waiting for it
            let event = match catch_unwind(AssertUnwindSafe(|| self.simulate(*assignment))) {
                Ok(Ok(event)) => event,
                Ok(Err(error)) => Event::Failed(error),
                Err(panic) => Event::Panicked(panic),
            };
            if self.report(event).is_err() {
                return;
            }
        }
    }

    fn report(&self, event: Event) -> Result<()> {
        let gone = |_| Error::Run("nobody takes reports any more".to_owned());
        self.reports.send(WorkerEvent { worker: self.number, event }).map_err(gone)
    }

    /// Takes a branch to its end.
    fn simulate(&mut self, assignment: Assignment<'a>) -> Result<Event> {
        let Assignment { id, branch, start, mut path, round } = assignment;
        let plan = self.at.plan;
        let (standing, rows, reached) = match self.begin(&id, branch, start)? {
            Beginning::Ended(standing, rows) => {
                self.at.watch.advanced((branch.ends - branch.begins).hours());
                (standing, rows, None)
            }
            Beginning::UnderWay(mut under_way) => {
                self.at.watch.advanced((under_way.reached.simulation.now() - branch.begins).hours());
                self.advance(&mut under_way, &id, branch, round)?;
                let standing = Standing { ended: true, ..under_way.standing(&id) };
                (standing, under_way.reached.recorder.rows(), Some(Box::new(under_way.reached)))
            }
        };
        let arm = branch.arms[0];
        let model = plan.courses[arm].model_at(branch.begins);
        let past = PastBranch { standing, rows, arm, model };
        if !branch.branches.is_empty() {
            return Ok(Event::Ended { past, reached });
        }
        drop(reached);
        path.push(past.stretch());
        let Standing { snapshots, observed, .. } = &past.standing;
        let finish = |&arm: &usize| NewSeries::of(plan, arm, id.network, &path, observed, snapshots);
        let series = branch.arms.iter().map(finish).collect::<Result<_>>()?;
        Ok(Event::Finished(series))
    }

    fn begin(&mut self, id: &BranchId, branch: &Branch, start: Start) -> Result<Beginning> {
        let Workplace { plan, .. } = self.at;
        let arm = branch.arms[0];
        let model = plan.courses[arm].model_at(branch.begins);
        let (reached, lent) = match start {
            Start::GoOn(saved) => return self.threads.run(|| go_on(plan, *saved, arm, model))?,
            Start::History => {
                let names = plan.snapshot_names(branch, id.network);
                let watch = self.at.watch;
                let built = self.threads.run(|| build(plan, watch, id.network, branch, &names))?;
                let why = |error| match error {
                    Error::Interrupted(_) => interruption(watch, plan.folder),
                    other => other,
                };
                (built.map_err(why)?, None)
            }
            Start::Follow(origin) => self.threads.run(|| follow(plan, *origin, arm, model))??,
        };
        if let Some(lent) = lent {
            self.report(Event::HandedBack(lent))?;
        }
        let before = reached.simulation.ticks();
        Ok(Beginning::UnderWay(Box::new(UnderWay { reached, before })))
    }

    /// Simulates a branch to its end, and saves it whenever that is due.
    fn advance(&mut self, under_way: &mut UnderWay, id: &BranchId, branch: &Branch, mut saved_in: u64) -> Result<()> {
        let at = self.at;
        let names = at.plan.snapshot_names(branch, id.network);
        loop {
            let from = under_way.reached.simulation.now();
            let pause = self.threads.run(|| under_way.slice(at, branch, &names, saved_in))??;
            at.watch.advanced((under_way.reached.simulation.now() - from).hours());
            match pause {
                Pause::SliceIsOver => {}
                Pause::HasEnded => return Ok(()),
                Pause::CheckpointIsDue { round, is_interrupted } => {
                    saved_in = round;
                    self.save(under_way, id, round)?;
                    // what was just saved need not be saved again after another tick
                    if is_interrupted || at.watch.is_interrupted() {
                        return Err(interruption(at.watch, at.plan.folder));
                    }
                }
            }
        }
    }

    fn save(&mut self, under_way: &mut UnderWay, id: &BranchId, round: u64) -> Result<()> {
        let begun = Instant::now();
        let standing = under_way.standing(id);
        let Reached { simulation, recorder } = &mut under_way.reached;
        let checkpoints = self.at.checkpoints;
        let bytes =
            self.threads.run(|| checkpoints.write(&standing, &recorder.rows(), Some((simulation, recorder))))??;
        self.report(Event::Saved { round, bytes, took: begun.elapsed() })?;
        match self.orders.recv() {
            Ok(Order::GoOn) => Ok(()),
            Ok(Order::Simulate(_)) | Err(_) => Err(Error::Run("the run has been given up".to_owned())),
        }
    }
}

/// A branch where its worker takes it up.
enum Beginning {
    UnderWay(Box<UnderWay>),
    /// At its end: an earlier process took it there.
    Ended(Standing, SharedRows),
}

impl UnderWay {
    /// How the branch `id` stands.
    fn standing(&self, id: &BranchId) -> Standing {
        let Reached { simulation, recorder } = &self.reached;
        Standing {
            branch: id.clone(),
            now: simulation.now(),
            ticks: simulation.ticks() - self.before,
            ended: false,
            network: true,
            snapshots: recorder.snapshots().to_vec(),
            observed: Box::new(recorder.observed().clone()),
        }
    }

    /// Simulates for the length of a slice, or until a checkpoint is due.
    fn slice(&mut self, at: Workplace, branch: &Branch, names: &[&str], saved_in: u64) -> Result<Pause> {
        let Reached { simulation, recorder } = &mut self.reached;
        let began = Instant::now();
        while simulation.now() < branch.ends {
            if began.elapsed() >= SLICE {
                return Ok(Pause::SliceIsOver);
            }
            simulation.tick(branch.ends)?;
            recorder.observe(simulation.world(), &branch.arms, names)?;
            let (round, is_interrupted) = (at.rounds.present(), at.watch.is_interrupted());
            if is_interrupted || round > saved_in {
                return Ok(Pause::CheckpointIsDue { round, is_interrupted });
            }
        }
        Ok(Pause::HasEnded)
    }
}

/// A history at its beginning, with its first row.
fn build(plan: &RunPlan, watch: &dyn RunWatch, network: NetworkId, branch: &Branch, names: &[&str]) -> Result<Reached> {
    let arm = branch.arms[0];
    let setup = plan.setup(network);
    let (model, protocol) = (&plan.courses[arm].models[0].1, &plan.protocols[arm]);
    let simulation = Simulation::new_until(&setup, model, protocol, &|| watch.is_interrupted())?;
    let mut recorder = Recorder::new(Arc::new(plan.recording(network, &setup)), simulation.world())?;
    recorder.observe(simulation.world(), &branch.arms, names)?;
    Ok(Reached { simulation, recorder })
}

/// A branch of `arm` where the one before it ended, and the network of that one if it is to be handed back.
fn follow(plan: &RunPlan, origin: ParentBranch, arm: usize, model: usize) -> Result<(Reached, Option<Box<Reached>>)> {
    let continues = (arm, model) == (origin.arm, origin.model);
    let mut ended = match origin.network {
        NetworkSource::Memory(reached) => reached,
        NetworkSource::Checkpoint(mut saved) => {
            let rows = saved.rows(plan.folder, plan.columns.len())?;
            Box::new(load(plan, *saved, rows, origin.arm, origin.model)?)
        }
    };
    let recorder = ended.recorder.fork()?;
    if continues && !origin.is_lent {
        return Ok((Reached { simulation: ended.simulation, recorder }, None));
    }
    let simulation = ended.simulation.fork(&plan.courses[arm].models[model].1, &plan.protocols[arm])?;
    Ok((Reached { simulation, recorder }, origin.is_lent.then_some(ended)))
}

/// A branch where an earlier process left it.
fn go_on(plan: &RunPlan, mut saved: SavedBranch, arm: usize, model: usize) -> Result<Beginning> {
    let rows = saved.rows(plan.folder, plan.columns.len())?;
    if saved.standing.ended {
        return Ok(Beginning::Ended(saved.standing, rows));
    }
    let ticks = saved.standing.ticks;
    let reached = load(plan, saved, rows, arm, model)?;
    let before = reached.simulation.ticks() - ticks;
    Ok(Beginning::UnderWay(Box::new(UnderWay { reached, before })))
}

/// The network of a branch that was saved, and its recorder.
fn load(plan: &RunPlan, saved: SavedBranch, rows: SharedRows, arm: usize, model: usize) -> Result<Reached> {
    let SavedBranch { standing, path, mut reader } = saved;
    if !standing.network {
        return Err(Error::Checkpoint(format!("a branch that follows the one in `{}` is missing", path.display())));
    }
    let network = standing.branch.network;
    let setup = plan.setup(network);
    let models = &plan.courses[arm].models;
    let (founder, model, protocol) = (&models[0].1, &models[model].1, &plan.protocols[arm]);
    let simulation = Simulation::load(&setup, founder, model, protocol, &mut reader, &path)?;
    let recording = Arc::new(plan.recording(network, &setup));
    let recorder =
        Recorder::load(recording, simulation.world(), rows, &mut reader).map_err(Error::unreadable(&path))?;
    reader.end().map_err(Error::unreadable(&path))?;
    Ok(Reached { simulation, recorder })
}
