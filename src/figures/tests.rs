//! The figures as a whole, drawn from a small run folder made up for them.

use std::fs;
use std::path::Path;

use resvg::usvg::{Group, Node, Rect, TextChunk, Tree};

use super::made_up_run::{MadeUp, made_up_run};
use super::*;
use crate::figures::style::Style;

fn svg_only() -> DrawingOptions {
    DrawingOptions { formats: vec![PictureFormat::Svg], ..DrawingOptions::default() }
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

/// F26 shows the arms of both runs, and nothing of an arm that one of them lacks.
#[test]
fn one_run_is_drawn_beside_another() {
    let (large, small) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    MadeUp { amounts: &[0.0, 0.5, 1.0], title: "Large", ..MadeUp::default() }.write(large.path());
    MadeUp { title: "Small", ..MadeUp::default() }.write(small.path());
    draw_beside(large.path(), small.path(), &svg_only()).unwrap();
    no_text_is_cut_off_or_runs_into_another(large.path());
    let numbers = fs::read_to_string(large.path().join("figures/F26.csv")).unwrap();
    let mut series: Vec<String> =
        csv::Reader::from_reader(numbers.as_bytes()).records().map(|record| record.unwrap()[3].to_owned()).collect();
    series.sort();
    series.dedup();
    assert!(series.len() == 4 && series.iter().filter(|name| name.ends_with("Small")).count() == 2, "{series:?}");
    assert!(draw_beside(large.path(), Path::new("nowhere"), &svg_only()).is_err());
}

/// The board of the gallery: every target that there is, with its statement and unit as they are.
#[test]
fn the_scoreboard_has_room_for_every_target() {
    let folder = tempfile::tempdir().unwrap();
    let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("output/gallery/validation").join(f16_scoreboard::BOARD);
    fs::copy(board, folder.path().join(f16_scoreboard::BOARD)).unwrap();
    draw(folder.path(), &svg_only()).unwrap();
    for id in ["F16", "F16b", "F16c"] {
        let svg = fs::read_to_string(folder.path().join(format!("figures/{id}.svg"))).unwrap();
        no_text_of_one_collides(&svg, id, "the board");
        assert!(!svg.contains('…'), "{id} cuts a text short");
    }
}

fn no_text_is_cut_off_or_runs_into_another(folder: &Path) {
    no_text_collides(folder, "usual");
}

fn no_text_collides(folder: &Path, what: &str) {
    for id in REGISTRY.iter().map(|figure| figure.id).chain([f26_beside::ID]) {
        let Ok(svg) = fs::read_to_string(folder.join(format!("figures/{id}.svg"))) else { continue };
        no_text_of_one_collides(&svg, id, what);
    }
}

fn no_text_of_one_collides(svg: &str, id: &str, what: &str) {
    let (texts, tree) = texts(svg);
    assert!(texts.len() > 10, "{id} says nothing");
    let (width, height) = (tree.size().width(), tree.size().height());
    let mm = height * 25.4 / style::DPI as f32;
    assert!(mm <= style::PAGE_MM as f32 + 0.1, "{id} is {mm} mm high: more than a page");
    for (index, (words, area)) in texts.iter().enumerate() {
        let inside = area.left() >= 0.0 && area.top() >= 0.0 && area.right() <= width && area.bottom() <= height;
        assert!(inside, "{what}, {id}: `{words}` leaves the sheet: {area:?} of {width} × {height}");
        for (other, place) in &texts[..index] {
            // Boxes are those of the font, a little higher than its letters: 0.25 mm are let pass.
            let slack = 0.25 / 25.4 * style::DPI as f32;
            let apart = area.left() > place.right() - slack
                || place.left() > area.right() - slack
                || area.top() > place.bottom() - slack
                || place.top() > area.bottom() - slack;
            assert!(apart, "{what}, {id}: `{words}` runs into `{other}`");
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
                "Time since the first dose (logarithmic)",
            ],
        ),
        ("F13", &["Not relapsed (% of responders)", "Time since the last dose (d)", "At risk"]),
        ("F14", &["MADRS (points,", "illustrative)", "Systolic (mmHg)", "Time since the first dose (logarithmic)"]),
        ("F18", &["(synapses)", "(fraction)"]),
        ("F20", &["Baseline inflammation above typical (× typical)", "24 h after the first dose"]),
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
    let options = DrawingOptions { only: vec!["F19".into()], ..DrawingOptions::default() };
    assert_eq!(draw(folder.path(), &options).unwrap().skipped, []);
    let read = |kind| fs::read_to_string(folder.path().join(format!("figures/F19.{kind}"))).unwrap();
    let svg = read("svg");
    for label in ["Spine density", "(% of baseline)", "Difference", "MADRS (points,", "Arm", "ketamine 2"] {
        assert!(svg.contains(&format!("\n{label}\n")), "F19 does not say `{label}`");
    }
    let caption = read("md");
    assert!(
        caption.contains("bars: 95 % confidence interval") && caption.contains("n = 6 virtual subjects"),
        "{caption}"
    );
    let source = read("csv");
    let value = |panel: &str, row: u32, series: &str| -> Vec<f64> {
        let series = format!(",\"{series}\",{row}.0,");
        let line = source.lines().find(|line| line.starts_with(panel) && line.contains(&series));
        let (_, numbers) =
            line.unwrap_or_else(|| panic!("no {panel} {series} in {source}")).split_once(&series).unwrap();
        numbers.split(',').map(|number| number.parse().unwrap()).collect()
    };
    let after = |hours: f64| -> f64 {
        let scores = (0..6).map(|network| 34.0 - 25.0 * (-hours / (30.0 * (1.0 + f64::from(network)))).exp());
        scores.sum::<f64>() / 6.0
    };
    assert_eq!(value("c", 2, "vehicle, 24 h after")[0], 34.0);
    assert_eq!(value("c", 3, "ketamine 2, end of stress, at the dose")[0], 34.0);
    for (row, name) in [(1, "ketamine 0"), (3, "ketamine 2"), (4, "ketamine 3")] {
        let day = value("c", row, &format!("{name}, 24 h after"));
        assert!((day[0] - after(24.0)).abs() < 1e-6 && day[1] < day[0] && day[0] < day[2] && day[3] == 6.0, "{day:?}");
        let end = value("c", row, &format!("{name}, 4 d after, where the run ends"))[0];
        assert!((end - after(96.0)).abs() < 1e-6, "{end}");
        let less = value("d", row, &format!("{name}, 24 h after"))[0];
        assert!((less + 34.0 - after(24.0)).abs() < 1e-6, "the arm without a dose stays at 34: {less}");
        // networks wave alike in both arms: what they differ by waves far less
        let [level, difference] = ["a", "b"].map(|panel| value(panel, row, &format!("{name}, 24 h after")));
        let width = |mark: &[f64]| mark[2] - mark[1];
        assert!(width(&difference) < 0.2 * width(&level), "{level:?} {difference:?}");
    }
    assert!(!source.contains("\nd,Arm,\"Difference (points)\",\"vehicle"), "{source}");
    assert!(value("a", 1, "ketamine 0, 24 h after")[0] > 50.0);
    no_text_is_cut_off_or_runs_into_another(folder.path());
}

#[test]
fn the_same_run_gives_the_same_bytes_on_one_thread_and_on_three() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.5]);
    let drawn = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options =
            DrawingOptions { only: vec!["F01".into(), "f02".into(), "F07".into()], ..DrawingOptions::default() };
        let report = pool.install(|| draw(folder.path(), &options)).unwrap();
        let files: Vec<Fingerprint> = report.drawn.into_iter().flat_map(|(_, files)| files).collect();
        assert_eq!(files.len(), 12);
        let hash_of = |file: &Fingerprint| crate::foundation::files::hash(&folder.path().join(&file.path)).unwrap();
        assert!(files.iter().all(|file| file.hash == hash_of(file)), "the hashes are those of the files");
        files.into_iter().map(|file| fs::read(folder.path().join(file.path)).unwrap()).collect::<Vec<_>>()
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
    let unknown = DrawingOptions { only: vec!["F99".into()], ..svg_only() };
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

/// Each is a run that a user can write; none may panic, and none may write a number that is not one.
#[test]
fn runs_that_lack_something_are_drawn_as_far_as_they_go() {
    let usual = MadeUp::default;
    let cases = [
        ("no snapshot", MadeUp { shared: &[], own: &[], ..usual() }),
        ("one snapshot", MadeUp { shared: &[0.0], own: &[], ..usual() }),
        ("snapshots before arms part", MadeUp { shared: &[0.0, 24.0], own: &[], ..usual() }),
        ("snapshots after the dose", MadeUp { shared: &[], own: &[250.0, 264.0], ..usual() }),
        ("one arm", MadeUp { amounts: &[0.5], ..usual() }),
        ("no dose", MadeUp { amounts: &[0.0, 0.0], ..usual() }),
        ("one arm, no dose, no stress", MadeUp { amounts: &[0.0], stress: false, ..usual() }),
        ("no stress", MadeUp { stress: false, ..usual() }),
        ("the dose on the last row", MadeUp { end_h: 240, own: &[], ..usual() }),
        ("an hour after the dose", MadeUp { amounts: &[0.0, 0.1, 0.5, 1.0], end_h: 241, own: &[], ..usual() }),
        ("an end before the dose", MadeUp { end_h: 30, own: &[], ..usual() }),
        ("no plasma", MadeUp { missing: "ketamine", ..usual() }),
        ("no rates", MadeUp { missing: "rate", ..usual() }),
        ("no spines", MadeUp { amounts: &[0.0, 0.1, 0.5, 1.0], missing: "spine", ..usual() }),
        ("no scores", MadeUp { missing: "madrs", ..usual() }),
        ("nothing but missing values", MadeUp { amounts: &[0.0, 0.1, 0.5, 1.0], missing: "", ..usual() }),
    ];
    for (what, case) in cases {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let drawn = std::panic::catch_unwind(|| draw(folder.path(), &svg_only()));
        let report =
            drawn.unwrap_or_else(|_| panic!("{what}: a panic")).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(report.drawn.len() + report.skipped.len(), REGISTRY.len(), "{what}");
        for (id, _) in &report.drawn {
            let read = |kind| fs::read_to_string(folder.path().join(format!("figures/{id}.{kind}"))).unwrap();
            let (svg, caption, source) = (read("svg"), read("md"), read("csv"));
            for text in [&svg, &caption] {
                assert!(!text.contains("NaN"), "{what}: {id}");
            }
            // a mark stands somewhere; it need not have a band
            for record in csv::Reader::from_reader(source.as_bytes()).records() {
                let record = record.unwrap();
                let number = |column: usize| record[column].parse::<f64>().unwrap();
                assert!(number(4).is_finite() && number(5).is_finite(), "{what}: {id}: {record:?}");
                assert!(!number(6).is_infinite() && !number(7).is_infinite(), "{what}: {id}: {record:?}");
            }
            // Plotters' whole numbers turn what is not finite into the ends of their range.
            assert!(!svg.contains("2147483647") && !svg.contains("-2147483648"), "{what}: {id}");
            assert!(source.lines().count() > 1, "{what}: {id} shows nothing");
        }
        no_text_collides(folder.path(), what);
    }
}

/// A title that is Markdown, HTML and an escape sequence, and labels that are long and hostile.
#[test]
fn words_of_a_config_are_shown_as_they_are_and_long_ones_keep_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let label = "half a milligram per kilogram over forty minutes after three weeks of <b>stress</b> & *rest* in the morning, number";
    let case =
        MadeUp { title: "<img src=x> *loud*\u{1b}[2J", label, amounts: &[0.0, 0.1, 0.5, 1.0], ..MadeUp::default() };
    case.write(folder.path());
    assert_eq!(draw(folder.path(), &svg_only()).unwrap().skipped, []);
    no_text_is_cut_off_or_runs_into_another(folder.path());
    for figure in REGISTRY {
        let read = |kind| fs::read_to_string(folder.path().join(format!("figures/{}.{kind}", figure.id))).unwrap();
        let caption = read("md");
        assert!(caption.contains("Run: &lt;img src=x&gt; \\*loud\\* \\[2J."), "{caption}");
        assert!(!caption.contains("<b>") && !caption.contains('\u{1b}'), "{caption}");
        assert!(!read("svg").contains("<b>"), "{}", figure.id);
    }
    let svg = fs::read_to_string(folder.path().join("figures/F03.svg")).unwrap();
    assert!(svg.contains("number 3"), "a label was not written to its end");
}

#[test]
fn thirty_arms_are_told_apart_within_a_page() {
    let amounts: Vec<f64> = (0..30).map(|i| 0.05 * f64::from(i)).collect();
    let folder = tempfile::tempdir().unwrap();
    MadeUp { amounts: &amounts, shared: &[240.0], own: &[264.0], end_h: 300, ..MadeUp::default() }.write(folder.path());
    draw(folder.path(), &svg_only()).unwrap();
    no_text_is_cut_off_or_runs_into_another(folder.path());
    let svg = fs::read_to_string(folder.path().join("figures/F03.svg")).unwrap();
    for text in ["0.3 mg/kg ketamine", "1.45 mg/kg ketamine", "30"] {
        assert!(svg.contains(&format!("\n{text}\n")), "`{text}`");
    }
    let amounts_are_short = |line: &str| !line.ends_with(" ketamine") || line.len() < "0.15 mg/kg ketamine".len() + 1;
    assert!(svg.lines().all(amounts_are_short), "an amount with the digits of a float");
    let pens: std::collections::BTreeSet<String> = (0..30).map(|i| format!("{:?}", Style::PRINT.arm(i))).collect();
    assert_eq!(pens.len(), 30, "two of thirty arms look alike");
}

/// The run ends three hours after its doses: nothing may be called a day or a week.
#[test]
fn no_value_bears_the_name_of_an_instant_that_has_no_row() {
    let folder = tempfile::tempdir().unwrap();
    MadeUp { amounts: &[0.0, 0.1, 0.5, 1.0], own: &[], end_h: 243, ..MadeUp::default() }.write(folder.path());
    let report = draw(folder.path(), &svg_only()).unwrap();
    let reason = |id| report.skipped.iter().find(|skipped| skipped.0 == id).map(|skipped| skipped.1.as_str());
    assert_eq!(reason("F12"), Some("no score was recorded at a visit after the first dose"));
    assert_eq!(reason("F13"), Some("nobody is known to be in response a day after the last dose"));
    assert_eq!(reason("F20"), Some("nothing of what it shows lies within the run"));
    for id in ["F11", "F19"] {
        let read = |kind| fs::read_to_string(folder.path().join(format!("figures/{id}.{kind}"))).unwrap();
        let (svg, source) = (read("svg"), read("csv"));
        assert!(svg.contains("3 h after") && source.contains("3 h after"), "{id}");
        for text in [&svg, &source] {
            assert!(!text.contains("24 h after") && !text.contains("7 d after"), "{id}");
        }
    }
    let caption = fs::read_to_string(folder.path().join("figures/F11.md")).unwrap();
    assert!(caption.contains("24 h after the dose lies beyond the end of the run"), "{caption}");
}

/// Visits stand at their times, in the numbers too.
#[test]
fn the_trial_records_the_times_of_its_visits() {
    let folder = tempfile::tempdir().unwrap();
    made_up_run(folder.path(), &[0.0, 0.5]);
    draw(folder.path(), &DrawingOptions { only: vec!["F12".into()], ..svg_only() }).unwrap();
    let source = fs::read_to_string(folder.path().join("figures/F12.csv")).unwrap();
    let hours = |panel: &str, arm: &str| -> Vec<f64> {
        let rows = source.lines().filter(|line| {
            line.starts_with(panel) && line.contains(&format!("\",{arm},"))
                || line.starts_with(panel) && line.contains(&format!("),{arm},"))
        });
        rows.map(|line| line.rsplit(',').nth(4).unwrap().parse().unwrap()).collect()
    };
    assert_eq!(hours("a,", "vehicle"), [4.0, 24.0, 72.0], "{source}");
    assert_eq!(hours("a,", "vehicle"), hours("a,", "ketamine 1"));
    assert_eq!(hours("b,", "vehicle"), [24.0, 72.0], "{source}");
}

#[test]
fn published_values_stand_where_the_axis_is_the_same_quantity_and_nowhere_if_the_config_wants_none() {
    let drawn = |case: MadeUp| {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        draw(folder.path(), &svg_only()).unwrap();
        ["F03", "F04", "F05"].map(|id| {
            let text = fs::read_to_string(folder.path().join(format!("figures/{id}.csv"))).unwrap();
            ["Radley", "Moda-Sava", "Zarate"].map(|name| text.contains(name))
        })
    };
    let none = [false; 3];
    // Ten days of stress are no three weeks, and what is not recorded has no axis.
    assert_eq!(drawn(MadeUp::default()), [none, none, [false, false, true]]);
    let long = || MadeUp { stress_from_h: -264.0, ..MadeUp::default() };
    assert_eq!(drawn(long()), [[true, false, false], [false, true, false], [false, false, true]]);
    assert_eq!(drawn(MadeUp { hides_published: true, ..long() }), [none, none, none]);
}
