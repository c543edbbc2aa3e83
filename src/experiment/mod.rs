//! What we ask: the experiment as it is stated, and how it is read, checked and written.

/// The strict config: one file, model and protocol apart, every quantity with its unit.
pub mod configuration;
