//! Long trials of studies; `cargo test --release --test studies -- --ignored --nocapture`.

use std::fs;
use std::time::{Duration, Instant};

use super::folder::{CONFIG, complaint, resprout, results, start, study_folder};

/// A thousand points of a Sobol sequence over three factors.
const THOUSAND: &str = r#"
schema_version = 1
base = "base.toml"
set = ["network.neurons=100", "network.synapses_per_neuron=10", "run.replicates=1"]
[design]
method = "sobol"
points = 1000
[[factor]]
key = "stress.0.level"
[[factor]]
name = "dose"
key = "arm.once.doses.0.amt"
from = "0.1 mg/kg"
to = "2 mg/kg"
distribution = "log_uniform"
[[factor]]
key = "subject.baseline_inflammation"
from = 0
to = 1
[[outcome]]
key = "spine_density_horizon"
"#;

/// Killed twenty times at moments that are drawn, the study gives the bytes of an uninterrupted one.
#[test]
#[ignore = "minutes: a thousand points, killed twenty times"]
fn a_thousand_points_killed_twenty_times() {
    let place = study_folder();
    let at = place.path();
    fs::write(at.join("base.toml"), CONFIG).unwrap();
    fs::write(at.join("thousand.toml"), THOUSAND).unwrap();
    let began = Instant::now();
    let whole = resprout(at, &["sweep", "thousand.toml", "--out", "whole", "--quiet"]);
    assert!(whole.status.success(), "{}", complaint(&whole));
    let took = began.elapsed();
    println!("uninterrupted: {:.1} s, {:.1} points/s", took.as_secs_f64(), 1000.0 / took.as_secs_f64());
    let mut kills = 0;
    let mut draws = 12_345_u64;
    while kills < 20 {
        draws = draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = took.mul_f64(0.02 + 0.1 * ((draws >> 40) as f64 / f64::from(1 << 24)));
        let mut child = start(at, &["sweep", "thousand.toml", "--out", "killed", "--quiet"]);
        std::thread::sleep(wait.max(Duration::from_millis(50)));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        if fs::read_to_string(at.join("killed/study.json")).is_ok_and(|text| text.contains("\"complete\"")) {
            break;
        }
    }
    let last = resprout(at, &["sweep", "thousand.toml", "--out", "killed", "--quiet"]);
    assert!(last.status.success(), "{}", complaint(&last));
    println!("killed {kills} times");
    assert_eq!(results(&at.join("killed")), results(&at.join("whole")));
    for name in ["study.csv", "study.parquet"] {
        let sum = |folder: &str| resprout::foundation::files::hash(&at.join(folder).join(name)).unwrap();
        println!("{name}: whole {} killed {}", sum("whole"), sum("killed"));
    }
    let left: Vec<String> = fs::read_dir(at.join("killed"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".resprout"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Stopped by a signal in the middle, a study ends within moments, says how far it came, and goes on with the same command.
#[test]
#[cfg(unix)]
fn a_signal_stops_a_study_which_goes_on_and_gives_the_same_bytes() {
    let place = study_folder();
    let at = place.path();
    let many = super::folder::STUDY
        .replace("values = [0.3, 0.9]", "from = 0.1\nto = 0.9")
        .replace("method = \"grid\"", "method = \"random\"\npoints = 120");
    fs::write(at.join("study.toml"), many).unwrap();
    let whole = resprout(at, &["sweep", "study.toml", "--out", "whole", "--quiet"]);
    assert!(whole.status.success(), "{}", complaint(&whole));
    let arguments = ["sweep", "study.toml", "--out", "stopped", "--threads", "1"];
    let journal = at.join("stopped/points.journal");
    let mut held = 0;
    for name in ["INT", "TERM"] {
        let mut child = start(at, &arguments);
        let began = Instant::now();
        while fs::metadata(&journal).map_or(0, |found| found.len()) <= held {
            assert!(child.try_wait().unwrap().is_none(), "it ends before the signal");
            assert!(began.elapsed() < Duration::from_mins(2), "nothing is written");
            std::thread::sleep(Duration::from_millis(2));
        }
        let sent = Instant::now();
        let kill = std::process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let stopped = child.wait_with_output().unwrap();
        // ticks of so small networks take far less; a busy machine takes its time over all else
        assert!(sent.elapsed() < Duration::from_secs(10), "{:?}", sent.elapsed());
        println!("{name}: {:?} from the signal to the end", sent.elapsed());
        assert_eq!(stopped.status.code(), Some(130), "{}", complaint(&stopped));
        let told = complaint(&stopped);
        assert!(told.contains("interrupted") && told.contains("the same command goes on"), "{told}");
        let manifest = fs::read_to_string(at.join("stopped/study.json")).unwrap();
        assert!(manifest.contains("\"interrupted\""), "{manifest}");
        let left = fs::read_dir(at.join("stopped")).unwrap().flatten();
        assert!(left.into_iter().all(|it| !it.file_name().to_string_lossy().starts_with(".resprout-scratch")));
        held = fs::metadata(&journal).unwrap().len();
    }
    let done = resprout(at, &["sweep", "study.toml", "--out", "stopped", "--quiet"]);
    assert!(done.status.success(), "{}", complaint(&done));
    assert_eq!(results(&at.join("stopped")), results(&at.join("whole")));
}

/// One quick kill, in the fast suite.
#[test]
fn a_killed_study_goes_on_and_gives_the_same_bytes() {
    let place = study_folder();
    let at = place.path();
    let study = super::folder::STUDY.replace("[0.3, 0.9]", "[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]");
    fs::write(at.join("study.toml"), study).unwrap();
    resprout(at, &["sweep", "study.toml", "--out", "whole", "--quiet"]);
    let mut child = start(at, &["sweep", "study.toml", "--out", "killed", "--threads", "1", "--quiet"]);
    let journal = at.join("killed/points.journal");
    let began = Instant::now();
    // killed once the first batch is in the journal, wherever it then is
    while fs::metadata(&journal).map_or(0, |found| found.len()) == 0 && child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_mins(2), "nothing is written");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let held = fs::read_to_string(&journal).unwrap().lines().count();
    assert!(held > 0, "a batch was finished");
    let done = resprout(at, &["sweep", "study.toml", "--out", "killed", "--quiet"]);
    assert!(done.status.success(), "{}", complaint(&done));
    assert_eq!(results(&at.join("killed")), results(&at.join("whole")));
}
