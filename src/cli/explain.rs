//! `resprout explain`: what a message code means.

use clap::Args;

use super::terminal::{self, refuse};
use crate::foundation::diagnostics::{Code, codes, nearest};
use crate::foundation::error::Result;

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The code, such as E021; all codes if left out
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self) -> Result<()> {
        let Some(wanted) = self.code else {
            let lines: Vec<String> = codes::ALL.iter().map(|code| format!("{}  {}", code.id, code.title)).collect();
            return terminal::say(&format!("{}\n", lines.join("\n")));
        };
        let Some(code) = Code::find(&wanted) else {
            let near = nearest(&wanted, codes::ALL.iter().map(|code| code.id));
            let hint = near.map_or_else(
                || "`resprout explain` without a code lists them all".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(refuse(&codes::NO_SUCH_TOPIC, format!("no message has the code `{wanted}`"), Some(hint)));
        };
        terminal::say(&format!("{}: {}\n\n{}\n", code.id, code.title, wrapped(code.explanation, 80)))
    }
}

/// `text` in lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let current = lines.len() - 1;
        if !lines[current].is_empty() && lines[current].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[current].is_empty() {
                lines[current].push(' ');
            }
            lines[current].push_str(word);
        }
    }
    lines.join("\n")
}
