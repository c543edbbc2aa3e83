//! The equations of side effects: pure functions, no world.

/// xʰ/(x½ʰ + xʰ) of x ≥ 0: from 0 through ½ at x½ to 1.
#[must_use]
pub fn saturating(x: f64, half: f64, hill: f64) -> f64 {
    let ratio = (x / half).powf(hill);
    if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 }
}

/// Tolerance θ after `step_h` of constant effect E: dθ/dt = k·E·(1 − θ) − θ/τ, solved exactly.
#[must_use]
pub fn tolerance_after(tolerance: f64, effect: f64, gain_per_h: f64, decay_h: f64, step_h: f64) -> f64 {
    let rate_per_h = gain_per_h * effect + 1.0 / decay_h;
    let steady = gain_per_h * effect / rate_per_h;
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
