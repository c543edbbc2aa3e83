//! `[trial]`: how a trial is drawn from the virtual subjects of a run.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_with::As;

use super::quantity;
use crate::foundation::time::Time;
use crate::recording::scales::SCALES;

/// `[trial]`: how `resprout trial` draws a trial from the virtual subjects. Nothing of it reaches the simulation, in which
/// every subject goes through every arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrialTable {
    /// Who goes through which arm.
    pub design: TrialDesign,
    /// The arm that others are compared with; the first that gets no ketamine if left out, else the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// The symptom scale of the primary endpoint; that of the config if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "scale_schema")]
    pub endpoint: Option<String>,
    /// The visit of the primary endpoint, after the first dose of any arm.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-exclusiveMinimum" = 0.0))]
    pub primary: Time,
    /// Subjects in each arm of a trial that is resampled; as many as were randomised if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 4, max = 100_000))]
    pub per_arm: Option<u32>,
    /// The probability of a false positive that is accepted, on both sides together.
    #[schemars(extend("exclusiveMinimum" = 0.0, "exclusiveMaximum" = 1.0))]
    pub alpha: f64,
    /// Who leaves before the end.
    pub dropout: DropoutTable,
    /// Parameters whose values nobody knows: assurance averages power over draws of them.
    pub uncertain: Vec<UncertainTable>,
}

impl Default for TrialTable {
    fn default() -> Self {
        Self {
            design: TrialDesign::default(),
            control: None,
            endpoint: None,
            primary: Time::DAY,
            per_arm: None,
            alpha: 0.05,
            dropout: DropoutTable::default(),
            uncertain: Vec::new(),
        }
    }
}

/// Who goes through which arm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "design of a trial"))]
pub enum TrialDesign {
    /// Each subject is randomised to one arm; what it would have done in the others is not seen.
    #[default]
    Parallel,
    /// Every subject goes through every arm, which no real trial can do.
    Crossover,
}

/// Who leaves a trial before its end. Visits after that are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DropoutTable {
    /// The probability of leaving in a week, whatever happens.
    #[schemars(range(min = 0, max = 1))]
    pub random_per_week: f64,
    /// Dissociation (CADSS) above which a subject leaves at its peak; nobody does if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 92))]
    pub cadss_above: Option<f64>,
    /// When those leave whose score has not fallen enough; nobody does if left out.
    #[serde(skip_serializing_if = "Option::is_none", with = "As::<Option<quantity::Stated>>")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-exclusiveMinimum" = 0.0))]
    pub no_effect_after: Option<Time>,
    /// The share by which the score must have fallen then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub no_effect_below: Option<f64>,
}

/// A parameter whose value nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["parameter", "from", "to"]))]
pub struct UncertainTable {
    /// Its key, as in `model.override`.
    pub parameter: String,
    /// The smallest value, with its unit if it has one.
    pub from: String,
    /// The largest value.
    pub to: String,
}

fn scale_schema(_: &mut SchemaGenerator) -> Schema {
    let columns: Vec<&str> = SCALES.iter().map(|scale| scale.column).collect();
    json_schema!({ "type": "string", "enum": columns, "x-noun": "symptom scale" })
}
