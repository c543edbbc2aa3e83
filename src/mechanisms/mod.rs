//! What happens, in the order in which it happens: each mechanism reads only what stands above it.
//!
//! A mechanism is a folder of five files: `README.md` (meaning, equations, symbols, sources, status),
//! `mod.rs` (the plugin), `equations.rs` (pure functions), `parameters.rs` (one declaration per
//! parameter) and `tests.rs`. To add one, copy the shape of [`stress`] and add it to [`add_cascade`].

/// Doses begin and end; drugs are data.
pub mod dosing;

/// Drug amounts become free concentrations at the receptor.
pub mod pharmacokinetics;

/// Stress episodes load the body with glucocorticoid.
pub mod stress;

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

use bevy_app::App;
use bevy_ecs::prelude::*;

use crate::anatomy::network::NetworkParameters;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::SynapsePlugin;
use crate::foundation::parameters::{Overrides, Parameter, Parameters};
use crate::schedule::Disabled;

/// A model: the parameter values and the mechanisms in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
    /// Mechanisms that are switched off.
    pub disabled: Disabled,
}

/// What is done to the subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Protocol {
    /// The drugs that the doses name.
    pub formulary: dosing::Formulary,
    /// Doses, already expanded into single events.
    pub doses: dosing::DoseSchedule,
    /// Stress episodes.
    pub stress: stress::StressSchedule,
}

/// Adds every mechanism, in the order of the cascade, and anatomy's own part in the tick.
///
/// Must run after [`schedule::install`](crate::schedule::install) and before neurons are spawned.
pub fn add_cascade(app: &mut App, model: &Model, protocol: &Protocol, subject: &Subject) {
    let overrides = || model.overrides.clone();
    app.add_plugins((
        dosing::DosingPlugin { formulary: protocol.formulary.clone(), schedule: protocol.doses.clone() },
        pharmacokinetics::PharmacokineticsPlugin { subject: subject.clone(), overrides: overrides() },
        stress::StressPlugin { schedule: protocol.stress.clone(), overrides: overrides() },
        nmda_antagonism::NmdaAntagonismPlugin { overrides: overrides() },
        glutamate::GlutamatePlugin { overrides: overrides() },
        gaba::GabaPlugin { overrides: overrides() },
        bdnf::BdnfPlugin { overrides: overrides() },
        spine_plasticity::SpinePlasticityPlugin { overrides: overrides() },
        pruning::PruningPlugin { overrides: overrides() },
        SynapsePlugin,
        synaptogenesis::SynaptogenesisPlugin { overrides: overrides() },
    ));
}

/// Brings a newly built network to its fixed point. Must run once, after the neurons were spawned.
pub fn initialise(world: &mut World) {
    glutamate::initialise(world);
    bdnf::initialise(world);
    synaptogenesis::initialise(world);
}

/// Every parameter of the model that is not a drug's, in the order of the cascade.
#[must_use]
pub fn parameter_table() -> Vec<&'static Parameter> {
    [
        NetworkParameters::TABLE,
        pharmacokinetics::PharmacokineticsParameters::TABLE,
        stress::StressParameters::TABLE,
        nmda_antagonism::NmdaAntagonismParameters::TABLE,
        glutamate::GlutamateParameters::TABLE,
        gaba::GabaParameters::TABLE,
        bdnf::BdnfParameters::TABLE,
        spine_plasticity::SpinePlasticityParameters::TABLE,
        pruning::PruningParameters::TABLE,
        synaptogenesis::SynaptogenesisParameters::TABLE,
    ]
    .into_iter()
    .flatten()
    .collect()
}
