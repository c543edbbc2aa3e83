//! Sensitivity analyses through the command: against SALib on the same designs, against closed forms, and with a known
//! share of chance.

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::folder::{complaint, resprout, study_folder};

/// What `resprout sensitivity --analyse` says of a table.
fn analysed(folder: &Path, table: &Path, method: &str, factors: &str) -> Vec<Value> {
    let table = table.to_str().unwrap();
    let arguments =
        ["sensitivity", "--analyse", table, "--method", method, "--factors", factors, "--outcomes", "y", "--json"];
    let done = resprout(folder, &arguments);
    assert!(done.status.success(), "{}", complaint(&done));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The index of a factor that rests on most samples.
fn value(found: &[Value], factor: &str, index: &str) -> f64 {
    let of = found.iter().filter(|it| it["factor"] == factor && it["index"] == index);
    of.max_by_key(|it| it["n"].as_u64()).and_then(|it| it["value"].as_f64()).unwrap_or(f64::NAN)
}

#[test]
fn indices_are_those_of_salib_on_the_same_designs() {
    let place = study_folder();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/studies/salib");
    let reference: Value = serde_json::from_str(&fs::read_to_string(data.join("reference.json")).unwrap()).unwrap();
    let cases = [
        ("saltelli", [("first_order", "S1"), ("total_order", "ST"), ("", ""), ("", "")]),
        ("morris", [("mu", "mu"), ("mu_star", "mu_star"), ("sigma", "sigma"), ("", "")]),
    ];
    for (method, indices) in cases {
        let found = analysed(place.path(), &data.join(format!("ishigami_{method}.csv")), method, "x1,x2,x3");
        for (ours, theirs) in indices.into_iter().filter(|(ours, _)| !ours.is_empty()) {
            for (place, factor) in ["x1", "x2", "x3"].into_iter().enumerate() {
                let (own, other) = (value(&found, factor, ours), reference[method][theirs][place].as_f64().unwrap());
                assert!((own - other).abs() < 1e-9 * other.abs().max(1.0), "{method} {factor} {ours}: {own} {other}");
            }
        }
    }
}

/// A table of a design after Saltelli with `n` base samples, and the output `of` each point and network.
fn saltelli(n: u32, factors: usize, networks: usize, of: impl Fn(&[f64], usize) -> f64) -> String {
    let names: Vec<String> = (1..=factors).map(|factor| format!("x{factor}")).collect();
    let outputs: Vec<String> = (1..=networks).map(|network| format!("y.{network}")).collect();
    let mut text = format!("{},{}\n", names.join(","), outputs.join(","));
    for sample in 0..n {
        let at = |dimension: usize| f64::from(sobol_burley::sample(sample, dimension as u32, 3));
        let (a, b): (Vec<f64>, Vec<f64>) = ((0..factors).map(at).collect(), (factors..2 * factors).map(at).collect());
        let mixed = (0..factors).map(|factor| {
            let mut point = a.clone();
            point[factor] = b[factor];
            point
        });
        for point in std::iter::once(a.clone()).chain(mixed).chain([b.clone()]) {
            let cells: Vec<String> = point
                .iter()
                .copied()
                .chain((0..networks).map(|network| of(&point, network)))
                .map(|value| format!("{value:?}"))
                .collect();
            let _ = writeln!(text, "{}", cells.join(","));
        }
    }
    text
}

#[test]
fn ishigami_and_g_come_out_as_their_closed_forms() {
    let place = study_folder();
    let table = place.path().join("table.csv");
    // a = 7, b = 0.1: V = a²/8 + bπ⁴/5 + b²π⁸/18 + 1/2
    let (a, b) = (7.0, 0.1);
    let ishigami = |x: &[f64], _| {
        let x: Vec<f64> = x.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
        x[0].sin() + a * x[1].sin().powi(2) + b * x[2].powi(4) * x[0].sin()
    };
    fs::write(&table, saltelli(4096, 3, 1, ishigami)).unwrap();
    let found = analysed(place.path(), &table, "saltelli", "x1,x2,x3");
    let v = a * a / 8.0 + b * PI.powi(4) / 5.0 + b * b * PI.powi(8) / 18.0 + 0.5;
    let (v1, v2) = (0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2), a * a / 8.0);
    let v13 = b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0);
    let expected = [("x1", v1 / v, (v1 + v13) / v), ("x2", v2 / v, v2 / v), ("x3", 0.0, v13 / v)];
    for (factor, first, total) in expected {
        let (own_first, own_total) = (value(&found, factor, "first_order"), value(&found, factor, "total_order"));
        // 4,096 scrambled points: a few parts in a thousand
        assert!(
            (own_first - first).abs() < 0.01 && (own_total - total).abs() < 0.01,
            "{factor}: {own_first} {own_total}"
        );
    }
    assert!((value(&found, "", "interactions") - v13 / v).abs() < 0.02);

    // Sobol's g: Vᵢ = 1 / (3 (1 + aᵢ)²), V = Π (1 + Vᵢ) − 1
    let weights = [0.0, 1.0, 4.5, 9.0];
    let g = |x: &[f64], _| x.iter().zip(weights).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product();
    fs::write(&table, saltelli(4096, 4, 1, g)).unwrap();
    let found = analysed(place.path(), &table, "saltelli", "x1,x2,x3,x4");
    let parts = weights.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
    let v: f64 = parts.iter().map(|part| 1.0 + part).product::<f64>() - 1.0;
    for (place, part) in parts.into_iter().enumerate() {
        let factor = format!("x{}", place + 1);
        let rest: f64 = parts.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, p)| 1.0 + p).product();
        let (first, total) = (value(&found, &factor, "first_order"), value(&found, &factor, "total_order"));
        assert!((first - part / v).abs() < 0.01 && (total - part * rest / v).abs() < 0.01, "{factor}: {first} {total}");
    }
}

/// Chance adds a variance of its own to each network: y = 2 x₁ + x₂ + noise of variance 1, so that V = (4 + 1)/12.
#[test]
fn a_stochastic_toy_gives_its_known_share_of_the_seed() {
    let place = study_folder();
    let table = place.path().join("table.csv");
    // what a network and a point make of chance: uniform on ±√3, from a scramble of both
    let noise = |x: &[f64], network: usize| {
        let bits = x.iter().fold(network as u64 + 1, |bits, x| {
            (bits ^ x.to_bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
        });
        3.0_f64.sqrt() * (2.0 * ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 - 1.0)
    };
    fs::write(&table, saltelli(2048, 2, 8, |x, network| 2.0 * x[0] + x[1] + noise(x, network))).unwrap();
    let found = analysed(place.path(), &table, "saltelli", "x1,x2");
    let share = value(&found, "", "seed_noise");
    // 1 / (1 + 5/12)
    assert!((share - 12.0 / 17.0).abs() < 0.02, "{share}");
    // what eight networks leave of chance is 1/8 beside 5/12: first orders of their mean fall to 4/12 / (5/12 + 1/8)
    let first = value(&found, "x1", "first_order");
    assert!((first - 4.0 / 12.0 / (5.0 / 12.0 + 0.125)).abs() < 0.05, "{first}");
}

/// y = 3 a + b + a·b on ±1 with networks that add −1, 0, 1: sums of squares 9, 1, 1 and 2/3 in 35/3.
#[test]
fn shares_over_a_grid_are_exact_and_add_up() {
    let place = study_folder();
    let table = place.path().join("table.csv");
    let mut text = "a,b,y.1,y.2,y.3\n".to_owned();
    for a in [-1.0, 1.0] {
        for b in [-1.0, 1.0] {
            let y = 3.0 * a + b + a * b;
            let _ = writeln!(text, "{a},{b},{},{},{}", y - 1.0, y, y + 1.0);
        }
    }
    fs::write(&table, text).unwrap();
    let found = analysed(place.path(), &table, "grid", "a,b");
    let total = 9.0 + 1.0 + 1.0 + 2.0 / 3.0;
    let expected = [
        ("a", "first_order", 9.0),
        ("b", "first_order", 1.0),
        ("a", "total_order", 10.0),
        ("", "interactions", 1.0),
        ("", "seed", 2.0 / 3.0),
        ("", "seed_noise", 0.0),
    ];
    for (factor, index, part) in expected {
        let own = value(&found, factor, index);
        assert!((own - part / total).abs() < 1e-12, "{factor} {index}: {own}");
    }
    let parts = [("a", "first_order"), ("b", "first_order"), ("", "interactions"), ("", "seed"), ("", "seed_noise")];
    let sum: f64 = parts.iter().map(|(factor, index)| value(&found, factor, index)).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
}

/// A study is run and analysed by one command; its shares are those that its own table gives.
#[test]
fn a_study_is_run_and_analysed_by_one_command() {
    let place = study_folder();
    let at = place.path();
    let done = resprout(at, &["sensitivity", "study.toml", "--out", "out"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(told.contains("peak_ketamine_ng_per_ml, once") && told.contains("first_order"), "{told}");
    let text = fs::read_to_string(at.join("out/sensitivity.csv")).unwrap();
    let find = |outcome: &str, factor: &str, index: &str| -> f64 {
        let rows = csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap);
        let row = rows.into_iter().find(|row| &row[0] == outcome && &row[2] == factor && &row[3] == index).unwrap();
        row[6].parse().unwrap()
    };
    // plasma follows the dose alone
    assert!(find("peak_ketamine_ng_per_ml", "dose", "first_order") > 1.0 - 1e-9, "{text}");
    assert!(find("peak_ketamine_ng_per_ml", "stress", "total_order").abs() < 1e-9, "{text}");
    assert!(at.join("out/figures/F15.svg").is_file());
    let again = resprout(at, &["sensitivity", "study.toml", "--out", "out"]);
    assert!(again.status.success() && String::from_utf8_lossy(&again.stdout) == told, "{}", complaint(&again));

    // what the analysis wrote is of the study from then on: listed, made again, and missed where it was changed
    let manifest: Value = serde_json::from_slice(&fs::read(at.join("out/study.json")).unwrap()).unwrap();
    for name in ["sensitivity.csv", "figures/F15.svg", "figures/F15.csv"] {
        let hash = resprout::foundation::files::hash(&at.join("out").join(name)).unwrap();
        assert_eq!(manifest["files"][name], hash, "{name}");
    }
    let verified = resprout(at, &["verify", "out"]);
    assert!(verified.status.success(), "{}", complaint(&verified));
    assert!(String::from_utf8_lossy(&verified.stdout).contains("sensitivity.csv"), "{verified:?}");
    fs::write(at.join("out/sensitivity.csv"), text.replacen("dose", "dosis", 1)).unwrap();
    let verified = resprout(at, &["verify", "out"]);
    assert_eq!(verified.status.code(), Some(1), "{}", complaint(&verified));
    assert!(complaint(&verified).contains("not the same: sensitivity.csv"), "{}", complaint(&verified));
}

/// An outcome that some points did not give is left out of the analysis and told; the others are analysed.
#[test]
fn an_outcome_with_gaps_is_left_out_and_the_rest_analysed() {
    let place = study_folder();
    let at = place.path();
    fs::write(at.join("table.csv"), "a,b,whole,torn\n0,0,1,1\n0,1,2,nan\n1,0,3,2\n1,1,4,3\n").unwrap();
    let of = |outcomes: &str| {
        let arguments = ["sensitivity", "--analyse", "table.csv", "--method", "grid", "--factors", "a,b"];
        resprout(at, &[&arguments[..], &["--outcomes", outcomes]].concat())
    };
    let done = of("torn,whole");
    assert!(done.status.success(), "{}", complaint(&done));
    assert!(
        complaint(&done).contains("warning[W031]") && complaint(&done).contains("1 of 4 points"),
        "{}",
        complaint(&done)
    );
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(told.starts_with("whole\n") && !told.contains("torn"), "{told}");
    let refused = of("torn");
    assert_eq!(refused.status.code(), Some(2));
    assert!(complaint(&refused).contains("error[E080]"), "{}", complaint(&refused));
    fs::write(at.join("table.csv"), "a,b,whole,a\n0,0,1,1\n").unwrap();
    let refused = of("whole");
    assert_eq!(refused.status.code(), Some(2));
    assert!(complaint(&refused).contains("more than one column is called `a`"), "{}", complaint(&refused));
}
