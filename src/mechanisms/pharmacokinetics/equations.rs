//! The equations of pharmacokinetics: pure functions, no world.

use nalgebra::{DMatrix, DVector};

/// Amounts after `step_h` hours of dx/dt = A·x + u with constant input u, as the matrix that advances
/// (x, 1): the exponential of [[A, u], [0, 0]]·Δt. Exact for any step.
#[must_use]
pub fn propagator(rates_per_h: &DMatrix<f64>, input_per_h: &[f64], step_h: f64) -> DMatrix<f64> {
    let n = rates_per_h.nrows();
    let mut augmented = DMatrix::zeros(n + 1, n + 1);
    augmented.view_mut((0, 0), (n, n)).copy_from(rates_per_h);
    augmented.view_mut((0, n), (n, 1)).copy_from(&DVector::from_column_slice(input_per_h));
    (augmented * step_h).exp()
}

/// Amounts advanced by a [`propagator`], written into `after`.
pub fn propagate(propagator: &DMatrix<f64>, amounts: &[f64], after: &mut Vec<f64>) {
    let n = amounts.len();
    after.clear();
    after.extend((0..n).map(|row| {
        let carried: f64 = (0..n).map(|column| propagator[(row, column)] * amounts[column]).sum();
        carried + propagator[(row, n)]
    }));
}

/// Mass concentration (ng/mL) of a molar concentration (µM): 1 µM of 1 g/mol is 1 µg/L.
#[must_use]
pub fn ng_per_ml(concentration_um: f64, molar_mass_g_per_mol: f64) -> f64 {
    concentration_um * molar_mass_g_per_mol
}

/// Effect E = Emax·Cʰ/(EC50ʰ + Cʰ) of a concentration.
#[must_use]
pub fn effect(concentration_um: f64, potency_um: f64, hill: f64, max_effect: f64) -> f64 {
    let ratio = (concentration_um / potency_um).powf(hill);
    max_effect * ratio / (1.0 + ratio)
}

/// Change of a concentration over a tick, relative to C + K: small where it changes little, and where
/// it is small against the concentration K at which it starts to act.
#[must_use]
pub fn relative_change(before_um: f64, after_um: f64, scale_um: f64) -> f64 {
    (after_um - before_um).abs() / (before_um + scale_um)
}

/// The most by which C″·C/C′² may differ from 1 for a decline to count as a single exponential. Of a decline by
/// A·e^(−αt) + B·e^(−βt), which it passes late, the half-life is then off by a thousandth over α/β − 1.
const ONE_EXPONENTIAL: f64 = 1e-3;

/// Half-life t½ = ln 2·C/(−C′) of a concentration C that declines as one exponential; none if it does not.
#[must_use]
pub fn half_life_h(value: f64, slope_per_h: f64, curvature_per_h2: f64) -> Option<f64> {
    let declines = value > 0.0 && slope_per_h < 0.0;
    let bend = value * curvature_per_h2 / (slope_per_h * slope_per_h);
    (declines && (bend - 1.0).abs() <= ONE_EXPONENTIAL).then(|| std::f64::consts::LN_2 * value / -slope_per_h)
}
