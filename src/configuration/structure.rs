//! The first reading of a config: keys, types, names, units and ranges, against the schema.
//!
//! The schema is the one that `resprout schema` prints, so what an editor accepts and what the program
//! accepts are the same thing.

use serde_json::{Map, Value, json};

use super::document::{Content, EntryPart, Key, KeyPath, Node};
use super::experiment::Experiment;
use super::fault::Fault;
use super::model::{name_mechanisms, parameter_tables};
use super::subjects::key_of_default;
use crate::foundation::diagnostics::{Span, codes, nearest};
use crate::foundation::units::{Quantity, Unit, UnitError};
use crate::mechanisms::Cascade;

/// The JSON schema of a config, with the mechanisms of `cascade`.
#[must_use]
pub fn schema(cascade: &Cascade) -> Value {
    let mut schema = schemars::schema_for!(Experiment).to_value();
    name_mechanisms(&mut schema, cascade);
    forget_defaults_of_required_keys(&mut schema);
    let source = json!({ "type": "string", "description": "Where the value comes from." });
    let mut recorded = parameter_tables(cascade, &json!({ "source": source })).to_value();
    recorded["description"] = json!("Every parameter value of a run, as its run folder records it.");
    schema["properties"]["parameters"] = recorded;
    schema
}

/// A key that must be stated has no default, whatever serde would fill in.
pub(crate) fn forget_defaults_of_required_keys(schema: &mut Value) {
    if let Some(Value::Array(required)) = schema.get("required").cloned() {
        for key in required.iter().filter_map(Value::as_str) {
            if let Some(property) = schema["properties"][key].as_object_mut() {
                property.remove("default");
            }
        }
    }
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.values_mut().for_each(forget_defaults_of_required_keys);
    }
}

/// Compares `document` with `schema`. Returns what conforms, and a fault for everything that doesn't.
#[must_use]
pub fn check(document: &Node, schema: &Value) -> (Value, Vec<Fault>) {
    let mut reader = StructureReader { root: schema, faults: Vec::new() };
    let value = reader.read(document, schema, &KeyPath::default());
    (value.unwrap_or_else(|| json!({})), reader.faults)
}

struct StructureReader<'a> {
    root: &'a Value,
    faults: Vec<Fault>,
}

impl<'a> StructureReader<'a> {
    fn read(&mut self, node: &Node, schema: &'a Value, at: &KeyPath) -> Option<Value> {
        let schema = self.resolve(schema);
        if schema.get("x-unit").is_some() {
            return self.read_quantity(node, schema, at);
        }
        if schema.get("x-any").is_some() {
            if node.is_plain() {
                return Some(node.to_value());
            }
            let label = "expected a value that a config can hold: no nan, no inf, no date";
            self.faults.push(Fault::new(&codes::WRONG_TYPE, at.clone(), label).standing(node.span));
            return None;
        }
        if let Some(names) = names(schema) {
            return self.read_name(node, schema, &names, at);
        }
        let wanted = wanted_type(schema);
        match (&node.content, wanted) {
            (Content::Table(entries), "object") => Some(self.read_table(entries, node.span, schema, at)),
            (Content::List(items), "array") => self.read_list(items, node.span, schema, at),
            (Content::Text(text), "string") => Some(json!(text)),
            (Content::Boolean(boolean), "boolean") => Some(json!(boolean)),
            (Content::Integer(integer), "integer" | "number") => {
                self.in_range(*integer as f64, schema, "", node.span, at).then(|| json!(integer))
            }
            (Content::Float(float), "number") => self.in_range(*float, schema, "", node.span, at).then(|| json!(float)),
            (other, _) => {
                let wanted = match wanted {
                    "object" => "a table",
                    "array" => "a list",
                    "string" => "a string",
                    "boolean" => "true or false",
                    "integer" => "an integer",
                    _ => "a number",
                };
                let label = format!("expected {wanted}, found {}", other.type_name());
                self.faults.push(Fault::new(&codes::WRONG_TYPE, at.clone(), label).standing(node.span));
                None
            }
        }
    }

    /// Follows references and looks through the `null` of optional keys, which TOML doesn't have.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.root.pointer(reference.trim_start_matches('#')));
        target.map_or(schema, |target| self.resolve(target))
    }

    fn read_table(&mut self, entries: &[(Key, Node)], span: Span, schema: &'a Value, at: &KeyPath) -> Value {
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut table = Map::new();
        for (key, node) in entries {
            let here = at.then(key.text.as_str());
            if let Some(property) = schema.get("properties").and_then(|properties| properties.get(&key.text)) {
                if let Some(value) = self.read(node, property, &here) {
                    table.insert(key.text.clone(), value);
                }
                continue;
            }
            let noun = schema.get("x-noun").and_then(Value::as_str).unwrap_or("key");
            let hint = match key.text.strip_prefix("subjects.").filter(|_| noun == "parameter") {
                Some(default) => format!("a default of `[subjects]`: state it there, as `{}`", key_of_default(default)),
                None => self.suggestion(noun, &key.text, properties.keys().map(String::as_str)),
            };
            let fault = Fault::new(&codes::UNKNOWN_KEY, here, format!("no {noun} has this name"));
            self.faults.push(fault.pointing_to(EntryPart::Key).standing(key.span).help(hint));
        }
        for missing in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !entries.iter().any(|(key, _)| key.text == missing) {
                let label = format!("`{missing}` is missing here");
                let meaning = properties.get(missing).and_then(|property| property.get("description"));
                let mut fault = Fault::new(&codes::MISSING_KEY, at.then(missing), label).standing(span);
                if let Some(meaning) = meaning.and_then(Value::as_str) {
                    fault = fault.help(format!("`{missing}`: {}", meaning.replace('\n', " ")));
                }
                self.faults.push(fault);
            }
        }
        Value::Object(table)
    }

    /// A faulty entry gives its place to a sound one, so that later entries keep their index.
    fn read_list(&mut self, items: &[Node], span: Span, schema: &'a Value, at: &KeyPath) -> Option<Value> {
        let length = |bound: &str| schema.get(bound).and_then(Value::as_u64).map(|bound| bound as usize);
        if length("minItems").is_some_and(|least| items.len() < least)
            || length("maxItems").is_some_and(|most| items.len() > most)
        {
            let least = length("minItems").unwrap_or(0);
            let label = format!("expected {least} entries, found {}", items.len());
            self.faults.push(Fault::new(&codes::WRONG_TYPE, at.clone(), label).standing(span));
            return None;
        }
        let item_schema = self.resolve(schema.get("items")?);
        let read: Vec<Option<Value>> =
            items.iter().enumerate().map(|(index, item)| self.read(item, item_schema, &at.then(index))).collect();
        let substitute = if item_schema.get("properties").is_some() {
            json!({})
        } else if let Some(sound) = read.iter().flatten().next() {
            sound.clone()
        } else {
            return items.is_empty().then(|| json!([]));
        };
        Some(Value::Array(read.into_iter().map(|item| item.unwrap_or_else(|| substitute.clone())).collect()))
    }

    fn read_name(&mut self, node: &Node, schema: &Value, names: &[&str], at: &KeyPath) -> Option<Value> {
        let noun = schema.get("x-noun").and_then(Value::as_str).unwrap_or("name");
        match &node.content {
            Content::Text(text) if names.contains(&text.as_str()) => Some(json!(text)),
            Content::Text(text) => {
                let label = format!("no {noun} has this name");
                let hint = self.suggestion(noun, text, names.iter().copied());
                let fault = Fault::new(&codes::UNKNOWN_NAME, at.clone(), label).standing(node.span);
                self.faults.push(fault.help(hint));
                None
            }
            other => {
                let label = format!("expected the name of a {noun}, found {}", other.type_name());
                self.faults.push(Fault::new(&codes::WRONG_TYPE, at.clone(), label).standing(node.span));
                None
            }
        }
    }

    fn read_quantity(&mut self, node: &Node, schema: &Value, at: &KeyPath) -> Option<Value> {
        let text_of = |key: &str| schema.get(key).and_then(Value::as_str);
        let unit_text = text_of("x-unit")?;
        let names: Vec<&str> = [text_of("x-alternative-unit"), Some(unit_text)].into_iter().flatten().collect();
        let units: Vec<Unit> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let bare = |value: f64| Ok(Quantity { value, unit: Unit::one() });
        let quantity = match &node.content {
            Content::Text(text) => text.parse::<Quantity>(),
            Content::Integer(integer) => bare(*integer as f64),
            Content::Float(float) => bare(*float),
            other => {
                let label = format!("expected a quantity such as \"1 {unit_text}\", found {}", other.type_name());
                self.faults.push(Fault::new(&codes::WRONG_TYPE, at.clone(), label).standing(node.span));
                return None;
            }
        };
        let converted = quantity.and_then(|quantity| quantity.to_one_of(&units));
        match converted {
            Ok((value, index)) => match &node.content {
                Content::Text(text) if self.in_range(value, schema, names[index], node.span, at) => Some(json!(text)),
                _ => None,
            },
            Err(error) => {
                let code = match error {
                    UnitError::WrongDimension { .. } | UnitError::MissingUnit { .. } => &codes::WRONG_UNIT,
                    _ => &codes::BAD_QUANTITY,
                };
                self.faults.push(Fault::new(code, at.clone(), error.to_string()).standing(node.span));
                None
            }
        }
    }

    fn in_range(&mut self, value: f64, schema: &Value, unit: &str, span: Span, at: &KeyPath) -> bool {
        let bound = |name: &str| {
            let key = if unit.is_empty() { name.to_owned() } else { format!("x-{name}") };
            schema.get(key).and_then(Value::as_f64)
        };
        let spaced = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let least = bound("minimum").filter(|least| value < *least).map(|least| format!("at least {least}{spaced}"));
        let above =
            bound("exclusiveMinimum").filter(|least| value <= *least).map(|least| format!("above {least}{spaced}"));
        // schemars states the smallest value of an integer's type as a bound, and the largest as a format only
        let widest = (schema.get("format").and_then(Value::as_str) == Some("uint32")).then(|| f64::from(u32::MAX));
        let most =
            bound("maximum").or(widest).filter(|most| value > *most).map(|most| format!("at most {most}{spaced}"));
        let finite = (!value.is_finite()).then(|| "a finite number".to_owned());
        let Some(wanted) = finite.or(least).or(above).or(most) else { return true };
        let label = format!("must be {wanted}, is {value}{spaced}");
        self.faults.push(Fault::new(&codes::OUT_OF_RANGE, at.clone(), label).standing(span));
        false
    }

    /// "did you mean", or all candidates where they are few.
    fn suggestion<'n>(&self, noun: &str, word: &str, candidates: impl Iterator<Item = &'n str> + Clone) -> String {
        // routes are short and unlike: the nearest name is another way into the body
        let looks = noun != "route" && self.faults.len() < MOST_SEARCHED;
        if let Some(near) = looks.then(|| nearest(word, candidates.clone())).flatten() {
            return format!("did you mean `{near}`?");
        }
        if noun == "parameter" {
            return "`resprout params list` lists what is accepted".to_owned();
        }
        let listed: Vec<String> = candidates.map(|candidate| format!("`{candidate}`")).collect();
        if listed.len() > 16 {
            "`resprout schema` lists what is accepted".to_owned()
        } else {
            format!("accepted: {}", listed.join(", "))
        }
    }
}

/// For so many faults the nearest name is searched for; the search is slow, and nobody reads as many.
const MOST_SEARCHED: usize = 100;

/// The fixed set of names that `schema` accepts, if it accepts only such.
fn names(schema: &Value) -> Option<Vec<&str>> {
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        return Some(names.iter().filter_map(Value::as_str).collect());
    }
    let variants = schema.get("oneOf").and_then(Value::as_array)?;
    variants.iter().map(|variant| variant.get("const").and_then(Value::as_str)).collect()
}

/// The one type that `schema` accepts, besides the `null` that TOML doesn't have.
fn wanted_type(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(types)) => {
            types.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("object")
        }
        _ => "object",
    }
}
