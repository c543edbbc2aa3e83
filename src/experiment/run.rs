//! Running an experiment: from an empty folder to results that stand whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::configuration::Experiment;
use super::replicates::{Harvest, Plan};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::recording::claim;
use crate::recording::dictionary;
use crate::recording::manifest::{self, Manifest, Status};
use crate::recording::sample::Sample;
use crate::recording::subjects;
use crate::recording::summary::Sampled;
use crate::recording::tables::TimeSeriesWriter;

/// Who looks on while a run is under way.
pub trait Watch: Sync {
    /// The run begins; all its branches together simulate this many hours.
    fn begins(&self, simulated_h: f64);
    /// Some branch went on by this many simulated hours.
    fn advanced(&self, simulated_h: f64);
    /// Whether the run is to stop after the present tick.
    fn is_interrupted(&self) -> bool;
}

/// Nobody looks on.
pub struct Unwatched;

impl Watch for Unwatched {
    fn begins(&self, _: f64) {}
    fn advanced(&self, _: f64) {}
    fn is_interrupted(&self) -> bool {
        false
    }
}

/// A run: its experiment, and the folder that it fills.
///
/// Between [`Run::begin`] and [`Run::finish`] the manifest says `running`, so that whatever stops the program
/// in between, the folder does not pass for a finished run.
pub struct Run {
    experiment: Experiment,
    folder: PathBuf,
    threads: usize,
    started: Instant,
    ticks: u64,
    log: Vec<String>,
}

impl Run {
    /// Takes `folder` for a run of `experiment`, which must have been checked, on `threads` threads.
    ///
    /// # Errors
    /// Those of [`claim::claim`], before anything is written; [`Error::Io`] if the folder takes no file.
    pub fn begin(experiment: Experiment, folder: &Path, force: bool, threads: usize) -> Result<Self> {
        let folder = claim::claim(folder, force)?;
        let mut run =
            Self { experiment, folder, threads: threads.max(1), started: Instant::now(), ticks: 0, log: Vec::new() };
        run.note(format!("resprout {}, {threads} threads", env!("CARGO_PKG_VERSION")));
        run.manifest(Status::Running).write(&run.folder)?;
        match files::write(&run.folder.join("config.toml"), run.experiment.to_resolved_toml().as_bytes()) {
            Ok(()) => Ok(run),
            Err(error) => Err(run.fail(error)),
        }
    }

    /// Adds a line to the log, with the time since the beginning.
    pub fn note(&mut self, line: impl Into<String>) {
        self.log.push(format!("{:9.3} s  {}", self.started.elapsed().as_secs_f64(), line.into()));
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The experiment.
    #[must_use]
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Simulates everything and writes the tables. Results do not depend on the number of threads.
    ///
    /// # Errors
    /// [`Error::Numerical`], [`Error::Io`], or [`Error::Interrupted`] if `watch` says so. No table is written
    /// then; network snapshots that were finished remain.
    pub fn simulate(&mut self, watch: &dyn Watch) -> Result<()> {
        let plan = Plan::of(&self.experiment, &self.folder, watch)?;
        watch.begins(plan.simulated_h());
        let harvest = plan.simulate(self.threads)?;
        let ticks = harvest.ticks;
        write_tables(&self.experiment, &self.folder, &plan, harvest)?;
        self.ticks = ticks;
        self.note(format!("simulated {ticks} ticks"));
        Ok(())
    }

    /// Writes the log and the manifest. Call it once everything else is in the folder.
    pub fn finish(mut self, status: Status) -> Result<Manifest> {
        self.note(format!("{status:?}").to_lowercase());
        let log = self.log.join("\n") + "\n";
        files::write(&self.folder.join("log.txt"), log.as_bytes())?;
        let manifest = Manifest { files: manifest::hashes(&self.folder)?, ..self.manifest(status) };
        manifest.write(&self.folder)?;
        Ok(manifest)
    }

    /// Ends a run that failed: the folder says so, and the error is handed back. If the folder takes nothing
    /// any more, the first error is still the one that counts.
    #[must_use]
    pub fn fail(mut self, error: Error) -> Error {
        self.note(error.to_string());
        let status = if matches!(error, Error::Interrupted(_)) { Status::Interrupted } else { Status::Failed };
        let _ = self.finish(status);
        error
    }

    fn manifest(&self, status: Status) -> Manifest {
        let experiment = &self.experiment;
        let synapses = experiment.network.synapses();
        Manifest {
            status,
            version: env!("CARGO_PKG_VERSION"),
            commit: manifest::COMMIT,
            config_hash: experiment.hash(),
            seed: experiment.run.seed,
            replicate_seeds: (0..experiment.run.replicates).map(|index| experiment.run.seed_of(index).0).collect(),
            arms: experiment.arms.iter().map(|arm| arm.name.clone()).collect(),
            neurons: u64::from(experiment.network.neurons),
            synapses,
            snapshot_share: Sample::of(synapses, experiment.run.seed_of(0)).share,
            ticks: self.ticks,
            threads: self.threads,
            wall_s: self.started.elapsed().as_secs_f64(),
            peak_rss_mb: manifest::peak_resident_bytes().map(|bytes| bytes as f64 / 1e6),
            files: BTreeMap::new(),
        }
    }
}

/// Writes the time series, its dictionary, the subjects and the summary, in order of arm, replicate and subject.
fn write_tables(experiment: &Experiment, folder: &Path, plan: &Plan, mut harvest: Harvest) -> Result<()> {
    files::write_with(&folder.join("timeseries.csv"), |target| {
        TimeSeriesWriter::new(&mut *target, plan.columns())?.finish()?;
        harvest.series.values().try_for_each(|series| harvest.rows.copy(series.rows, target))
    })?;
    files::write_with(&folder.join("dictionary.csv"), |target| dictionary::write(target, plan.columns()))?;
    if experiment.subjects.is_some() {
        let drawn =
            experiment.units().map(|(replicate, index)| (replicate, index, experiment.subject(replicate, index).0));
        files::write_with(&folder.join("subjects.csv"), |target| subjects::write(target, drawn))?;
    }
    let mut arms: Vec<(String, Vec<Vec<f64>>)> =
        experiment.arms.iter().map(|arm| (arm.name.clone(), Vec::new())).collect();
    for ((arm, _), series) in harvest.series {
        arms[arm].1.push(series.headlines);
    }
    let subjects = experiment.subjects.as_ref().map(|subjects| subjects.n);
    plan.headlines().write(
        folder,
        &experiment.title,
        Sampled { replicates: experiment.run.replicates, subjects },
        &arms,
    )
}
