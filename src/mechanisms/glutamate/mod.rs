#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::GlutamateParameters;

use self::equations::{Currents, Excitability, Receptors};
use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::fields::Field;
use crate::anatomy::network::Network;
use crate::anatomy::neuron::{
    AfferentCurrent, AmpaGain, CalciumTrace, ExcitatoryDrive, FiringRate, InhibitoryTone, NEURONS_PER_TASK, Neuron,
    PresynapticOutput, SynapticInput,
};
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{self, Dendrite, Synapses};
use crate::anatomy::voxels::Voxels;
use crate::foundation::clock::Clock;
use crate::foundation::random::Purpose;
use crate::foundation::reduce;
use crate::mechanisms::column::{Column, FRACTION, RELATIVE, SoundRange};
use crate::mechanisms::dosing::ActionTarget;
use crate::mechanisms::inflammation::InflammatoryEffect;
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::nmda_antagonism::NmdaBlock;
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Signal: extracellular glutamate, in µM, by voxel.
#[derive(Resource, Clone, Serialize, Deserialize)]
pub struct ExtracellularGlutamate {
    /// Concentration in µM.
    pub field: Field,
    /// Concentration at the set point, in µM.
    pub ambient_um: f64,
    source: Vec<f64>,
}

/// Signal: AMPA-mediated excitation of each neuron relative to the set point, by identity. It is what
/// activity-dependent release of BDNF depends on.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AmpaThroughput(pub Vec<f32>);

/// How well rates had settled in the tick: the largest mean residual of a class, relative to its set point.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SettlingResidual(pub f64);

/// A neuron's own working point, fixed when the network is built.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkingPoint {
    /// Rate that the neuron's homeostasis defends, in Hz; log-normal over the class.
    pub set_point_hz: f32,
    /// Intrinsic excitability: current beside the background of the class, in nA, that makes the
    /// neuron fire at its set point on the synapses with which it was built.
    pub intrinsic_na: f32,
}

/// A class's cell constants, derived from the parameters once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassPhysiology {
    /// f-I curve.
    pub excitability: Excitability,
    /// Current strengths.
    pub currents: Currents,
    /// Set-point rate, in Hz.
    pub set_point_hz: f32,
}

/// The cell constants of every class.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct Physiology(pub [ClassPhysiology; CellClass::COUNT]);

impl Physiology {
    /// The background current of a class is not free: it is what makes the class fire at its set point
    /// when every synaptic sum is as planned.
    fn from_parameters(p: &GlutamateParameters) -> Self {
        Self(CellClass::ALL.map(|class| {
            let pyramidal = class == CellClass::Pyramidal;
            let pick = |pyr: f64, interneuron: f64| if pyramidal { pyr as f32 } else { interneuron as f32 };
            let excitability = Excitability {
                gain_hz_per_na: pick(p.pyramidal_gain_hz_per_na, p.interneuron_gain_hz_per_na),
                threshold_hz: pick(p.pyramidal_threshold_hz, p.interneuron_threshold_hz),
                curvature_s: pick(p.pyramidal_curvature_s, p.interneuron_curvature_s),
            };
            let set_point_hz = match class {
                CellClass::Pyramidal => p.pyramidal_set_point_hz,
                CellClass::Pv => p.pv_set_point_hz,
                CellClass::Sst => p.sst_set_point_hz,
            } as f32;
            let recurrent_na = pick(p.pyramidal_recurrent_na, p.interneuron_recurrent_na);
            let inhibition_na = pick(p.pyramidal_inhibition_na, p.interneuron_inhibition_na);
            ClassPhysiology {
                excitability,
                currents: Currents {
                    background_na: excitability.current_na(set_point_hz) - recurrent_na + inhibition_na,
                    background_nmda_share: pick(p.pyramidal_background_nmda_share, p.interneuron_background_nmda_share),
                    recurrent_na,
                    ampa_share: p.recurrent_ampa_share as f32,
                    inhibition_na,
                },
                set_point_hz,
            }
        }))
    }

    /// The constants of one class.
    #[must_use]
    pub fn of(&self, class: CellClass) -> &ClassPhysiology {
        &self.0[class as usize]
    }
}

/// Settles firing rates, releases glutamate and takes it up again. The activity stage: see [`seams`](crate::mechanisms::seams).
pub struct Glutamate;

impl Mechanism for Glutamate {
    const NAME: &'static str = "glutamate";
    const ABOUT: &'static str = "Firing rates settle; glutamate is released and taken up.";
    type Parameters = GlutamateParameters;
    const COLUMNS: &'static [Column] = &[
        Column::by_population(
            "rate_<population>_hz",
            "Hz",
            "Firing rate",
            "firing rate, mean over the population",
            // fast spikers, the quickest of cortex, sustain no more
            SoundRange::within(0.0, 400.0),
            |view, members| view.mean::<FiringRate>(members, |rate| f64::from(rate.0)),
        ),
        Column::whole(
            "glutamate_um",
            "µM",
            "Extracellular glutamate",
            "extracellular glutamate, mean over the slab",
            // a millimolar, which a synaptic cleft reaches for a millisecond, kills tissue
            SoundRange::within(0.0, 1_000.0),
            |view| {
                let glutamate = view.resource::<ExtracellularGlutamate>()?;
                Some(reduce::mean(&glutamate.field.values, |&um| um))
            },
        ),
        Column::whole(
            "ampa_throughput",
            RELATIVE,
            "AMPA throughput",
            "charge through AMPA receptors of pyramidal cells",
            // output saturates, and surface receptors and spine sizes rise by no more than a few times
            SoundRange::within(0.0, 50.0),
            |view| {
                let throughput = view.resource::<AmpaThroughput>()?;
                view.pyramidal_mean_by(|id| f64::from(throughput.0[id]))
            },
        ),
        Column::whole(
            "health_rate_residual",
            FRACTION,
            "Rate residual",
            "how far firing rates are from what their input implies: largest mean residual of a class, relative to its set point",
            // rates that are a whole set point off have nothing to do with their input
            SoundRange::SHARE,
            |view| view.resource::<SettlingResidual>().map(|residual| residual.0),
        ),
    ];

    fn build(&self, link: &mut Link, parameters: &GlutamateParameters) {
        link.reads::<NmdaBlock>()
            .reads::<Exposure>()
            .reads::<InflammatoryEffect>()
            .reads::<GlucocorticoidLoad>()
            .feels::<InhibitoryTone>()
            .feels::<ExcitatoryDrive>()
            .feels::<AfferentCurrent>()
            .feels_component::<AmpaGain>()
            .feels_component::<SynapticInput>()
            .feels::<Synapses>()
            .provides_from(Physiology::from_parameters(parameters))
            .provides::<PresynapticOutput>()
            .writes::<AmpaThroughput>()
            .writes::<SettlingResidual>()
            .carries::<ExtracellularGlutamate>()
            .writes_component::<FiringRate>()
            .writes_component::<CalciumTrace>()
            .writes_component::<WorkingPoint>()
            .adds((settle_rates, release_glutamate, trace_activity).chain());
    }

    fn initialise(&self, world: &mut World) {
        start_at_set_points(world);
    }
}

/// Gives every neuron a set point, measures its first input, and tunes its intrinsic excitability to
/// the two, so that the network starts at a fixed point.
///
/// # Panics
/// If by now only some neurons have a component: [`AllNeurons`] says which.
fn start_at_set_points(world: &mut World) {
    world.resource_scope(|world, network: Mut<Network>| {
        let parameters = world.resource::<GlutamateParameters>().clone();
        let physiology = *world.resource::<Physiology>();
        let spread = parameters.rate_spread_ln;
        let mut output = Vec::with_capacity(network.classes.len());
        let mut neurons = world.query::<(&Neuron, &mut FiringRate, &mut WorkingPoint)>();
        for (neuron, mut rate, mut point) in neurons.iter_mut(world) {
            let cell = physiology.of(neuron.class);
            let z: f64 = StandardNormal.sample(&mut network.seed.draws(Purpose::SetPoint, 0, neuron.id));
            // the mean over a class is the set point of the class
            point.set_point_hz = cell.set_point_hz * (spread * z - 0.5 * spread * spread).exp() as f32;
            rate.0 = point.set_point_hz;
            output.push(parameters.output(neuron.class, cell, rate.0));
        }
        if let Err(error) = synapses::gather_inputs(world, &output) {
            panic!("{error}");
        }
        let planned = PlannedInput::of(&network);
        let mut neurons = world.query::<(&Neuron, &SynapticInput, &mut WorkingPoint)>();
        for (neuron, input, mut point) in neurons.iter_mut(world) {
            let cell = physiology.of(neuron.class);
            let (excitation, inhibition) = planned.relative(neuron.class, input);
            let rest = Receptors { ampa: 1.0, nmda: 1.0, gaba: 1.0, drive: 1.0 };
            let without = equations::current_na(&cell.currents, &rest, 0.0, excitation, inhibition);
            point.intrinsic_na = cell.excitability.current_na(point.set_point_hz) - without;
        }
        world.insert_resource(AmpaThroughput(output.clone()));
        world.insert_resource(PresynapticOutput(output));
        let voxels = Voxels::of(&network, parameters.voxel_um);
        world.insert_resource(ExtracellularGlutamate {
            field: Field::uniform(&voxels.grid, parameters.ambient_um),
            ambient_um: parameters.ambient_um,
            source: vec![0.0; voxels.grid.voxels()],
        });
        world.insert_resource(voxels);
    });
}

/// Most steps of relaxation in one tick. A sudden change that needs more settles in the next ticks.
const MOST_STEPS: usize = 40;

/// Share of the way to the rate that the present input implies. Below one, because excitation and
/// inhibition chase each other: full steps would overshoot, as an explicit Euler step of 1τ does.
const RELAXATION: f32 = 0.4;

type RateColumns<'a> =
    (&'a Neuron, &'a Dendrite, &'a mut FiringRate, &'a mut SynapticInput, &'a AmpaGain, &'a WorkingPoint);

/// Relaxes rates and inputs from their last state until they agree.
#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
fn settle_rates(
    network: Res<Network>,
    synapses: Res<Synapses>,
    physiology: Res<Physiology>,
    parameters: Res<GlutamateParameters>,
    block: Res<NmdaBlock>,
    exposure: Res<Exposure>,
    (tone, drive, afferent): (Res<InhibitoryTone>, Res<ExcitatoryDrive>, Res<AfferentCurrent>),
    mut output: ResMut<PresynapticOutput>,
    mut throughput: ResMut<AmpaThroughput>,
    mut residual: ResMut<SettlingResidual>,
    mut columns: AllNeurons<RateColumns<'static>>,
) -> Result {
    let availability = equations::ampa_availability(
        parameters.ampa_availability,
        exposure.action(ActionTarget::AmpaInhibition),
        parameters.metabolite_weight * exposure.action(ActionTarget::AmpaPotentiation),
    ) as f32;
    let planned = PlannedInput::of(&network);
    let unblocked = CellClass::ALL.map(|class| {
        let weight = match class {
            CellClass::Pyramidal => 1.0,
            CellClass::Pv => parameters.disinhibition_weight * parameters.disinhibition_pv_weight,
            CellClass::Sst => parameters.disinhibition_weight * parameters.disinhibition_sst_weight,
        };
        (1.0 - weight * block.synaptic[class as usize]) as f32
    });
    if let Some((neurons, dendrites, mut rates, mut inputs, gains, working_points)) = columns.slices()? {
        let (rates, inputs) = (rates.bypass_change_detection(), inputs.bypass_change_detection());
        for step in 0..=MOST_STEPS {
            residual.0 = settle_step(neurons, rates, &mut output.0, |id, rate| {
                let class = neurons[id].class;
                let cell = physiology.of(class);
                let receptors = Receptors {
                    ampa: availability * gains[id].0,
                    nmda: unblocked[class as usize],
                    gaba: tone.synaptic_gain,
                    drive: drive.0[class as usize],
                };
                let (excitation, inhibition) = planned.relative(class, &inputs[id]);
                let current = equations::current_na(
                    &cell.currents,
                    &receptors,
                    working_points[id].intrinsic_na + afferent.0[class as usize],
                    excitation,
                    inhibition,
                );
                let goal = cell.excitability.rate_hz(current);
                let settled = rate + RELAXATION * (goal - rate);
                (settled, parameters.output(class, cell, settled), (goal - rate) / cell.set_point_hz)
            });
            if residual.0 < parameters.settling_tolerance || step == MOST_STEPS {
                break;
            }
            synapses.gather(dendrites, inputs, &output.0);
        }
        throughput.0.par_iter_mut().enumerate().with_min_len(NEURONS_PER_TASK).for_each(|(id, value)| {
            let (excitation, _) = planned.relative(neurons[id].class, &inputs[id]);
            *value = availability * gains[id].0 * excitation;
        });
    }
    Ok(())
}

/// One step of relaxation: `settle` maps (identity, rate) to (new rate, output, relative residual).
/// Returns the largest mean residual of a class, bit-identical for any number of threads.
///
/// The mean over a class is what must settle: a single cell's residual is dominated by the fluctuation
/// of its own synapses in the last tick, which the next tick replaces by another.
fn settle_step(
    neurons: &[Neuron],
    rates: &mut [FiringRate],
    output: &mut [f32],
    settle: impl Fn(usize, f32) -> (f32, f32, f32) + Sync,
) -> f64 {
    let by_class = reduce::rewrite(rates, output, |id, rate, output, sums: &mut [[f64; 2]; CellClass::COUNT]| {
        let (settled, released, residual) = settle(id, rate.0);
        rate.0 = settled;
        *output = released;
        let [residuals, cells] = &mut sums[neurons[id].class as usize];
        *residuals += f64::from(residual);
        *cells += 1.0;
    });
    let mut largest = 0.0_f64;
    for [residuals, cells] in by_class {
        if cells > 0.0 {
            largest = largest.max((residuals / cells).abs());
        }
    }
    largest
}

/// Synaptic sums of the planned network, by class: the unit in which inputs are counted.
struct PlannedInput([[f32; 2]; CellClass::COUNT]);

impl PlannedInput {
    fn of(network: &Network) -> Self {
        Self(
            CellClass::ALL
                .map(|class| [network.planned_excitatory(class) as f32, network.planned_inhibitory(class) as f32]),
        )
    }

    /// (E/K_E, H/K_I) of a neuron of `class`.
    fn relative(&self, class: CellClass, input: &SynapticInput) -> (f32, f32) {
        let [excitatory, inhibitory] = self.0[class as usize];
        (input.excitatory / excitatory, if inhibitory > 0.0 { input.inhibitory / inhibitory } else { 0.0 })
    }
}

impl GlutamateParameters {
    /// Output at the boutons relative to the set point. NMDA gating makes that of pyramidal cells
    /// saturate; that of interneurons is proportional to their rate.
    fn output(&self, class: CellClass, cell: &ClassPhysiology, rate_hz: f32) -> f32 {
        if class.is_excitatory() {
            let gating = |rate| {
                equations::gating(rate, self.nmda_gating_per_spike as f32, self.nmda_gating_time_constant_s as f32)
            };
            gating(rate_hz) / gating(cell.set_point_hz)
        } else {
            rate_hz / cell.set_point_hz
        }
    }
}

/// Releases glutamate where pyramidal cells fire and takes it up again.
#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
fn release_glutamate(
    clock: Res<Clock>,
    network: Res<Network>,
    voxels: Res<Voxels>,
    parameters: Res<GlutamateParameters>,
    load: Res<GlucocorticoidLoad>,
    inflammation: Res<InflammatoryEffect>,
    output: Res<PresynapticOutput>,
    mut glutamate: ResMut<ExtracellularGlutamate>,
) {
    let glutamate = &mut *glutamate;
    let uptake =
        equations::uptake(load.0, inflammation.0, parameters.stress_uptake_loss, parameters.inflammatory_uptake_loss);
    let rate_per_h = uptake * 60.0 / parameters.uptake_time_constant_min;
    voxels.pyramidal_means(&network.classes, &mut glutamate.source, 1.0, |id| f64::from(output.0[id]));
    for source in &mut glutamate.source {
        let steady = equations::steady_glutamate(*source, parameters.activity_share, uptake);
        *source = rate_per_h * glutamate.ambient_um * steady;
    }
    let diffusion = rate_per_h * parameters.spillover_length_um.powi(2);
    glutamate.field.advance(&glutamate.source, rate_per_h, diffusion, clock.step_h());
}

/// Slowly averages each neuron's rate, relative to its set point: the trace that homeostasis follows.
fn trace_activity(
    clock: Res<Clock>,
    parameters: Res<GlutamateParameters>,
    mut columns: AllNeurons<(&FiringRate, &WorkingPoint, &mut CalciumTrace)>,
) -> Result {
    let approach = -(-clock.step_h() / parameters.calcium_time_constant_h).exp_m1() as f32;
    if let Some((rates, points, mut traces)) = columns.slices()? {
        (rates, points, traces.bypass_change_detection())
            .into_par_iter()
            .with_min_len(NEURONS_PER_TASK)
            .for_each(|(rate, point, trace)| trace.0 += approach * (rate.0 / point.set_point_hz - trace.0));
    }
    Ok(())
}
