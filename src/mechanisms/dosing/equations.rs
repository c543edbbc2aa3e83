//! The equations of dosing: pure functions, no world.

use super::parameters::{Drug, RouteKinetics, Spray};

/// Amount of a dose, in µmol of the parent, from its mass in mg.
///
/// One mg of a substance of 1 g/mol is 1,000 µmol.
#[must_use]
pub fn amount_umol(drug: &Drug, amount_mg: f64) -> f64 {
    drug.moieties.first().map_or(0.0, |parent| amount_mg / drug.dose_per_base * 1_000.0 / parent.molar_mass_g_per_mol)
}

/// Fraction of a dose of N sprays that the first pathway retains: f·[ρ₀ + (N − 1)·r]/N, ρ₀ = 1 − (1 − r)·min(1, n₀).
///
/// f is what the first spray retains in a clear nose, r what each later one retains relative to it (Perez-Ruixo 2021,
/// doi:10.1007/s40262-020-00953-4), n₀ the sprays that are in the nose already. Less than one spray is retained like one.
#[must_use]
pub fn retained_fraction(first: f64, spray: &Spray, amount_mg: f64, sprays_before: f64) -> f64 {
    let sprays = (amount_mg / spray.unit_mg).max(1.0);
    let of_first = 1.0 - (1.0 - spray.later_retention) * sprays_before.clamp(0.0, 1.0);
    first * (of_first + (sprays - 1.0) * spray.later_retention) / sprays
}

/// Sprays of earlier doses that are still in the nose: Σ N·exp(−Δt/τ) over (mg, h ago); none where τ is 0.
#[must_use]
pub fn sprays_left(spray: &Spray, earlier: impl Iterator<Item = (f64, f64)>) -> f64 {
    if spray.clearing_h == 0.0 {
        return 0.0;
    }
    earlier.fold(0.0, |left, (mg, h_ago)| left + mg / spray.unit_mg * (-h_ago / spray.clearing_h).exp())
}

/// Fractions in which the pathways of a route share a dose of `amount_mg`, given that of doses by the same route before it, in (mg,
/// h ago); they sum to 1.
#[must_use]
pub fn shares(kinetics: &RouteKinetics, amount_mg: f64, earlier: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
    match (&kinetics.spray, kinetics.pathways.first()) {
        (Some(spray), Some(first)) => {
            let retained = retained_fraction(first.fraction, spray, amount_mg, sprays_left(spray, earlier));
            vec![retained, 1.0 - retained]
        }
        _ => kinetics.pathways.iter().map(|pathway| pathway.fraction).collect(),
    }
}
