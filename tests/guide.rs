//! Prose that nobody executes goes wrong: the commands of the tutorial run, the links of the front door lead somewhere.

#![expect(clippy::unwrap_used, reason = "a test that cannot start should say so and stop")]

use std::path::Path;
use std::process::Command;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The words of a command line; single quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (index, part) in line.split('\'').enumerate() {
        let mut pieces = if index % 2 == 1 { vec![part] } else { part.split(' ').collect() }.into_iter();
        if let (Some(last), Some(piece)) = (words.last_mut(), pieces.next()) {
            last.push_str(piece);
        }
        words.extend(pieces.map(str::to_owned));
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Targets of the Markdown links in `text` that are paths.
fn local_links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.filter(|target| !target.contains("://") && !target.contains("::"))
}

/// A run is only checked here: what runs do is tested where they are.
#[test]
fn the_commands_of_the_tutorial_are_accepted_as_printed() {
    let folder = tempfile::tempdir().unwrap();
    let tutorial = read("src/guide/tutorial.md");
    let mut tried = 0;
    for line in tutorial.lines().filter_map(|line| line.strip_prefix("resprout ")) {
        let mut words = words(line);
        match words[0].as_str() {
            // tested with the runs that they need
            "figures" | "resume" | "verify" => continue,
            "run" => {
                words[0] = "check".to_owned();
                for flag in ["--out", "--max-time"] {
                    if let Some(at) = words.iter().position(|word| word == flag) {
                        words.drain(at..at + 2);
                    }
                }
            }
            _ => {}
        }
        let output =
            Command::new(env!("CARGO_BIN_EXE_resprout")).args(&words).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "resprout {line}\n{}", String::from_utf8_lossy(&output.stderr));
        tried += 1;
    }
    assert!(tried >= 8, "{tried} commands found");
}

/// The gallery is left out: the experiments fill it.
#[test]
fn links_lead_somewhere() {
    for page in ["README.md", "CONTRIBUTING.md"] {
        let text = read(page);
        let links: Vec<&str> = local_links(&text).filter(|target| !target.starts_with("output/")).collect();
        assert!(!links.is_empty());
        for target in links {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(), "{page}: {target}");
        }
    }
}

/// Experiments that the front door lists, with their questions, are the ones that are shipped.
#[test]
fn the_front_door_lists_every_experiment() {
    let front = read("README.md");
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(front.contains(&format!("(configs/{name}.toml)")), "{name} is missing from README.md");
        }
    }
}
