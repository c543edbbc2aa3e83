#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use rayon::prelude::*;

pub use parameters::SpinePlasticityParameters;

use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::network::Network;
use crate::anatomy::neuron::{CalciumTrace, NEURONS_PER_TASK, Neuron};
use crate::anatomy::synapses::{Kind, NeuronLaws, SizeLaw, TurnoverLaw};
use crate::mechanisms::bdnf::{Neurotrophin, RestingTrkb};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Decides, neuron by neuron, how spines grow, shrink, mature and turn over.
pub struct SpinePlasticity;

impl Mechanism for SpinePlasticity {
    const NAME: &'static str = "spine_plasticity";
    const ABOUT: &'static str = "Synapses fluctuate in size, mature and turn over.";
    type Parameters = SpinePlasticityParameters;

    fn build(&self, link: &mut Link, _: &SpinePlasticityParameters) {
        link.reads::<GlucocorticoidLoad>()
            .reads::<RestingTrkb>()
            .needs::<Neurotrophin>()
            .needs::<CalciumTrace>()
            .writes_component::<NeuronLaws>()
            .adds(decide_size_and_turnover);
    }
}

/// States, neuron by neuron, the laws that the sweep will carry out on its synapses.
fn decide_size_and_turnover(
    network: Res<Network>,
    parameters: Res<SpinePlasticityParameters>,
    (load, rest): (Res<GlucocorticoidLoad>, Res<RestingTrkb>),
    mut columns: AllNeurons<(&Neuron, &Neurotrophin, &CalciumTrace, &mut NeuronLaws)>,
) -> Result {
    let p = &*parameters;
    let median = |kind| (network.median_log2(kind) + p.target_offset_log2) as f32;
    let size = |kind, target_log2, activity_gain| SizeLaw {
        target_log2,
        activity_gain,
        return_rate_per_h: (1.0 / (24.0 * p.size_time_constant_d)) as f32,
        spread_log2: network.spread_log2(kind) as f32,
    };
    let turnover = |factor: f64, maturation_per_h| TurnoverLaw {
        nascent_elimination_per_h: (factor * p.nascent_elimination_per_d / 24.0) as f32,
        mature_elimination_per_h: (factor * p.mature_elimination_per_d / 24.0) as f32,
        maturation_per_h,
        size_exponent: p.elimination_size_exponent as f32,
        activity_exponent: p.elimination_activity_exponent as f32,
    };
    let decide = |neuron: &Neuron, levels: &Neurotrophin, calcium: &CalciumTrace, laws: &mut NeuronLaws| {
        // synapses onto interneurons sit on shafts: TrkB of the cell does not enlarge or stabilise them
        let trkb = if neuron.class.is_excitatory() { levels.trkb / rest.0 } else { 1.0 };
        let target = equations::size_target_log2(median(Kind::Excitatory), trkb, calcium.0, p);
        let shrinkage = if neuron.class.is_excitatory() { p.stress_shrinkage_log2 * load.0 } else { 0.0 };
        let maturation =
            equations::maturation_per_h(p.maturation_per_d as f32, trkb, p.trkb_maturation_exponent as f32);
        laws.excitatory_size = size(Kind::Excitatory, target - shrinkage as f32, p.activity_gain_log2 as f32);
        laws.excitatory_turnover = turnover(1.0, maturation);
        let retraction = equations::retraction(calcium.0, p.retraction_gain as f32);
        laws.excitatory_turnover.nascent_elimination_per_h *= retraction;
        laws.excitatory_turnover.mature_elimination_per_h *= retraction;

        let target = median(Kind::Inhibitory) - p.inhibitory_homeostatic_gain_log2 as f32 * (1.0 - calcium.0);
        laws.inhibitory_size = size(Kind::Inhibitory, target, 0.0);
        let factor = p.inhibitory_turnover_factor;
        laws.inhibitory_turnover = turnover(factor, (factor * p.maturation_per_d / 24.0) as f32);
    };
    if let Some((neurons, levels, calcium, mut laws)) = columns.slices()? {
        (neurons, levels, calcium, laws.bypass_change_detection())
            .into_par_iter()
            .with_min_len(NEURONS_PER_TASK)
            .for_each(|(neuron, levels, calcium, laws)| decide(neuron, levels, calcium, laws));
    }
    Ok(())
}
