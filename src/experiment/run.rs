//! Running an experiment: from an empty folder to results that stand whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::checkpoint::{self, CheckpointFolder, Stamp};
use super::dispatcher::{self, Simulated, Written};
use super::plan::RunPlan;
use super::series::SeriesStore;
use super::watch::{RunWatch, Unwatched, interruption};
use crate::configuration::estimate::{Estimate, format_bytes};
use crate::configuration::{Experiment, load};
use crate::foundation::characters::escaped;
use crate::foundation::error::{Error, Result};
use crate::foundation::files::{self, Fingerprint};
use crate::mechanisms::Cascade;
use crate::recording::lock::FolderLock;
use crate::recording::manifest::{self, Manifest, Status};
use crate::recording::nonsense::BeyondRange;
use crate::recording::parquet_series::ParquetSeriesWriter;
use crate::recording::sample::Sample;
use crate::recording::subjects;
use crate::recording::summary::Sampled;
use crate::recording::tables::{SeriesFormat, TimeSeries, TimeSeriesWriter};
use crate::recording::{claim, layout};

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
    /// Columns that made no sense, which the config allows.
    nonsense: BTreeMap<String, BeyondRange>,
    /// What the command line changed in the config.
    edits: Vec<String>,
    log: Vec<String>,
    /// Wall time of the processes that worked on it before, in seconds.
    earlier_s: f64,
    /// BLAKE3 of every file that it has written and will not write again, by its path in the folder. Nothing else in the
    /// folder is of this run.
    files: BTreeMap<String, String>,
    /// Figures that are being drawn.
    drawing: BTreeSet<String>,
    /// Whether every table stands.
    is_simulated: bool,
    /// Held while this process works on the folder.
    _lock: FolderLock,
}

impl RunUnderWay {
    /// Takes `folder` for a run of `experiment`, which must have been checked, on `threads` threads.
    ///
    /// # Errors
    /// Those of [`claim::claim`], before anything is written; [`Error::Io`] if the folder takes no file, or if its
    /// disk has no room for what the run will probably write.
    pub fn begin(experiment: Experiment, folder: &Path, force: bool, threads: usize) -> Result<Self> {
        require_room(&experiment, folder)?;
        let inputs = inputs(&experiment)?;
        let lock = claim::claim(folder, force)?;
        let mut run = Self {
            experiment,
            folder: folder.to_path_buf(),
            threads: threads.max(1),
            started: Instant::now(),
            ticks: 0,
            nonsense: BTreeMap::new(),
            edits: Vec::new(),
            log: Vec::new(),
            earlier_s: 0.0,
            files: inputs.iter().map(|(path, text)| (path.clone(), files::hash_of(text.as_bytes()))).collect(),
            drawing: BTreeSet::new(),
            is_simulated: false,
            _lock: lock,
        };
        run.note(format!("resprout {}, {threads} threads", env!("CARGO_PKG_VERSION")));
        // first, so that whatever stops the program from here on, it is known whose the files are
        run.manifest(Status::Running).write(&run.folder)?;
        match run.write(&inputs) {
            Ok(()) => Ok(run),
            Err(error) => Err(run.fail(error)),
        }
    }

    /// Goes on with the run in `folder`, on `threads` threads and with the mechanisms of `cascade`; `None` if it is
    /// complete.
    ///
    /// Everything that is needed is read and checked first. A run that was stopped before its first checkpoint
    /// starts over; one that was stopped when all its tables stood has its figures left to draw.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if a checkpoint or a file from which the run began is damaged, or if this program or the
    /// folder's config is not that with which the run began; [`Error::Input`] if there is no run, if another process
    /// works on it, or if it is complete and damaged. Nothing in the folder has been changed then.
    pub fn resume(folder: &Path, threads: usize, cascade: &Cascade) -> Result<Option<Self>> {
        Self::resume_until(folder, threads, cascade, &Unwatched)
    }

    /// The same; while checkpoints are read, `watch` is asked whether to stop.
    ///
    /// # Errors
    /// Those of [`RunUnderWay::resume`]; [`Error::Interrupted`], before anything in the folder has been changed.
    pub fn resume_until(
        folder: &Path,
        threads: usize,
        cascade: &Cascade,
        watch: &dyn RunWatch,
    ) -> Result<Option<Self>> {
        let lock = FolderLock::to_write(folder)?;
        let (recorded, is_sealed) = Manifest::read(folder)?;
        if recorded.status == Status::Complete {
            return manifest::require_whole(folder, &recorded.damage(folder, is_sealed, |_| true)?).map(|()| None);
        }
        let begun = Stamp {
            version: recorded.version.clone(),
            commit: recorded.commit.clone(),
            config_hash: recorded.config_hash.clone(),
        };
        let manifest = folder.join(layout::MANIFEST);
        Stamp::of(begun.config_hash.clone()).admits(&begun, &manifest)?;
        claim::refuse_links(folder)?;
        let damage = recorded.damage(folder, is_sealed, |_| true)?;
        let (beyond_repair, made_again): (Vec<_>, Vec<_>) = damage.into_iter().partition(|(name, _)| !is_made(name));
        if !beyond_repair.is_empty() {
            let what = manifest::listed(&beyond_repair);
            let shown = folder.display();
            return Err(Error::Checkpoint(format!("`{shown}` is not as the run left it: {what}")));
        }
        let experiment = load(&folder.join(layout::CONFIG), &[], cascade)?.experiment;
        let stamp = Stamp::of(experiment.hash());
        stamp.admits(&begun, &manifest)?;
        let tables_stand = made_again.iter().all(|(name, _)| name == layout::LOG);
        let is_simulated = tables_stand && recorded.files.contains_key(layout::SUMMARY);
        let branches = if is_simulated { 0 } else { checkpoint::inspect(folder, stamp, watch)? };
        claim::delete_parts(folder)?;
        claim::delete_figures(folder, &recorded.drawing)?;
        let log = fs::read(folder.join(layout::LOG)).unwrap_or_default();
        let mut run = Self {
            experiment,
            folder: folder.to_path_buf(),
            threads: threads.max(1),
            started: Instant::now(),
            ticks: recorded.ticks,
            nonsense: recorded.nonsense,
            edits: recorded.edits,
            log: String::from_utf8_lossy(&log).lines().map(str::to_owned).collect(),
            earlier_s: recorded.wall_s,
            files: recorded.files.into_iter().filter(|(name, _)| is_simulated || !is_made(name)).collect(),
            drawing: BTreeSet::new(),
            is_simulated,
            _lock: lock,
        };
        if !made_again.is_empty() {
            run.note(format!("found damaged: {}", manifest::listed(&made_again)));
        }
        let from = if is_simulated { "its tables".to_owned() } else { format!("{branches} saved branches") };
        run.note(format!("goes on, {threads} threads, from {from}"));
        run.manifest(Status::Running).write(&run.folder)?;
        Ok(Some(run))
    }

    /// Writes what the run begins from.
    fn write(&self, inputs: &[(String, String)]) -> Result<()> {
        for (path, text) in inputs {
            if let Some((folder, _)) = path.split_once('/') {
                files::create_folder_in(&self.folder, folder)?;
            }
            files::write(&self.folder.join(path), text.as_bytes())?;
        }
        Ok(())
    }

    /// Adds a line to the log, with the time since the beginning.
    pub fn note(&mut self, line: impl Into<String>) {
        let line = line.into();
        self.log.push(format!("{:9.3} s  {}", self.started.elapsed().as_secs_f64(), escaped(&line)));
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
        if self.is_simulated {
            watch.begins(0.0);
            return Ok(());
        }
        watch.begins(plan.simulated_h());
        let Simulated { series, checkpoints } = dispatcher::simulate(&plan, watch, self.threads)?;
        let ticks = series.ticks();
        let snapshots: BTreeMap<String, String> = series
            .series
            .values()
            .flat_map(|series| series.snapshots.iter().map(|file| (file.path.clone(), file.hash.clone())))
            .collect();
        let nonsense = beyond_range(&plan, &series);
        let tables = write_tables(&plan, series, watch)?;
        self.files.extend(snapshots.into_iter().chain(tables));
        self.ticks = ticks;
        self.is_simulated = true;
        self.note(format!("simulated {ticks} ticks"));
        for (column, BeyondRange { arm, time_h, series, .. }) in &nonsense {
            self.note(format!(
                "column `{column}` made no sense in {series} series, first at {time_h} h in arm `{arm}`"
            ));
        }
        self.nonsense = nonsense;
        if checkpoints.files > 0 {
            let Written { files, bytes, time } = checkpoints;
            let seconds = time.as_secs_f64();
            self.note(format!("wrote {files} checkpoint files, {} in {seconds:.1} s", format_bytes(bytes)));
        }
        Ok(())
    }

    /// Says in the manifest that figures of these names, by their path in the folder, are about to be drawn, and that all
    /// else stands: a run that is stopped from here on has only its figures left to draw.
    pub fn begin_drawing(&mut self, names: impl IntoIterator<Item = String>) -> Result<()> {
        self.drawing = names.into_iter().collect();
        self.manifest(Status::Running).write(&self.folder)
    }

    /// Records what the command line changed in the config as it stood in its file, as `KEY=VALUE`.
    ///
    /// # Errors
    /// [`Error::Io`] if the manifest cannot be written.
    pub fn record_edits(&mut self, edits: Vec<String>) -> Result<()> {
        self.edits = edits;
        self.manifest(Status::Running).write(&self.folder)
    }

    /// Takes the figures that were drawn for files of the run.
    pub fn keep_figures(&mut self, drawn: impl IntoIterator<Item = Fingerprint>) {
        self.files.extend(drawn.into_iter().map(|file| (file.path, file.hash)));
        self.drawing.clear();
    }

    /// Writes the log and the manifest. Call it once everything else is in the folder. A complete run needs its
    /// checkpoints no more: they are deleted.
    pub fn finish(mut self, status: Status) -> Result<Manifest> {
        self.note(format!("{status:?}").to_lowercase());
        let log = self.log.join("\n") + "\n";
        files::write(&self.folder.join(layout::LOG), log.as_bytes())?;
        let manifest = Manifest { log: Some(files::hash_of(log.as_bytes())), ..self.manifest(status) };
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
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: manifest::COMMIT.map(str::to_owned),
            config_hash: experiment.hash(),
            edits: self.edits.clone(),
            seed: experiment.run.seed,
            replicate_seeds: (0..experiment.run.replicates).map(|index| experiment.run.seed_of(index).0).collect(),
            arms: experiment.arms.iter().map(|arm| arm.name.clone()).collect(),
            neurons: u64::from(experiment.network.neurons),
            synapses,
            snapshot_share: Sample::of(synapses, experiment.run.seed_of(0)).share,
            ticks: self.ticks,
            nonsense: self.nonsense.clone(),
            threads: self.threads,
            wall_s: self.earlier_s + self.started.elapsed().as_secs_f64(),
            peak_rss_mb: manifest::peak_resident_bytes().map(|bytes| bytes as f64 / 1e6),
            log: None,
            files: self.files.clone(),
            drawing: self.drawing.clone(),
            redrawn: BTreeSet::new(),
        }
    }
}

/// The files from which a run begins, by their path in its folder: what its config points to, the course of every arm, and
/// the config itself, with everything written out.
fn inputs(experiment: &Experiment) -> Result<Vec<(String, String)>> {
    let mut inputs: Vec<(String, String)> =
        experiment.attachments().into_iter().map(|(path, text)| (path, text.to_owned())).collect();
    inputs.push((layout::COURSE.to_owned(), experiment.course()?.text()?));
    inputs.push((layout::CONFIG.to_owned(), experiment.to_resolved_toml()));
    Ok(inputs)
}

/// Whether the file `name` is one that the run makes, and can make again, rather than one from which it begins.
fn is_made(name: &str) -> bool {
    let is_input = [layout::MANIFEST, layout::CONFIG, layout::COURSE].contains(&name);
    !is_input && name.split_once('/').is_none_or(|(folder, _)| [layout::NETWORK, layout::FIGURES].contains(&folder))
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

/// Of every column that made no sense, where it did first.
fn beyond_range(plan: &RunPlan, store: &SeriesStore) -> BTreeMap<String, BeyondRange> {
    let mut found: BTreeMap<String, BeyondRange> = BTreeMap::new();
    for (&(arm, network), series) in &store.series {
        for (&place, stray) in &series.strays {
            let here = BeyondRange {
                arm: plan.experiment.arms[arm].name.clone(),
                replicate: network.replicate,
                subject: network.subject,
                time_h: stray.time.hours(),
                value: Some(stray.value).filter(|value| value.is_finite()),
                series: 1,
            };
            let earliest =
                found.entry(plan.columns[place].clone()).or_insert_with(|| BeyondRange { series: 0, ..here.clone() });
            let series = earliest.series + 1;
            if here.time_h < earliest.time_h {
                *earliest = here;
            }
            earliest.series = series;
        }
    }
    found
}

/// Writes the time series, its dictionary, the subjects, outcomes and summary, in order of arm, replicate and subject;
/// returns the hash of each. If `watch` says to stop, what was simulated is saved instead.
fn write_tables(plan: &RunPlan, mut store: SeriesStore, watch: &dyn RunWatch) -> Result<BTreeMap<String, String>> {
    let mut written = BTreeMap::new();
    match write_series(plan, &mut store, watch) {
        Ok((name, hash)) => written.insert(name.to_owned(), hash),
        Err(error) => {
            if matches!(error, Error::Interrupted(_)) {
                store.save(&CheckpointFolder::of(plan.folder, Stamp::of(plan.experiment.hash()), watch))?;
            }
            return Err(error);
        }
    };
    let RunPlan { experiment, folder, dictionary, columns, headlines, .. } = plan;
    let headlines = &headlines[0];
    let hash = files::write_hashed(&folder.join(layout::DICTIONARY), |target| {
        dictionary.write(target, columns, &headlines.explained(), experiment.subjects.is_some())
    })?;
    written.insert(layout::DICTIONARY.to_owned(), hash);
    if experiment.subjects.is_some() {
        let drawn =
            experiment.units().map(|(replicate, index)| (replicate, index, experiment.subject(replicate, index).0));
        let hash = files::write_hashed(&folder.join(layout::SUBJECTS), |target| subjects::write(target, drawn))?;
        written.insert(layout::SUBJECTS.to_owned(), hash);
    }
    let mut arms: Vec<(String, Vec<Vec<f64>>)> =
        experiment.arms.iter().map(|arm| (arm.name.clone(), Vec::new())).collect();
    for ((arm, _), series) in store.series {
        arms[arm].1.push(series.headlines);
    }
    let subjects = experiment.subjects.as_ref().map(|subjects| subjects.n);
    let networks: Vec<(u32, u32)> = experiment.units().collect();
    let hash = headlines.write_outcomes(folder, &networks, &arms)?;
    written.insert(layout::OUTCOMES.to_owned(), hash);
    let hash = files::write_hashed(&folder.join(layout::SUMMARY_TABLE), |target| {
        headlines.write_summary_table(target, &arms)
    })?;
    written.insert(layout::SUMMARY_TABLE.to_owned(), hash);
    let sampled = Sampled { replicates: experiment.run.replicates, subjects };
    let summary = headlines.text(&experiment.title, sampled, &arms)?;
    files::write(&folder.join(layout::SUMMARY), summary.as_bytes())?;
    written.insert(layout::SUMMARY.to_owned(), files::hash_of(summary.as_bytes()));
    Ok(written)
}

/// Writes the rows of all series, as long as `watch` does not say to stop; returns name and hash of the file.
fn write_series(plan: &RunPlan, store: &mut SeriesStore, watch: &dyn RunWatch) -> Result<(&'static str, String)> {
    let RunPlan { experiment, folder, columns, .. } = plan;
    let SeriesStore { series, rows, .. } = store;
    let name = match experiment.record.format {
        SeriesFormat::Csv => layout::TIME_SERIES,
        SeriesFormat::Parquet => layout::TIME_SERIES_PARQUET,
    };
    let path = folder.join(name);
    let go_on = || if watch.is_interrupted() { Err(interruption(watch, folder)) } else { Ok(()) };
    let hash = files::write_hashed(&path, |target| match experiment.record.format {
        SeriesFormat::Csv => {
            TimeSeriesWriter::new(&mut *target, columns)?.finish()?;
            series.values().try_for_each(|series| go_on().and_then(|()| rows.copy(series.rows, target)))
        }
        SeriesFormat::Parquet => {
            let mut parquet = ParquetSeriesWriter::new(target, columns)?;
            for series in series.values() {
                go_on()?;
                let mut text = TimeSeriesWriter::new(Vec::new(), columns)?.finish()?;
                rows.copy(series.rows, &mut text)?;
                parquet.write(&TimeSeries::read(text.as_slice(), &path)?)?;
            }
            parquet.finish().map(drop)
        }
    })?;
    Ok((name, hash))
}
