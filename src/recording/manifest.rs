//! `manifest.json`: what ran, how it ended, and a hash of every result.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::claim::{CHECKPOINTS, FOLDERS, MANIFEST};
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;

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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    /// How the run stands.
    pub status: Status,
    /// Version of the program.
    pub version: &'static str,
    /// Commit from which the program was built; null if it was not built in its repository.
    pub commit: Option<&'static str>,
    /// BLAKE3 of the resolved config.
    pub config_hash: String,
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
    /// Threads that computed.
    pub threads: usize,
    /// Wall time, in seconds; that of an interrupted run is added to that of the process that goes on from it.
    pub wall_s: f64,
    /// Peak resident memory of the process, in MB (10⁶ bytes); null where the system does not tell.
    pub peak_rss_mb: Option<f64>,
    /// BLAKE3 of every result file, by its path in the folder.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Writes `manifest.json` into `folder`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::Run(format!("cannot write the manifest: {error}")))?;
        files::write(&folder.join(MANIFEST), (text + "\n").as_bytes())
    }
}

/// What a manifest says of a run, as read back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Recorded {
    /// How the run stands.
    pub status: Status,
    /// Version of the program that wrote it.
    pub version: String,
    /// Commit from which that was built.
    pub commit: Option<String>,
    /// BLAKE3 of the resolved config.
    pub config_hash: String,
    /// Wall time, in seconds.
    pub wall_s: f64,
    /// BLAKE3 of every result file, by its path in the folder.
    pub files: BTreeMap<String, String>,
}

impl Recorded {
    /// Reads the manifest in `folder`.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is none of a run.
    pub fn read(folder: &Path) -> Result<Self> {
        let refuse = |what: String| {
            let fault = Diagnostic::new(&codes::NO_RUN_THERE, what).help("name a folder that `resprout run` wrote");
            Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
        };
        let path = folder.join(MANIFEST);
        let text = fs::read(&path).map_err(|error| refuse(format!("`{}`: {error}", path.display())))?;
        serde_json::from_slice(&text).map_err(|error| refuse(format!("`{}`: {error}", path.display())))
    }
}

/// BLAKE3 of every result in `folder`, by its path: all files but the manifest itself, the log, which tells
/// wall time, and checkpoints.
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
                && !name.starts_with(files::PART_PREFIX)
                && !(sub.is_empty() && [MANIFEST, "log.txt"].contains(&name.as_str()));
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
        for name in ["manifest.json", "log.txt", ".resprout-1.part", "timeseries.csv", "figures/F01.svg"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let hashes = hashes(folder.path()).unwrap();
        assert_eq!(hashes.keys().collect::<Vec<_>>(), ["figures/F01.svg", "timeseries.csv"]);
        assert_eq!(hashes["timeseries.csv"], blake3::hash(b"x").to_hex().to_string());
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
