//! THE CASCADE: the whole tick on one page.
//!
//! A tick runs the links below from top to bottom, from the infusion pump to the read-outs. Each is one value, a
//! [`Mechanism`](crate::mechanisms::Mechanism), and this is the only list of them: phases of the tick, parameters,
//! keys of a config, names in `model.disable`, columns of the time series and the owner of every state follow from it.
//! A link reads only what stands above it. Feedback goes through [`anatomy`](crate::anatomy) and arrives at the next
//! tick; there is no other loop.

use crate::mechanisms::Cascade;
use crate::mechanisms::bdnf::Bdnf;
use crate::mechanisms::dosing::Dosing;
use crate::mechanisms::gaba::Gaba;
use crate::mechanisms::glutamate::Glutamate;
use crate::mechanisms::inflammation::Inflammation;
use crate::mechanisms::nmda_antagonism::NmdaAntagonism;
use crate::mechanisms::pharmacokinetics::Pharmacokinetics;
use crate::mechanisms::pruning::Pruning;
use crate::mechanisms::serotonin::Serotonin;
use crate::mechanisms::side_effects::SideEffectReadOut;
use crate::mechanisms::spine_plasticity::SpinePlasticity;
use crate::mechanisms::stress::Stress;
use crate::mechanisms::symptoms::SymptomReadOut;
use crate::mechanisms::synapse_passes::{RemovalByProtocol, SynapseEdits, SynapseSweep};
use crate::mechanisms::synaptogenesis::Synaptogenesis;

impl Cascade {
    /// The model as shipped.
    #[must_use]
    pub fn standard() -> Self {
        Self::empty()
            // what is done to the subject
            .then(RemovalByProtocol)
            .then(Dosing)
            .then(Pharmacokinetics)
            .then(Stress)
            // what the body makes of it
            .then(Inflammation)
            .then(Serotonin)
            // within seconds: receptors, rates, transmitters
            .then(NmdaAntagonism)
            .then(Glutamate)
            .then(Gaba)
            // within hours: neurotrophin, protein, AMPA receptors
            .then(Bdnf)
            // within days: what becomes of every synapse is decided, carried out in one pass, and new ones grow
            .then(SpinePlasticity)
            .then(Pruning)
            .then(SynapseSweep)
            .then(Synaptogenesis)
            .then(SynapseEdits)
            // what an observer sees
            .then(SymptomReadOut)
            .then(SideEffectReadOut)
    }
}
