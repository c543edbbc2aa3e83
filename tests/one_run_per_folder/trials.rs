//! Hostile trials in numbers, for whoever changes how a run folder is taken, written or gone on with. They print what came
//! of each:
//!
//! ```text
//! cargo test --release --test one_run_per_folder -- --ignored --nocapture --test-threads 1
//! ```
//!
//! `RESPROUT_TRIALS=300` in the environment kills 300 runs and flips 300 bits; it is 100 and 200 without.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use resprout::foundation::files::hash_of;
use resprout::foundation::random::{Purpose, Seed, Stream};

use super::study::{
    CONFIG, assert_done, assert_refused, complaint, contents, files, kill, manifest, resprout, start, status, study,
    wait_for, whole,
};

/// Chance, the same in every trial of a number.
fn chance(trial: u32) -> Stream {
    Seed(20_261_128).stream(Purpose::Test, 0, trial)
}

/// How many runs are killed, or how many bits are flipped: what the environment says, else `usual`.
fn trials(usual: u32) -> u32 {
    std::env::var("RESPROUT_TRIALS").map_or(usual, |count| count.parse().unwrap())
}

/// Counts how often each thing came about, and prints the counts.
#[derive(Default)]
struct Tally(BTreeMap<String, u32>);

impl Tally {
    fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }
}

impl Drop for Tally {
    #[expect(clippy::print_stdout, reason = "the counts are what the trials are run for")]
    fn drop(&mut self) {
        for (what, count) in &self.0 {
            println!("{count:5}  {what}");
        }
    }
}

/// What an exit code and the code of the message tell.
fn outcome(output: &Output) -> String {
    let said = complaint(output);
    let code = said.split_once("error[").and_then(|(_, rest)| Some(rest.split_once(']')?.0));
    format!("exit {:?} {}", output.status.code(), code.unwrap_or(""))
}

#[test]
#[ignore = "takes minutes"]
fn of_two_that_start_at_once_one_wins() {
    let folder = study();
    let path = folder.path();
    let mut expected = BTreeMap::new();
    for seed in ["1", "2"] {
        let run = ["run", "short.toml", "--out", seed, "--seed", seed, "--no-figures", "--quiet", "--threads", "1"];
        assert_done(&resprout(path, &run));
        expected.insert(seed, files(&path.join(seed)));
    }
    let mut tally = Tally::default();
    for trial in 0..300_u32 {
        let out = format!("r{trial}");
        let run = |seed| {
            start(
                path,
                &["run", "short.toml", "--out", &out, "--seed", seed, "--no-figures", "--quiet", "--threads", "1"],
            )
        };
        let children = [("1", run("1")), ("2", run("2"))];
        let ended = children.map(|(seed, child)| (seed, child.wait_with_output().unwrap()));
        let won: Vec<&str> = ended.iter().filter(|(_, output)| output.status.success()).map(|it| it.0).collect();
        for (_, output) in ended.iter().filter(|(_, output)| !output.status.success()) {
            tally.count(format!("refused: {}", outcome(output)));
            assert_refused(output, 2, &["error[E04"]);
        }
        assert_eq!(won.len(), 1, "{ended:?}");
        assert_eq!(files(&path.join(&out)), expected[won[0]], "a mixture");
        let found = contents(&path.join(&out))
            .into_iter()
            .filter(|(name, _)| !["manifest.json", "log.txt"].contains(&name.as_str()));
        for (name, content) in found {
            assert_eq!(files(&path.join(&out))[&name], hash_of(&content), "{name}");
        }
        tally.count("one won, and the folder is all its own");
        fs::remove_dir_all(path.join(out)).unwrap();
    }
}

#[test]
#[ignore = "takes minutes"]
fn a_live_run_outlives_fifty_that_force_their_way() {
    let folder = study();
    let path = folder.path();
    fs::write(path.join("medium.toml"), CONFIG.replace("horizon = \"50 h\"", "horizon = \"9000 h\"")).unwrap();
    let run =
        |out: &str| start(path, &["run", "medium.toml", "--out", out, "--no-figures", "--quiet", "--threads", "1"]);
    assert_done(&run("undisturbed").wait_with_output().unwrap());
    let mut tally = Tally::default();
    let mut live = run("r");
    wait_for("a manifest", || manifest(&path.join("r")).is_some());
    for _ in 0..50 {
        let forced = resprout(path, &["run", "short.toml", "--out", "r", "--force", "--no-figures", "--quiet"]);
        assert!(live.try_wait().unwrap().is_none(), "the live run must outlast the trial");
        tally.count(format!("forced: {}", outcome(&forced)));
        assert_refused(&forced, 2, &["error[E046]"]);
    }
    assert!(live.wait().unwrap().success());
    assert_eq!(files(&path.join("r")), files(&path.join("undisturbed")));
    tally.count("the live run ended in the bytes of an undisturbed one");
}

#[test]
#[ignore = "takes minutes"]
fn runs_that_are_killed_end_in_the_same_bytes() {
    let folder = study();
    let path = folder.path();
    let begun = Instant::now();
    let expected = files(&whole(path));
    let takes = begun.elapsed().as_secs_f64();
    let mut tally = Tally::default();
    let (mut trial, mut kills) = (0, 0);
    while kills < trials(100) {
        trial += 1;
        let out = format!("r{trial}");
        let mut draws = chance(trial);
        let mut arguments = vec!["run", "short.toml", "--out", &out, "--no-figures", "--quiet"];
        loop {
            let mut child = start(path, &arguments);
            std::thread::sleep(Duration::from_secs_f64(f64::from(draws.uniform()) * takes));
            let is_over = child.try_wait().unwrap().is_some();
            if !is_over {
                kill(&mut child, "KILL");
                kills += 1;
                tally.count("killed");
            }
            let output = resprout(path, &["resume", &out, "--max-time", "1 ms", "--no-figures", "--quiet"]);
            tally.count(format!("then resumed: {}", outcome(&output)));
            match output.status.code() {
                // killed before there was anything to go on with: start over
                Some(2 | 5) => arguments.truncate(6),
                Some(0) => break,
                Some(130) => {
                    assert_done(&resprout(path, &["resume", &out, "--no-figures", "--quiet"]));
                    break;
                }
                other => panic!("{other:?}: {}", complaint(&output)),
            }
            if path.join(&out).join("manifest.json").exists() {
                arguments.push("--force");
            }
        }
        assert_eq!(files(&path.join(&out)), expected, "trial {trial}");
        let left = contents(&path.join(&out));
        assert!(
            left.keys().all(|name| !name.contains("resprout") && !name.starts_with("checkpoints")),
            "{:?}",
            left.keys()
        );
        tally.count("the bytes of an undisturbed run");
        fs::remove_dir_all(path.join(out)).unwrap();
    }
}

/// The files that have a bit to be flipped.
fn with_content(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    files.iter().filter(|(_, content)| !content.is_empty()).map(|(name, _)| name.clone()).collect()
}

#[test]
#[ignore = "takes minutes"]
fn no_flipped_bit_goes_by_unseen() {
    let folder = study();
    let path = folder.path();
    assert_done(&resprout(path, &["run", "short.toml", "--out", "whole", "--quiet"]));
    assert_done(&resprout(path, &["verify", "whole", "--quiet"]));
    let flip = |run: &Path, trial: u32, names: &[String]| {
        let mut draws = chance(trial);
        // every file in turn
        let name = names[trial as usize % names.len()].clone();
        let file = run.join(&name);
        let mut content = fs::read(&file).unwrap();
        let bit = draws.below(8 * content.len() as u32) as usize;
        content[bit / 8] ^= 1 << (bit % 8);
        fs::write(file, content).unwrap();
        name
    };
    let mut tally = Tally::default();
    let whole = path.join("whole");
    let before = contents(&whole);
    let names = with_content(&before);
    let count = trials(200) / 2;
    for trial in 0..count {
        let name = flip(&whole, trial, &names);
        for command in ["verify", "resume"] {
            let output = resprout(path, &[command, "whole", "--quiet"]);
            tally.count(format!("a bit of a complete run, {command}: {}", outcome(&output)));
            assert!(!output.status.success(), "{command} does not see that {name} was changed");
            assert!(complaint(&output).contains(&name), "{name}: {}", complaint(&output));
        }
        fs::write(whole.join(&name), &before[&name]).unwrap();
    }
    let expected = {
        assert_done(&resprout(path, &["run", "short.toml", "--out", "plain", "--quiet", "--no-figures"]));
        files(&path.join("plain"))
    };
    let stopped = path.join("stopped");
    let mut child =
        start(path, &["run", "short.toml", "--out", "stopped", "--no-figures", "--quiet", "--threads", "1"]);
    wait_for("a series", || fs::read_dir(stopped.join("checkpoints")).is_ok_and(|found| found.count() > 2));
    kill(&mut child, "TERM");
    assert_eq!(status(&stopped), "interrupted");
    let before = contents(&stopped);
    let names = with_content(&before);
    for trial in count..2 * count {
        let copy = path.join("copy");
        for (name, content) in &before {
            let file = copy.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        let name = flip(&copy, trial, &names);
        let output = resprout(path, &["resume", "copy", "--no-figures", "--quiet"]);
        tally.count(format!("a bit of a stopped run, resume: {}", outcome(&output)));
        if output.status.success() {
            assert_eq!(files(&copy), expected, "{name} was changed, and the results are");
            tally.count(format!("  did not matter: {name}"));
        } else {
            assert!(complaint(&output).contains(&name), "{name}: {}", complaint(&output));
        }
        fs::remove_dir_all(copy).unwrap();
    }
}
