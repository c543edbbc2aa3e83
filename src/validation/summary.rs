//! From one number per network to the board's value and its interval.

use serde::Serializer;

use super::expression::Expression;
use crate::statistics::bootstrap::resampled;
use crate::statistics::effect_size::hedges_g;
use crate::statistics::moments::{mean, sd};
use crate::statistics::quantiles::{quantile, spread};

/// A number for all networks, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// One for all.
    One(f64),
    /// One for each, in order.
    Each(Vec<f64>),
}

impl Value {
    /// The number of the network with this index.
    #[must_use]
    pub fn of(&self, index: usize) -> f64 {
        match self {
            Self::One(value) => *value,
            Self::Each(values) => values.get(index).copied().unwrap_or(f64::NAN),
        }
    }

    fn list(self) -> Vec<f64> {
        match self {
            Self::One(value) => vec![value],
            Self::Each(values) => values,
        }
    }

    fn with(self, other: Self, join: impl Fn(f64, f64) -> f64) -> Self {
        match (self, other) {
            (Self::One(a), Self::One(b)) => Self::One(join(a, b)),
            (Self::One(a), Self::Each(b)) => Self::Each(b.into_iter().map(|b| join(a, b)).collect()),
            (Self::Each(a), Self::One(b)) => Self::Each(a.into_iter().map(|a| join(a, b)).collect()),
            (Self::Each(a), Self::Each(b)) => Self::Each(a.into_iter().zip(b).map(|(a, b)| join(a, b)).collect()),
        }
    }
}

/// The value of an expression whose readings are known; over the networks in `pick` alone if it is given.
#[must_use]
pub fn value(expression: &Expression, pick: Option<&[usize]>) -> Value {
    match expression {
        Expression::Number(number) => Value::One(*number),
        Expression::Known(values) => match pick {
            None => Value::Each(values.clone()),
            Some(pick) => {
                Value::Each(pick.iter().map(|&index| values.get(index).copied().unwrap_or(f64::NAN)).collect())
            }
        },
        Expression::Binary(operator, a, b) => value(a, pick).with(value(b, pick), |a, b| operator.apply(a, b)),
        Expression::Call(function, given) => {
            let mut given = given.iter().map(|one| value(one, pick));
            let (first, second) = (given.next().unwrap_or(Value::One(f64::NAN)), given.next());
            call(function.name, first, second.unwrap_or(Value::One(f64::NAN)))
        }
        Expression::Series { .. } | Expression::Window(..) => Value::One(f64::NAN),
    }
}

fn call(name: &str, first: Value, second: Value) -> Value {
    match name {
        "larger" => return first.with(second, |a, b| if b > a { b } else { a }),
        "smaller" => return first.with(second, |a, b| if b < a { b } else { a }),
        "when" => return first.with(second, |condition, value| if condition == 1.0 { value } else { f64::NAN }),
        "event_rate" => return Value::One(event_rate(&known(first.list()), second.of(0))),
        "hedges_g" => return Value::One(hedges_g(&known(first.list()), &known(second.list()))),
        _ => {}
    }
    let values = known(first.list());
    Value::One(match name {
        "median" => quantile(&values, 0.5),
        "average" => mean(&values),
        "sd" => sd(&values),
        "cv_percent" => 100.0 * sd(&values) / mean(&values),
        "percent" => 100.0 * mean(&values),
        _ => f64::NAN,
    })
}

fn known(values: Vec<f64>) -> Vec<f64> {
    values.into_iter().filter(|value| !value.is_nan()).collect()
}

/// Events over time at risk, if nobody is watched beyond `until`.
fn event_rate(times: &[f64], until: f64) -> f64 {
    let events = times.iter().filter(|time| **time < until).count() as f64;
    let at_risk = times.iter().fold(0.0, |sum, time| sum + time.clamp(0.0, until));
    events / at_risk
}

/// What the board shows of a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The value that is held against the band.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Number of networks or virtual subjects that it rests on; 0 for an equation.
    pub n: usize,
}

/// The value of an expression with its interval from 5 to 95 %.
///
/// One number per network: the median, and the spread between networks. A summary of all networks: the
/// summary, and the spread between resamples of the networks with replacement (bootstrap).
#[must_use]
pub fn measure(expression: &Expression) -> Measured {
    let n = networks(expression);
    match value(expression, None) {
        Value::Each(values) => {
            let values = known(values);
            let median = quantile(&values, 0.5);
            let [low, high] = spread(&values).unwrap_or([median; 2]);
            Measured { value: median, low, high, n: values.len() }
        }
        Value::One(value) if n < 2 => Measured { value, low: value, high: value, n },
        Value::One(whole) => {
            let resampled = known(resampled(n, |pick| value(expression, Some(pick)).of(0)));
            let [low, high] = spread(&resampled).unwrap_or([f64::NAN; 2]);
            Measured { value: whole, low, high, n }
        }
    }
}

/// The number of networks that the readings of an expression are over.
fn networks(expression: &Expression) -> usize {
    match expression {
        Expression::Known(values) => values.len(),
        Expression::Call(_, given) => given.iter().map(networks).max().unwrap_or(0),
        Expression::Binary(_, a, b) => networks(a).max(networks(b)),
        _ => 0,
    }
}

/// Writes a number that JSON has, and null for one that it has not.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(super) fn finite<S: Serializer>(value: &f64, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    if value.is_finite() { serializer.serialize_f64(*value) } else { serializer.serialize_none() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::validation::expression::{Operator, function_named};

    fn of(name: &str, given: Vec<Expression>) -> Expression {
        Expression::Call(function_named(name).expect("a function"), given)
    }

    #[test]
    fn summaries_are_their_definitions() {
        let a = Expression::Known(vec![1.0, 2.0, f64::NAN, 3.0]);
        let one = |expression: &Expression| value(expression, None).of(0);
        assert_eq!(one(&of("average", vec![a.clone()])), 2.0);
        assert_eq!(one(&of("cv_percent", vec![a.clone()])), 50.0);
        let not_above_two =
            Expression::Binary(Operator::AtMost, Box::new(a.clone()), Box::new(Expression::Number(2.0)));
        assert!((one(&of("percent", vec![not_above_two])) - 200.0 / 3.0).abs() < 1e-12);
        // sd 1 each, means 2 apart, 4 degrees of freedom: 2·(1 − 3/15)
        let b = Expression::Known(vec![3.0, 4.0, 5.0]);
        let c = Expression::Known(vec![1.0, 2.0, 3.0]);
        assert!((one(&of("hedges_g", vec![b, c])) - 1.6).abs() < 1e-12);
        // two events in 1 + 3 + 10 + 10 hours at risk
        let times = Expression::Known(vec![1.0, f64::INFINITY, 3.0, 40.0]);
        assert!((one(&of("event_rate", vec![times, Expression::Number(10.0)])) - 2.0 / 24.0).abs() < 1e-12);
    }

    proptest! {
        /// The bootstrap of a mean has the spread of the mean: 3.29 standard errors from 5 to 95 %.
        #[test]
        fn the_interval_of_a_mean_is_that_of_its_standard_error(scale in 0.1_f64..10.0, shift in -5.0_f64..5.0) {
            let values: Vec<f64> = (0..101).map(|i| shift + scale * (f64::from(i) - 50.0) / 50.0).collect();
            let error = sd(&values) / 101.0_f64.sqrt();
            let measured = measure(&of("average", vec![Expression::Known(values)]));
            prop_assert!((measured.value - shift).abs() < 1e-9);
            let width = (measured.high - measured.low) / (3.29 * error);
            // 400 resamples know an outer quantile within 10 %, both ends together within 25 %
            prop_assert!((0.75..1.25).contains(&width), "{}", width);
        }
    }
}
