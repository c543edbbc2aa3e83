//! `manifest.json`: what ran, how it ended, and a hash of every result.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::layout::{CHECKPOINTS, FILES, FOLDERS, LOG, MANIFEST, NETWORK};
use super::lock::LOCK;
use super::network::{SHARED, SnapshotId};
use super::nonsense::BeyondRange;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::{files, seal};

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is under way, or was killed.
    Running,
    /// Every result is there.
    Complete,
    /// A signal stopped it.
    Interrupted,
    /// It failed; the log says why.
    Failed,
}

impl Status {
    /// Its name in the manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

/// The manifest. Wall time, memory and threads vary from run to run; everything else is a function of the
/// version, the config and the seed.
///
/// In the file it is followed by a [seal].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// How the run stands.
    pub status: Status,
    /// Version of the program.
    pub version: String,
    /// Commit from which the program was built; null if it was not built in its repository.
    pub commit: Option<String>,
    /// BLAKE3 of the resolved config.
    pub config_hash: String,
    /// What `--set` and `--seed` changed in the config as it stood in its file, in order, as `KEY=VALUE`.
    #[serde(default)]
    pub edits: Vec<String>,
    /// Seed of the experiment.
    pub seed: u64,
    /// Seed of each replicate.
    pub replicate_seeds: Vec<u64>,
    /// Names of the arms, in order.
    pub arms: Vec<String>,
    /// Neurons of each network.
    pub neurons: u64,
    /// Synapses that each network is planned to have.
    pub synapses: u64,
    /// Share of the neurons whose synapses a snapshot keeps.
    pub snapshot_share: f64,
    /// Ticks of all networks.
    pub ticks: u64,
    /// Columns that left the range in which they make sense, which the config allows, each with where it did first.
    #[serde(default)]
    pub nonsense: BTreeMap<String, BeyondRange>,
    /// Threads that computed.
    pub threads: usize,
    /// Wall time, in seconds; that of an interrupted run is added to that of the process that goes on from it.
    pub wall_s: f64,
    /// Peak resident memory of the process, in MB (10⁶ bytes); null where the system does not tell.
    pub peak_rss_mb: Option<f64>,
    /// BLAKE3 of the log; null while the run is under way.
    pub log: Option<String>,
    /// BLAKE3 of every file that the run has written and will not write again, by its path in the folder.
    pub files: BTreeMap<String, String>,
    /// Figures that were being drawn when this was written: each may stand or not.
    pub drawing: BTreeSet<String>,
    /// Those of `files` that were drawn once the run was over, otherwise than the run would draw them.
    pub redrawn: BTreeSet<String>,
}

/// What became of a file since it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It reads back otherwise.
    Changed,
    /// It is not there.
    Missing,
}

impl Damage {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
        }
    }
}

impl Manifest {
    /// Writes `manifest.json` into `folder`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::Run(format!("cannot write the manifest: {error}")))?;
        files::write(&folder.join(MANIFEST), seal::sealed(&text).as_bytes())
    }

    /// Reads the manifest in `folder`, and whether it is as it was written.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is none of a run.
    pub fn read(folder: &Path) -> Result<(Self, bool)> {
        let path = folder.join(MANIFEST);
        let text =
            fs::read_to_string(&path).map_err(|error| no_run(folder, format!("`{}`: {error}", path.display())))?;
        let read: Self =
            serde_json::from_str(&text).map_err(|error| no_run(folder, format!("`{}`: {error}", path.display())))?;
        Ok((read, seal::is_sealed(&text)))
    }

    /// The manifest of a run that is complete.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is none of a run or the run is not over; it says how to go on.
    pub fn read_complete(folder: &Path) -> Result<(Self, bool)> {
        let (manifest, is_sealed) = Self::read(folder)?;
        if manifest.status == Status::Complete {
            return Ok((manifest, is_sealed));
        }
        let shown = folder.display();
        let fault =
            Diagnostic::new(&codes::NO_RUN_THERE, format!("the run in `{shown}` is {}", manifest.status.name()))
                .help(format!("`resprout resume {shown}` goes on with it"));
        Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()))
    }

    /// The listed files for which `concerns` holds that do not stand in `folder` as they were written, and the manifest
    /// itself if it `is_sealed` no more.
    ///
    /// # Errors
    /// [`Error::Io`] if a file that is there cannot be read.
    pub fn damage(
        &self,
        folder: &Path,
        is_sealed: bool,
        concerns: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, Damage)>> {
        let mut found = Vec::new();
        if !is_sealed {
            found.push((MANIFEST.to_owned(), Damage::Changed));
        }
        let log = self.log.iter().map(|hash| (LOG, hash));
        for (name, hash) in self.files.iter().map(|(name, hash)| (name.as_str(), hash)).chain(log) {
            if concerns(name)
                && let Some(damage) = compare(&folder.join(name), hash)?
            {
                found.push((name.to_owned(), damage));
            }
        }
        Ok(found)
    }

    /// Whether the run may have written the file `name`: it is listed, or, while the run is not over, of a kind that it
    /// writes under way.
    #[must_use]
    pub fn owns(&self, name: &str) -> bool {
        let is_listed = self.files.contains_key(name) || self.drawing.contains(name);
        if is_listed || [MANIFEST, LOG].contains(&name) {
            return true;
        }
        let is_over = self.status == Status::Complete;
        match name.split_once('/') {
            None => !is_over && FILES.contains(&name),
            // the last deed of a run is to delete them
            Some((CHECKPOINTS, file)) => [".branch", ".series"].iter().any(|kind| file.ends_with(kind)),
            Some((NETWORK, file)) => !is_over && SnapshotId::from_file(file).is_some_and(|id| self.takes(&id)),
            Some(_) => false,
        }
    }

    /// Whether `id` is a snapshot of this run.
    fn takes(&self, id: &SnapshotId) -> bool {
        let is_arm = id.arm == SHARED || self.arms.contains(&id.arm);
        is_arm && (id.replicate as usize) < self.replicate_seeds.len()
    }
}

fn no_run(folder: &Path, what: String) -> Error {
    let hint = if folder.join(MANIFEST).is_file() {
        "the file was changed, or written by another version"
    } else {
        "name a folder that `resprout run` wrote"
    };
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(&codes::NO_RUN_THERE, what).help(hint)]).to_string())
}

/// What became of the file at `path` that was written with this hash.
///
/// # Errors
/// [`Error::Io`] if it is there and cannot be read.
pub fn compare(path: &Path, hash: &str) -> Result<Option<Damage>> {
    if !path.is_file() {
        return Ok(Some(Damage::Missing));
    }
    Ok((files::hash(path)? != hash).then_some(Damage::Changed))
}

/// What is damaged, in words.
#[must_use]
pub fn listed(damage: &[(String, Damage)]) -> String {
    let words = |(name, damage): &(String, Damage)| format!("`{name}` ({})", damage.words());
    damage.iter().map(words).collect::<Vec<_>>().join(", ")
}

/// Refuses a complete run that is not as it was left.
///
/// # Errors
/// [`Error::Input`] with what is damaged.
pub fn require_whole(folder: &Path, damage: &[(String, Damage)]) -> Result<()> {
    if damage.is_empty() {
        return Ok(());
    }
    let fault = Diagnostic::new(&codes::DAMAGED_RUN, format!("`{}`: {}", folder.display(), listed(damage)))
        .help("restore what was there, or run its config.toml again");
    Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()))
}

/// BLAKE3 of every result in `folder`, by its path: all files but the manifest itself, the log, which tells
/// wall time, what is half-written, and checkpoints.
pub fn hashes(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut hashes = BTreeMap::new();
    for sub in std::iter::once("").chain(FOLDERS).filter(|&sub| sub != CHECKPOINTS) {
        let path = folder.join(sub);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(Error::io("read", &path))?,
        };
        for entry in entries {
            let entry = entry.map_err(Error::io("read", &path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_result = entry.path().is_file()
                && !files::is_part(&name)
                && !(sub.is_empty() && [MANIFEST, LOG, LOCK].contains(&name.as_str()));
            if is_result {
                let key = if sub.is_empty() { name } else { format!("{sub}/{name}") };
                hashes.insert(key, files::hash(&entry.path())?);
            }
        }
    }
    Ok(hashes)
}

/// The commit from which the program was built.
pub const COMMIT: Option<&str> = option_env!("RESPROUT_COMMIT");

/// Peak resident memory of this process in bytes, where the system tells (Linux).
#[must_use]
pub fn peak_resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_is_hashed_and_neither_the_manifest_nor_the_log() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("figures")).unwrap();
        for name in ["manifest.json", "log.txt", ".resprout-1.part", LOCK, "timeseries.csv", "figures/F01.svg"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let hashes = hashes(folder.path()).unwrap();
        assert_eq!(hashes.keys().collect::<Vec<_>>(), ["figures/F01.svg", "timeseries.csv"]);
        assert_eq!(hashes["timeseries.csv"], files::hash_of(b"x"));
    }

    fn manifest(status: Status) -> Manifest {
        let file = ("figures/F01.svg".to_owned(), files::hash_of(b"as drawn"));
        Manifest {
            status,
            version: "0.1.0".to_owned(),
            commit: None,
            config_hash: "abc".to_owned(),
            seed: 1,
            replicate_seeds: vec![1],
            edits: Vec::new(),
            arms: vec!["vehicle".to_owned()],
            neurons: 300,
            synapses: 24_000,
            snapshot_share: 1.0,
            ticks: 7,
            nonsense: BTreeMap::new(),
            threads: 2,
            wall_s: 1.234_567_890_123_456_7,
            peak_rss_mb: Some(12.5),
            log: None,
            files: BTreeMap::from([file]),
            drawing: BTreeSet::from(["figures/F03.svg".to_owned()]),
            redrawn: BTreeSet::new(),
        }
    }

    #[test]
    fn a_manifest_of_which_any_bit_is_flipped_is_none_or_known_to_be_changed() {
        let folder = tempfile::tempdir().unwrap();
        let written = manifest(Status::Complete);
        written.write(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), (written, true));
        let path = folder.path().join(MANIFEST);
        let text = fs::read(&path).unwrap();
        for bit in 0..8 * text.len() {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &flipped).unwrap();
            assert!(!Manifest::read(folder.path()).is_ok_and(|(_, is_sealed)| is_sealed), "bit {bit}");
        }
    }

    #[test]
    fn a_run_owns_what_it_lists_and_under_way_what_it_is_about_to_write() {
        let complete = manifest(Status::Complete);
        let stopped = manifest(Status::Running);
        for name in ["manifest.json", "log.txt", "figures/F01.svg", "figures/F03.svg", "checkpoints/000001.series"] {
            assert!(complete.owns(name) && stopped.owns(name), "{name}");
        }
        let under_way =
            ["subjects.csv", "network/neurons_vehicle_r0_t24h.parquet", "network/synapses_shared_r0_t0h.parquet"];
        for name in under_way {
            assert!(!complete.owns(name) && stopped.owns(name), "{name}");
        }
        let foreign = [
            "notes.txt",
            "figures/F02.svg",
            "figures/mine.png",
            "drugs/mine.toml",
            "doses/vehicle.csv",
            "checkpoints/notes.txt",
            "network/neurons_vehicle_r1_t24h.parquet",
            "network/neurons_other_r0_t24h.parquet",
            "network/neurons_vehicle_r0_t24h.parquet.bak",
            "network/axons_vehicle_r0_t24h.parquet",
        ];
        for name in foreign {
            assert!(!complete.owns(name) && !stopped.owns(name), "{name}");
        }
    }

    #[test]
    fn what_reads_back_otherwise_or_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let written = manifest(Status::Complete);
        let damage = |is_sealed| written.damage(folder.path(), is_sealed, |_| true).unwrap();
        let drawn = |damage| vec![("figures/F01.svg".to_owned(), damage)];
        assert_eq!(damage(true), drawn(Damage::Missing));
        fs::create_dir(folder.path().join("figures")).unwrap();
        fs::write(folder.path().join("figures/F01.svg"), "as draws").unwrap();
        assert_eq!(damage(true), drawn(Damage::Changed));
        fs::write(folder.path().join("figures/F01.svg"), "as drawn").unwrap();
        assert_eq!(damage(true), []);
        assert_eq!(damage(false), [(MANIFEST.to_owned(), Damage::Changed)]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn peak_memory_grows_with_what_is_touched() {
        let before = peak_resident_bytes().unwrap();
        let touched = vec![1_u8; 200 << 20];
        assert!(std::hint::black_box(&touched).len() > 1);
        assert!(peak_resident_bytes().unwrap() >= before.max(200 << 20));
    }
}
