//! Doses that are faulty or doubtful, from the config or from a table, and inputs too long to be looked at twice.

mod effects;
mod mutations;
mod trees;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::super::attachments::Files;
use super::super::load::ConfigReader;
use crate::foundation::error::Error;
use crate::mechanisms::Cascade;

const HEAD: &str = "schema_version = 1\ntitle = \"Doses\"\nnetwork = { neurons = 200, synapses_per_neuron = 40 }\n\
    time = { burn_in = \"2 d\", horizon = \"4 d\" }\n";
const ARM: &str = "[[arm]]\nname = \"clinic\"\n";
const TABLE: &str = "events = { file = \"doses.csv\", drug = \"ketamine\" }\n";

fn reading<'a>(files: &'a Files, cascade: &'a Cascade) -> ConfigReader<'a> {
    ConfigReader { edits: &[], files, memory_bytes: None, cascade }
}

/// Everything that is said of a config with this table beside it; errors as well as warnings.
fn said(config: &str, table: &str) -> String {
    let files = Files::Held([("doses.csv".to_owned(), table.to_owned())].into());
    match reading(&files, &Cascade::standard()).read("exp.toml", config) {
        Ok(loaded) => loaded.remarks.to_string(),
        Err(Error::Input(report)) => report,
        Err(other) => panic!("not a fault of the input: {other}"),
    }
}

/// The same of an arm whose doses are in a table.
fn of_table(table: &str) -> String {
    said(&format!("{HEAD}{ARM}{TABLE}"), table)
}

/// The same of an arm whose doses are in the config; `dose` follows the drug.
fn of_doses(doses: &[&str]) -> String {
    let doses: Vec<String> = doses.iter().map(|dose| format!("{{ drug = \"ketamine\", {dose} }}")).collect();
    said(&format!("{HEAD}{ARM}doses = [\n{}\n]\n", doses.join(",\n")), "")
}

/// The report holds one message, with this code, at this place, saying this.
#[track_caller]
fn assert_one(report: &str, code: &str, place: &str, words: &str) {
    let heads = report.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning["));
    assert_eq!(heads.count(), 1, "{report}");
    assert!(report.contains(&format!("[{code}]: ")), "{code}:\n{report}");
    assert!(report.contains(&format!("--> {place}")), "{place}:\n{report}");
    assert!(report.contains(words), "{words}:\n{report}");
}

#[test]
fn an_arm_whose_table_gives_it_no_dose_is_told() {
    assert_one(&of_table("time,amt,route\n"), "W016", "exp.toml:7:", "has no line: arm `clinic` gets no dose");
    let other = format!("{HEAD}[[arm]]\nname = \"vehicle\"\n{ARM}{TABLE}");
    let row = "time,amt,route,arm\n1 d,35 mg,iv,vehicle\n";
    assert_one(&said(&other, row), "W016", "exp.toml:9:", "names other arms");
    assert_eq!(said(&other, &row.replace("vehicle", "clinic")), "");
    let nameless = format!("{HEAD}{ARM}events = {{ file = \"\", drug = \"ketamine\" }}\n");
    assert_one(&said(&nameless, ""), "E004", "exp.toml:7:19", "names no file");
}

#[test]
fn a_drug_that_acts_only_by_what_weighs_nothing_is_told_with_the_key_that_makes_it_act() {
    let drug = include_str!("../../mechanisms/dosing/README.md");
    let smallest = drug.split("r#\"").nth(1).and_then(|rest| rest.split("\"#").next()).expect("the smallest drug file");
    let dose = "doses = [{ drug = \"mine\", time = \"1 d\", amt = \"30 mg\", route = \"oral\" }]\n";
    let of = |drug: &str, model: &str| {
        let config = format!("drugs = [\"mine.toml\"]\n{HEAD}{model}\n{ARM}{dose}");
        let files = Files::Held([("mine.toml".to_owned(), drug.to_owned())].into());
        match reading(&files, &Cascade::standard()).read("exp.toml", &config) {
            Ok(loaded) => loaded.remarks.to_string(),
            Err(error) => error.to_string(),
        }
    };
    let inert = of(smallest, "");
    assert_one(&inert, "W017", "exp.toml:9:", "`mine` acts by `ampa_potentiation` alone, which weighs 0 here");
    assert!(inert.contains("\"metabolite\" among `model.hypotheses`"), "{inert}");
    assert_eq!(of(smallest, "model.hypotheses = [\"metabolite\"]"), "");
    let trkb = smallest.replace("ampa_potentiation", "trkb_potentiation");
    assert!(of(&trkb, "").contains("`\"bdnf.trkb_potentiation_weight\" = { value = 1"), "{}", of(&trkb, ""));
    assert_eq!(of(&smallest.replace("ampa_potentiation", "gaba_a_potentiation"), ""), "");
    let idle = of(&smallest.replace("value = 0.4, source", "value = 0.0, source"), "");
    assert_one(&idle, "W017", "exp.toml:9:", "has neither `nmda` nor any `action` with an effect");
}

#[test]
fn amounts_are_held_against_the_body_however_they_are_spelt() {
    let of = |amount: &str| of_doses(&[&format!("time = \"1 d\", amt = \"{amount}\", route = \"iv\"")]);
    for sound in ["35 mg", "0.5 mg/kg", "3.5 g", "50 mg/kg", "50 ug/g"] {
        assert_eq!(of(sound), "", "{sound}");
    }
    assert_one(&of("35 g"), "W012", "exp.toml:8:", "35000 mg is 500 mg/kg in a body of 70 kg");
    assert_one(&of("0.06 g/kg"), "W012", "exp.toml:8:", "60 mg/kg");
    for impossible in ["70 kg", "1 kg/kg", "1e300 mg", "1e200 mg/kg"] {
        assert_one(&of(impossible), "E024", "exp.toml:8:", "no less than the body weighs");
    }
    let light =
        format!("{HEAD}{ARM}doses = [{{ drug = \"ketamine\", time = \"1 d\", amt = \"3 g\", route = \"iv\" }}]\n");
    assert_eq!(said(&light, ""), "");
    let light = format!("{light}[subject]\nweight = \"50 kg\"\n");
    assert_one(&said(&light, ""), "W012", "exp.toml:7:", "3000 mg is 60 mg/kg in a body of 50 kg");
    assert_one(&of_table("time,amt,route\n1 d,70 kg,iv\n"), "E024", "doses.csv:2:5", "no less than");
}

/// No hint turns what was written into something else: hours are meant by a bare time, and `ig` (into the stomach) is no `iv`.
#[test]
fn a_hint_never_changes_the_meaning() {
    let row = |row: &str| of_table(&format!("time,amt,route,dur\n{row}\n"));
    let amounts = "a mass, such as `35 mg`, or a ratio of masses or of other like quantities, such as `35 mg/kg`";
    let config = |time: &str, amount: &str, route: &str| {
        of_doses(&[&format!("time = {time}, amt = {amount}, route = \"{route}\"")])
    };
    assert_one(&row("24,35 mg,iv,"), "E008", "doses.csv:2:1", "expected a time, such as `24 h`");
    assert_one(&config("24", "\"35 mg\"", "iv"), "E008", "exp.toml:8:", "expected a time, such as `24 h`");
    assert_one(&row("24 h,35,iv,"), "E008", "doses.csv:2:6", amounts);
    assert_one(&config("\"24 h\"", "35", "iv"), "E008", "exp.toml:8:", amounts);
    let moles = "`mmol` is an amount of substance; expected a mass, in `mg`, or a ratio of masses or of other like \
        quantities, in `mg/kg`";
    assert_one(&row("24 h,35 mmol,iv,"), "E008", "doses.csv:2:6", moles);
    assert_one(&config("\"24 h\"", "\"35 mmol\"", "iv"), "E008", "exp.toml:8:", moles);
    for report in [row("24 h,35 mg,ig,"), config("\"24 h\"", "\"35 mg\"", "ig")] {
        assert!(report.contains("E006") && !report.contains("did you mean"), "{report}");
        assert!(report.contains("intranasal") && report.contains("sublingual"), "{report}");
    }
    let comma = row("24 h,\"0,5 mg/kg\",iv,");
    assert_one(&comma, "E007", "doses.csv:2:6", "the decimal mark is a point");
}

/// Into the abdomen go doses of rodents, which are told from people by their weight.
#[test]
fn intraperitoneal_is_a_route_of_rodents() {
    let given = |subject: &str, drug: &str| {
        let dose = format!("doses = [{{ drug = \"{drug}\", time = \"1 d\", amt = \"10 mg/kg\", route = \"ip\" }}]");
        said(&format!("{HEAD}{ARM}{dose}\n{subject}"), "")
    };
    assert_one(&given("", "ketamine"), "E026", "exp.toml:7:", "a body here weighs 70 kg");
    assert_one(
        &given("[subjects]\nn = 3\n", "ketamine"),
        "E026",
        "exp.toml:7:",
        "bound `weight` in `[subjects]` by 1.5 kg",
    );
    assert_eq!(given("[subject]\nweight = \"25 g\"\n", "ketamine"), "");
    let rats = "[subjects]\nn = 3\nweight = { dist = \"normal\", median = \"0.3 kg\", sd = \"0.02 kg\", bounds = [\"0.2 kg\", \"0.4 kg\"] }\n";
    assert_eq!(given(rats, "ketamine"), "");
    assert_one(&given("[subject]\nweight = \"25 g\"\n", "esketamine"), "E023", "exp.toml:7:", "by this route");
}

#[test]
fn what_means_none_in_nonmem_means_none_here() {
    let with = |cells: &str| of_table(&format!("TIME,AMT,ROUTE,DUR,II,ADDL,DRUG,ARM\n1 d,0.5 mg/kg,iv,{cells}\n"));
    for none in [".,.,.,.,.", "NA,NA,NA,NA,NA", "0,0,0,,", "40 min,0,0,na,.", "0.0,.,0,ketamine,clinic"] {
        assert_eq!(with(none), "", "{none}");
    }
    assert_one(&with("40 min,12 h,0,,"), "E021", "doses.csv:2:", "`ii` is set but `addl` is 0");
    assert_one(&with("40 min,0,2,,"), "E022", "doses.csv:2:", "`addl` is set but `ii` is missing");
    assert_one(&of_table("time,amt,route\n.,35 mg,iv\n"), "E004", "doses.csv:2:", "`time` is empty here");
}

#[test]
fn a_table_in_another_form_gets_one_message_that_names_the_cause() {
    let one = |table: &str, words: &str| assert_one(&of_table(table), "E025", "doses.csv:", words);
    one("time;amt;route;dur\n1 d;0.5 mg/kg;iv;40 min\n", "semicolons part the columns");
    one("time;amt;route;dur\n1 d;0,5 mg/kg;iv;40 min\n", "semicolons part the columns");
    one("time\tamt\troute\tdur\n1 d\t0.5 mg/kg\tiv\t40 min\n", "tabs part the columns");
    one("# my doses\n\n#time,amt,route\n1 d,35 mg,iv\n", "a line that begins with `#` is a comment");
    one("time,amt,route\n1 d,0,5 mg/kg,iv\n", "the decimal mark is a point");
    assert_eq!(of_table("# time,amt,route: of the clinic\ntime,amt,route\n1 d,35 mg,iv\n"), "");
}

#[test]
fn equal_faults_are_counted_and_told_once_however_many_arms_read_the_table() {
    let mut table = "time,amt,route\n".to_owned();
    for row in 0..10_000 {
        writeln!(table, "{row},35,iv").expect("a string takes all");
    }
    let arm = |name: &str| format!("[[arm]]\nname = \"{name}\"\n{TABLE}");
    let report = said(&format!("{HEAD}{}{}{}", arm("a"), arm("b"), arm("c")), &table);
    assert_eq!(report.matches("error[").count(), 16, "{report}");
    assert_eq!(report.matches("= and 9992 more of this kind, the last in line 10001").count(), 2, "{report}");
}

#[test]
fn doses_are_judged_side_by_side_however_they_are_spelt() {
    let table = |rows: &str| of_table(&format!("time,amt,route,dur,ii,addl\n{rows}\n"));
    let overlap = "an infusion of ketamine runs from 1 d to 30 h";
    assert_one(&table("1 d,35 mg,iv,6 h,4 h,2"), "W015", "doses.csv:2:", overlap);
    assert_one(&table("1 d,35 mg,iv,6 h,,\n1.1 d,35 mg,iv,6 h,,"), "W015", "doses.csv:3:1", overlap);
    let long = "time = \"1 d\", amt = \"35 mg\", route = \"iv\", dur = \"6 h\"";
    assert_one(&of_doses(&[long, &long.replace("1 d", "26 h")]), "W015", "exp.toml:9:", overlap);
    assert_eq!(of_doses(&[long, &long.replace("1 d", "30 h")]), "", "one begins as the other ends");
    assert_eq!(
        of_doses(&[long, &long.replace("dur = \"6 h\"", "").replace("\"iv\", ", "\"iv\"")]),
        "",
        "a loading dose"
    );
    assert_one(&table("1 d,35 mg,iv,,,\n1 d,35 mg,iv,,,"), "W018", "doses.csv:3:1", "the same dose at 1 d");
    assert_one(&table("1 d,35 mg,iv,,6 h,3\n30 h,35 mg,iv,,,"), "W018", "doses.csv:3:1", "the same dose at 30 h");
    assert_eq!(table("1 d,35 mg,iv,,,\n1 d,36 mg,iv,,,"), "");
    assert_one(&table("3.99 d,35 mg,iv,2 h,,"), "W013", "exp.toml:4:", "lasts until 97.76 h");
    assert_one(&table("94 h,35 mg,iv,2 h,,"), "W013", "exp.toml:4:", "ends at the horizon");
    assert_eq!(table("92 h,35 mg,iv,2 h,,"), "");
    let many = table(&"1 d,35 mg,iv,,1 s,10000\n".repeat(101));
    assert!(many.contains("E009") && many.contains("1010101 doses in one arm"), "{many}");
}

#[test]
fn names_that_cannot_be_files_side_by_side_are_refused() {
    let arms = |a: &str, b: &str| said(&format!("{HEAD}[[arm]]\nname = \"{a}\"\n[[arm]]\nname = \"{b}\"\n"), "");
    assert_one(&arms("Ketamine", "ketamine"), "E011", "exp.toml:8:", "differs from entry 1, `Ketamine`, in case only");
    assert_one(&arms("a", &"k".repeat(260)), "E017", "exp.toml:8:", "260 letters; at most 128");
    assert_one(&arms("a", "Shared"), "E017", "exp.toml:8:", "cannot be part of a file name");
    assert_eq!(arms("a", &"k".repeat(128)), "");
    assert_eq!(super::super::name::LONGEST_NAME, 128);
}

#[test]
fn a_whole_number_too_large_for_its_key_is_out_of_range() {
    let version = HEAD.replace("schema_version = 1", "schema_version = 4294967296");
    assert_one(&said(&format!("{version}{ARM}"), ""), "E009", "exp.toml:1:", "must be at most 4294967295");
}

/// A hundred thousand of anything: what grows with the square takes minutes.
#[test]
fn checking_takes_time_in_proportion_to_the_input() {
    let many = |line: &dyn Fn(usize) -> String| (0..100_000).map(line).collect::<String>();
    let list = |item: &dyn Fn(usize) -> String| many(&|i| format!("{},\n", item(i)));
    let dose = |i: usize| {
        format!("{{ drug = \"ketamine\", time = \"{i} s\", amt = \"35 mg\", route = \"iv\", dur = \"2 s\" }}")
    };
    let episode = |i: usize| format!("{{ start = \"{} s\", end = \"{} s\", level = 0.5 }}", 2 * i, 2 * i + 3);
    let inputs = [
        ("doses", format!("{HEAD}{ARM}doses = [\n{}]\n", list(&dose)), "W015"),
        ("rows", format!("{HEAD}{ARM}{TABLE}"), "W015"),
        ("unknown tables", format!("{HEAD}{ARM}{}", many(&|i| format!("[x{i}]\n"))), "E003"),
        ("unknown keys", format!("{HEAD}{}{ARM}", many(&|i| format!("x{i} = 1\n"))), "E003"),
        (
            "unknown parameters",
            format!("{HEAD}{ARM}[arm.override]\n{}", many(&|i| format!("\"gaba.x{i}_unheard_of\" = 1\n"))),
            "E003",
        ),
        (
            "unknown drugs",
            format!("{HEAD}{ARM}doses = [\n{}]\n", list(&|i| dose(i).replace("ketamine", "ketamin"))),
            "E006",
        ),
        (
            "wrong values",
            format!("{HEAD}{ARM}doses = [\n{}]\n", list(&|_| "{ drug = 1, time = 2 }".to_owned())),
            "E004",
        ),
        ("arms", format!("{HEAD}{}", many(&|i| format!("[[arm]]\nname = \"a{}\"\n", i / 2))), "E011"),
        ("episodes", format!("{HEAD}stress = [\n{}]\n{ARM}stress = [\n{}]\n", list(&episode), list(&episode)), "E014"),
        ("times", format!("{HEAD}{ARM}[record]\nnetwork_at = [{}]\n", list(&|i| format!("\"{i} h\""))), "E033"),
        ("one line", format!("{HEAD}{ARM}doses = [{}]\n", list(&dose).replace('\n', " ")), "W015"),
    ];
    let rows = format!("time,amt,route,dur\n{}", many(&|i| format!("{i} s,35 mg,iv,2 s\n")));
    for (name, config, code) in inputs {
        let start = Instant::now();
        let report = said(&config, &rows);
        let took = start.elapsed();
        assert!(report.contains(&format!("[{code}]")), "{name}: {}", &report[..report.len().min(2_000)]);
        assert!(report.len() < 100_000, "{name}: {} bytes", report.len());
        // a second or two alone; the machine may be at other work
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
    }
}

/// pandas reads an arm called `NA` as missing, and with it all rows of the arm.
#[test]
fn an_arm_that_readers_of_tables_take_for_no_name_is_told() {
    let of = |name: &str| said(&format!("{HEAD}[[arm]]\nname = \"{name}\"\n"), "");
    for name in ["NA", "nan", "None", "Inf", "TRUE"] {
        assert_one(&of(name), "W030", "exp.toml:6:", &format!("take `{name}` for no name"));
    }
    assert_eq!(of("NA2") + &of("nano"), "");
}
