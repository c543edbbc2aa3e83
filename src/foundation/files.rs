//! Files that appear under their final name only when they are whole.
//!
//! A file is written under a temporary name in its own folder, synced, and renamed. Whatever stops the
//! program in between, a full disk, Ctrl-C, `kill -9` or the power, the final name shows the old file, the
//! new file, or none.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::{Builder, NamedTempFile};

use super::diagnostics::{Diagnostic, Report, codes};
use super::error::{Error, Result};

/// Beginning of the names of files that are being written. One that outlived its program can be deleted.
pub const PART_PREFIX: &str = ".resprout-";
/// The end of their names.
/// How it ends.
pub const PART_SUFFIX: &str = ".part";

/// Whether a file of this name is one that was being written when its program was stopped.
#[must_use]
pub fn is_part(name: &str) -> bool {
    name.starts_with(PART_PREFIX) && name.ends_with(PART_SUFFIX)
}

/// A file as it was written: where it stands in its folder, and BLAKE3 of its content, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Its path in the folder, with `/`.
    pub path: String,
    /// What reads back otherwise was changed since.
    pub hash: String,
}

/// A writer that remembers why it refused.
///
/// Encoders (CSV, Parquet, SVG) wrap the operating system's error in their own or lose it; the exit code of
/// the program depends on it.
#[derive(Debug)]
pub struct WatchedWriter<W: Write> {
    inner: BufWriter<W>,
    path: PathBuf,
    refusal: Option<io::Error>,
    /// Of what was written so far, where that is asked for.
    hasher: Option<Box<blake3::Hasher>>,
}

impl<W: Write> WatchedWriter<W> {
    fn new(inner: W, path: &Path) -> Self {
        Self { inner: BufWriter::with_capacity(1 << 16, inner), path: path.to_path_buf(), refusal: None, hasher: None }
    }

    fn remember<T>(&mut self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted && self.refusal.is_none() {
                self.refusal = Some(copy_of(error));
            }
        })
    }

    /// The outcome of what an encoder did with this writer: the refusal of the disk, where there was one,
    /// stands for whatever the encoder made of it.
    fn judge<T>(&mut self, outcome: Result<T>) -> Result<T> {
        match self.refusal.take() {
            Some(source) => Err(Error::Io { action: "write", path: self.path.clone(), source }),
            None => outcome,
        }
    }
}

/// An [`io::Error`] cannot be cloned; its code or its kind and words can.
fn copy_of(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

impl<W: Write> Write for WatchedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let outcome = self.inner.write(bytes);
        if let (Some(hasher), Ok(taken)) = (&mut self.hasher, &outcome) {
            hasher.update(&bytes[..*taken]);
        }
        self.remember(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.inner.flush();
        self.remember(outcome)
    }
}

/// Writes a file as a whole: `fill` receives the writer, and the file appears at `path` when it is done.
///
/// # Errors
/// [`Error::Io`] if the disk refuses, whatever `fill` made of the refusal; else the error of `fill`. Nothing
/// appears at `path` then, and what was there remains.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut WatchedWriter<File>) -> Result<()>) -> Result<()> {
    write_watched(path, None, fill).map(drop)
}

/// The same, and BLAKE3 of what was written, in hexadecimal: of the bytes as they left, so that whatever befalls the
/// file from then on shows.
///
/// # Errors
/// Those of [`write_with`].
pub fn write_hashed(path: &Path, fill: impl FnOnce(&mut WatchedWriter<File>) -> Result<()>) -> Result<String> {
    let hasher = write_watched(path, Some(Box::default()), fill)?;
    Ok(hasher.unwrap_or_default().finalize().to_hex().to_string())
}

fn write_watched(
    path: &Path,
    hasher: Option<Box<blake3::Hasher>>,
    fill: impl FnOnce(&mut WatchedWriter<File>) -> Result<()>,
) -> Result<Option<Box<blake3::Hasher>>> {
    let temporary = part_beside(path).map_err(Error::io("create", path))?;
    let (file, place) = temporary.into_parts();
    let mut target = WatchedWriter { hasher, ..WatchedWriter::new(file, path) };
    let outcome = fill(&mut target).and_then(|()| target.flush().map_err(Error::io("write", path)));
    target.judge(outcome)?;
    target.inner.get_ref().sync_all().map_err(Error::io("write", path))?;
    place.persist(path).map_err(|refused| Error::io("write", path)(refused.error))?;
    sync_folder_of(path)?;
    Ok(target.hasher)
}

/// Writes `bytes` as a whole file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |target| target.write_all(bytes).map_err(Error::io("write", path)))
}

/// The temporary file that will become `path`.
fn part_beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PART_PREFIX).suffix(PART_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // temporary files are private by default; a result is as readable as the umask says
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder_of(path))
}

/// A file without a name. Where the system cannot make one, its name lasts for a moment: it is one of a file under way,
/// so that whoever finds it knows whose it was.
fn nameless_in(folder: &Path) -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, Mode, OFlags};
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        if let Ok(file) = rustix::fs::openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR) {
            return Ok(file.into());
        }
    }
    #[cfg(unix)]
    {
        let (file, place) = part_beside(&folder.join("spool"))?.into_parts();
        place.close()?;
        Ok(file)
    }
    #[cfg(not(unix))]
    tempfile::tempfile_in(folder)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A rename is on disk when its folder is.
fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io("write", folder))?;
    Ok(())
}

/// Creates `folder` and its parents.
pub fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))
}

/// Creates the folder `name` in `folder`, or finds it there; its path.
///
/// # Errors
/// [`Error::Input`] if a link stands there, [`Error::Io`] if it cannot be created.
pub fn create_folder_in(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    refuse_link(&path)?;
    create_folder(&path)?;
    Ok(path)
}

/// Refuses a link at `path`, where a folder of ours should be.
///
/// # Errors
/// [`Error::Input`]: what is written through it would land among files of somebody else.
pub fn refuse_link(path: &Path) -> Result<()> {
    if !fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Ok(());
    }
    let fault = Diagnostic::new(&codes::LINK_IN_FOLDER, format!("`{}`", path.display()))
        .help("put the folder that it leads to in its place, or remove the link");
    Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()))
}

/// Room on the disk of `folder`, which need not exist yet, in bytes; none where the system does not tell.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let absolute = std::path::absolute(folder).ok()?;
        let existing = absolute.ancestors().find(|path| path.is_dir())?;
        let disk = rustix::fs::statvfs(existing).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// Fails if no file can be created in `folder`.
pub fn require_writable(folder: &Path) -> Result<()> {
    part_beside(&folder.join("probe")).map(drop).map_err(Error::io("write", folder))
}

/// Bytes that wait on disk for their turn, in a file without a name: it is gone when this value is, or when
/// the program is, however it ends.
#[derive(Debug)]
pub struct Spool(WatchedWriter<File>);

impl Spool {
    /// An empty spool on the disk of `folder`.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let file = nameless_in(folder).map_err(Error::io("create", folder))?;
        Ok(Self(WatchedWriter::new(file, folder)))
    }

    /// Appends bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let outcome = self.0.write_all(bytes).map_err(Error::io("write", &self.0.path));
        self.0.judge(outcome)
    }

    /// Appends what an encoder writes.
    pub fn append_with<T>(&mut self, fill: impl FnOnce(&mut WatchedWriter<File>) -> Result<T>) -> Result<T> {
        let outcome = fill(&mut self.0);
        self.0.judge(outcome)
    }

    /// Reads everything back from the beginning. Nothing may be appended while the reader is in use.
    pub fn read_back(&mut self) -> Result<impl Read + '_> {
        self.0.flush().map_err(Error::io("write", &self.0.path))?;
        let file = self.0.inner.get_mut();
        file.seek(SeekFrom::Start(0)).map_err(Error::io("read", &self.0.path))?;
        Ok(io::BufReader::with_capacity(1 << 16, file))
    }
}

/// Many texts in one file without a name, each to be read back in any order: one open file, however many there are.
#[derive(Debug)]
pub struct Store {
    spool: Spool,
    length: u64,
}

/// Where a text stands in a [`Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    start: u64,
    length: u64,
}

impl Stored {
    /// Length of the text, in bytes.
    #[must_use]
    pub fn length(self) -> u64 {
        self.length
    }
}

impl Store {
    /// An empty store on the disk of `folder`.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        Ok(Self { spool: Spool::in_folder(folder)?, length: 0 })
    }

    /// Takes in everything that `source` holds.
    pub fn keep(&mut self, source: &mut Spool) -> Result<Stored> {
        let mut source = source.read_back()?;
        let copy = |target: &mut WatchedWriter<File>| {
            io::copy(&mut source, target).map_err(|error| Error::Run(error.to_string()))
        };
        let length = self.spool.append_with(copy)?;
        let stored = Stored { start: self.length, length };
        self.length += length;
        Ok(stored)
    }

    /// Takes in `length` bytes of `source`.
    pub fn keep_bytes(&mut self, source: &mut dyn Read, length: u64) -> io::Result<Stored> {
        let start = self.length;
        let copied = io::copy(&mut source.take(length), &mut self.spool.0)?;
        self.length += copied;
        if copied == length { Ok(Stored { start, length }) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Copies a text into `target`.
    pub fn copy(&mut self, stored: Stored, target: &mut impl Write) -> Result<()> {
        let WatchedWriter { inner, path, .. } = &mut self.spool.0;
        inner.flush().map_err(Error::io("write", path))?;
        let file = inner.get_mut();
        file.seek(SeekFrom::Start(stored.start)).map_err(Error::io("read", path))?;
        let copied = io::copy(&mut Read::take(&mut *file, stored.length), target);
        // what is kept next belongs behind all the rest
        file.seek(SeekFrom::End(0)).map_err(Error::io("read", path))?;
        copied.map(drop).map_err(|error| Error::Run(format!("cannot copy rows: {error}")))
    }
}

/// BLAKE3 of `bytes`, in hexadecimal.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// BLAKE3 of a file's content, in hexadecimal.
pub fn hash(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(Error::io("read", path))?;
    hasher.update_reader(file).map_err(Error::io("read", path))?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_the_old_one_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.json");
        write(&path, b"old").unwrap();
        let failed = write_with(&path, |target| {
            target.write_all(&vec![7; 100_000]).unwrap();
            assert_eq!(names(folder.path()).len(), 2, "the temporary stands beside the old file");
            Err(Error::Run("the encoder gave up".to_owned()))
        });
        assert_eq!(failed.unwrap_err().exit_code(), 1);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["summary.json"]);
    }

    /// `/dev/full` refuses every write as a full disk does.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_io_error_even_if_the_encoder_calls_it_something_else() {
        let path = Path::new("/dev/full");
        let mut target = WatchedWriter::new(File::options().write(true).open(path).unwrap(), path);
        let encoded = target
            .write_all(&vec![0; 1 << 20])
            .map_err(|error| Error::Run(format!("cannot write the time series: {error}")));
        let error = target.judge(encoded).unwrap_err();
        assert_eq!(error.exit_code(), 4);
        assert!(error.to_string().contains("No space left"), "{error}");
    }

    #[test]
    fn a_folder_that_takes_no_file_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plain");
        write(&file, b"").unwrap();
        assert_eq!(require_writable(&file).unwrap_err().exit_code(), 4);
        assert_eq!(create_folder(&file.join("run")).unwrap_err().exit_code(), 4);
        require_writable(folder.path()).unwrap();
    }

    #[test]
    fn a_store_gives_back_each_text_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::in_folder(folder.path()).unwrap();
        let places: Vec<Stored> = (0..4_u8)
            .map(|round| {
                let mut spool = Spool::in_folder(folder.path()).unwrap();
                spool.append(&vec![round; 50_000 * usize::from(round)]).unwrap();
                store.keep(&mut spool).unwrap()
            })
            .collect();
        let check = |store: &mut Store, round: u8| {
            let mut bytes = Vec::new();
            store.copy(places[usize::from(round)], &mut bytes).unwrap();
            assert_eq!(bytes, vec![round; 50_000 * usize::from(round)]);
        };
        for round in [3, 0, 2, 1] {
            check(&mut store, round);
        }
        let mut late = Spool::in_folder(folder.path()).unwrap();
        late.append(b"late").unwrap();
        store.keep(&mut late).unwrap();
        for round in [1, 3] {
            check(&mut store, round);
        }
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_spool_gives_back_its_bytes_and_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::in_folder(folder.path()).unwrap();
        for round in 0..3_u8 {
            spool.append(&vec![round; 70_000]).unwrap();
            let mut bytes = Vec::new();
            spool.read_back().unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes.len(), 70_000 * (usize::from(round) + 1));
            assert_eq!(bytes.last(), Some(&round));
        }
        assert!(names(folder.path()).is_empty());
    }
}
