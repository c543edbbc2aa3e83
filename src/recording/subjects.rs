//! `subjects.csv`: who the virtual subjects are.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use super::cells;
use super::columns::SUBJECTS;
use crate::anatomy::subject::Subject;
use crate::foundation::error::{Error, Result};

/// The covariates of subjects, as read back; a cell that is no number is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Covariates {
    columns: Vec<String>,
    rows: BTreeMap<(u32, u32), Vec<f64>>,
}

impl Covariates {
    /// Reads `subjects.csv`; `path` is named in errors.
    ///
    /// # Errors
    /// [`Error::Input`] if a line is damaged or names no subject.
    pub fn read<R: Read>(source: R, path: &Path) -> Result<Self> {
        let wrong = |what: String| Error::Input(format!("error: {}: {what}", path.display()));
        let mut reader = csv::Reader::from_reader(source);
        let columns: Vec<String> =
            reader.headers().map_err(|error| wrong(error.to_string()))?.iter().map(str::to_owned).collect();
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| wrong(error.to_string()))?;
            let index = |name: &str| {
                let place = columns.iter().position(|column| column == name);
                place
                    .and_then(|place| record.get(place)?.parse().ok())
                    .ok_or_else(|| wrong(format!("a line has no `{name}`")))
            };
            let key = (index("replicate")?, index("subject")?);
            rows.insert(key, record.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect());
        }
        Ok(Self { columns, rows })
    }

    /// What `column` says of a subject; NaN if it says nothing.
    #[must_use]
    pub fn get(&self, column: &str, replicate: u32, subject: u32) -> f64 {
        let place = self.columns.iter().position(|name| name == column);
        let row = self.rows.get(&(replicate, subject));
        place.zip(row).and_then(|(place, row)| row.get(place)).copied().unwrap_or(f64::NAN)
    }
}

/// Writes one line for each of `subjects`: replicate, subject, covariates.
///
/// # Errors
/// [`Error::Run`] when `target` refuses.
pub fn write<W: Write>(target: W, subjects: impl IntoIterator<Item = (u32, u32, Subject)>) -> Result<()> {
    let refused = |error: csv::Error| Error::Run(format!("cannot write the subjects: {error}"));
    let mut csv = csv::Writer::from_writer(target);
    csv.write_record(SUBJECTS.map(|column| column.name)).map_err(refused)?;
    for (replicate, index, subject) in subjects {
        let numbers = [
            subject.weight_kg,
            subject.clearance_scale,
            subject.volume_scale,
            subject.bioavailability_scale,
            subject.stress_sensitivity,
            subject.baseline_inflammation,
            subject.expectancy_scale,
            subject.secretion_scale,
            subject.pressor_scale,
            subject.circuit_share,
        ];
        let mut line = vec![replicate.to_string(), index.to_string()];
        line.extend(numbers.map(cells::exact));
        line.push(subject.bdnf_genotype.name().to_owned());
        csv.write_record(line).map_err(refused)?;
    }
    csv.flush().map_err(|error| refused(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_of_subjects_is_read_back() {
        let subject = Subject { baseline_inflammation: 2.5, ..Subject::default() };
        let mut text = Vec::new();
        write(&mut text, [(0, 0, Subject::default()), (1, 3, subject)]).unwrap();
        let read = Covariates::read(&text[..], Path::new("subjects.csv")).unwrap();
        assert_eq!(read.get("baseline_inflammation", 1, 3), 2.5);
        assert!(read.get("bdnf_genotype", 1, 3).is_nan() && read.get("baseline_inflammation", 1, 2).is_nan());
        let error = Covariates::read(&b"replicate,subject\n0,x\n"[..], Path::new("subjects.csv")).unwrap_err();
        assert!(error.to_string().contains("`subject`"), "{error}");
    }
}
