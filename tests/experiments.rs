//! Every shipped experiment, run small, against pinned observables.
//!
//! The pins are what this version of the model says on networks of 600 neurons; they are not published values
//! (`resprout validate` compares with those). A change of the model moves them on purpose, and says so by
//! rewriting them: `RESPROUT_PIN=1 cargo test --test experiments`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// What is pinned: figures that the whole chain goes into.
const PINNED: [&str; 8] = [
    "spines_per_pyramidal_baseline",
    "spine_formation_per_day_baseline",
    "spine_elimination_per_day_baseline",
    "spine_density_end_of_stress",
    "spine_density_24h_after_dose",
    "spine_density_horizon",
    "peak_bdnf",
    "peak_nmda_block_pv",
];

/// The same bits come out on the same machine; elsewhere another `exp` may flip one decision of a spine and
/// with it all that follow. The tolerance is what that can do: twice the standard deviation between seeds at
/// this size, which is below 2.5 % of every pinned figure.
const TOLERANCE: f64 = 0.05;

type Pins = BTreeMap<String, BTreeMap<String, f64>>;

/// Runs a shipped config on a small network and returns its pinned figures by arm.
fn observe(name: &str) -> Pins {
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(format!("{name}.toml"));
    let mut edits = vec![
        "network.neurons=600",
        "network.synapses_per_neuron=150",
        "run.replicates=1",
        "record.every=6 h",
        "record.network_at=[]",
    ];
    if fs::read_to_string(&config).unwrap().contains("[subjects]") {
        edits.push("subjects.n=2");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_resprout"))
        .arg("run")
        .arg(&config)
        .args(edits.iter().flat_map(|edit| ["--set", edit]))
        .args(["--no-figures", "--quiet", "--threads", "2", "--out", "r"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&fs::read(folder.path().join("r/summary.json")).unwrap()).unwrap();
    let arms = summary["arms"].as_object().unwrap();
    let figures = |arm: &Value| {
        let known = PINNED.iter().filter_map(|&key| Some((key.to_owned(), arm.get(key)?["mean"].as_f64()?)));
        known.collect::<BTreeMap<_, _>>()
    };
    arms.iter().map(|(arm, values)| (arm.clone(), figures(values))).collect()
}

fn holds_its_pins(name: &str) {
    let observed = observe(name);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pins").join(format!("{name}.json"));
    if env::var_os("RESPROUT_PIN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, serde_json::to_string_pretty(&observed).unwrap() + "\n").unwrap();
    }
    let pins: Pins = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(observed.keys().collect::<Vec<_>>(), pins.keys().collect::<Vec<_>>(), "arms of {name}");
    for (arm, figures) in &pins {
        assert!(!figures.is_empty(), "{name}, {arm}: nothing is pinned");
        for (key, &pin) in figures {
            let value = observed[arm].get(key).copied().unwrap_or(f64::NAN);
            let near = (value - pin).abs() <= TOLERANCE * pin.abs();
            assert!(near, "{name}, {arm}: {key} is {value}, pinned at {pin}");
        }
    }
}

macro_rules! experiments {
    ($($test:ident: $name:literal;)*) => {
        $(#[test]
        fn $test() {
            holds_its_pins($name);
        })*

        #[test]
        fn every_shipped_config_is_tested() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
            let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let mut shipped: Vec<String> = paths
                .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
                .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            shipped.sort();
            let mut tested = vec![$($name),*];
            tested.sort_unstable();
            assert_eq!(shipped, tested);
        }
    };
}

experiments! {
    chronic_stress_holds_its_pins: "chronic_stress";
    dose_response_holds_its_pins: "dose_response";
    hypotheses_hold_their_pins: "hypotheses";
    large_network_holds_its_pins: "large_network";
    mechanism_knockouts_hold_their_pins: "mechanism_knockouts";
    quick_start_holds_its_pins: "quick_start";
    repeated_dosing_holds_its_pins: "repeated_dosing";
    side_effects_hold_their_pins: "side_effects";
    ssri_onset_holds_its_pins: "ssri_onset";
    stress_then_ketamine_holds_its_pins: "stress_then_ketamine";
    treatment_resistance_holds_its_pins: "treatment_resistance";
    virtual_trial_holds_its_pins: "virtual_trial";
}
