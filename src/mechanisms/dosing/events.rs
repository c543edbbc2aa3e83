//! Dosing events in the pharmacometric tongue, and the single doses that they stand for.

use std::fmt;
use std::str::FromStr;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::formulary::Formulary;
use super::parameters::{Drug, Route};
use crate::foundation::time::Time;
use crate::foundation::units::{Quantity, UnitError};

/// An amount of drug.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Amount {
    /// In all, in mg.
    Mg(f64),
    /// Per kg of body weight, in mg/kg.
    MgPerKg(f64),
}

impl Amount {
    /// The amount for a body of `weight_kg`, in mg.
    #[must_use]
    pub fn mg(self, weight_kg: f64) -> f64 {
        match self {
            Self::Mg(mg) => mg,
            Self::MgPerKg(mg_per_kg) => mg_per_kg * weight_kg,
        }
    }

    /// The number, in whichever unit.
    #[must_use]
    pub const fn value(self) -> f64 {
        match self {
            Self::Mg(value) | Self::MgPerKg(value) => value,
        }
    }
}

/// As a config states it: `35 mg`, `0.5 mg/kg`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mg(mg) => write!(f, "{mg} mg"),
            Self::MgPerKg(mg_per_kg) => write!(f, "{mg_per_kg} mg/kg"),
        }
    }
}

impl FromStr for Amount {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (value, unit) = text.parse::<Quantity>()?.to_one_of(&["mg".parse()?, "mg/kg".parse()?])?;
        Ok(if unit == 0 { Self::Mg(value) } else { Self::MgPerKg(value) })
    }
}

/// One dose, given once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dose {
    /// The drug's name.
    pub drug: String,
    /// When it begins.
    pub start: Time,
    /// Length of an infusion; zero for a bolus. On an absorbed route, a length other than zero replaces
    /// the release time that the drug file states.
    pub duration: Time,
    /// How much.
    pub amount: Amount,
    /// The way in.
    pub route: Route,
}

/// A dosing event, as NONMEM writes it: a dose and its repetitions (`ii`, `addl`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoseEvent {
    /// The first dose.
    pub first: Dose,
    /// Time between one dose's start and the next, `ii`; zero if there is no further dose.
    pub interval: Time,
    /// Number of doses after the first, `addl`.
    pub additional: u32,
}

/// Why a dosing event is no sequence of doses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DoseError {
    /// `ii` without `addl`.
    #[error("`ii` is set but `addl` is 0: add `addl`, or remove `ii`")]
    IntervalWithoutRepeats,
    /// `addl` without `ii`.
    #[error("`addl` is set but `ii` is missing: all doses would be given at once")]
    RepeatsWithoutInterval,
    /// A negative or undefined amount.
    #[error("the amount must be a finite number, zero or more; found {0}")]
    Amount(f64),
    /// A negative duration or interval.
    #[error("`dur` and `ii` must not be negative")]
    NegativeTime,
    /// The drug is not in the formulary.
    #[error("no drug `{0}`")]
    UnknownDrug(String),
    /// The drug file says nothing about the route.
    #[error("`{drug}` has no route `{route}`; its drug file states: {known}")]
    UnknownRoute {
        /// The drug.
        drug: String,
        /// The route asked for.
        route: Route,
        /// Those that it has.
        known: String,
    },
}

impl DoseEvent {
    /// Whether it is a sequence of doses.
    ///
    /// # Errors
    /// `ii` without `addl`, `addl` without `ii`, a negative amount or time.
    pub fn check(&self) -> Result<(), DoseError> {
        let amount = self.first.amount.value();
        if !(amount.is_finite() && amount >= 0.0) {
            return Err(DoseError::Amount(amount));
        }
        if self.first.duration < Time::ZERO || self.interval < Time::ZERO {
            return Err(DoseError::NegativeTime);
        }
        match (self.interval > Time::ZERO, self.additional > 0) {
            (true, false) => Err(DoseError::IntervalWithoutRepeats),
            (false, true) => Err(DoseError::RepeatsWithoutInterval),
            _ => Ok(()),
        }
    }

    /// When dose `repeat` begins, the first counted as 0.
    #[must_use]
    pub fn start_of(&self, repeat: u32) -> Time {
        self.first.start + Time::from_milliseconds(self.interval.milliseconds().saturating_mul(repeat.into()))
    }

    /// When the last dose begins.
    #[must_use]
    pub fn last_start(&self) -> Time {
        self.start_of(self.additional)
    }

    /// The single doses, in order.
    ///
    /// # Errors
    /// As [`DoseEvent::check`].
    pub fn expand(&self) -> Result<Vec<Dose>, DoseError> {
        self.check()?;
        Ok((0..=self.additional).map(|repeat| Dose { start: self.start_of(repeat), ..self.first.clone() }).collect())
    }
}

/// All doses of a protocol; their order does not matter.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct DoseSchedule(pub Vec<Dose>);

impl DoseSchedule {
    /// The doses of several events.
    ///
    /// # Errors
    /// As [`DoseEvent::expand`].
    pub fn expand(events: &[DoseEvent]) -> Result<Self, DoseError> {
        let mut doses = Vec::new();
        for event in events {
            doses.extend(event.expand()?);
        }
        Ok(Self(doses))
    }

    /// Whether every dose names a drug of the formulary and a route that the drug has.
    ///
    /// # Errors
    /// The first dose that does not.
    pub fn check(&self, formulary: &Formulary) -> Result<(), DoseError> {
        self.0.iter().try_for_each(|dose| {
            let drug = formulary.find(&dose.drug).ok_or_else(|| DoseError::UnknownDrug(dose.drug.clone()))?;
            if drug.allows(dose.route) { Ok(()) } else { Err(unknown_route(drug, dose.route)) }
        })
    }
}

fn unknown_route(drug: &Drug, route: Route) -> DoseError {
    let known = drug.routes.iter().map(|kinetics| kinetics.route.into()).collect::<Vec<&str>>().join(", ");
    DoseError::UnknownRoute { drug: drug.name.clone(), route, known }
}
