//! `resprout run`: from a config to a run folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::closing;
use super::options::{RunOptions, Threads};
use super::progress::Progress;
use super::terminal;
use crate::configuration::load;
use crate::experiment::run::RunUnderWay;
use crate::foundation::characters::escaped_line;
use crate::foundation::error::Result;
use crate::mechanisms::Cascade;
use crate::recording::manifest::{Manifest, Status};

#[derive(Debug, Args)]
pub(super) struct RunCommand {
    /// The config
    #[arg(value_name = "EXP.toml")]
    config: PathBuf,
    #[command(flatten)]
    options: RunOptions,
}

impl RunCommand {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let Self { config, options } = self;
        let progress = Progress::new(options.quiet, options.limits.max_time);
        let edits = options.edits.in_order();
        let loaded = load(&config, &edits, cascade)?;
        let remarks = loaded.remarks.to_string();
        if !options.quiet && !remarks.is_empty() {
            terminal::complain(&remarks);
        }
        let folder = options.out.clone().unwrap_or_else(|| default_folder(&config));
        let mut run = RunUnderWay::begin(loaded.experiment, &folder, options.force, options.threads.count())?;
        run.record_edits(edits)?;
        for line in remarks.lines() {
            run.note(line);
        }
        progress.listen()?;
        complete(run, &progress, options.threads, options.no_figures, options.quiet)
    }
}

/// Takes a run to its end, or to where it must stop.
pub(super) fn complete(
    mut run: RunUnderWay,
    progress: &Progress,
    threads: Threads,
    no_figures: bool,
    quiet: bool,
) -> Result<()> {
    let outcome = simulate_and_draw(&mut run, progress, threads, no_figures);
    progress.clear();
    if let Err(error) = outcome {
        return Err(run.fail(error));
    }
    let (title, folder) = (run.experiment().title.clone(), run.folder().to_path_buf());
    let manifest = run.finish(Status::Complete)?;
    if quiet { Ok(()) } else { terminal::say(&closing_lines(&folder, &title, &manifest)) }
}

pub(super) fn simulate_and_draw(
    run: &mut RunUnderWay,
    progress: &Progress,
    threads: Threads,
    no_figures: bool,
) -> Result<()> {
    run.simulate(progress)?;
    if no_figures { Ok(()) } else { closing::figures(run, progress, threads.count()) }
}

/// `output/NAME` for a config called `NAME.toml`.
fn default_folder(config: &Path) -> PathBuf {
    Path::new("output").join(config.file_stem().unwrap_or(config.as_os_str()))
}

/// What a person wants to know first, read from the summary that was written.
fn closing_lines(folder: &Path, title: &str, manifest: &Manifest) -> String {
    let mut text = format!("{}\n", escaped_line(title));
    let summary: Option<Value> =
        std::fs::read(folder.join("summary.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let width = manifest.arms.iter().map(String::len).max().unwrap_or(0);
    for arm in &manifest.arms {
        let percent = |key: &str| {
            let figure = summary.as_ref()?.get("arms")?.get(arm)?.get(key)?;
            let mean = 100.0 * figure.get("mean")?.as_f64()?;
            Some(match figure.get("sd").and_then(Value::as_f64) {
                Some(sd) => format!("{mean:.1} ± {:.1} %", 100.0 * sd),
                None => format!("{mean:.1} %"),
            })
        };
        let named = [
            ("end of stress", "spine_density_end_of_stress"),
            ("24 h after the dose", "spine_density_24h_after_dose"),
            ("at the horizon", "spine_density_horizon"),
        ];
        let known: Vec<String> =
            named.iter().filter_map(|(name, key)| Some(format!("{} {name}", percent(key)?))).collect();
        let _ = writeln!(text, "  {arm:width$}  spines, of baseline: {}", known.join(", "));
    }
    let memory = manifest.peak_rss_mb.map_or(String::new(), |mb| format!(", {mb:.0} MB"));
    let _ = writeln!(
        text,
        "{} ticks in {:.1} s on {} threads{memory}; results in {}",
        manifest.ticks,
        manifest.wall_s,
        manifest.threads,
        folder.display()
    );
    text
}
