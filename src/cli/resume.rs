//! `resprout resume`: go on with a run that was stopped.

use std::path::PathBuf;

use clap::Args;

use super::options::{Limits, Threads};
use super::progress::Progress;
use super::{run, terminal};
use crate::experiment::run::RunUnderWay;
use crate::foundation::error::Result;
use crate::mechanisms::Cascade;

const EXAMPLES: &str = "\
Examples:
  resprout resume output/quick_start                       go on where it was stopped
  resprout resume output/quick_start --threads 8           on another number of threads: the same bytes
  resprout resume output/quick_start --max-time '2 h'      for two hours at most
";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Resume {
    /// The folder of a run that is not complete
    #[arg(value_name = "RUN_DIR")]
    folder: PathBuf,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    limits: Limits,
    /// Draw no figures
    #[arg(long)]
    no_figures: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Resume {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        // the time limit holds for what is read as well; until something is written, signals may end the program at once
        let progress = Progress::new(self.quiet, self.limits.max_time);
        let resumed = RunUnderWay::resume_until(&self.folder, self.threads.count(), cascade, &progress)?;
        let Some(begun) = resumed else {
            let text = format!("{}: the run is complete, there is nothing to go on with\n", self.folder.display());
            return if self.quiet { Ok(()) } else { terminal::say(&text) };
        };
        progress.listen()?;
        run::complete(begun, &progress, self.threads, self.no_figures, self.quiet)
    }
}
