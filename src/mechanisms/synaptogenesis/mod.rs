#![doc = include_str!("README.md")]

mod contacts;
mod elements;
pub mod equations;
mod pairing;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use rayon::prelude::*;

pub use contacts::VacatedContacts;
use elements::Seeker;
pub use elements::{ElementBalance, Seekers};
pub use parameters::SynaptogenesisParameters;

use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::network::Network;
use crate::anatomy::neuron::{CalciumTrace, NEURONS_PER_TASK, Neuron, VacantElements};
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::StagedBirths;
use crate::anatomy::synapses::{Kind, Synapses};
use crate::foundation::clock::Clock;
use crate::foundation::random::Purpose;
use crate::mechanisms::bdnf::Neurotrophin;
use crate::mechanisms::column::{Column, SoundRange};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::stress::GlucocorticoidLoad;

/// Grows synaptic elements and lets them meet partners.
pub struct Synaptogenesis;

impl Mechanism for Synaptogenesis {
    const NAME: &'static str = "synaptogenesis";
    const ABOUT: &'static str = "Vacant elements grow and meet partners.";
    type Parameters = SynaptogenesisParameters;
    const COLUMNS: &'static [Column] = &[
        Column::whole(
            "vacant_boutons",
            "boutons",
            "Vacant boutons",
            "boutons of a pyramidal cell that stand without a spine, mean over pyramidal cells",
            SoundRange::within(0.0, 100_000.0),
            |view| view.pyramidal_mean::<VacantElements>(|vacant| f64::from(vacant.axonal)),
        ),
        Column::whole(
            "vacated_contacts",
            "contacts",
            "Vacated contacts",
            "boutons that stand beside a dendrite of a pyramidal cell where it had a spine, mean over pyramidal cells",
            SoundRange::within(0.0, 100_000.0),
            |view| view.pyramidal_mean::<VacatedContacts>(|contacts| contacts.len() as f64),
        ),
        Column::whole(
            "health_element_balance",
            "elements",
            "Element balance",
            "bound dendritic − bound axonal elements; 0 if every synapse has both",
            SoundRange::NOTHING,
            |view| {
                let balance = view.resource::<ElementBalance>()?;
                Some(balance.dendritic_bound as f64 - balance.axonal_bound as f64)
            },
        ),
    ];

    fn build(&self, link: &mut Link, _: &SynaptogenesisParameters) {
        link.reads::<GlucocorticoidLoad>()
            .needs::<CalciumTrace>()
            .needs::<Neurotrophin>()
            .scratch::<Seekers>()
            .scratch::<pairing::Workspace>()
            .writes::<ElementBalance>()
            .writes_component::<VacantElements>()
            .writes_component::<VacatedContacts>()
            .provides::<StagedBirths>()
            .adds((return_boutons, contacts::remember_contacts, grow_elements, pairing::pair_elements).chain());
    }

    fn initialise(&self, world: &mut World) {
        start_with_vacant_elements(world);
    }
}

/// Gives every neuron the vacant elements of the steady state.
fn start_with_vacant_elements(world: &mut World) {
    world.resource_scope(|world, network: Mut<Network>| {
        let parameters = world.resource::<SynaptogenesisParameters>().clone();
        let rates = Rates::at_rest(&parameters, &network);
        let loss = 1.0 / parameters.vacant_lifetime_h + 1.0 / parameters.search_time_h;
        let mut neurons = world.query::<(&Neuron, &mut VacantElements)>();
        for (neuron, mut vacant) in neurons.iter_mut(world) {
            let [excitatory, inhibitory] = rates.dendritic[neuron.class as usize];
            vacant.dendritic_excitatory = (excitatory / loss) as f32;
            vacant.dendritic_inhibitory = (inhibitory / loss) as f32;
            vacant.axonal = rates.vacant_boutons(&parameters, neuron.class) as f32;
        }
    });
}

/// Elements grown per hour at the set point, by class.
struct Rates {
    /// Excitatory and inhibitory dendritic elements per neuron.
    dendritic: [[f64; 2]; CellClass::COUNT],
    /// Boutons per neuron.
    axonal: [f64; CellClass::COUNT],
    /// Boutons bound per neuron and hour in the steady state.
    bound: [f64; CellClass::COUNT],
}

impl Rates {
    fn at_rest(p: &SynaptogenesisParameters, network: &Network) -> Self {
        let growth = |births| equations::growth_for_births(births, p.vacant_lifetime_h, p.search_time_h);
        let per_h = p.formation_per_d / 24.0;
        let dendritic = CellClass::ALL.map(|class| {
            [
                growth(per_h * network.planned_excitatory(class)),
                growth(per_h * p.inhibitory_formation_factor * network.planned_inhibitory(class)),
            ]
        });
        let cells = CellClass::ALL.map(|class| network.cells(class) as f64);
        let total = |kind: usize| (0..CellClass::COUNT).map(|class| cells[class] * dendritic[class][kind]).sum::<f64>();
        let axonal = CellClass::ALL.map(|class| {
            let of_kind = if class.is_excitatory() {
                total(0)
            } else {
                total(1) * f64::from(network.inhibitory_share[class as usize])
            };
            if cells[class as usize] > 0.0 { of_kind / growth(1.0) / cells[class as usize] } else { 0.0 }
        });
        Self { dendritic, axonal: axonal.map(|births| p.bouton_renewal * births), bound: axonal }
    }

    /// Vacant boutons of a cell in the steady state: what grows and what eliminated synapses leave, less what is bound.
    fn vacant_boutons(&self, p: &SynaptogenesisParameters, class: CellClass) -> f64 {
        let bound = self.bound[class as usize];
        let surplus = self.axonal[class as usize] + (p.bouton_survival - 1.0) * bound;
        (24.0 * p.bouton_lifetime_d * surplus).max(0.0)
    }
}

/// Boutons whose spine was eliminated in the sweep stay, in part, and are vacant again.
fn return_boutons(
    parameters: Res<SynaptogenesisParameters>,
    synapses: Res<Synapses>,
    mut neurons: AllNeurons<&mut VacantElements>,
) -> Result {
    let survival = parameters.bouton_survival as f32;
    if let Some(mut vacant) = neurons.slices()? {
        let vacant = vacant.bypass_change_detection();
        for presynaptic in synapses.eliminated() {
            vacant[presynaptic as usize].axonal += survival;
        }
    }
    Ok(())
}

type GrowthColumns<'a> =
    (&'a Neuron, &'a CalciumTrace, &'a Neurotrophin, &'a mut VacatedContacts, &'a mut VacantElements);

/// Grows elements by the homeostatic curve, and decides how many meet a partner in this tick.
fn grow_elements(
    clock: Res<Clock>,
    network: Res<Network>,
    parameters: Res<SynaptogenesisParameters>,
    load: Res<GlucocorticoidLoad>,
    mut seekers: ResMut<Seekers>,
    mut columns: AllNeurons<GrowthColumns<'static>>,
) -> Result {
    let p = &*parameters;
    let rates = Rates::at_rest(p, &network);
    let step_h = clock.step_h();
    let vacancy = equations::Vacancy::over(p.vacant_lifetime_h, p.search_time_h, step_h);
    let bouton_lifetime_h = 24.0 * p.bouton_lifetime_d;
    let kept = (-step_h / bouton_lifetime_h).exp();
    let planned = CellClass::ALL.map(|class| network.planned_excitatory(class));
    let suppressed = 1.0 - p.stress_suppression * load.0;
    let forgotten = -(-clock.step.days() / p.contact_memory_d).exp_m1();
    let grow = |neuron: &Neuron,
                calcium: &CalciumTrace,
                levels: &Neurotrophin,
                contacts: &mut VacatedContacts,
                vacant: &mut VacantElements| {
        let curve = equations::growth(calcium.0, p.growth_minimum as f32);
        let inhibitory_curve = if neuron.class.is_excitatory() {
            let mirrored = equations::mirrored(calcium.0, p.inhibitory_mirroring as f32);
            equations::growth(mirrored, p.growth_minimum as f32)
        } else {
            curve
        };
        // protein and stress act on the spines of pyramidal cells; other elements follow activity alone
        let boost = if neuron.class.is_excitatory() {
            equations::growth_factor(levels.fresh_protein, load.0 as f32, p)
        } else {
            1.0
        };
        // boutons follow the activity of their own cell; what a dendrite is told to grow does not reach them
        let steady = rates.axonal[neuron.class as usize] * f64::from(curve) * bouton_lifetime_h;
        vacant.axonal = (steady + (f64::from(vacant.axonal) - steady) * kept) as f32;
        let [excitatory, inhibitory] = rates.dendritic[neuron.class as usize];
        let planned = planned[neuron.class as usize];
        let share = contacts.len() as f64 / planned;
        let retry =
            planned * suppressed * equations::retry_per_h(share, p.contact_resting_share, p.contact_retry_per_d);
        let mut draws = network.seed.draws(Purpose::ElementCount, clock.address(), neuron.id);
        let seeking = [
            (&mut vacant.dendritic_excitatory, excitatory * f64::from(curve * boost) + retry * f64::from(curve)),
            (&mut vacant.dendritic_inhibitory, inhibitory * f64::from(inhibitory_curve)),
        ]
        .map(|(elements, per_h)| {
            let (left, meeting) = vacancy.after(f64::from(*elements), per_h);
            // whole elements meet partners: round at random, without bias; what the rounding took or
            // left stays on the account, which may lie below zero by less than one element
            let whole = (meeting + f64::from(draws.uniform())).max(0.0) as u32;
            *elements = (left + meeting - f64::from(whole)) as f32;
            whole
        });
        if !contacts.is_empty() {
            contacts.forget(forgotten, &mut draws);
        }
        seeking
    };
    let Seekers { list, of_neuron } = &mut *seekers;
    list.clear();
    if let Some((neurons, calcium, levels, mut contacts, mut vacant)) = columns.slices()? {
        of_neuron.resize(neurons.len(), [0; 2]);
        let state = (vacant.bypass_change_detection(), contacts.bypass_change_detection(), &mut *of_neuron);
        (neurons, calcium, levels, state.0, state.1, state.2).into_par_iter().with_min_len(NEURONS_PER_TASK).for_each(
            |(neuron, calcium, levels, vacant, contacts, seeking)| {
                *seeking = grow(neuron, calcium, levels, contacts, vacant);
            },
        );
        for (neuron, seeking) in neurons.iter().zip(&*of_neuron) {
            for (kind, &elements) in [Kind::Excitatory, Kind::Inhibitory].into_iter().zip(seeking) {
                if elements > 0 {
                    list.push(Seeker { neuron: neuron.id, kind, elements });
                }
            }
        }
    }
    Ok(())
}
