//! # resprout
//!
//! A deterministic, parallel simulator of neural plasticity under chronic stress and ketamine, from
//! the infusion pump to the dendritic spine. The modules below are listed in reading order.

/// What is there: neurons, synapses, space, fields, the subject.
pub mod anatomy;
/// The command line: one file per command.
pub mod cli;
/// What we ask: the experiment as it is stated, and how it is read, checked and written.
pub mod experiment;
/// How we show it: one file per figure, one style.
pub mod figures;
/// No biology: time, randomness, parameters, errors, files.
pub mod foundation;
/// What happens, listed in the order of the cascade.
pub mod mechanisms;
/// What we saw: tables, snapshots of the network, the run folder.
pub mod recording;
/// THE CASCADE: the whole tick on one page.
pub mod schedule;
