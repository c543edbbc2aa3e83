//! What a run folder holds, by name.

/// The file that makes a folder a run folder.
pub const MANIFEST: &str = "manifest.json";
/// The file that makes a folder one of a study.
pub const STUDY_MANIFEST: &str = "study.json";
/// The resolved config.
pub const CONFIG: &str = "config.toml";
/// The course of the run.
pub const COURSE: &str = "course.json";
/// The headline figures; the last table that a run writes.
pub const SUMMARY: &str = "summary.json";
/// The same as a table in long form, with what arms differ by.
pub const SUMMARY_TABLE: &str = "summary.csv";
/// The headline figures of every network.
pub const OUTCOMES: &str = "outcomes.csv";
/// The time series.
pub const TIME_SERIES: &str = "timeseries.csv";
/// The time series, where the config asks for Parquet.
pub const TIME_SERIES_PARQUET: &str = "timeseries.parquet";
/// What the columns of all tables mean, and of which type they are.
pub const DICTIONARY: &str = "dictionary.csv";
/// Who the virtual subjects are.
pub const SUBJECTS: &str = "subjects.csv";
/// What happened, with wall time.
pub const LOG: &str = "log.txt";
/// Files that a run writes, in the order of the interface.
pub const FILES: [&str; 11] = [
    MANIFEST,
    CONFIG,
    COURSE,
    SUMMARY,
    SUMMARY_TABLE,
    OUTCOMES,
    TIME_SERIES,
    TIME_SERIES_PARQUET,
    DICTIONARY,
    SUBJECTS,
    LOG,
];

/// The folder of snapshots.
pub const NETWORK: &str = "network";
/// The folder of figures.
pub const FIGURES: &str = "figures";
/// The folder of checkpoints: what a run that is not over goes on from. It is no result.
pub const CHECKPOINTS: &str = "checkpoints";
/// The folder of dose tables, as they were read.
pub const DOSES: &str = "doses";
/// Folders that a run writes.
pub const FOLDERS: [&str; 5] = [NETWORK, FIGURES, CHECKPOINTS, "drugs", DOSES];
