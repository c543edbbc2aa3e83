//! Running an experiment: arms that branch from one history, on any number of threads, resumable.

/// One network in one world, advanced tick by tick.
pub mod simulation;

/// Arms branch from one simulated history.
pub mod arms;

/// What stands on disk of a run that is not over.
pub mod checkpoint;

/// Who looks on while a run is under way.
pub mod watch;

/// Several experiments that begin alike, simulated together.
pub mod points;
/// From an empty folder to results that stand whole.
pub mod run;

/// How fast the machine carries the model.
pub mod bench;

mod books;
mod dispatcher;
mod identity;
mod plan;
mod protocols;
mod series;
mod threads;
mod worker;

pub use plan::RowsKept;
