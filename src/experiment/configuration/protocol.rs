//! What happens to the subject, and when: time, stress, doses, arms.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::{OverrideMap, disabled_phases};
use super::quantity;
use crate::foundation::time::Time;
use crate::foundation::units::convert;
use crate::mechanisms::stress::{StressEpisode, StressSchedule};
use crate::schedule::Phase;

/// `[time]`: how long, and how finely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["horizon"]))]
pub struct Timeline {
    /// Unstressed time before t = 0, in which the network reaches its own steady state.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0, "x-maximum" = 100_000.0))]
    pub burn_in: Time,
    /// The end of the simulation.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-exclusiveMinimum" = 0.0, "x-maximum" = 1_000_000.0))]
    pub horizon: Time,
    /// Divides every tick; 2 halves them all. Results must not depend on it beyond noise.
    #[schemars(range(min = 1, max = 60))]
    pub refine: u32,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { burn_in: Time::from_hours(168.0), horizon: Time::DAY, refine: 1 }
    }
}

/// `[[stress]]`: an episode of chronic stress.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["start", "end", "level"]))]
pub(super) struct EpisodeTable {
    /// When it begins.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema")]
    start: Time,
    /// When it ends.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema")]
    end: Time,
    /// Severity, from 0 (none) to 1 (the severest).
    #[schemars(range(min = 0, max = 1))]
    level: f64,
}

impl From<EpisodeTable> for StressEpisode {
    fn from(table: EpisodeTable) -> Self {
        Self { start: table.start, end: table.end, level: table.level }
    }
}

impl From<&StressEpisode> for EpisodeTable {
    fn from(episode: &StressEpisode) -> Self {
        Self { start: episode.start, end: episode.end, level: episode.level }
    }
}

/// `[[arm]]`: a named continuation of the simulated history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Arm {
    /// The name used in tables, figures and file names.
    pub name: String,
    /// Doses given, repeats folded in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doses: Vec<DoseEvent>,
    /// Mechanisms switched off in this arm, besides those of `[model]`.
    #[serde(with = "disabled_phases", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "disabled_phases::schema")]
    pub disable: Vec<Phase>,
    /// Parameter values of this arm, which win over those of `[model]`.
    #[serde(rename = "override", skip_serializing_if = "OverrideMap::is_empty")]
    pub overrides: OverrideMap,
    /// Stress episodes of this arm, instead of the experiment's; `[]` for none.
    #[serde(with = "optional_episodes", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<EpisodeTable>")]
    pub stress: Option<Vec<StressEpisode>>,
    /// When this arm's own `disable` and `override` take effect; from the start of the burn-in if left out.
    #[serde(with = "quantity::optional_time", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0))]
    pub from: Option<Time>,
}

impl Arm {
    /// Whether the arm switches mechanisms off or changes parameters.
    #[must_use]
    pub fn changes_model(&self) -> bool {
        !self.disable.is_empty() || !self.overrides.is_empty()
    }

    /// Whether the arm needs a history of its own instead of the shared one.
    #[must_use]
    pub fn has_own_history(&self) -> bool {
        self.changes_model() && self.from.is_none()
    }
}

/// One line of dosing, in the tongue of NONMEM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["drug", "time", "amt", "route"]))]
pub struct DoseEvent {
    /// The drug.
    #[schemars(schema_with = "drug_schema")]
    pub drug: String,
    /// When the first dose begins.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema")]
    pub time: Time,
    /// How much, per body weight or in all.
    pub amt: Amount,
    /// The way in.
    pub route: Route,
    /// Length of an infusion; zero for a bolus.
    #[serde(with = "quantity::time", skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0, "x-maximum" = 240.0))]
    pub dur: Time,
    /// Interval between repeated doses.
    #[serde(with = "quantity::time", skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0))]
    pub ii: Time,
    /// Number of doses after the first.
    #[serde(skip_serializing_if = "is_none_left")]
    #[schemars(range(min = 0, max = 10_000))]
    pub addl: u32,
}

fn is_zero(time: &Time) -> bool {
    *time == Time::ZERO
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none_left(addl: &u32) -> bool {
    *addl == 0
}

/// Drugs that a protocol can name.
pub const DRUGS: [&str; 1] = ["ketamine"];

fn drug_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": DRUGS, "x-noun": "drug" })
}

impl Default for DoseEvent {
    fn default() -> Self {
        Self {
            drug: DRUGS[0].to_owned(),
            time: Time::ZERO,
            amt: Amount::PerWeight { mg_per_kg: 0.5 },
            route: Route::Iv,
            dur: Time::ZERO,
            ii: Time::ZERO,
            addl: 0,
        }
    }
}

impl DoseEvent {
    /// The instants at which doses begin, in order.
    pub fn starts(&self) -> impl Iterator<Item = Time> + '_ {
        (0..=i64::from(self.addl)).map(|repeat| {
            Time::from_milliseconds(self.time.milliseconds().saturating_add(self.ii.milliseconds().saturating_mul(repeat)))
        })
    }

    /// The instant at which the last dose begins.
    #[must_use]
    pub fn last_start(&self) -> Time {
        self.starts().last().unwrap_or(self.time)
    }
}

/// A way into the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-noun" = "route"))]
pub enum Route {
    /// Intravenous bolus or infusion.
    Iv,
}

/// An amount of drug.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Per body weight.
    PerWeight {
        /// In mg per kg of body weight.
        mg_per_kg: f64,
    },
    /// In all.
    Total {
        /// In mg.
        mg: f64,
    },
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&match self {
            Self::PerWeight { mg_per_kg } => format!("{mg_per_kg} mg/kg"),
            Self::Total { mg } => format!("{mg} mg"),
        })
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(mg) = convert(&text, "mg") {
            return Ok(Self::Total { mg });
        }
        convert(&text, "mg/kg").map(|mg_per_kg| Self::PerWeight { mg_per_kg }).map_err(D::Error::custom)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = quantity::schema_of("mg/kg");
        schema.insert("x-alternative-unit".into(), "mg".into());
        schema.insert("x-exclusiveMinimum".into(), 0.into());
        schema
    }
}

/// The stress episodes of an arm, if it has its own.
mod optional_episodes {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{EpisodeTable, StressEpisode};

    pub(super) fn serialize<S: Serializer>(
        value: &Option<Vec<StressEpisode>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value.iter().flatten().map(EpisodeTable::from))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<StressEpisode>>, D::Error> {
        Ok(Some(Vec::<EpisodeTable>::deserialize(deserializer)?.into_iter().map(StressEpisode::from).collect()))
    }
}

/// The first instant at which two stress schedules differ; [`Time::NEVER`] if they are the same.
pub(super) fn first_difference(a: &[StressEpisode], b: &[StressEpisode]) -> Time {
    let mut instants: Vec<Time> = a.iter().chain(b).flat_map(|episode| [episode.start, episode.end]).collect();
    instants.sort_unstable();
    let (a, b) = (StressSchedule(a.to_vec()), StressSchedule(b.to_vec()));
    instants.into_iter().find(|&instant| a.level_at(instant) != b.level_at(instant)).unwrap_or(Time::NEVER)
}
