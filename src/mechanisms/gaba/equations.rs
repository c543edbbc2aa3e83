//! The equations of GABA signalling: pure functions, no world.

/// GABA content towards which the tissue moves: (1 − k_s·L)·max(0, 1 + k_g·(g − 1)), relative to baseline, at
/// glucocorticoid load L and extracellular glutamate g relative to ambient.
#[must_use]
pub fn steady_content(load: f64, glutamate: f64, stress_loss: f64, coupling: f64) -> f64 {
    (1.0 - stress_loss * load) * (1.0 + coupling * (glutamate - 1.0)).max(0.0)
}

/// Content after `step_h` hours of first-order approach to `steady`; exact for a constant goal.
#[must_use]
pub fn content_after(content: f64, steady: f64, time_constant_h: f64, step_h: f64) -> f64 {
    steady + (content - steady) * (-step_h / time_constant_h).exp()
}

/// Strength of synaptic inhibition at a given content: [1 + ε·(content − 1)]·(1 + β·a), never below zero, with a the
/// potentiation of GABA-A receptors by drugs, of which the share β reaches the current.
#[must_use]
pub fn synaptic_gain(content: f64, synaptic_share: f64, potentiation: f64, potentiated_share: f64) -> f64 {
    (1.0 + synaptic_share * (content - 1.0)).max(0.0) * (1.0 + potentiated_share * potentiation)
}

/// Inhibition at interneuronal output ā, of which the share s follows the slow average A, relative to what the output alone
/// would give: 1 − s + s·A/ā. The ratio counts within a factor of two: interneurons that fall silent for a minute leave no
/// inhibition that would strike when they fire again.
#[must_use]
pub fn lagging(output: f64, slow: f64, slow_share: f64) -> f64 {
    if output > 0.0 { 1.0 - slow_share + slow_share * (slow / output).clamp(0.5, 2.0) } else { 1.0 }
}

/// Strength of excitatory transmission onto interneurons that glucocorticoid load would sustain: 1 − k_δ·L.
#[must_use]
pub fn steady_drive(load: f64, loss: f64) -> f64 {
    (1.0 - loss * load).max(0.0)
}
