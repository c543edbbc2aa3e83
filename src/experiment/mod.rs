//! What we ask: the experiment as it is stated, and how it is read, checked, run and written.

/// The strict config: one file, model and protocol apart, every quantity with its unit.
pub mod configuration;

/// Arms branch from one simulated history.
pub mod arms;
/// Threads that work through a tree of jobs.
mod crew;
