//! Synapses: agents with their own state, stored with the dendrite that owns them.
//!
//! A synapse is eight bytes: presynaptic identity (32 bits), logarithm of size (16 bits), stage, tag and
//! epoch of birth (16 bits). The synapses of 128 neurons share a *slab*, a structure of arrays in
//! which each neuron owns one row of excitatory and one of inhibitory synapses. A dendrite is written
//! by the one task that holds its slab, so the sweep needs no lock, and a slab that runs out of room
//! is rebuilt alone.
//!
//! Mechanisms never touch the arrays. They state *laws* per neuron
//! ([`NeuronLaws`](crate::anatomy::synapses::NeuronLaws)), which the sweep carries out on every synapse in one
//! pass, and they *stage* births, which are applied once per tick.

mod blocks;
mod entities;
mod identities;
mod law;
mod log_size;
mod noise;
mod pass;
mod passes;
mod portable;
mod removal;
mod row_law;
mod saved;
mod slab;
mod store;
mod sweep;
mod synapse;
#[cfg(target_arch = "x86_64")]
mod vector;

pub use entities::SynapseEntities;
pub use law::{Complement, EliminationPressure, NeuronLaws, SizeLaw, SynapseLaws, TurnoverLaw};
pub use log_size::LogSize;
pub use noise::Noise;
pub use passes::{StagedBirths, apply_births, gather_inputs, remove_spines, sweep_synapses};
pub use removal::{Doomed, SpineRemoval, SpineRemovals};
pub use row_law::RowLaw;
pub use slab::{Dendrite, NEURONS_PER_SLAB, Row};
pub use store::{SpineTally, SweepInput, Synapses, Tally};
pub use synapse::{Birth, Kind, Synapse, Tags};

#[cfg(test)]
mod kernel_tests;
#[cfg(test)]
mod tests;
