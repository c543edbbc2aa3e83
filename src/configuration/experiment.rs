//! One experiment: what its tables are, and what follows from them together.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_with::{As, FromIntoRef};

use super::attached::{self, DrugFile, EventTable};
use super::model::{Hypothesis, ModelTable, Switched};
use super::network::{self, NetworkTable};
use super::protocol::{self, Arm, Timeline};
use super::run::{FiguresTable, Record, RunTable};
use super::shipped_conditions::SHIPPED;
use super::subject::OneSubject;
use super::subjects::Subjects;
use super::trial::TrialTable;
use crate::anatomy::network::NetworkPlan;
use crate::anatomy::population::{Population, default_populations};
use crate::anatomy::subject::Subject;
use crate::foundation::clock::{Disabled, Phase};
use crate::foundation::diagnostics::{Severity, codes};
use crate::foundation::error::Result;
use crate::foundation::parameters::Overrides;
use crate::foundation::random::Seed;
use crate::foundation::time::Time;
use crate::mechanisms::Cascade;
use crate::mechanisms::dosing::{Drug, Formulary};
use crate::mechanisms::stress::StressEpisode;
use crate::recording::scales::SCALES;

/// The version of the config's form that this program reads.
pub const SCHEMA_VERSION: u32 = 1;

/// An experiment: one history, and the arms that branch from it.
///
/// The fields are the tables of the config, in plain numbers whose names carry the unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "resprout experiment", extend("required" = ["schema_version", "title", "network", "time", "arm"]))]
pub struct Experiment {
    /// The form of the file; 1.
    pub schema_version: u32,
    /// A title for reports and figures.
    pub title: String,
    /// The question that the experiment asks.
    pub question: String,
    /// Codes of warnings and notes that are known and accepted.
    #[schemars(schema_with = "allow_schema")]
    pub allow: Vec<String>,
    /// A preset of stress, subjects and symptom scale, which fills what the config leaves unsaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "condition_schema")]
    pub condition: Option<String>,
    /// The symptom scale that figures and reports read first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "scale_schema")]
    pub scale: Option<String>,
    /// Drug files of one's own, by path from the config's folder.
    #[serde(with = "attached::drug_files", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub drugs: Vec<DrugFile>,
    /// Dose tables that arms were given; their doses stand in the arms.
    #[serde(skip)]
    pub event_tables: Vec<EventTable>,
    /// The patch of cortex.
    pub network: NetworkTable,
    /// Its populations; 80 % pyramidal, 12 % PV and 8 % SST if none is listed.
    #[serde(
        rename = "population",
        serialize_with = "As::<Vec<FromIntoRef<network::PopulationTable>>>::serialize",
        deserialize_with = "network::populations"
    )]
    #[schemars(with = "Vec<network::PopulationTable>")]
    pub populations: Vec<Population>,
    /// What differs from the model as shipped.
    pub model: ModelTable,
    /// How long, and how finely.
    pub time: Timeline,
    /// Episodes of chronic stress, in force in every arm that does not state its own.
    #[serde(with = "As::<Vec<FromIntoRef<protocol::EpisodeTable>>>")]
    #[schemars(with = "Vec<protocol::EpisodeTable>")]
    pub stress: Vec<StressEpisode>,
    /// The arms, in order of presentation.
    #[serde(rename = "arm")]
    pub arms: Vec<Arm>,
    /// The one subject of a run without `[subjects]`; typical if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OneSubject")]
    pub subject: Option<OneSubject>,
    /// Virtual subjects; one subject if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Subjects")]
    pub subjects: Option<Subjects>,
    /// The draw.
    pub run: RunTable,
    /// How a trial is drawn from the virtual subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TrialTable")]
    pub trial: Option<TrialTable>,
    /// What is written.
    pub record: Record,
    /// What figures show besides the run.
    pub figures: FiguresTable,
    /// The mechanisms that there are; no key of a config, but what its keys are held against.
    #[serde(skip)]
    pub cascade: Cascade,
}

impl Default for Experiment {
    /// The shipped model on 2,000 neurons for one day, without stress and without arms.
    fn default() -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            title: String::new(),
            question: String::new(),
            allow: Vec::new(),
            condition: None,
            scale: None,
            drugs: Vec::new(),
            event_tables: Vec::new(),
            network: NetworkTable::default(),
            populations: default_populations(),
            model: ModelTable::default(),
            time: Timeline::default(),
            stress: Vec::new(),
            arms: Vec::new(),
            subject: None,
            subjects: None,
            run: RunTable::default(),
            trial: None,
            record: Record::default(),
            figures: FiguresTable::default(),
            cascade: Cascade::standard(),
        }
    }
}

impl Experiment {
    /// The plan from which every replicate's network is built.
    #[must_use]
    pub fn network_plan(&self) -> NetworkPlan {
        NetworkPlan {
            neurons: self.network.neurons as usize,
            synapses_per_neuron: self.network.synapses_per_neuron as usize,
            populations: self.populations.clone(),
            kernel: self.network.kernel,
        }
    }

    /// The drugs called `names`, each once: the experiment's own, and shipped ones.
    ///
    /// # Errors
    /// [`Error::Input`](crate::foundation::error::Error::Input) for a name that is neither.
    pub fn formulary<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Formulary> {
        let own: Vec<Drug> = self.drugs.iter().map(|file| file.drug.clone()).collect();
        Formulary::of(names, &own)
    }

    /// Files that belong to the experiment besides its config: path in the run folder, and text.
    #[must_use]
    pub fn attachments(&self) -> Vec<(String, &str)> {
        let drugs = self.drugs.iter().map(|file| (file.path(), file.text.as_str()));
        drugs.chain(self.event_tables.iter().map(|table| (table.path(), table.text.as_str()))).collect()
    }

    /// Number of independent networks: the subjects of every replicate.
    #[must_use]
    pub fn networks(&self) -> u64 {
        u64::from(self.run.replicates) * u64::from(self.subjects_per_replicate())
    }

    /// Number of subjects in each replicate; one where the config has no `[subjects]`.
    #[must_use]
    pub fn subjects_per_replicate(&self) -> u32 {
        self.subjects.as_ref().map_or(1, |subjects| subjects.n)
    }

    /// Every independent network, by replicate and subject, in the order of the tables.
    pub fn units(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let subjects = self.subjects_per_replicate();
        (0..self.run.replicates).flat_map(move |replicate| (0..subjects).map(move |subject| (replicate, subject)))
    }

    /// Subject `index` of `replicate`, and the seed of the network that it carries. Without `[subjects]` it is the
    /// subject of `[subject]`, or the typical one.
    #[must_use]
    pub fn subject(&self, replicate: u32, index: u32) -> (Subject, Seed) {
        let seed = self.run.seed_of(replicate);
        match &self.subjects {
            Some(subjects) => (subjects.cohort().subject(seed, index), seed.subject(index)),
            None => (self.subject.clone().unwrap_or_default().0, seed),
        }
    }

    /// The parameter values of the shared history that differ from their defaults, the weights of the
    /// hypotheses among them. A weight that the config overrides by its own key keeps that value.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::default();
        for hypothesis in Hypothesis::ALL {
            let listed = self.model.hypotheses.contains(&hypothesis);
            overrides.0.insert(hypothesis.weight_key().to_owned(), f64::from(u8::from(listed)));
        }
        overrides.0.extend(self.model.overrides.values().0);
        for (_, key, value) in self.network.stated_parameters() {
            if let Some(value) = value {
                overrides.0.insert(key.to_owned(), value);
            }
        }
        overrides
    }

    /// The parameter values of `arm` that differ from their defaults.
    #[must_use]
    pub fn overrides_in(&self, arm: &Arm) -> Overrides {
        let mut overrides = self.overrides();
        overrides.0.extend(arm.overrides.values().0);
        overrides
    }

    /// The phases that are switched off in the shared history.
    #[must_use]
    pub fn disabled(&self) -> Disabled {
        self.in_cascade_order(&self.model.disable, &Switched::default())
    }

    /// The phases that are switched off in `arm`.
    #[must_use]
    pub fn disabled_in(&self, arm: &Arm) -> Disabled {
        self.in_cascade_order(&self.model.disable, &arm.disable)
    }

    /// The phases of the mechanisms that either list names, in the order of the cascade.
    fn in_cascade_order(&self, a: &Switched, b: &Switched) -> Disabled {
        let is_named = |phase: &Phase| a.0.iter().chain(&b.0).any(|name| name == phase.0);
        Disabled(self.cascade.phases().into_iter().filter(is_named).collect())
    }

    /// The stress episodes of `arm`.
    #[must_use]
    pub fn stress_in<'a>(&'a self, arm: &'a Arm) -> &'a [StressEpisode] {
        arm.stress.as_deref().unwrap_or(&self.stress)
    }

    /// The first instant at which `arm` differs from the shared history: its first dose or spine removal, the
    /// first difference in stress, or the instant from which its own model holds. The start of the burn-in
    /// for an arm with a history of its own; the horizon for an arm that never differs.
    #[must_use]
    pub fn departure(&self, arm: &Arm) -> Time {
        if arm.has_own_history() {
            return Time::ZERO - self.time.burn_in;
        }
        let first_dose = arm.doses.iter().map(|event| event.first.start).min().unwrap_or(Time::NEVER);
        let stress = arm.stress.as_ref().map_or(Time::NEVER, |own| protocol::first_difference(&self.stress, own));
        let model = if arm.changes_model() { arm.from.unwrap_or(Time::NEVER) } else { Time::NEVER };
        let first_removal = arm.remove_spines.iter().map(|removal| removal.time).min().unwrap_or(Time::NEVER);
        first_dose.min(first_removal).min(stress).min(model).min(self.time.horizon)
    }
}

fn condition_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    json_schema!({ "type": "string", "enum": names, "x-noun": "condition" })
}

fn scale_schema(_: &mut SchemaGenerator) -> Schema {
    let columns: Vec<&str> = SCALES.iter().map(|scale| scale.column).collect();
    json_schema!({ "type": "string", "enum": columns, "x-noun": "symptom scale" })
}

fn allow_schema(_: &mut SchemaGenerator) -> Schema {
    let codes = codes::ALL.iter().filter(|code| code.severity() != Severity::Error).map(|code| code.id);
    json_schema!({
        "type": "array",
        "items": { "type": "string", "enum": codes.collect::<Vec<_>>(), "x-noun": "warning or note" },
    })
}
