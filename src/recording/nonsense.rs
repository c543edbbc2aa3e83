//! Values beyond the range in which their column makes sense, and what becomes of the run then.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::mechanisms::column::SoundRange;

/// What a value beyond the range in which its column makes sense does to the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Nonsense {
    /// It ends the run.
    #[default]
    Stop,
    /// It is recorded like any other, and the manifest says of which columns.
    Allow,
}

/// A column of the time series, as far as it can be told to make sense.
#[derive(Clone, Debug, PartialEq)]
pub struct SoundColumn {
    /// Its name.
    pub name: String,
    /// Where its values make sense.
    pub sound: SoundRange,
    /// Whether it is told relative to the baseline of its network.
    pub is_relative: bool,
}

/// The first value of a column that made no sense.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stray {
    /// When.
    pub time: Time,
    /// The value, as the column tells it; infinite where the reading was no number.
    pub value: f64,
}

/// Such values of one network, by the place of the column.
pub type Strays = BTreeMap<usize, Stray>;

/// The same of a whole run, as the manifest tells it: of one column, the earliest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeyondRange {
    /// The arm in which it was.
    pub arm: String,
    /// Its network.
    pub replicate: u32,
    /// Its virtual subject.
    pub subject: u32,
    /// When, in hours.
    pub time_h: f64,
    /// The value; null where the reading was no number.
    pub value: Option<f64>,
    /// In how many series the column left its range.
    pub series: u64,
}

/// Below this share of what is told as 1, single precision holds nothing: no column is relative to so little.
const LEAST_BASELINE: f64 = 1e-6;

/// The unit of a relative column whose mean over the last day of the burn-in is `baseline`. There is none where next to
/// nothing is left, as after a knock-out: quotients would tell rounding and no biology.
#[must_use]
pub fn relative_unit(baseline: f64) -> f64 {
    if baseline.abs() >= LEAST_BASELINE { baseline } else { f64::NAN }
}

/// Looks for what makes no sense in a row at `time`: NaN stands for no value. Relative columns are judged as the model
/// has them and, once `unit` knows by what they are divided, as they are told.
///
/// # Errors
/// [`Error::Nonsense`] with the first, if `policy` says so.
pub fn judge(
    columns: &[SoundColumn],
    values: impl Iterator<Item = (usize, f64)>,
    unit: impl Fn(usize) -> Option<f64>,
    time: Time,
    policy: Nonsense,
    strays: &mut Strays,
) -> Result<()> {
    for (place, value) in values.filter(|(_, value)| !value.is_nan()) {
        let column = &columns[place];
        let told = if column.is_relative { unit(place).map(|unit| value / unit) } else { None };
        let told = told.filter(|told| !told.is_nan());
        let Some(value) = [Some(value), told].into_iter().flatten().find(|&value| !column.sound.holds(value)) else {
            continue;
        };
        match policy {
            Nonsense::Stop => return Err(beyond(column, value, time)),
            Nonsense::Allow => {
                strays.entry(place).or_insert(Stray { time, value });
            }
        }
    }
    Ok(())
}

fn beyond(column: &SoundColumn, value: f64, time: Time) -> Error {
    let SoundColumn { name, sound: SoundRange { least, most }, .. } = column;
    let value = if value.is_finite() { format!("{value}") } else { "no number".to_owned() };
    Error::Nonsense {
        time_h: time.hours(),
        what: format!("column `{name}` is {value}; it makes sense from {least} to {most}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> [SoundColumn; 2] {
        let column = |name: &str, most, is_relative| SoundColumn {
            name: name.to_owned(),
            sound: SoundRange::within(0.0, most),
            is_relative,
        };
        [column("rate_pv_hz", 400.0, false), column("trkb", 100.0, true)]
    }

    fn judged(row: [f64; 2], unit: Option<f64>, policy: Nonsense) -> (Result<()>, Strays) {
        let mut strays = Strays::new();
        let values = row.into_iter().enumerate();
        let result = judge(&columns(), values, |_| unit, Time::HOUR, policy, &mut strays);
        (result, strays)
    }

    #[test]
    fn a_value_beyond_the_range_of_its_column_is_named_with_column_time_and_value() {
        let (result, _) = judged([530.0, 1.0], None, Nonsense::Stop);
        let error = result.unwrap_err();
        assert_eq!(error.exit_code(), 3);
        let text = error.to_string();
        for part in ["E301", "`rate_pv_hz`", "530", "t = 1.000 h", "from 0 to 400"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(judged([399.0, 99.0], Some(1.0), Nonsense::Stop).0.is_ok());
        assert!(judged([f64::NAN, f64::NAN], Some(1.0), Nonsense::Stop).0.is_ok(), "no value is no nonsense");
        let (result, _) = judged([1.0, f64::INFINITY], None, Nonsense::Stop);
        assert!(result.unwrap_err().to_string().contains("`trkb` is no number"));
    }

    /// What is 2 as the model has it is 200 beside a baseline of 0.01, and has no value beside none.
    #[test]
    fn a_relative_column_is_judged_as_it_is_told() {
        assert!(judged([0.0, 2.0], None, Nonsense::Stop).0.is_ok());
        assert!(judged([0.0, 2.0], Some(relative_unit(0.01)), Nonsense::Stop).0.is_err());
        assert!(judged([0.0, 2.0], Some(relative_unit(1e-44)), Nonsense::Stop).0.is_ok());
    }

    #[test]
    fn what_is_allowed_is_remembered_once() {
        let mut strays = Strays::new();
        for (hour, value) in [(1.0, 1.0), (2.0, 500.0), (3.0, 600.0)] {
            let values = [value, 1.0].into_iter().enumerate();
            judge(&columns(), values, |_| None, Time::from_hours(hour), Nonsense::Allow, &mut strays).unwrap();
        }
        assert_eq!(strays, [(0, Stray { time: Time::from_hours(2.0), value: 500.0 })].into());
    }
}
