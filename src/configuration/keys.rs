//! Every key that a config can state, from the declarations that its schema is made of.

use serde_json::Value;

use super::document::dotted_key;
use super::structure;
use crate::mechanisms::Cascade;

/// A key that a config or `--set` can state.
#[derive(Clone, Debug, PartialEq)]
pub struct SettableKey {
    /// The dotted path, as `--set` takes it; `0` stands for the place of an entry in a list, or for its name.
    pub path: String,
    /// What it takes: its type, with its unit or the names that there are.
    pub takes: String,
    /// What it is if left out; none if nothing takes its place.
    pub default: Option<String>,
    /// Whether it must be stated wherever its table is.
    pub is_required: bool,
    /// What is allowed; empty if anything of the type is.
    pub range: String,
    /// What it means, on one line.
    pub meaning: String,
    /// What a number that it takes is bounded by, and how one is written; none if it takes no number.
    pub number: Option<NumberKey>,
}

/// A key that takes a number.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberKey {
    /// The smallest value, in the unit.
    pub least: Option<f64>,
    /// The largest value, in the unit.
    pub most: Option<f64>,
    /// The unit; none for a pure number.
    pub unit: Option<String>,
    /// Whether it takes whole numbers only.
    pub is_whole: bool,
}

impl SettableKey {
    /// Whether the dotted `path` leads to it, with an entry of a list by its name or its place.
    #[must_use]
    pub fn is_at(&self, path: &[String]) -> bool {
        let steps: Vec<&str> = steps(&self.path);
        steps.len() == path.len() && steps.iter().zip(path).all(|(step, given)| *step == "0" || step == given)
    }
}

/// The steps of a dotted key as `--set` takes it; none if it is none.
#[must_use]
pub fn steps_of(key: &str) -> Option<Vec<String>> {
    let keys = dotted_key(key, 0)?;
    Some(keys.into_iter().map(|key| key.text).collect())
}

/// The steps of a path as it is told, in which a step with dots stands in quotes.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    for (index, part) in path.split('"').enumerate() {
        if index % 2 == 1 {
            steps.push(part);
        } else {
            steps.extend(part.split('.').filter(|step| !step.is_empty()));
        }
    }
    steps
}

/// Every key of the config of a model with the mechanisms of `cascade`, in the order of the schema.
#[must_use]
pub fn settable(cascade: &Cascade) -> Vec<SettableKey> {
    let schema = structure::schema(cascade);
    let mut walk = Walk { root: &schema, keys: Vec::new() };
    walk.table(&schema, "", "");
    walk.keys
}

struct Walk<'a> {
    root: &'a Value,
    keys: Vec<SettableKey>,
}

impl<'a> Walk<'a> {
    /// Follows a reference; what stands beside it wins over what it leads to.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| self.root.pointer(reference.trim_start_matches('#')));
        target.unwrap_or(schema)
    }

    /// The keys of a table at `path`, of which `around` is said: a key that says nothing of itself means that.
    fn table(&mut self, schema: &'a Value, path: &str, around: &'a str) {
        let schema = self.resolve(schema);
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            // the record of a run, which nobody states
            if path.is_empty() && name == "parameters" {
                continue;
            }
            let step = if name.contains('.') { format!("\"{name}\"") } else { name.clone() };
            let here = if path.is_empty() { step } else { format!("{path}.{step}") };
            self.property(property, here, required.contains(&name.as_str()), around);
        }
    }

    fn property(&mut self, property: &'a Value, path: String, is_required: bool, around: &'a str) {
        let target = self.resolve(property);
        let said = [property, target].into_iter().find_map(|it| it.get("description")?.as_str()).unwrap_or(around);
        if path.starts_with("arm.") && path.ends_with(".override") {
            // not every parameter again
            let key = self.key(property, target, path, is_required, said);
            self.keys.push(SettableKey { takes: "a table, as `model.override`".to_owned(), ..key });
        } else if target.get("properties").is_some() {
            self.table(target, &path, said);
        } else if let Some(items) = target.get("items").filter(|items| self.resolve(items).get("properties").is_some())
        {
            self.table(items, &format!("{path}.0"), said);
        } else {
            let key = self.key(property, target, path, is_required, said);
            self.keys.push(key);
        }
    }

    fn key(&self, property: &'a Value, target: &'a Value, path: String, is_required: bool, said: &str) -> SettableKey {
        let either = |name: &str| property.get(name).or_else(|| target.get(name));
        let default = either("default").filter(|value| !value.is_null()).map(written);
        SettableKey {
            path,
            takes: self.takes(target),
            default,
            is_required,
            range: range(target),
            number: number(target),
            meaning: said.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    fn takes(&self, schema: &'a Value) -> String {
        let text = |name: &str| schema.get(name).and_then(Value::as_str);
        if let Some(unit) = text("x-unit") {
            let other = text("x-alternative-unit").map_or(String::new(), |unit| format!(" or {unit}"));
            // a time may be stated in any unit of time
            return if unit == "h" { "a time".to_owned() } else { format!("a quantity in {unit}{other}") };
        }
        let names = names(schema);
        if !names.is_empty() {
            return format!("one of {}", names.join(", "));
        }
        match text("type") {
            Some("array") => {
                let items = schema.get("items").map_or(String::new(), |items| self.takes(self.resolve(items)));
                format!("a list, each {items}")
            }
            Some("string") => "text".to_owned(),
            Some("boolean") => "true or false".to_owned(),
            Some("integer") => "an integer".to_owned(),
            Some("number") => "a number".to_owned(),
            _ => "a table".to_owned(),
        }
    }
}

fn names(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let constants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    listed.chain(constants.filter_map(|one| one.get("const").and_then(Value::as_str))).collect()
}

/// A value as TOML writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{key} = {}", written(value));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn number(schema: &Value) -> Option<NumberKey> {
    let kind = schema.get("type").and_then(Value::as_str);
    let unit = schema.get("x-unit").and_then(Value::as_str);
    let bound = |names: &[&str]| names.iter().find_map(|name| schema.get(*name).and_then(Value::as_f64));
    (unit.is_some() || matches!(kind, Some("integer" | "number"))).then(|| NumberKey {
        least: bound(&["minimum", "x-minimum", "exclusiveMinimum", "x-exclusiveMinimum"]),
        most: bound(&["maximum", "x-maximum", "exclusiveMaximum", "x-exclusiveMaximum"]),
        unit: unit.filter(|unit| *unit != "1").map(str::to_owned),
        is_whole: kind == Some("integer"),
    })
}

fn range(schema: &Value) -> String {
    let unit = schema.get("x-unit").and_then(Value::as_str).map_or(String::new(), |unit| format!(" {unit}"));
    let bound = |names: [&str; 2]| names.into_iter().find_map(|name| schema.get(name).and_then(Value::as_f64));
    let least = bound(["minimum", "x-minimum"]).map(|it| format!("at least {it}{unit}"));
    let above = bound(["exclusiveMinimum", "x-exclusiveMinimum"]).map(|it| format!("above {it}{unit}"));
    let most = bound(["maximum", "x-maximum"]).map(|it| format!("at most {it}{unit}"));
    [least, above, most].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Experiment;

    fn all() -> Vec<SettableKey> {
        settable(&Cascade::standard())
    }

    #[test]
    fn a_key_tells_type_unit_default_range_and_meaning() {
        let keys = all();
        let find = |path: &str| keys.iter().find(|key| key.path == path).unwrap_or_else(|| panic!("{path}"));
        let level = find("stress.0.level");
        assert_eq!((level.takes.as_str(), level.range.as_str()), ("a number", "at least 0, at most 1"));
        assert!(level.is_required && level.meaning.starts_with("Severity"));
        let every = find("record.every");
        assert_eq!((every.takes.as_str(), every.default.as_deref()), ("a time", Some("\"1 h\"")));
        assert!(find("arm.0.doses.0.amt").takes.contains("mg/kg or mg"));
        assert!(find("model.override.\"bdnf.activity_release_factor\".value").default.as_deref() == Some("1.0"));
        assert!(find("arm.0.override").takes.contains("model.override"));
        assert!(find("model.hypotheses").takes.contains("one of disinhibition, direct, metabolite"));
    }

    /// Whoever leaves out which entry of a list is meant is told how to name one.
    #[test]
    fn an_edit_without_its_entry_is_answered_with_one() {
        let text = include_str!("../../configs/quick_start.toml");
        let mut node = crate::configuration::document::Node::parse(text, 0).unwrap();
        let refused = node.set("stress.level=0.4", 1).unwrap_err();
        assert!(format!("{refused:?}").contains("`stress.0.level`"), "{refused:?}");
        assert!(node.set("stress.0.level=0.4", 1).is_ok());
    }

    #[test]
    fn every_key_has_a_meaning_and_is_listed_once() {
        let keys = all();
        let paths: std::collections::BTreeSet<_> = keys.iter().map(|key| &key.path).collect();
        assert_eq!(paths.len(), keys.len());
        let silent: Vec<_> = keys.iter().filter(|key| key.meaning.is_empty()).map(|key| &key.path).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }

    /// What an experiment resolves to is stated in keys that are listed.
    #[test]
    fn the_keys_of_a_resolved_config_are_all_listed() {
        let text = include_str!("../../configs/quick_start.toml");
        let resolved: toml::Table = Experiment::from_toml(text).unwrap().to_resolved_toml().parse().unwrap();
        let mut stated = Vec::new();
        let mut open: Vec<(String, toml::Value)> =
            resolved.into_iter().filter(|(name, _)| name != "parameters").collect();
        while let Some((path, value)) = open.pop() {
            match value {
                toml::Value::Table(entries) => {
                    open.extend(entries.into_iter().map(|(name, value)| (format!("{path}.{name}"), value)));
                }
                toml::Value::Array(items) if items.iter().all(toml::Value::is_table) && !items.is_empty() => {
                    open.extend(items.into_iter().map(|value| (format!("{path}.0"), value)));
                }
                _ => stated.push(path),
            }
        }
        let keys = all();
        let unlisted: Vec<_> = stated.iter().filter(|path| keys.iter().all(|key| key.path != **path)).collect();
        assert!(stated.len() > 20 && unlisted.is_empty(), "{unlisted:?}");
    }
}
