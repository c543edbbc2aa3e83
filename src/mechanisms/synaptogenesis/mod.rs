#![doc = include_str!("README.md")]

pub mod equations;
mod pairing;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::SynaptogenesisParameters;

use crate::anatomy::network::Network;
use crate::anatomy::neuron::{CalciumTrace, Neuron, VacantElements};
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{Kind, Synapses};
use crate::foundation::parameters::Overrides;
use crate::foundation::random::Purpose;
use crate::foundation::state::CarryState;
use crate::mechanisms::bdnf::Neurotrophin;
use crate::mechanisms::stress::GlucocorticoidLoad;
use crate::schedule::{Clock, Phase, Tick};

/// Dendritic elements that meet a bouton in this tick, in order of their neuron.
#[derive(Resource, Clone, Debug, Default)]
pub struct Seekers(Vec<Seeker>);

/// The elements of one neuron that seek a partner of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seeker {
    neuron: u32,
    kind: Kind,
    elements: u32,
}

/// Elements bound since the start, counted on either side of the synaptic cleft: the two numbers and
/// the number of synapses formed must agree.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementBalance {
    /// Dendritic elements bound.
    pub dendritic_bound: u64,
    /// Boutons bound.
    pub axonal_bound: u64,
}

/// Adds the growth of synaptic elements and their pairing.
#[derive(Default)]
pub struct SynaptogenesisPlugin {
    /// Parameter values that differ from their defaults.
    pub overrides: Overrides,
}

impl Plugin for SynaptogenesisPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.overrides.apply::<SynaptogenesisParameters>())
            .init_resource::<Seekers>()
            .init_resource::<ElementBalance>()
            .carry_resource::<ElementBalance>()
            .carry_component::<VacantElements>()
            .add_systems(
                Tick,
                (return_boutons, grow_elements, pairing::pair_elements).chain().in_set(Phase::Synaptogenesis),
            );
    }
}

/// Gives every neuron the vacant elements of the steady state. Called once, after the network was built.
pub fn initialise(world: &mut World) {
    world.resource_scope(|world, network: Mut<Network>| {
        let parameters = world.resource::<SynaptogenesisParameters>().clone();
        let rates = Rates::at_rest(&parameters, &network);
        let loss = 1.0 / parameters.vacant_lifetime_h + 1.0 / parameters.search_time_h;
        let mut neurons = world.query::<(&Neuron, &mut VacantElements)>();
        for (neuron, mut vacant) in neurons.iter_mut(world) {
            let [excitatory, inhibitory] = rates.dendritic[neuron.class as usize];
            vacant.dendritic_excitatory = (excitatory / loss) as f32;
            vacant.dendritic_inhibitory = (inhibitory / loss) as f32;
            // what boutons would have gathered in one lifetime, less what pairing takes
            vacant.axonal = (rates.axonal[neuron.class as usize] * parameters.vacant_lifetime_h * 0.5) as f32;
        }
    });
}

/// Elements grown per hour at the set point, by class.
struct Rates {
    /// Excitatory and inhibitory dendritic elements per neuron.
    dendritic: [[f64; 2]; CellClass::COUNT],
    /// Boutons per neuron.
    axonal: [f64; CellClass::COUNT],
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
        let mut cells = [0.0; CellClass::COUNT];
        for &class in &network.classes {
            cells[class as usize] += 1.0;
        }
        let total = |kind: usize| (0..CellClass::COUNT).map(|class| cells[class] * dendritic[class][kind]).sum::<f64>();
        let axonal = CellClass::ALL.map(|class| {
            let of_kind = if class.is_excitatory() {
                total(0)
            } else {
                total(1) * f64::from(network.inhibitory_share[class as usize])
            };
            if cells[class as usize] > 0.0 { p.bouton_abundance * of_kind / cells[class as usize] } else { 0.0 }
        });
        Self { dendritic, axonal }
    }
}

/// Boutons whose spine was eliminated in the sweep stay, in part, and are vacant again.
fn return_boutons(
    parameters: Res<SynaptogenesisParameters>,
    synapses: Res<Synapses>,
    mut neurons: Query<&mut VacantElements>,
) {
    let survival = parameters.bouton_survival as f32;
    for mut vacant in neurons.contiguous_iter_mut().into_iter().flatten() {
        let vacant = vacant.bypass_change_detection();
        for presynaptic in synapses.eliminated() {
            vacant[presynaptic as usize].axonal += survival;
        }
    }
}

/// Grows elements by the homeostatic curve, and decides how many meet a partner in this tick.
fn grow_elements(
    clock: Res<Clock>,
    network: Res<Network>,
    parameters: Res<SynaptogenesisParameters>,
    load: Res<GlucocorticoidLoad>,
    mut seekers: ResMut<Seekers>,
    mut neurons: Query<(&Neuron, &CalciumTrace, &Neurotrophin, &mut VacantElements)>,
) {
    let p = &*parameters;
    let rates = Rates::at_rest(p, &network);
    let step_h = clock.step_h();
    let kept = (-step_h / p.vacant_lifetime_h).exp();
    seekers.0.clear();
    for (neuron, calcium, levels, mut vacant) in &mut neurons {
        let curve = equations::growth(calcium.0, p.growth_minimum as f32);
        // protein and stress act on the spines of pyramidal cells; other elements follow activity alone
        let boost = if neuron.class.is_excitatory() {
            equations::growth_factor(
                levels.protein,
                load.0 as f32,
                p.protein_gain as f32,
                p.protein_half_surplus as f32,
                p.stress_suppression as f32,
            )
        } else {
            1.0
        };
        let [excitatory, inhibitory] = rates.dendritic[neuron.class as usize];
        let mut draws = network.seed.draws(Purpose::ElementCount, clock.tick, neuron.id);
        let vacant = &mut *vacant;
        for (elements, per_h, kind) in [
            (&mut vacant.dendritic_excitatory, excitatory * f64::from(curve * boost), Kind::Excitatory),
            (&mut vacant.dendritic_inhibitory, inhibitory * f64::from(curve), Kind::Inhibitory),
        ] {
            let (left, meeting) =
                equations::vacant_after(f64::from(*elements), per_h, p.vacant_lifetime_h, p.search_time_h, step_h);
            // whole elements meet partners: round at random, without bias; what the rounding took or
            // left stays on the account, which may lie below zero by less than one element
            let whole = (meeting + f64::from(draws.uniform())).max(0.0) as u32;
            *elements = (left + meeting - f64::from(whole)) as f32;
            if whole > 0 {
                seekers.0.push(Seeker { neuron: neuron.id, kind, elements: whole });
            }
        }
        let boutons = rates.axonal[neuron.class as usize] * f64::from(curve * boost);
        let steady = boutons * p.vacant_lifetime_h;
        vacant.axonal = (steady + (f64::from(vacant.axonal) - steady) * kept) as f32;
    }
}
