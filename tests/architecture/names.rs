//! A type's name has one meaning, so that a reader need not look where it comes from.

use std::collections::BTreeMap;

use super::{first_word, outside_inner_modules, sources, without_visibility};

/// The type that `line` declares.
fn type_declared(line: &str) -> Option<&str> {
    let (keyword, rest) = without_visibility(line.trim_start()).split_once(' ')?;
    let declares = match keyword {
        "struct" | "enum" | "trait" | "union" => true,
        // within a trait, or what implements it, an alias is the trait's
        "type" => !line.starts_with(' '),
        _ => false,
    };
    // a macro's name for what it declares is none
    declares.then(|| first_word(rest)).filter(|name| !name.is_empty())
}

/// Types that share their name with another one. Those of tests are their own affair.
pub(super) fn declared_twice(files: &[(String, String)]) -> Vec<String> {
    let is_of_tests = |file: &str| file.ends_with("tests.rs") || file.contains("/tests/");
    let mut declared: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| !is_of_tests(file)) {
        for name in outside_inner_modules(text).filter_map(type_declared) {
            declared.entry(name).or_default().push(file);
        }
    }
    let twice = declared.into_iter().filter(|(_, files)| files.len() > 1);
    twice.map(|(name, files)| format!("{name} is declared in {}", files.join(" and in "))).collect()
}

#[test]
fn no_two_types_share_a_name() {
    let faults = declared_twice(&sources("src"));
    assert!(faults.is_empty(), "{faults:#?}");
}
