//! The equations of side effects: pure functions, no world.

use super::SideEffectsParameters;

/// xʰ/(x½ʰ + xʰ) of x ≥ 0: from 0 through ½ at x½ to 1.
#[must_use]
pub fn saturating(x: f64, half: f64, hill: f64) -> f64 {
    let ratio = (x / half).powf(hill);
    if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 }
}

/// Tolerance θ after `step_h` of constant effect E: dθ/dt = k·E·(1 − θ) − θ/τ, solved exactly.
#[must_use]
pub fn tolerance_after(tolerance: f64, effect: f64, p: &SideEffectsParameters, step_h: f64) -> f64 {
    let rise_per_h = p.tolerance_gain_per_h * effect;
    let rate_per_h = rise_per_h + 1.0 / (24.0 * p.tolerance_decay_d);
    let steady = rise_per_h / rate_per_h;
    steady + (tolerance - steady) * (-rate_per_h * step_h).exp()
}

/// What tolerance θ leaves of an effect on which it acts with weight w: 1 − w·θ.
#[must_use]
pub fn left_by_tolerance(tolerance: f64, weight: f64) -> f64 {
    (1.0 - weight * tolerance).max(0.0)
}

/// Probability of a complaint that two causes bring about independently.
#[must_use]
pub fn either(one: f64, other: f64) -> f64 {
    1.0 - (1.0 - one) * (1.0 - other)
}
