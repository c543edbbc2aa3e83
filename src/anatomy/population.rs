//! Cell classes and the populations that a network is made of.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

/// The physiological class of a neuron; parameters of excitability, receptors and wiring go by class.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellClass {
    /// Glutamatergic pyramidal cell, the only class with spines.
    Pyramidal,
    /// Parvalbumin-expressing, fast-spiking GABAergic interneuron.
    Pv,
    /// Somatostatin-expressing GABAergic interneuron that targets dendrites.
    Sst,
}

// The list is written by hand: strum gives a slice, and arrays over classes are mapped from an array.
impl CellClass {
    /// Every class; `class as usize` indexes arrays over it.
    pub const ALL: [Self; 3] = [Self::Pyramidal, Self::Pv, Self::Sst];
    /// Number of classes.
    pub const COUNT: usize = Self::ALL.len();

    /// Whether the class releases glutamate.
    #[must_use]
    pub const fn is_excitatory(self) -> bool {
        matches!(self, Self::Pyramidal)
    }
}

/// A population: a named share of the neurons, all of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// The name used in tables and figures, such as `pyr`.
    pub name: String,
    /// The physiological class.
    pub class: CellClass,
    /// Share of all neurons; the fractions of a network sum to 1.
    pub fraction: f64,
}

/// The populations of a network that does not list its own: 80 % pyramidal, 12 % PV, 8 % SST.
///
/// 80–85 % of cortical neurons are excitatory; PV : SST is about 40 : 30 (Rudy 2011, *Dev Neurobiol*,
/// doi:10.1002/dneu.20853). 5HT3a interneurons, the remaining 30 %, are not modelled; their share is
/// given to PV and SST in proportion.
#[must_use]
pub fn default_populations() -> Vec<Population> {
    [("pyr", CellClass::Pyramidal, 0.80), ("pv", CellClass::Pv, 0.12), ("sst", CellClass::Sst, 0.08)]
        .map(|(name, class, fraction)| Population { name: name.to_owned(), class, fraction })
        .to_vec()
}
