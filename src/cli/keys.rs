//! `resprout keys`: every key that a config or `--set` can state.

use std::fmt::Write as _;

use clap::Args;

use super::terminal::{self, refuse};
use crate::configuration::keys::{SettableKey, settable};
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::error::Result;
use crate::mechanisms::Cascade;

const EXAMPLES: &str = "\
Examples:
  resprout keys                 every key
  resprout keys stress          those that have `stress` in their name
  resprout keys 'burn in'       those whose meaning speaks of it
";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Keys {
    /// List only keys with this in their name or meaning
    pattern: Option<String>,
}

impl Keys {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let all = settable(cascade);
        let Some(pattern) = self.pattern else {
            return terminal::say(&list(&all.iter().collect::<Vec<_>>()));
        };
        let wanted = pattern.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let named: Vec<&SettableKey> = all.iter().filter(|key| has(&key.path)).collect();
        let found = if named.is_empty() { all.iter().filter(|key| has(&key.meaning)).collect() } else { named };
        if found.is_empty() {
            let near = nearest(&pattern, all.iter().map(|key| key.path.as_str()));
            let hint =
                near.map_or_else(|| "`resprout keys` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(refuse(&codes::NO_SUCH_TOPIC, format!("no key has `{pattern}` in it"), Some(hint)));
        }
        terminal::say(&list(&found))
    }
}

/// Two lines for each key: what it is called and takes, and what it means.
fn list(keys: &[&SettableKey]) -> String {
    let width = keys.iter().map(|key| key.path.len()).filter(|&length| length < 44).max().unwrap_or(0);
    let mut text = String::new();
    for key in keys {
        let absent = if key.is_required { "required" } else { "no default" };
        let default = key.default.as_ref().map_or_else(|| absent.to_owned(), |value| format!("default {value}"));
        let of: Vec<&str> =
            [&key.takes, &default, &key.range].map(String::as_str).into_iter().filter(|it| !it.is_empty()).collect();
        let _ = writeln!(text, "{:<width$}  {}\n    {}", key.path, of.join("; "), key.meaning);
    }
    text
}
