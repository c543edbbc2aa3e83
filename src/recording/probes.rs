//! What is recorded in each row: one declaration per column.
//!
//! A probe reads the world and changes nothing. It returns the value as the model has it; columns that the
//! dictionary declares relative are divided by the same network's baseline when the rows are written.

use super::dictionary;
use super::view::View;
use crate::anatomy::neuron::{FiringRate, InhibitoryTone, Neuron, SynapticInput};
use crate::anatomy::synapses::{Dendrite, Synapses};
use crate::anatomy::voxels::Voxels;
use crate::foundation::reduce;
use crate::mechanisms::bdnf::{Neurotrophin, PhosphoEef2, SecretedBdnf};
use crate::mechanisms::glutamate::{AmpaThroughput, ExtracellularGlutamate, SettlingResidual};
use crate::mechanisms::inflammation::{Cytokines, Quinolinate};
use crate::mechanisms::nmda_antagonism::NmdaBlock;
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::mechanisms::serotonin::SerotonergicTone;
use crate::mechanisms::side_effects::SideEffects;
use crate::mechanisms::stress::GlucocorticoidLoad;
use crate::mechanisms::symptoms::Symptoms;
use crate::mechanisms::synaptogenesis::ElementBalance;

/// How a column is read off the world; `None` where there is no value.
enum Read {
    /// One value.
    Whole(fn(&View) -> Option<f64>),
    /// One value for each population, from the identities of its neurons.
    ByPopulation(fn(&View, &[u32]) -> Option<f64>),
}

struct Probe {
    column: &'static str,
    read: Read,
}

const fn whole(column: &'static str, read: fn(&View) -> Option<f64>) -> Probe {
    Probe { column, read: Read::Whole(read) }
}

const fn by_population(column: &'static str, read: fn(&View, &[u32]) -> Option<f64>) -> Probe {
    Probe { column, read: Read::ByPopulation(read) }
}

/// Every probe, in the order of the columns.
const PROBES: &[Probe] = &[
    whole("ketamine_ng_per_ml", |view| Some(view.resource::<Exposure>()?.plasma_ng_per_ml("ketamine"))),
    whole("norketamine_ng_per_ml", |view| Some(view.resource::<Exposure>()?.plasma_ng_per_ml("norketamine"))),
    whole("hnk_ng_per_ml", |view| Some(view.resource::<Exposure>()?.plasma_ng_per_ml("hnk"))),
    whole("free_ketamine_um", |view| Some(view.resource::<Exposure>()?.brain_free_um("ketamine"))),
    by_population("nmda_block_<population>", |view, members| {
        let block = view.resource::<NmdaBlock>()?;
        view.mean::<Neuron>(members, |neuron| block.synaptic[neuron.class as usize])
    }),
    by_population("rate_<population>_hz", |view, members| view.mean::<FiringRate>(members, |rate| f64::from(rate.0))),
    whole("glutamate_um", |view| {
        view.resource::<ExtracellularGlutamate>().map(|glutamate| reduce::mean(&glutamate.field.values, |&um| um))
    }),
    whole("gaba_tone", |view| view.resource::<InhibitoryTone>().map(|tone| tone.content)),
    whole("ampa_throughput", |view| {
        let throughput = view.resource::<AmpaThroughput>()?;
        view.pyramidal_mean_by(|id| f64::from(throughput.0[id]))
    }),
    whole("bdnf", |view| {
        let (bdnf, voxels) = (view.resource::<SecretedBdnf>()?, view.resource::<Voxels>()?);
        view.pyramidal_mean_by(|id| bdnf.field.values[voxels.of_neuron[id] as usize])
    }),
    whole("trkb", |view| view.pyramidal_mean::<Neurotrophin>(|levels| f64::from(levels.trkb))),
    whole("mtorc1", |view| view.pyramidal_mean::<Neurotrophin>(|levels| f64::from(levels.mtorc1))),
    whole("protein", |view| view.pyramidal_mean::<Neurotrophin>(|levels| f64::from(levels.protein))),
    whole("p_eef2", |view| view.resource::<PhosphoEef2>().map(|eef2| eef2.0)),
    whole("spines_per_pyramidal", |view| {
        let standing = view.resource::<Synapses>()?.tally().spines.standing;
        Some(standing as f64 / view.census.pyramidal.len() as f64)
    }),
    whole("spine_size", |view| {
        // the sweep sums sizes before it lets the births of its tick in
        let swept = view.resource::<Synapses>()?.tally().spines.swept as f64;
        let total = view.pyramidal_mean::<SynapticInput>(|input| f64::from(input.excitatory_size))?;
        (swept > 0.0).then(|| total * view.census.pyramidal.len() as f64 / swept)
    }),
    whole("cytokine", |view| view.resource::<Cytokines>().map(|cytokines| cytokines.0)),
    whole("quinolinate", |view| view.resource::<Quinolinate>().map(|quinolinate| quinolinate.0)),
    whole("serotonin", |view| view.resource::<SerotonergicTone>().map(|tone| tone.0)),
    whole("stress_load", |view| view.resource::<GlucocorticoidLoad>().map(|load| load.0)),
    whole("circuit_function", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.circuit_function)),
    whole("madrs", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.madrs)),
    whole("hama", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.hama)),
    whole("caps5", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.caps5)),
    whole("ybocs", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.ybocs)),
    whole("panss_positive", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.panss_positive)),
    whole("craving", |view| view.resource::<Symptoms>().map(|symptoms| symptoms.craving)),
    whole("cadss", |view| view.resource::<SideEffects>().map(|effects| effects.cadss)),
    whole("heart_rate_bpm", |view| view.resource::<SideEffects>().map(|effects| effects.heart_rate_bpm)),
    whole("systolic_mmhg", |view| view.resource::<SideEffects>().map(|effects| effects.systolic_mmhg)),
    whole("diastolic_mmhg", |view| view.resource::<SideEffects>().map(|effects| effects.diastolic_mmhg)),
    whole("nausea", |view| view.resource::<SideEffects>().map(|effects| effects.nausea)),
    whole("dizziness", |view| view.resource::<SideEffects>().map(|effects| effects.dizziness)),
    whole("sedation", |view| view.resource::<SideEffects>().map(|effects| effects.sedation)),
    whole("health_synapse_balance", |view| {
        let tally = view.resource::<Synapses>()?.tally();
        let rows = view.column::<Dendrite>()?.iter();
        let standing: usize = rows.map(|dendrite| dendrite.excitatory.len() + dendrite.inhibitory.len()).sum();
        Some((tally.initial + tally.formed) as f64 - tally.eliminated as f64 - standing as f64)
    }),
    whole("health_element_balance", |view| {
        let balance = view.resource::<ElementBalance>()?;
        Some(balance.dendritic_bound as f64 - balance.axonal_bound as f64)
    }),
    whole("health_drug_balance", |view| {
        let imbalance = &view.resource::<Exposure>()?.imbalance;
        Some(imbalance.iter().fold(0.0, |worst: f64, &own| if own.abs() > worst.abs() { own } else { worst }))
    }),
    whole("health_rate_residual", |view| view.resource::<SettlingResidual>().map(|residual| residual.0)),
];

/// Names of the probed columns of a network with these populations.
#[must_use]
pub fn columns(populations: &[String]) -> Vec<String> {
    let mut columns = Vec::new();
    for probe in PROBES {
        match probe.read {
            Read::Whole(_) => columns.push(probe.column.to_owned()),
            Read::ByPopulation(_) => {
                columns.extend(populations.iter().map(|name| dictionary::of_population(probe.column, name)));
            }
        }
    }
    columns
}

/// Reads every probe, in the order of [`columns`]; NaN where there is no value.
pub fn read(view: &View, row: &mut Vec<f64>) {
    for probe in PROBES {
        match probe.read {
            Read::Whole(read) => row.push(read(view).unwrap_or(f64::NAN)),
            Read::ByPopulation(read) => {
                row.extend(view.census.members.iter().map(|members| read(view, members).unwrap_or(f64::NAN)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probe_has_its_line_in_the_dictionary() {
        for column in columns(&["pyr".to_owned(), "pv".to_owned()]) {
            assert!(dictionary::describe(&column).is_some(), "{column}");
        }
    }
}
