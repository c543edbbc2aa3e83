//! The equations of chronic-stress pruning: pure functions, no world.

/// Factor on the hazard of elimination at glucocorticoid load L: 1 + k_p·s·L, with the subject's
/// sensitivity to stress s.
#[must_use]
pub fn hazard_factor(load: f64, gain: f64, sensitivity: f64) -> f64 {
    1.0 + gain * sensitivity * load
}
