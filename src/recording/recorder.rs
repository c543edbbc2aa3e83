//! Recording one branch of a run: rows, snapshots, turnover, lost connections.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bevy_ecs::prelude::*;

use super::connections::LostConnections;
use super::dictionary::Dictionary;
use super::network::SnapshotId;
use super::rows::RowSpool;
use super::sample::Sample;
use super::snapshot;
use super::summary::Landmarks;
use super::turnover::Turnover;
use crate::anatomy::all_neurons::NeuronColumns;
use crate::anatomy::synapses::Synapses;
use crate::anatomy::view::{Census, View};
use crate::foundation::clock::Clock;
use crate::foundation::error::Result;
use crate::foundation::files::Fingerprint;
use crate::foundation::grid::{AFTER_DOSE, ROWS_AFTER_DOSE};
use crate::foundation::sections::{SectionReader, SectionWriter};
use crate::foundation::state::{read_value, write_value};
use crate::foundation::time::Time;

/// What is recorded, and when; the same for every branch of a replicate.
#[derive(Clone, Debug)]
pub struct RecordingPlan {
    /// The run folder.
    pub folder: PathBuf,
    /// Interval between rows.
    pub every: Time,
    /// When the network is written, ascending.
    pub network_at: Vec<Time>,
    /// Instants that headline figures are about.
    pub landmarks: Landmarks,
    /// Neurons whose synapses are kept.
    pub sample: Sample,
    /// Independent network, counted from 0.
    pub replicate: u32,
    /// The columns.
    pub dictionary: Arc<Dictionary>,
}

impl RecordingPlan {
    /// The first instant after `now` at which a branch with doses at `doses` (ascending) is recorded.
    #[must_use]
    pub fn next_after(&self, now: Time, doses: &[Time]) -> Time {
        let mut next = now.next_multiple_of(self.every);
        for &instant in self.network_at.iter().chain(&self.landmarks.instants()) {
            if instant > now {
                next = next.min(instant);
            }
        }
        // neither doses that began early enough to be over nor those beyond the next one are looked at
        let first = doses.partition_point(|&dose| dose + AFTER_DOSE <= now);
        let begun = doses.partition_point(|&dose| dose <= now);
        for &dose in &doses[first..begun] {
            next = next.min(dose + (now - dose).next_multiple_of(ROWS_AFTER_DOSE));
        }
        doses.get(begun).map_or(next, |&dose| next.min(dose))
    }
}

/// Rows of one branch, to be read once the branch is over.
pub type SharedRows = Arc<Mutex<RowSpool>>;

/// Records one branch.
pub struct Recorder {
    plan: Arc<RecordingPlan>,
    census: Arc<Census>,
    rows: SharedRows,
    turnover: Turnover,
    lost: LostConnections,
    row: Vec<f64>,
    /// Snapshots that were written on the way here.
    snapshots: Vec<Fingerprint>,
}

impl Recorder {
    /// A recorder of a history that begins in `world`.
    pub fn new(plan: Arc<RecordingPlan>, world: &World) -> Result<Self> {
        let census = Arc::new(Census::of(NeuronColumns::of(world)?));
        let columns = plan.dictionary.columns(&census.populations).len();
        let rows = Arc::new(Mutex::new(RowSpool::in_folder(&plan.folder, columns)?));
        Ok(Self {
            plan,
            census,
            rows,
            turnover: Turnover::default(),
            lost: LostConnections::default(),
            row: Vec::with_capacity(columns),
            snapshots: Vec::new(),
        })
    }

    /// Writes what is remembered of the past to a checkpoint. Rows are saved apart.
    pub fn save_memory<W: Write>(&self, into: &mut SectionWriter<W>) -> io::Result<()> {
        into.section("memory", |section| write_value(&(&self.turnover, &self.lost, &self.snapshots), section))
    }

    /// A recorder that goes on where the one that was saved stopped, in the same `world`, with its `rows`.
    pub fn load<R: Read>(
        plan: Arc<RecordingPlan>,
        world: &World,
        rows: SharedRows,
        from: &mut SectionReader<R>,
    ) -> io::Result<Self> {
        let census = Arc::new(Census::of(NeuronColumns::of(world).map_err(io::Error::other)?));
        let row = Vec::with_capacity(plan.dictionary.columns(&census.populations).len());
        let (turnover, lost, snapshots) = from.section("memory", |section| read_value(section))?;
        Ok(Self { plan, census, rows, turnover, lost, row, snapshots })
    }

    /// Snapshots that were written from the beginning of the history to here.
    #[must_use]
    pub fn snapshots(&self) -> &[Fingerprint] {
        &self.snapshots
    }

    /// A recorder of a branch that continues what this one recorded.
    pub fn fork(&self) -> Result<Self> {
        let columns = self.row.capacity();
        let rows = Arc::new(Mutex::new(RowSpool::in_folder(&self.plan.folder, columns)?));
        Ok(Self {
            plan: Arc::clone(&self.plan),
            census: Arc::clone(&self.census),
            rows,
            turnover: self.turnover.clone(),
            lost: self.lost.clone(),
            row: Vec::with_capacity(columns),
            snapshots: self.snapshots.clone(),
        })
    }

    /// The first instant after `now` at which a branch with doses at `doses` (ascending) is recorded.
    #[must_use]
    pub fn next_after(&self, now: Time, doses: &[Time]) -> Time {
        self.plan.next_after(now, doses)
    }

    /// The rows of this branch.
    #[must_use]
    pub fn rows(&self) -> SharedRows {
        Arc::clone(&self.rows)
    }

    /// Takes note of the world after a tick.
    pub fn observe(&mut self, world: &World) {
        self.turnover.observe(world.resource::<Clock>().now, world.resource::<Synapses>().tally().spines);
    }

    /// Records the world as it stands: a row, and a snapshot of the network if one is due, under each of
    /// `names`.
    pub fn record(&mut self, world: &World, names: &[&str]) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        let neurons = NeuronColumns::of(world)?;
        let now = world.resource::<Clock>().now;
        let landmarks = &plan.landmarks;
        if landmarks.stress_begins == Some(now) {
            self.lost.stress_begins(neurons, &plan.sample);
        }
        if landmarks.stress_ends == Some(now) {
            self.lost.count_losses(neurons, &plan.sample);
        }
        let snapshot_is_due = plan.network_at.binary_search(&now).is_ok();
        let compare = snapshot_is_due || landmarks.instants().contains(&now);

        self.row.clear();
        plan.dictionary.read(&View { neurons, census: &self.census }, &mut self.row);
        let daily = self.turnover.at(now, world.resource::<Synapses>().tally().spines);
        let reformed = if compare { self.lost.reformed(neurons, &plan.sample) } else { None };
        let remembered = [daily.map(|daily| daily.formation), daily.map(|daily| daily.elimination), reformed];
        self.row.extend(remembered.map(|value| value.unwrap_or(f64::NAN)));
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(now, &self.row)?;

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
            landmarks: Landmarks::of(&[(h(0.0), h(29.0))], doses, h(100.0)),
            sample: Sample::of(1, Seed(1)),
            replicate: 0,
            dictionary: Dictionary::of(&Cascade::standard()),
        };
        let mut stops = Vec::new();
        let mut now = h(18.0);
        while now < h(48.0) {
            now = plan.next_after(now, &doses);
            stops.push(now.hours());
        }
        let five = (0..=60).map(|i| 30.0 + f64::from(i) / 12.0);
        let second = (0..=40).map(|i| 44.6 + f64::from(i) / 12.0);
        let expected: Vec<f64> =
            [24.0, 25.0, 29.0].into_iter().chain(five).chain([36.0, 42.0]).chain(second).chain([48.0]).collect();
        assert_eq!(stops.len(), expected.len());
        for (stop, expected) in stops.iter().zip(&expected) {
            assert!((stop - expected).abs() < 1e-6, "whole milliseconds: {stop} {expected}");
        }
    }
}
