//! The tables of a drug file, as serde reads them.

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::super::parameters::{ActionTarget, Route};

/// A number or a text with a unit, as written.
#[derive(Clone, Debug)]
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyScalar;
        impl Visitor<'_> for AnyScalar {
            type Value = Scalar;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, or a text such as \"80 L/h\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
        }
        deserializer.deserialize_any(AnyScalar)
    }
}

/// A quantity with its source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cited {
    pub(super) value: Spanned<Scalar>,
    pub(super) source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DrugTable {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) stereochemistry: String,
    pub(super) dose_per_base: Option<Cited>,
    #[serde(default)]
    pub(super) moiety: Vec<MoietyTable>,
    #[serde(default)]
    pub(super) route: Vec<RouteTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoietyTable {
    pub(super) name: String,
    pub(super) assay: Option<String>,
    pub(super) molar_mass: Cited,
    pub(super) unbound_fraction: Cited,
    pub(super) brain_partition: Cited,
    pub(super) brain_entry_rate: Cited,
    pub(super) central_volume: Cited,
    pub(super) clearance: Option<Cited>,
    pub(super) liver: Option<LiverTable>,
    #[serde(default)]
    pub(super) peripheral: Vec<PeripheralTable>,
    pub(super) formation: Option<FormationTable>,
    pub(super) nmda: Option<NmdaTable>,
    #[serde(default)]
    pub(super) action: Vec<ActionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeripheralTable {
    pub(super) volume: Cited,
    pub(super) flow: Cited,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiverTable {
    pub(super) volume: Cited,
    pub(super) flow: Cited,
    pub(super) metabolic_rate: Cited,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormationTable {
    pub(super) from: Spanned<String>,
    pub(super) fraction: Cited,
    pub(super) transit_time: Option<Cited>,
    pub(super) transit_compartments: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NmdaTable {
    pub(super) without_magnesium: SubunitTable,
    pub(super) with_magnesium: SubunitTable,
    pub(super) reference_voltage: Cited,
    pub(super) magnesium_reference_voltage: Option<Cited>,
    pub(super) hill: Cited,
    pub(super) electrical_distance: Cited,
    pub(super) unblocking_rate: Cited,
    pub(super) trapped_fraction: Cited,
    pub(super) escape_time: Cited,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubunitTable {
    pub(super) glun2a: Cited,
    pub(super) glun2b: Cited,
    pub(super) glun2c: Cited,
    pub(super) glun2d: Cited,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionTable {
    pub(super) target: ActionTarget,
    pub(super) potency: Cited,
    pub(super) hill: Cited,
    pub(super) max_effect: Cited,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTable {
    pub(super) route: Route,
    pub(super) spray: Option<SprayTable>,
    pub(super) pathway: Vec<PathwayTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SprayTable {
    pub(super) unit: Cited,
    pub(super) later_retention: Cited,
    pub(super) clearing_time: Option<Cited>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PathwayTable {
    pub(super) name: Spanned<String>,
    /// Absent for the one pathway that takes what the others leave.
    pub(super) fraction: Option<Cited>,
    pub(super) bioavailability: Option<Cited>,
    #[serde(default)]
    pub(super) first_pass: Vec<FirstPassTable>,
    pub(super) lag: Option<Cited>,
    pub(super) release: Option<Cited>,
    pub(super) absorption_rate: Option<Cited>,
    #[serde(default)]
    pub(super) into: Destination,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Destination {
    #[default]
    Central,
    Liver,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstPassTable {
    pub(super) moiety: Spanned<String>,
    pub(super) fraction: Cited,
}
