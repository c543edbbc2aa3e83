#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::StressParameters;

use crate::foundation::parameters::Overrides;
use crate::foundation::state::CarryState;
use crate::foundation::time::Time;
use crate::schedule::{Boundaries, Clock, Phase, Tick};

/// One stress episode of a protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StressEpisode {
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub end: Time,
    /// Severity, from 0 to 1.
    pub level: f64,
}

/// The stress episodes of a protocol, which do not overlap.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct StressSchedule(pub Vec<StressEpisode>);

impl StressSchedule {
    /// Severity of the stressor at `instant`; episodes include their start and exclude their end.
    #[must_use]
    pub fn level_at(&self, instant: Time) -> f64 {
        self.0
            .iter()
            .find(|episode| episode.start <= instant && instant < episode.end)
            .map_or(0.0, |episode| episode.level)
    }
}

/// Signal: the glucocorticoid load that everything downstream responds to, from 0 to 1.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GlucocorticoidLoad(pub f64);

/// Adds stress to a world that has a schedule.
#[derive(Default)]
pub struct StressPlugin {
    /// The episodes of the protocol.
    pub schedule: StressSchedule,
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
}

impl Plugin for StressPlugin {
    fn build(&self, app: &mut App) {
        app.world_mut()
            .get_resource_or_init::<Boundaries>()
            .extend(self.schedule.0.iter().flat_map(|episode| [episode.start, episode.end]));
        app.insert_resource(self.schedule.clone())
            .insert_resource(self.overrides.apply::<StressParameters>())
            .init_resource::<GlucocorticoidLoad>()
            .carry_resource::<GlucocorticoidLoad>()
            .add_systems(Tick, load_glucocorticoid.in_set(Phase::Stress));
    }
}

fn load_glucocorticoid(
    clock: Res<Clock>,
    schedule: Res<StressSchedule>,
    parameters: Res<StressParameters>,
    mut load: ResMut<GlucocorticoidLoad>,
) {
    load.0 = equations::load_after(
        load.0,
        schedule.level_at(clock.now),
        parameters.onset_time_constant_d,
        parameters.offset_time_constant_d,
        clock.step.days(),
    );
}
