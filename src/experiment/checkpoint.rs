//! Checkpoints as they stand on disk, in `checkpoints/` of the run folder.
//!
//! Every branch that is under way, or that has ended and is still needed, has a file of its own, and series
//! that are finished go into files of many. Each file carries a [`Stamp`](crate::experiment::checkpoint::Stamp) and checksums, appears only
//! when it is whole, and can be read without any other.

/// How fast a network goes to disk and comes back.
pub mod speed;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::identity::{BranchId, NetworkId};
use super::simulation::Simulation;
use super::watch::{RunWatch, WatchedFile};
use crate::foundation::error::{Error, Result};
use crate::foundation::files::{self, Fingerprint, Store, Stored};
use crate::foundation::sections::{SectionReader, SectionWriter};
use crate::foundation::state::{read_value, write_value};
use crate::foundation::time::Time;
use crate::recording::layout::CHECKPOINTS;
use crate::recording::manifest::{self, Damage};
use crate::recording::nonsense::Strays;
use crate::recording::observables::Observed;
use crate::recording::recorder::{Recorder, SharedRows};
use crate::recording::rows::RowSpool;

/// What a checkpoint must have in common with the run that goes on from it: only the same program gives the
/// same bytes, and only from the same config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Version of the program.
    pub version: String,
    /// Commit from which the program was built; none if it was not built in its repository.
    pub commit: Option<String>,
    /// BLAKE3 of the resolved config.
    pub config_hash: String,
}

impl Stamp {
    /// The stamp of this program and a config with this hash.
    #[must_use]
    pub fn of(config_hash: String) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), commit: manifest::COMMIT.map(str::to_owned), config_hash }
    }

    /// Whether what bears the stamp `other`, found at `path`, can be gone on from.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with what differs.
    pub fn admits(&self, other: &Self, path: &Path) -> Result<()> {
        let build = |stamp: &Self| match &stamp.commit {
            Some(commit) => format!("resprout {} ({})", stamp.version, commit.get(..12).unwrap_or(commit)),
            None => format!("resprout {}", stamp.version),
        };
        let shown = path.display();
        if (&self.version, &self.commit) != (&other.version, &other.commit) {
            let (theirs, mine) = (build(other), build(self));
            return Err(Error::Checkpoint(format!("`{shown}` was written by {theirs}; this is {mine}")));
        }
        if self.config_hash != other.config_hash {
            return Err(Error::Checkpoint(format!(
                "`{shown}` belongs to another config than the folder's config.toml"
            )));
        }
        Ok(())
    }
}

/// How a branch stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Standing {
    pub(super) branch: BranchId,
    /// The instant that it has reached.
    pub(super) now: Time,
    /// Ticks that it has taken.
    pub(super) ticks: u64,
    /// Whether it has ended.
    pub(super) ended: bool,
    /// Whether the file holds the network; not if nobody follows from there any more.
    pub(super) network: bool,
    /// Snapshots that were written on the way here.
    pub(super) snapshots: Vec<Fingerprint>,
    /// What was observed on the way here.
    pub(super) observed: Box<Observed>,
}

/// The series of one arm and network, finished: its rows as CSV, its headline figures.
pub(super) struct FinishedSeries {
    pub(super) rows: Stored,
    pub(super) headlines: Vec<f64>,
    /// Ticks that this series answers for, so that every branch is counted once.
    pub(super) ticks: u64,
    /// Ticks on its way from the beginning to the horizon, shared ones included.
    pub(super) ticks_alone: u64,
    pub(super) snapshots: Vec<Fingerprint>,
    /// What made no sense in it and was allowed.
    pub(super) strays: Strays,
}

/// Which series, and what is kept of it beside its rows.
type SeriesHead = (usize, NetworkId, Vec<f64>, [u64; 2], Vec<Fingerprint>, Strays, u64);

/// The checkpoints of a run. They are read for as long as `watch` does not say that the run is to stop.
pub(super) struct CheckpointFolder<'a> {
    run: &'a Path,
    folder: PathBuf,
    stamp: Stamp,
    watch: &'a dyn RunWatch,
}

/// A branch that was saved, open behind its heading.
pub(super) struct SavedBranch<'a> {
    pub(super) standing: Standing,
    pub(super) path: PathBuf,
    pub(super) reader: CheckpointReader<'a>,
}

type CheckpointReader<'a> = SectionReader<BufReader<WatchedFile<'a>>>;

impl<'a> CheckpointFolder<'a> {
    pub(super) fn of(run: &'a Path, stamp: Stamp, watch: &'a dyn RunWatch) -> Self {
        Self { run, folder: run.join(CHECKPOINTS), stamp, watch }
    }

    /// Writes how a branch stands, in place of what was written of it before; returns the size of the file.
    pub(super) fn write(
        &self,
        standing: &Standing,
        rows: &SharedRows,
        network: Option<(&mut Simulation, &Recorder)>,
    ) -> Result<u64> {
        self.write_file(&standing.branch.file_name(), "branch", |sections| {
            sections.section("standing", |section| write_value(standing, section))?;
            sections.section("rows", |section| rows.lock().unwrap_or_else(PoisonError::into_inner).save(section))?;
            if let Some((simulation, recorder)) = network {
                simulation.save(sections)?;
                recorder.save_memory(sections)?;
            }
            Ok(())
        })
    }

    fn write_file(
        &self,
        name: &str,
        kind: &str,
        fill: impl FnOnce(&mut SectionWriter<&mut files::WatchedWriter<File>>) -> io::Result<()>,
    ) -> Result<u64> {
        let path = files::create_folder_in(self.run, CHECKPOINTS)?.join(name);
        files::write_with(&path, |target| {
            let write = || {
                let mut sections = SectionWriter::begin(target)?;
                sections.section(kind, |section| section.write_all(&serde_json::to_vec(&self.stamp)?))?;
                fill(&mut sections)?;
                sections.end()
            };
            write().map_err(Error::io("write", &path))
        })?;
        fs::metadata(&path).map(|file| file.len()).map_err(Error::io("read", &path))
    }

    /// What was saved of the `branch`, if anything was.
    pub(super) fn open(&self, branch: &BranchId) -> Result<Option<SavedBranch<'a>>> {
        let path = self.folder.join(branch.file_name());
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(Error::io("read", &path))?,
        };
        self.read_heading(file, path, branch).map(Some)
    }

    fn read_heading(&self, file: File, path: PathBuf, branch: &BranchId) -> Result<SavedBranch<'a>> {
        let mut reader = self.begin(file, &path, "branch")?;
        let standing: Standing =
            reader.section("standing", |section| read_value(section)).map_err(Error::unreadable(&path))?;
        if standing.branch != *branch {
            return Err(Error::Checkpoint(format!("`{}` is of another branch than its name says", path.display())));
        }
        Ok(SavedBranch { standing, path, reader })
    }

    /// Opens a file and compares its stamp.
    fn begin(&self, file: File, path: &Path, kind: &str) -> Result<CheckpointReader<'a>> {
        let file = WatchedFile { file, watch: self.watch, folder: self.run };
        let source = BufReader::with_capacity(1 << 16, file);
        let mut reader = SectionReader::open(source).map_err(Error::unreadable(path))?;
        let stamp = reader.section(kind, |section| {
            let mut text = Vec::new();
            section.take(1 << 16).read_to_end(&mut text)?;
            serde_json::from_slice::<Stamp>(&text).map_err(|_| ErrorKind::InvalidData.into())
        });
        self.stamp.admits(&stamp.map_err(Error::unreadable(path))?, path)?;
        Ok(reader)
    }

    /// Deletes what was saved of the `branch`.
    pub(super) fn remove(&self, branch: &BranchId) -> Result<()> {
        let path = self.folder.join(branch.file_name());
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("delete", &path)(error)),
            _ => Ok(()),
        }
    }

    /// Writes finished series, as one file that is number `number` of its kind.
    pub(super) fn write_series<'s>(
        &self,
        number: usize,
        series: impl ExactSizeIterator<Item = (usize, NetworkId, &'s FinishedSeries)>,
        rows: &mut Store,
    ) -> Result<u64> {
        self.write_file(&format!("{number:06}.series"), "series", |sections| {
            let count = series.len() as u64;
            sections.section("count", |section| write_value(&count, section))?;
            for (arm, network, series) in series {
                let FinishedSeries { headlines, ticks, ticks_alone, snapshots, strays, .. } = series;
                let head = (arm, network, headlines, [ticks, ticks_alone], snapshots, strays, series.rows.length());
                sections.section("head", |section| write_value(&head, section))?;
                sections
                    .section("csv", |mut section| rows.copy(series.rows, &mut section).map_err(io::Error::other))?;
            }
            Ok(())
        })
    }

    /// Hands every series that was saved to `take`; returns the number of files.
    pub(super) fn read_series(
        &self,
        rows: &mut Store,
        mut take: impl FnMut(usize, NetworkId, FinishedSeries),
    ) -> Result<usize> {
        for number in 0.. {
            let path = self.folder.join(format!("{number:06}.series"));
            let file = match File::open(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(number),
                file => file.map_err(Error::io("read", &path))?,
            };
            let mut reader = self.begin(file, &path, "series")?;
            let mut read = || {
                let count: u64 = reader.section("count", |section| read_value(section))?;
                for _ in 0..count {
                    let head: SeriesHead = reader.section("head", |section| read_value(section))?;
                    let (arm, network, headlines, [ticks, ticks_alone], snapshots, strays, length) = head;
                    let rows = reader.section("csv", |section| rows.keep_bytes(section, length))?;
                    take(arm, network, FinishedSeries { rows, headlines, ticks, ticks_alone, snapshots, strays });
                }
                Ok(())
            };
            read().and_then(|()| reader.end()).map_err(Error::unreadable(&path))?;
        }
        Ok(0)
    }

    /// Reads every checkpoint from the first byte to the last, and changes nothing. What was saved of branches is
    /// returned.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if one of them is damaged, or was written by another version or from another
    /// config, or if a snapshot is missing or changed that stands in none of the files but was written before them.
    pub(super) fn inspect(&self) -> Result<Vec<Standing>> {
        let mut found = Vec::new();
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
            entries => entries.map_err(Error::io("read", &self.folder))?,
        };
        let mut snapshots = BTreeSet::new();
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(Error::io("read", &self.folder))?.path());
        }
        paths.sort();
        for path in paths {
            let open = || File::open(&path).map_err(Error::io("read", &path));
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("branch") => {
                    let mut reader = self.begin(open()?, &path, "branch")?;
                    let standing: Standing =
                        reader.section("standing", |section| read_value(section)).map_err(Error::unreadable(&path))?;
                    reader.verify().map_err(Error::unreadable(&path))?;
                    if path.file_name().is_none_or(|name| name != standing.branch.file_name().as_str()) {
                        let shown = path.display();
                        return Err(Error::Checkpoint(format!("`{shown}` is of another branch than its name says")));
                    }
                    snapshots.extend(standing.snapshots.iter().cloned().map(|file| (file.path, file.hash)));
                    found.push(standing);
                }
                Some("series") => {
                    let mut reader = self.begin(open()?, &path, "series")?;
                    let mut read = || {
                        let count: u64 = reader.section("count", |section| read_value(section))?;
                        for _ in 0..count {
                            let head: SeriesHead = reader.section("head", |section| read_value(section))?;
                            snapshots.extend(head.4.into_iter().map(|file| (file.path, file.hash)));
                            reader.section("csv", |section| io::copy(section, &mut io::sink()))?;
                        }
                        Ok(())
                    };
                    read().and_then(|()| reader.end()).map_err(Error::unreadable(&path))?;
                }
                _ => {}
            }
        }
        self.require(snapshots)?;
        Ok(found)
    }

    /// Looks at `snapshots` once each, however many branches have them on their way.
    fn require(&self, snapshots: BTreeSet<(String, String)>) -> Result<()> {
        for (name, hash) in snapshots {
            let path = self.run.join(&name);
            let what = match manifest::compare(&path, &hash)? {
                None => continue,
                Some(Damage::Missing) => "was written before the checkpoint and is missing",
                Some(Damage::Changed) => "is damaged: it is not what was written before the checkpoint",
            };
            return Err(Error::Checkpoint(format!("`{}` {what}", path.display())));
        }
        Ok(())
    }
}

/// Reads every checkpoint in the run folder `run` and changes nothing; returns how many branches were saved.
///
/// # Errors
/// [`Error::Interrupted`] if `watch` says so before all are read.
/// [`Error::Checkpoint`] if one of them does not bear `stamp` or is damaged, or if a snapshot is missing or
/// changed that was written before.
pub fn inspect(run: &Path, stamp: Stamp, watch: &dyn RunWatch) -> Result<usize> {
    CheckpointFolder::of(run, stamp, watch).inspect().map(|found| found.len())
}

impl SavedBranch<'_> {
    /// The rows of the branch, on the disk of `folder`.
    pub(super) fn rows(&mut self, folder: &Path, columns: usize) -> Result<SharedRows> {
        let rows = self.reader.section("rows", |section| RowSpool::load(folder, columns, section));
        rows.map(|rows| Arc::new(Mutex::new(rows))).map_err(Error::unreadable(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::watch::Unwatched;
    use crate::recording::nonsense::Stray;

    fn stamp() -> Stamp {
        Stamp::of("abc".to_owned())
    }

    fn standing() -> Standing {
        let branch = BranchId::root(NetworkId { replicate: 1, subject: 2 }, 0).then(3);
        let observed = Box::default();
        Standing { branch, now: Time::DAY, ticks: 24, ended: true, network: false, snapshots: Vec::new(), observed }
    }

    fn checkpoints_with(stamp: Stamp, run: &Path) -> CheckpointFolder<'_> {
        let checkpoints = CheckpointFolder::of(run, stamp, &Unwatched);
        let rows = Arc::new(Mutex::new(RowSpool::in_folder(run, 2).unwrap()));
        rows.lock().unwrap().push(Time::DAY, &[1.0, f64::NAN]).unwrap();
        checkpoints.write(&standing(), &rows, None).unwrap();
        checkpoints
    }

    #[test]
    fn what_was_written_is_found_again_and_can_be_deleted() {
        let run = tempfile::tempdir().unwrap();
        let checkpoints = checkpoints_with(stamp(), run.path());
        assert_eq!(checkpoints.inspect().unwrap(), [standing()]);
        let mut saved = checkpoints.open(&standing().branch).unwrap().unwrap();
        assert_eq!(saved.standing, standing());
        let rows = saved.rows(run.path(), 2).unwrap();
        let mut count = 0;
        rows.lock()
            .unwrap()
            .visit(|time, values| {
                assert!(time == Time::DAY && values[0] == 1.0 && values[1].is_nan());
                count += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(count, 1);
        saved.reader.end().unwrap();
        checkpoints.remove(&standing().branch).unwrap();
        assert!(checkpoints.open(&standing().branch).unwrap().is_none());
    }

    #[test]
    fn another_version_another_commit_and_another_config_are_refused() {
        let run = tempfile::tempdir().unwrap();
        let others = [
            (Stamp { version: "0.0.9".to_owned(), ..stamp() }, "written by resprout 0.0.9"),
            (Stamp { commit: Some("0123456789abcdef".to_owned()), ..stamp() }, "(0123456789ab)"),
            (Stamp { config_hash: "abd".to_owned(), ..stamp() }, "another config"),
        ];
        for (other, words) in others {
            checkpoints_with(other, run.path());
            let checkpoints = CheckpointFolder::of(run.path(), stamp(), &Unwatched);
            for error in
                [checkpoints.inspect().unwrap_err(), checkpoints.open(&standing().branch).map(drop).unwrap_err()]
            {
                assert_eq!(error.exit_code(), 5);
                assert!(error.to_string().contains(words), "{error}");
            }
        }
    }

    #[test]
    fn a_snapshot_that_was_deleted_or_changed_is_missed() {
        let run = tempfile::tempdir().unwrap();
        let checkpoints = checkpoints_with(stamp(), run.path());
        let rows = Arc::new(Mutex::new(RowSpool::in_folder(run.path(), 2).unwrap()));
        let snapshots = vec![Fingerprint { path: "neurons.parquet".to_owned(), hash: files::hash_of(b"neurons") }];
        checkpoints.write(&Standing { snapshots, ..standing() }, &rows, None).unwrap();
        let refused = |words: &str| {
            let error = checkpoints.inspect().unwrap_err();
            assert!(error.exit_code() == 5 && error.to_string().contains(words), "{error}");
        };
        refused("is missing");
        for damaged in ["", "neuron", "neurone"] {
            fs::write(run.path().join("neurons.parquet"), damaged).unwrap();
            refused("is damaged");
        }
        fs::write(run.path().join("neurons.parquet"), "neurons").unwrap();
        checkpoints.inspect().unwrap();
    }

    #[test]
    fn finished_series_come_back_with_their_text() {
        let run = tempfile::tempdir().unwrap();
        let checkpoints = CheckpointFolder::of(run.path(), stamp(), &Unwatched);
        let mut store = Store::in_folder(run.path()).unwrap();
        let texts = ["a,1\n", "", "b,2\nb,3\n"];
        for (number, text) in texts.iter().enumerate() {
            let rows = store.keep_bytes(&mut text.as_bytes(), text.len() as u64).unwrap();
            let strays: Strays = [(number, Stray { time: Time::DAY, value: 530.0 })].into();
            let headlines = vec![0.5];
            let series = FinishedSeries { rows, headlines, ticks: 7, ticks_alone: 9, snapshots: Vec::new(), strays };
            let network = NetworkId { replicate: number as u32, subject: 0 };
            checkpoints.write_series(number, [(number, network, &series)].into_iter(), &mut store).unwrap();
        }
        let (mut back, mut found) = (Store::in_folder(run.path()).unwrap(), Vec::new());
        let files =
            checkpoints.read_series(&mut back, |arm, network, series| found.push((arm, network, series))).unwrap();
        assert_eq!(files, 3);
        for ((arm, network, series), text) in found.iter().zip(texts) {
            let mut bytes = Vec::new();
            back.copy(series.rows, &mut bytes).unwrap();
            assert_eq!(bytes, text.as_bytes());
            assert_eq!((network.replicate as usize, series.ticks, &series.headlines[..]), (*arm, 7, &[0.5][..]));
            assert_eq!(series.strays.get(arm).map(|stray| stray.value), Some(530.0));
        }
    }
}
