//! `resprout compare`: runs side by side.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::terminal;
use crate::figures::DrawingOptions;
use crate::figures::comparison::{OverlaidRun, draw_overlay};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::recording::cells;
use crate::recording::claim;
use crate::recording::columns::COMPARISON;
use crate::studies::compare::{ComparedOutcome, ComparedRun, Comparison};

const EXAMPLES: &str = "\
Examples:
  resprout compare output/quick_start output/other        what differs in config and outcomes; the first is the reference
  resprout compare output/study#0 output/study#5          two points of a study
  resprout compare output/a output/b --out output/a_b     with a table and an overlay of the curves
";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Compare {
    /// Folders of finished runs, or points of a finished study as DIR#POINT; the first is what others are compared with
    #[arg(value_name = "RUN", num_args = 2.., required = true)]
    runs: Vec<String>,
    /// Write comparison.csv and figure F24, the curves of all runs overlaid, here
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print everything as a JSON object
    #[arg(long)]
    json: bool,
}

impl Compare {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let opened: Vec<ComparedRun> =
            self.runs.iter().map(|named| ComparedRun::open(named, cascade)).collect::<Result<_>>()?;
        let comparison = Comparison::of(opened);
        if let Some(out) = &self.out {
            let _lock = claim::claim_beside(out)?;
            let table = table(&comparison)?;
            files::write(&out.join("comparison.csv"), table.as_bytes())?;
            let overlaid: Vec<OverlaidRun> = comparison
                .runs
                .iter()
                .filter_map(|run| Some(OverlaidRun { name: run.name.clone(), folder: run.folder.clone()? }))
                .collect();
            if overlaid.len() > 1 {
                draw_overlay(out, &overlaid, &DrawingOptions::default())?;
            }
        }
        if self.json { terminal::say(&json_of(&comparison)?) } else { terminal::say(&text(&comparison)) }
    }
}

/// So many differences of the configs are listed.
const MOST_LISTED: usize = 40;

fn text(comparison: &Comparison) -> String {
    let Comparison { runs, asked, outcomes } = comparison;
    let mut text = String::new();
    for (place, run) in runs.iter().enumerate() {
        let what = if place == 0 { " (the others are compared with it)" } else { "" };
        let _ = writeln!(text, "{}  {}{what}", label(place), run.name);
    }
    let _ = writeln!(text, "\nasked");
    if asked.is_empty() {
        let _ = writeln!(text, "  nothing differs");
    }
    for difference in asked.iter().take(MOST_LISTED) {
        let values: Vec<&str> = difference.values.iter().map(|it| it.as_deref().unwrap_or("–")).collect();
        let _ = writeln!(text, "  {}: {}", difference.key, values.join(" | "));
    }
    if asked.len() > MOST_LISTED {
        let _ = writeln!(text, "  … and {} more", asked.len() - MOST_LISTED);
    }
    for place in 1..runs.len() {
        let own: Vec<&ComparedOutcome> = outcomes.iter().filter(|it| it.run == place).collect();
        let how = match own.first() {
            None => "no arm has the same name and the same outcomes",
            Some(first) if first.is_paired => "differences within networks, which both drew alike",
            Some(_) => "independent samples of networks",
        };
        let _ = writeln!(text, "\n{} less {}: {how}", label(place), label(0));
        let width = own.iter().map(|it| it.arm.len() + it.outcome.len() + 2).max().unwrap_or(0);
        for it in own {
            let name = format!("{}, {}", it.arm, it.outcome);
            let interval = if it.interval[0].is_finite() {
                format!("  ({} to {})", shown(it.interval[0]), shown(it.interval[1]))
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "  {name:<width$}  {:>9} {:>9}  {:>9}{interval} {}",
                shown(it.mean_of_first),
                shown(it.mean),
                shown(it.difference),
                it.unit
            );
        }
    }
    text
}

/// A run's short name: A, B, …
fn label(place: usize) -> String {
    u8::try_from(place)
        .ok()
        .filter(|&place| place < 26)
        .map_or_else(|| place.to_string(), |place| char::from(b'A' + place).to_string())
}

/// A number, rounded for people.
fn shown(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn json_of(comparison: &Comparison) -> Result<String> {
    let number = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
    let outcome = |it: &ComparedOutcome| {
        json!({
            "run": comparison.runs[it.run].name, "arm": it.arm, "outcome": it.outcome, "unit": it.unit,
            "mean": number(it.mean), "mean_of_first": number(it.mean_of_first), "paired": it.is_paired, "n": it.n,
            "difference": number(it.difference), "low": number(it.interval[0]), "high": number(it.interval[1]),
        })
    };
    let whole = json!({
        "runs": comparison.runs.iter().map(|run| run.name.as_str()).collect::<Vec<_>>(),
        "asked": comparison.asked.iter().map(|it| json!({ "key": it.key, "values": it.values })).collect::<Vec<_>>(),
        "outcomes": comparison.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&whole);
    text.map(|text| text + "\n").map_err(|error| Error::Run(format!("cannot write the comparison: {error}")))
}

fn table(comparison: &Comparison) -> Result<String> {
    let refused = |error: csv::Error| Error::Run(format!("cannot write the comparison: {error}"));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(COMPARISON.map(|column| column.name)).map_err(refused)?;
    for it in &comparison.outcomes {
        let numbers = [it.mean_of_first, it.mean, it.difference, it.interval[0], it.interval[1]].map(cells::exact);
        let [of_first, mean, difference, low, high] = &numbers;
        let (run, against) = (&comparison.runs[it.run].name, &comparison.runs[0].name);
        let (paired, n) = (it.is_paired.to_string(), it.n.to_string());
        let cells = [run, against, &it.arm, &it.outcome, &it.unit, &paired, &n, of_first, mean, difference, low, high];
        csv.write_record(cells).map_err(refused)?;
    }
    let bytes = csv.into_inner().map_err(|error| refused(error.into_error().into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
