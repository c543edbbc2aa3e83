//! The equations of symptoms: pure functions, no world.

use super::SymptomsParameters;

/// The circuit at one instant: absolute where it is measured, relative to the baseline where it is judged.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Circuit {
    /// Standing spines per pyramidal cell, n.
    pub spines: f64,
    /// Excitation that a pyramidal cell receives per unit of presynaptic output, e: size times AMPA receptors, summed
    /// over its spines.
    pub excitation: f64,
    /// Mean firing rate of pyramidal cells, a.
    pub activity: f64,
    /// GABA content, γ.
    pub inhibition: f64,
}

impl Circuit {
    /// Each quantity relative to `baseline`.
    #[must_use]
    pub fn relative_to(&self, baseline: &Self) -> Self {
        Self {
            spines: self.spines / baseline.spines,
            excitation: self.excitation / baseline.excitation,
            activity: self.activity / baseline.activity,
            inhibition: self.inhibition / baseline.inhibition,
        }
    }

    /// The running mean that forgets with time constant `memory_h`, `step_h` later.
    #[must_use]
    pub fn remembering(&self, now: &Self, memory_h: f64, step_h: f64) -> Self {
        let to = |mean, value| approach(mean, value, memory_h, step_h);
        Self {
            spines: to(self.spines, now.spines),
            excitation: to(self.excitation, now.excitation),
            activity: to(self.activity, now.activity),
            inhibition: to(self.inhibition, now.inhibition),
        }
    }
}

/// Circuit function F = n^(2w) · e^(2(1−w)) · γ^g · exp(−(ln a)²/2σ²) of a circuit relative to its baseline, where
/// it is 1.
///
/// w says how much of the circuit counts by the number of its spines, each of which is a connection whatever its
/// strength, and how much by the excitation that all of them pass on; at ½ the two count alike. Activity counts as
/// long as it stays in its band: both silence and a surge are a loss.
#[must_use]
pub fn circuit_function(relative: &Circuit, structure_weight: f64, inhibition_weight: f64, band_ln: f64) -> f64 {
    let recurrent =
        relative.spines.powf(2.0 * structure_weight) * relative.excitation.powf(2.0 * (1.0 - structure_weight));
    let in_band = (-0.5 * (relative.activity.ln() / band_ln).powi(2)).exp();
    recurrent * relative.inhibition.powf(inhibition_weight) * in_band
}

/// Severity that circuit function F leads to if it stays: Λʰ/(Λ½ʰ + Λʰ) of the loss Λ = max(0, 1 − F).
#[must_use]
pub fn steady_severity(function: f64, half_loss: f64, hill: f64) -> f64 {
    saturating((1.0 - function).max(0.0), half_loss, hill)
}

/// xʰ/(x½ʰ + xʰ) of x ≥ 0: from 0 through ½ at x½ to 1.
#[must_use]
pub fn saturating(x: f64, half: f64, hill: f64) -> f64 {
    let ratio = (x / half).powf(hill);
    if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 }
}

/// `value` on its exponential way to `goal`, `step_h` later.
#[must_use]
pub fn approach(value: f64, goal: f64, time_constant_h: f64, step_h: f64) -> f64 {
    goal + (value - goal) * (-step_h / time_constant_h).exp()
}

/// Severity after `step_h`: mood follows the circuit, faster for the better than for the worse.
#[must_use]
pub fn severity_after(severity: f64, steady: f64, p: &SymptomsParameters, step_h: f64) -> f64 {
    let improves = steady < severity;
    let time_constant_h = if improves { p.improvement_time_constant_h } else { p.worsening_time_constant_h };
    approach(severity, steady, time_constant_h, step_h)
}

/// How much of a drug's presence is felt, 0 to 1: through block b of interneurons' NMDA receptors, or through
/// potentiation p of GABA-A receptors.
#[must_use]
pub fn felt(block: f64, potentiation: f64, p: &SymptomsParameters) -> f64 {
    let by_block = saturating(block, p.felt_half_block, p.block_hill);
    let by_potentiation = saturating(potentiation, p.felt_half_potentiation, p.block_hill);
    1.0 - (1.0 - by_block) * (1.0 - by_potentiation)
}

/// What a subject believes about its treatment, and what the belief has done so far; each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Expectation {
    /// Having been given something, G.
    pub given: f64,
    /// Having felt it, Q.
    pub felt: f64,
    /// The response, Y.
    pub response: f64,
}

impl Expectation {
    /// `step_h` later: X = (1 − u)·G + u·Q fades with τ_d, and dY/dt = (X − Y)/τ_o follows it. Exact, for
    /// τ_o < τ_d.
    #[must_use]
    pub fn after(&self, unblinding: f64, onset_h: f64, decay_h: f64, step_h: f64) -> Self {
        let belief = (1.0 - unblinding) * self.given + unblinding * self.felt;
        let (fading, following) = ((-step_h / decay_h).exp(), (-step_h / onset_h).exp());
        Self {
            given: self.given * fading,
            felt: self.felt * fading,
            response: self.response * following + belief * decay_h / (decay_h - onset_h) * (fading - following),
        }
    }
}

/// Share of its range that a scale shows at `severity`: S^k, with k such that it shows `reference` at
/// `reference_severity`.
#[must_use]
pub fn share_of_scale(severity: f64, reference_severity: f64, reference: f64) -> f64 {
    severity.max(0.0).powf(reference.ln() / reference_severity.ln()).min(1.0)
}
