//! First and total orders (Sobol 2001, Math Comput Simul; Saltelli 2010, Comput Phys Commun).
//!
//! The design holds, for each base sample, a point of A, then for each factor i the point of A with factor i from B, then
//! the point of B: the order of SALib. With f the mean over networks and V the variance of f over A and B together,
//!
//! - first order Sᵢ = mean(f_B · (f_ABᵢ − f_A)) / V,
//! - total order Tᵢ = mean((f_A − f_ABᵢ)²) / (2 V).
//!
//! DesignOutputs are standardised first, which the estimators are sensitive to. The share of the seed is the mean variance over
//! networks at one point, relative to that and V together: what of one network's output is chance.

use super::index::{DesignOutputs, SensitivityIndex, index};
use crate::foundation::diagnostics::{Diagnostic, codes};
use crate::statistics::bootstrap::resampled;
use crate::statistics::moments::{mean, variance};

/// Points of one base sample: A, one for each factor, B.
#[must_use]
pub const fn points_per_sample(factors: usize) -> usize {
    factors + 2
}

/// Fewer base samples tell nothing.
pub const FEWEST_SAMPLES: usize = 4;

/// One base sample whose points all gave something.
struct BaseSample {
    a: f64,
    b: f64,
    ab: Vec<f64>,
}

/// Variance by n, as NumPy's.
fn variance_by_n(values: &[f64]) -> f64 {
    variance(values) * (values.len() as f64 - 1.0) / values.len() as f64
}

fn orders(samples: &[&BaseSample], factor: usize) -> (f64, f64) {
    let both: Vec<f64> = samples.iter().map(|it| it.a).chain(samples.iter().map(|it| it.b)).collect();
    let v = variance_by_n(&both);
    let of = |term: &dyn Fn(&BaseSample) -> f64| mean(&samples.iter().map(|it| term(it)).collect::<Vec<_>>());
    let first = of(&|it| it.b * (it.ab[factor] - it.a)) / v;
    let total = 0.5 * of(&|it| (it.a - it.ab[factor]).powi(2)) / v;
    (first, total)
}

/// The indices of every factor, with a trace over growing numbers of base samples, and the share of the seed.
///
/// # Errors
/// A message if the table is no such design, or if fewer than four base samples are whole.
pub fn indices(outputs: &DesignOutputs) -> Result<Vec<SensitivityIndex>, Diagnostic> {
    let k = outputs.factors.len();
    let size = points_per_sample(k);
    let means = outputs.means();
    if means.is_empty() || !means.len().is_multiple_of(size) {
        let rows = means.len();
        let label = format!(
            "{rows} points are no design after Saltelli over {k} factors, which has {size} for each base sample"
        );
        return Err(Diagnostic::new(&codes::STUDY_DESIGN, label));
    }
    let known = crate::statistics::finite(&means);
    let (center, scale) = (mean(&known), variance_by_n(&known).sqrt());
    let of = |value: f64| (value - center) / scale;
    let samples: Vec<BaseSample> = means
        .chunks(size)
        .filter(|points| points.iter().all(|value| value.is_finite()))
        .map(|points| BaseSample {
            a: of(points[0]),
            b: of(points[size - 1]),
            ab: points[1..=k].iter().map(|&value| of(value)).collect(),
        })
        .collect();
    if samples.len() < FEWEST_SAMPLES {
        let label = format!("{} whole base samples are too few for any index", samples.len());
        return Err(Diagnostic::new(&codes::DESIGN_GAPS, label));
    }
    let mut found = Vec::new();
    let mut counts: Vec<usize> =
        [8, 4, 2].map(|part| samples.len() / part).into_iter().filter(|&n| n >= FEWEST_SAMPLES).collect();
    counts.push(samples.len());
    for (factor, (name, _)) in outputs.factors.iter().enumerate() {
        for &n in &counts {
            let chosen: Vec<&BaseSample> = samples[..n].iter().collect();
            let (first, total) = orders(&chosen, factor);
            let pick = |pick: &[usize]| pick.iter().map(|&index| chosen[index]).collect::<Vec<_>>();
            // a constant output has no variance to share
            let known = |value: f64| if scale > 0.0 { value } else { f64::NAN };
            let firsts = resampled(n, |drawn| orders(&pick(drawn), factor).0);
            let totals = resampled(n, |drawn| orders(&pick(drawn), factor).1);
            found.push(index(name, "first_order", n, known(first), &firsts));
            found.push(index(name, "total_order", n, known(total), &totals));
        }
    }
    let sum = |index: &str| {
        let whole = found.iter().filter(|it| it.n == samples.len() && it.index == index);
        whole.map(|it| it.value).fold(0.0, |sum, value| sum + value)
    };
    let shares = [("sum_of_first_orders", sum("first_order")), ("interactions", 1.0 - sum("first_order"))];
    found.extend(shares.map(|(name, value)| index("", name, samples.len(), value, &[])));
    found.push(seed_noise(outputs, samples.len()));
    Ok(found)
}

/// What of one network's output is chance. Networks at one point differ by their seed alone.
fn seed_noise(outputs: &DesignOutputs, n: usize) -> SensitivityIndex {
    let networks = outputs.values.first().map_or(0, Vec::len);
    let within: Vec<f64> =
        outputs.values.iter().filter(|it| it.iter().all(|v| v.is_finite())).map(|it| variance(it)).collect();
    let means = crate::statistics::finite(&outputs.means());
    let noise = mean(&within);
    // the mean over networks carries a part of the noise
    let between = (variance(&means) - noise / networks as f64).max(0.0);
    let value = if networks > 1 { noise / (noise + between) } else { f64::NAN };
    index("", "seed_noise", n, value, &[])
}
