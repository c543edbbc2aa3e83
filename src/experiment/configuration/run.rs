//! How often, for whom, and what is kept: `[run]`, `[subjects]`, `[record]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantity;
use crate::foundation::random::Seed;
use crate::foundation::time::Time;

/// `[run]`: the draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Run {
    /// Where every random number starts.
    #[schemars(range(min = 0))]
    pub seed: u64,
    /// Number of independent networks.
    #[schemars(range(min = 1, max = 10_000))]
    pub replicates: u32,
}

impl Default for Run {
    fn default() -> Self {
        Self { seed: 1, replicates: 1 }
    }
}

impl Run {
    /// The seed of one replicate, counted from 0.
    #[must_use]
    pub fn seed_of(&self, replicate: u32) -> Seed {
        Seed(self.seed).replicate(replicate)
    }
}

/// `[record]`: what is written, and how much at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// Interval between rows of the time series: whole minutes that divide an hour, or whole hours.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-exclusiveMinimum" = 0.0))]
    pub every: Time,
    /// When the whole network is written.
    #[serde(with = "quantity::times")]
    #[schemars(schema_with = "quantity::times::schema")]
    pub network_at: Vec<Time>,
    /// The most that the run folder may take.
    #[serde(rename = "max_disk", with = "quantity::bytes")]
    #[schemars(schema_with = "quantity::bytes::schema", extend("x-exclusiveMinimum" = 0.0, "x-maximum" = 1e15))]
    pub max_disk_bytes: u64,
}

impl Default for Record {
    fn default() -> Self {
        Self { every: Time::HOUR, network_at: Vec::new(), max_disk_bytes: 2_000_000_000 }
    }
}

/// `[subjects]`: virtual subjects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["n"]))]
pub struct Subjects {
    /// How many.
    #[schemars(range(min = 1, max = 100_000))]
    pub n: u32,
    /// How body weight is distributed among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "WeightDistribution")]
    pub weight: Option<WeightDistribution>,
}

impl Default for Subjects {
    fn default() -> Self {
        Self { n: 1, weight: None }
    }
}

/// A distribution of body weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["dist", "median"]))]
pub struct WeightDistribution {
    /// Its family.
    pub dist: Distribution,
    /// Its median.
    #[serde(rename = "median", with = "quantity::kilograms")]
    #[schemars(schema_with = "quantity::kilograms::schema", extend("x-minimum" = 0.01, "x-maximum" = 500.0))]
    pub median_kg: f64,
    /// Its coefficient of variation.
    #[schemars(range(min = 0, max = 2))]
    pub cv: f64,
    /// The lightest and the heaviest subject that is drawn.
    #[serde(rename = "bounds", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "[Kilograms; 2]")]
    pub bounds_kg: Option<[Kilograms; 2]>,
}

impl Default for WeightDistribution {
    fn default() -> Self {
        Self { dist: Distribution::LogNormal, median_kg: 74.0, cv: 0.2, bounds_kg: None }
    }
}

/// The family of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "distribution"))]
pub enum Distribution {
    /// Normal.
    Normal,
    /// Log-normal.
    LogNormal,
}

/// A body weight, in kg.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Kilograms(
    #[serde(with = "quantity::kilograms")]
    #[schemars(schema_with = "quantity::kilograms::schema")]
    pub f64,
);
