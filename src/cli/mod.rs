//! The command line: one file per command.
//!
//! Only this room and `main` speak to the person; everything else returns values and errors.

mod bench;
mod check;
/// What closes a run, a study, an analysis or a trial.
pub mod closing;
mod collect;
mod compare;
mod completions;
mod each_alone;
mod explain;
mod figures;
mod keys;
mod limits;
mod measured;
mod mechanisms;
mod new;
mod options;
mod params;
mod progress;
mod rehearsal;
mod resume;
mod run;
mod schema;
mod sensitivity;
mod study_progress;
mod sweep;
mod terminal;
mod trial;
mod validate;
mod verify;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use options::{Edits, Limits, RunOptions, Threads};

use crate::foundation::characters;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;

const EXAMPLES: &str = "\
Examples:
  resprout new my_study --template quick_start   start a study from a template
  resprout check my_study/quick_start.toml       say what it would take, run nothing
  resprout run my_study/quick_start.toml         run it, with figures, into output/
";

/// Simulates how chronic stress prunes a cortical network and how ketamine regrows it.
///
/// Research and teaching software, not medical advice.
#[derive(Debug, Parser)]
#[command(name = "resprout", version, before_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an experiment and draw its figures
    Run(run::RunCommand),
    /// Go on with a run that was stopped: the same bytes as if it never had been
    Resume(resume::Resume),
    /// Run again and compare every result to the byte
    Verify(verify::Verify),
    /// Run a study: many points of one design, resumable, in one process or in parts
    Sweep(sweep::Sweep),
    /// Join the parts of a study that ran apart
    Collect(collect::Collect),
    /// Draw a virtual trial from the subjects of a config, and tell its power
    Trial(trial::Trial),
    /// Set runs or points of a study side by side: what was asked, what came out
    Compare(compare::Compare),
    /// Tell which of the factors of a study matters
    Sensitivity(sensitivity::Sensitivity),
    /// Measure time and memory per synapse, and the machine's own bandwidth
    Bench(bench::Bench),
    /// Check a config and estimate size, memory, disk and time; run nothing
    Check(check::Check),
    /// Start a study from a shipped template
    New(new::New),
    /// Draw the figures of finished runs again
    Figures(figures::Figures),
    /// List the mechanisms in causal order, with what each reads, writes and shows
    Mechanisms,
    /// List every key that a config can set, with type, unit, default, range and meaning
    Keys(keys::Keys),
    /// Print model parameters with values, units, ranges and sources
    Params(params::Params),
    /// Run the reference experiments and score them against published figures
    Validate(validate::Validate),
    /// Explain a message code, such as E021
    Explain(explain::Explain),
    /// Print the JSON schema of configs, for editors
    Schema,
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// The whole program, with the mechanisms of `cascade`: reads the command line, does what it says, and prints what went
/// wrong.
#[must_use]
pub fn main(cascade: &Cascade) -> ExitCode {
    limits::outlive();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    match run(cli, cascade) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// Does what the command line says, with the mechanisms of `cascade`.
///
/// # Errors
/// The error that decides the exit code; nothing has been printed about it yet.
pub fn run(cli: Cli, cascade: &Cascade) -> Result<()> {
    match cli.command {
        Command::Run(command) => command.run(cascade),
        Command::Resume(command) => command.run(cascade),
        Command::Verify(command) => command.run(cascade),
        Command::Sweep(command) => command.run(cascade),
        Command::Collect(command) => command.run(cascade),
        Command::Trial(command) => command.run(cascade),
        Command::Compare(command) => command.run(cascade),
        Command::Sensitivity(command) => command.run(cascade),
        Command::Bench(command) => command.run(cascade),
        Command::Check(command) => command.run(cascade),
        Command::New(command) => command.run(),
        Command::Figures(command) => command.run(),
        Command::Mechanisms => mechanisms::run(cascade),
        Command::Keys(command) => command.run(cascade),
        Command::Params(command) => command.run(cascade),
        Command::Validate(command) => command.run(cascade),
        Command::Explain(command) => command.run(),
        Command::Schema => schema::run(cascade),
        Command::Completions(command) => command.run(&mut Cli::command()),
    }
}

/// Help, or what is wrong with the command line: in colour, unless it repeats what a terminal would obey.
fn misread(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() && matches!(characters::escaped(&text), Cow::Owned(_)) {
        terminal::complain(&text);
        return ExitCode::from(2);
    }
    error.exit()
}

/// Prints an error to standard error.
fn report(error: &Error) {
    terminal::complain(&error.to_string());
}
