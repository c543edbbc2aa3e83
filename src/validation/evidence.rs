//! What one reference experiment recorded, as measurements read it: one value per network or virtual subject.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::expression::{EQUATIONS, Expression, Function, READINGS};
use super::readings::{self, Spines};
use super::summary::{self, Value};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::foundation::units::parse_time;
use crate::mechanisms::dosing::formulary::shipped_drug;
use crate::mechanisms::dosing::parameters::Glun2;
use crate::mechanisms::nmda_antagonism::equations::{equilibrium_block, magnesium_unblock};
use crate::recording::course::RunCourse;
use crate::recording::network::NetworkSnapshot;
use crate::recording::run_folder::RunFolder;
use crate::recording::tables::TimeSeries;

/// Where times of a measurement count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeOrigin {
    /// The first dose of any arm; the end of the burn-in if there is none.
    #[default]
    FirstDose,
    /// This instant.
    At(Time),
}

impl<'de> Deserialize<'de> for TimeOrigin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        parse_time(&String::deserialize(deserializer)?).map(Self::At).map_err(D::Error::custom)
    }
}

/// A measurement that a run cannot answer, in words.
pub type Missing = String;

/// A finished run of a reference experiment.
pub struct Evidence {
    course: RunCourse,
    /// Where snapshots are; none if none were kept.
    folder: Option<RunFolder>,
    table: TimeSeries,
    /// Whether every quantity is read as if it had stayed at its first value.
    held: bool,
    /// Rows of each arm by network: replicate, subject.
    rows: BTreeMap<String, BTreeMap<(u32, u32), std::ops::Range<usize>>>,
}

impl Evidence {
    /// Opens the folder of a run.
    ///
    /// # Errors
    /// Those of [`RunFolder::open`] and [`RunFolder::time_series`].
    pub fn open(path: &Path) -> Result<Self> {
        let folder = RunFolder::open(path)?;
        let table = folder.time_series()?;
        Ok(Self { course: folder.course.clone(), folder: Some(folder), ..Self::of(RunCourse::default(), table) })
    }

    /// The rows of a run that has no folder, and its course.
    #[must_use]
    pub fn of(course: RunCourse, table: TimeSeries) -> Self {
        let mut rows: BTreeMap<String, BTreeMap<(u32, u32), std::ops::Range<usize>>> = BTreeMap::new();
        for (row, key) in table.keys().iter().enumerate() {
            let networks = rows.entry(table.arms()[key.arm].clone()).or_default();
            networks.entry((key.replicate, key.subject)).or_insert(row..row).end = row + 1;
        }
        Self { course, folder: None, table, held: false, rows }
    }

    /// From now on, reads every quantity as if it had stayed at its first value: the null model in which nothing changes.
    pub const fn hold(&mut self) {
        self.held = true;
    }

    /// The number of networks or virtual subjects.
    #[must_use]
    pub fn networks(&self) -> usize {
        self.rows.values().map(BTreeMap::len).max().unwrap_or(0)
    }

    fn origin(&self, origin: TimeOrigin) -> f64 {
        let doses = self.course.arms.iter().flat_map(|arm| &arm.doses).map(|dose| dose.start);
        match origin {
            TimeOrigin::FirstDose => doses.min().unwrap_or(Time::ZERO).hours(),
            TimeOrigin::At(instant) => instant.hours(),
        }
    }

    /// Replaces every reading in `expression` by the values that this run gives, one per network.
    ///
    /// # Errors
    /// What the run did not record, in words.
    pub fn read(&self, expression: &Expression, origin: TimeOrigin) -> std::result::Result<Expression, Missing> {
        match expression {
            Expression::Call(function, given) if READINGS.contains(function) => {
                self.reading(*function, given, origin).map(Expression::Known)
            }
            Expression::Call(function, given) if EQUATIONS.contains(function) => equation(*function, given),
            Expression::Call(function, given) => {
                let given = given.iter().map(|one| self.read(one, origin)).collect::<std::result::Result<_, _>>()?;
                Ok(Expression::Call(*function, given))
            }
            Expression::Binary(operator, a, b) => {
                let (a, b) = (self.read(a, origin)?, self.read(b, origin)?);
                Ok(Expression::Binary(*operator, Box::new(a), Box::new(b)))
            }
            other => Ok(other.clone()),
        }
    }

    fn reading(
        &self,
        function: Function,
        given: &[Expression],
        origin: TimeOrigin,
    ) -> std::result::Result<Vec<f64>, Missing> {
        let Some(Expression::Series { column, arm }) = given.first() else {
            return Err(format!("`{}` reads no series", function.name));
        };
        let networks = self.rows.get(arm).ok_or_else(|| format!("no arm is called `{arm}`"))?;
        let zero = self.origin(origin);
        let number = |index: usize| -> std::result::Result<Value, Missing> {
            let expression = given.get(index).unwrap_or(&Expression::Number(f64::NAN));
            Ok(summary::value(&self.read(expression, origin)?, None))
        };
        let instant = |index: usize| number(index).map(|value| Time::from_hours(value.of(0) + zero));
        if matches!(column.as_str(), "synapses" | "neurons") {
            let window = given.iter().find_map(|one| match one {
                Expression::Window(from, to) => Some((from + zero, to + zero)),
                _ => None,
            });
            let first = instant(1)?;
            let second = if function.name == "rising_percent" { Some(instant(2)?) } else { None };
            return networks
                .keys()
                .map(|&(replicate, _)| self.in_snapshot(function.name, arm, replicate, first, second, window))
                .collect();
        }
        let values = self.table.column(column).ok_or_else(|| format!("no column `{column}` is recorded"))?;
        let level = if function.name.starts_with("first_") { Some(number(1)?) } else { None };
        let at = if function.name == "at" { Some(number(1)?.of(0)) } else { None };
        let visits_every_h = if function.name.starts_with("first_visit") { Some(number(3)?.of(0)) } else { None };
        let window = given.iter().find_map(|one| match one {
            Expression::Window(from, to) => Some((*from, *to)),
            _ => None,
        });
        let all: Vec<f64> = networks
            .values()
            .enumerate()
            .map(|(index, rows)| {
                let points = rows.clone().map(|row| (self.table.times()[row].hours() - zero, values[row]));
                let mut trace: Vec<(f64, f64)> = points.filter(|(_, value)| value.is_finite()).collect();
                if self.held
                    && let Some(&(_, first)) = trace.first()
                {
                    for (_, value) in &mut trace {
                        *value = first;
                    }
                }
                let level = level.as_ref().map(|level| level.of(index));
                readings::of_trace(function.name, &trace, at, window, level, visits_every_h, -zero)
            })
            .collect();
        if all.iter().all(|value| value.is_nan()) {
            return Err(format!("`{column}` of `{arm}` has no value there"));
        }
        Ok(all)
    }

    fn in_snapshot(
        &self,
        what: &str,
        arm: &str,
        replicate: u32,
        first: Time,
        second: Option<Time>,
        born: Option<(f64, f64)>,
    ) -> std::result::Result<f64, Missing> {
        let pyramidal = self.course.populations.first().map_or("", String::as_str);
        let snapshot = |at: Time| -> std::result::Result<NetworkSnapshot, Missing> {
            let folder = self.folder.as_ref().ok_or("snapshots of the network were not kept")?;
            let first = folder.snapshot_times(arm, replicate).first().copied();
            let at = first.filter(|_| self.held).unwrap_or(at);
            let id = folder.find_snapshot(arm, replicate, at);
            let id = id.ok_or_else(|| format!("no snapshot of `{arm}` at {} h", at.hours()))?;
            folder.snapshot(id).map_err(|error| error.to_string())
        };
        if let Some(second) = second {
            return Ok(readings::rising_percent(&snapshot(first)?, &snapshot(second)?, pyramidal));
        }
        let counted = Spines::count(&snapshot(first)?, pyramidal, born.unwrap_or((f64::NEG_INFINITY, f64::INFINITY)));
        Ok(if what == "excitatory_percent" { counted.excitatory_percent() } else { counted.asked as f64 })
    }
}

/// A function of the model's equations. None of them needs a run.
///
/// # Errors
/// A receptor or a drug that is not known.
pub(super) fn equation(function: Function, given: &[Expression]) -> std::result::Result<Expression, Missing> {
    let number = |index: usize| match given.get(index) {
        Some(Expression::Number(value)) => Ok(*value),
        _ => Err(format!("`{}` takes plain numbers", function.name)),
    };
    let value = match (function.name, given.first()) {
        ("equilibrium_block", Some(Expression::Series { column: subunit, arm: drug })) => {
            let subunits = ["glun2a", "glun2b", "glun2c", "glun2d"];
            let index = subunits.iter().position(|known| known == subunit);
            let index = index.ok_or_else(|| format!("no NMDA receptor is called `{subunit}`"))?;
            let drug = shipped_drug(drug).map_err(|error| error.to_string())?;
            let blocker = drug.moieties.first().and_then(|moiety| moiety.nmda.as_ref());
            let blocker = blocker.ok_or_else(|| format!("{} blocks no NMDA receptor", drug.name))?;
            equilibrium_block(blocker, Glun2::ALL[index], number(1)?, -66.0, 1.0)
        }
        _ => magnesium_unblock(number(0)?, 1.0),
    };
    Ok(Expression::Number(value))
}
