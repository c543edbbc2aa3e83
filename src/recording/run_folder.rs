//! A finished run, as read back from its folder.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::course::RunCourse;
use super::layout::{OUTCOMES, TIME_SERIES_PARQUET};
use super::outcomes::Outcomes;
use super::parquet_series;
use crate::foundation::error::{Error, Result};
use crate::foundation::grid::LONGEST_TICK;
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::recording::network::{NetworkSnapshot, SHARED, SnapshotId};
use crate::recording::subjects::Covariates;
use crate::recording::tables::TimeSeries;

/// The folder of a finished run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// What was asked, and what happened in every arm.
    pub course: RunCourse,
    /// `manifest.json`; null if the run has none.
    pub manifest: serde_json::Value,
    /// The snapshots of the network that it holds, sorted.
    pub snapshots: Vec<SnapshotId>,
}

impl RunFolder {
    /// Opens a run folder: reads its course and manifest and lists its snapshots.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is not that of a run, [`Error::Io`] if it can't be read.
    pub fn open(path: &Path) -> Result<Self> {
        let course = RunCourse::read(path)?;
        let wrong = |path: &Path, what: &str| Error::Input(format!("error: {}: {what}", path.display()));
        let manifest_path = path.join("manifest.json");
        let manifest = if manifest_path.is_file() {
            let text = fs::read(&manifest_path).map_err(Error::io("read", &manifest_path))?;
            serde_json::from_slice(&text).map_err(|error| wrong(&manifest_path, &error.to_string()))?
        } else {
            serde_json::Value::Null
        };
        let mut snapshots = Vec::new();
        let network = path.join("network");
        if network.is_dir() {
            for entry in fs::read_dir(&network).map_err(Error::io("read", &network))? {
                let name = entry.map_err(Error::io("read", &network))?.file_name();
                snapshots.extend(name.to_str().and_then(SnapshotId::from_neurons_file));
            }
            // The order in which a file system lists names is its own affair.
            snapshots.sort();
        }
        Ok(Self { path: path.to_path_buf(), course, manifest, snapshots })
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the time series, in whichever format the run has it.
    pub fn time_series(&self) -> Result<TimeSeries> {
        let parquet = self.path.join(TIME_SERIES_PARQUET);
        if parquet.is_file() {
            return parquet_series::read(&parquet);
        }
        let path = self.path.join("timeseries.csv");
        let file = File::open(&path).map_err(Error::io("read", &path))?;
        TimeSeries::read(BufReader::new(file), &path)
    }

    /// The covariates of virtual subjects; empty if the run has none.
    pub fn covariates(&self) -> Result<Covariates> {
        let path = self.path.join("subjects.csv");
        if !path.is_file() {
            return Ok(Covariates::default());
        }
        let file = File::open(&path).map_err(Error::io("read", &path))?;
        Covariates::read(BufReader::new(file), &path)
    }

    /// Reads `outcomes.csv`.
    pub fn outcomes(&self) -> Result<Outcomes> {
        let path = self.path.join(OUTCOMES);
        let file = File::open(&path).map_err(Error::io("read", &path))?;
        Outcomes::read(BufReader::new(file), &path)
    }

    /// The snapshot that shows `arm` of `replicate` at `time`, or at the end of the tick in which `time` lies: its own, or
    /// the shared one.
    #[must_use]
    pub fn find_snapshot(&self, arm: &str, replicate: u32, time: Time) -> Option<&SnapshotId> {
        let shows = |id: &&SnapshotId| id.replicate == replicate && id.time >= time && id.time < time + LONGEST_TICK;
        let of = |name: &str| self.snapshots.iter().filter(shows).filter(|id| id.arm == name).min_by_key(|id| id.time);
        of(arm).or_else(|| of(SHARED))
    }

    /// Instants at which `arm` of `replicate` was kept, ascending.
    #[must_use]
    pub fn snapshot_times(&self, arm: &str, replicate: u32) -> Vec<Time> {
        let belongs = |id: &&SnapshotId| (id.arm == arm || id.arm == SHARED) && id.replicate == replicate;
        let mut times: Vec<Time> = self.snapshots.iter().filter(belongs).map(|id| id.time).collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// Reads one snapshot.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Input`] if a file is missing or damaged, or if a synapse names a neuron
    /// that is not there.
    pub fn snapshot(&self, id: &SnapshotId) -> Result<NetworkSnapshot> {
        let network = self.path.join("network");
        let snapshot = NetworkSnapshot::read(&network.join(id.neurons_file()), &network.join(id.synapses_file()))?;
        let neurons = snapshot.neurons.len();
        let known = |&id: &u32| (id as usize) < neurons;
        if snapshot.synapses.post.iter().all(known) && snapshot.synapses.pre.iter().all(known) {
            Ok(snapshot)
        } else {
            let (arm, replicate, time) = (&id.arm, id.replicate, format_time(id.time));
            Err(Error::Input(format!(
                "error: snapshot of `{arm}`, replicate {replicate}, {time}: a synapse joins a neuron that is not there"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_a_run_is_refused_and_a_shared_snapshot_serves_every_arm() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(RunFolder::open(folder.path()).unwrap_err().exit_code(), 2);
        RunCourse::default().write(folder.path()).unwrap();
        fs::create_dir(folder.path().join("network")).unwrap();
        for name in ["neurons_shared_r0_t504h.parquet", "neurons_series_r0_t528h.parquet", "notes.txt"] {
            fs::write(folder.path().join("network").join(name), "").unwrap();
        }
        let run = RunFolder::open(folder.path()).unwrap();
        let at = Time::from_hours;
        assert_eq!(run.find_snapshot("series", 0, at(504.0)).unwrap().arm, "shared");
        assert_eq!(run.find_snapshot("vehicle", 0, at(528.0)), None);
        // asked for within a tick, it was written at the tick's end
        assert_eq!(run.find_snapshot("series", 0, at(503.5)).unwrap().time, at(504.0));
        assert_eq!(run.find_snapshot("series", 0, at(503.0)), None);
        assert_eq!(run.snapshot_times("series", 0), [at(504.0), at(528.0)]);
    }
}
