//! What `resprout check` promises is what a run then takes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]
#![expect(clippy::print_stderr, reason = "estimates stand beside what was written")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use resprout::configuration::estimate::Estimate;
use resprout::configuration::load;
use resprout::mechanisms::Cascade;

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { size(&path) } else { fs::metadata(&path).unwrap().len() }).sum()
}

/// The estimate of what a shipped experiment leaves on disk, figures included, is within 30 % of it.
fn disk_is_estimated(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(format!("{name}.toml"));
    let mut edits: Vec<String> =
        ["network.neurons=300", "network.synapses_per_neuron=60", "run.replicates=2"].map(str::to_owned).to_vec();
    if fs::read_to_string(&path).unwrap().contains("[subjects]") {
        edits.push("subjects.n=2".to_owned());
    }
    let estimate = Estimate::of(&load(&path, &edits, &Cascade::standard()).unwrap().experiment);
    let folder = tempfile::tempdir().unwrap();
    let run: PathBuf = folder.path().join("run");
    let output = Command::new(env!("CARGO_BIN_EXE_resprout"))
        .arg("run")
        .arg(&path)
        .args(edits.iter().flat_map(|edit| ["--set", edit]))
        .args(["--quiet", "--threads", "2", "--out"])
        .arg(&run)
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let (all, figures) = (size(&run), size(&run.join("figures")));
    let network = if run.join("network").is_dir() { size(&run.join("network")) } else { 0 };
    let ratio = estimate.kept_bytes as f64 / all as f64;
    eprintln!(
        "{name}: {} estimated for {all}, {ratio:.2}; figures {} for {figures}; snapshots {network}; tables {}",
        estimate.kept_bytes,
        estimate.figure_bytes,
        all - figures - network
    );
    assert!((1.0 / 1.3..1.3).contains(&ratio), "{name}: {} estimated for {all}", estimate.kept_bytes);
}

macro_rules! disk_is_estimated {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            disk_is_estimated(stringify!($name));
        }
    )* };
}

disk_is_estimated! {
    chronic_stress
    dose_response
    hypotheses
    large_network
    mechanism_knockouts
    quick_start
    repeated_dosing
    side_effects
    ssri_onset
    stress_then_ketamine
    treatment_resistance
    virtual_trial
}

#[test]
fn every_shipped_config_is_held_to_it() {
    let configs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")).unwrap();
    let files =
        configs.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "toml"));
    for name in files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()) {
        assert!(include_str!("estimates.rs").contains(&format!("    {name}\n")), "{name} is missing");
    }
}

/// A rehearsal gives the ticks of the run to the last one; what it says of time, this machine alone knows.
#[test]
fn time_is_measured_by_a_rehearsal() {
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick_start.toml");
    let resprout = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_resprout")).args(arguments).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let small = ["--set", "network.neurons=150", "--set", "run.replicates=2"];
    let told = resprout(&[&["check", config.to_str().unwrap(), "--measure"][..], &small].concat());
    resprout(&[&["run", config.to_str().unwrap(), "--out", "r", "--no-figures", "--quiet"][..], &small].concat());
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("r/manifest.json")).unwrap()).unwrap();
    let ticks = format!("  ticks      {}\n", manifest["ticks"]);
    assert!(told.contains(&ticks.replace('_', "")) || told.replace('_', "").contains(&ticks), "{told}\n{ticks}");
    assert!(told.contains("measured here"), "{told}");
}
