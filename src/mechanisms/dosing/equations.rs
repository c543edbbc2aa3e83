//! The equations of dosing: pure functions, no world.

use super::parameters::{Drug, RouteKinetics, Spray};

/// Amount of a dose, in µmol of the parent, from its mass in mg.
///
/// One mg of a substance of 1 g/mol is 1,000 µmol.
#[must_use]
pub fn amount_umol(drug: &Drug, amount_mg: f64) -> f64 {
    drug.moieties.first().map_or(0.0, |parent| amount_mg / drug.dose_per_base * 1_000.0 / parent.molar_mass_g_per_mol)
}

/// Fraction of a dose of N sprays that the first pathway retains: f·[1 + (N − 1)·r]/N.
///
/// f is what the first spray retains, r what each later one retains relative to it (Perez-Ruixo 2021,
/// doi:10.1007/s40262-020-00953-4). Less than one spray is retained like one.
#[must_use]
pub fn retained_fraction(first: f64, spray: &Spray, amount_mg: f64) -> f64 {
    let sprays = (amount_mg / spray.unit_mg).max(1.0);
    first * (1.0 + (sprays - 1.0) * spray.later_retention) / sprays
}

/// Fractions in which the pathways of a route share a dose of `amount_mg`; they sum to 1.
#[must_use]
pub fn shares(kinetics: &RouteKinetics, amount_mg: f64) -> Vec<f64> {
    match (&kinetics.spray, kinetics.pathways.first()) {
        (Some(spray), Some(first)) => {
            let retained = retained_fraction(first.fraction, spray, amount_mg);
            vec![retained, 1.0 - retained]
        }
        _ => kinetics.pathways.iter().map(|pathway| pathway.fraction).collect(),
    }
}
