//! How quantities stand in a config: as text with a unit there, as plain numbers here.
//!
//! Each module is a serde format for `#[serde(with = "…")]`, with the schema that goes with it. The
//! schema states the unit (`x-unit`) and bounds (`x-minimum`, `x-exclusiveMinimum`, `x-maximum`), which
//! [`structure`](super::structure) enforces and editors show. They are written by hand because `serde_with` knows no
//! units; what only wraps them (options, lists) is left to it.

#![expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde hands references")]

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use serde_with::{DeserializeAs, SerializeAs};

use crate::foundation::time::Time;
use crate::foundation::units::convert;

/// A number with its unit, as a regular expression: the unit itself is checked by the program.
const PATTERN: &str = r"^\s*[-+−]?[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][-+]?[0-9]+)?\s*[^\s0-9].*$";

/// The schema of a quantity convertible to `unit`.
pub(super) fn schema_of(unit: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": PATTERN, "x-unit": unit, "examples": [format!("1 {unit}")] })
}

fn read<'de, D: Deserializer<'de>>(deserializer: D, unit: &str) -> Result<f64, D::Error> {
    let text = String::deserialize(deserializer)?;
    convert(&text, unit).map_err(D::Error::custom)
}

macro_rules! optional_format {
    ($($(#[$about:meta])* $name:ident in $unit:literal;)*) => {$(
        $(#[$about])*
        pub(super) mod $name {
            use serde::{Deserializer, Serializer};

            pub(in super::super) fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
                match value {
                    Some(value) => serializer.serialize_str(&format!(concat!("{} ", $unit), value)),
                    None => serializer.serialize_none(),
                }
            }

            pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
                super::read(deserializer, $unit).map(Some)
            }
        }
    )*};
}

optional_format! {
    /// Lengths in µm that may be left out.
    optional_micrometres in "um";
    /// Densities per mm³ that may be left out.
    optional_per_cubic_millimetre in "1/mm3";
}

/// Sizes of files and folders, in whole bytes.
pub(super) mod bytes {
    use serde::{Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        let (unit, size) = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)]
            .into_iter()
            .find(|(_, size)| *value >= *size && value.is_multiple_of(*size))
            .unwrap_or(("B", 1));
        serializer.serialize_str(&format!("{} {unit}", value / size))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        Ok(super::read(deserializer, "B")?.round() as u64)
    }

    pub(in super::super) fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::schema_of("B")
    }
}

/// Instants and durations, in whole milliseconds.
pub(super) mod time {
    use schemars::{Schema, SchemaGenerator, json_schema};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::foundation::time::Time;
    use crate::foundation::units::{format_time, parse_time};

    const PATTERN: &str =
        r"^\s*[-+−]?[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][-+]?[0-9]+)?\s*(ns|[uµμ]s|ms|s|min|h|d|wk)\s*$";

    pub(in super::super) fn serialize<S: Serializer>(value: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_time(*value))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        parse_time(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    pub(in super::super) fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN, "x-unit": "h", "examples": ["40 min", "21 d"] })
    }
}

/// Instants and durations within lists and options, as [`time`] states them.
pub(super) struct Stated;

impl SerializeAs<Time> for Stated {
    fn serialize_as<S: Serializer>(value: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        time::serialize(value, serializer)
    }
}

impl<'de> DeserializeAs<'de, Time> for Stated {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        time::deserialize(deserializer)
    }
}

/// The schema of a list of instants.
pub(super) fn times_schema(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": time::schema(generator) })
}
