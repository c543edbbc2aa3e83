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

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::characters::escaped_line;

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

    fn render(&self, diagnostic: &Diagnostic, lines: &[Lines], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Code { id, title, .. } = diagnostic.code;
        let word = match diagnostic.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let label = shortened(&diagnostic.label);
        let mut gutter = 1;
        match diagnostic.span.and_then(|span| Some((span, self.sources.get(span.source)?))) {
            Some((span, source)) => {
                writeln!(f, "{word}[{id}]: {title}")?;
                let place = Place::of(span, &source.text, &lines[span.source]);
                let number = place.line.to_string();
                gutter = number.len();
                writeln!(f, "{:gutter$}--> {}:{}:{}", "", source.name, place.line, place.column)?;
                writeln!(f, "{number} | {}", place.text)?;
                let (indent, carets) = (place.indent, "^".repeat(place.width));
                writeln!(f, "{:gutter$} | {:indent$}{carets} {label}", "", "")?;
            }
            None => writeln!(f, "{word}[{id}]: {title}: {label}")?,
        }
        for hint in &diagnostic.help {
            writeln!(f, "{:gutter$} = help: {}", "", shortened(hint))?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    /// The rendered report: one block per message, an empty line between blocks. Of messages of one kind about one
    /// source only the first few are shown, and then how many more there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<Lines> = self.sources.iter().map(|source| Lines::of(&source.text)).collect();
        let mut kinds: HashMap<MessageKind, usize> = HashMap::new();
        // of each kind how many there are, how many were shown, and where the last stands
        let mut counts: Vec<(usize, usize, Option<Span>)> = Vec::new();
        let mut kind_of = Vec::with_capacity(self.diagnostics.len());
        for diagnostic in &self.diagnostics {
            let kind = *kinds.entry(MessageKind::of(diagnostic)).or_insert(counts.len());
            if kind == counts.len() {
                counts.push((0, 0, None));
            }
            counts[kind].0 += 1;
            counts[kind].2 = diagnostic.span;
            kind_of.push(kind);
        }
        for (index, (diagnostic, &kind)) in self.diagnostics.iter().zip(&kind_of).enumerate() {
            let (count, shown, last) = &mut counts[kind];
            *shown += 1;
            if *shown > MOST_OF_A_KIND {
                continue;
            }
            if index > 0 {
                writeln!(f)?;
            }
            self.render(diagnostic, &lines, f)?;
            if *shown == MOST_OF_A_KIND && *count > MOST_OF_A_KIND {
                let more = *count - MOST_OF_A_KIND;
                match last.and_then(|span| Some(lines.get(span.source)?.line_of(span.start))) {
                    Some(line) => writeln!(f, "  = and {more} more of this kind, the last in line {}", line + 1)?,
                    None => writeln!(f, "  = and {more} more of this kind")?,
                }
            }
        }
        Ok(())
    }
}

/// So many messages of one kind are shown; whoever has more has one cause for all of them.
const MOST_OF_A_KIND: usize = 8;
/// So many characters of a line are shown; of a longer one, those around the place.
const WIDEST_LINE: usize = 240;
/// So many characters of a message or hint are shown.
const LONGEST_LABEL: usize = 400;

fn shortened(text: &str) -> Cow<'_, str> {
    let text = escaped_line(text);
    match text.char_indices().nth(LONGEST_LABEL) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => text,
    }
}

/// What messages have in common that say the same of several places: the code, the source, and the words without
/// the names and numbers in them.
#[derive(PartialEq, Eq, Hash)]
struct MessageKind {
    code: &'static str,
    source: Option<usize>,
    words: String,
}

impl MessageKind {
    fn of(diagnostic: &Diagnostic) -> Self {
        let outside_quotes = diagnostic.label.split('`').step_by(2);
        let words = outside_quotes.flat_map(str::chars).filter(|c| !c.is_ascii_digit()).collect();
        Self { code: diagnostic.code.id, source: diagnostic.span.map(|span| span.source), words }
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect())
    }

    /// The line that holds byte `at`, counted from 0.
    fn line_of(&self, at: usize) -> usize {
        self.0.partition_point(|&start| start <= at).saturating_sub(1)
    }
}

/// Where a span begins, as an editor counts: lines and columns from 1, columns in characters.
struct Place {
    line: usize,
    column: usize,
    /// The line, or what is shown of it.
    text: String,
    /// Characters of the text before the place.
    indent: usize,
    /// Characters to underline; a span of several lines is underlined on its first.
    width: usize,
}

impl Place {
    fn of(span: Span, text: &str, lines: &Lines) -> Self {
        let start = text.floor_char_boundary(span.start);
        let end = text.ceil_char_boundary(span.end.max(start));
        let line = lines.line_of(start);
        let line_start = lines.0[line];
        let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |newline| start + newline);
        let before = text[line_start..start].chars().count();
        let marked = text[start..end.clamp(start, line_end)].chars().count();
        let whole = &text[line_start..line_end];
        let length = whole.chars().count();
        let (mut shown, mut indent, mut width) = (whole.to_owned(), before, marked);
        if length > WIDEST_LINE {
            let first = before.saturating_sub(WIDEST_LINE / 4);
            shown = whole.chars().skip(first).take(WIDEST_LINE).collect();
            indent = before - first;
            width = marked.min(WIDEST_LINE - indent);
            if first > 0 {
                shown.insert(0, '…');
                indent += 1;
            }
            if length > first + WIDEST_LINE {
                shown.push('…');
            }
        }
        // the characters before the place, at it and behind it, each as long as it is shown
        let part = |from: usize, length: usize| {
            let text: String = shown.chars().skip(from).take(length).collect();
            escaped_line(&text.replace('\t', " ")).into_owned()
        };
        let [ahead, at, behind] = [part(0, indent), part(indent, width), part(indent + width, length)];
        let (indent, width) = (ahead.chars().count(), at.chars().count().max(1));
        Self { line: line + 1, column: before + 1, text: ahead + &at + &behind, indent, width }
    }
}

/// The candidate that someone who wrote `word` most likely meant, if any is near enough. Of two letters and fewer
/// each may be another name (`ip` is no misspelt `iv`).
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let longer = lower.chars().count().max(candidate.chars().count());
            let contained = lower.len() >= 3 && (candidate.contains(&lower) || lower.contains(candidate));
            contained || *distance * 3 <= longer
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
    fn what_a_terminal_would_obey_is_written_out_and_the_caret_still_points() {
        let text = "a\u{1b}[2J\tb = bad\n";
        let at = text.find("bad").unwrap();
        let expected =
            "error[E003]: unknown key\n --> a.toml:1:11\n1 | a\\u001b[2J b = bad\n  |                ^^^ here\n";
        assert_eq!(report(text, &[(at, at + 3)]), expected);
        let spoof = Diagnostic::new(&codes::UNKNOWN_KEY, "`a\nerror: all is lost`");
        assert_eq!(Report::new(Vec::new(), vec![spoof]).to_string().lines().count(), 1);
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
    fn a_fault_far_along_a_line_is_located_and_the_line_shortened() {
        let text = format!("x = [{}µbad, 1]\n", "1, ".repeat(40_000));
        let at = text.find("bad").unwrap();
        let rendered = report(&text, &[(at, at + 3)]);
        let lines: Vec<&str> = rendered.lines().collect();
        assert!(lines[1].ends_with(&format!("a.toml:1:{at}")), "{}", lines[1]);
        let column = lines[3].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[2].chars().skip(column).take(3).collect::<String>(), "bad");
        assert!(lines.iter().all(|line| line.chars().count() < 300) && lines[2].contains("| …"), "{rendered}");
        assert!(report(&text, &[(0, text.len())]).lines().all(|line| line.chars().count() < 300));
        let long = Diagnostic::new(&codes::UNKNOWN_KEY, "é".repeat(100_000)).help("x".repeat(100_000));
        assert!(Report::new(Vec::new(), vec![long]).to_string().chars().count() < 1_000);
    }

    #[test]
    fn messages_of_one_kind_are_counted_after_the_first_few() {
        let text = "12\n".repeat(1_000);
        let fault = |line: usize, label: String| {
            Diagnostic::new(&codes::WRONG_UNIT, label).at(Span { source: 0, start: 3 * line, end: 3 * line + 2 })
        };
        let mut faults: Vec<Diagnostic> = (0..1_000).map(|line| fault(line, format!("`{line}` has no unit"))).collect();
        faults.push(fault(999, "another kind".to_owned()));
        let rendered = Report::new(vec![Source { name: "a.csv".into(), text }], faults).to_string();
        assert_eq!(rendered.matches("has no unit").count(), MOST_OF_A_KIND, "{rendered}");
        assert!(rendered.contains("= and 992 more of this kind, the last in line 1000\n"), "{rendered}");
        assert!(rendered.contains("another kind"), "{rendered}");
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
        assert_eq!(nearest("ip", ["iv", "im"]), None);
    }
}
