//! A synapse: its kind, stage and birthday, and the whole agent as it goes in and out of storage.

use super::log_size::LogSize;

/// Whether a synapse excites or inhibits its dendrite; each kind has its own row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Glutamatergic; on a pyramidal cell it sits on a spine.
    Excitatory,
    /// GABAergic.
    Inhibitory,
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

/// One synapse, as read back from storage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Synapse {
    /// Identity of the presynaptic neuron.
    pub presynaptic: u32,
    /// Size on the stored scale.
    pub log_size: LogSize,
    /// Stage, complement tag and epoch of birth.
    pub tags: Tags,
}

/// A staged birth. Births are applied in order of their postsynaptic neuron.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Birth {
    /// Identity of the neuron that will own the synapse.
    pub postsynaptic: u32,
    /// Which of its rows.
    pub kind: Kind,
    /// The synapse.
    pub synapse: Synapse,
}
