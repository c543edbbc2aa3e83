//! The equations of the neurotrophin cascade: pure functions, no world. Every level is relative to
//! its unstressed baseline (= 1).

use super::BdnfParameters;

/// Hill curve scaled to 1 at the baseline x = 1: xⁿ·(Kⁿ + 1)/(Kⁿ + xⁿ). Its maximum is Kⁿ + 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelativeHill {
    /// n.
    exponent: f32,
    /// Kⁿ, the same for every cell.
    half_raised: f32,
}

impl RelativeHill {
    /// The curve that is at half its maximum at `half`.
    #[must_use]
    pub fn of(half: f32, exponent: f32) -> Self {
        Self { exponent, half_raised: half.powf(exponent) }
    }

    /// Its value at `x`.
    #[must_use]
    pub fn at(self, x: f32) -> f32 {
        let (x, k) = (x.max(0.0).powf(self.exponent), self.half_raised);
        // in this form a drive whose power no float holds gives the maximum
        (k + 1.0) / (1.0 + k / x)
    }
}

/// Drive of release relative to the sliding threshold θ. The threshold counts as at least 0.1, so that
/// a cell that has been silent for weeks is not infinitely sensitive.
#[must_use]
pub fn above_threshold(drive: f32, threshold: f32) -> f32 {
    drive / threshold.max(0.1)
}

/// Release that activity asks for: c + (1 − c)·v·H with `surge` = H(q·gᵉ/θ)·(1 − b)ᵏ, for AMPA throughput q, extracellular
/// glutamate g, the sliding threshold θ and the gate of unblocked NMDA receptors.
#[must_use]
pub fn release_drive(surge: f32, constitutive: f32, factor: f32) -> f32 {
    constitutive + (1.0 - constitutive) * factor * surge
}

/// Factor on activity-dependent release in a carrier of `met_alleles` Met alleles: v·(1 − l)ⁿ.
#[must_use]
pub fn secretion_factor(factor: f64, loss_per_allele: f64, met_alleles: u8) -> f32 {
    (factor * (1.0 - loss_per_allele).powi(i32::from(met_alleles))) as f32
}

/// Tonic activity of extrasynaptic NMDA receptors relative to baseline: [s + (1 − s)·g + q·(Q − 1)]·(1 − B), for
/// extracellular glutamate g, quinolinate Q and block B. The share s stems from vesicles released
/// spontaneously, which do not follow firing.
#[must_use]
pub fn tonic_nmda(glutamate: f64, quinolinate: f64, block: f64, p: &BdnfParameters) -> f64 {
    let spontaneous = p.spontaneous_share;
    let agonist = spontaneous + (1.0 - spontaneous) * glutamate + p.quinolinate_tonic_gain * (quinolinate - 1.0);
    agonist.max(0.0) * (1.0 - block)
}

/// Transcription of BDNF relative to baseline: (1 − k_s·L)·(1 − k_x·X)·[1 + k_5·y/(y + K_5)], y = max(0, S − 1), under
/// glucocorticoid load L, inflammatory effect X and serotonergic tone S. Never below zero.
#[must_use]
pub fn transcription(suppression: [f64; 2], serotonergic_tone: f64, gain: f64, half_rise: f64) -> f64 {
    let rise = (serotonergic_tone - 1.0).max(0.0);
    let [stress, inflammation] = suppression;
    ((1.0 - stress) * (1.0 - inflammation)).max(0.0) * (1.0 + gain * rise / (rise + half_rise))
}

/// Release that hypothesis `direct` adds: w·κ·max(0, 1 − T/T̄), where T is tonic extrasynaptic NMDA
/// activity and T̄ what translation has become used to. Less tonic activity → eEF2 kinase off → eEF2 dephosphorylated → BDNF is translated.
#[must_use]
pub fn direct_release(tonic_nmda: f32, weight: f32, gain: f32) -> f32 {
    weight * gain * (1.0 - tonic_nmda).max(0.0)
}

/// The store after `step_h`: dσ/dt = [T − σ·(1 − f + f·R)]/τ, exact for constant transcription T and
/// release R.
#[must_use]
pub fn store_after(store: f32, transcription: f32, release: f32, p: &BdnfParameters, step_h: f32) -> f32 {
    let (release_share, time_constant_h) = (p.store_release_share as f32, p.store_time_constant_h as f32);
    let turnover = 1.0 - release_share + release_share * release;
    let steady = transcription / turnover;
    steady + (store - steady) * (-turnover * step_h / time_constant_h).exp()
}

/// Levels of a cascade that nothing disturbs: no stress, no drug, activity at its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resting {
    /// BDNF in store.
    pub store: f32,
    /// Secreted BDNF.
    pub bdnf: f32,
    /// TrkB at the surface.
    pub surface: f32,
    /// TrkB activity; mTORC1 activity is the same.
    pub trkb: f32,
}

/// The rest of a subject whose transcription is T₀ and whose activity-dependent release is v: σ₀ = T₀/(1 − f + f·R₀) with
/// R₀ = c + (1 − c)·v, b₀ = σ₀·R₀, and TrkB as it answers b₀.
#[must_use]
pub fn resting(transcription: f32, secretion: f32, p: &BdnfParameters) -> Resting {
    let release = release_drive(1.0, p.constitutive_share as f32, secretion);
    let share = p.store_release_share as f32;
    let store = transcription / (1.0 - share + share * release);
    let bdnf = store * release;
    let surface = steady_surface_trkb(bdnf, p.trkb_downregulation as f32);
    let trkb = surface * RelativeHill::of(p.trkb_half_activation as f32, p.trkb_hill as f32).at(bdnf);
    Resting { store, bdnf, surface, trkb }
}

/// Synaptic protein after `step_h`: dP/dt = k·[e/(e + K)]·(P_max − P) − (P − 1)/τ with e = max(0, m − θ), exact for
/// constant mTORC1 activity m.
///
/// Maintenance alone keeps the pool at 1. Cap-dependent translation above the threshold fills it up to a bound, as
/// there are only so many places to put protein: activity that lasts cannot raise it without limit.
#[must_use]
pub fn protein_after(protein: f32, mtorc1: f32, translation: &Translation, step_h: f32) -> f32 {
    let excess = (mtorc1 - translation.threshold).max(0.0);
    let synthesis = translation.rate_per_h * excess / (excess + translation.half_activation);
    let rate = synthesis + 1.0 / translation.time_constant_h;
    let steady = 1.0 + synthesis * translation.largest_surplus / rate;
    steady + (protein - steady) * (-rate * step_h).exp()
}

/// How mTORC1 makes synaptic protein.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Translation {
    /// mTORC1 activity above which a surplus is made.
    pub threshold: f32,
    /// Rate at which full translation fills the pool, per hour.
    pub rate_per_h: f32,
    /// mTORC1 activity above the threshold at which half of that rate is reached.
    pub half_activation: f32,
    /// The surplus at which the pool is full (P_max − 1).
    pub largest_surplus: f32,
    /// Time constant with which a surplus is used up, in hours.
    pub time_constant_h: f32,
}

/// Share of TrkB that stays at the surface under lasting BDNF b: 1/(1 + k_d·max(0, b − 1)).
#[must_use]
pub fn steady_surface_trkb(bdnf: f32, downregulation: f32) -> f32 {
    1.0 / (1.0 + downregulation * (bdnf - 1.0).max(0.0))
}

/// AMPA gain that TrkB activity T, relative to the subject's rest, and synaptic protein P would sustain:
/// max(0, 1 + k_a·(T − 1) + k_aP·max(0, P − 1)).
#[must_use]
pub fn ampa_goal(trkb: f32, protein: f32, trkb_gain: f32, protein_gain: f32) -> f32 {
    (1.0 + trkb_gain * (trkb - 1.0) + protein_gain * (protein - 1.0).max(0.0)).max(0.0)
}

/// First-order approach to a goal over a fraction 1 − exp(−Δt/τ) of the distance.
#[must_use]
pub fn approach(level: f32, goal: f32, fraction: f32) -> f32 {
    level + fraction * (goal - level)
}
