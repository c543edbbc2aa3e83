//! Recording one branch of a run: rows, snapshots, turnover, lost connections.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bevy_ecs::prelude::*;

use super::connections::LostConnections;
use super::dictionary::Dictionary;
use super::landmarks::{ArmFrame, Landmarks};
use super::network::SnapshotId;
use super::nonsense::{Nonsense, SoundColumn};
use super::observables::{Observables, Observed, Passed};
use super::rows::RowSpool;
use super::sample::Sample;
use super::snapshot;
use super::turnover::Turnover;
use crate::anatomy::all_neurons::NeuronColumns;
use crate::anatomy::synapses::Synapses;
use crate::anatomy::view::{Census, View};
use crate::foundation::clock::Clock;
use crate::foundation::error::Result;
use crate::foundation::files::Fingerprint;
use crate::foundation::grid::{AFTER_DOSE, LONGEST_TICK, ROWS_AFTER_DOSE};
use crate::foundation::sections::{SectionReader, SectionWriter};
use crate::foundation::state::{read_value, write_value};
use crate::foundation::time::Time;

/// What is recorded, and when; the same for every branch of a replicate, so that arms have rows at the same instants
/// and can be subtracted. What is due within a tick is written at its end: no row ends a tick.
#[derive(Clone, Debug)]
pub struct RecordingPlan {
    /// The run folder.
    pub folder: PathBuf,
    /// Interval between rows.
    pub every: Time,
    /// When the network is written, ascending.
    pub network_at: Vec<Time>,
    /// What the headline figures of each arm refer to.
    pub frames: Arc<[ArmFrame]>,
    /// The instants of all of them, ascending.
    pub landmarks_at: Arc<[Time]>,
    /// Instants at which there is a row whatever the interval, ascending.
    pub rows_at: Arc<[Time]>,
    /// When doses begin, of any arm, ascending: each is followed by dense rows.
    pub doses: Arc<[Time]>,
    /// What is asked of every tick.
    pub observables: Arc<Observables>,
    /// Neurons whose synapses are kept.
    pub sample: Sample,
    /// Independent network, counted from 0.
    pub replicate: u32,
    /// The columns.
    pub dictionary: Arc<Dictionary>,
    /// What becomes of the run where one of them makes no sense.
    pub nonsense: Nonsense,
}

impl RecordingPlan {
    /// The first instant after `now` at which a row is due.
    #[must_use]
    pub fn next_after(&self, now: Time) -> Time {
        let mut next = now.next_multiple_of(self.every);
        for instants in [&self.network_at[..], &self.rows_at] {
            let after = instants.partition_point(|&instant| instant <= now);
            next = instants.get(after).map_or(next, |&instant| next.min(instant));
        }
        // neither doses that began early enough to be over nor those beyond the next one are looked at
        let first = self.doses.partition_point(|&dose| dose + AFTER_DOSE <= now);
        let begun = self.doses.partition_point(|&dose| dose <= now);
        for &dose in &self.doses[first..begun] {
            next = next.min(dose + (now - dose).next_multiple_of(ROWS_AFTER_DOSE));
            // where rows of arms that are at rest stand
            next = next.min(now.next_multiple_of(LONGEST_TICK));
        }
        self.doses.get(begun).map_or(next, |&dose| next.min(dose))
    }
}

/// Rows of one branch, to be read once the branch is over.
pub type SharedRows = Arc<Mutex<RowSpool>>;

/// What a reading of the world goes into; kept from tick to tick to spare the allocation.
#[derive(Debug)]
struct Buffers {
    row: Vec<f64>,
    wanted: Vec<bool>,
    highest: Vec<(usize, f64)>,
}

impl Buffers {
    fn of(columns: usize) -> Self {
        Self { row: Vec::with_capacity(columns), wanted: vec![false; columns], highest: Vec::new() }
    }
}

/// Records one branch.
pub struct Recorder {
    plan: Arc<RecordingPlan>,
    census: Arc<Census>,
    columns: Arc<[SoundColumn]>,
    rows: SharedRows,
    turnover: Turnover,
    lost: LostConnections,
    observed: Observed,
    /// When the tick before the present instant began; none at the beginning of all.
    since: Option<Time>,
    buffers: Buffers,
    /// Snapshots that were written on the way here.
    snapshots: Vec<Fingerprint>,
}

impl Recorder {
    /// A recorder of a history that begins in `world`.
    pub fn new(plan: Arc<RecordingPlan>, world: &World) -> Result<Self> {
        let census = Arc::new(Census::of(NeuronColumns::of(world)?));
        let columns = plan.dictionary.sound_columns(&census.populations);
        let rows = Arc::new(Mutex::new(RowSpool::in_folder(&plan.folder, columns.len())?));
        Ok(Self {
            observed: Observed::nothing(&plan.observables, columns.len()),
            buffers: Buffers::of(columns.len()),
            columns,
            plan,
            census,
            rows,
            turnover: Turnover::default(),
            lost: LostConnections::default(),
            since: None,
            snapshots: Vec::new(),
        })
    }

    /// Writes what is remembered of the past to a checkpoint. Rows are saved apart.
    pub fn save_memory<W: Write>(&self, into: &mut SectionWriter<W>) -> io::Result<()> {
        into.section("memory", |section| {
            write_value(&(&self.turnover, &self.lost, &self.observed, &self.snapshots), section)
        })
    }

    /// A recorder that goes on where the one that was saved stopped, in the same `world`, with its `rows`.
    pub fn load<R: Read>(
        plan: Arc<RecordingPlan>,
        world: &World,
        rows: SharedRows,
        from: &mut SectionReader<R>,
    ) -> io::Result<Self> {
        let census = Arc::new(Census::of(NeuronColumns::of(world).map_err(io::Error::other)?));
        let columns = plan.dictionary.sound_columns(&census.populations);
        let buffers = Buffers::of(columns.len());
        let since = Some(world.resource::<Clock>().now);
        let (turnover, lost, observed, snapshots) = from.section("memory", |section| read_value(section))?;
        Ok(Self { plan, census, columns, rows, turnover, lost, observed, since, buffers, snapshots })
    }

    /// Snapshots that were written from the beginning of the history to here.
    #[must_use]
    pub fn snapshots(&self) -> &[Fingerprint] {
        &self.snapshots
    }

    /// A recorder of a branch that continues what this one recorded.
    pub fn fork(&self) -> Result<Self> {
        let columns = self.buffers.wanted.len();
        let rows = Arc::new(Mutex::new(RowSpool::in_folder(&self.plan.folder, columns)?));
        Ok(Self {
            plan: Arc::clone(&self.plan),
            census: Arc::clone(&self.census),
            columns: Arc::clone(&self.columns),
            rows,
            turnover: self.turnover.clone(),
            lost: self.lost.clone(),
            observed: self.observed.clone(),
            since: self.since,
            buffers: Buffers::of(columns),
            snapshots: self.snapshots.clone(),
        })
    }

    /// The rows of this branch.
    #[must_use]
    pub fn rows(&self) -> SharedRows {
        Arc::clone(&self.rows)
    }

    /// What was observed from the beginning of the history to here.
    #[must_use]
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    /// Takes note of the world of these `arms` at its beginning, or after a tick: answers what is asked, writes a row if one
    /// was due since the tick before, and a snapshot of the network likewise, under each of `names`.
    pub fn observe(&mut self, world: &World, arms: &[usize], names: &[&str]) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        let now = world.resource::<Clock>().now;
        let passed = Passed { since: self.since, now };
        self.since = Some(now);
        let spines = world.resource::<Synapses>().tally().spines;
        self.turnover.observe(now, spines);
        let row_is_due = passed.since.is_none_or(|since| plan.next_after(since) <= now);
        let Buffers { row, wanted, highest } = &mut self.buffers;
        if !plan.observables.want(passed, wanted) && !row_is_due {
            return Ok(());
        }
        if row_is_due {
            wanted.fill(true);
        }
        let neurons = NeuronColumns::of(world)?;
        let landmarks = || arms.iter().map(|&arm| plan.frames[arm].landmarks);
        if landmarks().filter_map(|of| of.stress_begins).any(|begins| passed.reached(begins)) {
            self.lost.stress_begins(neurons, &plan.sample);
        }
        if landmarks().filter_map(|of| of.stress_ends).any(|ends| passed.reached(ends)) {
            self.lost.count_losses(neurons, &plan.sample);
        }
        let snapshot_is_due = row_is_due && plan.network_at.iter().any(|&instant| passed.reached(instant));
        // every landmark of every arm has a row in all, and is observed in all, so that they can be compared; a row tells what
        // is about the landmarks of its own arms
        let is_at = |landmarks: Landmarks| landmarks.instants().into_iter().any(|instant| passed.reached(instant));
        let is_own = snapshot_is_due || landmarks().any(is_at);
        let is_of_any = || plan.landmarks_at.iter().any(|&instant| passed.reached(instant));
        let compare = row_is_due && (is_own || is_of_any());

        row.clear();
        highest.clear();
        let view = View { neurons, census: &self.census };
        plan.dictionary.read(&view, wanted, row, highest);
        let daily = self.turnover.at(now, spines);
        let reformed = if compare { self.lost.reformed(neurons, &plan.sample) } else { None };
        let remembered = [daily.map(|daily| daily.formation), daily.map(|daily| daily.elimination), reformed];
        row.extend(remembered.map(|value| value.unwrap_or(f64::NAN)));
        self.observed.take_in(&plan.observables, passed, row, highest);
        self.observed.judge(&self.columns, now, plan.nonsense, (row, highest))?;
        if landmarks().any(|of| passed.reached(of.horizon)) {
            self.observed.end(plan.dictionary.read_outcomes(&view));
        }
        if row_is_due {
            if !is_own {
                row.truncate(row.len() - 1);
                row.push(f64::NAN);
            }
            self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(now, row)?;
        }
        if snapshot_is_due {
            for &name in names {
                let id = SnapshotId { arm: name.to_owned(), replicate: plan.replicate, time: now };
                self.snapshots.extend(snapshot::write(neurons, &self.census, &plan.sample, &plan.folder, &id)?);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::random::Seed;
    use crate::mechanisms::Cascade;
    use crate::mechanisms::dosing::Formulary;

    fn h(hours: f64) -> Time {
        Time::from_hours(hours)
    }

    #[test]
    fn rows_fall_on_the_grid_on_landmarks_and_every_five_minutes_after_a_dose() {
        let doses = [h(30.0), h(31.0), h(44.6), h(90.0)];
        let plan = RecordingPlan {
            folder: PathBuf::new(),
            every: h(6.0),
            network_at: vec![h(25.0)],
            frames: Arc::default(),
            landmarks_at: Arc::default(),
            rows_at: [h(0.0), h(29.0), h(44.7)].into(),
            doses: doses.into(),
            observables: Arc::default(),
            sample: Sample::of(1, Seed(1)),
            replicate: 0,
            dictionary: Dictionary::of(&Cascade::standard(), &Formulary::default()),
            nonsense: Nonsense::Stop,
        };
        let mut stops = Vec::new();
        let mut now = h(18.0);
        while now < h(48.0) {
            now = plan.next_after(now);
            stops.push(now.hours());
        }
        let five = (0..=60).map(|i| 30.0 + f64::from(i) / 12.0);
        let second = (0..=40).map(|i| 44.6 + f64::from(i) / 12.0);
        let mut expected: Vec<f64> =
            [24.0, 25.0, 29.0].into_iter().chain(five).chain([36.0, 42.0, 44.7]).chain(second).collect();
        // whole hours while rows are dense: there, arms that are at rest have theirs
        expected.extend([45.0, 46.0, 47.0, 48.0]);
        expected.sort_by(f64::total_cmp);
        assert_eq!(stops.len(), expected.len());
        for (stop, expected) in stops.iter().zip(&expected) {
            assert!((stop - expected).abs() < 1e-6, "whole milliseconds: {stop} {expected}");
        }
    }
}
