#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::BdnfParameters;

use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::fields::Field;
use crate::anatomy::neuron::{AmpaGain, NEURONS_PER_TASK, Neuron};
use crate::anatomy::population::CellClass;
use crate::anatomy::subject::Subject;
use crate::anatomy::voxels::Voxels;
use crate::foundation::clock::Clock;
use crate::mechanisms::column::{Column, RELATIVE, SoundRange};
use crate::mechanisms::dosing::ActionTarget;
use crate::mechanisms::glutamate::{AmpaThroughput, ExtracellularGlutamate};
use crate::mechanisms::inflammation::{InflammatoryEffect, Quinolinate};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::nmda_antagonism::NmdaBlock;
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::mechanisms::serotonin::SerotonergicTone;
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Levels of the cascade in one neuron, relative to the unstressed baseline (= 1).
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neurotrophin {
    /// BDNF in store, ready for release.
    pub store: f32,
    /// Drive that release has become used to: a slow average of AMPA throughput times glutamate.
    pub threshold: f32,
    /// Tonic NMDA activity that translation has become used to: a slow average.
    pub tonic_reference: f32,
    /// TrkB at the surface, where BDNF finds it.
    pub surface: f32,
    /// TrkB activity.
    pub trkb: f32,
    /// mTORC1 activity.
    pub mtorc1: f32,
    /// Synaptic protein, ready to build or stabilise synapses.
    pub protein: f32,
}

impl Default for Neurotrophin {
    fn default() -> Self {
        Self { store: 1.0, threshold: 1.0, tonic_reference: 1.0, surface: 1.0, trkb: 1.0, mtorc1: 1.0, protein: 1.0 }
    }
}

/// Signal: BDNF secreted into the extracellular space, by voxel, relative to baseline (= 1).
#[derive(Resource, Clone, Serialize, Deserialize)]
pub struct SecretedBdnf {
    /// Level relative to baseline.
    pub field: Field,
    source: Vec<f64>,
    /// By neuron: what its store has released in this tick. Kept to spare the allocation.
    #[serde(skip)]
    released: Vec<f32>,
}

/// Signal: phosphorylated eEF2 relative to baseline. It follows tonic NMDA activity of pyramidal
/// cells whether or not the hypothesis `direct` is in force.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhosphoEef2(pub f64);

impl Default for PhosphoEef2 {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Levels are told relative to rest. Infusions and cell cultures raise them some tenfold, no further than this.
const LEVEL: SoundRange = SoundRange::within(0.0, 100.0);

/// Releases BDNF; TrkB, mTORC1, synaptic protein and AMPA receptors follow.
pub struct Bdnf;

impl Mechanism for Bdnf {
    const NAME: &'static str = "bdnf";
    const ABOUT: &'static str = "BDNF is released; TrkB, mTORC1, synaptic protein and AMPA insertion follow.";
    type Parameters = BdnfParameters;
    const COLUMNS: &'static [Column] = &[
        Column::whole("bdnf", RELATIVE, "BDNF", "secreted BDNF, mean over pyramidal cells", LEVEL, |view| {
            let (bdnf, voxels) = (view.resource::<SecretedBdnf>()?, view.resource::<Voxels>()?);
            view.pyramidal_mean_by(|id| bdnf.field.values[voxels.of_neuron[id] as usize])
        }),
        Column::whole("trkb", RELATIVE, "TrkB", "TrkB activation, mean over pyramidal cells", LEVEL, |view| {
            view.pyramidal_mean::<Neurotrophin>(|levels| f64::from(levels.trkb))
        }),
        Column::whole("mtorc1", RELATIVE, "mTORC1", "mTORC1 activity, mean over pyramidal cells", LEVEL, |view| {
            view.pyramidal_mean::<Neurotrophin>(|levels| f64::from(levels.mtorc1))
        }),
        Column::whole(
            "protein",
            RELATIVE,
            "Synaptic protein",
            "synaptic-protein pool, mean over pyramidal cells",
            // there are only so many places to put protein
            SoundRange::within(0.0, 25.0),
            |view| view.pyramidal_mean::<Neurotrophin>(|levels| f64::from(levels.protein)),
        ),
        Column::whole("p_eef2", RELATIVE, "p-eEF2", "phosphorylated eEF2, mean over pyramidal cells", LEVEL, |view| {
            view.resource::<PhosphoEef2>().map(|eef2| eef2.0)
        }),
    ];

    fn build(&self, link: &mut Link, _: &BdnfParameters) {
        link.reads::<Subject>()
            .reads::<GlucocorticoidLoad>()
            .reads::<Exposure>()
            .reads::<NmdaBlock>()
            .reads::<InflammatoryEffect>()
            .reads::<Quinolinate>()
            .reads::<SerotonergicTone>()
            .needs::<ExtracellularGlutamate>()
            .needs::<AmpaThroughput>()
            .writes::<PhosphoEef2>()
            .carries::<SecretedBdnf>()
            .writes_component::<Neurotrophin>()
            .writes_component::<AmpaGain>()
            .adds((release_bdnf, activate_trkb).chain());
    }

    fn initialise(&self, world: &mut World) {
        fill_with_bdnf(world);
    }
}

/// Fills the extracellular space with BDNF at baseline.
fn fill_with_bdnf(world: &mut World) {
    let grid = world.resource::<Voxels>().grid.clone();
    let source = vec![0.0; grid.voxels()];
    world.insert_resource(SecretedBdnf { field: Field::uniform(&grid, 1.0), source, released: Vec::new() });
}

/// Releases BDNF from the stores of pyramidal cells, refills them, and lets it spread.
#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
fn release_bdnf(
    clock: Res<Clock>,
    voxels: Res<Voxels>,
    parameters: Res<BdnfParameters>,
    load: Res<GlucocorticoidLoad>,
    (inflammation, quinolinate): (Res<InflammatoryEffect>, Res<Quinolinate>),
    serotonin: Res<SerotonergicTone>,
    block: Res<NmdaBlock>,
    glutamate: Res<ExtracellularGlutamate>,
    throughput: Res<AmpaThroughput>,
    subject: Res<Subject>,
    mut eef2: ResMut<PhosphoEef2>,
    mut bdnf: ResMut<SecretedBdnf>,
    mut columns: AllNeurons<(&Neuron, &mut Neurotrophin)>,
) -> Result {
    let p = &*parameters;
    let bdnf = &mut *bdnf;
    let tonic_block = block.tonic[CellClass::Pyramidal as usize];
    let suppression = [p.stress_transcription_loss * load.0, p.inflammatory_transcription_loss * inflammation.0];
    let transcription =
        equations::transcription(suppression, serotonin.0, p.serotonin_transcription_gain, p.serotonin_half_rise)
            as f32;
    let to_threshold = -(-clock.step_h() / p.threshold_time_constant_h).exp_m1() as f32;
    let secretion =
        equations::secretion_factor(p.activity_release_factor, p.met_release_loss, subject.bdnf_genotype.met_alleles());
    let surging = equations::RelativeHill::of(p.release_half_activation as f32, p.release_hill as f32);
    let spilt = |voxel: u32| glutamate.field.values[voxel as usize] / glutamate.ambient_um;
    let tonic = |voxel| equations::tonic_nmda(spilt(voxel), quinolinate.0, tonic_block, p);
    let release = |neuron: &Neuron, levels: &mut Neurotrophin| {
        let voxel = voxels.of_neuron[neuron.id as usize];
        let tonic = tonic(voxel) as f32;
        let input = throughput.0[neuron.id as usize] * spilt(voxel) as f32;
        let surge = surging.at(equations::above_threshold(input, levels.threshold));
        levels.threshold = equations::approach(levels.threshold, input, to_threshold);
        let drive = equations::release_drive(surge, p.constitutive_share as f32, secretion)
            + equations::direct_release(
                equations::above_threshold(tonic, levels.tonic_reference),
                p.direct_weight as f32,
                p.direct_gain as f32,
            );
        levels.tonic_reference = equations::approach(levels.tonic_reference, tonic, to_threshold);
        let released = levels.store * drive;
        levels.store = equations::store_after(levels.store, transcription, drive, p, clock.step_h() as f32);
        released
    };
    let mut tonic_sum = 0.0;
    bdnf.source.fill(0.0);
    if let Some((neurons, mut levels)) = columns.slices()? {
        bdnf.released.resize(neurons.len(), 0.0);
        (neurons, levels.bypass_change_detection(), &mut bdnf.released)
            .into_par_iter()
            .with_min_len(NEURONS_PER_TASK)
            .filter(|(neuron, ..)| neuron.class.is_excitatory())
            .for_each(|(neuron, levels, released)| *released = release(neuron, levels));
        // cells of a voxel add up in the order of their identities, whatever the number of threads
        for (neuron, &released) in neurons.iter().zip(&bdnf.released).filter(|(neuron, _)| neuron.class.is_excitatory())
        {
            let voxel = voxels.of_neuron[neuron.id as usize];
            tonic_sum += tonic(voxel);
            bdnf.source[voxel as usize] += f64::from(released);
        }
    }
    let pyramidal: f64 = voxels.pyramidal.iter().sum();
    eef2.0 = tonic_sum / pyramidal;

    let rate_per_h = 1.0 / p.clearance_time_constant_h;
    for (source, &count) in bdnf.source.iter_mut().zip(&voxels.pyramidal) {
        *source = rate_per_h * if count > 0.0 { *source / count } else { 1.0 };
    }
    bdnf.field.advance(&bdnf.source, rate_per_h, rate_per_h * p.spread_length_um.powi(2), clock.step_h());
    Ok(())
}

/// TrkB answers the BDNF around it; mTORC1, synaptic protein and AMPA receptors follow.
fn activate_trkb(
    clock: Res<Clock>,
    voxels: Res<Voxels>,
    parameters: Res<BdnfParameters>,
    bdnf: Res<SecretedBdnf>,
    exposure: Res<Exposure>,
    mut columns: AllNeurons<(&Neuron, &mut Neurotrophin, &mut AmpaGain)>,
) -> Result {
    let p = &*parameters;
    let covered = |time_constant_h: f64| -(-clock.step_h() / time_constant_h).exp_m1() as f32;
    let [to_surface, to_trkb, to_mtorc1, to_ampa] =
        [p.surface_time_constant_h, p.trkb_time_constant_h, p.mtorc1_time_constant_h, p.ampa_time_constant_h]
            .map(covered);
    let translation = equations::Translation {
        threshold: p.translation_threshold as f32,
        rate_per_h: p.translation_rate_per_h as f32,
        half_activation: p.translation_half_activation as f32,
        largest_surplus: p.largest_surplus as f32,
        time_constant_h: p.protein_time_constant_h as f32,
    };
    let available = |share: f64, antagonist| (share * (1.0 - exposure.action(antagonist))) as f32;
    let trkb_available = available(p.trkb_availability, ActionTarget::TrkbInhibition)
        * (1.0 + p.trkb_potentiation_weight * exposure.action(ActionTarget::TrkbPotentiation)) as f32;
    let mtorc1_available = available(p.mtorc1_availability, ActionTarget::Mtorc1Inhibition);
    let activation = equations::RelativeHill::of(p.trkb_half_activation as f32, p.trkb_hill as f32);
    let answer = |neuron: &Neuron, levels: &mut Neurotrophin, ampa: &mut AmpaGain| {
        let local = bdnf.field.values[voxels.of_neuron[neuron.id as usize] as usize] as f32;
        let trkb = activation.at(local);
        let surface = equations::steady_surface_trkb(local, p.trkb_downregulation as f32);
        levels.surface = equations::approach(levels.surface, surface, to_surface);
        levels.trkb = equations::approach(levels.trkb, trkb_available * levels.surface * trkb, to_trkb);
        levels.mtorc1 = equations::approach(levels.mtorc1, mtorc1_available * levels.trkb, to_mtorc1);
        levels.protein = equations::protein_after(levels.protein, levels.mtorc1, &translation, clock.step_h() as f32);
        let inserted =
            equations::ampa_goal(levels.trkb, levels.protein, p.ampa_insertion_gain as f32, p.ampa_protein_gain as f32);
        ampa.0 = equations::approach(ampa.0, inserted, to_ampa);
    };
    if let Some((neurons, mut levels, mut gains)) = columns.slices()? {
        (neurons, levels.bypass_change_detection(), gains.bypass_change_detection())
            .into_par_iter()
            .with_min_len(NEURONS_PER_TASK)
            .for_each(|(neuron, levels, ampa)| answer(neuron, levels, ampa));
    }
    Ok(())
}
