#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use resprout::anatomy::neuron::{CalciumTrace, InhibitoryTone, Neuron};
use resprout::foundation::parameters::Overrides;
use resprout::foundation::reduce;
use resprout::foundation::state::CarryState;
use resprout::schedule::{Clock, Phase, Tick};
use serde::{Deserialize, Serialize};

pub use parameters::SleepPressureParameters;

use equations::Days;

/// Sleep pressure of a neuron, from 0 (rested) to about 1.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SleepPressure(pub f32);

/// Adds sleep pressure to a world that has a schedule.
#[derive(Default)]
pub struct SleepPressurePlugin {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
}

impl Plugin for SleepPressurePlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.overrides.apply::<SleepPressureParameters>())
            .init_resource::<InhibitoryTone>()
            .carry_resource::<InhibitoryTone>()
            .carry_component::<SleepPressure>()
            .add_systems(Tick, (tire_neurons, weaken_inhibition).chain().after(Phase::Gaba).before(Phase::Bdnf));
        app.world_mut().register_required_components::<Neuron, SleepPressure>();
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

fn weaken_inhibition(
    parameters: Res<SleepPressureParameters>,
    neurons: Query<&SleepPressure>,
    mut tone: ResMut<InhibitoryTone>,
) {
    let pressures: Vec<f32> = neurons.iter().map(|pressure| pressure.0).collect();
    let mean = reduce::mean(&pressures, |&pressure| f64::from(pressure));
    let on_waking = equations::pressure_on_waking(&parameters.days());
    tone.synaptic_gain = equations::inhibition(mean, on_waking, parameters.inhibition_loss) as f32;
}
