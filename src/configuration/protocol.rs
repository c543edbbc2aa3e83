//! What happens to the subject, and when: time, stress, doses, arms.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_with::{As, DisplayFromStr, FromIntoRef};
use strum::VariantNames;

use super::attached::{EventFile, drug_schema};
use super::model::{OverrideMap, Switched};
use super::quantity;
use crate::anatomy::synapses::SpineRemoval;
use crate::foundation::time::Time;
use crate::mechanisms::dosing::{Amount, Dose, DoseEvent, Route};
use crate::mechanisms::stress::StressEpisode;

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
    /// The name used in tables and file names, and in figures too if there is no `label`.
    pub name: String,
    /// What figures call the arm; its name if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub label: Option<String>,
    /// Doses given, repeats folded in.
    #[serde(with = "As::<Vec<FromIntoRef<DoseTable>>>", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<DoseTable>")]
    pub doses: Vec<DoseEvent>,
    /// Further doses, in a CSV file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventFile")]
    pub events: Option<EventFile>,
    /// Removals of newborn spines, as by photo-deletion.
    #[serde(with = "As::<Vec<FromIntoRef<RemovalTable>>>", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<RemovalTable>")]
    pub remove_spines: Vec<SpineRemoval>,
    /// Mechanisms switched off in this arm, besides those of `[model]`.
    #[serde(skip_serializing_if = "Switched::is_empty")]
    pub disable: Switched,
    /// Parameter values of this arm, which win over those of `[model]`.
    #[serde(rename = "override", skip_serializing_if = "OverrideMap::is_empty")]
    pub overrides: OverrideMap,
    /// Stress episodes of this arm, instead of the experiment's; `[]` for none.
    #[serde(with = "As::<Option<Vec<FromIntoRef<EpisodeTable>>>>", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<EpisodeTable>")]
    pub stress: Option<Vec<StressEpisode>>,
    /// When this arm's own `disable` and `override` take effect; from the start of the burn-in if left out.
    #[serde(with = "As::<Option<quantity::Stated>>", skip_serializing_if = "Option::is_none")]
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

/// A removal of newborn spines: of the excitatory synapses of pyramidal cells that were born since some instant.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["time", "born_after"]))]
pub(super) struct RemovalTable {
    /// When they are removed.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema")]
    time: Time,
    /// Spines born at or after this instant go. Birthdays are kept to 6 h, counted from the start of the burn-in: the instant is rounded up.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema")]
    born_after: Time,
    /// Share of them that goes, drawn spine by spine.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    fraction: f64,
}

impl Default for RemovalTable {
    fn default() -> Self {
        Self { time: Time::ZERO, born_after: Time::ZERO, fraction: 1.0 }
    }
}

impl From<RemovalTable> for SpineRemoval {
    fn from(table: RemovalTable) -> Self {
        let RemovalTable { time, born_after, fraction } = table;
        Self { time, born_after, fraction }
    }
}

impl From<&SpineRemoval> for RemovalTable {
    fn from(removal: &SpineRemoval) -> Self {
        let SpineRemoval { time, born_after, fraction } = *removal;
        Self { time, born_after, fraction }
    }
}

/// One line of dosing, in the tongue of NONMEM.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["drug", "time", "amt", "route"]))]
pub(super) struct DoseTable {
    /// The drug.
    #[schemars(schema_with = "drug_schema")]
    drug: String,
    /// When the first dose begins.
    #[serde(with = "quantity::time")]
    #[schemars(schema_with = "quantity::time::schema")]
    time: Time,
    /// How much, per body weight or in all.
    #[serde(with = "As::<DisplayFromStr>")]
    #[schemars(schema_with = "amount_schema")]
    amt: Amount,
    /// The way in.
    #[schemars(schema_with = "route_schema")]
    route: Route,
    /// Length of an infusion; zero for a bolus. On other routes, the time over which the form releases.
    #[serde(with = "quantity::time", skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0, "x-maximum" = 240.0))]
    dur: Time,
    /// Interval between repeated doses.
    #[serde(with = "quantity::time", skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "quantity::time::schema", extend("x-minimum" = 0.0))]
    ii: Time,
    /// Number of doses after the first.
    #[serde(skip_serializing_if = "is_none_left")]
    #[schemars(range(min = 0, max = 10_000))]
    addl: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(time: &Time) -> bool {
    *time == Time::ZERO
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none_left(addl: &u32) -> bool {
    *addl == 0
}

fn amount_schema(_: &mut SchemaGenerator) -> Schema {
    let mut schema = quantity::schema_of("mg/kg");
    schema.insert("x-alternative-unit".into(), "mg".into());
    schema.insert("x-exclusiveMinimum".into(), 0.into());
    schema
}

fn route_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Route::VARIANTS, "x-noun": "route" })
}

impl Default for DoseTable {
    fn default() -> Self {
        Self {
            drug: "ketamine".to_owned(),
            time: Time::ZERO,
            amt: Amount::MgPerKg(0.5),
            route: Route::Iv,
            dur: Time::ZERO,
            ii: Time::ZERO,
            addl: 0,
        }
    }
}

impl From<DoseTable> for DoseEvent {
    fn from(table: DoseTable) -> Self {
        let DoseTable { drug, time: start, amt: amount, route, dur: duration, ii: interval, addl: additional } = table;
        Self { first: Dose { drug, start, duration, amount, route }, interval, additional }
    }
}

impl From<&DoseEvent> for DoseTable {
    fn from(event: &DoseEvent) -> Self {
        let Dose { drug, start: time, duration: dur, amount: amt, route } = event.first.clone();
        Self { drug, time, amt, route, dur, ii: event.interval, addl: event.additional }
    }
}

/// The first instant at which two stress schedules differ, in each of which no episodes overlap; [`Time::NEVER`] if
/// they are the same.
pub(super) fn first_difference(a: &[StressEpisode], b: &[StressEpisode]) -> Time {
    if a == b {
        return Time::NEVER;
    }
    let in_order = |episodes: &[StressEpisode]| {
        let mut episodes = episodes.to_vec();
        episodes.sort_by_key(|episode| episode.start);
        episodes
    };
    let level = |episodes: &[StressEpisode], instant| {
        let begun = episodes.partition_point(|episode| episode.start <= instant);
        episodes[..begun].last().filter(|episode| instant < episode.end).map_or(0.0, |episode| episode.level)
    };
    let mut instants: Vec<Time> = a.iter().chain(b).flat_map(|episode| [episode.start, episode.end]).collect();
    instants.sort_unstable();
    let (a, b) = (in_order(a), in_order(b));
    instants.into_iter().find(|&instant| level(&a, instant) != level(&b, instant)).unwrap_or(Time::NEVER)
}
