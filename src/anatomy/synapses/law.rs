//! The laws under which synapses change, and the scalar form that the kernels must reproduce.
//!
//! With x = log₂ size and o the presynaptic output relative to its set point:
//!
//! - size: dx = [μ + κ·(o − 1) − x]/τ dt + σ√(2/τ) dW, exact over a tick;
//! - elimination: hazard λ = λ_stage · p · 2^(−β·x − α·(o − 1)), probability 1 − exp(−λΔt);
//! - maturation of nascent synapses: hazard m, probability 1 − exp(−mΔt).

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::Kind;

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
    /// The laws of one row under `pressure`, which acts on excitatory synapses alone.
    #[must_use]
    pub fn of(&self, kind: Kind, pressure: &EliminationPressure) -> SynapseLaws {
        match kind {
            Kind::Excitatory => {
                SynapseLaws { size: self.excitatory_size, turnover: self.excitatory_turnover, pressure: *pressure }
            }
            Kind::Inhibitory => SynapseLaws {
                size: self.inhibitory_size,
                turnover: self.inhibitory_turnover,
                pressure: EliminationPressure::default(),
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

/// The three laws of one row of synapses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SynapseLaws {
    /// Size dynamics.
    pub size: SizeLaw,
    /// Turnover at rest.
    pub turnover: TurnoverLaw,
    /// Added hazard.
    pub pressure: EliminationPressure,
}

/// The laws of a row, integrated over one tick: what the kernel multiplies and compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowLaw {
    /// Share of the distance to the target that is covered: 1 − exp(−Δt/τ).
    pub(super) approach: f32,
    pub(super) target: f32,
    pub(super) activity_gain: f32,
    /// Standard deviation of the tick's fluctuation, divided by the one of [`Noise`].
    pub(super) fluctuation: f32,
    /// λΔt of nascent and mature synapses of size 1 at the set point.
    pub(super) nascent_hazard: f32,
    pub(super) mature_hazard: f32,
    pub(super) maturation: f32,
    pub(super) size_exponent: f32,
    pub(super) activity_exponent: f32,
}

impl RowLaw {
    /// Integrates `laws` over `step_h`.
    #[must_use]
    pub fn over(laws: &SynapseLaws, step_h: f32) -> Self {
        let SynapseLaws { size, turnover, pressure } = laws;
        let decay = (-size.return_rate_per_h * step_h).exp();
        let hazard = pressure.factor * step_h;
        Self {
            approach: 1.0 - decay,
            target: size.target_log2,
            activity_gain: size.activity_gain,
            fluctuation: size.spread_log2 * (1.0 - decay * decay).sqrt() / Noise::DEVIATION,
            nascent_hazard: turnover.nascent_elimination_per_h * hazard,
            mature_hazard: turnover.mature_elimination_per_h * hazard,
            maturation: 1.0 - (-turnover.maturation_per_h * step_h).exp(),
            size_exponent: turnover.size_exponent + pressure.size_exponent,
            activity_exponent: turnover.activity_exponent + pressure.activity_exponent,
        }
    }
}

/// Random numbers of one synapse in one tick: a row key from Philox, spread over slots by a strong
/// integer mixer (two rounds of `lowbias32`, Wellons 2018, "Prospecting for hash functions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    /// Bits of the uniform that decides elimination and maturation.
    pub fate: u32,
    /// Four bytes whose centred sum is the fluctuation.
    pub fluctuation: u32,
}

impl Noise {
    /// Standard deviation of the sum of four independent uniform bytes.
    ///
    /// One tick's fluctuation is that sum, not a Gaussian: its excess kurtosis is −0.3, and after a
    /// day of hourly ticks the distribution of the accumulated fluctuation cannot be told from one.
    pub const DEVIATION: f32 = 147.801_22;

    /// The random numbers of slot `slot` under a row's key.
    #[inline(always)]
    #[must_use]
    pub fn of(key: [u32; 2], slot: u32) -> Self {
        let fate = mix(slot.wrapping_mul(0x9E37_79B1).wrapping_add(key[0]));
        Self { fate, fluctuation: mix(fate ^ key[1]) }
    }

    /// The fluctuation: mean 0, standard deviation [`Noise::DEVIATION`].
    #[inline(always)]
    #[must_use]
    pub fn centred(self) -> f32 {
        let f = self.fluctuation;
        ((f & 0xff) + ((f >> 8) & 0xff) + ((f >> 16) & 0xff) + (f >> 24)) as i32 as f32 - 510.0
    }
}

#[inline(always)]
fn mix(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ x >> 16
}
