//! `resprout sensitivity`: which of the factors matters.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::closing::{self, flattened};
use super::options::{Limits, Threads};
use super::sweep::{close, default_folder, simulate};
use super::terminal::{self, refuse};
use crate::foundation::diagnostics::{Report, codes};
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::recording::claim;
use crate::recording::lock::FolderLock;
use crate::recording::study_table::{FactorColumn, FactorLevels, StudyRow, StudyTable};
use crate::studies::folder::{self, Claimed};
use crate::studies::layout;
use crate::studies::sensitivity::{Analysis, OutcomeSensitivity, analyse};
use crate::studies::statement::Method;
use crate::studies::{Shard, Study, journal};

const EXAMPLES: &str = "\
Examples:
  resprout sensitivity configs/studies/stress_dose_inflammation.toml   shares of variance over a grid
  resprout sensitivity study.toml --out output/which                   run a `saltelli` or `morris` design and analyse it
  resprout sensitivity --analyse table.csv --method saltelli --factors x1,x2,x3 --outcomes y
";

/// Runs a study whose design is `saltelli`, `morris` or `grid`, or analyses a design and outputs that were computed
/// elsewhere.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Sensitivity {
    /// The study
    #[arg(value_name = "STUDY.toml", required_unless_present = "analyse")]
    study: Option<PathBuf>,
    /// Write results here [default: output/NAME-OF-THE-STUDY]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Analyse this table (CSV) instead of running a study: a row for each point, in the order of the design
    #[arg(long, value_name = "TABLE", conflicts_with = "study", requires_all = ["method", "factors", "outcomes"])]
    analyse: Option<PathBuf>,
    /// How the points of the table were chosen
    #[arg(long, value_enum)]
    method: Option<TableMethod>,
    /// Columns of the table that vary
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    factors: Vec<String>,
    /// Columns of the table that were computed; columns `y.1`, `y.2`, … are networks of one outcome `y`
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    outcomes: Vec<String>,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    limits: Limits,
    /// Print the indices as a JSON array
    #[arg(long)]
    json: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

/// Designs that a table may have.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TableMethod {
    Saltelli,
    Morris,
    Grid,
}

impl Sensitivity {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        if let Some(table) = &self.analyse {
            return self.table(table);
        }
        let path = self.study.clone().unwrap_or_default();
        let study = Study::open(&path, cascade)?;
        study.require_analysis()?;
        let out = self.out.clone().unwrap_or_else(|| default_folder(&path));
        let silent = self.quiet || self.json;
        let claimed = simulate(&study, &out, Shard::WHOLE, cascade, self.threads, self.limits, silent)?;
        if let Claimed::UnderWay(folder) = claimed {
            close(*folder, &out, &study, false, true)?;
        }
        let finished = journal::Journal::read(&out.join(layout::JOURNAL))?;
        let analysis = analyse(&folder::table(&study, &finished), study.method)?;
        self.tell(&out, &study.title, study.method, &analysis)
    }

    /// Analyses a table that was computed elsewhere.
    fn table(&self, path: &Path) -> Result<()> {
        let method = match self.method {
            Some(TableMethod::Morris) => Method::Morris,
            Some(TableMethod::Grid) => Method::Grid,
            _ => Method::Saltelli,
        };
        let table = read_table(path, &self.factors, &self.outcomes)?;
        let analysis = analyse(&table, method)?;
        match &self.out {
            Some(out) => self.tell(out, "", method, &analysis),
            None => self.say(&analysis),
        }
    }

    /// Writes table and figure, and prints what was found.
    fn tell(&self, out: &Path, title: &str, method: Method, analysis: &Analysis) -> Result<()> {
        // tables and figures of an analysis stand beside those of the study, and can be made again
        let of_study = self.analyse.is_none();
        let _lock = if of_study { FolderLock::to_write(out)? } else { claim::claim_beside(out)? };
        closing::analysis(out, title, method, analysis, of_study)?;
        self.say(analysis)
    }

    fn say(&self, Analysis { found, left_out }: &Analysis) -> Result<()> {
        if !self.quiet && !left_out.is_empty() {
            terminal::complain(&Report::new(Vec::new(), left_out.clone()).to_string());
        }
        if self.json {
            let rows: Vec<serde_json::Value> = found.iter().flat_map(flattened).map(|row| row.json()).collect();
            let text = serde_json::to_string_pretty(&rows);
            let text = text.map_err(|error| Error::Run(format!("cannot write the indices: {error}")))?;
            return terminal::say(&format!("{text}\n"));
        }
        if self.quiet {
            return Ok(());
        }
        let mut text = String::new();
        for OutcomeSensitivity { outcome, arm, indices, .. } in found {
            let of = if arm.is_empty() { String::new() } else { format!(", {arm}") };
            let _ = writeln!(text, "{outcome}{of}");
            // a trace over growing samples is in the table
            let most = indices.iter().map(|it| it.n).max().unwrap_or(0);
            for it in indices.iter().filter(|it| it.n == most && it.value.is_finite()) {
                let factor = if it.factor.is_empty() { "all" } else { &it.factor };
                let interval =
                    if it.low.is_finite() { format!("  ({:.3} to {:.3})", it.low, it.high) } else { String::new() };
                // rounding leaves its trace below what is shown
                let value = if it.value.abs() < 5e-4 { 0.0 } else { it.value };
                let _ = writeln!(text, "  {factor:<24} {:<20} {value:>8.3}{interval}", it.index);
            }
        }
        terminal::say(&text)
    }
}

/// A table of points and outputs: columns of factors, and of outcomes, one for each network.
fn read_table(path: &Path, factors: &[String], outcomes: &[String]) -> Result<StudyTable> {
    let wrong = |what: String| refuse(&codes::STUDY_TABLE, format!("`{}`: {what}", path.display()), None);
    if !path.is_file() {
        return Err(wrong("it is no plain file".to_owned()));
    }
    let mut reader = csv::Reader::from_path(path).map_err(|error| wrong(error.to_string()))?;
    let header: Vec<String> =
        reader.headers().map_err(|error| wrong(error.to_string()))?.iter().map(|name| name.trim().to_owned()).collect();
    let asked = |name: &&String| factors.contains(name) || outcomes.contains(name);
    if let Some(name) = header.iter().filter(asked).find(|name| header.iter().filter(|other| other == name).count() > 1)
    {
        return Err(wrong(format!("more than one column is called `{name}`")));
    }
    let mut columns: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (index, row) in reader.records().enumerate() {
        let row = row.map_err(|error| wrong(error.to_string()))?;
        for (name, cell) in header.iter().zip(&row) {
            let value = cell.trim().parse::<f64>().unwrap_or(f64::NAN);
            if value.is_nan() && factors.contains(name) {
                return Err(wrong(format!("row {}: `{cell}` of `{name}` is no number", index + 1)));
            }
            columns.entry(name).or_default().push(value);
        }
    }
    let listed = || header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let column = |name: &str| {
        columns.get(name).cloned().ok_or_else(|| wrong(format!("no column is called `{name}`; there are {}", listed())))
    };
    let mut table = StudyTable::default();
    for name in factors {
        let levels = FactorLevels::Numbers(column(name)?);
        table.factors.push(FactorColumn { name: name.clone(), unit: None, levels });
    }
    for outcome in outcomes {
        let is_network = |name: &&String| {
            name.strip_prefix(outcome.as_str())
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|it| it.parse::<u32>().is_ok())
        };
        let mut networks: Vec<Vec<f64>> = Vec::new();
        for name in header.iter().filter(is_network) {
            networks.push(column(name)?);
        }
        if networks.is_empty() {
            networks.push(column(outcome)?);
        }
        for (replicate, values) in networks.iter().enumerate() {
            table.rows.extend(values.iter().enumerate().map(|(point, &value)| StudyRow {
                point,
                arm: String::new(),
                replicate: replicate as i64,
                subject: 0,
                outcome: outcome.clone(),
                unit: "1".to_owned(),
                value,
            }));
        }
    }
    Ok(table)
}
