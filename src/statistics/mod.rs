//! Statistics over few networks, with one policy for the summary, the figures and the scoreboard.
//!
//! - **What is known of a mean** is its 95 % confidence interval by Student's t, from two values on. Of two or three
//!   it is wide, which is what two or three networks tell; nothing narrower takes its place.
//! - **How a population is spread** is another thing with another name: the quantiles at 5 and 95 %, from two values on.
//!   Of few values these lie next to the least and the greatest.
//! - **A share of networks** has Wilson's interval.
//! - **Arms are compared within networks**: all arms of a network, or of a virtual subject, go through one history and one
//!   draw, so a contrast is the interval of their differences, and never the difference of two intervals.
//! - **One value** has no interval.
//!
//! Values that are not finite count as missing: whoever calls leaves them out ([`finite`](crate::statistics::finite)),
//! pairs of which one is missing with them. Sums run in the order of the values.

/// What is drawn around a mean.
pub mod band;
/// Resampling with replacement.
pub mod bootstrap;
/// The confidence interval of a mean.
pub mod confidence;
/// Differences within pairs.
pub mod contrast;
/// Quantiles of the normal and of Student's distribution.
pub mod distributions;
/// Differences in units of the spread.
pub mod effect_size;
/// Differences between samples that have nothing to do with each other.
pub mod independent;
/// Mean and standard deviation.
pub mod moments;
/// Shares of yes among yes and no.
pub mod proportion;
/// Quantiles of a sample.
pub mod quantiles;
/// Differences at the same baseline.
pub mod regression;
/// Times to an event of which some were not seen.
pub mod survival;

/// The finite ones of `values`.
#[must_use]
pub fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).collect()
}
