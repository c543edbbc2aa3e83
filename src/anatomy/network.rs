//! Building a network from its plan.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy_ecs::prelude::*;
use rand_distr::{Distribution, LogNormal, StandardNormal};
use serde::Serialize;

use super::neuron::{Neuron, Position};
use super::population::{CellClass, Population};
use super::space::{self, Patch};
use super::synapses::{Dendrite, Kind, LogSize, Synapse, Synapses, Tags};
use super::wiring::{DistanceKernel, PartnerSearch, Seat};
use crate::foundation::error::{Error, Result};
use crate::foundation::parameters::Overrides;
use crate::foundation::random::{Purpose, Seed, Stream};
use crate::parameters;

parameters! {
    /// How a patch of cortex is laid out and wired before it is burned in.
    pub struct NetworkParameters of "network" {
        /// Number of somata per volume.
        density_per_mm3 = 90_000.0, unit "1/mm3", range 1_000.0..=500_000.0,
            symbol "ρ", species "mouse", grade B, source "Schüz & Palm 1989 J Comp Neurol, mouse cortex: 92,000/mm³";
        /// Thickness of the layer that holds the somata.
        thickness_um = 300.0, unit "um", range 20.0..=2_000.0,
            symbol "h", species "mouse", grade C, source "assumed: layers 2/3 of medial prefrontal cortex";
        /// Length constant of connections from pyramidal cells.
        pyramidal_length_um = 125.0, unit "um", range 10.0..=2_000.0,
            symbol "λ_E", species "rat", grade C, source "Perin 2011 PNAS; Song 2005 PLoS Biol: 0.10-0.15 below 50 µm, 0.01 at 300 µm";
        /// Length constant of connections from PV interneurons.
        pv_length_um = 80.0, unit "um", range 10.0..=2_000.0,
            symbol "λ_PV", species "mouse", grade C, source "Packer & Yuste 2011 J Neurosci: dense below 100 µm";
        /// Length constant of connections from SST interneurons.
        sst_length_um = 110.0, unit "um", range 10.0..=2_000.0,
            symbol "λ_SST", species "mouse", grade B, source "Fino & Yuste 2011 Neuron, fig. 4: connected at 171 µm on average, unconnected at 301 µm";
        /// Share of a pyramidal cell's synapses that are excitatory.
        pyramidal_excitatory_share = 0.88, unit "1", range 0.5..=1.0,
            symbol "f_E,pyr", species "rat", grade B, source "85-90 %: Megías 2001 Neuroscience; calibration target C7";
        /// Share of an interneuron's synapses that are excitatory.
        interneuron_excitatory_share = 0.85, unit "1", range 0.3..=1.0,
            symbol "f_E,int", species "rat", grade C, source "PV 94 %, others 64-77 %: Gulyás 1999 J Neurosci (hippocampus)";
        /// Share of inhibitory synapses that come from PV cells, relative to what their numbers give.
        pv_bouton_weight = 1.5, unit "1", range 0.1..=10.0,
            symbol "w_PV", species "mouse", grade C, source "Packer & Yuste 2011: PV cells contact 40-70 % of pyramidal cells below 100 µm";
        /// Coefficient of variation of the number of synapses per neuron.
        in_degree_cv = 0.15, unit "1", range 0.0..=1.0,
            symbol "CV_K", species "-", grade C, source "total dendritic length of pyramidal cells of guinea-pig medial frontal cortex: SEM of 5 cells times the root of 5 over the mean is 0.14-0.31 of apical and 0.19-0.33 of basal dendrites (de la Peña & Geijo-Barrientos 1996 J Neurosci, doi:10.1523/JNEUROSCI.16-17-05301.1996, table); at the low end, as synapses are counted here";
        /// Standard deviation of the logarithm (base e) of synaptic size.
        size_spread_ln = 0.80, unit "1", range 0.05..=1.6,
            symbol "σ_ln", species "mouse", grade B, source "log-normal: Loewenstein 2011 J Neurosci; 0.94 for EPSPs in Song 2005 PLoS Biol";
        /// The same for inhibitory synapses.
        inhibitory_size_spread_ln = 0.40, unit "1", range 0.05..=1.6,
            symbol "σ_ln,I", species "rat", grade C, source "assumed narrower than excitatory: unitary IPSPs vary less (Gupta 2000 Science, direction)";
        /// Share of standing synapses that are nascent in the unstressed steady state.
        nascent_share = 0.12, unit "1", range 0.0..=0.6,
            symbol "f_n", species "mouse", grade C, source "derived: 70-85 % persistent spines (Holtmaat 2005 Neuron) with 4-6 %/d turnover";
        /// Size of a newborn synapse relative to the median, as a logarithm (base 2).
        newborn_offset_log2 = -1.0, unit "1", range -4.0..=2.0,
            symbol "Δ_new", species "mouse", grade C, source "newborn spines are about half as large: Holtmaat 2005; Knott 2006 Nat Neurosci (direction)";
        /// Standard deviation of the log₂ size of newborn synapses.
        newborn_spread_log2 = 0.6, unit "1", range 0.0..=2.0,
            symbol "σ_new", species "-", grade Assumed, source "assumed: narrower than the standing population";
    }
}

/// What a network is to be, before it exists.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkPlan {
    /// Number of neurons.
    pub neurons: usize,
    /// Mean number of synapses per neuron.
    pub synapses_per_neuron: usize,
    /// Populations, whose fractions sum to 1.
    pub populations: Vec<Population>,
    /// Form of the distance kernel, for every class.
    pub kernel: super::wiring::KernelShape,
}

/// The network that was built: what does not change while it lives.
#[derive(Resource, Clone, Debug)]
pub struct Network {
    /// The plan.
    pub plan: NetworkPlan,
    /// The patch that holds the somata.
    pub patch: Patch,
    /// The seed of this replicate.
    pub seed: Seed,
    /// Positions in µm, by identity.
    pub positions: Vec<[f32; 3]>,
    /// Classes, by identity.
    pub classes: Vec<CellClass>,
    /// Search among boutons of each class; `None` for a class without neurons.
    pub searches: [Option<PartnerSearch>; CellClass::COUNT],
    /// Share of inhibitory boutons that belong to each class.
    pub inhibitory_share: [f32; CellClass::COUNT],
    /// Parameters of layout and wiring.
    pub parameters: NetworkParameters,
}

impl Network {
    /// Mean number of excitatory synapses onto a neuron of `class` in the plan; the unit in which a
    /// neuron's excitatory input is counted.
    #[must_use]
    pub fn planned_excitatory(&self, class: CellClass) -> f64 {
        self.plan.synapses_per_neuron as f64 * self.parameters.excitatory_share(class)
    }

    /// The same for inhibitory synapses.
    #[must_use]
    pub fn planned_inhibitory(&self, class: CellClass) -> f64 {
        self.plan.synapses_per_neuron as f64 * (1.0 - self.parameters.excitatory_share(class))
    }

    /// Number of neurons of `class`.
    #[must_use]
    pub fn cells(&self, class: CellClass) -> usize {
        self.searches[class as usize].as_ref().map_or(0, PartnerSearch::candidates)
    }

    /// Neuron `id` in its place in the search among neurons of `class`, of whom there may be none.
    #[must_use]
    pub fn seat(&self, id: u32, class: CellClass) -> Option<Seat<'_>> {
        Some(self.searches[class as usize].as_ref()?.seat(id, self.positions[id as usize]))
    }

    /// Draws the classes of `boutons` inhibitory boutons; returns how many are of each.
    #[must_use]
    pub fn draw_inhibitory_classes(&self, boutons: usize, draws: &mut Stream) -> [usize; CellClass::COUNT] {
        let mut of_class = [0; CellClass::COUNT];
        for _ in 0..boutons {
            let mut u = draws.uniform();
            let met = self.inhibitory_share.iter().position(|share| {
                u -= share;
                u < 0.0
            });
            // rounding may leave the shares a hair short of one: the last class that has any
            let last = || self.inhibitory_share.iter().rposition(|&share| share > 0.0);
            if let Some(class) = met.or_else(last) {
                of_class[class] += 1;
            }
        }
        of_class
    }

    /// log₂ size of the median synapse, such that the mean size of a log-normal population is 1.
    #[must_use]
    pub fn median_log2(&self, kind: Kind) -> f64 {
        -0.5 * self.parameters.size_spread_ln(kind).powi(2) * std::f64::consts::LOG2_E
    }

    /// Standard deviation of log₂ size of the standing population.
    #[must_use]
    pub fn spread_log2(&self, kind: Kind) -> f64 {
        self.parameters.size_spread_ln(kind) * std::f64::consts::LOG2_E
    }

    /// log₂ size of a newborn synapse.
    #[must_use]
    pub fn draw_newborn(&self, kind: Kind, draws: &mut Stream) -> LogSize {
        let deviation: f64 = StandardNormal.sample(draws);
        let parameters = &self.parameters;
        LogSize::from_log2(
            (self.median_log2(kind) + parameters.newborn_offset_log2 + parameters.newborn_spread_log2 * deviation)
                as f32,
        )
    }
}

impl NetworkParameters {
    fn excitatory_share(&self, class: CellClass) -> f64 {
        match class {
            CellClass::Pyramidal => self.pyramidal_excitatory_share,
            CellClass::Pv | CellClass::Sst => self.interneuron_excitatory_share,
        }
    }

    fn size_spread_ln(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Excitatory => self.size_spread_ln,
            Kind::Inhibitory => self.inhibitory_size_spread_ln,
        }
    }

    fn length_um(&self, class: CellClass) -> f64 {
        match class {
            CellClass::Pyramidal => self.pyramidal_length_um,
            CellClass::Pv => self.pv_length_um,
            CellClass::Sst => self.sst_length_um,
        }
    }
}

/// While a network is wired, whether to stop is asked once in so many neurons: with a thousand synapses each, about ten
/// times a second.
const NEURONS_BETWEEN_LOOKS: u32 = 1_024;

/// Places, populates and wires a network, and spawns its neurons in order of identity.
///
/// Mechanisms must have been added to the world before, so that each neuron is born with their
/// components. Fails if the populations have no excitatory neuron.
pub fn build(world: &mut World, plan: &NetworkPlan, overrides: &Overrides, seed: Seed) -> Result<()> {
    build_until(world, plan, overrides, seed, &|| false)
}

/// The same; after every so many neurons, `is_interrupted` is asked whether to stop.
///
/// # Errors
/// Those of [`build`]; [`Error::Interrupted`] if the network was not finished.
pub fn build_until(
    world: &mut World,
    plan: &NetworkPlan,
    overrides: &Overrides,
    seed: Seed,
    is_interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<()> {
    let (network, populations) = lay_out(plan, overrides, seed)?;
    let mut dendrites = vec![Dendrite::default(); plan.neurons];
    let is_over = AtomicBool::new(false);
    let mut synapses = Synapses::build(&mut dendrites, |id, excitatory, inhibitory| {
        if id % NEURONS_BETWEEN_LOOKS == NEURONS_BETWEEN_LOOKS - 1 && is_interrupted() {
            is_over.store(true, Ordering::Relaxed);
        }
        if !is_over.load(Ordering::Relaxed) {
            wire(&network, id, excitatory, inhibitory);
        }
    });
    if is_over.into_inner() {
        return Err(Error::Interrupted("the network is not built".to_owned()));
    }
    synapses.tell_spines(&dendrites, |id| network.classes[id as usize] == CellClass::Pyramidal);
    inhabit(world, network, &populations, dendrites, synapses);
    Ok(())
}

/// The same network without its synapses and whatever else is carried: that is left to
/// [`state::load`](crate::foundation::state::load).
pub fn build_unwired(world: &mut World, plan: &NetworkPlan, overrides: &Overrides, seed: Seed) -> Result<()> {
    let (network, populations) = lay_out(plan, overrides, seed)?;
    inhabit(world, network, &populations, vec![Dendrite::default(); plan.neurons], Synapses::default());
    Ok(())
}

/// Everything of a network that does not change while it lives, and the population of each neuron.
fn lay_out(plan: &NetworkPlan, overrides: &Overrides, seed: Seed) -> Result<(Network, Vec<u8>)> {
    let parameters: NetworkParameters = overrides.apply();
    let patch = Patch::holding(plan.neurons, parameters.density_per_mm3, parameters.thickness_um);
    let positions = space::place(plan.neurons, &patch, seed);
    let populations = assign_populations(plan, seed);
    let classes: Vec<CellClass> = populations.iter().map(|&p| plan.populations[usize::from(p)].class).collect();

    let mut searches = [None, None, None];
    let mut boutons = [0.0; CellClass::COUNT];
    for class in CellClass::ALL {
        let members: Vec<u32> = (0..plan.neurons as u32).filter(|&id| classes[id as usize] == class).collect();
        if members.is_empty() {
            continue;
        }
        let kernel = DistanceKernel { shape: plan.kernel, length_um: parameters.length_um(class) as f32 };
        boutons[class as usize] = match class {
            CellClass::Pyramidal => 0.0,
            CellClass::Pv => members.len() as f64 * parameters.pv_bouton_weight,
            CellClass::Sst => members.len() as f64,
        };
        searches[class as usize] = Some(PartnerSearch::among(&members, &positions, kernel, &patch));
    }
    if searches[CellClass::Pyramidal as usize].is_none() {
        return Err(Error::Run("a network needs at least one pyramidal neuron".to_owned()));
    }
    let all: f64 = boutons.iter().sum();
    let inhibitory_share = boutons.map(|count| if all > 0.0 { (count / all) as f32 } else { 0.0 });

    let network =
        Network { plan: plan.clone(), patch, seed, positions, classes, searches, inhibitory_share, parameters };
    Ok((network, populations))
}

/// Spawns the neurons of `network` in order of identity, with what they own.
fn inhabit(world: &mut World, network: Network, populations: &[u8], dendrites: Vec<Dendrite>, synapses: Synapses) {
    for (id, dendrite) in dendrites.into_iter().enumerate() {
        let neuron = Neuron { id: id as u32, population: populations[id], class: network.classes[id] };
        world.spawn((neuron, Position(network.positions[id]), dendrite));
    }
    world.insert_resource(network);
    world.insert_resource(synapses);
}

/// Spawns the neurons of `from` in `into`, in the same order. What changes while the network lives (synapses,
/// rates) is left to [`state::copy`](crate::foundation::state::copy).
///
/// Mechanisms must have been added to `into` before, as for [`build`].
pub fn replicate(from: &mut World, into: &mut World) {
    let network = from.resource::<Network>().clone();
    let neurons: Vec<(Neuron, Position)> =
        from.query::<(&Neuron, &Position)>().iter(from).map(|(&neuron, &position)| (neuron, position)).collect();
    into.spawn_batch(neurons);
    into.insert_resource(network);
    into.insert_resource(Synapses::default());
}

/// Population of each neuron: exact counts, scattered over identities.
fn assign_populations(plan: &NetworkPlan, seed: Seed) -> Vec<u8> {
    let mut cumulative = 0.0;
    let mut populations = Vec::with_capacity(plan.neurons);
    for (index, population) in plan.populations.iter().enumerate() {
        cumulative += population.fraction;
        let end = ((cumulative * plan.neurons as f64).round() as usize).min(plan.neurons);
        populations.resize(end.max(populations.len()), index as u8);
    }
    populations.resize(plan.neurons, 0);
    // Fisher-Yates with addressed draws
    let mut draws = seed.draws(Purpose::Position, 1, 0);
    for i in (1..populations.len()).rev() {
        populations.swap(i, draws.below(i as u32 + 1) as usize);
    }
    populations
}

/// The initial synapses of neuron `id`: a log-normal number of each kind, partners by the kernel,
/// sizes and stages as in the unstressed steady state.
fn wire(network: &Network, id: u32, excitatory: &mut Vec<Synapse>, inhibitory: &mut Vec<Synapse>) {
    let mut draws = network.seed.stream(Purpose::Wiring, 0, id);
    let class = network.classes[id as usize];
    let cv = network.parameters.in_degree_cv;
    let partners = draw_degree(network.planned_excitatory(class), cv, &mut draws);
    if let Some(seat) = network.seat(id, CellClass::Pyramidal) {
        let standing = SteadyState::of(network, Kind::Excitatory);
        seat.draw(partners, &mut draws, |partner, draws| excitatory.push(standing.draw(partner, draws)));
    }
    let partners = draw_degree(network.planned_inhibitory(class), cv, &mut draws);
    let standing = SteadyState::of(network, Kind::Inhibitory);
    for (class, partners) in CellClass::ALL.into_iter().zip(network.draw_inhibitory_classes(partners, &mut draws)) {
        if let Some(seat) = network.seat(id, class) {
            seat.draw(partners, &mut draws, |partner, draws| inhibitory.push(standing.draw(partner, draws)));
        }
    }
}

/// The unstressed steady state of synapses of one kind, on the scale on which size is stored.
struct SteadyState {
    nascent_share: f32,
    median: f32,
    spread: f32,
}

impl SteadyState {
    fn of(network: &Network, kind: Kind) -> Self {
        Self {
            nascent_share: network.parameters.nascent_share as f32,
            median: network.median_log2(kind) as f32,
            spread: network.spread_log2(kind) as f32,
        }
    }

    fn draw(&self, presynaptic: u32, draws: &mut Stream) -> Synapse {
        let nascent = draws.uniform() < self.nascent_share;
        let deviation: f32 = StandardNormal.sample(draws);
        let log_size = LogSize::from_log2(self.median + self.spread * deviation);
        Synapse { presynaptic, log_size, tags: Tags::new(!nascent, 0) }
    }
}

/// A log-normal number with the given mean and coefficient of variation, rounded without bias.
fn draw_degree(mean: f64, cv: f64, draws: &mut Stream) -> usize {
    let sigma = (1.0 + cv * cv).ln().sqrt();
    let real = match LogNormal::new(mean.max(f64::MIN_POSITIVE).ln() - 0.5 * sigma * sigma, sigma) {
        Ok(distribution) => distribution.sample(draws),
        Err(_) => mean,
    };
    (real + f64::from(draws.uniform())) as usize
}
