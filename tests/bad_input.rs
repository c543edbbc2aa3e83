//! Bad input gets one clear report, exit code 2, and nothing half-written. These tests drive the program
//! itself, as a person does.

#![expect(clippy::expect_used, reason = "a test that cannot start should say so and stop")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A sound config; every test breaks one copy of it.
const SOUND: &str = r#"schema_version = 1
title = "Test"

[network]
neurons = 500
synapses_per_neuron = 100

[time]
burn_in = "2 d"
horizon = "30 d"

[[stress]]
start = "0 d"
end = "10 d"
level = 0.8

[[arm]]
name = "vehicle"

[[arm]]
name = "ketamine"
doses = [
  { drug = "ketamine", time = "21 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min" },
]

[record]
network_at = ["0 d", "21 d"]
"#;

fn resprout(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_resprout"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

fn check(config: &str, flags: &[&str]) -> (i32, String, String) {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("exp.toml"), config).expect("written");
    let output = resprout(&[&["check", "exp.toml"], flags].concat(), folder.path());
    let left: Vec<_> = fs::read_dir(folder.path()).expect("readable").collect();
    assert_eq!(left.len(), 1, "check writes nothing");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code().expect("not killed"), text(&output.stdout), text(&output.stderr))
}

/// The report on `SOUND` with `from` replaced by `to`.
#[track_caller]
fn report(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "the sound config has no `{from}`");
    let (code, out, report) = check(&SOUND.replacen(from, to, 1), &[]);
    assert_eq!(code, 2, "{out}{report}");
    assert_eq!(out, "", "errors go to standard error alone");
    report
}

/// The report names the code and the place, and underlines `marked`, which says `label`.
#[track_caller]
fn assert_fault(report: &str, code: &str, line: usize, marked: &str, label: &str) {
    let lines: Vec<&str> = report.lines().collect();
    let place = format!("--> exp.toml:{line}:");
    let found = lines.windows(4).any(|block| {
        let [head, place_line, text, carets] = block else { return false };
        let Some(start) = carets.find('^') else { return false };
        let width = carets[start..].chars().take_while(|c| *c == '^').count();
        head.starts_with(&format!("error[{code}]: "))
            && place_line.trim_start().starts_with(&place)
            && text.chars().skip(carets[..start].chars().count()).take(width).collect::<String>() == marked
            && carets[start + width..].contains(label)
    });
    assert!(found, "expected {code} in line {line} under `{marked}`, saying `{label}`:\n{report}");
}

#[test]
fn a_sound_config_passes_and_says_what_it_would_take() {
    let (code, out, complaints) = check(SOUND, &[]);
    assert_eq!((code, complaints.as_str()), (0, ""));
    for word in ["exp.toml: sound", "500 neurons", "50_000 (100 per neuron)", "memory", "disk", "run time"] {
        assert!(out.contains(word), "{word}:\n{out}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let folder = TempDir::new().expect("a temporary folder");
    let output = resprout(&["check", "absent.toml"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.starts_with("error[E001]: cannot read the file: `absent.toml`: No such file"), "{complaint}");
}

#[test]
fn broken_toml_is_located() {
    assert_fault(&report("neurons = 500", "neurons = "), "E002", 5, "", "");
    assert_fault(&report("[network]", "[network"), "E002", 4, "", "");
    assert_fault(&report("neurons = 500", "neurons = 500\nneurons = 400"), "E002", 6, "neurons", "duplicate key");
    let unquoted = report("\"30 d\"", "30 d");
    assert_fault(&unquoted, "E002", 10, "30 d", "must be quoted");
    assert!(unquoted.contains("= help: quantities with units are strings: `\"30 d\"`"), "{unquoted}");
}

#[test]
fn an_unknown_key_comes_with_the_nearest_one() {
    let mistyped = report("synapses_per_neuron", "synapses_per_neurons");
    assert_fault(&mistyped, "E003", 6, "synapses_per_neurons", "no key has this name");
    assert!(mistyped.contains("= help: did you mean `synapses_per_neuron`?"), "{mistyped}");
    assert_fault(&mistyped, "E004", 4, "[network]", "`synapses_per_neuron` is missing here");
    assert_fault(&report("[record]", "[recrd]"), "E003", 26, "recrd", "no key has this name");
    assert_fault(&report("dur =", "duration ="), "E003", 23, "duration", "no key has this name");
    let parameter = report("[time]", "[model.override]\n\"stress.onset_time_constant\" = { value = \"3 d\" }\n[time]");
    assert_fault(&parameter, "E003", 9, "\"stress.onset_time_constant\"", "no parameter has this name");
    assert!(parameter.contains("did you mean `stress.onset_time_constant_d`?"), "{parameter}");
}

#[test]
fn a_missing_key_is_asked_for_where_it_belongs() {
    assert_fault(&report("name = \"vehicle\"", ""), "E004", 17, "[[arm]]", "`name` is missing here");
    assert_fault(&report("schema_version = 1", ""), "E004", 1, "", "`schema_version` is missing here");
}

#[test]
fn a_wrong_type_says_both_types() {
    assert_fault(&report("500", "\"many\""), "E005", 5, "\"many\"", "expected an integer, found a string");
    assert_fault(&report("500", "500.5"), "E005", 5, "500.5", "expected an integer, found a float");
    assert_fault(&report("\"Test\"", "3"), "E005", 2, "3", "expected a string, found an integer");
}

#[test]
fn unknown_names_come_with_the_nearest_one() {
    for (from, to, line, marked, hint) in [
        ("drug = \"ketamine\"", "drug = \"ketamin\"", 23, "\"ketamin\"", "did you mean `ketamine`?"),
        ("\"iv\"", "\"ivv\"", 23, "\"ivv\"", "accepted: `iv`, `im`, `sc`"),
        ("[time]", "[model]\ndisable = [\"prunning\"]\n[time]", 9, "\"prunning\"", "did you mean `pruning`?"),
        ("[time]", "[model]\nhypotheses = [\"indirect\"]\n[time]", 9, "\"indirect\"", "did you mean `direct`?"),
        ("title", "allow = [\"W999\"]\ntitle", 2, "\"W999\"", "`resprout schema` lists what is accepted"),
    ] {
        let report = report(from, to);
        assert_fault(&report, "E006", line, marked, "has this name");
        assert!(report.contains(hint), "{report}");
    }
}

#[test]
fn a_wrong_unit_says_what_is_expected() {
    assert_fault(&report("\"30 d\"", "\"30 mg\""), "E008", 10, "\"30 mg\"", "`mg` is a mass; expected a time");
    assert_fault(&report("\"30 d\"", "30"), "E008", 10, "30", "`30` has no unit; expected a time");
    assert_fault(&report("\"0.5 mg/kg\"", "\"0.5 h\""), "E008", 23, "\"0.5 h\"", "`h` is a time; expected");
    assert_fault(
        &report("\"30 d\"", "\"30 days\""),
        "E007",
        10,
        "\"30 days\"",
        "unknown unit `days`; did you mean `d`?",
    );
    assert_fault(&report("\"30 d\"", "\"soon\""), "E007", 10, "\"soon\"", "`soon` is not a number with a unit");
}

#[test]
fn values_out_of_range_are_refused() {
    assert_fault(&report("neurons = 500", "neurons = 0"), "E009", 5, "0", "must be at least 1, is 0");
    assert_fault(
        &report("\"0.5 mg/kg\"", "\"-0.5 mg/kg\""),
        "E009",
        23,
        "\"-0.5 mg/kg\"",
        "must be above 0 mg/kg, is -0.5 mg/kg",
    );
    assert_fault(&report("\"40 min\"", "\"-40 min\""), "E009", 23, "\"-40 min\"", "must be at least 0 h");
    assert_fault(&report("0.8", "1.5"), "E009", 15, "1.5", "must be at most 1, is 1.5");
    assert_fault(&report("0.8", "nan"), "E009", 15, "nan", "must be a finite number");
    assert_fault(&report("[record]", "[run]\nreplicates = 0\n[record]"), "E009", 27, "0", "must be at least 1");
    let parameter = report(
        "[time]",
        "[model.override]\n\"stress.onset_time_constant_d\" = { value = \"90 d\", why = \"test\" }\n[time]",
    );
    assert_fault(&parameter, "E009", 9, "\"90 d\"", "must be at most 30 d, is 90 d");
    let parameter = report(
        "[time]",
        "[model.override]\n\"stress.onset_time_constant_d\" = { value = 3.0, why = \"test\" }\n[time]",
    );
    assert_fault(&parameter, "E008", 9, "3.0", "`3` has no unit; expected a time");
}

#[test]
fn names_and_shares_must_be_consistent() {
    assert_fault(&report("schema_version = 1", "schema_version = 9"), "E010", 1, "9", "version 9 is not known");
    assert_fault(&report("\"vehicle\"", "\"ketamine\""), "E011", 21, "\"ketamine\"", "is the name of entry 1 already");
    assert_fault(&report("\"vehicle\"", "\"a/b\""), "E017", 18, "\"a/b\"", "cannot be part of a file name");
    let populations = "[[population]]\nname = \"pyr\"\nclass = \"pyramidal\"\nfraction = 0.7\n\
                       [[population]]\nname = \"pv\"\nclass = \"pv\"\nfraction = 0.2\n[time]";
    assert_fault(&report("[time]", populations), "E012", 15, "0.2", "the fractions sum to 0.9");
    let none = SOUND.split("[[arm]]").next().expect("the head").to_owned() + "arm = []\n";
    let (code, _, complaints) = check(&none.replace("[[stress]]", "[[xstress]]"), &[]);
    assert_eq!(code, 2, "{complaints}");
    let (_, _, complaints) = check(&format!("arm = []\n{}", SOUND.split("[[arm]]").next().expect("the head")), &[]);
    assert_fault(&complaints, "E013", 1, "[]", "at least one [[arm]] is needed");
    assert_fault(
        &report("synapses_per_neuron = 100", "synapses_per_neuron = 500"),
        "E016",
        6,
        "500",
        "500 synapses onto each of 500 neurons",
    );
}

#[test]
fn stress_episodes_must_lie_in_the_simulated_time_and_apart() {
    let second = |start: &str, end: &str| {
        format!("[[stress]]\nstart = \"{start}\"\nend = \"{end}\"\nlevel = 0.5\n\n[[arm]]\nname = \"vehicle\"")
    };
    let sound = "[[arm]]\nname = \"vehicle\"";
    assert_fault(&report(sound, &second("9 d", "12 d")), "E014", 18, "\"9 d\"", "episode 1 lasts from 0 d to 10 d");
    assert_fault(
        &report(sound, &second("12 d", "31 d")),
        "E015",
        19,
        "\"31 d\"",
        "`end` is 31 d but the simulation ends at 30 d",
    );
    assert_fault(
        &report(sound, &second("12 d", "11 d")),
        "E015",
        19,
        "\"11 d\"",
        "the episode ends before it has begun",
    );
    assert_fault(
        &report("\"0 d\"\nend", "\"-1 d\"\nend"),
        "E015",
        13,
        "\"-1 d\"",
        "`start` is -1 d, before the burn-in ends",
    );
    let (code, _, complaints) = check(&SOUND.replacen(sound, &second("10 d", "12 d"), 1), &[]);
    assert_eq!(code, 0, "an episode may begin where another ends: {complaints}");
}

#[test]
fn doses_must_begin_in_the_simulated_time_and_repeat_with_an_interval() {
    assert_fault(
        &report("time = \"21 d\"", "time = \"31 d\""),
        "E020",
        23,
        "\"31 d\"",
        "`time` is 31 d but the simulation ends at 30 d",
    );
    assert_fault(
        &report("time = \"21 d\"", "time = \"-1 d\""),
        "E020",
        23,
        "\"-1 d\"",
        "`time` is -1 d, before the burn-in ends",
    );
    assert_fault(
        &report("dur = \"40 min\"", "ii = \"84 h\", addl = 5"),
        "E020",
        23,
        "addl = 5",
        "dose 6 of 6 begins at 924 h",
    );
    assert_fault(
        &report("dur = \"40 min\"", "ii = \"84 h\""),
        "E021",
        23,
        "ii = \"84 h\"",
        "`ii` is set but `addl` is 0",
    );
    assert_fault(&report("dur = \"40 min\"", "addl = 5"), "E022", 23, "addl = 5", "`addl` is set but `ii` is missing");
}

#[test]
fn a_network_that_does_not_fit_is_refused() {
    let huge =
        report("neurons = 500\nsynapses_per_neuron = 100", "neurons = 100_000_000\nsynapses_per_neuron = 100_000");
    assert_fault(&huge, "E030", 5, "neurons = 100_000_000", "10_000_000_000_000 synapses need 200 TB");
    assert!(huge.contains("error[E031]: the results exceed the allowed disk space"), "{huge}");
    let tight = report("[record]", "[record]\nmax_disk = \"10 kB\"");
    assert_fault(&tight, "E031", 27, "\"10 kB\"", "the run folder will take about");
}

#[test]
fn recording_meets_the_hour_and_the_simulated_time() {
    for every in ["7 min", "90 s", "90 min", "1.5 h"] {
        let report = report("[record]", &format!("[record]\nevery = \"{every}\""));
        assert_fault(&report, "E032", 27, &format!("\"{every}\""), "do not meet on the hour");
    }
    assert_fault(&report("\"21 d\"]", "\"31 d\"]"), "E033", 27, "\"31 d\"", "31 d is not between 0 and 30 d");
    let arm = "name = \"vehicle\"";
    let late = "name = \"vehicle\"\nfrom = \"5 d\"\noverride = { \"network.thickness_um\" = { value = \"200 um\" } }";
    assert_fault(&report(arm, late), "E034", 20, "{ value = \"200 um\" }", "the network is built before");
    assert_fault(&report(arm, "name = \"vehicle\"\nfrom = \"5 d\""), "E034", 19, "\"5 d\"", "the arm changes nothing");
    assert_fault(
        &report(arm, "name = \"vehicle\"\ndisable = [\"bdnf\"]\nfrom = \"50 d\""),
        "E034",
        20,
        "\"50 d\"",
        "`from` is 50 d",
    );
}

#[test]
fn subjects_must_be_drawn_from_distributions_that_exist() {
    let subjects = |line: &str| report("[record]", &format!("[subjects]\nn = 4\n{line}\n[record]"));
    let weight = |rest: &str| subjects(&format!("weight = {{ dist = \"lognormal\", {rest} }}"));
    let outside = weight("median = \"74 kg\", cv = 0.2, bounds = [\"80 kg\", \"170 kg\"]");
    assert_fault(&outside, "E035", 28, "[\"80 kg\", \"170 kg\"]", "the median, 74 kg, does not lie between");
    assert_fault(&weight("median = \"74 cm\", cv = 0.2"), "E008", 28, "\"74 cm\"", "expected a mass");
    assert_fault(&weight("median = 74, cv = 0.2"), "E008", 28, "74", "`74` has no unit");
    assert_fault(&weight("median = \"900 kg\", cv = 0.2"), "E009", 28, "\"900 kg\"", "must be at most 500 kg");
    assert_fault(&weight("median = \"74 kg\", cv = 9"), "E009", 28, "9", "must be at most 5, is 9");
    assert_fault(&weight("median = \"74 kg\", sd = \"9 kg\""), "E035", 28, "\"9 kg\"", "is stated as `cv`");
    assert_fault(&weight("cv = 0.2"), "E004", 28, "{ dist = \"lognormal\", cv = 0.2 }", "`median` is missing here");
    assert_fault(
        &subjects("clearance = { dist = \"lognormal\", median = 1 }"),
        "E035",
        28,
        "{ dist = \"lognormal\", median = 1 }",
        "nothing says how wide",
    );
    assert_fault(
        &subjects("clearence = { dist = \"normal\", median = 1, sd = 0.1 }"),
        "E003",
        28,
        "clearence",
        "no key has this name",
    );
    assert_fault(
        &subjects("clearance = { dist = \"gamma\", median = 1 }"),
        "E006",
        28,
        "\"gamma\"",
        "no distribution has this name",
    );
    let tone = "baseline_inflammation = { dist = \"lognormal\", median = 0, cv = 0.2 }";
    assert_fault(&subjects(tone), "E035", 28, "0", "a log-normal has a median above 0");
    for (genotypes, fault) in [
        ("{ met_allele = 0.2, met_met = 0.1 }", "states the frequencies of the genotypes already"),
        ("{ val_val = 0.6, val_met = 0.3 }", "all three genotypes are needed"),
        ("{ val_val = 0.6, val_met = 0.3, met_met = 0.3 }", "the frequencies sum to 1.2"),
    ] {
        assert_fault(&subjects(&format!("bdnf_genotype = {genotypes}")), "E035", 28, genotypes, fault);
    }
    let (code, out, complaints) = check(&SOUND.replace("[record]", "[subjects]\nn = 40\n[record]"), &[]);
    assert_eq!((code, complaints.as_str()), (0, ""));
    assert!(out.contains("40 virtual subjects"), "{out}");
}

#[test]
fn what_is_implausible_is_said_and_runs() {
    let high = SOUND.replace("0.5 mg/kg", "80 mg/kg");
    let (code, out, complaints) = check(&high, &[]);
    assert_eq!(code, 0);
    assert!(out.contains("sound") && complaints.starts_with("warning[W012]: implausibly high dose"), "{complaints}");
    let (_, _, complaints) = check(&format!("allow = [\"W012\"]\n{high}"), &[]);
    assert_eq!(complaints, "", "`allow` keeps it silently");
    let uncited =
        SOUND.replace("[time]", "[model.override]\n\"stress.onset_time_constant_d\" = { value = \"4 d\" }\n[time]");
    assert!(check(&uncited, &[]).2.starts_with("note[N001]: uncited override"));
}

#[test]
fn flags_edit_the_config_and_are_pointed_at() {
    let (code, out, _) = check(SOUND, &["--set", "network.neurons=2000", "--seed", "7"]);
    assert_eq!(code, 0);
    assert!(out.contains("2_000 neurons") && out.contains("from seed 7"), "{out}");
    let (code, _, complaints) = check(SOUND, &["--set", "arm.ketamine.doses.0.amt=0.5 h"]);
    assert_eq!(code, 2);
    assert!(complaints.contains(" --> --set:1:26\n1 | arm.ketamine.doses.0.amt=0.5 h\n"), "{complaints}");
    let (code, _, complaints) = check(SOUND, &["--set", "arm.placebo.doses=[]"]);
    assert_eq!(code, 2);
    assert!(complaints.contains("error[E040]: cannot apply --set"), "{complaints}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = TempDir::new().expect("a temporary folder");
    for arguments in [
        &["chekc"][..],
        &["check"],
        &["check", "a.toml", "--threads", "0"],
        &["check", "a.toml", "--seed", "-1"],
        &["explain", "E999"],
        &["params", "show", "no.such_key"],
        &["new", "study", "--template", "nothing"],
        &["completions", "abacus"],
    ] {
        assert_eq!(resprout(arguments, folder.path()).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing was written");
}

/// The whole report, byte for byte: every fault in one pass, sorted by line, none that follows from another.
#[test]
fn all_faults_are_reported_at_once_and_in_order() {
    let faulty = r#"schema_version = 1
title = "Everything at once"

[network]
neurons = 0
synapses_per_neurn = 400

[time]
burn_in = "7 d"
horizon = "30 mg"

[[stress]]
start = "5 d"
end = "3 d"
level = 2

[[arm]]
name = "a"
doses = [
  { drug = "ketmine", time = "21 d", amt = "-0.5 mg/kg", route = "iv", ii = "84 h" },
]
[[arm]]
name = "a"

[record]
every = "7 min"
"#;
    let expected = r#"error[E004]: missing key
 --> exp.toml:4:1
4 | [network]
  | ^^^^^^^^^ `synapses_per_neuron` is missing here
  = help: `synapses_per_neuron`: Mean number of synapses that a neuron receives.

error[E009]: value out of range
 --> exp.toml:5:11
5 | neurons = 0
  |           ^ must be at least 1, is 0

error[E003]: unknown key
 --> exp.toml:6:1
6 | synapses_per_neurn = 400
  | ^^^^^^^^^^^^^^^^^^ no key has this name
  = help: did you mean `synapses_per_neuron`?

error[E008]: wrong unit
  --> exp.toml:10:11
10 | horizon = "30 mg"
   |           ^^^^^^^ `mg` is a mass; expected a time, in `h`

error[E015]: stress outside the simulated time
  --> exp.toml:14:7
14 | end = "3 d"
   |       ^^^^^ the episode ends before it has begun

error[E009]: value out of range
  --> exp.toml:15:9
15 | level = 2
   |         ^ must be at most 1, is 2

error[E006]: unknown name
  --> exp.toml:20:12
20 |   { drug = "ketmine", time = "21 d", amt = "-0.5 mg/kg", route = "iv", ii = "84 h" },
   |            ^^^^^^^^^ no drug has this name
   = help: did you mean `ketamine`?

error[E009]: value out of range
  --> exp.toml:20:44
20 |   { drug = "ketmine", time = "21 d", amt = "-0.5 mg/kg", route = "iv", ii = "84 h" },
   |                                            ^^^^^^^^^^^^ must be above 0 mg/kg, is -0.5 mg/kg

error[E021]: dosing interval without repeats
  --> exp.toml:20:72
20 |   { drug = "ketmine", time = "21 d", amt = "-0.5 mg/kg", route = "iv", ii = "84 h" },
   |                                                                        ^^^^^^^^^^^ `ii` is set but `addl` is 0
   = help: add `addl = 5` for six doses in all, or remove `ii`

error[E011]: name used twice
  --> exp.toml:23:8
23 | name = "a"
   |        ^^^ `a` is the name of entry 1 already

error[E032]: recording interval off the grid
  --> exp.toml:26:9
26 | every = "7 min"
   |         ^^^^^^^ rows every 7 min do not meet on the hour
   = help: whole minutes that divide an hour ("10 min"), or whole hours ("6 h")
"#;
    let (code, _, report) = check(faulty, &[]);
    assert_eq!(code, 2);
    assert_eq!(report, expected, "{report}");
}
