//! Links of the cascade that can be exchanged for another implementation, chosen by a key of the config.
//!
//! Two stages of the model are known to want more than one. What each takes and gives is stated here as signals, and a
//! test holds the implementation that is shipped to it: another one that declares the same can stand in its place
//! ([`Cascade::instead_of`](crate::mechanisms::Cascade::instead_of)) and nothing else notices.
//!
//! | stage | key | takes | gives |
//! | --- | --- | --- | --- |
//! | activity | `model.dynamics` | rows of synapses ([`Synapses`], [`SynapticInput`], [`AmpaGain`]), [`NmdaBlock`], GABA ([`InhibitoryTone`], [`ExcitatoryDrive`]), [`AfferentCurrent`] | [`FiringRate`], [`PresynapticOutput`], [`AmpaThroughput`], [`ExtracellularGlutamate`], [`CalciumTrace`] |
//! | synapse storage | `network.storage` | [`NeuronLaws`], [`EliminationPressure`], [`Complement`], [`PresynapticOutput`], [`StagedBirths`] | [`Synapses`] and its tally, [`Dendrite`], [`SynapticInput`] |
//!
//! [`AfferentCurrent`]: crate::anatomy::neuron::AfferentCurrent
//! [`AmpaGain`]: crate::anatomy::neuron::AmpaGain
//! [`AmpaThroughput`]: crate::mechanisms::glutamate::AmpaThroughput
//! [`CalciumTrace`]: crate::anatomy::neuron::CalciumTrace
//! [`Complement`]: crate::anatomy::synapses::Complement
//! [`Dendrite`]: crate::anatomy::synapses::Dendrite
//! [`EliminationPressure`]: crate::anatomy::synapses::EliminationPressure
//! [`ExcitatoryDrive`]: crate::anatomy::neuron::ExcitatoryDrive
//! [`ExtracellularGlutamate`]: crate::mechanisms::glutamate::ExtracellularGlutamate
//! [`FiringRate`]: crate::anatomy::neuron::FiringRate
//! [`InhibitoryTone`]: crate::anatomy::neuron::InhibitoryTone
//! [`NeuronLaws`]: crate::anatomy::synapses::NeuronLaws
//! [`NmdaBlock`]: crate::mechanisms::nmda_antagonism::NmdaBlock
//! [`PresynapticOutput`]: crate::anatomy::neuron::PresynapticOutput
//! [`StagedBirths`]: crate::anatomy::synapses::StagedBirths
//! [`SynapticInput`]: crate::anatomy::neuron::SynapticInput
//! [`Synapses`]: crate::anatomy::synapses::Synapses

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the activity of neurons is computed: which mechanism is the activity stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "form of activity"))]
pub enum Dynamics {
    /// Quasi-steady firing rates, relaxed in every tick until they agree with their input
    /// ([`glutamate`](crate::mechanisms::glutamate)).
    #[default]
    Rates,
}

/// How synapses are held: what anatomy sweeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "form of synapse storage"))]
pub enum Storage {
    /// Every synapse an agent of its own, in rows that dendrites own ([`synapses`](crate::anatomy::synapses)).
    #[default]
    Agents,
}

#[cfg(test)]
mod tests {
    use crate::mechanisms::Cascade;
    use crate::mechanisms::mechanism::Flow;

    fn declared(link: &str, flows: &[Flow]) -> Vec<&'static str> {
        let entries = Cascade::standard().entries().unwrap();
        let entry = entries.iter().find(|entry| entry.name == link).unwrap();
        let signals = entry.signals.iter().filter(|signal| flows.contains(&signal.flow));
        let mut names: Vec<_> = signals.map(crate::mechanisms::mechanism::Signal::short_name).collect();
        names.sort_unstable();
        names
    }

    /// The table above is what the links declare; what the body does to activity stands beside it.
    #[test]
    fn a_stage_takes_and_gives_what_the_table_says() {
        let table = include_str!("seams.rs");
        for (stage, links) in
            [("activity", &["glutamate"][..]), ("synapse storage", &["synapse_sweep", "synapse_edits"])]
        {
            let row = table.lines().find(|line| line.starts_with(&format!("//! | {stage} |"))).unwrap();
            let cells: Vec<&str> = row.split('|').collect();
            let named = |cell: &str| {
                let mut names: Vec<String> = cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
                names.sort();
                names
            };
            let gives: Vec<&str> = links.iter().flat_map(|link| declared(link, &[Flow::Writes])).collect();
            let takes: Vec<&str> = links.iter().flat_map(|link| declared(link, &[Flow::Reads, Flow::Feels])).collect();
            for name in named(cells[4]) {
                assert!(gives.contains(&name.as_str()), "{stage} gives {name}: {gives:?}");
            }
            for name in named(cells[3]) {
                assert!(takes.contains(&name.as_str()), "{stage} takes {name}: {takes:?}");
            }
        }
    }
}
