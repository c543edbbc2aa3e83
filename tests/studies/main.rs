//! Studies as they are run: in one process, killed and begun again, in parts, and refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod folder;
mod refused;
mod sensitivity;
mod simulator;
mod trial;
mod trials;

use std::collections::BTreeMap;
use std::fs;

use folder::{CONFIG, STUDY, complaint, resprout, results, study_folder};

#[test]
fn a_study_is_the_same_whatever_the_threads_and_parts() {
    let place = study_folder();
    let at = place.path();
    let done = resprout(at, &["sweep", "study.toml", "--out", "one", "--threads", "1", "--quiet"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let whole = results(&at.join("one"));
    assert_eq!(
        whole.keys().collect::<Vec<_>>(),
        ["dictionary.csv", "failed.csv", "points.csv", "study.csv", "study.parquet"]
    );
    resprout(at, &["sweep", "study.toml", "--out", "three", "--threads", "3", "--quiet"]);
    assert_eq!(results(&at.join("three")), whole, "three threads");
    let parts = ["1/3", "2/3", "3/3"];
    for part in parts {
        let out = part.replace('/', "of");
        let done = resprout(at, &["sweep", "study.toml", "--shard", part, "--out", &out, "--quiet"]);
        assert!(done.status.success(), "{}", complaint(&done));
    }
    let done = resprout(at, &["collect", "2of3", "3of3", "1of3", "--out", "joined", "--quiet"]);
    assert!(done.status.success(), "{}", complaint(&done));
    assert_eq!(results(&at.join("joined")), whole, "three parts, joined");
    let verified = resprout(at, &["verify", "joined", "--threads", "2"]);
    assert!(verified.status.success(), "{}", complaint(&verified));
}

/// Every value of a point is that of a run of its config: outcomes of all arms and networks to the last bit, whatever the
/// points were simulated together with.
#[test]
fn a_point_gives_what_a_run_of_its_config_gives() {
    let place = study_folder();
    let at = place.path();
    resprout(at, &["sweep", "study.toml", "--out", "study", "--quiet"]);
    let table = fs::read_to_string(at.join("study/study.csv")).unwrap();
    let mut of_point: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for row in csv::Reader::from_reader(table.as_bytes()).into_records().map(Result::unwrap) {
        if &row[0] == "4" && &row[6] == "spine_density_horizon" {
            of_point.insert((row[3].into(), row[4].into(), row[5].into()), row[8].into());
        }
    }
    // point 4 of the grid: the second dose of the second level of stress
    let edits = ["--set", "stress.0.level=0.9", "--set", "arm.once.doses.0.amt='1 mg/kg'"];
    let arguments = ["run", "base.toml", "--out", "run", "--no-figures", "--quiet"];
    let done = resprout(at, &arguments.iter().chain(&edits).copied().collect::<Vec<_>>());
    assert!(done.status.success(), "{}", complaint(&done));
    let mut of_run = BTreeMap::new();
    for row in csv::Reader::from_path(at.join("run/outcomes.csv")).unwrap().into_records().map(Result::unwrap) {
        if &row[3] == "spine_density_horizon" {
            of_run.insert((row[0].to_owned(), row[1].to_owned(), row[2].to_owned()), row[5].to_owned());
        }
    }
    assert_eq!(of_point.len(), 4, "{table}");
    assert_eq!(of_point, of_run);
}

#[test]
fn what_points_share_is_simulated_once_and_told() {
    let place = study_folder();
    let at = place.path();
    resprout(at, &["sweep", "study.toml", "--out", "study", "--quiet"]);
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(at.join("study/study.json")).unwrap()).unwrap();
    let (ticks, alone) = (manifest["ticks"].as_u64().unwrap(), manifest["ticks_alone"].as_u64().unwrap());
    // 6 points of 2 arms and 2 networks, 75 h each, with the ticks that doses add; the burn-in of all is one
    assert!(alone >= 6 * 2 * 2 * 75, "{alone}");
    // six points share a burn-in, the arms without a dose all they have under one stress
    assert!(ticks * 5 < alone * 3, "{ticks} of {alone}");
}

#[test]
fn without_common_random_numbers_points_differ_by_their_draws_too() {
    let place = study_folder();
    let at = place.path();
    let same = STUDY.replace("values = [0.3, 0.9]", "values = [0.3, 0.300000001]");
    fs::write(at.join("same.toml"), &same).unwrap();
    let apart = same.replace("method = \"grid\"", "method = \"grid\"\ncommon_random_numbers = false");
    fs::write(at.join("apart.toml"), apart).unwrap();
    let spread = |name: &str| {
        resprout(at, &["sweep", &format!("{name}.toml"), "--out", name, "--quiet"]);
        let table = fs::read_to_string(at.join(name).join("study.csv")).unwrap();
        let values: Vec<f64> = csv::Reader::from_reader(table.as_bytes())
            .into_records()
            .map(Result::unwrap)
            .filter(|row| &row[3] == "vehicle" && &row[4] == "0" && &row[6] == "spine_density_horizon")
            .map(|row| row[8].parse().unwrap())
            .collect();
        values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min)
    };
    let (same, apart) = (spread("same"), spread("apart"));
    assert!(same < 1e-3 && apart > 5.0 * same, "{same} {apart}");
}

#[test]
fn a_finished_study_is_left_alone_and_one_that_was_changed_is_refused() {
    let place = study_folder();
    let at = place.path();
    resprout(at, &["sweep", "study.toml", "--out", "study", "--quiet"]);
    let before = fs::read(at.join("study/study.json")).unwrap();
    let again = resprout(at, &["sweep", "study.toml", "--out", "study"]);
    assert!(again.status.success() && String::from_utf8_lossy(&again.stdout).contains("finished already"), "{again:?}");
    assert_eq!(fs::read(at.join("study/study.json")).unwrap(), before);
    fs::write(at.join("base.toml"), CONFIG.replace("seed = 7", "seed = 8")).unwrap();
    let refused = resprout(at, &["sweep", "study.toml", "--out", "study"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(complaint(&refused).contains("error[E076]"), "{}", complaint(&refused));
    assert_eq!(fs::read(at.join("study/study.json")).unwrap(), before);
}

/// A point that fails is told with what it failed of, and the rest goes on: here one whose subject the model cannot bear.
#[test]
fn a_measurement_that_a_point_cannot_answer_fails_that_point_alone() {
    let place = study_folder();
    let at = place.path();
    let study = format!(
        "{STUDY}\n[[outcome]]\nname = \"late\"\nunit = \"1\"\nmeasure = \"at(spines_per_pyramidal[once], 20 h)\"\n"
    );
    let varied = study.replace(
        "name = \"stress\"\nkey = \"stress.0.level\"\nvalues = [0.3, 0.9]",
        "name = \"when\"\nkey = \"arm.once.doses.0.time\"\nvalues = [\"28 h\", \"40 h\"]",
    );
    fs::write(at.join("late.toml"), varied).unwrap();
    let done = resprout(at, &["sweep", "late.toml", "--out", "late", "--json"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    // 20 h after a dose at 40 h lies beyond the horizon of 50 h
    assert_eq!((told["done"].as_u64(), told["failed"].as_u64()), (Some(3), Some(3)), "{told}");
    let failed = fs::read_to_string(at.join("late/failed.csv")).unwrap();
    assert_eq!(failed.lines().count(), 4);
    assert!(failed.lines().nth(1).unwrap().starts_with("3,40.0,0.5,"), "{failed}");
    assert!(failed.contains("`spines_per_pyramidal` of `once` has no value there"), "{failed}");
    // a grid with gaps has no exact shares
    let refused = resprout(at, &["sensitivity", "late.toml", "--out", "late"]);
    assert_eq!(refused.status.code(), Some(2), "{}", complaint(&refused));
    let told = complaint(&refused);
    assert!(told.contains("error[E080]") && told.contains("3 of 6 points of the grid gave no value"), "{told}");
    assert!(!at.join("late/sensitivity.csv").exists());
}

#[test]
fn points_and_runs_are_compared_within_networks_where_both_drew_alike() {
    let place = study_folder();
    let at = place.path();
    resprout(at, &["sweep", "study.toml", "--out", "study", "--quiet"]);
    let of = |arguments: &[&str]| -> serde_json::Value {
        let done = resprout(at, &[&["compare", "--json"], arguments].concat());
        assert!(done.status.success(), "{}", complaint(&done));
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let points = of(&["study#0", "study#1"]);
    let asked: Vec<&str> = points["asked"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap()).collect();
    assert_eq!(asked, ["arm.once.doses.0.amt"], "{points}");
    let find = |told: &serde_json::Value, arm: &str, outcome: &str| -> serde_json::Value {
        let of = told["outcomes"].as_array().unwrap().iter().find(|it| it["arm"] == arm && it["outcome"] == outcome);
        of.cloned().unwrap_or_else(|| panic!("{told}"))
    };
    let peak = find(&points, "once", "peak_ketamine_ng_per_ml");
    // twice the dose, twice the peak: in each network, and so in the mean
    assert!(peak["paired"] == true && peak["n"] == 2, "{peak}");
    let [first, mean, difference] = ["mean_of_first", "mean", "difference"].map(|key| peak[key].as_f64().unwrap());
    assert!((mean / first - 2.0).abs() < 1e-9 && (difference - first).abs() < 1e-9 * first, "{peak}");
    assert_eq!(find(&points, "vehicle", "spine_density_horizon")["difference"], 0.0);

    for (name, seed) in [("a", "7"), ("b", "8")] {
        let done = resprout(at, &["run", "base.toml", "--seed", seed, "--out", name, "--no-figures", "--quiet"]);
        assert!(done.status.success(), "{}", complaint(&done));
    }
    let runs = of(&["a", "b", "--out", "both"]);
    let spines = find(&runs, "once", "spine_density_horizon");
    assert!(spines["paired"] == false && spines["low"].is_number(), "{spines}");
    assert!(at.join("both/figures/F24.svg").is_file() && at.join("both/comparison.csv").is_file());
    let refused = resprout(at, &["compare", "a", "study"]);
    assert_eq!(refused.status.code(), Some(2), "{}", complaint(&refused));
    assert!(complaint(&refused).contains("study#0"), "{}", complaint(&refused));
}

#[test]
fn points_that_were_chosen_elsewhere_need_no_bounds() {
    let place = study_folder();
    let at = place.path();
    let study = STUDY
        .replace("method = \"grid\"", "method = \"table\"\nfile = \"chosen.csv\"")
        .replace("values = [0.3, 0.9]\n", "")
        .replace("values = [\"0.5 mg/kg\", \"1 mg/kg\", \"2 mg/kg\"]\n", "");
    fs::write(at.join("study.toml"), study).unwrap();
    fs::write(at.join("chosen.csv"), "dose,more,stress\n0.5 mg/kg,x,0.3\n1000 ug/kg,y,0.9\n").unwrap();
    let done = resprout(at, &["sweep", "study.toml", "--out", "out", "--json"]);
    // a key that takes either unit has none of its own: numbers in a table need one
    assert!(done.status.success(), "{}", complaint(&done));
    assert_eq!(fs::read_to_string(at.join("out/points.csv")).unwrap(), "point,stress,dose\n0,0.3,0.5\n1,0.9,1.0\n");
    // which of two columns is meant, nobody knows; a cell that no config can hold is told with its point
    for (table, code, says) in [
        ("dose,stress,stress\n0.5 mg/kg,0.3,0.4\n", "E073", "more than one column `stress`"),
        ("dose,stress\n0.5 mg/kg,0.3\n1 mg/kg,high\n", "E005", "point 1: stress = high"),
    ] {
        fs::write(at.join("chosen.csv"), table).unwrap();
        let refused = resprout(at, &["sweep", "study.toml", "--out", "other"]);
        let told = complaint(&refused);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("error[{code}]")) && told.contains("study.toml:8:"), "{told}");
        assert!(told.contains(says), "{told}");
    }
}

/// Sizes of a list may share a value of another factor. Every network is a dot of F27; how many there are is no cause of what they do,
/// and what varies together has no map of pairs.
#[test]
fn a_study_of_sizes_is_drawn_against_size() {
    let place = study_folder();
    let at = place.path();
    let stress = "name = \"stress\"\nkey = \"stress.0.level\"\nvalues = [0.3, 0.9]\n";
    let dose = "name = \"dose\"\nkey = \"arm.once.doses.0.amt\"\nvalues = [\"0.5 mg/kg\", \"1 mg/kg\", \"2 mg/kg\"]\n";
    let sizes = "name = \"size\"\nkey = \"network.neurons\"\nvalues = [100, 200, 300]\n\n[[factor]]\nname = \"synapses\"\n\
                 key = \"network.synapses_per_neuron\"\nvalues = [10, 20, 20]\n";
    let networks = "name = \"networks\"\nkey = \"run.replicates\"\nvalues = [3, 2, 2]\n";
    let study = STUDY.replace("\"grid\"", "\"list\"").replace(stress, sizes).replace(dose, networks);
    fs::write(at.join("study.toml"), &study).unwrap();
    let done = resprout(at, &["sweep", "study.toml", "--out", "sizes", "--quiet"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let read = |name: &str| fs::read_to_string(at.join("sizes/figures").join(name)).unwrap();
    let dots = read("F27.csv").lines().filter(|line| line.starts_with("a,") && line.contains(",network,")).count();
    assert_eq!(dots, 7, "{}", read("F27.csv"));
    assert!(read("F27.md").contains("Along with size goes synapses: 10, 20 and 20."), "{}", read("F27.md"));
    assert!(read("F21.csv").contains("synapses") && !read("F21.csv").contains("networks"), "{}", read("F21.csv"));
    assert!(!at.join("sizes/figures/F22.svg").exists());

    let twice = study.replace("[100, 200, 300]", "[100, 200, 200]");
    fs::write(at.join("study.toml"), twice).unwrap();
    let refused = resprout(at, &["sweep", "study.toml", "--out", "twice", "--quiet"]);
    assert!(complaint(&refused).contains("E072") && complaint(&refused).contains("this point stands here twice"));
}
