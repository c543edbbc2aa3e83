//! The patch of cortex that is simulated.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::{As, FromInto};

use super::model::value_schema;
use super::quantity;
use crate::anatomy::network::NetworkParameters;
use crate::anatomy::population::{CellClass, Population, default_populations};
use crate::anatomy::wiring::KernelShape;
use crate::foundation::parameters::Parameters;
use crate::mechanisms::seams::Storage;

/// `[network]`: how many neurons, how densely packed and how connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["neurons", "synapses_per_neuron"]))]
pub struct NetworkTable {
    /// Number of neurons.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub neurons: u32,
    /// Mean number of synapses that a neuron receives.
    #[schemars(range(min = 1, max = 100_000))]
    pub synapses_per_neuron: u32,
    /// Somata per mm³; the parameter `network.density_per_mm3` if left out.
    #[serde(
        rename = "density",
        with = "quantity::optional_per_cubic_millimetre",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "density_schema")]
    pub density_per_mm3: Option<f64>,
    /// Thickness of the patch that holds the somata; the parameter `network.thickness_um` if left out.
    #[serde(rename = "thickness", with = "quantity::optional_micrometres", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "thickness_schema")]
    pub thickness_um: Option<f64>,
    /// How the probability of a connection falls with the distance between somata.
    #[schemars(with = "KernelName")]
    pub kernel: KernelShape,
    /// How synapses are held.
    pub storage: Storage,
}

impl Default for NetworkTable {
    fn default() -> Self {
        Self {
            neurons: 2_000,
            synapses_per_neuron: 400,
            density_per_mm3: None,
            thickness_um: None,
            kernel: KernelShape::default(),
            storage: Storage::default(),
        }
    }
}

impl NetworkTable {
    /// Synapses of the whole network, to begin with.
    #[must_use]
    pub fn synapses(&self) -> u64 {
        u64::from(self.neurons) * u64::from(self.synapses_per_neuron)
    }

    /// The keys of this table that stand for a model parameter: name here, parameter, value if stated.
    #[must_use]
    pub fn stated_parameters(&self) -> [(&'static str, &'static str, Option<f64>); 2] {
        [
            ("density", "network.density_per_mm3", self.density_per_mm3),
            ("thickness", "network.thickness_um", self.thickness_um),
        ]
    }
}

fn density_schema(_: &mut SchemaGenerator) -> Schema {
    parameter_schema("density_per_mm3")
}

fn thickness_schema(_: &mut SchemaGenerator) -> Schema {
    parameter_schema("thickness_um")
}

fn parameter_schema(name: &str) -> Schema {
    let declared = NetworkParameters::TABLE.iter().find(|declared| declared.name == name);
    declared.map_or_else(Schema::default, value_schema)
}

/// Names of [`KernelShape`] for the schema.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase", extend("x-noun" = "kernel"))]
#[expect(dead_code, reason = "stands for KernelShape, which lives in a room that knows no schema")]
enum KernelName {
    /// exp(−d/λ)
    Exponential,
    /// exp(−d²/λ²)
    Gaussian,
    /// the same at every distance
    Uniform,
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

/// The populations that a config lists, or the default ones for an empty list.
pub(super) fn populations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Population>, D::Error> {
    let listed: Vec<Population> = As::<Vec<FromInto<PopulationTable>>>::deserialize(deserializer)?;
    Ok(if listed.is_empty() { default_populations() } else { listed })
}
