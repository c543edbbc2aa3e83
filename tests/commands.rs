//! The commands do what their help says.

#![expect(clippy::expect_used, reason = "a test that cannot start should say so and stop")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn resprout(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_resprout"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

fn said(arguments: &[&str], folder: &Path) -> String {
    let output = resprout(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn shipped_configs() -> Vec<PathBuf> {
    shipped("configs")
}

/// The files of a folder that programs take.
fn shipped(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder of configs");
    let mut configs: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    configs.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    configs.sort();
    configs
}

#[test]
fn every_shipped_config_passes_check_without_a_word() {
    let configs = shipped_configs();
    assert!(configs.len() >= 6);
    for path in &configs {
        let output = resprout(&["check", path.to_str().expect("UTF-8")], Path::new("."));
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(path).expect("readable");
        let question = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("an opening comment");
        assert!(text.contains(&format!("question = \"{question}\"")), "{}: opens with its question", path.display());
    }
}

#[test]
fn every_shipped_config_is_a_template() {
    let folder = TempDir::new().expect("a temporary folder");
    for path in shipped_configs() {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        said(&["new", "study", "--template", name], folder.path());
        let written = std::fs::read(folder.path().join("study").join(format!("{name}.toml"))).expect("written");
        assert_eq!(written, std::fs::read(&path).expect("readable"));
    }
    let again = resprout(&["new", "study", "--template", "quick_start"], folder.path());
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");
    said(&["new", "study", "--template", "quick_start", "--force"], folder.path());
}

/// `run` is tested with the runs themselves.
/// A study names parameters, which may be gone one day; `new` writes each out beside the config that it begins from.
#[test]
fn every_shipped_study_passes_check_and_is_a_template() {
    let studies = shipped("configs/studies");
    assert!(studies.len() >= 2);
    let folder = TempDir::new().expect("a temporary folder");
    for path in &studies {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        said(&["new", name, "--study", name], folder.path());
        let told = said(&["check", &format!("{name}/{name}.toml")], folder.path());
        assert!(told.contains(": sound"), "{told}");
    }
}

#[test]
fn the_examples_of_the_help_work_as_printed() {
    let folder = TempDir::new().expect("a temporary folder");
    let help = said(&["--help"], folder.path());
    let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  resprout ")).collect();
    assert!(help.starts_with("Examples:") && examples.len() == 3, "{help}");
    for example in examples.into_iter().filter(|example| !example.starts_with("run")) {
        let command = example.split("   ").next().expect("the command before its gloss");
        said(&command.split_whitespace().collect::<Vec<_>>(), folder.path());
    }
}

#[test]
fn parameters_are_printed_with_unit_and_source() {
    let here = Path::new(".");
    let key = "stress.onset_time_constant_d";
    assert!(said(&["params", "list"], here).contains(key));
    let shown = said(&["params", "show", key], here);
    assert!(shown.contains("value    3 d") && shown.contains("Liston"), "{shown}");
    assert!(said(&["params", "table"], here).contains(&format!("| `{key}` | τ₊ | 3 | d |")));
    let table = said(&["params", "table", "--format", "csv"], here);
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    assert!(rows.records().all(|row| row.is_ok_and(|row| !row[3].is_empty() && !row[9].is_empty())));
    assert!(said(&["params", "table", "--format", "bib"], here).contains("@article{"));
}

#[test]
fn keys_are_listed_by_name_or_by_meaning() {
    let here = Path::new(".");
    let level = said(&["keys", "stress.0.level"], here);
    assert!(level.contains("a number; required; at least 0, at most 1"), "{level}");
    assert!(said(&["keys", "onset_time_constant"], here).contains("default \"3 d\""));
}

/// What is done to whom stands in a table, repeats counted singly.
#[test]
fn check_prints_the_course_of_every_arm() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/repeated_dosing.toml");
    let checked = said(&["check", config.to_str().expect("a path")], Path::new("."));
    let row = |what: &str| checked.lines().filter(|line| line.contains(what)).count();
    assert!(row("stress of level") >= 3 && row("mg/kg ketamine, iv") > 8, "{checked}");
    assert!(checked.contains("40 min  0.5 mg/kg ketamine, iv"), "{checked}");
}

#[test]
fn shipped_drugs_and_conditions_are_written_out_whole() {
    let folder = TempDir::new().expect("a temporary folder");
    for (flag, name) in [("--drug", "ketamine"), ("--condition", "ptsd")] {
        said(&["new", "mine", flag, name], folder.path());
        let kind = flag.trim_start_matches('-');
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("configs/{kind}s/{name}.toml"));
        let written = std::fs::read(folder.path().join(format!("mine/{name}.toml"))).expect("the file");
        assert_eq!(written, std::fs::read(shipped).expect("the shipped file"));
    }
}

#[test]
fn every_code_is_explained() {
    let here = Path::new(".");
    for line in said(&["explain"], here).lines() {
        let code = line.split_whitespace().next().expect("a code");
        assert!(said(&["explain", code], here).starts_with(&format!("{code}: ")));
    }
}

#[test]
fn the_schema_is_json_and_completions_are_scripts() {
    let here = Path::new(".");
    let schema: serde_json::Value = serde_json::from_str(&said(&["schema"], here)).expect("JSON");
    assert_eq!(schema["additionalProperties"], false);
    assert!(said(&["completions", "bash"], here).contains("complete -F _resprout"));
}
