//! What we ask: the experiment as it is stated, and how it is read, checked, run and written.

/// The strict config: one file, model and protocol apart, every quantity with its unit.
pub mod configuration;

/// One network in one world, advanced tick by tick.
pub mod simulation;

/// Arms branch from one simulated history.
pub mod arms;

/// What stands on disk of a run that is not over.
pub mod checkpoint;

/// From an empty folder to results that stand whole.
pub mod run;

/// How the model fares against published figures.
pub mod validation;

/// How fast the machine carries the model.
pub mod bench;

mod crew;
mod ledger;
mod protocols;
mod replicates;
