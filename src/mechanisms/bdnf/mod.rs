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
use crate::mechanisms::inflammation::{InflammatoryEffect, Quinolinate, RestingInflammation};
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
    /// Synaptic protein, in synapses and on its way to them.
    pub protein: f32,
    /// What of it was made in the last hours: it can build new spines.
    pub fresh_protein: f32,
}

/// Stands for what a cell is used to before it has received anything.
const UNKNOWN: f32 = 0.0;

impl Default for Neurotrophin {
    fn default() -> Self {
        Self {
            store: 1.0,
            threshold: UNKNOWN,
            tonic_reference: UNKNOWN,
            surface: 1.0,
            trkb: 1.0,
            mtorc1: 1.0,
            protein: 1.0,
            fresh_protein: 1.0,
        }
    }
}

/// Signal: BDNF secreted into the extracellular space, by voxel, relative to baseline (= 1).
#[derive(Resource, Clone, Serialize, Deserialize)]
pub struct SecretedBdnf {
    /// Level relative to baseline.
    pub field: Field,
    source: Vec<f64>,
    /// By neuron: its drive, and then what its store has released in this tick. Kept to spare the allocation.
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

/// TrkB activity at which the subject rests, relative to a typical subject. Spines and AMPA receptors have grown up with it:
/// a trait of a lifetime, such as a genotype, shows in what a surge does and not in a slow drift.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct RestingTrkb(pub f32);

impl Default for RestingTrkb {
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
            .reads::<RestingInflammation>()
            .reads::<Quinolinate>()
            .reads::<SerotonergicTone>()
            .needs::<ExtracellularGlutamate>()
            .needs::<AmpaThroughput>()
            .writes::<PhosphoEef2>()
            .carries::<SecretedBdnf>()
            .writes_component::<Neurotrophin>()
            .writes_component::<AmpaGain>()
            .provides::<RestingTrkb>()
            .adds((release_bdnf, activate_trkb).chain());
    }

    fn initialise(&self, world: &mut World) {
        let rest = start_at_rest(world);
        fill_with_bdnf(world, rest);
    }
}

/// Starts every cell where this subject rests, and returns its secreted BDNF.
fn start_at_rest(world: &mut World) -> f64 {
    let p = world.resource::<BdnfParameters>().clone();
    let inflammation = p.inflammatory_transcription_loss * world.resource::<RestingInflammation>().0;
    let transcription = equations::transcription([0.0, inflammation], 1.0, 0.0, 1.0) as f32;
    let rest = equations::resting(transcription, secretion(&p, world.resource::<Subject>()), &p);
    let equations::Resting { store, surface, trkb, .. } = rest;
    world.insert_resource(RestingTrkb(trkb));
    let mut neurons = world.query::<&mut Neurotrophin>();
    for mut levels in neurons.iter_mut(world) {
        *levels = Neurotrophin { store, surface, trkb, mtorc1: trkb, ..Neurotrophin::default() };
    }
    f64::from(rest.bdnf)
}

/// Factor on activity-dependent release in this subject.
fn secretion(p: &BdnfParameters, subject: &Subject) -> f32 {
    let factor = p.activity_release_factor * subject.secretion_scale;
    equations::secretion_factor(factor, p.met_release_loss, subject.bdnf_genotype.met_alleles())
}

/// Fills the extracellular space with BDNF at the subject's rest.
fn fill_with_bdnf(world: &mut World, rest: f64) {
    let grid = world.resource::<Voxels>().grid.clone();
    let source = vec![0.0; grid.voxels()];
    world.insert_resource(SecretedBdnf { field: Field::uniform(&grid, rest), source, released: Vec::new() });
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
    mut columns: AllNeurons<(&Neuron, &AmpaGain, &mut Neurotrophin)>,
) -> Result {
    let p = &*parameters;
    let bdnf = &mut *bdnf;
    let tonic_block = block.tonic[CellClass::Pyramidal as usize];
    let suppression = [p.stress_transcription_loss * load.0, p.inflammatory_transcription_loss * inflammation.0];
    let transcription =
        equations::transcription(suppression, serotonin.0, p.serotonin_transcription_gain, p.serotonin_half_rise)
            as f32;
    let follows = |time_constant_h: f64| -(-clock.step_h() / time_constant_h).exp_m1() as f32;
    let (rising, falling) = (follows(p.threshold_time_constant_h), follows(p.threshold_recovery_time_constant_h));
    let follow =
        |level: f32, input: f32| equations::approach(level, input, if input > level { rising } else { falling });
    let secretion = secretion(p, &subject);
    let gate = (1.0 - block.synaptic[CellClass::Pyramidal as usize]).powf(p.nmda_gate_exponent) as f32;
    let (glutamate_exponent, feedback) = (p.release_glutamate_exponent as f32, p.release_ampa_exponent as f32);
    let surging = equations::RelativeHill::of(p.release_half_activation as f32, p.release_hill as f32);
    let spilt = |voxel: u32| glutamate.field.values[voxel as usize] / glutamate.ambient_um;
    let tonic = |voxel| equations::tonic_nmda(spilt(voxel), quinolinate.0, tonic_block, p);
    let drive_of = |neuron: &Neuron, gain: AmpaGain, levels: &mut Neurotrophin| {
        let voxel = voxels.of_neuron[neuron.id as usize];
        let input = throughput.0[neuron.id as usize]
            * (spilt(voxel) as f32).powf(glutamate_exponent)
            * gain.0.max(0.01).powf(feedback - 1.0);
        // at the first tick a cell is used to what it gets: cells differ in their input, and have lived with it
        if levels.threshold == UNKNOWN {
            (levels.threshold, levels.tonic_reference) = (input, tonic(voxel) as f32);
        }
        let relative = equations::above_threshold(input, levels.threshold);
        levels.threshold = follow(levels.threshold, input);
        relative
    };
    let release = |neuron: &Neuron, surges: &[f64], levels: &mut Neurotrophin| {
        let voxel = voxels.of_neuron[neuron.id as usize];
        let tonic = tonic(voxel) as f32;
        let drive = equations::release_drive(surges[voxel as usize] as f32, p.constitutive_share as f32, secretion)
            + equations::direct_release(
                equations::above_threshold(tonic, levels.tonic_reference),
                p.direct_weight as f32,
                p.direct_gain as f32,
            );
        levels.tonic_reference = equations::approach(levels.tonic_reference, tonic, falling);
        let released = levels.store * drive;
        levels.store = equations::store_after(levels.store, transcription, drive, p, clock.step_h() as f32);
        released
    };
    let mut tonic_sum = 0.0;
    bdnf.source.fill(0.0);
    if let Some((neurons, gains, mut levels)) = columns.slices()? {
        bdnf.released.resize(neurons.len(), 0.0);
        let levels = levels.bypass_change_detection();
        (neurons, gains, &mut *levels, &mut bdnf.released)
            .into_par_iter()
            .with_min_len(NEURONS_PER_TASK)
            .filter(|(neuron, ..)| neuron.class.is_excitatory())
            .for_each(|(neuron, gain, levels, released)| *released = drive_of(neuron, *gain, levels));
        // bursts, which release BDNF, are of neighbours together: what one cell's synapses happen to do makes none
        for (neuron, &drive) in neurons.iter().zip(&bdnf.released).filter(|(neuron, _)| neuron.class.is_excitatory()) {
            bdnf.source[voxels.of_neuron[neuron.id as usize] as usize] += f64::from(drive);
        }
        for (source, &count) in bdnf.source.iter_mut().zip(&voxels.pyramidal) {
            let drive = if count > 0.0 { *source / count } else { 1.0 };
            *source = f64::from(gate * surging.at(drive as f32));
        }
        let surges = &bdnf.source;
        (neurons, &mut *levels, &mut bdnf.released)
            .into_par_iter()
            .with_min_len(NEURONS_PER_TASK)
            .filter(|(neuron, ..)| neuron.class.is_excitatory())
            .for_each(|(neuron, levels, released)| *released = release(neuron, surges, levels));
        bdnf.source.fill(0.0);
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
    (exposure, rest): (Res<Exposure>, Res<RestingTrkb>),
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
    let fresh = equations::Translation { time_constant_h: p.fresh_protein_time_constant_h as f32, ..translation };
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
        let made = |pool, law: &equations::Translation| {
            equations::protein_after(pool, levels.mtorc1, law, clock.step_h() as f32)
        };
        (levels.protein, levels.fresh_protein) =
            (made(levels.protein, &translation), made(levels.fresh_protein, &fresh));
        // inhibitory cells answer the same field, and have grown up with it as well
        let trkb = levels.trkb / rest.0;
        let inserted =
            equations::ampa_goal(trkb, levels.protein, p.ampa_insertion_gain as f32, p.ampa_protein_gain as f32)
                .min(p.largest_ampa_gain as f32);
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
