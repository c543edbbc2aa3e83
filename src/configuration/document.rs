//! A config as a tree that remembers where everything stands, in the file or on the command line.

use std::fmt;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::foundation::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::foundation::units::Quantity;

/// One step from a table or list to what it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyStep {
    /// Into a table.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

impl From<&str> for KeyStep {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for KeyStep {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// The way from the root of a config to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPath(pub Vec<KeyStep>);

impl KeyPath {
    /// This path, one step further.
    #[must_use]
    pub fn then(&self, step: impl Into<KeyStep>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.into());
        Self(steps)
    }
}

/// The path `at!["arm", 0, "name"]`.
macro_rules! at {
    ($($step:expr),* $(,)?) => {
        $crate::configuration::document::KeyPath(
            vec![$($crate::configuration::document::KeyStep::from($step)),*]
        )
    };
}
pub(crate) use at;

/// What of an entry a message points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPart {
    /// The key.
    Key,
    /// The value.
    Value,
    /// Key and value.
    Entry,
}

/// A key where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key, unquoted.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A value where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where; for a table with a header, the header.
    pub span: Span,
    /// What.
    pub content: Content,
}

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float, or an integer too large for 64 bits.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or time of day, which no key takes.
    Datetime,
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Vec<(Key, Node)>),
}

impl Content {
    /// The type, with its article.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// Parses `text`; `source` is the index that its spans carry.
    ///
    /// # Errors
    /// One diagnostic per fault of grammar.
    pub fn parse(text: &str, source: usize) -> Result<Self, Vec<Diagnostic>> {
        let (document, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            let span = Span { source, start: 0, end: 0 };
            return Ok(Self { span, content: table(document.get_ref(), source, 0) });
        }
        let whole = 0..text.len();
        let diagnostic = |error: &toml::de::Error| {
            let range = error.span().unwrap_or_else(|| whole.clone());
            let label = error.message().lines().collect::<Vec<_>>().join("; ");
            let span = Span { source, start: range.start, end: range.end };
            let fault = Diagnostic::new(&codes::BROKEN_TOML, label).at(span);
            match text.get(range).filter(|found| found.parse::<Quantity>().is_ok()) {
                Some(found) => fault.help(format!("quantities with units are strings: `\"{found}\"`")),
                None => fault,
            }
        };
        Err(errors.iter().map(diagnostic).collect())
    }

    /// The entry of a table called `key`.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Key, &Self)> {
        match &self.content {
            Content::Table(entries) => {
                entries.iter().find(|(candidate, _)| candidate.text == key).map(|(key, node)| (key, node))
            }
            _ => None,
        }
    }

    /// The value at `path`.
    #[must_use]
    pub fn find(&self, path: &KeyPath) -> Option<&Self> {
        path.0.iter().try_fold(self, |node, step| match (step, &node.content) {
            (KeyStep::Key(name), _) => node.entry(name).map(|(_, next)| next),
            (KeyStep::Index(index), Content::List(items)) => items.get(*index),
            _ => None,
        })
    }

    /// Where `path` stands, or the innermost table around it that exists.
    #[must_use]
    pub fn locate(&self, path: &KeyPath, part: EntryPart) -> Span {
        let mut node = self;
        let mut key = None;
        for step in &path.0 {
            let (next_key, next) = match (step, &node.content) {
                (KeyStep::Key(name), _) => match node.entry(name) {
                    Some((next_key, next)) => (Some(next_key), next),
                    None => return node.span,
                },
                (KeyStep::Index(index), Content::List(items)) => match items.get(*index) {
                    Some(next) => (None, next),
                    None => return node.span,
                },
                _ => return node.span,
            };
            (key, node) = (next_key, next);
        }
        match (part, key) {
            (EntryPart::Key, Some(key)) => key.span,
            (EntryPart::Entry, Some(key)) if key.span.source == node.span.source => {
                Span { end: node.span.end, ..key.span }
            }
            _ => node.span,
        }
    }

    /// Applies one `--set KEY=VALUE`; `source` is the index that its spans carry.
    ///
    /// # Errors
    /// A diagnostic that points into the flag.
    pub fn set(&mut self, edit: &str, source: usize) -> Result<(), Diagnostic> {
        let whole = Span { source, start: 0, end: edit.len() };
        let refuse = |label: &str| Diagnostic::new(&codes::BAD_EDIT, label).at(whole);
        let (key_text, value_text) = edit.split_once('=').ok_or_else(|| refuse("expected KEY=VALUE"))?;
        let keys = dotted_key(key_text, source).ok_or_else(|| refuse("the part before `=` is not a dotted key"))?;
        let offset = key_text.len() + 1;
        let value = match DeValue::parse(value_text.trim()) {
            Ok(value) => node(&value, source, offset + (value_text.len() - value_text.trim_start().len())),
            Err(_) => Self {
                span: Span { source, start: offset, end: edit.len() },
                content: Content::Text(value_text.trim().to_owned()),
            },
        };
        self.descend(&keys, 0)?.content = value.content.clone();
        if let Some(target) = self.descend(&keys, 0).ok().filter(|_| !keys.is_empty()) {
            target.span = value.span;
        }
        Ok(())
    }

    /// The node that `keys` lead to, from the step `depth` on; tables and the next list entry are made where they are missing.
    fn descend(&mut self, keys: &[Key], depth: usize) -> Result<&mut Self, Diagnostic> {
        let Some((key, rest)) = keys[depth..].split_first() else { return Ok(self) };
        let empty = || Self { span: key.span, content: Content::Table(Vec::new()) };
        let own_type = self.content.type_name();
        match &mut self.content {
            Content::Table(entries) => {
                let found = entries.iter().position(|(candidate, _)| candidate.text == key.text);
                let index = found.unwrap_or_else(|| {
                    entries.push((key.clone(), empty()));
                    entries.len() - 1
                });
                if rest.is_empty() {
                    entries[index].0.span = key.span;
                }
                entries[index].1.descend(keys, depth + 1)
            }
            Content::List(items) => {
                let names: Vec<String> = items.iter().map(|item| item.name().unwrap_or_default().to_owned()).collect();
                let position = names.iter().position(|name| *name == key.text);
                let index = position.or_else(|| key.text.parse().ok()).filter(|index| *index <= items.len());
                let Some(index) = index else {
                    let label = format!("no entry `{}`: the list has {}", key.text, items.len());
                    let fault = Diagnostic::new(&codes::BAD_EDIT, label).at(key.span);
                    let near = nearest(&key.text, names.iter().map(String::as_str).filter(|name| !name.is_empty()));
                    if let Some(near) = near {
                        return Err(fault.help(format!("did you mean `{near}`?")));
                    }
                    // whoever leaves out which entry means a key of one
                    let is_key_of_one = items.first().is_some_and(|item| item.entry(&key.text).is_some());
                    let mut steps: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
                    steps.insert(depth, "0");
                    return Err(fault.help(if is_key_of_one {
                        format!("entries are counted from 0: `{}`", steps.join("."))
                    } else {
                        "entries are named by their `name` or counted from 0; `resprout keys` lists all keys".to_owned()
                    }));
                };
                if index == items.len() {
                    items.push(empty());
                }
                items[index].descend(keys, depth + 1)
            }
            _ => {
                let label = format!("`{}` leads into {own_type}", key.text);
                Err(Diagnostic::new(&codes::BAD_EDIT, label).at(key.span))
            }
        }
    }

    /// A dotted key whose steps into lists are the names of entries, where they have one.
    #[must_use]
    pub fn named(&self, steps: &[String]) -> Vec<String> {
        let mut node = Some(self);
        let step = |step: &String| {
            let Some(here) = node else { return step.clone() };
            let found = match &here.content {
                Content::List(items) => {
                    let place = items.iter().position(|item| item.name() == Some(step)).or_else(|| step.parse().ok());
                    place.and_then(|place| items.get(place))
                }
                _ => here.entry(step).map(|(_, next)| next),
            };
            let is_list = matches!(here.content, Content::List(_));
            node = found;
            found.filter(|_| is_list).and_then(Self::name).map_or_else(|| step.clone(), str::to_owned)
        };
        steps.iter().map(step).collect()
    }

    /// Whether it holds nothing that JSON cannot say: no number that is none, no date.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        match &self.content {
            Content::Float(float) => float.is_finite(),
            Content::Datetime => false,
            Content::List(items) => items.iter().all(Self::is_plain),
            Content::Table(entries) => entries.iter().all(|(_, node)| node.is_plain()),
            Content::Text(_) | Content::Integer(_) | Content::Boolean(_) => true,
        }
    }

    /// The value without its places; a date, which no config has, is null.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Text(text) => Value::from(text.as_str()),
            Content::Integer(integer) => Value::from(*integer),
            Content::Float(float) => Value::from(*float),
            Content::Boolean(boolean) => Value::from(*boolean),
            Content::Datetime => Value::Null,
            Content::List(items) => items.iter().map(Self::to_value).collect(),
            Content::Table(entries) => entries.iter().map(|(key, node)| (key.text.clone(), node.to_value())).collect(),
        }
    }

    /// The text of the entry `name`.
    fn name(&self) -> Option<&str> {
        match &self.entry("name")?.1.content {
            Content::Text(name) => Some(name),
            _ => None,
        }
    }
}

/// The keys of a dotted key, where they stand.
pub(super) fn dotted_key(text: &str, source: usize) -> Option<Vec<Key>> {
    let probe = format!("{text}=0");
    let mut current = Node::parse(&probe, source).ok()?;
    let mut keys = Vec::new();
    while let Content::Table(entries) = current.content {
        let [(key, next)] = <[_; 1]>::try_from(entries).ok()?;
        keys.push(key);
        current = next;
    }
    Some(keys)
}

fn node(value: &Spanned<DeValue<'_>>, source: usize, offset: usize) -> Node {
    let span = Span { source, start: value.span().start + offset, end: value.span().end + offset };
    let content = match value.get_ref() {
        DeValue::String(text) => Content::Text(text.to_string()),
        DeValue::Integer(integer) => {
            let parsed = i64::from_str_radix(integer.as_str(), integer.radix());
            parsed.map_or_else(|_| Content::Float(integer.as_str().parse().unwrap_or(f64::INFINITY)), Content::Integer)
        }
        DeValue::Float(float) => Content::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(boolean) => Content::Boolean(*boolean),
        DeValue::Datetime(_) => Content::Datetime,
        DeValue::Array(items) => Content::List(items.iter().map(|item| node(item, source, offset)).collect()),
        DeValue::Table(entries) => table(entries, source, offset),
    };
    Node { span, content }
}

/// The entries in the order in which they stand.
fn table(entries: &DeTable<'_>, source: usize, offset: usize) -> Content {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let span = Span { source, start: key.span().start + offset, end: key.span().end + offset };
        let text: &std::borrow::Cow<'_, str> = key.get_ref();
        (Key { text: text.to_string(), span }, node(value, source, offset))
    };
    let mut entries: Vec<(Key, Node)> = entries.iter().map(entry).collect();
    entries.sort_by_key(|(key, _)| key.span);
    Content::Table(entries)
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                KeyStep::Key(key) if position == 0 => write!(f, "{key}")?,
                KeyStep::Key(key) => write!(f, ".{key}")?,
                KeyStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
