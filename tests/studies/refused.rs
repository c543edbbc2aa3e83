//! Bad studies: one located error each, and nothing written.

use std::fs;
use std::time::{Duration, Instant};

use super::folder::{STUDY, complaint, resprout, start, study_folder};

/// What to change in the study, the code of the error, where it points, and what it says.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("key = \"stress.0.level\"", "key = \"stress.0.levl\"", "E003 study.toml:11", "did you mean `stress.0.level`?"),
    (
        "values = [0.3, 0.9]",
        "values = [0.3, 1.5]",
        "E070 study.toml:12",
        "1.5 is outside what the key allows: at least 0, at most 1",
    ),
    ("values = [0.3, 0.9]", "values = [0.3, 0.3]", "E070 study.toml:12", "stands here twice"),
    (
        "key = \"spine_density_horizon\"",
        "key = \"spine_density_horizo\"",
        "E071 study.toml:20",
        "did you mean `spine_density_horizon`?",
    ),
    ("arms = [\"once\"]", "arms = [\"twice\"]", "E071 study.toml:24", "arms: vehicle, once"),
    ("method = \"grid\"", "method = \"sobol\"", "E072 study.toml:7", "a `sobol` design needs `points`"),
    ("method = \"grid\"", "method = \"grid\"\npoints = 5", "E072 study.toml:8", "has as many points as it lists"),
    ("method = \"grid\"", "method = \"list\"", "E072 study.toml:17", "3 values, but `stress` lists 2"),
    (
        "method = \"grid\"",
        "method = \"table\"\nfile = \"points.csv\"",
        "E073 study.toml:8",
        "has no column `dose`; it has `stress`",
    ),
    ("method = \"grid\"", "method = \"grid\"\nmemory = \"1 kB\"", "E075", "one point takes about"),
    ("name = \"dose\"", "name = \"stress\"", "E070 study.toml:14", "a column called `stress` is there already"),
    ("name = \"dose\"", "name = \"value\"", "E070 study.toml:14", "a column called `value` is there already"),
    (
        "values = [\"0.5 mg/kg\", \"1 mg/kg\", \"2 mg/kg\"]",
        "values = [\"0.5 mg/kg\", \"5 kg/kg\"]",
        "E024 study.toml:17",
        "5000000 mg/kg",
    ),
    // of the wrong type, of the wrong unit, without a unit: each at its value
    ("values = [0.3, 0.9]", "values = [0.3, \"high\"]", "E070 study.toml:12", "\"high\" is no number"),
    ("values = [0.3, 0.9]", "values = [\"high\"]", "E005 study.toml:12", "expected a number"),
    (
        "values = [\"0.5 mg/kg\", \"1 mg/kg\", \"2 mg/kg\"]",
        "values = [\"0.5 mg/kg\", \"1 h\"]",
        "E008 study.toml:17",
        "a time",
    ),
    (
        "values = [\"0.5 mg/kg\", \"1 mg/kg\", \"2 mg/kg\"]",
        "values = [0.5, 1]",
        "E008 study.toml:17",
        "`0.5` has no unit",
    ),
    ("base = \"base.toml\"", "base = \"base.toml\"\nset = [\"time.horizon=3 kg\"]", "E008 study.toml:5", "a mass"),
    // what has no bearing on the value alone is told of the point
    (
        "name = \"dose\"\nkey = \"arm.once.doses.0.amt\"\nvalues = [\"0.5 mg/kg\", \"1 mg/kg\", \"2 mg/kg\"]",
        "key = \"time.horizon\"\nvalues = [\"50 h\", \"20 h\"]",
        "E074 study.toml:9",
        "point 1 (stress = 0.3, time.horizon = 20 h)",
    ),
    ("values = [0.3, 0.9]", "values = [0.3, 0.9]\nto = 0.9", "E070 study.toml:13", "this has no effect"),
    ("values = [0.3, 0.9]", "from = 0.3\nto = 0.9\ncenter = 0.5", "E070 study.toml:14", "no such number"),
    (
        "values = [0.3, 0.9]",
        "distribution = \"normal\"\ncenter = 0.5\nsd = 0.1\nsd_log = 0.1",
        "E070 study.toml:15",
        "no such number",
    ),
    ("method = \"grid\"", "method = \"grid\"\nseed = 3", "E072 study.toml:8", "nothing is drawn for a `grid` design"),
    ("values = [0.3, 0.9]", "distribution = \"log_uniform\"", "E070 study.toml:9", "a logarithm needs `from` above 0"),
    ("values = [0.3, 0.9]", "from = 0.5\nto = 0.2", "E070 study.toml:9", "nothing lies between"),
    ("values = [0.3, 0.9]", "from = 0.5\nto = 2", "E070 study.toml:13", "2 is outside what the key allows: at most 1"),
    (
        "values = [0.3, 0.9]",
        "distribution = \"normal\"\ncenter = 50\nsd = 0.1",
        "E070 study.toml:9",
        "nothing between `from` and `to`",
    ),
    (
        "values = [0.3, 0.9]",
        "distribution = \"normal\"\ncenter = 0.5",
        "E070 study.toml:9",
        "needs `center` and a positive `sd`",
    ),
    ("base = \"base.toml\"", "base = \"absent.toml\"", "E001", "absent.toml"),
    ("base = \"base.toml\"", "bas = \"base.toml\"", "E003 study.toml:4", "did you mean `base`?"),
    (
        "name = \"stress\"\nkey = \"stress.0.level\"",
        "name = \"x\"\nparameter = \"bdnf.nothing\"",
        "E006 study.toml:11",
        "no parameter has this name",
    ),
    (
        "key = \"peak_ketamine_ng_per_ml\"\narms = [\"once\"]",
        "name = \"x\"\nmeasure = \"at(spines[once], 1 h\"",
        "E071 study.toml:24",
        "`)` is expected here",
    ),
    (
        "key = \"peak_ketamine_ng_per_ml\"\narms = [\"once\"]",
        "name = \"x\"\nmeasure = \"at(spnes_per_pyramidal[once], 1 h)\"",
        "E071 study.toml:24",
        "did you mean `spines_per_pyramidal`?",
    ),
    (
        "key = \"peak_ketamine_ng_per_ml\"\narms = [\"once\"]",
        "name = \"x\"\nmeasure = \"spines(synapses[once], 1 h)\"",
        "E071 study.toml:24",
        "points keep no snapshots",
    ),
    ("values = [0.3, 0.9]", "from = inf", "E005 study.toml:12", "no nan, no inf"),
    ("name = \"stress\"", "name = \"a\\tb\"", "E070 study.toml:10", "plain characters"),
    ("name = \"stress\"", "name = \"Dose\"", "E070 study.toml:14", "a column called `dose` is there already"),
    (
        "key = \"stress.0.level\"\nvalues = [0.3, 0.9]",
        "key = \"arm.1.doses.0.amt\"\nvalues = [\"3 mg\", \"4 mg\"]",
        "E070 study.toml:14",
        "arm.once.doses.0.amt is given its value by factor `stress` already",
    ),
    ("base = \"base.toml\"", "base = \"base.toml\"\nset = [\"stress.0.level=0.1\"]", "E070", "by `set` already"),
];

#[test]
fn each_fault_has_one_error_at_its_place_and_nothing_is_written() {
    let place = study_folder();
    let at = place.path();
    fs::write(at.join("points.csv"), "stress\n0.3\n").unwrap();
    for (sound, faulty, code, says) in FAULTS {
        assert!(STUDY.contains(sound), "{sound}");
        fs::write(at.join("study.toml"), STUDY.replacen(sound, faulty, 1)).unwrap();
        let out = resprout(at, &["sweep", "study.toml", "--out", "out"]);
        let told = complaint(&out);
        assert_eq!(out.status.code(), Some(2), "{faulty}: {told}");
        let (code, line) = code.split_once(' ').unwrap_or((code, ""));
        let first = format!("error[{code}]");
        assert!(told.contains(&first) && told.contains(says), "{faulty}: wanted {code} and {says}: {told}");
        assert!(line.is_empty() || told.contains(&format!("{line}:")), "{faulty}: wanted {line}: {told}");
        let codes: std::collections::BTreeSet<&str> = told.matches("error[E07").collect();
        assert!(codes.len() <= 1, "{faulty}: {told}");
        let left: Vec<_> =
            fs::read_dir(at.join("out")).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        assert!(left.is_empty(), "{faulty}: {left:?}");
    }
}

#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let place = study_folder();
    let at = place.path();
    for part in ["1/2", "2/2", "1/3"] {
        let out = part.replace('/', "of");
        resprout(at, &["sweep", "study.toml", "--shard", part, "--out", &out, "--quiet"]);
    }
    fs::write(at.join("other.toml"), STUDY.replace("0.9", "0.8")).unwrap();
    resprout(at, &["sweep", "other.toml", "--shard", "2/2", "--out", "other", "--quiet"]);
    resprout(at, &["sweep", "study.toml", "--shard", "2/2", "--out", "copy", "--quiet"]);
    let refused = |parts: &[&str], says: &str| {
        let arguments: Vec<&str> =
            ["collect"].into_iter().chain(parts.iter().copied()).chain(["--out", "joined"]).collect();
        let out = resprout(at, &arguments);
        assert_eq!(out.status.code(), Some(2), "{parts:?}: {}", complaint(&out));
        assert!(
            complaint(&out).contains("error[E07") && complaint(&out).contains(says),
            "{parts:?}: {}",
            complaint(&out)
        );
        assert!(!at.join("joined").exists(), "{parts:?}");
    };
    refused(&["1of2"], "part 2/2 missing");
    refused(&["1of2", "1of3"], "one of 3 parts");
    refused(&["1of2", "other"], "different studies");
    refused(&["1of2", "2of2", "copy"], "are both part 2/2");
    refused(&["1of2", "nowhere"], "study.json");
    let table = at.join("1of2/points.journal");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen("outcome", "Outcome", 1)).unwrap();
    let out = resprout(at, &["collect", "1of2", "2of2", "--out", "joined"]);
    assert_eq!(out.status.code(), Some(5), "{}", complaint(&out));
    assert!(!at.join("joined").exists());
}

#[test]
fn a_study_that_another_process_works_on_is_refused() {
    let place = study_folder();
    let at = place.path();
    let many = STUDY
        .replace("values = [0.3, 0.9]", "from = 0.1\nto = 0.9")
        .replace("method = \"grid\"", "method = \"random\"\npoints = 400");
    fs::write(at.join("study.toml"), many).unwrap();
    let mut first = start(at, &["sweep", "study.toml", "--out", "out", "--threads", "1", "--quiet"]);
    let began = Instant::now();
    while !at.join("out/study.json").is_file() {
        assert!(first.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_mins(3), "it does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = resprout(at, &["sweep", "study.toml", "--out", "out"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(2), "{}", complaint(&second));
    assert!(complaint(&second).contains("error[E046]"), "{}", complaint(&second));
}
