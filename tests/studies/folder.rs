//! A small study to be hard on, and what looks at it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// Two replicates, two arms; a fraction of a second.
pub(crate) const CONFIG: &str = r#"
schema_version = 1
title = "small"
allow = ["W001"]
network = { neurons = 200, synapses_per_neuron = 20 }
time = { burn_in = "25 h", horizon = "50 h" }
run = { seed = 7, replicates = 2 }
stress = [{ start = "0 h", end = "20 h", level = 0.5 }]
[[arm]]
name = "vehicle"
[[arm]]
name = "once"
doses = [{ drug = "ketamine", time = "30 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
"#;

/// Six points.
pub(crate) const STUDY: &str = r#"
schema_version = 1
title = "Stress and dose"
base = "base.toml"

[design]
method = "grid"

[[factor]]
name = "stress"
key = "stress.0.level"
values = [0.3, 0.9]

[[factor]]
name = "dose"
key = "arm.once.doses.0.amt"
values = ["0.5 mg/kg", "1 mg/kg", "2 mg/kg"]

[[outcome]]
key = "spine_density_horizon"

[[outcome]]
key = "peak_ketamine_ng_per_ml"
arms = ["once"]
"#;

pub(crate) fn study_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("base.toml"), CONFIG).unwrap();
    fs::write(folder.path().join("study.toml"), STUDY).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_resprout"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn resprout(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Child {
    command(folder, arguments).spawn().unwrap()
}

pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Points and tables of a study, by name.
pub(crate) fn results(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = ["points.csv", "study.csv", "study.parquet", "failed.csv", "dictionary.csv"];
    let read = |name: &str| fs::read(folder.join(name)).ok().map(|bytes| (name.to_owned(), bytes));
    names.into_iter().filter_map(read).collect()
}
