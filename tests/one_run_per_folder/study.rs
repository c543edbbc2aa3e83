//! A small study to be hard on, and what looks at it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Two subjects, two arms, snapshots, a drug file and a dose table; over in half a second.
pub(crate) const CONFIG: &str = r#"
schema_version = 1
title = "one"
allow = ["W001"]
drugs = ["mine.toml"]
network = { neurons = 300, synapses_per_neuron = 20 }
time = { burn_in = "25 h", horizon = "50 h" }
run = { seed = 7, checkpoint_every = "20 ms" }
subjects = { n = 2 }
record = { every = "2 h", max_disk = "1 TB", network_at = ["0 d", "31 h", "50 h"] }
stress = [{ start = "0 h", end = "30 h", level = 0.9 }]
[[arm]]
name = "vehicle"
[[arm]]
name = "table"
events = { file = "doses.csv" }
"#;

pub(crate) const DOSES: &str = "drug,time,amt,route,dur\nketamine,30 h,0.5 mg/kg,iv,40 min\nmine,31 h,1 mg,iv,\n";

pub(crate) fn study() -> TempDir {
    let folder = TempDir::new().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/drugs/hnk.toml");
    let drug = fs::read_to_string(shipped).unwrap().replace("name = \"hnk\"", "name = \"mine\"");
    fs::write(folder.path().join("mine.toml"), drug).unwrap();
    fs::write(folder.path().join("doses.csv"), DOSES).unwrap();
    fs::write(folder.path().join("short.toml"), CONFIG).unwrap();
    fs::write(folder.path().join("long.toml"), CONFIG.replace("horizon = \"50 h\"", "horizon = \"90000 h\"")).unwrap();
    folder
}

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
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

#[track_caller]
pub(crate) fn assert_refused(output: &Output, code: i32, words: &[&str]) {
    let said = complaint(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}

#[track_caller]
pub(crate) fn assert_done(output: &Output) {
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), complaint(output));
}

pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(2), "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(crate) fn kill(child: &mut Child, signal: &str) -> Option<i32> {
    assert!(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap().code()
}

/// Every file below `folder` by its path in it, with its content.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

pub(crate) fn manifest(run: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(run.join("manifest.json")).ok()?).ok()
}

pub(crate) fn files(run: &Path) -> Value {
    manifest(run).unwrap()["files"].clone()
}

pub(crate) fn status(run: &Path) -> String {
    manifest(run).unwrap()["status"].as_str().unwrap().to_owned()
}

/// The short run that nobody disturbs.
pub(crate) fn whole(folder: &Path) -> PathBuf {
    assert_done(&resprout(folder, &["run", "short.toml", "--out", "whole", "--no-figures", "--quiet"]));
    folder.join("whole")
}

/// A run that would take an hour, and that simulates.
pub(crate) fn live(folder: &Path, out: &str) -> Child {
    let child = start(folder, &["run", "long.toml", "--out", out, "--no-figures", "--quiet", "--threads", "1"]);
    let holds = |sub: &str| fs::read_dir(folder.join(out).join(sub)).is_ok_and(|found| found.count() > 1);
    wait_for("snapshots and checkpoints", || holds("network") && holds("checkpoints"));
    child
}
