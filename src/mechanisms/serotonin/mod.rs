#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::SerotoninParameters;

use crate::foundation::clock::Clock;
use crate::mechanisms::column::{Column, SoundRange, TYPICAL};
use crate::mechanisms::dosing::ActionTarget;
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::pharmacokinetics::Exposure;

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

/// Lets serotonin answer reuptake inhibition, and autoreceptors and tone follow over weeks.
pub struct Serotonin;

impl Mechanism for Serotonin {
    const NAME: &'static str = "serotonin";
    const ABOUT: &'static str = "Serotonin follows reuptake inhibition at once, and more over weeks.";
    type Parameters = SerotoninParameters;
    const COLUMNS: &'static [Column] = &[Column::whole(
        "serotonin",
        TYPICAL,
        "Serotonergic tone",
        "slow serotonergic tone; an untreated subject has 1",
        // what is left of clearance is a hundredth at the least: a hundredfold
        SoundRange::within(0.0, 100.0),
        |view| view.resource::<SerotonergicTone>().map(|tone| tone.0),
    )];

    fn build(&self, link: &mut Link, _: &SerotoninParameters) {
        link.reads::<Exposure>()
            .writes::<ExtracellularSerotonin>()
            .writes::<SerotonergicTone>()
            .writes::<AutoreceptorSensitivity>()
            .adds(raise_serotonin);
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
