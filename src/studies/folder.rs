//! The folder of a study: what stands in it, whose it is, and how it is closed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::factor::Level;
use super::journal::{FinishedPoint, Journal, PointResult};
use super::layout;
use super::study::Study;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::{files, seal};
use crate::mechanisms::Cascade;
use crate::recording::columns::{DICTIONARY, FAILED, STUDY};
use crate::recording::lock::FolderLock;
use crate::recording::manifest::{self, COMMIT, Damage, Status};
use crate::recording::study_table::{FactorColumn, FactorLevels, StudyRow, StudyTable};

/// A part of a study: number `index` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which part.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// The study as a whole.
    pub const WHOLE: Self = Self { index: 1, of: 1 };
}

/// `study.json`: which study, how it stands, and a hash of every result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyManifest {
    /// How it stands.
    pub status: Status,
    /// Version of the program.
    pub version: String,
    /// Commit from which the program was built.
    pub commit: Option<String>,
    /// BLAKE3 of the study, its base and its points.
    pub study_hash: String,
    /// Which part of the study this is.
    pub shard: Shard,
    /// Points of the design.
    pub points: usize,
    /// Points of this part.
    pub points_here: usize,
    /// Those of them that gave results.
    pub done: usize,
    /// Those that failed.
    pub failed: usize,
    /// Ticks that were simulated.
    pub ticks: u64,
    /// Ticks that the points would have taken one by one, with every arm from the beginning.
    pub ticks_alone: u64,
    /// Wall time of all processes that worked on it, in seconds.
    pub wall_s: f64,
    /// BLAKE3 of every file, by its path in the folder.
    pub files: BTreeMap<String, String>,
}

impl StudyManifest {
    /// The manifest in `folder`, and whether it is as it was written.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is none of a study.
    pub fn read(folder: &Path) -> Result<(Self, bool)> {
        let path = folder.join(layout::MANIFEST);
        let no_study = |what: String| {
            let fault = Diagnostic::new(&codes::NO_STUDY_THERE, format!("`{}`: {what}", path.display()));
            Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
        };
        let text = fs::read_to_string(&path).map_err(|error| no_study(error.to_string()))?;
        let read = serde_json::from_str(&text).map_err(|error| no_study(error.to_string()))?;
        Ok((read, seal::is_sealed(&text)))
    }

    /// Lists further files of a finished study in `folder`, by path and hash: those of an analysis, made after it.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is none of a study; [`Error::Io`].
    pub fn add(folder: &Path, written: BTreeMap<String, String>) -> Result<()> {
        let (mut manifest, is_sealed) = Self::read(folder)?;
        // a manifest that somebody changed is not made to look whole
        if is_sealed && manifest.status == Status::Complete {
            manifest.files.extend(written);
            manifest.write(folder)?;
        }
        Ok(())
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::Run(format!("cannot write the manifest of the study: {error}")))?;
        files::write(&folder.join(layout::MANIFEST), seal::sealed(&text).as_bytes())
    }

    /// The files that do not stand in `folder` as they were written.
    ///
    /// # Errors
    /// [`Error::Io`] if one that is there cannot be read.
    pub fn damage(&self, folder: &Path, is_sealed: bool) -> Result<Vec<(String, Damage)>> {
        let mut found = Vec::new();
        if !is_sealed {
            found.push((layout::MANIFEST.to_owned(), Damage::Changed));
        }
        for (name, hash) in &self.files {
            if let Some(damage) = manifest::compare(&folder.join(name), hash)? {
                found.push((name.clone(), damage));
            }
        }
        Ok(found)
    }
}

/// A study under way: its folder, and the journal of what is finished.
#[derive(Debug)]
pub struct StudyFolder {
    path: PathBuf,
    shard: Shard,
    hash: String,
    points: usize,
    journal: Journal,
    inputs: BTreeMap<String, String>,
    started: Instant,
    earlier_s: f64,
    /// The points of this part; known once the study was divided.
    here: Vec<usize>,
    _lock: FolderLock,
}

/// How a folder takes a study.
#[derive(Debug)]
pub enum Claimed {
    /// There is work to do.
    UnderWay(Box<StudyFolder>),
    /// The same study stands there, finished and whole.
    Finished(StudyManifest),
}

fn refuse(code: &'static crate::foundation::diagnostics::Code, label: String, hint: &str) -> Error {
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(code, label).help(hint)]).to_string())
}

impl StudyFolder {
    /// Takes `folder` for `study`: a new one, or one in which the same part of the same study goes on.
    ///
    /// # Errors
    /// [`Error::Input`] if another process is at work in it, or if it holds anything else; [`Error::Checkpoint`] if what
    /// it holds is damaged.
    pub fn claim(folder: &Path, study: &Study, shard: Shard) -> Result<Claimed> {
        let shown = folder.display();
        let other = "name another folder with --out";
        if folder.is_file() {
            return Err(refuse(&codes::OUTPUT_EXISTS, format!("`{shown}` is a file"), other));
        }
        files::create_folder(folder)?;
        let lock = FolderLock::to_write(folder)?;
        let hash = study.hash();
        let mut earlier_s = 0.0;
        let is_begun = folder.join(layout::MANIFEST).is_file();
        if is_begun {
            let (found, is_sealed) = StudyManifest::read(folder)?;
            let here = (env!("CARGO_PKG_VERSION"), COMMIT);
            if (found.version.as_str(), found.commit.as_deref()) != here {
                let label = format!("`{shown}` was begun by another build of resprout ({})", found.version);
                return Err(refuse(&codes::OTHER_STUDY, label, other));
            }
            if found.study_hash != hash {
                let label = format!("`{shown}` holds another study, or this one before it was changed");
                return Err(refuse(&codes::OTHER_STUDY, label, other));
            }
            if found.shard != shard {
                let Shard { index, of } = found.shard;
                let label = format!("`{shown}` holds part {index}/{of} of this study");
                return Err(refuse(&codes::OTHER_STUDY, label, other));
            }
            let damage = found.damage(folder, is_sealed)?;
            if !damage.is_empty() {
                return Err(Error::Checkpoint(format!(
                    "`{shown}` is not as it was left: {}",
                    manifest::listed(&damage)
                )));
            }
            if found.status == Status::Complete {
                return Ok(Claimed::Finished(found));
            }
            earlier_s = found.wall_s;
        }
        clean(folder, is_begun)?;
        let inputs = BTreeMap::from([
            (layout::STUDY.to_owned(), study.text().to_owned()),
            (layout::BASE.to_owned(), study.base.text().to_owned()),
            (layout::INPUTS.to_owned(), inputs_text(study)?),
            (layout::POINTS.to_owned(), points_text(study)?),
        ]);
        let mut taken = Self {
            path: folder.to_path_buf(),
            shard,
            hash,
            points: study.points.len(),
            journal: Journal::open(&folder.join(layout::JOURNAL))?,
            inputs: inputs.iter().map(|(name, text)| (name.clone(), files::hash_of(text.as_bytes()))).collect(),
            started: Instant::now(),
            earlier_s,
            here: Vec::new(),
            _lock: lock,
        };
        if !is_begun {
            for (name, text) in &inputs {
                files::write(&folder.join(name), text.as_bytes())?;
            }
            taken.note(Status::Running, BTreeMap::new())?;
        }
        taken.here = Vec::new();
        Ok(Claimed::UnderWay(Box::new(taken)))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which part of the study is worked on.
    #[must_use]
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// What is finished.
    #[must_use]
    pub fn finished(&self) -> &BTreeMap<usize, FinishedPoint> {
        &self.journal.finished
    }

    /// The table of what is finished.
    #[must_use]
    pub fn table(&self, study: &Study) -> StudyTable {
        table(study, self.finished())
    }

    /// Ticks that were simulated for all that is finished, and those that it would have taken point by point.
    #[must_use]
    pub fn ticks(&self) -> (u64, u64) {
        let finished = self.finished().values();
        finished.fold((0, 0), |(ticks, alone), point| (ticks + point.ticks, alone + point.ticks_alone))
    }

    /// Says which points this part has.
    pub fn divide(&mut self, here: Vec<usize>) {
        self.here = here;
    }

    /// Takes in finished points; they are on disk when this returns.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn append(&mut self, points: Vec<FinishedPoint>) -> Result<()> {
        self.journal.append(points)
    }

    /// A folder in which points are under way; it is deleted with the value.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn scratch(&self) -> Result<tempfile::TempDir> {
        let made = tempfile::Builder::new().prefix(layout::SCRATCH).tempdir_in(&self.path);
        made.map_err(Error::io("create", &self.path))
    }

    /// Writes the manifest of a study that is not over.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn stop(&self, status: Status) -> Result<StudyManifest> {
        self.note(status, BTreeMap::new())
    }

    /// Writes the tables; the hash of each.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_tables(&self, study: &Study) -> Result<BTreeMap<String, String>> {
        let table = self.table(study);
        let mut written = BTreeMap::new();
        let path = |name: &str| self.path.join(name);
        let mut keep = |name: &str, hash: String| written.insert(name.to_owned(), hash);
        keep(layout::TABLE, files::write_hashed(&path(layout::TABLE), |target| table.write(target))?);
        let hash = files::write_hashed(&path(layout::TABLE_PARQUET), |target| table.write_parquet(target))?;
        keep(layout::TABLE_PARQUET, hash);
        let failed = failed_text(study, self.finished(), &table.factors)?;
        files::write(&path(layout::FAILED), failed.as_bytes())?;
        keep(layout::FAILED, files::hash_of(failed.as_bytes()));
        let dictionary = dictionary_text(&table.factors)?;
        files::write(&path(layout::DICTIONARY), dictionary.as_bytes())?;
        keep(layout::DICTIONARY, files::hash_of(dictionary.as_bytes()));
        Ok(written)
    }

    /// Closes the study: everything else is in the folder, `written` lists it with its hashes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self, written: BTreeMap<String, String>) -> Result<StudyManifest> {
        self.note(Status::Complete, written)
    }

    fn note(&self, status: Status, written: BTreeMap<String, String>) -> Result<StudyManifest> {
        let finished = self.finished().values();
        let failed = finished.filter(|point| matches!(point.result, PointResult::Failed { .. })).count();
        let mut files = self.inputs.clone();
        files.extend(written);
        if status == Status::Complete {
            // what finished points gave comes in the order in which they finished
            let journal = self.path.join(layout::JOURNAL);
            files.insert(layout::JOURNAL.to_owned(), files::hash(&journal)?);
        }
        let manifest = StudyManifest {
            status,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: COMMIT.map(str::to_owned),
            study_hash: self.hash.clone(),
            shard: self.shard,
            points: self.points,
            points_here: self.here.len(),
            done: self.finished().len() - failed,
            failed,
            ticks: self.ticks().0,
            ticks_alone: self.ticks().1,
            wall_s: self.earlier_s + self.started.elapsed().as_secs_f64(),
            files,
        };
        manifest.write(&self.path)?;
        Ok(manifest)
    }
}

/// Deletes what a process that was killed left half-written. Anything else is in the way where no study was begun.
fn clean(folder: &Path, is_begun: bool) -> Result<()> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let entries = entries.map_err(Error::io("read", folder))?;
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let inputs = [layout::STUDY, layout::BASE, layout::INPUTS, layout::POINTS, layout::JOURNAL];
    let is_ours = |name: &str| {
        let is_left = files::is_part(name) || name.starts_with(layout::SCRATCH);
        is_left || name == crate::recording::lock::LOCK || inputs.contains(&name)
    };
    if !is_begun && let Some(foreign) = entries.iter().map(name).find(|name| !is_ours(name)) {
        let label = format!("`{}` is not empty: it holds `{foreign}`", folder.display());
        return Err(refuse(&codes::OUTPUT_EXISTS, label, "name another folder with --out"));
    }
    for entry in entries {
        let (name, path) = (name(&entry), entry.path());
        if name.starts_with(layout::SCRATCH) {
            fs::remove_dir_all(&path).map_err(Error::io("delete", &path))?;
        } else if files::is_part(&name) || (!is_begun && inputs.contains(&name.as_str())) {
            fs::remove_file(&path).map_err(Error::io("delete", &path))?;
        }
    }
    Ok(())
}

fn inputs_text(study: &Study) -> Result<String> {
    let text = serde_json::to_string_pretty(&study.base.files());
    text.map(|text| text + "\n").map_err(|error| Error::Run(format!("cannot write the inputs of the study: {error}")))
}

/// The study that `folder` keeps, to be run again.
///
/// # Errors
/// Those of [`Study::open`].
pub fn kept(folder: &Path, cascade: &Cascade) -> Result<Study> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(Error::io("read", &path))
    };
    let inputs = serde_json::from_str(&read(layout::INPUTS)?)
        .map_err(|error| Error::Input(format!("error: {}: {error}", folder.join(layout::INPUTS).display())))?;
    Study::held(folder, read(layout::STUDY)?, read(layout::BASE)?, inputs, cascade)
}

/// What varies, by point.
#[must_use]
pub fn factor_columns(study: &Study) -> Vec<FactorColumn> {
    let column = |(place, factor): (usize, &super::factor::Factor)| {
        let levels = study.points.iter().map(|point| &point[place]);
        let number = |level: &Level| if let Level::Number(value) = level { *value } else { f64::NAN };
        let text = |level: &Level| match level {
            Level::Text(text) => text.clone(),
            Level::Number(value) => value.to_string(),
        };
        FactorColumn {
            name: factor.name.clone(),
            unit: factor.unit.clone().filter(|_| factor.is_numeric),
            levels: if factor.is_numeric {
                FactorLevels::Numbers(levels.map(number).collect())
            } else {
                FactorLevels::Texts(levels.map(text).collect())
            },
        }
    };
    study.factors.iter().enumerate().map(column).collect()
}

/// The table of what is finished.
#[must_use]
pub fn table(study: &Study, finished: &BTreeMap<usize, FinishedPoint>) -> StudyTable {
    let mut rows = Vec::new();
    for point in finished.values() {
        let PointResult::Done(values) = &point.result else { continue };
        rows.extend(values.iter().map(|value| StudyRow {
            point: point.point,
            arm: value.arm.clone(),
            replicate: value.replicate,
            subject: value.subject,
            outcome: study.outcomes[value.outcome].name.clone(),
            unit: value.unit.clone(),
            value: value.value,
        }));
    }
    StudyTable { factors: factor_columns(study), rows }
}

fn unwritten(error: csv::Error) -> Error {
    Error::Run(format!("cannot write a table of the study: {error}"))
}

fn text_of(records: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> std::result::Result<(), csv::Error>) -> Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    records(&mut csv).map_err(unwritten)?;
    let bytes = csv.into_inner().map_err(|error| unwritten(error.into_error().into()))?;
    String::from_utf8(bytes).map_err(|error| Error::Run(format!("a table of the study is no text: {error}")))
}

/// `points.csv`.
fn points_text(study: &Study) -> Result<String> {
    let factors = factor_columns(study);
    text_of(|csv| {
        csv.write_record(std::iter::once(STUDY[0].name).chain(factors.iter().map(|factor| factor.name.as_str())))?;
        for point in 0..study.points.len() {
            csv.write_record(
                std::iter::once(point.to_string()).chain(factors.iter().map(|factor| factor.cell(point))),
            )?;
        }
        Ok(())
    })
}

/// `failed.csv`.
fn failed_text(study: &Study, finished: &BTreeMap<usize, FinishedPoint>, factors: &[FactorColumn]) -> Result<String> {
    let [point, rest @ ..] = &FAILED;
    debug_assert_eq!(factors.len(), study.factors.len());
    text_of(|csv| {
        let names = factors.iter().map(|factor| factor.name.as_str());
        csv.write_record(std::iter::once(point.name).chain(names).chain(rest.iter().map(|column| column.name)))?;
        for point in finished.values() {
            if let PointResult::Failed { exit_code, error } = &point.result {
                let cells = factors.iter().map(|factor| factor.cell(point.point));
                let rest = [exit_code.to_string(), error.clone()];
                csv.write_record(std::iter::once(point.point.to_string()).chain(cells).chain(rest))?;
            }
        }
        Ok(())
    })
}

/// `dictionary.csv`.
fn dictionary_text(factors: &[FactorColumn]) -> Result<String> {
    text_of(|csv| {
        csv.write_record(DICTIONARY.map(|column| column.name))?;
        for (table, columns) in [("study", &STUDY[..]), ("failed", &FAILED[..])] {
            for (place, column) in columns.iter().enumerate() {
                csv.write_record([table, column.name, column.kind.word(), column.unit, column.meaning, "NaN", "NaN"])?;
                for factor in factors.iter().filter(|_| place == 0) {
                    let (kind, unit) = match factor.levels {
                        FactorLevels::Numbers(_) => ("float", factor.unit.as_deref().unwrap_or("1")),
                        FactorLevels::Texts(_) => ("text", "name"),
                    };
                    csv.write_record([table, &factor.name, kind, unit, "factor of the study", "NaN", "NaN"])?;
                }
            }
        }
        Ok(())
    })
}
