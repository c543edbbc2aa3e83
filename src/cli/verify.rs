//! `resprout verify`: run again, compare hashes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::options::Threads;
use super::progress::Progress;
use super::{run, terminal};
use crate::configuration::load;
use crate::experiment::run::RunUnderWay;
use crate::foundation::diagnostics::codes;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::recording::manifest::{self, Recorded, Status};

const EXAMPLES: &str = "\
Examples:
  resprout verify output/quick_start                   run it again, compare every result to the byte
  resprout verify output/quick_start --threads 1       on another number of threads: the same bytes
  TMPDIR=/scratch resprout verify output/quick_start   where the second run has room
";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Verify {
    /// The folder of a complete run
    #[arg(value_name = "RUN_DIR")]
    folder: PathBuf,
    #[command(flatten)]
    threads: Threads,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Verify {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let Self { folder, threads, quiet } = self;
        let recorded = Recorded::read(&folder)?;
        if recorded.status != Status::Complete {
            let label = format!("the run in `{}` is {}", folder.display(), recorded.status.name());
            let hint = "`resprout resume` goes on with it".to_owned();
            return Err(terminal::refuse(&codes::NO_RUN_THERE, label, Some(hint)));
        }
        let experiment = load(&folder.join("config.toml"), &[], cascade)?.experiment;
        let here = (env!("CARGO_PKG_VERSION"), manifest::COMMIT);
        if !quiet && (recorded.version.as_str(), recorded.commit.as_deref()) != here {
            terminal::complain("note: the run was made by another build of resprout");
        }
        let place = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        let mut again = RunUnderWay::begin(experiment, &place.path().join("again"), false, threads.count())?;
        let progress = Progress::new(quiet, None)?;
        let no_figures = !recorded.files.keys().any(|name| name.starts_with("figures/"));
        let outcome = run::simulate_and_draw(&mut again, &progress, threads, no_figures);
        progress.clear();
        outcome?;
        let again = again.finish(Status::Complete)?.files;
        let present = manifest::hashes(&folder)?;

        // tables of doses are read into the config; the second run has no need of them
        let is_input = |name: &str| name.starts_with("doses/");
        let names: BTreeSet<&String> = recorded.files.keys().chain(again.keys()).chain(present.keys()).collect();
        let (mut text, mut wrong, mut same) = (String::new(), Vec::new(), 0);
        for name in names.into_iter().filter(|name| !is_input(name)) {
            let verdict = match (recorded.files.get(name), present.get(name), again.get(name)) {
                (Some(then), Some(now), Some(again)) if then == now && now == again => "the same",
                (Some(then), Some(now), _) if then != now => "CHANGED since the run",
                (Some(_), None, _) => "MISSING",
                (None, ..) => "NOT OF THE RUN",
                (Some(_), Some(_), None) => "NOT MADE AGAIN",
                (Some(_), Some(_), Some(_)) => "DIFFERENT when run again",
            };
            let _ = writeln!(text, "  {name:<width$}  {verdict}", width = 40);
            if verdict == "the same" {
                same += 1;
            } else {
                wrong.push(name.as_str());
            }
        }
        if !quiet {
            let _ = writeln!(text, "{same} files are the same to the byte, {} are not", wrong.len());
            terminal::say(&text)?;
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Error::Run(format!("not the same: {}", wrong.join(", "))))
    }
}
