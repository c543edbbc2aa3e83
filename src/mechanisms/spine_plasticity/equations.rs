//! The equations of spine plasticity: pure functions, no world.

use super::SpinePlasticityParameters;

/// Target of log₂ size: μ₀ + k_T·log₂T + k_H·(1 − Ca), with TrkB activity T and activity trace Ca; glucocorticoid
/// load takes k_L·L from it.
///
/// TrkB activity is bounded below at 1/64, so that a full antagonist shrinks spines by a finite amount.
#[must_use]
pub fn size_target_log2(median_log2: f32, trkb: f32, calcium: f32, p: &SpinePlasticityParameters) -> f32 {
    let (trkb_gain, homeostatic_gain) = (p.trkb_gain_log2 as f32, p.homeostatic_gain_log2 as f32);
    median_log2 + trkb_gain * trkb.max(1.0 / 64.0).log2() + homeostatic_gain * (1.0 - calcium)
}

/// Factor on the hazard of elimination from the activity trace: 2^(k_r·(Ca − 1)), the retracting half of homeostatic
/// structural plasticity. At most eightfold either way.
///
/// It is smooth at the set point: a kink there would turn the fluctuation of single cells, which is larger the fewer
/// synapses they have, into a steady loss.
#[must_use]
pub fn retraction(calcium: f32, gain: f32) -> f32 {
    (gain * (calcium - 1.0)).clamp(-3.0, 3.0).exp2()
}

/// Hazard of maturation: m·Tʰ.
#[must_use]
pub fn maturation_per_h(per_d: f32, trkb: f32, exponent: f32) -> f32 {
    per_d / 24.0 * trkb.max(0.0).powf(exponent)
}
