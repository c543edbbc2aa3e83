//! `resprout validate`: the model against published figures.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::each_alone;
use super::measured::number;
use super::options::Threads;
use super::progress::Progress;
use super::terminal::{self, refuse};
use crate::figures;
use crate::foundation::diagnostics::codes;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::recording::claim;
use crate::validation::changes::{self, EachAlone};
use crate::validation::identifiability::{self, Hold, Identifiability};
use crate::validation::null_models::NullModel;
use crate::validation::{Board, EvidenceKind, Laboratory, ScoredTarget, Target, require_values, targets};

const EXAMPLES: &str = "\
Examples:
  resprout validate                          run every reference experiment and print the board
  resprout validate --only C1,C2,P01         score three groups of targets
  resprout validate --null-models            what would a model without drug, or without stress, meet?
  resprout validate --set bdnf.protein_time_constant_h=36   the board of another parameter value
  resprout validate --out output/validation  keep the runs, the board and figure F16
  resprout validate --each-alone --out output/validation   which change mended which row, and which broke which?
";

/// Failures are information: the command succeeds when the board could be drawn up.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(super) struct Validate {
    /// Score these targets only, by id or group, such as C14 or C2.half_life; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Score the null models beside: no drug, no stress, placebo only, nothing changes; four times as long
    #[arg(long)]
    null_models: bool,
    /// Score the model with another parameter value, such as bdnf.protein_time_constant_h=36, in the parameter's own unit; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = parameter_value)]
    set: Vec<(String, f64)>,
    /// Print the board as a JSON array
    #[arg(long)]
    json: bool,
    /// Keep the runs, the board (JSON, Markdown) and figure F16 here
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
    /// Tell instead which fitted parameters the calibration targets pin down; takes ten minutes or more
    #[arg(long, conflicts_with_all = ["only", "json", "strict", "null_models", "set"])]
    identifiability: bool,
    /// Tell instead which rows are mended and which broken by each change of the model, or by those named: the board with each
    /// taken back alone; minutes for each
    #[arg(
        long,
        value_name = "CHANGE",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        conflicts_with_all = ["json", "strict", "null_models", "set", "identifiability"]
    )]
    each_alone: Option<Vec<String>>,
    /// Fail if a target fails
    #[arg(long)]
    strict: bool,
    /// Print no progress
    #[arg(long)]
    quiet: bool,
    /// Replace what stands at the destination
    #[arg(long)]
    force: bool,
}

impl Validate {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let targets = targets::selected(&self.only)?;
        require_values(&self.set, cascade)?;
        if self.identifiability {
            return self.tell_identifiability(cascade);
        }
        if self.each_alone.is_some() {
            return self.tell_each_alone(&targets, cascade);
        }
        let _lock = self.out.as_deref().map(claim::claim_beside).transpose()?;
        if let Some(out) = &self.out {
            self.must_not_hold(out, "scoreboard.json")?;
        }
        let progress = Progress::listening(self.quiet, None)?;
        let laboratory = Laboratory {
            force: self.force,
            overrides: &self.set,
            null_models: self.null_models,
            ..Laboratory::of(cascade, self.threads.count(), &progress)
        };
        let runs = self.out.as_ref().map(|out| out.join("runs"));
        let announce = |name: &str| {
            if !self.quiet {
                progress.clear();
                terminal::complain(&format!("running {name}"));
            }
        };
        let board = Board::score(targets, &laboratory, runs.as_deref(), announce);
        progress.clear();
        let board = board.map_err(|error| if runs.is_some() { error } else { progress.for_good(error) })?;
        if let Some(out) = &self.out {
            keep(&board, out)?;
        }
        terminal::say(&if self.json { board.json()? } else { table(&board) })?;
        let failed: usize = EvidenceKind::ALL.iter().map(|kind| board.total(*kind).failed).sum();
        if self.strict && failed > 0 { Err(Error::Run(format!("{failed} targets failed"))) } else { Ok(()) }
    }
}

impl Validate {
    /// Refuses a folder that holds such a file already, unless it is to be replaced.
    fn must_not_hold(&self, out: &Path, name: &str) -> Result<()> {
        let path = out.join(name);
        if !path.exists() || self.force {
            return Ok(());
        }
        let hint = "name another folder, or replace it with --force".to_owned();
        Err(refuse(&codes::OUTPUT_EXISTS, format!("`{}` exists", path.display()), Some(hint)))
    }

    fn tell_each_alone(self, targets: &[Target], cascade: &Cascade) -> Result<()> {
        let changes = changes::selected(self.each_alone.as_deref().unwrap_or_default())?;
        let _lock = self.out.as_deref().map(claim::claim_beside).transpose()?;
        if let Some(out) = &self.out {
            self.must_not_hold(out, "each_alone.csv")?;
        }
        let progress = Progress::listening(true, None)?;
        let laboratory = Laboratory::of(cascade, self.threads.count(), &progress);
        let announce = |step: &str| {
            if !self.quiet {
                terminal::complain(step);
            }
        };
        let keep = |found: &EachAlone| {
            let Some(out) = &self.out else { return Ok(()) };
            found.write(out)?;
            files::write(&out.join("each_alone.md"), each_alone::markdown(found).as_bytes())
        };
        let found = EachAlone::score(targets, changes, &laboratory, announce, keep);
        let found = found.map_err(|error| if self.out.is_some() { error } else { progress.for_good(error) })?;
        terminal::say(&each_alone::markdown(&found))
    }

    fn tell_identifiability(self, cascade: &Cascade) -> Result<()> {
        let _lock = self.out.as_deref().map(claim::claim_beside).transpose()?;
        // every step runs the experiments again: a bar for each would tell nothing
        let progress = Progress::listening(true, None)?;
        let laboratory = Laboratory::of(cascade, self.threads.count(), &progress);
        let announce = |step: &str| {
            if !self.quiet {
                terminal::complain(step);
            }
        };
        let text = held(&identifiability::measure(&laboratory, announce).map_err(|error| progress.for_good(error))?);
        if let Some(out) = &self.out {
            files::write(&out.join("identifiability.md"), text.as_bytes())?;
        }
        terminal::say(&text)
    }
}

fn held(found: &Identifiability) -> String {
    let mut text = String::from(
        "| parameter | held | strongest target, half widths per tenth | alone | others fitted again |\n\
         | --- | --- | --- | ---: | ---: |\n",
    );
    for parameter in &found.held {
        let strongest = parameter.strongest.as_ref();
        let strongest = strongest.map_or("none".to_owned(), |(id, by)| format!("{id} {}", number(*by)));
        let _ = writeln!(
            text,
            "| `{}` | {} | {strongest} | {} | {} |",
            parameter.key,
            Hold::of(parameter.left).words(),
            number(parameter.alone),
            number(parameter.left)
        );
    }
    let count = |hold: Hold| found.held.iter().filter(|parameter| Hold::of(parameter.left) == hold).count();
    let _ = writeln!(
        text,
        "\n{} parameters against {} targets: {} pinned, {} loosely, {} not at all; condition number {}.",
        found.held.len(),
        found.targets.len(),
        count(Hold::Pinned),
        count(Hold::Loose),
        count(Hold::Free),
        if found.condition.is_finite() { number(found.condition) } else { "infinite".to_owned() }
    );
    let moving = |least: f64| found.combinations.iter().filter(|&&value| value >= least).count();
    let _ = writeln!(
        text,
        "\nIndependent combinations of parameters that move the targets by half a band per tenth: {}; by a tenth of that: {}.\n",
        moving(1.0),
        moving(0.1)
    );
    for (a, b, cosine) in &found.alike {
        let _ = writeln!(text, "- `{a}` and `{b}` do the same (cosine {cosine:.2}).");
    }
    text
}

fn keep(board: &Board, out: &Path) -> Result<()> {
    board.write(out)?;
    files::write(&out.join("scoreboard.md"), markdown(board).as_bytes())?;
    figures::draw(out, &figures::DrawingOptions::default()).map(drop)
}

fn parameter_value(text: &str) -> std::result::Result<(String, f64), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not KEY=VALUE"))?;
    let value =
        value.trim().parse().map_err(|_| format!("`{value}` is not a number; the unit is the parameter's own"))?;
    Ok((key.trim().to_owned(), value))
}

fn interval(low: f64, high: f64) -> String {
    format!("{} to {}", number(low), number(high))
}

fn verdict(row: &ScoredTarget) -> &'static str {
    match row.status {
        "pass" => "pass",
        "fail" => "FAIL",
        _ => "not measurable",
    }
}

fn answer(row: &ScoredTarget) -> String {
    match &row.reason {
        Some(reason) => format!("– ({reason})"),
        None if row.low == row.high => number(row.value),
        None => format!("{} ({})", number(row.value), interval(row.low, row.high)),
    }
}

fn totals(board: &Board) -> String {
    let mut text = String::new();
    for kind in EvidenceKind::ALL {
        let total = board.total(kind);
        let asked = total.passed + total.failed;
        if asked + total.not_measurable > 0 {
            let _ = write!(text, "{}: {} of {asked} within their band", kind.name(), total.passed);
            if total.not_measurable > 0 {
                let _ = write!(text, ", {} not measurable", total.not_measurable);
            }
            for model in NullModel::ALL {
                if let Some((met, _)) = board.null_total(kind, model) {
                    let _ = write!(text, "; {} {met}", model.name());
                }
            }
            if let Some((rows, met, share)) = board.ceiling(kind) {
                let _ = write!(
                    text,
                    "; where laboratories can be compared the model meets {met} of {rows}, the average laboratory {:.1}",
                    share * rows as f64
                );
            }
            text.push('\n');
        }
    }
    text
}

/// What is said of a row beside its value: the change that it informed, its second band, its ceiling, the null models that meet it.
fn remarks(row: &ScoredTarget) -> String {
    let mut remarks = Vec::new();
    if let Some(change) = &row.informed_by {
        remarks.push(format!("informed by its miss: {change}"));
    }
    if let Some(fit) = &row.tuned_by {
        remarks.push(format!("a prediction until it was in sight of a fit: {fit}"));
    }
    if let Some(revised) = &row.revised {
        let [low, high] = revised.band.band;
        remarks.push(format!(
            "{} against {} ({}): {}",
            if revised.pass { "pass" } else { "FAIL" },
            interval(low, high),
            revised.band.source,
            revised.band.reason
        ));
    }
    if let Some(ceiling) = &row.ceiling {
        remarks.push(format!("{} of {} laboratories within the band", ceiling.within, ceiling.laboratories));
    }
    let met: Vec<&str> = row.null_models.iter().filter(|it| it.pass).map(|it| it.model.name()).collect();
    if !met.is_empty() {
        remarks.push(format!("met as well by: {}", met.join(", ")));
    }
    remarks.join("; ")
}

fn table(board: &Board) -> String {
    let mut text = String::new();
    for kind in EvidenceKind::ALL {
        let rows: Vec<&ScoredTarget> = board.rows.iter().filter(|row| row.kind == kind).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", kind.name().to_uppercase());
        let width = |of: &dyn Fn(&ScoredTarget) -> usize| rows.iter().map(|row| of(row)).max().unwrap_or(0);
        let (ids, statements) = (width(&|row| row.id.chars().count()), width(&|row| row.statement.chars().count()));
        for row in rows {
            let beside = remarks(row);
            let _ = writeln!(
                text,
                "  {:<14}  {:<ids$}  {:<statements$}  published {:>7}  model {:<26}  band {:<16} {}",
                verdict(row),
                row.id,
                row.statement,
                number(row.published),
                answer(row),
                interval(row.band_low, row.band_high),
                row.unit,
            );
            if !beside.is_empty() {
                let _ = writeln!(text, "  {:<14}  {:<ids$}  {beside}", "", "");
            }
        }
        text.push('\n');
    }
    text + &totals(board)
}

fn markdown(board: &Board) -> String {
    let mut text = String::from(
        "# Validation scoreboard\n\nWritten by `resprout validate --out DIR`; the page that explains it is the validation guide.\n",
    );
    for kind in EvidenceKind::ALL {
        let rows: Vec<&ScoredTarget> = board.rows.iter().filter(|row| row.kind == kind).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {}\n", kind.name());
        text.push_str("| id | what | published | model (5 to 95 %) | band | unit | | beside |\n| --- | --- | ---: | ---: | --- | --- | --- | --- |\n");
        for row in rows {
            let cells = [
                &row.id,
                &row.statement,
                &number(row.published),
                &answer(row),
                &interval(row.band_low, row.band_high),
                &row.unit,
            ];
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            let _ =
                writeln!(text, "| {} | {} | {} |", cells.join(" | "), verdict(row), remarks(row).replace('|', "\\|"));
        }
    }
    let _ = write!(text, "\n{}", totals(board));
    text
}
