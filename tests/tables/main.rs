//! Tables of a run load in one line, in pandas, Polars, DuckDB and pyarrow, with the types that its dictionary states.
//!
//! Python is `python3`, or what `RESPROUT_PYTHON` names. Where it or a reader is missing, the test says so and passes:
//! what it needs is not installed for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]
#![expect(clippy::print_stderr, reason = "what is skipped is skipped aloud")]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What `infer.py` says of the run in `folder`; none without Python.
fn inferred(folder: &Path) -> Option<(bool, String)> {
    let python = env::var("RESPROUT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/infer.py");
    match Command::new(&python).arg(script).arg(folder).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            Some((output.status.success(), text.into_owned()))
        }
        Err(error) => {
            eprintln!("SKIPPED: {python}: {error}");
            None
        }
    }
}

/// Runs a config of `configs/` tiny; returns its folder.
fn run(config: &str, folder: &Path, edits: &[&str]) -> std::path::PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(config);
    let mut edits = edits.to_vec();
    edits.extend([
        "network.neurons=60",
        "network.synapses_per_neuron=20",
        "run.replicates=2",
        "record.every=1 d",
        "record.network_at=[]",
    ]);
    if fs::read_to_string(&path).unwrap().contains("[subjects]") {
        edits.push("subjects.n=2");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_resprout"))
        .arg("run")
        .arg(&path)
        .args(edits.iter().flat_map(|edit| ["--set", edit]))
        .args(["--no-figures", "--quiet", "--threads", "2", "--out"])
        .arg(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{config}: {}", String::from_utf8_lossy(&output.stderr));
    folder.to_path_buf()
}

#[test]
fn every_reader_infers_the_types_that_the_dictionary_states() {
    let folder = tempfile::tempdir().unwrap();
    let configs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")).unwrap();
    let mut names: Vec<String> = configs
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.strip_suffix(".toml").is_some())
        .collect();
    names.sort();
    for name in names {
        let Some((agrees, text)) = inferred(&run(&name, &folder.path().join(&name), &[])) else { return };
        eprintln!("{name}: {text}");
        assert!(agrees, "{name}:\n{text}");
    }
}

/// The time series as Parquet has the columns, the types and the numbers of the CSV file, and everything reads it.
#[test]
fn the_time_series_is_the_same_in_both_formats() {
    let folder = tempfile::tempdir().unwrap();
    let csv = run("quick_start.toml", &folder.path().join("csv"), &[]);
    let parquet = run("quick_start.toml", &folder.path().join("parquet"), &["record.format=parquet"]);
    assert!(parquet.join("timeseries.parquet").is_file() && !parquet.join("timeseries.csv").exists());
    let read = |folder: &Path| resprout::recording::run_folder::RunFolder::open(folder).unwrap().time_series().unwrap();
    let (a, b) = (read(&csv), read(&parquet));
    assert_eq!((a.arms(), a.columns(), a.keys(), a.times()), (b.arms(), b.columns(), b.keys(), b.times()));
    for name in a.columns() {
        let same = a.column(name).unwrap().iter().zip(b.column(name).unwrap()).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{name}");
    }
    let drawn = Command::new(env!("CARGO_BIN_EXE_resprout")).args(["figures"]).arg(&parquet).output().unwrap();
    assert!(drawn.status.success() && parquet.join("figures/F03.csv").is_file(), "{drawn:?}");
    if let Some((agrees, text)) = inferred(&parquet) {
        assert!(agrees, "{text}");
    }
}
