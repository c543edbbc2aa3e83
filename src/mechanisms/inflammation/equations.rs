//! The equations of inflammation: pure functions, no world.

use super::InflammationParameters;

/// Pro-inflammatory tone after `step_d` days: dI/dt = [(1 − f)·(1 + d) + f·(1 − ρ)·I − I]/τ, exact for constant
/// drive d and resolution ρ.
///
/// Without resolution the tone tends to 1 + d whatever the autocrine share f.
#[must_use]
pub fn tone_after(tone: f64, drive: f64, resolution: f64, p: &InflammationParameters, step_d: f64) -> f64 {
    let autocrine = p.autocrine_share;
    let restoring = 1.0 - autocrine * (1.0 - resolution);
    let steady = (1.0 - autocrine) * (1.0 + drive) / restoring;
    steady + (tone - steady) * (-restoring * step_d / p.tone_time_constant_d).exp()
}

/// Drive of the tone beyond that of a typical unstressed subject: B + k_L·s·L, never below −1.
#[must_use]
pub fn drive(baseline: f64, stress_gain: f64, sensitivity: f64, load: f64) -> f64 {
    (baseline + stress_gain * sensitivity * load).max(-1.0)
}

/// Resolution after `step_d` days: dρ/dt = κ·a·(1 − ρ) − ρ/τ, exact for a constant drug action a.
#[must_use]
pub fn resolution_after(resolution: f64, action: f64, p: &InflammationParameters, step_d: f64) -> f64 {
    let onset = p.resolution_onset_per_d * action;
    let rate = onset + 1.0 / p.resolution_time_constant_d;
    let steady = onset / rate;
    steady + (resolution - steady) * (-rate * step_d).exp()
}

/// First-order approach to a goal; exact while the goal is constant.
#[must_use]
pub fn approach(level: f64, goal: f64, time_constant_d: f64, step_d: f64) -> f64 {
    goal + (level - goal) * (-step_d / time_constant_d).exp()
}
