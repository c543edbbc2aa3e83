//! The equations of chronic-stress pruning: pure functions, no world.

use crate::anatomy::synapses::Complement;

/// How complement tags and microglia engulf at inflammatory effect X above the subject's own rest, from rates at X = 1:
/// tagging rises with X and stops at and below that rest, with which microglia have lived. Neutral where inflammation
/// does nothing.
#[must_use]
pub fn complement(inflammation: f64, at_one: &Complement) -> Complement {
    if inflammation == 0.0 {
        return Complement::default();
    }
    Complement { tagging_per_h: at_one.tagging_per_h * inflammation.max(0.0) as f32, ..*at_one }
}

/// Factor on the hazard of elimination at glucocorticoid load L: 1 + k_p·s·L, with the subject's
/// sensitivity to stress s.
#[must_use]
pub fn hazard_factor(load: f64, gain: f64, sensitivity: f64) -> f64 {
    1.0 + gain * sensitivity * load
}
