//! The equations of synaptogenesis: pure functions, no world.

use super::SynaptogenesisParameters;

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

/// The activity trace that inhibitory elements answer: Ca + 2w·(1 − Ca), which mirrors it about the set point where w = 1.
#[must_use]
pub fn mirrored(calcium: f32, mirroring: f32) -> f32 {
    2.0f32.mul_add(mirroring * (1.0 - calcium), calcium)
}

/// Factor on the growth of spines from fresh synaptic protein P and glucocorticoid load L:
/// [1 + γ·s/(s + K_s)]·(1 − k_f·L) with the surplus s = max(0, P − 1). What maintenance needs comes
/// first; only the surplus builds.
#[must_use]
pub fn growth_factor(protein: f32, load: f32, p: &SynaptogenesisParameters) -> f32 {
    let (gain, half_surplus) = (p.protein_gain as f32, p.protein_half_surplus as f32);
    let suppression = p.stress_suppression as f32;
    let surplus = (protein - 1.0).max(0.0);
    (1.0 + gain * surplus / (surplus + half_surplus)) * (1.0 - suppression * load)
}

/// Share of growing spines that take a vacated contact of their own, where there are `contacts` relative to the synapses of
/// the plan: p·n/(n + n½).
#[must_use]
pub fn own_contact_share(contacts: f64, preference: f64, half_share: f64) -> f64 {
    if contacts > 0.0 { preference * contacts / (contacts + half_share) } else { 0.0 }
}

/// Growth per hour, relative to the synapses of the plan, that vacated contacts beyond those at rest draw: k·max(0, n − n₀)/24.
#[must_use]
pub fn retry_per_h(contacts: f64, resting: f64, per_d: f64) -> f64 {
    per_d / 24.0 * (contacts - resting).max(0.0)
}

/// How vacant elements decay (1/τ_v) and pair (1/τ_p) over one tick: exact for constant growth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vacancy {
    loss_per_h: f64,
    pairing_per_h: f64,
    step_h: f64,
    /// 1 − exp(−loss·step).
    lost: f64,
}

impl Vacancy {
    /// The law of a tick of `step_h`, the same for every neuron.
    #[must_use]
    pub fn over(lifetime_h: f64, search_time_h: f64, step_h: f64) -> Self {
        let pairing_per_h = 1.0 / search_time_h;
        let loss_per_h = 1.0 / lifetime_h + pairing_per_h;
        Self { loss_per_h, pairing_per_h, step_h, lost: -(-loss_per_h * step_h).exp_m1() }
    }

    fn shortened_to(self, step_h: f64) -> Self {
        Self { step_h, lost: -(-self.loss_per_h * step_h).exp_m1(), ..self }
    }

    /// What `vacant` elements and growth of `per_h` come to: (elements left vacant, elements that found a partner).
    ///
    /// Below zero `vacant` is a debt: an element that was bound before it had fully grown. Growth pays it back first;
    /// a debt neither decays nor pairs, so every synapse costs one element whatever the size of the network.
    #[must_use]
    pub fn after(&self, vacant: f64, per_h: f64) -> (f64, f64) {
        if vacant < 0.0 {
            let paid = vacant + per_h * self.step_h;
            if paid <= 0.0 {
                return (paid, 0.0);
            }
            return self.shortened_to(paid / per_h).after(0.0, per_h);
        }
        let steady = per_h / self.loss_per_h;
        let surplus_lost = (vacant - steady) * self.lost;
        // ∫ vacant dt over the tick, times the pairing rate
        let exposure = steady * self.step_h + surplus_lost / self.loss_per_h;
        (vacant - surplus_lost, self.pairing_per_h * exposure)
    }
}

/// Growth per hour that sustains `births_per_h` when a share of elements decays before pairing.
#[must_use]
pub fn growth_for_births(births_per_h: f64, lifetime_h: f64, search_time_h: f64) -> f64 {
    births_per_h * (1.0 + search_time_h / lifetime_h)
}
