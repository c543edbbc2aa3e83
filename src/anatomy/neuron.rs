//! Neurons: entities with stable, spatially ordered identities.
//!
//! All neurons lie in one table and are never despawned, so a component's column is one slice
//! in order of identity ([`AllNeurons`](crate::anatomy::all_neurons::AllNeurons)). What later mechanisms feed back to earlier ones lives here too: it is
//! written in one tick and read in the next.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::population::CellClass;
use super::synapses::{Complement, Dendrite, EliminationPressure, Kind, NeuronLaws};

/// Neurons that one task looks after, at least, where a tick goes through them in parallel.
pub const NEURONS_PER_TASK: usize = 1_024;

/// Identity of a neuron. Identities count from zero along a space-filling curve, so neighbours in
/// space are neighbours in memory; they are the only key of random draws.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[component(immutable)]
#[require(FiringRate, CalciumTrace, AmpaGain, SynapticInput, VacantElements)]
#[require(Dendrite, NeuronLaws, EliminationPressure, Complement)]
pub struct Neuron {
    /// Stable identity, equal to the row in every neuron column.
    pub id: u32,
    /// Index into the network's populations.
    pub population: u8,
    /// Physiological class.
    pub class: CellClass,
}

/// Position of the soma in the patch, in µm.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position(pub [f32; 3]);

/// Quasi-steady firing rate, in Hz.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FiringRate(pub f32);

/// Output of each neuron at its boutons relative to its class's set point (= 1), by identity: what
/// synapses transmit. Written by glutamate signalling.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PresynapticOutput(pub Vec<f32>);

/// Slow trace of the firing rate that homeostasis listens to, relative to the class's set point (= 1).
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalciumTrace(pub f32);

impl Default for CalciumTrace {
    fn default() -> Self {
        Self(1.0)
    }
}

/// AMPA conductance per unit of synaptic size, relative to baseline (= 1). Feedback: written by the
/// neurotrophin cascade, read by glutamate signalling at the next tick.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmpaGain(pub f32);

impl Default for AmpaGain {
    fn default() -> Self {
        Self(1.0)
    }
}

/// State of GABAergic transmission in the patch. Feedback: written by GABA, read by glutamate
/// signalling at the next tick.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InhibitoryTone {
    /// GABA content of the tissue relative to baseline (= 1); what spectroscopy would see.
    pub content: f64,
    /// Strength of synaptic inhibition relative to baseline (= 1).
    pub synaptic_gain: f32,
}

impl Default for InhibitoryTone {
    fn default() -> Self {
        Self { content: 1.0, synaptic_gain: 1.0 }
    }
}

/// Strength of excitatory transmission onto each class relative to baseline (= 1), by class. Feedback: written by GABA,
/// read by glutamate signalling at the next tick; that of pyramidal cells stays at 1.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExcitatoryDrive(pub [f32; CellClass::COUNT]);

impl Default for ExcitatoryDrive {
    fn default() -> Self {
        Self([1.0; CellClass::COUNT])
    }
}

/// Current into every neuron of a class beside what the patch itself and its constant background give, in nA, by
/// class. Feedback: written by whoever models input from elsewhere or a change of excitability, read by glutamate
/// signalling at the next tick; no mechanism that is shipped does, so it stays at 0.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AfferentCurrent(pub [f32; CellClass::COUNT]);

/// What a neuron's own synapses sum to, measured by the last pass over them.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SynapticInput {
    /// Σ size · presynaptic output over excitatory synapses (1).
    pub excitatory: f32,
    /// Σ size · presynaptic output over inhibitory synapses (1).
    pub inhibitory: f32,
    /// Σ size over excitatory synapses (1).
    pub excitatory_size: f32,
}

/// Synaptic elements without a partner. Fractions are elements under way.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VacantElements {
    /// Dendritic elements that await an excitatory bouton.
    pub dendritic_excitatory: f32,
    /// Dendritic elements that await an inhibitory bouton.
    pub dendritic_inhibitory: f32,
    /// Boutons that await a dendrite.
    pub axonal: f32,
}

impl VacantElements {
    /// The dendritic elements that await a bouton of one kind.
    pub fn dendritic_mut(&mut self, kind: Kind) -> &mut f32 {
        match kind {
            Kind::Excitatory => &mut self.dendritic_excitatory,
            Kind::Inhibitory => &mut self.dendritic_inhibitory,
        }
    }
}
