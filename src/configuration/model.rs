//! Which model is run: hypotheses, mechanisms, parameter values.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::quantity;
use crate::foundation::parameters::{Overrides, Parameter};
use crate::foundation::units::convert;
use crate::mechanisms::parameter_table;
use crate::schedule::Phase;

/// `[model]`: what differs from the model as shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// Primary sites of action that are taken to hold; none is the null model.
    pub hypotheses: Vec<Hypothesis>,
    /// Mechanisms switched off.
    #[serde(with = "disabled_phases")]
    #[schemars(schema_with = "disabled_phases::schema")]
    pub disable: Vec<Phase>,
    /// Parameter values that differ from their defaults, by key.
    #[serde(rename = "override")]
    pub overrides: OverrideMap,
}

impl Default for Model {
    fn default() -> Self {
        Self { hypotheses: vec![Hypothesis::Disinhibition], disable: Vec::new(), overrides: OverrideMap::default() }
    }
}

/// A contested answer to where ketamine acts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "hypothesis"))]
pub enum Hypothesis {
    /// NMDA receptors of interneurons: pyramidal cells are freed from inhibition.
    Disinhibition,
    /// Tonic, extrasynaptic GluN2B of pyramidal cells: translation is freed through eEF2 kinase.
    Direct,
    /// The metabolite (2R,6R)-hydroxynorketamine, on glutamate release, without NMDA receptors.
    Metabolite,
}

impl Hypothesis {
    /// Every hypothesis.
    pub const ALL: [Self; 3] = [Self::Disinhibition, Self::Direct, Self::Metabolite];

    /// The parameter that weighs the hypothesis: 1 if a config lists it, 0 if not.
    #[must_use]
    pub const fn weight_key(self) -> &'static str {
        match self {
            Self::Disinhibition => "glutamate.disinhibition_weight",
            Self::Direct => "bdnf.direct_weight",
            Self::Metabolite => "glutamate.metabolite_weight",
        }
    }
}

/// A parameter value that differs from its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The value, in the parameter's declared unit.
    pub value: f64,
    /// Why; a citation or a purpose.
    pub why: Option<String>,
}

/// Overrides by parameter key (`mechanism.name`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverrideMap(pub BTreeMap<String, Override>);

impl OverrideMap {
    /// Whether nothing is overridden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bare values, as mechanisms take them.
    #[must_use]
    pub fn values(&self) -> Overrides {
        Overrides(self.0.iter().map(|(key, entry)| (key.clone(), entry.value)).collect())
    }
}

/// The declared parameter called `key`.
#[must_use]
pub fn parameter(key: &str) -> Option<&'static Parameter> {
    parameter_table().into_iter().find(|parameter| parameter.key() == key)
}

/// The value of a parameter as a config states it: a bare number where the unit is 1.
#[must_use]
pub fn stated_value(parameter: &Parameter, value: f64) -> Value {
    if parameter.unit == "1" { json!(value) } else { json!(format!("{value} {}", parameter.unit)) }
}

/// An override as it stands in a config.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideTable {
    /// Left out only where the structure check has refused it already.
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Serialize for OverrideMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, entry)| {
            let value = parameter(key).map_or(json!(entry.value), |declared| stated_value(declared, entry.value));
            (key, OverrideTable { value: Some(value), why: entry.why.clone() })
        }))
    }
}

impl<'de> Deserialize<'de> for OverrideMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = BTreeMap::new();
        for (key, table) in BTreeMap::<String, OverrideTable>::deserialize(deserializer)? {
            let declared = parameter(&key).ok_or_else(|| D::Error::custom(format!("unknown parameter `{key}`")))?;
            let value = match &table.value {
                None => continue,
                Some(Value::String(text)) => convert(text, declared.unit).map_err(D::Error::custom)?,
                Some(other) => other.as_f64().ok_or_else(|| D::Error::custom("a parameter takes a number"))?,
            };
            map.insert(key, Override { value, why: table.why });
        }
        Ok(Self(map))
    }
}

impl JsonSchema for OverrideMap {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Overrides".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let why = json!({ "type": "string", "description": "Why: a citation or a purpose." });
        parameter_tables(&json!({ "why": why }))
    }
}

/// The schema of a parameter's value.
pub(super) fn value_schema(parameter: &Parameter) -> Schema {
    if parameter.unit == "1" {
        return json_schema!({ "type": "number", "minimum": parameter.min, "maximum": parameter.max });
    }
    let mut schema = quantity::schema_of(parameter.unit);
    schema.insert("x-minimum".into(), json!(parameter.min));
    schema.insert("x-maximum".into(), json!(parameter.max));
    schema
}

/// The schema of a table with one entry per declared parameter: its `value`, and the keys of `besides`.
pub(super) fn parameter_tables(besides: &Value) -> Schema {
    let entries = parameter_table().into_iter().map(|parameter| {
        let mut value = value_schema(parameter).to_value();
        value["default"] = stated_value(parameter, parameter.default);
        let mut properties = Map::from_iter([("value".to_owned(), value)]);
        properties.extend(besides.as_object().cloned().unwrap_or_default());
        let entry = json!({
            "type": "object",
            "description": format!("{} Source: {}.", parameter.meaning.trim(), parameter.source),
            "properties": properties,
            "required": ["value"],
            "additionalProperties": false,
        });
        (parameter.key(), entry)
    });
    json_schema!({
        "type": "object",
        "x-noun": "parameter",
        "properties": entries.collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}

/// Phases by the names of their mechanisms.
pub(super) mod disabled_phases {
    use schemars::{Schema, SchemaGenerator, json_schema};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::schedule::Phase;

    pub(in super::super) fn serialize<S: Serializer>(value: &[Phase], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value.iter().map(|phase| phase.name()))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Phase>, D::Error> {
        let phase = |name: &String| Phase::CASCADE.into_iter().find(|phase| phase.name() == name);
        let names = Vec::<String>::deserialize(deserializer)?;
        names.iter().map(|name| phase(name).ok_or_else(|| D::Error::custom("unknown mechanism"))).collect()
    }

    pub(in super::super) fn schema(_: &mut SchemaGenerator) -> Schema {
        // anatomy's own phases carry out what mechanisms decide; they are no mechanisms
        let anatomy = [Phase::SynapseSweep, Phase::SynapseEdits];
        let mechanisms = Phase::CASCADE.into_iter().filter(|phase| !anatomy.contains(phase));
        let names: Vec<&str> = mechanisms.map(Phase::name).collect();
        json_schema!({ "type": "array", "items": { "type": "string", "enum": names, "x-noun": "mechanism" } })
    }
}
