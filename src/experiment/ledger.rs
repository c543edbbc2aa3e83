//! What of a run is safe on disk, and what still has to go there.
//!
//! A branch under way saves itself. What is shared is saved by whoever comes first when a checkpoint is due:
//! series that have been finished, and branches that have ended while others wait to follow them. A branch
//! that has ended is kept on disk for as long as it is needed: its network until all that follow it have
//! been saved themselves, its rows until all that follow it are finished. Children are saved before
//! parents, so that whatever instant the program is killed at, the files tell a state from which all goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::checkpoint::{Place, Series, Shelf, Stamp, Standing};
use super::replicates::Unit;
use super::simulation::Simulation;
use crate::foundation::error::Result;
use crate::foundation::files::{Spool, Store};
use crate::recording::recorder::{Recorder, SharedRows};

/// The books of a run.
pub(super) struct Ledger {
    pub(super) shelf: Shelf,
    interval: Option<Duration>,
    started: Instant,
    /// The last round of checkpoints in which what is shared was saved.
    round: AtomicU64,
    /// Branches that have ended and are not over and done with.
    ended: Mutex<Vec<Arc<Ended>>>,
    barn: Mutex<Barn>,
    written: Mutex<Written>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Written {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) seconds: f64,
}

/// Series as they come in.
struct Barn {
    series: BTreeMap<(usize, Unit), Series>,
    rows: Store,
    unsaved: Vec<(usize, Unit)>,
    /// Branches that count as saved for those they followed once the unsaved series are.
    secures: Vec<Arc<Ended>>,
    /// Branches whose files nobody needs once the unsaved series are saved.
    spent: Vec<Place>,
    /// Number of files of series.
    files: usize,
}

/// A branch that has ended and waits for those that follow it.
pub(super) struct Ended {
    pub(super) place: Place,
    /// The arm under whose protocol it was simulated, and the index of its model.
    pub(super) arm: usize,
    pub(super) model: usize,
    parent: Option<Arc<Self>>,
    standing: Standing,
    pub(super) state: Mutex<Waiting>,
}

/// What of a branch that has ended is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDisk {
    /// Nothing, or how it stood before it ended.
    Nothing,
    /// Rows and network.
    Network,
    /// Rows alone.
    Rows,
}

pub(super) struct Waiting {
    /// Where the branch ended; taken by the last that follows, and absent while it is on disk alone.
    pub(super) reached: Option<(Simulation, Recorder)>,
    rows: Option<SharedRows>,
    /// Followers that have not begun.
    pub(super) followers: usize,
    /// Followers that are not on disk themselves.
    unsaved: usize,
    /// Followers that are not finished, they and all that follow them.
    unfinished: usize,
    on_disk: OnDisk,
    /// Whether the parent has been told that this branch is on disk.
    told: bool,
}

/// A branch that has just ended.
pub(super) struct End {
    pub(super) standing: Standing,
    pub(super) arm: usize,
    pub(super) model: usize,
    pub(super) reached: Option<(Simulation, Recorder)>,
    pub(super) rows: SharedRows,
    pub(super) followers: usize,
    pub(super) on_disk: OnDisk,
    pub(super) told: bool,
}

impl Ledger {
    /// The books of a run in the folder `run`, with what is found there.
    pub(super) fn open(run: &Path, stamp: Stamp, interval: Option<Duration>) -> Result<Self> {
        let shelf = Shelf::of(run, stamp);
        let mut series = BTreeMap::new();
        let mut rows = Store::in_folder(run)?;
        let files = shelf.read_series(&mut rows, |arm, unit, found| drop(series.insert((arm, unit), found)))?;
        let barn = Barn { series, rows, unsaved: Vec::new(), secures: Vec::new(), spent: Vec::new(), files };
        Ok(Self {
            shelf,
            interval,
            started: Instant::now(),
            round: AtomicU64::new(0),
            ended: Mutex::default(),
            barn: Mutex::new(barn),
            written: Mutex::default(),
        })
    }

    /// The present round of checkpoints: whoever is under way saves itself once in every round but the first.
    pub(super) fn round(&self) -> u64 {
        self.interval.map_or(0, |interval| (self.started.elapsed().as_secs_f64() / interval.as_secs_f64()) as u64)
    }

    /// The last round in which what is shared was saved.
    pub(super) fn round_kept(&self) -> u64 {
        self.round.load(Ordering::Relaxed)
    }

    /// Whether the series of `arms` are in.
    pub(super) fn holds(&self, arms: &[usize], unit: Unit) -> bool {
        let barn = lock(&self.barn);
        arms.iter().all(|&arm| barn.series.contains_key(&(arm, unit)))
    }

    /// Everything that was harvested, and where its rows are.
    pub(super) fn into_harvest(self) -> (BTreeMap<(usize, Unit), Series>, Store) {
        let barn = self.barn.into_inner().unwrap_or_else(PoisonError::into_inner);
        (barn.series, barn.rows)
    }

    pub(super) fn written(&self) -> Written {
        *lock(&self.written)
    }

    fn count(&self, begun: Instant, write: Result<u64>) -> Result<()> {
        let bytes = write?;
        let mut written = lock(&self.written);
        written.files += 1;
        written.bytes += bytes;
        written.seconds += begun.elapsed().as_secs_f64();
        Ok(())
    }

    /// Saves a branch that is under way. `told` says whether its parent knows that it is on disk.
    pub(super) fn save(
        &self,
        standing: &Standing,
        simulation: &mut Simulation,
        recorder: &Recorder,
        parent: Option<&Arc<Ended>>,
        told: &mut bool,
    ) -> Result<()> {
        let begun = Instant::now();
        self.count(begun, self.shelf.write(standing, &recorder.rows(), Some((simulation, recorder))))?;
        self.tell(parent, told)
    }

    /// Tells the parent, once, that a branch that follows it is on disk.
    pub(super) fn tell(&self, parent: Option<&Arc<Ended>>, told: &mut bool) -> Result<()> {
        if std::mem::replace(told, true) {
            return Ok(());
        }
        let Some(parent) = parent else { return Ok(()) };
        lock(&parent.state).unsaved -= 1;
        self.settle(parent)
    }

    /// Saves what is shared, once in a round.
    pub(super) fn keep_up(&self, round: u64) -> Result<()> {
        if self.round.fetch_max(round, Ordering::Relaxed) < round { self.keep() } else { Ok(()) }
    }

    /// Saves what is shared: series, and branches that others wait to follow.
    pub(super) fn keep(&self) -> Result<()> {
        let mut barn = lock(&self.barn);
        let Barn { series, rows, unsaved, secures, spent, files } = &mut *barn;
        if !unsaved.is_empty() {
            let begun = Instant::now();
            let kept: Vec<_> =
                unsaved.iter().filter_map(|key| series.get(key).map(|series| (key.0, key.1, series))).collect();
            self.count(begun, self.shelf.write_series(*files, kept.into_iter(), rows))?;
            *files += 1;
            unsaved.clear();
        }
        let (secures, spent) = (std::mem::take(secures), std::mem::take(spent));
        drop(barn);
        spent.iter().try_for_each(|place| self.shelf.remove(place))?;
        secures.iter().try_for_each(|parent| self.tell(Some(parent), &mut false))?;
        let ended: Vec<Arc<Ended>> = lock(&self.ended).clone();
        ended.iter().try_for_each(|ended| self.settle(ended))
    }

    /// Brings what is on disk of a branch that has ended up to date.
    fn settle(&self, ended: &Arc<Ended>) -> Result<()> {
        let mut waiting = lock(&ended.state);
        let Waiting { reached, rows, unsaved, on_disk, told, .. } = &mut *waiting;
        let Some(rows) = rows else { return Ok(()) };
        let begun = Instant::now();
        let write = |network: bool, reached: Option<(&mut Simulation, &Recorder)>| {
            let standing = Standing { network, ..ended.standing.clone() };
            self.count(begun, self.shelf.write(&standing, rows, reached))
        };
        if *unsaved == 0 {
            if *on_disk != OnDisk::Rows {
                write(false, None)?;
                *on_disk = OnDisk::Rows;
            }
        } else if let Some((simulation, recorder)) = reached
            && *on_disk == OnDisk::Nothing
        {
            write(true, Some((simulation, recorder)))?;
            *on_disk = OnDisk::Network;
        } else {
            return Ok(());
        }
        let mut knows = std::mem::replace(told, true);
        drop(waiting);
        self.tell(ended.parent.as_ref(), &mut knows)
    }

    /// Takes note of a branch that has ended and that others follow.
    pub(super) fn ends(&self, end: End, parent: Option<Arc<Ended>>) -> Arc<Ended> {
        let End { standing, arm, model, reached, rows, followers, on_disk, told } = end;
        let state =
            Waiting { reached, rows: Some(rows), followers, unsaved: followers, unfinished: followers, on_disk, told };
        let place = standing.place.clone();
        let ended = Arc::new(Ended { place, arm, model, parent, standing, state: Mutex::new(state) });
        lock(&self.ended).push(Arc::clone(&ended));
        ended
    }

    /// Takes in a series: its rows and what else is known of it.
    pub(super) fn harvest(
        &self,
        arm: usize,
        unit: Unit,
        rows: &mut Spool,
        series: impl FnOnce(crate::foundation::files::Stored) -> Series,
    ) -> Result<()> {
        let mut barn = lock(&self.barn);
        let rows = barn.rows.keep(rows)?;
        barn.series.insert((arm, unit), series(rows));
        barn.unsaved.push((arm, unit));
        Ok(())
    }

    /// Takes note that the branch at `place` is finished, it and all that follow it. `told` says whether
    /// its parent knows that it is on disk.
    pub(super) fn finished(&self, place: &Place, parent: Option<Arc<Ended>>, told: bool) {
        let mut spent = vec![place.clone()];
        // whose followers will be on disk with the series
        let mut secures = Vec::new();
        if !told {
            secures.extend(parent.clone());
        }
        let mut next = parent;
        while let Some(ended) = next.take() {
            let mut waiting = lock(&ended.state);
            waiting.unfinished -= 1;
            if waiting.unfinished > 0 {
                break;
            }
            (waiting.reached, waiting.rows) = (None, None);
            if !std::mem::replace(&mut waiting.told, true) {
                secures.extend(ended.parent.clone());
            }
            drop(waiting);
            lock(&self.ended).retain(|other| !Arc::ptr_eq(other, &ended));
            spent.push(ended.place.clone());
            next = ended.parent.as_ref().map(Arc::clone);
        }
        let mut barn = lock(&self.barn);
        barn.spent.extend(spent);
        barn.secures.extend(secures);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
