//! From values to places on an axis, and the ticks between.

use crate::figures::canvas::text_width;
use crate::figures::style::SMALL_PT;

/// A tick: where it stands, and what is written there.
pub type AxisTick = (f64, String);

/// The ticks, without the text of those that would run into a neighbour's; the last keeps its own. `place` gives millimetres
/// along the axis.
#[must_use]
pub fn spaced(mut ticks: Vec<AxisTick>, place: impl Fn(f64) -> f64) -> Vec<AxisTick> {
    let half = |text: &str| 0.5 * text_width(text, SMALL_PT);
    let end = ticks.last().map_or(f64::INFINITY, |(value, text)| place(*value) - half(text) - 1.0);
    let last = ticks.len().saturating_sub(1);
    let mut free = f64::NEG_INFINITY;
    for (value, text) in &mut ticks[..last] {
        let (from, to) = (place(*value) - half(text), place(*value) + half(text));
        if from < free || to > end {
            text.clear();
        } else {
            free = to + 1.0;
        }
    }
    ticks
}

/// How an axis maps values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AxisScale {
    /// Equal steps, from the first value to the second.
    Linear(f64, f64),
    /// Equal ratios, from the first value, which is positive, to the second.
    Log(f64, f64),
}

impl AxisScale {
    /// A linear scale that holds `values` with a little room, and `must` if it lies near or is asked for.
    #[must_use]
    pub fn around(values: impl IntoIterator<Item = f64>, must: Option<f64>) -> Self {
        let finite = values.into_iter().chain(must).filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        // Nothing, or nothing but zeros: an axis of one unit shows it as such.
        if low > high || (low == 0.0 && high == 0.0) {
            return Self::Linear(0.0, 1.0);
        }
        let span = if high > low { high - low } else { low.abs().max(1e-12) };
        let room = 0.06 * span;
        // An axis that starts at a bound given keeps it as its very edge.
        let bottom = if must == Some(low) { low } else { low - room };
        let top = if must == Some(high) && high > low { high } else { high + room };
        Self::Linear(bottom, top)
    }

    /// A logarithmic scale over a decade or more that holds the positive ones of `values` with a little room.
    #[must_use]
    pub fn decades(values: impl IntoIterator<Item = f64>) -> Self {
        let positive = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
        let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        if high <= 0.0 {
            return Self::Log(0.1, 1.0);
        }
        let (low, high) = (low.log10(), high.log10());
        let (bottom, top) = ((low - 0.2).max(low.floor()), (high + 0.2).min(high.ceil()));
        Self::Log(10_f64.powf(bottom), 10_f64.powf(top.max(bottom + 1.0)))
    }

    /// The ends of the axis.
    #[must_use]
    pub const fn ends(&self) -> (f64, f64) {
        match *self {
            Self::Linear(low, high) | Self::Log(low, high) => (low, high),
        }
    }

    /// Where `value` stands: 0 at the first end, 1 at the second, beyond them outside.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        match *self {
            Self::Linear(low, high) => (value - low) / (high - low),
            Self::Log(low, high) => (value.max(low * 1e-6) / low).ln() / (high / low).ln(),
        }
    }

    /// About `wanted` round ticks within the ends.
    #[must_use]
    pub fn ticks(&self, wanted: usize) -> Vec<AxisTick> {
        match *self {
            Self::Linear(low, high) => {
                let range = |wanted: usize| {
                    let step = round_step((high - low) / wanted as f64);
                    (step, (low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64)
                };
                let (mut step, mut first, mut last) = range(wanted.max(1));
                if last - first < 2 && wanted > 2 {
                    // One figure on an axis, or two, do not let a reader interpolate.
                    (step, first, last) = range(2 * wanted);
                }
                let decimals = decimals_of(step);
                // nothing is nothing, on every axis of a sheet, however fine the others are
                let text = |i: i64| if i == 0 { "0".to_owned() } else { number(i as f64 * step, decimals) };
                (first..=last).map(|i| (i as f64 * step, text(i))).collect()
            }
            Self::Log(low, high) => {
                let (first, last) = (low.log10().ceil() as i32, high.log10().floor() as i32);
                let every = ((last - first + 1).max(1) as usize).div_ceil(wanted.max(1));
                let mut ticks: Vec<AxisTick> =
                    (first..=last).step_by(every).map(|decade| (10_f64.powi(decade), power_of_ten(decade))).collect();
                if ticks.len() < 3 {
                    // Within a decade or two, powers of ten alone leave the reader without a second figure.
                    ticks = (first - 1..=last)
                        .flat_map(|decade| [1.0, 2.0, 5.0].map(|m| m * 10_f64.powi(decade)))
                        .filter(|value| (low * 0.999..=high * 1.001).contains(value))
                        .map(|value| (value, shortest(value)))
                        .collect();
                }
                ticks
            }
        }
    }

    /// Places of the minor ticks: 2 to 9 times each power of ten on a logarithmic axis, none on a linear one.
    #[must_use]
    pub fn minor_ticks(&self) -> Vec<f64> {
        match *self {
            Self::Linear(..) => Vec::new(),
            Self::Log(low, high) => {
                let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
                let all = decades.flat_map(|decade| (2..10).map(move |m| f64::from(m) * 10_f64.powi(decade)));
                all.filter(|value| (low..=high).contains(value)).collect()
            }
        }
    }
}

/// The next of 1, 2, 5 times a power of ten at or above `step`.
fn round_step(step: f64) -> f64 {
    let decade = 10_f64.powf(step.log10().floor());
    let mantissa = step / decade;
    decade * [1.0, 2.0, 5.0, 10.0].into_iter().find(|&round| mantissa <= round * 1.000_001).unwrap_or(10.0)
}

fn decimals_of(step: f64) -> usize {
    (-(step * 1.000_001).log10().floor()).max(0.0) as usize
}

/// A number as it is printed: a true minus sign, powers of ten where plain digits would be too many.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    let value = if value.abs() < 10_f64.powi(-(decimals as i32)) / 2.0 { 0.0 } else { value };
    if value == 0.0 && decimals > 4 {
        return "0".to_owned();
    }
    if value != 0.0 && (decimals > 4 || value.abs() >= 1e5) {
        let decade = value.abs().log10().floor() as i32;
        let mantissa = shortest(value / 10_f64.powi(decade));
        return match mantissa.as_str() {
            "1" => power_of_ten(decade),
            "−1" => format!("−{}", power_of_ten(decade)),
            _ => format!("{mantissa}×{}", power_of_ten(decade)),
        };
    }
    format!("{value:.decimals$}").replace('-', "−")
}

/// A count with its thousands set apart by thin spaces.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// The shortest text of a number with four significant digits.
#[must_use]
pub fn shortest(value: f64) -> String {
    let rounded: f64 = format!("{:.3e}", if value == 0.0 { 0.0 } else { value }).parse().unwrap_or(value);
    rounded.to_string().replace('-', "−")
}

fn power_of_ten(decade: i32) -> String {
    match decade {
        0 => "1".to_owned(),
        -2 => "0.01".to_owned(),
        -1 => "0.1".to_owned(),
        1 => "10".to_owned(),
        2 => "100".to_owned(),
        3 => "1000".to_owned(),
        _ => format!("10{}", superscript(decade)),
    }
}

fn superscript(value: i32) -> String {
    let digit = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => char::from_u32(u32::from('⁰') + c as u32 - u32::from('0')).unwrap_or(c),
    };
    value.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ticks_stay_within_the_axis_and_are_neither_too_few_nor_too_many(
            low in -1e6_f64..1e6, span in 1e-6_f64..1e6, wanted in 3_usize..8
        ) {
            let scale = AxisScale::Linear(low, low + span);
            let ticks = scale.ticks(wanted);
            prop_assert!((1..=2 * wanted + 1).contains(&ticks.len()), "{} ticks", ticks.len());
            for (value, _) in ticks {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&scale.share(value)));
            }
        }
    }

    #[test]
    fn numbers_are_printed_as_a_journal_prints_them() {
        assert_eq!(number(-0.5, 1), "−0.5");
        assert_eq!(number(-1e-12, 2), "0.00");
        assert_eq!(number(2e-7, 7), "2×10⁻⁷");
        assert_eq!(number(1e-20, 14), "0");
        assert_eq!([1_000, 25_000].map(grouped), ["1000", "25\u{2009}000"]);
        assert_eq!(number(150_000.0, 0), "1.5×10⁵");
        assert_eq!(AxisScale::Linear(0.0, 0.35).ticks(4)[..2], [(0.0, "0".to_owned()), (0.1, "0.1".to_owned())]);
        let decades: Vec<String> = AxisScale::Log(1e-3, 100.0).ticks(6).into_iter().map(|tick| tick.1).collect();
        assert_eq!(decades, ["10⁻³", "0.01", "0.1", "1", "10", "100"]);
    }

    #[test]
    fn ticks_that_have_no_room_lose_their_text_and_the_last_keeps_it() {
        let ticks: Vec<AxisTick> = [0.0, 1.0, 20.0, 21.0].map(|at| (at, format!("{at} d"))).to_vec();
        let texts: Vec<String> = spaced(ticks, |at| at).into_iter().map(|tick| tick.1).collect();
        assert_eq!(texts, ["0 d", "", "", "21 d"]);
    }

    #[test]
    fn a_scale_keeps_the_edge_that_was_asked_for() {
        let AxisScale::Linear(low, high) = AxisScale::around([0.2, 3.0], Some(0.0)) else { panic!("linear") };
        assert_eq!(low, 0.0);
        assert!(high > 3.0);
        let (bottom, top) = AxisScale::decades([0.03, 0.0, 90.0]).ends();
        assert!((0.01..0.03).contains(&bottom) && top > 90.0 && top <= 100.0);
    }
}
