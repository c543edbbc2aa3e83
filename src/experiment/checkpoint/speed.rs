//! How fast a network goes to disk and comes back.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::experiment::simulation::{Setup, Simulation};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::foundation::sections::{SectionReader, SectionWriter};
use crate::mechanisms::{Model, Protocol};
use crate::recording::lock::FolderLock;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckpointSpeed {
    /// Size of the checkpoint, in bytes.
    pub bytes: u64,
    /// Time until all of it was on the disk itself (synced), in seconds.
    pub write_s: f64,
    /// Time to read and check it, from the disk where the system can be made to forget the file, and to
    /// build the network around it, in seconds.
    pub read_s: f64,
    /// Size over the time to write, in GB/s (10⁹ bytes).
    pub write_gb_per_s: f64,
    /// Size over the time to read, in GB/s.
    pub read_gb_per_s: f64,
    /// What the disk itself takes: as many bytes of nothing, written in one go and synced, in GB/s.
    pub disk_write_gb_per_s: f64,
}

/// Saves `simulation`, forgets it, and loads it again; `folder` says which disk is measured. What a measurement left there that
/// was killed is deleted first.
///
/// # Errors
/// [`Error::Io`] if the disk refuses, [`Error::Input`] if another process works in `folder`.
pub fn measure(
    mut simulation: Simulation,
    setup: &Setup,
    model: &Model,
    protocol: &Protocol,
    folder: &Path,
) -> Result<CheckpointSpeed> {
    files::create_folder(folder)?;
    let _lock = FolderLock::to_write(folder)?;
    delete_parts(folder)?;
    let part = tempfile::Builder::new().prefix(files::PART_PREFIX).suffix(files::PART_SUFFIX).tempdir_in(folder);
    let place = part.map_err(Error::io("create", folder))?;
    let path = place.path().join("network");
    let begun = Instant::now();
    files::write_with(&path, |target| {
        let write = || {
            let mut sections = SectionWriter::begin(target)?;
            simulation.save(&mut sections)?;
            sections.end()
        };
        write().map_err(Error::io("write", &path))
    })?;
    let write_s = begun.elapsed().as_secs_f64();
    let bytes = fs::metadata(&path).map_err(Error::io("read", &path))?.len();
    drop(simulation);

    let file = File::open(&path).map_err(Error::io("read", &path))?;
    #[cfg(unix)]
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    let begun = Instant::now();
    let mut reader = SectionReader::open(BufReader::with_capacity(1 << 16, file)).map_err(Error::unreadable(&path))?;
    drop(Simulation::load(setup, model, model, protocol, &mut reader, &path)?);
    reader.end().map_err(Error::unreadable(&path))?;
    let read_s = begun.elapsed().as_secs_f64();

    let blank = vec![0x5a; 1 << 20];
    let begun = Instant::now();
    files::write_with(&path, |target| {
        use std::io::Write;
        let mut left = bytes;
        while left > 0 {
            let length = left.min(blank.len() as u64);
            target.write_all(&blank[..length as usize]).map_err(Error::io("write", &path))?;
            left -= length;
        }
        Ok(())
    })?;
    let disk_s = begun.elapsed().as_secs_f64();
    let speed = |seconds: f64| bytes as f64 / seconds / 1e9;
    Ok(CheckpointSpeed {
        bytes,
        write_s,
        read_s,
        write_gb_per_s: speed(write_s),
        read_gb_per_s: speed(read_s),
        disk_write_gb_per_s: speed(disk_s),
    })
}

/// Deletes folders of measurements that were killed.
fn delete_parts(folder: &Path) -> Result<()> {
    let failed = |error| Error::io("delete what a measurement left in", folder)(error);
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        if files::is_part(&entry.file_name().to_string_lossy()) && entry.file_type().map_err(failed)?.is_dir() {
            fs::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}
