//! Who looks on while a run is under way, and may stop it.

use std::path::Path;

use crate::foundation::error::Error;

/// Who looks on while a run is under way.
pub trait RunWatch: Sync {
    /// The run begins; all its branches together simulate this many hours.
    fn begins(&self, simulated_h: f64);
    /// Some branch went on by this many simulated hours.
    fn advanced(&self, simulated_h: f64);
    /// Whether the run is to stop after the present tick.
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
