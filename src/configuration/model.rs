//! Which model is run: hypotheses, mechanisms, parameter values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::quantity;
use crate::foundation::parameters::{Overrides, Parameter};
use crate::foundation::units::convert;
use crate::mechanisms::Cascade;
use crate::mechanisms::seams::Dynamics;

/// `[model]`: what differs from the model as shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModelTable {
    /// Primary sites of action that are taken to hold; none is the null model.
    pub hypotheses: Vec<Hypothesis>,
    /// How the activity of neurons is computed.
    pub dynamics: Dynamics,
    /// Mechanisms switched off.
    pub disable: Switched,
    /// Parameter values that differ from their defaults, by key.
    #[serde(rename = "override")]
    pub overrides: OverrideMap,
}

impl Default for ModelTable {
    fn default() -> Self {
        Self {
            hypotheses: vec![Hypothesis::Disinhibition],
            dynamics: Dynamics::default(),
            disable: Switched::default(),
            overrides: OverrideMap::default(),
        }
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

/// Names of mechanisms that are switched off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Switched(pub Vec<String>);

impl Switched {
    /// Whether every mechanism is on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl JsonSchema for Switched {
    fn schema_name() -> Cow<'static, str> {
        MECHANISMS.into()
    }

    /// Which names there are, the [`Cascade`] says.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string", "x-noun": "mechanism" } })
    }
}

/// A parameter value that differs from its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The value, in the parameter's declared unit.
    pub value: f64,
    /// That unit; `1` where the value is a pure number.
    pub unit: Cow<'static, str>,
    /// Why; a citation or a purpose.
    pub why: Option<String>,
}

impl Override {
    /// Another value for `parameter`, in its declared unit, without a reason.
    #[must_use]
    pub fn of(parameter: &Parameter, value: f64) -> Self {
        Self { value, unit: parameter.unit.into(), why: None }
    }
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

/// The value of a parameter as a config states it: a bare number where the unit is 1.
#[must_use]
pub fn stated_value(value: f64, unit: &str) -> Value {
    if unit == "1" { json!(value) } else { json!(format!("{value} {unit}")) }
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
            let value = stated_value(entry.value, &entry.unit);
            (key, OverrideTable { value: Some(value), why: entry.why.clone() })
        }))
    }
}

impl<'de> Deserialize<'de> for OverrideMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = BTreeMap::new();
        for (key, table) in BTreeMap::<String, OverrideTable>::deserialize(deserializer)? {
            let (value, unit) = match &table.value {
                None => continue,
                Some(Value::String(text)) => {
                    let stated = text.split_once(' ').and_then(|(value, unit)| Some((value.parse().ok()?, unit)));
                    stated.ok_or_else(|| D::Error::custom(format!("`{text}` is not in the unit of `{key}`")))?
                }
                Some(other) => (other.as_f64().ok_or_else(|| D::Error::custom("a parameter takes a number"))?, "1"),
            };
            map.insert(key, Override { value, unit: unit.to_owned().into(), why: table.why });
        }
        Ok(Self(map))
    }
}

impl JsonSchema for OverrideMap {
    fn schema_name() -> Cow<'static, str> {
        OVERRIDES.into()
    }

    /// Which keys there are, the [`Cascade`] says.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "x-noun": "parameter" })
    }
}

/// Definitions of the schema that depend on which mechanisms there are.
const MECHANISMS: &str = "Mechanisms";
const OVERRIDES: &str = "Overrides";

/// Completes the schema of a config with the mechanisms of `cascade` and their parameters.
pub(super) fn name_mechanisms(schema: &mut Value, cascade: &Cascade) {
    let definitions = &mut schema["$defs"];
    definitions[MECHANISMS]["items"]["enum"] = cascade.mechanisms().collect();
    let why = json!({ "type": "string", "description": "Why: a citation or a purpose." });
    definitions[OVERRIDES] = parameter_tables(cascade, &json!({ "why": why })).to_value();
}

/// Puts every override of `config` that conforms to the schema in the unit in which its parameter is declared.
pub(super) fn convert_overrides(config: &mut Value, cascade: &Cascade) {
    let mut holders: Vec<&mut Value> = Vec::new();
    if let Some(table) = config.as_object_mut() {
        for (key, value) in table.iter_mut() {
            match key.as_str() {
                "model" => holders.push(value),
                "arm" => holders.extend(value.as_array_mut().into_iter().flatten()),
                _ => {}
            }
        }
    }
    let tables = holders.into_iter().filter_map(|holder| holder.get_mut("override")?.as_object_mut());
    for (key, table) in tables.flatten() {
        let Some(declared) = cascade.parameter(key) else { continue };
        if let Some(text) = table["value"].as_str()
            && let Ok(value) = convert(text, declared.unit)
        {
            table["value"] = stated_value(value, declared.unit);
        }
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
pub(super) fn parameter_tables(cascade: &Cascade, besides: &Value) -> Schema {
    let entries = cascade.parameters().into_iter().map(|parameter| {
        let mut value = value_schema(parameter).to_value();
        value["default"] = stated_value(parameter.default, parameter.unit);
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
