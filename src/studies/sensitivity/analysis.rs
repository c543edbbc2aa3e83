//! From the table of a study to the indices of its outcomes.

use std::collections::BTreeMap;
use std::io::Write;

use super::index::{DesignOutputs, SensitivityIndex};
use super::{factorial, morris, sobol};
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::recording::cells;
use crate::recording::columns::SENSITIVITY;
use crate::recording::study_table::{FactorColumn, FactorLevels, StudyTable};
use crate::studies::statement::Method;

/// The indices of one outcome in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeSensitivity {
    /// The outcome.
    pub outcome: String,
    /// The arm.
    pub arm: String,
    /// The unit of the outcome.
    pub unit: String,
    /// What was found, factor by factor.
    pub indices: Vec<SensitivityIndex>,
}

/// What an analysis came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The indices of every outcome and arm that could be analysed.
    pub found: Vec<OutcomeSensitivity>,
    /// What there is to say of the others.
    pub left_out: Vec<Diagnostic>,
}

/// The indices of every outcome and arm of a study whose points were chosen by `method`.
///
/// # Errors
/// [`Error::Input`] if no analysis belongs to the method, or if too little of the design is there for any outcome.
pub fn analyse(table: &StudyTable, method: Method) -> Result<Analysis> {
    let refuse = |fault: Diagnostic| Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()));
    let factors: Vec<(String, Vec<f64>)> = table.factors.iter().map(numbers).collect();
    let points = factors.first().map_or(0, |(_, values)| values.len());
    let mut groups: Vec<(&str, &str, &str)> = Vec::new();
    let mut values: BTreeMap<(usize, usize), BTreeMap<(i64, i64), f64>> = BTreeMap::new();
    for row in &table.rows {
        let key = (row.outcome.as_str(), row.arm.as_str(), row.unit.as_str());
        let place = groups.iter().position(|known| *known == key).unwrap_or_else(|| {
            groups.push(key);
            groups.len() - 1
        });
        values.entry((place, row.point)).or_default().insert((row.replicate, row.subject), row.value);
    }
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for (place, (outcome, arm, unit)) in groups.into_iter().enumerate() {
        let networks =
            (0..points).filter_map(|point| values.get(&(place, point))).map(BTreeMap::len).max().unwrap_or(0);
        let of_point = |point| match values.get(&(place, point)) {
            Some(of) if of.len() == networks => of.values().copied().collect(),
            _ => vec![f64::NAN; networks],
        };
        let outputs = DesignOutputs { values: (0..points).map(of_point).collect(), factors: factors.clone() };
        let indices = match method {
            Method::Saltelli => sobol::indices(&outputs),
            Method::Morris => morris::indices(&outputs, morris::LEVELS),
            Method::Grid => factorial::indices(&outputs),
            other => {
                let name: &str = other.into();
                let fault =
                    Diagnostic::new(&codes::STUDY_DESIGN, format!("a `{name}` design has no sensitivity analysis"));
                return refuse(fault.help("choose `saltelli`, `morris` or `grid`"));
            }
        };
        match indices {
            Ok(indices) => {
                found.push(OutcomeSensitivity { outcome: outcome.into(), arm: arm.into(), unit: unit.into(), indices });
            }
            Err(fault) if *fault.code == codes::DESIGN_GAPS => gaps.push((outcome, arm, fault)),
            Err(fault) => return refuse(fault),
        }
    }
    if let Some((.., fault)) = gaps.first().filter(|_| found.is_empty()) {
        return refuse(fault.clone());
    }
    let left_out = gaps.iter().map(|(outcome, arm, fault)| {
        let of = if arm.is_empty() { String::new() } else { format!(" of `{arm}`") };
        Diagnostic::new(&codes::NOT_ANALYSED, format!("`{outcome}`{of}: {}", fault.label))
    });
    Ok(Analysis { left_out: left_out.collect(), found })
}

/// A factor as numbers: texts by their place in order of appearance.
fn numbers(factor: &FactorColumn) -> (String, Vec<f64>) {
    let values = match &factor.levels {
        FactorLevels::Numbers(values) => values.clone(),
        FactorLevels::Texts(texts) => {
            let mut seen: Vec<&str> = Vec::new();
            let mut place = |text| {
                seen.iter().position(|known| *known == text).unwrap_or_else(|| {
                    seen.push(text);
                    seen.len() - 1
                })
            };
            texts.iter().map(|text| place(text.as_str()) as f64).collect()
        }
    };
    (factor.name.clone(), values)
}

/// Writes `sensitivity.csv`.
///
/// # Errors
/// [`Error::Run`] when `target` refuses.
pub fn write<W: Write>(target: W, found: &[OutcomeSensitivity]) -> Result<()> {
    let refused = |error: csv::Error| Error::Run(format!("cannot write the table of indices: {error}"));
    let mut csv = csv::Writer::from_writer(target);
    csv.write_record(SENSITIVITY.map(|column| column.name)).map_err(refused)?;
    for OutcomeSensitivity { outcome, arm, unit, indices } in found {
        for SensitivityIndex { factor, index, n, value, low, high } in indices {
            let factor = if factor.is_empty() { OF_ALL_FACTORS } else { factor };
            // effects have the unit of the outcome, shares have none
            let unit = if morris::NAMES.contains(index) { unit } else { "1" };
            let numbers = [value, low, high].map(|value| cells::exact(*value));
            let [value, low, high] = &numbers;
            csv.write_record([outcome, arm, factor, index, unit, &n.to_string(), value, low, high]).map_err(refused)?;
        }
    }
    csv.flush().map_err(|error| refused(error.into()))
}

/// What stands in the column of factors where an index concerns all of them.
pub const OF_ALL_FACTORS: &str = "all";
