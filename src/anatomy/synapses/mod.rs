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

mod entities;
mod identities;
mod law;
mod noise;
mod plugin;
mod removal;
mod row_law;
mod saved;
mod slab;
mod store;
mod sweep;
#[cfg(target_arch = "x86_64")]
mod vector;

pub use entities::SynapseEntities;
pub use law::{Complement, EliminationPressure, NeuronLaws, SizeLaw, SynapseLaws, TurnoverLaw};
pub use noise::Noise;
pub use plugin::{StagedBirths, SynapsePlugin, gather_inputs};
pub use removal::{Doomed, SpineRemoval, SpineRemovals};
pub use row_law::RowLaw;
pub use slab::{Birth, Dendrite, NEURONS_PER_SLAB, Row, Synapse};
pub use store::{SpineTally, SweepInput, Synapses, Tally};

/// Whether a synapse excites or inhibits its dendrite; each kind has its own row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Glutamatergic; on a pyramidal cell it sits on a spine.
    Excitatory,
    /// GABAergic.
    Inhibitory,
}

/// Synaptic size on the scale on which it is stored: log₂ size in steps of 1/4096, from 2⁻⁸ to 2⁸.
///
/// Multiplicative size dynamics are additive on this scale, and one hour's fluctuation is several
/// hundred steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogSize(pub u16);

impl LogSize {
    /// Steps per doubling of size.
    pub const STEPS: f32 = 4096.0;
    /// The step that stands for size 1.
    pub const UNIT: f32 = 32_768.0;

    /// The stored value nearest to `log2_size`.
    #[must_use]
    pub fn from_log2(log2_size: f32) -> Self {
        // the cast cuts, so the half makes it round; `round` itself is a call on most processors
        Self((log2_size * Self::STEPS + (Self::UNIT + 0.5)).clamp(0.0, 65_535.0) as u16)
    }

    /// log₂ of the size.
    #[must_use]
    pub fn log2(self) -> f32 {
        (f32::from(self.0) - Self::UNIT) / Self::STEPS
    }

    /// The size itself, in units of the reference size.
    #[must_use]
    pub fn size(self) -> f32 {
        row_law::size_of(self.0)
    }
}

/// Stage, complement tag and epoch of birth of a synapse, in 16 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags(pub u16);

impl Tags {
    // the highest bits, because vector units test signs
    pub(super) const MATURE: u16 = 0x8000;
    pub(super) const TAGGED: u16 = 0x4000;
    const EPOCH: u16 = 0x1fff;
    /// Length of an epoch of birth, in hours; 8,191 epochs span 5.6 years.
    pub const EPOCH_H: f64 = 6.0;

    /// Time from the start of the burn-in for which births are told apart, in hours.
    pub const SPAN_H: f64 = Self::EPOCH as f64 * Self::EPOCH_H;

    /// Tags of a synapse born in `epoch` (counted from the start of the burn-in; 0 is the initial
    /// network).
    #[must_use]
    pub fn new(mature: bool, epoch: u16) -> Self {
        Self(if mature { Self::MATURE } else { 0 } | epoch.min(Self::EPOCH))
    }

    /// The epoch of a birth `elapsed_h` after the start of the burn-in. Births after the last epoch share it.
    #[must_use]
    pub fn epoch_at(elapsed_h: f64) -> u16 {
        ((elapsed_h / Self::EPOCH_H) as u16).min(Self::EPOCH - 1) + 1
    }

    /// Whether the synapse has matured; nascent synapses are the ones that mostly die.
    #[must_use]
    pub fn is_mature(self) -> bool {
        self.0 & Self::MATURE != 0
    }

    /// Whether complement has tagged the synapse for engulfment. Births are untagged.
    #[must_use]
    pub fn is_tagged(self) -> bool {
        self.0 & Self::TAGGED != 0
    }

    /// The epoch of birth.
    #[must_use]
    pub fn epoch(self) -> u16 {
        self.0 & Self::EPOCH
    }
}

#[cfg(test)]
mod kernel_tests;
#[cfg(test)]
mod tests;
