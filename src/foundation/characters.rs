//! Characters that are not seen, but do something to a terminal or to the line that they stand in.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether `c` turns or breaks the line that it stands in without being seen.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `text` with every character written out that a terminal would obey instead of showing it. Ends of lines and tabs stay.
///
/// ```
/// use resprout::foundation::characters::escaped;
/// assert_eq!(escaped("a\u{1b}[31m\tb\n"), "a\\u001b[31m\tb\n");
/// ```
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    written_out(text, |c| (c.is_control() && c != '\n' && c != '\t') || is_hidden(c))
}

/// The same for what must stay one line: ends of lines and tabs are written out as well.
#[must_use]
pub fn escaped_line(text: &str) -> Cow<'_, str> {
    written_out(text, |c| c.is_control() || is_hidden(c))
}

/// As JSON writes them, so that JSON stays JSON.
fn written_out(text: &str, is_meant: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_meant) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if is_meant(c) => shown.push_str("\\n"),
            '\t' if is_meant(c) => shown.push_str("\\t"),
            c if is_meant(c) => {
                let _ = write!(shown, "\\u{:04x}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out_and_all_else_stays() {
        let plain = "µ = 40 min\n\t± 3 %, “naïve” – 日本";
        assert!(matches!(escaped(plain), Cow::Borrowed(text) if text == plain));
        let controls: String = (0..0xa0_u32).filter_map(char::from_u32).filter(|c| c.is_control()).collect();
        assert_eq!(controls.len(), 32 + 1 + 2 * 32);
        assert!(escaped(&controls).chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
        assert!(escaped_line(&controls).chars().all(|c| !c.is_control()));
        assert_eq!(escaped_line("a\r\nb\u{9b}2J\u{202e}c"), "a\\u000d\\nb\\u009b2J\\u202ec");
    }
}
