#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use resprout::anatomy::neuron::{AfferentCurrent, CalciumTrace};
use resprout::anatomy::population::CellClass;
use resprout::foundation::clock::Clock;
use resprout::foundation::reduce;
use resprout::mechanisms::column::{Column, FRACTION, SoundRange};
use resprout::mechanisms::{Link, Mechanism};
use serde::{Deserialize, Serialize};

use self::equations::Days;
pub use self::parameters::SleepPressureParameters;

/// Sleep pressure of a neuron, from 0 (rested) to about 1.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SleepPressure(pub f32);

/// Lets neurons tire with use, recover in sleep, and grow excitable with time awake.
pub struct Sleep;

impl Mechanism for Sleep {
    const NAME: &'static str = "sleep_pressure";
    const ABOUT: &'static str = "Neurons tire with use, and grow excitable with time awake.";
    type Parameters = SleepPressureParameters;
    const COLUMNS: &'static [Column] = &[Column::whole(
        "sleep_pressure",
        FRACTION,
        "Sleep pressure",
        "sleep pressure, mean over pyramidal cells",
        // it follows activity relative to its set point
        SoundRange::within(0.0, 100.0),
        |view| view.pyramidal_mean::<SleepPressure>(|pressure| f64::from(pressure.0)),
    )];

    fn build(&self, link: &mut Link, _: &SleepPressureParameters) {
        link.needs::<CalciumTrace>()
            .writes_component::<SleepPressure>()
            .writes::<AfferentCurrent>()
            .adds((tire_neurons, excite_neurons).chain());
    }
}

impl SleepPressureParameters {
    fn days(&self) -> Days {
        Days { rise_h: self.rise_time_constant_h, fall_h: self.fall_time_constant_h, awake_h: self.awake_h }
    }
}

fn tire_neurons(
    clock: Res<Clock>,
    parameters: Res<SleepPressureParameters>,
    mut neurons: Query<(&CalciumTrace, &mut SleepPressure)>,
) {
    let (days, since_waking_h) = (parameters.days(), (clock.now - clock.beginning).hours());
    for (activity, mut pressure) in &mut neurons {
        let (before, activity) = (f64::from(pressure.0), f64::from(activity.0));
        pressure.0 = equations::pressure_after(before, activity, &days, since_waking_h, clock.step_h()) as f32;
    }
}

fn excite_neurons(
    parameters: Res<SleepPressureParameters>,
    neurons: Query<&SleepPressure>,
    mut afferent: ResMut<AfferentCurrent>,
) {
    let pressures: Vec<f32> = neurons.iter().map(|pressure| pressure.0).collect();
    let mean = reduce::mean(&pressures, |&pressure| f64::from(pressure));
    let on_waking = equations::pressure_on_waking(&parameters.days());
    afferent.0[CellClass::Pyramidal as usize] =
        equations::excitation_na(mean, on_waking, parameters.excitation_na) as f32;
}
