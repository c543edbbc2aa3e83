//! Prose that nobody executes goes wrong: the commands of the tutorial run, the links of the front door lead somewhere.

#![expect(clippy::unwrap_used, reason = "a test that cannot start should say so and stop")]

use std::path::Path;
use std::process::Command;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The fenced blocks of a page: language and text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, opened)) = rest.split_once("```") {
        let (language, text) = opened.split_once('\n').unwrap();
        let (text, after) = text.split_once("```").unwrap();
        blocks.push((language, text));
        rest = after;
    }
    blocks
}

/// `config` with the additions of a block: keys above its first table at the top, those of a table that is there in that
/// table, the rest at the end.
fn with(config: &str, block: &str) -> String {
    let mut text = config.to_owned();
    let mut own: Vec<(String, String)> = vec![(String::new(), String::new())];
    for line in block.lines() {
        if line.starts_with('[') {
            own.push((line.to_owned(), String::new()));
        } else {
            let (_, keys) = own.last_mut().unwrap();
            keys.push_str(line);
            keys.push('\n');
        }
    }
    for (header, keys) in own {
        let there = format!("\n{header}\n");
        text = match text.split_once(&there) {
            _ if header.is_empty() => format!("{keys}{text}"),
            Some((before, after)) if !header.starts_with("[[") => format!("{before}{there}{keys}{after}"),
            _ => format!("{text}\n{header}\n{keys}"),
        };
    }
    text
}

/// Targets of the Markdown links in `text` that are paths.
fn local_links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.filter(|target| !target.contains("://") && !target.contains("::"))
}

/// Every block of the tutorial, in order and in one folder: commands are run, additions to the config are made and checked, each
/// for itself.
#[cfg(unix)]
#[test]
fn the_blocks_of_the_tutorial_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_resprout"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let sh = |script: &str| {
        let output =
            Command::new("sh").args(["-ec", script]).env("PATH", &path).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let config = folder.path().join("my_study/quick_start.toml");
    let (mut commands, mut additions) = (0, 0);
    let tutorial = read("src/guide/tutorial.md");
    for (language, text) in blocks(&tutorial) {
        match language {
            "sh" => {
                let said = sh(text);
                assert!(!text.contains("--max-time") || said.contains("exit code 130"), "{text}: {said}");
                commands += text.lines().filter(|line| line.starts_with("resprout ")).count();
            }
            "toml" => {
                let added = folder.path().join(format!("my_study/addition_{additions}.toml"));
                std::fs::write(&added, with(&std::fs::read_to_string(&config).unwrap(), text)).unwrap();
                // the table of doses stands behind the block that names it
                let table = tutorial.split("```csv\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
                std::fs::write(folder.path().join("my_study/doses.csv"), table).unwrap();
                sh(&format!("resprout check {}", added.display()));
                additions += 1;
            }
            _ => {}
        }
    }
    assert!(commands >= 14 && additions >= 6, "{commands} commands, {additions} additions");
    for made in ["figures/F01.png", "summary.csv"] {
        assert!(folder.path().join("output/long").join(made).is_file(), "{made}");
    }
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
