#![doc = include_str!("README.md")]

pub mod equations;
pub mod events;
pub mod formulary;
pub mod parameters;

mod drug_file;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use events::{Amount, Dose, DoseEvent, DoseSchedule};
pub use formulary::Formulary;
pub use parameters::{ActionTarget, Drug, Glun2, Route};

use crate::foundation::state::CarryState;
use crate::foundation::time::Time;
use crate::schedule::{Boundaries, Clock, Phase, Tick};

/// Signal: the doses that have begun, and those that begin at the instant at which the tick ends.
///
/// The latter are there so that the next tick can be made short enough for them.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GivenDoses(pub Vec<Dose>);

/// Adds dosing to a world that has a schedule.
#[derive(Default)]
pub struct DosingPlugin {
    /// The drugs that the schedule names.
    pub formulary: Formulary,
    /// The doses of the protocol.
    pub schedule: DoseSchedule,
}

impl Plugin for DosingPlugin {
    fn build(&self, app: &mut App) {
        let boundaries = self.schedule.0.iter().flat_map(|dose| input_boundaries(&self.formulary, dose));
        app.world_mut().get_resource_or_init::<Boundaries>().extend(boundaries);
        app.insert_resource(self.formulary.clone())
            .insert_resource(self.schedule.clone())
            .init_resource::<GivenDoses>()
            .carry_resource::<GivenDoses>()
            .add_systems(Tick, administer_doses.in_set(Phase::Dosing));
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
