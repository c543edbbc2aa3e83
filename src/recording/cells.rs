//! Numbers as cells of a table: every reader takes a column of them for floats, whatever its values.
//!
//! A float has a decimal point or an exponent, so that no column of whole numbers passes for integers, and a missing one is
//! `NaN`: an empty cell would make text of a column that begins with it.

use std::fmt::Write as _;

/// The shortest text that reads back as the same number.
#[must_use]
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// Appends `value` with nine significant digits at most.
pub fn write_number(text: &mut String, value: f64) {
    if value.is_nan() {
        text.push_str("NaN");
        return;
    }
    // Through the decimal text of nine digits and back: the shortest form of that number follows.
    let rounded = format!("{value:.8e}").parse().unwrap_or(value);
    // there is no zero below zero in a table; a String takes every write
    let _ = write!(text, "{:?}", if rounded == 0.0 { 0.0 } else { rounded });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_told_from_an_integer_and_a_missing_one_is_nan() {
        let written = |value| {
            let mut text = String::new();
            write_number(&mut text, value);
            text
        };
        let values = [1.0, -0.0, f64::NAN, 1.0 / 3.0, 1e-7, 3e20, -100.0];
        assert_eq!(values.map(written), ["1.0", "0.0", "NaN", "0.333333333", "1e-7", "3e20", "-100.0"]);
        assert_eq!(exact(0.1 + 0.2), "0.30000000000000004");
        assert_eq!([exact(2.0), exact(f64::NAN)], ["2.0", "NaN"]);
    }
}
