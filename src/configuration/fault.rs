//! What is wrong with a config, before its place in the text is looked up.

use super::document::{EntryPart, KeyPath};
use crate::foundation::diagnostics::{Code, Diagnostic, Span};

/// A fault of a config, at a key rather than at a place in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What it points to.
    pub at: KeyPath,
    /// Which part of that.
    pub part: EntryPart,
    /// Other values that it rests on; if one of them is faulty itself, this fault is not reported.
    pub rests_on: Vec<KeyPath>,
    /// The message.
    pub message: Diagnostic,
}

impl Fault {
    /// A fault at the value of `at`.
    pub fn new(code: &'static Code, at: KeyPath, label: impl Into<String>) -> Self {
        Self { at, part: EntryPart::Value, rests_on: Vec::new(), message: Diagnostic::new(code, label) }
    }

    /// Points to another part of the entry.
    #[must_use]
    pub fn pointing_to(mut self, part: EntryPart) -> Self {
        self.part = part;
        self
    }

    /// Names another value that this fault rests on.
    #[must_use]
    pub fn resting_on(mut self, path: KeyPath) -> Self {
        self.rests_on.push(path);
        self
    }

    /// Says where in the text it stands; else its path is looked up.
    #[must_use]
    pub fn standing(mut self, span: Span) -> Self {
        self.message = self.message.at(span);
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn help(mut self, hint: impl Into<String>) -> Self {
        self.message = self.message.help(hint);
        self
    }
}
