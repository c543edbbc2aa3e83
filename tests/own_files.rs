//! Drugs of one's own and tables of doses: read, checked at their place, and kept with the run.

#![expect(clippy::unwrap_used, reason = "a test that cannot start should say so and stop")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use resprout::recording::run_folder::RunFolder;
use tempfile::TempDir;

const CONFIG: &str = r#"schema_version = 1
title = "Own drug"
drugs = ["pharmacy/mine.toml"]
allow = ["W001"]
network = { neurons = 200, synapses_per_neuron = 40 }
time = { burn_in = "1 d", horizon = "3 d" }
[[arm]]
name = "vehicle"
[[arm]]
name = "mine"
doses = [{ drug = "mine", time = "26 h", amt = "30 mg", route = "oral" }]
[[arm]]
name = "table"
events = { file = "doses.csv" }
"#;

const DRUG: &str = r#"name = "mine"
title = "My drug"
stereochemistry = "Achiral."

[[moiety]]
name = "mine"
molar_mass = { value = "250 g/mol", source = "its formula" }
unbound_fraction = { value = 0.5, source = "equilibrium dialysis" }
brain_partition = { value = 1.0, source = "assumed: passive entry" }
brain_entry_rate = { value = "0.2 1/min", source = "assumed" }
central_volume = { value = "90 L", source = "own data" }
clearance = { value = "54 L/h", source = "own data" }

[[moiety.action]]
target = "ampa_inhibition"
potency = { value = "300 nM", source = "own data" }
hill = { value = 1.0, source = "one site" }
max_effect = { value = 0.9, source = "own data" }

[[route]]
route = "oral"

[[route.pathway]]
name = "gut"
bioavailability = { value = "60 %", source = "own data" }
absorption_rate = { value = "1 1/h", source = "own data" }
"#;

const DOSES: &str = "drug,time,amt,route,dur,ii,addl,arm\n\
ketamine,25 h,0.5 mg/kg,iv,40 min,12 h,1,\n\
mine,30 h,30 mg,oral,,,,table\n\
mine,31 h,30 mg,oral,,,,vehicle\n";

fn study(config: &str, drug: &str, doses: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("pharmacy")).unwrap();
    fs::write(folder.path().join("exp.toml"), config).unwrap();
    fs::write(folder.path().join("pharmacy/mine.toml"), drug).unwrap();
    fs::write(folder.path().join("doses.csv"), doses).unwrap();
    folder
}

fn resprout(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_resprout")).args(arguments).current_dir(folder).output().unwrap()
}

/// The complaints about a study, which must be refused.
#[track_caller]
fn complaints(config: &str, drug: &str, doses: &str) -> String {
    let folder = study(config, drug, doses);
    // from another folder, so that paths must be taken from the config's
    let output = resprout(Path::new("/"), &["check", folder.path().join("exp.toml").to_str().unwrap()]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    text
}

/// A block of the report has this code and place, and marks `marked`.
#[track_caller]
fn assert_fault(report: &str, code: &str, place: &str, marked: &str) {
    let lines: Vec<&str> = report.lines().collect();
    let found = lines.windows(4).any(|block| {
        let [head, at, text, carets] = block else { return false };
        let Some(start) = carets.find('^') else { return false };
        let width = carets[start..].chars().take_while(|c| *c == '^').count();
        head.starts_with(&format!("error[{code}]"))
            && at.contains(place)
            && text.chars().skip(carets[..start].chars().count()).take(width).collect::<String>() == marked
    });
    assert!(found, "expected {code} at {place} under `{marked}`:\n{report}");
}

#[test]
fn a_run_with_a_drug_and_doses_of_ones_own_can_be_repeated_from_its_folder_alone() {
    let folder = study(CONFIG, DRUG, DOSES);
    let checked = resprout(folder.path(), &["check", "exp.toml"]);
    assert!(String::from_utf8_lossy(&checked.stdout).contains("mine (My drug): oral"), "{checked:?}");
    let run = |config: &str, out: &str| {
        let output = resprout(folder.path(), &["run", config, "--no-figures", "--quiet", "--out", out]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let read = |file: &str| fs::read_to_string(folder.path().join(out).join(file)).unwrap();
        assert_eq!(read("drugs/mine.toml"), DRUG);
        (read("timeseries.csv"), read("config.toml"))
    };
    let (rows, _) = run("exp.toml", "first");
    let first = RunFolder::open(&folder.path().join("first")).unwrap();
    let doses: Vec<usize> = first.course.arms.iter().map(|arm| arm.doses.len()).collect();
    assert_eq!(doses, [0, 1, 3], "the table gives two doses of ketamine and one of the own drug, none to other arms");
    assert_eq!(fs::read_to_string(folder.path().join("first/doses/table.csv")).unwrap(), DOSES);

    for file in ["pharmacy/mine.toml", "doses.csv", "exp.toml"] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let (again, resolved) = run("first/config.toml", "second");
    assert_eq!(again, rows);
    assert_eq!(resolved, fs::read_to_string(folder.path().join("first/config.toml")).unwrap());
    let manifest = |run: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(folder.path().join(run).join("manifest.json")).unwrap()).unwrap()
    };
    assert_eq!(manifest("first")["config_hash"], manifest("second")["config_hash"]);
    assert!(manifest("first")["files"]["drugs/mine.toml"].is_string());
}

/// AMPA throughput falls where the own drug blocks it, and not where it says that it does nothing.
#[test]
fn a_drug_of_ones_own_acts_as_its_file_says() {
    let throughput = |drug: &str| {
        let folder = study(&CONFIG.replace("events =", "# events =").replace("30 mg", "300 mg"), drug, DOSES);
        let output = resprout(folder.path(), &["run", "exp.toml", "--no-figures", "--quiet", "--out", "r"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let table = RunFolder::open(&folder.path().join("r")).unwrap().time_series().unwrap();
        let arm = table.arms().iter().position(|name| name == "mine").unwrap();
        let values = table.column("ampa_throughput").unwrap().iter().zip(table.keys());
        values.filter(|(_, key)| key.arm == arm).map(|(&value, _)| value).fold(f64::INFINITY, f64::min)
    };
    let (acting, inert) =
        (throughput(DRUG), throughput(&DRUG.replace("max_effect = { value = 0.9", "max_effect = { value = 0.0")));
    assert!(acting < inert - 0.1, "{acting} {inert}");
}

#[test]
fn faults_of_a_drug_file_are_reported_in_that_file_beside_those_of_the_config() {
    let wrong = DRUG.replace("54 L/h", "54 L").replace("value = 0.5", "value = 5");
    let report = complaints(&CONFIG.replace("burn_in = \"1 d\"", "burn_in = \"1 mg\""), &wrong, DOSES);
    assert_fault(&report, "E008", "exp.toml:6:", "\"1 mg\"");
    assert_fault(&report, "E008", "pharmacy/mine.toml:12:", "\"54 L\"");
    assert_fault(&report, "E009", "pharmacy/mine.toml:8:", "5");
    assert_eq!(report.matches("error[").count(), 3, "its doses are no faults:\n{report}");

    let unknown = complaints(CONFIG, &DRUG.replace("bioavailability", "bioavailibility"), DOSES);
    assert_fault(&unknown, "E003", "pharmacy/mine.toml:25:", "bioavailibility");
    assert!(unknown.contains("did you mean `bioavailability`?"), "{unknown}");

    let clash = complaints(CONFIG, &DRUG.replacen("name = \"mine\"", "name = \"ketamine\"", 1), DOSES);
    assert_fault(&clash, "E011", "pharmacy/mine.toml:1:", "\"ketamine\"");
    let twice = complaints(&CONFIG.replace("mine.toml\"]", "mine.toml\", \"pharmacy/mine.toml\"]"), DRUG, DOSES);
    assert_fault(&twice, "E011", "pharmacy/mine.toml:1:", "\"mine\"");
    let slash = complaints(CONFIG, &DRUG.replacen("name = \"mine\"", "name = \"mi/ne\"", 1), DOSES);
    assert_fault(&slash, "E017", "pharmacy/mine.toml:1:", "\"mi/ne\"");

    let absent = complaints(&CONFIG.replace("pharmacy/mine", "pharmacy/yours"), DRUG, DOSES);
    assert_fault(&absent, "E001", "exp.toml:3:", "\"pharmacy/yours.toml\"");
    let mistyped = complaints(&CONFIG.replace("drug = \"mine\"", "drug = \"mne\""), DRUG, DOSES);
    assert_fault(&mistyped, "E006", "exp.toml:11:", "\"mne\"");
    assert!(mistyped.contains("did you mean `mine`?"), "{mistyped}");
    let route = complaints(&CONFIG.replace("\"oral\"", "\"iv\""), DRUG, DOSES);
    assert_fault(&route, "E023", "exp.toml:11:", "\"iv\"");
}

/// A removal must find spines to remove, and time to show what that does.
#[test]
fn a_removal_of_spines_that_cannot_be_is_refused_where_it_stands() {
    let removal = |text: &str| {
        let arm = format!("name = \"vehicle\"\nremove_spines = [{{ {text} }}]");
        complaints(&CONFIG.replace("name = \"vehicle\"", &arm), DRUG, DOSES)
    };
    let fault = |text: &str, code: &str, marked: &str| assert_fault(&removal(text), code, "exp.toml:9:", marked);
    fault("time = \"3 d\", born_after = \"1 d\"", "E036", "\"3 d\"");
    fault("time = \"2 d\", born_after = \"2 d\"", "E036", "\"2 d\"");
    fault("time = \"2 d\", born_after = \"-1 h\"", "E036", "\"-1 h\"");
    // births are told apart to six hours: none is known to lie between these two
    fault("time = \"30 h\", born_after = \"25 h\"", "E036", "\"25 h\"");
    fault("time = \"2 d\", born_after = \"1 d\", fraction = 0", "E009", "0");
    assert!(removal("time = \"2 d\"").contains("error[E004]"), "`born_after` is needed");
}

#[test]
fn faults_of_a_dose_table_are_reported_in_its_cells() {
    let doses = |from: &str, to: &str| complaints(CONFIG, DRUG, &DOSES.replacen(from, to, 1));
    assert_fault(&doses("30 mg", "30 ml"), "E008", "doses.csv:3:11", "30 ml");
    assert_fault(&doses("25 h", "99 d"), "E020", "doses.csv:2:10", "99 d");
    assert_fault(&doses("12 h,1", "12 h,"), "E021", "doses.csv:2:35", "12 h");
    assert_fault(&doses("12 h,1", "12 h,9"), "E020", "doses.csv:2:40", "9");
    assert_fault(&doses(",oral,", ",iv,"), "E023", "doses.csv:3:17", "iv");
    assert_fault(&doses("ketamine,", "ketamin,"), "E006", "doses.csv:2:1", "ketamin");
    assert_fault(&doses(",table", ",tble"), "E006", "doses.csv:3:25", "tble");
    let unnamed = complaints(CONFIG, DRUG, "time,amt,route\n1 d,1 mg,oral\n");
    assert_fault(&unnamed, "E004", "doses.csv:1:1", "time,amt,route");
    let absent = complaints(&CONFIG.replace("doses.csv", "dses.csv"), DRUG, DOSES);
    assert_fault(&absent, "E001", "exp.toml:14:", "\"dses.csv\"");
    let no_file = complaints(&CONFIG.replace("file = \"doses.csv\"", "drug = \"mine\""), DRUG, DOSES);
    assert_eq!(no_file.matches("error[").count(), 1, "{no_file}");
    assert!(no_file.contains("error[E004]"), "{no_file}");
}

/// One compartment of 90 L cleared at 54 L/h: a bolus reaches amount / volume at the instant at which it is given, although
/// no row can stand there, and then falls by e^(−0.6·t); a dose that is absorbed at 1/h follows Bateman's function.
#[test]
fn the_plasma_of_a_drug_of_ones_own_follows_the_closed_forms() {
    let config = CONFIG
        .split("[[arm]]\nname = \"table\"")
        .next()
        .unwrap()
        .replace("horizon = \"3 d\"", "horizon = \"40 h\"")
        + "[[arm]]\nname = \"bolus\"\ndoses = [{ drug = \"mine\", time = \"26 h\", amt = \"30 mg\", route = \"iv\" }]\n";
    let drug = format!(
        "{DRUG}\n[[route]]\nroute = \"iv\"\n\n[[route.pathway]]\nname = \"vein\"\nbioavailability = {{ value = 1.0, source = \"into the vein\" }}\n"
    );
    let folder = study(&config, &drug, DOSES);
    let output = resprout(folder.path(), &["run", "exp.toml", "--no-figures", "--quiet", "--out", "r"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = RunFolder::open(&folder.path().join("r")).unwrap();
    let reached = 1e3 * 30.0 / 90.0;
    let peak = run.outcomes().unwrap().get("bolus", (0, 0), "peak_mine_ng_per_ml");
    assert!((peak / reached - 1.0).abs() < 1e-9, "{peak}");
    // the bolus is all over after 14 h, but for e^(−8.4); what was swallowed peaks at ln(1/0.6)/(1 − 0.6) h
    let outcomes = run.outcomes().unwrap();
    let area = 1e3 * 30.0 / 54.0;
    let peaks_h = (1.0_f64 / 0.6).ln() / 0.4;
    for (arm, key, expected) in [
        ("bolus", "tmax_mine_h", 0.0),
        ("bolus", "auc_mine_ng_h_per_ml", area * -(-8.4_f64).exp_m1()),
        ("bolus", "auc_to_infinity_mine_ng_h_per_ml", area),
        ("bolus", "half_life_mine_h", std::f64::consts::LN_2 / 0.6),
        ("bolus", "clearance_mine_l_per_h", 54.0),
        ("bolus", "apparent_clearance_mine_l_per_h", f64::NAN),
        ("mine", "peak_mine_ng_per_ml", 0.6 * reached * (1.0_f64 / 0.6).powf(-0.6 / 0.4)),
        ("mine", "tmax_mine_h", peaks_h),
        ("mine", "auc_to_infinity_mine_ng_h_per_ml", 0.6 * area),
        ("mine", "half_life_mine_h", f64::NAN),
        ("mine", "clearance_mine_l_per_h", f64::NAN),
        ("mine", "apparent_clearance_mine_l_per_h", 90.0),
        ("vehicle", "peak_mine_ng_per_ml", 0.0),
        ("vehicle", "auc_mine_ng_h_per_ml", 0.0),
        ("vehicle", "tmax_mine_h", f64::NAN),
        ("vehicle", "apparent_clearance_mine_l_per_h", f64::NAN),
    ] {
        let found = outcomes.get(arm, (0, 0), key);
        let is_same = (found - expected).abs() <= 1e-8 * expected.abs() || (found.is_nan() && expected.is_nan());
        assert!(is_same, "{arm}, {key}: {found} for {expected}");
    }
    let dictionary = fs::read_to_string(folder.path().join("r/dictionary.csv")).unwrap();
    assert!(dictionary.contains("\noutcome,apparent_clearance_mine_l_per_h,float,L/h,"), "{dictionary}");

    let series = run.time_series().unwrap();
    let plasma = series.column("mine_ng_per_ml").unwrap();
    let mut compared = 0;
    for ((key, time), &value) in series.keys().iter().zip(series.times()).zip(plasma) {
        let after_h = time.hours() - 26.0;
        let expected = match series.arms()[key.arm].as_str() {
            _ if after_h <= 0.0 => 0.0,
            "bolus" => reached * (-0.6 * after_h).exp(),
            "mine" => 0.6 * reached / (1.0 - 0.6) * ((-0.6 * after_h).exp() - (-after_h).exp()),
            _ => 0.0,
        };
        // rows hold nine digits
        assert!((value - expected).abs() <= 1e-8 * reached, "{after_h} h: {value} for {expected}");
        compared += usize::from(expected > 0.0);
    }
    assert!(compared > 40, "{compared}");
}

/// A mouse is injected with a drug of one's own into the abdomen: what reaches the blood follows Bateman's function at the rate and in
/// the share that the file states, and a person is not given it so.
#[test]
fn a_drug_of_ones_own_can_be_injected_into_the_abdomen_of_a_mouse() {
    let absorbed = |share: &str| {
        format!(
            "{DRUG}\n[[route]]\nroute = \"ip\"\n\n[[route.pathway]]\nname = \"abdomen\"\n\
             bioavailability = {{ value = \"{share}\", source = \"own data\" }}\n\
             absorption_rate = {{ value = \"4 1/h\", source = \"own data\" }}\n"
        )
    };
    let person = CONFIG
        .split("[[arm]]\nname = \"table\"")
        .next()
        .unwrap()
        .replace("\"oral\"", "\"ip\"")
        .replace("30 mg", "10 mg/kg");
    let mouse =
        person.replace("[[arm]]\nname = \"vehicle\"", "subject = { weight = \"25 g\" }\n[[arm]]\nname = \"vehicle\"");
    assert_ne!(mouse, person);
    let refused = complaints(&person, &absorbed("80 %"), DOSES);
    assert_fault(&refused, "E026", "exp.toml:11:", "\"ip\"");
    assert_fault(&complaints(&mouse, DRUG, DOSES), "E023", "exp.toml:12:", "\"ip\"");
    let reached = |drug: &str| {
        let folder = study(&mouse, drug, DOSES);
        let output = resprout(folder.path(), &["run", "exp.toml", "--no-figures", "--quiet", "--out", "r"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let outcomes = RunFolder::open(&folder.path().join("r")).unwrap().outcomes().unwrap();
        ["peak_mine_ng_per_ml", "tmax_mine_h"].map(|key| outcomes.get("mine", (0, 0), key))
    };
    let (whole, half) = (reached(&absorbed("80 %")), reached(&absorbed("40 %")));
    // volumes go with the weight, clearances with its power 3/4
    let (weight, entry) = (0.025_f64 / 70.0, 4.0);
    let exit = 54.0 / 90.0 * weight.powf(-0.25);
    let peaks_h = (entry / exit).ln() / (entry - exit);
    let dose_per_volume = 1e3 * 0.25 / (90.0 * weight);
    let peak = 0.8 * dose_per_volume * entry / (entry - exit) * ((-exit * peaks_h).exp() - (-entry * peaks_h).exp());
    for (found, expected) in [(whole[0], peak), (whole[1], peaks_h), (half[0], 0.5 * peak), (half[1], peaks_h)] {
        // the instant of the peak is found to the rounding of a millisecond, and the peak is flat there
        assert!((found / expected - 1.0).abs() < 1e-5, "{whole:?} {half:?}: {expected}");
    }
}
