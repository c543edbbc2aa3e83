//! The equations of sleep pressure: pure functions, no world.

/// Length of a day, in hours.
pub const DAY_H: f64 = 24.0;

/// How days go: time constants of rise and fall, and hours awake, all in hours.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// Time constant with which pressure builds up awake (τ_r).
    pub rise_h: f64,
    /// Time constant with which it falls asleep (τ_f).
    pub fall_h: f64,
    /// Hours awake each day (w).
    pub awake_h: f64,
}

/// Pressure after `step_h` hours that begin `since_waking_h` hours after a waking, at constant `activity`.
///
/// Exact solution of dS/dt = (Ca − S)/τ_r awake and −S/τ_f asleep, whatever changes of state the step contains.
#[must_use]
pub fn pressure_after(pressure: f64, activity: f64, days: &Days, since_waking_h: f64, step_h: f64) -> f64 {
    let (mut pressure, mut left_h) = (pressure, step_h);
    let mut hour = since_waking_h.rem_euclid(DAY_H);
    while left_h > 0.0 {
        let awake = hour < days.awake_h;
        let (goal, time_constant_h, change) =
            if awake { (activity, days.rise_h, days.awake_h) } else { (0.0, days.fall_h, DAY_H) };
        let stretch_h = left_h.min(change - hour);
        pressure = goal + (pressure - goal) * (-stretch_h / time_constant_h).exp();
        left_h -= stretch_h;
        hour = if stretch_h < change - hour { hour + stretch_h } else { change % DAY_H };
    }
    pressure
}

/// Pressure on waking once days are alike, at activity 1: S₀ = f·(1 − r)/(1 − r·f), with r = e^(−w/τ_r) and
/// f = e^(−s/τ_f).
#[must_use]
pub fn pressure_on_waking(days: &Days) -> f64 {
    let r = (-days.awake_h / days.rise_h).exp();
    let f = (-(DAY_H - days.awake_h) / days.fall_h).exp();
    f * (1.0 - r) / (1.0 - r * f)
}

/// Current into pyramidal cells at mean pressure ⟨S⟩, in nA: ε·(⟨S⟩ − S₀).
#[must_use]
pub fn excitation_na(mean_pressure: f64, on_waking: f64, gain_na: f64) -> f64 {
    gain_na * (mean_pressure - on_waking)
}
