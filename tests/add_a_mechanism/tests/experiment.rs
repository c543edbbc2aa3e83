//! A mechanism from outside is a full citizen: its keys, its name, its columns, its state, in every command.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use add_a_mechanism::cascade;
use resprout::configuration::Experiment;
use resprout::experiment::run::RunUnderWay;
use resprout::experiment::watch::{RunWatch, Unwatched};
use resprout::mechanisms::stress::Stress;
use resprout::recording::manifest::Status;
use serde_json::Value;
use tempfile::TempDir;

const CONFIG: &str = include_str!("../experiment.toml");

/// Runs the outside program in `folder`, which holds the config.
fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_resprout-with-sleep")).args(arguments).current_dir(folder).output().unwrap()
}

fn study() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("experiment.toml"), CONFIG).unwrap();
    folder
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The column called `name` of one arm, by time in hours.
fn column(run: &Path, arm: &str, name: &str) -> BTreeMap<String, f64> {
    let text = fs::read_to_string(run.join("timeseries.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let place = |name: &str| header.iter().position(|known| *known == name).unwrap();
    let (arm_at, time_at, wanted) = (place("arm"), place("time_h"), place(name));
    lines
        .filter(|cells| cells[arm_at] == arm)
        .map(|cells| (cells[time_at].to_owned(), cells[wanted].parse().unwrap()))
        .collect()
}

#[test]
fn its_keys_are_read_checked_and_shown() {
    let folder = study();
    let checked = program(folder.path(), &["check", "experiment.toml"]);
    assert_eq!(checked.status.code(), Some(0), "{}", printed(&checked));
    let faulty = |edit: &str| {
        let output = program(folder.path(), &["check", "experiment.toml", "--set", edit]);
        assert_eq!(output.status.code(), Some(2), "{edit}");
        printed(&output)
    };
    let beyond = faulty(r#"model.override."sleep_pressure.awake_h"={ value = "25 h", why = "a test" }"#);
    assert!(beyond.contains("error[E009]") && beyond.contains("at most 24 h"), "{beyond}");
    let misspelt = faulty(r#"model.override."sleep_pressure.awake"={ value = "16 h", why = "a test" }"#);
    assert!(misspelt.contains("did you mean `sleep_pressure.awake_h`?"), "{misspelt}");
    let unknown = faulty(r#"model.disable=["sleep_presure"]"#);
    assert!(unknown.contains("did you mean `sleep_pressure`?"), "{unknown}");

    let shown = printed(&program(folder.path(), &["params", "show", "sleep_pressure.rise_time_constant_h"]));
    assert!(shown.contains("Daan, Beersma & Borbély 1984"), "{shown}");
    let listed = printed(&program(folder.path(), &["mechanisms"]));
    assert!(listed.contains("sleep_pressure\n  Neurons tire with use"), "{listed}");
    let schema: Value = serde_json::from_slice(&program(folder.path(), &["schema"]).stdout).unwrap();
    let names = schema["$defs"]["Mechanisms"]["items"]["enum"].as_array().unwrap();
    assert!(names.contains(&Value::from("sleep_pressure")));
}

/// Rates follow the time of day, in the shared history and in the arm that goes on; in the arm that loses the
/// mechanism its state is gone from there on.
#[test]
fn its_column_is_recorded_arms_branch_and_what_it_causes_goes_with_it() {
    let folder = study();
    let run = program(folder.path(), &["run", "experiment.toml", "--out", "run", "--no-figures", "--quiet"]);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    let run = folder.path().join("run");
    let dictionary = fs::read_to_string(run.join("dictionary.csv")).unwrap();
    assert!(
        dictionary.contains("\ntimeseries,sleep_pressure,float,fraction,\"sleep pressure, mean over pyramidal cells\""),
        "{dictionary}"
    );
    assert!(fs::read_to_string(run.join("config.toml")).unwrap().contains(r#""sleep_pressure.awake_h" = "#));

    let awake = column(&run, "sleeping", "sleep_pressure");
    let asleep = column(&run, "sleepless_model", "sleep_pressure");
    assert_eq!(awake["20.0"], asleep["20.0"], "one history");
    assert!(awake["66.0"] > awake["49.0"] + 0.3, "tired at bedtime: {} {}", awake["66.0"], awake["49.0"]);
    assert_eq!(asleep["49.0"], 0.0, "without the mechanism nothing of it is left");
    let rate = |arm, hour: &str| column(&run, arm, "rate_pyr_hz")[hour];
    let excess = |hour| rate("sleeping", hour) / rate("sleepless_model", hour);
    assert!(excess("66.0") > 1.01 * excess("49.0"), "{} {}", excess("66.0"), excess("49.0"));
}

/// ε = 0 and the shipped program agree to the bit in every column that both have.
#[test]
fn without_its_effect_the_model_is_the_one_that_is_shipped() {
    let text = CONFIG.replace(
        r#""sleep_pressure.awake_h" = { value = "1_080 min", why"#,
        r#""sleep_pressure.excitation_na" = { value = "0 nA", why"#,
    );
    let shipped = text
        .replace(r#""sleep_pressure.excitation_na" = { value = "0 nA", why = "a short night" }"#, "")
        .replace(r#"disable = ["sleep_pressure"]"#, "")
        .replace("from = \"1 d\"", "");
    let folder = TempDir::new().unwrap();
    let go = |experiment: Experiment, name: &str| {
        let folder = folder.path().join(name);
        let mut run = RunUnderWay::begin(experiment, &folder, false, 2).unwrap();
        run.simulate(&Unwatched).unwrap();
        run.finish(Status::Complete).unwrap();
        column(&folder, "ketamine", "spines_per_pyramidal")
    };
    let outside = go(Experiment::from_toml_in(&cascade(), &text).unwrap(), "outside");
    assert_eq!(outside, go(Experiment::from_toml(&shipped).unwrap(), "shipped"));
    assert_ne!(outside, go(Experiment::from_toml_in(&cascade(), CONFIG).unwrap(), "effective"));
}

/// Stops a run after some ticks, again and again, until it is complete.
struct Impatient(std::sync::atomic::AtomicU64);

impl RunWatch for Impatient {
    fn begins(&self, _: f64) {}
    fn advanced(&self, _: f64) {}
    fn is_interrupted(&self) -> bool {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 40
    }
}

#[test]
fn a_run_that_was_stopped_goes_on_to_the_same_bytes_its_state_included() {
    let folder = TempDir::new().unwrap();
    let experiment = || Experiment::from_toml_in(&cascade(), CONFIG).unwrap();
    let begin = |name: &str| RunUnderWay::begin(experiment(), &folder.path().join(name), false, 2).unwrap();
    let mut whole = begin("whole");
    whole.simulate(&Unwatched).unwrap();
    let whole = whole.finish(Status::Complete).unwrap();

    let mut run = begin("stopped");
    let mut stops = 0;
    let done = loop {
        match run.simulate(&Impatient(0.into())) {
            Ok(()) => break run.finish(Status::Complete).unwrap(),
            Err(error) => {
                assert_eq!(run.fail(error).exit_code(), 130);
                stops += 1;
                run = RunUnderWay::resume(&folder.path().join("stopped"), 1, &cascade()).unwrap().unwrap();
            }
        }
    };
    assert!(stops > 2, "{stops}");
    assert_eq!(done.files, whole.files);
}

/// The shipped program does not know the mechanism, and does not go on without it.
#[test]
fn another_program_refuses_the_run() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("run");
    let experiment = Experiment::from_toml_in(&cascade(), CONFIG).unwrap();
    let mut run = RunUnderWay::begin(experiment, &path, false, 1).unwrap();
    let error = run.simulate(&Impatient(0.into())).unwrap_err();
    let _ = run.fail(error);
    let refused = RunUnderWay::resume(&path, 1, &resprout::mechanisms::Cascade::standard()).err().unwrap();
    assert!(refused.to_string().contains("sleep_pressure"), "{refused}");
}

#[test]
fn a_list_that_is_no_cascade_is_one_clear_error() {
    let twice = Experiment::from_toml_in(&cascade().after::<Stress>(add_a_mechanism::sleep_pressure::Sleep), CONFIG);
    let error = twice.unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("error[E060]") && error.to_string().contains("registered twice"), "{error}");
}
