//! The equations of spine plasticity: pure functions, no world.

/// Target of log₂ size: μ₀ + k_T·log₂T + k_H·(1 − Ca), with TrkB activity T and activity trace Ca.
///
/// TrkB activity is bounded below at 1/64, so that a full antagonist shrinks spines by a finite amount.
#[must_use]
pub fn size_target_log2(median_log2: f32, trkb: f32, calcium: f32, trkb_gain: f32, homeostatic_gain: f32) -> f32 {
    median_log2 + trkb_gain * trkb.max(1.0 / 64.0).log2() + homeostatic_gain * (1.0 - calcium)
}

/// Hazard of maturation: m·Tʰ.
#[must_use]
pub fn maturation_per_h(per_d: f32, trkb: f32, exponent: f32) -> f32 {
    per_d / 24.0 * trkb.max(0.0).powf(exponent)
}
