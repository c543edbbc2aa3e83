//! Errors of the program as Python exceptions: told apart by what can be done about them, with what they say in parts.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use resprout::configuration::document::{Content, Node};
use resprout::foundation::error::{Error, Result};

/// Something that an error is about: the name by which messages call it, and its text.
pub(crate) type Named<'a> = (&'a str, &'a str);

/// Does `work` without the interpreter; an error or a panic of it is an exception.
pub(crate) fn guarded<T: Send>(
    py: Python<'_>,
    named: Option<Named<'_>>,
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    match done {
        Ok(outcome) => outcome.map_err(|error| raised(py, &error, named)),
        Err(panic) => Err(panicked(py, panic.as_ref())),
    }
}

/// The exception of a panic: a fault of the program, which the interpreter outlives.
pub(crate) fn panicked(py: Python<'_>, panic: &(dyn Any + Send)) -> PyErr {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let text = format!("error: a fault of the program itself, please report it: {}", said.unwrap_or("it panicked"));
    raised(py, &Error::Run(text.trim_start_matches("error: ").to_owned()), None)
}

/// The exception of `error`; `named` is the text of a config that stands in no file.
pub(crate) fn raised(py: Python<'_>, error: &Error, named: Option<Named<'_>>) -> PyErr {
    let kind = match error {
        Error::Input(_) => "input",
        Error::Numerical { .. } | Error::Nonsense { .. } => "numerical",
        Error::Io { .. } => "disk",
        Error::Checkpoint(_) => "checkpoint",
        Error::Interrupted(_) => "interrupted",
        _ => "run",
    };
    let built = || -> PyResult<PyErr> {
        let text = error.to_string();
        let raise = py.import("resprout.errors")?.getattr("from_program")?;
        let faults = fault_dicts(py, &text, named)?;
        let number = if let Error::Io { source, .. } = error { source.raw_os_error() } else { None };
        Ok(PyErr::from_value(raise.call1((kind, text, error.exit_code(), faults, number))?))
    };
    built().unwrap_or_else(|other| other)
}

/// One message of a report.
#[derive(Default)]
struct Message {
    severity: String,
    code: Option<String>,
    title: String,
    place: Option<(String, usize, usize)>,
    label: Option<String>,
    hints: Vec<String>,
    shown: String,
}

/// The messages of a report as it is printed; see `resprout::foundation::diagnostics`.
fn messages(text: &str) -> Vec<Message> {
    let mut found: Vec<Message> = Vec::new();
    for line in text.lines() {
        let opened = ["error", "warning", "note"].into_iter().find_map(|word| {
            let rest = line.strip_prefix(word)?;
            if let Some(rest) = rest.strip_prefix('[') {
                let (code, title) = rest.split_once("]: ")?;
                return Some((word, Some(code.to_owned()), title.to_owned()));
            }
            Some((word, None, rest.strip_prefix(": ")?.to_owned()))
        });
        if let Some((severity, code, title)) = opened {
            found.push(Message { severity: severity.to_owned(), code, title, ..Message::default() });
            continue;
        }
        let Some(message) = found.last_mut() else { continue };
        let trimmed = line.trim_start();
        if let Some(place) = trimmed.strip_prefix("--> ") {
            message.place = place_of(place);
        } else if let Some(hint) = trimmed.strip_prefix("= help: ") {
            message.hints.push(hint.to_owned());
        } else if let Some(label) = trimmed.strip_prefix("| ").map(str::trim_start).filter(|it| it.starts_with('^')) {
            message.label = Some(label.trim_start_matches('^').trim().to_owned());
        } else if let Some((_, shown)) = trimmed.split_once(" | ") {
            shown.clone_into(&mut message.shown);
        }
    }
    found
}

/// `NAME:LINE:COLUMN`.
fn place_of(text: &str) -> Option<(String, usize, usize)> {
    let (rest, column) = text.rsplit_once(':')?;
    let (name, line) = rest.rsplit_once(':')?;
    Some((name.to_owned(), line.parse().ok()?, column.parse().ok()?))
}

impl Message {
    /// The key that it is about, if its place can be looked up.
    fn key(&self, named: Option<Named<'_>>) -> Option<String> {
        let (name, line, column) = self.place.as_ref()?;
        if name == "--set" {
            return Some(self.shown.split_once('=')?.0.trim().to_owned());
        }
        let text = match named {
            Some((known, text)) if known == name => text.to_owned(),
            _ => std::fs::read_to_string(Path::new(name)).ok()?,
        };
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let before: usize = text.get(start..)?.chars().take(column - 1).map(char::len_utf8).sum();
        let document = Node::parse(&text, 0).ok()?;
        let mut steps = Vec::new();
        (innermost(&document, start + before, &mut steps) && !steps.is_empty()).then(|| steps.join("."))
    }
}

/// The way to the innermost value whose key or value holds byte `at`.
fn innermost(node: &Node, at: usize, steps: &mut Vec<String>) -> bool {
    let holds = |start: usize, end: usize| (start..end.max(start + 1)).contains(&at);
    let descend = |step: String, key: Option<(usize, usize)>, next: &Node, steps: &mut Vec<String>| {
        steps.push(step);
        let here = innermost(next, at, steps)
            || key.is_some_and(|(start, end)| holds(start, end))
            || holds(next.span.start, next.span.end);
        if !here {
            steps.pop();
        }
        here
    };
    match &node.content {
        Content::Table(entries) => entries
            .iter()
            .any(|(key, next)| descend(key.text.clone(), Some((key.span.start, key.span.end)), next, steps)),
        Content::List(items) => {
            items.iter().enumerate().any(|(index, next)| descend(index.to_string(), None, next, steps))
        }
        _ => false,
    }
}

/// The messages of a report as dictionaries.
pub(crate) fn fault_dicts<'py>(py: Python<'py>, text: &str, named: Option<Named<'_>>) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for message in messages(text) {
        let fault = PyDict::new(py);
        fault.set_item("key", message.key(named))?;
        let (file, line, column) = match message.place {
            Some((file, line, column)) => (Some(file), Some(line), Some(column)),
            None => (None, None, None),
        };
        let (title, label) = match (message.label, message.title.split_once(": ")) {
            (Some(label), _) => (message.title, label),
            (None, Some((title, label))) if message.code.is_some() => (title.to_owned(), label.to_owned()),
            (None, _) => (message.title.clone(), message.title),
        };
        fault.set_item("severity", message.severity)?;
        fault.set_item("code", message.code)?;
        fault.set_item("title", title)?;
        fault.set_item("message", label)?;
        fault.set_item("file", file)?;
        fault.set_item("line", line)?;
        fault.set_item("column", column)?;
        fault.set_item("hint", if message.hints.is_empty() { None } else { Some(message.hints.join("\n")) })?;
        list.append(fault)?;
    }
    Ok(list)
}
