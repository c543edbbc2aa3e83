//! What happens, in the order in which it happens: each mechanism reads only what stands above it.
//!
//! A mechanism is a folder of five files: `README.md` (meaning, equations, symbols, sources, status),
//! `mod.rs` (signals, columns, systems), `equations.rs` (pure functions), `parameters.rs` (one declaration per
//! parameter) and `tests.rs`. To the rest of the program it is one value, a [`Mechanism`](crate::mechanisms::Mechanism), which is registered once,
//! in [`schedule`](crate::schedule). To add one, copy the shape of [`stress`](crate::mechanisms::stress);
//! [the guide](crate::guide::add_a_mechanism) goes through it.

/// Doses begin and end; drugs are data.
pub mod dosing;

/// Drug amounts become free concentrations at the receptor.
pub mod pharmacokinetics;

/// Stress episodes load the body with glucocorticoid.
pub mod stress;

/// Cytokines follow stress, subject and drug; quinolinate follows cytokines.
pub mod inflammation;

/// Serotonin follows reuptake inhibition at once, and more over weeks.
pub mod serotonin;

/// Drugs block NMDA receptors, by population and subunit.
pub mod nmda_antagonism;

/// Firing rates settle; glutamate is released and taken up.
pub mod glutamate;

/// GABA content follows glutamate and stress, and sets the strength of inhibition.
pub mod gaba;

/// BDNF is released; TrkB, mTORC1, synaptic protein and AMPA insertion follow.
pub mod bdnf;

/// Synapses fluctuate in size, mature and turn over.
pub mod spine_plasticity;

/// Chronic stress raises the hazard of elimination.
pub mod pruning;

/// Vacant elements grow and meet partners.
pub mod synaptogenesis;

/// Symptom scales are read off the circuit; an illustrative mapping.
pub mod symptoms;

/// Side effects are read off concentration and block.
pub mod side_effects;

/// The registered mechanisms, and the worlds that are built from them.
pub mod cascade;

/// What a mechanism shows: columns of the time series.
pub mod column;

/// What a mechanism is, to everything else.
pub mod mechanism;

/// What a world is built under: the model in force, and what is done to the subject.
pub mod model;

/// What a mechanism tells of a whole run.
pub mod outcome;

/// Links of the cascade that can be exchanged for another implementation.
pub mod seams;

/// Anatomy's own part in the tick: it carries out what mechanisms decide.
pub mod synapse_passes;

pub use cascade::Cascade;
pub use mechanism::{Link, Mechanism};
pub use model::{Model, Protocol};
