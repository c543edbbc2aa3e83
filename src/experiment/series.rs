//! Series: what one arm and network leave in the tables, from the rows of the branches on the way there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;

use super::checkpoint::{CheckpointFolder, FinishedSeries};
use super::identity::NetworkId;
use super::plan::RunPlan;
use crate::foundation::error::Result;
use crate::foundation::files::{Fingerprint, Spool, Store};
use crate::recording::nonsense::{Strays, relative_unit};
use crate::recording::observables::Observed;
use crate::recording::recorder::SharedRows;
use crate::recording::tables::TimeSeriesWriter;

/// A branch on the way from the history to the horizon.
#[derive(Clone)]
pub(super) struct Stretch {
    pub(super) rows: SharedRows,
    /// The first of its arms.
    pub(super) arm: usize,
    pub(super) ticks: u64,
}

/// A series that a worker has just finished.
pub(super) struct NewSeries {
    arm: usize,
    /// Its part of the time series, as CSV.
    rows: Spool,
    headlines: Vec<f64>,
    ticks: u64,
    ticks_alone: u64,
    snapshots: Vec<Fingerprint>,
    strays: Strays,
}

impl NewSeries {
    /// Turns the rows of one arm and network into CSV, and what was observed of it into headline figures.
    pub(super) fn of(
        plan: &RunPlan,
        arm: usize,
        network: NetworkId,
        path: &[Stretch],
        observed: &Observed,
        snapshots: &[Fingerprint],
    ) -> Result<Self> {
        let name = plan.arms[arm].name;
        let mut baseline = observed.baselines();
        for (unit, _) in baseline.iter_mut().zip(&plan.relative).filter(|(_, relative)| **relative) {
            *unit = relative_unit(*unit);
        }
        let baseline = &baseline;
        let mut rows = Spool::in_folder(plan.folder)?;
        rows.append_with(|target| {
            let mut writer = TimeSeriesWriter::continuing(target);
            for stretch in path {
                stretch.rows.lock().unwrap_or_else(PoisonError::into_inner).visit(|time, values| {
                    for ((value, &relative), &unit) in values.iter_mut().zip(&plan.relative).zip(baseline) {
                        if relative {
                            *value /= unit;
                        }
                        if !value.is_finite() {
                            *value = f64::NAN;
                        }
                    }
                    writer.write(name, network.replicate, network.subject, time, values)
                })?;
            }
            writer.finish().map(drop)
        })?;
        let ticks = path.iter().filter(|stretch| stretch.arm == arm).map(|stretch| stretch.ticks).sum();
        let ticks_alone = path.iter().map(|stretch| stretch.ticks).sum();
        Ok(Self {
            arm,
            rows,
            headlines: plan.headlines_of(arm, observed, baseline),
            ticks,
            ticks_alone,
            snapshots: snapshots.to_vec(),
            strays: observed.strays().clone(),
        })
    }
}

/// Finished series of a run, by arm and network, and their rows.
pub(super) struct SeriesStore {
    pub(super) series: BTreeMap<(usize, NetworkId), FinishedSeries>,
    pub(super) rows: Store,
    /// Those that are in no checkpoint.
    unsaved: Vec<(usize, NetworkId)>,
    /// Number of checkpoints that hold series.
    files: usize,
}

impl SeriesStore {
    /// The series of the run in `folder` that an earlier process finished.
    pub(super) fn open(folder: &Path, checkpoints: &CheckpointFolder) -> Result<Self> {
        let mut series = BTreeMap::new();
        let mut rows = Store::in_folder(folder)?;
        let files = checkpoints.read_series(&mut rows, |arm, network, found| {
            series.insert((arm, network), found);
        })?;
        Ok(Self { series, rows, unsaved: Vec::new(), files })
    }

    /// Whether the series of `arms` in `network` are here.
    pub(super) fn holds(&self, arms: &[usize], network: NetworkId) -> bool {
        arms.iter().all(|&arm| self.series.contains_key(&(arm, network)))
    }

    /// Ticks of all series together; every branch is counted once.
    pub(super) fn ticks(&self) -> u64 {
        self.series.values().map(|series| series.ticks).sum()
    }

    /// Takes in a series of `network`.
    pub(super) fn take_in(&mut self, network: NetworkId, mut new: NewSeries) -> Result<()> {
        let rows = self.rows.keep(&mut new.rows)?;
        let NewSeries { arm, headlines, ticks, ticks_alone, snapshots, strays, .. } = new;
        let series = FinishedSeries { rows, headlines, ticks, ticks_alone, snapshots, strays };
        self.series.insert((arm, network), series);
        self.unsaved.push((arm, network));
        Ok(())
    }

    /// Writes what is in no checkpoint yet into one; returns the size of the file, if there is one.
    pub(super) fn save(&mut self, checkpoints: &CheckpointFolder) -> Result<Option<u64>> {
        if self.unsaved.is_empty() {
            return Ok(None);
        }
        let found: Vec<_> =
            self.unsaved.iter().filter_map(|key| self.series.get(key).map(|series| (key.0, key.1, series))).collect();
        let bytes = checkpoints.write_series(self.files, found.into_iter(), &mut self.rows)?;
        self.files += 1;
        self.unsaved.clear();
        Ok(Some(bytes))
    }
}
