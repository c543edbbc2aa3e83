//! What we saw: tables, snapshots of the network, and the folder that keeps them.

/// Numbers as cells of a table.
pub mod cells;
/// Taking a folder for a new run.
pub mod claim;
/// Columns of the tables beside the time series.
pub mod columns;
/// Which connections were lost to stress, and which of them came back.
pub mod connections;
/// What was done in every arm, repeats counted singly.
pub mod course;
/// The columns of `timeseries.csv`: those of the mechanisms, and those that need a memory.
pub mod dictionary;
/// A headline figure over independent networks: mean, spread, interval.
pub mod headline_figure;
/// The headline figures of a protocol, and how each is made of what was observed.
pub mod headlines;
/// Instants that a run is about, and where it always has rows.
pub mod landmarks;
/// What a run folder holds, by name.
pub mod layout;
/// One process at a time in a run folder.
pub mod lock;
/// What ran, how it ended, and a hash of every result.
pub mod manifest;
/// The network at one instant, as Parquet.
pub mod network;
/// Values that make no sense, and what becomes of the run then.
pub mod nonsense;
/// What is asked of a run, and what its ticks answer.
pub mod observables;
/// What was observed of every network, in long form.
pub mod outcomes;
/// The time series as Parquet.
pub mod parquet_series;
mod parquet_tables;
/// Recording one branch of a run.
pub mod recorder;
/// Rows of numbers that wait on disk until a run is over.
pub mod rows;
/// A finished run, as read back from its folder.
pub mod run_folder;
/// Which neurons a bounded snapshot keeps the synapses of.
pub mod sample;
/// Symptom scales: what counts as response and remission on each.
pub mod scales;
/// Writing the network of a world at one instant.
pub mod snapshot;
/// The results of a study in long form.
pub mod study_table;
/// Who the virtual subjects are.
pub mod subjects;
/// The headline figures of every arm, with their spread.
pub mod summary;
/// The headline figures of every arm and what arms differ by, in long form.
pub mod summary_table;
/// The time series of a run, in memory and as CSV.
pub mod tables;
/// Formation and elimination of spines over the last day.
pub mod turnover;
