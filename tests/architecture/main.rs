//! The house keeps its own rules: who imports whom, what a mechanism consists of, what a parameter states.
//!
//! Each rule is a function from source text to the faults it finds. The last test plants a fault for
//! every rule and sees it found, so that none of them can pass by looking away.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources should stop")]

mod circles;
mod names;

use std::collections::BTreeSet;
use std::path::Path;

use resprout::anatomy::cohort;
use resprout::foundation::parameters::{Grade, Parameter};
use resprout::foundation::units::Unit;
use resprout::mechanisms::Cascade;
use resprout::mechanisms::mechanism::Part;

/// Room, and the rooms whose items it may name. Macros of the crate are foundation's.
const DOORS: &[(&str, &[&str])] = &[
    ("lib", &[]),
    ("main", &["cli", "mechanisms"]),
    ("guide", &[]),
    ("foundation", &["foundation"]),
    ("statistics", &["foundation", "statistics"]),
    ("anatomy", &["foundation", "anatomy"]),
    ("mechanisms", &["foundation", "anatomy", "mechanisms"]),
    ("schedule", &["mechanisms"]),
    ("recording", &["foundation", "statistics", "anatomy", "mechanisms", "recording"]),
    ("configuration", &["foundation", "anatomy", "mechanisms", "recording", "configuration"]),
    ("experiment", &["foundation", "anatomy", "mechanisms", "recording", "configuration", "experiment"]),
    (
        "validation",
        &[
            "foundation",
            "statistics",
            "anatomy",
            "mechanisms",
            "recording",
            "configuration",
            "experiment",
            "validation",
        ],
    ),
    (
        "studies",
        &[
            "foundation",
            "statistics",
            "mechanisms",
            "recording",
            "configuration",
            "experiment",
            "validation",
            "studies",
        ],
    ),
    ("figures", &["foundation", "statistics", "recording", "figures"]),
    (
        "cli",
        &[
            "foundation",
            "mechanisms",
            "recording",
            "configuration",
            "experiment",
            "validation",
            "studies",
            "figures",
            "cli",
        ],
    ),
];

/// Rooms that never hold a world, and the files of a mechanism that know no world.
const WORLDLESS: &[&str] = &["figures/", "cli/", "main.rs", "/equations.rs"];

const FILES_OF_A_MECHANISM: [&str; 5] = ["README.md", "equations.rs", "mod.rs", "parameters.rs", "tests.rs"];

const LONGEST_FILE: usize = 500;

/// Every Rust file under `folder`: its path from there, with `/`, and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    if root.is_dir() {
        walk(&root, &root, &mut found);
    }
    found.sort();
    found
}

/// Lines of code, comments left out, with the rest of each line after every `crate::` or `resprout::`.
fn paths_named(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1).chain(line.split("resprout::").skip(1)))
}

fn first_word(path: &str) -> &str {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn without_visibility(code: &str) -> &str {
    let bare = ["pub ", "pub(super) ", "pub(crate) "].iter().find_map(|visibility| code.strip_prefix(visibility));
    bare.unwrap_or(code)
}

/// The lines of a file but for those of modules that stand within it, such as its tests.
fn outside_inner_modules(text: &str) -> impl Iterator<Item = &str> {
    let mut end_of_inner = None;
    text.lines().filter(move |line| {
        if let Some(end) = &end_of_inner {
            if line == end {
                end_of_inner = None;
            }
            return false;
        }
        let (indent, code) = line.split_at(line.len() - line.trim_start().len());
        let is_inner = without_visibility(code).starts_with("mod ") && code.ends_with('{');
        end_of_inner = is_inner.then(|| format!("{indent}}}"));
        !is_inner
    })
}

/// The mechanisms in causal order, as registered.
fn cascade() -> Vec<&'static str> {
    Cascade::standard().phases().iter().map(|phase| phase.0).collect()
}

/// Imports through a door that does not exist, in the file `src/{name}`.
fn closed_doors(name: &str, text: &str) -> Vec<String> {
    let room = name.split(['/', '.']).next().unwrap_or_default();
    let Some((_, open)) = DOORS.iter().find(|(named, _)| *named == room) else {
        return vec![format!("{name}: a room without doors")];
    };
    let place = |mechanism: &str| cascade().iter().position(|name| *name == mechanism);
    let here = name.strip_prefix("mechanisms/").and_then(|rest| place(first_word(rest)));
    let mut faults = Vec::new();
    for path in paths_named(text) {
        let target = first_word(path);
        let room = if target == "parameters" { "foundation" } else { target };
        if !open.contains(&room) {
            faults.push(format!("{name} imports {target}"));
        }
        let there = path.strip_prefix("mechanisms::").and_then(|rest| place(first_word(rest)));
        if here < there && here.is_some() {
            faults.push(format!("{name} imports a later mechanism: {path}"));
        }
    }
    if WORLDLESS.iter().any(|place| name.starts_with(place) || name.ends_with(place)) && text.contains("bevy_") {
        faults.push(format!("{name} holds a world"));
    }
    faults
}

/// What is wrong with the declaration of a parameter.
fn poorly_declared(parameter: &Parameter) -> Vec<String> {
    let Parameter { name, unit, default, min, max, source, meaning, .. } = *parameter;
    let suffix = unit.to_lowercase().replace("1/", "per_").replace('/', "_per_");
    let assumed = parameter.grade == Grade::Assumed;
    let numerical = parameter.grade == Grade::Numerical;
    let says_how_little = source.contains("numerical") && source.contains('%');
    let owners = cascade();
    let rules = [
        (!unit.is_empty() && (unit == "1" || unit.parse::<Unit>().is_ok()), "states no unit that we know"),
        (unit == "1" || name.ends_with(&suffix), "does not carry its unit in its name"),
        (source.trim().len() >= 12, "states no source"),
        (!assumed || source.contains("assumed"), "is assumed and does not say so"),
        (!numerical || says_how_little, "is numerical and does not say how little outcomes depend on it"),
        (min < max && (min..=max).contains(&default), "has a default outside its range"),
        (meaning.trim().ends_with('.'), "does not say what it means"),
        (
            ["network", "subjects"].contains(&parameter.mechanism) || owners.contains(&parameter.mechanism),
            "belongs to no mechanism",
        ),
    ];
    rules.iter().filter(|(kept, _)| !kept).map(|(_, fault)| format!("{} {fault}", parameter.key())).collect()
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST_FILE).then(|| format!("{name} has {lines} lines"))
}

#[test]
fn every_import_goes_through_a_door() {
    let faults: Vec<_> = sources("src").iter().flat_map(|(name, text)| closed_doors(name, text)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_mechanism_is_a_folder_of_five_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mechanisms");
    let folders = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    for folder in folders {
        let missing: Vec<_> = FILES_OF_A_MECHANISM.iter().filter(|file| !folder.join(file).is_file()).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", folder.display());
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        for part in ["**Reads**", "**Writes**", "**Sources", "**Status", "**Switched off"] {
            assert!(readme.contains(part), "{}: the README lacks {part}", folder.display());
        }
    }
}

/// The front pages list every mechanism, in causal order, and say of it what it says of itself.
#[test]
fn front_pages_list_the_mechanisms_that_there_are() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let entries = Cascade::standard().entries().unwrap();
    let mechanisms: Vec<_> = entries.iter().filter(|entry| entry.part == Part::Mechanism).collect();
    let lib = read("src/lib.rs");
    let listed: Vec<&str> = lib.lines().filter(|line| line.contains("](mechanisms::")).collect();
    let expected: Vec<String> = mechanisms
        .iter()
        .map(|entry| format!("//! | [`{name}`](mechanisms::{name}) | {} |", entry.about, name = entry.name))
        .collect();
    assert_eq!(listed, expected);
    let readme = read("README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| [") && line.contains("](src/mechanisms/"));
    let listed: Vec<&str> =
        rows.map(|row| row.split("](src/mechanisms/").nth(1).unwrap().split(')').next().unwrap()).collect();
    assert_eq!(listed, mechanisms.iter().map(|entry| entry.name).collect::<Vec<_>>());
}

#[test]
fn mechanisms_stand_in_the_order_of_the_cascade() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mechanisms");
    let listing = std::fs::read_to_string(root.join("mod.rs")).unwrap();
    let listed: Vec<&str> =
        listing.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    // what a mechanism is to everything else stands below the mechanisms
    let listed: Vec<&str> = listed.into_iter().filter(|name| root.join(name).is_dir()).collect();
    let expected: Vec<&str> = cascade().into_iter().filter(|name| root.join(name).is_dir()).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_parameter_has_unit_source_and_a_range_around_its_default() {
    let mut table = Cascade::standard().parameters();
    table.extend(cohort::defaults_table());
    let faults: Vec<_> = table.iter().flat_map(|parameter| poorly_declared(parameter)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let keys: BTreeSet<_> = table.iter().map(|parameter| parameter.key()).collect();
    assert_eq!(keys.len(), table.len(), "two parameters share a key");
    let is_declaration = |line: &&str| line.trim_start_matches("crate::").starts_with("parameters! {");
    let declared = sources("src").iter().flat_map(|(_, text)| text.lines()).filter(is_declaration).count();
    let owners: BTreeSet<_> = table.iter().map(|parameter| parameter.mechanism).collect();
    assert_eq!(owners.len(), declared, "a set of parameters is declared and missing from the table");
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    for folder in ["src", "tests", "benches"] {
        let faults: Vec<_> = sources(folder).iter().filter_map(|(name, text)| too_long(name, text)).collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn each_rule_finds_a_fault_that_was_planted() {
    let planted = [
        ("foundation/time.rs", "use crate::anatomy::space;"),
        ("anatomy/space.rs", "use crate::mechanisms::stress::GlucocorticoidLoad;"),
        ("mechanisms/gaba/mod.rs", "use crate::mechanisms::bdnf::Neurotrophin;"),
        ("mechanisms/gaba/mod.rs", "    crate::recording::tables::write();"),
        ("mechanisms/gaba/equations.rs", "use bevy_ecs::prelude::*;"),
        ("recording/tables.rs", "use crate::experiment::run::RunUnderWay;"),
        ("experiment/run.rs", "use crate::figures::draw;"),
        ("figures/canvas.rs", "use crate::anatomy::network::Network;"),
        ("figures/canvas.rs", "use bevy_ecs::prelude::World;"),
        ("main.rs", "use resprout::experiment::run::RunUnderWay;"),
        ("utils/mod.rs", ""),
    ];
    for (name, text) in planted {
        assert_eq!(closed_doors(name, text).len(), 1, "{name}: {text}");
    }
    assert!(closed_doors("mechanisms/bdnf/mod.rs", "use crate::mechanisms::gaba::GabaParameters;").is_empty());
    assert!(closed_doors("foundation/time.rs", "// see crate::anatomy").is_empty(), "comments import nothing");
    assert!(too_long("long.rs", &"\n".repeat(LONGEST_FILE + 1)).is_some());

    let twice = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        names::declared_twice(&files).len()
    };
    for other in ["pub(super) enum Scale<'a> {", "type Scale = f64;", "    struct Scale;", "pub trait Scale: Sized {"] {
        assert_eq!(twice(&[("figures/scale.rs", "pub struct Scale {"), ("recording/scales.rs", other)]), 1, "{other}");
    }
    for sound in ["    type Scale = f64;", "// struct Scale", "mod tests {\n    struct Scale;\n}", "struct $Scale;"] {
        assert_eq!(twice(&[("figures/scale.rs", "pub struct Scale {"), ("recording/scales.rs", sound)]), 0, "{sound}");
    }
    assert_eq!(twice(&[("figures/scale.rs", "struct Scale;"), ("figures/tests.rs", "struct Scale;")]), 0);

    let sound = **Cascade::standard().parameters().iter().find(|parameter| parameter.unit == "h").unwrap();
    assert!(poorly_declared(&sound).is_empty());
    let faulty = [
        Parameter { unit: "", ..sound },
        Parameter { name: "time_constant", ..sound },
        Parameter { source: "?", ..sound },
        Parameter { grade: Grade::Assumed, source: "somebody's guess", ..sound },
        Parameter { grade: Grade::Numerical, source: "numerical: fine enough", ..sound },
        Parameter { default: sound.max + 1.0, ..sound },
        Parameter { meaning: "", ..sound },
        Parameter { mechanism: "utils", ..sound },
    ];
    for parameter in faulty {
        assert!(!poorly_declared(&parameter).is_empty(), "{parameter:?}");
    }
}
