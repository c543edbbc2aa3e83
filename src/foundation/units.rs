//! Quantities as people write them: a number and a unit, such as `0.5 mg/kg` or `3 /um2`.
//!
//! A unit is a product of powers of the symbols in one table (`units/symbols.rs`), each with an SI prefix where that is
//! customary. Conversion checks the dimension and is exact to the last bit wherever decimal prefixes
//! or whole minutes, hours and days are all that separates the two units: powers of ten are carried as
//! exponents and applied by one multiplication or division.

use std::fmt;
use std::str::FromStr;

use crate::foundation::time::Time;

mod symbols;

use symbols::{Dimension, NAMED_DIMENSIONS, PURE, look_up, nearest_symbol};

/// A unit: its text, its dimension and its size.
#[derive(Clone, Debug)]
pub struct Unit {
    text: String,
    mantissa: f64,
    decade: i32,
    dimension: Dimension,
    /// Made of nothing but `1` and `%`. A ratio of like quantities (`mg/kg`) is not.
    pure: bool,
}

impl Unit {
    /// The unit of pure numbers.
    #[must_use]
    pub fn one() -> Self {
        Self { text: "1".to_owned(), mantissa: 1.0, decade: 0, dimension: PURE, pure: true }
    }

    /// The unit as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether quantities can be converted between the two units.
    #[must_use]
    pub fn is_convertible_to(&self, other: &Self) -> bool {
        self.dimension == other.dimension && self.pure == other.pure
    }

    /// The dimension in words, such as `a time`, with the unit itself where it has no name.
    #[must_use]
    pub fn dimension(&self) -> String {
        if self.dimension == PURE && !self.pure {
            return "a ratio of masses or of other like quantities".to_owned();
        }
        NAMED_DIMENSIONS
            .iter()
            .find(|(_, dimension)| *dimension == self.dimension)
            .map_or_else(|| format!("a quantity in `{}`", self.text), |(name, _)| (*name).to_owned())
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::one());
        }
        let mut reader = UnitReader { rest: text, unit: Self::one(), empty: true };
        reader.read_product(1, 0)?;
        if !reader.rest.is_empty() {
            return Err(UnitError::Malformed { found: text.to_owned() });
        }
        Ok(Self { text: text.to_owned(), ..reader.unit })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads a unit from left to right, as a person does: `a/b/c` is a/(b·c).
struct UnitReader<'a> {
    rest: &'a str,
    unit: Unit,
    empty: bool,
}

impl UnitReader<'_> {
    fn read_product(&mut self, outer_sign: i32, depth: u32) -> Result<(), UnitError> {
        let malformed = |rest: &str| Err(UnitError::Malformed { found: rest.to_owned() });
        let mut first = true;
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with(')') {
                return if first { malformed(self.rest) } else { Ok(()) };
            }
            let mut sign = outer_sign;
            if let Some(rest) = self.rest.strip_prefix('/') {
                sign = -outer_sign;
                self.rest = rest.trim_start();
            } else if let Some(rest) = self.rest.strip_prefix(['*', '·', '.']) {
                if first {
                    return malformed(self.rest);
                }
                self.rest = rest.trim_start();
            }
            first = false;
            if let Some(rest) = self.rest.strip_prefix('(') {
                if depth == 8 {
                    return malformed(self.rest);
                }
                self.rest = rest;
                self.read_product(sign, depth + 1)?;
                match self.rest.strip_prefix(')') {
                    Some(rest) => self.rest = rest,
                    None => return malformed("("),
                }
            } else {
                self.read_power(sign)?;
            }
        }
    }

    fn read_power(&mut self, sign: i32) -> Result<(), UnitError> {
        let end = self.rest.find(|c: char| !c.is_alphabetic() && c != '%').unwrap_or(self.rest.len());
        let name = if end == 0 && self.rest.starts_with('1') { "1" } else { &self.rest[..end] };
        if name.is_empty() {
            return Err(UnitError::Malformed { found: self.rest.to_owned() });
        }
        let (prefix_decade, symbol) = look_up(name)
            .ok_or_else(|| UnitError::UnknownUnit { found: name.to_owned(), nearest: nearest_symbol(name) })?;
        self.rest = &self.rest[name.len()..];
        let power = sign * self.read_exponent()?;
        self.unit.mantissa *= symbol.mantissa.powi(power);
        self.unit.decade += power * (symbol.decade + prefix_decade);
        for (total, exponent) in self.unit.dimension.iter_mut().zip(symbol.dimension) {
            *total += power * exponent;
        }
        self.unit.pure = if self.empty { symbol.dimension == PURE } else { self.unit.pure && symbol.dimension == PURE };
        self.empty = false;
        Ok(())
    }

    /// `2`, `^2`, `^-1`, `-1`, `²`, `⁻¹`; one if there is none.
    fn read_exponent(&mut self) -> Result<i32, UnitError> {
        const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        let mut digits = String::new();
        let mut taken = 0;
        for (at, c) in self.rest.char_indices() {
            match c {
                '^' if at == 0 => {}
                '-' | '−' | '⁻' if digits.is_empty() => digits.push('-'),
                '0'..='9' => digits.push(c),
                _ => match RAISED.chars().position(|raised| raised == c) {
                    Some(digit) => digits.push_str(&digit.to_string()),
                    None => break,
                },
            }
            taken = at + c.len_utf8();
        }
        if taken == 0 {
            return Ok(1);
        }
        let written = &self.rest[..taken];
        let exponent = digits
            .parse::<i32>()
            .ok()
            .filter(|exponent| exponent.abs() <= 9)
            .ok_or_else(|| UnitError::Malformed { found: written.to_owned() })?;
        self.rest = &self.rest[taken..];
        Ok(exponent)
    }
}

/// A number with its unit.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The number, in [`Quantity::unit`].
    pub value: f64,
    /// The unit.
    pub unit: Unit,
}

impl Quantity {
    /// The value in another unit of the same dimension.
    ///
    /// # Errors
    /// [`UnitError::WrongDimension`] or [`UnitError::MissingUnit`].
    pub fn to(&self, unit: &Unit) -> Result<f64, UnitError> {
        if !self.unit.is_convertible_to(unit) {
            return Err(self.refusal(std::slice::from_ref(unit)));
        }
        let mut mantissa = self.value;
        if self.unit.mantissa > unit.mantissa {
            mantissa *= self.unit.mantissa / unit.mantissa;
        } else {
            mantissa /= unit.mantissa / self.unit.mantissa;
        }
        let decade = self.unit.decade - unit.decade;
        let power_of_ten = 10.0_f64.powi(decade.abs());
        Ok(if decade >= 0 { mantissa * power_of_ten } else { mantissa / power_of_ten })
    }
}

impl Quantity {
    /// The value in the first of `units` that measures the same, and the index of that unit.
    ///
    /// # Errors
    /// [`UnitError::WrongDimension`] or [`UnitError::MissingUnit`], which name all of them.
    pub fn to_one_of(&self, units: &[Unit]) -> Result<(f64, usize), UnitError> {
        let found = units.iter().enumerate().find_map(|(index, unit)| Some((self.to(unit).ok()?, index)));
        found.ok_or_else(|| self.refusal(units))
    }

    /// Why this is a quantity of none of `units`.
    fn refusal(&self, units: &[Unit]) -> UnitError {
        let expected = |example: &dyn Fn(&Unit) -> String| {
            let each = units.iter().map(|unit| format!("{}, {}", unit.dimension(), example(unit)));
            each.collect::<Vec<_>>().join(", or ")
        };
        if self.unit.pure {
            let found = format!("{}", self.value);
            UnitError::MissingUnit { expected: expected(&|unit| format!("such as `{found} {unit}`")), found }
        } else {
            UnitError::WrongDimension {
                found: self.unit.text.clone(),
                found_dimension: self.unit.dimension(),
                expected: expected(&|unit| format!("in `{unit}`")),
            }
        }
    }
}

impl FromStr for Quantity {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        let end = number_length(text);
        let malformed = || UnitError::NotAQuantity { found: text.to_owned() };
        if let Some(rest) = text[end..].strip_prefix(',')
            && end > 0
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            return Err(UnitError::Comma { found: text.to_owned() });
        }
        let number = &text[..end];
        let neighbours = |at: usize| (number[..at].chars().next_back(), number[at + 1..].chars().next());
        let between_digits = |pair: (Option<char>, Option<char>)| matches!(pair, (Some(before), Some(after)) if before.is_ascii_digit() && after.is_ascii_digit());
        if number.match_indices('_').any(|(at, _)| !between_digits(neighbours(at))) {
            return Err(malformed());
        }
        let value: f64 = number.replace('_', "").replace('−', "-").parse().map_err(|_| malformed())?;
        if !value.is_finite() {
            return Err(malformed());
        }
        Ok(Self { value, unit: text[end..].parse()? })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unit.text == "1" { write!(f, "{}", self.value) } else { write!(f, "{} {}", self.value, self.unit) }
    }
}

/// Bytes of `text` that belong to the number at its beginning.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        text[from..].find(|c: char| !c.is_ascii_digit() && c != '_').map_or(text.len(), |offset| from + offset)
    };
    let mut end = ['-', '+', '−'].iter().find(|sign| text.starts_with(**sign)).map_or(0, |sign| sign.len_utf8());
    end = digits(end);
    if text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['-', '+']));
        if text[end + 1 + sign..].starts_with(|c: char| c.is_ascii_digit()) {
            end = digits(end + 1 + sign);
        }
    }
    end
}

/// Why a text is not a quantity of the expected unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// The text does not begin with a number.
    #[error("`{found}` is not a number with a unit")]
    NotAQuantity {
        /// The text.
        found: String,
    },
    /// The unit is not a product of powers.
    #[error("`{found}` is not a unit: write products and quotients of powers, such as `mg/kg`, `um2` or `/uM/s`")]
    Malformed {
        /// The part that could not be read.
        found: String,
    },
    /// A symbol that is not in the table.
    #[error("unknown unit `{found}`{}", nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    UnknownUnit {
        /// The symbol.
        found: String,
        /// The symbol most like it.
        nearest: Option<String>,
    },
    /// A comma within a number.
    #[error("`{found}` has a comma in its number: the decimal mark is a point, and thousands are set apart by `_`")]
    Comma {
        /// The text.
        found: String,
    },
    /// A bare number where a unit is needed.
    #[error("`{found}` has no unit; expected {expected}")]
    MissingUnit {
        /// The number.
        found: String,
        /// The dimensions expected, in words, with an example each.
        expected: String,
    },
    /// A unit of another dimension.
    #[error("`{found}` is {found_dimension}; expected {expected}")]
    WrongDimension {
        /// The unit found.
        found: String,
        /// Its dimension, in words.
        found_dimension: String,
        /// The dimensions expected, in words, with a unit each.
        expected: String,
    },
}

/// The value of the quantity `text` in `to_unit`.
///
/// ```
/// use resprout::foundation::units::convert;
/// assert_eq!(convert("40 min", "h"), Ok(40.0 / 60.0));
/// assert_eq!(convert("0.5 mg/kg", "ug/kg"), Ok(500.0));
/// assert_eq!(convert("90_000 /mm3", "/um3"), Ok(9e-5));
/// assert!(convert("40 mg", "h").is_err_and(|error| error.to_string().contains("expected a time")));
/// ```
///
/// # Errors
/// Where `text` is no quantity, or one of another dimension; or where `to_unit` is no unit.
pub fn convert(text: &str, to_unit: &str) -> Result<f64, UnitError> {
    text.parse::<Quantity>()?.to(&to_unit.parse()?)
}

/// The duration or instant that `text` states, rounded to whole milliseconds.
///
/// # Errors
/// As [`convert`].
pub fn parse_time(text: &str) -> Result<Time, UnitError> {
    let quantity: Quantity = text.parse()?;
    match quantity.to(&"s".parse()?) {
        Ok(seconds) => Ok(Time::from_milliseconds((seconds * 1_000.0).round() as i64)),
        // protocols are written in hours: whoever left the unit out did not mean seconds
        Err(_) => Err(quantity.refusal(&["h".parse()?])),
    }
}

/// `time` in the largest unit of which it is a whole number; [`parse_time`] reads it back exactly.
#[must_use]
pub fn format_time(time: Time) -> String {
    let ms = time.milliseconds();
    let (unit, length) = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)]
        .into_iter()
        .find(|(_, length)| ms % length == 0)
        .unwrap_or(("ms", 1));
    format!("{} {unit}", ms / length)
}

#[cfg(test)]
mod tests;
