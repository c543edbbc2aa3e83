#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::SerotoninParameters;

use crate::foundation::parameters::Overrides;
use crate::foundation::state::CarryState;
use crate::mechanisms::dosing::ActionTarget;
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::schedule::{Clock, Phase, Tick};

/// Signal: extracellular serotonin relative to the untreated state (= 1).
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtracellularSerotonin(pub f64);

impl Default for ExtracellularSerotonin {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Signal: serotonergic tone as slow postsynaptic signalling sees it, relative to the untreated state (= 1).
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SerotonergicTone(pub f64);

impl Default for SerotonergicTone {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Sensitivity of the 5-HT1A autoreceptors, 1 before treatment.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutoreceptorSensitivity(pub f64);

impl Default for AutoreceptorSensitivity {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Adds serotonin to a world that has a schedule.
#[derive(Default)]
pub struct SerotoninPlugin {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
}

impl Plugin for SerotoninPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.overrides.apply::<SerotoninParameters>())
            .init_resource::<Exposure>()
            .init_resource::<ExtracellularSerotonin>()
            .init_resource::<SerotonergicTone>()
            .init_resource::<AutoreceptorSensitivity>()
            .carry_resource::<ExtracellularSerotonin>()
            .carry_resource::<SerotonergicTone>()
            .carry_resource::<AutoreceptorSensitivity>()
            .add_systems(Tick, raise_serotonin.in_set(Phase::Serotonin));
    }
}

/// Serotonin answers reuptake inhibition at once; autoreceptors and tone follow over weeks.
fn raise_serotonin(
    clock: Res<Clock>,
    parameters: Res<SerotoninParameters>,
    exposure: Res<Exposure>,
    mut sensitivity: ResMut<AutoreceptorSensitivity>,
    mut serotonin: ResMut<ExtracellularSerotonin>,
    mut tone: ResMut<SerotonergicTone>,
) {
    let p = &*parameters;
    let step_d = clock.step.days();
    let occupancy = exposure.action(ActionTarget::SerotoninReuptakeInhibition);
    let clearance = equations::clearance(occupancy, p.transporter_share);
    serotonin.0 = equations::extracellular(clearance, p.autoreceptor_feedback * sensitivity.0);
    let goal = equations::steady_sensitivity(serotonin.0, p.desensitisation);
    sensitivity.0 = equations::approach(sensitivity.0, goal, p.autoreceptor_time_constant_d, step_d);
    tone.0 = equations::approach(tone.0, serotonin.0, p.tone_time_constant_d, step_d);
}
