//! What happens, in the order in which it happens: each mechanism reads only what stands above it.
//!
//! A mechanism is a folder of five files: `README.md` (meaning, equations, symbols, sources, status),
//! `mod.rs` (the plugin), `equations.rs` (pure functions), `parameters.rs` (one declaration per
//! parameter) and `tests.rs`. To add one, copy the shape of [`stress`](crate::mechanisms::stress) and
//! add it to [`add_cascade`](crate::mechanisms::add_cascade);
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

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::anatomy::network::NetworkParameters;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::{SpineRemovals, SynapsePlugin};
use crate::foundation::parameters::{Overrides, Parameter, Parameters};
use crate::foundation::state::CarriedState;
use crate::schedule::{Disabled, Phase};

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
    /// Removals of newborn spines.
    pub removals: SpineRemovals,
}

/// Adds every mechanism, in the order of the cascade, and anatomy's own part in the tick.
///
/// Must run after [`schedule::install`](crate::schedule::install) and before neurons are spawned.
pub fn add_cascade(app: &mut App, model: &Model, protocol: &Protocol, subject: &Subject) {
    let overrides = || model.overrides.clone();
    add(
        app,
        Phase::Dosing,
        dosing::DosingPlugin { formulary: protocol.formulary.clone(), schedule: protocol.doses.clone() },
    );
    add(
        app,
        Phase::Pharmacokinetics,
        pharmacokinetics::PharmacokineticsPlugin { subject: subject.clone(), overrides: overrides() },
    );
    add(app, Phase::Stress, stress::StressPlugin { schedule: protocol.stress.clone(), overrides: overrides() });
    add(app, Phase::Inflammation, inflammation::InflammationPlugin { overrides: overrides() });
    add(app, Phase::Serotonin, serotonin::SerotoninPlugin { overrides: overrides() });
    add(app, Phase::NmdaAntagonism, nmda_antagonism::NmdaAntagonismPlugin { overrides: overrides() });
    add(app, Phase::Glutamate, glutamate::GlutamatePlugin { overrides: overrides() });
    add(app, Phase::Gaba, gaba::GabaPlugin { overrides: overrides() });
    add(app, Phase::Bdnf, bdnf::BdnfPlugin { overrides: overrides() });
    add(app, Phase::SpinePlasticity, spine_plasticity::SpinePlasticityPlugin { overrides: overrides() });
    add(app, Phase::Pruning, pruning::PruningPlugin { overrides: overrides() });
    add(app, Phase::Synaptogenesis, synaptogenesis::SynaptogenesisPlugin { overrides: overrides() });
    add(app, Phase::Symptoms, symptoms::SymptomsPlugin { overrides: overrides() });
    add(app, Phase::SideEffects, side_effects::SideEffectsPlugin { overrides: overrides() });
    own(app, "");
    app.add_plugins(SynapsePlugin { removals: protocol.removals.clone() });
}

/// Adds the plugin of one mechanism, which owns the state that it registers.
fn add(app: &mut App, phase: Phase, plugin: impl Plugin) {
    own(app, phase.name());
    app.add_plugins(plugin);
}

fn own(app: &mut App, owner: &'static str) {
    app.world_mut().get_resource_or_init::<CarriedState>().set_owner(owner);
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
        inflammation::InflammationParameters::TABLE,
        serotonin::SerotoninParameters::TABLE,
        nmda_antagonism::NmdaAntagonismParameters::TABLE,
        glutamate::GlutamateParameters::TABLE,
        gaba::GabaParameters::TABLE,
        bdnf::BdnfParameters::TABLE,
        spine_plasticity::SpinePlasticityParameters::TABLE,
        pruning::PruningParameters::TABLE,
        synaptogenesis::SynaptogenesisParameters::TABLE,
        symptoms::SymptomsParameters::TABLE,
        side_effects::SideEffectsParameters::TABLE,
    ]
    .into_iter()
    .flatten()
    .collect()
}
