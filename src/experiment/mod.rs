//! What we ask: the experiment as stated, and how it is run.

/// Arms branch from one simulated history.
pub mod arms;
/// Threads that work through a tree of jobs.
mod crew;
