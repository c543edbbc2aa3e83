//! How quantities stand in a config: as text with a unit there, as plain numbers here.
//!
//! Each module is a serde format for `#[serde(with = "…")]`, with the schema that goes with it. The
//! schema states the unit (`x-unit`) and bounds (`x-minimum`, `x-exclusiveMinimum`, `x-maximum`), which
//! [`structure`](super::structure) enforces and editors show.

#![expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde hands references")]

use schemars::{Schema, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

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

/// An instant that may be left out.
pub(super) mod optional_time {
    use serde::{Deserializer, Serializer};

    use crate::foundation::time::Time;

    pub(in super::super) fn serialize<S: Serializer>(value: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(time) => super::time::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
        super::time::deserialize(deserializer).map(Some)
    }
}

/// A list of instants.
pub(super) mod times {
    use schemars::{Schema, SchemaGenerator, json_schema};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::foundation::time::Time;
    use crate::foundation::units::{format_time, parse_time};

    pub(in super::super) fn serialize<S: Serializer>(value: &[Time], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value.iter().map(|instant| format_time(*instant)))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Time>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| parse_time(text).map_err(D::Error::custom)).collect()
    }

    pub(in super::super) fn schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": super::time::schema(generator) })
    }
}
