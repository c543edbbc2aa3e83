//! The tables of a study file, as a person writes them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::configuration::structure::forget_defaults_of_required_keys;

/// A study: a base config, what varies in it, and what is asked of every point.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "resprout study", extend("required" = ["schema_version", "base", "design", "factor", "outcome"]))]
pub struct StudyStatement {
    /// The form of the file; 1.
    #[schemars(range(min = 1, max = 1))]
    pub schema_version: u32,
    /// A title for figures.
    pub title: String,
    /// The question that the study asks.
    pub question: String,
    /// The config that every point begins from, by its path from the study's folder.
    pub base: String,
    /// Changes to the base that hold for every point, each `KEY=VALUE` as `--set` takes it.
    pub set: Vec<String>,
    /// Which points there are.
    pub design: DesignTable,
    /// What varies; the first varies slowest in a grid.
    pub factor: Vec<FactorTable>,
    /// What is asked of every point.
    pub outcome: Vec<OutcomeTable>,
}

impl Default for StudyStatement {
    fn default() -> Self {
        Self {
            schema_version: 1,
            title: String::new(),
            question: String::new(),
            base: String::new(),
            set: Vec::new(),
            design: DesignTable::default(),
            factor: Vec::new(),
            outcome: Vec::new(),
        }
    }
}

/// `[design]`: which points there are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["method"]))]
pub struct DesignTable {
    /// How points are chosen.
    pub method: Method,
    /// Number of points, where the method does not say it; of base samples or trajectories where each has several points.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub points: Option<u32>,
    /// Where the draw of points starts.
    #[schemars(range(min = 0))]
    pub seed: u64,
    /// A table of points, CSV or Parquet, with a column for each factor, by its path from the study's folder.
    pub file: Option<String>,
    /// Whether every point draws the same random numbers, so that points differ by what varies alone.
    pub common_random_numbers: bool,
    /// The most memory that points under way may take together, such as "8 GB"; four fifths of what is available if left
    /// out.
    pub memory: Option<String>,
}

impl Default for DesignTable {
    fn default() -> Self {
        Self { method: Method::Grid, points: None, seed: 1, file: None, common_random_numbers: true, memory: None }
    }
}

/// How points are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schemars(inline, extend("x-noun" = "design"))]
pub enum Method {
    /// Every combination of the factors' values.
    Grid,
    /// The first values of all factors, then the second ones, and so on.
    List,
    /// Independent draws.
    Random,
    /// One draw from each of as many equal slices of every factor as there are points.
    LatinHypercube,
    /// A Sobol sequence, scrambled after Owen: space is filled evenly, however many factors matter.
    Sobol,
    /// For first and total orders, after Saltelli: `points` base samples of a Sobol sequence, each with a point for every
    /// factor and two more.
    Saltelli,
    /// For screening, after Morris: `points` trajectories, each with a point for every factor and one more.
    Morris,
    /// Points that were chosen elsewhere.
    Table,
}

impl Method {
    /// Whether a number of points belongs to it.
    #[must_use]
    pub const fn takes_points(self) -> bool {
        !matches!(self, Self::Grid | Self::List | Self::Table)
    }
}

/// `[[factor]]`: something that varies.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FactorTable {
    /// What its column is called; the key or the parameter if left out.
    pub name: Option<String>,
    /// The key that varies, as `--set` takes it.
    pub key: Option<String>,
    /// Keys that take the same value together, instead of `key`.
    pub keys: Vec<String>,
    /// The model parameter that varies, instead of `key`; see `resprout params list`.
    pub parameter: Option<String>,
    /// The values that it takes.
    #[schemars(schema_with = "any_list")]
    pub values: Vec<Value>,
    /// The smallest value that is drawn; the smallest allowed if left out.
    #[schemars(schema_with = "any")]
    pub from: Option<Value>,
    /// The largest value that is drawn; the largest allowed if left out.
    #[schemars(schema_with = "any")]
    pub to: Option<Value>,
    /// How values are drawn between `from` and `to`.
    pub distribution: DistributionShape,
    /// The mean of a normal distribution, the median of a log-normal one.
    #[schemars(schema_with = "any")]
    pub center: Option<Value>,
    /// The standard deviation of a normal distribution.
    #[schemars(schema_with = "any")]
    pub sd: Option<Value>,
    /// The standard deviation of the logarithm of a log-normal distribution.
    #[schemars(range(min = 0))]
    pub sd_log: Option<f64>,
}

/// The form of a distribution; each is cut off at `from` and `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline, extend("x-noun" = "distribution"))]
pub enum DistributionShape {
    /// Every value is as likely as any other.
    #[default]
    Uniform,
    /// Every ratio is as likely as any other.
    LogUniform,
    /// Normal, with `center` and `sd`.
    Normal,
    /// Log-normal, with `center` and `sd_log`.
    LogNormal,
}

/// `[[outcome]]`: something that is asked of every point.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutcomeTable {
    /// A key of `summary.json` or `outcomes.csv`, read off every arm and network.
    pub key: Option<String>,
    /// The arms that `key` is read off; all if left out.
    pub arms: Vec<String>,
    /// What it is called; the key if left out.
    pub name: Option<String>,
    /// Instead of `key`: a measurement in the language of the scoreboard, such as
    /// `at(spines_per_pyramidal[ketamine], 24 h) / baseline(spines_per_pyramidal[ketamine])`; times count from the first
    /// dose.
    pub measure: Option<String>,
    /// The unit of `measure`.
    pub unit: Option<String>,
}

fn any(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "x-any": true })
}

fn any_list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "x-any": true } })
}

/// The JSON schema of a study file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(StudyStatement).to_value();
    forget_defaults_of_required_keys(&mut schema);
    schema
}
