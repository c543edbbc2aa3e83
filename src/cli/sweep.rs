//! `resprout sweep`: a question about many runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::ThreadPoolBuilder;

use super::closing;
use super::options::{Limits, Threads};
use super::study_progress::StudyProgress;
use super::terminal;
use crate::configuration::estimate::grouped;
use crate::foundation::characters::escaped_line;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::studies::folder::{Claimed, StudyFolder};
use crate::studies::{Shard, Study, StudyManifest, StudyPlan, layout, sweep};

const EXAMPLES: &str = "\
Examples:
  resprout check configs/studies/stress_dose_inflammation.toml   say what it would take, run nothing
  resprout sweep configs/studies/stress_dose_inflammation.toml   run it; the same command goes on after a stop
  resprout sweep study.toml --shard 3/10 --out parts/3           one part of ten; `resprout collect` joins them
";

/// Stopped, by a signal or otherwise, the same command goes on where it was.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Sweep {
    /// The study
    #[arg(value_name = "STUDY.toml")]
    study: PathBuf,
    /// Write results here [default: output/NAME-OF-THE-STUDY]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
    /// Run part I of N alone
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<Shard>,
    #[command(flatten)]
    limits: Limits,
    /// Print what became of it as a JSON object
    #[arg(long)]
    json: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

fn shard(text: &str) -> std::result::Result<Shard, String> {
    let read = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    match read {
        Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
        _ => Err("expected I/N with I from 1 to N, such as 3/10".to_owned()),
    }
}

impl Sweep {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let Self { study: path, out, threads, shard, limits, json, quiet } = self;
        let study = Study::open(&path, cascade)?;
        let out = out.unwrap_or_else(|| default_folder(&path));
        let silent = quiet || json;
        match simulate(&study, &out, shard.unwrap_or(Shard::WHOLE), cascade, threads, limits, silent)? {
            Claimed::UnderWay(folder) => close(*folder, &out, &study, json, quiet),
            Claimed::Finished(manifest) => {
                tell(&out, &study, &manifest, "is finished already: nothing to do", json, quiet)
            }
        }
    }
}

/// Checking so many points takes seconds, of which a person is told.
const MANY_POINTS: usize = 500;

/// Takes a part of a study to where its points are all finished.
pub(super) fn simulate(
    study: &Study,
    out: &Path,
    shard: Shard,
    cascade: &Cascade,
    threads: Threads,
    limits: Limits,
    quiet: bool,
) -> Result<Claimed> {
    if !quiet && study.points.len() >= MANY_POINTS {
        terminal::complain(&format!("checking the configs of {} points", grouped(study.points.len() as u64)));
    }
    let plan = in_pool(threads, || StudyPlan::of(study, cascade))?;
    if !quiet {
        let (_, remarks) = study.point(0, cascade)?;
        if !remarks.diagnostics().is_empty() {
            terminal::complain(&remarks.to_string());
        }
    }
    plan.fits(study, out)?;
    let mut claimed = StudyFolder::claim(out, study, shard)?;
    let Claimed::UnderWay(folder) = &mut claimed else { return Ok(claimed) };
    let progress = StudyProgress::new(quiet, limits.max_time)?;
    let outcome = sweep::simulate_or_stop(study, &plan, folder, cascade, &progress, threads.count());
    progress.clear();
    outcome?;
    Ok(claimed)
}

/// Writes the tables of a study whose points are all finished, and tells what became of it.
pub(super) fn close(folder: StudyFolder, out: &Path, study: &Study, json: bool, quiet: bool) -> Result<()> {
    let manifest = closing::study(folder, study)?;
    tell(out, study, &manifest, "is finished", json, quiet)?;
    if manifest.done == 0 && manifest.failed > 0 {
        let failed = out.join(layout::FAILED);
        return Err(Error::Run(format!("all {} points failed; `{}` says of what", manifest.failed, failed.display())));
    }
    Ok(())
}

/// Runs `work` on a pool of so many threads.
pub(super) fn in_pool<T: Send>(threads: Threads, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let pool = ThreadPoolBuilder::new().num_threads(threads.count()).build();
    pool.map_err(|error| Error::Run(format!("cannot start threads: {error}")))?.install(work)
}

/// `output/NAME` for a study called `NAME.toml`.
pub(super) fn default_folder(study: &Path) -> PathBuf {
    Path::new("output").join(study.file_stem().unwrap_or(study.as_os_str()))
}

fn tell(out: &Path, study: &Study, manifest: &StudyManifest, what: &str, json: bool, quiet: bool) -> Result<()> {
    if json {
        let text = serde_json::to_string_pretty(manifest);
        let text = text.map_err(|error| Error::Run(format!("cannot write the answer: {error}")))?;
        return terminal::say(&format!("{text}\n"));
    }
    if quiet {
        return Ok(());
    }
    let mut text = format!("{}\n", escaped_line(&study.title));
    let StudyManifest { points_here, failed, ticks, ticks_alone, wall_s, .. } = manifest;
    let of_all = if *points_here == manifest.points {
        String::new()
    } else {
        format!(" of {}", grouped(manifest.points as u64))
    };
    let _ = writeln!(text, "  {}{of_all} points, {failed} failed; the study {what}", grouped(*points_here as u64));
    if *ticks > 0 {
        let saved = *ticks_alone as f64 / *ticks as f64;
        let (ticks, alone) = (grouped(*ticks), grouped(*ticks_alone));
        let _ = writeln!(
            text,
            "  {ticks} ticks simulated instead of {alone}: {saved:.1} times fewer, as shared histories run once"
        );
    }
    let _ = writeln!(text, "  {wall_s:.1} s; results in {}", out.display());
    terminal::say(&text)
}
