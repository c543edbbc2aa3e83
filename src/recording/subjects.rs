//! `subjects.csv`: who the virtual subjects are.

use std::io::Write;

use crate::anatomy::subject::Subject;
use crate::foundation::error::{Error, Result};

/// The columns, in order; scales are relative to the typical subject.
pub const COLUMNS: [&str; 10] = [
    "replicate",
    "subject",
    "weight_kg",
    "clearance_scale",
    "volume_scale",
    "bioavailability_scale",
    "stress_sensitivity",
    "baseline_inflammation",
    "expectancy_scale",
    "bdnf_genotype",
];

/// Writes one line for each of `subjects`: replicate, subject, covariates.
///
/// # Errors
/// [`Error::Run`] when `target` refuses.
pub fn write<W: Write>(target: W, subjects: impl IntoIterator<Item = (u32, u32, Subject)>) -> Result<()> {
    let refused = |error: csv::Error| Error::Run(format!("cannot write the subjects: {error}"));
    let mut csv = csv::Writer::from_writer(target);
    csv.write_record(COLUMNS).map_err(refused)?;
    for (replicate, index, subject) in subjects {
        let numbers = [
            subject.weight_kg,
            subject.clearance_scale,
            subject.volume_scale,
            subject.bioavailability_scale,
            subject.stress_sensitivity,
            subject.baseline_inflammation,
            subject.expectancy_scale,
        ];
        let mut line = vec![replicate.to_string(), index.to_string()];
        line.extend(numbers.iter().map(f64::to_string));
        line.push(subject.bdnf_genotype.name().to_owned());
        csv.write_record(line).map_err(refused)?;
    }
    csv.flush().map_err(|error| refused(error.into()))
}
