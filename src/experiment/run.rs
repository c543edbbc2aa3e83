//! Running an experiment: from an empty folder to results that stand whole.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::checkpoint::{self, Stamp};
use super::dispatcher::{self, Simulated, Written};
use super::plan::RunPlan;
use super::series::SeriesStore;
use super::watch::RunWatch;
use crate::configuration::estimate::{Estimate, format_bytes};
use crate::configuration::{Experiment, load};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::recording::claim;
use crate::recording::manifest::{self, Manifest, Recorded, Status};
use crate::recording::sample::Sample;
use crate::recording::subjects;
use crate::recording::summary::Sampled;
use crate::recording::tables::TimeSeriesWriter;

/// The resolved config in a run folder.
const CONFIG: &str = "config.toml";

/// A run: its experiment, and the folder that it fills.
///
/// Between [`RunUnderWay::begin`] and [`RunUnderWay::finish`] the manifest says `running`, so that whatever stops the program
/// in between, the folder does not pass for a finished run.
pub struct RunUnderWay {
    experiment: Experiment,
    folder: PathBuf,
    threads: usize,
    started: Instant,
    ticks: u64,
    log: Vec<String>,
    /// Wall time of the processes that worked on it before, in seconds.
    earlier_s: f64,
    /// Held while this process works on the folder.
    _claim: Option<File>,
}

impl RunUnderWay {
    /// Takes `folder` for a run of `experiment`, which must have been checked, on `threads` threads.
    ///
    /// # Errors
    /// Those of [`claim::claim`], before anything is written; [`Error::Io`] if the folder takes no file, or if its
    /// disk has no room for what the run will probably write.
    pub fn begin(experiment: Experiment, folder: &Path, force: bool, threads: usize) -> Result<Self> {
        require_room(&experiment, folder)?;
        let folder = claim::claim(folder, force)?;
        let mut run = Self {
            experiment,
            folder,
            threads: threads.max(1),
            started: Instant::now(),
            ticks: 0,
            log: Vec::new(),
            earlier_s: 0.0,
            _claim: None,
        };
        run.note(format!("resprout {}, {threads} threads", env!("CARGO_PKG_VERSION")));
        run.manifest(Status::Running).write(&run.folder)?;
        match run.write_config().and_then(|config| alone(&config)) {
            Ok(claim) => Ok(Self { _claim: claim, ..run }),
            Err(error) => Err(run.fail(error)),
        }
    }

    /// Goes on with the run in `folder`, on `threads` threads and with the mechanisms of `cascade`; `None` if it is
    /// complete.
    ///
    /// Everything that is needed is read and checked first. A run that was stopped before its first checkpoint
    /// starts over.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if a checkpoint is damaged, or if this program or the folder's config is not that
    /// with which the run began; [`Error::Input`] if there is no run; [`Error::Run`] if another process works
    /// on it. Nothing in the folder has been changed then.
    pub fn resume(folder: &Path, threads: usize, cascade: &Cascade) -> Result<Option<Self>> {
        let recorded = Recorded::read(folder)?;
        if recorded.status == Status::Complete {
            return Ok(None);
        }
        let begun = Stamp { version: recorded.version, commit: recorded.commit, config_hash: recorded.config_hash };
        let manifest = folder.join(claim::MANIFEST);
        Stamp::of(begun.config_hash.clone()).admits(&begun, &manifest)?;
        let config = folder.join(CONFIG);
        let experiment = load(&config, &[], cascade)?.experiment;
        let stamp = Stamp::of(experiment.hash());
        stamp.admits(&begun, &manifest)?;
        let claim = alone(&config)?;
        let branches = checkpoint::inspect(folder, stamp)?;
        claim::delete_parts(folder)?;
        let log = fs::read_to_string(folder.join("log.txt")).unwrap_or_default();
        let mut run = Self {
            experiment,
            folder: folder.to_path_buf(),
            threads: threads.max(1),
            started: Instant::now(),
            ticks: 0,
            log: log.lines().map(str::to_owned).collect(),
            earlier_s: recorded.wall_s,
            _claim: claim,
        };
        run.note(format!("goes on, {threads} threads, from {branches} saved branches"));
        run.manifest(Status::Running).write(&run.folder)?;
        Ok(Some(run))
    }

    /// Writes the course of every arm, the resolved config and the files that belong to it; returns the path of the config.
    fn write_config(&self) -> Result<PathBuf> {
        for (path, text) in self.experiment.attachments() {
            let path = self.folder.join(path);
            if let Some(folder) = path.parent() {
                files::create_folder(folder)?;
            }
            files::write(&path, text.as_bytes())?;
        }
        self.experiment.course()?.write(&self.folder)?;
        let path = self.folder.join(CONFIG);
        files::write(&path, self.experiment.to_resolved_toml().as_bytes())?;
        Ok(path)
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
    /// then; network snapshots that were finished remain, and so do checkpoints: an interrupted run has saved
    /// all that it was at.
    pub fn simulate(&mut self, watch: &dyn RunWatch) -> Result<()> {
        let plan = RunPlan::of(&self.experiment, &self.folder)?;
        watch.begins(plan.simulated_h());
        let Simulated { series, checkpoints } = dispatcher::simulate(&plan, watch, self.threads)?;
        let ticks = series.ticks();
        write_tables(&plan, series)?;
        self.ticks = ticks;
        self.note(format!("simulated {ticks} ticks"));
        if checkpoints.files > 0 {
            let Written { files, bytes, time } = checkpoints;
            let seconds = time.as_secs_f64();
            self.note(format!("wrote {files} checkpoint files, {} in {seconds:.1} s", format_bytes(bytes)));
        }
        Ok(())
    }

    /// Writes the log and the manifest. Call it once everything else is in the folder. A complete run needs its
    /// checkpoints no more: they are deleted.
    pub fn finish(mut self, status: Status) -> Result<Manifest> {
        self.note(format!("{status:?}").to_lowercase());
        let log = self.log.join("\n") + "\n";
        files::write(&self.folder.join("log.txt"), log.as_bytes())?;
        let manifest = Manifest { files: manifest::hashes(&self.folder)?, ..self.manifest(status) };
        manifest.write(&self.folder)?;
        if status == Status::Complete {
            claim::delete_checkpoints(&self.folder)?;
        }
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
            wall_s: self.earlier_s + self.started.elapsed().as_secs_f64(),
            peak_rss_mb: manifest::peak_resident_bytes().map(|bytes| bytes as f64 / 1e6),
            files: BTreeMap::new(),
        }
    }
}

/// Refuses to begin what the disk of `folder` cannot hold.
fn require_room(experiment: &Experiment, folder: &Path) -> Result<()> {
    let needed = Estimate::of(experiment).disk_bytes;
    match files::free_bytes(folder).filter(|&free| free < needed) {
        Some(free) => {
            let words =
                format!("No space left: about {} are needed, {} are free", format_bytes(needed), format_bytes(free));
            Err(Error::io("hold the run in", folder)(io::Error::new(io::ErrorKind::StorageFull, words)))
        }
        None => Ok(()),
    }
}

/// Sees to it that no other process works on the run whose config is `config`, for as long as the file is
/// held. Not every system and file system can tell: then it is taken on trust.
fn alone(config: &Path) -> Result<Option<File>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let file = File::open(config).map_err(Error::io("read", config))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            let folder = config.parent().unwrap_or(config).display();
            Err(Error::Run(format!("another process is at work in `{folder}`")))
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Writes the time series, its dictionary, the subjects, outcomes and summary, in order of arm, replicate and subject.
fn write_tables(plan: &RunPlan, store: SeriesStore) -> Result<()> {
    let RunPlan { experiment, folder, dictionary, columns, headlines, .. } = plan;
    let SeriesStore { series, mut rows, .. } = store;
    files::write_with(&folder.join("timeseries.csv"), |target| {
        TimeSeriesWriter::new(&mut *target, columns)?.finish()?;
        series.values().try_for_each(|series| rows.copy(series.rows, target))
    })?;
    files::write_with(&folder.join("dictionary.csv"), |target| dictionary.write(target, columns))?;
    if experiment.subjects.is_some() {
        let drawn =
            experiment.units().map(|(replicate, index)| (replicate, index, experiment.subject(replicate, index).0));
        files::write_with(&folder.join("subjects.csv"), |target| subjects::write(target, drawn))?;
    }
    let mut arms: Vec<(String, Vec<Vec<f64>>)> =
        experiment.arms.iter().map(|arm| (arm.name.clone(), Vec::new())).collect();
    for ((arm, _), series) in series {
        arms[arm].1.push(series.headlines);
    }
    let subjects = experiment.subjects.as_ref().map(|subjects| subjects.n);
    let networks: Vec<(u32, u32)> = experiment.units().collect();
    headlines.write_outcomes(folder, &networks, &arms)?;
    headlines.write(folder, &experiment.title, Sampled { replicates: experiment.run.replicates, subjects }, &arms)
}
