//! The equations of synaptogenesis: pure functions, no world.

/// Homeostatic growth curve of Butz & van Ooyen (2013), scaled to 1 at the set point Ca = 1:
/// G = 2·exp(−((Ca − ξ)/ζ)²), ξ = (η + 1)/2, ζ = (1 − η)/(2√ln 2).
///
/// Their constant term −1, by which elements retract, is here the measured hazard of elimination of
/// standing synapses and the lifetime of vacant elements, so growth alone remains.
#[must_use]
pub fn growth(calcium: f32, minimum: f32) -> f32 {
    let centre = 0.5 * (minimum + 1.0);
    let width = (1.0 - minimum) / (2.0 * std::f32::consts::LN_2.sqrt());
    2.0 * (-((calcium - centre) / width).powi(2)).exp()
}

/// Factor on the growth of spines from synaptic protein P and glucocorticoid load L:
/// [1 + γ·s/(s + K_s)]·(1 − k_f·L) with the surplus s = max(0, P − 1). What maintenance needs comes
/// first; only the surplus builds.
#[must_use]
pub fn growth_factor(protein: f32, load: f32, gain: f32, half_surplus: f32, suppression: f32) -> f32 {
    let surplus = (protein - 1.0).max(0.0);
    (1.0 + gain * surplus / (surplus + half_surplus)) * (1.0 - suppression * load)
}

/// Vacant elements after `step_h` with growth `per_h`, first-order loss to decay (1/τ_v) and pairing
/// (1/τ_p): exact for constant growth. Returns (elements left vacant, elements that found a partner).
///
/// Below zero `vacant` is a debt: an element that was bound before it had fully grown. Growth pays it back first; a
/// debt neither decays nor pairs, so every synapse costs one element whatever the size of the network.
#[must_use]
pub fn vacant_after(vacant: f64, per_h: f64, lifetime_h: f64, search_time_h: f64, step_h: f64) -> (f64, f64) {
    if vacant < 0.0 {
        let paid = vacant + per_h * step_h;
        if paid <= 0.0 {
            return (paid, 0.0);
        }
        return vacant_after(0.0, per_h, lifetime_h, search_time_h, paid / per_h);
    }
    let (decay, pairing) = (1.0 / lifetime_h, 1.0 / search_time_h);
    let loss = decay + pairing;
    let steady = per_h / loss;
    let left = steady + (vacant - steady) * (-loss * step_h).exp();
    // ∫ vacant dt over the tick, times the pairing rate
    let exposure = steady * step_h + (vacant - steady) * -(-loss * step_h).exp_m1() / loss;
    (left, pairing * exposure)
}

/// Growth per hour that sustains `births_per_h` when a share of elements decays before pairing.
#[must_use]
pub fn growth_for_births(births_per_h: f64, lifetime_h: f64, search_time_h: f64) -> f64 {
    births_per_h * (1.0 + search_time_h / lifetime_h)
}
