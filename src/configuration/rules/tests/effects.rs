//! Instructions without effect, one by one, each beside its twin that has one.

use super::*;

/// Everything that is said of an experiment with `model` above its arms, and one arm that says `arm`.
fn of(model: &str, arm: &str) -> String {
    said(&format!("{HEAD}{model}\n{ARM}{arm}\n"), "")
}

const DOSE: &str = "doses = [{ drug = \"ketamine\", time = \"1 d\", amt = \"35 mg\", route = \"iv\" }]";

#[test]
fn an_override_of_a_mechanism_that_is_switched_off_is_told() {
    let stated = "override.\"pruning.stress_gain\" = { value = 0.5, why = \"stronger\" }";
    let off = of(&format!("[model]\ndisable = [\"pruning\"]\n{stated}"), "");
    assert_one(&off, "W019", "exp.toml:7:10", "`pruning` is switched off here");
    assert_eq!(of(&format!("[model]\ndisable = [\"gaba\"]\n{stated}"), ""), "");
    assert_one(&of("", &format!("disable = [\"pruning\"]\n{stated}")), "W019", "exp.toml:9:10", "nobody else reads");
    assert_one(&of("[model]\ndisable = [\"pruning\"]", stated), "W019", "exp.toml:9:10", "switched off");
    // another arm may well have it on
    assert_eq!(of(&format!("[model]\n{stated}"), "disable = [\"pruning\"]"), "");
    // the network is built at its set points, whatever becomes of rates
    let set_point = "override.\"glutamate.pv_set_point_hz\" = { value = \"12 Hz\", why = \"faster\" }";
    assert_eq!(of(&format!("[model]\ndisable = [\"glutamate\"]\n{set_point}"), ""), "");
}

#[test]
fn an_episode_that_loads_nobody_is_told() {
    let episode = |level: f64| format!("stress = [{{ start = \"0 h\", end = \"1 d\", level = {level} }}]");
    assert_one(&of(&episode(0.0), ""), "W020", "exp.toml:5:49", "an episode of level 0 is none");
    assert_eq!(of(&episode(0.4), ""), "");
    assert_one(&of("", &episode(0.0)), "W020", "exp.toml:8:49", "`stress = []` in an arm is none");
    assert_eq!(of(&episode(0.4), "stress = []"), "");
    let off = format!("{}\n[model]\ndisable = [\"stress\"]", episode(0.4));
    assert_one(&of(&off, ""), "W020", "exp.toml:7:11", "no episode loads the body");
    assert_eq!(of(&episode(0.4), "disable = [\"stress\"]"), "", "one arm goes without");
}

/// What the config states wins over its condition, so that it is the condition that can be idle.
#[test]
fn a_condition_that_fills_nothing_is_told() {
    let all = "condition = \"anxiety\"\nscale = \"hama\"\nstress = []\n";
    let subject = "[subject]\nstress_sensitivity = 1.0\nbaseline_inflammation = 0.1\n";
    let idle = of(&format!("{all}{subject}"), "");
    assert_one(&idle, "W021", "exp.toml:5:13", "the config states all that `anxiety` would");
    assert_eq!(of(&format!("{all}[subject]\nbaseline_inflammation = 0.1\n"), ""), "");
}

#[test]
fn a_removal_of_spines_that_are_not_born_is_told() {
    let removal = "remove_spines = [{ time = \"36 h\", born_after = \"24 h\" }]\n";
    assert_eq!(of("", removal), "");
    let off = of("", &format!("{removal}disable = [\"synaptogenesis\"]"));
    assert_one(&off, "W022", "exp.toml:8:", "`synaptogenesis` is switched off: no spine is born from 1 d to 36 h");
    let none = "override.\"synaptogenesis.formation_per_d\" = { value = \"0 1/d\", why = \"none\" }";
    assert_one(
        &of(&format!("[model]\n{none}"), removal),
        "W022",
        "exp.toml:9:",
        "`synaptogenesis.formation_per_d` is 0",
    );
    let late = format!("{removal}disable = [\"synaptogenesis\"]\nfrom = \"30 h\"");
    assert_eq!(of("", &late), "", "spines are born until then");
}

#[test]
fn doses_that_reach_no_body_are_told() {
    let off = of("", &format!("{DOSE}\ndisable = [\"pharmacokinetics\"]"));
    assert_one(&off, "W024", "exp.toml:8:", "no dose of arm `clinic` reaches the body");
    assert_eq!(of("", &format!("{DOSE}\ndisable = [\"pharmacokinetics\"]\nfrom = \"30 h\"")), "");
    assert_eq!(of("", &format!("{DOSE}\ndisable = [\"gaba\"]")), "");
}

#[test]
fn a_hypothesis_that_an_override_outweighs_is_told() {
    let weight = |value: f64| {
        format!(
            "[model]\nhypotheses = [\"direct\"]\noverride.\"bdnf.direct_weight\" = {{ value = {value}, why = \"half\" }}"
        )
    };
    assert_one(&of(&weight(0.5), ""), "W026", "exp.toml:6:", "`bdnf.direct_weight` is 0.5");
    assert_eq!(of(&weight(1.0), ""), "");
}

#[test]
fn a_hypothesis_of_a_mechanism_that_is_switched_off_is_told() {
    let off = of("[model]\nhypotheses = [\"disinhibition\", \"direct\"]\ndisable = [\"bdnf\"]", "");
    assert_one(&off, "W026", "exp.toml:6:32", "`bdnf`, which would follow it, is switched off");
    assert_eq!(of("[model]\nhypotheses = [\"disinhibition\", \"direct\"]", "disable = [\"bdnf\"]"), "");
}

#[test]
fn a_covariate_that_nothing_asks_for_is_told() {
    let subject = |key: &str| format!("[subject]\n{key}");
    assert_one(&of(&subject("clearance = 0.5"), ""), "W029", "exp.toml:6:", "no arm is given anything");
    assert_eq!(of(&subject("clearance = 0.5"), DOSE), "");
    assert_one(&of(&subject("stress_sensitivity = 2.0"), DOSE), "W029", "exp.toml:6:", "no arm is stressed");
    let stress = "stress = [{ start = \"0 h\", end = \"1 d\", level = 0.5 }]";
    assert_eq!(of(&subject("stress_sensitivity = 2.0"), stress), "");
    assert_eq!(of(&subject("clearance = 1.0"), ""), "", "as in anybody");
    assert_eq!(of(&subject("baseline_inflammation = 0.5"), ""), "", "cytokines are there without either");
}

#[test]
fn a_drug_of_a_table_whose_lines_name_their_own_is_told() {
    let of = |rows: &str| of_table(&format!("time,amt,route,drug\n{rows}"));
    assert_one(&of("1 d,35 mg,iv,esketamine\n"), "W032", "exp.toml:7:", "each line for arm `clinic` names its own");
    assert_eq!(of("1 d,35 mg,iv,esketamine\n30 h,35 mg,iv,.\n"), "");
    assert_eq!(of("1 d,35 mg,iv,ketamine\n"), "", "the same drug is given either way");
    assert_eq!(of_table("time,amt,route\n1 d,35 mg,iv\n"), "");
    // lines that are for another arm are not this one's
    let two = |second: &str| {
        let table = format!("time,amt,route,drug,arm\n1 d,35 mg,iv,esketamine,clinic\n1 d,35 mg,iv,{second}\n");
        said(&format!("{HEAD}[[arm]]\nname = \"vehicle\"\n{ARM}{TABLE}"), &table)
    };
    assert_one(&two(",vehicle"), "W032", "exp.toml:9:", "each line for arm `clinic`");
    assert_eq!(two(",clinic"), "");
}

#[test]
fn a_scale_without_symptoms_is_told() {
    let off = "[model]\ndisable = [\"symptoms\"]";
    assert_one(&of(&format!("scale = \"hama\"\n{off}"), ""), "W033", "exp.toml:5:9", "no scale is read");
    assert_one(&of("scale = \"hama\"", "disable = [\"symptoms\"]"), "W033", "exp.toml:5:9", "no scale is read");
    assert_eq!(of("scale = \"hama\"", ""), "");
    let late = "disable = [\"symptoms\"]\nfrom = \"1 d\"";
    assert_eq!(of("scale = \"hama\"", late), "", "symptoms are read until then");
    assert_eq!(of(off, ""), "");
    let condition = "condition = \"anxiety\"\nstress = []";
    assert_eq!(of(&format!("{condition}\n{off}"), ""), "", "the condition's scale was not asked for by its name");
    assert_one(&of(&format!("{condition}\nscale = \"madrs\"\n{off}"), ""), "W033", "exp.toml:7:9", "no scale is read");
    let endpoint = "subjects = { n = 8 }\ntrial = { endpoint = \"madrs\" }";
    assert_one(&of(&format!("{endpoint}\n{off}"), ""), "W033", "exp.toml:6:22", "no scale is read");
    let expects = format!("[subject]\nexpectancy = 2.0\n{off}");
    assert_one(&of(&expects, DOSE), "W029", "exp.toml:6:14", "`symptoms` is switched off in every arm");
    assert_eq!(of("[subject]\nexpectancy = 2.0", DOSE), "");
}

#[test]
fn a_trial_without_subjects_is_told() {
    let trial = "[trial]\nper_arm = 20\n";
    assert_one(&of(trial, DOSE), "W034", "exp.toml:5:2", "no virtual subjects");
    assert_eq!(of(&format!("subjects = {{ n = 8 }}\n{trial}"), DOSE), "");
}

#[test]
fn what_repeats_what_holds_anyway_is_noted() {
    let noted = |report: &str, place: &str| report.contains("note[N004]") && report.contains(place);
    let stress = "stress = [{ start = \"0 h\", end = \"1 d\", level = 0.5 }]";
    assert!(noted(&of(stress, stress), "exp.toml:8:1"));
    assert_eq!(of(stress, &stress.replace("0.5", "0.6")), "");
    assert!(noted(&of("", "stress = []"), "exp.toml:8:1"));
    let twice = |instants: &str| of(&format!("[record]\nnetwork_at = [{instants}]"), "");
    assert!(noted(&twice("\"1 d\", \"2 d\", \"24 h\""), "exp.toml:6:29"));
    assert_eq!(twice("\"1 d\", \"2 d\""), "");
}

#[test]
fn an_empty_population_is_told() {
    let populations = |fraction: f64| {
        let pyr = 0.9 - fraction;
        format!(
            "[[population]]\nname = \"pyr\"\nclass = \"pyramidal\"\nfraction = {pyr}\n[[population]]\nname = \"pv\"\n\
             class = \"pv\"\nfraction = 0.1\n[[population]]\nname = \"sst\"\nclass = \"sst\"\nfraction = {fraction}\n"
        )
    };
    assert_one(&of(&populations(0.0), ""), "W027", "exp.toml:16:", "population `sst` has no neuron");
    assert_eq!(of(&populations(0.1), ""), "");
}

#[test]
fn what_is_switched_off_already_is_told() {
    let twice = of("[model]\ndisable = [\"gaba\", \"pruning\", \"gaba\"]", "");
    assert_one(&twice, "W028", "exp.toml:6:31", "already by this list");
    let again = of("[model]\ndisable = [\"gaba\"]", "disable = [\"pruning\", \"gaba\"]");
    assert_one(&again, "W028", "exp.toml:9:", "already by `model.disable`");
}

#[test]
fn an_override_by_the_value_that_holds_anyway_is_noted() {
    let stated = |value: f64| format!("override.\"pruning.stress_gain\" = {{ value = {value}, why = \"as shipped\" }}");
    let noted =
        |report: &str| report.contains("note[N002]") && report.contains("`pruning.stress_gain` is 0.2 without it");
    assert!(noted(&of(&format!("[model]\n{}", stated(0.2)), "")));
    assert!(!noted(&of(&format!("[model]\n{}", stated(0.3)), "")));
    assert!(noted(&of("", &stated(0.2))));
    // back to the shipped value, from another that the model states
    assert_eq!(of(&format!("[model]\n{}", stated(0.3)), &stated(0.2)), "");
}

#[test]
fn a_code_that_is_allowed_and_does_not_occur_is_noted() {
    let idle = of("allow = [\"N001\", \"W012\"]\noverride_is_absent = 1", "");
    assert!(!idle.contains("N003"), "nothing is said beside an error: {idle}");
    let idle = of("allow = [\"N001\"]", "");
    assert!(idle.contains("note[N003]") && idle.contains("exp.toml:5:10"), "{idle}");
    let used = of("allow = [\"N001\"]\n[model]\noverride.\"pruning.stress_gain\" = { value = 0.3 }", "");
    assert_eq!(used, "");
}

#[test]
fn an_arm_that_changes_at_the_horizon_changes_nothing() {
    let late = of("", "disable = [\"pruning\"]\nfrom = \"4 d\"");
    assert_one(&late, "E034", "exp.toml:9:", "nothing is simulated after it");
}

/// Each file of a drug, listed or given.
#[test]
fn a_drug_file_that_no_arm_is_given_is_told() {
    let (name, text) = crate::mechanisms::dosing::formulary::SHIPPED[0];
    let own = text.replacen(&format!("name = \"{name}\""), "name = \"own\"", 1);
    let with = |arm: &str| {
        let files = Files::Held([("own.toml".to_owned(), own.clone())].into());
        let config = format!("{HEAD}drugs = [\"own.toml\"]\n{ARM}{arm}\n");
        match reading(&files, &Cascade::standard()).read("exp.toml", &config) {
            Ok(loaded) => loaded.remarks.to_string(),
            Err(error) => error.to_string(),
        }
    };
    assert_one(&with(""), "W025", "exp.toml:5:", "no arm is given `own`");
    assert_eq!(with(&DOSE.replace("ketamine", "own")), "");
}
