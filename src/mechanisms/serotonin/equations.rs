//! The equations of serotonin: pure functions, no world.

/// Extracellular serotonin relative to the untreated state, where clearance is `clearance` (u, 1 untreated) and
/// release is restrained by autoreceptors of strength `feedback` (κ·D): the positive root of
/// κD·u·E² + u·(1 − κD)·E − 1 = 0.
#[must_use]
pub fn extracellular(clearance: f64, feedback: f64) -> f64 {
    let (a, b) = (feedback * clearance, clearance * (1.0 - feedback));
    // the form without cancellation, which holds for a = 0 too
    2.0 / (b + (b * b + 4.0 * a).sqrt())
}

/// Clearance relative to the untreated state at transporter occupancy a: 1 − φ·a.
#[must_use]
pub fn clearance(occupancy: f64, transporter_share: f64) -> f64 {
    1.0 - transporter_share * occupancy
}

/// Sensitivity of autoreceptors that extracellular serotonin E sustains: 1/(1 + δ·(E − 1)); not above 1.
#[must_use]
pub fn steady_sensitivity(extracellular: f64, desensitisation: f64) -> f64 {
    1.0 / (1.0 + desensitisation * (extracellular - 1.0).max(0.0))
}

/// First-order approach to a goal; exact while the goal is constant.
#[must_use]
pub fn approach(level: f64, goal: f64, time_constant_d: f64, step_d: f64) -> f64 {
    goal + (level - goal) * (-step_d / time_constant_d).exp()
}
