//! What every subject did in every arm, as a trial sees it: scores at visits, until the subject leaves.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::configuration::{DropoutTable, Experiment, TrialTable};
use crate::experiment::points::PointOutcome;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::random::{Purpose, Seed};
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::recording::landmarks::VISITS;
use crate::recording::scales::{SymptomScale, scale};
use crate::recording::tables::TimeSeries;

const WEEK_H: f64 = 168.0;

/// A visit: when, and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialVisit {
    /// Hours since the first dose of any arm.
    pub hours: f64,
    /// What a reader calls it.
    pub name: String,
}

/// One subject in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectCourse {
    /// The score just before the first dose of any arm.
    pub before: f64,
    /// The score at every visit; NaN once the subject has left.
    pub scores: Vec<f64>,
    /// When it left, in hours since that dose; infinite if it stayed.
    pub left_h: f64,
}

/// What every subject did in every arm.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialRecord {
    /// Names of the arms.
    pub arms: Vec<String>,
    /// The visits, ascending.
    pub visits: Vec<TrialVisit>,
    /// Which of them is that of the primary endpoint.
    pub primary: usize,
    /// The scale.
    pub scale: &'static SymptomScale,
    /// By subject, then by arm.
    pub subjects: Vec<Vec<SubjectCourse>>,
}

/// One subject and arm of the rows of a run: times since the first dose, scores, dissociation.
struct Rated<'a> {
    hours: Vec<f64>,
    scores: &'a [f64],
    cadss: Option<&'a [f64]>,
    /// The greatest dissociation, wherever in a tick it was reached; NaN where none was observed.
    worst_cadss: f64,
}

impl Rated<'_> {
    /// The score at the end of the tick in which `hours` lies.
    fn at(&self, hours: f64) -> f64 {
        let place = self.hours.partition_point(|&time| time < hours - 1e-6);
        self.scores.get(place).copied().unwrap_or(f64::NAN)
    }

    /// When dissociation is greatest, if that is above `limit`. Rows tell when, to their interval, and what was observed in
    /// every tick tells whether.
    fn intolerable(&self, limit: f64) -> Option<f64> {
        if self.worst_cadss.is_nan() || self.worst_cadss <= limit {
            return None;
        }
        let after = self.hours.iter().zip(self.cadss?).filter(|(hours, value)| **hours >= 0.0 && value.is_finite());
        after.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.total_cmp(a.0))).map(|(&hours, _)| hours)
    }
}

impl TrialRecord {
    /// Reads the record off what a run of `experiment` left, rows and headline figures; who leaves is drawn with its seed.
    /// There are rows at the visits and at whatever else the trial asks for.
    ///
    /// # Errors
    /// [`Error::Input`] if no arm has a dose, the scale was not recorded, or the primary visit lies beyond the horizon.
    pub fn of(experiment: &Experiment, trial: &TrialTable, left: &PointOutcome) -> Result<Self> {
        let refuse = |what: String| Err(refused(what));
        let table = left.series.as_ref().ok_or_else(|| Error::Run("the trial left no rows".to_owned()))?;
        let worst = left.described.iter().position(|(key, _)| key == "peak_cadss");
        let course = experiment.course()?;
        let first = course.arms.iter().flat_map(|arm| &arm.doses).map(|dose| dose.start).min();
        let Some(first) = first else { return refuse("no arm has a dose: there is nothing to try".to_owned()) };
        let column = trial.endpoint.as_ref().or(experiment.scale.as_ref()).map_or("madrs", String::as_str);
        // a trial has what raters noted
        let (Some(scale), Some(scores)) = (scale(column), table.column(&format!("{column}_rated"))) else {
            return refuse(format!("no scale `{column}` was recorded"));
        };
        let last = (experiment.time.horizon - first).hours();
        let primary_h = trial.primary.hours();
        if primary_h > last {
            let (primary, horizon) = (format_time(trial.primary), format_time(experiment.time.horizon - first));
            return refuse(format!(
                "the primary visit {primary} after the first dose lies beyond the end of the run, {horizon} after it"
            ));
        }
        let mut visits: Vec<TrialVisit> = VISITS
            .into_iter()
            .filter(|(hours, _)| *hours <= last)
            .map(|(hours, name)| TrialVisit { hours, name: name.to_owned() })
            .collect();
        if !visits.iter().any(|visit| visit.hours == primary_h) {
            visits.push(TrialVisit { hours: primary_h, name: format_time(trial.primary) });
            visits.sort_by(|a, b| a.hours.total_cmp(&b.hours));
        }
        let primary = visits.iter().position(|visit| visit.hours == primary_h).unwrap_or(0);
        let networks: Vec<(u32, u32)> = experiment.units().collect();
        let mut subjects = vec![Vec::with_capacity(experiment.arms.len()); networks.len()];
        let cadss = table.column("cadss");
        let rows = rows_by_network(table);
        for (arm, name) in course.arms.iter().map(|arm| &arm.name).enumerate() {
            for (place, network) in networks.iter().enumerate() {
                let &(replicate, subject) = network;
                let rows = rows.get(&(name.as_str(), replicate, subject)).cloned().unwrap_or_default();
                let times = table.times()[rows.clone()].iter();
                let rated = Rated {
                    hours: times.map(|time| (*time - first).hours()).collect(),
                    scores: &scores[rows.clone()],
                    cadss: cadss.map(|cadss| &cadss[rows]),
                    worst_cadss: worst.map_or(f64::NAN, |index| left.arms[arm].networks[place][index]),
                };
                let draw = Seed(experiment.run.seed).draws(Purpose::DropOut, arm as u64, place as u32).uniform();
                subjects[place].push(followed(&rated, &visits, &trial.dropout, scale, f64::from(draw)));
            }
        }
        let arms = experiment.arms.iter().map(|arm| arm.name.clone()).collect();
        Ok(Self { arms, visits, primary, scale, subjects })
    }

    /// The place of the control: the arm so called, else the first in which no ketamine is given, else the first.
    ///
    /// # Errors
    /// [`Error::Input`] if no arm has the name.
    pub fn control(&self, experiment: &Experiment, named: Option<&str>) -> Result<usize> {
        if let Some(name) = named {
            let found = self.arms.iter().position(|arm| arm == name);
            return found.ok_or_else(|| refused(format!("no arm is called `{name}`; arms: {}", self.arms.join(", "))));
        }
        let course = experiment.course()?;
        let is_control =
            |arm: &crate::recording::course::ArmCourse| arm.doses.iter().all(|dose| !dose.drug.contains("ketamine"));
        Ok(course.arms.iter().position(is_control).unwrap_or(0))
    }
}

fn refused(label: String) -> Error {
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(&codes::TRIAL, label)]).to_string())
}

/// The rows of every arm and network, which stand together, by name, replicate and subject.
fn rows_by_network(table: &TimeSeries) -> BTreeMap<(&str, u32, u32), Range<usize>> {
    let mut found: BTreeMap<(&str, u32, u32), Range<usize>> = BTreeMap::new();
    for (row, key) in table.keys().iter().enumerate() {
        let network = (table.arms()[key.arm].as_str(), key.replicate, key.subject);
        found.entry(network).or_insert(row..row).end = row + 1;
    }
    found
}

/// One subject in one arm, until it leaves. `draw` is uniform on [0, 1).
fn followed(
    rated: &Rated,
    visits: &[TrialVisit],
    dropout: &DropoutTable,
    scale: &SymptomScale,
    draw: f64,
) -> SubjectCourse {
    let before = rated.at(0.0);
    let mut left_h = f64::INFINITY;
    if dropout.random_per_week > 0.0 {
        // a constant hazard: the share that stays a week is 1 − p
        left_h = left_h.min(WEEK_H * (1.0 - draw).ln() / (1.0 - dropout.random_per_week).ln());
    }
    if let Some(limit) = dropout.cadss_above {
        left_h = left_h.min(rated.intolerable(limit).unwrap_or(f64::INFINITY));
    }
    if let Some((after, least)) = dropout.no_effect_after.map(Time::hours).zip(dropout.no_effect_below) {
        let fall = scale.fall(before, rated.at(after));
        if fall < least {
            left_h = left_h.min(after);
        }
    }
    // whoever leaves at a visit is rated there
    let score = |visit: &TrialVisit| if visit.hours <= left_h { rated.at(visit.hours) } else { f64::NAN };
    SubjectCourse { before, scores: visits.iter().map(score).collect(), left_h }
}
