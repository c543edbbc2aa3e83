//! The journal of a study: what every finished point gave, appended as it comes.
//!
//! One line per point, behind a checksum of it. A batch of lines is written and synced at once, so that whatever stops the
//! program, at most the last line is torn; it is cut off when the journal is opened again, and its point is one that was
//! under way.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::outcome::OutcomeValue;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;

/// What became of a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FinishedPoint {
    /// Which, counted from 0.
    pub point: usize,
    /// Ticks that were simulated for it.
    pub ticks: u64,
    /// Ticks that it would have taken alone, with every arm simulated from the beginning.
    pub ticks_alone: u64,
    /// What it gave, or what it failed of.
    pub result: PointResult,
}

/// What a point gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointResult {
    /// Its outcomes, in the order of the study.
    Done(Vec<OutcomeValue>),
    /// It failed.
    Failed {
        /// The exit code that a run of it alone would give.
        exit_code: u8,
        /// What it failed of.
        error: String,
    },
}

/// The journal of a study, open for more.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// What is in it, by point.
    pub finished: BTreeMap<usize, FinishedPoint>,
}

/// Length of the checksum before each line, in hexadecimal.
const CHECKSUM: usize = 16;

fn checksum(line: &str) -> String {
    files::hash_of(line.as_bytes())[..CHECKSUM].to_owned()
}

/// What whole lines say, and how many bytes they take.
fn parse(text: &str) -> (BTreeMap<usize, FinishedPoint>, usize) {
    let mut finished = BTreeMap::new();
    let mut whole = 0;
    for line in text.split_inclusive('\n') {
        let read =
            line.strip_suffix('\n').and_then(|line| line.split_once(' ')).filter(|(sum, rest)| checksum(rest) == *sum);
        let Some(point) = read.and_then(|(_, rest)| serde_json::from_str::<FinishedPoint>(rest).ok()) else { break };
        finished.insert(point.point, point);
        whole += line.len();
    }
    (finished, whole)
}

impl Journal {
    /// Opens the journal at `path`, or begins one.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Checkpoint`] if a line other than the last is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        files::refuse_link(path)?;
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.map_err(Error::io("open", path))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io("read", path))?;
        let text = String::from_utf8_lossy(&bytes);
        let (finished, whole) = parse(&text);
        // a torn write leaves a last line without its end, never a damaged one before others
        if text[whole..].trim_end_matches('\n').contains('\n') {
            let shown = path.display();
            return Err(Error::Checkpoint(format!("`{shown}` is damaged behind {} points", finished.len())));
        }
        file.set_len(whole as u64).map_err(Error::io("write", path))?;
        file.seek(SeekFrom::End(0)).map_err(Error::io("write", path))?;
        Ok(Self { file, path: path.to_path_buf(), finished })
    }

    /// Reads the journal at `path`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Checkpoint`] if it is damaged anywhere.
    pub fn read(path: &Path) -> Result<BTreeMap<usize, FinishedPoint>> {
        let text = std::fs::read(path).map_err(Error::io("read", path))?;
        let text = String::from_utf8_lossy(&text);
        let (finished, whole) = parse(&text);
        if whole < text.len() {
            return Err(Error::Checkpoint(format!("`{}` is damaged behind {} points", path.display(), finished.len())));
        }
        Ok(finished)
    }

    /// Takes in finished points; they are on disk when this returns.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn append(&mut self, points: Vec<FinishedPoint>) -> Result<()> {
        let mut text = String::new();
        for point in &points {
            let line = serde_json::to_string(point)
                .map_err(|error| Error::Run(format!("cannot write the journal: {error}")))?;
            let _ = writeln!(text, "{} {line}", checksum(&line));
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(Error::io("write", &self.path))?;
        self.finished.extend(points.into_iter().map(|point| (point.point, point)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(index: usize) -> FinishedPoint {
        let value = |value| OutcomeValue {
            outcome: 0,
            arm: "ketamine, once".into(),
            replicate: 0,
            subject: 0,
            unit: "1".into(),
            value,
        };
        let result = if index == 1 {
            PointResult::Failed { exit_code: 3, error: "error[E300]: no\nnumber".into() }
        } else {
            PointResult::Done(vec![value(0.1 + 0.2), value(f64::INFINITY)])
        };
        FinishedPoint { point: index, ticks: 7, ticks_alone: 9, result }
    }

    #[test]
    fn whatever_byte_it_is_cut_at_all_points_but_the_last_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.journal");
        let mut journal = Journal::open(&path).unwrap();
        journal.append(vec![point(4)]).unwrap();
        let first = std::fs::read(&path).unwrap().len();
        journal.append(vec![point(1), point(0)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        assert_eq!(Journal::read(&path).unwrap(), journal.finished);
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut again = Journal::open(&path).unwrap();
            assert!(again.finished.len() < 3 && (cut < first || again.finished.contains_key(&4)), "{cut}");
            let missing = [4, 1, 0].into_iter().filter(|index| !again.finished.contains_key(index));
            again.append(missing.map(point).collect()).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{cut}");
        }
    }

    #[test]
    fn a_line_that_was_changed_is_no_torn_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.journal");
        Journal::open(&path).unwrap().append((0..3).map(point).collect()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("ticks\":7", "ticks\":8", 1)).unwrap();
        let error = Journal::open(&path).unwrap_err();
        assert!(error.to_string().contains("damaged behind 0 points"), "{error}");
        assert_eq!(error.exit_code(), 5);
    }
}
