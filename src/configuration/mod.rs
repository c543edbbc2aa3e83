//! The experiment as it is stated: one TOML file, or the same structs built in Rust.
//!
//! Reading takes four steps, and every fault of every step is reported in one pass:
//!
//! 1. [`document`] parses the text into a tree that remembers where everything stands, and applies
//!    `--set` edits to it;
//! 2. [`structure`] compares the tree with the schema (keys, types, names, units, ranges), which is
//!    generated from the structs below;
//! 3. what is left is read into an [`Experiment`] by serde;
//! 4. [`rules`] look for what no schema can say: doses after the horizon, overlapping episodes, a network
//!    that does not fit.
//!
//! [`document`]: crate::configuration::document
//! [`structure`]: crate::configuration::structure
//! [`rules`]: crate::configuration::rules
//! [`Experiment`]: crate::configuration::Experiment
//!
//! ```
//! use resprout::configuration::Experiment;
//! let experiment = Experiment::from_toml(r#"
//!     schema_version = 1
//!     title = "One dose"
//!     network = { neurons = 500, synapses_per_neuron = 100 }
//!     time = { horizon = "3 d" }
//!     [[arm]]
//!     name = "single"
//!     doses = [{ drug = "ketamine", time = "1 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
//! "#)?;
//! assert_eq!(experiment.arms[0].doses[0].first.duration.hours(), 40.0 / 60.0);
//!
//! let late = experiment.to_resolved_toml().replace("1 d", "4 d");
//! let report = Experiment::from_toml(&late).unwrap_err().to_string();
//! assert!(report.contains("error[E020]: dose outside the simulated time"));
//! # Ok::<(), resprout::foundation::error::Error>(())
//! ```

mod attached;
mod attachments;
mod base;
pub mod conditions;
mod course;
mod disk;
pub mod document;
pub mod dose_table;
pub mod estimate;
mod experiment;
mod fault;
pub mod keys;
mod load;
mod model;
mod name;
mod network;
mod protocol;
mod quantity;
mod resolved;
pub mod rules;
mod run;
mod shipped_conditions;
pub mod structure;
mod subject;
mod subjects;
#[cfg(test)]
mod tests;
mod trial;

pub use attached::{DrugFile, EventFile, EventTable};
pub use base::BaseConfig;
pub use experiment::{Experiment, SCHEMA_VERSION};
pub use fault::Fault;
pub use load::{Loaded, load};
pub use model::{Hypothesis, ModelTable, Override, OverrideMap, Switched, stated_value};
pub use network::NetworkTable;
pub use protocol::{Arm, Timeline};
pub use run::{FiguresTable, Record, RunTable};
pub use subject::OneSubject;
pub use subjects::{Genotypes, Subjects};
pub use trial::{DropoutTable, TrialDesign, TrialTable, UncertainTable};

pub use crate::anatomy::cohort::defaults_table as subject_table;
pub use subjects::key_of_default;
