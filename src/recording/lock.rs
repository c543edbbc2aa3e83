//! One process at a time in a run folder.
//!
//! Whoever works in a folder holds a lock on a file in it, taken before anything of the folder is looked at. The lock
//! says that somebody is at work, not the file: the system gives it back with the process, however that ends, so a file
//! that was left behind bars nobody. It is deleted by whoever gives the lock back, so that a finished folder holds a run
//! and nothing else.
//!
//! On NFS, Linux turns the lock into one that the server keeps, so that it holds between machines (version 4, and
//! version 3 where its lock service runs); for this the file is open for writing, without which the server gives no lock
//! that excludes others. Mounted with `nolock` or `local_lock=flock`, it holds among the processes of one machine. A
//! server that is out of reach for longer than its lease may give the folder to another, and a file system that knows
//! no locks gives none: there, that nobody else is at work is taken on trust.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};

/// The name of the file whose lock says that a process is at work in the folder.
pub const LOCK: &str = ".resprout.lock";

/// How often a folder that is taken is asked for again, and after which pause: whoever gives back a lock that others
/// may share holds it alone for a moment.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// A folder in which this process works, until the value is dropped.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    /// None where it is taken on trust that nobody else is at work.
    file: Option<File>,
}

impl FolderLock {
    /// Takes `folder` to write in it: nobody else reads or writes meanwhile.
    ///
    /// # Errors
    /// [`Error::Input`] if another process is at work in it, [`Error::Io`] if it takes no file.
    pub fn to_write(folder: &Path) -> Result<Self> {
        Self::take(folder, LockPurpose::Write)
    }

    /// Takes `folder` to read it: others may read, and nobody writes meanwhile.
    ///
    /// # Errors
    /// [`Error::Input`] if another process writes in it, [`Error::Io`] if it cannot be looked into.
    pub fn to_read(folder: &Path) -> Result<Self> {
        Self::take(folder, LockPurpose::Read)
    }

    fn take(folder: &Path, purpose: LockPurpose) -> Result<Self> {
        let path = folder.join(LOCK);
        let mut refused = 0;
        loop {
            let file = match open(&path, purpose) {
                Ok(file) => file,
                // whoever goes on finds that there is nothing to work on
                Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
                    return Ok(Self { path, file: None });
                }
                // where nothing can be written, nobody writes
                Err(error) if purpose == LockPurpose::Read && is_read_only(&error) => {
                    return Ok(Self { path, file: None });
                }
                Err(error) => return Err(Error::io("lock", folder)(error)),
            };
            let locked = match purpose {
                LockPurpose::Write => file.try_lock(),
                LockPurpose::Read => file.try_lock_shared(),
            };
            match locked {
                Ok(()) if stands_at(&file, &path) => return Ok(Self { path, file: Some(file) }),
                // whoever held it deleted the file between the opening and the lock
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if refused < ATTEMPTS => {
                    refused += 1;
                    thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    let fault = Diagnostic::new(&codes::FOLDER_IN_USE, format!("`{}`", folder.display()))
                        .help("wait for it, or name another folder");
                    return Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()));
                }
                Err(TryLockError::Error(_)) => return Ok(Self { path, file: None }),
            }
        }
    }
}

impl Drop for FolderLock {
    /// Deletes the file under the lock. Readers ask for it alone first: while another reads, the file stays.
    fn drop(&mut self) {
        let Some(file) = &self.file else { return };
        let alone = file.unlock().is_ok() && file.try_lock().is_ok();
        if alone && stands_at(file, &self.path) {
            // one that stays is in nobody's way
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LockPurpose {
    Write,
    Read,
}

fn open(path: &Path, purpose: LockPurpose) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // a link would have the lock stand, and the file appear, somewhere else
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
    }
    match options.open(path) {
        Err(error) if purpose == LockPurpose::Read && is_read_only(&error) => {
            // on a disk that others write to, their file can be locked all the same
            File::open(path).map_err(|missing| if missing.kind() == ErrorKind::NotFound { error } else { missing })
        }
        opened => opened,
    }
}

fn is_read_only(error: &io::Error) -> bool {
    [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem].contains(&error.kind())
}

/// Whether `file` is the one that stands at `path`, and not one that was deleted or replaced since it was opened.
fn stands_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let of = |found: fs::Metadata| (found.dev(), found.ino());
        file.metadata().map(of).ok() == fs::symlink_metadata(path).map(of).ok()
    }
    #[cfg(not(unix))]
    {
        // a file that is open cannot be replaced
        let _ = file;
        path.exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused<T: std::fmt::Debug>(taken: Result<T>) -> bool {
        match taken {
            Ok(_) => false,
            Err(error) => {
                assert!(error.exit_code() == 2 && error.to_string().contains("E046"), "{error}");
                true
            }
        }
    }

    #[test]
    fn one_writes_or_many_read_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let writer = FolderLock::to_write(path).unwrap();
        assert!(is_refused(FolderLock::to_write(path)) && is_refused(FolderLock::to_read(path)));
        assert!(path.join(LOCK).exists());
        drop(writer);
        assert!(!path.join(LOCK).exists());
        let readers = [FolderLock::to_read(path).unwrap(), FolderLock::to_read(path).unwrap()];
        assert!(is_refused(FolderLock::to_write(path)));
        let [first, second] = readers;
        drop(first);
        assert!(path.join(LOCK).exists() && is_refused(FolderLock::to_write(path)), "the second still reads");
        drop(second);
        assert!(!path.join(LOCK).exists());
        // what a killed process left
        fs::write(path.join(LOCK), "").unwrap();
        drop(FolderLock::to_write(path).unwrap());
        assert!(!path.join(LOCK).exists());
    }

    #[test]
    #[cfg(unix)]
    fn a_lock_on_a_file_that_was_replaced_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK);
        let old = open(&path, LockPurpose::Write).unwrap();
        assert!(stands_at(&old, &path));
        fs::remove_file(&path).unwrap();
        assert!(!stands_at(&old, &path));
        let new = FolderLock::to_write(folder.path()).unwrap();
        assert!(old.try_lock().is_ok() && !stands_at(&old, &path), "free, and another's");
        drop(old);
        assert!(is_refused(FolderLock::to_write(folder.path())));
        drop(new);
    }

    /// Threads that come and go: nobody ever is in the folder beside another.
    #[test]
    #[cfg(unix)]
    fn however_many_come_and_go_one_is_inside() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let (inside, entered) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        if let Ok(lock) = FolderLock::to_write(folder.path()) {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            entered.fetch_add(1, Ordering::SeqCst);
                            std::thread::yield_now();
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
        assert!(entered.load(Ordering::SeqCst) > 4);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_in_place_of_the_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, folder.path().join(LOCK)).unwrap();
        assert_eq!(FolderLock::to_write(folder.path()).unwrap_err().exit_code(), 4);
        assert!(!elsewhere.exists());
    }
}
