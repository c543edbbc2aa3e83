//! `condition`: presets of history, subjects and read-out.
//!
//! A condition is data: what a config leaves unsaid about stress, subjects and the symptom scale. What the config
//! says wins, the resolved config writes everything out, and no mechanism knows which condition it was.

use serde_json::{Map, Value, json};

use super::document::{Content, KeyPath, KeyStep, Node, at};
use super::fault::Fault;
use super::shipped_conditions::SHIPPED;
use super::structure;
use crate::foundation::diagnostics::{Span, codes};
use crate::mechanisms::Cascade;

/// A condition, as its file states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What it is called.
    pub title: String,
    /// The column of its symptom scale.
    pub scale: String,
    /// Where its values come from.
    pub notes: Vec<String>,
    /// What is disputed, or not modelled.
    pub contested: Vec<String>,
    /// The tables that it gives to a config: `stress` and `subjects`.
    tables: Value,
}

/// Name and text of every condition that is built into the program, by name.
#[must_use]
pub fn shipped_conditions() -> &'static [(&'static str, &'static str)] {
    SHIPPED
}

/// The shipped condition called `name`.
#[must_use]
pub fn shipped_condition(name: &str) -> Option<Condition> {
    let (_, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
    Condition::read(text).ok()
}

/// The schema of a condition's file: parts of a config's, and words.
fn schema() -> Value {
    // a condition says nothing of mechanisms
    let mut schema = structure::schema(&Cascade::empty());
    let own = |name: &str| schema["properties"][name].clone();
    let words = json!({ "type": "array", "items": { "type": "string" } });
    let properties = json!({
        "title": { "type": "string" }, "scale": own("scale"), "notes": words, "contested": words,
        "stress": own("stress"), "subjects": own("subjects"),
    });
    schema["properties"] = properties;
    schema["required"] = json!(["title", "scale", "notes", "contested", "stress"]);
    // how many subjects there are is the experiment's business
    schema["$defs"]["Subjects"]["required"] = json!([]);
    if let Some(subjects) = schema["$defs"]["Subjects"]["properties"].as_object_mut() {
        subjects.remove("n");
    }
    schema
}

impl Condition {
    /// Reads a condition's file; a shipped one has no fault.
    fn read(text: &str) -> Result<Self, String> {
        let node = Node::parse(text, 0).map_err(|faults| format!("{faults:?}"))?;
        let (tables, faults) = structure::check(&node, &schema());
        if let Some(fault) = faults.first() {
            return Err(format!("{}: {}", fault.at, fault.message.label));
        }
        let text = |key: &str| tables[key].as_str().unwrap_or_default().to_owned();
        let texts = |key: &str| {
            let list = tables[key].as_array().into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Ok(Self {
            title: text("title"),
            scale: text("scale"),
            notes: texts("notes"),
            contested: texts("contested"),
            tables,
        })
    }

    /// Adds to `config` what the condition says and `document` doesn't. Without a cohort, the typical subject has
    /// the medians of the condition's. Whether that was anything.
    fn fill(&self, config: &mut Map<String, Value>, document: &Node) -> bool {
        let before = config.clone();
        if document.entry("stress").is_none() {
            config.insert("stress".to_owned(), self.tables["stress"].clone());
        }
        config.entry("scale").or_insert_with(|| json!(self.scale));
        let Some(spread) = self.tables["subjects"].as_object() else { return *config != before };
        let is_cohort = document.entry("subjects").is_some();
        let table = config.entry(if is_cohort { "subjects" } else { "subject" }).or_insert_with(|| json!({}));
        let Some(table) = table.as_object_mut() else { return *config != before };
        for (covariate, distribution) in spread {
            let stated = if is_cohort { distribution } else { &distribution["median"] };
            table.entry(covariate.clone()).or_insert_with(|| stated.clone());
        }
        *config != before
    }
}

/// Lets the condition that `document` names fill what `config`, its structure, leaves open; says so if that was nothing.
pub(super) fn apply(config: &mut Value, document: &Node) -> Option<Fault> {
    let (_, node) = document.entry("condition")?;
    let Content::Text(name) = &node.content else { return None };
    let is_idle = !shipped_condition(name)?.fill(config.as_object_mut()?, document);
    let label = format!("the config states all that `{name}` would");
    is_idle.then(|| Fault::new(&codes::IDLE_CONDITION, at!["condition"], label))
}

/// The name of the condition, if `path` leads to something that it said rather than the config.
pub(super) fn locate(path: &KeyPath, document: &Node) -> Option<Span> {
    let Some(KeyStep::Key(first)) = path.0.first() else { return None };
    let is_absent = ["stress", "subject", "scale"].contains(&first.as_str()) && document.entry(first).is_none();
    document.entry("condition").filter(|_| is_absent).map(|(_, node)| node.span)
}

#[cfg(test)]
mod tests {
    use super::super::Experiment;
    use super::*;
    use crate::anatomy::cohort::{Covariate, Family};
    use crate::recording::scales;

    const CONFIG: &str = r#"
        schema_version = 1
        title = "preset"
        condition = "treatment_resistant_depression"
        network = { neurons = 500, synapses_per_neuron = 100 }
        time.horizon = "60 d"
        arm = [{ name = "a" }]
    "#;

    fn read(text: &str) -> Experiment {
        Experiment::from_toml(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_shipped_condition_reads_says_what_is_contested_and_gives_a_sound_experiment() {
        for (name, text) in SHIPPED {
            let condition = Condition::read(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert!(scales::scale(&condition.scale).is_some() && !condition.title.is_empty(), "{name}");
            assert!(!condition.notes.is_empty() && !condition.contested.is_empty(), "{name}");
            let config = CONFIG.replace("treatment_resistant_depression", name);
            for cohort in ["", "[subjects]\nn = 5\n"] {
                let experiment = read(&format!("{config}{cohort}"));
                assert!(!experiment.stress.is_empty(), "{name}");
                assert_eq!(experiment.scale.as_deref(), Some(condition.scale.as_str()));
                assert_eq!(experiment.subjects.is_some(), !cohort.is_empty());
                let resolved = experiment.to_resolved_toml();
                assert_eq!(read(&resolved), experiment, "{name}");
                let without = resolved.replace(&format!("condition = \"{name}\"\n"), "");
                assert_ne!(without, resolved);
                let unnamed = Experiment { condition: None, ..experiment };
                assert_eq!(read(&without), unnamed, "{name}: the resolved config says all that the condition said");
            }
        }
    }

    #[test]
    fn what_the_config_says_wins_over_its_condition() {
        let own = "scale = \"hama\"\nstress = []\n[subjects]\nn = 3\n\
                   stress_sensitivity = { dist = \"normal\", median = 2, sd = 0.1 }\n";
        let experiment = read(&format!("{CONFIG}{own}"));
        assert_eq!(experiment.scale.as_deref(), Some("hama"));
        assert_eq!(experiment.stress, []);
        let subjects = experiment.subjects.expect("stated");
        let sensitivity = &subjects.distributions[Covariate::StressSensitivity as usize];
        assert_eq!((sensitivity.family, sensitivity.median), (Family::Normal, 2.0));
        let tone = &subjects.distributions[Covariate::BaselineInflammation as usize];
        assert_eq!((tone.family, tone.median), (Family::LogNormal, 0.4), "what it leaves open is the condition's");
    }

    #[test]
    fn without_a_cohort_the_typical_subject_has_the_medians_of_the_condition() {
        let (subject, _) = read(CONFIG).subject(0, 0);
        assert_eq!((subject.stress_sensitivity, subject.baseline_inflammation), (1.2, 0.4));
        let own = read(&format!("{CONFIG}[subject]\nbaseline_inflammation = 0\nbdnf_genotype = \"met/met\"\n"));
        let (subject, _) = own.subject(0, 0);
        assert_eq!((subject.stress_sensitivity, subject.baseline_inflammation), (1.2, 0.0));
        assert_eq!(subject.bdnf_genotype.met_alleles(), 2);
    }

    #[test]
    fn faults_of_a_condition_in_this_experiment_point_to_its_name() {
        let short = CONFIG.replace("60 d", "40 d");
        let report = Experiment::from_toml(&short).expect_err("stress lasts 42 d").to_string();
        assert!(report.contains("error[E015]") && report.contains("config.toml:4:"), "{report}");
        let unknown = Experiment::from_toml(&CONFIG.replace("treatment_resistant_depression", "depresion"));
        assert!(unknown.expect_err("no such condition").to_string().contains("did you mean `depression`?"));
        let both = format!("{CONFIG}[subjects]\nn = 2\n[subject]\nweight = \"60 kg\"\n");
        assert!(Experiment::from_toml(&both).expect_err("stated twice").to_string().contains("error[E018]"));
    }
}
