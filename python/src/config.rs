//! A config that was read and checked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use resprout::configuration::estimate::Estimate;
use resprout::configuration::{BaseConfig, Experiment, Loaded};
use resprout::mechanisms::Cascade;

use crate::errors::{fault_dicts, guarded};

/// A config that was read and checked, with what it was read from.
#[pyclass(frozen, module = "resprout._native")]
pub(crate) struct Config {
    pub(crate) experiment: Experiment,
    remarks: String,
    #[pyo3(get)]
    name: String,
    #[pyo3(get)]
    text: String,
    #[pyo3(get)]
    pub(crate) edits: Vec<String>,
    #[pyo3(get)]
    files: BTreeMap<String, String>,
}

impl Config {
    fn read(
        py: Python<'_>,
        name: String,
        edits: Vec<String>,
        base: impl FnOnce(&str) -> resprout::foundation::error::Result<BaseConfig> + Send,
        text: Option<&str>,
    ) -> PyResult<Self> {
        let named = text.map(|text| (name.as_str(), text));
        let (base, loaded) = guarded(py, named, || {
            let base = base(&name)?;
            let loaded = base.with(&edits, &Cascade::standard())?;
            Ok((base, loaded))
        })?;
        let Loaded { experiment, remarks } = loaded;
        let (text, files) = (base.text().to_owned(), base.files());
        Ok(Self { experiment, remarks: remarks.to_string(), name, text, edits, files })
    }

    /// What there is to say about it, line by line, as the log of a run has it.
    pub(crate) fn remarks(&self) -> &str {
        &self.remarks
    }

    /// A base from which other configs are made.
    pub(crate) fn base(&self) -> BaseConfig {
        BaseConfig::held(&self.name, self.text.clone(), self.files.clone())
    }

    /// By what name messages call its text.
    pub(crate) fn named(&self) -> (&str, &str) {
        (&self.name, &self.text)
    }
}

#[pymethods]
impl Config {
    /// The config in a file, after `edits`.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf, edits: Vec<String>) -> PyResult<Self> {
        Self::read(py, path.display().to_string(), edits, move |_| BaseConfig::open(&path), None)
    }

    /// A config in memory, whose files are below `folder`.
    #[staticmethod]
    fn stated(py: Python<'_>, name: String, text: String, folder: PathBuf, edits: Vec<String>) -> PyResult<Self> {
        let shown = text.clone();
        Self::read(py, name, edits, move |name| Ok(BaseConfig::stated(name, text, &folder)), Some(&shown))
    }

    /// A config in memory, with its files.
    #[staticmethod]
    fn held(
        py: Python<'_>,
        name: String,
        text: String,
        files: BTreeMap<String, String>,
        edits: Vec<String>,
    ) -> PyResult<Self> {
        let shown = text.clone();
        Self::read(py, name, edits, move |name| Ok(BaseConfig::held(name, text, files)), Some(&shown))
    }

    /// The experiment with everything written out, as TOML.
    fn resolved(&self) -> String {
        self.experiment.to_resolved_toml()
    }

    #[getter]
    fn title(&self) -> &str {
        &self.experiment.title
    }

    #[getter]
    fn question(&self) -> &str {
        &self.experiment.question
    }

    #[getter]
    fn arms(&self) -> Vec<&str> {
        self.experiment.arms.iter().map(|arm| arm.name.as_str()).collect()
    }

    #[getter]
    fn hash(&self) -> String {
        self.experiment.hash()
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.experiment.run.seed
    }

    #[getter]
    fn networks(&self) -> u64 {
        self.experiment.networks()
    }

    /// Warnings and notes, as they are printed.
    #[getter]
    fn remarks_text(&self) -> &str {
        &self.remarks
    }

    /// Warnings and notes, in parts.
    fn remark_parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        fault_dicts(py, &self.remarks, Some(self.named()))
    }

    /// What a run would take.
    fn estimate<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let estimate = guarded(py, None, || Ok(Estimate::of(&self.experiment)))?;
        let told = PyDict::new(py);
        told.set_item("synapses", estimate.synapses)?;
        told.set_item("ticks", estimate.ticks)?;
        told.set_item("memory_bytes", estimate.least_memory_bytes)?;
        told.set_item("disk_bytes", estimate.disk_bytes)?;
        told.set_item("processor_s", estimate.processor_s)?;
        Ok(told)
    }
}
