//! Files of one room import each other in no circle.

use std::collections::BTreeSet;

use super::{outside_inner_modules, sources};

/// A file in its place among the modules, and every path that it names, whole.
struct Module {
    file: String,
    place: Vec<String>,
    named: Vec<Vec<String>>,
    /// The last part of each path that a `use` brings in, or what it is renamed to, and the path.
    brought_in: Vec<(String, Vec<String>)>,
}

impl Module {
    fn read(file: &str, text: &str) -> Self {
        let place = file.trim_end_matches(".rs").trim_end_matches("/mod").split('/').map(str::to_owned).collect();
        // what stands in a module within the file names the file as its parent
        let lines = outside_inner_modules(text);
        let code = lines.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        let (mut brought_in, mut rest) = (Vec::new(), code.clone());
        for (at, keyword) in code.match_indices("use ") {
            let before = code[..at].rsplit('\n').next().unwrap_or_default().trim();
            if ["", "pub", "pub(super)", "pub(crate)"].contains(&before) {
                let tree = code[at + keyword.len()..].split(';').next().unwrap_or_default();
                grow(&tree.split_whitespace().collect::<Vec<_>>().join(" "), &[], &mut brought_in);
                rest = rest.replace(tree, "");
            }
        }
        let mut named: Vec<_> = brought_in.iter().map(|(_, path): &(String, Vec<String>)| path.clone()).collect();
        let of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let words = rest.split(|c| !of_path(c)).filter(|word| word.contains("::"));
        named.extend(words.map(|word| parts(word.trim_matches(':'))));
        Self { file: file.to_owned(), place, named, brought_in }
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Every path of the tree of a `use`, each with the name that it brings in.
fn grow(tree: &str, stem: &[String], found: &mut Vec<(String, Vec<String>)>) {
    let Some((before, branches)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name)));
        let mut whole = [stem, &parts(path)].concat();
        whole.retain(|part| part != "*");
        if whole.len() > 1 {
            whole.pop_if(|last| last == "self");
        }
        let name = name.or(whole.last().map(String::as_str)).unwrap_or_default().trim().to_owned();
        found.push((name, whole));
        return;
    };
    let stem = [stem, &parts(before)].concat();
    let (mut depth, mut from) = (0, 0);
    let branches = branches.trim_end().strip_suffix('}').unwrap_or(branches);
    for (at, c) in branches.char_indices().chain([(branches.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !branches[from..at].trim().is_empty() {
                    grow(branches[from..at].trim(), &stem, found);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// The file that declares what `path` means in the module at `place`, through re-exports; `None` for what is not ours.
fn declared_in<'a>(modules: &'a [Module], place: &[String], path: &[String], depth: usize) -> Option<&'a Module> {
    let at = |place: &[String]| modules.iter().find(|module| module.place == place);
    let is_there = |place: &[String]| modules.iter().any(|module| module.place.starts_with(place));
    let mut place = place.to_vec();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" | "resprout" => place.clear(),
        "self" => {}
        "super" => drop(place.pop()),
        // a child of the module, or another crate
        first => {
            place.push(first.to_owned());
            if !is_there(&place) {
                return None;
            }
        }
    }
    rest = &rest[1..];
    while let Some(part) = rest.first() {
        if part == "super" {
            place.pop();
        } else if is_there(&[place.clone(), vec![part.clone()]].concat()) {
            place.push(part.clone());
        } else {
            let module = at(&place)?;
            let brought_in = module.brought_in.iter().find(|(name, _)| name == part).filter(|_| depth < 9);
            let Some((_, path)) = brought_in else { return Some(module) };
            return declared_in(modules, &place, path, depth + 1);
        }
        rest = &rest[1..];
    }
    at(&place)
}

/// Files of one room that import each other in a circle, sorted by room.
fn circles(files: &[(String, String)]) -> Vec<String> {
    let modules: Vec<_> = files.iter().map(|(name, text)| Module::read(name, text)).collect();
    let mut imports = BTreeSet::new();
    for module in &modules {
        for path in &module.named {
            let Some(other) = declared_in(&modules, &module.place, path, 0) else { continue };
            let same_room = other.place.first() == module.place.first();
            if same_room && other.file != module.file {
                imports.insert((module.file.clone(), other.file.clone()));
            }
        }
    }
    // whoever imports nothing that is left, or is imported by nobody who is left, stands in no circle
    loop {
        let before = imports.len();
        let importing: BTreeSet<_> = imports.iter().map(|(from, _)| from.clone()).collect();
        let imported: BTreeSet<_> = imports.iter().map(|(_, to)| to.clone()).collect();
        imports.retain(|(from, to)| importing.contains(to) && imported.contains(from));
        if imports.len() == before {
            return imports.into_iter().map(|(from, to)| format!("{from} imports {to}")).collect();
        }
    }
}

#[test]
fn the_files_of_a_room_import_each_other_in_no_circle() {
    let faults = circles(&sources("src"));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_circle_is_found_whichever_way_its_files_name_each_other() {
    let found = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        circles(&files).len()
    };
    let planted: [&[(&str, &str)]; 5] = [
        &[
            ("anatomy/a.rs", "use super::b::B;"),
            ("anatomy/b.rs", "pub(super) use crate::anatomy::{\n    a::{self, A},\n};"),
        ],
        // a parent and its child
        &[("anatomy/a/mod.rs", "mod b;\nfn f() { b::g(); }"), ("anatomy/a/b.rs", "use super::f;")],
        // by a path within code
        &[("anatomy/a.rs", "fn f(b: super::b::B) {}"), ("anatomy/b.rs", "use super::a;")],
        // through what the parent exports, under another name
        &[
            ("anatomy/mod.rs", "pub use a::A;\npub use b::B as C;"),
            ("anatomy/a.rs", "use super::C;"),
            ("anatomy/b.rs", "use super::A;"),
        ],
        // of three, with bystanders
        &[
            ("anatomy/a.rs", "use super::b::B;\nuse super::bystander;"),
            ("anatomy/b.rs", "use super::c::C;"),
            ("anatomy/c.rs", "use super::a::A;"),
            ("anatomy/bystander.rs", ""),
            ("anatomy/onlooker.rs", "use super::a::A;"),
        ],
    ];
    for files in planted {
        assert!(found(files) >= 2, "{files:?}");
    }
    let sound: [&[(&str, &str)]; 4] = [
        &[("anatomy/mod.rs", "pub use a::A;\npub use b::B;"), ("anatomy/a.rs", ""), ("anatomy/b.rs", "use super::A;")],
        &[("anatomy/a.rs", "use super::b::B;\n#[cfg(test)]\nmod tests {\n}"), ("anatomy/b.rs", "// see super::a::A")],
        &[("anatomy/a.rs", "#[cfg(test)]\nmod tests {\n    use super::b::B;\n}"), ("anatomy/b.rs", "use super::a::A;")],
        // what stands in a module within a file, be it a macro's
        &[
            ("anatomy/mod.rs", "pub use a::A;"),
            ("anatomy/a.rs", "    pub(super) mod inner {\n        use super::f;\n    }"),
        ],
    ];
    for files in sound {
        assert_eq!(found(files), 0, "{files:?}");
    }
}
