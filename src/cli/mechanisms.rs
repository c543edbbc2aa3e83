//! `resprout mechanisms`: the cascade as registered, and what follows from it.

use std::fmt::Write as _;

use super::terminal;
use crate::foundation::error::Result;
use crate::mechanisms::Cascade;
use crate::mechanisms::mechanism::{Flow, Part, Signal};

pub(super) fn run(cascade: &Cascade) -> Result<()> {
    let mut text = String::from("The tick, from top to bottom; what a mechanism feels is as the last tick left it.\n");
    for entry in cascade.entries()? {
        let by = match entry.part {
            Part::Mechanism => "",
            Part::Anatomy => "  (anatomy: cannot be switched off)",
        };
        let _ = writeln!(text, "\n{}{by}\n  {}", entry.name, entry.about);
        for (verb, flow) in [("reads", Flow::Reads), ("feels", Flow::Feels), ("writes", Flow::Writes)] {
            let signals = entry.signals.iter().filter(|signal| signal.flow == flow);
            line(&mut text, verb, signals.map(Signal::short_name).collect());
        }
        line(&mut text, "shows", entry.columns.iter().map(|column| column.name).collect());
        let count = entry.parameters.len();
        if count > 0 {
            let _ = writeln!(text, "  {:<8}{count} parameters, `resprout params list` has them", "takes");
        }
    }
    terminal::say(&text)
}

fn line(text: &mut String, verb: &str, names: Vec<&str>) {
    if !names.is_empty() {
        let _ = writeln!(text, "  {verb:<8}{}", names.join(", "));
    }
}
