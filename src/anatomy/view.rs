//! A read-only view of a world, in the terms in which probes are stated.

use bevy_ecs::prelude::*;

use super::all_neurons::NeuronColumns;
use super::network::Network;
use super::neuron::Neuron;
use super::population::CellClass;
use crate::foundation::reduce;

/// Who is who in a network: fixed from its building on.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// Names of the populations.
    pub populations: Vec<String>,
    /// Identities by population.
    pub members: Vec<Vec<u32>>,
    /// Identities of the pyramidal cells.
    pub pyramidal: Vec<u32>,
}

impl Census {
    /// The census of the network whose `neurons` these are.
    #[must_use]
    pub fn of(neurons: NeuronColumns) -> Self {
        let plan = &neurons.world().resource::<Network>().plan;
        let mut census = Self {
            populations: plan.populations.iter().map(|population| population.name.clone()).collect(),
            members: vec![Vec::new(); plan.populations.len()],
            pyramidal: Vec::new(),
        };
        for neuron in neurons.get::<Neuron>().unwrap_or_default() {
            census.members[usize::from(neuron.population)].push(neuron.id);
            if neuron.class == CellClass::Pyramidal {
                census.pyramidal.push(neuron.id);
            }
        }
        census
    }
}

/// A world, read-only.
#[derive(Clone, Copy)]
pub struct View<'w> {
    /// Its neurons.
    pub neurons: NeuronColumns<'w>,
    /// Who is who in it.
    pub census: &'w Census,
}

impl<'w> View<'w> {
    /// A resource; `None` if no mechanism inserted it.
    #[must_use]
    pub fn resource<R: Resource>(&self) -> Option<&'w R> {
        self.neurons.world().get_resource::<R>()
    }

    /// A component of all neurons; `None` if no mechanism gave it to them.
    #[must_use]
    pub fn column<C: Component>(&self) -> Option<&'w [C]> {
        self.neurons.get()
    }

    /// Mean of `value` over the neurons `members`.
    pub fn mean<C: Component>(&self, members: &[u32], value: impl Fn(&C) -> f64 + Sync) -> Option<f64> {
        let column = self.column::<C>()?;
        (!members.is_empty()).then(|| reduce::mean(members, |&id| value(&column[id as usize])))
    }

    /// Mean of `value` over the pyramidal cells.
    pub fn pyramidal_mean<C: Component>(&self, value: impl Fn(&C) -> f64 + Sync) -> Option<f64> {
        self.mean(&self.census.pyramidal, value)
    }

    /// Mean of `value`(identity) over the pyramidal cells.
    #[must_use]
    pub fn pyramidal_mean_by(&self, value: impl Fn(usize) -> f64 + Sync) -> Option<f64> {
        let cells = &self.census.pyramidal;
        (!cells.is_empty()).then(|| reduce::mean(cells, |&id| value(id as usize)))
    }
}
