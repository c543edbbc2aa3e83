//! Same seed, same bits: whatever the threads, and whether or not arms share a history.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::collections::BTreeMap;
use std::path::Path;

use resprout::configuration::Experiment;
use resprout::experiment::run::RunUnderWay;
use resprout::experiment::watch::Unwatched;
use resprout::recording::manifest::Status;

/// Three arms that part at a stress episode, at a dose and at a second dose, on two networks that are large
/// enough for several slabs and chunks.
const EXPERIMENT: &str = r#"
schema_version = 1
title = "determinism"
network = { neurons = 300, synapses_per_neuron = 40 }
time = { burn_in = "26 h", horizon = "60 h" }
run = { seed = 7, replicates = 2 }
record = { every = "2 h", network_at = ["0 d", "25 h", "60 h"] }

[[stress]]
start = "0 h"
end = "24 h"
level = 0.9

[[arm]]
name = "vehicle"
[[arm]]
name = "single"
doses = [{ drug = "ketamine", time = "24 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
[[arm]]
name = "twice"
doses = [{ drug = "ketamine", time = "24 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min", ii = "12.5 h", addl = 1 }]
"#;

fn run(experiment: &Experiment, folder: &Path, threads: usize) -> BTreeMap<String, String> {
    let mut run = RunUnderWay::begin(experiment.clone(), folder, false, threads).unwrap();
    run.simulate(&Unwatched).unwrap();
    run.finish(Status::Complete).unwrap().files
}

#[test]
fn every_result_has_the_same_bytes_on_one_two_and_seven_threads() {
    let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hashes = [1, 2, 7].map(|threads| run(&experiment, &folder.path().join(threads.to_string()), threads));
    assert!(hashes[0].contains_key("timeseries.csv") && hashes[0].contains_key("summary.json"));
    assert!(hashes[0].keys().filter(|name| name.ends_with(".parquet")).count() >= 16, "{:?}", hashes[0].keys());
    assert_eq!(hashes[0], hashes[1]);
    assert_eq!(hashes[0], hashes[2]);
}

/// The rows of one arm in `folder`: what they hold, by which row it is.
fn rows_of(folder: &Path, arm: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder.join("timeseries.csv")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with(&format!("{arm},")));
    let split = |line: &str| {
        let key = line.splitn(5, ',').take(4).collect::<Vec<_>>().join(",");
        (key.clone(), line[key.len()..].to_owned())
    };
    lines.map(split).collect()
}

/// An arm that is alone in its experiment never forks. Its rows and its last network must be those of the
/// same arm in company.
#[test]
fn an_arm_that_branched_off_cannot_be_told_from_one_that_never_did() {
    let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let together = folder.path().join("together");
    let hashes = run(&experiment, &together, 2);
    for arm in &experiment.arms[1..] {
        let mut alone = experiment.clone();
        alone.arms = vec![arm.clone()];
        let path = folder.path().join(&arm.name);
        let own = run(&alone, &path, 1);
        let (own_rows, shared_rows) = (rows_of(&path, &arm.name), rows_of(&together, &arm.name));
        // company adds rows, at what is a landmark of others, and changes none
        let differing = own_rows.iter().find(|(row, values)| shared_rows.get(*row) != Some(values));
        assert_eq!(differing, None);
        assert!(own_rows.len() > 100, "{}", own_rows.len());
        for replicate in 0..2 {
            let network = format!("network/synapses_{}_r{replicate}_t60h.parquet", arm.name);
            assert_eq!(own[&network], hashes[&network]);
        }
    }
}

/// Two replicates of `n` virtual subjects.
fn trial(n: u32) -> Experiment {
    Experiment::from_toml(&format!("{EXPERIMENT}[subjects]\nn = {n}\n")).unwrap()
}

/// The rows of virtual subject `subject`, of every arm and replicate.
fn rows_of_subject(folder: &Path, subject: u32) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("timeseries.csv")).unwrap();
    let belongs = |line: &&str| line.split(',').nth(2) == Some(subject.to_string().as_str());
    text.lines().filter(belongs).map(str::to_owned).collect()
}

#[test]
fn virtual_subjects_have_the_same_bytes_on_one_two_and_seven_threads_and_in_any_company() {
    let folder = tempfile::tempdir().unwrap();
    let hashes = [1, 2, 7].map(|threads| run(&trial(4), &folder.path().join(threads.to_string()), threads));
    assert!(hashes[0].contains_key("subjects.csv"));
    assert_eq!(hashes[0], hashes[1]);
    assert_eq!(hashes[0], hashes[2]);
    let few = folder.path().join("few");
    run(&trial(2), &few, 2);
    let many = folder.path().join("1");
    for subject in 0..2 {
        let rows = rows_of_subject(&few, subject);
        assert!(rows.len() > 200, "{}", rows.len());
        assert_eq!(rows, rows_of_subject(&many, subject));
    }
    // while a drug leaves them, their ticks may differ; all have rows on whole hours
    let hourly = |subject: u32| -> BTreeMap<(String, String, String), String> {
        let cells = |line: String| -> Vec<String> { line.splitn(5, ',').map(str::to_owned).collect() };
        let rows = rows_of_subject(&many, subject).into_iter().map(cells).filter(|cells| cells[3].ends_with(".0"));
        rows.map(|row| ((row[0].clone(), row[1].clone(), row[3].clone()), row[4].clone())).collect()
    };
    let (a, b) = (hourly(2), hourly(3));
    assert!(a.len() > 200 && a.keys().eq(b.keys()), "{} {}", a.len(), b.len());
    assert!(a.values().zip(b.values()).all(|(a, b)| a != b), "another body, another network");
}

#[test]
fn another_seed_gives_other_numbers() {
    let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
    let mut other = experiment.clone();
    other.run.seed += 1;
    let folder = tempfile::tempdir().unwrap();
    let hashes = run(&experiment, &folder.path().join("a"), 2);
    let changed = run(&other, &folder.path().join("b"), 2);
    for (name, hash) in &hashes {
        assert_eq!(changed[name] == *hash, name == "dictionary.csv", "{name}");
    }
}
