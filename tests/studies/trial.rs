//! Virtual trials: operating characteristics against closed forms, and the command as a whole.

use std::fs;

use resprout::recording::scales::scale;
use resprout::studies::trial::{SubjectCourse, TrialRecord, TrialVisit, needed, power};
use serde_json::Value;

use super::folder::{complaint, resprout, study_folder};

/// A thousand subjects in three arms with normal scores of standard deviation 1: the control, one that differs by `effect`, and a
/// twin of the control. Quantiles in an order of their own in each arm, so that arms are independent.
fn normal(effect: f64) -> TrialRecord {
    const N: usize = 1009;
    let quantile = |share: f64| resprout::statistics::distributions::normal_quantile(share);
    // 1009 is prime: multiplication by anything permutes its residues
    let score = |subject: usize, by: usize| quantile(((subject * by) % N) as f64 / N as f64 + 0.5 / N as f64);
    let course = |score: f64| SubjectCourse { before: 30.0, scores: vec![score], left_h: f64::INFINITY };
    let subject =
        |index| vec![course(score(index, 101)), course(score(index, 337) - effect), course(score(index, 611))];
    TrialRecord {
        arms: ["control", "other", "twin"].map(str::to_owned).to_vec(),
        visits: vec![TrialVisit { hours: 24.0, name: "1 d".to_owned() }],
        primary: 0,
        scale: scale("madrs").unwrap(),
        subjects: (0..N).map(subject).collect(),
    }
}

/// SciPy 1.17.1, two-sided t test at 5 %: `1 - nct.cdf(t, 2n-2, d*sqrt(n/2)) + nct.cdf(-t, 2n-2, d*sqrt(n/2))`.
#[test]
fn power_is_that_of_the_noncentral_t() {
    const REPEATS: u32 = 4000;
    for (effect, per_arm, expected) in [(0.5, 64, 0.801_459_6), (0.3, 50, 0.317_802_2), (1.0, 20, 0.868_953_0)] {
        let (any, in_favour) = power(&normal(effect), (1, 0), per_arm, 0.05, REPEATS, 1);
        assert!((any.value - expected).abs() < 4.0 * any.error, "{effect} {per_arm}: {any:?} {expected}");
        assert!(in_favour.value <= any.value && any.value - in_favour.value < 0.01);
    }
    // nothing but chance: 5 % of trials are positive, in favour as often as against
    for arm in [0, 2] {
        let (any, in_favour) = power(&normal(0.5), (arm, 0), 40, 0.05, REPEATS, 2);
        assert!((any.value - 0.05).abs() < 4.0 * any.error, "{arm}: {any:?}");
        assert!((in_favour.value - 0.025).abs() < 4.0 * in_favour.error, "{arm}: {in_favour:?}");
    }
    // the textbooks' 64 in each group for 80 % at d = 0.5
    let size = needed(&normal(0.5), (1, 0), 0.8, 0.05, REPEATS, 3).unwrap();
    assert!((60..=68).contains(&size), "{size}");
}

const TRIAL: &str = r#"
schema_version = 1
title = "a trial"
allow = ["W001"]
condition = "depression"
network = { neurons = 100, synapses_per_neuron = 20 }
time = { burn_in = "25 h", horizon = "9 d" }
run = { seed = 5 }
subjects = { n = 24 }
stress = [{ start = "0 h", end = "9 d", level = 0.7 }]
[trial]
control = "saline"
primary = "24 h"
[[arm]]
name = "saline"
doses = [{ drug = "saline", time = "2 d", amt = "35 mg", route = "iv", dur = "40 min" }]
[[arm]]
name = "ketamine"
doses = [{ drug = "ketamine", time = "2 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]
"#;

#[test]
fn a_trial_is_drawn_told_and_the_same_on_any_number_of_threads() {
    let place = study_folder();
    let at = place.path();
    fs::write(at.join("trial.toml"), TRIAL).unwrap();
    let told = |threads: &str, more: &[&str]| -> Value {
        let start = ["trial", "trial.toml", "--repeat", "200", "--json", "--threads", threads];
        let done = resprout(at, &[&start, more].concat());
        assert!(done.status.success(), "{}", complaint(&done));
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let one = told("1", &["--out", "out"]);
    assert_eq!(one, told("3", &[]));
    assert_eq!((&one["design"], &one["allocated"]), (&"parallel".into(), &serde_json::json!([12, 12])));
    assert_eq!(one["primary"][0]["n"], serde_json::json!([12, 12]));
    let table = fs::read_to_string(at.join("out/trial.csv")).unwrap();
    for outcome in ["change", "response", "remission", "left"] {
        assert!(table.contains(&format!(",{outcome},")), "{outcome}: {table}");
    }
    assert!(table.lines().any(|line| line.starts_with("ketamine - saline,7 d,168.0,response,")), "{table}");
    // seven days after a dose at 2 d is the end: later visits are not there
    assert!(!table.contains(",14 d,"), "{table}");
    let crossover = told("2", &["--set", "trial.design=crossover"]);
    assert_eq!(crossover["allocated"], serde_json::json!([24, 24]));
}

#[test]
fn who_leaves_is_rated_no_more() {
    let place = study_folder();
    let at = place.path();
    let leaving = TRIAL.replace("primary = \"24 h\"", "primary = \"24 h\"\ndropout = { random_per_week = 0.5 }");
    fs::write(at.join("trial.toml"), leaving).unwrap();
    let done = resprout(at, &["trial", "trial.toml", "--out", "out", "--quiet", "--set", "subjects.n=60"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let mut left = 0.0;
    for row in csv::Reader::from_path(at.join("out/trial.csv")).unwrap().into_records().map(Result::unwrap) {
        if &row[1] == "7 d" && &row[3] == "left" {
            left += row[6].parse::<f64>().unwrap();
        }
        if &row[1] == "7 d" && &row[3] == "change" && &row[0] == "saline" {
            assert!(row[5].parse::<u32>().unwrap() < 30, "{row:?}");
        }
    }
    // a half leaves within a week: 30 ± 4 of 60
    assert!((left - 30.0).abs() < 4.0 * 15.0_f64.sqrt(), "{left}");
}

const UNCERTAIN: &str = "{ parameter = \"symptoms.expectancy_points\", from = \"4\", to = \"14\" }";

/// Assurance is power, averaged over draws of what nobody knows: each draw within its share of trials, and their mean.
#[test]
fn assurance_averages_power_over_draws_of_parameters() {
    let place = study_folder();
    let at = place.path();
    let effect = "{ parameter = \"symptoms.rating_error_points\", from = \"0\", to = \"12\" }";
    // subjects who are ill by then: who has no symptoms is rated the same under any error
    let ill = TRIAL.replace("\"2 d\"", "\"12 d\"").replace("\"9 d\"", "\"14 d\"").replace("level = 0.7", "level = 1");
    let uncertain = ill.replace("primary = \"24 h\"", &format!("primary = \"24 h\"\nuncertain = [{effect}]"));
    fs::write(at.join("trial.toml"), uncertain).unwrap();
    let told = |draws: &str, threads: &str| -> Value {
        let arguments = ["trial", "trial.toml", "--repeat", "100", "--json", "--set", "subjects.n=16"];
        let done = resprout(at, &[&arguments[..], &["--draws", draws, "--threads", threads]].concat());
        assert!(done.status.success(), "{}", complaint(&done));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()["operating_characteristics"]["assurance"].clone()
    };
    let three = told("3", "2");
    assert_eq!((three.as_array().unwrap().len(), &three[0]["arm"]), (1, &"ketamine".into()), "{three}");
    let draws: Vec<f64> = three[0]["draws"].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    assert!(draws.len() == 3 && draws.iter().all(|power| (0.0..=1.0).contains(power)), "{three}");
    // draws differ, and so do the trials under them
    assert!(draws.iter().any(|power| *power != draws[0]), "{three}");
    let mean = draws.iter().sum::<f64>() / 3.0;
    assert!((three[0]["mean"]["value"].as_f64().unwrap() - mean).abs() < 1e-12, "{three}");
    // more draws begin with the same ones
    let four = told("4", "1");
    assert_eq!(four[0]["draws"].as_array().unwrap()[..3], three[0]["draws"].as_array().unwrap()[..]);
}

#[test]
fn a_trial_that_cannot_be_is_refused() {
    let place = study_folder();
    let at = place.path();
    let faults = [
        ("subjects = { n = 24 }", "", "E079", "needs virtual subjects"),
        ("control = \"saline\"", "control = \"nobody\"", "E079", "arms: saline, ketamine"),
        ("primary = \"24 h\"", "primary = \"30 d\"", "E079", "beyond the end"),
        ("primary = \"24 h\"", "primry = \"24 h\"", "E003", "did you mean `primary`?"),
        ("primary = \"24 h\"", "alpha = 0", "E009", "alpha"),
        (
            "primary = \"24 h\"",
            "dropout = { no_effect_after = \"3 d\" }",
            "E079",
            "nobody leaves for want of effect unless `no_effect_below` is stated too",
        ),
        ("primary = \"24 h\"", "dropout = { no_effect_below = 0.2 }", "E079", "unless `no_effect_after` is stated too"),
        ("primary = \"24 h\"", "uncertain = [@, @]", "E079", "`symptoms.expectancy_points` is drawn already"),
        (
            "primary = \"24 h\"",
            "uncertain = [{ parameter = \"symptoms.expectancy\", from = \"1\", to = \"2\" }]",
            "E006",
            "did you mean",
        ),
        (
            "primary = \"24 h\"",
            "uncertain = [{ parameter = \"symptoms.expectancy_points\", from = \"9\", to = \"2 h\" }]",
            "E079",
            "a time",
        ),
    ];
    for (sound, faulty, code, says) in faults {
        let faulty = faulty.replace('@', UNCERTAIN);
        fs::write(at.join("trial.toml"), TRIAL.replacen(sound, &faulty, 1)).unwrap();
        let refused = resprout(at, &["trial", "trial.toml", "--out", "out"]);
        let told = complaint(&refused);
        assert_eq!(refused.status.code(), Some(2), "{faulty}: {told}");
        assert!(told.contains(&format!("error[{code}]")) && told.contains(says), "{faulty}: {told}");
        assert!(!at.join("out/trial.csv").exists());
    }
}

/// A visit of one's own has a row of its own: at 30 h the score is not that of the next visit or of the next day.
#[test]
fn the_primary_visit_is_read_when_it_is() {
    let place = study_folder();
    let at = place.path();
    let own = TRIAL.replace("primary = \"24 h\"", "primary = \"30 h\"").replace("n = 24", "n = 6");
    fs::write(at.join("trial.toml"), &own).unwrap();
    let done = resprout(at, &["trial", "trial.toml", "--out", "out", "--quiet", "--set", "trial.design=crossover"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let rows = csv::Reader::from_path(at.join("out/trial.csv")).unwrap().into_records().map(Result::unwrap);
    let told: Vec<f64> = rows
        .filter(|row| &row[0] == "ketamine" && &row[2] == "30.0" && &row[3] == "change")
        .map(|row| row[6].parse().unwrap())
        .collect();
    // the same from the rows of a run that has one every hour
    let done =
        resprout(at, &["run", "trial.toml", "--out", "run", "--no-figures", "--quiet", "--set", "record.every=1 h"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let mut reader = csv::Reader::from_path(at.join("run/timeseries.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = header.iter().position(|name| name == "madrs_rated").unwrap();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for row in reader.records().map(Result::unwrap).filter(|row| &row[0] == "ketamine") {
        match &row[3] {
            "48.0" => before.push(row[column].parse::<f64>().unwrap()),
            "78.0" => after.push(row[column].parse::<f64>().unwrap()),
            _ => {}
        }
    }
    let mean = after.iter().zip(&before).map(|(a, b)| a - b).sum::<f64>() / after.len() as f64;
    assert!(after.len() == 6 && told.len() == 1 && (told[0] - mean).abs() < 1e-6, "{told:?} {mean}");
}
