//! The network at one instant, as columns.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{Float32Array, UInt32Array};
use pyo3::prelude::*;
use resprout::foundation::diagnostics::{Diagnostic, Report, codes, nearest};
use resprout::foundation::error::{Error, Result};
use resprout::foundation::time::Time;
use resprout::foundation::units::format_time;
use resprout::recording::network::{NetworkSnapshot, SynapseTable};
use resprout::recording::run_folder::RunFolder;

use crate::errors::guarded;
use crate::table::{Columns, Described, Table};

fn described(unit: &str, meaning: &str) -> Described {
    Described { unit: unit.to_owned(), meaning: meaning.to_owned() }
}

fn refuse(label: String, hint: String) -> Error {
    let fault = Diagnostic::new(&codes::NO_SUCH_TOPIC, label).help(hint);
    Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
}

/// The network of one arm at one instant.
#[pyclass(frozen, module = "resprout._native")]
pub(crate) struct Network {
    snapshot: NetworkSnapshot,
    #[pyo3(get)]
    arm: String,
    #[pyo3(get)]
    replicate: u32,
    #[pyo3(get)]
    time_h: f64,
}

/// The snapshot of `arm` and `replicate` at `hours`; the first kept one if none is named.
#[pyfunction]
pub(crate) fn network(py: Python<'_>, folder: PathBuf, arm: String, replicate: u32, hours: f64) -> PyResult<Network> {
    guarded(py, None, || {
        let run = RunFolder::open(&folder)?;
        let at = Time::from_hours(hours);
        let Some(id) = run.find_snapshot(&arm, replicate, at) else {
            let kept: Vec<String> = run
                .snapshot_times(&arm, replicate)
                .into_iter()
                .map(|time| format!("`{}`", format_time(time)))
                .collect();
            let hint = if kept.is_empty() {
                "`record.network_at` says when networks are kept, and this run kept none of this arm and replicate"
                    .to_owned()
            } else {
                format!("kept at {}; `record.network_at` says when networks are kept", kept.join(", "))
            };
            let label = format!("no network of arm `{arm}`, replicate {replicate} was kept at `{}`", format_time(at));
            return Err(refuse(label, hint));
        };
        let snapshot = run.snapshot(id)?;
        Ok(Network { snapshot, arm: id.arm.clone(), replicate, time_h: id.time.hours() })
    })
}

/// When networks of `arm` and `replicate` were kept, in hours.
#[pyfunction]
pub(crate) fn network_times(py: Python<'_>, folder: PathBuf, arm: String, replicate: u32) -> PyResult<Vec<f64>> {
    guarded(py, None, || {
        let times = RunFolder::open(&folder)?.snapshot_times(&arm, replicate);
        Ok(times.into_iter().map(Time::hours).collect())
    })
}

impl Network {
    /// Which neurons belong to the population called `name`.
    fn members(&self, name: &str) -> Result<Vec<bool>> {
        let neurons = &self.snapshot.neurons;
        let Some(index) = neurons.populations.iter().position(|known| known == name) else {
            let known = || neurons.populations.iter().map(String::as_str);
            let near = nearest(name, known()).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("populations: {}", known().collect::<Vec<_>>().join(", ")));
            return Err(refuse(format!("no population is called `{name}`"), hint));
        };
        Ok(neurons.population.iter().map(|&of| usize::from(of) == index).collect())
    }
}

fn synapses(rows: SynapseTable) -> Result<Table> {
    let SynapseTable { post, pre, size, mature, tagged, born_h } = rows;
    let mut columns = Columns::default();
    let neuron = |side: &str| described("index", &format!("{side} neuron, by its row in the table of neurons"));
    columns.push("source", &neuron("presynaptic"), Arc::new(UInt32Array::from(pre)));
    columns.push("target", &neuron("postsynaptic"), Arc::new(UInt32Array::from(post)));
    columns.push("size", &described("1", "size in the model's arbitrary units"), Arc::new(Float32Array::from(size)));
    columns.booleans("mature", &described("true or false", "whether the spine has matured"), mature);
    columns.booleans("tagged", &described("true or false", "whether complement has tagged it"), tagged);
    let born = described("h", "birth, since the end of the burn-in, to the nearest 6 h");
    columns.push("born_h", &born, Arc::new(Float32Array::from(born_h)));
    columns.finish()
}

fn kept<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| values[row]).collect()
}

#[pymethods]
impl Network {
    #[getter]
    fn populations(&self) -> Vec<String> {
        self.snapshot.neurons.populations.clone()
    }

    #[getter]
    fn neuron_count(&self) -> usize {
        self.snapshot.neurons.len()
    }

    #[getter]
    fn connection_count(&self) -> usize {
        self.snapshot.synapses.len()
    }

    /// The neurons, by their index.
    fn neurons(&self, py: Python<'_>) -> PyResult<Table> {
        guarded(py, None, || {
            let neurons = &self.snapshot.neurons;
            let mut columns = Columns::default();
            let ids = UInt32Array::from((0..neurons.len() as u32).collect::<Vec<_>>());
            columns.push("neuron", &described("index", "neuron, counted from 0"), Arc::new(ids));
            let names = neurons.population.iter().map(|&of| neurons.populations[usize::from(of)].as_str());
            columns.texts("population", &described("name", "population that it belongs to"), names)?;
            for (axis, name) in ["x_um", "y_um", "z_um"].into_iter().enumerate() {
                let along = neurons.position_um.iter().map(|position| position[axis]).collect::<Vec<_>>();
                columns.push(name, &described("um", "position of the soma"), Arc::new(Float32Array::from(along)));
            }
            let rate = Arc::new(Float32Array::from(neurons.rate_hz.clone()));
            columns.push("rate_hz", &described("Hz", "firing rate"), rate);
            let spines = described("count", "standing spines; 0 for interneurons");
            columns.push("spines", &spines, Arc::new(UInt32Array::from(neurons.spines.clone())));
            let trkb = described("× baseline", "TrkB activation");
            columns.push("trkb", &trkb, Arc::new(Float32Array::from(neurons.trkb.clone())));
            columns.finish()
        })
    }

    /// The connections, of which source or target belong to populations of these names.
    #[pyo3(signature = (source = None, target = None))]
    fn connections(&self, py: Python<'_>, source: Option<&str>, target: Option<&str>) -> PyResult<Table> {
        guarded(py, None, || {
            let all = &self.snapshot.synapses;
            if source.is_none() && target.is_none() {
                return synapses(all.clone());
            }
            let members = |name: Option<&str>| name.map(|name| self.members(name)).transpose();
            let (sources, targets) = (members(source)?, members(target)?);
            let holds = |members: &Option<Vec<bool>>, neuron: u32| {
                members.as_ref().is_none_or(|members| members.get(neuron as usize).copied().unwrap_or(false))
            };
            let rows: Vec<usize> =
                (0..all.len()).filter(|&row| holds(&sources, all.pre[row]) && holds(&targets, all.post[row])).collect();
            synapses(SynapseTable {
                post: kept(&all.post, &rows),
                pre: kept(&all.pre, &rows),
                size: kept(&all.size, &rows),
                mature: kept(&all.mature, &rows),
                tagged: kept(&all.tagged, &rows),
                born_h: kept(&all.born_h, &rows),
            })
        })
    }
}
