//! Recording is no part of the physics: which rows are written changes no number but the number of rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use resprout::recording::run_folder::RunFolder;

/// Figures whose tables hold values that are labelled with their instant.
const LABELLED: [&str; 5] = ["F11", "F12", "F13", "F19", "F20"];

fn resprout(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_resprout")).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a shipped config on a small network with rows this far apart, and returns what must not depend on that: the
/// summary, the outcomes, and the tables of figures with labelled values.
fn observe(name: &str, every: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(format!("{name}.toml"));
    let every = format!("record.every={every}");
    let mut edits = vec![
        "network.neurons=100",
        "network.synapses_per_neuron=20",
        "run.replicates=2",
        "record.network_at=[]",
        every.as_str(),
    ];
    if fs::read_to_string(&config).unwrap().contains("[subjects]") {
        edits.push("subjects.n=3");
    }
    let mut arguments =
        vec!["run", config.to_str().unwrap(), "--no-figures", "--quiet", "--threads", "2", "--out", "r"];
    arguments.extend(edits.iter().flat_map(|edit| ["--set", edit]));
    resprout(folder.path(), &arguments);
    resprout(folder.path(), &["figures", "r", "--only", &LABELLED.join(","), "--format", "svg"]);
    let run = folder.path().join("r");
    let figures = fs::read_dir(run.join("figures")).into_iter().flatten().map(|entry| entry.unwrap().path());
    let tables = figures.filter(|path| path.extension().is_some_and(|extension| extension == "csv"));
    let files = tables.chain(["summary.json", "outcomes.csv"].map(|file| run.join(file)));
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect()
}

fn assert_same(name: &str, intervals: [&str; 4]) {
    let [first, rest @ ..] = intervals;
    let expected = observe(name, first);
    for every in rest {
        let found = observe(name, every);
        let files = expected.keys().chain(found.keys());
        let differ: Vec<_> = files.filter(|file| expected.get(*file) != found.get(*file)).collect();
        assert!(differ.is_empty(), "{name} with rows every {every}: {differ:?}");
    }
}

/// One test for each shipped config, so that they run side by side.
macro_rules! numbers_do_not_depend_on_rows {
    ($($name:ident $intervals:expr;)*) => { $(
        #[test]
        fn $name() {
            assert_same(stringify!($name), $intervals);
        }
    )* };
}

const COARSE: [&str; 4] = ["1 h", "12 h", "24 h", "7 d"];
const FROM_FINE: [&str; 4] = ["1 min", "5 min", "24 h", "7 d"];

numbers_do_not_depend_on_rows! {
    quick_start FROM_FINE;
    stress_then_ketamine FROM_FINE;
    chronic_stress COARSE;
    dose_response COARSE;
    hypotheses COARSE;
    large_network COARSE;
    mechanism_knockouts COARSE;
    repeated_dosing COARSE;
    side_effects COARSE;
    ssri_onset COARSE;
    treatment_resistance COARSE;
    virtual_trial COARSE;
}

const ARMS: &str = r#"schema_version = 1
title = "Arms"
allow = ["W001"]
network = { neurons = 100, synapses_per_neuron = 20 }
time = { burn_in = "2 d", horizon = "12 d" }
stress = [{ start = "1 d", end = "7 d", level = 1.0 }]
run = { replicates = 2 }
[[arm]]
name = "vehicle"
[[arm]]
name = "ketamine"
doses = [{ drug = "ketamine", time = "6 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
"#;

/// Headline figures refer to the doses of their own arm, so an arm that is dosed earlier moves none but its own; and arms
/// are compared at the instants of the one, not at those of the reference.
#[test]
fn adding_an_arm_changes_no_values_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = "[[arm]]\nname = \"earlier\"\n\
        doses = [{ drug = \"ketamine\", time = \"3 d\", amt = \"1 mg/kg\", route = \"im\" }]\n";
    for (name, config) in [("two", ARMS.to_owned()), ("three", format!("{ARMS}{earlier}"))] {
        fs::write(folder.path().join("exp.toml"), config).unwrap();
        resprout(folder.path(), &["run", "exp.toml", "--no-figures", "--quiet", "--threads", "2", "--out", name]);
    }
    let lines = |run: &str, file: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(folder.path().join(run).join(file)).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    for file in ["outcomes.csv", "summary.csv", "timeseries.csv"] {
        let (two, three) = (lines("two", file), lines("three", file));
        let moved: Vec<&String> = two.difference(&three).collect();
        assert!(moved.is_empty() && three.len() > two.len(), "{file}: {moved:#?}");
    }
    // the contrast of the earlier arm is with the vehicle a day after its own dose, when stress went on
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("three/summary.json")).unwrap()).unwrap();
    let series = RunFolder::open(&folder.path().join("three")).unwrap().time_series().unwrap();
    let density = |arm: &str| -> Vec<f64> {
        let values = series.column("spines_per_pyramidal").unwrap();
        let rows = series.keys().iter().zip(series.times()).zip(values);
        let wanted = |time: f64| (time - 96.0).abs() < 1e-9;
        rows.filter(|((key, time), _)| series.arms()[key.arm] == arm && wanted(time.hours())).map(|(_, &v)| v).collect()
    };
    let baseline = RunFolder::open(&folder.path().join("three")).unwrap().outcomes().unwrap();
    let relative = |arm: &str| {
        let networks = density(arm).into_iter().zip(0_u32..);
        networks.map(|(value, at)| value / baseline.get(arm, (at, 0), "spines_per_pyramidal_baseline")).sum::<f64>()
            / 2.0
    };
    let told = summary["contrasts"]["earlier - vehicle"]["spine_density_24h_after_dose"]["mean"].as_f64().unwrap();
    let expected = relative("earlier") - relative("vehicle");
    assert!(told != 0.0 && (told - expected).abs() < 1e-8, "{told} for {expected}: rows hold nine digits");
}

#[test]
fn every_shipped_config_is_held_to_it() {
    let configs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")).unwrap();
    let files =
        configs.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "toml"));
    let here = include_str!("recording.rs");
    for name in files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()) {
        assert!(here.contains(&format!("    {name} ")), "{name} is missing");
    }
}
