#![doc = include_str!("README.md")]

pub mod equations;
pub mod events;
pub mod formulary;
pub mod parameters;

mod drug_file;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use events::{Amount, Dose, DoseEvent, DoseSchedule};
pub use formulary::Formulary;
pub use parameters::{ActionTarget, Drug, Glun2, Route};

use crate::foundation::clock::Clock;
use crate::foundation::parameters::NoParameters;
use crate::foundation::time::Time;
use crate::mechanisms::mechanism::{Link, Mechanism};

/// Signal: the doses that have begun, and those that begin at the instant at which the tick ends.
///
/// The latter are there so that the next tick can be made short enough for them.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GivenDoses(pub Vec<Dose>);

/// Gives the doses of the protocol; what the drugs are stands in the formulary.
pub struct Dosing;

impl Mechanism for Dosing {
    const NAME: &'static str = "dosing";
    const ABOUT: &'static str = "Doses begin and end; drugs are data.";
    type Parameters = NoParameters;

    fn build(&self, link: &mut Link, _: &NoParameters) {
        let schedule = link.world().get_resource_or_init::<DoseSchedule>().clone();
        let formulary = link.world().get_resource_or_init::<Formulary>().clone();
        link.stops_at(schedule.0.iter().flat_map(|dose| input_boundaries(&formulary, dose)))
            .writes::<GivenDoses>()
            .adds(administer_doses);
    }
}

/// When absorption begins and when release ends, for each pathway that a dose takes.
fn input_boundaries(formulary: &Formulary, dose: &Dose) -> Vec<Time> {
    let pathways = formulary
        .find(&dose.drug)
        .and_then(|drug| drug.routes.iter().find(|kinetics| kinetics.route == dose.route))
        .map_or(&[][..], |kinetics| &kinetics.pathways);
    let mut instants = vec![dose.start, dose.start + dose.duration];
    for pathway in pathways {
        let (start, end) = pathway.release_window(dose);
        instants.extend([start, end]);
    }
    instants
}

impl parameters::Pathway {
    /// When the release of `dose` on this pathway begins and ends; the same instant for a bolus.
    #[must_use]
    pub fn release_window(&self, dose: &Dose) -> (Time, Time) {
        let start = dose.start + Time::from_hours(self.lag_h);
        let length = if dose.duration > Time::ZERO { dose.duration } else { Time::from_hours(self.release_h) };
        (start, start + length)
    }
}

/// Doses of the schedule count as given from the tick at whose end they begin. Those seen in advance
/// are taken back first, because a forked world may hold another schedule.
fn administer_doses(clock: Res<Clock>, schedule: Res<DoseSchedule>, mut given: ResMut<GivenDoses>) {
    given.0.retain(|dose| dose.start < clock.now);
    let begun = schedule.0.iter().filter(|dose| clock.now <= dose.start && dose.start <= clock.end());
    given.0.extend(begun.cloned());
}
