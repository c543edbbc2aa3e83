//! A run as figures see it: traces per network, bands over networks, arms with their pens.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::figures::legend::Shape;
use crate::figures::source::Mark;
use crate::figures::style::{Pen, Style};
use crate::figures::words;
use crate::foundation::error::Result;
use crate::foundation::grid::LONGEST_TICK;
use crate::foundation::time::Time;
use crate::recording::course::{Amount, Dose, StressEpisode};
use crate::recording::dictionary::{PLASMA, RELATIVE, describe, of_population};
use crate::recording::headlines::baseline_of;
use crate::recording::outcomes::Outcomes;
use crate::recording::run_folder::RunFolder;
use crate::recording::scales::{self, SCALES, SymptomScale};
use crate::recording::subjects::Covariates;
use crate::recording::tables::{SeriesKey, TimeSeries};
use crate::statistics::band::{Band, BandedMean};

/// A finished run, opened for drawing.
#[derive(Debug)]
pub struct RecordedRun {
    /// Course, manifest and snapshots.
    pub folder: RunFolder,
    /// The recorded time series.
    pub table: TimeSeries,
    /// Who the virtual subjects are.
    pub covariates: Covariates,
    /// What was observed of every network, tick by tick.
    pub outcomes: Outcomes,
    arms: Vec<ArmView>,
}

/// One arm, with what figures need to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmView {
    /// Its name in tables.
    pub name: String,
    /// What the config calls it in figures, if anything.
    told: Option<String>,
    /// Its place in the protocol, counted from 1.
    pub number: usize,
    /// Its doses, in order of time.
    pub doses: Vec<Dose>,
    /// The stress episodes that it goes through.
    pub stress: Vec<StressEpisode>,
    look: Look,
}

/// How an arm's lines are told from those of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    /// One of several without a dose, beside arms that have one.
    Reference(usize),
    /// One of several unlike in kind.
    Kind(usize),
    /// One of a series of amounts: where it stands between the lowest and the highest.
    Amount(f64),
}

impl ArmView {
    /// The pen of its lines in every figure.
    #[must_use]
    pub fn pen(&self, style: &Style) -> Pen {
        match self.look {
            Look::Reference(index) => style.reference(index),
            Look::Kind(index) => style.arm(index),
            Look::Amount(share) => style.amount(share),
        }
    }

    /// The marker of its points in every figure: shape tells arms apart without colour.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match self.look {
            Look::Reference(index) => [Shape::Wedge, Shape::Diamond][index % 2],
            Look::Kind(index) => Shape::of(index),
            Look::Amount(share) => Shape::of((share * 5.0) as usize),
        }
    }

    /// What legends call it: what the config says; else its amount in a series of amounts, else its name.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.told, self.look, self.doses.first()) {
            (Some(label), ..) if !words::plain(label).is_empty() => words::plain(label),
            (_, Look::Amount(_), Some(dose)) => format!("{} {}", words::amount(dose.amount), dose.drug),
            _ => self.words(),
        }
    }

    /// Its label or its name, as it is read.
    #[must_use]
    pub fn words(&self) -> String {
        self.told
            .as_deref()
            .map(words::plain)
            .filter(|label| !label.is_empty())
            .unwrap_or_else(|| self.name.replace('_', " "))
    }

    /// Its name for captions, with its label if it has one.
    #[must_use]
    pub fn caption(&self) -> String {
        match self.told.as_deref().map(words::markdown).filter(|label| !label.is_empty()) {
            Some(label) => format!("{} ({label})", words::code(&self.name)),
            None => words::code(&self.name),
        }
    }
}

/// One column of one network.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Instants.
    pub times: Vec<Time>,
    /// Values; NaN where there is none.
    pub values: Vec<f64>,
    /// The mean over the last day of the burn-in, in the unit of the values; NaN if it is not known.
    pub baseline: f64,
}

impl Trace {
    /// The value at `time`; within a tick, that at its end: of the first row from then on, if one stands within an hour, the longest
    /// tick; NaN otherwise, so that no value goes by the name of an instant that it does not belong to.
    #[must_use]
    pub fn at(&self, time: Time) -> f64 {
        let first = self.times.partition_point(|&instant| instant < time);
        let row = self.times.get(first).filter(|&&instant| instant - time <= LONGEST_TICK);
        row.map_or(f64::NAN, |_| self.values[first])
    }

    /// The same trace with every value changed.
    #[must_use]
    pub fn map(mut self, change: impl Fn(f64) -> f64) -> Self {
        self.values.iter_mut().chain([&mut self.baseline]).for_each(|value| *value = change(*value));
        self
    }

    /// Percent of the network's own mean over the last day of the burn-in.
    #[must_use]
    pub fn percent_of_baseline(self) -> Self {
        let baseline = self.baseline;
        self.map(|value| 100.0 * value / baseline)
    }
}

impl RecordedRun {
    /// Opens a run folder and reads its time series.
    pub fn open(path: &Path) -> Result<Self> {
        let folder = RunFolder::open(path)?;
        let table = folder.time_series()?;
        let covariates = folder.covariates()?;
        let outcomes = folder.outcomes()?;
        let recorded = table.arms().iter();
        let planned = folder.course.arms.iter();
        let mut names: Vec<&String> = planned.map(|arm| &arm.name).filter(|name| table.arms().contains(name)).collect();
        names.extend(recorded.filter(|name| folder.course.arms.iter().all(|arm| arm.name != **name)));
        let mut arms: Vec<ArmView> = Vec::new();
        for name in names {
            let planned = folder.course.arms.iter().find(|arm| arm.name == *name);
            let doses = planned.map_or(Vec::new(), |arm| arm.doses.clone());
            let stress = planned.map_or(Vec::new(), |arm| arm.stress.clone());
            let told = planned.and_then(|arm| arm.label.clone());
            let number = arms.len() + 1;
            arms.push(ArmView { name: name.clone(), told, number, doses, stress, look: Look::Kind(0) });
        }
        give_looks(&mut arms);
        Ok(Self { folder, table, covariates, outcomes, arms })
    }

    /// The arms, in the order of the protocol.
    #[must_use]
    pub fn arms(&self) -> &[ArmView] {
        &self.arms
    }

    /// The arm whose story is told where there is room for one only: the first that was given 0.5 mg/kg, the
    /// dose of the trials; else the first with a dose; else the first.
    #[must_use]
    pub fn featured(&self) -> &ArmView {
        let dosed = || self.arms.iter().filter(|arm| !arm.doses.is_empty());
        let usual = dosed().find(|arm| arm.doses[0].amount == Amount::MgPerKg(0.5));
        usual.or_else(|| dosed().next()).unwrap_or(&self.arms[0])
    }

    /// The first arm without a dose.
    #[must_use]
    pub fn reference(&self) -> Option<&ArmView> {
        self.arms.iter().find(|arm| arm.doses.is_empty())
    }

    /// Arms that differ in what was given: the first of each set of equal dosing, without the undosed.
    #[must_use]
    pub fn distinct_dosings(&self) -> Vec<&ArmView> {
        let mut distinct: Vec<&ArmView> = Vec::new();
        for arm in self.arms.iter().filter(|arm| !arm.doses.is_empty()) {
            if distinct.iter().all(|known| known.doses != arm.doses) {
                distinct.push(arm);
            }
        }
        distinct
    }

    /// The first dose of the featured arm.
    #[must_use]
    pub fn first_dose(&self) -> Option<&Dose> {
        self.featured().doses.first()
    }

    /// When the first dose of `arm` begins; of an arm without one, that of the first arm that has one.
    #[must_use]
    pub fn dosed_from(&self, arm: &ArmView) -> Option<Time> {
        let first = |arm: &ArmView| arm.doses.first().map(|dose| dose.start);
        first(arm).or_else(|| self.arms.iter().find_map(first))
    }

    /// The last recorded instant.
    #[must_use]
    pub fn end(&self) -> Time {
        self.table.times().iter().copied().max().unwrap_or(Time::ZERO)
    }

    /// Whether some network of `arm` has a row at `time` with a value of `column`.
    #[must_use]
    pub fn has_at(&self, arm: &ArmView, column: &str, time: Time) -> bool {
        self.traces(arm, column).iter().any(|trace| trace.at(time).is_finite())
    }

    /// The scale by which symptoms are read: the one that the config names, else the first that was recorded.
    #[must_use]
    pub fn scale(&self) -> Option<&'static SymptomScale> {
        let named = self.folder.course.scale.as_deref().and_then(scales::scale);
        named.into_iter().chain(SCALES).find(|scale| self.has(scale.column))
    }

    /// The populations for which a column of `family` was recorded with at least one value.
    #[must_use]
    pub fn populations(&self, family: &str) -> Vec<String> {
        let recorded: Vec<&str> = self
            .table
            .columns()
            .iter()
            .filter_map(|name| describe(name).filter(|(declared, _)| declared.name == family)?.1)
            .collect();
        let order = &self.folder.course.populations;
        let rank = |name: &str| order.iter().position(|known| known == name).unwrap_or(order.len());
        let mut names: Vec<String> = recorded.into_iter().map(str::to_owned).collect();
        names.sort_by_key(|name| rank(name));
        names.retain(|name| self.has(&of_population(family, name)));
        names
    }

    /// Whether `column` was recorded with at least one value.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.table.column(column).is_some_and(|values| values.iter().any(|value| value.is_finite()))
    }

    /// The columns of concentrations in plasma that are above nothing anywhere: of what was given, and what it becomes.
    #[must_use]
    pub fn in_plasma(&self) -> Vec<&str> {
        let of_analyte = |name: &&str| describe(name).is_some_and(|(declared, _)| declared.name == PLASMA);
        let is_there =
            |name: &&str| self.table.column(name).is_some_and(|values| values.iter().any(|&value| value > 0.0));
        self.table.columns().iter().map(String::as_str).filter(of_analyte).filter(is_there).collect()
    }

    /// The networks of the run: replicates and subjects.
    #[must_use]
    pub fn networks(&self) -> usize {
        self.table.keys().iter().map(|key| (key.replicate, key.subject)).collect::<BTreeSet<_>>().len()
    }

    /// One mark per instant at which all networks have a row: the mean over them with its band; `x` turns instants into axis
    /// values. Where only some have one, because a drug leaves some bodies sooner and their ticks are longer, a mark would be
    /// of other networks than its neighbours.
    #[must_use]
    pub fn band(&self, traces: &[Trace], x: impl Fn(Time) -> f64) -> Vec<Mark> {
        let mut instants: BTreeMap<Time, Vec<f64>> = BTreeMap::new();
        for trace in traces {
            for (&time, &value) in trace.times.iter().zip(&trace.values) {
                instants.entry(time).or_default().push(value);
            }
        }
        let of_all = instants.into_iter().filter(|(_, values)| values.len() == traces.len());
        of_all.map(|(time, values)| self.mark(x(time), &values)).collect()
    }

    /// The mean of the finite ones of `values` with the band that the config asks for.
    #[must_use]
    pub fn mark(&self, x: f64, values: &[f64]) -> Mark {
        marked(x, values, self.folder.course.band)
    }

    /// What a band over the networks of the run means, for captions.
    #[must_use]
    pub fn band_words(&self) -> String {
        let of = if self.folder.course.subjects.is_some() {
            "virtual subjects, each an independent network in a body of its own"
        } else {
            "independent networks"
        };
        match self.networks() {
            0 | 1 => "One network (n = 1), hence no band.".to_owned(),
            n => format!("Line: mean; band: {} over n = {n} {of}.", self.folder.course.band.words()),
        }
    }

    /// The replicates of the run, ascending.
    #[must_use]
    pub fn replicates(&self) -> Vec<u32> {
        self.table.keys().iter().map(|key| key.replicate).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// One trace per network of `arm`.
    #[must_use]
    pub fn traces(&self, arm: &ArmView, column: &str) -> Vec<Trace> {
        self.traces_by_network(arm, column).into_values().collect()
    }

    /// The same, with the network that each belongs to.
    #[must_use]
    pub fn traces_by_network(&self, arm: &ArmView, column: &str) -> BTreeMap<SeriesKey, Trace> {
        let (Some(index), Some(values)) =
            (self.table.arms().iter().position(|name| *name == arm.name), self.table.column(column))
        else {
            return BTreeMap::new();
        };
        let is_relative = describe(column).is_some_and(|(declared, _)| declared.unit == RELATIVE);
        let baseline = |key: &SeriesKey| {
            let network = (key.replicate, key.subject);
            if is_relative { 1.0 } else { self.outcomes.get(&arm.name, network, &baseline_of(column)) }
        };
        let mut traces: BTreeMap<SeriesKey, Trace> = BTreeMap::new();
        for ((key, &time), &value) in self.table.keys().iter().zip(self.table.times()).zip(values) {
            if key.arm == index {
                let empty = || Trace { times: Vec::new(), values: Vec::new(), baseline: baseline(key) };
                let trace = traces.entry(*key).or_insert_with(empty);
                trace.times.push(time);
                trace.values.push(value);
            }
        }
        traces
    }
}

/// Arms without a dose are references if others have one; four arms or more that all differ in amount are
/// a series.
fn give_looks(arms: &mut [ArmView]) {
    let amounts: Vec<Option<f64>> = arms.iter().map(amount).collect();
    let mut series: Vec<f64> = amounts.iter().copied().flatten().collect();
    series.sort_by(f64::total_cmp);
    let is_series = series.len() >= 4 && series.windows(2).all(|pair| pair[0] < pair[1]);
    let any_dosed = arms.iter().any(|arm| !arm.doses.is_empty());
    let (mut references, mut kinds) = (0, 0);
    for (arm, amount) in arms.iter_mut().zip(amounts) {
        let rank = amount.and_then(|amount| series.iter().position(|&known| known == amount));
        arm.look = if any_dosed && arm.doses.is_empty() {
            references += 1;
            Look::Reference(references - 1)
        } else if let Some(rank) = rank.filter(|_| is_series) {
            Look::Amount(rank as f64 / (series.len() - 1) as f64)
        } else {
            kinds += 1;
            Look::Kind(kinds - 1)
        };
    }
}

/// The amount of an arm's only dose, in mg/kg.
#[must_use]
pub fn amount(arm: &ArmView) -> Option<f64> {
    match arm.doses.as_slice() {
        [Dose { amount: Amount::MgPerKg(mg_per_kg), .. }] => Some(*mg_per_kg),
        _ => None,
    }
}

fn marked(x: f64, values: &[f64], band: Band) -> Mark {
    let BandedMean { n, mean, low, high } = BandedMean::of(values, band);
    Mark { x, y: mean, low, high, n }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows stand at 0, 6 and 24 h: nothing is known of 12 h, nor of a week.
    #[test]
    fn an_instant_is_read_where_a_row_stands_and_nowhere_else() {
        let times = [0.0, 6.0, 24.0].map(Time::from_hours).to_vec();
        let trace = Trace { times, values: vec![1.0, 2.0, 3.0], baseline: 2.0 };
        assert_eq!(trace.clone().percent_of_baseline().values, [50.0, 100.0, 150.0]);
        let at = |hours: f64| trace.at(Time::from_hours(hours));
        assert_eq!([at(0.0), at(6.0), at(5.6), at(5.0), at(23.4)], [1.0, 2.0, 2.0, 2.0, 3.0]);
        for hours in [-1.1, 0.1, 4.9, 6.5, 12.0, 22.9, 24.1, 168.0] {
            assert!(at(hours).is_nan(), "{hours}");
        }
    }

    #[test]
    fn a_mark_has_the_band_that_the_config_asks_for() {
        let marked = |values: &[f64], band| marked(0.0, values, band);
        let few = marked(&[1.0, 4.0, f64::NAN, 2.5], Band::Spread);
        assert_eq!((few.y, few.n), (2.5, 3));
        // quantiles at 5 and 95 % of 1, 2.5, 4
        assert!((few.low - 1.15).abs() < 1e-12 && (few.high - 3.85).abs() < 1e-12);
        let many = marked(&[1.0, 2.0, 3.0, 4.0, 5.0], Band::Confidence);
        // R: t.test(1:5)$conf.int
        assert!((many.high - 4.963_243).abs() < 1e-6, "{}", many.high);
        assert!(marked(&[2.0], Band::Confidence).low.is_nan());
    }
}
