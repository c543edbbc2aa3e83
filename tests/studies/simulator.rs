//! A config as a function: its values are those of a sweep, whatever is asked together, and points fail alone.

use std::collections::BTreeMap;
use std::fs;

use resprout::configuration::BaseConfig;
use resprout::foundation::error::Result;
use resprout::mechanisms::Cascade;
use resprout::studies::simulator::Simulator;
use resprout::studies::sweep::StudyWatch;

use crate::folder::{complaint, resprout, study_folder};

struct Unwatched;

impl StudyWatch for Unwatched {
    fn begins(&self, _: usize) {}
    fn finished(&self, _: usize, _: usize) {}
    fn is_interrupted(&self) -> bool {
        false
    }
    fn reason(&self) -> &'static str {
        ""
    }
}

const PARAMETERS: [&str; 2] = ["stress.0.level", "arm.once.doses.0.amt"];

fn simulator(folder: &std::path::Path, parameters: &[&str], outcomes: &[&str]) -> Result<Simulator> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let base = BaseConfig::open(&folder.join("base.toml"))?;
    Simulator::new(base, &[], &owned(parameters), &owned(outcomes), &Cascade::standard())
}

#[test]
fn a_point_gives_the_mean_of_what_it_gives_in_a_sweep() {
    let place = study_folder();
    let at = place.path();
    let done = resprout(at, &["sweep", "study.toml", "--out", "study", "--quiet"]);
    assert!(done.status.success(), "{}", complaint(&done));
    let table = fs::read_to_string(at.join("study/study.csv")).unwrap();
    let mut of_point: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for row in csv::Reader::from_reader(table.as_bytes()).into_records().map(|row| row.unwrap()) {
        if &row[3] == "once" && &row[6] == "spine_density_horizon" {
            of_point.entry(row[0].parse().unwrap()).or_default().push(row[8].parse().unwrap());
        }
    }
    let mut simulator = simulator(at, &PARAMETERS, &["spine_density_horizon[once]"]).unwrap();
    let units: Vec<_> = simulator.parameters().map(|(_, unit)| unit.map(str::to_owned)).collect();
    assert_eq!(units, [None, Some("mg/kg".to_owned())]);
    let points: Vec<Vec<f64>> =
        [0.3, 0.9].into_iter().flat_map(|stress| [0.5, 1.0, 2.0].map(|dose| vec![stress, dose])).collect();
    let together = simulator.simulate(&points, &Unwatched, 2).unwrap();
    assert_eq!(of_point.len(), 6, "{table}");
    for (told, networks) in together.iter().zip(of_point.values()) {
        let mean = networks.iter().fold(0.0, |sum, value| sum + value) / networks.len() as f64;
        assert_eq!(told.as_ref().unwrap()[..], [mean]);
    }
    // alone, on another number of threads, after other points
    let alone = simulator.simulate(&points[4..5], &Unwatched, 1).unwrap();
    assert_eq!(alone[0], together[4]);
}

#[test]
fn a_point_that_fails_fails_alone_and_says_of_what() {
    let place = study_folder();
    let mut simulator = simulator(place.path(), &PARAMETERS, &["spine_density_horizon[once]"]).unwrap();
    let sound = vec![0.3, 0.5];
    let points = [sound.clone(), vec![7.0, 0.5], vec![0.3, f64::NAN], sound];
    let told = simulator.simulate(&points, &Unwatched, 2).unwrap();
    assert!(told[0].is_ok() && told[0] == told[3]);
    let failure = |index: usize| told[index].as_ref().unwrap_err();
    assert!(failure(1).error.contains("E009") && failure(1).exit_code == 2, "{:?}", failure(1));
    assert!(failure(2).error.contains("`arm.once.doses.0.amt` is NaN"), "{:?}", failure(2));
    let short = simulator.simulate(&[vec![0.3]], &Unwatched, 1).unwrap_err();
    assert!(short.to_string().contains("point 0 has 1 values"), "{short}");
    assert!(simulator.simulate(&[], &Unwatched, 2).unwrap().is_empty());
}

#[test]
fn what_a_config_does_not_have_is_refused_before_a_point_is_asked() {
    let place = study_folder();
    let refused = |parameters: &[&str], outcomes: &[&str]| {
        simulator(place.path(), parameters, outcomes).map(drop).unwrap_err().to_string()
    };
    let horizon = ["spine_density_horizon[once]"];
    assert!(refused(&["stress.0.levle"], &horizon).contains("did you mean"));
    assert!(refused(&["title"], &horizon).contains("takes no number"));
    assert!(refused(&PARAMETERS, &["spine_density_horizon"]).contains("arms: vehicle, once"));
    assert!(refused(&PARAMETERS, &["spine_density_horizon[twice]"]).contains("no arm is called `twice`"));
    assert!(refused(&PARAMETERS, &["at(("]).contains("error"));
}
