//! resprout from Python: the extension module `resprout._native`, on which the package `resprout` stands.
//!
//! Here are no rules of the program, only its public interface in the idiom of Python: errors are exceptions, tables are
//! Arrow streams, work goes on without the interpreter. The package wraps it with types, docstrings and displays.

mod attend;
mod config;
mod errors;
mod network;
mod run;
mod simulator;
mod study;
mod table;
mod tables;

use pyo3::prelude::*;
use resprout::foundation::error::Error;
use resprout::foundation::time::Time;
use resprout::foundation::units::parse_time;
use resprout::recording::manifest::COMMIT;

/// A time such as "28 d" in hours.
#[pyfunction]
fn hours(py: Python<'_>, text: &str) -> PyResult<f64> {
    errors::guarded(py, None, || {
        let read = parse_time(text).map(Time::hours);
        read.map_err(|error| Error::Input(format!("error: `{text}`: {error}")))
    })
}

/// So many threads per processor are allowed, and so many on any machine, as on the command line.
const THREADS: (usize, usize) = (16, 64);

/// Threads to work on: those asked for, those that `RAYON_NUM_THREADS` names, or one per core.
#[pyfunction]
#[pyo3(signature = (asked = None))]
fn threads(py: Python<'_>, asked: Option<u64>) -> PyResult<usize> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let most = (THREADS.0 * processors).max(THREADS.1);
    let named = || std::env::var("RAYON_NUM_THREADS").ok()?.parse::<usize>().ok().filter(|count| *count > 0);
    let Some(asked) = asked else { return Ok(named().unwrap_or(processors).min(most)) };
    let count = usize::try_from(asked).ok().filter(|count| (1..=most).contains(count));
    errors::guarded(py, None, || {
        count.ok_or_else(|| Error::Input(format!("error: `threads` is {asked}: from 1 to {most} are accepted")))
    })
}

/// The messages of a report, in parts.
#[pyfunction]
fn fault_parts<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, pyo3::types::PyList>> {
    errors::fault_dicts(py, text, None)
}

/// Panics, so that what comes of a panic can be tested.
#[pyfunction]
fn panic(py: Python<'_>, what: String) -> PyResult<()> {
    errors::guarded(py, None, || panic!("{what}"))
}

/// Panics at long work.
#[pyfunction]
fn panic_at_work(py: Python<'_>, what: String) -> PyResult<()> {
    attend::attended(py, None, None, |_| panic!("{what}"))
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
    module.add("COMMIT", COMMIT)?;
    module.add_class::<config::Config>()?;
    module.add_class::<table::Table>()?;
    module.add_class::<network::Network>()?;
    module.add_function(wrap_pyfunction!(hours, module)?)?;
    module.add_function(wrap_pyfunction!(threads, module)?)?;
    module.add_function(wrap_pyfunction!(panic, module)?)?;
    module.add_function(wrap_pyfunction!(panic_at_work, module)?)?;
    module.add_function(wrap_pyfunction!(fault_parts, module)?)?;
    module.add_function(wrap_pyfunction!(run::run, module)?)?;
    module.add_function(wrap_pyfunction!(run::resume, module)?)?;
    module.add_class::<simulator::Simulator>()?;
    module.add_function(wrap_pyfunction!(study::sweep, module)?)?;
    module.add_function(wrap_pyfunction!(study::sensitivity, module)?)?;
    module.add_function(wrap_pyfunction!(study::trial, module)?)?;
    module.add_function(wrap_pyfunction!(study::validate, module)?)?;
    module.add_function(wrap_pyfunction!(tables::table, module)?)?;
    module.add_function(wrap_pyfunction!(tables::table_names, module)?)?;
    module.add_function(wrap_pyfunction!(tables::figure_table, module)?)?;
    module.add_function(wrap_pyfunction!(network::network, module)?)?;
    module.add_function(wrap_pyfunction!(network::network_times, module)?)?;
    Ok(())
}
