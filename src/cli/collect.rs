//! `resprout collect`: the parts of a study, joined.

use std::path::PathBuf;

use clap::Args;

use super::options::Threads;
use super::sweep::{close, in_pool};
use super::terminal;
use crate::foundation::error::Result;
use crate::mechanisms::Cascade;
use crate::studies::collect::collect;
use crate::studies::folder::Claimed;

const EXAMPLES: &str = "\
Examples:
  resprout collect parts/1 parts/2 parts/3 --out output/study   join three parts: the bytes that one process would have given
  resprout collect parts/* --out output/study                   all parts of a folder
";

/// Refuses parts of different studies, of different versions, that overlap or that are not finished.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Collect {
    /// The folders of all parts
    #[arg(value_name = "DIR", required = true)]
    parts: Vec<PathBuf>,
    /// Write results here
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    threads: Threads,
    /// Print what became of it as a JSON object
    #[arg(long)]
    json: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Collect {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let Self { parts, out, threads, json, quiet } = self;
        let collected = in_pool(threads, || collect(&parts, &out, cascade))?;
        match collected.claimed {
            Claimed::UnderWay(folder) => close(*folder, &out, &collected.study, json, quiet),
            Claimed::Finished(_) if quiet => Ok(()),
            Claimed::Finished(_) => {
                terminal::say(&format!("{}: these parts are joined there already\n", out.display()))
            }
        }
    }
}
