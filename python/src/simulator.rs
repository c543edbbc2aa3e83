//! A config as a function of numbers, for what infers, screens or searches.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use resprout::mechanisms::Cascade;
use resprout::studies::Simulator as Simulated;

use crate::attend::attended;
use crate::config::Config;
use crate::errors::guarded;

/// A config as a function: rows of parameters in, rows of outcomes out.
#[pyclass(frozen, module = "resprout._native")]
pub(crate) struct Simulator {
    of: Mutex<Simulated>,
    #[pyo3(get)]
    units: Vec<Option<String>>,
}

/// What was wrong with a point: which, its exit code and its message.
type Failure = (usize, u8, String);

/// Numbers of the machine's own order, as `numpy` hands them over.
fn rows(bytes: &[u8], width: usize) -> Vec<Vec<f64>> {
    let numbers: Vec<f64> = bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect();
    numbers.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
}

#[pymethods]
impl Simulator {
    #[new]
    fn new(py: Python<'_>, config: &Config, parameters: Vec<String>, outcomes: Vec<String>) -> PyResult<Self> {
        let edits = config.edits.clone();
        let of = guarded(py, Some(config.named()), || {
            Simulated::new(config.base(), &edits, &parameters, &outcomes, &Cascade::standard())
        })?;
        let units = of.parameters().map(|(_, unit)| unit.map(str::to_owned)).collect();
        Ok(Self { of: Mutex::new(of), units })
    }

    /// The outcomes at points that stand in `bytes` row by row, and what was wrong with those that failed.
    fn simulate<'py>(
        &self,
        py: Python<'py>,
        bytes: &[u8],
        threads: usize,
        told: Option<Py<PyAny>>,
    ) -> PyResult<(Bound<'py, PyBytes>, Vec<Failure>)> {
        let points = rows(bytes, self.units.len());
        let (told, failures) = attended(py, None, told.as_ref(), |attendant| {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            let width = of.outcomes().count();
            let (mut numbers, mut failures) = (Vec::new(), Vec::new());
            for (index, point) in of.simulate(&points, attendant, threads)?.into_iter().enumerate() {
                let values = point.unwrap_or_else(|failure| {
                    failures.push((index, failure.exit_code, failure.error));
                    vec![f64::NAN; width]
                });
                numbers.extend(values.into_iter().flat_map(f64::to_ne_bytes));
            }
            Ok((numbers, failures))
        })?;
        Ok((PyBytes::new(py, &told), failures))
    }
}
