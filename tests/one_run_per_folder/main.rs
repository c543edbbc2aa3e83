//! A run folder holds one run, whole: whoever else comes is refused, whatever stops the run leaves something to go on
//! from, and whatever is changed in the folder is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]
#![cfg(unix)]

mod study;
mod trials;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use self::study::*;

#[test]
fn nobody_works_where_a_run_is_alive_whatever_the_flag() {
    let folder = study();
    let path = folder.path();
    let mut run = live(path, "r");
    let config = fs::read(path.join("r/config.toml")).unwrap();
    let others: &[&[&str]] = &[
        &["run", "short.toml", "--out", "r", "--force"],
        &["run", "short.toml", "--out", "r"],
        &["resume", "r"],
        &["figures", "r"],
        &["verify", "r"],
        &["validate", "--out", "r", "--only", "C5", "--force"],
        &["bench", "--scaling", "--neurons", "100", "--out", "r"],
    ];
    for other in others {
        assert_refused(&resprout(path, other), 2, &["error[E046]", "`r`"]);
    }
    assert!(run.try_wait().unwrap().is_none());
    assert_eq!(fs::read(path.join("r/config.toml")).unwrap(), config);
    assert_eq!(kill(&mut run, "TERM"), Some(130));
    assert!(!path.join("r/.resprout.lock").exists() && status(&path.join("r")) == "interrupted");
    for other in [["figures", "r"], ["verify", "r"]] {
        assert_refused(&resprout(path, &other), 2, &["error[E044]", "`resprout resume r`"]);
    }
    for other in [&["validate", "--out", "r", "--only", "C5", "--force"][..], others[6]] {
        assert_refused(&resprout(path, other), 2, &["error[E042]", "holds a run"]);
    }
}

#[test]
fn a_run_that_was_killed_before_it_had_a_manifest_bars_nobody() {
    let folder = study();
    let path = folder.path();
    let program = env!("CARGO_BIN_EXE_resprout");
    // files of nothing at all, then of one block: no manifest, and a manifest without a config
    for blocks in [0, 2] {
        let script = format!("ulimit -f {blocks}; exec {program} run short.toml --out r --no-figures");
        let output = Command::new("sh").args(["-c", &script]).current_dir(path).output().unwrap();
        assert_refused(&output, 4, &["error[E400]"]);
        assert!(contents(&path.join("r")).keys().all(|name| !name.contains("resprout")), "{blocks}");
        if path.join("r/manifest.json").exists() {
            assert_eq!(resprout(path, &["resume", "r"]).status.code(), Some(5));
        }
        fs::write(path.join("r/.resprout-abc.part"), "half").unwrap();
        fs::write(path.join("r/.resprout.lock"), "").unwrap();
        let force: &[&str] = if path.join("r/manifest.json").exists() { &["--force"] } else { &[] };
        let run = ["run", "short.toml", "--out", "r", "--no-figures", "--quiet"];
        assert_done(&resprout(path, &[&run[..], force].concat()));
        assert_eq!(files(&path.join("r")), files(&whole(path)), "{blocks}");
        assert!(!path.join("r/.resprout-abc.part").exists());
        fs::remove_dir_all(path.join("r")).unwrap();
        fs::remove_dir_all(path.join("whole")).unwrap();
    }
}

#[test]
fn force_replaces_what_a_run_wrote_and_names_the_rest() {
    let folder = study();
    let path = folder.path();
    whole(path);
    for name in ["notes.txt", "drugs/theirs.toml", "figures/F01.svg", "network/neurons_vehicle_r0_t1h.parquet"] {
        let foreign = path.join("whole").join(name);
        fs::create_dir_all(foreign.parent().unwrap()).unwrap();
        fs::write(&foreign, "years of work").unwrap();
        let before = contents(&path.join("whole"));
        let forced = resprout(path, &["run", "short.toml", "--out", "whole", "--force", "--no-figures"]);
        assert_refused(&forced, 2, &["error[E043]", &format!("`{name}`")]);
        assert!(contents(&path.join("whole")) == before, "{name}: something was changed");
        fs::remove_file(&foreign).unwrap();
    }
    fs::remove_dir(path.join("whole/figures")).unwrap();
    let elsewhere = path.join("elsewhere");
    fs::rename(path.join("whole/network"), &elsewhere).unwrap();
    symlink(&elsewhere, path.join("whole/network")).unwrap();
    let forced = resprout(path, &["run", "short.toml", "--out", "whole", "--force"]);
    assert_refused(&forced, 2, &["error[E043]", "`network`"]);
    fs::remove_file(path.join("whole/network")).unwrap();
    assert_done(&resprout(path, &["run", "short.toml", "--out", "whole", "--force", "--quiet", "--seed", "8"]));
    assert!(path.join("whole/figures/F01.svg").exists() && fs::read_dir(&elsewhere).unwrap().count() > 0);
    assert_done(&resprout(path, &["run", "short.toml", "--out", "whole", "--force", "--quiet", "--no-figures"]));
    assert!(!path.join("whole/figures").exists(), "what `run` drew is its own");
}

#[test]
fn what_is_no_file_of_the_run_is_not_taken_for_one() {
    let folder = study();
    let path = folder.path();
    let expected = files(&whole(path));
    let mut run = live(path, "r");
    kill(&mut run, "KILL");
    // the long run and the short one differ in nothing that was written up to now but the config
    fs::remove_dir_all(path.join("r")).unwrap();
    let mut run = start(path, &["run", "short.toml", "--out", "r", "--no-figures", "--threads", "1"]);
    wait_for("a manifest", || manifest(&path.join("r")).is_some() && path.join("r/config.toml").exists());
    kill(&mut run, "KILL");
    for stray in ["figures/F99.svg", "figures/mine.png", "network/mine.csv", "notes.txt"] {
        let stray = path.join("r").join(stray);
        fs::create_dir_all(stray.parent().unwrap()).unwrap();
        fs::write(stray, "mine").unwrap();
    }
    assert_done(&resprout(path, &["resume", "r", "--no-figures", "--quiet"]));
    assert_eq!(files(&path.join("r")), expected);
    assert_eq!(fs::read_to_string(path.join("r/figures/F99.svg")).unwrap(), "mine");
    assert_refused(&resprout(path, &["verify", "r"]), 1, &["not the same: figures/F99.svg, figures/mine.png"]);
}

#[test]
fn whatever_is_edited_in_a_finished_run_is_told() {
    let folder = study();
    let path = folder.path();
    let run = whole(path);
    assert_done(&resprout(path, &["verify", "whole"]));
    let text = fs::read_to_string(run.join("manifest.json")).unwrap();
    let edits = [
        ("\"seed\": 7", "\"seed\": 8", "manifest.json: seed"),
        ("\"vehicle\"", "\"control\"", "manifest.json: arms"),
        ("\"ticks\": ", "\"ticks\": 1", "manifest.json: ticks"),
        ("\"config_hash\": \"", "\"config_hash\": \"0", "manifest.json: config_hash"),
        ("\"threads\": ", "\"threads\": 1", "manifest.json"),
        ("\"commit\": null", "\"commit\": \"0123456789ab\"", "manifest.json"),
    ];
    for (from, to, row) in edits {
        if from.contains("commit") && !text.contains(from) {
            continue;
        }
        assert!(text.contains(from), "{from}");
        fs::write(run.join("manifest.json"), text.replacen(from, to, 1)).unwrap();
        let output = resprout(path, &["verify", "whole"]);
        assert_refused(&output, 1, &["not the same: manifest.json"]);
        let table = String::from_utf8_lossy(&output.stdout).into_owned();
        let (file, field) = row.split_once(": ").unwrap_or((row, ""));
        let told = table.lines().any(|line| line.contains(file) && line.contains("CHANGED") && line.contains(field));
        assert!(told, "{row}: {table}");
        assert_refused(&resprout(path, &["resume", "whole"]), 2, &["error[E048]", "`manifest.json` (changed)"]);
    }
    fs::write(run.join("manifest.json"), &text).unwrap();
    for name in ["doses/table.csv", "drugs/mine.toml", "course.json", "config.toml", "log.txt", "timeseries.csv"] {
        let content = fs::read(run.join(name)).unwrap();
        for damaged in [&content[..content.len() - 1], &[]] {
            fs::write(run.join(name), damaged).unwrap();
            assert_refused(&resprout(path, &["verify", "whole"]), 1, &["not the same: ", name]);
            assert_refused(&resprout(path, &["resume", "whole"]), 2, &["error[E048]", &format!("`{name}` (changed)")]);
        }
        fs::remove_file(run.join(name)).unwrap();
        assert_refused(&resprout(path, &["verify", "whole"]), 1, &["not the same: ", name]);
        fs::write(run.join(name), content).unwrap();
    }
    assert_done(&resprout(path, &["verify", "whole"]));
}

/// Cut short, flipped, emptied or deleted: no stopped run is gone on with from anything that is not what it wrote.
#[test]
fn a_stopped_run_is_gone_on_with_from_what_it_wrote_alone() {
    let folder = study();
    let path = folder.path();
    let mut child = live(path, "r");
    assert_eq!(kill(&mut child, "INT"), Some(130));
    let run = path.join("r");
    let before = contents(&run);
    let inputs = ["config.toml", "course.json", "drugs/mine.toml", "doses/table.csv", "manifest.json"];
    let snapshots = before.keys().filter(|name| name.starts_with("network/")).map(String::as_str);
    let mut snapshots: Vec<&str> = snapshots.collect();
    assert!(!snapshots.is_empty());
    snapshots.extend(inputs);
    for name in snapshots {
        let content = &before[name];
        let mut flipped = content.clone();
        flipped[content.len() / 2] ^= 4;
        for damaged in [Some(&flipped[..]), Some(&content[..content.len() - 1]), Some(&[]), None] {
            match damaged {
                Some(damaged) => fs::write(run.join(name), damaged).unwrap(),
                None => fs::remove_file(run.join(name)).unwrap(),
            }
            let output = resprout(path, &["resume", "r", "--max-time", "10 s", "--no-figures"]);
            let code = output.status.code();
            assert!(code == Some(5) || code == Some(2), "{name}: {code:?} {}", complaint(&output));
            assert!(complaint(&output).contains(name), "{name}: {}", complaint(&output));
        }
        fs::write(run.join(name), content).unwrap();
    }
    assert!(contents(&run) == before, "a refusal changes nothing");
}

#[test]
fn a_run_that_is_stopped_while_it_draws_has_only_its_figures_left_to_draw() {
    let folder = study();
    let path = folder.path();
    assert_done(&resprout(path, &["run", "short.toml", "--out", "whole", "--quiet"]));
    let expected = files(&path.join("whole"));
    for signal in ["INT", "TERM", "KILL"] {
        let run = path.join(signal);
        let mut child = start(path, &["run", "short.toml", "--out", signal, "--quiet", "--threads", "1"]);
        wait_for("a figure", || run.join("figures/F01.svg").exists());
        let begun = Instant::now();
        let code = kill(&mut child, signal);
        assert_eq!(code, if signal == "KILL" { None } else { Some(130) });
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(status(&run), if signal == "KILL" { "running" } else { "interrupted" });
        assert_refused(&resprout(path, &["figures", signal]), 2, &["error[E044]", "`resprout resume "]);
        let tables = fs::metadata(run.join("timeseries.csv")).unwrap().modified().unwrap();
        if signal == "TERM" {
            // what was drawn so far goes, and the run is whole without
            assert_done(&resprout(path, &["resume", signal, "--no-figures"]));
            assert!(files(&run).get("figures/F01.svg").is_none() && !run.join("figures/F01.svg").exists());
            assert_done(&resprout(path, &["figures", signal]));
        } else {
            assert_done(&resprout(path, &["resume", signal]));
        }
        assert_eq!(fs::metadata(run.join("timeseries.csv")).unwrap().modified().unwrap(), tables, "not made again");
        assert_eq!(files(&run), expected, "{signal}");
    }
}

#[test]
fn figures_that_are_drawn_later_are_of_the_run_and_go_through_no_link() {
    let folder = study();
    let path = folder.path();
    let run = whole(path);
    assert_done(&resprout(path, &["figures", "whole", "--only", "F01,F03", "--style", "dark"]));
    assert!(files(&run)["figures/F01.svg"].is_string());
    assert_done(&resprout(path, &["verify", "whole"]));
    let drawn = fs::read_to_string(run.join("figures/F03.svg")).unwrap();
    fs::write(run.join("figures/F03.svg"), drawn.replacen('0', "1", 1)).unwrap();
    assert_refused(&resprout(path, &["verify", "whole"]), 1, &["not the same: figures/F03.svg"]);
    assert_done(&resprout(path, &["figures", "whole"]));
    assert_done(&resprout(path, &["verify", "whole"]));

    let elsewhere = path.join("elsewhere");
    fs::rename(run.join("figures"), &elsewhere).unwrap();
    symlink(&elsewhere, run.join("figures")).unwrap();
    fs::remove_file(elsewhere.join("F01.svg")).unwrap();
    assert_refused(&resprout(path, &["figures", "whole"]), 2, &["error[E047]", "whole/figures"]);
    assert!(!elsewhere.join("F01.svg").exists());
    fs::remove_file(run.join("figures")).unwrap();

    let series = fs::read_to_string(run.join("timeseries.csv")).unwrap();
    fs::write(run.join("timeseries.csv"), series.replacen(",1.", ",2.", 1)).unwrap();
    assert_refused(&resprout(path, &["figures", "whole"]), 2, &["error[E048]", "`timeseries.csv` (changed)"]);
    assert!(!run.join("figures").exists());
}

/// What a config says is shown, not obeyed; and files that it lists and that are something else are not shown.
#[test]
fn nothing_that_a_file_says_is_obeyed_by_a_terminal() {
    let folder = study();
    let path = folder.path();
    let hostile = CONFIG
        .replace("title = \"one\"", "title = \"<b>\\u001b[2J\\u009b31m\\u202e\\nerror: spoof\"")
        .replace("name = \"vehicle\"", "name = \"vehicle\"\nlabel = \"<script>\\u001b]0;x\\u0007\"");
    fs::write(path.join("short.toml"), hostile).unwrap();
    let run = ["run", "short.toml", "--out", "r"];
    for arguments in [&["check", "short.toml"][..], &run, &run, &["figures", "r"], &["verify", "r"], &["\u{1b}[2J"]] {
        let output = resprout(path, arguments);
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let obeyed = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
            assert!(!text.contains(obeyed), "{arguments:?}: {text:?}");
            assert!(!text.contains("\nerror: spoof"), "{arguments:?}: {text}");
        }
    }
    let log = fs::read_to_string(path.join("r/log.txt")).unwrap();
    assert!(log.chars().all(|c| c == '\n' || !c.is_control()), "{log:?}");
    let captions = contents(&path.join("r"))
        .into_iter()
        .filter(|(name, _)| Path::new(name).extension().is_some_and(|it| it == "md"));
    for (name, caption) in captions {
        let caption = String::from_utf8(caption).unwrap();
        assert!(!caption.contains("<b>") && !caption.contains("<script>") && !caption.contains('\u{1b}'), "{name}");
    }
}

#[test]
fn a_listed_file_that_is_something_else_is_named_and_not_shown() {
    let folder = study();
    let path = folder.path();
    fs::write(path.join("secret"), "key = \"hunter2\"\nroot:x:0:0:hunter2\n").unwrap();
    let configs = [CONFIG.replace("mine.toml", "secret"), CONFIG.replace("doses.csv", "secret")];
    let devices = [CONFIG.replace("mine.toml", "/dev/zero"), CONFIG.replace("doses.csv", "/dev/zero")];
    for (config, name) in configs.iter().map(|it| (it, "`secret`")).chain(devices.iter().map(|it| (it, "`/dev/zero`")))
    {
        fs::write(path.join("exp.toml"), config).unwrap();
        let output = resprout(path, &["check", "exp.toml"]);
        assert_refused(&output, 2, &["error[E001]", name]);
        assert!(!complaint(&output).contains("hunter2"), "{}", complaint(&output));
    }
}

#[test]
fn what_the_machine_cannot_give_is_said() {
    let folder = study();
    let path = folder.path();
    assert_refused(
        &resprout(path, &["run", "short.toml", "--threads", "100000"]),
        2,
        &["'--threads <N>'", "this machine has"],
    );
    let limited = |kilobytes: u32, command: &str| {
        let script = format!("ulimit -v {kilobytes}; exec {} {command}", env!("CARGO_BIN_EXE_resprout"));
        Command::new("sh").args(["-c", &script]).current_dir(path).output().unwrap()
    };
    // a network that is known to be too large is refused before anything is asked for
    let large = "run short.toml --set network.neurons=400000 --set network.synapses_per_neuron=200 --out large";
    assert_refused(&limited(400_000, large), 2, &["error[E030]"]);
    assert!(!path.join("large").exists());
    let bench = "bench --neurons 1000000 --synapses-per-neuron 1000 --threads 1";
    assert_refused(&limited(400_000, bench), 2, &["error[E030]", "1_000_000_000 synapses"]);
    // the bandwidth's buffers are no network: the refusal comes when they are asked for
    let bench = "bench --neurons 100 --synapses-per-neuron 10 --ticks 1 --threads 1";
    assert_refused(&limited(150_000, bench), 1, &["memory allocation of 134217728 bytes failed"]);
}

#[test]
fn figures_that_were_being_drawn_when_it_was_stopped_are_known_as_such() {
    let folder = study();
    let path = folder.path();
    let run = path.join("r");
    assert_done(&resprout(path, &["run", "short.toml", "--out", "r", "--quiet"]));
    let drawn = fs::read(run.join("figures/F01.svg")).unwrap();
    let mut child = start(path, &["figures", "r", "--style", "dark"]);
    wait_for("a figure", || fs::read(run.join("figures/F01.svg")).unwrap() != drawn);
    kill(&mut child, "KILL");
    let verified = resprout(path, &["verify", "r"]);
    assert_refused(&verified, 1, &["not the same: figures/F01.csv"]);
    assert!(String::from_utf8_lossy(&verified.stdout).contains("HALF DRAWN: `resprout figures` draws it again"));
    assert_done(&resprout(path, &["figures", "r"]));
    assert_done(&resprout(path, &["verify", "r"]));
    let mut child = start(path, &["figures", "r", "--style", "dark"]);
    wait_for("a figure", || fs::read(run.join("figures/F01.svg")).unwrap() != drawn);
    kill(&mut child, "KILL");
    assert_done(&resprout(path, &["run", "short.toml", "--out", "r", "--quiet", "--force", "--no-figures"]));
    assert!(!run.join("figures").exists(), "they were the run's");
}
