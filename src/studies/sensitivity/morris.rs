//! Elementary effects (Morris 1991, Technometrics; Campolongo 2007, Environ Model Softw).
//!
//! A trajectory changes one factor at a time, by Δ = p / (2 (p − 1)) of its range on p levels. An elementary effect is the
//! change of the output over Δ, with the sign of the change of the factor: μ is the mean over trajectories, μ* that of
//! the absolute effects, σ the standard deviation, which is large where a factor interacts or acts in a curve.

use super::index::{DesignOutputs, SensitivityIndex, index};
use crate::foundation::diagnostics::{Diagnostic, codes};
use crate::foundation::random::{Purpose, Seed};
use crate::statistics::bootstrap::resampled;
use crate::statistics::moments::{mean, sd};

/// Levels of every factor.
pub const LEVELS: u32 = 4;

/// The numbers that have the unit of the outcome.
pub const NAMES: [&str; 3] = ["mu", "mu_star", "sigma"];

/// Δ on `levels` levels.
#[must_use]
pub fn step(levels: u32) -> f64 {
    f64::from(levels) / (2.0 * (f64::from(levels) - 1.0))
}

/// `trajectories` of `factors` + 1 points of the unit cube each.
#[must_use]
pub fn trajectories(trajectories: u32, factors: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut points = Vec::new();
    for number in 0..trajectories {
        let mut draws = Seed(seed).draws(Purpose::Design, u64::MAX, number);
        let delta = step(LEVELS);
        // half of the levels lie a step below others
        let lower = |word: u32| f64::from(word) / f64::from(LEVELS - 1);
        let mut upwards = Vec::with_capacity(factors);
        let mut at: Vec<f64> = (0..factors)
            .map(|_| {
                let base = lower(draws.below(LEVELS / 2));
                let is_up = draws.below(2) == 1;
                upwards.push(is_up);
                if is_up { base } else { base + delta }
            })
            .collect();
        let mut order: Vec<usize> = (0..factors).collect();
        for last in (1..factors).rev() {
            order.swap(last, draws.below(last as u32 + 1) as usize);
        }
        points.push(at.clone());
        for factor in order {
            at[factor] += if upwards[factor] { delta } else { -delta };
            points.push(at.clone());
        }
    }
    points
}

/// μ, μ* and σ of every factor, and the share of the seed in μ*.
///
/// # Errors
/// A message if the table is no such design, or a factor has no step of which both points gave a value.
pub fn indices(outputs: &DesignOutputs, levels: u32) -> Result<Vec<SensitivityIndex>, Diagnostic> {
    let k = outputs.factors.len();
    let refuse = |what: String| Err(Diagnostic::new(&codes::STUDY_DESIGN, what));
    let means = outputs.means();
    if means.is_empty() || !means.len().is_multiple_of(k + 1) {
        return refuse(format!("{} points are no trajectories over {k} factors of {} points each", means.len(), k + 1));
    }
    let mut effects: Vec<Vec<f64>> = vec![Vec::new(); k];
    let mut noises: Vec<Vec<f64>> = vec![Vec::new(); k];
    for start in (0..means.len()).step_by(k + 1) {
        for point in start..start + k {
            let changes = |(_, values): &&(String, Vec<f64>)| values[point] != values[point + 1];
            let changed: Vec<usize> =
                outputs.factors.iter().enumerate().filter(|(_, it)| changes(it)).map(|(factor, _)| factor).collect();
            let &[factor] = changed.as_slice() else {
                return refuse(format!(
                    "between points {point} and {} not one factor changes but {}",
                    point + 1,
                    changed.len()
                ));
            };
            let values = &outputs.factors[factor].1;
            let sign = (values[point + 1] - values[point]).signum();
            let effect = |before: f64, after: f64| sign * (after - before) / step(levels);
            let change = effect(means[point], means[point + 1]);
            if change.is_finite() {
                effects[factor].push(change);
                let pairs = outputs.values[point].iter().zip(&outputs.values[point + 1]);
                noises[factor].push(sd(&pairs.map(|(a, b)| effect(*a, *b)).collect::<Vec<_>>()));
            }
        }
    }
    let networks = outputs.values.first().map_or(0, Vec::len) as f64;
    let mut found = Vec::new();
    for ((name, _), (effects, noises)) in outputs.factors.iter().zip(effects.iter().zip(&noises)) {
        let n = effects.len();
        if n == 0 {
            let label = format!("`{name}` has no step of which both points gave a value");
            return Err(Diagnostic::new(&codes::DESIGN_GAPS, label));
        }
        let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
        let over = |values: &[f64], of: fn(&[f64]) -> f64| {
            resampled(n, |pick| of(&pick.iter().map(|&index| values[index]).collect::<Vec<_>>()))
        };
        found.push(index(name, "mu", n, mean(effects), &over(effects, mean)));
        found.push(index(name, "mu_star", n, mean(&sizes), &over(&sizes, mean)));
        found.push(index(name, "sigma", n, sd(effects), &over(effects, sd)));
        // the standard error of one effect that the seed alone gives, beside its size
        let noise = mean(&crate::statistics::finite(noises)) / networks.sqrt();
        found.push(index(name, "seed_noise", n, noise / mean(&sizes), &[]));
    }
    Ok(found)
}
