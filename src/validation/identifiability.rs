//! Which fitted parameters the calibration targets pin down.
//!
//! Each fitted parameter is moved up and down by a tenth, one at a time, with the same seeds. What that does to a
//! target, in half widths of its band, is one entry of the sensitivity matrix S (targets × parameters). A
//! parameter may be strong alone and still be free, if others can undo what it does: the part of its column that
//! the other columns cannot make up (the residual of a least-squares fit) says how far all targets together must
//! move, at least, when it changes by a tenth and everything else is fitted again.

use std::path::Path;

use nalgebra::{DMatrix, DVector};

use super::evidence::Evidence;
use super::expression::{Expression, READINGS};
use super::summary::{self, Value};
use super::{EvidenceKind, Laboratory, Target, answerable, reference, targets};
use crate::configuration::{Experiment, Override};
use crate::foundation::error::{Error, Result};
use crate::foundation::parameters::{Grade, Parameter};
use crate::foundation::time::Time;

/// The relative step by which each parameter is moved, up and down.
pub const STEP: f64 = 0.1;
/// Networks per experiment; the same seeds for every step, so that differences are not those between networks.
const NETWORKS: u32 = 4;
/// Virtual subjects per experiment.
const SUBJECTS: u32 = 12;
/// Differences of fewer standard errors than this are noise.
const NOISE: f64 = 3.0;
/// Columns this parallel do the same.
const COLLINEAR: f64 = 0.9;
/// Singular values below this share of the largest are zero.
const RANK: f64 = 1e-9;

/// How well the targets hold a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Within about a fifth of its value.
    Pinned,
    /// Within a factor of two.
    Loose,
    /// It may go where it likes, the others following.
    Free,
}

impl Hold {
    /// The hold on a parameter whose change by a tenth must move all targets together by `left` half widths, once
    /// the others have been fitted again. Within the bands targets may move by about one half width.
    #[must_use]
    pub fn of(left: f64) -> Self {
        if left >= 0.5 {
            Self::Pinned
        } else if left >= 0.1 {
            Self::Loose
        } else {
            Self::Free
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Loose => "loosely",
            Self::Free => "not at all",
        }
    }
}

/// What the targets say about one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its key.
    pub key: String,
    /// The target that it moves most, and by how many half widths per tenth.
    pub strongest: Option<(String, f64)>,
    /// How far it moves all targets together, the other parameters as they are.
    pub alone: f64,
    /// The same once the others have been fitted again.
    pub left: f64,
}

/// The sensitivity of the calibration targets to the fitted parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifiability {
    /// The targets that could be measured, in the order of the rows.
    pub targets: Vec<String>,
    /// The parameters.
    pub held: Vec<Held>,
    /// Pairs of parameters that do the same, with the cosine of the angle between their columns.
    pub alike: Vec<(String, String, f64)>,
    /// Singular values of the matrix, descending: by how many half widths the targets move per tenth along each
    /// independent combination of parameters.
    pub combinations: Vec<f64>,
    /// The largest over the smallest singular value of the matrix of unit columns; infinite if some combination
    /// of parameters moves nothing.
    pub condition: f64,
}

/// Measures the sensitivities. `announce` is told each step before it runs.
///
/// # Errors
/// Those of a run that fails.
pub fn measure(laboratory: &Laboratory, announce: impl Fn(&str)) -> Result<Identifiability> {
    let asked: Vec<(Target, Expression)> = targets::all()?
        .into_iter()
        .filter(|target| target.kind == EvidenceKind::Calibration && answerable(target, laboratory.cascade).is_ok())
        .filter(|target| target.experiment != reference::EQUATIONS_ALONE)
        .map(|target| target.expression().map(|expression| (target, expression)))
        .collect::<Result<_>>()?;
    let declared = laboratory.cascade.parameters();
    let fitted: Vec<&Parameter> = declared.into_iter().filter(|it| it.grade == Grade::Fitted).collect();
    let mut columns = Vec::with_capacity(fitted.len());
    for (index, parameter) in fitted.iter().enumerate() {
        announce(&format!("{} ({} of {})", parameter.key(), index + 1, fitted.len()));
        let mut sides = Vec::new();
        for step in [STEP, -STEP] {
            let value = (parameter.default * (1.0 + step)).clamp(parameter.min, parameter.max);
            sides.push(answers(&asked, parameter, value, laboratory)?);
        }
        let column = sides[0].iter().zip(&sides[1]).zip(&asked);
        columns.push(column.map(|((up, down), (target, _))| sensitivity(up, down, target)).collect::<Vec<f64>>());
    }
    let keys: Vec<String> = fitted.iter().map(|parameter| parameter.key()).collect();
    let ids: Vec<String> = asked.iter().map(|(target, _)| target.id.clone()).collect();
    Ok(analyse(ids, &keys, &columns))
}

/// The answer to every target with one parameter at `value`, one number per network.
fn answers(
    asked: &[(Target, Expression)],
    parameter: &Parameter,
    value: f64,
    laboratory: &Laboratory,
) -> Result<Vec<Vec<f64>>> {
    let mut answers = vec![Vec::new(); asked.len()];
    for (name, _) in reference::EXPERIMENTS {
        if asked.iter().all(|(target, _)| target.experiment != *name) {
            continue;
        }
        let own: Vec<&Expression> =
            asked.iter().filter(|(target, _)| target.experiment == *name).map(|(_, expression)| expression).collect();
        let mut experiment = trimmed(laboratory.experiment(name)?, &own);
        let why = Some("one step of the sensitivity analysis".to_owned());
        experiment.model.overrides.0.insert(parameter.key(), Override { why, ..Override::of(parameter, value) });
        let folder = tempfile::tempdir().map_err(Error::io("create", Path::new("a temporary folder")))?;
        let evidence: Evidence = laboratory.run(experiment, &folder.path().join("run"))?;
        for ((target, expression), answer) in asked.iter().zip(&mut answers) {
            if target.experiment == *name
                && let Ok(read) = evidence.read(expression, target.origin)
            {
                *answer = match summary::value(&read, None) {
                    Value::One(one) => vec![one],
                    Value::Each(each) => each,
                };
            }
        }
    }
    Ok(answers)
}

/// The experiment with no more arms, time, networks and subjects than the measurements need.
fn trimmed(mut experiment: Experiment, asked: &[&Expression]) -> Experiment {
    let first_dose = experiment.arms.iter().flat_map(|arm| &arm.doses).map(|event| event.first.start).min();
    let used: Vec<(&str, &str)> = asked.iter().flat_map(|expression| expression.series()).collect();
    experiment.arms.retain(|arm| used.iter().any(|(_, name)| *name == arm.name));
    let latest_h = asked.iter().map(|expression| latest_h(expression)).fold(0.0, f64::max);
    let end = first_dose.unwrap_or(Time::ZERO) + Time::from_hours(latest_h.ceil() + 1.0);
    // doses and stress that lie beyond would be at fault; such an experiment keeps its length
    let last_dose = experiment.arms.iter().flat_map(|arm| &arm.doses).map(|event| event.first.start).max();
    let single = experiment.arms.iter().flat_map(|arm| &arm.doses).all(|event| event.additional == 0);
    let stress_ends = experiment.stress.iter().map(|episode| episode.end).max();
    if single && last_dose.max(stress_ends).is_none_or(|last| last < end) {
        experiment.time.horizon = experiment.time.horizon.min(end);
    }
    let horizon = experiment.time.horizon;
    experiment.record.network_at.retain(|&instant| instant <= horizon);
    experiment.run.replicates = experiment.run.replicates.min(NETWORKS);
    if let Some(subjects) = &mut experiment.subjects {
        subjects.n = subjects.n.min(SUBJECTS);
    }
    experiment
}

/// The latest instant that a measurement looks at, in hours.
fn latest_h(expression: &Expression) -> f64 {
    match expression {
        Expression::Window(_, to) => *to,
        Expression::Call(function, given) => {
            let instants = given.iter().filter(|one| matches!(one, Expression::Number(_)));
            let own = if READINGS.contains(function) {
                instants.fold(
                    0.0,
                    |latest, one| if let Expression::Number(at) = one { f64::max(latest, *at) } else { latest },
                )
            } else {
                0.0
            };
            given.iter().map(latest_h).fold(own, f64::max)
        }
        Expression::Binary(_, a, b) => latest_h(a).max(latest_h(b)),
        _ => 0.0,
    }
}

/// Half the mean difference between up and down, in half widths of the band; 0 if it is noise or unknown.
fn sensitivity(up: &[f64], down: &[f64], target: &Target) -> f64 {
    let differences: Vec<f64> =
        up.iter().zip(down).map(|(up, down)| 0.5 * (up - down)).filter(|value| value.is_finite()).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().fold(0.0, |sum, value| sum + value) / n;
    let variance = differences.iter().fold(0.0, |sum, value| sum + (value - mean).powi(2)) / (n - 1.0);
    let error = (variance / n).sqrt();
    // one number for all networks has no error that could be known
    let is_noise = n > 1.0 && mean.abs() < NOISE * error;
    let half_width = 0.5 * (target.band[1] - target.band[0]);
    if is_noise || !mean.is_finite() { 0.0 } else { mean / half_width }
}

/// What a sensitivity matrix, given by its columns, says about the parameters.
fn analyse(targets: Vec<String>, keys: &[String], columns: &[Vec<f64>]) -> Identifiability {
    let column = |index: usize| DVector::from_column_slice(&columns[index]);
    let norms: Vec<f64> = (0..keys.len()).map(|index| column(index).norm()).collect();
    let held = keys.iter().enumerate().map(|(index, key)| {
        let own = column(index);
        let strongest = own.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let strongest = strongest.filter(|(_, value)| value.abs() > 0.0);
        let others: Vec<DVector<f64>> =
            (0..keys.len()).filter(|&other| other != index && norms[other] > 0.0).map(column).collect();
        Held {
            key: key.clone(),
            strongest: strongest.map(|(row, &value)| (targets[row].clone(), value)),
            alone: norms[index],
            left: residual(&own, &others),
        }
    });
    let held: Vec<Held> = held.collect();
    let moving: Vec<usize> = (0..keys.len()).filter(|&index| norms[index] > 0.0).collect();
    let mut alike = Vec::new();
    for (place, &a) in moving.iter().enumerate() {
        for &b in &moving[place + 1..] {
            let cosine = column(a).dot(&column(b)) / (norms[a] * norms[b]);
            if cosine.abs() >= COLLINEAR {
                alike.push((keys[a].clone(), keys[b].clone(), cosine));
            }
        }
    }
    let units: Vec<DVector<f64>> = moving.iter().map(|&index| column(index) / norms[index]).collect();
    let condition = if units.is_empty() {
        f64::INFINITY
    } else {
        let matrix = DMatrix::from_columns(&units);
        let singular = matrix.singular_values();
        let (largest, smallest) = (singular.max(), singular.min());
        if units.len() > targets.len() || smallest <= RANK * largest { f64::INFINITY } else { largest / smallest }
    };
    let matrix = DMatrix::from_columns(&(0..keys.len()).map(column).collect::<Vec<_>>());
    let mut combinations: Vec<f64> = matrix.singular_values().iter().copied().collect();
    combinations.sort_by(|a, b| b.total_cmp(a));
    Identifiability { targets, held, alike, combinations, condition }
}

/// The length of what `others` cannot make up of `own`.
fn residual(own: &DVector<f64>, others: &[DVector<f64>]) -> f64 {
    if others.is_empty() {
        return own.norm();
    }
    let matrix = DMatrix::from_columns(others);
    let decomposed = matrix.clone().svd(true, true);
    let tolerance = RANK * decomposed.singular_values.max();
    decomposed.solve(own, tolerance).map_or(f64::NAN, |best| (own - matrix * best).norm())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanisms::Cascade;

    fn names(prefix: &str, n: usize) -> Vec<String> {
        (0..n).map(|index| format!("{prefix}{index}")).collect()
    }

    /// Three targets: a moves the first alone, b and c move the others in nearly the same way, d moves nothing.
    #[test]
    fn a_parameter_that_others_can_undo_is_strong_alone_and_not_held() {
        let columns = vec![vec![2.0, 0.0, 0.0], vec![0.0, 1.0, 1.0], vec![0.0, 1.0, 1.1], vec![0.0, 0.0, 0.0]];
        let found = analyse(names("t", 3), &names("p", 4), &columns);
        assert_eq!((found.held[0].alone, Hold::of(found.held[0].left)), (2.0, Hold::Pinned));
        assert!((found.held[1].alone - 2.0_f64.sqrt()).abs() < 1e-12);
        // the distance of (1, 1) from the line through (1, 1.1)
        let expected = 0.1 / (1.0_f64 + 1.21).sqrt();
        assert!((found.held[1].left - expected).abs() < 1e-9, "{}", found.held[1].left);
        assert_eq!(Hold::of(found.held[1].left), Hold::Free);
        assert_eq!((found.held[3].strongest.clone(), found.held[3].left), (None, 0.0));
        assert_eq!(found.alike.len(), 1);
        assert_eq!((found.alike[0].0.as_str(), found.alike[0].1.as_str()), ("p1", "p2"));
        assert!(found.condition > 20.0 && found.condition.is_finite(), "{}", found.condition);
        assert_eq!(found.held[0].strongest, Some(("t0".to_owned(), 2.0)));
        // squares of singular values add up to the squares of all entries: 4 + 2 + 2.21
        let squares = found.combinations.iter().map(|value| value * value).sum::<f64>();
        assert!((squares - 8.21).abs() < 1e-9 && found.combinations[0] >= found.combinations[1], "{squares}");
    }

    #[test]
    fn an_experiment_is_trimmed_to_what_the_measurements_look_at() {
        let whole = reference::experiment("infusion", &Cascade::standard()).expect("it reads");
        let asked =
            Expression::parse("peak(bdnf[ketamine], 0 h .. 4 h) / at(bdnf[ketamine], 24 h)").expect("it parses");
        let trimmed = trimmed(whole.clone(), &[&asked]);
        assert_eq!(trimmed.arms.len(), 1);
        assert_eq!(trimmed.time.horizon, Time::from_hours(21.0 * 24.0 + 25.0));
        assert!(trimmed.record.network_at.len() < whole.record.network_at.len());
        assert!(trimmed.clone().checked().is_ok());
    }

    #[test]
    fn a_difference_within_the_noise_is_none() {
        let target = targets::selected(&["C9.glutamate".into()]).expect("it is there").remove(0);
        let down = vec![30.0; 4];
        let half_width = 0.5 * (target.band[1] - target.band[0]);
        let clear = sensitivity(&[32.0, 32.1, 31.9, 32.0], &down, &target);
        assert!((clear - 1.0 / half_width).abs() < 0.01, "half the difference, in half widths: {clear}");
        assert_eq!(sensitivity(&[32.0, 28.0, 31.0, 30.0], &down, &target), 0.0);
        assert_eq!(sensitivity(&[f64::NAN; 4], &down, &target), 0.0);
    }
}
