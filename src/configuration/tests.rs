use proptest::prelude::*;

use super::load::ConfigReader;
use super::*;
use crate::anatomy::cohort::Covariate;
use crate::anatomy::subject::Subject;
use crate::foundation::time::Time;
use crate::foundation::units::convert;
use crate::mechanisms::dosing::Amount;
use crate::mechanisms::inflammation::Inflammation;
use crate::mechanisms::pruning::Pruning;
use crate::mechanisms::{Cascade, Mechanism};

/// A config in which every table and every key appears.
const FULL: &str = r#"
schema_version = 1
title = "Everything"
question = "Is every key read?"
allow = ["N001"]

[network]
neurons = 2_000
synapses_per_neuron = 400
density = "80_000 /mm3"
thickness = "0.2 mm"
kernel = "gaussian"

[[population]]
name = "pyr"
class = "pyramidal"
fraction = 0.9
[[population]]
name = "pv"
class = "pv"
fraction = 0.1

[model]
hypotheses = ["disinhibition", "metabolite"]
disable = ["inflammation"]
[model.override]
"stress.onset_time_constant_d" = { value = "96 h", why = "a \"quoted\" reason" }

[time]
burn_in = "7 d"
horizon = "49 d"
refine = 2

[[stress]]
start = "0 d"
end = "21 d"
level = 0.8

[[arm]]
name = "vehicle"
[[arm]]
name = "series"
doses = [
    { drug = "ketamine", time = "21 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min", ii = "84 h", addl = 5 },
    { drug = "ketamine", time = "508 h", amt = "35 mg", route = "iv" },
]
[[arm]]
name = "calm"
stress = []
disable = ["pruning"]
from = "10 d"
[arm.override]
"gaba.stress_loss" = { value = 0.7 }

[subjects]
n = 40
weight = { dist = "lognormal", median = "74 kg", cv = 0.2, bounds = ["39 kg", "170 kg"] }
baseline_inflammation = { dist = "normal", median = 0.1, sd = 0.3, bounds = [-0.5, 3] }
bdnf_genotype = { val_val = 0.5, val_met = 0.4, met_met = 0.1 }

[run]
seed = 42
replicates = 8

[record]
every = "10 min"
network_at = ["0 d", "21 d", "22 d", "28 d"]
max_disk = "10 GB"
"#;

fn report(text: &str) -> String {
    Experiment::from_toml(text).expect_err("faulty").to_string()
}

#[test]
fn a_config_is_read_into_plain_numbers() {
    let experiment = Experiment::from_toml(FULL).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(experiment.network.density_per_mm3, Some(80_000.0));
    assert_eq!(experiment.network.thickness_um, Some(200.0));
    assert_eq!(experiment.overrides().0["stress.onset_time_constant_d"], 4.0);
    assert_eq!(experiment.overrides().0["network.density_per_mm3"], 80_000.0);
    assert_eq!(experiment.disabled_in(&experiment.arms[2]).0, [Inflammation::phase(), Pruning::phase()]);
    assert_eq!(experiment.arms[1].doses[1].first.amount, Amount::Mg(35.0));
    assert_eq!(experiment.arms[1].doses[0].last_start(), Time::from_hours(504.0 + 5.0 * 84.0));
    assert_eq!(experiment.record.max_disk_bytes, 10_000_000_000);
}

/// Subject 7 is the same whether it is one of 40 or of 8, and in every arm; the resolved config states every spread.
#[test]
fn a_subject_does_not_depend_on_how_many_there_are() {
    let many = Experiment::from_toml(FULL).expect("sound");
    let few = Experiment::from_toml(&FULL.replace("n = 40", "n = 8")).expect("sound");
    assert_eq!(many.subject(3, 7), few.subject(3, 7));
    assert_ne!(many.subject(3, 7), many.subject(2, 7));
    assert_ne!(many.subject(3, 7).0.weight_kg, many.subject(3, 6).0.weight_kg);
    assert_eq!((many.networks(), few.networks()), (320, 64));
    let resolved = many.to_resolved_toml();
    for key in Covariate::ALL.map(Covariate::key) {
        assert!(
            resolved.contains(&format!("\n[subjects.{key}]\n")) || resolved.contains(&format!("\n{key} = ")),
            "{key}"
        );
    }
    let none = Experiment::from_toml(&FULL.replace("[subjects]\nn = 40", "[subjects]\nn = 1")).expect("sound");
    assert_ne!(none.subject(0, 0).0, Subject::default(), "a table of one subject is one draw");
}

#[test]
fn an_arm_departs_from_history_where_it_first_differs() {
    let experiment = Experiment::from_toml(FULL).unwrap_or_else(|error| panic!("{error}"));
    let departures: Vec<f64> = experiment.arms.iter().map(|arm| experiment.departure(arm).days()).collect();
    assert_eq!(departures, [49.0, 21.0, 0.0], "vehicle never, the dose, no stress from day 0");
    let mut own = experiment.arms[2].clone();
    own.from = None;
    assert_eq!(experiment.departure(&own).days(), -7.0);
}

#[test]
fn a_resolved_config_reads_as_the_same_experiment() {
    for text in [
        FULL,
        "schema_version = 1\ntitle = \"\"\nnetwork = { neurons = 500, synapses_per_neuron = 9 }\ntime.horizon = \"1 d\"\narm = [{ name = \"a\" }]",
    ] {
        let experiment = Experiment::from_toml(text).unwrap_or_else(|error| panic!("{error}"));
        let resolved = experiment.to_resolved_toml();
        let again = Experiment::from_toml(&resolved).unwrap_or_else(|error| panic!("{error}\n{resolved}"));
        assert_eq!(again, experiment);
        assert_eq!(again.to_resolved_toml(), resolved);
        assert!(
            Cascade::standard()
                .parameters()
                .iter()
                .all(|parameter| resolved.contains(&format!("\"{}\" =", parameter.key())))
        );
    }
}

/// A later version with other defaults must still repeat the run.
#[test]
fn a_recorded_parameter_value_holds_even_if_the_default_has_changed() {
    let resolved = Experiment::from_toml(FULL).expect("sound").to_resolved_toml();
    let recorded = r#""stress.offset_time_constant_d" = { value = "2 d""#;
    assert!(resolved.contains(recorded));
    let older = resolved.replace(recorded, r#""stress.offset_time_constant_d" = { value = "8 d""#);
    let experiment = Experiment::from_toml(&older).expect("sound");
    assert_eq!(experiment.overrides().0["stress.offset_time_constant_d"], 8.0);
}

#[test]
fn an_experiment_built_in_rust_passes_the_same_gate() {
    let mut experiment = Experiment::from_toml(FULL).expect("sound");
    assert_eq!(experiment.clone().checked().expect("sound"), experiment);
    experiment.network.neurons = 0;
    experiment.arms[1].name = "vehicle".into();
    let report = experiment.checked().expect_err("faulty").to_string();
    assert!(report.contains("error[E009]") && report.contains("error[E011]"), "{report}");
}

#[test]
fn a_fault_of_a_value_does_not_raise_faults_that_rest_on_it() {
    let wrong_unit = FULL.replace("time = \"21 d\", amt", "time = \"21 mg\", amt");
    assert_eq!(report(&wrong_unit).matches("error[").count(), 1);
    let wrong_horizon = FULL.replace("horizon = \"49 d\"", "horizon = 49");
    assert_eq!(report(&wrong_horizon).matches("error[").count(), 1, "{}", report(&wrong_horizon));
}

#[test]
fn an_edit_lands_where_its_key_says_and_its_faults_point_at_the_flag() {
    let edited = |edits: &[&str]| {
        let edits: Vec<String> = edits.iter().map(|&edit| edit.to_owned()).collect();
        let (files, cascade) = (attachments::Files::Below("".into()), Cascade::standard());
        let reading = ConfigReader { edits: &edits, files: &files, memory_bytes: None, cascade: &cascade };
        reading.read("exp.toml", FULL).map(|loaded| loaded.experiment)
    };
    let experiment = edited(&[
        "network.neurons=500",
        "arm.series.doses.0.amt=1 mg/kg",
        "arm.1.doses.0.dur=\"1 h\"",
        "record.network_at=[\"3 d\"]",
        "arm.3.name=\"late\"",
        "model.override.\"stress.offset_time_constant_d\"={ value = \"8 d\", why = \"flag\" }",
    ])
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(experiment.network.neurons, 500);
    assert_eq!(experiment.arms[1].doses[0].first.amount, Amount::MgPerKg(1.0));
    assert_eq!(experiment.arms[1].doses[0].first.duration, Time::HOUR);
    assert_eq!(experiment.record.network_at, [Time::from_hours(72.0)]);
    assert_eq!(experiment.arms[3].name, "late");
    assert_eq!(experiment.overrides().0["stress.offset_time_constant_d"], 8.0);

    let refused = |edit: &str| edited(&[edit]).expect_err("refused").to_string();
    assert_eq!(
        refused("network.neurons=0"),
        "error[E009]: value out of range\n --> --set:1:17\n1 | network.neurons=0\n  |                 ^ must be at least 1, is 0\n"
    );
    assert!(refused("network.neuron=5").contains(" --> --set:1:9"));
    assert!(refused("arm.serie.name=\"x\"").contains("did you mean `series`?"));
    assert!(refused("seed").contains("expected KEY=VALUE"));
    assert!(refused("time.horizon.x=1").contains("leads into a string"));
}

#[test]
fn every_declared_parameter_has_a_unit_that_can_be_read_and_a_default_within_its_range() {
    let table = Cascade::standard().parameters();
    for parameter in &table {
        let key = parameter.key();
        assert!(convert(&format!("1 {}", parameter.unit), parameter.unit).is_ok(), "{key}: {}", parameter.unit);
        assert!((parameter.min..=parameter.max).contains(&parameter.default), "{key}");
        assert!(!parameter.source.trim().is_empty() && !parameter.meaning.trim().is_empty(), "{key}");
    }
    let mut keys: Vec<String> = table.iter().map(|parameter| parameter.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), table.len(), "each key is declared once");
}

/// The schema states defaults, units and bounds, and knows every table.
#[test]
fn the_schema_says_what_the_reader_enforces() {
    let schema = structure::schema(&Cascade::standard());
    assert_eq!(schema["properties"]["run"]["default"]["replicates"], 1);
    assert!(schema.pointer("/$defs/NetworkTable/properties/neurons/default").is_none(), "it must be stated");
    let timeline = schema.pointer("/$defs/Timeline/properties/burn_in").expect("declared");
    assert_eq!(timeline["x-unit"], "h");
    assert_eq!(timeline["default"], "7 d");
    assert!(timeline["pattern"].is_string());
    let overridden =
        schema.pointer("/$defs/Overrides/properties/network.in_degree_cv/properties/value").expect("declared");
    assert_eq!(overridden["maximum"], 1.0);
}

proptest! {
    /// Whatever is cut out of a config or put into it, the answer is an experiment or a report.
    #[test]
    fn no_text_makes_the_reader_panic(from in 0..FULL.len(), length in 0..60_usize, insert in "[ -~\n]{0,8}") {
        let start = FULL.floor_char_boundary(from);
        let end = FULL.floor_char_boundary((from + length).min(FULL.len()));
        let text = format!("{}{insert}{}", &FULL[..start], &FULL[end.max(start)..]);
        match Experiment::from_toml(&text) {
            Ok(experiment) => prop_assert!(experiment.schema_version == SCHEMA_VERSION),
            Err(crate::foundation::error::Error::Input(report)) => prop_assert!(report.contains("error[E0")),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
