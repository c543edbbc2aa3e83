//! Synapses: agents with their own state, stored with the dendrite that owns them.
//!
//! A synapse is eight bytes: presynaptic identity (32 bits), logarithm of size (16 bits), stage and
//! epoch of birth (16 bits). The synapses of 128 neurons share a *slab*, a structure of arrays in
//! which each neuron owns one row of excitatory and one of inhibitory synapses. A dendrite is written
//! by the one task that holds its slab, so the sweep needs no lock, and a slab that runs out of room
//! is rebuilt alone.
//!
//! Mechanisms never touch the arrays. They state *laws* per neuron
//! ([`NeuronLaws`](crate::anatomy::synapses::NeuronLaws)), which the sweep carries out on every synapse in one
//! pass, and they *stage* births, which are applied once per tick.

mod law;
mod plugin;
mod saved;
mod slab;
mod store;
mod sweep;

pub use law::{EliminationPressure, NeuronLaws, Noise, RowLaw, SizeLaw, SynapseLaws, TurnoverLaw};
pub use plugin::{StagedBirths, SynapsePlugin};
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
        Self((log2_size * Self::STEPS + Self::UNIT).round().clamp(0.0, 65_535.0) as u16)
    }

    /// log₂ of the size.
    #[must_use]
    pub fn log2(self) -> f32 {
        (f32::from(self.0) - Self::UNIT) / Self::STEPS
    }

    /// The size itself, in units of the reference size.
    #[must_use]
    pub fn size(self) -> f32 {
        sweep::exp2(self.log2())
    }
}

/// Stage and epoch of birth of a synapse, in 16 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags(pub u16);

impl Tags {
    const MATURE: u16 = 1;
    const EPOCH_SHIFT: u32 = 4;
    /// Length of an epoch of birth, in hours; 4,095 epochs span 2.8 years.
    pub const EPOCH_H: f64 = 6.0;

    /// Tags of a synapse born in `epoch` (counted from the start of the burn-in; 0 is the initial
    /// network).
    #[must_use]
    pub fn new(mature: bool, epoch: u16) -> Self {
        Self(u16::from(mature) | epoch.min(0xfff) << Self::EPOCH_SHIFT)
    }

    /// Whether the synapse has matured; nascent synapses are the ones that mostly die.
    #[must_use]
    pub fn is_mature(self) -> bool {
        self.0 & Self::MATURE != 0
    }

    /// The epoch of birth.
    #[must_use]
    pub fn epoch(self) -> u16 {
        self.0 >> Self::EPOCH_SHIFT
    }
}

#[cfg(test)]
mod tests;
