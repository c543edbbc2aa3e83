#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::GabaParameters;

use crate::anatomy::network::Network;
use crate::anatomy::neuron::{ExcitatoryDrive, InhibitoryTone, PresynapticOutput};
use crate::anatomy::population::CellClass;
use crate::foundation::clock::Clock;
use crate::foundation::reduce;
use crate::mechanisms::column::{Column, RELATIVE, SoundRange};
use crate::mechanisms::dosing::ActionTarget;
use crate::mechanisms::glutamate::ExtracellularGlutamate;
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Slow average of interneurons' output, relative to their set points; what spilt GABA follows.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlowInhibition(pub f64);

impl Default for SlowInhibition {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Lets GABA content follow glutamate and stress, and inhibition follow GABA content.
pub struct Gaba;

impl Mechanism for Gaba {
    const NAME: &'static str = "gaba";
    const ABOUT: &'static str = "GABA content follows glutamate and stress, and sets the strength of inhibition.";
    type Parameters = GabaParameters;
    const COLUMNS: &'static [Column] =
        // tissue holds some millimolar: thirty times as much would be half a per cent of its mass
        &[Column::whole(
            "gaba_tone",
            RELATIVE,
            "GABA tone",
            "inhibitory tone",
            SoundRange::within(0.0, 30.0),
            |view| view.resource::<InhibitoryTone>().map(|tone| tone.content),
        )];

    fn build(&self, link: &mut Link, _: &GabaParameters) {
        link.reads::<GlucocorticoidLoad>()
            .reads::<Exposure>()
            .needs::<ExtracellularGlutamate>()
            .reads::<PresynapticOutput>()
            .writes::<SlowInhibition>()
            .writes::<InhibitoryTone>()
            .writes::<ExcitatoryDrive>()
            .adds((set_inhibitory_tone, weaken_drive_of_interneurons));
    }
}

#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
fn set_inhibitory_tone(
    clock: Res<Clock>,
    parameters: Res<GabaParameters>,
    load: Res<GlucocorticoidLoad>,
    glutamate: Res<ExtracellularGlutamate>,
    exposure: Res<Exposure>,
    (network, output): (Res<Network>, Res<PresynapticOutput>),
    mut slow: ResMut<SlowInhibition>,
    mut tone: ResMut<InhibitoryTone>,
) {
    let relative = reduce::mean(&glutamate.field.values, |&um| um) / glutamate.ambient_um;
    let steady = equations::steady_content(load.0, relative, parameters.stress_loss, parameters.glutamate_coupling);
    tone.content = equations::content_after(tone.content, steady, parameters.time_constant_h, clock.step_h());
    tone.synaptic_gain = equations::synaptic_gain(
        tone.content,
        parameters.synaptic_share,
        exposure.action(ActionTarget::GabaAPotentiation),
        parameters.potentiated_share,
    ) as f32;
    let now = inhibitory_output(&network, &output);
    slow.0 = equations::content_after(slow.0, now, parameters.slow_time_constant_min / 60.0, clock.step_h());
    tone.synaptic_gain *= equations::lagging(now, slow.0, parameters.slow_share) as f32;
}

/// Mean output of interneurons, each class by its share of inhibitory boutons, relative to their set points.
fn inhibitory_output(network: &Network, output: &PresynapticOutput) -> f64 {
    let (mut sums, mut cells) = ([0.0; CellClass::COUNT], [0.0; CellClass::COUNT]);
    for (&class, &output) in network.classes.iter().zip(&output.0) {
        sums[class as usize] += f64::from(output);
        cells[class as usize] += 1.0;
    }
    let classes = CellClass::ALL.into_iter().filter(|class| !class.is_excitatory() && cells[*class as usize] > 0.0);
    let (mut weighted, mut shares) = (0.0, 0.0);
    for class in classes {
        let share = f64::from(network.inhibitory_share[class as usize]);
        weighted += share * sums[class as usize] / cells[class as usize];
        shares += share;
    }
    if shares > 0.0 { weighted / shares } else { 0.0 }
}

/// Chronic stress weakens excitatory synapses onto interneurons.
fn weaken_drive_of_interneurons(
    clock: Res<Clock>,
    parameters: Res<GabaParameters>,
    load: Res<GlucocorticoidLoad>,
    mut drive: ResMut<ExcitatoryDrive>,
) {
    let p = &*parameters;
    let kept = (-clock.step.days() / p.drive_time_constant_d).exp();
    for (class, loss) in [(CellClass::Pv, p.pv_drive_loss), (CellClass::Sst, p.sst_drive_loss)] {
        let goal = equations::steady_drive(load.0, loss);
        let own = &mut drive.0[class as usize];
        *own = (goal + (f64::from(*own) - goal) * kept) as f32;
    }
}
