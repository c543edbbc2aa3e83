//! The laws under which synapses change; [`RowLaw`](super::RowLaw) carries them out.
//!
//! With x = log₂ size and o the presynaptic output relative to its set point:
//!
//! - size: dx = [μ + κ·(o − 1) − x]/τ dt + σ√(2/τ) dW, whose mean and variance are exact over a tick ([`Noise`](super::Noise)
//!   tells the shape of the fluctuation);
//! - elimination: hazard λ = λ_stage · p · 2^(−β·x − α·(o − 1)), probability 1 − exp(−λΔt);
//! - maturation of nascent synapses: hazard m, probability 1 − exp(−mΔt);
//! - complement: an untagged synapse is tagged with hazard t · 2^(−β_c·x − α_c·(o − 1)), a tagged one
//!   loses the tag with hazard c, and a synapse that was tagged when the tick began has the hazard of
//!   engulfment e added to λ.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::synapse::Kind;

/// The laws that spine plasticity states for the synapses of one neuron.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NeuronLaws {
    /// Size dynamics of excitatory synapses.
    pub excitatory_size: SizeLaw,
    /// Turnover of excitatory synapses at rest.
    pub excitatory_turnover: TurnoverLaw,
    /// Size dynamics of inhibitory synapses.
    pub inhibitory_size: SizeLaw,
    /// Turnover of inhibitory synapses at rest.
    pub inhibitory_turnover: TurnoverLaw,
}

impl NeuronLaws {
    /// The laws of one row under `pressure` and `complement`, which act on excitatory synapses alone.
    #[must_use]
    pub fn of(&self, kind: Kind, pressure: &EliminationPressure, complement: &Complement) -> SynapseLaws {
        match kind {
            Kind::Excitatory => SynapseLaws {
                size: self.excitatory_size,
                turnover: self.excitatory_turnover,
                pressure: *pressure,
                complement: *complement,
            },
            Kind::Inhibitory => SynapseLaws {
                size: self.inhibitory_size,
                turnover: self.inhibitory_turnover,
                pressure: EliminationPressure::default(),
                complement: Complement::default(),
            },
        }
    }
}

/// How synapses change in size. The neutral law is no change at all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeLaw {
    /// Target of log₂ size (μ).
    pub target_log2: f32,
    /// Shift of the target per unit of presynaptic output above its set point (κ).
    pub activity_gain: f32,
    /// Rate of return to the target, 1/τ, per hour.
    pub return_rate_per_h: f32,
    /// Stationary standard deviation of log₂ size about its target (σ).
    pub spread_log2: f32,
}

impl Default for SizeLaw {
    fn default() -> Self {
        Self { target_log2: 0.0, activity_gain: 0.0, return_rate_per_h: 0.0, spread_log2: 0.0 }
    }
}

/// How synapses turn over at rest. The neutral law is no turnover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnoverLaw {
    /// Hazard of elimination of a nascent synapse of size 1, per hour.
    pub nascent_elimination_per_h: f32,
    /// Hazard of elimination of a mature synapse of size 1, per hour.
    pub mature_elimination_per_h: f32,
    /// Hazard of maturation of a nascent synapse, per hour.
    pub maturation_per_h: f32,
    /// How steeply the hazard falls with size (β).
    pub size_exponent: f32,
    /// How steeply the hazard falls with presynaptic output (α).
    pub activity_exponent: f32,
}

/// What stress and microglia add to a neuron's hazard of elimination. Written by pruning.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EliminationPressure {
    /// Factor on the hazard (p).
    pub factor: f32,
    /// Added to the size exponent: positive spares large spines.
    pub size_exponent: f32,
    /// Added to the activity exponent: positive spares active synapses.
    pub activity_exponent: f32,
}

impl Default for EliminationPressure {
    fn default() -> Self {
        Self { factor: 1.0, size_exponent: 0.0, activity_exponent: 0.0 }
    }
}

/// How complement tags a neuron's excitatory synapses and microglia engulf what is tagged. Neutral if all
/// is zero. Written by pruning.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Complement {
    /// Hazard of being tagged for an untagged synapse of size 1 at the set point, per hour.
    pub tagging_per_h: f32,
    /// How steeply that hazard falls with size (β_c): positive spares large spines.
    pub size_exponent: f32,
    /// How steeply that hazard falls with presynaptic output (α_c): positive spares active synapses.
    pub activity_exponent: f32,
    /// Hazard of losing the tag, per hour.
    pub clearing_per_h: f32,
    /// Added to the hazard of elimination of a tagged synapse, whatever its size, per hour.
    pub engulfment_per_h: f32,
}

impl Complement {
    /// Whether nothing is tagged, cleared or engulfed.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        self.tagging_per_h == 0.0 && self.clearing_per_h == 0.0 && self.engulfment_per_h == 0.0
    }
}

/// The laws of one row of synapses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SynapseLaws {
    /// Size dynamics.
    pub size: SizeLaw,
    /// Turnover at rest.
    pub turnover: TurnoverLaw,
    /// Added hazard.
    pub pressure: EliminationPressure,
    /// Tagging by complement.
    pub complement: Complement,
}
