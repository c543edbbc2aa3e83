//! What a run leaves on disk, whatever happens to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use resprout::recording::manifest;
use resprout::recording::run_folder::RunFolder;
use serde_json::Value;
use tempfile::TempDir;

/// A config of a run that takes a second or so.
fn config(folder: &Path) -> PathBuf {
    let path = folder.join("small.toml");
    let text = r#"
        schema_version = 1
        title = "small"
        allow = ["W001"]
        network = { neurons = 200, synapses_per_neuron = 40 }
        time = { burn_in = "1 d", horizon = "3 d" }
        stress = [{ start = "0 d", end = "1 d", level = 0.8 }]
        record = { network_at = ["0 d", "1 d", "2 d"] }
        [[arm]]
        name = "vehicle"
        [[arm]]
        name = "ketamine"
        doses = [{ drug = "ketamine", time = "1 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
    "#;
    fs::write(&path, text).unwrap();
    path
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_resprout"));
    command.arg("run").arg(config(folder)).args(["--no-figures", "--threads", "2"]).args(arguments).current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below `folder`, by its path in it.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn status(run: &Path) -> String {
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    manifest["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_run_leaves_exactly_the_files_of_the_interface_and_a_hash_of_each() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &[]);
    assert!(output.status.success(), "{}", complaint(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("results in output/small"));
    let path = folder.path().join("output/small");
    let mut expected: Vec<String> = [
        "config.toml",
        "course.json",
        "dictionary.csv",
        "log.txt",
        "manifest.json",
        "outcomes.csv",
        "summary.csv",
        "summary.json",
        "timeseries.csv",
    ]
    .map(String::from)
    .into();
    // the tick that ends at the dose is already each arm's own
    for stem in ["shared_r0_t0h", "vehicle_r0_t24h", "ketamine_r0_t24h", "vehicle_r0_t48h", "ketamine_r0_t48h"] {
        expected.extend(["neurons", "synapses"].map(|table| format!("network/{table}_{stem}.parquet")));
    }
    expected.sort();
    assert_eq!(files_below(&path), expected);

    let manifest: Value = serde_json::from_slice(&fs::read(path.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["status"], "complete");
    for key in ["version", "config_hash", "seed", "replicate_seeds", "threads", "wall_s", "peak_rss_mb", "ticks"] {
        assert!(!manifest[key].is_null(), "{key}");
    }
    let hashes: Value = serde_json::to_value(manifest::hashes(&path).unwrap()).unwrap();
    assert_eq!(manifest["files"], hashes);
    assert_eq!(hashes.as_object().unwrap().len(), expected.len() - 2);

    let opened = RunFolder::open(&path).unwrap();
    assert_eq!(opened.snapshots.len(), 5);
    for id in &opened.snapshots {
        let snapshot = opened.snapshot(id).unwrap();
        let spines: u32 = snapshot.neurons.spines.iter().sum();
        assert!(spines > 4_000, "{id:?}: {spines}");
    }
    let series = opened.time_series().unwrap();
    let hours: Vec<f64> = series.times().iter().map(|time| time.hours()).collect();
    // two arms from −24 h to 72 h, and rows within the hours after a dose where ticks are shorter
    let (whole, within): (Vec<f64>, Vec<f64>) = hours.iter().partition(|hour| hour.fract() == 0.0);
    assert_eq!(whole.len(), 2 * 97);
    assert!(within.len() > 20 && within.iter().all(|hour| (24.0..28.0).contains(hour)), "{within:?}");
    assert!([1, 5, 40].iter().all(|minute| within.contains(&(f64::from(24 * 60 + minute) / 60.0))), "{within:?}");
    let keys: BTreeSet<_> = series.keys().iter().zip(series.times()).collect();
    assert_eq!(keys.len(), hours.len(), "each instant once");
    assert!(series.column("health_synapse_balance").unwrap().iter().all(|&balance| balance == 0.0));
    assert!(series.column("health_element_balance").unwrap().iter().all(|&balance| balance == 0.0));
    let bdnf = series.column("bdnf").unwrap();
    let before_stress: Vec<f64> = (0..24).map(|row| bdnf[row + 1]).collect();
    let mean = before_stress.iter().sum::<f64>() / 24.0;
    assert!((mean - 1.0).abs() < 1e-8, "relative columns have mean 1 over the last day of the burn-in: {mean}");
}

/// What the command line changed is told beside what came of it.
#[test]
fn the_manifest_records_what_was_set() {
    let folder = TempDir::new().unwrap();
    let edits = ["--set", "stress.0.level=0.4", "--seed", "9", "--set", "title=Milder"];
    assert!(run(folder.path(), &edits).status.success());
    let manifest: Value =
        serde_json::from_slice(&fs::read(folder.path().join("output/small/manifest.json")).unwrap()).unwrap();
    let recorded: BTreeSet<&str> = manifest["edits"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(recorded, BTreeSet::from(["stress.0.level=0.4", "run.seed=9", "title=Milder"]), "{manifest}");
    assert_eq!(manifest["seed"], 9);
}

#[test]
fn nothing_is_overwritten_without_force_and_nothing_but_a_run_with_it() {
    let folder = TempDir::new().unwrap();
    assert!(run(folder.path(), &["--out", "r"]).status.success());
    let before = fs::read(folder.path().join("r/manifest.json")).unwrap();
    let again = run(folder.path(), &["--out", "r"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        complaint(&again).contains("error[E042]") && complaint(&again).contains("--force"),
        "{}",
        complaint(&again)
    );
    assert_eq!(fs::read(folder.path().join("r/manifest.json")).unwrap(), before);

    let mine = folder.path().join("r/network/notes.txt");
    fs::write(&mine, "mine").unwrap();
    let refused = run(folder.path(), &["--out", "r", "--force"]);
    assert_eq!(refused.status.code(), Some(2));
    let words = complaint(&refused);
    assert!(words.contains("error[E043]") && words.contains("`network/notes.txt`"), "{words}");
    assert_eq!(fs::read(folder.path().join("r/manifest.json")).unwrap(), before);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
    fs::remove_file(&mine).unwrap();

    let forced = run(folder.path(), &["--out", "r", "--force", "--quiet", "--seed", "9"]);
    assert!(forced.status.success(), "{}", complaint(&forced));
    assert!(forced.stdout.is_empty() && forced.stderr.is_empty(), "--quiet says nothing");
    assert_ne!(fs::read(folder.path().join("r/manifest.json")).unwrap(), before);

    fs::create_dir(folder.path().join("thesis")).unwrap();
    fs::write(folder.path().join("thesis/summary.json"), "years of work").unwrap();
    let refused = run(folder.path(), &["--out", "thesis", "--force"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(complaint(&refused).contains("error[E043]"), "{}", complaint(&refused));
    assert_eq!(files_below(&folder.path().join("thesis")), ["summary.json"]);
}

#[test]
fn an_unwritable_place_is_refused_before_anything_is_simulated() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    // nothing can be created below a file or in /proc, not even by root
    for place in ["file/run", "/proc/resprout"] {
        let begun = Instant::now();
        let output =
            run(folder.path(), &["--out", place, "--set", "time.horizon=30000 d", "--set", "record.max_disk=1 TB"]);
        assert_eq!(output.status.code(), Some(4), "{place}: {}", complaint(&output));
        assert!(complaint(&output).contains("error[E400]"), "{}", complaint(&output));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}

/// A file-size limit refuses writes as a full disk does, and needs no privilege.
#[test]
#[cfg(unix)]
fn a_disk_that_takes_no_more_ends_the_run_with_code_4_and_no_partial_file() {
    let folder = TempDir::new().unwrap();
    let program = env!("CARGO_BIN_EXE_resprout");
    let config = config(folder.path());
    // blocks are 512 or 1,024 bytes: room for the config and the manifest, not for a table of 1,300 rows
    let run = format!("{program} run {} --out r --no-figures --set 'record.every=10 min'", config.display());
    let script = format!("trap '' XFSZ; ulimit -f 150; exec {run}");
    let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    let run = folder.path().join("r");
    assert_eq!(output.status.code(), Some(4), "{}", complaint(&output));
    assert_eq!(status(&run), "failed");
    assert!(!run.join("timeseries.csv").exists() && !run.join("summary.json").exists());
    assert!(files_below(&run).iter().all(|name| !name.contains(".part")), "{:?}", files_below(&run));
}

/// A file system of 300 kB, which cannot hold what the run will write.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_without_room_is_refused_before_anything_is_written() {
    let folder = TempDir::new().unwrap();
    let mount = folder.path().join("tiny");
    fs::create_dir(&mount).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=300k", "tmpfs"]).arg(&mount).output().unwrap();
    if !mounted.status.success() {
        eprintln!("skipped: no file system can be mounted here: {}", complaint(&mounted).trim());
        return;
    }
    let output = run(folder.path(), &["--out", "tiny/r", "--set", "network.neurons=3000"]);
    let left = files_below(&mount);
    let unmounted = Command::new("umount").arg(&mount).status().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", complaint(&output));
    assert!(complaint(&output).contains("No space left"), "{}", complaint(&output));
    assert!(left.is_empty(), "{left:?}");
    assert!(unmounted.success());
}

/// Starts a run that would take hours, and waits until it simulates.
fn start_long_run(folder: &Path) -> Child {
    let mut child = command(folder, &["--out", "r", "--set", "time.horizon=30000 d", "--set", "record.max_disk=1 TB"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let snapshot = folder.join("r/network/synapses_shared_r0_t0h.parquet");
    let begun = Instant::now();
    while !snapshot.exists() {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "{ended:?}");
        assert!(begun.elapsed() < Duration::from_mins(2), "the run does not come to its first snapshot");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

#[test]
#[cfg(unix)]
fn a_signal_stops_the_run_between_ticks_and_the_folder_says_so() {
    for name in ["INT", "TERM"] {
        let folder = TempDir::new().unwrap();
        let child = start_long_run(folder.path());
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", complaint(&output));
        assert!(complaint(&output).starts_with("interrupted"), "{}", complaint(&output));
        let run = folder.path().join("r");
        assert_eq!(status(&run), "interrupted");
        let files = files_below(&run);
        assert!(files.iter().all(|name| !name.contains(".part") && name != "timeseries.csv"), "{files:?}");
        assert!(files.contains(&"log.txt".to_owned()));
    }
}

#[test]
#[cfg(unix)]
fn a_killed_run_leaves_whole_files_only_and_can_be_replaced() {
    let folder = TempDir::new().unwrap();
    let mut child = start_long_run(folder.path());
    signal(&child, "KILL");
    child.wait().unwrap();
    let path = folder.path().join("r");
    assert_eq!(status(&path), "running", "it does not pass for a finished run");
    let opened = RunFolder::open(&path).unwrap();
    for id in &opened.snapshots {
        if path.join("network").join(id.synapses_file()).exists() {
            opened.snapshot(id).unwrap();
        }
    }
    assert!(!path.join("timeseries.csv").exists() && !path.join("summary.json").exists());
    let forced = run(folder.path(), &["--out", "r", "--force"]);
    assert!(forced.status.success(), "{}", complaint(&forced));
    assert_eq!(status(&path), "complete");
    assert!(files_below(&path).iter().all(|name| !name.contains(".part")));
}

/// Of all figures, those that the run lacks are left out; one that is asked for by name is missed.
#[test]
fn a_figure_that_is_asked_for_and_cannot_be_drawn_is_told() {
    let folder = TempDir::new().unwrap();
    assert!(run(folder.path(), &["--out", "r", "--quiet"]).status.success());
    let figures = |only: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_resprout"));
        command.args(["figures", "r", "--format", "svg"]).args(only).current_dir(folder.path()).output().unwrap()
    };
    let asked = figures(&["--only", "f12,F01"]);
    let told = complaint(&asked);
    assert!(
        asked.status.success() && told.contains("warning[W023]") && told.contains("F12 is not drawn of `r`"),
        "{told}"
    );
    assert!(!told.contains("F01"), "{told}");
    assert_eq!(complaint(&figures(&[])), "");
}
