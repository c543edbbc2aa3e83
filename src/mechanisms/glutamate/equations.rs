//! The equations of glutamate signalling: pure functions, no world.

/// Constants of an f-I curve in the form of Abbott and Chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excitability {
    /// Slope a, in Hz/nA.
    pub gain_hz_per_na: f32,
    /// Threshold b, in Hz.
    pub threshold_hz: f32,
    /// Curvature d, in s.
    pub curvature_s: f32,
}

impl Excitability {
    /// Firing rate in Hz at `current_na`: r = x / (1 − e^(−d·x)) with x = a·I − b (Deco 2014, eq. 6).
    #[must_use]
    pub fn rate_hz(&self, current_na: f32) -> f32 {
        let x = self.gain_hz_per_na * current_na - self.threshold_hz;
        let exponent = self.curvature_s * x;
        // the removable singularity at x = 0, where r = 1/d + x/2
        if exponent.abs() < 1e-3 { 1.0 / self.curvature_s + 0.5 * x } else { x / (1.0 - (-exponent).exp()) }
    }

    /// The current in nA at which the cell fires at `rate_hz`, by bisection to the last bit of f32.
    #[must_use]
    pub fn current_na(&self, rate_hz: f32) -> f32 {
        let (mut low, mut high) = (-2.0_f32, 4.0_f32);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.rate_hz(middle) < rate_hz {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

/// Steady gating of NMDA receptors by a presynaptic rate: S = γτr / (1 + γτr) (Deco 2014, eq. 9).
#[must_use]
pub fn gating(rate_hz: f32, per_spike: f32, time_constant_s: f32) -> f32 {
    let drive = per_spike * time_constant_s * rate_hz;
    drive / (1.0 + drive)
}

/// Strengths of a class's synaptic currents at the set point, in nA, and their split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Currents {
    /// Background current (afferents from outside the patch).
    pub background_na: f32,
    /// Share of the background that NMDA receptors carry.
    pub background_nmda_share: f32,
    /// Local excitation J_E.
    pub recurrent_na: f32,
    /// Share of local excitation that AMPA receptors carry.
    pub ampa_share: f32,
    /// Inhibition J_I.
    pub inhibition_na: f32,
}

/// State of the receptors through which a neuron's currents flow; 1 is the drug-free set point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Receptors {
    /// AMPA conductance per unit size, times the fraction of AMPA receptors that can conduct.
    pub ampa: f32,
    /// Fraction of synaptic NMDA receptors that is not blocked.
    pub nmda: f32,
    /// Strength of GABA-A transmission.
    pub gaba: f32,
}

/// AMPA conductance relative to baseline: A·(1 − antagonism)·(1 + potentiation), each from 0 up.
#[must_use]
pub fn ampa_availability(available: f64, antagonism: f64, potentiation: f64) -> f64 {
    available * (1.0 - antagonism) * (1.0 + potentiation)
}

/// Total current into a neuron, in nA.
///
/// I = ξ + I_bg·[1 − n + n·N] + J_E·[α·A + (1 − α)·N]·E/K_E − J_I·G·H/K_I, where `excitation` = E/K_E and
/// `inhibition` = H/K_I are the sums over the neuron's own synapses in units of the planned network.
#[must_use]
pub fn current_na(
    currents: &Currents,
    receptors: &Receptors,
    intrinsic_na: f32,
    excitation: f32,
    inhibition: f32,
) -> f32 {
    let afferent = currents.background_na * (1.0 - currents.background_nmda_share * (1.0 - receptors.nmda));
    let conductance = currents.ampa_share * receptors.ampa + (1.0 - currents.ampa_share) * receptors.nmda;
    intrinsic_na + afferent + currents.recurrent_na * conductance * excitation
        - currents.inhibition_na * receptors.gaba * inhibition
}

/// Astrocytic uptake relative to baseline: (1 − k_u·L)·(1 − k_x·X) under glucocorticoid load L and inflammatory
/// effect X; at least a tenth is left.
#[must_use]
pub fn uptake(load: f64, inflammation: f64, stress_loss: f64, inflammatory_loss: f64) -> f64 {
    ((1.0 - stress_loss * load) * (1.0 - inflammatory_loss * inflammation)).max(0.1)
}

/// Steady extracellular glutamate relative to ambient: [1 − f + f·o] / u for release `output` o and
/// uptake u, both relative to the set point.
#[must_use]
pub fn steady_glutamate(output: f64, activity_share: f64, uptake: f64) -> f64 {
    (1.0 - activity_share + activity_share * output) / uptake
}
