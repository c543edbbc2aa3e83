//! How often, and what is kept: `[run]`, `[record]`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::As;

use super::quantity;
use crate::foundation::random::Seed;
use crate::foundation::time::Time;
use crate::recording::course::Band;
use crate::recording::nonsense::Nonsense;
use crate::recording::tables::SeriesFormat;

/// `[run]`: the draw, and how a run guards against being stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunTable {
    /// Where every random number starts.
    #[schemars(range(min = 0))]
    pub seed: u64,
    /// Number of independent networks.
    #[schemars(range(min = 1, max = 10_000))]
    pub replicates: u32,
    /// What a value beyond the range in which its column makes sense does: it ends the run, or the manifest tells of it.
    pub nonsense: Nonsense,
    /// Wall time between checkpoints, from which `resprout resume` goes on; 0 for none but the one that a signal asks for.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0))]
    pub checkpoint_every: Time,
}

impl Default for RunTable {
    fn default() -> Self {
        Self {
            seed: 1,
            replicates: 1,
            nonsense: Nonsense::default(),
            checkpoint_every: Time::from_milliseconds(600_000),
        }
    }
}

impl RunTable {
    /// Wall time between checkpoints; `None` if the config asks for none.
    #[must_use]
    pub fn checkpoint_interval(&self) -> Option<Duration> {
        let milliseconds = u64::try_from(self.checkpoint_every.milliseconds()).unwrap_or(0);
        (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
    }

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
    /// When the whole network is written; with virtual subjects, that of the first of each replicate.
    #[serde(with = "As::<Vec<quantity::Stated>>")]
    #[schemars(schema_with = "quantity::times_schema")]
    pub network_at: Vec<Time>,
    /// The format of the time series.
    pub format: SeriesFormat,
    /// The most that the run folder may take.
    #[serde(rename = "max_disk", with = "quantity::bytes")]
    #[schemars(schema_with = "quantity::bytes::schema", extend("x-exclusiveMinimum" = 0.0, "x-maximum" = 1e15))]
    pub max_disk_bytes: u64,
}

/// `[figures]`: what figures show besides the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FiguresTable {
    /// Whether published values are laid over the model's where both are the same quantity.
    pub published: bool,
    /// What bands and bars show: what is known of the mean, or how the population is spread.
    pub band: Band,
}

impl Default for FiguresTable {
    fn default() -> Self {
        Self { published: true, band: Band::default() }
    }
}

impl Default for Record {
    fn default() -> Self {
        Self {
            every: Time::HOUR,
            network_at: Vec::new(),
            format: SeriesFormat::default(),
            max_disk_bytes: 2_000_000_000,
        }
    }
}
