//! The equations of NMDA antagonism: pure functions, no world.

use nalgebra::{DMatrix, DVector};

use crate::mechanisms::dosing::parameters::{Glun2, NmdaBlocker};

/// RT/F at 37 °C, in mV.
const THERMAL_VOLTAGE_MV: f64 = 26.73;
/// Steepness of magnesium's voltage dependence (Jahr & Stevens 1990 J Neurosci), in 1/mV.
const MAGNESIUM_STEEPNESS_PER_MV: f64 = 0.062;
/// Magnesium's affinity at 0 mV (Jahr & Stevens 1990 J Neurosci), in mM.
const MAGNESIUM_AFFINITY_MM: f64 = 3.57;
/// Magnesium in the experiments that measured IC50 values with it, in mM.
const ASSAY_MAGNESIUM_MM: f64 = 1.0;

/// Fraction of NMDA channels that magnesium leaves free: `B(V) = 1/(1 + [Mg]·exp(−0.062·V)/3.57)`.
#[must_use]
pub fn magnesium_unblock(v_mv: f64, mg_mm: f64) -> f64 {
    1.0 / (1.0 + mg_mm * (-MAGNESIUM_STEEPNESS_PER_MV * v_mv).exp() / MAGNESIUM_AFFINITY_MM)
}

/// IC50 without magnesium at any voltage: IC50₀·exp(δ·(V − V_ref)·F/RT) (Woodhull 1973).
///
/// A cation is drawn into the channel by the membrane's field, the deeper the site (δ) the more.
#[must_use]
pub fn ic50_without_magnesium(blocker: &NmdaBlocker, subunit: Glun2, v_mv: f64) -> f64 {
    let shift = blocker.electrical_distance * (v_mv - blocker.reference_mv) / THERMAL_VOLTAGE_MV;
    blocker.ic50_without_magnesium_um[subunit as usize] * shift.exp()
}

/// IC50 (µM) at any voltage and magnesium: `IC50₀(V)·(1 + [Mg]/K_Mg(V))`.
///
/// Magnesium competes with the drug for the open channel. K_Mg at the assay's voltage follows from the
/// two published IC50 values, and varies with voltage as Jahr & Stevens found.
#[must_use]
pub fn ic50(blocker: &NmdaBlocker, subunit: Glun2, v_mv: f64, mg_mm: f64) -> f64 {
    let assay_mv = blocker.magnesium_reference_mv;
    let raised = blocker.ic50_with_magnesium_um[subunit as usize] / ic50_without_magnesium(blocker, subunit, assay_mv);
    // [Mg]/K_Mg, zero where magnesium does not compete
    let competition = (raised - 1.0).max(0.0)
        * (mg_mm / ASSAY_MAGNESIUM_MM)
        * (-MAGNESIUM_STEEPNESS_PER_MV * (v_mv - assay_mv)).exp();
    ic50_without_magnesium(blocker, subunit, v_mv) * (1.0 + competition)
}

/// How a receptor is used: agonist binds at `activations_hz` while it is free, and stays for `bound_s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// Activations per second of a free receptor, ν.
    pub activations_hz: f64,
    /// Time that agonist stays bound, T, in s.
    pub bound_s: f64,
}

impl Activity {
    /// Fraction of time with agonist bound, a = νT/(1 + νT).
    #[must_use]
    pub fn bound_fraction(self) -> f64 {
        let bound = self.activations_hz * self.bound_s;
        bound / (1.0 + bound)
    }
}

/// How one blocker acts on one kind of receptor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding {
    /// (C/IC50)ʰ, the drive to bind.
    pub drive: f64,
    /// Rate at which the drug leaves, averaged over bound and free time, in 1/s: a·koff + κ.
    pub leaving_per_s: f64,
    /// Rate at which it would bind to unblocked receptors, in 1/s: a·koff·(C/IC50)ʰ.
    pub binding_per_s: f64,
}

/// Rates of a blocker at a receptor used with `activity`.
///
/// The drug binds and unbinds while the channel is open. When agonist leaves, it stays trapped in the
/// fraction τ of blocked receptors; from the others it escapes with time constant τ_esc, unless agonist
/// returns first: κ = (1 − τ)·(1 − a)·ν/(1 + ν·τ_esc).
#[must_use]
pub fn binding(blocker: &NmdaBlocker, ic50_um: f64, concentration_um: f64, activity: Activity) -> Binding {
    let bound = activity.bound_fraction();
    let drive = (concentration_um.max(0.0) / ic50_um).powf(blocker.hill);
    let closings_per_s = (1.0 - bound) * activity.activations_hz;
    let escaping = 1.0 / (1.0 + activity.activations_hz * blocker.escape_time_s);
    let open_per_s = bound * blocker.unblocking_per_s;
    Binding {
        drive,
        leaving_per_s: open_per_s + (1.0 - blocker.trapped_fraction) * closings_per_s * escaping,
        binding_per_s: open_per_s * drive,
    }
}

/// Fraction of receptors that each of several competing blockers holds at steady state:
/// bᵢ = Yᵢ/(1 + ΣYⱼ) with Yᵢ the rate of binding over that of leaving.
#[must_use]
pub fn steady_occupancy(bindings: &[Binding]) -> Vec<f64> {
    let ratios: Vec<f64> = bindings.iter().map(|binding| binding.binding_per_s / binding.leaving_per_s).collect();
    let whole = 1.0 + ratios.iter().sum::<f64>();
    ratios.into_iter().map(|ratio| ratio / whole).collect()
}

/// Beyond this many time constants nothing is left of the past that a double could hold.
const FORGOTTEN: f64 = 40.0;

/// Occupancies after `step_s` at constant concentrations: the exact solution of
/// dbᵢ/dt = gᵢ·(1 − Σbⱼ) − oᵢ·bᵢ, where gᵢ is the rate of binding and oᵢ that of leaving.
#[must_use]
pub fn occupancy_after(bindings: &[Binding], before: &[f64], step_s: f64) -> Vec<f64> {
    let steady = steady_occupancy(bindings);
    let slowest_per_s = bindings.iter().map(|binding| binding.leaving_per_s).fold(f64::INFINITY, f64::min);
    if slowest_per_s * step_s > FORGOTTEN {
        return steady;
    }
    if let ([binding], [now]) = (bindings, before) {
        let rate_per_s = binding.leaving_per_s + binding.binding_per_s;
        return vec![steady[0] + (now - steady[0]) * (-rate_per_s * step_s).exp()];
    }
    let n = bindings.len();
    let rates = DMatrix::from_fn(n, n, |row, column| {
        let own = if row == column { bindings[row].leaving_per_s } else { 0.0 };
        -(own + bindings[row].binding_per_s) * step_s
    });
    let deviation = DVector::from_fn(n, |row, _| before[row] - steady[row]);
    let left = rates.exp() * deviation;
    steady.iter().zip(left.iter()).map(|(steady, left)| (steady + left).clamp(0.0, 1.0)).collect()
}

/// Block of continuously active receptors at equilibrium, as a concentration–response experiment finds it.
#[must_use]
pub fn equilibrium_block(blocker: &NmdaBlocker, subunit: Glun2, concentration_um: f64, v_mv: f64, mg_mm: f64) -> f64 {
    let drive = (concentration_um / ic50(blocker, subunit, v_mv, mg_mm)).powf(blocker.hill);
    drive / (1.0 + drive)
}
