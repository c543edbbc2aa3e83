//! What happens, in the order in which it happens: each mechanism reads only what stands above it.

use crate::anatomy::network::NetworkParameters;
use crate::foundation::parameters::{Parameter, Parameters};

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

/// Every declared parameter, that of the network's layout first, then in the order of the cascade.
#[must_use]
pub fn parameter_table() -> Vec<&'static Parameter> {
    const TABLES: &[&[Parameter]] = &[
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
    ];
    TABLES.iter().copied().flatten().collect()
}
