//! Many runs: a question about many runs is one file and one command.
//!
//! A [`Study`](crate::studies::Study) names a base config, what varies in it, which points there are, and what is asked of
//! every point. Points whose networks begin alike are simulated together, so that what they share is simulated once; all
//! points draw the same random numbers unless the study asks otherwise, so that they differ by what varies alone. What is
//! finished stands in a journal: a study that was stopped goes on where it was, on one machine or, part by part, on many.

/// Joining the parts of a study.
pub mod collect;
/// Runs and points side by side.
pub mod compare;
/// Which points a study has: drawn, listed or read.
mod design;
/// What varies.
pub mod factor;
/// The folder of a study.
pub mod folder;
/// What finished points gave.
pub mod journal;
/// What the folder of a study holds, by name.
pub mod layout;
/// What is asked of every point.
pub mod outcome;
/// Which of the factors matters.
pub mod sensitivity;
/// A config as a function of its parameters.
pub mod simulator;
/// The tables of a study file.
pub mod statement;
/// A study as it was read.
mod study;
/// Running the points.
pub mod sweep;
/// Virtual trials, drawn from the subjects of a run.
pub mod trial;

pub use folder::{Shard, StudyFolder, StudyManifest};
pub use simulator::Simulator;
pub use study::{Study, StudyPoint, is_study};
pub use sweep::{StudyPlan, StudyWatch};
