//! Words that come from a config, made fit to be read: in captions, which are Markdown, and in pictures.

use crate::figures::scale::shortest;
use crate::foundation::characters::is_hidden;
use crate::recording::course::Amount;

/// One line of plain text: line breaks, tabs and other control characters become single spaces.
pub(super) fn plain(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() || is_hidden(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// Plain text that Markdown and HTML leave as it is.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::new();
    for c in plain(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '!' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A name as it stands in tables, set as code.
pub(super) fn code(name: &str) -> String {
    let name = plain(name);
    // A code span cannot hold its own fence; such a name is set as text.
    if name.is_empty() || name.contains('`') { markdown(&name) } else { format!("`{name}`") }
}

/// An amount, rounded for people.
pub(super) fn amount(amount: Amount) -> String {
    match amount {
        Amount::Mg(mg) => format!("{} mg", shortest(mg)),
        Amount::MgPerKg(mg_per_kg) => format!("{} mg/kg", shortest(mg_per_kg)),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_show_a_title_as_it_was_written_and_run_nothing_of_it() {
        assert_eq!(markdown("<img src=x>\u{1b}[31m *a*\n# b"), "&lt;img src=x&gt; \\[31m \\*a\\* \\# b");
        assert_eq!(code("ketamine_0_5"), "`ketamine_0_5`");
        assert_eq!(code("a`b<i>"), "a\\`b&lt;i&gt;");
        assert_eq!(plain(" a\u{202e}b\t\tc "), "a b c");
    }

    #[test]
    fn amounts_are_rounded_for_people_and_keep_their_unit() {
        assert_eq!(amount(Amount::MgPerKg(0.1 + 0.2)), "0.3 mg/kg");
        assert_eq!(amount(Amount::Mg(84.0)), "84 mg");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
