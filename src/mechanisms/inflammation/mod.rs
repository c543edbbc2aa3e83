#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::InflammationParameters;

use crate::anatomy::subject::Subject;
use crate::foundation::clock::{Clock, Disabled};
use crate::mechanisms::column::{Column, SoundRange, TYPICAL};
use crate::mechanisms::dosing::ActionTarget;
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Signal: pro-inflammatory cytokines; a typical unstressed subject has 1.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cytokines(pub f64);

impl Default for Cytokines {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Signal: quinolinate at the synapse; a typical unstressed subject has 1.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quinolinate(pub f64);

impl Default for Quinolinate {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Signal: how much inflammation acts on the tissue, k_c·(C − 1): 0 in a typical unstressed subject,
/// negative below that.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InflammatoryEffect(pub f64);

/// Signal: the effect of the tone that the subject has without stress and drug, with which its tissue has grown up.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct RestingInflammation(pub f64);

/// What lasts from tick to tick: the tone, and the share of it that a drug has resolved.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InflammatoryTone {
    /// Pro-inflammatory tone without resolution; 1 in a typical unstressed subject.
    pub tone: f64,
    /// Share resolved, from 0 to 1.
    pub resolution: f64,
}

/// Lets cytokines follow stress, subject and drug, and quinolinate follow cytokines.
pub struct Inflammation;

impl Mechanism for Inflammation {
    const NAME: &'static str = "inflammation";
    const ABOUT: &'static str = "Cytokines follow stress, subject and drug; quinolinate follows cytokines.";
    type Parameters = InflammationParameters;
    const COLUMNS: &'static [Column] = &[
        Column::whole(
            "cytokine",
            TYPICAL,
            "Cytokines",
            "pro-inflammatory cytokines; a typical unstressed subject has 1",
            // sepsis raises IL-6 and TNF in plasma a thousandfold; in tissue without infection no more than tens are seen
            SoundRange::within(0.0, 100.0),
            |view| view.resource::<Cytokines>().map(|cytokines| cytokines.0),
        ),
        Column::whole(
            "quinolinate",
            TYPICAL,
            "Quinolinate",
            "quinolinate at the synapse; a typical unstressed subject has 1",
            // up to some hundredfold in cerebrospinal fluid, of infections of the brain
            SoundRange::within(0.0, 300.0),
            |view| view.resource::<Quinolinate>().map(|quinolinate| quinolinate.0),
        ),
    ];

    fn build(&self, link: &mut Link, p: &InflammationParameters) {
        // a subject has lived with its baseline before the first tick
        let is_off = link.world().get_resource_or_init::<Disabled>().0.contains(&Self::phase());
        let baseline = link.world().get_resource_or_init::<Subject>().baseline_inflammation.max(-1.0);
        let baseline = if is_off { 0.0 } else { baseline };
        let effect = p.causal_gain * baseline;
        link.reads::<Subject>()
            .reads::<Exposure>()
            .reads::<GlucocorticoidLoad>()
            .writes_from(InflammatoryTone { tone: 1.0 + baseline, resolution: 0.0 })
            .writes_from(Cytokines(1.0 + baseline))
            .writes_from(InflammatoryEffect(effect))
            .writes_from(Quinolinate((1.0 + p.quinolinate_gain * effect).max(0.0)))
            .provides_from(RestingInflammation(effect))
            .adds(inflame_tissue);
    }
}

/// Lets tone and resolution follow stress and drug; cytokines and quinolinate result.
#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
fn inflame_tissue(
    clock: Res<Clock>,
    parameters: Res<InflammationParameters>,
    subject: Res<Subject>,
    load: Res<GlucocorticoidLoad>,
    exposure: Res<Exposure>,
    mut state: ResMut<InflammatoryTone>,
    mut cytokines: ResMut<Cytokines>,
    mut effect: ResMut<InflammatoryEffect>,
    mut quinolinate: ResMut<Quinolinate>,
) {
    let p = &*parameters;
    let step_d = clock.step.days();
    let drive = equations::drive(subject.baseline_inflammation, p.stress_gain, subject.stress_sensitivity, load.0);
    let action = exposure.action(ActionTarget::CytokineSuppression);
    state.resolution = equations::resolution_after(state.resolution, action, p, step_d);
    state.tone = equations::tone_after(state.tone, drive, state.resolution, p, step_d);
    cytokines.0 = state.tone * (1.0 - state.resolution);
    effect.0 = p.causal_gain * (cytokines.0 - 1.0);
    let goal = (1.0 + p.quinolinate_gain * effect.0).max(0.0);
    quinolinate.0 = equations::approach(quinolinate.0, goal, p.quinolinate_time_constant_d, step_d);
}
