//! `outcomes.csv`: what was observed of every network, in long form.
//!
//! One row per arm, replicate, subject and outcome. What headline figures are means of stands here network by network, and
//! with it the baselines to which columns are relative.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use super::cells;
use super::columns::OUTCOMES;
use crate::foundation::error::{Error, Result};

/// Writes the table. `described` are keys and units of the outcomes, in the order of the values of each row (arm,
/// replicate, subject, values).
///
/// # Errors
/// [`Error::Run`] when `target` refuses.
pub fn write<'a, W: Write>(
    target: W,
    described: &[(&str, &str)],
    rows: impl Iterator<Item = (&'a String, u32, u32, &'a Vec<f64>)>,
) -> Result<()> {
    let mut csv = csv::Writer::from_writer(target);
    csv.write_record(OUTCOMES.map(|column| column.name)).map_err(refused)?;
    for (arm, replicate, subject, values) in rows {
        let (replicate, subject) = (replicate.to_string(), subject.to_string());
        for ((key, unit), value) in described.iter().zip(values) {
            csv.write_record([arm, &replicate, &subject, *key, *unit, &cells::exact(*value)]).map_err(refused)?;
        }
    }
    csv.flush().map_err(|error| refused(error.into()))
}

fn refused(error: csv::Error) -> Error {
    Error::Run(format!("cannot write the outcomes: {error}"))
}

/// The outcomes of a run, as read back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// By outcome and arm, then by replicate and subject.
    values: BTreeMap<String, BTreeMap<String, BTreeMap<(u32, u32), f64>>>,
}

impl Outcomes {
    /// Reads `outcomes.csv`; `path` is named in errors.
    ///
    /// # Errors
    /// [`Error::Input`] if a line is damaged.
    pub fn read<R: Read>(source: R, path: &Path) -> Result<Self> {
        let wrong = |what: &dyn std::fmt::Display| Error::Input(format!("error: {}: {what}", path.display()));
        let mut outcomes = Self::default();
        for record in csv::Reader::from_reader(source).into_deserialize::<(String, u32, u32, String, String, f64)>() {
            let (arm, replicate, subject, outcome, _, value) = record.map_err(|error| wrong(&error))?;
            outcomes.insert(&arm, (replicate, subject), &outcome, value);
        }
        Ok(outcomes)
    }

    /// Takes in one outcome of a `network`: replicate and subject.
    pub fn insert(&mut self, arm: &str, network: (u32, u32), outcome: &str, value: f64) {
        let of_outcome = self.values.entry(outcome.to_owned()).or_default();
        of_outcome.entry(arm.to_owned()).or_default().insert(network, value);
    }

    /// The `outcome` of one network in one arm; NaN if there is none.
    #[must_use]
    pub fn get(&self, arm: &str, network: (u32, u32), outcome: &str) -> f64 {
        self.of_arm(arm, outcome).and_then(|values| values.get(&network)).copied().unwrap_or(f64::NAN)
    }

    /// The `outcome` of every network in one arm, by replicate and subject; none if it was not observed.
    #[must_use]
    pub fn of_arm(&self, arm: &str, outcome: &str) -> Option<&BTreeMap<(u32, u32), f64>> {
        self.values.get(outcome)?.get(arm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_back_to_the_last_bit() {
        let (arm, values) = ("single, 0.5 mg/kg".to_owned(), vec![0.1 + 0.2, f64::NAN, 3.0]);
        let described = [("a", "1/d"), ("b", "× baseline"), ("c", "points")];
        let mut bytes = Vec::new();
        write(&mut bytes, &described, [(&arm, 2, 7, &values)].into_iter()).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(text.lines().nth(3), Some("\"single, 0.5 mg/kg\",2,7,c,points,3.0"));
        let back = Outcomes::read(bytes.as_slice(), Path::new("outcomes.csv")).unwrap();
        for ((key, _), value) in described.iter().zip(values) {
            assert_eq!(back.get(&arm, (2, 7), key).to_bits(), value.to_bits());
        }
        assert!(back.get(&arm, (0, 0), "a").is_nan() && back.of_arm("vehicle", "a").is_none());
    }

    #[test]
    fn a_damaged_line_is_refused_and_the_file_named() {
        let text = "arm,replicate,subject,outcome,unit,value\nvehicle,0,0,a,1/d,high\n";
        let error = Outcomes::read(text.as_bytes(), Path::new("run/outcomes.csv")).unwrap_err().to_string();
        assert!(error.contains("run/outcomes.csv") && error.contains("line: 2"), "{error}");
    }
}
