//! `resprout verify`: run again, compare hashes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::options::Threads;
use super::progress::Progress;
use super::study_progress::StudyProgress;
use super::sweep::in_pool;
use super::{run, terminal};
use crate::configuration::load;
use crate::experiment::run::RunUnderWay;
use crate::foundation::diagnostics::codes;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::recording::layout::{CONFIG, DOSES, FIGURES, LOG, MANIFEST};
use crate::recording::lock::FolderLock;
use crate::recording::manifest::{self, Damage, Manifest, Status};
use crate::studies::folder::Claimed;
use crate::studies::sensitivity::analyse;
use crate::studies::{self, StudyFolder, StudyManifest, StudyPlan};

const EXAMPLES: &str = "\
Examples:
  resprout verify output/quick_start                   run it again, compare every result to the byte
  resprout verify output/quick_start --threads 1       on another number of threads: the same bytes
  TMPDIR=/scratch resprout verify output/quick_start   where the second run has room
";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Verify {
    /// The folder of a complete run or study
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
        if folder.join(studies::layout::MANIFEST).is_file() {
            return verify_study(&folder, threads, quiet, cascade);
        }
        let _lock = FolderLock::to_read(&folder)?;
        let (recorded, is_sealed) = Manifest::read_complete(&folder)?;
        let damage = recorded.damage(&folder, is_sealed, |_| true)?;
        // from a damaged config nothing can be made that the rest could be held against
        if damage.iter().any(|(name, _)| name == CONFIG || name.starts_with("drugs/")) {
            let mut table = Table::default();
            for (name, damage) in &damage {
                table.row(name, verdict_on(*damage));
            }
            return table.close(quiet);
        }
        let experiment = load(&folder.join(CONFIG), &[], cascade)?.experiment;
        let here = (env!("CARGO_PKG_VERSION"), manifest::COMMIT);
        if !quiet && (recorded.version.as_str(), recorded.commit.as_deref()) != here {
            terminal::complain("note: the run was made by another build of resprout");
        }
        let place = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        let mut again = RunUnderWay::begin(experiment, &place.path().join("again"), false, threads.count())?;
        // captions name what the command line changed
        again.record_edits(recorded.edits.clone())?;
        let progress = Progress::listening(quiet, None)?;
        let no_figures = !recorded.files.keys().any(|name| name.starts_with(FIGURES));
        let outcome = run::simulate_and_draw(&mut again, &progress, threads, no_figures);
        progress.clear();
        outcome.map_err(|error| progress.for_good(error))?;
        let again = again.finish(Status::Complete)?;

        let mut table = Table::default();
        let differ = fields(&recorded, &again);
        let which = if differ.is_empty() { String::new() } else { format!(": {}", differ.join(", ")) };
        table.row(
            MANIFEST,
            &match (is_sealed, differ.is_empty()) {
                (true, true) => SAME.to_owned(),
                (false, _) => format!("{}{which}", verdict_on(Damage::Changed)),
                (true, false) => format!("{AGAIN}{which}"),
            },
        );
        let present = manifest::hashes(&folder)?;
        let names: BTreeSet<&String> = recorded.files.keys().chain(present.keys()).chain(again.files.keys()).collect();
        for name in names {
            let files = (recorded.files.get(name), present.get(name), again.files.get(name));
            table.row(
                name,
                match files {
                    _ if recorded.drawing.contains(name) => "HALF DRAWN: `resprout figures` draws it again",
                    // figures that were not asked for
                    (None, None, Some(_)) if name.starts_with(FIGURES) => continue,
                    (Some(then), Some(now), _) if then != now => verdict_on(Damage::Changed),
                    (Some(_), None, _) => verdict_on(Damage::Missing),
                    (None, ..) => "NOT OF THE RUN",
                    // the second run reads no dose table: the config holds the doses
                    (Some(_), Some(_), None) if name.starts_with(DOSES) => SAME,
                    (Some(_), Some(_), _) if recorded.redrawn.contains(name) => SAME,
                    (Some(then), Some(_), Some(again)) if then == again => SAME,
                    (Some(_), Some(_), Some(_)) => AGAIN,
                    (Some(_), Some(_), None) => "NOT MADE AGAIN",
                },
            );
        }
        let of_log = damage.iter().find(|(name, _)| name == LOG);
        table.row(LOG, of_log.map_or(SAME, |(_, damage)| verdict_on(*damage)));
        table.close(quiet)
    }
}

/// Runs a study again, in a folder of its own, and compares tables and inputs.
fn verify_study(folder: &Path, threads: Threads, quiet: bool, cascade: &Cascade) -> Result<()> {
    let _lock = FolderLock::to_read(folder)?;
    let (recorded, is_sealed) = StudyManifest::read(folder)?;
    if recorded.status != Status::Complete {
        let label = format!("the study in `{}` is {}", folder.display(), recorded.status.name());
        let hint = "the same `resprout sweep` command goes on with it".to_owned();
        return Err(terminal::refuse(&codes::NO_STUDY_THERE, label, Some(hint)));
    }
    let damage = recorded.damage(folder, is_sealed)?;
    let mut table = Table::default();
    // from damaged inputs nothing can be made that the rest could be held against
    if damage.iter().any(|(name, _)| studies::layout::BEGINNINGS.contains(&name.as_str())) {
        for (name, damage) in &damage {
            table.row(name, verdict_on(*damage));
        }
        return table.close(quiet);
    }
    let study = studies::folder::kept(folder, cascade)?;
    let place = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
    let again = place.path().join("again");
    let plan = in_pool(threads, || StudyPlan::of(&study, cascade))?;
    let Claimed::UnderWay(mut taken) = StudyFolder::claim(&again, &study, recorded.shard)? else {
        return Err(Error::Run("a new folder holds a study".to_owned()));
    };
    let progress = StudyProgress::new(quiet, None)?;
    let outcome = studies::sweep::simulate(&study, &plan, &mut taken, cascade, &progress, threads.count());
    progress.clear();
    outcome.map_err(|error| match error {
        Error::Interrupted(_) => Error::Interrupted(progress.why().to_owned()),
        other => other,
    })?;
    let written = taken.write_tables(&study)?;
    let mut again = taken.finish(written)?;
    if recorded.files.contains_key(studies::layout::SENSITIVITY) {
        let finished = studies::journal::Journal::read(&place.path().join("again").join(studies::layout::JOURNAL))?;
        let analysis = analyse(&studies::folder::table(&study, &finished), study.method)?;
        let path = place.path().join(studies::layout::SENSITIVITY);
        let hash = files::write_hashed(&path, |target| studies::sensitivity::write(target, &analysis.found))?;
        again.files.insert(studies::layout::SENSITIVITY.to_owned(), hash);
    }
    let is_known = |name: &String| again.files.contains_key(name) || name.starts_with(FIGURES);
    let fields = [
        ("study_hash", recorded.study_hash == again.study_hash),
        ("points", recorded.points == again.points),
        ("points_here", recorded.points_here == again.points_here),
        ("done", recorded.done == again.done),
        ("failed", recorded.failed == again.failed),
    ];
    let differ: Vec<&str> = fields.into_iter().filter(|(_, agrees)| !agrees).map(|(name, _)| name).collect();
    let verdict = match (is_sealed, differ.is_empty()) {
        (true, true) => SAME.to_owned(),
        (false, _) => verdict_on(Damage::Changed).to_owned(),
        (true, false) => format!("{AGAIN}: {}", differ.join(", ")),
    };
    table.row(studies::layout::MANIFEST, &verdict);
    for (name, hash) in &recorded.files {
        let of_disk = damage.iter().find(|(damaged, _)| damaged == name);
        let is_free = name == studies::layout::JOURNAL || name.starts_with(FIGURES);
        let verdict = match of_disk {
            Some((_, damage)) => verdict_on(*damage),
            // lines of the journal come in the order in which points finish; figures are drawn of the tables
            None if is_free || again.files.get(name) == Some(hash) => SAME,
            None if is_known(name) => AGAIN,
            None => "NOT MADE AGAIN",
        };
        table.row(name, verdict);
    }
    table.close(quiet)
}

const SAME: &str = "the same";
const AGAIN: &str = "DIFFERENT when run again";

fn verdict_on(damage: Damage) -> &'static str {
    match damage {
        Damage::Changed => "CHANGED since the run",
        Damage::Missing => "MISSING",
    }
}

/// The fields of a manifest that are functions of the config and the seed, and in which `recorded` and `again` differ.
fn fields(recorded: &Manifest, again: &Manifest) -> Vec<&'static str> {
    let fields = [
        ("config_hash", recorded.config_hash == again.config_hash),
        ("seed", recorded.seed == again.seed),
        ("replicate_seeds", recorded.replicate_seeds == again.replicate_seeds),
        ("arms", recorded.arms == again.arms),
        ("neurons", recorded.neurons == again.neurons),
        ("synapses", recorded.synapses == again.synapses),
        ("snapshot_share", recorded.snapshot_share == again.snapshot_share),
        ("ticks", recorded.ticks == again.ticks),
    ];
    fields.into_iter().filter(|(_, agrees)| !agrees).map(|(name, _)| name).collect()
}

/// What was found of each file.
#[derive(Default)]
struct Table {
    text: String,
    same: usize,
    wrong: Vec<String>,
}

impl Table {
    fn row(&mut self, name: &str, verdict: &str) {
        let _ = writeln!(self.text, "  {name:<width$}  {verdict}", width = 40);
        if verdict == SAME {
            self.same += 1;
        } else {
            self.wrong.push(name.to_owned());
        }
    }

    /// Shows the table, and fails if anything in it is not the same.
    fn close(self, quiet: bool) -> Result<()> {
        let Self { mut text, same, wrong } = self;
        if !quiet {
            let _ = writeln!(text, "{same} files are the same to the byte, {} are not", wrong.len());
            terminal::say(&text)?;
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Run(format!("not the same: {}", wrong.join(", ")))) }
    }
}
