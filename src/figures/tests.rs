//! The figures as a whole, drawn from a small run folder made up here.

use std::fs::{self, File};
use std::path::Path;

use resvg::usvg::{Group, Node, Rect, TextChunk, Tree};

use super::*;
use crate::foundation::random::{Purpose, Seed};
use crate::foundation::time::Time;
use crate::recording::course::{Amount, ArmCourse, Dose, Route, RunCourse, StressEpisode};
use crate::recording::network::{NetworkSnapshot, NeuronTable, SHARED, SnapshotId, SynapseTable, SynapseWriter};
use crate::recording::tables::TimeSeries;

const COLUMNS: &str = "ketamine_ng_per_ml norketamine_ng_per_ml nmda_block_pyr nmda_block_pv rate_pyr_hz rate_pv_hz \
    glutamate_um bdnf trkb mtorc1 protein spines_per_pyramidal spine_formation_per_day spine_elimination_per_day \
    circuit_function madrs cadss systolic_mmhg heart_rate_bpm health_synapse_balance health_drug_balance health_rate_residual";

/// A run of two weeks: stress for ten days, then a dose in every arm but the first. Not a simulation.
fn made_up_run(folder: &Path, amounts: &[f64]) {
    let hours = Time::from_hours;
    let stress = vec![StressEpisode { start: Time::ZERO, end: hours(240.0), level: 0.8 }];
    let mut course = RunCourse {
        title: "Made up".to_owned(),
        seed: 5,
        subjects: Some(2),
        burn_in: hours(48.0),
        horizon: hours(336.0),
        populations: ["pyr", "pv", "sst"].map(str::to_owned).to_vec(),
        ..RunCourse::default()
    };
    let columns: Vec<String> = COLUMNS.split_whitespace().map(str::to_owned).collect();
    let mut table = TimeSeries::new(columns.clone());
    for (index, &amount) in amounts.iter().enumerate() {
        let name = if amount > 0.0 { format!("ketamine_{index}") } else { "vehicle".to_owned() };
        let dose = Dose {
            drug: "ketamine".to_owned(),
            start: hours(240.0),
            duration: hours(2.0 / 3.0),
            amount: Amount::MgPerKg(amount),
            route: Route::Iv,
        };
        let doses = if amount > 0.0 { vec![dose] } else { Vec::new() };
        course.arms.push(ArmCourse { name: name.clone(), doses, stress: stress.clone(), ..ArmCourse::default() });
        // two virtual subjects in each of three replicates
        for (replicate, subject) in (0..3).flat_map(|replicate| [(replicate, 0), (replicate, 1)]) {
            let network = f64::from(2 * replicate + subject);
            for step in -8..=56 * 6 {
                let hours = f64::from(step);
                let after = (hours - 240.0).max(0.0);
                let drug = 400.0 * amount * (1.0 - (-3.0 * after).exp()) * (-after / 3.0).exp();
                let wave = 1.0 + 0.1 * (hours / 20.0 + f64::from(replicate)).sin() + drug / 1e3;
                let value = |name: &String| match name.as_str() {
                    "ketamine_ng_per_ml" => drug,
                    "norketamine_ng_per_ml" => 0.4 * drug,
                    name if name.starts_with("nmda") => drug / (drug + 700.0),
                    "spines_per_pyramidal" => 300.0 * wave,
                    "spine_formation_per_day" => 0.05 * wave,
                    "spine_elimination_per_day" => 0.04,
                    "madrs" if after > 0.0 && amount > 0.0 => 34.0 - 25.0 * (-after / (30.0 * (1.0 + network))).exp(),
                    "madrs" => 34.0,
                    "health_synapse_balance" => 0.0,
                    name if name.starts_with("health") => 1e-12 * wave,
                    _ => wave,
                };
                let row: Vec<f64> = columns.iter().map(value).collect();
                table.push(&name, replicate, subject, Time::from_hours(hours), &row);
            }
        }
        for (arm, hours) in [(SHARED, 0.0), (SHARED, 240.0), (&*name, 264.0), (&*name, 330.0)] {
            made_up_snapshot(folder, SnapshotId { arm: arm.to_owned(), replicate: 0, time: Time::from_hours(hours) });
        }
    }
    course.write(folder).unwrap();
    table.write(File::create(folder.join("timeseries.csv")).unwrap()).unwrap();
}

fn made_up_snapshot(folder: &Path, id: SnapshotId) {
    let network = folder.join("network");
    fs::create_dir_all(&network).unwrap();
    let n = 120_u32;
    let place = |id: u32| {
        let mut draws = Seed(1).draws(Purpose::Test, 0, id);
        [0, 1, 2].map(|_| 200.0 * draws.uniform())
    };
    let neurons = NeuronTable {
        populations: vec!["pyr".into(), "pv".into()],
        population: (0..n).map(|id| u8::from(id % 6 == 5)).collect(),
        position_um: (0..n).map(place).collect(),
        rate_hz: vec![3.0; n as usize],
        spines: (0..n).map(|id| if id % 6 == 5 { 0 } else { 10 }).collect(),
        trkb: vec![1.0; n as usize],
    };
    let mut synapses = SynapseTable::default();
    for post in 0..n {
        let mut draws = Seed(2).draws(Purpose::Test, id.time.hours() as u64, post);
        for pre in (0..n).filter(|&pre| pre != post) {
            if draws.uniform() < 0.2 {
                synapses.post.push(post);
                synapses.pre.push(pre);
                synapses.size.push(1.0);
                synapses.mature.push(true);
                synapses.tagged.push(false);
                synapses.born_h.push(if draws.uniform() < 0.1 { 246.0 } else { -48.0 });
            }
        }
    }
    NetworkSnapshot::write_neurons(&neurons, File::create(network.join(id.neurons_file())).unwrap()).unwrap();
    let mut writer = SynapseWriter::new(File::create(network.join(id.synapses_file())).unwrap()).unwrap();
    writer.write(&synapses).unwrap();
    writer.finish().unwrap();
}

fn svg_only() -> Options {
    Options { formats: vec![Format::Svg], ..Options::default() }
}

/// Every line of text in a drawing, with the box it fills once set in the embedded font.
fn texts(svg: &str) -> (Vec<(String, Rect)>, Tree) {
    fn collect(group: &Group, found: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(group) => collect(group, found),
                Node::Text(text) => {
                    let words: String = text.chunks().iter().map(TextChunk::text).collect();
                    found.push((words, text.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }
    let tree = raster::tree(svg).unwrap();
    let mut found = Vec::new();
    collect(tree.root(), &mut found);
    (found, tree)
}

#[test]
fn every_figure_is_drawn_and_no_text_is_cut_off_or_runs_into_another() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.1, 0.5, 1.0, 10.0]);
    assert_eq!(draw(folder.path(), &svg_only()).unwrap().skipped, []);
    no_text_is_cut_off_or_runs_into_another(folder.path());
}

/// Three snapshots stand in one row, and turnover without survival too.
#[test]
fn figures_with_fewer_panels_keep_their_text_apart() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.5]);
    for entry in fs::read_dir(folder.path().join("network")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("_t330h") {
            fs::remove_file(path).unwrap();
        }
    }
    draw(folder.path(), &svg_only()).unwrap();
    no_text_is_cut_off_or_runs_into_another(folder.path());
}

fn no_text_is_cut_off_or_runs_into_another(folder: &Path) {
    for figure in REGISTRY {
        let Ok(svg) = fs::read_to_string(folder.join(format!("figures/{}.svg", figure.id))) else { continue };
        let (texts, tree) = texts(&svg);
        assert!(texts.len() > 10, "{} says nothing", figure.id);
        let (width, height) = (tree.size().width(), tree.size().height());
        for (index, (words, area)) in texts.iter().enumerate() {
            let inside = area.left() >= 0.0 && area.top() >= 0.0 && area.right() <= width && area.bottom() <= height;
            assert!(inside, "{}: `{words}` leaves the sheet: {area:?} of {width} × {height}", figure.id);
            for (other, place) in &texts[..index] {
                // Boxes are those of the font, a little higher than its letters: 0.25 mm are let pass.
                let slack = 0.25 / 25.4 * style::DPI as f32;
                let apart = area.left() > place.right() - slack
                    || place.left() > area.right() - slack
                    || area.top() > place.bottom() - slack
                    || place.top() > area.bottom() - slack;
                assert!(apart, "{}: `{words}` runs into `{other}`", figure.id);
            }
        }
    }
}

#[test]
fn axes_carry_their_units() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.5]);
    draw(folder.path(), &svg_only()).unwrap();
    for (id, labels) in [
        ("F01", &["Plasma (ng/mL)", "(% of baseline)", "Time since the end of burn-in (d)"][..]),
        ("F02", &["20 µm", "end of stress", "24 h after the dose", "re-formed"]),
        ("F03", &["Spine density (% of baseline)", "Time since the end of burn-in (d)"]),
        (
            "F04",
            &["Spine formation (%/d)", "Spine elimination (%/d)", "Net change (%/d)", "Time since the first dose (d)"],
        ),
        ("F05", &["Ketamine (ng/mL)", "Norketamine (ng/mL)", "Time since the first dose (h)"]),
        ("F06", &["NMDA-receptor block (%)", "Ketamine in plasma (ng/mL)"]),
        ("F07", &["synapses per pair", "change in synapses per pair"]),
        ("F08", &["Distance (µm)", "Connection probability (%)", "In-degree (synapses per cell)"]),
        ("F09", &["pyramidal (Hz)", "PV (Hz)"]),
        ("F10", &["(µM)", "(× baseline)"]),
        (
            "F12",
            &[
                "Change of MADRS (illustrative mapping),",
                "in points",
                "Responders (% of subjects)",
                "Time since the first dose",
            ],
        ),
        ("F13", &["Not relapsed (% of responders)", "Time since the last dose (d)", "At risk"]),
        ("F14", &["MADRS (points,", "illustrative)", "Systolic (mmHg)", "Time since the first dose (logarithmic)"]),
        ("F18", &["(synapses)", "(fraction)"]),
    ] {
        let svg = fs::read_to_string(folder.path().join(format!("figures/{id}.svg"))).unwrap();
        for label in labels {
            assert!(svg.contains(&format!("\n{label}\n")), "{id} does not say `{label}`");
        }
    }
}

/// The made-up run ends four days after its dose, so that its last moment is the end of the run and not a week.
#[test]
fn arms_stand_side_by_side_in_the_order_of_the_config_and_are_read_at_the_same_moments() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.5, 0.0, 10.0, 1.0]);
    let options = Options { only: vec!["F19".into()], ..Options::default() };
    assert_eq!(draw(folder.path(), &options).unwrap().skipped, []);
    let read = |kind| fs::read_to_string(folder.path().join(format!("figures/F19.{kind}"))).unwrap();
    let svg = read("svg");
    for label in ["Spine density (% of baseline)", "MADRS (illustrative mapping), in points", "Arm", "ketamine 2"] {
        assert!(svg.contains(&format!("\n{label}\n")), "F19 does not say `{label}`");
    }
    let caption = read("md");
    assert!(
        caption.contains("bars: 95 % confidence interval") && caption.contains("n = 6 virtual subjects"),
        "{caption}"
    );
    let source = read("csv");
    let value = |panel: &str, row: u32, series: &str| -> Vec<f64> {
        let series = format!(",\"{series}\",{row},");
        let line = source.lines().find(|line| line.starts_with(panel) && line.contains(&series));
        let (_, numbers) =
            line.unwrap_or_else(|| panic!("no {panel} {series} in {source}")).split_once(&series).unwrap();
        numbers.split(',').map(|number| number.parse().unwrap()).collect()
    };
    let after = |hours: f64| -> f64 {
        let scores = (0..6).map(|network| 34.0 - 25.0 * (-hours / (30.0 * (1.0 + f64::from(network)))).exp());
        scores.sum::<f64>() / 6.0
    };
    assert_eq!(value("b", 2, "vehicle, 24 h after")[0], 34.0);
    assert_eq!(value("b", 3, "ketamine 2, end of stress, at the dose")[0], 34.0);
    for (row, name) in [(1, "ketamine 0"), (3, "ketamine 2"), (4, "ketamine 3")] {
        let day = value("b", row, &format!("{name}, 24 h after"));
        assert!((day[0] - after(24.0)).abs() < 1e-6 && day[1] < day[0] && day[0] < day[2] && day[3] == 6.0, "{day:?}");
        let end = value("b", row, &format!("{name}, 4 d after, where the run ends"))[0];
        assert!((end - after(96.0)).abs() < 1e-6, "{end}");
    }
    assert!(value("a", 1, "ketamine 0, 24 h after")[0] > 50.0);
    no_text_is_cut_off_or_runs_into_another(folder.path());
}

#[test]
fn the_same_run_gives_the_same_bytes_on_one_thread_and_on_three() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.5]);
    let drawn = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options = Options { only: vec!["F01".into(), "f02".into(), "F07".into()], ..Options::default() };
        let report = pool.install(|| draw(folder.path(), &options)).unwrap();
        let paths: Vec<PathBuf> = report.drawn.into_iter().flat_map(|(_, paths)| paths).collect();
        assert_eq!(paths.len(), 12);
        paths.into_iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>()
    };
    assert!(drawn(1) == drawn(3), "bytes differ");
}

#[test]
fn a_figure_whose_data_are_missing_is_skipped_with_its_reason_and_writes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0]);
    fs::remove_dir_all(folder.path().join("network")).unwrap();
    let report = draw(folder.path(), &svg_only()).unwrap();
    let reason = |id| report.skipped.iter().find(|skipped| skipped.0 == id).map(|skipped| skipped.1.as_str());
    assert_eq!(reason("F05"), Some("no arm has a dose"));
    assert_eq!(reason("F02"), Some("it needs 2 snapshots of the network and the run kept 0"));
    assert_eq!(reason("F12"), Some("no arm has a dose"));
    assert_eq!(reason("F19"), Some("it needs 4 arms and the run has 1"));
    assert_eq!(reason("F03"), None);
    assert!(folder.path().join("figures/F03.svg").is_file() && !folder.path().join("figures/F05.svg").exists());
    let unknown = Options { only: vec!["F99".into()], ..svg_only() };
    assert!(draw(folder.path(), &unknown).unwrap_err().to_string().contains("F01, F02"));
}

#[test]
fn captions_say_what_the_band_is_and_that_it_is_a_simulation() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.5]);
    draw(folder.path(), &svg_only()).unwrap();
    for figure in REGISTRY.iter().filter(|figure| !["F11", "F19"].contains(&figure.id)) {
        let caption = fs::read_to_string(folder.path().join(format!("figures/{}.md", figure.id))).unwrap();
        assert!(caption.contains("n = "), "{}: {caption}", figure.id);
        let counts_networks = caption.contains("6 networks");
        assert!(!caption.contains("n = 6") || counts_networks || caption.contains("6 virtual subjects"), "{caption}");
        assert!(caption.contains("Simulated by resprout") && caption.contains("not medical advice"), "{caption}");
        let source = fs::read_to_string(folder.path().join(format!("figures/{}.csv", figure.id))).unwrap();
        assert!(source.lines().count() > 5, "{}", figure.id);
    }
}
