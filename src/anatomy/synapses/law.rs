//! The laws under which synapses change, and the scalar form that the kernels must reproduce.
//!
//! With x = log₂ size and o the presynaptic output relative to its set point:
//!
//! - size: dx = [μ + κ·(o − 1) − x]/τ dt + σ√(2/τ) dW, exact over a tick;
//! - elimination: hazard λ = λ_stage · p · 2^(−β·x − α·(o − 1)), probability 1 − exp(−λΔt);
//! - maturation of nascent synapses: hazard m, probability 1 − exp(−mΔt);
//! - complement: an untagged synapse is tagged with hazard t · 2^(−β_c·x − α_c·(o − 1)), a tagged one
//!   loses the tag with hazard c, and a synapse that was tagged when the tick began has the hazard of
//!   engulfment e added to λ.

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
    /// What complement does; `None` if it does nothing.
    pub(super) complement: Option<RowComplement>,
}

/// [`Complement`], integrated over one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowComplement {
    /// Hazard of tagging times Δt at size 1 and the set point.
    pub(super) tagging: f32,
    pub(super) size_exponent: f32,
    pub(super) activity_exponent: f32,
    /// Probability of losing the tag.
    pub(super) clearing: f32,
    /// Hazard of engulfment times Δt.
    pub(super) engulfment: f32,
}

impl RowComplement {
    /// No tagging, no clearing, no engulfment.
    pub(super) const NONE: Self =
        Self { tagging: 0.0, size_exponent: 0.0, activity_exponent: 0.0, clearing: 0.0, engulfment: 0.0 };
}

impl RowLaw {
    /// Integrates `laws` over `step_h`.
    #[must_use]
    pub fn over(laws: &SynapseLaws, step_h: f32) -> Self {
        let SynapseLaws { size, turnover, pressure, complement } = laws;
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
            complement: (!complement.is_neutral()).then(|| RowComplement {
                tagging: complement.tagging_per_h * step_h,
                size_exponent: complement.size_exponent,
                activity_exponent: complement.activity_exponent,
                clearing: 1.0 - (-complement.clearing_per_h * step_h).exp(),
                engulfment: complement.engulfment_per_h * step_h,
            }),
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

    /// Bits of the uniform that decides on the complement tag; mixed only where complement is at work.
    #[inline(always)]
    #[must_use]
    pub fn complement(self, key: [u32; 2]) -> u32 {
        mix(self.fluctuation ^ key[0])
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
