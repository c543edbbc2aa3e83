//! What we saw: tables, snapshots of the network, and the folder that keeps them.

/// Taking a folder for a new run.
pub mod claim;
/// The columns of `timeseries.csv`, declared once.
pub mod dictionary;
/// The network at one instant, as Parquet.
pub mod network;
/// A finished run, as read back from its folder.
pub mod run_folder;
/// The time series of a run, in memory and as CSV.
pub mod tables;
