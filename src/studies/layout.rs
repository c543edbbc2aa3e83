//! What the folder of a study holds, by name.

pub use crate::recording::layout::STUDY_MANIFEST as MANIFEST;
/// The study file, as it was read.
pub const STUDY: &str = "study.toml";
/// The base config, as it was read.
pub const BASE: &str = "base.toml";
/// The files that the base points to, by the path that it gives.
pub const INPUTS: &str = "inputs.json";
/// The points: a row each, with the value of every factor.
pub const POINTS: &str = "points.csv";
/// What finished points gave, as it came; what the tables are made of.
pub const JOURNAL: &str = "points.journal";
/// The results in long form.
pub const TABLE: &str = "study.csv";
/// The same as Parquet.
pub const TABLE_PARQUET: &str = "study.parquet";
/// Points that failed, with what they failed of.
pub const FAILED: &str = "failed.csv";
/// What the columns of the tables mean.
pub const DICTIONARY: &str = "dictionary.csv";
/// The folder of figures.
pub const FIGURES: &str = "figures";
/// Beginning of the name of the folder in which points are under way.
pub const SCRATCH: &str = ".resprout-scratch-";
/// The files from which a study begins.
pub const BEGINNINGS: [&str; 4] = [STUDY, BASE, INPUTS, POINTS];
/// The indices of a sensitivity analysis.
pub const SENSITIVITY: &str = "sensitivity.csv";
