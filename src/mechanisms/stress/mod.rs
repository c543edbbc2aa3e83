#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::StressParameters;

use crate::foundation::clock::Clock;
use crate::foundation::time::Time;
use crate::mechanisms::column::{Column, FRACTION, SoundRange};
use crate::mechanisms::mechanism::{Link, Mechanism};

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

/// Lets stress episodes load the body with glucocorticoid.
pub struct Stress;

impl Mechanism for Stress {
    const NAME: &'static str = "stress";
    const ABOUT: &'static str = "Stress episodes load the body with glucocorticoid.";
    type Parameters = StressParameters;
    const COLUMNS: &'static [Column] = &[Column::whole(
        "stress_load",
        FRACTION,
        "Glucocorticoid load",
        "glucocorticoid load, from 0 to 1",
        SoundRange::SHARE,
        |view| view.resource::<GlucocorticoidLoad>().map(|load| load.0),
    )];

    fn build(&self, link: &mut Link, _: &StressParameters) {
        let episodes = link.world().get_resource_or_init::<StressSchedule>().0.clone();
        link.stops_at(episodes.iter().flat_map(|episode| [episode.start, episode.end]))
            .writes::<GlucocorticoidLoad>()
            .adds(load_glucocorticoid);
    }
}

fn load_glucocorticoid(
    clock: Res<Clock>,
    schedule: Res<StressSchedule>,
    parameters: Res<StressParameters>,
    mut load: ResMut<GlucocorticoidLoad>,
) {
    load.0 = equations::load_after(load.0, schedule.level_at(clock.now), &parameters, clock.step.days());
}
