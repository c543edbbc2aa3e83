//! Synaptic elements on their way to a partner, and the account of those that found one.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::anatomy::synapses::Kind;

/// Dendritic elements that meet a bouton in this tick, in order of their neuron.
#[derive(Resource, Clone, Debug, Default)]
pub struct Seekers {
    pub(super) list: Vec<Seeker>,
    /// Elements of every neuron and kind that seek; kept to spare the allocation.
    pub(super) of_neuron: Vec<[u32; 2]>,
}

/// The elements of one neuron that seek a partner of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seeker {
    pub(super) neuron: u32,
    pub(super) kind: Kind,
    pub(super) elements: u32,
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
