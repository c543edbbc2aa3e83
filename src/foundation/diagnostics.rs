//! Messages about input: what is wrong, where, what is accepted, and a hint.
//!
//! Every fault of an input is collected before any is shown. A [`Report`] sorts them by line and
//! renders them with a caret under the place:
//!
//! [`Report`]: crate::foundation::diagnostics::Report
//!
//! ```
//! use resprout::foundation::diagnostics::{Diagnostic, Report, Source, Span, codes};
//! let text = "ii = \"84 h\"\n";
//! let fault = Diagnostic::new(&codes::INTERVAL_WITHOUT_REPEATS, "`ii` is set but `addl` is 0")
//!     .at(Span { source: 0, start: 0, end: 11 })
//!     .help("add `addl = 5` for six doses in all, or remove `ii`");
//! let report = Report::new(vec![Source { name: "exp.toml".into(), text: text.into() }], vec![fault]);
//! assert_eq!(report.to_string(), r#"error[E021]: dosing interval without repeats
//!  --> exp.toml:1:1
//! 1 | ii = "84 h"
//!   | ^^^^^^^^^^^ `ii` is set but `addl` is 0
//!   = help: add `addl = 5` for six doses in all, or remove `ii`
//! "#);
//! ```
//!
//! `annotate-snippets` and `miette` draw frames with more lines than this one, which the project's
//! interface fixes; hence a renderer of our own.

use std::fmt;

/// Every code that a message may carry.
pub mod codes;

pub use codes::{Code, Severity};

/// A stretch of a source, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Index of the source in [`Report::new`].
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A text that spans point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name shown: a path as the person gave it, or a flag.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: &'static Code,
    /// What is wrong at the place, in one line.
    pub label: String,
    /// The place in a source, if it has one.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A message of kind `code` that says `label`.
    pub fn new(code: &'static Code, label: impl Into<String>) -> Self {
        Self { code, label: label.into(), span: None, help: Vec::new() }
    }

    /// Points to a place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn help(mut self, hint: impl Into<String>) -> Self {
        self.help.push(hint.into());
        self
    }
}

/// All messages about one input, sorted by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    sources: Vec<Source>,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Sorts `diagnostics` by source and line; those without a place come last.
    #[must_use]
    pub fn new(sources: Vec<Source>, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|a, b| (a.span.is_none(), a.span, a.code.id).cmp(&(b.span.is_none(), b.span, b.code.id)));
        diagnostics.dedup();
        Self { sources, diagnostics }
    }

    /// Whether any message is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code.severity() == Severity::Error)
    }

    /// The messages, in order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    fn render(&self, diagnostic: &Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Code { id, title, .. } = diagnostic.code;
        let word = match diagnostic.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let mut gutter = 1;
        match diagnostic.span.and_then(|span| Some((span, self.sources.get(span.source)?))) {
            Some((span, source)) => {
                writeln!(f, "{word}[{id}]: {title}")?;
                let place = Place::of(span, &source.text);
                let number = place.line.to_string();
                gutter = number.len();
                writeln!(f, "{:gutter$}--> {}:{}:{}", "", source.name, place.line, place.column)?;
                writeln!(f, "{number} | {}", place.text.replace('\t', " "))?;
                let (indent, carets) = (place.column - 1, "^".repeat(place.width));
                writeln!(f, "{:gutter$} | {:indent$}{carets} {}", "", "", diagnostic.label)?;
            }
            None => writeln!(f, "{word}[{id}]: {title}: {}", diagnostic.label)?,
        }
        for hint in &diagnostic.help {
            writeln!(f, "{:gutter$} = help: {hint}", "")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    /// The rendered report: one block per message, an empty line between blocks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            self.render(diagnostic, f)?;
        }
        Ok(())
    }
}

/// Where a span begins, as an editor counts: lines and columns from 1, columns in characters.
struct Place<'a> {
    line: usize,
    column: usize,
    /// Characters to underline; a span of several lines is underlined on its first.
    width: usize,
    text: &'a str,
}

impl<'a> Place<'a> {
    fn of(span: Span, text: &'a str) -> Self {
        let start = text.floor_char_boundary(span.start);
        let end = text.ceil_char_boundary(span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |newline| start + newline);
        Self {
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end.clamp(start, line_end)].chars().count().max(1),
            text: &text[line_start..line_end],
        }
    }
}

/// The candidate that someone who wrote `word` most likely meant, if any is near enough.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let longer = lower.chars().count().max(candidate.chars().count());
            let contained = lower.len() >= 3 && (candidate.contains(&lower) || lower.contains(candidate));
            contained || *distance * 3 <= longer.max(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str, spans: &[(usize, usize)]) -> String {
        let faults = spans
            .iter()
            .map(|&(start, end)| Diagnostic::new(&codes::UNKNOWN_KEY, "here").at(Span { source: 0, start, end }))
            .collect();
        Report::new(vec![Source { name: "a.toml".into(), text: text.into() }], faults).to_string()
    }

    #[test]
    fn columns_count_characters_and_the_gutter_fits_the_line_number() {
        let text = format!("{}µ = \"ü\", bad = 1\r\nnext", "\n".repeat(9));
        let at = text.find("bad").expect("present");
        let expected =
            "error[E003]: unknown key\n  --> a.toml:10:10\n10 | µ = \"ü\", bad = 1\n   |          ^^^ here\n";
        assert_eq!(report(&text, &[(at, at + 3)]), expected);
    }

    #[test]
    fn messages_are_sorted_by_line_and_said_once() {
        let rendered = report("a\nb\nc\n", &[(4, 5), (0, 1), (4, 5), (2, 3)]);
        let lines: Vec<&str> = rendered.lines().filter(|line| line.contains("-->")).collect();
        assert_eq!(lines, [" --> a.toml:1:1", " --> a.toml:2:1", " --> a.toml:3:1"]);
    }

    #[test]
    fn a_span_at_the_end_of_the_text_or_over_several_lines_still_renders() {
        assert!(report("ab", &[(2, 2)]).contains("a.toml:1:3"));
        assert!(report("ab\ncd", &[(0, 5)]).contains(" | ^^ here"));
        assert!(report("", &[(0, 0)]).contains("a.toml:1:1"));
        assert!(report("µ", &[(1, 9)]).contains("a.toml:1:1"), "inside a character, beyond the end");
    }

    #[test]
    fn every_code_is_declared_once_and_explained() {
        let mut ids: Vec<&str> = codes::ALL.iter().map(|code| code.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), codes::ALL.len());
        assert!(codes::ALL.iter().all(|code| code.explanation.len() > 60 && !code.title.ends_with('.')));
    }

    #[test]
    fn the_nearest_name_is_suggested_only_if_it_is_near() {
        let keys = ["neurons", "synapses_per_neuron", "density", "thickness"];
        assert_eq!(nearest("neuron", keys), Some("neurons"));
        assert_eq!(nearest("Densty", keys), Some("density"));
        assert_eq!(nearest("synapses", keys), Some("synapses_per_neuron"));
        assert_eq!(nearest("colour", keys), None);
    }
}
