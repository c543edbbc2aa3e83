//! Several experiments that begin alike, simulated together: what they share is simulated once.
//!
//! What comes out is what each of them would have given alone, to the last bit: a branch ticks and draws alike whoever
//! shares it, and headline figures refer to the protocol of their own experiment.

use std::collections::BTreeSet;
use std::path::Path;

use super::dispatcher;
use super::plan::{self, RowsKept, RunPlan};
use super::protocols;
use super::watch::RunWatch;
use crate::configuration::{Experiment, ModelTable, Record};
use crate::foundation::error::Result;
use crate::foundation::files;
use crate::foundation::time::Time;
use crate::recording::landmarks::ArmFrame;
use crate::recording::tables::{TimeSeries, TimeSeriesWriter};

/// What one arm of an experiment left.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmOutcome {
    /// Its name.
    pub name: String,
    /// The headline figures of every network, in the order of [`PointOutcome::described`]; networks as in
    /// [`Experiment::units`].
    pub networks: Vec<Vec<f64>>,
}

/// What one experiment left.
#[derive(Clone, Debug, PartialEq)]
pub struct PointOutcome {
    /// Key and unit of every headline figure.
    pub described: Vec<(String, &'static str)>,
    /// In the order of the config.
    pub arms: Vec<ArmOutcome>,
    /// Rows of all arms; none where rows were not asked for.
    pub series: Option<TimeSeries>,
    /// Ticks that were simulated for it, those that it shares counted for the first that needs them.
    pub ticks: u64,
    /// Ticks that it would have taken with every arm and network simulated from the beginning.
    pub ticks_alone: u64,
}

/// In what experiments must agree to be simulated together: two that give the same text may be.
///
/// # Errors
/// Those of [`Experiment::course`].
pub fn beginning(experiment: &Experiment) -> Result<String> {
    let courses = protocols::courses(experiment)?;
    let frames = ArmFrame::of_each(&plan::events(&courses), experiment.time.horizon);
    let given: BTreeSet<&str> =
        courses.iter().flat_map(|course| course.doses.iter().map(|(_, dose)| dose.drug.as_str())).collect();
    let shared = Experiment {
        title: String::new(),
        question: String::new(),
        allow: Vec::new(),
        condition: None,
        scale: None,
        event_tables: Vec::new(),
        model: ModelTable { dynamics: experiment.model.dynamics, ..ModelTable::default() },
        stress: Vec::new(),
        arms: Vec::new(),
        record: Record::default(),
        ..experiment.clone()
    };
    let hash = files::hash_of(shared.to_resolved_toml().as_bytes());
    let drugs: Vec<String> = experiment.drugs.iter().map(|file| files::hash_of(file.text.as_bytes())).collect();
    // what is remembered of lost connections refers to these
    let stress: BTreeSet<_> = frames
        .iter()
        .map(|frame| [frame.landmarks.stress_begins, frame.landmarks.stress_ends].map(|at| at.map(Time::milliseconds)))
        .collect();
    Ok(format!("{hash} {drugs:?} {given:?} {stress:?}"))
}

/// Simulates `experiments`, which must have been checked and have the same [`beginning`], on `threads` threads; results do
/// not depend on it. What is under way is kept in `scratch`.
///
/// # Errors
/// Those of a run. Nothing is returned of any of them then.
pub fn simulate(
    experiments: &[&Experiment],
    scratch: &Path,
    rows: RowsKept,
    watch: &dyn RunWatch,
    threads: usize,
) -> Result<Vec<PointOutcome>> {
    let plan = RunPlan::of_all(experiments, scratch, rows)?;
    watch.begins(plan.simulated_h());
    let mut store = dispatcher::simulate(&plan, watch, threads)?.series;
    let mut outcomes: Vec<PointOutcome> = experiments
        .iter()
        .zip(&plan.headlines)
        .map(|(experiment, headlines)| PointOutcome {
            described: headlines.described().map(|(key, unit)| (key.to_owned(), unit)).collect(),
            arms: experiment
                .arms
                .iter()
                .map(|arm| ArmOutcome { name: arm.name.clone(), networks: Vec::new() })
                .collect(),
            series: None,
            ticks: 0,
            ticks_alone: 0,
        })
        .collect();
    let mut texts: Vec<Vec<u8>> = Vec::new();
    if rows != RowsKept::AtLandmarks {
        for _ in experiments {
            texts.push(TimeSeriesWriter::new(Vec::new(), &plan.columns)?.finish()?);
        }
    }
    // by arm, then by network, as the experiments' arms are counted through
    for ((arm, _), series) in store.series {
        let planned = &plan.arms[arm];
        let outcome = &mut outcomes[planned.experiment];
        outcome.ticks += series.ticks;
        outcome.ticks_alone += series.ticks_alone;
        // what others compare themselves with stands behind them
        let mut headlines = series.headlines;
        headlines.truncate(outcome.described.len());
        outcome.arms[planned.index].networks.push(headlines);
        if let Some(text) = texts.get_mut(planned.experiment) {
            store.rows.copy(series.rows, text)?;
        }
    }
    for (outcome, text) in outcomes.iter_mut().zip(&texts) {
        outcome.series = Some(TimeSeries::read(text.as_slice(), scratch)?);
    }
    Ok(outcomes)
}

/// What a run of an experiment records.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Key and unit of every headline figure.
    pub headlines: Vec<(String, &'static str)>,
    /// The columns of the time series.
    pub columns: Vec<String>,
}

/// What a run of `experiment` would record.
///
/// # Errors
/// Those of [`Experiment::course`].
pub fn recorded(experiment: &Experiment) -> Result<Recorded> {
    let plan = RunPlan::of(experiment, Path::new(""))?;
    let headlines = plan.headlines[0].described().map(|(key, unit)| (key.to_owned(), unit)).collect();
    Ok(Recorded { headlines, columns: plan.columns })
}
