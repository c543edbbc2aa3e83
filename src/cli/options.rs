//! Options that several commands share, so that a flag means the same everywhere.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::foundation::units::parse_time;

/// Changes to a config, made before it is checked.
#[derive(Clone, Debug, Default, Args)]
pub struct Edits {
    /// Use this seed instead of the config's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Change a setting of the config; repeatable
    ///
    /// KEY is a dotted path whose steps into a list are indices or names, such as `network.neurons` or
    /// `arm.ketamine.doses.0.amt`. VALUE is TOML; the quotes around a string may be left out.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Edits {
    /// The edits in the order in which they apply, as `KEY=VALUE`.
    #[must_use]
    pub fn in_order(&self) -> Vec<String> {
        self.set.iter().cloned().chain(self.seed.map(|seed| format!("run.seed={seed}"))).collect()
    }
}

/// How many threads work.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Threads {
    /// Work on N threads; results do not depend on it [default: one per core]
    #[arg(long = "threads", value_name = "N", value_parser = thread_count)]
    pub count: Option<u32>,
}

/// So many threads per processor are allowed; more than one are of no use but to try what threads do.
const THREADS_PER_PROCESSOR: usize = 16;
/// So many are allowed on any machine.
const THREADS_ANYWHERE: usize = 64;

fn thread_count(text: &str) -> Result<u32, String> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let most = (THREADS_PER_PROCESSOR * processors).max(THREADS_ANYWHERE);
    let count: u32 = text.parse().map_err(|_| format!("it is no whole number from 1 to {most}"))?;
    if count > 0 && count as usize <= most {
        return Ok(count);
    }
    let machine = if processors == 1 { "1 processor".to_owned() } else { format!("{processors} processors") };
    Err(format!("this machine has {machine}; from 1 to {most} threads are accepted"))
}

impl Threads {
    /// The number of threads: as asked for, or one per core.
    #[must_use]
    pub fn count(self) -> usize {
        self.count.map_or_else(
            || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            |count| count as usize,
        )
    }
}

/// When to stop before the end.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Limits {
    /// Stop after this wall time, such as '30 min'; a run goes on with `resprout resume`, a study with the same command
    #[arg(long, value_name = "TIME", value_parser = wall_time)]
    pub max_time: Option<Duration>,
}

fn wall_time(text: &str) -> Result<Duration, String> {
    let time = parse_time(text).map_err(|error| error.to_string())?;
    u64::try_from(time.milliseconds()).map(Duration::from_millis).map_err(|_| "it is negative".to_owned())
}

/// Options of every command that simulates or writes a run folder.
#[derive(Clone, Debug, Default, Args)]
pub struct RunOptions {
    /// Write the run folder here [default: output/NAME-OF-THE-CONFIG]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Changes to the config.
    #[command(flatten)]
    pub edits: Edits,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
    /// When to stop before the end.
    #[command(flatten)]
    pub limits: Limits,
    /// Draw no figures
    #[arg(long)]
    pub no_figures: bool,
    /// Print nothing but errors
    #[arg(long)]
    pub quiet: bool,
    /// Replace what stands at the destination
    #[arg(long)]
    pub force: bool,
}
