//! Whatever stops a run, and wherever: what `resprout resume` goes on with ends in the same bytes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use resprout::configuration::Experiment;
use resprout::experiment::run::RunUnderWay;
use resprout::experiment::watch::{RunWatch, Unwatched};
use resprout::foundation::error::Error;
use resprout::mechanisms::Cascade;
use resprout::recording::manifest::{Manifest, Status};
use resprout::recording::tables::SeriesFormat;
use tempfile::TempDir;

/// Two subjects; four arms that part at a stress episode, at a dose, at a second dose, and at a model that changes
/// on the way.
const EXPERIMENT: &str = r#"
schema_version = 1
title = "resume"
allow = ["W001"]
network = { neurons = 140, synapses_per_neuron = 24 }
time = { burn_in = "25 h", horizon = "50 h" }
run = { seed = 7, checkpoint_every = "0 s" }
subjects = { n = 2 }
record = { every = "2 h", network_at = ["0 d", "31 h", "50 h"] }
stress = [{ start = "0 h", end = "30 h", level = 0.9 }]

[[arm]]
name = "vehicle"
[[arm]]
name = "single"
doses = [{ drug = "ketamine", time = "30 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
[[arm]]
name = "twice"
doses = [{ drug = "ketamine", time = "30 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min", ii = "9.5 h", addl = 1 }]
[[arm]]
name = "late"
from = "40 h"
disable = ["bdnf"]
"#;

fn experiment() -> Experiment {
    Experiment::from_toml(EXPERIMENT).unwrap()
}

/// Stops the run after a number of ticks, counted over all networks.
struct StopsAfter {
    left: AtomicU64,
}

impl RunWatch for StopsAfter {
    fn begins(&self, _: f64) {}
    fn advanced(&self, _: f64) {}
    fn is_interrupted(&self) -> bool {
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err()
    }
}

/// The run that nobody stops.
fn whole() -> &'static Manifest {
    static WHOLE: OnceLock<Manifest> = OnceLock::new();
    WHOLE.get_or_init(|| complete(&experiment()))
}

fn complete(experiment: &Experiment) -> Manifest {
    let folder = TempDir::new().unwrap();
    let mut run = RunUnderWay::begin(experiment.clone(), folder.path(), false, 2).unwrap();
    run.simulate(&Unwatched).unwrap();
    run.finish(Status::Complete).unwrap()
}

/// Simulates until the run is over or `ticks` are gone; whether it is over.
fn go_on(mut run: RunUnderWay, ticks: u64) -> Option<Manifest> {
    match run.simulate(&StopsAfter { left: AtomicU64::new(ticks) }) {
        Ok(()) => Some(run.finish(Status::Complete).unwrap()),
        Err(error) => {
            assert_eq!(run.fail(error).exit_code(), 130);
            None
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// Stopped again and again, after any number of ticks, and gone on with on other numbers of threads.
    #[test]
    fn a_run_that_was_stopped_anywhere_ends_in_the_same_bytes(stops in prop::collection::vec((0..700_u64, 1..4_usize), 1..7)) {
        let expected = whole();
        let folder = TempDir::new().unwrap();
        let (ticks, threads) = stops[0];
        let mut done = go_on(RunUnderWay::begin(experiment(), folder.path(), false, threads).unwrap(), ticks);
        for &(ticks, threads) in stops[1..].iter().chain(&[(u64::MAX, 2)]) {
            if done.is_none() {
                prop_assert_eq!(Manifest::read(folder.path()).unwrap().0.status, Status::Interrupted);
                prop_assert!(!folder.path().join("timeseries.csv").exists());
                done = go_on(RunUnderWay::resume(folder.path(), threads, &Cascade::standard()).unwrap().unwrap(), ticks);
            }
        }
        let done = done.unwrap();
        prop_assert_eq!(&done.files, &expected.files);
        prop_assert_eq!(done.ticks, expected.ticks);
        prop_assert!(!folder.path().join("checkpoints").exists());
        prop_assert!(RunUnderWay::resume(folder.path(), 1, &Cascade::standard()).unwrap().is_none(), "there is nothing to go on with");
    }
}

/// Nothing is simulated twice: what goes on takes the ticks that were left, and no more.
#[test]
fn what_was_simulated_before_is_not_simulated_again() {
    let total = whole().ticks;
    let folder = TempDir::new().unwrap();
    let mut run = RunUnderWay::begin(experiment(), folder.path(), false, 1).unwrap();
    let mut left = total;
    // before each read of a checkpoint it is asked as well
    let mut reads = 0;
    for stop in [total / 4, total / 3, total / 6] {
        assert!(go_on(run, stop + reads).is_none());
        // every check but the last lets a tick pass; a check when a job begins lets none
        let saved: u64 = stop;
        left = left.saturating_sub(saved.saturating_sub(12));
        let watch = StopsAfter { left: AtomicU64::new(u64::MAX) };
        run = RunUnderWay::resume_until(folder.path(), 1, &Cascade::standard(), &watch).unwrap().unwrap();
        reads = u64::MAX - watch.left.into_inner();
    }
    assert!(go_on(run, left + reads).is_some(), "{left} of {total} ticks were left");
}

/// Checkpoints by the clock, at every tick nearly: a copy of the folder taken at any moment, as `kill -9` or a power cut
/// would leave it, goes on to the same bytes.
#[test]
fn the_folder_at_any_moment_of_the_run_is_one_to_go_on_from() {
    struct Copies<'a> {
        folder: &'a Path,
        into: &'a Path,
        ticks: AtomicU64,
    }
    impl RunWatch for Copies<'_> {
        fn begins(&self, _: f64) {}
        fn advanced(&self, _: f64) {}
        fn is_interrupted(&self) -> bool {
            let tick = self.ticks.fetch_add(1, Ordering::SeqCst);
            if tick % 37 == 20 {
                copy(self.folder, &self.into.join(tick.to_string()));
            }
            false
        }
    }
    let mut experiment = experiment();
    experiment.run.checkpoint_every = resprout::foundation::time::Time::from_milliseconds(3);
    let folder = TempDir::new().unwrap();
    let (original, copies) = (folder.path().join("run"), folder.path().join("copies"));
    // one thread, which writes nothing while it copies
    let mut run = RunUnderWay::begin(experiment, &original, false, 1).unwrap();
    run.simulate(&Copies { folder: &original, into: &copies, ticks: AtomicU64::new(0) }).unwrap();
    let expected = run.finish(Status::Complete).unwrap();
    let copies = names(&copies).into_iter().map(|name| copies.join(name));
    let (mut count, mut with_checkpoints) = (0, 0);
    for copy in copies {
        with_checkpoints += u32::from(copy.join("checkpoints").exists());
        let done = go_on(RunUnderWay::resume(&copy, 2, &Cascade::standard()).unwrap().unwrap(), u64::MAX).unwrap();
        assert_eq!(done.files, expected.files, "{}", copy.display());
        count += 1;
    }
    assert!(count > 10 && with_checkpoints > count / 2, "{count} copies, {with_checkpoints} with checkpoints");
}

/// As a crash would leave it: files that vanish while they are copied were not there.
fn copy(from: &Path, into: &Path) {
    fs::create_dir_all(into).unwrap();
    for name in names(from) {
        let (from, into) = (from.join(&name), into.join(&name));
        if from.is_dir() {
            copy(&from, &into);
        } else {
            drop(fs::copy(from, into));
        }
    }
}

/// A run stopped in its second half, with files of every kind.
fn stopped(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let total = whole().ticks;
    assert!(go_on(RunUnderWay::begin(experiment(), folder, false, 1).unwrap(), 2 * total / 3).is_none());
    let kinds = names(&folder.join("checkpoints"));
    assert!(kinds.iter().any(|name| name.ends_with(".branch")) && kinds.iter().any(|name| name.ends_with(".series")));
    contents(folder)
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for sub in ["", "checkpoints", "network"] {
        for name in names(&folder.join(sub)) {
            let path = folder.join(sub).join(&name);
            if path.is_file() {
                found.insert(format!("{sub}/{name}"), fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_damaged_checkpoint_is_refused_and_nothing_is_changed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let before = stopped(path);
    let refused = |words: &str| {
        let now = contents(path);
        let error = RunUnderWay::resume(path, 1, &Cascade::standard()).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 5, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(now == contents(path), "{words}: something was changed");
    };
    let checkpoints = before.iter().filter(|(name, _)| name.starts_with("checkpoints/"));
    for (name, content) in checkpoints {
        let file = path.join(name);
        let mut flipped = content.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 16;
        fs::write(&file, &flipped).unwrap();
        refused("is damaged");
        fs::write(&file, &content[..content.len() - 1]).unwrap();
        refused("cut short");
        fs::write(&file, content).unwrap();
    }
    let snapshot = path.join("network/neurons_shared_r0_t0h.parquet");
    fs::remove_file(&snapshot).unwrap();
    refused("missing");
    fs::write(snapshot, &before["network/neurons_shared_r0_t0h.parquet"]).unwrap();

    let manifest = path.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version));
    fs::write(&manifest, text.replace(&version, "\"version\": \"0.0.1\"")).unwrap();
    refused("was written by resprout 0.0.1");
    fs::write(&manifest, &text).unwrap();

    let config = path.join("config.toml");
    let stated = fs::read_to_string(&config).unwrap();
    fs::write(&config, stated.replace("level = 0.9", "level = 0.8")).unwrap();
    refused("`config.toml` (changed)");
    fs::write(&config, stated).unwrap();

    assert!(before == contents(path));
    let done = go_on(RunUnderWay::resume(path, 2, &Cascade::standard()).unwrap().unwrap(), u64::MAX).unwrap();
    assert_eq!(done.files, whole().files);
}

/// The limit is passed while files are read: at any of the reads, nothing is lost.
#[test]
fn a_run_that_is_stopped_while_it_is_read_is_as_it_was() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let before = stopped(path);
    let is_result = |name: &str| !["/manifest.json", "/log.txt"].contains(&name);
    let watch = |reads| StopsAfter { left: AtomicU64::new(reads) };
    let mut reads = 0;
    while let Err(error) =
        RunUnderWay::resume_until(path, 1, &Cascade::standard(), &watch(reads)).map(|run| drop(run.unwrap()))
    {
        assert_eq!(error.exit_code(), 130, "{error}");
        assert!(before == contents(path), "{reads} reads");
        reads += 1;
    }
    assert!(reads > 10, "every checkpoint is read: {reads}");
    // and while they are read again to go on from them
    for reads in 0..3 {
        let run = RunUnderWay::resume(path, 1, &Cascade::standard()).unwrap().unwrap();
        assert!(go_on(run, reads).is_none());
        let now = contents(path);
        assert!(before.iter().all(|(name, content)| !is_result(name) || now[name] == *content), "{reads} reads");
    }
    let done = go_on(RunUnderWay::resume(path, 2, &Cascade::standard()).unwrap().unwrap(), u64::MAX).unwrap();
    assert_eq!(done.files, whole().files);
}

/// Stops the run when all of it has been simulated.
struct StopsAtTheTables {
    left_h: Mutex<f64>,
}

impl RunWatch for StopsAtTheTables {
    fn begins(&self, simulated_h: f64) {
        *self.left_h.lock().unwrap() = simulated_h;
    }
    fn advanced(&self, simulated_h: f64) {
        *self.left_h.lock().unwrap() -= simulated_h;
    }
    fn is_interrupted(&self) -> bool {
        *self.left_h.lock().unwrap() < 1e-6
    }
}

#[test]
fn a_run_that_is_stopped_while_its_tables_are_written_need_not_be_simulated_again() {
    for format in [SeriesFormat::Csv, SeriesFormat::Parquet] {
        let mut experiment = experiment();
        experiment.record.format = format;
        let expected = complete(&experiment);
        let folder = TempDir::new().unwrap();
        let mut run = RunUnderWay::begin(experiment, folder.path(), false, 1).unwrap();
        let error = run.simulate(&StopsAtTheTables { left_h: Mutex::new(f64::INFINITY) }).unwrap_err();
        assert_eq!(run.fail(error).exit_code(), 130);
        assert!(!names(folder.path()).iter().any(|name| name.starts_with("timeseries")));
        let found = names(&folder.path().join("checkpoints"));
        assert!(found.iter().any(|name| name.ends_with(".series")), "{found:?}");
        let mut run = RunUnderWay::resume(folder.path(), 1, &Cascade::standard()).unwrap().unwrap();
        // enough to read the series, and for no tick
        run.simulate(&StopsAfter { left: AtomicU64::new(30) }).unwrap();
        assert_eq!(run.finish(Status::Complete).unwrap().files, expected.files);
    }
}

#[test]
#[cfg(unix)]
fn a_run_under_way_is_not_gone_on_with_by_another() {
    let folder = TempDir::new().unwrap();
    let run = RunUnderWay::begin(experiment(), folder.path(), false, 1).unwrap();
    let error = RunUnderWay::resume(folder.path(), 1, &Cascade::standard()).map(drop).unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    drop(run);
    assert!(RunUnderWay::resume(folder.path(), 1, &Cascade::standard()).unwrap().is_some());
}

#[test]
fn a_folder_without_a_run_is_refused() {
    let folder = TempDir::new().unwrap();
    assert!(matches!(RunUnderWay::resume(folder.path(), 1, &Cascade::standard()), Err(Error::Input(_))));
}

/// The config of the commands: a run of some seconds that saves itself twenty times in each.
fn long_config(folder: &Path) -> String {
    let text = EXPERIMENT
        .replace("horizon = \"50 h\"", "horizon = \"200 d\"")
        .replace("subjects = { n = 2 }\n", "")
        .replace("checkpoint_every = \"0 s\"", "checkpoint_every = \"50 ms\"")
        .replace("record = {", "record = { max_disk = \"1 TB\",");
    fs::write(folder.join("long.toml"), &text).unwrap();
    text
}

fn long_run() -> &'static Manifest {
    static WHOLE: OnceLock<Manifest> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        complete(&Experiment::from_toml(&long_config(folder.path())).unwrap())
    })
}

fn resprout(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_resprout"));
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Starts the long run and waits until a checkpoint of it is on disk.
fn start(folder: &Path) -> Child {
    long_config(folder);
    let mut child =
        resprout(folder, &["run", "long.toml", "--out", "r", "--no-figures", "--threads", "2"]).spawn().unwrap();
    let begun = Instant::now();
    let is_saved = || names(&folder.join("r/checkpoints")).iter().any(|name| name.ends_with(".branch"));
    while !(folder.join("r/checkpoints").is_dir() && is_saved()) {
        assert_eq!(child.try_wait().unwrap(), None, "it ends before it saves anything");
        assert!(begun.elapsed() < Duration::from_mins(2));
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

fn resumed(folder: &Path, threads: &str) {
    let output = resprout(folder, &["resume", "r", "--no-figures", "--threads", threads]).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(Manifest::read(&folder.join("r")).unwrap().0.files, long_run().files);
    let again = resprout(folder, &["resume", "r"]).output().unwrap();
    assert!(again.status.success() && String::from_utf8_lossy(&again.stdout).contains("complete"));
}

#[test]
#[cfg(unix)]
fn signals_and_the_clock_save_and_a_kill_loses_little() {
    let expected = Some(130);
    for (signal, threads) in [("INT", "1"), ("TERM", "3"), ("KILL", "2")] {
        let folder = TempDir::new().unwrap();
        let child = start(folder.path());
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success()
        );
        let output = child.wait_with_output().unwrap();
        let status = Manifest::read(&folder.path().join("r")).unwrap().0.status;
        if signal == "KILL" {
            assert_eq!((output.status.code(), status), (None, Status::Running));
        } else {
            assert_eq!((output.status.code(), status), (expected, Status::Interrupted), "{}", complaint(&output));
            assert!(complaint(&output).contains("resprout resume r"), "{}", complaint(&output));
        }
        resumed(folder.path(), threads);
    }

    let folder = TempDir::new().unwrap();
    long_config(folder.path());
    let run = ["run", "long.toml", "--out", "r", "--no-figures", "--max-time", "100 ms"];
    let resume = ["resume", "r", "--no-figures", "--max-time", "100 ms"];
    for arguments in [&run[..], &resume[..]] {
        let output = resprout(folder.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), expected, "{}", complaint(&output));
        assert!(complaint(&output).contains("interrupted: by --max-time"), "{}", complaint(&output));
    }
    resumed(folder.path(), "2");
}

#[test]
fn verify_runs_again_and_names_what_differs() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("short.toml"), EXPERIMENT).unwrap();
    let run = resprout(folder.path(), &["run", "short.toml", "--out", "r"]).output().unwrap();
    assert!(run.status.success(), "{}", complaint(&run));
    let same = resprout(folder.path(), &["verify", "r", "--threads", "1"]).output().unwrap();
    let table = String::from_utf8_lossy(&same.stdout).into_owned();
    assert!(same.status.success(), "{table}{}", complaint(&same));
    assert!(table.contains("figures/F01.svg") && table.contains("timeseries.csv"), "{table}");

    fs::write(folder.path().join("r/dictionary.csv"), "column\n").unwrap();
    fs::remove_file(folder.path().join("r/summary.json")).unwrap();
    let manifest = folder.path().join("r/manifest.json");
    let hash = &Manifest::read(&folder.path().join("r")).unwrap().0.files["timeseries.csv"];
    let other = "0".repeat(hash.len());
    fs::write(&manifest, fs::read_to_string(&manifest).unwrap().replace(hash, &other)).unwrap();
    let changed = resprout(folder.path(), &["verify", "r"]).output().unwrap();
    assert_eq!(changed.status.code(), Some(1));
    assert!(
        complaint(&changed).contains("not the same: manifest.json, dictionary.csv, summary.json, timeseries.csv"),
        "{}",
        complaint(&changed)
    );

    fs::write(&manifest, fs::read_to_string(&manifest).unwrap().replace("\"complete\"", "\"running\"")).unwrap();
    let unfinished = resprout(folder.path(), &["verify", "r"]).output().unwrap();
    assert_eq!(unfinished.status.code(), Some(2));
    assert!(complaint(&unfinished).contains("resprout resume"), "{}", complaint(&unfinished));
}
