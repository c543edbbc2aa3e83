//! The equations of stress: pure functions, no world.

use super::StressParameters;

/// Glucocorticoid load after `step_d` days at constant stressor `level`.
///
/// Exact solution of dL/dt = (s − L)/τ, where τ is τ₊ while the load rises and τ₋ while it falls.
/// `level` and the load run from 0 (none) to 1 (the severest episode that a protocol can state).
#[must_use]
pub fn load_after(load: f64, level: f64, p: &StressParameters, step_d: f64) -> f64 {
    let time_constant_d = if level > load { p.onset_time_constant_d } else { p.offset_time_constant_d };
    level + (load - level) * (-step_d / time_constant_d).exp()
}
