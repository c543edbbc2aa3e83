//! Who looks on while a run is under way, and may stop it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::foundation::error::Error;

/// Who looks on while a run is under way.
pub trait RunWatch: Sync {
    /// The run begins; all its branches together simulate this many hours.
    fn begins(&self, simulated_h: f64);
    /// Some branch went on by this many simulated hours.
    fn advanced(&self, simulated_h: f64);
    /// Whether the run is to stop: after the present tick, or before more of a file is read or written.
    fn is_interrupted(&self) -> bool;
    /// Why, in words that end "interrupted: …".
    fn reason(&self) -> &'static str {
        "by a signal"
    }
}

/// Nobody looks on.
pub struct Unwatched;

impl RunWatch for Unwatched {
    fn begins(&self, _: f64) {}
    fn advanced(&self, _: f64) {}
    fn is_interrupted(&self) -> bool {
        false
    }
}

/// How the run in `folder` ends that `watch` has interrupted.
pub fn interruption(watch: &dyn RunWatch, folder: &Path) -> Error {
    Error::Interrupted(format!("{}; `resprout resume {}` goes on", watch.reason(), folder.display()))
}

/// A file of the run in `folder`, which refuses to be read on once `watch` says that the run is to stop: a large checkpoint
/// takes longer to read than anybody should have to wait.
pub(super) struct WatchedFile<'a> {
    pub(super) file: File,
    pub(super) watch: &'a dyn RunWatch,
    pub(super) folder: &'a Path,
}

/// Bytes that are read at a time: a disk delivers them in milliseconds.
const PIECE: usize = 1 << 20;

impl Read for WatchedFile<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_interrupted() {
            return Err(io::Error::other(interruption(self.watch, self.folder)));
        }
        let piece = bytes.len().min(PIECE);
        self.file.read(&mut bytes[..piece])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Patient(AtomicUsize);

    impl RunWatch for Patient {
        fn begins(&self, _: f64) {}
        fn advanced(&self, _: f64) {}
        fn is_interrupted(&self) -> bool {
            self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err()
        }
    }

    /// Asked for all of it at once, it still reads piece by piece.
    #[test]
    fn a_large_file_is_not_read_to_its_end_once_the_run_is_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        std::fs::write(&path, vec![7; 5 * PIECE]).unwrap();
        let read = |patience| {
            let watch = Patient(AtomicUsize::new(patience));
            let file = File::open(&path).unwrap();
            let mut bytes = vec![0; 5 * PIECE];
            let outcome = WatchedFile { file, watch: &watch, folder: folder.path() }.read_exact(&mut bytes);
            (outcome.map_err(Error::unreadable(&path)), bytes.iter().take_while(|&&byte| byte == 7).count())
        };
        let (outcome, bytes) = read(2);
        assert_eq!((outcome.unwrap_err().exit_code(), bytes), (130, 2 * PIECE));
        assert!(read(5).0.is_ok());
    }
}
