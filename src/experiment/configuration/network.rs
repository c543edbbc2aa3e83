//! The patch of cortex that is simulated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantity;
use crate::anatomy::population::{CellClass, Population};

/// `[network]`: how many neurons, how densely packed and how connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["neurons", "synapses_per_neuron"]))]
pub struct Network {
    /// Number of neurons.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub neurons: u32,
    /// Mean number of synapses that a neuron receives.
    #[schemars(range(min = 1, max = 100_000))]
    pub synapses_per_neuron: u32,
    /// Somata per mm³ (mouse prefrontal cortex: about 90,000).
    #[serde(rename = "density", with = "quantity::per_cubic_millimetre")]
    #[schemars(schema_with = "quantity::per_cubic_millimetre::schema",
        extend("x-minimum" = 1e3, "x-maximum" = 1e6))]
    pub density_per_mm3: f64,
    /// Thickness of the slab that holds the somata.
    #[serde(rename = "thickness", with = "quantity::micrometres")]
    #[schemars(schema_with = "quantity::micrometres::schema", extend("x-minimum" = 10.0, "x-maximum" = 5000.0))]
    pub thickness_um: f64,
    /// How the probability of a connection falls with the distance between somata.
    pub kernel: Kernel,
    /// The length scale λ of the kernel.
    #[serde(rename = "length_scale", with = "quantity::micrometres")]
    #[schemars(schema_with = "quantity::micrometres::schema", extend("x-minimum" = 1.0, "x-maximum" = 10000.0))]
    pub length_scale_um: f64,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            neurons: 2_000,
            synapses_per_neuron: 400,
            density_per_mm3: 90_000.0,
            thickness_um: 300.0,
            kernel: Kernel::Exponential,
            length_scale_um: 125.0,
        }
    }
}

impl Network {
    /// Synapses of the whole network, to begin with.
    #[must_use]
    pub const fn synapses(&self) -> u64 {
        self.neurons as u64 * self.synapses_per_neuron as u64
    }
}

/// How the probability of a connection depends on the distance d.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "kernel"))]
pub enum Kernel {
    /// exp(−d/λ)
    Exponential,
    /// exp(−(d/λ)²)
    Gaussian,
}

/// `[[population]]`: a named share of the neurons.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "class", "fraction"]))]
pub(super) struct PopulationTable {
    /// The name used in tables and figures, such as `pyr`.
    name: String,
    /// The physiological class: `pyramidal`, `pv` or `sst`.
    #[schemars(with = "ClassName")]
    class: CellClass,
    /// Share of all neurons; the fractions of all populations sum to 1.
    #[schemars(range(min = 0, max = 1))]
    fraction: f64,
}

/// Names of [`CellClass`] for the schema.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase", extend("x-noun" = "cell class"))]
#[expect(dead_code, reason = "stands for CellClass, which lives in a room that knows no schema")]
enum ClassName {
    /// Glutamatergic, the only class with spines.
    Pyramidal,
    /// Parvalbumin-expressing, fast-spiking interneuron.
    Pv,
    /// Somatostatin-expressing interneuron that targets dendrites.
    Sst,
}

impl Default for PopulationTable {
    fn default() -> Self {
        Self { name: String::new(), class: CellClass::Pyramidal, fraction: 0.0 }
    }
}

impl From<PopulationTable> for Population {
    fn from(table: PopulationTable) -> Self {
        Self { name: table.name, class: table.class, fraction: table.fraction }
    }
}

impl From<&Population> for PopulationTable {
    fn from(population: &Population) -> Self {
        Self { name: population.name.clone(), class: population.class, fraction: population.fraction }
    }
}
